# SPDX-License-Identifier: MIT
"""Encryption that does not come about, or with the wrong one."""

import fnmatch
import re
import ssl
import subprocess

import pytest

from crooked import answer
from practice import PERSON
from program import TOP, Exit


def out_of_reach(home, server, says, env=None):
    """Ends as such, and no request has left the house."""
    run = home.grantty("login", env=env)
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
    out_of_reach(home, crooked(tls=context), "unknown authority")


EVIL = """
#include <fcntl.h>
#include <stdlib.h>
__attribute__((constructor)) static void load(void)
{
	const char *mark = getenv("MARK");

	if (mark != NULL)
		(void)open(mark, O_CREAT | O_WRONLY, 0600);
}
"""

OPENSSL_CONF = """openssl_conf = all
[all]
providers = those
[those]
default = ours
evil = theirs
[ours]
activate = 1
[theirs]
module = {library}
activate = 1
"""


def build_library(path, source):
    code = path.with_suffix(".c")
    code.write_text(source)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", path, code], check=True)
    return str(path)


@pytest.mark.row("TLS", "SSLKEYLOGFILE, OPENSSL_CONF and GCONV_PATH set",
                 "no effect: no secret written, no library loaded")
def test_environment_of_somebody_else(certify, crooked, home):
    context, config = certify()
    crooked(config, tls=context)
    library = build_library(home.path / "evil.so", EVIL)
    conf = home.path / "openssl.cnf"
    conf.write_text(OPENSSL_CONF.format(library=library))
    (home.path / "gconv-modules").write_text(
        f"module INTERNAL EVIL// {library} 1\nmodule EVIL// INTERNAL {library} 1\n"
    )
    keys, mark = home.path / "keys", home.path / "mark"
    run = home.grantty("login", env={
        "SSLKEYLOGFILE": str(keys),
        "OPENSSL_CONF": str(conf),
        "OPENSSL_MODULES": str(home.path),
        "GCONV_PATH": str(home.path),
        "LC_ALL": "en_GB.EVIL",
        "MARK": str(mark),
    })
    assert run.returncode == Exit.DONE, run.stderr
    assert not keys.exists()
    assert not mark.exists()


RECORDER = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static char *get(const char *how, const char *name)
{
	static int recording;
	char *(*real)(const char *) =
		(char *(*)(const char *))dlsym(RTLD_NEXT, how);
	const char *record = recording ? NULL : real("RECORD");
	char line[128];
	int fd;

	if (record == NULL)
		return real(name);
	recording = 1;
	fd = open(record, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
	snprintf(line, sizeof(line), "%s\\n", name);
	if (fd < 0 || write(fd, line, strlen(line)) < 0 || close(fd) < 0)
		_exit(99);
	recording = 0;
	return real(name);
}
char *getenv(const char *name)
{
	return get("getenv", name);
}
char *secure_getenv(const char *name)
{
	return get("secure_getenv", name);
}
"""


@pytest.mark.row("Process", "all variables that grantty and its libraries read",
                 "each is in the table of SECURITY.md")
def test_all_variables_are_known(home, start_practice, open_terminal):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config)
    record = home.path / "record"
    env = {
        "LD_PRELOAD": build_library(home.path / "recorder.so", RECORDER),
        "RECORD": str(record),
    }
    for verb in ["check", "login", "token", "whoami", "logout"]:
        run = home.grantty(verb, env=env)
        assert run.returncode == Exit.DONE, run.stdout + run.stderr
    screen = open_terminal(env=env)
    screen.wait_for(f"Hello, {PERSON}")
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
    table = (TOP / "SECURITY.md").read_text("utf-8").partition("## The environment")[2]
    told = re.findall(r"`([A-Za-z0-9_*]+)`", table.partition("\n## ")[0])
    read = set(record.read_text().split())
    assert {"HOME", "TERM", "https_proxy"} <= read
    assert not [
        name for name in read
        if not any(fnmatch.fnmatchcase(name, mine) for mine in told)
    ]


BAD = {
    "for another name": ({"name": "DNS:other.example"}, "for another name"),
    "expired": ({"end": "20210101000000Z"}, "has expired; check whether the clock"),
    "not yet valid": ({"start": "20900101000000Z"},
                      "not valid yet; check whether the clock"),
}


@pytest.mark.row("TLS", "certificate",
                 "told so; no request leaves the house; exit 6")
@pytest.mark.parametrize("how, says", BAD.values(), ids=BAD)
def test_bad_certificate(certify, crooked, home, how, says):
    context, config = certify(**how)
    out_of_reach(home, crooked(config, tls=context), says)


# An OpenSSL that takes old versions if a program does.
LENIENT = """
#define _GNU_SOURCE
#include <dlfcn.h>
void *SSL_CTX_new(const void *method)
{
	void *(*new)(const void *) =
		(void *(*)(const void *))dlsym(RTLD_NEXT, "SSL_CTX_new");
	void (*set_level)(void *, int) = (void (*)(void *, int))dlsym(
		RTLD_NEXT, "SSL_CTX_set_security_level");
	void *context = new(method);

	set_level(context, 0);
	return context;
}
"""


@pytest.mark.row("TLS", "TLS 1.1 at most, also if OpenSSL allows it",
                 "told so; no request leaves the house; exit 6")
@pytest.mark.parametrize("lenient", [False, True], ids=["refused", "allowed"])
def test_tls_1_1(certify, crooked, home, lenient):
    context, config = certify()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    server = crooked(config, tls=context)
    env = {}
    if lenient:
        env["LD_PRELOAD"] = build_library(home.path / "lenient.so", LENIENT)
    out_of_reach(home, server, "the TLS handshake failed", env)


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
    out_of_reach(home, server, "the TLS handshake failed")


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
