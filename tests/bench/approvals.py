# SPDX-License-Identifier: MIT
"""How long people wait from their approval to the end of the sign-in: many
sign-ins side by side, each approved at a moment of its own. Nothing else that
takes CPU time happens meanwhile."""

import math
import os
import pathlib
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from gh_host import NAME, GhHost
from practice import CLIENT_ID, CLIENT_SECRET, Practice
from program import GRANTTY, Home, environment, wait_until

HERE = pathlib.Path(__file__).resolve().parent

INTERVALS_S = (2, 5)
SIGN_INS = 40

# For all of them to have a code, or to have ended.
PATIENCE_S = 180

# How often the server is looked at.
LOOK_S = 0.05

# The moments are spread over so many intervals.
SPREAD = 4

CODE = re.compile(r"\b[B-Z]{4}-[B-Z]{4}\b")


class Waits:
    """What the programs of one way have said, and when."""

    @staticmethod
    def serve(interval_s, certificate):
        return Practice(
            "--interval", str(interval_s),
            "--tls-cert", certificate.file, "--tls-key", certificate.key,
        )  # fmt: skip

    def __init__(self, server):
        self.server = server
        self.begun = {}  # when each code was read
        self.ended = {}  # when its sign-in ended
        self.processes = []

    def run(self, argv, env, watch):
        process = subprocess.Popen(
            argv, env=env, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.processes.append(process)
        threading.Thread(target=watch, args=[process], daemon=True).start()

    def watch(self, process):
        """Of one sign-in: it ends with its process."""
        code = None
        for line in process.stdout:
            found = CODE.search(line)
            if found and code is None:
                code = found[0]
                self.begun[code] = time.monotonic()
        self.ended[code] = time.monotonic()

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


class OidcAgentWaits(Waits):
    """A process and an agent for each sign-in: an agent does one thing at a
    time. Its end is when the server has given the tokens away. The process is
    killed then: it would encrypt its account, and the second of CPU time which
    that takes would be missing for whoever waits at the same moment."""

    def __init__(self, server, authority, folder):
        super().__init__(server)
        self.agents = []
        self.process_of = {}  # by code
        self.open = True
        threading.Thread(target=self.look, daemon=True).start()
        for number in range(SIGN_INS):
            home = folder / str(number)
            home.mkdir()
            env = environment(home)
            told = subprocess.run(
                ["oidc-agent"], env=env, stdout=subprocess.PIPE, text=True,
                check=True,
            ).stdout  # fmt: skip
            env["OIDC_SOCK"] = re.search(r"OIDC_SOCK=([^;]+)", told)[1]
            self.agents.append(int(re.search(r"OIDCD_PID=(\d+)", told)[1]))
            # It would keep the code to itself in the buffer of a pipe.
            self.run(
                ["stdbuf", "-oL", "oidc-gen", "--flow=device", "--manual",
                 f"--iss={server.url}/", f"--client-id={CLIENT_ID}",
                 f"--client-secret={CLIENT_SECRET}", "--scope=openid",
                 f"--cp={authority}", "--redirect-uri=",
                 "--pw-cmd=echo secret", "--confirm-default", "bench"],
                env, self.watch_code,
            )  # fmt: skip

    def watch_code(self, process):
        for line in process.stdout:
            if found := CODE.search(line):
                self.process_of.setdefault(found[0], process)
                self.begun.setdefault(found[0], time.monotonic())

    def look(self):
        while self.open:
            try:
                rows = self.server.codes()
            except OSError: # it has been closed
                return
            for row in rows:
                code = row["user_code"]
                if row["state"] == "redeemed" and code not in self.ended:
                    self.ended[code] = time.monotonic()
                    self.process_of[code].kill()
            time.sleep(LOOK_S)

    def close(self):
        self.open = False
        for agent in self.agents:
            os.kill(agent, signal.SIGKILL)
        super().close()


class GhWaits(Waits):
    """A process for each sign-in, against a host of its own without TLS."""

    @staticmethod
    def serve(interval_s, certificate):
        return GhHost(interval_s)

    def __init__(self, server, authority, folder):
        super().__init__(server)
        for number in range(SIGN_INS):
            home = folder / str(number)
            home.mkdir()
            self.run(
                ["gh", "auth", "login", "--hostname", NAME, "--web",
                 "--git-protocol", "https"],
                environment(
                    home, http_proxy=server.proxy, GH_CONFIG_DIR=str(home)
                ),
                self.watch,
            )  # fmt: skip


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
        while len(self.begun) < SIGN_INS:
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
    """Approves each code at its moment; returns when that was. The moments lie
    at random within equal parts of an interval, counted from when its code was
    read, and as evenly in each of the intervals from now on."""
    moments = []
    now = time.monotonic()
    for way in ways:
        places = random.sample(range(SIGN_INS), SIGN_INS)
        for place, (code, begun) in zip(places, way.begun.items()):
            part = (place + random.random()) / SIGN_INS
            passed = math.ceil((now - begun) / interval_s)
            after_s = interval_s * (passed + 1 + place % SPREAD + part)
            moments.append((begun + after_s, code, way))
    approved = {}
    for moment, code, way in sorted(moments, key=lambda entry: entry[0]):
        time.sleep(max(0, moment - time.monotonic()))
        approved[code] = time.monotonic()
        way.server.control(approve=code)
    return approved


def wait_for_all(ways, what):
    """Until each way has the table of that name ("begun", "ended") complete."""

    def missing():
        counts = {name: len(getattr(way, what)) for name, way in ways.items()}
        return {name: n for name, n in counts.items() if n < SIGN_INS}

    wait_until(
        lambda: not missing(),
        lambda: f"{SIGN_INS} sign-ins {what} each way, but {missing()}",
        timeout=PATIENCE_S,
    )  # fmt: skip


def measure_interval(kinds, interval_s, authority, certificate, folder):
    """By name of way: the mean and the 90th percentile of its waits, in
    seconds. All ways wait side by side."""
    ways = {}
    try:
        for name, kind in kinds.items():
            server = kind.serve(interval_s, certificate)
            place = pathlib.Path(tempfile.mkdtemp(dir=folder))
            ways[name] = kind(server, authority, place)
        wait_for_all(ways, "begun")
        approved = approve(ways.values(), interval_s)
        wait_for_all(ways, "ended")
        found = {}
        for name, way in ways.items():
            waits = [way.ended[code] - approved[code] for code in way.begun]
            tenths = statistics.quantiles(waits, n=10)
            found[name] = (statistics.mean(waits), tenths[-1])
            slow_downs = sum(row["slow_downs"] for row in way.server.codes())
            if slow_downs > 0:
                print(f"{name}: slow_down {slow_downs} times", file=sys.stderr)
        return found
    finally:
        for way in ways.values():
            way.close()
