# SPDX-License-Identifier: MIT
"""The kiosk on a real Linux console, as an ordinary user: scanned off the
screen with each font, and the console as it was afterwards."""

import pytest

from conftest import FONTS
from program import wait_until

PATIENCE_S = 60


class Console:
    """tty1 of the machine, with that font."""

    def __init__(self, machine, font):
        self.machine = machine
        self.font_name = font
        machine.run("chown user /dev/tty1; chmod 600 /dev/tty1")
        if font:
            machine.run(f"setfont -C /dev/tty1 /fonts/{font}.psf")
        self.before = self.font()

    def font(self):
        return self.machine.run("font </dev/tty1")

    def start(self, words="demo"):
        """As the leader of a session of its own, as systemd has it."""
        self.machine.run(
            "setsid -c su -s /bin/sh user -c 'cd /tmp; exec env -i PATH=/bin "
            f"HOME=/tmp TERM=linux grantty {words}' "
            "</dev/tty1 >/dev/tty1 2>/tmp/errors &"
        )

    def shows(self, text):
        """Waits until the text is on the screen."""
        self.machine.wait_until(f"grep -q '{text}' /dev/vcs1")

    def active(self):
        return self.machine.run("cat /sys/class/tty/tty0/active").strip()

    def scan(self):
        return wait_until(
            self.machine.qr,
            lambda: "a QR code on the screen: "
            + self.machine.run("cat /tmp/errors; cat /dev/vcs1"),
            PATIENCE_S,
        )

    def wait_for_end(self):
        self.machine.wait_until("! pidof grantty")


def pid_of(machine):
    """The program's process: the guard is younger."""
    return min(int(pid) for pid in machine.run("pidof grantty").split())


@pytest.fixture(params=[None, *FONTS], ids=lambda font: font or "kernel")
def console(request, machine):
    if request.param == "Lat15-Terminus32x16" and machine.screen == "80x25":
        pytest.skip("a text mode has no glyphs of 16 pixels")
    console = Console(machine, request.param)
    yield console
    machine.try_run("killall -9 grantty grantty-practice")
    console.wait_for_end()


def test_scans_and_gives_the_font_back(console):
    machine = console.machine
    for signal in "TERM", "KILL", "SEGV":
        console.start()
        assert console.scan()[0].startswith("http://127.0.0.1:")
        if console.font_name and console.font_name.startswith("Lat15"):
            assert console.font() != console.before
        machine.run(f"kill -{signal} {pid_of(machine)}")
        console.wait_for_end()
        machine.wait_until("! pidof grantty-practice")
        assert console.font() == console.before
        # Nothing is left on the screen, and it takes lines again.
        machine.run("! grep -q 127.0.0.1 /dev/vcs1")
        assert " icanon" in machine.run("stty -a -F /dev/tty1")


def switch(machine, to):
    machine.keys(f"ctrl-alt-f{to}")
    machine.wait_until(f"grep -q tty{to} /sys/class/tty/tty0/active")


def test_cannot_be_left_while_it_is_locked(machine):
    machine.run(": >/dev/tty2")  # the kernel switches to one that was used
    switch(machine, 2)
    switch(machine, 1)
    console = Console(machine, None)
    console.start("demo -c /etc/lock.conf")
    console.scan()
    pid = pid_of(machine)
    for keys in "q", "ctrl-c", "ctrl-z", "ctrl-backslash", "ctrl-alt-f2":
        machine.keys(keys, "shift-slash")
        console.shows("Any key closes this")
        machine.run("! grep -q -i quit /dev/vcs1")
        assert console.active() == "tty1"
        machine.keys("spc")
        machine.wait_until("! grep -q 'Any key closes this' /dev/vcs1")
        assert pid_of(machine) == pid
    machine.run(f"kill -KILL {pid}")
    console.wait_for_end()
    switch(machine, 2)
    switch(machine, 1)
