# SPDX-License-Identifier: MIT
"""The kiosk: one person after another, and whatever happens in between."""

import re
import shutil
import signal

import pytest

from practice import PERSON
from program import Exit, wait_until

ASK = "POST /v1/device/authorize"
READ = "GET /v1/people/me"
SIZES = [(240, 67), (100, 30), (50, 15), (20, 5), (1, 1), (80, 24)]


@pytest.fixture
def start(home, start_practice, open_terminal):
    """Starts a server and a kiosk in a terminal."""

    def start(*options, config=None, **terminal):
        practice = start_practice(*options)
        practice.config(home.config, **(config or {}))
        return practice, open_terminal(**terminal)

    return start


@pytest.fixture
def with_code(start):
    """The same, with a code on the screen."""

    def with_code(*options, **how):
        practice, screen = start(*options, **how)
        screen.wait_for("this code, or enter it")
        return practice, screen

    return with_code


@pytest.fixture
def signed_in(with_code):
    """The same, with somebody signed in."""

    def signed_in(*options, **how):
        practice, screen = with_code("--approve-after", "0", *options, **how)
        screen.wait_for(f"Hello, {PERSON}")
        return practice, screen

    return signed_in


def press_until(screen, key, condition, what):
    """Presses the key again and again, as impatient people do: codes are not
    asked for at any speed."""
    wait_until(lambda: screen.keys(key) or condition(), what)


def wait_for_new_code(practice, screen, old):
    """Waits until the screen shows a code that is none of the old ones."""
    screen.wait_for("this code, or enter it")
    screen.keys("z")
    code = wait_until(
        lambda: practice.code_on(screen, but=old),
        lambda: f"a new code on this screen:\n{screen.show()}",
    )
    screen.keys("z")
    screen.wait_for("this code, or enter it")
    return code


def test_one_person_after_another(with_code, home):
    practice, screen = with_code()
    codes = []
    for _ in range(3):
        codes.append(wait_for_new_code(practice, screen, codes))
        practice.control(approve=codes[-1])
        screen.wait_for(f"Hello, {PERSON}")
        screen.wait_for("robin@example.com")
        assert home.session.exists()
        screen.keys("o")
        screen.wait_for("this code, or enter it")
        screen.wait_without(PERSON)
        assert not home.session.exists()
    assert len(set(codes)) == 3
    assert practice.calls(ASK) == 4
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE


def test_still_signed_in_after_a_restart(signed_in, open_terminal):
    practice, screen = signed_in()
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
    screen = open_terminal()
    screen.wait_for(f"Hello, {PERSON}")
    assert practice.calls(ASK) == 1
    assert practice.calls(READ) == 2


@pytest.mark.parametrize("remove", ["logout", "rm", "rm -r", "mv"])
def test_signed_out_elsewhere(signed_in, home, remove):
    """Without waiting for the next renewal, and the next user signs in, whose
    session is saved."""
    practice, screen = signed_in()
    folder, session = home.session.parent, home.session
    if remove == "logout":
        assert home.grantty("logout").returncode == Exit.DONE
    elif remove == "rm":
        session.unlink()
    elif remove == "rm -r":
        # The kiosk may make files in the midst of it. It cannot be stopped for
        # that long: tmux lets what is in its pane go on at once.
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    else:
        session = folder.rename(folder.with_name("moved")) / session.name
        # That is over and done with once a key is answered.
        screen.keys("?")
        screen.wait_for("Press any key to close")
        screen.keys("x")
        screen.wait_without("Press any key to close")
        session.unlink()
    wait_until(lambda: practice.calls(ASK) == 2, "a new code")
    screen.wait_for(f"Hello, {PERSON}")
    wait_until(session.exists, "the session in its file")


def test_one_kiosk_for_a_session(signed_in, open_terminal, home):
    """Another one does not show that user, nor replaces the session."""
    practice, screen = signed_in()
    stored = home.session.read_text()
    other = open_terminal()
    assert other.wait_for_exit() == Exit.USAGE
    other.wait_for("Another kiosk uses the session file")
    assert home.session.read_text() == stored
    assert home.grantty("token").returncode == Exit.DONE
    screen.signal(signal.SIGKILL)
    assert screen.wait_for_exit() == -signal.SIGKILL
    open_terminal().wait_for(f"Hello, {PERSON}")
    assert practice.calls(ASK) == 1


def test_kiosk_that_may_not_be_the_only_one(start_practice, open_terminal, home):
    """It runs, and its log says that it cannot know."""
    log = home.path / "log"
    start_practice().config(home.config, log={"file": str(log)})
    (home.session.parent / "session.json.kiosk.lock").mkdir(parents=True)
    home.session.parent.chmod(0o700)
    open_terminal().wait_for("Sign in")
    assert "cannot tell whether another kiosk uses the session file" in log.read_text()


# ---- How it ends

ENDINGS = {
    "q": lambda screen: screen.keys("q"),
    "C-c": lambda screen: screen.keys("C-c"),
    "SIGTERM": lambda screen: screen.signal(signal.SIGTERM),
    "SIGHUP": lambda screen: screen.signal(signal.SIGHUP),
    "SIGINT": lambda screen: screen.signal(signal.SIGINT),
}


@pytest.mark.parametrize("end", ENDINGS.values(), ids=ENDINGS)
@pytest.mark.parametrize("where", ["sign-in", "profile", "welcome", "trouble"])
@pytest.mark.row("Process", "SIGTERM, SIGHUP, q at every stage",
                 "ends; exit 0; terminal as it was")
def test_end(start, where, end):
    options, config, text = {
        "sign-in": ([], {}, "this code, or enter it"),
        "profile": (["--approve-after", "0"], {}, "Hello"),
        "welcome": ([], {"kiosk": {"start": "key"}}, "Press any key"),
        "trouble": (["--fault", "http-500@authorize"], {}, "Trying again in"),
    }[where]
    practice, screen = start(*options, config=config)
    screen.wait_for(text)
    end(screen)
    assert screen.wait_for_exit() == Exit.DONE
    assert not "".join(screen.text()).strip()


def test_terminal_is_left_as_it_was(with_code):
    script = 'was=$(stty -g); "$@"; [ "$was" = "$(stty -g)" ] && read line'
    _, screen = with_code(before=("sh", "-c", script, "sh"))
    screen.keys("q")
    screen.wait_without("this code, or enter it")
    wait_until(
        lambda: screen.ask("#{cursor_flag} #{alternate_on}") == "1 0",
        "a cursor on the first screen",
    )
    assert not screen.has_ended()
    screen.keys("Enter")
    assert screen.wait_for_exit() == 0


@pytest.mark.parametrize(
    "before",
    [(), ("sh", "-c", 'trap "" HUP; exec "$@"', "sh")],
    ids=["", "SIGHUP-ignored"],
)
@pytest.mark.row("Terminal", "hang-up",
                 "ends at once")
def test_hang_up(with_code, before):
    _, screen = with_code(before=before)
    screen.hang_up()
    screen.wait_until_gone()


# ---- Welcome


def test_nothing_is_asked_before_a_key(start):
    practice, screen = start(config={"kiosk": {"start": "key"}})
    screen.wait_for("Press any key to sign in")
    for columns, rows in SIZES:
        screen.resize(columns, rows)
    screen.wait_for("Press any key to sign in")
    assert practice.connections() == 0
    screen.keys("Space")
    screen.wait_for("this code, or enter it")
    assert practice.calls(ASK) == 1
    screen.keys("Escape")
    screen.wait_for("Press any key to sign in")
    press_until(screen, "x", lambda: practice.calls(ASK) >= 2, "a new code")
    screen.wait_for("this code, or enter it")


# ---- Codes


def test_a_code_that_runs_out_is_replaced(with_code):
    practice, screen = with_code()
    old = practice.code()["user_code"]
    assert not screen.shows("replaced")
    practice.control(expire=old)
    screen.wait_for("This code replaced the old one")
    new = wait_for_new_code(practice, screen, [old])
    practice.control(approve=new)
    screen.wait_for(f"Hello, {PERSON}")


def test_new_codes_on_a_key(with_code):
    practice, screen = with_code()
    press_until(screen, "r", lambda: practice.calls(ASK) >= 4, "four codes")
    screen.wait_for("This code replaced the old one")
    old = [code["user_code"] for code in practice.codes()[1:]]
    new = wait_for_new_code(practice, screen, old)
    born = [-code["age_ms"] for code in practice.codes()]
    # They were asked for two seconds apart, but the first request may have
    # taken longer to arrive than the last.
    assert born[0] - born[-1] >= 2000 * (len(born) - 1) - 3000
    practice.control(approve=new)
    screen.wait_for(f"Hello, {PERSON}")


def test_denied(with_code):
    practice, screen = with_code()
    old = practice.code()["user_code"]
    practice.control(deny=old)
    screen.wait_for("The sign-in was denied")
    press_until(screen, "Enter", lambda: practice.calls(ASK) >= 2, "a code")
    wait_for_new_code(practice, screen, [old])


def test_slow_down_is_for_good(with_code):
    practice, screen = with_code("--fault", "slow-down*1")
    code = wait_until(
        lambda: practice.code()["polls"] >= 3 and practice.code(),
        "three polls",
        timeout=60,
    )
    assert code["slow_downs"] == 1
    assert code["interval_ms"] == 6000
    assert min(code["gaps_ms"]) >= 6000


# ---- Looking


def test_zoom(with_code):
    _, screen = with_code()
    uri = screen.wait_for_qr()
    screen.keys("z")
    screen.wait_without("this code, or enter it")
    assert screen.wait_for_qr() == uri
    screen.keys("z")
    screen.wait_for("this code, or enter it")


def test_drawings(with_code):
    _, screen = with_code(columns=240, rows=67)
    uri = screen.wait_for_qr()
    assert not screen.shows("▀")
    screen.keys("m")
    screen.wait_for("▀")
    wait_until(lambda: screen.qr() == [uri], "the QR code in half cells")
    screen.keys("m")
    screen.wait_without("▀")
    wait_until(lambda: screen.qr() == [uri], "the QR code in whole cells")
    assert screen.shows("─")
    screen.keys("m")
    screen.wait_without("─")
    wait_until(lambda: "".join(screen.text()).isascii(), "ASCII")
    assert screen.wait_for_qr() == uri
    screen.keys("m")
    screen.wait_for("Enter this code")
    wait_until(lambda: screen.qr() == [], "no QR code")
    screen.keys("m")
    screen.wait_for("this code, or enter it")
    assert screen.wait_for_qr() == uri


def test_help(with_code):
    _, screen = with_code()
    screen.keys("?")
    screen.wait_for("Press any key to close")
    screen.wait_for("get a new code")
    screen.keys("x")
    screen.wait_without("Press any key to close")
    screen.wait_for("this code, or enter it")


def test_everything_of_a_profile(signed_in):
    _, screen = signed_in()
    screen.keys("Tab")
    screen.wait_for(r"Everything: \d+ of \d+")
    screen.wait_for("phoneNumbers")
    end = "loginEnabled"
    press_until(screen, "NPage", lambda: screen.shows(end), "the end of it")
    screen.keys("Tab")
    screen.wait_for("Email +robin@example.com")


# What is to be seen on each screen, also at 20x5.
SCREENS = {
    # name: (options, configuration, keys, text, text at 20x5)
    "sign-in": ([], {}, [], "this code, or enter it", r"\d{3} \d{3}"),
    "zoom": ([], {}, ["z"], r"\d{3} \d{3}", r"\d{3} \d{3}"),
    "profile": (["--approve-after", "0"], {}, [], f"Hello, {PERSON}", "Hello"),
    "tree": (["--approve-after", "0"], {}, ["Tab"], "Everything:", "Hello"),
    "welcome": (
        [], {"kiosk": {"start": "key"}}, [], "Press any key to sign in", "Press"
    ),
    "trouble": (
        ["--fault", "http-500@authorize"],
        {},
        [],
        "Sign-in is not possible right now",
        "Sign-in is not",
    ),
    "help": ([], {}, ["?"], "Press any key to close", "get a new code|New code"),
}  # fmt: skip


@pytest.mark.parametrize(
    "options, config, keys, text, little", SCREENS.values(), ids=SCREENS
)
@pytest.mark.row("Terminal", "resize storm, 1x1 included",
                 "drawn for each size")
def test_resize(start, options, config, keys, text, little):
    practice, screen = start(*options, config=config)
    if keys:
        screen.wait_for("this code, or enter it" if not options else "Hello")
        screen.keys(*keys)
    screen.wait_for(text)
    for columns, rows in SIZES:
        screen.resize(columns, rows)
        if rows > 15:
            screen.wait_for(text)
        elif rows > 1:
            screen.wait_for(little)
    assert not screen.has_ended()


@pytest.mark.parametrize("columns, rows", [(240, 67), (100, 30), (64, 34)])
def test_qr_after_resize(with_code, columns, rows):
    practice, screen = with_code()
    uri = screen.wait_for_qr()
    screen.resize(columns, rows)
    screen.wait_for("this code, or enter it")
    assert screen.wait_for_qr() == uri


@pytest.mark.parametrize("columns, rows", [(80, 24), (60, 20), (40, 12)])
def test_pasted_address_that_is_refused(
    home, start_practice, open_terminal, columns, rows
):
    """The whole sentence is there, on screens without a log as well."""
    practice = start_practice()
    practice.config(
        home.config, "plain", grant="code", redirect_uri="http://127.0.0.1/",
        provider={"authorization_endpoint": practice.url + "/authorize"},
    )
    screen = open_terminal(columns=columns, rows=rows)
    screen.wait_for("browser's final address")
    screen.keys("v")
    screen.wait_for("press Enter:")
    screen.keys("x", "Enter")
    screen.wait_for("belongs to another sign-in: open the address on the screen.")


# ---- Trouble


@pytest.mark.row("Network", "refused at the start",
                 "told; signs in once it is there")
def test_server_away_at_the_start(start_practice, open_terminal, home):
    practice = start_practice()
    practice.config(home.config)
    practice.kill()
    screen = open_terminal()
    screen.wait_for("No connection to the sign-in service")
    screen.wait_for("Waiting for the network")
    later = practice.again()
    try:
        screen.wait_for("this code, or enter it", timeout=60)
        screen.keys("q")
        assert screen.wait_for_exit() == Exit.DONE
    finally:
        later.close()


def test_server_away_while_polling(with_code):
    practice, screen = with_code()
    practice.kill()
    screen.wait_for("No connection: trying again")
    later = practice.again()
    try:
        # It has forgotten everything, so this code leads nowhere any more.
        screen.wait_for("The sign-in failed", timeout=60)
        press_until(screen, "Enter", later.code, "a new code")
        screen.wait_for("this code, or enter it")
        later.control(approve="*")
        screen.wait_for(f"Hello, {PERSON}")
        screen.keys("q")
        assert screen.wait_for_exit() == Exit.DONE
    finally:
        later.close()


@pytest.mark.row("Network", "silence while polling",
                 "told; the code survives; signs in")
def test_server_silent_while_polling(with_code):
    practice, screen = with_code(config={"network": {"request_timeout_s": 4}})
    code = practice.code()["user_code"]
    practice.pause()
    screen.wait_for("No connection: trying again")
    practice.go_on()
    screen.wait_for("Waiting for your approval", timeout=60)
    assert practice.calls(ASK) == 1
    practice.control(approve=code)
    screen.wait_for(f"Hello, {PERSON}")


def test_idle_sign_out(signed_in, home):
    practice, screen = signed_in(config={"kiosk": {"sign_out_after_s": 10}})
    practice.control(fault="http-500@authorize")
    screen.wait_for("Signing out in 0:0[1-5]")
    press_until(
        screen,
        "x",
        lambda: screen.shows("Signing out in 0:(10|0[7-9])"),
        "its beginning again",
    )
    screen.wait_for("Sign-in is not possible right now")
    assert not home.session.exists()


def test_profile_cannot_be_read(with_code):
    practice, screen = with_code("--fault", "http-500@profile*1")
    practice.control(approve="*")
    screen.wait_for(f"Hello, {PERSON}")
    assert practice.calls(READ) == 2


def test_hostile_profile(with_code):
    practice, screen = with_code("--fault", "hostile-text@profile")
    practice.control(approve="*")
    screen.wait_for("robin@example.com")
    screen.wait_for("gotcha")
    assert screen.ask("#{pane_title}").endswith(" - grantty")
    screen.wait_for("o Sign out")


@pytest.mark.row("Network", "DNS black hole",
                 "keys and resizing answered throughout; ends at once")
def test_keys_work_while_a_name_is_looked_up(silent_resolver, start):
    resolver, before = silent_resolver
    away = "https://sign-in.example"
    practice, screen = start(
        config={
            "provider": {"device_authorization_endpoint": f"{away}/device"},
            "network": {"connect_timeout_s": 120, "request_timeout_s": 300},
        },
        before=before,
    )
    assert b"\7sign-in\7example\0" in resolver.recv(512)
    screen.wait_for("Requesting a code from")
    screen.keys("?")
    screen.wait_for("Press any key to close")
    screen.resize(100, 30)
    screen.keys("x")
    screen.wait_without("Press any key to close")
    screen.wait_for("Requesting a code from")
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE


# ---- A console that is not the program's alone


def test_what_others_wrote_is_repaired(with_code):
    _, screen = with_code()
    uri = screen.wait_for_qr()
    with open(screen.ask("#{pane_tty}"), "wb", buffering=0) as tty:

        def is_written_over():
            # Again each time, as the picture may just be moving on.
            text = 10 * b"[   42.1] usb 1-1: device found\r\n"
            tty.write(b"\x1b[5;1H" + text)
            return screen.shows("usb 1-1: device found") and screen.qr() == []

        wait_until(is_written_over, screen.show)
    screen.keys("C-l")
    screen.wait_without("usb 1-1: device found")
    assert screen.wait_for_qr() == uri


def test_a_drawing_is_not_kept(with_code, open_terminal):
    """m changes the drawing for this visit; screen.qr sets it for good."""
    _, screen = with_code()
    screen.wait_for("▀")
    screen.keys("m")
    screen.wait_without("▀")
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
    screen = open_terminal()
    screen.wait_for("▀")


def test_a_drawing_is_for_one_visit(start):
    """Nor is the next user's screen in English because of it."""
    practice, screen = start(
        config={"kiosk": {"start": "key"}, "screen": {"languages": ["de"]}})
    for _ in range(2):
        screen.wait_for("Taste drücken zum Anmelden")
        press_until(screen, "x", lambda: screen.shows("r Neuer Code"), "a code")
        screen.wait_for("▀")
        screen.keys("m")
        screen.wait_for("r New code")
        screen.keys("Escape")


def test_a_new_code_keeps_the_drawing(with_code):
    """The user who asks for one is the same."""
    practice, screen = with_code()
    screen.wait_for("▀")
    screen.keys("m")
    screen.wait_without("▀")
    press_until(screen, "r", lambda: practice.calls(ASK) >= 2, "a new code")
    screen.wait_for("This code replaced the old one")
    assert not screen.shows("▀")


def test_window_title(with_code):
    """What and who; then no name that is over, and what was there before."""
    practice, screen = with_code(term="tmux-256color")

    def wait_for_title(pattern):
        wait_until(
            lambda: re.fullmatch(pattern, screen.ask("#{pane_title}")),
            lambda: f"{pattern}, not {screen.ask('#{pane_title}')}",
        )

    wait_for_title("Sign in: [0-9.:]+ - grantty")
    practice.control(approve=practice.code()["user_code"])
    wait_for_title(f"Signed in: {PERSON}, [0-9.:]+ - grantty")
    screen.keys("o")
    wait_for_title("Sign in: [0-9.:]+ - grantty")
    screen.keys("q")
    screen.wait_for_exit()
    wait_for_title("(?!.*grantty).*")


@pytest.mark.parametrize("term", ["linux", "vt220"])
def test_no_window_title(with_code, term):
    _, screen = with_code(term=term)
    assert "grantty" not in screen.ask("#{pane_title}")
