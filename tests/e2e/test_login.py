# SPDX-License-Identifier: MIT
"""grantty login: on the screen, as plain lines, and what can go wrong."""

import concurrent.futures
import re
import signal
import subprocess
import urllib.parse

import pytest

from practice import CLIENT_SECRET, PERSON, WEBEX_HELPER, Practice
from program import GRANTTY, Exit, Home, wait_until
from terminal import CELL_WIDTH, grouped

@pytest.fixture
def sign_in(home, start_practice, open_terminal):
    """Starts a server and "grantty login"; returns both once a code shows."""

    def start(*options, dialect="webex", config=None, args=(), **terminal):
        practice = start_practice(*options)
        practice.config(home.config, dialect, **(config or {}))
        screen = open_terminal("login", *args, **terminal)
        wait_until(practice.code, "a request for a code")
        screen.wait_for("code")
        return practice, screen

    return start


def assert_without(secrets, *texts):
    for text in texts:
        for secret in secrets:
            assert secret not in text


# ---- A sign-in


def modules_of_symbol(picture):
    """How wide the QR code in the upper left corner is, in modules of a cell's
    width, and the quiet zone around it; None where that is no square. Half a
    row below it is light as well."""
    light = picture.convert("L").point(lambda level: 255 * (level >= 128))
    left, top, right, bottom = light.getbbox()
    x, y = left, top
    while x < right and light.getpixel((x, top)):
        x += 1
    while y < bottom and light.getpixel((left, y)):
        y += 1
    side = x - left
    dark = light.point(lambda level: 255 - level).crop((left, top, x, y))
    quiet = (dark.getbbox() or [0])[0]
    square = (quiet, quiet, side - quiet, side - quiet)
    if dark.height < side or dark.getbbox() != square:
        return None
    return (side - 2 * quiet) / CELL_WIDTH, quiet / CELL_WIDTH


def test_webex_at_80x24(home, sign_in):
    log = home.path / "log"
    practice, screen = sign_in(
        "--verification-uri",
        WEBEX_HELPER,
        config={
            "log": {"file": str(log)},
            "provider": {"device_name": "Lobby"},
        },
        args=["-v"],
    )
    uri = screen.wait_for_qr()
    assert uri.startswith(WEBEX_HELPER + "?userCode=")
    assert len(uri) == 112
    # Version 6 is 41 modules wide, with a quiet zone of 2 on each side. Where
    # the hash happens to hold long runs of digits version 5 is enough, at 37:
    # that has 4, or 2 where the picture has moved to spare the screen. It can
    # be read before the last of its quiet zone is drawn.
    wait_until(
        lambda: modules_of_symbol(screen.picture())
        in [(41, 2), (37, 4), (37, 2)],
        screen.show,
    )
    screen.wait_for("this code, or enter it")
    screen.wait_for(re.escape("oauth-helper-r.wbx2.com"))

    # Beside the QR code it is drawn in large characters, too.
    code = practice.code()["user_code"]
    assert re.fullmatch(r"\d{6}", code)
    screen.wait_for(grouped(code))
    screen.keys("z")
    screen.wait_without("this code, or enter it")
    screen.wait_for(grouped(code))
    assert screen.wait_for_qr() == uri
    screen.keys("z")
    screen.wait_for("this code, or enter it")

    practice.control(approve=code)
    assert screen.wait_for_exit() == Exit.DONE
    screen.wait_for(rf"Signed in to \S+ as {PERSON}\.")
    assert practice.code()["device"] == "Lobby"

    assert home.session.stat().st_mode & 0o777 == 0o600
    assert home.session.parent.stat().st_mode & 0o777 == 0o700
    stored = home.stored()
    assert set(stored) == {
        "version",
        "provider",
        "client_id",
        "access_token",
        "refresh_token",
        "expires_at",
        "refresh_expires_at",
        "scope",
        "token_type",
        "profile",
    }
    assert stored["profile"]["displayName"] == PERSON
    lines = log.read_text()
    assert "polling -> granted" in lines
    assert_without(home.secrets() + [CLIENT_SECRET], lines)
    # Nor a device code, which only the two programs know: no long run of what
    # codes and tokens are made of.
    assert not re.search(r"[A-Za-z0-9_-]{40}", lines)


@pytest.mark.parametrize("dialect", ["webex", "plain"])
def test_verbs_after_login(home, start_practice, dialect):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config, dialect)
    login = home.grantty("login")
    assert login.returncode == Exit.DONE
    assert f"as {PERSON}." in login.stdout
    secrets = home.secrets() + [CLIENT_SECRET]
    assert_without(secrets, login.stdout, login.stderr)

    whoami = home.grantty("whoami")
    assert (whoami.returncode, whoami.stderr) == (Exit.DONE, "")
    assert re.search(rf"^Name +{PERSON}$", whoami.stdout, re.M)
    assert re.search(r"^Email +robin@example.com$", whoami.stdout, re.M)
    status = home.grantty("status")
    assert (status.returncode, status.stderr) == (Exit.DONE, "")
    assert PERSON in status.stdout
    assert_without(secrets, whoami.stdout, status.stdout)

    token = home.grantty("token")
    assert (token.returncode, token.stderr) == (Exit.DONE, "")
    assert token.stdout == home.stored()["access_token"] + "\n"
    assert practice.accepts(token.stdout.strip(), dialect)
    assert practice.state()["refreshes"] == 0


@pytest.mark.full
@pytest.mark.parametrize(
    "dialect, by",
    [("webex", "qr"), ("webex", "hand"), ("plain", "qr"), ("plain", "hand")],
)
def test_approved_on_the_phone(sign_in, browser, dialect, by):
    options = ["--verification-uri", WEBEX_HELPER] if dialect == "webex" else []
    practice, screen = sign_in(*options, dialect=dialect)
    uri = urllib.parse.urlsplit(screen.wait_for_qr())
    code = practice.code()["user_code"]
    if by == "qr":
        browser.open(f"{practice.url}{uri.path}?{uri.query}")
    else:
        browser.open(practice.url + uri.path)
        browser.enter(code.lower())
    browser.wait_for("Approve this device?")
    browser.wait_for(code)
    browser.press("Approve")
    assert screen.wait_for_exit() == Exit.DONE
    screen.wait_for(f"as {PERSON}")


@pytest.mark.full
def test_denied_on_the_phone(sign_in, browser):
    practice, screen = sign_in()
    browser.open(screen.wait_for_qr())
    browser.press("Deny")
    assert screen.wait_for_exit() == Exit.DENIED
    screen.wait_for("The sign-in was denied")


def test_denied(sign_in, home):
    practice, screen = sign_in()
    practice.control(deny="*")
    assert screen.wait_for_exit() == Exit.DENIED
    screen.wait_for("The sign-in was denied")
    assert not home.session.exists()


# ---- Plain lines


def test_plain_in_a_terminal(home, start_practice, open_terminal):
    practice = start_practice("--verification-uri", WEBEX_HELPER)
    practice.config(home.config)
    screen = open_terminal("login", "--plain", columns=130, rows=60)
    uri = screen.wait_for_qr()
    assert len(uri) == 112
    screen.wait_for(re.escape(uri))
    screen.wait_for(grouped(practice.code()["user_code"]))
    practice.control(approve="*")
    assert screen.wait_for_exit() == Exit.DONE
    screen.wait_for(f"as {PERSON}")


# rows, columns, the locale, what the QR code says
PAPERS = {
    "80x24": (24, 80, "C.UTF-8", "bare"),
    "80x50": (50, 80, "C.UTF-8", "complete"),
    "50x15": (15, 50, "C.UTF-8", None),
    "40x12": (12, 40, "C.UTF-8", None),
    "screen without UTF-8": (60, 130, "C", "complete"),
}


@pytest.mark.parametrize(
    "rows, columns, locale, says", PAPERS.values(), ids=PAPERS
)
def test_plain_on_paper_of_that_size(
    home, start_practice, open_terminal, rows, columns, locale, says
):
    practice = start_practice("--verification-uri", WEBEX_HELPER)
    practice.config(home.config)
    term = "screen" if locale == "C" else "xterm-256color"
    screen = open_terminal("login", "--plain", columns=columns, rows=rows,
                           env={"LC_ALL": locale}, term=term)
    screen.wait_for("The code is valid for")
    code = practice.code()
    if says is None:
        assert "camera" not in screen.show()
    else:
        uri = screen.wait_for_qr()
        assert (len(uri) == 112) == (says == "complete"), uri
        wait_until(lambda: practice.calls("POST /v1/device/token") > 3, "polls")
    # Nothing has scrolled away, and nothing was left out.
    assert screen.text()[0].startswith("To sign in to ")
    assert screen.shows(" ".join(code["user_code"]))
    assert locale != "C" or not re.search("[▀▄█]", screen.show())


def test_plain_tells_when_a_code_ends_soon(home, start_practice, open_terminal):
    practice = start_practice("--expires-in", "32")
    practice.config(home.config)
    screen = open_terminal("login", "--plain", columns=80, rows=24)
    screen.wait_for("The code is valid for 3")
    screen.wait_for("The code expires in (30|29) seconds")


SAID_AT_THE_END = {
    # name: (configuration, what the server is told, what is said)
    "denied": ({}, {"deny": "*"}, "The sign-in was denied. The request "
               "was declined on the sign-in page."),
    "expired": ({}, {"expire": "*"}, "The code has expired. It wasn't "
                "used in time."),
    "wrong secret": (
        {"provider": {"client_secret": "wrong"}},
        None,
        "This device is not set up correctly. Its administrator has to fix "
        "that. grantty: {host} does not accept this "
        "client: check that CLIENT_SECRET is right and belongs to CLIENT_ID, "
        "and that provider.token_endpoint_auth_method is right. "
        '("The client is not known or its secret is wrong.")',
    ),
}


@pytest.mark.parametrize(
    "config, order, said", SAID_AT_THE_END.values(), ids=SAID_AT_THE_END
)
def test_plain_says_once_why_it_ends(
    home, start_practice, open_terminal, config, order, said
):
    """With no line that ends within a word, and the log with it."""
    practice = start_practice()
    practice.config(home.config, **config)
    screen = open_terminal("login", "--plain", columns=40, rows=20)
    if order:
        screen.wait_for("The code is valid for")
        practice.control(**order)
    screen.wait_for_exit()
    lines = " ".join(line.strip() for line in screen.text()).strip()
    host = practice.url.partition("://")[2]
    assert lines.partition("grantty: ")[2] == said.format(host=host)


def test_plain_through_a_pipe(home, start_practice):
    practice = start_practice("--approve-after", "1")
    practice.config(home.config)
    run = home.grantty("login")
    assert run.returncode == Exit.DONE
    code = practice.code()["user_code"]
    assert re.search(rf"^ +{grouped(code)}$", run.stdout, re.M)
    assert f"{practice.url}/verify\n" in run.stdout
    assert re.search(rf"^Signed in to .* as {PERSON}\.$", run.stdout, re.M)
    assert "approved" in run.stderr
    assert "\033" not in run.stdout + run.stderr


# ---- What can go wrong on the way


@pytest.mark.parametrize(
    "options, control",
    [((), {"expire": "*"}), (("--expires-in", "10"), {})],
    ids=["told", "by-the-clock"],
)
def test_code_runs_out(sign_in, options, control):
    practice, screen = sign_in(*options)
    if control:
        practice.control(**control)
    assert screen.wait_for_exit() == Exit.EXPIRED
    screen.wait_for("The code has expired")


@pytest.mark.row("Network", "refused",
                 "told; exit 6")
def test_no_network(home, start_practice):
    practice = start_practice()
    practice.config(home.config)
    practice.kill()
    run = home.grantty("login")
    assert run.returncode == Exit.UNREACHABLE
    assert "the connection was refused" in run.stderr
    assert run.stdout == ""


FAULTS = {
    # name: (faults, exit code, what is said)
    "no redirect URI": (
        ["no-redirect-uri"],
        Exit.USAGE,
        r"https://oauth-helper-\{a,d,k,r\}\.wbx2\.com/",
    ),
    "client not known": (
        ["invalid-client@authorize"],
        Exit.USAGE,
        "does not know this client: check CLIENT_ID",
    ),
    "page instead of a code": (
        ["html-502@authorize"],
        Exit.UNREACHABLE,
        r"having problems \(status 502\)",
    ),
    "text instead of a code": (
        ["not-json@authorize"],
        Exit.FAILED,
        "instead of a code: check whether provider.device_authorization_endpoint",
    ),
    "bad address": (["bad-uri"], Exit.FAILED, "that is not a web address"),
    "plain http": (["http-uri"], Exit.FAILED, "which is not safe"),
    "escapes": (["hostile-text"], Exit.FAILED, "code that cannot be shown"),
}


@pytest.mark.parametrize("faults, code, said", FAULTS.values(), ids=FAULTS)
def test_refused(home, start_practice, faults, code, said):
    practice = start_practice(
        *[word for fault in faults for word in ("--fault", fault)]
    )
    practice.config(home.config)
    run = home.grantty("login")
    assert run.returncode == code
    assert re.search(said, run.stderr, re.I)
    assert "\033" not in run.stderr
    assert not home.session.exists()


def test_unknown_error(home, start_practice):
    practice = start_practice("--fault", "unknown-error")
    practice.config(home.config, "plain")
    run = home.grantty("login")
    assert run.returncode == Exit.FAILED
    assert 'answered with the error "moon_not_full"' in run.stderr


# None of these may cost anybody an approved sign-in.
BUMPS = [
    "not-json*1",
    "empty*1",
    "truncated-json*1",
    "html-502*1",
    "rate-limit*1",
    "retry-date*1",
    "redirect*1",
    "big-body*1",
    "drop*1",
    "no-interval",
    "zero-interval",
    "negative-interval",
    "string-numbers",
]


def bumpy_login(folder, fault):
    home = Home(folder / "home")
    practice = Practice("--fault", fault, "--approve-after", "0")
    try:
        practice.config(home.config)
        return home.grantty("login"), practice.state()
    finally:
        practice.close()


@pytest.fixture(scope="module")
def bumpy_logins(tmp_path_factory):
    """All of them at once: they hardly do anything but wait."""
    with concurrent.futures.ThreadPoolExecutor(len(BUMPS)) as pool:
        yield {
            fault: pool.submit(bumpy_login, tmp_path_factory.mktemp("b"), fault)
            for fault in BUMPS
        }


@pytest.mark.parametrize("fault", BUMPS)
def test_bumpy_road(bumpy_logins, fault):
    run, state = bumpy_logins[fault].result()
    assert run.returncode == Exit.DONE, run.stderr
    assert PERSON in run.stdout
    # A fault with a number has struck.
    assert state["faults"] == ([] if "*" in fault else [fault])


@pytest.mark.parametrize("fault", ["hostile-text@profile", "huge-profile"])
def test_strange_profile(home, start_practice, fault):
    practice = start_practice("--fault", fault, "--approve-after", "0")
    practice.config(home.config)
    assert home.grantty("login").returncode == Exit.DONE
    whoami = home.grantty("whoami")
    assert whoami.returncode == Exit.DONE
    hostile = "[\0-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e]"
    assert not re.search(hostile, whoami.stdout)


def test_wrong_secret(home, start_practice):
    practice = start_practice()
    practice.config(home.config, provider={"client_secret": "not-this"})
    run = home.grantty("login")
    assert run.returncode == Exit.USAGE
    assert "check that CLIENT_SECRET is right" in run.stderr
    assert "not-this" not in run.stdout + run.stderr


# ---- Terminals


@pytest.mark.parametrize(
    "columns, rows, term",
    [
        (80, 24, "does-not-exist"),
        (80, 24, "linux"),
        (80, 24, "vt100"),
        (80, 24, "screen"),
        (20, 5, "xterm-256color"),
        (20, 5, "vt100"),
        (240, 67, "xterm-256color"),
    ],
)
def test_terminals(sign_in, columns, rows, term):
    practice, screen = sign_in(columns=columns, rows=rows, term=term)
    code = practice.code()["user_code"]
    if (columns, rows) == (20, 5):
        screen.wait_for(grouped(code))
    elif term != "vt100":
        assert screen.wait_for_qr().startswith(practice.url)
    shown = "".join(screen.text()).replace(" ", "")
    assert f"{practice.url}/verify" in shown
    practice.control(approve=code)
    assert screen.wait_for_exit() == Exit.DONE
    wait_until(
        lambda: PERSON in "".join(screen.text()),
        lambda: f"a greeting on this screen:\n{screen.show()}",
    )


@pytest.mark.parametrize("lang", [None, "C", "xx_YY.UTF-8", "en_US.ISO-8859-1"])
def test_locales(sign_in, lang):
    practice, screen = sign_in(env={"LANG": lang})
    assert screen.wait_for_qr().startswith(practice.url)


@pytest.mark.parametrize(
    "config, env, plain",
    [
        ({"screen": {"plain": True}}, {}, True),
        ({}, {"ACCESSIBLE": "1"}, True),
        ({}, {"ACCESSIBLE": "0"}, False),
        ({"screen": {"plain": False}}, {"ACCESSIBLE": ""}, False),
    ],
)
def test_plain_on_request(sign_in, config, env, plain):
    practice, screen = sign_in(config=config, env=env, rows=60)
    screen.wait_for("go to")
    lines = screen.text()
    code = practice.code()["user_code"]
    assert bool(screen.shows("To sign in to")) == plain
    if not plain:
        return
    # What to do, where, the code, and each of its characters.
    text = " ".join(lines)
    at = [text.index(part) for part in
          ("To sign in to", "http://", grouped(code), " ".join(code))]
    assert at == sorted(at)
    assert re.search(r"(Digit by digit|Character by character): ", text)
    practice.control(approve=code)
    screen.wait_for(f"Signed in .* as {PERSON}")
    assert screen.wait_for_exit() == Exit.DONE


def test_no_colour(sign_in):
    practice, screen = sign_in(env={"NO_COLOR": "1"})
    assert screen.wait_for_qr().startswith(practice.url)


# ---- A person changes their mind


@pytest.mark.parametrize("key", ["C-c", "Escape", "q"])
def test_cancelled(sign_in, home, key):
    practice, screen = sign_in()
    screen.wait_for_qr()
    screen.keys(key)
    assert screen.wait_for_exit() == Exit.CANCELLED
    assert not home.session.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_ended_from_outside(sign_in, number):
    practice, screen = sign_in()
    screen.wait_for_qr()
    screen.signal(number)
    assert screen.wait_for_exit() == Exit.FAILED


def test_interrupted_in_plain_lines(sign_in):
    practice, screen = sign_in(args=["--plain"])
    screen.keys("C-c")
    assert screen.wait_for_exit() == Exit.CANCELLED


def test_plain_code_grant(home, start_practice):
    practice = start_practice()
    practice.config(
        home.config, "plain", grant="code", redirect_uri="http://127.0.0.1/",
        provider={
            "device_name": "lobby-3.example.org",
            "authorization_endpoint": practice.url + "/authorize",
        },
    )
    with subprocess.Popen(
        [GRANTTY, "login", "--plain"],
        env=home.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as login:
        lines = []
        while not lines or not lines[-1].startswith("The address is valid"):
            lines.append(next(login.stdout))
        login.send_signal(signal.SIGTERM)
    text = "".join(lines)
    port = re.search(r"^http://127\.0\.0\.1:(\d+)/$", text, re.M).group(1)
    assert f"    ssh -L {port}:127.0.0.1:{port} lobby-3.example.org\n" in text
    assert re.fullmatch(r"The address is valid for \d+ minutes\.\n", lines[-1])


def test_cursor_on_the_code(sign_in):
    """Where braille displays and screen readers look, while time goes by."""
    practice, screen = sign_in()
    code = grouped(practice.code()["user_code"])
    screen.wait_for("this code, or enter it")

    def time_left():
        found = screen.shows(r"\d:\d\d\n")
        return found and found[0]

    def rests():
        x, y = screen.ask("#{cursor_x} #{cursor_y}").split()
        return screen.text()[int(y)][int(x):].startswith(code)

    for _ in range(3):
        before = time_left()
        wait_until(lambda: time_left() != before, "the next second")
        wait_until(rests, lambda: f"the cursor on {code}:\n{screen.show()}")
