# SPDX-License-Identifier: MIT
"""What a script pays for a stored token that is still good, each time: the
commands that print it, in turn, round after round; and what takes no request
either."""

import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from budget import CONFIG, SESSION, totals
from practice import CLIENT_ID, CLIENT_SECRET, Practice
from program import GRANTTY, Home, environment, wait_until

ROUNDS = 41
PATIENCE_S = 60

TOKEN = "a-stored-token"


class Stored:
    """A command that prints a stored token, or what else is stored."""

    def __init__(self, folder):
        self.folder = folder
        self.env = environment(folder)

    def close(self):
        pass


class GranttyToken(Stored):
    argv = (GRANTTY, "token")

    @classmethod
    def with_argv(cls, *arguments):
        return type(cls.__name__, (cls,), {"argv": (GRANTTY, *arguments)})

    def __init__(self, folder, authority, certificate):
        super().__init__(folder)
        home = Home(folder)
        home.config.write_text(CONFIG, encoding="utf-8")
        home.session.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        session = SESSION | {"access_token": TOKEN}
        home.session.write_text(json.dumps(session), encoding="utf-8")
        home.session.chmod(0o600)
        self.env = home.environment()


class GhToken(Stored):
    """In a file, as gh keeps it where there is no keyring."""

    argv = ("gh", "auth", "token")

    def __init__(self, folder, authority, certificate):
        super().__init__(folder)
        self.env["GH_CONFIG_DIR"] = str(folder)
        (folder / "hosts.yml").write_text(
            f"github.com:\n    oauth_token: {TOKEN}\n    user: ada\n",
            encoding="utf-8",
        )


class OidcToken(Stored):
    """From an agent that has an account, and is running all the while."""

    argv = ("oidc-token", "bench")

    def __init__(self, folder, authority, certificate):
        super().__init__(folder)
        self.server = Practice(
            "--tls-cert", certificate.file, "--tls-key", certificate.key
        )
        told = subprocess.run(
            ["oidc-agent"], env=self.env, stdout=subprocess.PIPE, text=True,
            check=True,
        ).stdout  # fmt: skip
        self.env["OIDC_SOCK"] = re.search(r"OIDC_SOCK=([^;]+)", told)[1]
        self.agent = int(re.search(r"OIDCD_PID=(\d+)", told)[1])
        try:
            self.sign_in(authority)
        except BaseException:
            self.close()
            raise

    def sign_in(self, authority):
        with subprocess.Popen(
            ["oidc-gen", "--flow=device", "--manual",
             f"--iss={self.server.url}/", f"--client-id={CLIENT_ID}",
             f"--client-secret={CLIENT_SECRET}", "--scope=openid",
             f"--cp={authority}", "--redirect-uri=", "--pw-cmd=echo secret",
             "--confirm-default", "bench"],
            env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as gen:  # fmt: skip
            try:
                wait_until(self.server.codes, "a code", timeout=PATIENCE_S)
                self.server.control(approve="*")
                gen.wait(PATIENCE_S)
            finally:
                gen.kill()

    def close(self):
        os.kill(self.agent, signal.SIGKILL)
        self.server.close()


COMMANDS = {
    "grantty token": GranttyToken,
    **{
        f"grantty {argument}": GranttyToken.with_argv(argument)
        for argument in ("status", "whoami", "accounts", "--version", "--help")
    },
    "oidc-token": OidcToken,
    "gh auth token": GhToken,
}


def run_once(command):
    began = time.monotonic()
    done = subprocess.run(
        command.argv, env=command.env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    took = time.monotonic() - began
    assert done.stdout.strip(), f"{command.argv[0]} printed no token"
    return took * 1000


def count_instructions(command):
    """None where valgrind is not there or cannot run it, such as gh."""
    if not shutil.which("valgrind"):
        return None
    out = command.folder / "callgrind"
    try:
        done = subprocess.run(
            ["valgrind", "-q", "--tool=callgrind",
             f"--callgrind-out-file={out}", *command.argv],
            env=command.env, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            timeout=PATIENCE_S, check=True,
        )  # fmt: skip
    except subprocess.SubprocessError:
        return None
    return totals(out) if done.stdout.strip() else None


def measure_tokens(authority, certificate, folder):
    """By command: milliseconds, the median of ROUNDS, and instructions."""
    commands = {}
    try:
        for name, kind in COMMANDS.items():
            if not shutil.which(kind.argv[0]):
                print(f"left out: {name}; install it", file=sys.stderr)
                continue
            place = pathlib.Path(tempfile.mkdtemp(dir=folder))
            commands[name] = kind(place, authority, certificate)
        took = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, command in commands.items():
                took[name].append(run_once(command))
        return {
            name: (statistics.median(took[name]), count_instructions(command))
            for name, command in commands.items()
        }
    finally:
        for command in commands.values():
            command.close()


def show_tokens(figures):
    """A table."""
    lines = [f"{'a stored token':24}{'ms':>10}{'instructions':>16}"]
    for name, (took_ms, instructions) in figures.items():
        count = "-" if instructions is None else f"{instructions:,}"
        lines.append(f"{name:24}{took_ms:10.1f}{count:>16}")
    return "\n".join(lines)


def token_bars(figures):
    """What the chart shows of them: those that print a token."""
    return {
        name: {"token_ms": took_ms}
        for name, (took_ms, _) in figures.items()
        if "token" in name
    }


def token_goals(figures):
    """Beside oidc-token: (what, value, most)."""
    other = figures.get("oidc-token")
    if other is None:
        return
    for name, ours in figures.items():
        if not name.startswith("grantty "):
            continue
        what = name.removeprefix("grantty ")
        yield f"{what}, ms, to oidc-token", ours[0] / other[0], 1.1
        if ours[1] and other[1]:
            yield f"{what}, instructions, to that", ours[1] / other[1], 1.0
