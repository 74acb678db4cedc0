# SPDX-License-Identifier: MIT
"""A host of its own for gh: the device grant as GitHub has it, and the little of
the API that "gh auth login" asks afterwards. gh reaches it as a proxy, under
the one name for which it takes plain HTTP: github.localhost."""

import http.server
import json
import secrets
import threading
import time
import urllib.parse

NAME = "github.localhost"
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, body, kind, **headers):
        body = body.encode()
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer_form(self, **members):
        self.answer(
            urllib.parse.urlencode(members),
            "application/x-www-form-urlencoded",
        )

    def do_GET(self):
        self.answer(
            "{}", "application/json", X_Oauth_Scopes="repo, read:org, gist"
        )

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        path = urllib.parse.urlsplit(self.path).path
        if path == "/login/device/code":
            self.answer_form(**self.server.host.issue())
        elif path == "/login/oauth/access_token":
            form = dict(urllib.parse.parse_qsl(text))
            self.answer_form(**self.server.host.poll(form["device_code"]))
        else:
            viewer = {"data": {"viewer": {"login": "ada"}}}
            self.answer(json.dumps(viewer), "application/json")

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # many sign-ins begin at once


class GhHost:
    """What the bench needs of a practice server."""

    def __init__(self, interval_s):
        self.interval_s = interval_s
        self.rows = {}  # by device code
        self.http = Server(("127.0.0.1", 0), Handler)
        self.http.host = self
        self.proxy = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def issue(self):
        letters = "".join(secrets.choice(LETTERS) for _ in range(8))
        code = secrets.token_hex(20)
        self.rows[code] = {
            "user_code": f"{letters[:4]}-{letters[4:]}",
            "polled": time.monotonic(),
            "approved": False,
            "slow_downs": 0,
        }
        return {
            "device_code": code,
            "user_code": self.rows[code]["user_code"],
            "verification_uri": f"http://{NAME}/login/device",
            "expires_in": 900,
            "interval": self.interval_s,
        }

    def poll(self, code):
        row, now = self.rows[code], time.monotonic()
        early = now - row["polled"] < self.interval_s
        row["polled"] = now
        if early:
            row["slow_downs"] += 1
            return {"error": "slow_down", "interval": self.interval_s + 5}
        if not row["approved"]:
            return {"error": "authorization_pending"}
        return {
            "access_token": "gho_a-token",
            "token_type": "bearer",
            "scope": "repo,read:org,gist",
        }

    def control(self, approve):
        for row in self.rows.values():
            row["approved"] = row["approved"] or row["user_code"] == approve

    def codes(self):
        return list(self.rows.values())

    def close(self):
        self.http.shutdown()
        self.http.server_close()
