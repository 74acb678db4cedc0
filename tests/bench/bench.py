#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""grantty beside other ways of doing its job, against the same server.

Usage: bench.py [--rounds N] [--window SECONDS] [--json FILE] [--chart FILE]

Every client talks TLS to a practice server of its own, through a line that
counts connections and bytes. Starts are measured in turn, round after round;
the waiting is measured side by side, so that whatever else the machine does
concerns all of them alike.
"""

import argparse
import fcntl
import json
import math
import os
import pathlib
import pty
import shutil
import signal
import socket
import ssl
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
sys.path.insert(0, str(HERE))

# pylint: disable=wrong-import-position
import practice
import processes
from approvals import (
    INTERVALS_S,
    SIGN_INS,
    GhWaits,
    GranttyWaits,
    OidcAgentWaits,
    PythonWaits,
    measure_interval,
)
from chart import chart
from line import Line
from oidc import Certificate
from practice import CLIENT_ID, CLIENT_SECRET, Practice
from program import BUILD, GRANTTY, SECOND, Home, wait_until
from stored_token import (
    measure_tokens,
    show_tokens,
    token_bars,
    token_goals,
)

FLOOR = str(BUILD / "tests" / "bench" / "floor")
COLUMNS, ROWS = 80, 24

# So long after the last byte of a burst it counts as whole.
QUIET_S = 0.3

# Bytes that are no further apart were written at one turn of a loop.
TOGETHER_S = 0.02

POLLS = 20

# How long a screen is watched on which nothing changes.
IDLE_S = 20

# What a start may take on a machine that is busy with other things.
PATIENCE_S = 90


class Screen:
    """A program on a pty; keeps when which bytes came."""

    def __init__(self, argv, env):
        self.began = time.monotonic()
        self.bursts = []  # (when, how many bytes)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], argv, env)
        size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, size)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        while True:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                return
            if not data:
                return
            self.bursts.append((time.monotonic(), len(data)))

    def is_quiet(self):
        return self.bursts and time.monotonic() - self.bursts[-1][0] > QUIET_S

    def bytes(self, since=0.0, until=float("inf")):
        return sum(n for when, n in list(self.bursts) if since <= when < until)

    def changes(self, since, until):
        """How many bytes each change on the screen took."""
        sizes, last = [], float("-inf")
        for when, n in list(self.bursts):
            if not since <= when < until:
                continue
            if when - last > TOGETHER_S:
                sizes.append(0)
            sizes[-1] += n
            last = when
        return sizes

    def burst_from(self, began):
        """When the burst that was going on at began, or came next, ended."""
        end = began
        for when, _ in list(self.bursts):
            if when >= began and when - end > QUIET_S and end > began:
                break
            if when >= began:
                end = when
        return end

    def close(self):
        for pid in processes.tree(self.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        os.waitpid(self.pid, 0)
        self.reader.join()
        os.close(self.fd)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Client:
    """One way of doing it."""

    screen = True  # whether it draws on a terminal all the while
    patience_s = PATIENCE_S

    def __init__(self, name, authority, certificate, folder):
        self.name = name
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=folder))
        self.home = Home(self.folder / "home")
        self.authority = authority
        self.line = Line()
        self.url = f"https://127.0.0.1:{self.line.port}"
        self.line.target = free_port()
        self.server = Practice(
            "--tls-cert", certificate.file, "--tls-key", certificate.key,
            "--public-url", self.url, "--interval", "5",
            listen=f"127.0.0.1:{self.line.target}",
        )  # fmt: skip
        # Looking at the server is none of the client's traffic.
        self.server.url = f"https://127.0.0.1:{self.line.target}"
        self.program = None

    def argv(self):
        raise NotImplementedError

    def environment(self):
        return self.home.environment()

    def start(self):
        """Starts it; returns the milliseconds until the code could be read."""
        had = len(self.server.codes())
        self.program = Screen(self.argv(), self.environment())
        wait_until(
            lambda: len(self.server.codes()) > had,
            f"{self.name} has a code",
            timeout=self.patience_s,
        )
        issued = time.monotonic()
        wait_until(
            lambda: self.program.bytes(issued - 1) > 0
            and self.program.is_quiet(),
            f"{self.name} shows it",
        )
        end = self.program.burst_from(self.program.began)
        return (end - self.program.began) * 1000

    def pids(self):
        return processes.tree(self.program.pid)

    def first_bytes(self):
        return self.program.bytes(
            0, self.program.burst_from(self.program.began) + 0.001
        )

    def stop(self):
        self.program.close()

    def polls(self):
        return self.server.calls("POST /token")

    def reads(self):
        return self.server.calls("GET /userinfo")

    def close(self):
        self.server.close()
        self.line.close()


class Grantty(Client):
    settings = {}

    def __init__(self, *args):
        super().__init__(*args)
        direct, self.server.url = self.server.url, self.url
        self.server.config(
            self.home.config, "plain",
            network={"ca_file": str(self.authority)}, **self.settings,
        )  # fmt: skip
        self.server.url = direct

    def start(self):
        # Or it would take up the code that the last one was shown.
        shutil.rmtree(self.home.session.parent, ignore_errors=True)
        return super().start()


class Kiosk(Grantty):
    def argv(self):
        return [GRANTTY, "kiosk"]


class Welcome(Kiosk):
    """Waits for a key; the server hears nothing."""

    settings = {"kiosk": {"start": "key"}}

    def start(self):
        self.program = Screen(self.argv(), self.environment())
        wait_until(self.program.is_quiet, f"{self.name} shows its welcome")
        end = self.program.burst_from(self.program.began)
        return (end - self.program.began) * 1000


class Plain(Grantty):
    screen = False

    def argv(self):
        return [GRANTTY, "login", "--plain"]


class Floor(Client):
    def argv(self):
        return [FLOOR, self.url, str(self.authority), CLIENT_ID, CLIENT_SECRET]


class Shell(Client):
    screen = False

    def argv(self):
        return [
            str(HERE / "shell_way"), self.url, str(self.authority),
            CLIENT_ID, CLIENT_SECRET,
        ]  # fmt: skip


class Python(Client):
    """Shows its code on a page instead of a terminal."""

    screen = False

    def argv(self):
        self.port = free_port()
        return [
            "/usr/bin/python3", str(HERE / "python_way.py"), self.url,
            str(self.authority), CLIENT_ID, CLIENT_SECRET, str(self.port),
        ]  # fmt: skip

    def page(self):
        url = f"http://127.0.0.1:{self.port}/"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return answer.read()
        except (urllib.error.URLError, ConnectionError):
            return b""

    def start(self):
        self.program = Screen(self.argv(), self.environment())
        wait_until(self.page, f"{self.name} shows its page")
        return (time.monotonic() - self.program.began) * 1000

    def first_bytes(self):
        return None


class OidcAgent(Client):
    """oidc-gen asks; the agent behind it holds the account."""

    screen = False
    patience_s = 20

    def start(self):
        # At times its agent is not there yet for oidc-gen, which then hangs.
        try:
            return super().start()
        except AssertionError:
            self.stop()
        return super().start()

    def argv(self):
        script = (
            'eval "$(oidc-agent)" >/dev/null; '
            "oidc-gen --flow=device --manual "
            f"--iss={self.url}/ --client-id={CLIENT_ID} "
            f"--client-secret={CLIENT_SECRET} --scope=openid "
            f"--cp={self.authority} --redirect-uri= --pw-cmd='echo secret' "
            "--confirm-default bench </dev/null; kill $OIDCD_PID"
        )
        return ["sh", "-c", script]

    def pids(self):
        agent = [
            int(entry)
            for entry in os.listdir("/proc")
            if entry.isdigit() and self.is_ours(entry)
        ]
        return sorted(set(agent + super().pids()))

    def is_ours(self, pid):
        try:
            environ = pathlib.Path("/proc", pid, "environ").read_bytes()
        except OSError:
            return False
        return f"HOME={self.home.path}".encode() in environ.split(b"\0")

    def stop(self):
        for pid in self.pids():
            if pid != self.program.pid:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        super().stop()


WAYS = {
    "grantty kiosk": Kiosk,
    "grantty login --plain": Plain,
    "the floor": Floor,
    "Python: Flask, requests, qrcode": Python,
    "shell: curl, jq, qrencode": Shell,
    "oidc-agent": OidcAgent,
}

# Those that can be approved many at a time.
WAITS = {
    "grantty login --plain": GranttyWaits,
    "Python: Flask, requests, qrcode": PythonWaits,
    "oidc-agent": OidcAgentWaits,
    "gh": GhWaits,
}

MODULES = pathlib.Path("/usr/lib/python3/dist-packages")

# What is left out where a file is not there, and the Debian packages for it.
NEEDS = {
    "Python: Flask, requests, qrcode": (
        [MODULES / "flask", MODULES / "requests", MODULES / "qrcode"],
        "python3-flask python3-requests python3-qrcode",
    ),
    "shell: curl, jq, qrencode": (
        ["/usr/bin/curl", "/usr/bin/jq", "/usr/bin/qrencode"],
        "curl jq qrencode",
    ),
    "oidc-agent": (["/usr/bin/oidc-gen"], "oidc-agent-cli"),
    "gh": (["/usr/bin/gh"], "gh"),
}


def find_missing():
    missing = set()
    for name, (paths, packages) in NEEDS.items():
        if not all(os.path.exists(path) for path in paths):
            print(f"left out: {name}; install {packages}", file=sys.stderr)
            missing.add(name)
    return missing


def without(table_of_ways, missing):
    return {n: way for n, way in table_of_ways.items() if n not in missing}


FIGURES = {
    "start_ms": "start to the code, ms",
    "welcome_ms": "start to the welcome, ms",
    "rss_kb": "resident, kB",
    "pss_kb": "proportional, kB",
    "dirty_kb": "private dirty, kB",
    "cpu_ms": "CPU a minute, ms",
    "wakes": "wake-ups a second",
    "welcome_wakes": f"wake-ups for nothing, welcome, {IDLE_S} s",
    "profile_wakes": f"wake-ups for nothing, profile, {IDLE_S} s",
    "first_bytes": "first frame, bytes",
    "tick_bytes": "a tick, bytes",
    "poll_bytes": "a poll, bytes",
    "connections": f"TLS connections in {POLLS} polls",
    "wire_bytes": f"bytes on the wire in {POLLS} polls",
} | {
    f"{what}_{interval}_s": (
        f"approval to profile at interval {interval}, {words}, s"
    )
    for interval in INTERVALS_S
    for what, words in [("mean", "mean"), ("most", "90 %")]
}


def measure_starts(clients, rounds):
    """Each is started once a round; the first round only warms up."""
    starts = {name: [] for name in clients}
    for turn in range(rounds + 1):
        for name, client in clients.items():
            took = client.start()
            client.stop()
            if turn > 0:
                starts[name].append(took)
    return {name: statistics.median(took) for name, took in starts.items()}


def snapshot(client):
    pids = client.pids()
    return {
        "when": time.monotonic(),
        "cpu": processes.cpu_ms(pids),
        "wakes": processes.wake_ups(pids),
        "polls": client.polls(),
    }


def idle_wakes(client):
    """How often it woke up without anything new to show."""
    wait_until(client.program.is_quiet, f"{client.name} is at rest")
    before = snapshot(client)
    time.sleep(IDLE_S)
    after = snapshot(client)
    changes = client.program.changes(before["when"], after["when"])
    return after["wakes"] - before["wakes"] - len(changes)


def measure_waiting(clients, window_s, figures):
    """All of them wait, side by side."""
    for client in clients.values():
        client.start()
    counted = {
        name: (client.line.counts(), client.polls())
        for name, client in clients.items()
    }
    for name, client in clients.items():
        figures[name]["first_bytes"] = client.first_bytes()
    before = {name: snapshot(client) for name, client in clients.items()}
    time.sleep(window_s)
    for name, client in clients.items():
        after, start = snapshot(client), before[name]
        took = after["when"] - start["when"]
        pids = client.pids()
        figures[name] |= {
            "rss_kb": processes.resident_kb(pids),
            "pss_kb": processes.memory_kb(pids, "Pss"),
            "dirty_kb": processes.memory_kb(pids, "Private_Dirty"),
            "cpu_ms": (after["cpu"] - start["cpu"]) * 60 / took,
            "wakes": (after["wakes"] - start["wakes"]) / took,
            "polls": (after["polls"] - start["polls"]) / took,
        }
        if client.screen:
            changes = sorted(
                client.program.changes(start["when"], after["when"])
            )
            polls = after["polls"] - start["polls"]
            figures[name]["tick_bytes"] = statistics.median(changes)
            # They write more than the ticks between them.
            figures[name]["poll_bytes"] = statistics.median(changes[-polls:])
    for name, client in clients.items():
        line, polls = counted[name]
        wait_until(
            lambda c=client, p=polls: c.polls() - p >= POLLS,
            f"{POLLS} polls of {name}",
            timeout=10 * POLLS,
        )
        # The first connection was made for the code.
        made = client.line.counts()
        share = POLLS / (client.polls() - polls)
        figures[name]["connections"] = round(
            1 + (made["connections"] - line["connections"]) * share
        )
        figures[name]["wire_bytes"] = round(
            (made["bytes"] - line["bytes"]) * share
        )


def measure_approvals(kinds, authority, certificate, folder, figures):
    """From the approval to the reading of the profile."""
    for interval in INTERVALS_S:
        found = measure_interval(
            kinds, interval, authority, certificate, folder
        )
        for name, (mean, most) in found.items():
            figures.setdefault(name, {}).update({
                f"mean_{interval}_s": mean,
                f"most_{interval}_s": most,
            })


def measure_profile(kiosk, figures):
    """What it does once somebody is signed in."""
    reads = kiosk.reads()
    kiosk.server.control(approve="*")
    wait_until(lambda: kiosk.reads() > reads, "the profile")
    figures["profile_wakes"] = idle_wakes(kiosk)


def program_size(folder):
    size = 0
    for program in GRANTTY, SECOND:
        copy = folder / "stripped"
        shutil.copyfile(program, copy)
        subprocess.run(["strip", copy], check=True)
        size += copy.stat().st_size
    return size


def show(value):
    if value is None:
        return "-"
    if isinstance(value, float) and value < 10:
        return f"{value:.2f}"
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def table(figures):
    names = list(figures)
    rows = [["", *FIGURES.values()]]
    rows += [
        [name, *(show(figures[name].get(key)) for key in FIGURES)]
        for name in names
    ]
    # One line a figure, one column a way.
    turned = list(zip(*rows))
    widths = [max(map(len, column)) for column in zip(*turned)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths))
        )
        for row in turned
    )


def goals(figures):
    """What is asked of grantty: (what, value, most)."""
    kiosk, floor = figures["grantty kiosk"], figures["the floor"]
    python = figures.get("Python: Flask, requests, qrcode")
    agent = figures.get("oidc-agent")

    def times(key, other):
        return kiosk[key] / (other[key] or math.inf)

    # Most of it is the linking of libcurl and what that brings along.
    yield "start, to the floor", times("start_ms", floor), 1.1
    yield "start to the welcome, ms", kiosk["welcome_ms"], 27
    if python:
        yield "private dirty, to that", times("dirty_kb", python), 0.1
    yield "resident, to the floor", times("rss_kb", floor), 1.2
    # All its processes: what the guard shares with the first counts once.
    yield "proportional, to the floor", times("pss_kb", floor), 1.1
    yield "private dirty, kB", kiosk["dirty_kb"], 2500
    yield "CPU a minute, to the floor", times("cpu_ms", floor), 1.5
    if agent:
        yield "CPU a minute, to oidc-agent", times("cpu_ms", agent), 1.0
    # One for the countdown, and three for a poll: that it is due, and its
    # answer, which may come in two parts.
    yield "wake-ups a second", kiosk["wakes"], 1 + 3 * kiosk["polls"]
    yield "wake-ups for nothing, welcome", kiosk["welcome_wakes"], 0
    yield "wake-ups for nothing, profile", kiosk["profile_wakes"], 0
    yield "first frame, bytes", kiosk["first_bytes"], 3500
    yield "a tick, bytes", kiosk["tick_bytes"], 10
    yield "a poll, bytes", kiosk["poll_bytes"], 30
    yield f"TLS connections in {POLLS} polls", kiosk["connections"], 1
    # RFC 8628 allows for half the interval on average.
    for interval in INTERVALS_S:
        mean = f"mean_{interval}_s"
        waits = figures["grantty login --plain"][mean]
        yield f"{SIGN_INS} approvals at {interval} s, mean, s", waits, (
            1.06 * interval / 2 + 0.1
        )


def run(options, folder):
    authority = Certificate.of_authority(folder)
    certificate = authority.issue("server", "IP:127.0.0.1")
    practice.OPENER = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(
            context=ssl.create_default_context(cafile=authority.file)
        ),
    )
    missing = find_missing()
    clients = {
        name: way(name, authority.file, certificate, folder)
        for name, way in without(WAYS, missing).items()
    }
    welcome = Welcome("the welcome", authority.file, certificate, folder)
    try:
        starts = measure_starts(
            clients | {welcome.name: welcome}, options.rounds
        )
        figures = {name: {"start_ms": starts[name]} for name in clients}
        kiosk = "grantty kiosk"
        figures[kiosk]["welcome_ms"] = starts[welcome.name]
        measure_waiting(clients, options.window, figures)
        measure_profile(clients[kiosk], figures[kiosk])
        for client in clients.values():
            client.stop()
        measure_approvals(
            without(WAITS, missing), authority.file, certificate, folder,
            figures,
        )  # fmt: skip
        welcome.start()
        figures["grantty kiosk"]["welcome_wakes"] = idle_wakes(welcome)
        welcome.stop()
        tokens = measure_tokens(authority.file, certificate, folder)
    finally:
        for client in (*clients.values(), welcome):
            client.close()
    return figures, tokens, program_size(folder)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--window", type=float, default=60)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--chart", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="grantty-bench-") as folder:
        figures, tokens, size = run(options, pathlib.Path(folder))
    print(table(figures))
    print()
    print(show_tokens(tokens))
    print()
    print(f"both programs, stripped: {size:,} bytes")
    print()
    reached = []
    for what, value, most in (*goals(figures), *token_goals(tokens)):
        met = value <= most
        reached.append(
            {"what": what, "value": value, "most": most, "met": met}
        )
        print(
            f"{what:34} {value:12.3f}  at most {most:<9.3g}"
            f" {'met' if met else 'MISSED'}"
        )
    if options.json:
        options.json.write_text(
            json.dumps(
                {"figures": figures, "tokens": tokens, "goals": reached},
                indent=2,
            )
            + "\n",
            encoding="utf-8",
        )
    if options.chart:
        chart(figures | token_bars(tokens), options.chart)
    return 0


if __name__ == "__main__":
    sys.exit(main())
