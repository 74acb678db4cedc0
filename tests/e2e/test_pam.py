# SPDX-License-Identifier: MIT
"""The recipe for PAM of the operator's guide, as it stands there, with the
real pam_exec."""

import ctypes
import pathlib
import re
import threading

import pytest

from practice import PERSON
from program import BUILD, TOP

SUCCESS, TEXT_INFO = 0, 4


class Message(ctypes.Structure):
    _fields_ = [("style", ctypes.c_int), ("text", ctypes.c_char_p)]


TALK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.POINTER(Message)),
    ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p,
)  # fmt: skip


class Conversation(ctypes.Structure):
    _fields_ = [("talk", TALK), ("data", ctypes.c_void_p)]


try:
    PAM = ctypes.CDLL("libpam.so.0")
except OSError:
    PAM = None
pytestmark = pytest.mark.skipif(
    not hasattr(PAM, "pam_start_confdir"), reason="no Linux-PAM 1.4 or newer"
)


def authenticate(folder, user, heard):
    """What a program that asks PAM learns. heard(text) gets what the user
    reads, when it can be read."""
    libc = ctypes.CDLL(None)
    libc.calloc.restype = ctypes.c_void_p

    @TALK
    def talk(count, messages, replies, _):
        for i in range(count):
            assert messages[i].contents.style == TEXT_INFO
            heard(messages[i].contents.text.decode())
        replies[0] = libc.calloc(count, 16)
        return SUCCESS

    handle = ctypes.c_void_p()
    talker = Conversation(talk, None)
    assert PAM.pam_start_confdir(
        b"recipe", user.encode(), ctypes.byref(talker), str(folder).encode(),
        ctypes.byref(handle),
    ) == SUCCESS  # fmt: skip
    result = PAM.pam_authenticate(handle, 0)
    PAM.pam_end(handle, result)
    return result


@pytest.fixture
def recipe(home, start_practice):
    """Lays out the files of the guide below the home; gives the server and
    what authenticates a user there."""
    page = (TOP / "docs" / "operators.md").read_text(encoding="utf-8")
    section = page.partition("\n## sudo and console")[2].partition("\n## ")[0]
    lines = re.findall(r"^(?:    (.*)|)$", section, re.M)
    text = "\n".join(lines)
    places = {
        "/usr/local/sbin": home.path / "sbin",
        "/etc/grantty": home.path / "etc",
    }
    for folder in places.values():
        folder.mkdir()

    def here(text):
        for place, folder in places.items():
            text = text.replace(place, str(folder))
        return text.replace("exec grantty", f"exec {BUILD}/grantty")

    scripts = re.findall(r"#!/bin/sh\n# (\S+)\n(?:.+\n)+", text)
    assert len(scripts) == 2
    for match in re.finditer(r"#!/bin/sh\n# (\S+)\n(?:.+\n)+", text):
        path = pathlib.Path(here(match[1]))
        path.write_text(here(match[0]))
        path.chmod(0o755)
    line = re.search(r"^auth sufficient .*$", text, re.M)[0]
    (home.path / "recipe").write_text(here(line) + "\nauth required pam_deny.so\n")

    practice = start_practice()
    config = home.path / "etc" / "pam.conf"
    assert 'session: { store = "memory"; };' in text
    practice.config(config, session={"store": "memory"},
                    log={"file": "/dev/null"})  # fmt: skip
    return practice, lambda user, heard: authenticate(home.path, user, heard)


@pytest.fixture
def user_id(home, start_practice):
    """What the list has for the user that the practice servers know."""
    start_practice("--approve-after", "0").config(home.config)
    run = home.grantty("login", "--plain", "--", "printenv", "GRANTTY_ID")
    return run.stdout.splitlines()[-1]


class Person:
    """Reads what is printed, and decides about the code as soon as it is."""

    def __init__(self, practice, decision):
        self.practice, self.decision = practice, decision
        self.lines = []
        self.read = threading.Event()

    def __call__(self, text):
        self.lines.append(text)
        found = re.fullmatch(r" +(\d{3}) (\d{3})", text)
        if found and not self.read.is_set():
            self.read.set()
            self.practice.control(**{self.decision: found[1] + found[2]})


@pytest.mark.parametrize("user, decision, lets_in", [
    ("alice", "approve", True),
    ("alice", "deny", False),
    ("root", "approve", False),
    ("alice.", "approve", False),
    ("-ealice", "approve", False),  # no option of grep
])  # fmt: skip
def test_recipe(home, recipe, user_id, user, decision, lets_in):
    practice, ask = recipe
    (home.path / "etc" / "pam.users").write_text(f"bob 7\nalice {user_id}\n")
    person = Person(practice, decision)
    result = ask(user, person)
    assert person.read.is_set()
    assert (result == SUCCESS) == lets_in
    assert (f"as {PERSON}" in "".join(person.lines)) == (decision == "approve")


def test_provider_is_away(home, recipe, user_id):
    practice, ask = recipe
    (home.path / "etc" / "pam.users").write_text(f"alice {user_id}\n")
    practice.control(fault="http-404@authorize")
    assert ask("alice", Person(practice, "approve")) != SUCCESS
