# SPDX-License-Identifier: MIT
"""What systemd hears of the kiosk, over a real socket."""

import os
import signal
import socket
import struct
import tempfile

import pytest

from practice import PERSON
from program import Exit, wait_until

WATCHDOG_S = 1
SO_TIMESTAMPNS = 35  # socket(7); Python has no name for it


class Systemd:
    """A notification socket; lines() are the messages in their order. When each
    was sent the kernel notes, however late it is read."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="grantty-notify-")
        self.path = os.path.join(self.folder.name, "socket")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.heard = []  # (time, message)

    def lines(self):
        while True:
            try:
                text, notes, _, _ = self.socket.recvmsg(4096, 256)
            except BlockingIOError:
                return [line for _, line in self.heard]
            [(_, _, stamp)] = notes
            seconds, nanoseconds = struct.unpack("ll", stamp)
            sent_s = seconds + nanoseconds / 1e9
            self.heard += [(sent_s, line) for line in text.decode().split("\n")]

    def wait_for(self, line):
        wait_until(lambda: line in self.lines(), lambda: f"{line}: {self.heard}")

    def count(self, line):
        return self.lines().count(line)

    def close(self):
        self.socket.close()
        self.folder.cleanup()


@pytest.fixture
def systemd():
    systemd = Systemd()
    yield systemd
    systemd.close()


@pytest.fixture
def start(home, start_practice, open_terminal, systemd):
    def start(*options, env=None, config=None):
        practice = start_practice(*options)
        practice.config(home.config, **(config or {}))
        env = {"NOTIFY_SOCKET": systemd.path, **(env or {})}
        return practice, open_terminal(env=env)

    return start


def test_a_day(start, systemd):
    practice, screen = start(config={"kiosk": {"start": "key"}})
    systemd.wait_for("READY=1")
    screen.wait_for("Press any key to sign in")
    systemd.wait_for("STATUS=Waiting for a key press")
    screen.keys("Space")
    systemd.wait_for("STATUS=Waiting for a user to sign in")
    practice.control(approve="*")
    systemd.wait_for("STATUS=A user is signed in")
    screen.keys("o")
    wait_until(
        lambda: systemd.count("STATUS=Waiting for a key press") == 2,
        "the welcome again",
    )
    screen.signal(signal.SIGTERM)
    assert screen.wait_for_exit() == Exit.DONE
    systemd.wait_for("STOPPING=1")
    heard = systemd.lines()
    assert heard.count("READY=1") == 1
    assert heard[-1] == "STOPPING=1"
    # Everybody can read the status, and nobody asked for signs of life.
    text = "\n".join(heard)
    code = practice.code()["user_code"]
    assert code not in text and PERSON not in text
    assert "WATCHDOG=1" not in heard


def test_trouble(start, systemd):
    start("--fault", "http-500@authorize")
    systemd.wait_for("STATUS=Sign-in is not possible right now")
    assert "READY=1" in systemd.lines()


def test_signs_of_life(start, systemd):
    """They come while nothing else happens, at half the time there is."""
    start(
        config={"kiosk": {"start": "key"}},
        env={"WATCHDOG_USEC": str(WATCHDOG_S * 1000000)},
    )
    wait_until(
        lambda: systemd.count("WATCHDOG=1") >= 6, lambda: str(systemd.heard)
    )
    times = [at for at, line in systemd.heard if line == "WATCHDOG=1"]
    assert times[5] - times[0] >= 5 * WATCHDOG_S / 2 * 0.8


def test_nobody_listens(start, systemd):
    """A socket that is gone is no reason to do anything else."""
    systemd.close()
    _, screen = start()
    screen.wait_for("this code, or enter it")
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
