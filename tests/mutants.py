#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Shows that a call cannot go missing unseen which sends something or sets a
deadline: takes one away at a time, in a copy of the source tree, and runs the
unit tests of the machines on it. Fails where a mutant survives.

usage: mutants.py SRCDIR [NAME …]
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# The random walks come first: what they see is seen by the invariant.
TESTS = ["walks", "discovery", "discovery_again", "flow", "flow_pacing"]
TESTS += ["flow_expiry", "flow_year", "flow_code_grant", "session"]
TESTS += ["session_renewal", "session_resume", "session_clock", "session_lock"]
TESTS += ["session_disk", "session_sign_out", "session_check", "visit"]
TESTS += ["visit_login", "visit_trouble", "visit_walks", "visit_code_grant"]
TESTS += ["visit_discovery", "visit_identity", "resume", "year"]

# Long after any of them has ended on a busy machine; a mutant may go on for ever.
PATIENCE_S = 900

# What is mutated: file, function, the call (without "(") that goes, or a text
# and what stands in its place.
MUTANTS = {
    "flow: the request for a code": ("flow_device_grant", "device_grant_request", "flow_send"),
    "flow: the poll": ("flow_device_grant", "device_grant_poll", "flow_send_proved"),
    "flow: the wait for the next poll": ("flow_device_grant", "wait_for_poll", "flow_move"),
    "flow: the pause after a failed request": ("flow_device_grant", "back_off", "flow_move"),
    "flow: the exchange": ("flow_code_grant", "code_grant_exchange", "flow_send_proved"),
    "flow: the pause after a failed exchange": (
        "flow_code_grant",
        "code_grant_exchanged",
        "flow_move",
    ),
    "flow: the end of an address": (
        "flow_code_grant",
        "code_grant_show",
        ("flow->pending.expires_ms,", "NEVER_MS,"),
    ),
    "flow: the jitter of a resumed code": (
        "flow_device_grant",
        "device_grant_resume",
        ("jitter_ms(&flow->seed, interval_ms(flow))", "0"),
    ),
    "session: the refresh": ("session_renewal", "renewal_send", "session_send"),
    "session: the mark before a refresh": (
        "session_renewal",
        "renewal_mark",
        "session_save",
    ),
    "session: the profile": ("session_identity", "identity_read", "session_send"),
    "session: the pause before the profile": (
        "session_identity",
        "read_later",
        "session_move",
    ),
    "session: the keys": ("session_identity", "identity_check", "session_send"),
    "session: the pause before the keys": (
        "session_identity",
        "wait_approved",
        "session_move",
    ),
    "session: the revocation": ("session_sign_out", "sign_out_go_on", "session_send"),
    "session: the emptying of the store": (
        "session_sign_out",
        "wipe_or_give_up",
        "session_wipe",
    ),
    "session: the next try for the lock": (
        "session_lock",
        "lock_busy",
        "session_move",
    ),
    "session: the lock": (
        "session_parts",
        "session_lock_for",
        ("action->kind = ACTION_LOCK;", ""),
    ),
    "session: a put-off that another process has ended": (
        "session_lock",
        "adopt",
        ("session->put_off_ms = 0;", ""),
    ),
    "session: the store has another client's session": (
        "session_lock",
        "note_store",
        ("session->stored = STORED_DISPLACED;", "(void)0;"),
    ),
    "session: the refresh without a mark": (
        "session_renewal",
        "renewal_unmarked",
        "renewal_send",
    ),
    "session: the refresh that is put off": (
        "session_renewal",
        "renewal_unmarked",
        "renewal_put_off",
    ),
    "session: the new tokens in memory": ("session_renewal", "keep", "session_live"),
    "session: the end without a wipe": ("session_renewal", "lost", "session_finish"),
    "visit: the end of a session": ("visit", "follow", "signed_in_follow_session"),
    "visit: the end of a flow": ("visit", "follow", "sign_in_follow_flow"),
    "visit: the time for an answer": (
        "visit_signed_in",
        "judge",
        ("event->now_ms + CONFIRM_MS", "NEVER_MS"),
    ),
    "visit: the first code": (
        "visit_sign_in",
        "sign_in_start",
        ("visit->begin_ms = begin_ms;", "visit->begin_ms = NEVER_MS;"),
    ),
    "discovery: the request": (
        "discovery",
        "request_document",
        ("= ACTION_SEND", "= ACTION_NONE"),
    ),
    "discovery: the pause between two rounds": (
        "discovery",
        "fail",
        ("now_ms + wait_ms", "NEVER_MS"),
    ),
}


def mutate(text, function, what):
    """The text with that done once in that function."""
    start = re.search(rf"^\w[^;{{}}]*\b{function}\([^;{{}}]*\)\n{{", text, re.M)
    end = text.index("\n}\n", start.end())
    body = text[start.end() : end]
    if isinstance(what, str):
        # What it was given is worked out, and that is all.
        new = re.sub(rf"\b{what}\(", "(void)(", body)
    else:
        new = body.replace(*what)
    if new == body:
        sys.exit(f"there is no {what} in {function}() any more")
    return text[: start.end()] + new + text[end:]


def run(build, test, log):
    try:
        done = subprocess.run(
            [build / "tests/unit" / f"test_{test}"],
            cwd=build,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE_S,
            encoding="utf-8",
            errors="replace",
            check=False,
            env={**os.environ, "srcdir": str(build.parent)},
        )
    except subprocess.TimeoutExpired:
        log.append(f"it did not end within {PATIENCE_S} s")
        return False
    log.extend(done.stdout.splitlines())
    return done.returncode == 0


def why(log):
    said = [line for line in log if re.search(r"error|ERROR|Failure|rror:", line)]
    return said[0].strip() if said else log[-1] if log else "it crashed"


def main():
    top = pathlib.Path(sys.argv[1]).resolve()
    chosen = sys.argv[2:] or list(MUTANTS)
    survivors = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder, "grantty")
        skip = shutil.ignore_patterns("build", ".git", "node_modules")
        shutil.copytree(top, copy, ignore=skip, symlinks=True)
        build = copy / "build"
        build.mkdir()
        make = ["make", "-s", "-j2", "CFLAGS=-O1 -w"]
        programs = [f"tests/unit/test_{test}" for test in TESTS]
        subprocess.run(["../configure", "-q"], cwd=build, check=True)
        subprocess.run(make + programs, cwd=build, check=True)
        for name in chosen:
            file, function, what = MUTANTS[name]
            path = copy / "src/machine" / f"{file}.c"
            text = path.read_text(encoding="utf-8")
            path.write_text(mutate(text, function, what), encoding="utf-8")
            for test in TESTS:
                log = []
                program = f"tests/unit/test_{test}"
                subprocess.run(make + [program], cwd=build, check=True)
                if not run(build, test, log):
                    print(f"killed    {name}: test_{test}: {why(log)}", flush=True)
                    break
            else:
                print(f"SURVIVED  {name}", flush=True)
                survivors += 1
            path.write_text(text, encoding="utf-8")
    print(f"{len(chosen)} mutants, {survivors} survived")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
