#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the README's table of providers from tests/transcripts.

As a test it says, in TAP, whether the README is up to date; with --write it
brings it up to date. The top of the source tree is $srcdir, else ".".
"""

import json
import os
import pathlib
import sys

BEGIN, END = "<!-- providers -->", "<!-- /providers -->"


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


def table(folder):
    transcripts = [Transcript(path) for path in folder.glob("*.json")]
    known = [t for t in transcripts if "preset" in t.data and "variant" not in t.data]
    # By name, and the one that is no name in particular last.
    known.sort(key=lambda t: (t.data["preset"] == "", t.data["label"].lower()))
    head = ["Provider", "`preset`", "Set (optional)", "Sign-out", "How it deviates"]
    rows = [head, ["---"] * len(head)] + [t.row() for t in known]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def with_table(text, block):
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{block}{END}{after}"


def main():
    top = pathlib.Path(os.environ.get("srcdir", "."))
    readme = top / "README.md"
    old = readme.read_text(encoding="utf-8")
    new = with_table(old, table(top / "tests" / "transcripts"))
    if sys.argv[1:] == ["--write"]:
        readme.write_text(new, encoding="utf-8")
        return 0
    print("1..1")
    print(f"{'ok' if old == new else 'not ok'} 1 - the README's table is up to date")
    if old != new:
        print("# run tests/provider_table.py --write")
    return 0 if old == new else 1


if __name__ == "__main__":
    sys.exit(main())
