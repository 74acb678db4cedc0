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


# Fails that allocation which libconfig makes itself. Where this ends in SIGSEGV,
# says in whose code, but for libc's, and ends with 99.
PARSER = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
static uintptr_t begin, end;
static long at, count;
static int is_parser(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	(void)data;
	if (strstr(info->dlpi_name, "/libconfig.so") == NULL)
		return 0;
	begin = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		uintptr_t to = begin + info->dlpi_phdr[i].p_vaddr +
			       info->dlpi_phdr[i].p_memsz;
		if (to > end)
			end = to;
	}
	return 1;
}
static void crashed(int signal)
{
	void *frames[64];
	int n = backtrace(frames, 64);
	Dl_info where;
	(void)signal;
	for (int i = 0; i < n; i++) {
		if (dladdr(frames[i], &where) == 0 ||
		    strstr(where.dli_fname, "/libc.so") != NULL ||
		    strstr(where.dli_fname, "/parser.so") != NULL)
			continue;
		dprintf(2, "crashed in %s\n", where.dli_fname);
		break;
	}
	_exit(99);
}
__attribute__((constructor)) static void begin_to_fail(void)
{
	void *frame;
	dl_iterate_phdr(is_parser, NULL);
	backtrace(&frame, 1); /* loads what it needs now */
	signal(SIGSEGV, crashed);
	at = atol(getenv("FAIL_AT"));
}
__attribute__((destructor)) static void tell(void)
{
	if (at == 0)
		dprintf(2, "%ld allocations\n", count);
}
static int fails(void *caller)
{
	return (uintptr_t)caller >= begin && (uintptr_t)caller < end &&
	       ++count == at;
}
#define CALLER __builtin_return_address(0)
void *malloc(size_t n) { return fails(CALLER) ? NULL : __libc_malloc(n); }
void *calloc(size_t n, size_t m)
{
	return fails(CALLER) ? NULL : __libc_calloc(n, m);
}
void *realloc(void *p, size_t n)
{
	return fails(CALLER) ? NULL : __libc_realloc(p, n);
}
char *__strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	void *p = fails(CALLER) ? NULL : __libc_malloc(n);
	return p != NULL ? memcpy(p, s, n) : NULL;
}
char *strdup(const char *s) __attribute__((alias("__strdup")));
"""

SETTINGS = """
provider : {
  preset = ""; issuer = "https://id.example"; client_id = "i";
  verification_hosts = [ "id.example", "*.id.example" ];
  extra = ( { name = "prompt"; value = "login"; } );
};
kiosk : { lock = true; renewals = 2; };
session : { file = ""; };
"""


@pytest.mark.row("Process", "each allocation of libconfig's parser failing in "
                 "turn",
                 "the configuration, or a sentence; by a signal in libconfig "
                 "only")
def test_out_of_memory_in_the_parser(home, tmp_path):
    source, library = tmp_path / "parser.c", tmp_path / "parser.so"
    source.write_text(PARSER)
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source],
                   check=True)
    home.config.write_text(SETTINGS, encoding="utf-8")
    def config(number):
        return home.grantty(
            "config", env={"LD_PRELOAD": str(library), "FAIL_AT": str(number)})

    whole = config(0)
    assert whole.returncode == Exit.DONE, whole.stderr
    said = set()
    for number in range(1, int(whole.stderr.split()[0]) + 1):
        run = config(number)
        if run.returncode == 99:
            assert "/libconfig.so" in run.stderr, (number, run.stderr)
        elif run.returncode == Exit.DONE:
            # Not one setting is left out or empty in silence.
            assert run.stdout == whole.stdout, number
        else:
            # Of libconfig's versions some end the program themselves.
            assert run.returncode in (Exit.USAGE, Exit.FAILED), (number, run)
            assert len(run.stderr.splitlines()) == 1, number
            said.add(run.stderr)
    assert any("memory" in line for line in said)


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
    "asking": ({"authorize": hang}, {}, "Requesting a code"),
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


@pytest.mark.row("Process", "SIGKILL on a terminal without another screen",
                 "the profile does not stay on the screen")
@pytest.mark.parametrize("term", ["vt100", "ansi", "linux"])
@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV"])
def test_nothing_stays_on_the_screen(at_stage, term, name):
    shell, _ = at_stage("profile", term=term)
    os.kill(shell.pid, getattr(signal, name))
    shell.is_back(ENDS[name])
    shell.screen.wait_without(PERSON)


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
        shell.screen.wait_for("Press any key to close")
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
