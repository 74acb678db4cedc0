# SPDX-License-Identifier: MIT
"""The kiosk on a real Linux console, as an ordinary user: scanned off the
screen with each font, and the console as it was afterwards."""

import base64
import gzip
import unicodedata

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
            self.set_font(font)
        self.before = self.font()
        # The kernel keeps the characters from the first time that they are
        # read, and guesses them from the glyphs until they are written anew.
        self.characters()

    def set_font(self, font):
        self.machine.run(f"setfont -C /dev/tty1 /fonts/{font}.psf")

    def font(self):
        """Every glyph, and the map from characters to them."""
        return self.machine.run("font </dev/tty1")

    def device(self, name):
        """What can be read there, which is long and mostly blank."""
        packed = self.machine.run(f"gzip -c /dev/{name} | base64")
        return gzip.decompress(base64.b64decode(packed))

    def characters(self):
        """What is in the cells. Fails where the console is not in UTF-8."""
        return self.device("vcsu1").decode("utf-32-le")

    def draw_all(self):
        """Puts every character that the font has on the screen; returns the
        cells as characters, and as glyphs and colours."""
        text = drawable(self.before)
        encoded = base64.b64encode(f"\033[H\033[J{text}".encode()).decode()
        self.machine.run(f"echo {encoded} | base64 -d >/dev/tty1")
        characters = self.characters()
        assert characters.startswith(text)
        return characters, self.device("vcsa1")

    def start(self, words="demo", leader="exec"):
        """As the leader of a session of its own, as systemd has it, or below
        a shell that is (leader "")."""
        self.machine.run(
            "cat >/tmp/start <<'END'\n"
            "echo $$ >/tmp/leader\n"
            f"{leader} su -s /bin/sh user -c 'cd /tmp; exec env -i PATH=/bin "
            f"HOME=/tmp TERM=linux grantty {words}'\n"
            ":\nEND\n"
            "setsid -c sh /tmp/start </dev/tty1 >/dev/tty1 2>/tmp/errors &"
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

    def check_given_back(self, drawn):
        """That nothing is left on the screen, that it takes lines again, and
        that font and map are those that were read before; drawn: what
        draw_all() returned then."""
        assert self.characters().isspace()
        assert self.font() == self.before
        assert self.draw_all() == drawn
        assert " icanon" in self.machine.run("stty -a -F /dev/tty1")

    def wait_for_end(self):
        self.machine.wait_until("! pidof grantty")


def drawable(font):
    """The characters of that font's map that take one cell."""
    lines = (line.split() for line in font.splitlines())
    found = (chr(int(line[1], 16)) for line in lines if line[0] == "map")
    return "".join(
        c
        for c in found
        if unicodedata.category(c) not in ("Cc", "Cf", "Co", "Mn", "Zl", "Zp")
        and unicodedata.east_asian_width(c) not in "FW"
    )


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
    """Compared, before the start and after every end: all glyphs and the whole
    map of the font; and all that the font can draw, written to the screen, as
    it is in /dev/vcsu (characters) and in /dev/vcsa (glyphs and colours)."""
    machine = console.machine
    drawn = console.draw_all()
    for signal in "TERM", "KILL", "SEGV":
        console.start()
        assert console.scan()[0].startswith("http://127.0.0.1:")
        if console.font_name and console.font_name.startswith("Lat15"):
            assert console.font() != console.before
        machine.run(f"kill -{signal} {pid_of(machine)}")
        console.wait_for_end()
        machine.wait_until("! pidof grantty-practice")
        console.check_given_back(drawn)


def on(*screens):
    """The machines with these alone; from the first one on, or pytest sorts
    them in a way that starts machines twice."""
    return pytest.mark.parametrize("machine", screens, indirect=True)


@pytest.fixture
def own_console(machine):
    """With a font that half blocks have to be added to."""
    console = Console(machine, "Lat15-Fixed16")
    yield console
    machine.try_run("killall -9 grantty grantty-practice")
    console.wait_for_end()


@on("80x25")
def test_gives_back_what_has_hung_up(machine, own_console):
    """Where the leader of the session ends, the kernel takes the terminal from
    all who have it open."""
    console = own_console
    drawn = console.draw_all()
    console.start(leader="")
    console.scan()
    machine.run("kill -KILL $(cat /tmp/leader)")
    console.wait_for_end()
    console.check_given_back(drawn)


@on("80x25", "800x600")
@pytest.mark.parametrize("signal", ["TERM", "KILL"])
def test_font_that_somebody_sets_meanwhile(machine, own_console, signal):
    """It can be scanned with the new one, too, and that is what remains."""
    fonts = {
        "80x25": "Uni2-VGA16",
        "800x600": "Lat15-Terminus32x16",  # with fewer rows and columns
    }
    font = fonts[machine.screen]
    expected = Console(machine, font).before
    console = own_console
    console.set_font(console.font_name)
    console.start()
    console.scan()
    console.set_font(font)
    wait_until(
        lambda: console.font() != expected,
        "half blocks in the new font",
        PATIENCE_S,
    )
    console.scan()
    machine.run(f"kill -{signal} {pid_of(machine)}")
    console.wait_for_end()
    assert console.font() == expected


@on("80x25")
@pytest.mark.parametrize("signal", ["TERM", "KILL"])
def test_console_that_is_not_in_utf8(machine, own_console, signal):
    """As vt.default_utf8=0 leaves it. The characters of a console can be read
    while it is in UTF-8 mode only."""
    console = own_console
    machine.run("kbd_mode -a -C /dev/tty1; printf '\\033%%@' >/dev/tty1")
    try:
        machine.run("! cat /dev/vcsu1")
        console.start()
        assert console.scan()[0].startswith("http://127.0.0.1:")
        assert "▀" in console.characters()
        machine.run(f"kill -{signal} {pid_of(machine)}")
        console.wait_for_end()
        machine.run("! cat /dev/vcsu1")
        assert "Unicode" not in machine.run("kbd_mode -C /dev/tty1")
        assert console.font() == console.before
    finally:
        machine.run("kbd_mode -u -C /dev/tty1; printf '\\033%%G' >/dev/tty1")


def wait_for_terminal(machine, number):
    machine.wait_until(f"grep -q tty{number} /sys/class/tty/tty0/active")


def switch(machine, to):
    """As a person does, and as root does from anywhere (VT_ACTIVATE)."""
    machine.keys(f"ctrl-alt-f{to}")
    wait_for_terminal(machine, to)


def activate(machine, to):
    machine.run(f"chvt {to}")
    wait_for_terminal(machine, to)


def stays(console, pid):
    """That what was tried before has come to nothing: the loop has turned
    since then, on the same terminal."""
    machine = console.machine
    machine.keys("shift-slash")
    console.shows("Press any key to close")
    machine.run("! grep -q -i quit /dev/vcs1")
    assert console.active() == "tty1"
    machine.keys("spc")
    machine.wait_until("! grep -q 'Press any key to close' /dev/vcs1")
    assert pid_of(machine) == pid


@pytest.mark.parametrize("signal", ["TERM", "KILL"])
def test_cannot_be_left_while_it_is_locked(machine, signal):
    machine.run(": >/dev/tty2")  # the kernel switches to one that was used
    switch(machine, 2)
    switch(machine, 1)
    console = Console(machine, "Uni2-VGA16")
    console.start("demo -c /etc/lock.conf")
    console.scan()
    pid = pid_of(machine)
    for keys in "q", "ctrl-c", "ctrl-z", "ctrl-backslash", "ctrl-alt-f2":
        machine.keys(keys)
        stays(console, pid)
    # It asks, and then waits until it is there (VT_WAITACTIVE).
    machine.run("chvt 2 & echo $! >/tmp/asking")
    machine.wait_until("grep -q ' 0x5607 ' /proc/$(cat /tmp/asking)/syscall")
    stays(console, pid)
    machine.run(f"kill -{signal} {pid}")
    console.wait_for_end()
    assert console.active() == "tty1"
    switch(machine, 2)
    machine.wait_until("! test -e /proc/$(cat /tmp/asking)")
    switch(machine, 1)
    activate(machine, 2)
    activate(machine, 1)
