# SPDX-License-Identifier: MIT
"""The practice authorization server, from outside: the protocol."""

import base64
import json
import re
import signal
import subprocess
import urllib.parse

import pytest

from practice_http import (
    BASIC, DEVICE_GRANT, PLAIN, PROGRAM, Phone, Server, WEBEX, server,
    start)


# The program itself


def test_sigterm_ends_it():
    server = Server()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(10) == 0


@pytest.mark.full
def test_listens_on_loopback_where_nothing_is_said():
    # In a network of its own, for the port may be taken in this one.
    process = subprocess.run(
        ["unshare", "--net", "--map-root-user", "sh", "-c",
         'ip link set lo up && exec "$0" --json --until-stdin-closes', PROGRAM],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10,
        check=False)
    if "unshare" in process.stderr:
        pytest.skip("needs a network namespace")
    assert json.loads(process.stdout)["url"] == "http://127.0.0.1:8628"


def test_end_of_stdin_ends_it():
    server = Server()
    assert server.end() == 0


def run_in_shell(redirections):
    """Its standard input ends at once, wherever the others go."""
    return subprocess.run(
        ["sh", "-c", '"$0" --listen 127.0.0.1:0 --until-stdin-closes '
         + redirections, PROGRAM],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10,
        check=False)


def test_closed_stdin_is_its_end():
    assert run_in_shell("<&-").returncode == 0


@pytest.mark.parametrize("where", [">/dev/full", ">&-"])
def test_tells_when_nobody_can_be_told_that_it_is_ready(where):
    result = run_in_shell(where)
    assert result.returncode == 1
    assert "Cannot write to standard output" in result.stderr


@pytest.mark.parametrize("arguments", [
    ["--nonsense"],
    ["-z"],
    ["word"],
    ["--listen", "nowhere"],
    ["--listen", "127.0.0.1:65536"],
    ["--listen"],
    ["--interval", "-1"],
    ["--interval", "5x"],
    ["--expires-in", "0"],
    ["--fault", "unheard-of"],
    ["--fault", "hang@nowhere"],
    ["--fault", "hang*0"],
    ["--fault", "no-interval@profile"],
    ["--public-url", "ftp://example.org"],
    ["--tls-cert", "only-one"],
    ["--profile", "/nonexistent"],
    ["--client-secret-file", "/dev/null"],
])
def test_bad_usage(arguments):
    result = subprocess.run([PROGRAM, *arguments], capture_output=True,
                            timeout=10, check=False)
    assert result.returncode == (1 if "65536" in arguments[-1] or
                                 "nowhere" == arguments[-1] else 2)
    assert len(result.stderr.splitlines()) == 1


def test_help_lists_every_fault_once():
    text = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True,
                          check=True).stdout
    names = re.findall(r"^  [+ ] ([a-z0-9-]+)  ", text, re.M)
    assert len(names) == len(set(names)) == 36


def test_log_holds_no_secret(start):
    server = start("-v", "--interval", "0")
    code = server.ask().json
    Phone(server).open(code["verification_uri_complete"])
    server.control(approve=code["user_code"])
    tokens = server.poll(code).json
    server.profile(tokens)
    server.end()
    log = server.process.stderr.read().decode()
    assert "POST /token 200" in log and "GET /device 200" in log
    for secret in (code["device_code"], code["user_code"], server.token,
                   tokens["access_token"], tokens["refresh_token"],
                   "practice-secret"):
        assert secret not in log


def test_warns_off_loopback():
    process = subprocess.Popen(
        [PROGRAM, "--listen", "0.0.0.0:0", "--json", "--public-url",
         "http://practice.test:8628/", "--until-stdin-closes"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    ready = json.loads(process.stdout.readline())
    assert process.communicate(timeout=10)[1].count(b"practice") == 2
    assert ready["url"] == "http://practice.test:8628"


# Device authorization


def test_plain_code(start):
    answer = start().ask()
    code = answer.json
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.fullmatch("[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}",
                        code["user_code"])
    assert code["verification_uri"].endswith("/device")
    assert code["verification_uri_complete"] == (
        code["verification_uri"] + "?user_code=" + code["user_code"])
    assert (code["expires_in"], code["interval"]) == (300, 5)


def test_webex_code(start):
    code = start().ask(WEBEX, "spark:all spark:kms").json
    assert sorted(code) == [
        "device_code", "expires_in", "interval", "user_code",
        "verification_uri", "verification_uri_complete"]
    assert re.fullmatch("[0-9]{6}", code["user_code"])
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
                        code["device_code"])
    assert re.fullmatch(re.escape(code["verification_uri"]) +
                        r"\?userCode=[0-9a-f]{64}",
                        code["verification_uri_complete"])
    assert (code["expires_in"], code["interval"]) == (300, 2)


def test_given_uris(start):
    server = start("--verification-uri",
                   "https://oauth-helper-r.wbx2.com/verify",
                   "--expires-in", "60", "--interval", "7")
    code = server.ask(WEBEX).json
    assert len(code["verification_uri_complete"]) == 112
    assert (code["expires_in"], code["interval"]) == (60, 7)


@pytest.mark.parametrize("path, form, status, error", [
    (PLAIN[0], {"client_id": "practice"}, 200, None),
    (PLAIN[0], {"client_id": "practice-public"}, 200, None),
    (PLAIN[0], {"client_id": "somebody"}, 401, "invalid_client"),
    (PLAIN[0], {"client_id": "practice", "client_secret": "wrong"},
     401, "invalid_client"),
    (PLAIN[0], {}, 401, "invalid_client"),
    (PLAIN[0], {"client_id": "practice", "scope": "a\nb"},
     400, "invalid_scope"),
    (PLAIN[0], {"client_id": "practice", "scope": "a" * 513},
     400, "invalid_scope"),
    (WEBEX[0], {"client_id": "practice", "scope": "spark:all"}, 200, None),
    (WEBEX[0], {"client_id": "practice"}, 400, "invalid_scope"),
    (WEBEX[0], {"client_id": "somebody", "scope": "x"},
     400, "invalid_client"),
    (WEBEX[0], {"client_id": "practice-public", "scope": "x"},
     400, "invalid_client"),
])
def test_authorize(server, path, form, status, error):
    answer = server.post(path, form)
    assert answer.status == status
    if error:
        assert answer.error == error


# Polling


def test_webex_pending_shape(server):
    answer = server.poll(server.ask(WEBEX).json, WEBEX)
    assert answer.status == 428
    assert sorted(answer.json) == ["errors", "message", "trackingId"]
    assert answer.json["errors"] == [{"description": "authorization_pending"}]
    assert answer.json["trackingId"].startswith("ROUTER_")


def test_plain_pending(server):
    answer = server.poll(server.ask().json)
    assert (answer.status, answer.error) == (400, "authorization_pending")


@pytest.mark.parametrize("paths, status", [(PLAIN, 400), (WEBEX, 400)])
def test_fast_polls_are_slowed_down(start, paths, status):
    server = start("--interval", "60")
    code = server.ask(paths).json
    assert server.poll(code, paths).error == "authorization_pending"
    for _ in range(2):
        answer = server.poll(code, paths)
        assert (answer.status, answer.error) == (status, "slow_down")
    seen = server.control()["codes"][0]
    assert seen["interval_ms"] == 70000
    assert (seen["polls"], seen["slow_downs"]) == (3, 2)
    assert len(seen["gaps_ms"]) == 2


@pytest.mark.parametrize("paths", [PLAIN, WEBEX])
def test_granted_once(server, paths):
    code = server.ask(paths).json
    server.control(approve=code["user_code"])
    tokens = server.poll(code, paths).json
    assert tokens["token_type"] == "Bearer"
    assert tokens["scope"] == "openid email"
    assert tokens["expires_in"] == 3600
    again = server.poll(code, paths)
    assert (again.status, again.error) == (400, "invalid_grant")


def test_webex_tokens(server):
    tokens = server.sign_in(WEBEX)
    assert len(tokens["access_token"]) > 2048
    assert tokens["refresh_token_expires_in"] == 7697037


@pytest.mark.parametrize("action, error", [
    ("deny", "access_denied"), ("expire", "expired_token")])
@pytest.mark.parametrize("paths", [PLAIN, WEBEX])
def test_no(server, paths, action, error):
    code = server.ask(paths).json
    server.control(**{action: code["user_code"]})
    for _ in range(2):
        answer = server.poll(code, paths)
        assert (answer.status, answer.error) == (400, error)


def test_approves_by_itself(start):
    server = start("--approve-after", "0", "--interval", "0")
    assert "access_token" in server.poll(server.ask().json).json


def test_webex_wants_basic(server):
    code = server.ask(WEBEX).json
    answer = server.post(WEBEX[1], {
        "grant_type": DEVICE_GRANT, "device_code": code["device_code"],
        "client_id": "practice", "client_secret": "practice-secret"})
    assert (answer.status, answer.error) == (400, "invalid_client")


def basic(client_id, secret):
    pair = ":".join(urllib.parse.quote_plus(half)
                    for half in (client_id, secret))
    return "Basic " + base64.b64encode(pair.encode()).decode()


@pytest.mark.parametrize("form, authorization, ok", [
    ({"client_id": "my kiosk", "client_secret": "a:b+c/d ü"}, None, True),
    ({}, basic("my kiosk", "a:b+c/d ü"), True),
    ({"client_id": "my kiosk"}, basic("my kiosk", "a:b+c/d ü"), True),
    ({"client_id": "other"}, basic("my kiosk", "a:b+c/d ü"), False),
    ({"client_id": "my kiosk"}, None, False),
    ({"client_id": "my kiosk"}, "Basic !!!", False),
    ({"client_id": "my kiosk"}, "Basic bm9jb2xvbg==", False),
    ({}, basic("my kiosk", "wrong"), False),
])
def test_client_authentication(start, tmp_path, form, authorization, ok):
    secret = tmp_path / "secret"
    secret.write_text("a:b+c/d ü\n", encoding="utf-8")
    server = start("--client-id", "my kiosk", "--client-secret-file",
                   str(secret), "--interval", "0")
    code = server.post(PLAIN[0], {"client_id": "my kiosk"}).json
    headers = {"Authorization": authorization} if authorization else {}
    answer = server.post("/token", {
        "grant_type": DEVICE_GRANT, "device_code": code["device_code"],
        **form}, **headers)
    assert answer.error == ("authorization_pending" if ok
                            else "invalid_client")
    if not ok:
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_public_client(server):
    client = {"client_id": "practice-public"}
    code = server.post(PLAIN[0], client).json
    server.control(approve="*")
    tokens = server.post("/token", {
        "grant_type": DEVICE_GRANT, "device_code": code["device_code"],
        **client}).json
    assert server.profile(tokens).status == 200
    assert server.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert server.post("/token", {
        "grant_type": "refresh_token",
        "refresh_token": tokens["refresh_token"], **client}).status == 200


@pytest.mark.parametrize("path", [PLAIN[0], WEBEX[0], "/token", "/revoke"])
def test_unencoded_body(server, path):
    answer = server.request("POST", path, headers={
        "Authorization": BASIC},
        body='{"scope": "openid"}')
    assert (answer.status, answer.error) == (400, "invalid_request")


def test_spaces_in_a_body(server):
    """Some clients leave them as they are, oidc-agent for one."""
    answer = server.request("POST", PLAIN[0], headers={"Authorization": BASIC},
                            body="client_id=practice&scope=openid profile")
    assert answer.status == 200
    assert server.control()["codes"][0]["scope"] == "openid profile"


@pytest.mark.parametrize("form, error", [
    ({"scope": "x"}, "invalid_request"),
    ({"grant_type": "password"}, "unsupported_grant_type"),
    ({"grant_type": DEVICE_GRANT}, "invalid_request"),
    ({"grant_type": DEVICE_GRANT, "device_code": "x"}, "invalid_grant"),
    ({"grant_type": "refresh_token"}, "invalid_request"),
    ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
])
def test_token_errors(server, form, error):
    answer = server.post("/token", form, Authorization=BASIC)
    assert (answer.status, answer.error) == (400, error)


def test_dialects_do_not_mix(server):
    code = server.ask(WEBEX).json
    assert server.poll(code, PLAIN).error == "invalid_grant"
    tokens = server.sign_in(WEBEX)
    assert server.profile(tokens).status == 401
    assert server.refresh(tokens["refresh_token"]).error == "invalid_grant"


# Tokens


@pytest.mark.parametrize("paths, refresh_path", [
    (PLAIN, "/token"), (WEBEX, "/v1/access_token")])
def test_refresh_rotates(server, paths, refresh_path):
    first = server.sign_in(paths)
    second = server.refresh(first["refresh_token"], refresh_path).json
    assert second["refresh_token"] != first["refresh_token"]
    assert server.profile(second, paths[2]).status == 200
    assert server.profile(first, paths[2]).status == 200
    replay = server.refresh(first["refresh_token"], refresh_path)
    assert (replay.status, replay.error) == (400, "invalid_grant")
    assert server.profile(second, paths[2]).status == 401
    assert server.refresh(second["refresh_token"],
                          refresh_path).error == "invalid_grant"
    seen = server.control()
    assert (seen["refreshes"], seen["replayed_refresh_tokens"]) == (1, 1)


def test_revoke_refresh_token(server):
    tokens = server.sign_in()
    for _ in range(2):  # RFC 7009: an unknown token is fine
        answer = server.post("/revoke", {"token": tokens["refresh_token"]},
                             Authorization=BASIC)
        assert (answer.status, answer.body) == (200, b"")
    assert server.profile(tokens).status == 401
    assert server.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert server.control()["revocations"] == 1


def test_revoke_access_token(server):
    tokens = server.sign_in()
    other = server.sign_in()
    server.post("/revoke", {"token": tokens["access_token"]},
                Authorization=BASIC)
    assert server.profile(tokens).status == 401
    assert server.profile(other).status == 200
    assert server.refresh(tokens["refresh_token"]).status == 200


def test_revoke_needs_the_client(server):
    tokens = server.sign_in()
    answer = server.post("/revoke", {"token": tokens["refresh_token"],
                                     "client_id": "practice"})
    assert (answer.status, answer.error) == (401, "invalid_client")
    server.post("/revoke", {"token": tokens["refresh_token"],
                            "client_id": "practice-public"})
    assert server.profile(tokens).status == 200


@pytest.mark.parametrize("paths", [PLAIN, WEBEX])
def test_all_access_tokens_revoked(server, paths):
    tokens = server.sign_in(paths)
    server.control(revoke_access_tokens="1")
    answer = server.profile(tokens, paths[2])
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_profiles(server):
    tokens = server.sign_in(WEBEX)
    me = server.profile(tokens, "/v1/people/me?callingData=true").json
    assert me["displayName"] and me["emails"] and me["phoneNumbers"]
    assert "phoneNumbers" not in server.profile(tokens, "/v1/people/me").json
    assert server.profile(tokens,
                          "/v1/userinfo").json["email_verified"] == "true"
    tokens = server.sign_in()
    assert server.profile(tokens).json["email_verified"] is True
    assert server.get("/userinfo").status == 401


def test_given_profile(start, tmp_path):
    profile = {"displayName": "Zoë <b>", "deep": {"er": [1, 2.5, None]}}
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(profile), encoding="utf-8")
    server = start("--interval", "0", "--profile", str(path))
    assert server.profile(server.sign_in()).json == profile
    assert server.profile(server.sign_in(WEBEX), WEBEX[2]).json == profile
    page = Phone(server).open(server.ask().json["verification_uri_complete"])
    assert "Zoë &lt;b&gt;" in page.text


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration",
                                  "/.well-known/oauth-authorization-server"])
def test_metadata(server, path):
    data = server.get(path).json
    assert data["issuer"] == server.url
    for name in ("device_authorization_endpoint", "token_endpoint",
                 "revocation_endpoint"):
        path = data[name].removeprefix(server.url)
        assert server.post(path, {}).status in (400, 401)
    assert DEVICE_GRANT in data["grant_types_supported"]
