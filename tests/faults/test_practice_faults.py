# SPDX-License-Identifier: MIT
"""Each fault of the practice server, at each place where it can strike: how it
ends, and how often the server was called. Most strike on a kept connection."""

import re
import subprocess
import time

import pytest

from practice import ENDPOINTS, Practice
from program import PRACTICE, Exit, Home

INTERVAL_MS = 1000

# What runs out of its time, does so before anybody gets tired of it.
NETWORK = {"request_timeout_s": 6}

ROUTES = {
    "discovery": "GET /.well-known/openid-configuration",
    "authorize": "POST /device_authorization",
    "poll": "POST /token",
    "profile": "GET /userinfo",
    "refresh": "POST /token",
    "revoke": "POST /revoke",
}

# The exit code, and the calls at that place.
ONCE, AGAIN = (Exit.DONE, 1), (Exit.DONE, 2)
FAILED, USAGE, DENIED = (Exit.FAILED, 1), (Exit.USAGE, 1), (Exit.DENIED, 1)
# The tokens had been given out, and the answer with them was lost.
LOST, SIGNED_OUT = (Exit.FAILED, 2), (Exit.NOBODY, 2)

# At discovery, authorize, poll, profile, refresh and revoke. In place of an
# OpenID document that is no such thing, RFC 8414's is asked for. A refresh that
# is refused is tried once more; and of the two tokens to be revoked, the second
# is not where the provider is in difficulties.
ANYWHERE = {
    "no-redirect-uri": (ONCE, USAGE, USAGE, ONCE, AGAIN, AGAIN),
    "refresh-invalid-grant": (
        ONCE, FAILED, FAILED, ONCE, (Exit.NOBODY, 1), AGAIN
    ),
    "invalid-client": (ONCE, USAGE, USAGE, AGAIN, AGAIN, AGAIN),
    "unknown-error": (ONCE, FAILED, FAILED, ONCE, (Exit.NOBODY, 1), AGAIN),
    "http-404": (ONCE, AGAIN, AGAIN, ONCE, AGAIN, AGAIN),
    "http-415": (ONCE, AGAIN, AGAIN, ONCE, AGAIN, AGAIN),
    "http-500": (ONCE, AGAIN, AGAIN, AGAIN, AGAIN, ONCE),
    "html-502": (ONCE, AGAIN, AGAIN, AGAIN, AGAIN, ONCE),
    "rate-limit": (AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, ONCE),
    "retry-date": (AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, ONCE),
    "redirect": (ONCE, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN),
    "not-json": (ONCE, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN),
    "empty": (ONCE, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN),
    "truncated-json": (ONCE, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN),
    "big-body": (AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, ONCE),
    "gzip": (ONCE, ONCE, ONCE, ONCE, ONCE, AGAIN),
    "keep-alive": (ONCE, ONCE, ONCE, ONCE, ONCE, AGAIN),
    "drip": (AGAIN, AGAIN, LOST, AGAIN, SIGNED_OUT, AGAIN),
    "hang": (AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, ONCE),
    "drop": (AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, ONCE),
}

# Where they always strike, if at more than one place at the first.
IN_PLACE = {
    "no-interval": ("authorize", ONCE),
    "zero-interval": ("authorize", ONCE),
    "negative-interval": ("authorize", ONCE),
    # Nobody may ask before the code has run out.
    "huge-interval": ("authorize", (Exit.EXPIRED, 1)),
    "string-numbers": ("authorize", ONCE),
    "expire-soon": ("authorize", ONCE),
    "bad-uri": ("authorize", FAILED),
    "http-uri": ("authorize", FAILED),
    "slow-down": ("poll", AGAIN),
    # Nothing comes before the first poll.
    "whole-seconds": ("poll", ONCE),
    "more-seconds": ("poll", ONCE),
    "seconds-up": ("poll", ONCE),
    "deny": ("poll", DENIED),
    "drop-token": ("poll", LOST),
    "hostile-text": ("authorize", FAILED),
    "huge-profile": ("profile", ONCE),
}

APPROVED = ["--approve-after", "0"]
OPTIONS = {
    "slow-down*1": ["--approve-after", "3"],
    "deny*1": ["--approve-after", "3"],
    "huge-interval*1": [*APPROVED, "--expires-in", "8"],
}

CASES = {
    f"{fault}@{place}": (f"{fault}@{place}*1", place, *expected)
    for fault, row in ANYWHERE.items()
    for place, expected in zip(ROUTES, row, strict=True)
} | {
    fault: (f"{fault}*1", place, *expected)
    for fault, (place, expected) in IN_PLACE.items()
}


def live(folder, fault, place):
    """Signs in with that fault; or without, and has it afterwards. Returns
    what the last command said, the log, what the server says, and how often
    the place was called."""
    home = Home(folder / "home")
    log = home.path / "log"
    later = {"refresh": ["token"], "revoke": ["logout"]}.get(place)
    now = [] if later else ["--fault", fault]
    practice = Practice("--interval", str(INTERVAL_MS // 1000),
                        *OPTIONS.get(fault, APPROVED), *now)
    found = dict.fromkeys(ENDPOINTS["plain"]) | {"issuer": practice.url}
    try:
        practice.config(home.config, "plain", network=NETWORK,
                        provider=found if place == "discovery" else {},
                        log={"file": str(log), "level": "debug"})
        run, before = home.grantty("login"), 0
        if later:
            before = practice.calls(ROUTES[place])
            if place == "refresh":
                home.store(expires_at=int(time.time()) - 1)
            practice.control(fault=fault)
            run = home.grantty(*later)
        calls = practice.calls(ROUTES[place]) - before
        return run, log.read_text(encoding="utf-8"), practice.state(), calls
    finally:
        practice.close()


@pytest.mark.slow
@pytest.mark.row("Answers", "fault of the practice server",
                 "ends as it should, each request is sent once")
@pytest.mark.parametrize("name", CASES)
def test_fault(tmp_path, name):
    fault, place, code, count = CASES[name]
    run, log, state, calls = live(tmp_path, fault, place)
    assert (run.returncode, calls) == (code, count), run.stderr + log
    assert state["faults"] == []  # it has struck
    # Nothing was sent that the program does not know of.
    polls = [code["polls"] for code in state["codes"]]
    assert sum(polls) == log.count("-> polling")
    gaps = [gap for code in state["codes"] for gap in code["gaps_ms"]]
    assert all(gap >= INTERVAL_MS for gap in gaps), gaps
    # Whatever it was, the name was known.
    assert "cannot be resolved" not in log


@pytest.mark.row("Answers", "faults of the practice server",
                 "each has its row here")
def test_all_faults_are_in_the_table():
    run = subprocess.run([PRACTICE, "--help"], check=True, encoding="utf-8",
                         stdout=subprocess.PIPE)
    text = run.stdout.partition("Faults,")[2].partition("Paths:")[0]
    names = re.findall(r"^  ([ +]) ([a-z0-9-]+) {2}", text, re.M)
    assert {name for mark, name in names if mark == "+"} == set(ANYWHERE)
    assert {name for mark, name in names if mark == " "} == set(IN_PLACE)
