# SPDX-License-Identifier: MIT
"""xterm itself: what it shows can be scanned, and what it says by itself is no
key."""

import pytest

from practice import PERSON
from program import GRANTTY, Exit, wait_until
from xterm import Display, XTerm

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def display():
    display = Display()
    yield display
    display.close()


@pytest.fixture
def open_xterm(home, display):
    terminals = []

    def start(*args, env=None, **how):
        terminals.append(
            XTerm(
                display,
                [GRANTTY, "-c", str(home.config), *args],
                home.environment(**(env or {})),
                **how,
            )
        )
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()


LARGE = {"columns": 140, "rows": 50}

# How xterm is started, LANG, and screen.qr.
KINDS = {
    "UTF-8": ({}, "C.UTF-8", "auto"),
    "light": ({"options": ["-bg", "white", "-fg", "black"]}, "C.UTF-8", "auto"),
    "reverse": ({"options": ["-rv"]}, "C.UTF-8", "auto"),
    # Half blocks are as wide as two letters.
    "cjk-width": ({**LARGE, "options": ["-cjk_width"]}, "C.UTF-8", "auto"),
    # It takes each byte for a character.
    "no-locale": (LARGE, None, "auto"),
    "Latin-1": ({**LARGE, "options": ["+u8"]}, "C", "auto"),
}


@pytest.mark.parametrize("how, lang, qr", KINDS.values(), ids=KINDS)
def test_scans(home, start_practice, open_xterm, how, lang, qr):
    practice = start_practice()
    practice.config(home.config, "webex", screen={"qr": qr})
    screen = open_xterm(env={"LANG": lang}, **how)
    uri = screen.wait_for_qr()
    code = practice.code()["user_code"]
    assert uri.startswith(practice.url)
    screen.wait_for_drawn(code.encode())
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
    b"\x1b[21t": rb"\x1b\]lyes query\x1b\\",
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


def ask_all(screen):
    """Asks at a time, and has the mouse move; returns what was answered, all
    of which has been sent when something that came after it has been."""
    start = len(screen.sent.read_bytes())
    for question in ANSWERS:
        screen.ask(question)
    screen.ask(LAST[0])
    screen.wait_for_sent(LAST[1], start)
    missing = [p for p in ANSWERS.values() if not screen.has_sent(p, start)]
    assert not missing
    for mode, report in MICE.items():
        start = len(screen.sent.read_bytes())
        screen.ask(mode + LAST[0])  # answered once the mode is set
        screen.wait_for_sent(LAST[1], start)
        screen.xdotool("mousemove", 100, 100, "click", 1, "mousemove", 200, 200)
        screen.wait_for_sent(report, start)
        screen.ask(MOUSE_OFF)


def test_answers(home, start_practice, open_xterm):
    practice = start_practice()
    practice.config(home.config, "webex", kiosk={"confirm": True})
    screen = open_xterm(
        options=["-title", "yes query", "-xrm", "XTerm*allowWindowOps: true"]
        + ["-xrm", "XTerm*allowTcapOps: true"],
    )
    uri = screen.wait_for_qr()
    ask_all(screen)
    practice.control(approve="*")
    screen.wait_for_drawn(b"Is this you")
    screen.wait_for_drawn(b"Yes, it's me")
    assert len(practice.codes()) == 1
    ask_all(screen)
    assert not home.session.exists()
    # It is still asked, and has not been the whole time anew, as after a key.
    screen.keys("y")
    screen.wait_for_drawn(f"Hello, {PERSON}".encode())
    wait_until(home.session.exists, "a session")
    ask_all(screen)
    assert practice.calls("POST /revoke") == 0
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
    assert uri.startswith(practice.url)
