# SPDX-License-Identifier: MIT
"""Encryption that does not come about, or with the wrong one."""

import re
import ssl

import pytest

from crooked import answer
from program import Exit


def out_of_reach(home, server, says):
    """Ends as such, and no request has left the house."""
    run = home.grantty("login")
    assert run.returncode == Exit.UNREACHABLE
    assert re.search(says, run.stderr), run.stderr
    assert server.places() == []
    assert 1 <= server.connections <= 10
    assert not home.session.exists()


@pytest.mark.row("TLS", "all as it should be", "signs in")
def test_right(certify, crooked, login):
    context, config = certify()
    server = crooked(config, tls=context)
    login()
    assert server.places() == ["authorize", "poll", "profile"]


@pytest.mark.row("TLS", "authority not known",
                 "told so; no request leaves the house; exit 6")
def test_unknown_authority(certify, crooked, home):
    context, _ = certify()
    out_of_reach(home, crooked(tls=context), "that this machine does not know")


BAD = {
    "for another name": ({"name": "DNS:other.example"}, "for another name"),
    "expired": ({"end": "20210101000000Z"}, "has expired, or the clock"),
    "not yet valid": ({"start": "20900101000000Z"},
                      "not valid yet, or the clock"),
}


@pytest.mark.row("TLS", "certificate",
                 "told so; no request leaves the house; exit 6")
@pytest.mark.parametrize("how, says", BAD.values(), ids=BAD)
def test_bad_certificate(certify, crooked, home, how, says):
    context, config = certify(**how)
    out_of_reach(home, crooked(config, tls=context), says)


@pytest.mark.row("TLS", "TLS 1.1 at most",
                 "told so; no request leaves the house; exit 6")
def test_tls_1_1(certify, crooked, home):
    context, config = certify()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    out_of_reach(home, crooked(config, tls=context), "no encryption came about")


class PlainText:
    """Stands where a context does, and answers the greeting in plain text."""

    def wrap_socket(self, raw, server_side):
        assert server_side and raw.recv(1)
        raw.sendall(answer("Speak plainly", 400, "text/plain"))
        raise ConnectionError


@pytest.mark.row("TLS", "plain text on the port",
                 "told so; no request leaves the house; exit 6")
def test_plain_text(crooked, home):
    server = crooked(tls=PlainText())
    out_of_reach(home, server, "no encryption came about")


@pytest.mark.row("TLS", "plain http away from this machine",
                 "refused before anything is sent; exit 2")
def test_plain_http_elsewhere(crooked, home):
    server = crooked()
    text = home.config.read_text().replace("127.0.0.1", "192.0.2.1")
    home.config.write_text(text)
    run = home.grantty("login")
    assert run.returncode == Exit.USAGE
    assert "https" in run.stderr
    assert server.connections == 0
