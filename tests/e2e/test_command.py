# SPDX-License-Identifier: MIT
"""grantty login -- COMMAND: what runs in its place after a sign-in."""

import json

import pytest

from practice import CLIENT_SECRET, PERSON
from program import Exit

WITNESS = (
    "import json, os, signal, sys, termios;"
    "tty = termios.tcgetattr(0) if os.isatty(0) else [0, 0, 0, 0];"
    "json.dump({'env': dict(os.environ),"
    " 'fds': sorted(int(fd) for fd in os.listdir('/proc/self/fd'))[:-1],"
    " 'cooked': bool(tty[3] & termios.ICANON and tty[3] & termios.ECHO),"
    " 'blocks': os.get_blocking(0),"
    " 'masked': sorted(signal.pthread_sigmask(0, [])),"
    " 'line': sys.stdin.readline(),"
    " 'args': sys.argv[2:]}, open(sys.argv[1], 'w')); sys.exit(42)"
)


@pytest.fixture
def start(home, start_practice, open_terminal):
    """Runs a login with those words in a terminal."""

    def start(*words, approve=("--approve-after", "0"), env=None, **config):
        practice = start_practice(*approve)
        practice.config(home.config, "plain", **config)
        screen = open_terminal("login", *words, env=env)
        return practice, screen

    return start


def seen(home):
    return json.loads((home.path / "seen").read_text(encoding="utf-8"))


@pytest.mark.parametrize("options", [[], ["--plain"]])
def test_in_its_place(home, start, options):
    command = ["python3", "-c", WITNESS, str(home.path / "seen"), "--", "-v"]
    secret = {"GRANTTY_CLIENT_SECRET": CLIENT_SECRET}
    _, screen = start(*options, "--", *command, env=secret)
    screen.wait_for(f"Signed in to .* as {PERSON}")
    screen.keys("h", "i", "Enter")
    assert screen.wait_for_exit() == 42
    told = seen(home)
    stored = home.stored()
    assert told["args"] == ["--", "-v"]
    assert told["line"] == "hi\n"
    assert told["fds"] == [0, 1, 2]
    assert told["cooked"] and told["blocks"]
    assert told["masked"] == []
    env = told["env"]
    assert env["GRANTTY_EVENT"] == "signed_in"
    assert env["GRANTTY_NAME"] == PERSON
    assert env["GRANTTY_EMAIL"] == stored["profile"]["email"]
    assert env["GRANTTY_ID"] == stored["profile"]["sub"]
    assert int(env["GRANTTY_EXPIRES_AT"]) == stored["expires_at"]
    assert env["HOME"] == str(home.path)
    for secret in [CLIENT_SECRET, *home.secrets()]:
        assert not [value for value in env.values() if secret in value]


def test_without_a_terminal(home, start_practice):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config, "plain")
    run = home.grantty("login", "--", "sh", "-c", 'echo "last $GRANTTY_NAME"')
    assert run.returncode == Exit.DONE
    assert run.stdout.splitlines()[-1] == f"last {PERSON}"
    assert f"as {PERSON}." in run.stdout.splitlines()[-2]


def test_after_the_hook(home, start_practice):
    practice = start_practice("--approve-after", "0")
    mark = home.path / "mark"
    hook = ["sh", "-c", f"sleep 0.3; touch {mark}"]
    practice.config(home.config, "plain", hooks={"on_signed_in": hook})
    run = home.grantty("login", "--", "test", "-e", str(mark))
    assert run.returncode == 0


@pytest.mark.parametrize(
    "command, code, why",
    [
        ("no-such-program", 127, "No such file or directory"),
        ("/etc/passwd", 126, "Permission denied"),
    ],
)
def test_cannot_run(home, start_practice, command, code, why):
    start_practice("--approve-after", "0").config(home.config, "plain")
    run = home.grantty("login", "--", command)
    assert run.returncode == code
    assert f"grantty: Cannot run {command}: {why}." in run.stderr
    assert home.session.exists()


def test_not_after_a_denial(home, start):
    mark = home.path / "mark"
    _, screen = start("--", "touch", str(mark), approve=("--fault", "deny"))
    assert screen.wait_for_exit() == Exit.DENIED
    assert not mark.exists()


def test_not_after_a_key(home, start):
    mark = home.path / "mark"
    _, screen = start("--", "touch", str(mark), approve=())
    screen.wait_for("Check this code")
    screen.keys("Escape")
    assert screen.wait_for_exit() == Exit.CANCELLED
    assert not mark.exists()


@pytest.mark.parametrize(
    "words, why",
    [
        (["login", "--"], "-- needs a command behind it"),
        (["token", "--", "true"], "does not go with token"),
        (["--", "true"], "does not go with kiosk"),
        (["--", "login"], "does not go with kiosk"),
    ],
)
def test_misused(home, words, why):
    run = home.grantty(*words)
    assert run.returncode == Exit.USAGE
    assert why in run.stderr
