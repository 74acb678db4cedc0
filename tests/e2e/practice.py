# SPDX-License-Identifier: MIT
"""The practice authorization server, and configurations that point at it."""

import json
import select
import signal as signals
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from program import PATIENCE_S, PRACTICE, THEME, environment
from terminal import grouped

CLIENT_ID = "practice"
# Signs DPoP proofs (RFC 9449): on the curve P-256, and known to no server.
DPOP_KEY = (
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzvRyjxqz7uUVP2/x\n"
    "aouZdYfkibX8QDmhcrcs9yXbgYGhRANCAAQ+14FmaR1G9RqG+oI7oUNTEAgGGvD0\n"
    "XIH3oGEgvXBT5RBApKe+7KIMwCbHVH6vDc0sH7sKU7hM4xUnRe1Wyohm\n"
    "-----END PRIVATE KEY-----\n"
)

CLIENT_SECRET = "practice-secret"
PERSON = "Robin Example"

ENDPOINTS = {
    "webex": {
        "device_authorization_endpoint": "/v1/device/authorize",
        "device_token_endpoint": "/v1/device/token",
        "token_endpoint": "/v1/access_token",
        "userinfo_endpoint": "/v1/people/me?callingData=true",
    },
    "plain": {
        "device_authorization_endpoint": "/device_authorization",
        "token_endpoint": "/token",
        "userinfo_endpoint": "/userinfo",
        "revocation_endpoint": "/revoke",
    },
}

# The helper that Webex sends people to; with it the complete URI has the
# length that it has there, 112 bytes.
WEBEX_HELPER = "https://oauth-helper-r.wbx2.com/verify"

# Not by way of any proxy.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def setting(value):
    """A value in libconfig's grammar."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(setting(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + " ".join(settings(value)) + " }"
    return json.dumps(value)


def settings(group):
    return [
        f"{name} = {setting(value)};"
        for name, value in group.items()
        if value is not None
    ]


def write_config(url, path, dialect="webex", **changes):
    """Writes a configuration for the server at url. Each change is a group
    whose members are set, or left out where they are None; or a single
    value."""
    provider = {
        name: url + endpoint for name, endpoint in ENDPOINTS[dialect].items()
    }
    provider["client_id"] = CLIENT_ID
    provider["client_secret"] = CLIENT_SECRET
    if dialect == "webex":
        provider["preset"] = "webex"
        provider["verification_hosts"] = ["127.0.0.1", "*.wbx2.com"]
    else:
        provider["scope"] = "openid profile email"
    groups = {"provider": provider, "screen": {"theme": THEME}}
    for name, value in changes.items():
        if isinstance(value, dict):
            groups[name] = {**groups.get(name, {}), **value}
        else:
            groups[name] = value
    path.touch(mode=0o600)
    path.write_text("\n".join(settings(groups)) + "\n", encoding="utf-8")


class Practice:
    """A running grantty-practice."""

    def __init__(self, *options, listen="127.0.0.1:0", env=None):
        """env: changes to the environment."""
        self.asked = 0  # how often by ask()
        self.paused = False
        self.place = None  # of one that was killed
        self.process = subprocess.Popen(
            [PRACTICE, "--json", "--listen", listen, "--until-stdin-closes"]
            + list(options),
            env=environment("/nonexistent", **(env or {})),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE_S)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            self.close()
            raise AssertionError(f"{PRACTICE} does not start: try it by hand")
        words = json.loads(line)
        self.url = words["url"]
        self.token = words["control_token"]
        self.address = urllib.parse.urlsplit(self.url).netloc

    def ask(self, path, token, form=None):
        """The JSON that path answers; an HTTP error is raised."""
        self.asked += 1
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(
            self.url + path, data, {"Authorization": f"Bearer {token}"}
        )
        with OPENER.open(request, timeout=PATIENCE_S) as answer:
            return json.load(answer)

    def control(self, **changes):
        """approve="*", deny=CODE, expire=CODE, fault=NAME, …"""
        return self.ask("/control", self.token, changes)

    def state(self):
        return self.ask("/control", self.token)

    def connections(self):
        """How many connections others than this class have made."""
        return self.state()["connections"] - self.asked

    def calls(self, route):
        """How often "POST /token" was called."""
        return self.state()["calls"][route]

    def codes(self):
        """The codes that were given out, the newest first."""
        return self.state()["codes"]

    def code(self):
        """The newest code; None as long as there is none."""
        return next(iter(self.codes()), None)

    def code_on(self, screen, but=()):
        """Which of the codes is spelt out on that screen, other than those;
        None where none is."""
        for code in self.codes():
            user_code = code["user_code"]
            if user_code not in but and screen.shows(grouped(user_code)):
                return user_code
        return None

    def accepts(self, token, dialect="webex"):
        """Whether the profile can be read with that access token."""
        path = ENDPOINTS[dialect]["userinfo_endpoint"]
        try:
            return bool(self.ask(path, token))
        except urllib.error.HTTPError as error:
            if error.code != 401:
                raise
            return False

    def config(self, path, dialect="webex", **changes):
        """Writes a configuration for this server, see write_config()."""
        write_config(self.url, path, dialect, **changes)

    def pause(self):
        self.process.send_signal(signals.SIGSTOP)
        self.paused = True

    def go_on(self):
        self.process.send_signal(signals.SIGCONT)
        self.paused = False

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE_S)
        # Nobody else is given its port: who is bound to it and does not listen
        # refuses connections as well.
        host, port = self.address.split(":")
        self.place = socket.socket()
        self.place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.place.bind((host, int(port)))

    def again(self, *options):
        """Another one at the same place, after kill()."""
        return Practice(*options, listen=self.address)

    def close(self):
        """Lets go of it and waits for its end."""
        self.process.stdin.close()
        self.process.stdout.close()
        if self.paused:
            self.go_on()
        if self.place:
            self.place.close()
        try:
            self.process.wait(PATIENCE_S)
        finally:
            self.process.kill()
