# SPDX-License-Identifier: MIT
"""What goes over the wire and what stays in the house: counted, not timed."""

import os
import pathlib
import signal

import pytest

from practice import CLIENT_SECRET, PERSON
from program import Exit, wait_until


def ticks_of(pid):
    """Processor time used so far, in hundredths of a second."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    return sum(int(field) for field in fields.split()[11:13])


def read_secretly(pid, name):
    """What /proc tells everybody who may ask; b"" where nobody may."""
    try:
        return pathlib.Path(f"/proc/{pid}/{name}").read_bytes()
    except PermissionError:
        return b""


def test_twenty_polls(home, start_practice, open_terminal):
    practice = start_practice()
    practice.config(home.config)
    screen = open_terminal()
    screen.wait_for("this code, or enter it")
    before = ticks_of(screen.pid)
    code = wait_until(
        lambda: practice.code()["polls"] >= 20 and practice.code(),
        "twenty polls",
        timeout=120,
    )
    assert practice.connections() == 1
    assert len(code["gaps_ms"]) == code["polls"] - 1
    assert min(code["gaps_ms"]) >= code["interval_ms"]
    assert code["slow_downs"] == 0
    assert ticks_of(screen.pid) - before < 100
    practice.control(approve="*")
    screen.wait_for(f"Hello, {PERSON}")
    assert practice.calls("POST /v1/device/authorize") == 1
    assert practice.calls("GET /v1/people/me") == 1


@pytest.mark.parametrize("interval", ["0", "1", "3"])
def test_never_faster_than_told(home, start_practice, open_terminal, interval):
    practice = start_practice("--interval", interval)
    practice.config(home.config)
    screen = open_terminal("login")
    wait_until(practice.code, "a code")
    wait_until(lambda: practice.code()["polls"] > 0, "a poll")
    practice.control(approve="*")
    assert screen.wait_for_exit() == Exit.DONE
    code = practice.code()
    assert code["polls"] >= 2
    assert min(code["gaps_ms"]) >= max(1000, 1000 * int(interval))


@pytest.mark.parametrize(
    "fault, least_ms",
    [
        # Twice the pace of polls, a tenth of a second on top of the interval,
        # and twice that.
        ("http-500", [2200, 4400]),
        # What crosses with the end of a kept connection is sent again at the
        # pace of polls, the first time; then as above.
        ("drop", [1100, 2200]),
    ],
)
def test_backs_off(home, start_practice, fault, least_ms):
    """A server that is having problems is polled ever less often."""
    practice = start_practice("--fault", f"{fault}*2", "--approve-after", "0")
    practice.config(home.config)
    assert home.grantty("login").returncode == Exit.DONE
    gaps = practice.code()["gaps_ms"]
    assert len(gaps) == 2
    assert all(gap >= least for gap, least in zip(gaps, least_ms))


@pytest.mark.parametrize(
    "fault, slow_downs", [("whole-seconds", 0), ("more-seconds", 1),
                          ("seconds-up", 1)]
)
def test_slow_down_is_not_met_twice(
    home, start_practice, open_terminal, fault, slow_downs
):
    """A server that keeps whole seconds: the log tells of it once, and the next
    run knows."""
    practice = start_practice("--fault", fault)
    log = home.path / "log"
    practice.config(home.config, log={"file": str(log)})
    learned = home.session.with_name(home.session.name + ".polling")
    for least in [slow_downs, 0]:
        screen = open_terminal("login")
        screen.wait_for("this code, or enter it")
        wait_until(
            lambda least=least: practice.code()["slow_downs"] >= least
            and practice.code()["polls"] >= least + 3,
            "three polls, after the slow_down",
            timeout=60,
        )
        practice.control(approve="*")
        assert screen.wait_for_exit() == Exit.DONE
        assert practice.code()["slow_downs"] == least
        assert learned.exists() == (slow_downs > 0)
    told = log.read_text().count("a second longer than this provider asks for")
    assert told == slow_downs


def test_a_signed_in_kiosk_is_quiet(home, start_practice, open_terminal):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config)
    screen = open_terminal()
    screen.wait_for(f"Hello, {PERSON}")
    wait_until(
        lambda: home.stored().get("profile"), "the profile in the session file"
    )
    calls = sum(practice.state()["calls"].values())
    before = ticks_of(screen.pid)
    screen.keys("Tab")
    screen.wait_for("Everything:")
    screen.keys("Tab")
    screen.wait_without("Everything:")
    now = practice.state()["calls"]
    assert sum(now.values()) == calls + 1  # which asked for these numbers
    assert ticks_of(screen.pid) - before < 50


def test_secrets_stay_inside(home, start_practice, open_terminal):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config)
    screen = open_terminal()
    screen.wait_for(f"Hello, {PERSON}")
    secrets = [*home.secrets(), CLIENT_SECRET]
    shown = "".join(screen.text())
    for name in ["cmdline", "environ"]:
        shown += read_secretly(screen.pid, name).decode()
    for secret in secrets:
        assert secret not in shown
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
    for name in home.files():
        content = (home.path / name).read_text()
        if name != "state/grantty/session.json":
            assert not any(secret in content for secret in secrets[:2])


def test_password_of_a_proxy_is_not_shown(home, start_practice, open_terminal):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config)
    secret = "u:5ecret"
    screen = open_terminal(env={
        "HTTPS_PROXY": f"http://{secret}@proxy.invalid:3128",
        "rsync_PROXY": f"{secret}@proxy.invalid:873",
        "HTTP_PROXY_AUTH": f"basic:*:{secret}",
    })
    screen.wait_for(f"Hello, {PERSON}")
    environ = read_secretly(screen.pid, "environ")
    # Only root may read it.
    assert b"HTTPS_PROXY=" in environ or os.geteuid() != 0
    assert b"5ecret" not in environ
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE


def test_memory_store_writes_nothing(home, start_practice, open_terminal):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config, session={"store": "memory"})
    before = home.files()
    screen = open_terminal()
    screen.wait_for(f"Hello, {PERSON}")
    assert home.files() == before
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
    assert home.files() == before
    assert home.grantty("token").returncode == Exit.NOBODY


@pytest.mark.parametrize("end", ["q", signal.SIGTERM, signal.SIGHUP])
def test_memory_store_is_revoked_at_the_end(home, start_practice, open_terminal, end):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config, "plain", session={"store": "memory"})
    screen = open_terminal()
    screen.wait_for(f"Hello, {PERSON}")
    assert practice.calls("POST /revoke") == 0
    if end == "q":
        screen.keys(end)
    else:
        os.kill(screen.pid, end)
    assert screen.wait_for_exit() == Exit.DONE
    assert practice.calls("POST /revoke") == 2


@pytest.mark.parametrize("verb", [["login"], ["login", "--plain", "--", "printenv"]])
@pytest.mark.parametrize("pass_token", [False, True])
def test_login_in_memory_is_revoked(home, start_practice, open_terminal, verb, pass_token):
    """The program after it still gets the name; a hook that was passed the token
    still needs it."""
    practice = start_practice("--approve-after", "0")
    ran = home.path / "ran"
    hook = ["sh", "-c", 'echo "$GRANTTY_EVENT" >> "$0"', str(ran)]
    practice.config(
        home.config,
        "plain",
        session={"store": "memory"},
        hooks={"pass_token": pass_token, "on_signed_in": hook, "on_signed_out": hook},
    )
    screen = open_terminal(*verb)
    assert screen.wait_for_exit() == Exit.DONE
    assert screen.shows(f"as {PERSON}.")
    assert "--" not in verb or screen.shows(f"GRANTTY_NAME={PERSON}")
    assert ran.read_text() == "signed_in\n"
    assert practice.calls("POST /revoke") == (0 if pass_token else 2)


@pytest.mark.parametrize("words", [["login"], ["login", "--plain"]])
@pytest.mark.parametrize(
    "number, code", [(signal.SIGINT, Exit.CANCELLED), (signal.SIGTERM, Exit.FAILED)]
)
def test_login_in_memory_is_interrupted(
    home, start_practice, open_terminal, words, number, code
):
    """A provider that does not answer holds nobody up, and no command runs
    after that."""
    practice = start_practice("--approve-after", "0", "--fault", "hang@revoke")
    practice.config(home.config, "plain", session={"store": "memory"})
    screen = open_terminal(*words, "--", "echo", "ran")
    wait_until(lambda: practice.calls("POST /revoke") == 1, "the revocation")
    os.kill(screen.pid, number)
    assert screen.wait_for_exit() == code
    assert screen.shows(f"as {PERSON}.")
    assert not screen.shows("ran")


@pytest.mark.parametrize("hang", ["hang@revoke", "hang@revoke*1"])
def test_both_tokens_are_revoked_although_one_hangs(
    home, start_practice, open_terminal, hang
):
    practice = start_practice("--approve-after", "0", "--fault", hang)
    practice.config(home.config, "plain", session={"store": "memory"})
    screen = open_terminal()
    screen.wait_for(f"Hello, {PERSON}")
    os.kill(screen.pid, signal.SIGTERM)
    assert screen.wait_for_exit() == Exit.DONE
    assert practice.calls("POST /revoke") == 2


@pytest.mark.parametrize(
    "env, proxy",
    [({"http_proxy": "http://127.0.0.1:1"}, ""), ({}, "http://127.0.0.1:1")],
    ids=["environment", "configuration"],
)
def test_no_proxy_for_this_machine(home, start_practice, env, proxy):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config, network={"proxy": proxy})
    assert home.grantty("login", env=env).returncode == Exit.DONE
