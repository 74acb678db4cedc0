# SPDX-License-Identifier: MIT
"""What becomes of tokens: refreshed, shared, lost, revoked."""

import concurrent.futures
import json
import subprocess

import pytest

from practice import PERSON
from program import GRANTTY, Exit, wait_until

REFRESH = "POST /v1/access_token"
READ = "GET /v1/people/me"


@pytest.fixture
def signed_in(home, start_practice):
    """A server, and a person signed in to it."""

    def start(*options, dialect="webex", **config):
        practice = start_practice("--approve-after", "0", *options)
        practice.config(home.config, dialect, **config)
        assert home.grantty("login").returncode == Exit.DONE
        return practice

    return start


def outdate(home):
    """As if the access token had run out long ago."""
    home.store(expires_at=1)


def test_nobody(home, start_practice):
    practice = start_practice()
    practice.config(home.config)
    for verb in ["token", "whoami", "status"]:
        run = home.grantty(verb)
        assert (run.returncode, run.stdout) == (Exit.NOBODY, "")
        assert "o user is signed in" in run.stderr
    assert practice.connections() == 0


@pytest.mark.row("Process", "eight token during a rotation",
                 "one refresh; all get the new token")
def test_eight_at_once(home, signed_in):
    practice = signed_in()
    outdate(home)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda _: home.grantty("token"), range(8)))
    assert {run.returncode for run in runs} == {Exit.DONE}
    assert {run.stdout.strip() for run in runs} == {home.secrets()[0]}
    assert practice.accepts(home.secrets()[0])
    assert practice.calls(REFRESH) == 1
    assert "refreshing" not in home.stored()


def test_min_valid(home, signed_in):
    practice = signed_in("--token-lifetime", "1000")
    first = home.grantty("token", "--min-valid", "500")
    assert first.stdout.strip() == home.secrets()[0]
    assert practice.state()["refreshes"] == 0
    # No token is good for that long; the newest there is must do.
    second = home.grantty("token", "--min-valid", "2000")
    assert second.returncode == Exit.DONE
    assert second.stdout.strip() == home.secrets()[0]
    assert second.stdout != first.stdout
    assert practice.state()["refreshes"] == 1
    assert first.stderr == ""
    assert second.stderr == (
        "grantty: The token is valid for only 16 minutes; the provider issues "
        "none that is valid for longer.\n")
    assert home.grantty("token", "--min-valid", "900").stderr == ""


def test_short_lifetime(home, signed_in):
    """Where nobody requires more, there is nothing to warn of."""
    practice = signed_in("--token-lifetime", "30")
    run = home.grantty("token")
    assert (run.returncode, run.stderr) == (Exit.DONE, "")
    assert practice.state()["refreshes"] == 1


def test_status_json(home, signed_in):
    signed_in()
    status = json.loads(home.grantty("status", "--json").stdout)
    assert status["signed_in"] is True
    assert status["name"] == PERSON
    assert status["refreshable"] is True
    assert status["expires_at"] == home.stored()["expires_at"]
    assert not set(home.secrets()) & set(map(str, status.values()))
    whoami = json.loads(home.grantty("whoami", "--json").stdout)["profile"]
    assert whoami == home.stored()["profile"]
    assert home.grantty("logout").returncode == Exit.DONE
    run = home.grantty("status", "--json")
    assert run.returncode == Exit.NOBODY
    assert json.loads(run.stdout) == {"version": 1, "signed_in": False}


@pytest.mark.parametrize("scope, states, row", [
    ("profile", True, "profile"),
    ("profile", False, "as requested"),
    ("", False, "not stated by the provider"),
])
def test_status_of_a_scope(home, signed_in, scope, states, row):
    signed_in(dialect="plain", provider={"scope": scope or None})
    if scope and not states:
        stored = home.stored()
        del stored["scope"]
        home.session.write_text(json.dumps(stored), encoding="utf-8")
    lines = home.grantty("status").stdout.splitlines()
    shown = next(line for line in lines if line.startswith("Scope"))
    assert shown.split(None, 1)[1] == row


def test_status_of_a_refresh_token_without_an_end(home, signed_in):
    """That its end is not known does not mean that there is none."""
    signed_in(dialect="plain")
    lines = home.grantty("status").stdout.splitlines()
    row = next(line for line in lines if line.startswith("Refresh token"))
    assert row.split(None, 2)[2] == "valid for an unknown time"


@pytest.mark.parametrize("changes, code, row", [
    ({}, Exit.DONE, "renews automatically when the token is used"),
    ({"expires_at": 1}, Exit.DONE, "renews automatically when the token is used"),
    ({"refreshing": True}, Exit.DONE,
     "the next use retries a refresh that was interrupted"),
    ({"refresh_token": None}, Exit.DONE,
     'when the access token expires, sign in again: run "grantty -a work login"'),
    ({"refresh_expires_at": 1}, Exit.DONE,
     'when the access token expires, sign in again: run "grantty -a work login"'),
    ({"refresh_token": None, "expires_at": None}, Exit.DONE,
     "valid until the provider rejects the token; then sign in again:"
     ' run "grantty -a work login"'),
    ({"refresh_token": None, "expires_at": 1}, Exit.NOBODY,
     'sign in again: run "grantty -a work login"'),
])  # fmt: skip
def test_status_of_what_happens_next(home, start_practice, changes, code, row):
    start_practice("--approve-after", "0").config(home.config)
    assert home.grantty("login", "-a", "work").returncode == Exit.DONE
    session = home.session.parent / "work" / home.session.name
    stored = {**json.loads(session.read_text(encoding="utf-8")), **changes}
    session.write_text(
        json.dumps({name: value for name, value in stored.items() if value}),
        encoding="utf-8",
    )
    run = home.grantty("status", "-a", "work")
    assert run.returncode == code
    assert run.stdout.splitlines()[-1].split(None, 1) == ["Next", row]


def test_refreshed_before_it_runs_out(home, signed_in, open_terminal):
    practice = signed_in("--token-lifetime", "5")
    screen = open_terminal()
    screen.wait_for(f"Hello, {PERSON}")
    seen = {tuple(home.secrets())}
    for _ in range(3):
        seen.add(
            wait_until(
                lambda: tuple(home.secrets()) not in seen
                and tuple(home.secrets()),
                "a new pair of tokens",
            )
        )
    # Both rotate, and none is used twice.
    assert len({access for access, _ in seen}) == len(seen)
    assert len({refresh for _, refresh in seen}) == len(seen)
    assert practice.state()["replayed_refresh_tokens"] == 0
    assert practice.calls(READ) == 2
    wait_until(lambda: practice.accepts(home.secrets()[0]), "a good token")
    screen.wait_for(f"Hello, {PERSON}")


@pytest.mark.row("Process", "a second kiosk on one session",
                 "it does not start; no token used twice")
def test_second_kiosk_on_a_session(home, signed_in, open_terminal):
    practice = signed_in("--token-lifetime", "5")
    first = open_terminal()
    first.wait_for(f"Hello, {PERSON}")
    second = open_terminal()
    assert second.wait_for_exit() == Exit.USAGE
    wait_until(lambda: practice.state()["refreshes"] >= 3, "three refreshes")
    assert practice.state()["replayed_refresh_tokens"] == 0
    first.wait_for(f"Hello, {PERSON}")


def test_access_token_refused(home, signed_in, open_terminal):
    practice = signed_in()
    old = home.secrets()
    practice.control(revoke_access_tokens="1")
    screen = open_terminal()
    screen.wait_for(f"Hello, {PERSON}")
    wait_until(lambda: practice.calls(READ) == 3, "the profile read again")
    assert practice.calls(REFRESH) == 1
    wait_until(lambda: home.secrets() != old, "new tokens in the file")
    assert practice.accepts(home.secrets()[0])


def test_provider_has_ended_the_session(home, signed_in):
    practice = signed_in("--fault", "refresh-invalid-grant")
    outdate(home)
    run = home.grantty("token")
    assert (run.returncode, run.stdout) == (Exit.NOBODY, "")
    assert 'run "grantty login"' in run.stderr
    assert not home.session.exists()
    assert practice.calls(REFRESH) == 1


def test_provider_ends_the_session_of_a_kiosk(signed_in, open_terminal):
    practice = signed_in("--token-lifetime", "5")
    screen = open_terminal()
    screen.wait_for(f"Hello, {PERSON}")
    practice.control(fault="http-500@authorize")
    practice.control(fault="refresh-invalid-grant")
    screen.wait_for("Sign-in is not possible right now")


def test_server_away(home, signed_in):
    practice = signed_in()
    old = home.secrets()
    assert home.grantty("token").stdout.strip() == old[0]
    outdate(home)
    practice.kill()
    run = home.grantty("token")
    assert (run.returncode, run.stdout) == (Exit.UNREACHABLE, "")
    assert "the connection was refused" in run.stderr
    assert home.secrets() == old
    assert home.grantty("whoami").returncode == Exit.DONE


@pytest.mark.parametrize("fault", ["drop", "http-500", "not-json", "big-body"])
def test_answer_that_is_none(home, signed_in, fault):
    practice = signed_in()
    outdate(home)
    practice.control(fault=f"{fault}@refresh*1")
    run = home.grantty("token")
    assert run.returncode == Exit.DONE
    assert practice.accepts(run.stdout.strip())
    assert practice.state()["faults"] == []


@pytest.mark.row("Answers", "renewed tokens lost",
                 "old token tried once; signed out calmly")
def test_answer_that_got_lost(home, signed_in):
    """The server has rotated, the client never knew: it tries the old token
    once more and gives up without a fuss."""
    practice = signed_in()
    outdate(home)
    practice.control(fault="drop-token@refresh")
    run = home.grantty("token")
    assert (run.returncode, run.stdout) == (Exit.NOBODY, "")
    assert practice.state()["replayed_refresh_tokens"] == 1
    assert practice.calls(REFRESH) == 2
    assert not home.session.exists()


@pytest.mark.row("Process", "killed while the refresh is out",
                 "old token tried once; session kept")
def test_killed_during_a_refresh(home, signed_in):
    practice = signed_in()
    outdate(home)
    practice.control(fault="hang@refresh")
    run = subprocess.Popen(
        [GRANTTY, "token"], env=home.environment(), stdout=subprocess.PIPE
    )
    wait_until(lambda: practice.calls(REFRESH) == 1, "a refresh")
    run.kill()
    assert run.communicate()[0] == b""
    assert home.stored()["refreshing"] is True
    practice.control(fault="")
    again = home.grantty("token")
    assert again.returncode == Exit.DONE
    assert practice.accepts(again.stdout.strip())
    assert "refreshing" not in home.stored()


# ---- Logout


def test_logout_revokes(home, signed_in):
    practice = signed_in(dialect="plain")
    access, _ = home.secrets()
    assert practice.accepts(access, "plain")
    run = home.grantty("logout")
    assert (run.returncode, run.stderr) == (Exit.DONE, "")
    assert "revoked the tokens" in run.stdout
    assert practice.state()["revocations"] > 0
    assert not practice.accepts(access, "plain")
    assert not home.session.exists()


@pytest.mark.parametrize("verb, code", [
    ("token", Exit.NOBODY), ("login", Exit.DONE), ("logout", Exit.DONE),
])
@pytest.mark.row("Process", "killed while tokens are being revoked",
                 "signed out at once; the next verb that writes finishes it")
def test_killed_during_a_sign_out(home, signed_in, verb, code):
    out = home.path / "out"
    practice = signed_in(
        dialect="plain", hooks={"on_signed_out": ["/bin/mkdir", str(out)]})
    access, _ = home.secrets()
    practice.pause()
    run = subprocess.Popen([GRANTTY, "logout"], env=home.environment())
    wait_until(lambda: home.stored().get("signing_out"), "the mark")
    run.kill()
    run.wait()
    practice.go_on()
    before = home.session.read_bytes()
    for reader in "status", "whoami":
        assert home.grantty(reader).returncode == Exit.NOBODY
    assert home.session.read_bytes() == before and not out.exists()
    again = home.grantty(verb)
    assert again.returncode == code, again.stderr
    assert not practice.accepts(access, "plain")
    assert out.exists()
    assert home.session.exists() == (verb == "login")
    if verb == "login":
        assert home.secrets()[0] != access


def test_logout_where_nothing_can_be_revoked(home, signed_in):
    practice = signed_in()
    connections = practice.connections()
    run = home.grantty("logout")
    assert (run.returncode, run.stderr) == (Exit.DONE, "")
    assert "does not support revocation" in run.stdout
    assert practice.connections() == connections
    assert not home.session.exists()
    again = home.grantty("logout")
    assert (again.returncode, again.stderr) == (Exit.DONE, "")
    assert again.stdout == "No user was signed in.\n"


def test_logout_of_a_damaged_session(home, signed_in):
    """It gives no advice to a user who wants to leave."""
    signed_in()
    home.session.write_text("{")
    run = home.grantty("logout")
    assert (run.returncode, run.stdout) == (Exit.DONE, "No user was signed in.\n")
    aside = f"{home.session}.corrupt"
    assert run.stderr == (
        "grantty: The session file was damaged (it is not JSON) and is now "
        f"called {aside}.\n")
    # Who wants a token gets it.
    home.session.touch(mode=0o600)
    home.session.write_text("{")
    run = home.grantty("token")
    assert run.returncode == Exit.NOBODY
    assert "was damaged" in run.stderr and 'run "grantty login"' in run.stderr


def test_logout_without_the_server(home, signed_in):
    practice = signed_in(dialect="plain")
    practice.kill()
    run = home.grantty("logout")
    assert run.returncode == Exit.DONE
    assert "could not be revoked" in run.stdout
    assert not home.session.exists()


def test_logout_elsewhere_reaches_a_kiosk(home, signed_in, open_terminal):
    practice = signed_in("--token-lifetime", "5")
    screen = open_terminal()
    screen.wait_for(f"Hello, {PERSON}")
    # The kiosk hears of it within seconds, and would ask for a code.
    practice.control(fault="http-500@authorize")
    assert home.grantty("logout").returncode == Exit.DONE
    screen.wait_for("Sign-in is not possible right now")
    assert practice.state()["replayed_refresh_tokens"] == 0
