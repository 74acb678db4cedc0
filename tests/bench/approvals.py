# SPDX-License-Identifier: MIT
"""How long people wait from their approval to the end of the sign-in: many
sign-ins side by side, each approved at a moment of its own."""

import pathlib
import random
import re
import socket
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.request

from practice import CLIENT_ID, CLIENT_SECRET, Practice
from program import GRANTTY, Home, environment, wait_until

HERE = pathlib.Path(__file__).resolve().parent

INTERVALS_S = (2, 5)
SIGN_INS = 40

# The moments are spread over so many intervals, at random within equal parts.
SPREAD = 4

CODE = re.compile(r"\b[B-Z]{4}-[B-Z]{4}\b")


class Waits:
    """What the programs of one way have said, and when."""

    def __init__(self, server):
        self.server = server
        self.begun = {}  # when each code was read
        self.ended = {}  # when its sign-in ended
        self.processes = []

    def run(self, argv, env, watch):
        process = subprocess.Popen(
            argv, env=env, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.processes.append(process)
        threading.Thread(target=watch, args=[process], daemon=True).start()

    def close(self):
        for process in self.processes:
            process.kill()
            process.wait()
        self.server.close()


class GranttyWaits(Waits):
    """A process for each sign-in, which ends with it."""

    def __init__(self, server, authority, folder):
        super().__init__(server)
        for number in range(SIGN_INS):
            home = Home(folder / str(number))
            server.config(
                home.config, "plain", network={"ca_file": str(authority)}
            )
            self.run(
                [GRANTTY, "login", "--plain"], home.environment(), self.watch
            )

    def watch(self, process):
        code = None
        for line in process.stdout:
            found = CODE.search(line)
            if found and code is None:
                code = found[0]
                self.begun[code] = time.monotonic()
        self.ended[code] = time.monotonic()


class PythonWaits(Waits):
    """One process, with a thread for each sign-in: it tells when one has
    ended."""

    def __init__(self, server, authority, folder):
        super().__init__(server)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            page = f"http://127.0.0.1:{probe.getsockname()[1]}/"
        self.run(
            ["/usr/bin/python3", str(HERE / "python_way.py"),
             server.url, str(authority), CLIENT_ID, CLIENT_SECRET,
             page.rstrip("/").rpartition(":")[2]],
            environment(folder), self.watch,
        )  # fmt: skip
        wait_until(lambda: self.ask(page), "a page with a code")
        for _ in range(SIGN_INS - 1):
            self.ask(page)

    def ask(self, page):
        try:
            with urllib.request.urlopen(page, timeout=30) as answer:
                code = CODE.search(answer.read().decode())[0]
        except OSError:
            return False
        self.begun[code] = time.monotonic()
        return True

    def watch(self, process):
        for line in process.stdout:
            if found := CODE.search(line):
                self.ended[found[0]] = time.monotonic()


def approve(ways, interval_s):
    """Approves each code at its moment; returns when that was."""
    moments = []
    for way in ways:
        for number, (code, begun) in enumerate(way.begun.items()):
            part = (number + random.random()) / SIGN_INS
            after_s = interval_s * (2 + SPREAD * part)
            moments.append((begun + after_s, code, way))
    approved = {}
    for moment, code, way in sorted(moments, key=lambda entry: entry[0]):
        time.sleep(max(0, moment - time.monotonic()))
        approved[code] = time.monotonic()
        way.server.control(approve=code)
    return approved


def measure_interval(kinds, interval_s, authority, certificate, folder):
    """By name of way: the mean and the 90th percentile of its waits, in
    seconds. All ways wait side by side."""
    ways = {}
    try:
        for name, kind in kinds.items():
            server = Practice(
                "--interval", str(interval_s),
                "--tls-cert", certificate.file, "--tls-key", certificate.key,
            )  # fmt: skip
            place = pathlib.Path(tempfile.mkdtemp(dir=folder))
            ways[name] = kind(server, authority, place)
        wait_until(
            lambda: all(len(way.begun) == SIGN_INS for way in ways.values()),
            "all codes",
        )
        approved = approve(ways.values(), interval_s)
        wait_until(
            lambda: all(len(way.ended) == SIGN_INS for way in ways.values()),
            "all sign-ins",
        )
        found = {}
        for name, way in ways.items():
            waits = [way.ended[code] - approved[code] for code in way.begun]
            tenths = statistics.quantiles(waits, n=10)
            found[name] = (statistics.mean(waits), tenths[-1])
            slow_downs = sum(row["slow_downs"] for row in way.server.codes())
            assert slow_downs == 0, f"{name}: slow_down {slow_downs} times"
        return found
    finally:
        for way in ways.values():
            way.close()
