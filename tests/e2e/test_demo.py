# SPDX-License-Identifier: MIT
"""grantty demo: it brings its own server and takes it along when it goes."""

import os
import signal
import subprocess

import pytest

from practice import OPENER, PERSON
from program import PATIENCE_S, THEME, Exit, child_named, is_running, wait_until


@pytest.fixture
def demo(open_terminal):
    """Starts the demo; returns the terminal and its server's process."""

    def start(*args, **terminal):
        screen = open_terminal("demo", "--theme", THEME, *args, **terminal)
        screen.wait_for("this code, or enter it|Hello")
        return screen, child_named(screen.pid, "grantty-practice")

    return start


def wait_for_end(server):
    wait_until(lambda: not is_running(server), f"the end of process {server}")


def test_a_key_approves(demo, home):
    screen, server = demo()
    uri = screen.wait_for_qr()
    assert uri.startswith("http://127.0.0.1:")
    with OPENER.open(uri, timeout=PATIENCE_S) as page:
        assert b"Approve this device?" in page.read()
    screen.keys("a")
    screen.wait_for(f"Hello, {PERSON}")
    screen.keys("o")
    screen.wait_for("this code, or enter it")
    assert screen.wait_for_qr() != uri
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
    wait_for_end(server)
    assert home.files() == []


@pytest.mark.parametrize("term", ["xterm-256color", "tmux-256color"])
def test_history_is_left_alone(demo, term):
    """What a person has done before in that terminal."""
    before = ["sh", "-c", 'seq 300; exec "$@"', "sh"]
    screen, _ = demo(before=before, term=term, history=1000)
    lines = screen.ask("#{history_size}")
    assert int(lines) > 200
    screen.keys("a")
    screen.wait_for(f"Hello, {PERSON}")
    screen.keys("o")
    screen.wait_for("this code, or enter it")
    assert screen.ask("#{history_size}") == lines
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
    assert screen.ask("#{history_size}") == lines
    assert "300" in screen.text()


def test_approved_by_itself(demo):
    screen, _ = demo("--approve-after", "1")
    screen.wait_for(f"Hello, {PERSON}")


@pytest.mark.full
def test_approved_on_the_phone(demo, browser):
    screen, _ = demo()
    browser.open(screen.wait_for_qr())
    browser.press("Approve")
    screen.wait_for(f"Hello, {PERSON}")


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL]
)
def test_the_server_goes_along(demo, number):
    screen, server = demo()
    screen.signal(number)
    code = screen.wait_for_exit()
    assert code == (-number if number == signal.SIGKILL else Exit.DONE)
    wait_for_end(server)


def test_hang_up(demo):
    screen, server = demo()
    screen.hang_up()
    screen.wait_until_gone()
    wait_for_end(server)


def test_server_lost(demo):
    screen, server = demo()
    os.kill(server, signal.SIGKILL)
    screen.wait_for("No connection: trying again")
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE


def test_own_configuration_does_not_matter(demo, home):
    """What it says of the provider; that a screen is to show a title does."""
    home.config.write_text(
        'provider: { preset = "github"; client_id = "mine"; };\n'
        'session: { store = "file"; };\n'
        'screen: { title = "Welcome to the demo"; };\n'
    )
    screen, _ = demo("--approve-after", "1")
    screen.wait_for(f"Hello, {PERSON}")
    assert not home.session.exists()


@pytest.fixture
def little_network():
    """What to put before a program so that it is on a network of its own."""
    script = (
        "ip link set lo up && ip link add v0 type veth peer name v1 && "
        "ip link set v1 up && ip addr add 192.0.2.7/24 dev v0 && "
        'ip link set v0 up && exec "$@"'
    )
    before = ["unshare", "-n", "sh", "-c", script, "sh"]
    try:
        subprocess.run([*before, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs root and iproute2, for a network namespace")
    return before


def test_lan(demo, little_network):
    """Reachable from outside, at the address that the QR code holds."""
    screen, _ = demo("--lan", before=little_network)
    assert screen.wait_for_qr().startswith("http://192.0.2.7:8628/verify?")
    screen.keys("a")
    screen.wait_for(f"Hello, {PERSON}")


def test_no_terminal(home):
    run = home.grantty("demo", "--theme", THEME)
    assert run.returncode == Exit.USAGE
    assert "there is no terminal" in run.stderr
    assert "--plain" not in run.stderr


def test_terminal_without_screens(home, open_terminal):
    """Plain lines are a way to sign in, and a kiosk, but no demo."""
    screen = open_terminal("demo", term="dumb")
    screen.wait_for("cannot position text")
    screen.wait_for("set TERM")
    assert "--plain" not in screen.show()
