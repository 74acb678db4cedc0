#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Many sign-ins at once, each a process and a home of its own, at one practice
server: in plain lines, and on the screens of as many real ptys.

Usage: many.py [--plain N] [--screens N]

All of them wait for a person at the same time; then their memory is added up,
every code is approved, and each has to end signed in, its session kept. Exits
with 1 where one does not.
"""

import argparse
import collections
import fcntl
import os
import pathlib
import pty
import selectors
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
sys.path.insert(0, str(HERE))

# pylint: disable=wrong-import-position
import processes
from practice import Practice
from program import GRANTTY, Home, wait_until

COLUMNS, ROWS = 80, 24
PATIENCE_S = 300


class Screens:
    """Reads what is drawn, so that nobody has to wait for a full terminal."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.drawn = collections.Counter()
        threading.Thread(target=self.read, daemon=True).start()

    def add(self):
        """A new terminal: the end that the program is to have."""
        ours, theirs = pty.openpty()
        size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
        self.selector.register(ours, selectors.EVENT_READ)
        return theirs

    def read(self):
        while True:
            for key, _ in self.selector.select(0.2):
                try:
                    self.drawn[key.fd] += len(os.read(key.fd, 65536))
                except OSError:  # the program has ended
                    self.selector.unregister(key.fd)
                    os.close(key.fd)


class Person:
    """One sign-in."""

    def __init__(self, practice, folder, terminal=None):
        self.home = Home(folder)
        practice.config(self.home.config, "plain")
        self.said = self.home.path / "said"
        env = self.home.environment()
        with self.said.open("wb") as said:
            if terminal is None:
                self.process = subprocess.Popen(
                    [GRANTTY, "login", "--plain"], env=env, stdout=said,
                    stderr=said, stdin=subprocess.DEVNULL)
            else:
                self.process = subprocess.Popen(
                    [GRANTTY, "login"], env=env, stdin=terminal,
                    stdout=terminal, stderr=said, start_new_session=True)
                os.close(terminal)

    def complaint(self):
        """Why this is no good sign-in; None: it is one."""
        code = self.process.returncode
        if code != 0:
            last = self.said.read_text(errors="replace").splitlines()[-3:]
            return f"exit code {code}: " + " | ".join(last)
        if not self.home.stored()["access_token"]:
            return "no token is kept"
        return None


def memory_line(what, people):
    """Of all that they have started, too."""
    pids = [pid for person in people
            for pid in processes.tree(person.process.pid)]
    if not people:
        return
    try:
        figures = [processes.memory_kb(pids, field) / 1024
                   for field in ("Pss", "Private_Dirty")]
    except PermissionError:
        print(f"  {what}: only root may look at its memory")
        return
    print(f"  {what}: {figures[0]:.1f} MiB in all (PSS), "
          f"{figures[0] / len(people) * 1024:.0f} KiB each; "
          f"{figures[1] / len(people) * 1024:.0f} KiB each private and dirty")


def approve(practice, count):
    codes = {row["user_code"] for row in practice.codes()}
    assert len(codes) == count, f"{len(codes)} codes for {count} people"
    for code in codes:
        practice.control(approve=code)


def sign_in(practice, folder, args):
    """Returns what has gone wrong, one line a person."""
    screens = Screens()
    count = args.plain + args.screens
    began = time.monotonic()
    plain = [Person(practice, f"{folder}/plain-{i}")
             for i in range(args.plain)]
    full = [Person(practice, f"{folder}/screen-{i}", screens.add())
            for i in range(args.screens)]
    people = plain + full
    try:
        wait_until(lambda: len(practice.codes()) >= count,
                   lambda: f"{len(practice.codes())} of {count} have a code",
                   PATIENCE_S)
        wait_until(lambda: len(screens.drawn) >= args.screens,
                   "something on every screen", PATIENCE_S)
        print(f"{count} wait for a person, {time.monotonic() - began:.1f} s "
              "after the first one started")
        memory_line(f"{args.plain} in plain lines", plain)
        memory_line(f"{args.screens} on a screen", full)
        memory_line("the practice server", [practice])
        began = time.monotonic()
        approve(practice, count)
        for person in people:
            person.process.wait(PATIENCE_S)
        print(f"all have ended {time.monotonic() - began:.1f} s after the "
              "first was approved")
    finally:
        for person in people:
            if person.process.poll() is None:
                person.process.kill()
                person.process.wait()
    complaints = [person.complaint() for person in people]
    return [complaint for complaint in complaints if complaint]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--plain", type=int, default=500)
    parser.add_argument("--screens", type=int, default=50)
    args = parser.parse_args()
    practice = Practice()
    try:
        with tempfile.TemporaryDirectory(prefix="grantty-many-") as folder:
            complaints = sign_in(practice, folder, args)
        polls = practice.calls("POST /token")
        connections = practice.connections()
    finally:
        practice.close()
    count = args.plain + args.screens
    print(f"{count - len(complaints)} of {count} signed in, by "
          f"{polls} polls on {connections} connections")
    for complaint in complaints[:10]:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
