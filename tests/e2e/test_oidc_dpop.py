# SPDX-License-Identifier: MIT
"""Tokens bound to a key (RFC 9449) at a real authorization server, which wants
a nonce of its own in every proof."""

import json
import urllib.error
import urllib.request

import pytest

import test_oidc_code
from program import PATIENCE_S
from test_oidc import (  # fixtures among them
    DEVICE_GRANT,
    DONE,
    NAME,
    NOBODY,
    SHORT_TOKEN_S,
    USAGE,
    authority,
    begin,
    certificate,
    phone,
    sign_in,
    start_server,
)
from test_oidc_code import log_in

pytestmark = pytest.mark.full


def headers(home, call):
    """What "grantty token --for" says, by name."""
    run = home.grantty("token", "--for", call)
    assert (run.returncode, run.stderr) == (DONE, "")
    return dict(line.split(": ", 1) for line in run.stdout.splitlines())


def send(server, lines):
    """The status of a profile request with these headers, the nonce that came
    with the answer, and what it holds."""
    request = urllib.request.Request(server.url + "/me", headers=lines)
    try:
        with server.opener.open(request, timeout=PATIENCE_S) as answer:
            return answer.status, None, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, error.headers["DPoP-Nonce"], json.load(error)


def read_profile(server, home):
    """As a program does that knows DPoP and leaves the key to grantty."""
    call = f"GET {server.url}/me"
    status, nonce, body = send(server, headers(home, call))
    assert (status, body["error"]) == (401, "use_dpop_nonce")
    lines = headers(home, f"{call} {nonce}")
    assert lines["Authorization"].startswith("DPoP ")
    return *send(server, lines), lines


def test_device_grant(sign_in, home):
    server = sign_in("dpop")
    stored = home.stored()
    assert stored["token_type"] == "DPoP"
    assert "BEGIN PRIVATE KEY" in stored["dpop_key"]
    assert stored["profile"]["name"] == NAME
    assert home.session.stat().st_mode & 0o077 == 0
    # One poll and one profile request had to be sent again.
    for kind in ({"grant": DEVICE_GRANT}, {"route": "userinfo"}):
        entries = server.log(**kind)
        errors = [entry.get("error") for entry in entries]
        assert errors.count("use_dpop_nonce") == 1
        assert errors[0] == "use_dpop_nonce"
        assert entries[-1]["status"] == 200

    status, _, body, lines = read_profile(server, home)
    assert (status, body["name"]) == (200, NAME)
    # The token alone is good for nothing.
    token = home.grantty("token").stdout.strip()
    assert lines["Authorization"] == f"DPoP {token}"
    assert send(server, {"Authorization": f"Bearer {token}"})[0] == 401
    status = home.grantty("status", "--json").stdout
    assert "DPoP" in status and "PRIVATE" not in status and token not in status


def test_renewal_and_revocation(sign_in, home):
    """A token that lives for less than is asked of it is renewed each time."""
    server = sign_in("dpop", access_token_ttl=SHORT_TOKEN_S)
    first = home.stored()
    status, _, body, _ = read_profile(server, home)
    assert (status, body["name"]) == (200, NAME)
    renewals = [
        (entry["status"], entry.get("error"))
        for entry in server.log(grant="refresh_token")
    ]
    assert renewals == 2 * [(400, "use_dpop_nonce"), (200, None)]
    second = home.stored()
    assert second["access_token"] != first["access_token"]
    assert second["dpop_key"] == first["dpop_key"]
    assert not server.log(event="grant.revoked")

    run = home.grantty("logout")
    assert (run.returncode, run.stderr) == (DONE, "")
    assert "has revoked the tokens" in run.stdout
    run = home.grantty("token", "--dpop", f"GET {server.url}/me")
    assert (run.returncode, run.stdout) == (NOBODY, "")


def test_code_grant(start_server, phone, home, log_in):
    server = start_server()
    test_oidc_code.config(home, server, "dpop")
    login = log_in()
    test_oidc_code.pass_pages(phone, login.address)
    phone.wait_for("Done")
    code, out, err = login.end()
    assert code == DONE, err
    assert f"as {NAME}." in out
    errors = [e.get("error") for e in server.log(grant="authorization_code")]
    assert errors == ["use_dpop_nonce", None]
    status, _, body, _ = read_profile(server, home)
    assert (status, body["name"]) == (200, NAME)
    phone.driver.delete_all_cookies()


@pytest.mark.parametrize(
    "call, why",
    [
        ("GET", "a method, a URL"),
        ("GET http://api.example/", "use a complete URL with https"),
        ("fetch https://api.example/", "is not a method"),
    ],
)
def test_bad_call(home, call, why):
    run = home.grantty("token", "--for", call)
    assert (run.returncode, run.stdout) == (USAGE, "")
    assert why in run.stderr
