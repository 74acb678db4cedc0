# SPDX-License-Identifier: MIT
"""xterm, kitty and foot themselves: what they show can be scanned, and what they
say by themselves is no key."""

import pytest

from practice import PERSON
from program import GRANTTY, Exit, wait_until
from terminal import grouped
from xterm import Display, Foot, Kitty, XTerm

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def display():
    display = Display()
    yield display
    display.close()


@pytest.fixture
def open_window(home, display):
    terminals = []

    def start(*args, env=None, kind=XTerm, before=(), **how):
        terminals.append(
            kind(
                display,
                [*before, GRANTTY, "-c", str(home.config), *args],
                home.environment(**(env or {})),
                **how,
            )
        )
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()


LARGE = {"columns": 140, "rows": 50}

# How it is started, LANG, and screen.qr.
KINDS = {
    "UTF-8": ({}, "C.UTF-8", "auto"),
    "kitty": ({"kind": Kitty}, "C.UTF-8", "auto"),
    "foot": ({"kind": Foot}, "C.UTF-8", "auto"),
    "light": ({"options": ["-bg", "white", "-fg", "black"]}, "C.UTF-8", "auto"),
    "reverse": ({"options": ["-rv"]}, "C.UTF-8", "auto"),
    "light without colours": (
        {"options": ["-bg", "white", "-fg", "black", "-tn", "vt220"]},
        "C.UTF-8", "auto"),
    # Half blocks are as wide as two letters.
    "cjk-width": ({**LARGE, "options": ["-cjk_width"]}, "C.UTF-8", "auto"),
    # It takes each byte for a character.
    "no-locale": (LARGE, None, "auto"),
    "Latin-1": ({**LARGE, "options": ["+u8"]}, "C", "auto"),
}


@pytest.mark.parametrize("how, lang, qr", KINDS.values(), ids=KINDS)
def test_scans(home, start_practice, open_window, how, lang, qr):
    practice = start_practice()
    practice.config(home.config, "webex", screen={"qr": qr})
    screen = open_window(env={"LANG": lang}, **how)
    uri = screen.wait_for_qr()
    code = practice.code()["user_code"]
    assert uri.startswith(practice.url)
    screen.wait_for_drawn(grouped(code).encode())
    screen.keys("question")
    screen.wait_for_drawn(b"Press any key to close")
    screen.keys("Down")
    assert screen.wait_for_qr() == uri
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE


# What another program asks, and what xterm answers.
ANSWERS = {
    b"\x1b[c": rb"\x1b\[\?64;[0-9;]+c",
    b"\x1b[>c": rb"\x1b\[>41;\d+;0c",
    b"\x1b[=c": rb"\x1bP!\|[0-9A-F]+\x1b\\",
    b"\x1b[>q": rb"\x1bP>\|XTerm\(\d+\)\x1b\\",
    b"\x1b[5n": rb"\x1b\[0n",
    b"\x1b[6n": rb"\x1b\[\d+;\d+R",
    b"\x1b[?6n": rb"\x1b\[\?\d+;\d+(;\d+)?R",
    b"\x1b[?2004$p": rb"\x1b\[\?2004;\d\$y",
    b"\x1b[4$p": rb"\x1b\[4;\d\$y",
    b"\x1b[18t": rb"\x1b\[8;\d+;\d+t",
    b"\x1b[14t": rb"\x1b\[4;\d+;\d+t",
    b"\x1b[21t": rb"\x1b\]l[^\x1b]* - grantty\x1b\\",
    b"\x1b]10;?\x1b\\": rb"\x1b\]10;rgb:[0-9a-f/]+\x1b\\",
    b"\x1b]11;?\a": rb"\x1b\]11;rgb:[0-9a-f/]+\a",
    b"\x1b]4;1;?\x1b\\": rb"\x1b\]4;1;rgb:[0-9a-f/]+\x1b\\",
    b"\x1b]52;c;eXF5cXlx\a\x1b]52;c;?\a": rb"\x1b\]52;c;eXF5cXlx\a",
    b"\x1bP$qm\x1b\\": rb"\x1bP1\$r[0-9;:]*m\x1b\\",
    b"\x1bP$q q\x1b\\": rb"\x1bP1\$r\d* q\x1b\\",
    b"\x1bP+q544e\x1b\\": rb"\x1bP1\+r544[eE]=[0-9A-F]+\x1b\\",
}
# The last one, when all others are there.
LAST = b"\x1b[?1049$p", rb"\x1b\[\?1049;\d\$y"

# The mouse, in each of its encodings.
MICE = {
    b"\x1b[?1003h": rb"\x1b\[M[C\x20-\x23]..",
    b"\x1b[?1003;1006h": rb"\x1b\[<\d+;\d+;\d+[Mm]",
    b"\x1b[?1003;1015h": rb"\x1b\[\d+;\d+;\d+M",
}
MOUSE_OFF = b"\x1b[?1003;1006;1015l"


# Of what others answer, all that kitty and foot do.
OTHERS = {
    b"\x1b[c": rb"\x1b\[\?[0-9;]+c",
    b"\x1b[>c": rb"\x1b\[>\d+;\d+;\d+c",
    b"\x1b[>q": rb"\x1bP>\|(kitty|foot)\([^)]+\)\x1b\\",
    b"\x1b[5n": rb"\x1b\[0n",
    b"\x1b[6n": rb"\x1b\[\d+;\d+R",
    b"\x1b[?2004$p": rb"\x1b\[\?2004;\d\$y",
    b"\x1b[?u": rb"\x1b\[\?0u",
    b"\x1b[18t": rb"\x1b\[8;\d+;\d+t",
    b"\x1b]10;?\x1b\\": rb"\x1b\]10;rgb:[0-9a-f/]+\x1b\\",
    b"\x1b]11;?\x1b\\": rb"\x1b\]11;rgb:[0-9a-f/]+\x1b\\",
    b"\x1b]4;1;?\x1b\\": rb"\x1b\]4;1;rgb:[0-9a-f/]+\x1b\\",
    b"\x1bP$qm\x1b\\": rb"\x1bP1\$r[0-9;:]*m\x1b\\",
    b"\x1bP+q544e\x1b\\": rb"\x1bP1\+r544[eE]=[0-9A-Fa-f]+\x1b\\",
}


def ask_all(screen, answers):
    """Asks at a time; returns what was answered, all of which has been sent when
    something that came after it has been."""
    start = len(screen.sent.read_bytes())
    for question in answers:
        screen.ask(question)
    screen.ask(LAST[0])
    screen.wait_for_sent(LAST[1], start)
    missing = [p for p in answers.values() if not screen.has_sent(p, start)]
    assert not missing


def move_mouse(screen):
    for mode, report in MICE.items():
        start = len(screen.sent.read_bytes())
        screen.ask(mode + LAST[0])  # answered once the mode is set
        screen.wait_for_sent(LAST[1], start)
        screen.xdotool("mousemove", 100, 100, "click", 1, "mousemove", 200, 200)
        screen.wait_for_sent(report, start)
        screen.ask(MOUSE_OFF)


WITH_ANSWERS = {
    "xterm": (
        XTerm,
        ANSWERS,
        {
            "options": ["-xrm", "XTerm*allowWindowOps: true"]
            + ["-xrm", "XTerm*allowTcapOps: true"]
        },
    ),
    "kitty": (Kitty, OTHERS, {}),
    "foot": (Foot, OTHERS, {}),
}


@pytest.mark.parametrize(
    "kind, answers, how", WITH_ANSWERS.values(), ids=WITH_ANSWERS)
def test_answers(home, start_practice, open_window, kind, answers, how):
    practice = start_practice()
    # The window's title is an answer, too, and has letters that are keys.
    practice.config(home.config, "webex", kiosk={"confirm": True},
                    screen={"title": "yes query"})
    screen = open_window(kind=kind, **how)

    def say_all():
        ask_all(screen, answers)
        if kind is XTerm:
            move_mouse(screen)

    uri = screen.wait_for_qr()
    say_all()
    practice.control(approve="*")
    screen.wait_for_drawn(b"Is this you")
    screen.wait_for_drawn(b"Yes, it's me")
    assert len(practice.codes()) == 1
    say_all()
    assert not home.session.exists()
    # It is still asked, and has not been the whole time anew, as after a key.
    screen.keys("y")
    screen.wait_for_drawn(f"Hello, {PERSON}".encode())
    wait_until(home.session.exists, "a session")
    say_all()
    assert practice.calls("POST /revoke") == 0
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
    assert uri.startswith(practice.url)


@pytest.mark.parametrize("kind", [XTerm, Kitty, Foot])
def test_left_on(home, start_practice, open_window, kind):
    """Another program has ended without turning off the mouse and its forms of
    keys, in which Ctrl-C is no Ctrl-C."""
    practice = start_practice()
    practice.config(home.config, "webex")
    modes = r"\033[>4;2m\033[>31u\033[?9001h\033[?1003;1004;1006h"
    screen = open_window(
        kind=kind, before=["sh", "-c", f"printf '{modes}'; exec \"$@\"", "sh"])
    screen.wait_for_qr()
    start = len(screen.sent.read_bytes())
    screen.xdotool("mousemove", 100, 100, "click", 1, "mousemove", 200, 200)
    screen.ask(LAST[0])
    screen.wait_for_sent(LAST[1], start)
    assert not screen.has_sent(rb"\x1b\[<", start)
    screen.keys("ctrl+c")
    assert screen.wait_for_exit() == Exit.DONE
