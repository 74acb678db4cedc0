# SPDX-License-Identifier: MIT
"""Terminals of all kinds: what a serial line, a multiplexer or a name that
nobody here knows gets to see."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios

import pytest

from practice import PERSON
from program import GRANTTY, PATIENCE_S, Exit, child_named, wait_until
from terminal import grouped

# TERM, changes to the environment, and whether half blocks are drawn. The
# terminal is large: without half blocks a QR code wants 100 columns.
KINDS = {
    "vt100": ("vt100", {"LANG": None}, False),
    "vt220": ("vt220", {"LANG": None}, False),
    "vt220-UTF-8": ("vt220", {}, True),
    "no-locale": ("xterm", {"LANG": None}, True),
    "kitty": ("xterm-kitty", {}, True),
    "foot": ("foot", {}, True),
    "garbage": ("no/such;terminal", {}, True),
    "none": ("", {}, True),
    "screen": ("screen", {}, True),
    "tmux": ("tmux-256color", {}, True),
    "screen-no-locale": ("screen", {"LANG": None}, False),
    "tmux-Latin-1": ("tmux-256color", {"LANG": "C"}, False),
    "putty": ("putty", {}, True),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_kind(home, start_practice, open_terminal, kind):
    term, env, halves = kind
    practice = start_practice()
    practice.config(home.config)
    screen = open_terminal(term=term, env=env, columns=140, rows=66)
    uri = screen.wait_for_qr()
    assert uri.startswith(practice.url)
    text = "".join(screen.text())
    assert halves or text.isascii()
    screen.keys("m")
    screen.wait_for("▀" if halves else "code")
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE


def scribble(screen, text):
    """Somebody else writes on the terminal."""
    with open(screen.ask("#{pane_tty}"), "w", encoding="ascii") as tty:
        tty.write(f"\x1b[3;1H{text}")
    screen.wait_for(text)


def is_copied(screen, text):
    """Whether tmux has got the text for its clipboard."""
    wait_until(
        lambda: screen.tmux("show-buffer") == text,
        lambda: f"{text!r} copied: {screen.tmux('list-buffers')}\n{screen.show()}")


def test_copies(home, start_practice, open_terminal):
    practice = start_practice()
    practice.config(home.config)
    screen = open_terminal("login", columns=100, rows=30)
    uri = screen.wait_for_qr()
    code = practice.code()["user_code"]
    screen.tmux("set", "-s", "set-clipboard", "on", ";", "set-buffer", "-")
    screen.keys("c")
    is_copied(screen, code)
    screen.wait_for("code sent to your terminal's clipboard")
    screen.keys("u")
    is_copied(screen, uri)
    screen.wait_for("address sent to your terminal's clipboard")


@pytest.mark.parametrize(
    "term, clipboard",
    [("xterm-256color", False), ("linux", True), ("vt100", True), ("vt220", True)],
    ids=["turned off", "console", "vt100", "vt220"],
)
def test_copies_nothing(home, start_practice, open_terminal, term, clipboard):
    practice = start_practice()
    practice.config(home.config, screen={"clipboard": clipboard})
    screen = open_terminal("login", columns=100, rows=30, term=term)
    wait_until(lambda: practice.code_on(screen), "the code")
    screen.tmux("set", "-s", "set-clipboard", "on", ";", "set-buffer", "-")
    screen.keys("c", "u", "?")
    screen.wait_for("Press any key to close")
    assert "clipboard" not in screen.show()
    assert screen.tmux("show-buffer") == "-"


@pytest.mark.parametrize(
    "term, setting, links",
    [
        ("xterm-256color", "auto", True),
        ("xterm-256color", "off", False),
        ("linux", "auto", False),
        ("vt220", "auto", False),
        ("vt220", "on", True),
    ],
)
def test_hyperlinks(
    home, start_practice, open_terminal, tmp_path, term, setting, links
):
    """By all the bytes of a frame; what ignores them shows the same."""
    practice = start_practice()
    practice.config(home.config, screen={"hyperlinks": setting})
    screen = open_terminal("login", columns=100, rows=30, term=term)
    wait_until(lambda: practice.code_on(screen), "the code")
    before = screen.show()
    written = tmp_path / "written"
    screen.tmux("pipe-pane", f"cat >{written}")
    screen.keys("C-l", "?")
    screen.wait_for("Press any key to close")
    screen.keys("Escape")
    screen.wait_without("Press any key to close")
    wait_until(lambda: b"Press any key to close" in written.read_bytes(), "help")
    data = written.read_text("utf-8")
    uris = re.findall("\x1b]8;id=grantty;([^\x1b]*)\x1b\\\\", data)
    assert (len(uris) >= 2) == ("]8;" in data) == links
    for uri in uris:
        assert uri.startswith(f"{practice.url}/verify?")
    assert "grantty;" not in before


def test_read_from(home, start_practice, open_terminal):
    """On a console the cursor, which a braille line follows, is at the code in
    letters whatever else is drawn."""
    practice = start_practice()
    practice.config(home.config)
    screen = open_terminal(columns=100, rows=30, term="linux")
    code = grouped(wait_until(lambda: practice.code_on(screen), "the code"))

    def is_at(text):
        x, y = map(int, screen.ask("#{cursor_x} #{cursor_y}").split())
        return screen.text()[y][x:].startswith(text)

    for _ in range(2):
        wait_until(lambda: is_at(code), lambda: f"{code}\n{screen.show()}")
        time = screen.wait_for(r"\b\d:\d\d\n")[0]
        screen.wait_without(time)
        wait_until(lambda: is_at(code), lambda: f"{code}\n{screen.show()}")
    screen.keys("?")
    screen.wait_for("Press any key to close")
    wait_until(lambda: not is_at(code), "the cursor at the help")


def test_drawn_anew(home, start_practice, open_terminal):
    """On SIGWINCH without another size, as dtach sends it to who has attached
    again; and after a stop, in which the line has got other settings."""
    practice = start_practice()
    practice.config(home.config)
    # What tmux itself has started it continues as soon as it is stopped.
    screen = open_terminal(before=["sh", "-c", '"$@"; exit $?', "sh"])
    uri = screen.wait_for_qr()
    pid = child_named(screen.pid, "grantty")
    scribble(screen, "SCRIBBLE")
    os.kill(pid, signal.SIGWINCH)
    screen.wait_without("SCRIBBLE")
    assert screen.wait_for_qr() == uri
    tty = os.open(screen.ask("#{pane_tty}"), os.O_RDWR | os.O_NOCTTY)
    raw = termios.tcgetattr(tty)
    os.kill(pid, signal.SIGSTOP)
    cooked = list(raw)
    cooked[3] |= termios.ICANON | termios.ECHO
    termios.tcsetattr(tty, termios.TCSANOW, cooked)
    scribble(screen, "SCRIBBLE")
    os.kill(pid, signal.SIGCONT)
    screen.wait_without("SCRIBBLE")
    assert screen.wait_for_qr() == uri
    assert termios.tcgetattr(tty) == raw
    os.close(tty)
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE


def test_background(home, start_practice, open_terminal, tmp_path):
    """Not a byte to a terminal that is a shell's for now."""
    practice = start_practice()
    practice.config(home.config)
    go = tmp_path / "go"
    shell = (
        'set -m; "$@"; kill -CONT %1; printf "\\033c"; echo SHELL;'
        f' until [ -e {go} ]; do sleep 0.1; done; fg'
    )
    screen = open_terminal(before=["bash", "-c", shell, "bash"])
    screen.wait_for_qr()
    pid = child_named(screen.pid, "grantty")
    os.kill(pid, signal.SIGSTOP)
    screen.wait_for("SHELL")
    os.kill(pid, signal.SIGWINCH)
    practice.control(approve=practice.code()["user_code"])
    wait_until(home.session.exists, "a session")
    assert [line for line in screen.text() if line] == ["SHELL"]
    screen.resize(100, 30)  # which tells only those in the foreground
    go.touch()
    screen.wait_for(f"Hello, {PERSON}")
    wait_until(
        # What is drawn moves by a row at times.
        lambda: "q Quit" in "".join(screen.text()[27:]),
        lambda: f"the keys in the last rows:\n{screen.show()}",
    )
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE


def test_other_screen(home, start_practice, open_terminal, tmp_path):
    """It is entered again after a stop in which somebody has left it."""
    practice = start_practice()
    practice.config(home.config)
    go = tmp_path / "go"
    shell = (
        'set -m; "$@"; tput rmcup; tput cnorm; echo SHELL;'
        f' until [ -e {go} ]; do sleep 0.1; done; fg; echo AFTER; cat'
    )
    screen = open_terminal(
        "login", before=["bash", "-c", shell, "bash"], history=200)
    uri = screen.wait_for_qr()
    os.kill(child_named(screen.pid, "grantty"), signal.SIGSTOP)
    screen.wait_for("SHELL")
    assert screen.ask("#{alternate_on} #{cursor_flag}") == "0 1"
    go.touch()
    assert screen.wait_for_qr() == uri
    assert screen.ask("#{alternate_on} #{cursor_flag}") == "1 0"
    screen.keys("q")
    screen.wait_for("AFTER")
    assert screen.ask("#{alternate_on} #{cursor_flag}") == "0 1"
    everything = screen.tmux("capture-pane", "-p", "-S", "-")
    assert "SHELL" in everything
    assert practice.address not in everything and "▀" not in everything


@pytest.mark.parametrize(
    "foreground, left",
    [("wait; echo WAITED; cat", "0 1"), ("cat; :", "1 0")],
    ids=["the shell", "another program"],
)
def test_end_in_background(
    home, start_practice, open_terminal, foreground, left
):
    """A shell gets its screen and its cursor back; what has drawn one of its
    own keeps that."""
    practice = start_practice()
    practice.config(home.config)
    shell = f'set -m; "$@"; bg; echo SHELL; {foreground}'
    screen = open_terminal("login", before=["bash", "-c", shell, "bash"])
    screen.wait_for_qr()
    pid = child_named(screen.pid, "grantty")
    os.kill(pid, signal.SIGSTOP)
    screen.wait_for("SHELL")
    assert screen.ask("#{alternate_on} #{cursor_flag}") == "1 0"
    practice.control(approve=practice.code()["user_code"])
    screen.wait_for("Signed in to")
    assert screen.ask("#{alternate_on} #{cursor_flag}") == left


@pytest.mark.parametrize(
    "term", ["linux", "vt100", "vt220", "xterm-256color", "screen", "", "qx"]
)
def test_no_size(home, start_practice, open_terminal, term):
    """A serial line, or "ssh -tt" without a terminal here: its size is 0x0,
    and it is taken for 80x24 until it gets one."""
    practice = start_practice()
    practice.config(home.config)
    # Whatever these say.
    env = {"LINES": "7", "COLUMNS": "200"}
    unsized = ["sh", "-c", 'stty rows 0 columns 0; exec "$@"', "sh"]
    screen = open_terminal(term=term, env=env, before=unsized)
    for columns, rows in ((80, 24), (140, 66)):
        wait_until(
            # What is drawn moves by a row at times.
            lambda rows=rows: "q Quit" in "".join(screen.text()[rows - 3:]),
            lambda: f"the keys in the last rows:\n{screen.show()}",
        )
        assert f"{practice.address}\n" in "\n".join(screen.text())
        assert screen.wait_for_qr().startswith(practice.url)
        screen.resize(140, 66)
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE


# ---- Answers that take a round trip

BACKGROUND = b"\x1b]11;rgb:0000/0000/0000\x1b\\"
CURSOR = b"\x1b[2;4R"


class FarTerminal:
    """A kiosk on a terminal that answers nothing by itself."""

    def __init__(self, env):
        self.fd, self.line = pty.openpty()
        size = struct.pack("HHHH", 24, 80, 0, 0)
        fcntl.ioctl(self.line, termios.TIOCSWINSZ, size)
        self.seen = b""
        self.kiosk = subprocess.Popen(
            [GRANTTY], env=env, stdin=self.line, stdout=self.line,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    def read(self):
        while select.select([self.fd], [], [], 0)[0]:
            self.seen += os.read(self.fd, 4096)
        return self.seen

    def has_ended(self):
        self.read()
        return self.kiosk.poll() is not None

    def left(self):
        """What the next program would read as typed."""
        settings = termios.tcgetattr(self.line)
        settings[3] &= ~termios.ICANON
        termios.tcsetattr(self.line, termios.TCSANOW, settings)
        if not select.select([self.line], [], [], 0)[0]:
            return b""
        return os.read(self.line, 4096)

    def close(self):
        self.kiosk.kill()
        self.kiosk.wait(PATIENCE_S)
        os.close(self.fd)
        os.close(self.line)


@pytest.fixture
def open_far_terminal(home):
    terminals = []

    def start(term):
        terminals.append(FarTerminal(home.environment(TERM=term)))
        far = terminals[-1]
        wait_until(lambda: b"\x1b[6n" in far.read(), "the query")
        wait_until(lambda: b"code" in far.read(), "a code")
        return far

    yield start
    for far in terminals:
        far.close()


@pytest.mark.parametrize(
    "term, answers",
    [("xterm-256color", [CURSOR]), ("vt100", [BACKGROUND, CURSOR])],
    ids=["cursor", "cursor and background"],
)
def test_late_answers(home, start_practice, open_far_terminal, term, answers):
    """They are not left for the shell, even if the program ends before them."""
    practice = start_practice()
    practice.config(home.config)
    for _ in range(3):  # a slow test may be too late, but not always
        far = open_far_terminal(term)
        assert (b"]11;?" in far.seen) == (BACKGROUND in answers)
        os.write(far.fd, b"q")
        try:
            far.kiosk.wait(0.1)
            continue
        except subprocess.TimeoutExpired:
            pass
        for answer in answers:
            os.write(far.fd, answer)
        wait_until(far.has_ended, "the end")
        assert far.kiosk.returncode == Exit.DONE
        if far.left() == b"":
            return
    pytest.fail("the shell would get the answers")


def test_no_answers(home, start_practice, open_far_terminal):
    """It ends without them, too."""
    practice = start_practice()
    practice.config(home.config)
    far = open_far_terminal("vt100")
    os.write(far.fd, b"q")
    wait_until(far.has_ended, "the end")
    assert far.kiosk.returncode == Exit.DONE
