# SPDX-License-Identifier: MIT
"""Who may sign in, and "Is this you?"."""

import time

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
    screen.wait_for("You cannot sign in here. This account may not sign")
    assert practice.calls("POST /revoke") >= 1
    assert not home.session.exists()
    assert "refused by kiosk.allow: robin@example.com" in log_of(home)
    assert PERSON not in log_of(home)


def test_kiosk_refused(home, start):
    _, screen = start(config=OTHERS)
    screen.wait_for("You cannot sign in here")
    screen.wait_for("This account may not sign in on this device")
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


@pytest.mark.parametrize("config, key", [(ROBIN, "allow"), (CONFIRM, "confirm")])
def test_nothing_to_judge_by(home, start_practice, config, key):
    practice = start_practice("--approve-after", "0")
    provider = {"userinfo_endpoint": None, "scope": "profile"}
    practice.config(home.config, "plain", provider=provider, **config)
    for verb in ["config", "check"]:
        run = home.grantty(verb)
        assert run.returncode != Exit.DONE
        said = " ".join((run.stdout + run.stderr).split())
        assert f"Cannot use kiosk.{key}: it must know who signs in" in said


def test_nothing_to_judge_by_after_all(home, start_practice, open_terminal):
    practice = start_practice("--approve-after", "0")
    provider = {"userinfo_endpoint": None}
    # With openid it could have been in an ID token, which does not come.
    for scope in ["profile", "openid"]:
        provider["scope"] = scope
        practice.config(home.config, "plain", provider=provider, **ROBIN)
        run = home.grantty("login", "--plain")
        assert run.returncode == Exit.FAILED
        said = run.stdout + run.stderr
        assert "The provider does not say who is signing in" in said
        screen = open_terminal("login")
        assert screen.wait_for_exit() == Exit.FAILED
        assert not home.session.exists()


# How long the question stands before there is an answer to it.
CONSENT_S = 1
TRIES = 10


def agree(screen):
    """Says yes as soon as that is an answer."""
    screen.wait_for("Yes, it's me")
    screen.keys("y")


def test_confirm_yes(home, start):
    practice, screen = start(config=CONFIRM)
    screen.wait_for("Is this you")
    screen.wait_for(PERSON)
    assert not home.session.exists()
    screen.wait_for("Yes, it's me")
    # Whoever presses keys has not read it, and cannot answer for a second.
    wait_until(
        lambda: screen.keys("x") or not screen.shows("Yes, it's me"),
        "no answer yet",
    )
    agree(screen)
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


def test_kiosk_confirm_no(home, start):
    """It says so, and that is the end of it: a new code for the next user."""
    _, screen = start(config=CONFIRM)
    screen.wait_for("Is this you")
    screen.keys("n")
    screen.wait_for("You answered that this is not you. Nothing was kept.")
    screen.wait_for("A new code comes in")
    assert not home.session.exists()


def test_kiosk_names_no_user(home, start):
    """The log file does, but the screen does not."""
    _, screen = start(config=OTHERS)
    screen.wait_for("You cannot sign in here")
    screen.wait_for("- approved")
    assert not screen.shows("robin@")
    assert "refused by kiosk.allow: robin@example.com" in log_of(home)


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


def answer_too_early(home, start, answer):
    """A terminal where the question was answered before it had stood for a
    second. What a busy machine brings later than that is an answer, so there
    are some tries."""
    for _ in range(TRIES):
        _, screen = start("login", "--plain", config=CONFIRM)
        screen.wait_for("Is this you")
        assert not home.session.exists()
        screen.keys(answer, "Enter")
        wait_until(
            lambda: screen.shows("Read the question") or screen.result() != ",",
            "what becomes of the answer",
        )
        if screen.shows("Read the question"):
            return screen
        home.session.unlink(missing_ok=True)
    pytest.fail("every answer was taken, however early it came")


@pytest.mark.parametrize("answer, code", [("y", Exit.DONE), ("n", Exit.DENIED)])
def test_plain(home, start, answer, code):
    screen = answer_too_early(home, start, answer)
    # Too early, or a key that is held: asked again.
    screen.wait_for(r"(?s)\[y/N\].*\[y/N\]$")
    assert not home.session.exists()
    asked = time.monotonic()
    wait_until(lambda: time.monotonic() > asked + CONSENT_S, "the second")
    screen.keys(answer, "Enter")
    assert screen.wait_for_exit() == code
    assert home.session.exists() == (code == Exit.DONE)
    assert screen.show().count("confirmed") == (code == Exit.DENIED)


def test_plain_without_a_terminal(home, start_practice):
    start_practice().config(home.config, **CONFIRM)
    run = home.grantty("login")
    assert run.returncode == Exit.USAGE
    assert "kiosk.confirm" in run.stderr
