# SPDX-License-Identifier: MIT
"""The authorization code grant with discovery, against a real authorization
server over TLS, gone through in a real browser."""

import json
import re
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import pytest

from practice import settings
from program import GRANTTY, PATIENCE_S, THEME, free_port
from test_oidc import (  # fixtures among them
    DENIED,
    DONE,
    FAILED,
    NAME,
    PROFILE,
    PROOFS,
    USAGE,
    authority,
    certificate,
    phone,
    start_server,
)

pytestmark = pytest.mark.full

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def config(home, server, method="none", **provider):
    """For the client that proves itself by that method."""
    port = free_port()
    everything = {
        "grant": "code",
        "redirect_uri": f"http://127.0.0.1:{port}/redirect.html",
        "provider": {
            "issuer": server.url,
            "scope": "openid profile email",
            **server.clients[method],
            **provider,
        },
        "network": {"ca_file": str(server.authority.file)},
        "screen": {"theme": THEME},
    }
    home.config.touch(mode=0o600)
    home.config.write_text("\n".join(settings(everything)), encoding="utf-8")
    return port


class Login:
    """grantty login --plain, with the address that it shows."""

    def __init__(self, home, before=()):
        self.process = subprocess.Popen(
            [*before, GRANTTY, "login", "--plain", "-c", home.config],
            env=home.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.address = None
        for line in self.process.stdout:
            if line.startswith("    http"):
                self.address = line.strip()
            if "ssh -L" in line:
                break

    def query(self):
        query = urllib.parse.urlsplit(self.address).query
        return dict(urllib.parse.parse_qsl(query))

    def come_back(self, **query):
        """What a browser is told that ends on the redirect URI."""
        url = self.query()["redirect_uri"] + "?" + urllib.parse.urlencode(query)
        try:
            with DIRECT.open(url, timeout=PATIENCE_S) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def end(self):
        out, err = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, out, err


@pytest.fixture
def log_in(home):
    logins = []

    def start(**how):
        logins.append(Login(home, **how))
        return logins[-1]

    yield start
    for login in logins:
        login.process.kill()
        login.process.wait()


def address_on(screen):
    """The one to open, which may go on over rows that begin a cell further
    right: the picture moves now and then."""
    screen.wait_for("Waiting for the browser")
    rows = [row.strip() for row in screen.text()]
    first = next(i for i, row in enumerate(rows) if row.startswith("https:"))
    return "".join(rows[first : rows.index("", first)])


def pass_pages(phone, address):
    phone.open(address)
    phone.wait_for("[ Cancel ]")
    find = phone.driver.find_element
    find("name", "login").send_keys("robin")
    find("name", "password").send_keys("any")
    phone.press("Sign-in")
    phone.wait_for("Authorize")
    phone.press("Continue")


@pytest.mark.parametrize("method", PROOFS)
def test_signs_in(home, start_server, phone, log_in, method):
    server = start_server()
    port = config(home, server, method)
    login = log_in()
    query = login.query()
    assert query["response_type"] == "code"
    assert query["code_challenge_method"] == "S256"
    assert query["redirect_uri"] == f"http://127.0.0.1:{port}/redirect.html"
    assert len(query["state"]) >= 43 and len(query["nonce"]) >= 43
    pass_pages(phone, login.address)
    phone.wait_for("Done")
    code, out, err = login.end()
    assert code == DONE, err
    assert f"as {NAME}." in out
    assert len(server.log(grant="authorization_code", status=200)) == 1
    stored = json.loads(home.session.read_text(encoding="utf-8"))
    assert server.accepts(stored["access_token"])
    assert stored["profile"]["name"] == NAME
    assert "nonce" not in stored["profile"]
    rows = home.grantty("whoami").stdout
    for label, value in PROFILE.items():
        assert f"{label}" in rows and value in rows


def test_screen_shows_the_address(home, start_server, phone, open_terminal):
    server = start_server()
    config(home, server)
    screen = open_terminal(columns=120, rows=40)
    address = address_on(screen)
    assert address.startswith(f"{server.url}/auth?")
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
    assert len(query["state"]) >= 43 and len(query["nonce"]) >= 43
    screen.wait_for("ssh -L")


def test_denied(home, start_server, phone, log_in):
    config(home, start_server())
    login = log_in()
    phone.open(login.address)
    phone.wait_for("[ Cancel ]")
    phone.driver.find_element("link text", "[ Cancel ]").click()
    phone.wait_for("The sign-in was denied")
    assert login.end()[0] == DENIED


def test_forged_answers(home, start_server, phone, log_in):
    """Nothing but the true answer ends the waiting."""
    server = start_server()
    config(home, server)
    login = log_in()
    state = login.query()["state"]
    for forged in [
        {"code": "stolen"},
        {"code": "stolen", "state": "x" * len(state)},
        {"error": "access_denied", "state": "guess"},
        {"code": "stolen", "state": state, "iss": "https://evil.example"},
        {"code": "stolen", "state": state},  # RFC 9207: iss was promised
    ]:
        status, page = login.come_back(**forged)
        assert status == 400 and "stolen" not in page, forged
    assert server.log(grant="authorization_code") == []
    pass_pages(phone, login.address)
    phone.wait_for("Done")
    assert login.end()[0] == DONE


def test_false_code(home, start_server, log_in):
    """A code that the provider does not know, with the right state."""
    server = start_server()
    config(home, server)
    login = log_in()
    status, page = login.come_back(
        code="stolen", state=login.query()["state"], iss=server.url
    )
    assert status == 400
    assert login.end()[0] == FAILED
    assert not home.session.exists()


def test_second_hit(home, start_server, phone, open_terminal):
    """The address that signed in signs nobody in again, and does not disturb
    who is."""
    server = start_server()
    config(home, server)
    screen = open_terminal("kiosk", columns=240, rows=67)
    pass_pages(phone, address_on(screen))
    phone.wait_for("Done")
    used = phone.driver.current_url
    screen.wait_for(NAME)
    with pytest.raises(urllib.error.URLError):
        DIRECT.open(used, timeout=PATIENCE_S)
    # The next person's listener knows the old address for what it is.
    screen.keys("o")
    screen.wait_for("Waiting for the browser")
    with pytest.raises(urllib.error.HTTPError) as refused:
        DIRECT.open(used, timeout=PATIENCE_S)
    assert refused.value.code == 400
    assert len(server.log(grant="authorization_code")) == 1


def test_expired_id_token(home, start_server, phone, log_in):
    """Three hours ahead the ID token, which is good for one, is over."""
    server = start_server()
    config(home, server)
    login = log_in(before=["faketime", "-f", "+3h"])
    pass_pages(phone, login.address)
    code, _, err = login.end()
    assert code == FAILED
    assert "but this machine's clock says" in err
    assert not home.session.exists()


def test_document_is_kept(home, start_server, phone, log_in):
    """For a day, and only what is whole is believed."""
    server = start_server()
    config(home, server)
    login = log_in()
    pass_pages(phone, login.address)
    phone.wait_for("Done")
    assert login.end()[0] == DONE
    kept = home.session.with_name(home.session.name + ".discovery")
    assert kept.stat().st_mode & 0o777 == 0o600

    def asked_by_token():
        before = len(server.log(route="discovery"))
        # With -v, a good token is not answered from the store alone.
        token = home.grantty("token", "-v")
        assert (token.returncode, token.stdout != "") == (DONE, True)
        return len(server.log(route="discovery")) - before

    assert len(server.log(route="discovery")) == 1
    assert asked_by_token() == 0
    kept.write_text("{", encoding="utf-8")
    assert asked_by_token() == 1
    assert asked_by_token() == 0
    record = json.loads(kept.read_text(encoding="utf-8"))
    for shift in (-86400, 3600):
        old = {**record, "fetched_at": record["fetched_at"] + shift}
        kept.write_text(json.dumps(old), encoding="utf-8")
        assert asked_by_token() == 1
    assert asked_by_token() == 0


@pytest.mark.parametrize("end", ["/", "/other"])
def test_wrong_issuer(home, start_server, end):
    server = start_server()
    config(home, server, issuer=server.url + end)
    result = home.grantty("login", "--plain")
    assert result.returncode == USAGE
    assert "provider.issuer" in result.stderr


def test_port_is_taken(home, start_server, log_in):
    server = start_server()
    port = config(home, server)
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        login = log_in()
        assert login.address
        login.process.terminate()
        assert str(port) in login.end()[2]
