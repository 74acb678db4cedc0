# SPDX-License-Identifier: MIT
"""A token in the formats of other programs, with those programs."""

import base64
import http.server
import json
import os
import subprocess
import sys
import threading

import pytest

from practice import CLIENT_SECRET, DPOP_KEY, ENDPOINTS, write_config
from program import GRANTTY, PATIENCE_S, Exit, wait_until

REFRESH = "POST /v1/access_token"


@pytest.fixture
def practice(home, start_practice):
    """A server, and a user signed in to it, whose token has to be renewed."""
    server = start_practice("--approve-after", "0")
    server.config(home.config)
    assert home.grantty("login").returncode == Exit.DONE
    home.store(expires_at=1)
    return server


@pytest.fixture
def stored(home):
    """Stores a session that is valid for long, with those changes; the token
    then needs no server."""
    write_config("https://127.0.0.1:9", home.config)
    home.session.parent.mkdir(parents=True, mode=0o700)

    def store(**changes):
        home.session.touch(0o600)
        home.session.write_text(json.dumps({
            "version": 1, "provider": "https://127.0.0.1:9",
            "access_token": "good", "refresh_token": "newer",
            "token_type": "Bearer", "expires_at": 4000000000, **changes,
        }))  # fmt: skip

    return store


def ask(home, *words, text="", command=GRANTTY):
    return subprocess.run(
        [command, *words], env=home.environment(), input=text, check=False,
        capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip


FORMATS = [
    ([], "{access_token}\n"),
    (["--output", "token"], "{access_token}\n"),
    (["--output", "header"], "Authorization: Bearer {access_token}\n"),
    (["--for", "GET https://a.example/"], "Authorization: Bearer {access_token}\n"),
    (["--dpop", "GET https://a.example/"], "Authorization: Bearer {access_token}\n"),
    (["--output", "header", "--for", "GET https://a.example/"],
     "Authorization: Bearer {access_token}\n"),
    (["--output", "git", "get"],
     "username=oauth2\npassword={access_token}\npassword_expiry_utc={expires_at}\n"),
    (["--output", "git", "store"], ""),
    (["--output", "git", "erase"], ""),
    (["--output", "git", "later"], ""),
]  # fmt: skip


@pytest.mark.parametrize("words, want", FORMATS,
                         ids=[" ".join(case[0]) for case in FORMATS])
def test_format(home, practice, words, want):
    """The same whether the token is renewed, stored, or told of in detail."""
    request = "protocol=https\nhost=git.example.org\n\n"
    for more in [], [], ["-v"]:
        run = ask(home, "token", *words, *more, text=request)
        assert (run.returncode, run.stdout) == (
            Exit.DONE, want.format(**home.stored()))  # fmt: skip
    assert practice.calls(REFRESH) == (1 if want else 0)


def test_json(home, practice):
    for _ in range(2):  # renewed, then stored
        run = ask(home, "token", "--output", "json")
        stored = home.stored()
        names = ["access_token", "token_type", "expires_at", "scope"]
        assert json.loads(run.stdout) == {
            "version": 1,
            **{name: stored[name] for name in names if name in stored},
        }


# What git says of the request, and what it is told.
GIT = [
    ("protocol=https\nhost=h\nusername=me\n\n", "username=me"),
    ("protocol=http\nhost=127.0.0.1:80\n\n", "username=oauth2"),
    ("protocol=https\nhost=h\ncapability[]=authtype\n\n", "username=oauth2"),
    ("protocol=https\nhost=h\ncapability[]=authtype\n"
     'wwwauth[]=Bearer realm="x"\n\n', "authtype=Bearer"),
    ('protocol=https\nhost=h\nwwwauth[]=bearer realm="x"\n\n', "username=oauth2"),
    ("protocol=https\nhost=h\ncapability[]=authtype\n"
     "wwwauth[]=Bearer\nwwwauth[]=Basic\n\n", "username=oauth2"),
    ("protocol=http\nhost=h\n\n", None),
    ("protocol=http\nhost=127.0.0.1.example\n\n", None),
    ("protocol=ssh\nhost=h\n\n", None),
    ("host=h\n\n", None),
    ("\n", None),
    ("", None),
]  # fmt: skip

# A header is the server's own: however long it is, no part of it is a line that
# git says, and no line after it is lost.
for size in 4085, 4094, 4095, 4096, 8190, 8191, 70000:
    header = "wwwauth[]=Bearer ".ljust(size, "x")
    GIT += [
        (f"protocol=http\nhost=h\n{header}protocol=https\n\n", None),
        (f"protocol=http\nhost=h\n{header}\0protocol=https\n\n", None),
        (f"{header}\nprotocol=http\nhost=h\n\n", None),
        (f"{header}\0\nprotocol=http\nhost=h\n\n", None),
        (f"capability[]=authtype\n{header}\nprotocol=https\nhost=h\n\n",
         "authtype=Bearer"),
    ]  # fmt: skip

# What does not say where the token goes, though a part of it would.
UNUSABLE = [
    ("protocol", "protocol=https\nprotocol=https\nhost=h\n\n"),
    ("protocol", "protocol=http\nhost=h\nprotocol=https\n\n"),
    ("protocol", "protocol=\nhost=h\nprotocol=https\n\n"),
    ("protocol", "protocol=https\0x\nhost=h\n\n"),
    ("host", "protocol=https\nhost=h\nhost=i\n\n"),
    ("host", "protocol=https\nhost=h\0.example\n\n"),
    ("host", f"protocol=https\nhost={'h' * 4091}\n\n"),
    ("username", f"protocol=https\nhost=h\nusername={'u' * 4087}\n\n"),
]  # fmt: skip


@pytest.mark.parametrize("name, text", UNUSABLE, ids=range(len(UNUSABLE)))
def test_git_request_that_is_refused(home, stored, name, text):
    stored()
    run = ask(home, "token", "--output", "git", "get", text=text)
    assert (run.returncode, run.stdout) == (Exit.FAILED, "")
    assert f'"{name}"' in run.stderr


@pytest.mark.parametrize("request_, want", GIT, ids=range(len(GIT)))
def test_git_request(home, stored, request_, want):
    stored()
    run = ask(home, "token", "--output", "git", "get", text=request_)
    if want is None:
        assert (run.returncode, run.stdout) == (Exit.FAILED, "")
        assert "over https" in run.stderr
    else:
        assert run.returncode == Exit.DONE
        assert want in run.stdout.splitlines()
        assert ("username=" in run.stdout) != ("authtype=" in run.stdout)


MISUSES = [
    (["--output", "yaml"], "token, header, json, git or kubectl"),
    (["--output", "json", "--for", "GET https://a.example/"], "--for"),
    (["--output", "token", "--dpop", "GET https://a.example/"], "--for"),
    (["--for", "nonsense"], "--for"),
    (["get"], "get"),
]


@pytest.mark.parametrize("words, named", MISUSES,
                         ids=[" ".join(case[0]) for case in MISUSES])
def test_misuse(home, words, named):
    run = home.grantty("token", *words)
    assert run.returncode == Exit.USAGE
    assert (run.stdout == "") == ("json" not in words)
    assert named in run.stderr


@pytest.mark.parametrize("format_", ["header", "git"])
def test_bound_token(home, practice, format_):
    """It is of no use without a proof, which is for one request."""
    home.store(expires_at=4000000000, token_type="DPoP", dpop_key=DPOP_KEY)
    run = ask(home, "token", "--output", format_,
              text="protocol=https\nhost=h\n\n")  # fmt: skip
    assert (run.returncode, run.stdout) == (Exit.FAILED, "")
    assert "DPoP" in run.stderr


UNABLE_TO_SIGN = "int EVP_DigestSign(void) { return 0; }"


def test_proof_that_cannot_be_signed(home, stored, tmp_path):
    """The request is named, so no advice to name it."""
    stored(token_type="DPoP", dpop_key=DPOP_KEY)
    source, library = tmp_path / "sign.c", tmp_path / "sign.so"
    source.write_text(UNABLE_TO_SIGN)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    words = ["token", "--for", "GET https://a.example/"]
    assert "\nDPoP: " in home.grantty(*words).stdout
    run = home.grantty(*words, env={"LD_PRELOAD": str(library)})
    assert (run.returncode, run.stdout) == (Exit.FAILED, "")
    assert "Cannot sign the proof (DPoP)" in run.stderr
    assert "--for" not in run.stderr


@pytest.mark.parametrize("left", [
    None, {"expires_at": 1}, {"expires_at": 4000000000, "signing_out": True},
])  # fmt: skip
def test_login_first(home, start_practice, open_terminal, tmp_path, left):
    """On the terminal, though input and output are another program's; the
    secret comes from the environment, for the sign-in and for what follows."""
    server = start_practice()
    server.config(home.config, provider={"client_secret": None})
    if left:
        home.session.parent.mkdir(parents=True, mode=0o700)
        home.session.touch(0o600)
        home.session.write_text(json.dumps({
            "version": 1, "provider": server.url, "access_token": "old",
            "token_type": "Bearer", **left,
        }))  # fmt: skip
    out = tmp_path / "out"
    screen = open_terminal(
        "token", "--login", "--output", "git", "--min-valid", "9", "get",
        before=["sh", "-c", f'printf "protocol=https\\nhost=h\\n\\n" | "$@" > {out}',
                "sh"],
        env={"CLIENT_SECRET": CLIENT_SECRET},
    )  # fmt: skip
    code = wait_until(lambda: server.code_on(screen), "a code")
    server.control(approve=code)
    assert screen.wait_for_exit() == Exit.DONE
    assert f"password={home.secrets()[0]}\n" in out.read_text(encoding="utf-8")
    assert "password" not in screen.text()


def test_login_cancelled(home, start_practice, open_terminal, tmp_path):
    start_practice().config(home.config)
    out = tmp_path / "out"
    screen = open_terminal(
        "token", "--login", before=["sh", "-c", f'"$@" > {out}', "sh"]
    )
    screen.wait_for("Sign in")
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.CANCELLED
    assert out.read_text(encoding="utf-8") == ""


# Runs the words, and writes how they ended to the file named first.
HOW_IT_ENDS = """
import signal, subprocess, sys
for number in signal.SIGINT, signal.SIGQUIT:
    signal.signal(number, lambda *_: None)  # back to the default for the words
code = subprocess.call(sys.argv[2:], stdout=subprocess.DEVNULL)
with open(sys.argv[1], "w") as out:
    out.write(str(code))
"""


@pytest.mark.parametrize("key", ["C-c", "C-\\"])
def test_login_interrupted(home, start_practice, open_terminal, tmp_path, key):
    """The key reaches both processes, and the sign-in alone ends by it: the
    other one waits for its exit code."""
    server = start_practice()
    server.config(home.config)
    out = tmp_path / "out"
    screen = open_terminal(
        "token", "--login", term="dumb",
        before=[sys.executable, "-c", HOW_IT_ENDS, str(out)],
    )  # fmt: skip
    wait_until(server.code, "a code")  # and it waits for an approval
    screen.keys(key)
    assert screen.wait_for_exit() == Exit.DONE
    assert out.read_text(encoding="utf-8") == str(int(Exit.CANCELLED))


def test_login_without_a_terminal(home, start_practice):
    practice = start_practice()
    practice.config(home.config)
    run = home.grantty("token", "--login", before=["setsid", "-w"])
    assert (run.returncode, run.stdout) == (Exit.NOBODY, "")
    assert "No user is signed in" in run.stderr
    assert practice.connections() == 0


def test_login_is_not_needed(home, practice):
    run = ask(home, "token", "--login")
    assert run.stdout == home.secrets()[0] + "\n"
    assert practice.calls(REFRESH) == 1


@pytest.mark.full
def test_curl(home, practice):
    url = practice.url + ENDPOINTS["webex"]["userinfo_endpoint"]
    script = f'"$1" token --output header | curl -sf --noproxy "*" -H @- "{url}"'
    run = ask(home, "-c", script, "sh", GRANTTY, command="sh")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == home.stored()["profile"]
    assert practice.calls(REFRESH) == 1


class GitServer(http.server.BaseHTTPRequestHandler):
    """git-http-backend(1), for who has a token that the provider accepts."""

    folder = practice = None

    def is_allowed(self):
        kind, _, value = self.headers.get("Authorization", "").partition(" ")
        if kind == "Basic":
            value = base64.b64decode(value).decode().partition(":")[2]
        return kind in ("Basic", "Bearer") and self.practice.accepts(value)

    def answer(self):
        size = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(size)
        if not self.is_allowed():
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        env = {
            "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": self.folder,
            "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
            "REQUEST_METHOD": self.command, "CONTENT_LENGTH": str(size),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
        }  # fmt: skip
        ran = subprocess.run(
            ["git", "http-backend"], input=body, env=env, capture_output=True,
            check=True, timeout=PATIENCE_S,
        )  # fmt: skip
        head, _, content = ran.stdout.partition(b"\r\n\r\n")
        lines = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        status = dict(lines).get("Status", "200").split()[0]
        self.send_response(int(status))
        for name, value in lines:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


@pytest.fixture
def git(home, practice, tmp_path):
    """git with grantty as the helper for the server, a repository there, and
    the server's address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), GitServer)
    GitServer.folder, GitServer.practice = str(tmp_path / "served"), practice
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    config = home.path / "gitconfig"

    def run(*words):
        return subprocess.run(
            ["git", *words],
            env=home.environment(
                GIT_CONFIG_GLOBAL=str(config), GIT_CONFIG_NOSYSTEM="1",
                GIT_TERMINAL_PROMPT="0",
            ),
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=PATIENCE_S, check=False,
        )  # fmt: skip

    def done(*words):
        ran = run(*words)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    done("config", "--global", f"credential.{url}.helper",
         f"!'{GRANTTY}' token --output git")  # fmt: skip
    done("config", "--global", "user.name", "Robin")
    done("config", "--global", "user.email", "robin@example.org")
    done("init", "-q", "--bare", GitServer.folder + "/r.git")
    done("init", "-q", str(tmp_path / "made"))
    done("-C", str(tmp_path / "made"), "commit", "-q", "--allow-empty", "-m", "first")
    done("-C", str(tmp_path / "made"), "push", "-q", GitServer.folder + "/r.git",
         "HEAD:main")  # fmt: skip
    yield run, url + "/r.git"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.full
def test_git(home, practice, git):
    """git fetch, with a token that has to be renewed first."""
    run, url = git
    assert run("init", "-q", str(home.path / "work")).returncode == 0
    fetched = run("-C", str(home.path / "work"), "fetch", url, "main")
    assert fetched.returncode == 0, fetched.stderr
    assert practice.calls(REFRESH) == 1
    log = run("-C", str(home.path / "work"), "log", "--format=%s", "FETCH_HEAD")
    assert log.stdout == "first\n"
    # And with the stored one.
    assert run("-C", str(home.path / "work"), "fetch", url, "main").returncode == 0
    assert practice.calls(REFRESH) == 1


@pytest.mark.full
def test_git_after_a_sign_out(home, git):
    run, url = git
    assert home.grantty("logout").returncode == Exit.DONE
    refused = run("ls-remote", url)
    assert refused.returncode != 0
    assert "No user is signed in" in refused.stderr


@pytest.mark.full
def test_git_signs_in(home, practice, git, open_terminal):
    """On its terminal, though its input and output are the helper's."""
    run, url = git
    assert home.grantty("logout").returncode == Exit.DONE
    assert run("config", "--global", f"credential.{url[:-6]}.helper",
               f"!'{GRANTTY}' token --login --output git").returncode == 0  # fmt: skip
    screen = open_terminal(
        before=["sh", "-c", f"exec git clone -q {url} '{home.path}/cloned'"],
        env={"GIT_CONFIG_GLOBAL": str(home.path / "gitconfig"),
             "GIT_CONFIG_NOSYSTEM": "1"},
    )  # fmt: skip
    assert screen.wait_for_exit() == 0, screen.show()
    assert (home.path / "cloned/.git").is_dir()
    assert practice.accepts(home.secrets()[0])
