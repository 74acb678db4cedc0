# SPDX-License-Identifier: MIT
"""grantty login -- COMMAND: what runs in its place after a sign-in."""

import json
import os
import pathlib
import re
import signal
import subprocess
import textwrap

import pytest

from practice import CLIENT_SECRET, PERSON
from program import BUILD, TOP, Exit, wait_until

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
    screen.wait_for("this code, or enter it")
    screen.keys("Escape")
    assert screen.wait_for_exit() == Exit.CANCELLED
    assert not mark.exists()


@pytest.mark.parametrize(
    "words, why",
    [
        (["login", "--"], "a command must follow --"),
        (["token", "--", "true"], "cannot be used with token"),
        (["--", "true"], "cannot be used with kiosk"),
        (["--", "login"], "cannot be used with kiosk"),
    ],
)
def test_misused(home, words, why):
    run = home.grantty(*words)
    assert run.returncode == Exit.USAGE
    assert why in run.stderr


# ---- The operator's guide: one account for many


def recipe():
    """The script that the guide has for a session for each connection."""
    guide = (TOP / "docs" / "operators.md").read_text(encoding="utf-8")
    block = re.search(
        r"^    #!/bin/sh\n    # /usr/local/bin/grantty-guest(?:.*\n)+?(?=^\S)",
        guide, re.M,
    )
    return textwrap.dedent(block[0])


class Guest:
    """Somebody who is connected: the script, and a program that waits."""

    def __init__(self, home, number):
        script, menu = home.path / "guest", home.path / f"menu{number}"
        script.write_text(recipe(), encoding="utf-8")
        self.base = home.path / "run"
        self.base.mkdir(mode=0o700, exist_ok=True)
        self.pids = home.path / f"pids{number}"
        menu.write_text(
            f'#!/bin/sh\ngrantty token >"{home.path}/token{number}" || exit 9\n'
            f'echo $$ >"{self.pids}"; read line; exit 42\n'
        )
        menu.chmod(0o700)
        env = home.environment(XDG_RUNTIME_DIR=str(self.base))
        env["PATH"] = f"{BUILD}:{env['PATH']}"
        self.process = subprocess.Popen(
            ["sh", script, menu], env=env, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        )
        wait_until(self.pids.exists, "the program after the sign-in")
        self.token = (home.path / f"token{number}").read_text().strip()

    def folders(self):
        return list(self.base.iterdir())


@pytest.mark.parametrize("end", ["exit", "SIGHUP", "SIGTERM", "SIGKILL"])
def test_next_guest_finds_nothing(home, start_practice, end):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config, "plain")
    guest = Guest(home, 1)
    assert practice.accepts(guest.token, "plain")
    (folder,) = guest.folders()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "grantty" / "session.json").exists()
    if end == "exit":
        guest.process.communicate(b"\n")
        assert guest.process.returncode == 42
    else:
        os.killpg(guest.process.pid, getattr(signal, end))
        guest.process.communicate()
    if end != "SIGKILL":  # what that leaves is for the next one to sweep
        assert guest.folders() == []
        assert not practice.accepts(guest.token, "plain")
    following = Guest(home, 2)
    assert not pathlib.Path(folder).exists()
    assert len(following.folders()) == 1
    following.process.communicate(b"\n")
    assert following.folders() == []
