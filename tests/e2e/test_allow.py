# SPDX-License-Identifier: MIT
"""Who may sign in, and "Is this you?"."""

import pytest

from practice import PERSON
from program import Exit, wait_until

ROBIN = {"kiosk": {"allow": {"emails": ["robin@example.com"]}}}
DOMAIN = {"kiosk": {"allow": {"email_domains": ["EXAMPLE.com"]}}}
OTHERS = {"kiosk": {"allow": {"email_domains": ["example.org"]}}}
CONFIRM = {"kiosk": {"confirm": True}}


@pytest.fixture
def start(home, start_practice, open_terminal):
    def start(*args, config, dialect="plain", options=("--approve-after", "0")):
        practice = start_practice(*options)
        log = {"file": str(home.path / "log")}
        practice.config(home.config, dialect, **{**config, "log": log})
        return practice, open_terminal(*args)

    return start


def log_of(home):
    return (home.path / "log").read_text(encoding="utf-8")


@pytest.mark.parametrize("config", [ROBIN, DOMAIN])
@pytest.mark.parametrize("dialect", ["plain", "webex"])
def test_allowed(home, start, config, dialect):
    practice, screen = start("login", config=config, dialect=dialect)
    assert screen.wait_for_exit() == Exit.DONE
    assert practice.accepts(home.stored()["access_token"], dialect)
    assert home.stored()["profile"]


def test_login_refused(home, start):
    practice, screen = start("login", config=OTHERS)
    assert screen.wait_for_exit() == Exit.FAILED
    screen.wait_for("You cannot sign in here: This account is not among")
    assert practice.calls("POST /revoke") >= 1
    assert not home.session.exists()
    assert "refused, not in kiosk.allow: robin@example.com" in log_of(home)
    assert PERSON not in log_of(home)


def test_kiosk_refused(home, start):
    _, screen = start(config=OTHERS)
    screen.wait_for("You cannot sign in here")
    screen.wait_for("ask whoever runs the device")
    assert not screen.shows(PERSON)
    assert not home.session.exists()


def test_lists_of_later(home, start, open_terminal):
    """Who was signed in before the list was made does not stay."""
    practice, screen = start(config={})
    screen.wait_for(f"Hello, {PERSON}")
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
    assert home.session.exists()
    practice.config(home.config, "plain", **OTHERS)
    screen = open_terminal()
    screen.wait_for("You cannot sign in here")
    wait_until(lambda: not home.session.exists(), "an empty store")
    assert practice.calls("POST /revoke") >= 1


def test_lists_that_mean_nothing(home, start_practice):
    config = {"kiosk": {"allow": {"email_domains": ["@example.org"]}}}
    start_practice().config(home.config, **config)
    run = home.grantty("login")
    assert run.returncode == Exit.USAGE
    assert "kiosk.allow.email_domains" in run.stderr


def test_confirm_yes(home, start):
    practice, screen = start(config=CONFIRM)
    screen.wait_for("Is this you")
    screen.wait_for(PERSON)
    assert not home.session.exists()
    screen.keys("x")
    screen.keys("y")
    screen.wait_for(f"Hello, {PERSON}")
    wait_until(home.session.exists, "a session file")
    assert practice.calls("POST /revoke") == 0


@pytest.mark.parametrize("key", ["n", "Escape", "C-c"])
def test_confirm_no(home, start, key):
    practice, screen = start("login", config=CONFIRM)
    screen.wait_for("Is this you")
    screen.keys(key)
    assert screen.wait_for_exit() == Exit.DENIED
    assert practice.calls("POST /revoke") >= 1
    assert not home.session.exists()


def test_leaving_before_the_answer(home, start):
    practice, screen = start(config=CONFIRM)
    screen.wait_for("Is this you")
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
    assert practice.calls("POST /revoke") >= 1
    assert not home.session.exists()


def test_killed_before_the_answer(home, start):
    _, screen = start(config=CONFIRM)
    screen.wait_for("Is this you")
    screen.signal(9)
    assert screen.wait_for_exit() == -9
    assert not home.session.exists()
    assert not list(home.session.parent.glob("*.tmp"))


@pytest.mark.parametrize("answer, code", [("y", Exit.DONE), ("n", Exit.DENIED)])
def test_plain(home, start, answer, code):
    _, screen = start("login", "--plain", config=CONFIRM)
    screen.wait_for("Is this you")
    assert not home.session.exists()
    screen.keys(answer, "Enter")
    assert screen.wait_for_exit() == code
    assert home.session.exists() == (code == Exit.DONE)


def test_plain_without_a_terminal(home, start_practice):
    start_practice().config(home.config, **CONFIRM)
    run = home.grantty("login")
    assert run.returncode == Exit.USAGE
    assert "kiosk.confirm" in run.stderr
