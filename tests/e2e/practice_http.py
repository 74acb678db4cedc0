# SPDX-License-Identifier: MIT
"""The practice authorization server as its clients and browsers reach it: one
request at a time, headers and all."""

import base64
import html
import http.client
import json
import os
import pathlib
import re
import subprocess
import urllib.parse

import pytest

REPO = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("GRANTTY_BUILD", REPO / "build"))
PROGRAM = BUILD / "grantty-practice"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
BASIC = "Basic " + base64.b64encode(b"practice:practice-secret").decode()
PLAIN = ("/device_authorization", "/token", "/userinfo")
WEBEX = ("/v1/device/authorize", "/v1/device/token", "/v1/people/me")


class Answer:
    """What came back, read to its end."""

    def __init__(self, response, body):
        self.status = response.status
        self.headers = response.headers
        self.body = body

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        """The error code, in either dialect."""
        value = self.json
        return value.get("error") or value["errors"][0]["description"]


class Server:
    """A running server; ends with the test."""

    def __init__(self, *options, context=None):
        self.process = subprocess.Popen(
            [PROGRAM, "--listen", "127.0.0.1:0", "--json",
             "--until-stdin-closes", *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        ready = json.loads(line)
        self.url = ready["url"]
        self.token = ready["control_token"]
        self.port = None
        self.context = context

    def address(self):
        return self.port or urllib.parse.urlsplit(self.url).port

    def connect(self, timeout=10):
        if self.context:
            return http.client.HTTPSConnection(
                "127.0.0.1", self.address(), timeout=timeout,
                context=self.context)
        return http.client.HTTPConnection(
            "127.0.0.1", self.address(), timeout=timeout)

    def request(self, method, path, form=None, headers=None, body=None):
        connection = self.connect()
        send = {}
        if form is not None:
            body = urllib.parse.urlencode(form)
            send["Content-Type"] = "application/x-www-form-urlencoded"
        send.update(headers or {})
        try:
            connection.request(method, path, body, send)
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.request("GET", path, headers={
            name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path, form, **headers):
        return self.request("POST", path, form, {
            name.replace("_", "-"): value for name, value in headers.items()})

    def control(self, **form):
        bearer = "Bearer " + self.token
        if not form:
            return self.get("/control", Authorization=bearer).json
        return self.post("/control", form, Authorization=bearer)

    def ask(self, paths=PLAIN, scope="openid email", **more):
        form = {"client_id": "practice", "scope": scope, **more}
        return self.post(paths[0], form)

    def poll(self, code, paths=PLAIN, **more):
        return self.post(paths[1], {
            "grant_type": DEVICE_GRANT, "device_code": code["device_code"],
            "client_id": "practice", **more}, Authorization=BASIC)

    def refresh(self, token, path="/token"):
        return self.post(path, {"grant_type": "refresh_token",
                                "refresh_token": token,
                                "client_id": "practice"}, Authorization=BASIC)

    def sign_in(self, paths=PLAIN):
        code = self.ask(paths).json
        assert self.control(approve=code["user_code"]).status == 200
        return self.poll(code, paths).json

    def profile(self, tokens, path="/userinfo"):
        return self.get(path, Authorization="Bearer " + tokens["access_token"])

    def end(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(10)
        return self.process.returncode


class Phone:
    """A browser, as far as the pages need one."""

    def __init__(self, server):
        self.server = server
        self.cookie = None

    def open(self, uri):
        parts = urllib.parse.urlsplit(uri)
        headers = {"Cookie": self.cookie} if self.cookie else {}
        answer = self.server.request(
            "GET", parts.path + ("?" + parts.query if parts.query else ""),
            headers=headers)
        if answer.headers["Set-Cookie"]:
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        self.path = parts.path
        self.form = {
            html.unescape(name): html.unescape(value) for name, value in
            re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"',
                       answer.text)}
        return answer

    def decide(self, decision, form=None, **headers):
        headers = {name.replace("_", "-"): value
                   for name, value in headers.items() if value is not None}
        if self.cookie and "Cookie" not in headers:
            headers["Cookie"] = self.cookie
        return self.server.request(
            "POST", self.path,
            {**(form or self.form), "decision": decision}, headers)


@pytest.fixture
def start():
    servers = []

    def begin(*options, **more):
        servers.append(Server(*options, **more))
        return servers[-1]

    yield begin
    for server in servers:
        assert server.end() == 0, server.process.stderr.read()


@pytest.fixture
def server(start):
    return start("--interval", "0")
