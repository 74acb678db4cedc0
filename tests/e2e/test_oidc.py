# SPDX-License-Identifier: MIT
"""The main job against a real authorization server over TLS, gone through in a
real browser."""

import concurrent.futures
import re

import pytest

import oidc
from program import wait_until

pytestmark = pytest.mark.full

# How a client proves itself, and how the server's log calls that.
METHODS = {
    "client_secret_basic": "basic",
    "client_secret_post": "post",
    "none": "none",
}
# These sign; the algorithm stands for the client.
PROOFS = {**METHODS, "es256": "assertion", "rs256": "assertion"}
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"

NAME = "Robin Example"
PROFILE = {
    "Name": NAME,
    "Email": "robin@example.com",
    "Organisation": "Example Organisation",
    "Roles": "operator, auditor",
}

# RFC 8628 section 3.2: where the server names none.
DEFAULT_INTERVAL_S = 5

# The least that grantty takes a code to be good for.
SHORT_CODE_S = 10
SHORT_TOKEN_S = 7  # so one that was just renewed is good for long enough

# Long enough for eight that want it one after another: none is asked to be good
# for longer than it can be, since one that has just come will do.
MANY_TOKEN_S = 8

# Exit codes
DONE, FAILED, USAGE, DENIED, NOBODY, EXPIRED, UNREACHABLE = range(7)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return oidc.Certificate.of_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certificate(authority):
    return authority.issue("server", "IP:127.0.0.1,DNS:localhost")


@pytest.fixture(scope="module")
def phone(certificate):
    """A browser that knows the server, and nobody else on the network."""
    import browser

    flags = [
        f"--ignore-certificate-errors-spki-list={certificate.pin()}",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(browser, "FLAGS", browser.FLAGS + flags)
        phone = browser.Browser()
    yield phone
    phone.close()


@pytest.fixture
def start_server(home, authority, certificate):
    """Starts servers with the options it is called with; they let themselves be
    polled every second, unless told otherwise."""
    oidc.install()
    servers = []

    def start(certificate=certificate, **options):
        options = {"interval": 1, **options}
        servers.append(
            oidc.Server(home.path, authority, certificate, **options)
        )
        return servers[-1]

    yield start
    for server in servers:
        server.close()


class Person:
    """Stands in front of the screen, and goes through the server's pages: the
    code, the login, the consent."""

    def __init__(self, screen, phone):
        self.phone = phone
        self.uri = screen.wait_for_qr()
        self.code = screen.wait_for("[A-Z]{4}-[A-Z]{4}").group()
        screen.wait_for("this code, or enter it")

    def scan(self):
        self.phone.open(self.uri)
        self.compare()

    def type(self):
        """For who has no camera: the code as people type it."""
        self.phone.open(self.uri.partition("?")[0])
        self.phone.enter(self.code.replace("-", " ").lower())
        self.compare()

    def compare(self):
        self.phone.wait_for("Confirm Device")
        self.phone.wait_for(self.code)

    def log_in(self):
        self.phone.press("Continue")
        self.phone.wait_for("[ Cancel ]")
        find = self.phone.driver.find_element
        find("name", "login").send_keys("robin")
        find("name", "password").send_keys("any")
        self.phone.press("Sign-in")
        self.phone.wait_for("Authorize")

    def consent(self):
        self.phone.press("Continue")
        self.phone.wait_for("Sign-in Success")

    def abort(self):
        self.phone.press("[ Abort ]")
        self.phone.wait_for("The Sign-in request was interrupted")

    def cancel(self):
        self.phone.driver.find_element("link text", "[ Cancel ]").click()
        self.phone.wait_for("The Sign-in request was interrupted")


@pytest.fixture
def begin(home, start_server, open_terminal, phone):
    """Starts a server and "grantty login"; returns the server, the screen and
    the person in front of it."""

    def start(method="client_secret_basic", verb="login", **options):
        server = start_server(**options)
        server.config(home.config, method)
        screen = open_terminal(verb)
        return server, screen, Person(screen, phone)

    yield start
    # The next server is another one, but not to a cookie.
    phone.driver.delete_all_cookies()


@pytest.fixture
def sign_in(begin):
    """Does it all; returns the server."""

    def start(method="client_secret_basic", **options):
        server, screen, person = begin(method, **options)
        person.scan()
        person.log_in()
        person.consent()
        assert screen.wait_for_exit() == DONE
        return server

    return start


def token_of(home):
    """What "grantty token" says."""
    run = home.grantty("token")
    assert (run.returncode, run.stderr) == (DONE, "")
    return run.stdout.rstrip("\n")


# ---- A sign-in


@pytest.mark.parametrize(
    "method, by",
    [
        ("client_secret_basic", Person.scan),
        ("client_secret_basic", Person.type),
        ("client_secret_post", Person.scan),
        ("none", Person.scan),
        ("es256", Person.scan),
        ("rs256", Person.scan),
    ],
)
def test_sign_in(begin, home, method, by):
    server, screen, person = begin(method)
    by(person)
    person.log_in()
    person.consent()
    assert screen.wait_for_exit() == DONE
    screen.wait_for(rf"Signed in to 127\.0\.0\.1:\d+ as {NAME}\.")

    whoami = home.grantty("whoami")
    assert (whoami.returncode, whoami.stderr) == (DONE, "")
    for label, value in PROFILE.items():
        assert re.search(f"^{label} +{value}$", whoami.stdout, re.M)
    assert server.accepts(token_of(home))
    proofs = {
        entry["credentials"]
        for route in ("device_authorization", "token")
        for entry in server.log(route=route)
    }
    assert proofs == {PROOFS[method]}


def test_kiosk(begin, home):
    server, screen, person = begin(verb="kiosk")
    person.scan()
    person.log_in()
    person.consent()
    screen.wait_for(f"Hello, {NAME}")
    for label in ("Name", "Email", "Organisation"):
        screen.wait_for(f"{label} .*{PROFILE[label]}")
    assert not screen.shows(PROFILE["Roles"])
    token = home.stored()["access_token"]
    assert server.accepts(token)

    screen.keys("o")
    screen.wait_for("this code, or enter it")
    assert not home.session.exists()
    assert not server.accepts(token)
    screen.keys("q")
    assert screen.wait_for_exit() == DONE


def test_polls(begin):
    """On one connection; and at the pace of the RFC, as the server says
    nothing about it."""
    server, screen, person = begin(interval=0)
    wait_until(
        lambda: len(server.log(error="authorization_pending")) >= 2,
        "two polls",
        timeout=60,
    )
    person.scan()
    person.log_in()
    person.consent()
    assert screen.wait_for_exit() == DONE
    calls = server.log(route="device_authorization")
    calls += server.log(grant=DEVICE_GRANT)
    assert len(calls) >= 4
    assert len({call["connection"] for call in calls}) == 1
    for call, following in zip(calls, calls[1:]):
        assert following["at_s"] - call["at_s"] >= DEFAULT_INTERVAL_S


# ---- A sign-in that comes to nothing


@pytest.mark.parametrize("page", ["code", "consent"])
def test_denied(begin, home, page):
    server, screen, person = begin()
    person.scan()
    if page == "code":
        person.abort()
    else:
        person.log_in()
        person.cancel()
    assert screen.wait_for_exit() == DENIED
    screen.wait_for("The sign-in was denied")
    assert not home.session.exists()
    # The server says so once, and from then on "invalid_grant".
    assert server.log(grant=DEVICE_GRANT)[-1]["error"] == "access_denied"


def test_code_runs_out(start_server, home, open_terminal, phone):
    server = start_server(device_code_ttl=SHORT_CODE_S)
    server.config(home.config, "client_secret_basic")
    screen = open_terminal("login")
    uri = screen.wait_for_qr()
    assert screen.wait_for_exit() == EXPIRED
    screen.wait_for("The code has expired")
    assert not home.session.exists()
    phone.open(uri)
    phone.wait_for("The code you entered is incorrect")
    phone.driver.delete_all_cookies()


def test_wrong_secret(home, start_server):
    server = start_server()
    server.config(home.config, "client_secret_basic", client_secret="not:this")
    run = home.grantty("login")
    assert run.returncode == USAGE
    assert "check that CLIENT_SECRET is right" in run.stderr
    assert "not:this" not in run.stdout + run.stderr
    errors = [call["error"] for call in server.log(credentials="basic")]
    assert errors == ["invalid_client"]


@pytest.mark.parametrize("fault", ["key", "readable", "audience"])
def test_wrong_key(home, start_server, fault):
    server = start_server()
    options = {}
    key = home.path / "own.key"
    if fault == "audience":
        options["private_key_audience"] = "https://elsewhere.example"
    else:
        key.touch(mode=0o600)
        words = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
        oidc.openssl("genpkey", "-out", key, *words)
        options["private_key_file"] = str(key)
    if fault == "readable":
        key.chmod(0o644)
    server.config(home.config, "es256", **options)
    run = home.grantty("login")
    assert run.returncode == USAGE
    if fault == "readable":
        assert f"run chmod 600 {key}" in run.stderr
        assert not server.log(route="device_authorization")
    else:
        assert "does not accept this client's signature" in run.stderr
        assert "clock of this machine" in run.stderr
        calls = server.log(credentials="assertion")
        assert [call["error"] for call in calls] == ["invalid_client"]
    if fault == "readable":
        # As systemd >= 254 hands it out; then it is the wrong one alone.
        key.chmod(0o440)
        env = {"CREDENTIALS_DIRECTORY": str(home.path)}
        run = home.grantty("login", env=env)
        assert "does not accept this client's signature" in run.stderr


# ---- A server that may be somebody else


def test_unknown_authority(home, start_server, open_terminal):
    server = start_server()
    server.config(home.config, "client_secret_basic", ca_file=False)
    screen = open_terminal("login", columns=200)
    assert screen.wait_for_exit() == UNREACHABLE
    screen.wait_for(
        r"its certificate is from an unknown authority; install "
        r"ca-certificates or set network\.ca_file"
    )
    assert not server.log(route="device_authorization")


def test_certificate_for_another_name(home, start_server, authority):
    certificate = authority.issue("elsewhere", "DNS:elsewhere.example")
    server = start_server(certificate)
    server.config(home.config, "client_secret_basic")
    run = home.grantty("login")
    assert run.returncode == UNREACHABLE
    assert "its certificate is for another name" in run.stderr
    assert not server.log(route="device_authorization")


# ---- After the sign-in


def test_rotation(sign_in, home):
    server = sign_in(access_token_ttl=SHORT_TOKEN_S)
    first = home.stored()
    tokens = [first["access_token"]]
    for _ in range(2):
        wait_until(lambda: not server.accepts(tokens[-1]), "its expiry")
        tokens.append(token_of(home))
        assert server.accepts(tokens[-1])
    assert len(set(tokens)) == 3
    assert len(server.log(grant="refresh_token", status=200)) == 2
    assert len(server.log(event="refresh_token.consumed")) == 2
    assert not server.log(event="grant.revoked")

    # What happens where an old one is used again: the end of the family.
    assert server.refresh("client_secret_basic", first) == "invalid_grant"
    assert server.log(event="grant.revoked")
    run = home.grantty("token")
    assert run.returncode == NOBODY
    assert "No user is signed in" in run.stderr


def test_rotation_among_many(sign_in, home):
    """Eight at once renew it once, and no old refresh token is seen again."""
    server = sign_in(access_token_ttl=MANY_TOKEN_S)
    first = home.stored()["access_token"]
    wait_until(lambda: not server.accepts(first), "its expiry")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda _: home.grantty("token"), range(8)))
    assert {(run.returncode, run.stderr) for run in runs} == {(DONE, "")}
    renewals = server.log(grant="refresh_token")
    assert {call["status"] for call in renewals} == {200}
    assert len({run.stdout for run in runs}) == len(renewals)
    assert len(server.log(event="refresh_token.consumed")) == len(renewals)
    assert not server.log(event="grant.revoked")
    assert server.accepts(token_of(home))


def test_signed_refresh_and_revocation(sign_in, home):
    """The key also proves the client where nobody looks on."""
    server = sign_in("es256", access_token_ttl=SHORT_TOKEN_S)
    first = home.stored()["access_token"]
    wait_until(lambda: not server.accepts(first), "its expiry")
    token = token_of(home)
    assert server.accepts(token)
    run = home.grantty("logout")
    assert (run.returncode, run.stderr) == (DONE, "")
    assert "has revoked the tokens" in run.stdout
    assert not server.accepts(token)
    calls = server.log(grant="refresh_token") + server.log(route="revocation")
    assert len(calls) >= 3
    assert {call["credentials"] for call in calls} == {"assertion"}
    assert {call["status"] for call in calls} == {200}


@pytest.mark.parametrize("method", METHODS)
def test_logout(sign_in, home, method):
    server = sign_in(method)
    stored = home.stored()
    assert server.accepts(stored["access_token"])
    run = home.grantty("logout")
    assert (run.returncode, run.stderr) == (DONE, "")
    assert "has revoked the tokens" in run.stdout
    assert not home.session.exists()
    assert not server.accepts(stored["access_token"])
    assert server.refresh(method, stored) == "invalid_grant"
    assert home.grantty("token").returncode == NOBODY
