#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Adds up what really ran and ends with the one line "N passed, N failed".

Reads the list of stages that tests/check writes: outcome, name and where the
results of its cases are, separated by tabs. A stage without cases counts as
one; so does one that failed although none of its cases did.

summary.py --why FILE tells what pytest's file says of the cases that failed,
the first few in full; exits with 1 where there is nothing to tell.
"""

import collections
import pathlib
import re
import sys
import xml.etree.ElementTree

# What Automake's drivers write, and what it means here.
MEANING = {
    "PASS": "passed",
    "XFAIL": "passed",
    "SKIP": "skipped",
    "FAIL": "failed",
    "XPASS": "failed",
    "ERROR": "failed",
}

# How much is told of why cases failed.
CASES_IN_FULL = 4
LINES_OF_A_CASE = 15


def cases_of_automake(folder):
    """Yields (meaning, program) of every case in the .trs files below folder."""
    for path in sorted(folder.rglob("*.trs")):
        for line in path.read_text(encoding="utf-8").splitlines():
            field, _, rest = line.partition(" ")
            if field == ":test-result:":
                yield MEANING[rest.split()[0]], path.stem


def cases_of_junit(path):
    """Yields (meaning, name) of every case in pytest's file."""
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            meaning = "failed"
        elif case.find("skipped") is not None:
            meaning = "skipped"
        else:
            meaning = "passed"
        yield meaning, f"{case.get('classname')} {case.get('name')}"


def cases_of(place):
    path = pathlib.Path(place)
    if path.is_dir():
        return list(cases_of_automake(path))
    if path.is_file():
        return list(cases_of_junit(path))
    return []


def why(case):
    """What pytest says of a failed case: the line of the test, and those that
    it marks with E, but for the empty rows of a screen."""
    trouble = case.find("failure")
    if trouble is None:
        trouble = case.find("error")
    text = trouble.text or ""
    yield from re.findall(r"^\S+:\d+(?=: )", text, re.M)[:1]
    reason = re.findall(r"^E +(.*)", text, re.M)
    reason = reason or trouble.get("message", "").splitlines()
    yield from [line for line in reason if line.strip("| ")][:LINES_OF_A_CASE]


def tell_why(path):
    """Returns how many cases have failed."""
    if not path.is_file():
        return 0
    failed = [
        case
        for case in xml.etree.ElementTree.parse(path).iter("testcase")
        if case.find("failure") is not None or case.find("error") is not None
    ]
    for number, case in enumerate(failed):
        print(f"{case.get('classname')} {case.get('name')}")
        for line in why(case) if number < CASES_IN_FULL else ():
            print(f"    {line}")
    return len(failed)


def main():
    if sys.argv[1] == "--why":
        return 0 if tell_why(pathlib.Path(sys.argv[2])) else 1
    total = collections.Counter()
    for line in pathlib.Path(sys.argv[1]).read_text().splitlines():
        outcome, stage, place = line.split("\t")
        cases = [] if place == "-" else cases_of(place)
        if place == "-" and outcome != "fail":
            cases = [("passed" if outcome == "pass" else "skipped", stage)]
        elif not any(meaning == "failed" for meaning, _ in cases):
            if outcome == "fail" or not cases:
                cases.append(("failed", "as a whole"))
        for (meaning, name), count in collections.Counter(cases).items():
            total[meaning] += count
            if meaning != "passed":
                times = f" ({count} cases)" if count > 1 else ""
                print(f"{meaning}: {stage}: {name}{times}")
    skipped = f", {total['skipped']} skipped" if total["skipped"] else ""
    print(f"{total['passed']} passed, {total['failed']} failed{skipped}")
    return 0 if total["passed"] and not total["failed"] else 1


if __name__ == "__main__":
    sys.exit(main())
