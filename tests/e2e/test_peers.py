# SPDX-License-Identifier: MIT
"""Authorization servers that others wrote: the main job, and what a person, a
deadline or a busy server makes of it."""

import re
import subprocess

import pytest

import peers
from program import GRANTTY, PATIENCE_S, Exit, free_port, wait_until

pytestmark = pytest.mark.full

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
NAME = "Robin Example"
EMAIL = "robin@example.com"

# Of a code that nobody uses.
SHORT_CODE_S = 4

# These have users, a userinfo endpoint, refresh tokens and revocation.
WHOLE = [peers.OidcProvider, peers.BetterAuth, peers.Authlib]


def name_of(value):
    return value.__name__ if isinstance(value, type) else None


@pytest.fixture
def start(home):
    """Starts a server of that class, and writes a configuration for it."""
    servers = []

    def start(kind, grant="device", config=None, **options):
        servers.append(kind(home.path, **options))
        groups = dict(config or {})
        if grant == "code":
            groups["grant"] = "code"
            groups["redirect_uri"] = (
                f"http://127.0.0.1:{free_port()}/redirect.html"
            )
        servers[-1].config(home.config, **groups)
        return servers[-1]

    yield start
    for server in servers:
        server.close()


class Login:
    """grantty login --plain, with the address that it shows last: that of the
    code grant, or the complete one where there is one."""

    def __init__(self, home, *args):
        self.process = subprocess.Popen(
            [GRANTTY, "login", "--plain", *args],
            env=home.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.address = None
        self.out = ""
        for line in self.process.stdout:
            self.out += line
            if line.startswith("    http"):
                self.address = line.strip()
            if line.startswith("The code is") or "ssh -L" in line:
                break

    def end(self, timeout=PATIENCE_S):
        """The exit code and what it wrote."""
        out, err = self.process.communicate(timeout=timeout)
        return self.process.returncode, self.out + out, err


@pytest.fixture
def log_in(home):
    logins = []

    def start(*args):
        logins.append(Login(home, *args))
        return logins[-1]

    yield start
    for login in logins:
        login.process.kill()
        login.process.wait()


def troubles(log):
    return re.findall(r"^\S+ (?:warn|error) .*", log, re.M)


def sign_in(server, log_in, grant="device"):
    login = log_in()
    assert login.address, login.end()
    getattr(server, f"decide_{grant}")(login.address, approve=True)
    code, out, err = login.end()
    assert code == Exit.DONE and not troubles(err), err
    return out


def run(home, *args, code=Exit.DONE):
    """What it says, if it has nothing else to say."""
    result = home.grantty(*args)
    assert (result.returncode, result.stderr) == (code, ""), result
    return result.stdout


# ---- The main job


@pytest.mark.parametrize("grant", ["device", "code"])
@pytest.mark.parametrize("kind", WHOLE, ids=name_of)
def test_from_sign_in_to_sign_out(home, start, log_in, kind, grant):
    server = start(kind, grant)
    assert f"as {NAME}." in sign_in(server, log_in, grant)
    assert EMAIL in run(home, "whoami")
    first = home.stored()
    assert server.accepts(first["access_token"])

    # No token is good for that long, so it is renewed.
    renewed = home.grantty("token", "--min-valid", "3600")
    assert renewed.returncode == Exit.DONE, renewed.stderr
    assert "valid for only" in renewed.stderr
    token = renewed.stdout.strip()
    assert token != first["access_token"]
    assert server.accepts(token)
    assert len(server.log(grant="refresh_token", status=200)) == 1

    stored = home.stored()
    assert "has revoked the tokens" in run(home, "logout")
    assert not home.session.exists()
    assert not server.accepts(token)
    assert server.refresh(stored["refresh_token"]) == "invalid_grant"
    assert home.grantty("token").returncode == Exit.NOBODY


def test_json_only(home, start, log_in):
    """A token endpoint that takes no form is sent one once."""
    server = start(peers.BetterAuthAlone)
    sign_in(server, log_in)
    calls = server.log(route="/device/token", grant=DEVICE_GRANT)
    form = "application/x-www-form-urlencoded"
    assert [call["type"] for call in calls].count(form) == 1
    assert (calls[0]["type"], calls[0]["status"]) == (form, 415)
    assert {call["type"] for call in calls[1:]} == {"application/json"}
    assert calls[-1]["status"] == 200
    # There is nothing to renew or to revoke it with.
    assert "refresh_token" not in home.stored()
    run(home, "logout")
    assert not home.session.exists()


@pytest.mark.parametrize("grant", ["device", "code"])
@pytest.mark.parametrize(
    "emails, code",
    [
        (None, Exit.DONE),
        ([EMAIL], Exit.DONE),
        (["someone@example.com"], Exit.FAILED),
    ],
)
def test_id_token_alone(home, start, log_in, grant, emails, code):
    """Without userinfo it is the ID token that says who it is."""
    kiosk = {"kiosk": {"allow": {"emails": emails}}} if emails else {}
    server = start(peers.OidcMock, grant, config=kiosk)
    login = log_in()
    if grant == "code":
        server.decide_code(login.address, approve=True)
    ended, out, err = login.end()
    assert ended == code, out + err
    assert home.session.exists() == (code == Exit.DONE)
    if code == Exit.DONE:
        assert f"as {NAME}." in out
        assert EMAIL in run(home, "whoami")
        assert run(home, "token").strip() == home.stored()["access_token"]
        run(home, "logout")


def test_refresh_that_breaks_the_server(home, start, log_in):
    """It answers a refresh with status 500, which is the end of no session."""
    start(peers.OidcMock)
    login = log_in()
    assert login.end()[0] == Exit.DONE
    before = home.stored()
    result = home.grantty("token", "--min-valid", "3600")
    assert result.returncode in (Exit.DONE, Exit.UNREACHABLE)
    assert home.stored()["refresh_token"] == before["refresh_token"]
    assert run(home, "token").strip() == before["access_token"]


# ---- A sign-in that comes to nothing


@pytest.mark.parametrize(
    "kind, grant",
    [(kind, "device") for kind in [*WHOLE, peers.BetterAuthAlone]]
    + [(kind, "code") for kind in WHOLE],
    ids=name_of,
)
def test_denied(home, start, log_in, kind, grant):
    server = start(kind, grant)
    login = log_in()
    getattr(server, f"decide_{grant}")(login.address, approve=False)
    code, _, err = login.end()
    assert (code, "denied" in err) == (Exit.DENIED, True), err
    assert not home.session.exists()


@pytest.mark.parametrize(
    "kind", [*WHOLE, peers.BetterAuthAlone], ids=name_of
)
def test_expired(home, start, log_in, kind):
    start(kind, device_code_ttl=SHORT_CODE_S)
    code, _, err = log_in().end()
    assert code == Exit.EXPIRED, err
    assert not home.session.exists()


@pytest.mark.parametrize(
    "kind, options",
    [
        (peers.BetterAuth, {"interval": 4, "told_interval": 1}),
        (peers.BetterAuthAlone, {"interval": 4, "told_interval": 1}),
        (peers.Authlib, {"slow_down_times": 1}),
    ],
    ids=name_of,
)
def test_slow_down(home, start, log_in, kind, options):
    """From then on 5 s more lie between polls (RFC 8628 section 3.5)."""
    server = start(kind, **options)
    login = log_in()
    wait_until(lambda: server.log(error="slow_down"), "a slow_down")
    server.decide_device(login.address, approve=True)
    assert login.end()[0] == Exit.DONE
    polls = server.log(grant=DEVICE_GRANT)
    errors = [poll.get("error") for poll in polls]
    assert errors.count("slow_down") == 1
    assert polls[-1]["at_s"] - polls[-2]["at_s"] >= 6
