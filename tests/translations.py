#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Says in TAP whether the translations in po/ are whole: msgfmt accepts each, each
has all the texts of the sources with their comments and no others, and a wrong format
ends the build.

The top of the source tree is $srcdir, else "."; needs GNU gettext, else it skips.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata

TOP = pathlib.Path(os.environ.get("srcdir", ".")).resolve()
CODES = (TOP / "po" / "LINGUAS").read_text(encoding="utf-8").split()

# Wrong in one way each.
WRONG = [
    ("the %s is lost", r'(msgid "Connecting to %s"\nmsgstr )".*"', r'\1"x"'),
    ("a number for %s", r'(msgid "Connecting to %s"\nmsgstr )".*"', r'\1"%d"'),
    ("one %s too many", r'(msgid "Hello, %s"\nmsgstr )".*"', r'\1"%s%s"'),
    ("a plural without %lu", r'(msgstr\[0\] )"%lu .*"', r'\1"x %d"'),
    ("others of its forms", r"(msgstr\[1\] \"%lu Tage\")", r"\1\nmsgstr[2] \"%lu\""),
    ("a form too few", r"\nmsgstr\[1\] \"%lu Tage\"", ""),
    ("its %s in another order", r'(msgid "Signed in to %s as %s."\nmsgstr )".*"',
     r'\1"%2$s %1$s"'),
    ("a format in a text without one", r'(msgid "Help"\nmsgstr )".*"', r'\1"%d"'),
    ("a date of something else", r'(msgid "%-d %B %Y, %H:%M"\nmsgstr )".*"',
     r'\1"%s, %H:%M"'),
    ("a date without its time", r'(msgid "%-d %B %Y, %H:%M"\nmsgstr )".*"',
     r'\1"%d.%m.%Y"'),
    ("a format on a second line", r'(msgid "Hello, %s"\nmsgstr )".*"',
     r'\1""\n"%s"\n"%d"'),
    ("a quote too many", r'(msgid "Help"\nmsgstr )".*"', r'\1"x"y"'),
    ("a format before a fuzzy text", r'(msgid "Help"\nmsgstr )".*"',
     r'\1"%d"\n\n#, fuzzy\nmsgid "x %s"\nmsgstr "%d"'),
    ("a format after a fuzzy text", r'(msgid "Help"\nmsgstr ".*")',
     r'\1\n\n#, fuzzy\nmsgid "x %s"\nmsgstr "%d"\n\nmsgid "y"\nmsgstr "%d"'),
]
# As msgmerge leaves a text that has changed.
FUZZY = (r'(msgid "Help"\nmsgstr ".*")',
         r'\1\n\n#, fuzzy, c-format\n#| msgid "x"\nmsgid "x %s"\nmsgstr "%d"')


def run(*args):
    return subprocess.run(args, capture_output=True, text=True, cwd=TOP)


def unquoted(line):
    return line[line.index('"') + 1 : line.rindex('"')]


def read(path):
    """The translations of each text; each is on one line."""
    texts, text = {}, None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("msgid "):
            text = unquoted(line)
            texts[text] = []
        elif line.startswith("msgstr"):
            texts[text].append(unquoted(line))
    texts.pop("", None)
    return texts


def source_texts(folder):
    """The file that "make update-po" would make, by the rules in Makefile.am."""
    makefile = (TOP / "Makefile.am").read_text(encoding="utf-8")
    rule = re.search(r"^XGETTEXT = (.*?[^\\])$", makefile, re.M | re.S).group(1)
    pot = folder / "grantty.pot"
    files = [str(path.relative_to(TOP)) for path in sorted(TOP.glob("src/*/*.c"))]
    found = run(*rule.replace("\\\n", " ").split(), "-o", str(pot), *files)
    if found.returncode != 0:
        raise RuntimeError(found.stderr)
    commented = run("awk", "-f", "po/comments.awk", str(pot))
    pot.write_text(commented.stdout, encoding="utf-8")
    return pot


def places(path):
    """What the comments say about each text: where it stands, how long it may be."""
    entries = path.read_text(encoding="utf-8").split("\n\n")[1:]
    return {
        unquoted(re.search(r"^msgid .*", entry, re.M)[0]): re.findall(
            r"^#\. (.*)", entry, re.M
        )
        for entry in entries
        if re.search(r"^msgid ", entry, re.M)
    }


def columns(text):
    """Without what a format puts in."""
    text = re.sub(r"%[a-z]+", "", text)
    return sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def at_most(comment):
    """The most columns that it allows: what is brief on narrow screens is not told
    from the rest."""
    told = " ".join(comment).lower().partition("at most ")[2]
    return max(map(int, re.findall(r"\d+", told)), default=10**6)


def problems(code, wanted, comments):
    path = TOP / "po" / f"{code}.po"
    checked = run("msgfmt", "--check", "-o", os.devnull, str(path))
    told = [checked.stderr] if checked.returncode != 0 or checked.stderr else []
    told += run("awk", "-f", "po/formats.awk", str(path)).stderr.splitlines()
    texts = read(path)
    if places(path) != comments:
        told.append("has other comments than the sources: make update-po")
    told += [f"lacks: {text}" for text in wanted if text not in texts]
    told += [f"is no text any more: {text}" for text in texts if text not in wanted]
    for text, translations in texts.items():
        for translation in translations:
            if not translation:
                told.append(f"not translated: {text}")
            elif text[-1:] == " " and translation[-1:] != " ":
                told.append(f"no space at the end: {text}")
            elif columns(translation) > at_most(comments.get(text, [])):
                told.append(f"too long: {translation}")
            elif re.search(r"%[0-9]+\$", translation):
                told.append(f"not in the order of the text: {text}")
    return told


def is_accepted(pattern, replacement, folder):
    """A file changed like that; None if nothing in it was."""
    text = (TOP / "po" / "de.po").read_text(encoding="utf-8")
    changed, count = re.subn(pattern, replacement, text, count=1)
    if count != 1:
        return None
    path = folder / "changed.po"
    path.write_text(changed, encoding="utf-8")
    return (
        run("awk", "-f", "po/formats.awk", str(path)).returncode == 0
        and run("msgfmt", "--check", "-o", os.devnull, str(path)).returncode == 0
    )


def main():
    if not shutil.which("msgfmt") or not shutil.which("xgettext"):
        print("1..0 # SKIP GNU gettext is missing")
        return 0
    print(f"1..{len(CODES) + len(WRONG) + 2}")
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        pot = source_texts(folder)
        wanted, comments = read(pot), places(pot)
        bare = [text for text, comment in comments.items() if not comment]
        failed += bool(bare)
        print(f"{'not ok' if bare else 'ok'} 1 - each text has a translator's comment")
        for text in bare:
            print(f"# has none: {text}")
        for number, code in enumerate(CODES, 2):
            told = problems(code, wanted, comments)
            failed += bool(told)
            print(f"{'not ok' if told else 'ok'} {number} - {code} is whole")
            for problem in told:
                print(f"# {problem}")
        for number, (what, pattern, replacement) in enumerate(WRONG, len(CODES) + 2):
            good = is_accepted(pattern, replacement, folder) is False
            failed += not good
            print(f"{'ok' if good else 'not ok'} {number} - refused: {what}")
        good = is_accepted(*FUZZY, folder)
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number + 1} - accepted: a fuzzy text")
    return failed


if __name__ == "__main__":
    sys.exit(main())
