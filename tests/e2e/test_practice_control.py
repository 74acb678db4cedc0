# SPDX-License-Identifier: MIT
"""The control path of the practice server, and its faults."""

import email.utils
import gzip
import http.client
import json
import pathlib
import time
import urllib.parse

import pytest

from practice_http import BASIC, DEVICE_GRANT, PLAIN, WEBEX, server, start
from program import wait_until


# The control path


def test_control_needs_its_token(server):
    assert server.get("/control").status == 401
    assert server.get("/control", Authorization="Bearer x").status == 401
    assert server.post("/control", {"approve": "*"}).status == 401


def test_control_tells_what_happened(server):
    before = server.control()
    code = server.ask().json
    server.poll(code)
    after = server.control()
    assert before["tls"] is False and before["codes"] == []
    assert after["connections"] == before["connections"] + 3
    assert after["calls"]["POST /device_authorization"] == 1
    assert after["calls"]["POST /token"] == 1
    assert after["codes"][0]["user_code"] == code["user_code"]
    assert code["device_code"] not in json.dumps(after)


@pytest.mark.parametrize("form", [
    {}, {"approve": "BBBB-BBBB"}, {"approve": "*"}, {"fault": "unheard-of"}])
def test_control_says_what_is_wrong(server, form):
    answer = server.post("/control", form or {"x": "y"},
                         Authorization="Bearer " + server.token)
    assert answer.status == 400
    assert answer.json["ok"] is False and answer.json["error"]


def test_newest_pending(server):
    codes = [server.ask().json for _ in range(3)]
    server.control(deny=codes[2]["user_code"])
    assert server.control(approve="*").status == 200
    states = [code["state"] for code in server.control()["codes"]]
    assert states == ["denied", "approved", "pending"]
    assert server.control(approve=codes[2]["user_code"]).status == 400


# Faults


@pytest.mark.parametrize("fault, check", [
    ("no-interval", lambda code: "interval" not in code),
    ("zero-interval", lambda code: code["interval"] == 0),
    ("negative-interval", lambda code: code["interval"] < 0),
    ("huge-interval", lambda code: code["interval"] == 10 ** 12),
    ("string-numbers", lambda code: code["expires_in"] == "300" and
     code["interval"] == "0"),
    ("expire-soon", lambda code: code["expires_in"] == 10),
    ("bad-uri", lambda code: code["verification_uri"].startswith(
        "javascript:")),
    ("http-uri", lambda code: code["verification_uri"].startswith(
        "http://sign-in.example")),
    ("hostile-text", lambda code: "\x1b[2J" in code["user_code"] and
     "\x9b" in code["user_code"] and "\u202e" in code["user_code"]),
])
@pytest.mark.parametrize("paths", [PLAIN, WEBEX])
def test_faults_in_codes(server, paths, fault, check):
    assert server.control(fault=fault).status == 200
    assert check(server.ask(paths).json)
    assert server.control()["faults"] == [fault]
    server.control(fault="")
    assert not check(server.ask(paths).json) or fault == "zero-interval"


@pytest.mark.parametrize("fault, status, check", [
    ("slow-down", 400, lambda answer: answer.error == "slow_down"),
    ("deny", 400, lambda answer: answer.error == "access_denied"),
    ("invalid-client", 401, lambda answer: answer.error == "invalid_client"),
    ("unknown-error", 400, lambda answer: answer.error not in (
        "authorization_pending", "slow_down")),
    ("http-404", 404, lambda answer: "<h1>" in answer.text),
    ("http-415", 415, lambda answer: answer.json == {}),
    ("http-500", 500, lambda answer: answer.json == {}),
    ("gzip", None, lambda answer: json.loads(gzip.decompress(answer.body))),
    ("keep-alive", None, lambda answer: answer.headers["Keep-Alive"] ==
     "timeout=2"),
    ("html-502", 502, lambda answer: "<h1>" in answer.text),
    ("rate-limit", 429, lambda answer: answer.headers["Retry-After"] == "2"),
    ("redirect", 302, lambda answer: answer.headers["Location"]),
    ("not-json", 200, lambda answer: "{" not in answer.text),
    ("empty", 200, lambda answer: answer.body == b""),
    ("truncated-json", 200, lambda answer: answer.text.startswith("{") and
     "}" not in answer.text),
    ("hostile-text", None, lambda answer: "\x1b[2J" in (
        answer.json.get("error_description") or answer.json.get("message"))),
])
@pytest.mark.parametrize("paths", [PLAIN, WEBEX])
def test_faults_at_polls(server, paths, fault, status, check):
    code = server.ask(paths).json
    server.control(fault=fault)
    answer = server.poll(code, paths)
    assert status in (None, answer.status)
    assert check(answer)
    assert server.control()["codes"][0]["polls"] == 1


@pytest.mark.parametrize("paths", [PLAIN, WEBEX])
def test_retry_date(server, paths):
    code = server.ask(paths).json
    server.control(fault="retry-date")
    asked_s = time.time()
    answer = server.poll(code, paths)
    assert answer.status == 429
    until = email.utils.parsedate_to_datetime(answer.headers["Retry-After"])
    # Two seconds after it was asked, at some time in between; in whole ones, and
    # the clock that counts those, time(2), may be a tick behind.
    assert asked_s + 0.9 <= until.timestamp() <= time.time() + 2


@pytest.mark.parametrize("fault", ["slow-down", "html-502", "http-500*3",
                                   "rate-limit*3"])
def test_three_times(server, fault):
    code = server.ask().json
    server.control(fault=fault)
    good = [server.poll(code).text.count("authorization_pending")
            for _ in range(5)]
    assert good[:4] == [0, 0, 0, 1] or (
        fault == "slow-down" and good[:3] == [0, 0, 0])
    assert server.control()["faults"] == []


def test_fault_from_the_command_line(start):
    server = start("--fault", "http-500@authorize*1", "--fault", "empty")
    assert server.ask().status == 500
    code = server.ask().json
    assert server.poll(code).body == b""


def test_faults_elsewhere(server):
    tokens = server.sign_in()
    server.control(fault="refresh-invalid-grant*1")
    assert server.refresh(tokens["refresh_token"]).error == "invalid_grant"
    tokens = server.refresh(tokens["refresh_token"]).json
    server.control(fault="http-500@profile*1")
    assert server.profile(tokens).status == 500
    server.control(fault="html-502@discovery*1")
    assert server.get("/.well-known/openid-configuration").status == 502
    server.control(fault="drop@revoke*1")
    with pytest.raises(http.client.RemoteDisconnected):
        server.post("/revoke", {"token": "x"}, Authorization=BASIC)
    server.control(fault="hostile-text")
    assert "\x1b" in server.profile(tokens).json["name"]
    server.control(fault="")
    server.control(fault="huge-profile")
    profile = server.profile(tokens).json
    assert len(profile) > 10000
    depth = 0
    while isinstance(profile, dict):
        profile = profile.get("deeper", profile.get("bottom"))
        depth += 1
    assert depth == 50


def test_no_redirect_uri(server):
    server.control(fault="no-redirect-uri")
    answer = server.ask(WEBEX)
    assert answer.status == 400
    assert "redirect_uri" in answer.error


def test_drop_token_counts(server):
    code = server.ask().json
    server.control(fault="drop-token")
    assert server.poll(code).error == "authorization_pending"
    server.control(approve="*")
    with pytest.raises(http.client.RemoteDisconnected):
        server.poll(code)
    assert server.poll(code).error == "invalid_grant"
    tokens = server.sign_in()
    server.control(fault="drop-token@refresh")
    with pytest.raises(http.client.RemoteDisconnected):
        server.refresh(tokens["refresh_token"])
    assert server.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert server.control()["replayed_refresh_tokens"] == 1


def test_drop(server):
    code = server.ask().json
    server.control(fault="drop")
    with pytest.raises(http.client.RemoteDisconnected):
        server.poll(code)


def test_hang(server):
    code = server.ask().json
    server.control(fault="hang")
    connection = server.connect(timeout=1)
    connection.request("POST", "/token", urllib.parse.urlencode({
        "grant_type": DEVICE_GRANT, "device_code": code["device_code"]}))
    with pytest.raises(TimeoutError):
        connection.getresponse()
    # Others are served meanwhile, and the end of the server waits for nobody.
    wait_until(lambda: server.control()["codes"][0]["polls"] == 1, "its poll")
    connection.close()


def test_big_body(server):
    code = server.ask().json
    server.control(fault="big-body")
    answer = server.poll(code)
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert len(answer.body) >= 32 * 1024 * 1024
    assert answer.body.startswith(b'{"access_token":"xxx')


def test_gzip(server):
    """Nobody has asked for it, and the answer is none without."""
    tokens = server.sign_in()
    server.control(fault="huge-profile")
    plain = server.profile(tokens)
    assert "Content-Encoding" not in plain.headers
    server.control(fault="gzip@profile")
    encoded = server.profile(tokens)
    assert encoded.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(encoded.body) == plain.body
    assert len(plain.body) > 65535  # more than one block of it


def test_keep_alive(server):
    """Closed by the server, and only where its last answer says so."""
    discovery = "/.well-known/openid-configuration"
    closed, kept, other = (server.connect() for _ in range(3))
    for connection, header, fault in [
        (kept, "timeout=2", "keep-alive@discovery*1"),
        (kept, None, None),
        (other, None, None),
        (closed, "timeout=2", "keep-alive@discovery*1"),
    ]:
        if fault:
            server.control(fault=fault)
        connection.request("GET", discovery)
        answer = connection.getresponse()
        answer.read()
        assert answer.headers["Keep-Alive"] == header
    begun = time.monotonic()
    closed.sock.settimeout(8)
    assert closed.sock.recv(1) == b""
    assert 1 < time.monotonic() - begun < 8
    for connection in kept, other:
        connection.request("GET", discovery)
        assert connection.getresponse().status == 200


def test_drip(server):
    code = server.ask().json
    server.control(fault="drip@authorize")
    server.control(fault="drip")
    connection = server.connect()
    begun = time.monotonic()
    connection.request("POST", "/token", urllib.parse.urlencode({
        "grant_type": DEVICE_GRANT, "device_code": code["device_code"],
        "client_id": "practice-public"}))
    response = connection.getresponse()
    assert response.read(6) == b'{"erro'
    assert 0.9 < time.monotonic() - begun < 8
    # The server does not spin while it waits for the next byte.
    stat = pathlib.Path(f"/proc/{server.process.pid}/stat")
    before = sum(map(int, stat.read_text().split()[13:15]))
    response.read(5)
    after = sum(map(int, stat.read_text().split()[13:15]))
    assert after - before < 20
    connection.close()
