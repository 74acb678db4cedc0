# SPDX-License-Identifier: MIT
"""SIGKILL at any system call of a verb that changes the session, and a server
that forgives nothing: it takes a code once, and a refresh token that comes twice
ends the whole sign-in (RFC 9700 section 4.14.2)."""

import collections
import re
import shutil
import subprocess

import pytest

from program import GRANTTY, PATIENCE_S, Exit, wait_until

PARTS = 2

# What other processes, the disk and the server can tell: half of a sample is
# of these, for the other calls end in the same few states.
TELLING = {
    "fchmod", "flock", "fsync", "openat", "renameat", "sendto", "recvfrom",
    "unlinkat", "write", "writev",
}

# A call as strace writes it down, with the process that makes it.
BEGUN = re.compile(r"(\d+) +(\w+)\((.*)")
RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>(.*)")

KEPT, OVER, LOST = "kept", "calmly over", "lost"


class Trace:
    """What strace saw of a run and of all that it started, by fork or exec."""

    def __init__(self, path):
        self.lines = path.read_text(errors="replace").splitlines()

    def calls(self):
        """Each name with how many of that name the process had made, itself
        included: as strace counts them, in the order of their beginning."""
        counts, found = collections.Counter(), {}
        for line in self.lines:
            match = BEGUN.match(line)
            if match:
                pid, name, _ = match.groups()
                counts[pid, name] += 1
                found[name, counts[pid, name]] = None
        # From exit_group() on it is over; execve() is strace's own.
        return [call for call in found
                if call[0] != "exit_group" and call != ("execve", 1)]

    def done(self):
        """The calls that returned, in that order: name, arguments, and what
        came of it."""
        begun = {}
        for line in self.lines:
            match = BEGUN.match(line)
            resumed = RESUMED.match(line)
            if match and line.endswith("<unfinished ...>"):
                begun[match[1]] = match[3]
            elif match and " = " in line:
                yield match[2], *match[3].rsplit(" = ", 1)
            elif resumed and " = " in line:
                rest, result = resumed[3].rsplit(" = ", 1)
                yield resumed[2], begun.pop(resumed[1], "") + rest, result

    def gap(self, scene):
        """The calls from the one with which the request went out, to the one
        with which what came of it was on the disk: None where it did not go
        out; and whether the gap was closed."""
        width, closed = None, False
        for name, arguments, result in self.done():
            if result.startswith(("-1", "?")):  # failed, or killed there
                continue
            if name in ("sendto", "sendmsg", "write") and \
                    scene.request in arguments and (width is None or scene.last):
                width, closed = 0, False
            if width is not None and not closed:
                width += 1
                closed = name.startswith(scene.closed_by) and \
                    re.search(r'session\.json"', arguments) is not None
        return width, closed


class Scene:
    """A verb, what it begins with, and what may come of its being killed.

    request: what it cannot send twice; None where it sends no such thing.
    last: whether only the last one counts, as with polls. closed_by: the system
    call that puts in place what came of it. spent: whether it was sent, and
    what came of it is gone, which judge() finds out.
    """

    verb, request = ("login",), "POST /v1/device/token"
    last, closed_by = True, "rename"
    sealed, spent = False, False

    def __init__(self, home, practice):
        self.home, self.practice = home, practice
        self.folder = home.session.parent
        self.key = home.path / "medium" / "key"
        session = {"resume": True}
        if self.sealed:
            session["key_file"] = str(self.key)
        self.configure(**session)

    def configure(self, **session):
        self.practice.config(
            self.home.config, session=session,
            log={"file": str(self.home.log), "level": "debug"},
        )

    def forget(self):
        """As on a new machine."""
        for folder in (self.folder, self.key.parent):
            shutil.rmtree(folder, ignore_errors=True)
        self.key.parent.mkdir(mode=0o700)
        self.key.touch(mode=0o600)
        self.key.write_bytes(bytes(range(32)))

    def sign_in(self):
        self.forget()
        run = self.home.grantty("login")
        assert run.returncode == Exit.DONE, run.stderr

    def redeemed(self):
        return sum(code["state"] == "redeemed"
                   for code in self.practice.codes())

    def asked(self):
        return self.practice.calls("POST /v1/device/authorize")

    def token(self):
        """What is given out after it all; None where nobody is signed in."""
        run = self.home.grantty("token")
        if run.returncode == Exit.NOBODY:
            return None
        assert run.returncode == Exit.DONE, run.stderr
        return run.stdout.strip()

    def prepare(self):
        self.forget()
        self.before = self.asked(), self.redeemed()
        self.spent = False

    def judge(self):
        """Returns what became of the session; where there is none, starts it
        again. A code that was used, with nothing to show for it, must not end
        the next sign-in: that goes on with another code."""
        token = self.token()
        if token is not None:
            assert self.practice.accepts(token)
            return KEPT
        again = self.home.grantty(*self.verb)
        assert again.returncode == Exit.DONE, again.stderr
        assert self.practice.accepts(self.token())
        asked = self.asked() - self.before[0]
        redeemed = self.redeemed() - self.before[1]
        assert redeemed <= asked <= 2
        self.spent = redeemed == 2
        return KEPT if asked == 1 else OVER


class SignIn(Scene):
    pass


class SignInSealed(Scene):
    sealed = True


class Resume(Scene):
    """From a code that is shown already."""

    def prepare(self):
        super().prepare()
        code = self.folder / "session.json.code"
        with subprocess.Popen(
            [GRANTTY, *self.verb], env=self.home.environment(),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as run:
            wait_until(code.exists, "a code that is kept")
            run.kill()
        assert (self.asked(), self.redeemed()) == \
            (self.before[0] + 1, self.before[1])


class Refresh(Scene):
    """Tokens live for an hour, so this always asks for new ones."""

    verb, request = ("token", "--min-valid", "3600"), "POST /v1/access_token"

    def prepare(self):
        if not self.home.session.exists():
            self.sign_in()
        self.before = self.practice.state()["refreshes"]
        self.spent = False

    def judge(self):
        rotated = self.practice.state()["refreshes"] > self.before
        token = self.token()
        if token is not None:
            assert self.practice.accepts(token)
            return KEPT
        assert not self.home.session.exists()
        assert rotated, "signed out although nothing was spent"
        self.spent = True
        return LOST


class RefreshSealed(Refresh):
    sealed = True


class SignOut(Scene):
    """Before the first token is revoked, the disk says so: whoever comes next
    finishes that, and nobody is given a token that is dead."""

    verb, request = ("logout",), None

    def configure(self, **session):
        self.practice.config(
            self.home.config, "plain", session=session,
            log={"file": str(self.home.log), "level": "debug"},
        )

    def prepare(self):
        if not self.home.session.exists():
            self.sign_in()
        self.access = self.home.stored()["access_token"]

    def judge(self):
        told = self.home.grantty("status").returncode == Exit.DONE
        token = self.token()
        dead = not self.practice.accepts(self.access, "plain")
        assert told == (token is not None)
        assert token is not None or dead, "dropped here, and good there"
        again = self.home.grantty(*self.verb)
        assert again.returncode == Exit.DONE, again.stderr
        assert not self.home.session.exists()
        assert not self.practice.accepts(self.access, "plain")
        if token is None:
            return OVER
        return LOST if dead else KEPT


class SignOutSealed(SignOut):
    sealed = True

    def prepare(self):
        if not self.home.session.exists():
            self.sign_in()
        self.access = self.token()


class Seal(Scene):
    verb, request = ("seal",), None
    sealed = True

    def prepare(self):
        plain = self.home.path / "plain"
        if not plain.exists():
            self.configure()
            self.sign_in()
            shutil.copytree(self.folder, plain)
            self.configure(key_file=str(self.key))
        self.forget()
        shutil.copytree(plain, self.folder)

    def judge(self):
        again = self.home.grantty(*self.verb)
        if again.returncode != Exit.DONE:
            return LOST
        assert set(self.home.stored()) == {"version", "sealed"}
        assert self.practice.accepts(self.token())
        return KEPT


SCENES = {
    "sign-in": SignIn, "sign-in, sealed": SignInSealed,
    "a code taken up": Resume, "refresh": Refresh,
    "refresh, sealed": RefreshSealed, "sign-out": SignOut,
    "sign-out, sealed": SignOutSealed, "sealing": Seal,
}


def strace(home, verb, *options):
    """Runs it under strace. Returns its exit code and what was seen."""
    trace = home.path / "trace"
    run = subprocess.run(
        ["strace", "-f", "-qq", "-s", "80", "-o", trace, *options, GRANTTY,
         *verb],
        env=home.environment(), stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=3 * PATIENCE_S, check=False,
    )
    return run, Trace(trace)


def evenly(calls, count):
    """That many of them, the first and the last included."""
    if count >= len(calls):
        return calls
    return [calls[i * (len(calls) - 1) // max(count - 1, 1)]
            for i in range(count)]


def choose(calls, count):
    """Which ones to be killed at; 0: all."""
    if count == 0:
        return calls
    chosen = evenly(calls, count // 2) + evenly(
        [call for call in calls if call[0] in TELLING], count - count // 2)
    return [call for call in calls if call in chosen]


@pytest.mark.slow
@pytest.mark.row(
    "Process", "SIGKILL at each system call, and a strict server",
    "started again: kept, or calmly over; lost only between a request that "
    "went out and its answer on the disk",
)
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", SCENES)
def test_kill_anywhere(request, home, start_practice, record_property, name,
                       part):
    scene = SCENES[name](home, start_practice("--approve-after", "0"))
    scene.prepare()
    run, trace = strace(home, scene.verb)
    assert run.returncode == Exit.DONE, run.stderr
    calls = trace.calls()
    assert {"fsync", "flock", "unlinkat"} <= {name for name, _ in calls}
    width = None
    if scene.request:
        width, closed = trace.gap(scene)
        assert width and closed, "no request, or no answer that was saved"
    scene.judge()
    ends, missed, spent = collections.Counter(), 0, 0
    for call, number in choose(
            calls, request.config.getoption("kills"))[part::PARTS]:
        scene.prepare()
        run, trace = strace(
            home, scene.verb, "-e", f"inject={call}:signal=KILL:when={number}")
        where = f"{call} {number}: {run.stderr}"
        # How often it waits is not the same each time.
        missed += run.returncode == Exit.DONE
        assert run.returncode in (-9, Exit.DONE), where
        end = scene.judge()
        ends[end] += 1
        spent += scene.spent
        assert end != LOST or scene.spent, where
        if scene.spent:
            sent, closed = trace.gap(scene)
            assert sent is not None and not closed, where
    assert sum(ends.values()) > missed * 4
    told = ", ".join(f"{ends[end]} times {end}" for end in (KEPT, OVER, LOST))
    if width:
        told += f"; {spent} times in the gap of {width} calls of {len(calls)}"
    record_property("told", f"{name}, part {part + 1}: {told}")
