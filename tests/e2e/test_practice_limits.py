# SPDX-License-Identifier: MIT
"""What the practice server does with strangers, crowds and TLS."""

import contextlib
import os
import re
import resource
import select
import signal
import socket
import ssl
import subprocess
import time
import types

import pytest

from practice_http import PLAIN, PROGRAM, Phone, WEBEX, server, start


# Limits


def raw(server, data, timeout=10):
    """Sends bytes and returns all that comes back."""
    with socket.create_connection(("127.0.0.1", server.address()),
                                  timeout=timeout) as connection:
        try:
            connection.sendall(data)
            got = b""
            while True:
                more = connection.recv(65536)
                if not more:
                    return got
                got += more
        except ConnectionError:
            return b""


CHUNK = b"1000\r\n" + b"x" * 4096 + b"\r\n"
CHUNKED = b"POST /token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
BAD_REQUESTS = {
    "nothing": b"\r\n\r\n",
    "no target": b"GET\r\n\r\n",
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00" * 40 + b"\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "old": b"PUT /token HTTP/1.0\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 20000,
    "long target": b"GET /" + b"x" * 100000,
    "long body": b"POST /token HTTP/1.1\r\nHost: x\r\n"
                 b"Content-Length: 99999999\r\n\r\n",
    "negative body": b"POST /token HTTP/1.1\r\nHost: x\r\n"
                     b"Content-Length: -1\r\n\r\n",
    "unfinished body": CHUNKED + CHUNK,
    "too many chunks": CHUNKED + CHUNK * 10,
}


@pytest.mark.parametrize("kind", BAD_REQUESTS)
def test_bad_requests_are_survived(server, kind):
    # An unfinished one ends with the server's time-out of ten seconds.
    got = raw(server, BAD_REQUESTS[kind], timeout=20)
    assert not got or re.match(rb"HTTP/1\.[01] 4", got)
    assert server.control()["tls"] is False


SLOW_REQUESTS = {
    "headers": b"GET / HTTP/1.1\r\nHost: x\r\nX: ",
    "a body": b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n",
    "a TLS hello": b"",
}


def is_cut_off(connection):
    """The end, an alert of TLS before it, or an error where what was sent last
    crossed it."""
    try:
        return connection.recv(100)[:1] in (b"", b"\x15")
    except ConnectionError:
        return True


@pytest.mark.parametrize("kind", SLOW_REQUESTS)
def test_slow_requests_are_cut_off(start, certificate, kind):
    """However busy they look: a crowd of them would leave no room."""
    server = start(*certificate.options if "TLS" in kind else ())
    with socket.create_connection(("127.0.0.1", server.address())) as slow:
        slow.sendall(SLOW_REQUESTS[kind])
        if "TLS" in kind:
            slow.sendall(b"\x16\x03\x01\x10\x00")
        sent = 0
        while not select.select([slow], [], [], 0.5)[0]:
            with contextlib.suppress(ConnectionError):
                slow.sendall(b"x")
            sent += 1
            assert sent < 120, "it is still listened to"
        assert is_cut_off(slow)


def test_large_body_is_refused(server):
    assert server.post("/token", {"x": "y" * 20000}).status == 413


def test_methods_and_paths(server):
    assert server.get("/token").status == 405
    assert server.get("/token").headers["Allow"] == "POST"
    assert server.get("/nothing").status == 404
    assert server.get("/../device").status == 404


def test_many_connections(server):
    # Each waits for its answer while all are open.
    connections = [server.connect() for _ in range(400)]
    for connection in connections:
        connection.connect()
    for connection in connections:
        connection.request("GET", "/.well-known/openid-configuration")
    for connection in connections:
        assert connection.getresponse().status == 200
        connection.close()


def test_room_again_after_a_crowd(server):
    # More than the server takes; the last ones wait until others leave.
    resource.setrlimit(resource.RLIMIT_NOFILE, (
        4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    opened = time.monotonic()
    crowd = [socket.create_connection(("127.0.0.1", server.address()))
             for _ in range(1100)]
    descriptors = f"/proc/{server.process.pid}/fd"
    while len(os.listdir(descriptors)) < 1024:
        pass
    assert len(os.listdir(descriptors)) < 1024 + 20
    # They leave all at once: nothing more happens that could wake it up.
    server.process.send_signal(signal.SIGSTOP)
    for connection in crowd[:200]:
        connection.close()
    server.process.send_signal(signal.SIGCONT)
    assert server.get("/device").status == 200
    # Sooner than any of them times out.
    assert time.monotonic() - opened < 10
    for connection in crowd[200:]:
        connection.close()


def test_old_codes_go_first(server):
    first = server.ask().json
    connection = server.connect()
    for _ in range(1024):
        connection.request("POST", PLAIN[0], "client_id=practice")
        connection.getresponse().read()
    connection.close()
    assert server.poll(first).error == "invalid_grant"
    assert len(server.control()["codes"]) == 1024


# TLS


@pytest.fixture
def certificate(tmp_path):
    """A certificate of the server's own: its file, and the options for it."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
         "/CN=practice", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", key, "-out", cert], check=True, capture_output=True)
    return types.SimpleNamespace(
        path=cert, options=["--tls-cert", str(cert), "--tls-key", str(key)])


def test_tls(start, certificate):
    context = ssl.create_default_context(cafile=certificate.path)
    server = start(*certificate.options, "--interval", "0", context=context)
    assert server.url.startswith("https://127.0.0.1:")
    tokens = server.sign_in(WEBEX)
    assert server.profile(tokens, WEBEX[2]).status == 200
    assert server.control()["tls"] is True
    phone = Phone(server)
    page = phone.open(server.ask().json["verification_uri_complete"])
    assert page.headers["Set-Cookie"].endswith("; Secure")
    assert phone.decide("approve", Origin=server.url).status == 200


def test_tls_wants_a_real_certificate(tmp_path):
    junk = tmp_path / "junk.pem"
    junk.write_text("junk")
    result = subprocess.run(
        [PROGRAM, "--listen", "127.0.0.1:0", "--tls-cert", junk, "--tls-key",
         junk], capture_output=True, timeout=10, check=False)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
