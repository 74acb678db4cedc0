# SPDX-License-Identifier: MIT
"""Terminals that freeze, shrink, are written over or go away."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import pytest

from crooked import error
from practice import PERSON
from program import GRANTTY, PATIENCE_S, Exit, state_of, wait_until

PENDING = {"poll": error("authorization_pending")}


@pytest.mark.row("Terminal", "other text written over the screen",
                 "Ctrl-L draws it again")
def test_text_over_the_screen(crooked, open_terminal):
    crooked()
    screen = open_terminal()
    screen.wait_for(f"Hello, {PERSON}")
    with open(screen.ask("#{pane_tty}"), "wb", buffering=0) as tty:
        text = b"\x1b[2;1H[12.345678] usb 1-1: new device" + b"!" * 40
        # Again each time, as the picture may just be moving on.
        wait_until(lambda: tty.write(text) and screen.shows("usb 1-1"),
                   screen.show)
    screen.keys("C-l")
    screen.wait_without("usb 1-1")
    screen.wait_for(f"Hello, {PERSON}")
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE


@pytest.mark.row("Terminal", "Ctrl-S and Ctrl-Q", "output is not held up")
def test_ctrl_s(crooked, open_terminal):
    crooked(**PENDING)
    screen = open_terminal()
    screen.wait_for("Waiting for your approval")
    screen.keys("C-s")
    screen.keys("?")
    screen.wait_for("Press any key to close")
    screen.keys("C-q")
    screen.signal(signal.SIGTERM)
    assert screen.wait_for_exit() == Exit.DONE


@pytest.fixture
def on_pty(home):
    """Starts a kiosk on a terminal whose other end is ours; gives both."""
    started = []

    def start(rows=24, columns=80):
        ours, theirs = pty.openpty()
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(ours, termios.TIOCSWINSZ, size)
        kiosk = subprocess.Popen(
            [GRANTTY], env=home.environment(), stdin=theirs, stdout=theirs,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )
        kiosk.terminal = os.ttyname(theirs)
        os.close(theirs)
        started.append((kiosk, ours))
        return kiosk, ours

    yield start
    for kiosk, ours in started:
        kiosk.kill()
        kiosk.wait(PATIENCE_S)
        os.close(ours)


@pytest.mark.row("Terminal", "frozen SSH peer: nobody reads",
                 "goes on polling, signs in and saves; SIGTERM ends it")
def test_frozen_peer(crooked, home, on_pty):
    server = crooked()
    kiosk, ours = on_pty(rows=200, columns=500)
    wait_until(lambda: server.at("profile"), "the sign-in")
    wait_until(lambda: home.stored().get("profile"), "the saved profile")
    kiosk.send_signal(signal.SIGTERM)
    # What it has to say in the end may wait for room.
    os.set_blocking(ours, False)

    def has_ended():
        try:
            os.read(ours, 65536)
        except OSError:
            pass
        return kiosk.poll() is not None

    wait_until(has_ended, "its end")
    assert kiosk.returncode == Exit.DONE


@pytest.mark.row("Terminal", "a peer that freezes later: no room for a frame",
                 "goes on polling; SIGTERM ends it, though nobody reads")
def test_peer_freezes(crooked, on_pty):
    server = crooked(**PENDING)
    kiosk, ours = on_pty()
    wait_until(lambda: server.at("poll"), "a poll")
    terminal = os.open(kiosk.terminal, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    # The kernel passes on what was written in its own time, which makes room
    # once more: it is full when none comes.
    while select.select([], [terminal], [], 0.2)[1]:
        try:
            os.write(terminal, bytes(64))
        except BlockingIOError:
            pass
    # There is room for a frame of 1 KB, or two, but not for three.
    os.read(ours, 512)
    for _ in range(3):
        os.write(ours, b"?")
        polls = len(server.at("poll"))
        wait_until(lambda n=polls: len(server.at("poll")) > n, "a poll")
    kiosk.send_signal(signal.SIGTERM)
    assert kiosk.wait(PATIENCE_S) == Exit.DONE
    os.close(terminal)


def is_quiet(pid):
    """Sleeps but for what it has to do: does not spin. None: it has ended."""
    def used():
        path = f"/proc/{pid}/stat"
        with open(path, encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            switches = re.search(r"(?m)^voluntary_ctxt_switches:\s+(\d+)",
                                 file.read())
        return (int(fields[11]) + int(fields[12]), int(switches[1]),
                time.monotonic())

    try:
        before = used()
        wait_until(lambda: time.monotonic() > before[2] + 2, "two seconds")
        ticks, switches, seconds = (
            now - then for now, then in zip(used(), before))
    except (FileNotFoundError, ProcessLookupError):
        return None
    # A fifth of the time would be 20, and a turn for each key or second few.
    return ticks < 20 * seconds and switches < 30 * seconds


@pytest.mark.row("Terminal", "Ctrl-D at the screens; end-of-file, where somebody "
                 "has the line edit again", "is a key; goes on or ends, and does "
                 "not spin")
def test_end_of_file(crooked, open_terminal):
    crooked(**PENDING)
    screen = open_terminal()
    screen.wait_for("Waiting for your approval")
    screen.keys("C-d")
    screen.keys("?")
    screen.wait_for("Press any key to close")
    tty = screen.ask("#{pane_tty}")
    subprocess.run(["stty", "-F", tty, "sane"], check=True)
    screen.keys("C-d")
    screen.keys("C-d")
    quiet = is_quiet(screen.pid)
    assert quiet is not False
    if quiet:
        screen.signal(signal.SIGTERM)
    assert screen.wait_for_exit() == Exit.DONE


@pytest.mark.row("Terminal", "input hangs up alone", "ends at once; exit 0")
def test_input_hangs_up_alone(crooked, home):
    server = crooked(**PENDING)
    ours, theirs = pty.openpty()
    our_output, their_output = pty.openpty()
    with subprocess.Popen(
        [GRANTTY], env=home.environment(), stdin=theirs, stdout=their_output,
        stderr=subprocess.DEVNULL, start_new_session=True,
    ) as kiosk:
        os.close(theirs)
        os.close(their_output)
        try:
            wait_until(lambda: server.at("poll"), "a poll")
            os.close(ours)
            # What it says in the end may wait for room.
            os.set_blocking(our_output, False)
            wait_until(lambda: drained(our_output) and kiosk.poll() is not None,
                       "its end")
            assert kiosk.returncode == Exit.DONE
        finally:
            kiosk.kill()
    os.close(our_output)


def drained(fd):
    """Takes what there is; always true."""
    try:
        os.read(fd, 65536)
    except OSError:
        pass
    return True


@pytest.mark.row("Terminal", "Ctrl-Z and SIGTSTP at the screens",
                 "goes on; keys are answered; SIGTERM ends it")
def test_ctrl_z(crooked, open_terminal):
    crooked(**PENDING)
    screen = open_terminal()
    screen.wait_for("Waiting for your approval")
    screen.keys("C-z")
    screen.signal(signal.SIGTSTP)
    screen.keys("?")
    screen.wait_for("Press any key to close")
    assert state_of(screen.pid) != "T"
    screen.signal(signal.SIGTERM)
    assert screen.wait_for_exit() == Exit.DONE


STORM = [(24, 80), (0, 0), (1, 1), (5, 20), (500, 1), (1, 1000), (67, 240)]


@pytest.mark.row("Terminal", "resize storm: 2,100 sizes with 0x0 and 1x1 while "
                 "it draws", "goes on polling; draws the last size; SIGTERM "
                 "ends it")
def test_resize_storm(crooked, on_pty):
    server = crooked(**PENDING)
    kiosk, ours = on_pty()
    os.set_blocking(ours, False)
    wait_until(lambda: drained(ours) and server.at("poll"), "a poll")
    for number in range(300 * len(STORM)):
        size = struct.pack("HHHH", *STORM[number % len(STORM)], 0, 0)
        fcntl.ioctl(ours, termios.TIOCSWINSZ, size)
        kiosk.send_signal(signal.SIGWINCH)
        drained(ours)
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    kiosk.send_signal(signal.SIGWINCH)
    polls = len(server.at("poll"))
    wait_until(lambda: drained(ours) and len(server.at("poll")) > polls, "a poll")
    # It uses lines that only this size has.
    os.write(ours, b"\f")
    text = bytearray()

    def draws():
        try:
            text.extend(os.read(ours, 65536))
        except BlockingIOError:
            pass
        return re.search(rb"\x1b\[(2[5-9]|30)(;\d+H|d)", text)

    wait_until(draws, lambda: f"the last size: {bytes(text[-2000:])}")
    kiosk.send_signal(signal.SIGTERM)
    wait_until(lambda: drained(ours) and kiosk.poll() is not None, "its end")
    assert kiosk.returncode == Exit.DONE


@pytest.mark.row("Terminal", "a window of 0x0", "signs in all the same")
def test_no_size(crooked, home, on_pty):
    server = crooked()
    on_pty(rows=0, columns=0)
    wait_until(lambda: server.at("profile"), "the sign-in")
    wait_until(lambda: home.stored().get("profile"), "the saved profile")
