# SPDX-License-Identifier: MIT
"""A locked kiosk under keys that are held while it starts, when the line is
still cooked and Ctrl-C, Ctrl-\\ and Ctrl-Z raise signals; and under those that
would leave it while it runs."""

import fcntl
import os
import pty
import random
import re
import select
import signal
import termios
import time

import pytest

from program import GRANTTY, SECOND, TOP, Exit, state_of, wait_until

# In each test; GRANTTY_STARTS=200 is what the program is held to. The moments are
# other ones each time, or those of GRANTTY_SEED.
STARTS = int(os.environ.get("GRANTTY_STARTS", "10"))
SEED = int(os.environ.get("GRANTTY_SEED", time.time_ns() // 1000))
LATEST_S = 0.2
HELD_S = 0.005  # from one key to the next
# More than a terminal is told before the first screen is drawn, from the first
# escape sequence on: what comes before are echoes.
SCREEN = 1500
LOCKED = {"kiosk": {"lock": True}}
BY_KEYS = {signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP}


# What a start begins with: the program, or what a shell has before it.
STARTERS = {
    "alone": [],
    "shell": ["/bin/sh", "-c", 'trap "" INT QUIT TSTP; exec "$@"', "sh"],
}


def held_by(pid):
    """Of which of the signals that process takes no notice; no signal as long
    as it is a copy of this one."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        fields = dict(line.split(":", 1) for line in status)
    if "python" in fields["Name"] or "pytest" in fields["Name"]:
        return set()
    bits = int(fields["SigBlk"], 16) | int(fields["SigIgn"], 16)
    return {number for number in BY_KEYS if bits >> (number - 1) & 1}


def start(home, terminal, before=(), controlling=True):
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # until it is a program
        os.setsid()
        if controlling:
            fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
        for fd in (0, 1, 2):
            os.dup2(terminal, fd)
        argv = [*before, GRANTTY, "-c", str(home.config)]
        os.execve(argv[0], argv, home.environment(TERM="xterm-256color"))
    return pid


@pytest.mark.full
def test_held_before_anything_is_read(home, tmp_path):
    """Nor before the many libraries are loaded, which takes 25 ms."""
    home.config.write_text("kiosk : { lock = true; };\n", encoding="utf-8")
    home.config.chmod(0o600)
    trace = tmp_path / "trace"
    calls = "trace=openat,open,rt_sigprocmask,execve"
    home.grantty(before=["strace", "-o", str(trace), "-e", calls])
    lines = trace.read_text(encoding="utf-8").splitlines()

    def first(*parts):
        return next(
            i for i, line in enumerate(lines)
            if all(part in line for part in parts)
        )  # fmt: skip

    held = first("rt_sigprocmask(SIG_BLOCK, [INT QUIT TSTP]")
    assert held < first(f'execve("{SECOND}"') < first("openat(", "/libcurl")
    assert held < first("openat(", str(home.config))
    assert not any("rt_sigprocmask(SIG_UNBLOCK" in line for line in lines)


def press(pid, terminal, key, at, held):
    """Strikes the key at that time, or holds it from then on, until the first
    screen is there, whichever comes later."""
    ended = os.WEXITED | os.WSTOPPED | os.WNOHANG | os.WNOWAIT
    shown, struck = b"", False
    while not struck or len(shown.partition(b"\x1b")[2]) < SCREEN:
        if time.monotonic() >= at and (held or not struck):
            os.write(terminal, key)
            struck = True
        assert os.waitid(os.P_PID, pid, ended) is None
        if select.select([terminal], [], [], HELD_S)[0]:
            shown += os.read(terminal, 65536)


each_key = pytest.mark.parametrize(
    "key",
    [b"\x03", b"\x1c", b"\x1a"],
    ids=["interrupt", "quit", "suspend"],
)


def starts():
    """For each one, when the key is pressed, and whether it is held."""
    print(f"GRANTTY_SEED={SEED}")  # of a failure
    moments = random.Random(SEED)
    for i in range(STARTS):
        yield moments.uniform(0, LATEST_S), i % 2 == 0


def stop(pid, terminal):
    os.kill(pid, signal.SIGTERM)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(terminal)


@pytest.mark.parametrize("before", STARTERS.values(), ids=STARTERS)
@each_key
def test_keys(home, start_practice, key, before):
    """Once it holds back signals, which the first program does, so also while
    the second one is loaded. What the kernel itself takes to start the first one
    is not its own time."""
    practice = start_practice()
    practice.config(home.config, **LOCKED)
    for moment, held in starts():
        ours, theirs = pty.openpty()
        pid = start(home, theirs, before)
        os.close(theirs)
        wait_until(lambda: held_by(pid) == BY_KEYS, "signals held back")
        press(pid, ours, key, time.monotonic() + moment, held)
        stop(pid, ours)


def controlling_in_unit():
    """Whether systemd makes it the controlling terminal, before the program
    runs."""
    unit = TOP / "docs" / "systemd" / "grantty@.service.in"
    text = unit.read_text(encoding="utf-8")
    return re.search("^StandardInput=(.*)$", text, re.MULTILINE)[1] == "tty"


@each_key
def test_keys_in_unit(home, start_practice, key):
    """From the first moment of its process on: no key can send a signal until
    grantty has the terminal send them."""
    practice = start_practice()
    practice.config(home.config, **LOCKED)
    for moment, held in starts():
        ours, theirs = pty.openpty()
        pid = start(home, theirs, controlling=controlling_in_unit())
        os.close(theirs)
        press(pid, ours, key, time.monotonic() + moment, held)
        assert os.tcgetpgrp(ours) == pid
        stop(pid, ours)


def test_plain(home, open_terminal, start_practice):
    """Lines are cooked all the time."""
    practice = start_practice()
    practice.config(home.config, **LOCKED)
    screen = open_terminal("login", "--plain")
    screen.wait_for("enter this code")
    screen.keys("C-c")
    screen.wait_for(r"\^C")
    practice.control(approve="*")
    assert screen.wait_for_exit() == Exit.DONE


# What leaves other programs, or is a signal where the line is cooked.
WAYS_OUT = ("q Q x Escape C-c C-d C-z C-y C-\\ C-q C-s C-o C-l M-q M-c M-F4 F4 F10"
            " F12").split()


@pytest.mark.parametrize("shown, fault", [
    ("this code, or enter it", None),
    ("Hello, ", "approve"),
    ("was denied", "deny"),
])  # fmt: skip
def test_no_key_ends_it(home, start_practice, open_terminal, shown, fault):
    """Nor stops it, on any screen; a signal of the operator's does."""
    practice = start_practice()
    practice.config(home.config, **LOCKED)
    screen = open_terminal()
    screen.wait_for("this code, or enter it")
    if fault:
        practice.control(**{fault: "*"})
    screen.wait_for(shown)
    for key in WAYS_OUT:
        screen.keys(key)
    # All of them were read, and the screens go on.
    wait_until(
        lambda: screen.keys("?") or screen.shows("Press any key to close|Space: more"),
        lambda: f"help on this screen:\n{screen.show()}",
    )
    assert not screen.shows("Quit")
    assert state_of(screen.pid) in "RSD"
    os.kill(screen.pid, signal.SIGTERM)
    assert screen.wait_for_exit() == Exit.DONE
