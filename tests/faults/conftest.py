# SPDX-License-Identifier: MIT
"""The fault table: every test here is a row of it. tests/e2e has some more,
marked in the same way; "make faults" runs both and prints the table."""

import json
import os
import pathlib
import re
import stat
import subprocess
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "e2e"))

# pylint: disable=wrong-import-position,unused-import
from certificates import certify
from crooked import Crooked
from fixtures import (
    open_resolver,
    open_terminal,
    pytest_sessionstart,
    silent_resolver,
    start_practice,
)
from fixtures import home as bare_home
from practice import CLIENT_SECRET
from program import GRANTTY, Exit, child_named, wait_until
from terminal import Terminal
from table import pytest_collection_modifyitems, pytest_terminal_summary

# What must never be in a log: how it begins, wherever a test makes one up.
SECRETS = re.compile(
    rf"nobody-may-see|second-token|{CLIENT_SECRET}|device_code=|Bearer \S"
)
CONTROLS = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]")


def pytest_addoption(parser):
    parser.addoption(
        "--cuts", type=int, default=30, help="how many power cuts to try"
    )
    parser.addoption(
        "--kills", type=int, default=16,
        help="at how many system calls of a verb to kill it; 0: at each",
    )
    parser.addoption(
        "--hours", type=float, default=1, help="how long a kiosk's day is"
    )
    parser.addoption(
        "--speed", type=int, default=120, help="how fast its clocks run"
    )


def check_aftermath(home):
    """Whatever the fault was: the log is readable and keeps secrets, and the
    store is whole or empty."""
    if home.log.exists():
        text = home.log.read_bytes().decode("utf-8")
        assert not SECRETS.search(text), text
        assert not CONTROLS.search(text), text
    for path in home.session.parent.glob("*"):
        assert path.name.startswith("session.json")
        assert not path.name.endswith("~tmp"), "a save was cut short"
    if home.session.is_file() and not home.session.is_symlink():
        assert stat.S_IMODE(home.session.stat().st_mode) & 0o077 == 0
        assert json.loads(home.session.read_text(encoding="utf-8"))


@pytest.fixture
def home(bare_home):
    """A home with a place for a log; checked in the end."""
    bare_home.log = bare_home.path / "log"
    bare_home.logged = lambda: bare_home.log.read_text(encoding="utf-8")
    yield bare_home
    check_aftermath(bare_home)


@pytest.fixture
def crooked(home):
    """Starts a crooked server that home's configuration points at."""
    servers = []

    def start(config=None, tls=None, listener=None, **answers):
        server = Crooked(tls, listener, **answers)
        servers.append(server)
        log = {"file": str(home.log), "level": "debug"}
        server.config(home.config, log=log, **(config or {}))
        return server

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def login(home, open_terminal):
    """Signs in on a screen; checks how that ends. Returns the screen."""

    def run(code=Exit.DONE, says=None, logs=None, timeout=60, **terminal):
        # So wide that the last sentence stays on one line.
        screen = open_terminal("login", **{"columns": 240, **terminal})
        assert screen.wait_for_exit(timeout) == code, screen.show()
        if says:
            screen.wait_for(says)
        if logs:
            assert re.search(logs, home.logged(), re.M), home.logged()
        assert home.session.exists() == (code == Exit.DONE)
        return screen

    return run


class Shell:
    """A shell in a terminal, which has started grantty and goes on after it.

    pid: grantty's process.
    """

    SCRIPT = (
        '>"$0/up"; cat <"$0/start"; "$@"; echo $? >"$0/code"; '
        'echo "The shell goes on."; read line'
    )

    def __init__(self, home, *args, env=None, before=(), **how):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=home.path))
        os.mkfifo(self.folder / "start")
        words = [*before, GRANTTY, *args]
        self.screen = Terminal(
            ["sh", "-c", self.SCRIPT, str(self.folder), *words],
            env=home.environment(**(env or {})), **how,
        )
        self.written = self.folder / "written"
        self.screen.tmux("pipe-pane", "-O", f"cat >'{self.written}'")
        wait_until(self.written.exists, "a look at what is written")
        wait_until((self.folder / "up").exists, "the shell")
        self.before = self.settings()
        (self.folder / "start").write_bytes(b"")
        wait_until(lambda: self.has_ended() or self.child(), "grantty")
        self.pid = self.child()  # None where it has ended already

    def child(self):
        return child_named(self.screen.pid, "grantty")

    def settings(self):
        """Those of the terminal's line."""
        tty = self.screen.ask("#{pane_tty}")
        return subprocess.run(
            ["stty", "-g", "-F", tty], check=True, capture_output=True
        ).stdout

    def modes(self):
        """The screen, the cursor, the keys, and whether pasted text is marked
        (which tmux does not tell)."""
        marks = re.findall(rb"\x1b\[\?2004([hl])", self.written.read_bytes())
        return (
            self.screen.ask(
                "#{alternate_on} #{cursor_flag} #{keypad_flag} "
                "#{keypad_cursor_flag}"
            ),
            marks[-1:] != [b"h"],
        )

    def has_ended(self):
        path = self.folder / "code"
        return path.exists() and path.read_text(encoding="utf-8").strip()

    def is_back(self, *codes):
        """grantty has ended with one of those codes, which is returned, as the
        shell tells it, and left the terminal as it was."""
        code = int(wait_until(
            self.has_ended, lambda: f"its end:\n{self.screen.show()}"
        ))
        assert code in codes, self.screen.show()
        wait_until(
            lambda: self.settings() == self.before,
            lambda: f"{self.before} again, not {self.settings()}",
        )
        wait_until(
            lambda: self.modes() == ("0 1 0 0", True),
            lambda: f"the terminal as it was, not {self.modes()}",
        )
        assert not self.screen.has_ended()
        return code


@pytest.fixture
def open_shell(home):
    """Starts grantty from a shell in a terminal."""
    shells = []

    def start(*args, **how):
        shells.append(Shell(home, *args, **how))
        return shells[-1]

    yield start
    for shell in shells:
        shell.screen.close()
