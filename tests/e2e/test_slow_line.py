# SPDX-License-Identifier: MIT
"""A serial line of 9600 bits a second: no more than 960 bytes a second come
through, so what matters is in which order they come."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time

import pytest

from program import GRANTTY, PATIENCE_S, wait_until
from terminal import Terminal, grouped

RATE = 960
HALF_A_SECOND = RATE // 2

# What a terminal is told before anything is drawn.
OPENING = 140


# A pseudo-terminal is taken for a serial line if it has modem lines.
MODEM_LINES = """
#define _GNU_SOURCE
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	va_start(arguments, request);
	void *argument = va_arg(arguments, void *);
	va_end(arguments);
	if (request == TIOCMGET)
		return 0;
	return (int)syscall(SYS_ioctl, fd, request, argument);
}
"""


class Line:
    """A kiosk at the other end of a line; keeps what has come through, in a
    file, too."""

    def __init__(self, env, path):
        self.fd, theirs = pty.openpty()
        size = struct.pack("HHHH", 24, 80, 0, 0)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
        settings = termios.tcgetattr(theirs)
        settings[4] = settings[5] = termios.B9600
        termios.tcsetattr(theirs, termios.TCSANOW, settings)
        self.kiosk = subprocess.Popen(
            [GRANTTY], env=env, stdin=theirs, stdout=theirs,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self.seen = b""
        self.file = open(path, "wb", buffering=0)
        self.began = time.monotonic()

    def carry(self):
        """What the line has time for, and not a byte more."""
        allowed = int((time.monotonic() - self.began) * RATE) - len(self.seen)
        if allowed > 0 and select.select([self.fd], [], [], 0.01)[0]:
            data = os.read(self.fd, allowed)
            self.seen += data
            self.file.write(data)
        return True

    def wait_for(self, text, since=0):
        """How many bytes from there on it takes until text has come."""
        wait_until(
            lambda: self.carry() and self.seen.find(text, since) >= 0,
            lambda: f"{text!r} in {self.seen[since:]!r}",
        )
        return self.seen.find(text, since) + len(text) - since

    def key(self, key):
        os.write(self.fd, key)
        return len(self.seen)

    def close(self):
        self.kiosk.kill()
        self.kiosk.wait(PATIENCE_S)
        os.close(self.fd)
        self.file.close()


@pytest.fixture
def open_line(home, tmp_path):
    lines = []
    source, library = tmp_path / "line.c", tmp_path / "line.so"
    source.write_text(MODEM_LINES)
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source],
                   check=True)  # fmt: skip

    def start(**env):
        env["LD_PRELOAD"] = str(library)
        lines.append(Line(home.environment(**env), tmp_path / "line"))
        return lines[-1]

    yield start
    for line in lines:
        line.close()


@pytest.fixture
def open_picture(tmp_path):
    """A terminal that is told what comes over the line and nothing else."""
    terminals = []

    def start(term):
        argv = ["tail", "-c", "+1", "-f", str(tmp_path / "line")]
        terminals.append(Terminal(argv, term=term))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()


@pytest.mark.parametrize("term", ["xterm-256color", "vt220"])
def test_first_things_first(
    home, start_practice, open_line, open_picture, term
):
    practice = start_practice()
    practice.config(home.config)
    line = open_line(TERM=term)
    wait_until(lambda: line.carry() and practice.code(), "a code")
    code = practice.code()["user_code"]
    until_code = max(
        line.wait_for(grouped(code).encode()), line.wait_for(b"/verify")
    )
    # The QR code follows, and a key does not wait for it.
    line.wait_for("▀".encode())
    pressed = line.key(b"?")
    until_help = line.wait_for(b" Keys ", pressed)
    line.key(b"x")
    assert until_code <= OPENING + HALF_A_SECOND
    assert until_help <= HALF_A_SECOND
    # What comes in so many parts is a whole.
    picture = open_picture(term)
    uri = wait_until(lambda: line.carry() and picture.qr(), "a QR code")[0]
    assert uri.startswith(practice.url)
    picture.wait_for(grouped(code))
