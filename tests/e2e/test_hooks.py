# SPDX-License-Identifier: MIT
"""Programs that run when somebody has signed in, and after."""

import collections
import json
import os
import pathlib
import re
import signal
import subprocess

import pytest

from practice import CLIENT_SECRET, PERSON
from program import (
    GRANTTY, PATIENCE_S, Exit, children_of, descriptors_of, is_running,
    wait_until,
)

# What a hook finds out about itself, written in one piece.
WITNESS = """#!/usr/bin/python3
import json, os, sys
def token():
    try:
        return os.fdopen(3, closefd=False).read()
    except OSError:
        return None
seen = {
    "args": sys.argv[1:],
    "input": sys.stdin.read(),
    "token": token(),
    "fds": sorted(int(fd) for fd in os.listdir("/proc/self/fd"))[:-1],
    "environ": open("/proc/self/environ").read(),
    "leads": os.getsid(0) == os.getpid(),
}
with open(sys.argv[1] + ".new", "w") as file:
    json.dump(seen, file)
os.rename(sys.argv[1] + ".new", sys.argv[1])
"""


class Hooks:
    """Writes hooks and the configuration that names them."""

    def __init__(self, home, start_practice):
        self.home = home
        self.log = home.path / "log"
        self.practice = start_practice("--approve-after", "0")

    def script(self, name, text, mode=0o755):
        path = self.home.path / name
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return str(path)

    def configure(self, **hooks):
        log = {"file": str(self.log), "level": "debug"}
        self.practice.config(
            self.home.config, dialect="plain", hooks=hooks, log=log
        )

    def witness(self, event, **options):
        """A hook at that event which tells what it has seen in a file."""
        program = self.script("witness", WITNESS)
        self.configure(**{event: [program, str(self.told)], **options})

    @property
    def told(self):
        return self.home.path / "seen"

    def seen(self):
        seen = json.loads(self.told.read_text(encoding="utf-8"))
        pairs = seen["environ"].rstrip("\0").split("\0")
        seen["environ"] = dict(pair.split("=", 1) for pair in pairs)
        return seen

    def lines(self, words):
        """The lines of the log that have these words."""
        if not self.log.exists():
            return []
        text = self.log.read_text(encoding="utf-8")
        return [line for line in text.splitlines() if words in line]


class Watch:
    """What a kiosk had before hooks, and has to have after them."""

    def __init__(self, screen):
        screen.wait_for("this code, or enter it")
        self.screen = screen
        self.before = self.held()

    def held(self):
        """Children and, where one may look, descriptors."""
        held = collections.Counter(children_of(self.screen.pid))
        if os.geteuid() == 0:
            held.update(descriptors_of(self.screen.pid))
        return held

    def is_unharmed(self):
        """Answers keys, and has neither descriptor nor child more. One less is
        what it held for the code."""
        wait_until(
            lambda: not self.held() - self.before,
            lambda: f"the end of {self.held() - self.before}",
        )
        self.answers_keys()
        self.screen.wait_for(f"Hello, {PERSON}")
        self.screen.keys("q")
        assert self.screen.wait_for_exit() == Exit.DONE

    def answers_keys(self):
        self.screen.keys("?")
        self.screen.wait_for("Press any key to close")
        self.screen.keys("x")
        self.screen.wait_without("Press any key to close")


@pytest.fixture
def hooks(home, start_practice):
    return Hooks(home, start_practice)


@pytest.mark.parametrize("pass_token", [False, True])
def test_signed_in(home, hooks, pass_token):
    secrets = {
        "GRANTTY_CLIENT_SECRET": CLIENT_SECRET,
        "CREDENTIALS_DIRECTORY": "/nowhere",
        "GRANTTY_NAME": "somebody of before",
    }
    hooks.witness("on_signed_in", pass_token=pass_token)
    assert home.grantty("login", env=secrets).returncode == Exit.DONE
    seen = hooks.seen()
    stored = home.stored()
    assert seen["args"] == [str(hooks.told)]
    assert json.loads(seen["input"]) == stored["profile"]
    assert seen["leads"]
    assert seen["fds"] == [0, 1, 2, 3][: 4 if pass_token else 3]
    assert seen["token"] == (stored["access_token"] if pass_token else None)
    env = seen["environ"]
    assert env["GRANTTY_EVENT"] == "signed_in"
    assert env["GRANTTY_NAME"] == PERSON
    assert env["GRANTTY_EMAIL"] == stored["profile"]["email"]
    assert env["GRANTTY_ID"] == stored["profile"]["sub"]
    assert int(env["GRANTTY_EXPIRES_AT"]) == stored["expires_at"]
    assert env["GRANTTY_PROVIDER"] == stored["provider"]
    assert env.get("GRANTTY_TOKEN_FD") == ("3" if pass_token else None)
    assert env["PATH"]
    assert not {"GRANTTY_CLIENT_SECRET", "CREDENTIALS_DIRECTORY"} & set(env)
    for secret in [CLIENT_SECRET, *home.secrets()]:
        assert not [value for value in env.values() if secret in value]


PROXIES = [
    ("HTTPS_PROXY", "http://u:5ecret@proxy:3128", "http://proxy:3128"),
    ("ftp_proxy", "u:5ecret@proxy:21/", "proxy:21/"),
    ("Gopher_Proxy", "http://u@5ecret@[::1]:70", "http://[::1]:70"),
    ("rsync_proxy", "u:5ecret://x@proxy:873", "proxy:873"),
    ("socks_proxy", "http://proxy:3128", "http://proxy:3128"),
    ("no_proxy", "127.0.0.1,localhost", "127.0.0.1,localhost"),
    ("PROXY_NOTE", "a@b", "a@b"),
]


def test_no_password_of_a_proxy(home, hooks):
    """It is for this program; which proxy there is may be of use."""
    hooks.witness("on_signed_in")
    env = {name: value for name, value, _ in PROXIES}
    assert home.grantty("login", env=env).returncode == Exit.DONE
    seen = hooks.seen()["environ"]
    assert {name: seen.get(name) for name in env} == {
        name: value for name, _, value in PROXIES
    }


def test_refreshed(home, hooks):
    hooks.witness("on_refreshed", pass_token=True)
    assert home.grantty("login").returncode == Exit.DONE
    assert home.grantty("token").returncode == Exit.DONE
    assert not hooks.told.exists()
    home.store(expires_at=1)
    run = home.grantty("token")
    seen = hooks.seen()
    assert seen["environ"]["GRANTTY_EVENT"] == "refreshed"
    assert seen["token"] == run.stdout.strip() == home.secrets()[0]
    assert json.loads(seen["input"]) == home.stored()["profile"]


def test_signed_out(home, hooks):
    hooks.witness("on_signed_out", pass_token=True)
    assert home.grantty("login").returncode == Exit.DONE
    profile = home.stored()["profile"]
    assert not hooks.told.exists()
    assert home.grantty("logout").returncode == Exit.DONE
    seen = hooks.seen()
    assert seen["environ"]["GRANTTY_EVENT"] == "signed_out"
    assert seen["environ"]["GRANTTY_NAME"] == PERSON
    assert json.loads(seen["input"]) == profile
    assert seen["token"] is None
    hooks.told.unlink()
    assert home.grantty("logout").returncode == Exit.DONE
    assert not hooks.told.exists()


def test_signed_out_without_the_provider(home, hooks):
    hooks.witness("on_signed_out")
    assert home.grantty("login").returncode == Exit.DONE
    assert home.grantty("logout", "--provider", "okta").returncode == Exit.DONE
    assert hooks.seen()["environ"]["GRANTTY_NAME"] == PERSON


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.row("Process", "a signal during a slow revocation",
                 "ends at once; session and hook are for the next logout")
def test_revocation_that_is_given_up(home, hooks, number):
    """As it is without hooks."""
    hooks.witness("on_signed_out")
    assert home.grantty("login").returncode == Exit.DONE
    stored = home.stored()
    hooks.practice.control(fault="hang@revoke")
    with subprocess.Popen(
        # Whoever runs the tests in the background may have it ignore SIGINT.
        ["env", "--default-signal", GRANTTY, "logout"],
        env=home.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    ) as logout:
        wait_until(
            lambda: hooks.practice.calls("POST /revoke") == 1, "a revocation"
        )
        logout.send_signal(number)
        try:
            # Long before the request times out.
            assert logout.communicate(timeout=PATIENCE_S)[0] == b""
        finally:
            logout.kill()
    assert logout.returncode == -number
    assert home.stored() == {**stored, "signing_out": True}
    assert not hooks.told.exists()
    hooks.practice.control(fault="")
    again = home.grantty("logout")
    assert again.returncode == Exit.DONE
    assert "revoked the tokens" in again.stdout
    assert not home.session.exists()
    assert hooks.seen()["environ"]["GRANTTY_EVENT"] == "signed_out"


def test_in_the_kiosk(home, hooks, open_terminal):
    """One after the other, while the screens go on."""
    note = hooks.script(
        "note", '#!/bin/sh\necho "$GRANTTY_EVENT $GRANTTY_NAME" >>"$1"\n'
    )
    notes = home.path / "notes"
    words = [note, str(notes)]
    hooks.configure(on_signed_in=words, on_signed_out=words)
    screen = open_terminal()
    expected = []
    for _ in range(2):
        screen.wait_for(f"Hello, {PERSON}")
        expected += [f"signed_in {PERSON}", f"signed_out {PERSON}"]
        # Again and again, as the greeting may be that of before.
        wait_until(
            lambda: screen.keys("o")
            or notes.exists()
            and notes.read_text().splitlines()[: len(expected)] == expected,
            lambda: f"{expected} in the notes",
        )
    screen.signal(15)
    assert screen.wait_for_exit() == Exit.DONE


def test_not_for_who_is_turned_away(home, hooks):
    program = hooks.script("witness", WITNESS)
    words = [program, str(hooks.told)]
    hooks.practice.config(
        home.config,
        dialect="plain",
        hooks={"on_signed_in": words, "on_signed_out": words},
        kiosk={"allow": {"emails": ["ada@example.org"]}},
    )
    assert home.grantty("login").returncode == Exit.FAILED
    assert not hooks.told.exists()


@pytest.mark.row("Process", "hook fails",
                 "signed in all the same; told in the log")
@pytest.mark.parametrize(
    "text, mode, line",
    [
        ("#!/bin/sh\nexit 3\n", 0o755, "failed with exit status 3"),
        ("#!/bin/sh\nkill -9 $$\n", 0o755, "was killed by signal 9"),
        ("#!/bin/sh\n", 0o644, "cannot run .*: Permission denied"),
        ("echo no shell\n", 0o755, "cannot run .*: Exec format error"),
        (None, 0, "cannot run .*: No such file or directory"),
    ],
)
def test_failures(home, hooks, text, mode, line):
    program = str(home.path / "hook")
    if text is not None:
        hooks.script("hook", text, mode)
    hooks.configure(on_signed_in=[program])
    assert home.grantty("login").returncode == Exit.DONE
    (told,) = hooks.lines(" error ")
    assert re.search(rf"hooks.on_signed_in: .*{line}", told)
    assert program in told


def test_words_are_not_for_a_shell(home, hooks):
    word = "$(id); *"
    hooks.configure(on_signed_in=["printf", "%s\\033[31m\\n", word])
    assert home.grantty("login").returncode == Exit.DONE
    (told,) = hooks.lines(word)
    assert "\033" not in told


@pytest.fixture
def watched(hooks, start_practice, open_terminal):
    """Starts a kiosk with that script at the sign-in, which gets the path of
    a file to leave process numbers in; approves; tells how it is watched. What
    the script has to do before it is killed must not take the time-out."""

    def start(text, timeout_s):
        hooks.practice = start_practice()
        program = hooks.script("hook", "#!/bin/sh\n" + text)
        pids = hooks.home.path / "pids"
        words = [program, str(pids)]
        hooks.configure(on_signed_in=words, timeout_s=timeout_s)
        watch = Watch(open_terminal())
        hooks.practice.control(approve="*")
        return watch, lambda: pids.read_text(encoding="utf-8").split()

    return start


@pytest.mark.row("Process", "hook that hangs and takes no SIGTERM",
                 "killed with its group after timeout_s; told; keys are "
                 "answered; nothing left")
def test_hangs(hooks, watched):
    """Killed with all that it has started, however stubborn."""
    watch, pids = watched(
        "trap '' TERM\n"
        '(trap "" TERM; while :; do sleep 60; done) &\n'
        'echo $! >>"$1"\necho $$ >>"$1"\nwhile :; do sleep 60; done\n',
        timeout_s=6,
    )
    wait_until(lambda: hooks.lines("on_signed_in: started"), "the hook")
    watch.answers_keys()
    wait_until(lambda: hooks.lines("killed"), "the killing")
    assert "longer than 6 s" in hooks.lines("killed")[0]
    assert len(pids()) == 2
    for pid in pids():
        wait_until(lambda p=pid: not is_running(p), f"the end of {pid}")
    watch.is_unharmed()


@pytest.mark.row("Process", "hook running when SIGTERM comes",
                 "killed with the kiosk; told; exit 0")
def test_killed_with_the_kiosk(home, hooks, open_terminal):
    pid = home.path / "pid"
    program = hooks.script("hang", '#!/bin/sh\necho $$ >"$1"\nexec sleep 600\n')
    hooks.configure(on_signed_in=[program, str(pid)], timeout_s=600)
    screen = open_terminal()
    wait_until(lambda: pid.exists() and pid.read_text().strip(), "the hook")
    screen.signal(15)
    assert screen.wait_for_exit() == Exit.DONE
    assert not is_running(pid.read_text().strip())
    assert hooks.lines("killed because grantty is ending")


@pytest.mark.row("Process", "hook that floods both its outputs",
                 "20 lines in the log; keys are answered; killed after "
                 "timeout_s")
def test_floods(hooks, watched):
    """Nothing blocks and nothing fills up."""
    watch, _ = watched(
        f"yes '{'y' * 500}' | head -c 3000000\n"
        f"yes '{'z' * 500}' >&2 &\nyes\n",
        timeout_s=6,
    )
    wait_until(lambda: hooks.lines("the rest is omitted"), "the cap")
    watch.answers_keys()
    wait_until(lambda: hooks.lines("killed"), "the killing")
    assert len(hooks.lines("yyy")) + len(hooks.lines("zzz")) <= 20
    assert hooks.log.stat().st_size < 20000
    watch.is_unharmed()


@pytest.mark.row("Process", "hook that forks: its group, and a daemon",
                 "the group is killed after timeout_s; what left it is not "
                 "waited for; nothing left")
def test_forks(hooks, watched):
    """All of them keep the pipe."""
    watch, pids = watched(
        "for i in 1 2 3 4 5 6 7 8 9; do\n"
        'sleep 600 & echo $! >>"$1"; (: &)\ndone\n'
        "setsid sleep 600 &\n"
        'echo $! >"$1.daemon"\nwhile :; do sleep 60; done\n',
        timeout_s=6,
    )
    wait_until(lambda: hooks.lines("killed"), "the killing")
    assert len(pids()) == 9
    for pid in pids():
        wait_until(lambda p=pid: not is_running(p), f"the end of {pid}")
    daemon = (hooks.home.path / "pids.daemon").read_text().strip()
    assert is_running(daemon)
    try:
        watch.is_unharmed()
    finally:
        os.kill(int(daemon), 9)


@pytest.mark.row("Process", "hook that ends and leaves a child with its pipe",
                 "done; not waited for")
def test_daemon_keeps_the_pipe(home, hooks):
    """Only the hook itself is waited for; what it leaves behind may stay."""
    pid = home.path / "pid"
    program = hooks.script(
        "daemon", '#!/bin/sh\nsleep 600 &\necho $! >"$1"\necho it runs\n'
    )
    hooks.configure(on_signed_in=[program, str(pid)], timeout_s=600)
    assert home.grantty("login", timeout=20).returncode == Exit.DONE
    assert hooks.lines("hooks.on_signed_in: it runs")
    left = pid.read_text().strip()
    assert is_running(left)
    os.kill(int(left), 9)


@pytest.mark.row("Process", "hook that reads nothing of a large profile",
                 "done; nobody waits")
def test_reads_nothing(home, hooks):
    """A profile that is larger than a pipe, and nobody who reads it."""
    pathlib.Path(home.path / "profile").write_text(
        json.dumps({"sub": "1", "name": PERSON, "x": ["y" * 1000] * 300})
    )
    hooks.practice = hooks.practice.__class__(
        "--interval", "1", "--approve-after", "0",
        "--profile", str(home.path / "profile"),
    )  # fmt: skip
    try:
        hooks.configure(on_signed_in=["true"])
        assert home.grantty("login").returncode == Exit.DONE
        assert hooks.lines("hooks.on_signed_in: done")
    finally:
        hooks.practice.close()
