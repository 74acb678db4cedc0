# SPDX-License-Identifier: MIT
"""What tests of the programs start from. Nothing of it outlives its test."""

import functools
import os
import signal
import socket
import subprocess

import pytest

from practice import Practice
from program import GRANTTY, PRACTICE, Home, processes_of, wait_until
from terminal import Terminal


def pytest_sessionstart():
    for program in (GRANTTY, PRACTICE):
        if not os.access(program, os.X_OK):
            pytest.exit(
                f"{program} is not there: build it, or set GRANTTY_BUILD to "
                "where it is",
                returncode=2,
            )


@pytest.fixture
def home(tmp_path):
    """An empty home; fails where a process of the test is left behind."""
    home = Home(tmp_path / "home")
    yield home
    try:
        wait_until(
            lambda: not processes_of(home.path),
            lambda: f"the end of the processes {processes_of(home.path)}",
        )
    finally:
        for pid in processes_of(home.path):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def start_practice(home):
    """Starts practice servers with the options it is called with; they let
    themselves be polled every second."""
    servers = []

    def start(*options):
        servers.append(Practice("--interval", "1", *options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def open_terminal(home):
    """Starts grantty with those arguments in a terminal, at that home."""
    terminals = []

    def start(*args, env=None, before=(), **how):
        """env: changes to the environment; before: words before grantty."""
        terminals.append(
            Terminal(
                [*before, GRANTTY, *args],
                env=home.environment(**(env or {})),
                **how,
            )
        )
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()


@pytest.fixture
def open_resolver():
    """Opens a socket for DNS questions at an address that nobody else uses;
    the number tells several apart."""
    if os.geteuid() != 0:
        pytest.skip("needs root, for port 53")
    sockets = []

    def start(number=0):
        pid = os.getpid()
        resolver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        resolver.bind((f"127.{53 + number}.{pid >> 8 & 255}.{pid & 255}", 53))
        resolver.settimeout(20)
        sockets.append(resolver)
        return resolver

    yield start
    for resolver in sockets:
        resolver.close()


@functools.cache
def _may_mount():
    command = ["unshare", "-m", "mount", "-t", "tmpfs", "none", "/run"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def need_mounts():
    if not _may_mount():
        pytest.skip("needs root outside a chroot, for mounts of its own")


def in_mounts(script, *words):
    """What to put before a program to give it mounts of its own: the script
    makes them, with the words as $0, $1 and so on, and ends with exec "$@"."""
    need_mounts()
    return ["unshare", "-m", "sh", "-c", script, *map(str, words)]


def ask_at(conf, resolver):
    """Writes a resolv.conf that names the resolver; returns what to put before
    a program so that it reads that one."""
    address = resolver.getsockname()[0]
    conf.write_text(f"nameserver {address}\noptions timeout:30 attempts:5\n")
    script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
    return in_mounts(script, conf)


@pytest.fixture
def silent_resolver(tmp_path, open_resolver):
    """A DNS server that takes questions and answers none, and what to put
    before a program so that it asks there."""
    resolver = open_resolver()
    return resolver, ask_at(tmp_path / "resolv.conf", resolver)
