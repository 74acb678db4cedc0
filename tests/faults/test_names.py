# SPDX-License-Identifier: MIT
"""Names that nobody looks up, or somebody else does."""

import re
import socket
import struct
import threading
from statistics import median

import pytest

from crooked import CODE, TOKENS, answer, error
from fixtures import ask_at
from practice import PERSON, write_config
from program import Exit, wait_until

NAME = "sign-in.example"
AWAY = f"https://{NAME}"

# What a process can wait in, but for the wait that takes the keyboard in.
# Threads that let each other have the memory allocator are no wait.
WAITS = re.compile(
    r"futex\(.*FUTEX_WAIT_BITSET|(clock_)?nanosleep|p?select6?\(|epoll_p?wait|"
    r"wait4|waitid|pause|rt_sigtimedwait"
)
POLL = re.compile(r"p?poll\((\[.*?\]|NULL), \d+, ([^,)]+)")
LOGS = re.compile(r'write\(\d+, "\d{4}-\d\d-\d\dT')
KEY = re.compile(r'read\((\d+), "\?", \d+\)')


def count_keys(trace):
    return len(KEY.findall(trace.read_text(errors="replace")))


def check_waits(lines):
    """How often it waited from the first key to the last: always for the
    terminal, too. At its end it waits for the guard."""
    keys = [i for i, line in enumerate(lines) if KEY.match(line)]
    terminal = KEY.match(lines[keys[0]])[1]
    waits = 0
    for line in lines[keys[0] : keys[-1]]:
        assert not WAITS.match(line), line
        poll = POLL.match(line)
        if poll and poll[2] != "0":
            assert f"{{fd={terminal}, events=POLLIN" in poll[1], line
            waits += 1
    return waits


def calls_per_key(lines):
    """How many system calls there were from each key to the beginning of what
    it changed on the screen, but for what a log at level debug says of it."""
    found, at = [], None
    quiet = [line for line in lines if not LOGS.match(line)]
    for number, line in enumerate(quiet):
        if KEY.match(line):
            at = number
        if at is not None and line.startswith("write(") and r"\33[" in line:
            found.append(number - at)
            at = None
    return found


@pytest.mark.slow
@pytest.mark.row("Network", "DNS black hole, lookups begun and given up",
                 "no wait that a key does not end; no more system calls for a "
                 "key than else")
def test_black_hole(silent_resolver, home, crooked, open_terminal, tmp_path):
    """A machine that is busy can be late whatever the program does, so this
    counts: what the program's own thread does while its lookups hang and are
    given up, and what it does for a key then and in quiet times."""
    resolver, before = silent_resolver

    def press_keys(name, until):
        """Shows the help and takes it away again until until() is true and
        longer; returns all system calls."""
        trace = tmp_path / name
        # Without -f: the threads that look names up may wait.
        screen = open_terminal(before=[*before, "strace", "-o", str(trace)])
        screen.wait_for("Sign in")
        keys = 0
        while keys < 20 or not until():
            screen.keys("?")
            keys += 1
            wait_until(
                lambda: count_keys(trace) == keys, f"key {keys} in {trace}")
        screen.keys("C-c")  # for "q" may only take the help away
        assert screen.wait_for_exit() == Exit.DONE
        return trace.read_text(errors="replace").splitlines()

    crooked(poll=error("authorization_pending"))
    quiet = press_keys("quiet", lambda: True)
    write_config(AWAY, home.config, "plain", network={"connect_timeout_s": 1})
    asked = set()

    def asked_thrice():
        resolver.settimeout(0.01)
        try:
            asked.add(resolver.recv(512)[:2])
        except TimeoutError:
            pass
        return len(asked) >= 6  # for both kinds of address each time

    hung = press_keys("hung", asked_thrice)
    assert check_waits(hung) >= 20
    calls = calls_per_key(hung)
    print(f"{len(calls)} keys, {median(calls)} calls each, {max(calls)} at most")
    assert median(calls) == median(calls_per_key(quiet))
    # Where it came together with something from the network.
    assert max(calls) < 100


def answer_questions(resolver, address):
    """Answers in a thread of its own until the socket is closed."""

    def serve():
        while True:
            try:
                query, peer = resolver.recvfrom(512)
            except TimeoutError:
                continue
            except OSError:
                return
            end = query.index(b"\0", 12) + 5
            wants_ipv4 = query[end - 4:end - 2] == b"\0\1"
            reply = query[:2] + struct.pack(
                ">5H", 0x8180, 1, wants_ipv4, 0, 0) + query[12:end]
            if wants_ipv4:
                reply += b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 0, 4)
                reply += socket.inet_aton(address)
            resolver.sendto(reply, peer)

    resolver.settimeout(0.1)  # or it would not see that it was closed
    threading.Thread(target=serve, daemon=True).start()


@pytest.mark.slow
@pytest.mark.row("Network", "resolver and address change half-way",
                 "the new resolver is asked; the code survives; signs in")
def test_resolver_changes(open_resolver, home, certify, crooked, tmp_path,
                          open_terminal):
    """As where a machine moves on to another network: the server is to be had
    at another address, and only the resolver there knows it."""
    context, config = certify(f"DNS:{NAME}")
    conf = tmp_path / "resolv.conf"
    first, second = open_resolver(0), open_resolver(1)
    answer_questions(first, "127.0.0.2")
    answer_questions(second, "127.0.0.3")
    old = crooked(tls=context, poll=error("authorization_pending"),
                  listener=socket.create_server(("127.0.0.2", 0)))
    new = crooked(tls=context,
                  listener=socket.create_server(("127.0.0.3", old.port)))
    write_config(f"{AWAY}:{old.port}", home.config, "plain", **config,
                 log={"file": str(home.log), "level": "debug"})
    screen = open_terminal(before=ask_at(conf, first))
    screen.wait_for("Waiting for your approval")
    old.close()
    first.close()
    ask_at(conf, second)
    screen.wait_for(f"Hello, {PERSON}", timeout=60)
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
    assert len(old.at("authorize")) == 1
    assert new.places() == ["poll", "profile"]
