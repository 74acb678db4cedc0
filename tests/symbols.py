#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks that no two files of the tree export the same symbol, as TAP.

A program that links two such files uses whichever comes first. Looks at the
objects of the build in the current folder: of the programs, of the practice
server and of the tests. The top of the source tree is $srcdir, else "..".
"""

import os
import pathlib
import subprocess
import sys

# What each program may have: its own main(), what a fuzzer or the linker's --wrap
# calls. The compiler's own names begin with two underscores.
MAY_REPEAT = {"main", "LLVMFuzzerTestOneInput"}

# Its files stand in for others, which the linker would refuse beside them.
STAND_IN = "src/front/"


def source_of(top, thing):
    """The source of an object, also of one with its program's flags:
    "tests/fuzz/fuzz_visit-fuzz_visit.o". None if it was renamed since."""
    for stem in (thing.stem, thing.stem.split("-")[-1]):
        source = thing.with_name(stem + ".c")
        if (top / source).exists():
            return str(source)
    return None


def exported(things):
    """The symbols that each object defines for others."""
    nm = [os.environ.get("NM") or "nm", "-P", "-g", "--defined-only", "-A"]
    done = subprocess.run(
        nm + [str(thing) for thing in things],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    for line in done.stdout.splitlines():
        thing, name = line.split()[:2]
        if name not in MAY_REPEAT and not name.startswith("__"):
            yield pathlib.Path(thing.rstrip(":")), name


def repeated(pairs):
    """The symbols that more than one source exports, with those sources."""
    sources = {}
    for source, name in pairs:
        if source.startswith(STAND_IN):
            continue
        sources.setdefault(name, set()).add(source)
    for name, several in sorted(sources.items()):
        if len(several) > 1:
            yield f"{name}: {', '.join(sorted(several))}"


def report(number, description, problems):
    print(f"{'not ok' if problems else 'ok'} {number} - {description}")
    for problem in problems:
        print(f"# {problem}")
    return not problems


def main():
    top = pathlib.Path(os.environ.get("srcdir", ".."))
    things = {}
    for folder in ("src", "tests"):
        for thing in sorted(pathlib.Path(folder).rglob("*.o")):
            source = source_of(top, thing)
            if source:
                things[thing] = source
    pairs = [(things[thing], name) for thing, name in exported(things)]

    print("1..3")
    twice = [("src/a.c", "a"), ("src/b.c", "a"), ("src/b.c", "b"), ("src/b.c", "b")]
    blind = [] if len(list(repeated(twice))) == 1 else ["a was not seen, or b was"]
    all_ok = report(1, "seen when broken: a symbol is exported once", blind)
    sources = {str(path.relative_to(top)) for path in top.glob("src/**/*.c")}
    unseen = sorted(sources - set(things.values()))
    all_ok = report(2, "every source of the programs was seen", unseen) and all_ok
    all_ok = report(3, "a symbol is exported once", list(repeated(pairs))) and all_ok
    return 0 if all_ok else 1


if __name__ == "__main__":
    sys.exit(main())
