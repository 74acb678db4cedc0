# SPDX-License-Identifier: MIT
"""Terminals of all kinds: what a serial line, a multiplexer or a name that
nobody here knows gets to see."""

import pytest

from practice import PERSON
from program import Exit, wait_until

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
