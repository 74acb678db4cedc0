# SPDX-License-Identifier: MIT
"""The language of what users read: by the locale, by screen.languages, by key."""

import re
import shutil

import pytest

from practice import PERSON
from program import Exit, wait_until

pytestmark = pytest.mark.skipif(
    not shutil.which("msgfmt"), reason="built without msgfmt: no translations"
)


@pytest.fixture
def start(home, start_practice, open_terminal):
    """Starts a server and grantty in a terminal, with these languages."""

    def start(*args, languages=None, server=(), kiosk=None, **terminal):
        practice = start_practice(*server)
        screen = {"languages": languages} if languages else {}
        practice.config(home.config, screen=screen, kiosk=kiosk or {})
        return practice, open_terminal(*args, **terminal)

    return start


# What is set, none of which need be an installed locale.
GERMAN = {
    "locale": (None, {"LANG": "de_DE.UTF-8"}),
    "LANGUAGE": (None, {"LANG": "en_GB.UTF-8", "LANGUAGE": "xx:de"}),
    "C.UTF-8 alone": (["de", "en"], {}),
}


@pytest.mark.parametrize("languages, env", GERMAN.values(), ids=GERMAN)
def test_plain(start, languages, env):
    practice, screen = start("login", "--plain", languages=languages, env=env,
                             columns=100, rows=60)
    screen.wait_for("Der Code ist gültig für: ")
    assert screen.shows("Zum Anmelden bei .* öffnen Sie")
    assert screen.shows("und geben Sie diesen Code ein:")
    assert screen.shows("Bestätigen Sie nur, wenn Sie diese Anmeldung selbst")
    practice.control(approve=practice.code()["user_code"])
    assert screen.wait_for_exit() == Exit.DONE
    screen.wait_for(f"Angemeldet bei .* als {PERSON}")


def test_plain_end(start):
    practice, screen = start("login", "--plain", languages=["fr"])
    screen.wait_for("Le code est valable")
    practice.control(deny="*")
    screen.wait_for("grantty: La connexion a été refusée")
    assert screen.wait_for_exit() == Exit.DENIED


@pytest.mark.parametrize("env, term", [
    ({"LANG": "C", "LC_ALL": "C"}, "vt100"),
    ({"LANG": "de_DE.UTF-8/../../tmp"}, "xterm-256color"),
    ({"LANG": "en_GB.UTF-8", "LANGUAGE": "/tmp/de"}, "xterm-256color"),
])
def test_english_remains(start, env, term):
    """Where a terminal has no letters for it, or a variable is a path."""
    languages = ["ja"] if term == "vt100" else None
    _, screen = start("login", "--plain", languages=languages, env=env,
                      term=term)
    screen.wait_for("The code is valid for")


def test_key(start):
    """Each visit begins in the first language."""
    practice, screen = start(languages=["de", "ja", "en"], server=(
        "--approve-after", "3600"))
    screen.wait_for("l 日本語")
    screen.keys("l")
    screen.wait_for("l English")
    screen.wait_for(r"\? ヘルプ")
    screen.keys("l")
    screen.wait_for("l Deutsch")
    screen.wait_for(r"\? Help")
    practice.control(approve="*")
    screen.wait_for(f"Hello, {PERSON}")
    screen.keys("l")
    screen.wait_for(f"Guten Tag, {PERSON}")
    screen.keys("l", "l")
    screen.wait_for("o Sign out")
    codes = len(practice.codes())
    screen.keys("o")
    wait_until(lambda: len(practice.codes()) > codes, "the next code")
    screen.wait_for("l 日本語")
    screen.wait_for("Code prüfen oder eingeben")
    assert not re.search("Help|Scan,", screen.show())


def test_key_before_the_start(start):
    """Who chooses on the welcome screen keeps that, and the next user does not."""
    _, screen = start(languages=["de", "fr"], kiosk={"start": "key"},
                      server=("--approve-after", "3600"))
    screen.wait_for("l Français")
    screen.keys("l")
    screen.wait_for("l Deutsch")
    screen.keys("Enter")
    screen.wait_for("Vérifiez ou saisissez ce code")
    screen.keys("Escape")
    screen.wait_for("l Français")


def test_only_ascii(start):
    """The mode "ascii", with which such a terminal begins, leaves out the letters
    of German; the next mode has them."""
    _, screen = start(languages=["de", "en"], env={"LC_ALL": "C"},
                      term="tmux-256color", server=("--approve-after", "3600"))
    screen.wait_for(r"\? Help")
    screen.wait_for("Approve only if you are standing")
    assert not screen.shows("l (English|Deutsch)")
    screen.keys("m")
    screen.wait_for(r"\? Hilfe")
    screen.wait_for("l English")


def test_unknown(start):
    _, screen = start(languages=["de", "xx"])
    screen.wait_for('screen.languages must be a list of "en", "de", "fr"')
    assert screen.wait_for_exit() == Exit.USAGE
