# SPDX-License-Identifier: MIT
"""What happens to a process: stopped, out of memory, out of descriptors."""

import contextlib
import os
import re
import signal
import subprocess

import pytest

from crooked import TOKENS, answer, error, hang
from practice import PERSON
from program import GRANTTY, PATIENCE_S, Exit, state_of, wait_until

# Fails the allocation whose number is in FAIL_AT, counted from the opening of the
# store on. Before that the configuration is read, and libconfig's own parser
# crashes where it gets no memory.
MALLOC = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
static long at, count;
static int armed;
int fstatat(int dir, const char *path, struct stat *st, int flags)
{
	at = atol(getenv("FAIL_AT"));
	armed = 1;
	return (int)syscall(SYS_newfstatat, dir, path, st, flags);
}
static int fails(void)
{
	if (!armed || __sync_add_and_fetch(&count, 1) != at)
		return 0;
	errno = ENOMEM;
	return 1;
}
void *malloc(size_t n) { return fails() ? NULL : __libc_malloc(n); }
void *calloc(size_t n, size_t m) { return fails() ? NULL : __libc_calloc(n, m); }
void *realloc(void *p, size_t n) { return fails() ? NULL : __libc_realloc(p, n); }
"""


@pytest.fixture
def short_of_memory(tmp_path):
    """What to add to an environment so that one allocation fails."""
    source, library = tmp_path / "malloc.c", tmp_path / "malloc.so"
    source.write_text(MALLOC)
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source],
                   check=True)
    return lambda number: {"LD_PRELOAD": str(library), "FAIL_AT": str(number)}


@pytest.mark.slow
@pytest.mark.row("Process", "each allocation of a refresh failing in turn",
                 "ends with a sentence or does without; never by a signal; "
                 "the session is kept")
@pytest.mark.parametrize("part", range(4))
def test_out_of_memory(crooked, home, short_of_memory, part):
    crooked(refresh=answer({**TOKENS, "access_token": "second-token"}))
    assert home.grantty("login").returncode == Exit.DONE
    seen, number = set(), 1 + part
    while number < 6000:
        home.store(expires_at=1)
        run = home.grantty("token", env=short_of_memory(number))
        assert run.returncode in list(Exit) + [127], (number, run)
        assert home.stored()["refresh_token"] == TOKENS["refresh_token"]
        if run.returncode != Exit.DONE:
            assert run.stderr.strip(), number
        seen.add(run.returncode)
        # Dense at the start, where each differs; then ever wider.
        number += 4 + number // 40
    assert Exit.DONE in seen and len(seen) > 1


# Up to there curses opens the terminal, and crashes where it gets no memory.
OPENED = 300
ALLOCATIONS = [*range(1, OPENED, 13), *range(OPENED, 3000, 270)]


@pytest.mark.slow
@pytest.mark.row("Process", "allocations of a kiosk failing, one in a run",
                 "ends with a sentence or does without; by a signal in curses "
                 "only; terminal as found")
@pytest.mark.parametrize("part", range(2))
def test_out_of_memory_at_the_screens(crooked, open_shell, short_of_memory,
                                      part):
    server = crooked(poll=error("authorization_pending"))
    ends = set()
    for number in ALLOCATIONS[part::2]:
        before = server.connections
        shell = open_shell(env=short_of_memory(number))
        wait_until(
            lambda: shell.has_ended() or any(
                poll.connection > before for poll in server.at("poll")),
            lambda: f"an end or a poll at {number}:\n{shell.screen.show()}",
        )
        if not shell.has_ended():
            with contextlib.suppress(ProcessLookupError):  # it has, since
                os.kill(shell.pid, signal.SIGTERM)
        crash = [128 + signal.SIGSEGV] if number < OPENED else []
        ends.add(shell.is_back(*Exit, 127, *crash))
        shell.screen.keys("Enter")
    assert ends > {Exit.DONE}


@pytest.mark.row("Process", "descriptors exhausted",
                 "ends with a sentence; the session is kept")
@pytest.mark.parametrize("limit", range(3, 12))
def test_descriptors(crooked, home, limit):
    crooked()
    assert home.grantty("login").returncode == Exit.DONE
    home.store(expires_at=1)
    run = subprocess.run(
        ["prlimit", f"--nofile={limit}", GRANTTY, "token"],
        env=home.environment(), stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=3 * PATIENCE_S, check=False,
    )
    assert run.returncode in list(Exit) + [127]
    assert run.stdout or run.stderr
    assert home.stored()["refresh_token"] == TOKENS["refresh_token"]
    assert home.grantty("token").returncode == Exit.DONE


# What the server answers there, the configuration, and what is on the screen.
STAGES = {
    "welcome": ({}, {"kiosk": {"start": "key"}}, "Press any key to sign in"),
    "asking": ({"authorize": hang}, {}, "Asking"),
    "code": ({"poll": error("authorization_pending")}, {}, "Waiting for your"),
    "polling": ({"poll": hang}, {}, "Waiting for your"),
    "reading": ({"profile": hang}, {}, "Reading the profile"),
    "profile": ({}, {}, f"Hello, {PERSON}"),
    "confirm": ({}, {"kiosk": {"confirm": True}}, "Is this you"),
    "trouble": ({"poll": error("access_denied")}, {}, "was denied"),
}
ENDS = {
    "SIGTERM": Exit.DONE,
    "SIGHUP": Exit.DONE,
    "SIGINT": Exit.DONE,
    "SIGQUIT": Exit.DONE,
    "SIGSEGV": 128 + signal.SIGSEGV,
    "SIGKILL": 128 + signal.SIGKILL,
}


@pytest.fixture
def at_stage(crooked, home, open_shell):
    """Starts a kiosk from a shell and waits until it is at that stage, and has
    on the disk what belongs there."""
    code = home.session.with_name("session.json.code")
    kept = {
        "code": code.exists,
        "polling": code.exists,
        "profile": lambda: home.stored().get("profile"),
    }

    def start(stage, **how):
        answers, config, text = STAGES[stage]
        server = crooked(config, **answers)
        shell = open_shell(**how)
        shell.screen.wait_for(text)
        wait_until(kept.get(stage, lambda: True), "what is kept")
        if stage == "polling":
            wait_until(lambda: server.at("poll"), "a poll")
        return shell, text

    return start


@pytest.mark.row("Process", "a signal",
                 "ends with 0, or by it; terminal as found; file whole; no "
                 "core")
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", ENDS)
def test_signal(at_stage, home, name, stage):
    shell, _ = at_stage(stage)
    os.kill(shell.pid, getattr(signal, name))
    shell.is_back(ENDS[name])
    if name != "SIGKILL":  # then the shell can be faster
        shell.screen.wait_for("The shell goes on")
    assert not [name for name in home.files() if re.search("core", name)]
    # What nobody has confirmed, and what was revoked, is not there.
    kept = stage in ("reading", "profile")
    assert home.session.exists() == kept


@pytest.mark.row("Process", "SIGSTOP, then SIGCONT",
                 "screen drawn again; goes on; SIGTERM ends it; terminal as "
                 "found")
@pytest.mark.parametrize("stage", STAGES)
def test_stopped(at_stage, stage):
    shell, text = at_stage(stage)
    os.kill(shell.pid, signal.SIGSTOP)
    wait_until(lambda: state_of(shell.pid) == "T", "its stop")
    os.kill(shell.pid, signal.SIGCONT)
    shell.screen.wait_for(text)
    shell.screen.keys("?")
    if stage not in ("confirm", "welcome"):
        shell.screen.wait_for("Any key closes this")
    os.kill(shell.pid, signal.SIGTERM)
    shell.is_back(Exit.DONE)


@pytest.mark.row("Process", "SIGKILL, then a new start",
                 "still signed in, without a new sign-in")
def test_killed(crooked, home, open_terminal):
    server = crooked()
    screen = open_terminal()
    screen.wait_for(f"Hello, {PERSON}")
    wait_until(lambda: home.stored().get("profile"), "the saved profile")
    screen.signal(signal.SIGKILL)
    assert screen.wait_for_exit() == -signal.SIGKILL
    again = open_terminal()
    again.wait_for(f"Hello, {PERSON}")
    again.keys("q")
    assert again.wait_for_exit() == Exit.DONE
    assert len(server.at("authorize")) == 1
