# SPDX-License-Identifier: MIT
"""The fault table: every test here is a row of it. tests/e2e has some more,
marked in the same way; "make faults" runs both and prints the table."""

import json
import pathlib
import re
import stat
import sys

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
from program import Exit
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
            assert re.search(logs, home.logged()), home.logged()
        assert home.session.exists() == (code == Exit.DONE)
        return screen

    return run
