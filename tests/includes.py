#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Holds the #include lines to the rules of the house, as TAP.

Each rule is first shown a small tree that breaks it, so that a rule which has
gone blind fails as well. Takes the top of the source tree as an argument, else
from $srcdir.
"""

import fnmatch
import os
import pathlib
import re
import sys
import tempfile

SPDX = "/* SPDX-License-Identifier: MIT */"
LAYERS = ["base", "core", "io", "ui", "app"]

# Beside the layers: what the practice server may build upon.
PRACTICE = ["base", "core", "practice"]

# Which headers belong to a library, and the files that may name them.
DOORS = {
    "libcurl": (["curl/*"], ["io/http.c", "io/http_*.[ch]"]),
    "ncurses": (
        ["curses.h", "ncurses.h", "ncursesw/*", "term.h", "panel.h"],
        ["ui/term.[ch]", "ui/term_type.c", "ui/keyboard.c", "ui/palette.c"]
        + ["ui/canvas.[ch]"],
    ),
    "cJSON": (["cjson/*", "cJSON.h"], ["core/json.c"]),
    "libqrencode": (["qrencode.h"], ["core/qr.c"]),
    "libconfig": (
        ["libconfig.h"],
        ["core/conf*.c", "core/settings.c", "core/theme.c"],
    ),
    "libsodium": (["sodium.h", "sodium/*"], ["base/crypto.c"]),
    "libmicrohttpd": (["microhttpd.h"], ["practice/*.[ch]", "io/redirect*.[ch]"]),
    "libsystemd": (["systemd/*"], ["io/systemd.c"]),
    "OpenSSL": (["openssl/*"], ["core/jose*.[ch]"]),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


class Source:
    """A file: its name below the top, first line and includes."""

    def __init__(self, top, path):
        self.name = str(path.relative_to(top))
        lines = path.read_text(encoding="utf-8").splitlines()
        self.first_line = lines[0] if lines else ""
        self.includes = []  # (line number, is quoted, what)
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            if match:
                quoted = match.group(1) == '"'
                self.includes.append((number, quoted, match.group(2)))

    @property
    def below_src(self):
        """The name below src/, or None for a test."""
        return self.name[4:] if self.name.startswith("src/") else None


def layers_of(name):
    """The layers that the file of this name below src/ may include."""
    layer = name.split("/")[0]
    if layer == "practice":
        return PRACTICE
    if layer in LAYERS:
        return LAYERS[: LAYERS.index(layer) + 1]
    return LAYERS


def check_layers(sources):
    for source in sources:
        if source.below_src is None:
            continue
        allowed = layers_of(source.below_src)
        for number, quoted, what in source.includes:
            if not quoted or what == "config.h":
                continue
            if what.split("/")[0] not in allowed:
                yield f'{source.name}:{number}: may not include "{what}"'


def check_door(library):
    headers, doors = DOORS[library]

    def check(sources):
        for source in sources:
            if source.below_src is None:
                continue
            if any(fnmatch.fnmatch(source.below_src, door) for door in doors):
                continue
            for number, quoted, what in source.includes:
                ours = quoted and "/" in what
                if not ours and any(
                    fnmatch.fnmatch(what, header) for header in headers
                ):
                    yield f"{source.name}:{number}: {library} is not its business"

    return check


def check_parts(sources):
    """x_parts.h is for x.c and x_*.c: what is in it is nobody else's matter."""
    for source in sources:
        for number, _, what in source.includes:
            whole = what.removesuffix("_parts.h")
            mine = [f"src/{whole}.c", f"src/{whole}_*.c"]
            if whole != what and not any(
                fnmatch.fnmatch(source.name, pattern) for pattern in mine
            ):
                yield f'{source.name}:{number}: "{what}" is not its business'


def check_order(sources):
    names = {source.name for source in sources}
    for source in sources:
        whats = [what for _, _, what in source.includes]
        if source.name.endswith(".h"):
            if "config.h" in whats:
                yield f"{source.name}: a header does not include config.h"
            continue
        if whats[:1] != ["config.h"]:
            yield f"{source.name}: config.h comes first"
        own = source.name[:-1] + "h"
        written = source.below_src or pathlib.Path(own).name
        if own in names and whats[1:2] != [written[:-1] + "h"]:
            yield f"{source.name}: its own header comes second"


def check_spdx(sources):
    for source in sources:
        if source.first_line != SPDX:
            yield f"{source.name}:1: {SPDX} is missing"


def read_tree(top):
    top = pathlib.Path(top)
    paths = [
        path
        for folder in ("src", "tests")
        for path in sorted((top / folder).rglob("*.[ch]"))
        if "node_modules" not in path.parts
    ]
    return [Source(top, path) for path in paths]


def broken_tree(file, text):
    """What the rules see of a tree in which one file is not as it should be."""
    good = f'{SPDX}\n#include "config.h"\n#include "base/a.h"\n'
    with tempfile.TemporaryDirectory() as top:
        for name, content in [
            ("src/base/a.h", SPDX + "\n"),
            ("src/base/a.c", good),
            ("src/practice/b.h", SPDX + "\n"),
            (file, text),
        ]:
            path = pathlib.Path(top, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return read_tree(top)


def bad(include):
    return f'{SPDX}\n#include "config.h"\n#include {include}\n'


# What is told of a rule, the rule, and files of which each one breaks it.
RULES = [
    (
        "includes point down the layers only",
        check_layers,
        [
            ("src/base/b.c", bad('"core/flow.h"')),
            ("src/core/b.c", bad('"io/http.h"')),
            ("src/io/b.h", bad('"ui/term.h"')),
            ("src/ui/b.c", bad('"app/kiosk.h"')),
            ("src/app/b.c", bad('"practice/b.h"')),
            ("src/practice/b.c", bad('"io/http.h"')),
            ("src/main.c", bad('"practice/b.h"')),
            ("src/core/b.c", bad('"flow.h"')),
        ],
    ),
    *(
        (
            f"{library} has one door",
            check_door(library),
            [
                ("src/app/b.c", bad(f"<{headers[0].replace('*', 'x.h')}>")),
                ("src/core/b.h", bad(f"<{headers[-1].replace('*', 'x.h')}>")),
            ],
        )
        for library, (headers, _) in DOORS.items()
    ),
    (
        "the parts of a whole are its own",
        check_parts,
        [
            ("src/core/b.c", bad('"core/flow_parts.h"')),
            ("src/app/flow_b.c", bad('"core/flow_parts.h"')),
            ("src/core/flow.h", '#include "core/flow_parts.h"\n'),
            ("tests/unit/flow_b.c", bad('"core/flow_parts.h"')),
        ],
    ),
    (
        "config.h comes first and the own header second",
        check_order,
        [
            ("src/base/b.c", f"{SPDX}\n#include <stdio.h>\n"),
            ("src/base/a.c", bad("<stdio.h>")),
            ("src/practice/b.h", bad("<stdio.h>")),
            ("tests/unit/b.c", f"{SPDX}\n#include <stdio.h>\n"),
        ],
    ),
    (
        "every file names its licence",
        check_spdx,
        [
            ("src/base/b.h", "/* nothing */\n"),
            ("tests/unit/b.c", ""),
        ],
    ),
]


def report(number, description, problems):
    print(f"{'not ok' if problems else 'ok'} {number} - {description}")
    for problem in problems:
        print(f"# {problem}")
    return not problems


def main():
    top = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("srcdir", ".")
    sources = read_tree(top)
    if not sources:
        sys.exit(f"{top} is no source tree of this project")
    print(f"1..{2 * len(RULES)}")
    number = 0
    all_ok = True
    for description, check, broken in RULES:
        blind = [
            f"did not see what is wrong with {file}"
            for file, text in broken
            if not list(check(broken_tree(file, text)))
        ]
        number += 2
        seen = report(number - 1, f"seen when broken: {description}", blind)
        kept = report(number, description, list(check(sources)))
        all_ok = all_ok and seen and kept
    return 0 if all_ok else 1


if __name__ == "__main__":
    sys.exit(main())
