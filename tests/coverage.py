#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the tests that ran in a build with --enable-coverage have covered, by
layer: coverage.py BUILD [-v]. With -v also by file."""

import collections
import pathlib
import re
import subprocess
import sys

FILE = re.compile(
    r"File '(?:[^']*/)?src/([^']+\.c)'\n"
    r"Lines executed:([\d.]+)% of (\d+)\n"
    r"(?:Branches executed:[\d.]+% of \d+\n"
    r"Taken at least once:([\d.]+)% of (\d+))?"
)


def measure(build):
    """{file: [lines, covered, branches, taken]}"""
    found = {}
    for notes in sorted(build.glob("src/**/*.gcno")):
        report = subprocess.run(
            ["gcov", "-n", "-b", "-o", notes.parent, notes],
            cwd=build,
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        for name, share, lines, taken, branches in FILE.findall(report):
            lines, branches = int(lines), int(branches or 0)
            found[name] = [
                lines,
                round(lines * float(share) / 100),
                branches,
                round(branches * float(taken or 0) / 100),
            ]
    return found


def row(name, numbers):
    lines, covered, branches, taken = numbers
    print(
        f"{name:32}{lines:8}{100 * covered / max(lines, 1):8.1f} %"
        f"{branches:10}{100 * taken / max(branches, 1):8.1f} %"
    )


def main():
    found = measure(pathlib.Path(sys.argv[1]).resolve())
    if not found:
        sys.exit("Nothing was measured: run the tests in that build first.")
    layers = collections.defaultdict(lambda: [0, 0, 0, 0])
    for name, numbers in found.items():
        for layer in (name.partition("/")[0], "total"):
            layers[layer] = [a + b for a, b in zip(layers[layer], numbers)]
    print(f"{'':32}{'lines':>8}{'covered':>10}{'branches':>10}{'taken':>10}")
    if "-v" in sys.argv:
        for name, numbers in sorted(found.items()):
            row(name, numbers)
    for layer in ("base", "jose", "conf", "oauth", "machine", "io", "ui")
        + ("app", "practice", "total"):
        row(layer, layers[layer])


if __name__ == "__main__":
    main()
