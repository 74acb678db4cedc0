# SPDX-License-Identifier: MIT
"""The first program: what it answers by itself, and that it hands the rest over
to the second one, wherever the two are."""

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time

import pytest

from practice import DPOP_KEY
from program import (
    GRANTTY, PATIENCE_S, PRACTICE, SECOND, THEME, Exit, wait_until,
)

STORED = {
    "version": 1, "provider": "https://127.0.0.1:9", "access_token": "good",
    "refresh_token": "newer", "token_type": "Bearer",
    "expires_at": int(time.time()) + 3600, "profile": {"name": "Ada"},
}  # fmt: skip

# Neither a client nor a provider that answers.
CONFIG = """
provider : {
  preset = "";
  device_authorization_endpoint = "https://127.0.0.1:9/device";
  token_endpoint = "https://127.0.0.1:9/token";
};
"""

# What there is a library for that only the second program is linked with.
LIBRARIES = ("libcurl", "libcrypto", "libmicrohttpd", "libncurses")


@pytest.fixture
def stored(home):
    """A configuration, and how to store a session for it."""
    home.config.write_text(CONFIG, encoding="utf-8")
    home.session.parent.mkdir(parents=True)
    home.session.parent.chmod(0o700)

    def store(**changes):
        home.session.write_text(json.dumps({**STORED, **changes}))
        home.session.chmod(0o600)

    return store


def install(folder, *, second=True):
    """The programs in folders as they are installed; returns the first one."""
    for path, source in [
        ("bin/grantty", GRANTTY),
        ("bin/grantty-practice", PRACTICE),
        ("libexec/grantty/grantty", SECOND),
    ]:
        if second or source != SECOND:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder / path)
    return str(folder / "bin" / "grantty")


def run(program, home, *args, **env):
    return subprocess.run(
        [program, *args], env=home.environment(**env), capture_output=True,
        stdin=subprocess.DEVNULL, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip


def test_libraries():
    """Of the first program, what else it has being needed for its answers."""
    linked = subprocess.run(
        ["ldd", GRANTTY], capture_output=True, text=True, check=True
    ).stdout
    assert "libconfig" in linked
    assert not [name for name in LIBRARIES if name in linked]


# What it answers, and what it cannot do where the second program is missing:
# nothing else, as it says in one sentence.
ANSWERS = [
    (["--version"], Exit.DONE, "grantty "),
    (["--help"], Exit.DONE, "usage: "),
    (["help"], Exit.DONE, "usage: "),
    (["help", "check"], Exit.DONE, "usage: grantty check"),
    (["demo", "--help"], Exit.DONE, "usage: grantty demo"),
    (["help", "chek"], Exit.USAGE, ""),
    (["token"], Exit.DONE, "good\n"),
    (["token", "--min-valid", "600"], Exit.DONE, "good\n"),
    (["whoami"], Exit.DONE, "Ada"),
    (["status"], Exit.DONE, "127.0.0.1"),
    (["status", "--json"], Exit.DONE, '"signed_in"'),
    (["accounts"], Exit.DONE, "Ada"),
    (["stuff"], Exit.USAGE, ""),
    (["token", "--json"], Exit.USAGE, ""),
    (["token", "--min-valid", "86400"], Exit.FAILED, ""),
    (["token", "-v"], Exit.FAILED, ""),
    (["token", "--dpop", "GET https://127.0.0.1/"], Exit.FAILED, ""),
    (["token", "--issuer", "https://other.example"], Exit.FAILED, ""),
    (["check"], Exit.FAILED, ""),
    (["config"], Exit.FAILED, ""),
    (["demo"], Exit.FAILED, ""),
    (["kiosk"], Exit.FAILED, ""),
    ([], Exit.FAILED, ""),
    (["login"], Exit.FAILED, ""),
    (["login", "--", "true"], Exit.FAILED, ""),
    (["logout"], Exit.FAILED, ""),
    (["seal"], Exit.FAILED, ""),
]


@pytest.mark.parametrize("args, code, said", ANSWERS,
                         ids=[" ".join(case[0]) for case in ANSWERS])
def test_without_the_second(home, stored, tmp_path, args, code, said):
    stored()
    ran = run(install(tmp_path / "usr", second=False), home, *args)
    assert ran.returncode == code
    if code == Exit.DONE:
        assert said in ran.stdout and ran.stderr == ""
        return
    assert ran.stdout == "" or "--json" in args
    assert len(ran.stderr.splitlines()) == 1
    assert ("libexec/grantty" in ran.stderr) == (code == Exit.FAILED)


BOUND = {"token_type": "DPoP", "dpop_key": DPOP_KEY}

# A token that is bound to a key is worth nothing without it (RFC 9449), and the
# first program has no library to tell.
KEYS = [
    ("sound", DPOP_KEY, Exit.DONE),
    ("not a key", "nothing", Exit.NOBODY),
    ("cut short", DPOP_KEY[:100], Exit.NOBODY),
    ("another character", DPOP_KEY.replace("M", "N", 1), Exit.NOBODY),
    ("another kind", DPOP_KEY.replace("PRIVATE", "PUBLIC"), Exit.NOBODY),
]


@pytest.mark.parametrize("verb", ["token", "status", "whoami"])
@pytest.mark.parametrize("key, code", [case[1:] for case in KEYS],
                         ids=[case[0] for case in KEYS])
def test_key_of_the_token(home, stored, verb, key, code):
    stored(**{**BOUND, "dpop_key": key})
    ran = home.grantty(verb)
    assert ran.returncode == code, ran.stderr
    assert ("good" in ran.stdout) == (verb == "token" and code == Exit.DONE)
    assert ("dpop_key is not a key" in ran.stderr) == (code != Exit.DONE)


def test_key_is_left_to_the_second(home, stored, tmp_path):
    stored(**BOUND)
    program = install(tmp_path / "usr", second=False)
    for verb in "token", "status", "whoami", "accounts":
        ran = run(program, home, verb)
        assert (ran.returncode, ran.stdout) == (Exit.FAILED, "")
        assert "libexec/grantty" in ran.stderr


# The mark of a sign-out that was interrupted, which reading leaves as it is.
@pytest.mark.parametrize("args", [["status"], ["status", "--json"], ["whoami"]],
                         ids=" ".join)
def test_signing_out(home, stored, tmp_path, args):
    stored(signing_out=True)
    before = home.session.read_bytes(), home.session.stat().st_ino
    ran = run(install(tmp_path / "usr", second=False), home, *args)
    assert ran.returncode == Exit.NOBODY
    assert "Ada" not in ran.stdout + ran.stderr
    ran = run(install(tmp_path / "usr2", second=False), home, "accounts")
    assert ran.returncode == Exit.DONE
    assert "no user is signed in" in ran.stdout and "Ada" not in ran.stdout
    assert (home.session.read_bytes(), home.session.stat().st_ino) == before


# For how long, and whether it goes on by itself.
@pytest.mark.parametrize("changes, validity", [
    ({}, ", renews automatically"),
    ({"refresh_expires_at": 4000000000}, ", for .* days?, renews automatically"),
    ({"expires_at": 1}, ", renews automatically"),
    ({"refresh_expires_at": 1, "expires_at": 4000000000}, ", for [^,-]* days?"),
])  # fmt: skip
def test_validity(home, stored, changes, validity):
    stored(**changes)
    said = home.grantty("accounts").stdout
    assert re.fullmatch(f"default .* Ada{validity}\n", said), said


# Where the stored token will not do, the whole verb says why.
@pytest.mark.parametrize("changes, code", [
    ({}, Exit.DONE),
    ({"expires_at": int(time.time()) + 30}, Exit.USAGE),  # no client
    ({"expires_at": 1}, Exit.USAGE),
    ({"refreshing": True}, Exit.USAGE),
    ({"signing_out": True}, Exit.NOBODY),
    ({"signing_out": False}, Exit.DONE),
    ({"provider": "https://other.example"}, Exit.USAGE),
    ({"version": 2}, Exit.FAILED),
])  # fmt: skip
def test_token(home, stored, changes, code):
    stored(**changes)
    ran = home.grantty("token")
    assert ran.returncode == code, ran.stderr
    assert ran.stdout == ("good\n" if code == Exit.DONE else "")


def test_moved(home, tmp_path):
    """Wherever they are, they find each other; no variable says where."""
    program = install(tmp_path / "usr")
    link = tmp_path / "grantty"
    link.symlink_to(program)
    for path in program, str(link):
        ran = run(path, home, "config", PATH="", GRANTTY_LIBEXECDIR="/none")
        assert (ran.returncode, ran.stderr) == (Exit.DONE, "")


def test_words(home, open_terminal):
    """In the order in which they were given, as ps(1) shows them."""
    home.config.write_text(
        CONFIG.replace('preset = "";', 'client_id = "i";')
        + f'screen : {{ theme = "{THEME}"; }};\n'
    )
    words = ["kiosk", "-c", str(home.config), "--grant", "device"]
    screen = open_terminal(*words)
    screen.wait_for("No connection")
    with open(f"/proc/{screen.pid}/cmdline", encoding="utf-8") as file:
        assert file.read().split("\0")[-len(words) - 1 : -1] == words
    with open(f"/proc/{screen.pid}/comm", encoding="utf-8") as file:
        assert file.read() == "grantty\n"


def test_secret_of_the_environment(home, stored):
    """The second program finds in it what it reads and wipes."""
    stored(expires_at=1)
    ran = home.grantty("config", env={"CLIENT_ID": "i", "CLIENT_SECRET": "s"})
    assert ran.returncode == Exit.DONE
    lines = ran.stdout.splitlines()
    assert any("client_secret" in line and "CLIENT_SECRET" in line for line in lines)


def test_standard_output_closed(home, stored):
    stored()
    for verb in "token", "config":
        ran = subprocess.run(
            ["sh", "-c", f'"$0" {verb} >&-', GRANTTY], env=home.environment(),
            capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
        assert (ran.returncode, ran.stdout) == (Exit.FAILED, ""), verb
        assert len(ran.stderr.splitlines()) == 1


def test_key_before_the_second(home):
    """Where one may leave, Ctrl-C does so whenever it comes: it waits for the
    second program, which has read that the kiosk is not locked."""
    home.config.write_text(
        CONFIG.replace('preset = "";', 'client_id = "i";')
        + f'screen : {{ theme = "{THEME}"; }};\n'
    )
    pid, fd = pty.fork()
    if pid == 0:
        # Pending and blocked, as a key leaves it that the first program holds.
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # not so in a job of sh
        os.kill(os.getpid(), signal.SIGINT)
        os.execve(GRANTTY, [GRANTTY], home.environment())
    ended = wait_until(
        lambda: os.waitpid(pid, os.WNOHANG)[1:][0] or drain(fd), "the end")
    assert os.waitstatus_to_exitcode(ended) == -signal.SIGINT


def drain(fd):
    """Reads what is there, so that nobody waits for it; None."""
    try:
        while select.select([fd], [], [], 0)[0] and os.read(fd, 65536):
            pass
    except OSError:
        pass
