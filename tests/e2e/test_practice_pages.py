# SPDX-License-Identifier: MIT
"""The pages on which a person approves, and who may send their forms."""

import base64
import hashlib
import os
import pathlib
import re
import urllib.parse

import pytest

from practice_http import PLAIN, Phone, WEBEX, server, start


@pytest.mark.parametrize("decision, error", [
    ("approve", None), ("deny", "access_denied")])
@pytest.mark.parametrize("paths", [PLAIN, WEBEX])
def test_person_decides(server, paths, decision, error):
    code = server.ask(paths, "spark:all odd_scope",
                      device_name="Lobby screen").json
    phone = Phone(server)
    page = phone.open(code["verification_uri_complete"])
    assert page.status == 200
    for shown in (code["user_code"], "Lobby screen", "Use Webex as you",
                  "odd_scope", "practice", "Robin Example"):
        assert shown in page.text
    assert phone.decide(decision).status == 200
    answer = server.poll(code, paths)
    if error:
        assert answer.error == error
    else:
        assert "access_token" in answer.json
    assert phone.open(code["verification_uri_complete"]).status == 410
    assert phone.decide("approve").status in (403, 410)


def test_webex_names_the_device_at_the_poll(server):
    code = server.ask(WEBEX).json
    server.poll(code, WEBEX,
                user_info='{"device_id":"1","device_name":"Desk 4"}')
    assert "Desk 4" in Phone(server).open(
        code["verification_uri_complete"]).text


@pytest.mark.parametrize("spell", [
    lambda code: code,
    lambda code: code.lower(),
    lambda code: code.replace("-", ""),
    lambda code: " ".join(code.replace("-", "")).lower(),
    lambda code: " " + code.replace("-", "--") + " ",
])
@pytest.mark.parametrize("paths, path", [(PLAIN, "/device"),
                                         (WEBEX, "/verify"),
                                         (PLAIN, "/")])
def test_typed_code(server, paths, path, spell):
    code = server.ask(paths).json
    page = Phone(server).open(path + "?" + urllib.parse.urlencode(
        {"user_code": spell(code["user_code"])}))
    assert page.status == 200
    assert code["user_code"] in page.text


def test_wrong_code_and_limit(server):
    code = server.ask().json
    phone = Phone(server)
    assert "name=\"user_code\"" in phone.open("/device").text
    for _ in range(5):
        page = phone.open("/device?user_code=%22%3E%3Cscript%3Ealert(1)")
        assert page.status == 404
        assert "<script>" not in page.text and "&lt;script&gt;" in page.text
    assert phone.open("/device?user_code=BBBB-BBBB").status == 429
    assert phone.open(code["verification_uri_complete"]).status == 429


def test_page_headers(server):
    code = server.ask().json
    for uri in ("/device", "/device?user_code=x",
                code["verification_uri_complete"]):
        page = Phone(server).open(uri)
        policy = page.headers["Content-Security-Policy"]
        style = re.search(r"<style>(.*)</style>", page.text, re.S)[1]
        digest = hashlib.sha256(style.encode()).digest()
        for part in ("default-src 'none'", "form-action 'self'",
                     "frame-ancestors 'none'", "style-src 'sha256-%s'" %
                     base64.b64encode(digest).decode()):
            assert part in policy
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert "width=device-width" in page.text
        assert "<script" not in page.text
    assert re.fullmatch(r"[a-z-]+=[0-9a-f]{32}; Path=/; HttpOnly; "
                        r"SameSite=Strict", page.headers["Set-Cookie"])


@pytest.mark.parametrize("headers, counts", [
    ({}, True),
    ({"Origin": "null"}, True),
    ({"Origin": "own"}, True),
    ({"Origin": "own", "Sec_Fetch_Site": "same-origin"}, True),
    ({"Origin": "http://evil.example"}, False),
    ({"Origin": "http://127.0.0.1"}, False),
    ({"Origin": "https://own"}, False),
    ({"Origin": "null", "Sec_Fetch_Site": "cross-site"}, False),
    ({"Sec_Fetch_Site": "cross-site"}, False),
    ({"Sec_Fetch_Site": "same-site"}, False),
    ({"Sec_Fetch_Site": "none"}, False),
    ({"Cookie": "grantty-practice=" + "0" * 32}, False),
    ({"Cookie": "grantty-practice=short"}, False),
    ({"Cookie": ""}, False),
])
def test_forged_decisions(server, headers, counts):
    code = server.ask().json
    phone = Phone(server)
    phone.open(code["verification_uri_complete"])
    own = server.url.removeprefix("http://")
    headers = {name: server.url if value == "own" else
               value.replace("own", own) for name, value in headers.items()}
    answer = phone.decide("approve", **headers)
    assert answer.status == (200 if counts else 403)
    assert server.control()["codes"][0]["state"] == (
        "approved" if counts else "pending")


def test_form_belongs_to_its_code(server):
    mine = server.ask().json
    theirs = server.ask().json
    phone = Phone(server)
    phone.open(mine["verification_uri_complete"])
    form = {**phone.form, "user_code": theirs["user_code"]}
    assert phone.decide("approve", form).status == 403
    assert phone.decide("maybe").status == 403
    assert phone.decide("approve").status == 200


def test_foreign_host_is_refused(server):
    for path in ("/device", "/control", "/.well-known/openid-configuration"):
        answer = server.get(path, Host="evil.example:%d" % server.address())
        assert answer.status == 421
    assert server.get("/device", Host="localhost:%d" %
                      server.address()).status == 200


def test_public_url_is_ours(start):
    server = start("--public-url", "https://practice.test/", "-v")
    server.port = next_port(server)
    code = server.ask().json
    assert code["verification_uri"] == "https://practice.test/device"
    answer = server.get("/device?user_code=" + code["user_code"],
                        Host="practice.test")
    assert answer.status == 200
    assert answer.headers["Set-Cookie"].endswith("; Secure")
    assert server.get("/device", Host="practice.test:1").status == 421


def next_port(server):
    """The port that a server listens on whose URL does not tell."""
    inodes = {os.readlink(fd) for fd in
              pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir()}
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        field = line.split()
        if field[3] == "0A" and f"socket:[{field[9]}]" in inodes:
            return int(field[1].split(":")[1], 16)
    raise AssertionError("the server does not listen")
