# SPDX-License-Identifier: MIT
"""Sign-ins by lines alone: everything is read as text, and typed."""

import os
import signal
import termios
import time

import pytest

from practice import PERSON
from program import Exit, wait_until
from terminal import grouped

ASK = "POST /v1/device/authorize"
PLAIN = {"screen": {"plain": True}}
CONSENT_S = 1.1  # how long a question has to stand


def let_it_stand():
    """Waits for as long as somebody takes to read."""
    since = time.monotonic()
    wait_until(lambda: time.monotonic() > since + CONSENT_S, "the second")


@pytest.fixture
def start(home, start_practice, open_terminal):
    """Starts a server and a kiosk in plain lines, with all lines in view."""

    def start(*options, config=None, rows=60, history=500, **how):
        practice = start_practice(*options)
        practice.config(home.config, **{**PLAIN, **(config or {})})
        return practice, open_terminal(rows=rows, history=history, **how)

    return start


def everything(screen):
    """Also what has scrolled away."""
    return screen.tmux("capture-pane", "-p", "-S", "-")


def shown_code(practice, screen):
    """Presses Enter until there is a code: they are not asked for at any
    speed."""
    before = practice.calls(ASK)
    wait_until(
        lambda: screen.keys("Enter") or practice.calls(ASK) > before, "a code"
    )
    code = practice.code()["user_code"]
    screen.wait_for(grouped(code))
    return code


def test_one_person_after_another(start, home):
    """From the invitation to the next one, and nobody reads about the one
    before: neither on the screen nor above it."""
    practice, screen = start(config={"kiosk": {"confirm": True}})
    screen.wait_for("Press Enter for a code")
    assert practice.calls(ASK) == 0
    for _ in range(2):
        code = shown_code(practice, screen)
        text = " ".join(screen.text()).rpartition("Press Enter for a code")[2]
        at = [
            text.index(part)
            for part in ("To sign in to", "/verify", grouped(code), " ".join(code),
                         "valid for", "standing at this screen")
        ]
        assert at == sorted(at)
        practice.control(approve=code)
        screen.wait_for(rf"{PERSON} approved this sign-in. Is this you\? \[y/N\]")
        let_it_stand()
        screen.keys("y", "Enter")
        screen.wait_for(f"Signed in to .* as {PERSON}")
        screen.wait_for("Email: robin@example.com Press Enter to sign out")
        assert home.session.exists()
        let_it_stand()
        screen.keys("Enter")
        # The invitation of the round before may still be there.
        wait_until(lambda: PERSON not in everything(screen), "a cleared screen")
        screen.wait_for("You are signed out. Sign in .* Press Enter for a code")
        text = everything(screen)
        assert PERSON not in text and "robin@" not in text
        assert not home.session.exists()
    assert practice.calls(ASK) == 2
    screen.keys("q", "Enter")
    assert screen.wait_for_exit() == Exit.DONE


def test_answered_no(start, home):
    practice, screen = start(
        "--approve-after", "0", config={"kiosk": {"confirm": True}}
    )
    screen.wait_for("Press Enter for a code")
    screen.keys("Enter")
    screen.wait_for("Is this you")
    let_it_stand()
    screen.keys("n", "Enter")
    screen.wait_for("You answered that this is not you. Nothing was kept.")
    assert PERSON not in everything(screen)
    assert not home.session.exists()


@pytest.mark.parametrize(
    "how",
    [
        {"term": "dumb", "config": {"screen": {"plain": False}}},
        {"env": {"ACCESSIBLE": "1"}, "config": {"screen": {"plain": False}}},
    ],
    ids=["dumb", "ACCESSIBLE"],
)
def test_where_it_is_plain(start, how):
    """A terminal that cannot be cleared scrolls it away."""
    practice, screen = start("--approve-after", "0", history=0, **how)
    screen.wait_for("Press Enter for a code")
    screen.keys("Enter")
    screen.wait_for("Press Enter to sign out")
    let_it_stand()
    screen.keys("Enter")
    screen.wait_for("You are signed out.")
    assert PERSON not in everything(screen)


def test_no_line_for_a_poll(start):
    """What is waited for is not told again and again."""
    practice, screen = start()
    screen.wait_for("Press Enter for a code")
    shown_code(practice, screen)
    before = screen.text()
    polls = practice.calls("POST /v1/device/token")
    wait_until(
        lambda: practice.calls("POST /v1/device/token") > polls + 2, "polls"
    )
    assert screen.text() == before


def test_trouble_once(start):
    """However often it is tried again."""
    practice, screen = start()
    screen.wait_for("Press Enter for a code")
    practice.kill()
    screen.keys("Enter")
    screen.wait_for("No connection to the sign-in service Trying again in .*, or "
                    "press Enter.")
    screen.keys("Enter")
    wait_until(
        lambda: screen.show().count("No connection") == 2, "the same again"
    )


@pytest.mark.parametrize("key", ["C-c", "C-\\", "C-z", "C-d", "q"])
def test_locked(start, key):
    practice, screen = start(config={"kiosk": {"lock": True}})
    screen.wait_for("Press Enter for a code")
    assert not screen.shows("quit")
    screen.keys(key)
    shown_code(practice, screen)
    screen.keys(key, "Enter")
    practice.control(approve="*")
    screen.wait_for("Press Enter to sign out")
    screen.keys(key)
    screen.signal(signal.SIGTERM)
    assert screen.wait_for_exit() == Exit.DONE
    assert PERSON not in everything(screen)


@pytest.mark.parametrize("key", ["C-c", "C-d"])
def test_unlocked(start, key):
    practice, screen = start()
    screen.wait_for("Press Enter for a code")
    screen.keys(key)
    assert screen.wait_for_exit() == Exit.DONE


def test_line_goes_away(start):
    _, screen = start()
    screen.wait_for("Press Enter for a code")
    screen.hang_up()
    screen.wait_until_gone()


def test_code_at_once(start):
    """Where that is set."""
    practice, screen = start(config={"kiosk": {"start": "auto"}})
    screen.wait_for("enter this code")
    assert practice.calls(ASK) == 1


def test_keys_beside_a_code(start):
    """Where no invitation names them; again in each language."""
    practice, screen = start(config={
        "kiosk": {"start": "auto"},
        "screen": {"plain": True, "languages": ["en", "de"]},
    })
    screen.wait_for(
        r"valid for[^|]*standing at this screen[^|]*"
        r"Deutsch: l \+ Enter To quit, type q and press Enter\.")
    wait_until(lambda: practice.code()["polls"] > 1, "two polls")
    assert everything(screen).count("type q and press") == 1
    screen.keys("l", "Enter")
    screen.wait_for(r"gültig[^|]*English: l \+ ")
    assert practice.calls(ASK) == 1
    practice.control(expire="*")
    wait_until(lambda: practice.calls(ASK) == 2, "the next code")
    wait_until(lambda: everything(screen).count("English: l +") == 2, "the keys")
    screen.keys("q", "Enter")
    assert screen.wait_for_exit() == Exit.DONE


@pytest.mark.parametrize("options", [("--plain",), ()])
def test_help_of_a_login(home, start_practice, open_terminal, options):
    """Whom to call, also after the screens are gone."""
    practice = start_practice()
    practice.config(home.config, kiosk={"help": "Call 4711."})
    screen = open_terminal("login", *options)
    wait_until(practice.code, "a code")
    practice.control(deny="*")
    assert screen.wait_for_exit() == Exit.DENIED
    screen.wait_for(r"grantty: The sign-in was denied\.[^|]*grantty: Call 4711\.")


def test_login_read_as_lines(home, start_practice, open_terminal):
    """By the keyboard, at screens of which only the text is read."""
    practice = start_practice()
    practice.config(home.config, kiosk={"confirm": True})
    screen = open_terminal("login")
    screen.wait_for("/verify")
    code = wait_until(lambda: practice.code_on(screen), "a code")
    practice.control(approve=code)
    screen.wait_for(rf"{PERSON}")
    screen.wait_for("Is this you")
    let_it_stand()
    screen.keys("y")
    assert screen.wait_for_exit() == Exit.DONE
    screen.wait_for(f"Signed in to .* as {PERSON}")


def test_kiosk_read_as_lines(home, start_practice, open_terminal):
    practice = start_practice()
    practice.config(home.config, kiosk={"start": "key"})
    screen = open_terminal()
    screen.wait_for("Press any key to sign in")
    screen.keys("Enter")
    code = wait_until(lambda: practice.code_on(screen), "a code")
    screen.wait_for("/verify")
    practice.control(approve=code)
    screen.wait_for(f"Hello, {PERSON}")
    screen.wait_for("robin@example.com")
    screen.keys("o")
    screen.wait_for("Press any key to sign in")
    assert PERSON not in screen.show()


@pytest.mark.parametrize("lock", [False, True])
def test_held_output(start, lock):
    """Neither Ctrl-S nor Scroll Lock, which holds it as TCOOFF does, stops more
    than the output."""
    practice, screen = start(config={"kiosk": {"lock": lock}})
    screen.wait_for("Press Enter for a code")
    screen.keys("C-s")
    code = shown_code(practice, screen)
    tty = os.open(screen.tmux("display", "-p", "#{pane_tty}").strip(),
                  os.O_RDWR | os.O_NOCTTY)  # fmt: skip
    termios.tcflow(tty, termios.TCOOFF)
    practice.control(approve=code)
    wait_until(lambda: practice.calls("GET /v1/people/me") > 0, "the profile")
    assert not screen.shows(PERSON)
    termios.tcflow(tty, termios.TCOON)
    screen.wait_for("Press Enter to sign out")
    termios.tcflow(tty, termios.TCOOFF)
    screen.signal(signal.SIGTERM)
    assert screen.wait_for_exit() == Exit.DONE
    os.close(tty)


def test_ended_while_asking(start):
    """The name in the question is taken off the screen."""
    _practice, screen = start(
        "--approve-after", "0", config={"kiosk": {"confirm": True}}
    )
    screen.wait_for("Press Enter for a code")
    screen.keys("Enter")
    screen.wait_for("Is this you")
    screen.signal(signal.SIGTERM)
    assert screen.wait_for_exit() == Exit.DONE
    assert PERSON not in everything(screen)


def test_text_of_the_operator(start):
    _practice, screen = start(config={"screen": {"plain": True, "text": "Room 4.12"}})
    screen.wait_for("Sign in Room 4.12 .* Press Enter for a code")
