# SPDX-License-Identifier: MIT
"""grantty check: what it finds, says and leaves alone."""

import fcntl
import http.server
import json
import os
import pty
import re
import select
import socket
import struct
import subprocess
import termios
import threading
import time

import pytest

import oidc
from fixtures import in_mounts
from practice import CLIENT_SECRET, ENDPOINTS, write_config
from program import GRANTTY, Exit


def check(home, *args, **how):
    """The exit code, the rows by name and the deviations."""
    run = home.grantty("check", "--json", *args, **how)
    report = json.loads(run.stdout)
    rows = {row["check"]: row for row in report["checks"]}
    assert report["ok"] == (run.returncode == Exit.DONE)
    assert CLIENT_SECRET not in run.stdout
    return run.returncode, rows, report["deviations"]


def words_of(run):
    """What people read, whatever the ends of lines."""
    return " ".join(run.stdout.split())


def test_all_well(home, start_practice):
    practice = start_practice()
    practice.config(home.config, "plain")
    code, rows, deviations = check(home)
    assert code == Exit.DONE
    assert {row["status"] for row in rows.values()} == {"OK"}
    assert deviations == []
    assert practice.calls("POST /device_authorization") == 1
    assert not home.session.exists()
    assert not [name for name in home.files() if ".try" in name]


def test_nothing_of_the_code_is_told(home, start_practice):
    practice = start_practice()
    practice.config(home.config, "plain")
    run = home.grantty("check")
    assert run.returncode == Exit.DONE
    assert practice.code()["user_code"] not in run.stdout
    assert "follow the RFC exactly" in run.stdout


@pytest.mark.parametrize(
    "dialect, fault, answer, words, reference",
    [
        ("webex", None, "poll", "428", "RFC 6749 section 5.2"),
        ("plain", "string-numbers", "device authorization", "as a string",
         "RFC 8628 section 3.2"),
        ("plain", "zero-interval", "device authorization", "0 seconds",
         "RFC 8628 section 3.2"),
        ("plain", "slow-down", "poll", "slow_down", "RFC 8628 section 3.5"),
        ("plain", "redirect@refresh",
         "refresh with an unknown refresh_token", "redirect",
         "RFC 6749 section 5.2"),
    ],
)
def test_deviations(home, start_practice, dialect, fault, answer, words,
                    reference):
    practice = start_practice(*(["--fault", fault] if fault else []))
    practice.config(home.config, dialect)
    _, _, deviations = check(home)
    assert any(
        (found["answer"], found["reference"]) == (answer, reference)
        and words in found["detail"]
        for found in deviations
    ), deviations


def test_nobody_there(home, start_practice):
    practice = start_practice()
    practice.config(home.config, "plain")
    practice.kill()
    code, rows, _ = check(home)
    assert code == Exit.FAILED
    assert rows["connection"]["status"] == "FAIL"
    assert rows["token_endpoint"]["status"] == "FAIL"
    assert rows["store"]["status"] == "OK"
    # People read the cause once, and once what else it spoils.
    told = words_of(home.grantty("check"))
    assert told.count("the connection was refused") == told.count("FAIL") == 1
    assert told.count("does not answer") == told.count("not checked") == 1
    assert re.search(
        r"not checked device_authorization_endpoint, .*, revocation_endpoint, "
        r"because http://127\.0\.0\.1:\d+ does not answer", told)
    assert re.search(r"1 of \d+ checks failed, and 5 could not be run\.", told)


def test_bad_configuration(home):
    home.config.write_text("provider: { nonsense = 1; };\n")
    code, rows, _ = check(home)
    assert code == Exit.FAILED
    assert "nonsense" in rows["configuration"]["detail"]
    assert rows["clock"]["status"] == "OK"
    assert rows["token_endpoint"]["status"] == "FAIL"
    assert "the provider is not set up" in rows["connection"]["detail"]


@pytest.mark.parametrize("grant, first, count", [
    ("device", "device_authorization_endpoint", 6),
    ("code", "authorization_endpoint", 5),
])
def test_no_configuration(home, grant, first, count):
    """What cannot be checked is named."""
    run = home.grantty("check", "--grant", grant)
    assert run.returncode == Exit.FAILED
    told = words_of(run)
    assert "There is no client ID" in told
    assert re.search(
        rf"not checked connection, {first}, .*, revocation_endpoint, because "
        r"the provider is not set up", told)
    assert f"1 of 8 checks failed, and {count} could not be run." in told


def test_no_discovery_document(home, start_practice):
    practice = start_practice("--fault", "http-404@discovery")
    practice.config(home.config, "plain",
                    provider={**ONLY_ISSUER, "issuer": practice.url})
    code, rows, _ = check(home)
    assert code == Exit.FAILED
    assert rows["discovery"]["status"] == "FAIL"
    assert "their addresses are not known" in rows["token_endpoint"]["detail"]


def test_secret_open_to_others(home, start_practice):
    practice = start_practice()
    secret = home.path / "secret"
    secret.write_text(CLIENT_SECRET)
    secret.chmod(0o644)
    practice.config(
        home.config,
        "plain",
        provider={"client_secret": None, "client_secret_file": str(secret)},
    )
    code, rows, _ = check(home)
    assert code == Exit.FAILED
    assert "chmod 600" in rows["secret"]["detail"]
    assert practice.connections() == 0


def test_wrong_secret(home, start_practice):
    practice = start_practice()
    practice.config(home.config, "plain", provider={"client_secret": "wrong"})
    code, rows, _ = check(home)
    assert code == Exit.FAILED
    assert "CLIENT_SECRET" in rows["client"]["detail"]
    assert rows["device_authorization_endpoint"]["status"] == "FAIL"
    told = words_of(home.grantty("check"))
    assert told.count("does not accept this client") == told.count("FAIL") == 1


def test_small_terminal(home, start_practice, open_terminal):
    practice = start_practice()
    practice.config(home.config, "plain")
    screen = open_terminal("check", columns=24, rows=90)
    screen.wait_for("no room for a QR code")


@pytest.mark.parametrize("columns", [32, 45, 59])
def test_narrow_terminal(home, start_practice, open_terminal, columns):
    """Words stay whole. Addresses may be broken, before a slash where that
    fills the row well enough (test_wrap)."""
    practice = start_practice("--fault", "string-numbers")
    practice.config(home.config, "plain")
    _, rows, _ = check(home)
    screen = open_terminal("check", columns=columns, rows=150)
    screen.wait_for("All checks passed")
    told = [row["detail"] for name, row in rows.items()
            if name not in ("terminal", "font", "width", "QR code", "clock")]
    for text in [*told, "instead of a number (RFC 8628 section 3.2)"]:
        text = " ".join((r"\s*" if "/" in word else "").join(map(re.escape, word))
                        for word in text.split())  # fmt: skip
        assert screen.shows(text), text
    assert any(line.strip().startswith("/") for line in screen.text())


def test_qr_and_font(home, start_practice, open_terminal):
    practice = start_practice()
    practice.config(home.config, "plain")
    screen = open_terminal("check", columns=100, rows=40)
    screen.wait_for("All checks passed")
    screen.wait_for("not a console: the terminal has its own font")
    screen.wait_for("address with the code, in half blocks")


def test_ascii_start(home, start_practice, open_terminal):
    practice = start_practice()
    practice.config(home.config, "plain")
    screen = open_terminal(
        "check", columns=100, rows=60, term="screen", env={"LANG": None})
    screen.wait_for("without a UTF-8 locale: the screens start in ASCII")
    screen.wait_for("All checks passed")
    assert "in half blocks" not in screen.show()


@pytest.mark.parametrize(
    "answer, said",
    [
        (b"\x1b[1;4R", "half blocks take one column"),
        (b"\x1b[7;5R", "half blocks take two columns"),
        (b"x\x1b]11;rgb:0/0/0\x07\x1b[7;5R", "half blocks take two columns"),
        (b"\x1b[7;6R", "the terminal is not set to UTF-8"),
        (b"", "the terminal does not report how wide half blocks are"),
    ],
    ids=["one", "two", "among others", "no UTF-8", "silent"],
)
def test_width(home, start_practice, answer, said):
    """On a terminal that answers each question so, or not at all."""
    practice = start_practice()
    practice.config(home.config, "plain")
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", 40, 100, 0, 0))
    before = termios.tcgetattr(slave)
    with subprocess.Popen(
        ["setsid", "--ctty", "--wait", GRANTTY, "check"],
        env=home.environment(TERM="xterm-256color"),
        stdin=slave, stdout=slave, stderr=slave,
    ) as check:
        output, asked = b"", 0
        while check.poll() is None or select.select([master], [], [], 0)[0]:
            if not select.select([master], [], [], 0.1)[0]:
                continue
            output += os.read(master, 65536)
            if output.count(b"\x1b[6n") > asked and answer:
                asked += 1
                os.write(master, answer)
    text = " ".join(output.decode().split())
    assert said in text
    assert ("the code, in half blocks" in text) == (
        "two" not in said and "UTF-8" not in said)
    assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)


def test_lines_break_between_words(home, start_practice, open_terminal):
    practice = start_practice("--fault", "string-numbers")
    practice.config(home.config, "plain")
    screen = open_terminal("check", columns=60, rows=60)
    screen.wait_for("All checks passed")
    shown = screen.text()
    first = next(i for i, row in enumerate(shown) if "expires_in" in row)
    assert shown[first].startswith("- device authorization: ")
    assert shown[first + 1].startswith("  ")
    both = " ".join(row.strip() for row in shown[first : first + 2])
    assert both.endswith("instead of a number (RFC 8628 section 3.2)")


def test_lines_in_a_pipe(home, start_practice):
    practice = start_practice("--fault", "string-numbers")
    practice.config(home.config, "plain")
    lines = home.grantty("check").stdout.splitlines()
    # A path is not broken: it can be copied as a whole.
    wrapped = [line for line in lines if len(line[28:].split()) > 1]
    assert 60 < max(map(len, wrapped)) <= 80
    assert not [line for line in lines if "\x1b" in line or "\r" in line]
    # The text of each row begins in the same column, however long its name is.
    rows = [line for line in lines if line.startswith(("OK", "WARN", "FAIL"))]
    for line in rows:
        assert len(line.split()) == 2 or line[27] == " " != line[28]
    assert "device_authorization_endpoint" in [row.split()[1] for row in rows]


@pytest.mark.parametrize("env, colours", [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours(home, start_practice, open_terminal, env, colours):
    practice = start_practice("--fault", "redirect@refresh")
    practice.config(home.config, "plain")
    screen = open_terminal("check", rows=60, env=env)
    screen.wait_for("All checks passed")
    shown = screen.tmux("capture-pane", "-p", "-e")
    assert bool(re.search(r"\x1b\[32mOK", shown)) == colours
    assert bool(re.search(r"\x1b\[33mWARN", shown)) == colours
    assert colours or "\x1b" not in shown


def test_says_what_it_waits_for(home, start_practice, open_terminal):
    practice = start_practice("--interval", "3")
    practice.config(home.config, "plain")
    screen = open_terminal("check", rows=60)
    screen.wait_for("Waiting for the polling interval of the provider \\.\\.\\.")
    screen.wait_for("All checks passed")
    assert not screen.shows("Waiting|Testing")


def test_shape_of_the_json(home, start_practice):
    """What monitoring relies on."""
    practice = start_practice("--fault", "no-interval")
    practice.config(home.config, "plain")
    run = home.grantty("check", "--json")
    report = json.loads(run.stdout)
    assert report.keys() == {"version", "ok", "checks", "deviations", "remarks"}
    assert report["ok"] is True
    for row in report["checks"]:
        assert row.keys() == {"check", "status", "detail", "advice"}
        assert row["detail"] and (row["advice"] == "") == (row["status"] == "OK")
    assert [row["check"] for row in report["checks"]] == [
        "configuration",
        "secret",
        "provider",
        "locale",
        "terminal",
        "theme",
        "clock",
        "store",
        "proxy",
        "connection",
        "clock_offset",
        "device_authorization_endpoint",
        "device_token_endpoint",
        "token_endpoint",
        "poll",
        "userinfo_endpoint",
        "revocation_endpoint",
    ]
    assert report["remarks"] == [
        {
            "answer": "device authorization",
            "detail": "has no interval, so it is 5 seconds",
            "reference": "RFC 8628 section 3.2",
        }
    ]


def test_webex(home, start_practice):
    """All that Webex does in a way of its own."""
    practice = start_practice()
    practice.config(home.config, "webex")
    code, rows, deviations = check(home)
    assert code == Exit.DONE
    assert {row["status"] for row in rows.values()} == {"OK"}
    assert {(found["answer"], found["reference"]) for found in deviations} == {
        ("poll", "RFC 6749 section 5.2"),
        ("poll with an unknown device_code", "RFC 6749 section 5.2"),
        ("refresh with an unknown refresh_token", "RFC 6749 section 5.2"),
    }


def test_discovery_and_code_grant(home, start_practice):
    practice = start_practice()
    endpoints = {
        "device_authorization_endpoint": None,
        "token_endpoint": None,
        "issuer": practice.url,
        # Any page will do: nothing is asked of it but to be there.
        "authorization_endpoint": practice.url + "/device",
    }
    practice.config(home.config, "plain", provider=endpoints)
    code, rows, deviations = check(home, "--grant", "code")
    assert (code, deviations) == (Exit.DONE, [])
    for name in ("discovery", "authorization_endpoint", "token_endpoint"):
        assert rows[name]["status"] == "OK"
    assert ", code grant, client ID " in rows["provider"]["detail"]
    assert practice.code() is None
    code, rows, deviations = check(home)
    assert (code, deviations) == (Exit.DONE, [])
    assert rows["discovery"]["status"] == "OK"


ONLY_ISSUER = {"device_authorization_endpoint": None, "token_endpoint": None}


def test_slash_after_the_issuer(home, start_practice):
    """It is for the operator to mend, and no deviation of the provider's."""
    practice = start_practice()
    practice.config(home.config, "plain",
                    provider={**ONLY_ISSUER, "issuer": practice.url + "/"})
    code, rows, deviations = check(home)
    assert (code, deviations) == (Exit.FAILED, [])
    assert rows["discovery"]["detail"].endswith(
        f'names the issuer "{practice.url}": provider.issuer must be '
        "exactly that."
    )


def test_moved_discovery_document(home, start_practice):
    """Where it is, and nothing else of that address."""
    practice = start_practice("--fault", "redirect@discovery")
    issuer = practice.url.replace("127.0.0.1", "localhost")
    practice.config(home.config, "plain",
                    provider={**ONLY_ISSUER, "issuer": issuer})
    code, rows, _ = check(home)
    assert code == Exit.FAILED
    detail = rows["discovery"]["detail"]
    advice = f'(status 302): set provider.issuer to "{practice.url}".'
    assert detail.endswith(advice)
    assert advice in home.grantty("login").stderr


@pytest.mark.parametrize("where", ["openid-configuration",
                                   "oauth-authorization-server"])
def test_document_in_place_of_its_issuer(home, start_practice, where):
    practice = start_practice()
    address = f"{practice.url}/.well-known/{where}"
    practice.config(home.config, "plain",
                    provider={**ONLY_ISSUER, "issuer": address})
    for run in (home.grantty("login"), home.grantty("check")):
        assert run.returncode != Exit.DONE
        words = " ".join((run.stdout + run.stderr).split())
        assert f'set it to "{practice.url}"' in words
    assert home.grantty("login").returncode == Exit.USAGE
    assert practice.connections() == 0


def test_endpoint_that_redirects(home, start_practice):
    practice = start_practice("--fault", "redirect@refresh")
    practice.config(home.config, "plain")
    _, rows, _ = check(home)
    assert rows["token_endpoint"]["status"] == "WARN"
    assert "redirects to 127.0.0.1 (status 302)" in (
        rows["token_endpoint"]["detail"]
    )


@pytest.mark.parametrize("fault, words", [
    ("redirect@poll", "redirects to 127.0.0.1 (status 302)"),
    ("not-json@poll", "which is not OAuth"),
])
def test_polls_that_lead_to_no_tokens(home, start_practice, fault, words):
    practice = start_practice("--interval", "1", "--fault", fault)
    practice.config(home.config, "plain")
    code, rows, _ = check(home)
    assert code == Exit.FAILED
    assert rows["poll"]["status"] == "FAIL"
    assert words in rows["poll"]["detail"]


def test_poll_that_is_cut_off(home, start_practice):
    practice = start_practice("--interval", "1", "--fault", "truncated-json@poll")
    practice.config(home.config, "plain")
    code, rows, _ = check(home)
    assert code == Exit.DONE
    assert (rows["poll"]["status"], rows["poll"]["advice"]) == (
        "WARN", "try again later")


class Throttling(http.server.BaseHTTPRequestHandler):
    """Issues codes, and has a rate limit for the rest, as GitHub words it."""

    def log_message(self, *args):
        pass

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, body = 403, {
            "message": "API rate limit exceeded. Please try again later."}
        if self.path == ENDPOINTS["plain"]["device_authorization_endpoint"]:
            status, body = 200, {
                "device_code": "d", "user_code": "ABCD-EFGH", "interval": 1,
                "expires_in": 300, "verification_uri": "http://127.0.0.1/"}
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = answer


def test_poll_that_is_throttled(home):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Throttling) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        write_config(f"http://127.0.0.1:{server.server_port}", home.config, "plain")
        code, rows, _ = check(home)
        server.shutdown()
    assert code == Exit.DONE
    assert (rows["poll"]["status"], rows["poll"]["advice"]) == (
        "WARN", "try again later")
    assert "too many requests" in rows["poll"]["detail"]


@pytest.mark.parametrize("revokes", [True, False])
def test_token_that_nobody_asked_for(home, start_practice, revokes):
    practice = start_practice("--approve-after", "0")
    changes = {} if revokes else {"revocation_endpoint": None}
    practice.config(home.config, "plain", provider=changes)
    code, rows, deviations = check(home)
    assert code == Exit.DONE
    assert rows["poll"]["status"] == "WARN"
    assert ("was revoked" in rows["poll"]["detail"]) == revokes
    assert "without approval" in deviations[0]["detail"]
    # Both tokens, and one that is none.
    assert practice.calls("POST /revoke") == (3 if revokes else 0)
    if revokes:
        assert rows["revocation_endpoint"]["status"] == "OK"
    assert not home.session.exists()


# ---- TLS


@pytest.fixture
def start_tls(home, start_practice):
    """A server with a certificate of an authority of its own, and a
    configuration that trusts it, or another one."""

    def start(trusted=True, **how):
        authority = oidc.Certificate.of_authority(home.path)
        here = authority.issue("here", "DNS:localhost", **how)
        practice = start_practice(
            "--tls-cert", str(here.file), "--tls-key", str(here.key)
        )
        other = oidc.Certificate(home.path, "other", [])
        write_config(
            practice.url.replace("127.0.0.1", "localhost"),
            home.config,
            "plain",
            network={"ca_file": str((authority if trusted else other).file)},
        )

    return start


def test_certificate(home, start_tls):
    start_tls()
    code, rows, deviations = check(home)
    assert (code, deviations) == (Exit.DONE, [])
    assert rows["resolve"]["detail"] == "localhost resolves to 127.0.0.1 (IPv4)"
    assert "grantty authority" in rows["tls"]["detail"]


@pytest.mark.parametrize(
    "how, words, advice",
    [
        ({"trusted": False}, "unknown authority", "install ca-certificates"),
        ({"made": "2020-01-01"}, "has expired", "check whether the clock"),
    ],
)
def test_bad_certificates(home, start_tls, how, words, advice):
    """What to do is said once."""
    start_tls(**how)
    code, rows, deviations = check(home)
    assert (code, deviations) == (Exit.FAILED, [])
    assert rows["tls"]["status"] == "FAIL"
    assert rows["tls"]["detail"].endswith(f"{words}.")
    assert rows["tls"]["advice"].startswith(advice)
    assert rows["clock"]["status"] == "OK"
    # One failure is told once, not with every endpoint of the server.
    assert "not checked" in rows["token_endpoint"]["detail"]


def test_clock_of_1990(home, start_tls):
    start_tls()
    code, rows, _ = check(home, before=["faketime", "1990-01-01 00:00:00"])
    assert code == Exit.FAILED
    assert "1990-01-01" in rows["clock"]["detail"]
    assert "NTP" in rows["clock"]["advice"]
    assert rows["tls"]["detail"].endswith("not valid yet.")
    assert rows["tls"]["advice"] == "set the clock first"


def test_clock_that_is_an_hour_off(home, start_practice):
    practice = start_practice()
    practice.config(home.config, "plain")
    code, rows, _ = check(home, before=["faketime", "-f", "+1h"])
    assert code == Exit.DONE
    assert rows["clock_offset"]["status"] == "WARN"
    off_s = [int(word) for word in rows["clock_offset"]["detail"].split()
             if word.isdigit()]
    assert 3500 < off_s[0] < 3700


# ---- The way there


def test_dns_that_answers_nothing(home, silent_resolver):
    resolver, before = silent_resolver
    write_config(
        "https://sign-in.example",
        home.config,
        "plain",
        network={"connect_timeout_s": 1, "request_timeout_s": 2},
    )
    began = time.monotonic()
    code, rows, _ = check(home, before=before)
    # Before the resolver itself gives up, which takes 30 seconds a question.
    assert time.monotonic() - began < 25
    assert code == Exit.FAILED
    assert b"\7sign-in\7example\0" in resolver.recv(512)
    assert rows["resolve"]["status"] == "FAIL"
    assert rows["resolve"]["detail"].endswith("its name cannot be resolved.")
    assert "resolv.conf" in rows["resolve"]["advice"]
    assert rows["store"]["status"] == "OK"


@pytest.fixture
def proxy():
    """Answers one CONNECT with 407, and keeps what it was asked."""
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)

        def answer():
            connection, _ = server.accept()
            with connection:
                asked.append(connection.recv(4096))
                connection.sendall(
                    b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n"
                )

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1], asked
        thread.join()


@pytest.mark.parametrize("origin", ["network.proxy", "HTTPS_PROXY"])
def test_proxy_that_wants_a_password(home, proxy, origin):
    port, asked = proxy
    url = f"http://robin:hunter2@127.0.0.1:{port}"
    by_conf = origin == "network.proxy"
    write_config(
        "https://id.example",
        home.config,
        "plain",
        network={"proxy": url} if by_conf else {},
    )
    run = home.grantty("check", env={} if by_conf else {origin: url})
    assert run.returncode == Exit.FAILED
    assert asked[0].startswith(b"CONNECT id.example:443 ")
    assert (
        f"127.0.0.1:{port} (from {origin}) requires a user name and password"
        in words_of(run)
    )
    # The proxy is the cause of all the rest, which is not told again.
    assert words_of(run).count("FAIL") == 1
    assert "hunter2" not in run.stdout + run.stderr


@pytest.mark.parametrize(
    "setting, env, words",
    [
        ("", {}, "not set"),
        ("none", {"HTTPS_PROXY": "http://proxy.example"}, "turned off by network"),
        ("proxy.example:3128", {}, "not used for this machine itself"),
    ],
)
def test_no_proxy(home, start_practice, setting, env, words):
    practice = start_practice()
    practice.config(home.config, "plain", network={"proxy": setting})
    code, rows, _ = check(home, env=env)
    assert code == Exit.DONE
    assert words in rows["proxy"]["detail"]


# ---- Files, for which no server is needed

# Where nobody listens.
NOWHERE = "http://127.0.0.1:1"


def test_read_only_store(home):
    folder = home.path / "state"
    folder.mkdir()
    script = (
        'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    )
    before = in_mounts(script, folder)
    write_config(NOWHERE, home.config, "plain")
    _, rows, _ = check(home, before=before)
    assert rows["store"]["status"] == "FAIL"
    assert str(folder) in rows["store"]["detail"]


def test_key_file(home):
    key = home.path / "key"
    write_config(
        NOWHERE, home.config, "plain", session={"key_file": str(key)}
    )
    _, rows, _ = check(home)
    assert rows["key_file"]["status"] == "FAIL"
    assert str(key) in rows["key_file"]["detail"]
    key.touch(mode=0o600)
    key.write_bytes(b"short")
    assert check(home)[1]["key_file"]["status"] == "FAIL"
    key.write_bytes(bytes(range(32)))
    _, rows, _ = check(home)
    assert rows["key_file"]["status"] == "OK"
    assert rows["store"]["status"] == "OK"


@pytest.mark.parametrize(
    "file, status, detail",
    [
        ("nowhere/grantty.prom", "FAIL", "the directory"),
        ("grantty.prom", "OK", "the directory"),
        ("grantty.txt", "WARN", "the node exporter ignores"),
    ],
)
def test_metrics(home, file, status, detail):
    path = home.path / file
    write_config(NOWHERE, home.config, "plain", metrics={"textfile": str(path)})
    row = check(home)[1]["metrics"]
    assert row["status"] == status
    assert detail in row["detail"] and str(path.parent) in row["detail"]
    # The files are named after the terminals.
    assert status == "WARN" or path.name not in row["detail"]
    assert not path.exists()


def test_hooks(home):
    """Looked up in PATH, as for running them."""
    write_config(
        NOWHERE,
        home.config,
        "plain",
        hooks={
            "on_signed_in": ["true", "--any"],
            "on_refreshed": ["no-such-program"],
            "on_signed_out": [str(home.config)],
        },
    )
    _, rows, _ = check(home)
    assert rows["hooks.on_signed_in"]["status"] == "OK"
    assert rows["hooks.on_refreshed"]["status"] == "FAIL"
    assert rows["hooks.on_signed_out"]["status"] == "FAIL"
    assert "chmod +x" in rows["hooks.on_signed_out"]["advice"]


# ---- A real server


@pytest.mark.full
def test_oidc_provider(home):
    """Little of it deviates."""
    oidc.install()
    authority = oidc.Certificate.of_authority(home.path)
    certificate = authority.issue("server", "IP:127.0.0.1")
    server = oidc.Server(home.path, authority, certificate, interval=1)
    try:
        server.config(home.config, "client_secret_basic")
        code, rows, deviations = check(home)
        assert code == Exit.DONE, rows
        assert deviations == []
    finally:
        server.close()
