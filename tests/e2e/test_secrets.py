# SPDX-License-Identifier: MIT
"""What is left of a sign-in after the sign-out: memory, arguments, environment
and files of the running kiosk are searched. Needs root, for nobody else may
look."""

import os
import pathlib
import re
import subprocess

import pytest

from oidc import Certificate
from practice import CLIENT_SECRET, PERSON
from program import Exit, wait_until

DEVICE_CODE = re.compile(rb'device_code(?:=|"\s*:\s*")([0-9a-f]{40})')

needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root may look into another process"
)


def memory_of(pid):
    """All that can be read, one piece for each mapping."""
    maps = pathlib.Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps.splitlines():
            span, rights = line.split()[:2]
            if not rights.startswith("rw"):
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            try:
                memory.seek(start)
                yield memory.read(end - start)
            except OSError:
                continue


def count(pid, secret):
    return sum(piece.count(secret.encode()) for piece in memory_of(pid))


def traces(pid, *texts):
    """Where they are in memory: as strings, and as curses' cells of 28 bytes
    with a character each."""
    found = []
    pieces = list(memory_of(pid))
    for text in texts:
        cells = [re.escape(char.encode("utf-32-le")) for char in text[:9]]
        patterns = {
            "string": re.escape(text.encode()),
            "cells": b".{24}".join(cells),
        }
        for kind, pattern in patterns.items():
            for piece in pieces:
                for match in re.finditer(pattern, piece, re.DOTALL):
                    start = max(0, match.start() - 40)
                    around = piece[start : match.end() + 40]
                    found.append((kind, text, around))
    return found


@pytest.fixture
def tls(home):
    authority = Certificate.of_authority(home.path)
    return authority, authority.issue("here", "IP:127.0.0.1")


@needs_root
def test_nothing_is_left_after_a_sign_out(
    home, start_practice, open_terminal, tls
):
    authority, here = tls
    practice = start_practice(
        *("--tls-cert", str(here.file), "--tls-key", str(here.key)),
        *("--approve-after", "0"),
    )
    assert practice.url.startswith("https://")
    log = home.path / "kiosk.log"
    practice.config(
        home.config,
        network={"ca_file": str(authority.file)},
        kiosk={"start": "key"},
        log={"file": str(log), "level": "debug"},
        provider={"client_secret": None},
    )
    screen = open_terminal(env={"CLIENT_SECRET": CLIENT_SECRET})
    screen.wait_for("press|Press")
    screen.keys("Enter")
    screen.wait_for(f"Hello, {PERSON}")
    wait_until(
        lambda: home.stored().get("profile"), "the profile in the session file"
    )
    tokens = home.secrets()
    # The search finds what is there.
    assert count(screen.pid, tokens[0]) > 0
    screen.keys("o")
    screen.wait_without(f"Hello, {PERSON}")
    screen.wait_for("press|Press")
    assert [count(screen.pid, token) for token in tokens] == [0, 0]
    for piece in memory_of(screen.pid):
        assert not DEVICE_CODE.search(piece)
    # The client secret is needed again, but the environment is for all to see.
    environ = pathlib.Path(f"/proc/{screen.pid}/environ").read_bytes()
    arguments = pathlib.Path(f"/proc/{screen.pid}/cmdline").read_bytes()
    assert b"HOME=" in environ
    for secret in [*tokens, CLIENT_SECRET]:
        assert secret.encode() not in environ + arguments
        assert secret not in log.read_text(encoding="utf-8")
        assert secret not in "".join(screen.text())
    assert log.read_text(encoding="utf-8") != ""
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
    for name in home.files():
        content = (home.path / name).read_bytes()
        assert not any(token.encode() in content for token in tokens)


@needs_root
@pytest.mark.parametrize("how", ["idle", "key"])
@pytest.mark.parametrize(
    "size, term",
    [((80, 24), "xterm-256color"), ((100, 30), "linux"), ((80, 24), "vt100")],
    ids=["xterm", "linux", "vt100"],
)
def test_nobody_is_left_after_a_sign_out(
    home, start_practice, open_terminal, how, size, term
):
    practice = start_practice("--approve-after", "0")
    kiosk = {"start": "key"}
    if how == "idle":
        kiosk["sign_out_after_s"] = 10
    practice.config(home.config, kiosk=kiosk)
    screen = open_terminal(columns=size[0], rows=size[1], term=term)
    screen.wait_for("Press any key")
    screen.keys("Enter")
    screen.wait_for("robin@example.com")
    screen.keys("Tab")
    screen.wait_for("Everything")
    screen.resize(size[0] + 9, size[1] + 5)
    screen.keys("Tab")
    screen.wait_for(" ".join(["Email", "robin@example.com"]))
    output = home.path / "output"
    screen.tmux("pipe-pane", f"cat >{output}")
    wait_until(output.exists, "a look at what is written")

    def kinds_found():
        screen.keys("x")  # or a slow search ends with nobody there
        found = traces(screen.pid, "robin@example.com")
        return {kind for kind, *_ in found}

    # The search finds who is there, in the session and on the screen.
    wait_until(lambda: kinds_found() == {"string", "cells"}, "anybody")
    if how == "key":
        screen.keys("o")
    screen.wait_for("Press any key", timeout=40)
    assert traces(screen.pid, "robin@example.com", PERSON) == []
    drops_scrolled = term != "vt100"
    wait_until(
        lambda: (b"\x1b[3J" in output.read_bytes()) == drops_scrolled,
        "the end of what has scrolled out of sight",
    )


# Root, too, with no more rights than another user has.
PLAIN = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
PLAIN = PLAIN if os.geteuid() == 0 else []


def can_look(pid):
    """Whether another process of the same user can look into that one."""
    look = [*PLAIN, "head", "-c1", f"/proc/{pid}/environ"]
    run = subprocess.run(look, capture_output=True, check=False)
    return run.returncode == 0


def test_no_dump_and_no_look(home, start_practice, open_terminal):
    """A core dump may have no byte, and the kernel keeps the user's other
    processes out."""
    practice = start_practice("--approve-after", "0")
    practice.config(home.config)
    screen = open_terminal(before=PLAIN)
    screen.wait_for(f"Hello, {PERSON}")
    limits = pathlib.Path(f"/proc/{screen.pid}/limits").read_text()
    assert re.search(r"Max core file size\s+0\s", limits)
    assert not can_look(screen.pid)
    with subprocess.Popen([*PLAIN, "sleep", "60"]) as other:
        wait_until(lambda: can_look(other.pid), "a look into any other")
        other.kill()
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE


def locked_bytes(pid):
    """The mappings that are locked, or will be as soon as they are used."""
    smaps = pathlib.Path(f"/proc/{pid}/smaps").read_text(encoding="utf-8")
    spans = re.findall(
        r"^([0-9a-f]+)-([0-9a-f]+) .*?^VmFlags:(.*?)$",
        smaps,
        re.MULTILINE | re.DOTALL,
    )
    return [
        range(int(start, 16), int(end, 16))
        for start, end, flags in spans
        if "lo" in flags.split()
    ]


@needs_root
def test_secrets_are_in_locked_memory(home, start_practice, open_terminal):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config)
    screen = open_terminal(before=["prlimit", f"--memlock={8 << 20}"])
    screen.wait_for(f"Hello, {PERSON}")
    wait_until(
        lambda: home.stored().get("profile"), "the profile in the session file"
    )
    locked = locked_bytes(screen.pid)
    found = 0
    maps = pathlib.Path(f"/proc/{screen.pid}/maps").read_text(encoding="utf-8")
    with open(f"/proc/{screen.pid}/mem", "rb", buffering=0) as memory:
        for line in maps.splitlines():
            span, rights = line.split()[:2]
            start, end = (int(part, 16) for part in span.split("-"))
            if not rights.startswith("rw"):
                continue
            memory.seek(start)
            piece = memory.read(end - start)
            for secret in [*home.secrets(), CLIENT_SECRET]:
                for match in re.finditer(re.escape(secret.encode()), piece):
                    place = start + match.start()
                    assert any(place in span for span in locked), line
                    found += 1
    assert found >= 3
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE


@pytest.mark.parametrize(
    "limit, said", [(64 << 10, True), (8 << 20, False)], ids=["64K", "8M"]
)
def test_memory_that_cannot_be_locked(home, start_practice, limit, said):
    """The log says so, and nothing else is different."""
    practice = start_practice("--approve-after", "0")
    practice.config(home.config)
    done = home.grantty(
        *("login", "--plain", "-v"), before=["prlimit", f"--memlock={limit}"]
    )
    assert done.returncode == Exit.DONE
    assert ("cannot lock memory" in done.stderr) == said
