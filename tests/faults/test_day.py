# SPDX-License-Identifier: MIT
"""A day in the life of a kiosk: its clocks run many times as fast, the server
misbehaves by turns, and people come and go. In the end it has no more open, in
its memory and in its log than it had once everything had happened once."""

import contextlib
import http.client
import itertools
import os
import pathlib
import re
import time
import urllib.error

import pytest

from practice import ENDPOINTS, Practice
from program import GRANTTY, child_named, wait_until
from terminal import Terminal
from test_practice_faults import ANYWHERE, IN_PLACE

# A heap keeps the largest size that it has had: it is locked against swapping, so
# nothing is given back. The largest answers, at two places, take it there in two
# steps, in whatever round they are not cut short by a busy machine. Besides those
# steps, 24 hours and 11,000 calls took ten pages, two of them in the second half. A
# leak of twelve bytes in each call would be more than this.
STEPS = 2
SETTLING = 32 * os.sysconf("SC_PAGE_SIZE")


def settled(sizes):
    """How much of the growth from the first size to the last is not in steps."""
    steps = sorted(after - before for before, after in zip(sizes, sizes[1:]))
    return sum(steps[:-STEPS])


# libfaketime takes CLOCK_BOOTTIME along with the other clocks, and shortens
# every wait. Two processes start at two times, so the clocks of kiosk and
# server differ; OAuth has nothing but durations.
FAKETIME = "/usr/$LIB/faketime/libfaketime.so.1"

PLACES = ("authorize", "poll", "profile", "refresh", "revoke")

# Faults at a place where they can strike, and those that have their own.
FAULTS = [
    *(f"{name}@{place}" for name, place in zip(ANYWHERE, itertools.cycle(PLACES))),
    *IN_PLACE,
]

# What a turn of a fault lasts, and the rest after it, on the kiosk's clock.
TURN_S, REST_S = 40, 20
LIFETIME_S = 30  # of an access token: so it is renewed in each turn


class Day:
    """A kiosk and a server whose clocks run that many times as fast."""

    def __init__(self, home, speed):
        self.home, self.speed = home, speed
        self.fast = {"LD_PRELOAD": FAKETIME, "FAKETIME": f"+0 x{speed}"}
        self.practice = Practice(
            "--interval", "5", "--token-lifetime", str(LIFETIME_S),
            env=self.fast)
        self.practice.config(
            home.config, "plain",
            log={"file": str(home.log), "level": "info"},
            provider={"revocation_endpoint": self.practice.url +
                      ENDPOINTS["plain"]["revocation_endpoint"]},
            kiosk={"sign_out_after_s": 600},
        )
        self.screen = Terminal([GRANTTY], env=home.environment(**self.fast))
        self.begun_s = time.monotonic()

    def close(self):
        self.screen.close()
        self.practice.close()

    def elapsed_s(self):
        return (time.monotonic() - self.begun_s) * self.speed

    def let_pass(self, seconds):
        """Time is what this test is about, so it does nothing but wait."""
        time.sleep(seconds / self.speed)

    def control(self, **changes):
        """Changes the server, or asks what it has seen. Its limits on time run
        as fast as its clock, so that it may hang up on a busy machine."""
        for patience in reversed(range(20)):
            try:
                return self.practice.control(**changes) if changes else \
                    self.practice.state()
            except (OSError, http.client.HTTPException) as error:
                if isinstance(error, urllib.error.HTTPError) or not patience:
                    raise

    def calls(self):
        return sum(self.control()["calls"].values())

    def turn(self, fault):
        """Somebody signs in, stays for a while and goes, or tries to."""
        before = self.calls()
        self.control(fault=fault)
        self.screen.keys("Enter")
        self.let_pass(TURN_S / 4)
        with contextlib.suppress(urllib.error.HTTPError):  # no code is shown
            self.control(approve="*")
        self.let_pass(TURN_S / 2)
        self.screen.keys("?", "Escape")
        self.screen.keys("o")
        self.let_pass(TURN_S / 4)
        self.control(fault="")
        self.screen.keys("Enter")
        self.let_pass(REST_S)
        assert not self.screen.has_ended()
        return self.calls() - before

    def come_to_rest(self):
        """Nobody is signed in, and a code that can be approved is shown."""
        self.control(fault="")

        def is_shown():
            self.screen.keys("o")
            self.screen.keys("Enter")
            code = next(iter(self.control()["codes"]), None)
            return code and code["state"] == "pending" and code["polls"] > 1

        wait_until(is_shown, self.screen.show, 60)
        self.let_pass(15)

    def processes(self):
        """The kiosk's own, and what it has started."""
        found = [self.screen.pid]
        child = child_named(self.screen.pid, "grantty")
        return found + ([child] if child else [])

    def measure(self):
        """Open descriptors, bytes of resident memory and of the log."""
        self.come_to_rest()
        descriptors = resident = 0
        for pid in self.processes():
            proc = pathlib.Path(f"/proc/{pid}")
            descriptors += len(list((proc / "fd").iterdir()))
            # Counted page by page, which "status" is not (proc(5)); and of
            # what is its own, for the pages of programs and libraries come in
            # as they are used for the first time.
            pages = (proc / "smaps_rollup").read_text(encoding="utf-8")
            resident += 1024 * int(re.search(r"Anonymous:\s+(\d+)", pages)[1])
        return descriptors, resident, self.home.log.stat().st_size


@pytest.fixture
def day(request, home):
    if os.geteuid() != 0:
        pytest.skip("needs root, to look into a process that lets nobody")
    day = Day(home, request.config.getoption("speed"))
    yield day
    day.close()


@pytest.mark.slow
@pytest.mark.row("Process", "a day of faults by turns, its clocks fast forward",
                 "descriptors, memory and log as after the first round")
def test_day(request, day, record_property):
    hours = request.config.getoption("hours")
    rounds = []
    heard = 0
    while day.elapsed_s() < hours * 3600 or len(rounds) < 4:
        for fault in FAULTS:
            heard += day.turn(fault)
        rounds.append(day.measure())
    told = (f"{day.elapsed_s() / 3600:.1f} hours at {day.speed} times the speed, "
            f"{len(rounds)} rounds of {len(FAULTS)} faults, {heard} calls; "
            "descriptors, resident bytes and log after the first and the last: "
            f"{rounds[0]} and {rounds[-1]}")
    record_property("told", told)
    first, last = rounds[0], rounds[-1]
    # One more or less is a connection that is kept for a while.
    assert last[0] <= first[0] + 1, told
    assert settled([resident for _, resident, _ in rounds]) <= SETTLING, told
    # A round is told of in the same words each time.
    grown = [after[2] - before[2] for before, after in zip(rounds, rounds[1:])]
    assert max(grown) <= rounds[0][2] * 3 // 2, told
    assert heard > len(FAULTS)
