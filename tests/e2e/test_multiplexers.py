# SPDX-License-Identifier: MIT
"""What may stand between grantty and a person's terminal: GNU screen, tmux, dtach
and mosh, each in a terminal (tmux) whose screen is looked at."""

import re
import subprocess

import pytest

from program import GRANTTY, Exit, free_port, processes_of, wait_until
from terminal import grouped

pytestmark = pytest.mark.full

# Without half blocks a QR code wants that much.
SMALL = {"columns": 100, "rows": 30}
LARGE = {"columns": 140, "rows": 50}


def scan(practice, screen):
    """The QR code, with the code spelt out beside it."""
    assert screen.wait_for_qr().startswith(practice.url)
    return wait_until(lambda: practice.code_on(screen), "the code in letters")


def try_keys(practice, screen):
    """That keys arrive, and that what they change is drawn."""
    screen.keys("?")
    screen.wait_for("Press any key to close")
    screen.keys("Down")
    screen.wait_without("Press any key to close")
    return scan(practice, screen)


# LANG for screen, and for grantty within; screen.qr.
LOCALES = {
    "UTF-8": ("C.UTF-8", "C.UTF-8", "auto"),
    "none": (None, None, "auto"),
    "Latin-1": ("C", "C", "auto"),
    # One passes on bytes, of which the other takes three for a character.
    "UTF-8 within": ("C", "C.UTF-8", "auto"),
}


@pytest.mark.parametrize("outer, inner, qr", LOCALES.values(), ids=LOCALES)
def test_screen(home, start_practice, open_terminal, outer, inner, qr):
    practice = start_practice()
    practice.config(home.config, "webex", screen={"qr": qr})
    sockets = home.path / "screen"
    sockets.mkdir(mode=0o700)
    rc = home.path / "screenrc"
    rc.write_text("autodetach off\nstartup_message off\n", encoding="utf-8")
    env = {"LANG": outer, "SCREENDIR": str(sockets)}
    within = ["env", f"LANG={inner}"] if inner else []
    size = SMALL if outer == "C.UTF-8" else LARGE
    screen = open_terminal(
        before=["screen", "-c", str(rc), *within], env=env, **size)
    scan(practice, screen)
    code = try_keys(practice, screen)
    hard = home.path / "hardcopy"
    screen.keys("C-a", ":", f"hardcopy {hard}", "Enter")
    wait_until(
        lambda: hard.exists()
        and grouped(code) in hard.read_text(encoding="utf-8", errors="replace"),
        "the code in screen's own copy",
    )
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE


@pytest.mark.parametrize("lang", ["C.UTF-8", None, "C"])
def test_tmux(home, start_practice, open_terminal, lang):
    """In another one. Without UTF-8 it draws a line for what is not ASCII."""
    practice = start_practice()
    practice.config(home.config, "webex")
    within = ["tmux", "-f", "/dev/null", "-S", f"{home.path}/tmux"]
    size = SMALL if lang == "C.UTF-8" else LARGE
    screen = open_terminal(
        before=[*within, "new-session"], env={"LANG": lang}, **size)
    scan(practice, screen)
    code = try_keys(practice, screen)
    copy = subprocess.run(
        [*within, "capture-pane", "-p"], stdout=subprocess.PIPE,
        encoding="utf-8", check=True, timeout=20)  # fmt: skip
    assert grouped(code) in copy.stdout
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE


@pytest.mark.parametrize("how", ["winch", "ctrl_l"])
def test_dtach(home, start_practice, open_terminal, how):
    """Who attaches again, at the same size, to a terminal that shows nothing
    any more."""
    practice = start_practice()
    practice.config(home.config, "webex")
    again = f"dtach -a {home.path}/dtach -r {how}"
    shell = (
        f'dtach -A {home.path}/dtach -r {how} "$@";'
        f' printf "\\033c"; echo SHELL; read line; {again}; echo AFTER; cat'
    )
    screen = open_terminal(before=["sh", "-c", shell, "sh"], **SMALL)
    code = scan(practice, screen)
    screen.keys("C-\\")
    screen.wait_for("SHELL")
    assert screen.shows(grouped(code)) is None
    screen.keys("Enter")
    assert scan(practice, screen) == code
    screen.wait_for("Sign in(?s:.*)q Quit")
    assert try_keys(practice, screen) == code
    screen.keys("q")
    screen.wait_for("AFTER")


def serve_mosh(home, port):
    """Starts grantty below mosh-server; returns the key to it."""
    said = subprocess.run(
        ["mosh-server", "new", "-i", "127.0.0.1", "-p", str(port), "--"]
        + [GRANTTY, "login"],
        env=home.environment(MOSH_SERVER_NETWORK_TMOUT="60"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=True,
        timeout=20,
    ).stdout
    return re.search(r"^MOSH CONNECT \d+ (\S+)", said, re.MULTILINE)[1]


def test_mosh(home, start_practice, open_terminal):
    """It shows what it has understood itself of what grantty draws."""
    practice = start_practice()
    practice.config(home.config, "webex")
    port = free_port()
    client = ["sh", "-c", f"exec mosh-client 127.0.0.1 {port}"]
    key = {"MOSH_KEY": serve_mosh(home, port)}
    screen = open_terminal(before=client, env=key, **SMALL)
    try_keys(practice, screen)
    practice.control(approve=practice.code()["user_code"])
    assert screen.wait_for_exit() == 0
    wait_until(lambda: not processes_of(home.path), "the end of its server")
    assert home.session.exists()
