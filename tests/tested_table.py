#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the README's table of where grantty is tested from the stages of
tests/check.

As a test it says, in TAP, whether the table is up to date; with --write it
brings it up to date. The top of the source tree is $srcdir, else ".".
"""

import os
import pathlib
import subprocess
import sys

BEGIN = "<!-- tested -->\n"
END = "<!-- /tested -->\n"

# What tests/check calls the suites, and in which order they are listed.
SUITES = {
    "bookworm": "Debian 12",
    "trixie": "Debian 13",
    "-": "Debian 12 or 13",
}

# The architecture, and how: {suite} is that of the row, {other} the other one.
HOW = {
    "both": ("amd64", "natively, or in a root on {other}"),
    "package": ("amd64", "built and installed in roots"),
    "emulated": ("amd64", "emulated by QEMU, with that Debian's kernel"),
    "one": ("amd64", "natively"),
}


def stages(top):
    """The names of the stages by suite and how they run."""
    lines = subprocess.run(
        ["sh", top / "tests" / "check", "--full", "--list"],
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ).stdout.splitlines()
    found = {}
    for line in lines:
        suite, how, name = line.split("\t")
        found.setdefault((suite, how), []).append(name)
    return found


def table(found):
    rows = [["Distribution", "Architecture", "How", "Stages"], ["---"] * 4]
    for suite, label in SUITES.items():
        other = next(SUITES[name] for name in SUITES if name != suite)
        for how, (architecture, words) in HOW.items():
            names = found.pop((suite, how), None)
            if names:
                rows.append(
                    [label, architecture, words.format(other=other), ", ".join(names)]
                )
    assert not found, f"there are no words for {list(found)}"
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def main():
    top = pathlib.Path(os.environ.get("srcdir", "."))
    path = top / "README.md"
    old = path.read_text(encoding="utf-8")
    before, rest = old.split(BEGIN)
    new = before + BEGIN + table(stages(top)) + END + rest.split(END)[1]
    if sys.argv[1:] == ["--write"]:
        path.write_text(new, encoding="utf-8")
        return 0
    print("1..1")
    print(f"{'ok' if old == new else 'not ok'} 1 - README.md has all stages")
    if old != new:
        print("# run tests/tested_table.py --write")
    return 0 if old == new else 1


if __name__ == "__main__":
    sys.exit(main())
