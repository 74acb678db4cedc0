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
LAYERS = ["base", "jose", "conf", "oauth", "machine", "io", "ui", "app"]

# Beside the layers: what the practice server may build upon.
PRACTICE = ["base", "jose", "conf", "oauth", "practice"]

# Which headers belong to a library, and the files that may name them.
DOORS = {
    "libcurl": (["curl/*"], ["io/http.c", "io/http_*.[ch]"]),
    "ncurses": (
        ["curses.h", "ncurses.h", "ncursesw/*", "term.h", "panel.h"],
        ["ui/term*.[ch]", "ui/keyboard.c", "ui/palette.c", "ui/canvas.[ch]"]
        + ["ui/hyperlink_cells.c", "ui/screen.c"],
    ),
    "cJSON": (["cjson/*", "cJSON.h"], ["base/json.c", "base/json_parse.c"]),
    "libqrencode": (["qrencode.h"], ["ui/qr.c"]),
    "libconfig": (
        ["libconfig.h"],
        ["conf/conf*.c", "conf/settings.c", "conf/theme.c"],
    ),
    "libsodium": (["sodium.h", "sodium/*"], ["base/crypto.c"]),
    "libmicrohttpd": (["microhttpd.h"], ["practice/*.[ch]", "io/redirect*.[ch]"]),
    "zlib": (["zlib.h"], ["io/http_coding.c"]),
    "OpenSSL": (["openssl/*"], ["jose/jose*.[ch]"]),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

# Of the C of this house: what is not code, the names of types, and the functions
# that a file defines, for others and for itself, and what it may be using.
NO_CODE = re.compile(r"""/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""", re.S)
TAG = re.compile(r"\b(?:struct|enum|union)\s+\w+")
TAGGED = re.compile(r"^\s*(?:struct|enum|union)\s+(\w+)\s*\{", re.M)
DEFINED = re.compile(r"^(?!static\b)[A-Za-z][^;={}()]*\b(\w+)\([^;{}]*\)\n{", re.M)
STATIC = re.compile(r"^static\b[^;={}()]*\b(\w+)\(", re.M)
USED = re.compile(r"(?<![.>\w])[a-z]\w+")


class Source:
    """A file: its name below the top, text, first line and includes."""

    def __init__(self, top, path):
        self.name = str(path.relative_to(top))
        self.text = path.read_text(encoding="utf-8")
        lines = self.text.splitlines()
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

    @property
    def module(self):
        """A file and its header are one module."""
        return self.name[:-2]


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
    """x_parts.h, and each header that includes it, is for x.c and x_*: what is in
    it is nobody else's matter."""
    wholes = {}
    for source in sources:
        for _, _, what in source.includes:
            if what.endswith("_parts.h"):
                wholes[what] = what.removesuffix("_parts.h")
                if source.name.endswith(".h"):
                    wholes[source.below_src] = wholes[what]
    for source in sources:
        for number, _, what in source.includes:
            if what not in wholes:
                continue
            mine = [f"src/{wholes[what]}.c", f"src/{wholes[what]}_*.[ch]"]
            if not any(fnmatch.fnmatch(source.name, name) for name in mine):
                yield f'{source.name}:{number}: "{what}" is not its business'


def way_back(below, start):
    """The shortest way from that module down to itself, or None."""
    came = {}
    todo = [start]
    for here in todo:
        for other in sorted(below.get(here, ())):
            if other == start:
                way = [start]
                while here != start:
                    way.insert(0, here)
                    here = came[here]
                return [start] + way
            if other not in came:
                came[other] = here
                todo.append(other)
    return None


def circles(below):
    """Each circle in the modules that lie below each module, however long."""
    named = set()
    for module in sorted(below):
        way = None if module in named else way_back(below, module)
        if way:
            named.update(way)
            yield " -> ".join(way)


def check_include_circles(sources):
    """None includes, by way of however many others, one that includes it."""
    below = {}
    for source in sources:
        includes = below.setdefault(source.module, set())
        for _, quoted, what in source.includes:
            # A test names those beside it without their folder.
            for folder in ("src", os.path.dirname(source.name)) if quoted else ():
                includes.add(os.path.normpath(f"{folder}/{what}")[:-2])
        includes.discard(source.module)
    yield from circles(below)


def check_call_circles(sources):
    """Nor does one call it: a declaration that stands elsewhere hides nothing."""
    codes = [
        (source, TAG.sub("struct", NO_CODE.sub(" ", source.text)))
        for source in sources
        if source.name.endswith(".c")
    ]
    homes = {}
    for source, code in codes:
        for function in set(DEFINED.findall(code)) - {"main"}:
            homes.setdefault(function, set()).add(source.module)
    below = {}
    for source, code in codes:
        calls = below.setdefault(source.module, set())
        for name in set(USED.findall(code)) - set(STATIC.findall(code)):
            # Two programs may have a function of the same name each.
            near = {
                home
                for home in homes.get(name, ())
                if os.path.dirname(home) == os.path.dirname(source.name)
            }
            calls |= near or homes.get(name, set())
        calls.discard(source.module)
    yield from circles(below)


def check_tags(sources):
    """What a header calls by a name is called by it nowhere else: no struct or
    enum of that name means something else in another file."""
    codes = [
        (source, NO_CODE.sub(" ", source.text))
        for source in sources
        if source.below_src is not None
    ]
    homes = {
        tag: source.name
        for source, code in codes
        if source.name.endswith(".h")
        for tag in TAGGED.findall(code)
    }
    for source, code in codes:
        for tag in TAGGED.findall(code):
            if homes.get(tag, source.name) != source.name:
                yield f"{source.name}: {homes[tag]} has another {tag}"


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


def check_architecture(folders, text):
    for folder in sorted(folders):
        if f"`{folder}`" not in text:
            yield f"docs/architecture.md says nothing of {folder}"


def read_tree(top):
    top = pathlib.Path(top)
    paths = [
        path
        for folder in ("src", "tests")
        for path in sorted((top / folder).rglob("*.[ch]"))
        if "node_modules" not in path.parts
    ]
    return [Source(top, path) for path in paths]


def broken_tree(file, text, *others):
    """What the rules see of a tree in which one file is not as it should be, or
    not beside those others."""
    good = f'{SPDX}\n#include "config.h"\n#include "base/a.h"\n'
    with tempfile.TemporaryDirectory() as top:
        for name, content in [
            ("src/base/a.h", SPDX + "\n"),
            ("src/base/a.c", good),
            ("src/practice/b.h", SPDX + "\n"),
            (file, text),
            *others,
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
            ("src/base/b.c", bad('"jose/jose.h"')),
            ("src/jose/b.c", bad('"conf/conf.h"')),
            ("src/conf/b.c", bad('"oauth/reply.h"')),
            ("src/oauth/b.c", bad('"machine/flow.h"')),
            ("src/machine/b.c", bad('"io/http.h"')),
            ("src/io/b.h", bad('"ui/term.h"')),
            ("src/ui/b.c", bad('"app/kiosk.h"')),
            ("src/app/b.c", bad('"practice/b.h"')),
            ("src/practice/b.c", bad('"io/http.h"')),
            ("src/main.c", bad('"practice/b.h"')),
            ("src/machine/b.c", bad('"flow.h"')),
        ],
    ),
    *(
        (
            f"{library} has one door",
            check_door(library),
            [
                ("src/app/b.c", bad(f"<{headers[0].replace('*', 'x.h')}>")),
                ("src/machine/b.h", bad(f"<{headers[-1].replace('*', 'x.h')}>")),
            ],
        )
        for library, (headers, _) in DOORS.items()
    ),
    (
        "the parts of a whole are its own",
        check_parts,
        [
            ("src/machine/b.c", bad('"machine/flow_parts.h"')),
            ("src/app/flow_b.c", bad('"machine/flow_parts.h"')),
            ("src/machine/flow.h", '#include "machine/flow_parts.h"\n'),
            ("tests/unit/flow_b.c", bad('"machine/flow_parts.h"')),
            (
                "src/machine/b.c",
                bad('"machine/flow_device_grant.h"'),
                ("src/machine/flow_device_grant.h", '#include "machine/flow_parts.h"\n'),
            ),
        ],
    ),
    (
        "no files include each other in a circle",
        check_include_circles,
        [
            (
                "src/base/a.h",
                '#include "base/b.h"\n',
                ("src/base/b.c", bad('"base/a.h"')),
            ),
            (
                "src/machine/c.h",
                '#include "machine/d.h"\n',
                ("src/machine/d.h", '#include "machine/e.h"\n'),
                ("src/machine/e.c", bad('"machine/f.h"')),
                ("src/machine/f.h", '#include "machine/c.h"\n'),
            ),
            (
                "tests/unit/c.h",
                '#include "d.h"\n',
                ("tests/unit/d.c", bad('"../unit/c.h"')),
            ),
        ],
    ),
    (
        "no files call each other in a circle",
        check_call_circles,
        [
            (
                "src/machine/c.c",
                bad('"machine/d.h"') + "void c_go(void)\n{\n\td_go();\n}\n",
                ("src/machine/d.c", "void c_go(void);\nvoid d_go(void)\n{c_go();}\n"),
            ),
            (
                "src/machine/c.c",
                "struct c *c_go(void)\n{\n\treturn d_go(1);\n}\n",
                ("src/machine/d.c", "bool d_go(int i,\n\tint j)\n{\n\te_go();\n}\n"),
                (
                    "src/machine/e.c",
                    "static const struct e es[] = { { c_go } };\n"
                    "void e_go(void)\n{\n}\n",
                ),
            ),
        ],
    ),
    (
        "a struct or enum of a header has its name alone",
        check_tags,
        [
            (
                "src/base/a.h",
                "enum place { HERE };\n",
                ("src/io/c.c", f"{SPDX}\nstruct place {{\n\tint x;\n}};\n"),
            ),
            (
                "src/base/a.h",
                "struct a {\n\tenum place { HERE } place;\n};\n",
                ("src/base/c.h", "struct place { int x; };\n"),
            ),
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
    print(f"1..{2 * len(RULES) + 2}")
    number = 0
    all_ok = True
    for description, check, broken in RULES:
        blind = [
            f"did not see what is wrong with {tree[0]}"
            for tree in broken
            if not list(check(broken_tree(*tree)))
        ]
        number += 2
        seen = report(number - 1, f"seen when broken: {description}", blind)
        kept = report(number, description, list(check(sources)))
        all_ok = all_ok and seen and kept
    folders = {os.path.dirname(source.name) for source in sources}
    text = pathlib.Path(top, "docs/architecture.md").read_text(encoding="utf-8")
    blind = [] if list(check_architecture({"src/a"}, "`src/b`")) else ["was not seen"]
    rule = "docs/architecture.md names every folder"
    all_ok = report(number + 1, f"seen when broken: {rule}", blind) and all_ok
    problems = list(check_architecture(folders - {"src"}, text))
    all_ok = report(number + 2, rule, problems) and all_ok
    return 0 if all_ok else 1


if __name__ == "__main__":
    sys.exit(main())
