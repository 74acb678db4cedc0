# SPDX-License-Identifier: MIT
"""A server that answers what it is told to, right or wrong, byte for byte and
when it is told to: what no correct server can be made to do."""

import contextlib
import json
import select
import socket
import ssl
import threading
import time
import urllib.parse

from practice import ENDPOINTS, PERSON, write_config
from program import PATIENCE_S

ROUTES = {
    path: name.partition("_endpoint")[0]
    for name, path in ENDPOINTS["plain"].items()
}
CODE = {
    "device_code": "device-code-nobody-may-see",
    "user_code": "WXYZ-2345",
    "verification_uri": "https://sign-in.example/device",
    "expires_in": 300,
    "interval": 1,
}
TOKENS = {
    "token_type": "Bearer",
    "access_token": "access-token-nobody-may-see",
    "refresh_token": "refresh-token-nobody-may-see",
    "expires_in": 3600,
}
PROFILE = {"name": PERSON, "email": "robin@example.com"}
PENDING = {"error": "authorization_pending"}


def answer(body, status=200, kind="application/json", headers=""):
    """The bytes of an HTTP answer; headers: more of them, each with its end of
    line."""
    if isinstance(body, dict):
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode()
    head = (
        f"HTTP/1.1 {status} Whatever\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n{headers}\r\n"
    )
    return head.encode() + body


def error(code, status=400, **more):
    return answer({"error": code, **more}, status)


def endless(start, more):
    """Sends start, then more of the same until nobody listens any more."""

    def give(connection):
        connection.sendall(start)
        while True:
            connection.sendall(more)

    return give


def slowly(data, pause_s):
    """Sends a byte and then another; ends with the one who listens."""

    def give(connection):
        for byte in data:
            connection.sendall(bytes([byte]))
            if select.select([connection], [], [], pause_s)[0]:
                return

    return give


def reset(connection):
    """Ends the connection with RST, not with FIN."""
    connection.setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
    )


def hang(connection):
    """Says nothing until the other side goes."""
    select.select([connection], [], [], 3 * PATIENCE_S)


class Request:
    """One that came in whole. at_s: when, by the monotonic clock."""

    def __init__(self, head, body, connection):
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target = lines[0].split(" ")[:2]
        self.path = urllib.parse.urlsplit(self.target).path
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()
        self.form = dict(urllib.parse.parse_qsl(body.decode("latin-1")))
        self.connection = connection
        self.at_s = time.monotonic()

    @property
    def place(self):
        """authorize, poll, refresh, profile, revoke, connect or another path.
        """
        if self.method == "CONNECT":
            return "connect"
        if self.path == ENDPOINTS["plain"]["token_endpoint"]:
            if self.form.get("grant_type") == "refresh_token":
                return "refresh"
            return "poll"
        route = ROUTES.get(self.path, self.path)
        return {
            "device_authorization": "authorize",
            "userinfo": "profile",
            "revocation": "revoke",
        }.get(route, route)


class Crooked:
    """A server on loopback until close().

    Each keyword is a place, with one answer or a list of them of which the
    last one stays: bytes, or something to call with the connection, which ends
    with that. tls: an ssl.SSLContext. listener: a socket to use instead of one
    of its own, from another namespace for instance. keeps: whether a second
    request on a connection is answered, or the connection closed instead.
    """

    def __init__(self, tls=None, listener=None, keeps=True, **answers):
        self.answers = {
            "authorize": answer(CODE),
            "poll": answer(TOKENS),
            "refresh": answer({**TOKENS, "access_token": "second-token"}),
            "profile": answer(PROFILE),
            "revoke": answer({}),
        }
        self.answers.update(answers)
        self.tls = tls
        self.keeps = keeps
        self.requests = []
        self.connections = 0
        self.peers = []  # their addresses
        self.open = set()
        self.listener = listener or socket.create_server(("127.0.0.1", 0))
        host, self.port = self.listener.getsockname()[:2]
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://{host}:{self.port}"
        self.threads = []
        self.start(self.accept)

    def config(self, path, **changes):
        write_config(self.url, path, "plain", **changes)

    def at(self, place):
        """The requests that came in at that place."""
        return [request for request in self.requests if request.place == place]

    def places(self):
        return [request.place for request in self.requests]

    def gaps_s(self, *places):
        """The seconds between the requests at those places."""
        times = [r.at_s for r in self.requests if r.place in places]
        return [after - before for before, after in zip(times, times[1:])]

    # ---- Inside

    def start(self, target, *args):
        thread = threading.Thread(target=target, args=args, daemon=True)
        self.threads.append(thread)
        thread.start()

    def accept(self):
        while True:
            try:
                connection, peer = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.peers.append(peer[0])
            self.start(self.serve, connection, self.connections)

    def serve(self, raw, number):
        self.open.add(raw)
        with contextlib.suppress(OSError, ValueError), raw:
            connection = raw
            if self.tls:
                raw.settimeout(PATIENCE_S)
                connection = self.tls.wrap_socket(raw, server_side=True)
                self.open.add(connection)
            self.talk(connection, number)
            connection.close()

    def talk(self, connection, number):
        data = b""
        while True:
            head, found, rest = data.partition(b"\r\n\r\n")
            length = 0
            for line in head.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            if not found or len(rest) < length:
                more = connection.recv(65536)
                if not more:
                    return
                data += more
                continue
            data = rest[length:]
            if not self.reply(Request(head, rest[:length], number), connection):
                return

    def reply(self, request, connection):
        """Whether the connection may go on."""
        self.requests.append(request)
        used = [r.connection for r in self.requests].count(request.connection)
        if used > 1 and not self.keeps:
            return False
        wanted = self.answers.get(request.place, answer("", 404))
        if isinstance(wanted, list):
            wanted = wanted.pop(0) if len(wanted) > 1 else wanted[0]
        if callable(wanted):
            wanted(connection)
            return False
        connection.sendall(wanted)
        return True

    def close(self):
        # Without this, accept() would go on waiting.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in list(self.open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in list(self.threads):
            thread.join(PATIENCE_S)
            assert not thread.is_alive()
