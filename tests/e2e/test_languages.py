# SPDX-License-Identifier: MIT
"""The language of what users read: by the locale, by screen.languages, by key."""

import http.server
import re
import shutil
import threading
import urllib.error
import urllib.parse
import urllib.request

import pytest

from practice import PERSON
from program import Exit, wait_until
from test_plain import let_it_stand

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


def test_plain_trouble(home, start_practice, open_terminal):
    """In the user's words as it happens; the details once, at the end."""
    practice = start_practice()
    practice.config(home.config, screen={"languages": ["de"]})
    practice.kill()
    screen = open_terminal("login", "--plain", columns=200)
    assert screen.wait_for_exit() == Exit.UNREACHABLE
    said = " ".join(screen.text())
    assert said.startswith("Keine Verbindung zum Anmeldedienst Versuch in ")
    assert said.count("Cannot talk to") == 1
    assert re.search(r"grantty: Keine Verbindung zum Anmeldedienst\. grantty: Cann", said)


def test_trouble_beside_a_code(start):
    """Once, however often a poll fails."""
    practice, screen = start("login", "--plain", languages=["de"])
    screen.wait_for("Der Code ist gültig")
    practice.control(fault="http-500@poll")
    screen.wait_for("Dienst überlastet: neuer Versuch")
    polls = practice.calls("POST /v1/device/token")
    wait_until(lambda: practice.calls("POST /v1/device/token") > polls + 1, "polls")
    assert screen.show().count("Dienst überlastet") == 1


def test_page_of_the_browser(home, start_practice, open_terminal):
    practice = start_practice()
    practice.config(
        home.config, grant="code", redirect_uri="http://127.0.0.1/back",
        provider={"authorization_endpoint": practice.url + "/authorize"},
        screen={"languages": ["zh_CN", "de"]}, kiosk={"start": "auto"},
    )
    screen = open_terminal(columns=200, rows=50)
    address = screen.wait_for(r"http://127\.0\.0\.1:\d+/authorize\S+")[0]
    back = urllib.parse.parse_qs(address.partition("?")[2])["redirect_uri"][0]

    def page(query=""):
        try:
            with urllib.request.urlopen(back + query, timeout=20) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.read().decode()

    assert '<html lang="zh-CN">' in page() and "地址正确" in page()
    screen.keys("l")
    screen.wait_for("l 简体中文|l 中文")
    assert '<html lang="de">' in page() and "Hier sind Sie richtig" in page()
    assert "Diese Adresse gehört zu einer anderen Anmeldung" in page("?code=a&state=b")
    screen.wait_for("Diese Adresse gehört zu einer anderen Anmeldung")


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


@pytest.fixture
def wanted(home, start_practice):
    """A server, its configuration, and the languages that codes were requested
    in; between both stands what reads these requests."""
    practice = start_practice("--approve-after", "3600")
    tags = []

    class Between(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            form = self.rfile.read(int(self.headers["Content-Length"]))
            tags.append(dict(urllib.parse.parse_qsl(form.decode()))["ui_locales"])
            passed = urllib.request.Request(
                practice.url + self.path, form,
                {name: self.headers[name] for name in ("Authorization", "Content-Type")
                 if self.headers[name]},
            )
            with urllib.request.urlopen(passed, timeout=20) as answer:
                body = answer.read()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Between) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        practice.config(
            home.config,
            provider={
                "send_ui_locales": True,
                "device_authorization_endpoint":
                    f"http://127.0.0.1:{server.server_port}/v1/device/authorize",
            },
            screen={"languages": ["en", "de"]},
            kiosk={"start": "auto", "sign_out_after_s": 10},
        )
        yield practice, tags
        server.shutdown()


@pytest.mark.parametrize("leaves", ["o", "Escape", None])
def test_next_code_in_the_first(wanted, open_terminal, leaves):
    """Whose visit has ended, by whatever, does not decide the next page."""
    practice, tags = wanted
    screen = open_terminal()
    screen.wait_for("l Deutsch")
    screen.keys("l")
    screen.wait_for("l English")
    if leaves != "Escape":
        practice.control(approve="*")
        screen.wait_for(f"Guten Tag, {PERSON}")
    else:
        # Two codes are never requested at once.
        wait_until(lambda: practice.code()["polls"] > 1, "two polls")
    if leaves:
        screen.keys(leaves)
    wait_until(lambda: len(tags) == 2, "the next code")
    assert tags == ["en", "en"]
    screen.wait_for("l Deutsch")


def test_renewed_code_keeps_the_language(wanted, open_terminal):
    """It is the same visit, for whoever is still there."""
    practice, tags = wanted
    screen = open_terminal()
    screen.wait_for("l Deutsch")
    screen.keys("l")
    screen.wait_for("l English")
    practice.control(expire="*")
    wait_until(lambda: len(tags) == 2, "the next code")
    assert tags == ["en", "de"]
    wait_until(lambda: practice.code_on(screen), "the code on the screen")
    assert screen.shows("l English")


def test_next_address_in_the_first(home, start_practice, open_terminal):
    practice = start_practice()
    practice.config(
        home.config, grant="code", redirect_uri="http://127.0.0.1/back",
        provider={"authorization_endpoint": practice.url + "/authorize",
                  "send_ui_locales": True},
        screen={"languages": ["en", "de"]}, kiosk={"start": "auto"},
    )
    screen = open_terminal(columns=600, rows=50)
    address = r"http://127\.0\.0\.1:\d+/authorize\S+"
    first = screen.wait_for(address)[0]
    assert "ui_locales=en" in first
    # Two are never made within two seconds.
    let_it_stand()
    let_it_stand()
    screen.keys("l")
    screen.wait_for("l English")
    screen.keys("Escape")
    wait_until(lambda: first not in screen.show(), "the next address")
    assert "ui_locales=en" in screen.wait_for(address)[0]


def test_goodbye_in_plain_lines(home, start_practice, open_terminal):
    """In the language of who leaves; then the invitation in the first one."""
    practice = start_practice()
    practice.config(home.config, screen={"plain": True, "languages": ["en", "de"]})
    screen = open_terminal(columns=100, rows=60)
    screen.wait_for(r"Deutsch: l \+ ")
    screen.keys("l", "Enter")
    screen.wait_for(r"English: l \+ ")
    wait_until(lambda: screen.keys("Enter") or practice.codes(), "a code")
    practice.control(approve="*")
    screen.wait_for(f"Angemeldet bei .* {PERSON}")
    let_it_stand()
    screen.keys("Enter")
    screen.wait_for(r"Sie sind abgemeldet\.[^|]*Press Enter for a code")
    assert not screen.shows("You are signed out")


def test_key_in_plain_lines(home, start_practice, open_terminal):
    practice = start_practice()
    practice.config(home.config, screen={"plain": True, "languages": ["de", "fr"]})
    screen = open_terminal(columns=100, rows=60)
    screen.wait_for(r"Français: l \+ ")
    screen.keys("l", "Enter")
    screen.wait_for(r"Deutsch: l \+ ")
    wait_until(lambda: screen.keys("Enter") or practice.codes(), "a code")
    screen.wait_for("et saisissez ce code")
    screen.keys("l", "Enter")
    screen.wait_for("und geben Sie diesen Code ein")
    assert len(practice.codes()) == 1
    screen.keys("l", "Enter")
    practice.control(approve="*")
    screen.wait_for(f"Connecté à .* {PERSON}")
    screen.keys("l", "Enter")
    screen.wait_for(f"Angemeldet bei .* {PERSON}")
    let_it_stand()
    screen.keys("Enter")
    screen.wait_for("Sie sind abgemeldet")
    screen.wait_for(r"Français: l \+ ")
    assert PERSON not in screen.tmux("capture-pane", "-p", "-S", "-")


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
