#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Draws docs/machines.md from the tables of states that the machines have.

As a test it says, in TAP, whether the diagrams are those of the tables, and
whether the unit tests have really taken each row (PROGRAM.moves, which they
leave behind, and which they fail for where a row is missing). With --write it
brings the document up to date. Runs in the build folder; $srcdir is the top of
the source tree.
"""

import os
import pathlib
import subprocess
import sys

BUILD = pathlib.Path(".")
DOCUMENT = pathlib.Path(os.environ.get("srcdir", "."), "docs/machines.md")


def read_tables():
    """The states of each machine with what they wait for, and its moves."""
    printed = subprocess.run(
        [BUILD / "tests/unit/machine_tables"],
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    states, moves = {}, {}
    for line in printed.stdout.splitlines():
        kind, machine, first, second = line.split("\t")
        if kind == "state":
            states.setdefault(machine, {})[first] = second
        else:
            moves.setdefault(machine, []).append((first, second))
    return states, moves


def draw(machine, states, moves):
    """A state diagram in Mermaid, and what each state waits for."""
    lines = ["```mermaid", "stateDiagram-v2"]
    first = next(iter(states))
    lines += [f"    [*] --> {name(first)}"]
    lines += [f"    {name(a)} --> {name(b)}" for a, b in moves]
    lines += ["```", "", "| State | Waits for |", "|---|---|"]
    lines += [f"| {state} | {waits} |" for state, waits in states.items()]
    return "".join(line + "\n" for line in lines)


def name(state):
    return state.replace("-", "_")


def between(machine):
    return f"<!-- {machine} -->\n", f"<!-- /{machine} -->\n"


def drawn(text, states, moves):
    """The document as it should be."""
    for machine in states:
        start, end = between(machine)
        head, rest = text.split(start)
        tail = rest.split(end)[1]
        body = draw(machine, states[machine], moves[machine])
        text = head + start + body + end + tail
    return text


def read_taken():
    taken = set()
    for path in BUILD.glob("tests/unit/*.moves"):
        for line in path.read_text(encoding="utf-8").splitlines():
            taken.add(tuple(line.split()))
    return taken


def main():
    states, moves = read_tables()
    text = DOCUMENT.read_text(encoding="utf-8")
    if "--write" in sys.argv:
        DOCUMENT.write_text(drawn(text, states, moves), encoding="utf-8")
        return 0
    taken = read_taken()
    print(f"1..{1 + len(states)}")
    same = drawn(text, states, moves) == text
    print(f"{'ok' if same else 'not ok'} 1 - docs/machines.md shows the tables")
    if not same:
        print("# make machines writes it anew")
    all_ok = same
    for number, machine in enumerate(states, 2):
        idle = [m for m in moves[machine] if (machine, *m) not in taken]
        print(f"{'not ok' if idle else 'ok'} {number} - {machine}: each row is taken")
        for a, b in idle:
            print(f"# never seen: {a} -> {b}")
        all_ok = all_ok and not idle
    return 0 if all_ok else 1


if __name__ == "__main__":
    sys.exit(main())
