#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Holds SECURITY.md to the tests and to the code, as TAP.

Each sentence of what grantty does has a footnote; each footnote names tests that
there are ("test_x.py" or "test_x.c" for all of a file, "test_x.c:test_y" for one
of them, "system.py:x" for a case on the booted system); and the table of the
environment drops what io/environment.c drops. The top of the source tree is
$srcdir, else ".".
"""

import os
import pathlib
import re
import sys

TOP = pathlib.Path(os.environ.get("srcdir", "."))
TEXT = (TOP / "SECURITY.md").read_text(encoding="utf-8")

NOTE = r"\[\^([a-z0-9-]+)\]"


def rows(heading):
    """The rows of the table under that heading, by their cells."""
    part = re.split(r"^## ", TEXT.split(f"\n## {heading}\n")[1], flags=re.M)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [
        [cell.strip() for cell in line.strip("|").split(" |")] for line in lines[2:]
    ]


def notes():
    """The text of each footnote."""
    return dict(re.findall(rf"^{NOTE}: ((?:.+\n)+?)(?=\[|\n|\Z)", TEXT, re.M))


def promises_without_a_test():
    known = notes()
    for against, what in rows("What is defended, against whom"):
        # A sentence, and its footnotes; or what has neither point nor note.
        for words, marks in re.findall(
            r"(.+?(?:\.|$))((?:\[\^[a-z0-9-]+\])*)(?=\s|$)", what
        ):
            names = re.findall(NOTE, marks)
            if not names:
                yield f"{against}: no test for \"{words.strip()}\""
            for name in names:
                if name not in known:
                    yield f"there is no footnote {name}"


def tests_that_are_not_there():
    files = {path.name: path for path in TOP.glob("tests/*/*.*")}
    used = re.findall(NOTE, re.sub(rf"^{NOTE}:", "", TEXT, flags=re.M))
    for note, text in notes().items():
        if note not in used:
            yield f"nothing refers to footnote {note}"
        tests = re.findall(r"`((?:test_\w+|system)\.(?:py|c))(?::(\w+))?`", text)
        if not tests:
            yield f"footnote {note} names no test"
        for file, function in tests:
            if file not in files:
                yield f"footnote {note}: there is no {file}"
            elif function and not re.search(
                rf"^(?:def|static void) {function}\(", files[file].read_text("utf-8"), re.M
            ):
                yield f"footnote {note}: {file} has no {function}"


def other_variables_than_the_code_has():
    code = (TOP / "src/io/environment.c").read_text(encoding="utf-8")
    rules = dict(re.findall(r"\{\"([A-Z0-9_*]+)\", RULE_(\w+)\}", code))
    words = {"DROP": "dropped", "NO_PATH": "a name", "FOLDERS": "folders"}
    told = {}
    for names, _, what in rows("The environment"):
        for name in re.findall(r"`([A-Za-z0-9_*]+)`", names):
            told[name] = what
    for name, rule in rules.items():
        if not told.get(name, "").startswith(words[rule]):
            yield f"{name}: {rule} in the code, {told.get(name)!r} in the table"
    for name, what in told.items():
        if what.startswith(("dropped", "folders")) and name not in rules:
            yield f"{name} is not in the code"


CHECKS = [
    promises_without_a_test,
    tests_that_are_not_there,
    other_variables_than_the_code_has,
]


def main():
    print(f"1..{len(CHECKS)}")
    failed = False
    for number, check in enumerate(CHECKS, 1):
        faults = list(check())
        print(f"{'not ok' if faults else 'ok'} {number} - {check.__name__}")
        for fault in faults:
            print(f"# {fault}")
        failed = failed or bool(faults)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
