#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes lists in documents from what there is: from tests/transcripts the README's
table of providers, and their names in grantty.conf(5) and in the completions; from
themes the names of the themes; from po the codes of the languages.

As a test it says, in TAP, whether all of that is up to date; with --write it
brings it up to date. The top of the source tree is $srcdir, else ".".
"""

import json
import os
import pathlib
import sys
import textwrap


class Transcript:
    def __init__(self, path):
        self.data = json.loads(path.read_text(encoding="utf-8"))
        base = self.data.get("extends")
        self.base = Transcript(path.with_name(base)) if base else None

    def ending(self, name):
        endings = self.data.get("endings", {})
        return endings[name] if name in endings else self.base.ending(name)

    def options(self, kind):
        """The options as a list in Markdown, the endpoints as one."""
        names = self.data.get(kind, [])
        own = [f"`{name}`" for name in names if not name.endswith("_endpoint")]
        return own + ["`…_endpoint`"] * (len(own) < len(names))

    def row(self):
        needs = self.options("needs")
        if "discovery" in self.data:
            needs[needs.index("`…_endpoint`")] = "`issuer` or `…_endpoint`"
        named = self.options("needs")
        takes = [name for name in self.options("takes") if name not in named]
        preset = self.data["preset"]
        return [
            self.data["label"],
            f"`{preset}`" if preset else "",
            ", ".join(needs) + (f" ({', '.join(takes)})" if takes else ""),
            "revokes" if self.ending("signed_out")["revoked"] else "forgets",
            self.data["notes"],
        ]


def read_known(top):
    paths = (top / "tests" / "transcripts").glob("*.json")
    transcripts = [Transcript(path) for path in paths]
    known = [t for t in transcripts if "preset" in t.data and "variant" not in t.data]
    # By name, and the one that is no name in particular last.
    known.sort(key=lambda t: (t.data["preset"] == "", t.data["label"].lower()))
    return known


def names(top):
    return sorted(t.data["preset"] for t in read_known(top) if t.data["preset"])


def table(top):
    head = ["Provider", "`preset`", "Set (optional)", "Sign-out", "How it deviates"]
    rows = [head, ["---"] * len(head)] + [t.row() for t in read_known(top)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def in_page(top):
    *rest, one_but_last, last = names(top)
    lines = [f".Ql {name} ,\n" for name in rest]
    return "".join(lines) + f".Ql {one_but_last}\nor\n.Ql {last} .\n"


def in_completion(before, indent, after):
    """In the syntax of a shell."""
    return lambda top: before + f"\n{indent}".join(
        textwrap.wrap(" ".join(names(top)), 50)
    ) + after


def theme_names(top):
    return sorted(path.stem for path in (top / "themes").glob("*.theme"))


def themes_in_page(top):
    return "".join(f".Ql {name} ,\n" for name in theme_names(top))


def themes_in_readme(top):
    *rest, last = theme_names(top)
    return f"{', '.join(rest)} and {last}"


def languages_in_page(top):
    codes = (top / "po" / "LINGUAS").read_text(encoding="utf-8").split()
    *rest, last = ["en", *codes]
    return "".join(f".Ql {code} ,\n" for code in rest) + f"and\n.Ql {last} .\n"


# What goes where, between which two lines.
PLACES = [
    ("README.md", "<!-- providers -->\n", "<!-- /providers -->\n", table),
    ("docs/grantty.conf.5", '.\\" providers\n', '.\\" /providers\n', in_page),
    (
        "docs/completion/grantty",
        "\t\t# providers\n",
        "\t\t# /providers\n",
        in_completion("\t\twords='", "\t\t\t", "'\n"),
    ),
    (
        "docs/completion/_grantty",
        "\t\t\t# providers\n",
        "\t\t\t# /providers\n",
        in_completion("\t\t\taction='(", "\t\t\t\t", ")'\n"),
    ),
    (
        "docs/completion/grantty.fish",
        "            # providers\n",
        "            # /providers\n",
        in_completion("            set -a option -xa '", " " * 16, "'\n"),
    ),
    ("README.md", "<!-- themes -->", "<!-- /themes -->", themes_in_readme),
    (
        "docs/grantty.conf.5",
        '.\\" languages\n',
        '.\\" /languages\n',
        languages_in_page,
    ),
    ("docs/grantty.conf.5", '.\\" themes\n', '.\\" /themes\n', themes_in_page),
]


def between(text, begin, end, block):
    before, rest = text.split(begin)
    _, after = rest.split(end)
    return before + begin + block + end + after


def main():
    top = pathlib.Path(os.environ.get("srcdir", "."))
    writing = sys.argv[1:] == ["--write"]
    all_ok = True
    if not writing:
        print(f"1..{len(PLACES)}")
    for number, (name, begin, end, make) in enumerate(PLACES, 1):
        path = top / name
        old = path.read_text(encoding="utf-8")
        new = between(old, begin, end, make(top))
        what = begin.strip(" \t\n.\\\"#<!->")
        if writing:
            path.write_text(new, encoding="utf-8")
            continue
        print(f"{'ok' if old == new else 'not ok'} {number} - {name} has all {what}")
        if old != new:
            print("# run tests/lists.py --write")
            all_ok = False
    return 0 if all_ok else 1


if __name__ == "__main__":
    sys.exit(main())
