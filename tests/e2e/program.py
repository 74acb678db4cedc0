# SPDX-License-Identifier: MIT
"""The programs under test, and a home for them that has nothing else in it."""

import enum
import json
import os
import pathlib
import random
import re
import socket
import subprocess
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("GRANTTY_BUILD", TOP / "build")).resolve()
GRANTTY = str(BUILD / "grantty")
SECOND = str(BUILD / "libexec" / "grantty")  # which it hands over to
PRACTICE = str(BUILD / "grantty-practice")

# The programs are not installed, so they cannot know where the themes are.
THEME = str(TOP / "themes" / "midnight.theme")

# How often a condition is looked at, and how long it may take to come true on
# a machine that is busy with other things.
GLANCE_S = 0.05
PATIENCE_S = 20


class Exit(enum.IntEnum):
    """The exit codes of grantty."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    DENIED = 3
    NOBODY = 4
    EXPIRED = 5
    UNREACHABLE = 6
    CANCELLED = 130


def wait_until(condition, what, timeout=PATIENCE_S):
    """Returns the first result of condition() that is true. The last look is
    after that time, however long the machine had stopped before."""
    until = time.monotonic() + timeout
    while True:
        late = time.monotonic() > until
        result = condition()
        if result:
            return result
        if late:
            what = what() if callable(what) else what
            raise AssertionError(f"not within {timeout} s: {what}")
        time.sleep(GLANCE_S)


def free_port():
    """A port of 127.0.0.1, for a server that has to be told one. It is below
    those that the kernel gives to whoever asks for any (ip_local_port_range in
    ip(7)), so nobody is given it before the server has it."""
    while True:
        port = random.randrange(20000, 30000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def environment(home, **changes):
    """An environment made from nothing; None takes a variable out again."""
    home = str(home)
    env = {
        "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "HOME": home,
        "TMPDIR": home,
        "XDG_CONFIG_HOME": f"{home}/config",
        "XDG_STATE_HOME": f"{home}/state",
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
    }
    env.update(changes)
    return {name: value for name, value in env.items() if value is not None}


def state_of(pid):
    """The kernel's letter for what it does (proc(5)); "X" where it is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            return f.read().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"


def is_running(pid):
    return state_of(pid) not in "ZX"


def children_of(pid):
    """The processes that it has started and not buried yet, in order."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
        return [int(child) for child in f.read().split()]


def child_named(pid, name):
    """The one that is the program of that name; None where there is none."""
    for child in children_of(pid):
        try:
            path = pathlib.Path(f"/proc/{child}/comm")
            # The kernel keeps 15 characters.
            if path.read_text(encoding="utf-8").strip() == name[:15]:
                return child
        except OSError:
            continue  # it was another one, and has ended
    return None


def descriptors_of(pid):
    """What it has open besides connections; root only, for grantty lets
    nobody else look."""
    links = []
    for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            link = os.readlink(entry)
        except FileNotFoundError:
            continue  # closed since
        if not link.startswith("socket:"):
            links.append(re.sub(r"\d+", "N", link))
    return sorted(links)


def processes_of(home):
    """The processes whose environment has that HOME, whoever started them."""
    mark = b"HOME=" + str(home).encode()
    found = []
    for entry in os.listdir("/proc"):
        try:
            if not entry.isdigit() or int(entry) == os.getpid():
                continue
            variables = pathlib.Path("/proc", entry, "environ").read_bytes()
        except OSError:
            continue
        if mark in variables.split(b"\0") and is_running(entry):
            found.append(int(entry))
    return found


class Home:
    """Where one person's configuration and session are."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.config = self.path / "config" / "grantty" / "grantty.conf"
        self.session = self.path / "state" / "grantty" / "session.json"
        self.config.parent.mkdir(parents=True)

    def environment(self, **changes):
        return environment(self.path, **changes)

    def grantty(self, *args, timeout=60, env=None, before=()):
        """Runs grantty without a terminal; before: words before it."""
        return subprocess.run(
            [*before, GRANTTY, *args],
            env=self.environment(**(env or {})),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def stored(self):
        """What the session file says."""
        return json.loads(self.session.read_text(encoding="utf-8"))

    def store(self, **changes):
        """Changes members of the session file; it keeps its mode."""
        self.session.write_text(
            json.dumps({**self.stored(), **changes}), encoding="utf-8"
        )

    def secrets(self):
        """The tokens in the session file."""
        stored = self.stored()
        return [stored["access_token"], stored["refresh_token"]]

    def files(self):
        """All files below it, by name."""
        return sorted(
            str(path.relative_to(self.path))
            for path in self.path.rglob("*")
            if path.is_file()
        )
