#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Holds manual pages and shell completion to what the programs say, as TAP.

Runs the programs of the build tree it is started in (or of $GRANTTY_BUILD) with
--help: each verb and option must have its place in the page and be offered by
the completion. The pages must please man, and mandoc where there is one. The
top of the source tree is $srcdir, else "..".
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

TOP = pathlib.Path(os.environ.get("srcdir", ".."))
BUILD = pathlib.Path(os.environ.get("GRANTTY_BUILD", ".")).resolve()
PROGRAMS = ["grantty", "grantty-practice"]
PAGES = ["grantty.1", "grantty-practice.1", "grantty.conf.5"]

# The markup of an item's head, which macros stand in.
MACRO = re.compile(r"^\.It (.*)$", re.MULTILINE)


def run(*command):
    return subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=60
    ).stdout


def read(name):
    return (TOP / "docs" / name).read_text(encoding="utf-8")


def help_of(program):
    """Verbs, long options and faults that --help tells of."""
    text = run(str(BUILD / program), "--help")
    verbs = re.search(r"^Verbs:\n((?:  .*\n)+)", text, re.MULTILINE)
    verbs = re.findall(r"^  (\S+)", verbs[1], re.MULTILINE) if verbs else []
    options = re.findall(r"^  (?:  |-\w, | {4})--([\w-]+)", text, re.MULTILINE)
    options += re.findall(r"^  -\w, --([\w-]+)", text, re.MULTILINE)
    faults = re.findall(r"^  [ +] ([a-z0-9-]+) +\S", text.split("Faults,")[-1], re.M)
    return verbs, sorted(set(options)), faults if "Faults," in text else []


def heads_of(page):
    return MACRO.findall(read(page))


def missing_in_page(program):
    verbs, options, faults = help_of(program)
    heads = heads_of(program + ".1")
    words = {word for head in heads for word in head.split()}
    if not options:
        yield f"{program} --help tells of no option"
    for verb in verbs:
        if not any(re.match(rf"Cm {verb}\b", head) for head in heads):
            yield f"docs/{program}.1 lacks the verb {verb}"
    for option in options:
        if "-" + option not in words:
            yield f"docs/{program}.1 lacks --{option}"
    for fault in faults:
        if fault not in words:
            yield f"docs/{program}.1 lacks the fault {fault}"


def superfluous_in_page(program):
    _, options, _ = help_of(program)
    for head in heads_of(program + ".1"):
        for option in re.findall(r"(?<!\S)-([a-z][a-z-]+)", head):
            if option not in options:
                yield f"docs/{program}.1 has --{option}, the program not"


def offered(program, *words):
    """What Tab would offer for the last of the words."""
    script = (
        '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); '
        '_${1//-/_} "$1" "${@: -1}" "${@: -2:1}"; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    path = str(TOP / "docs" / "completion" / program)
    return run("bash", "-c", script, "bash", path, program, *words).split()


def missing_in_completion(program):
    verbs, options, faults = help_of(program)
    for verb in verbs:
        if verb not in offered(program, verb[:1]):
            yield f"the completion lacks the verb {verb}"
    options_offered = offered(program, "-")
    for option in options:
        if "--" + option not in options_offered:
            yield f"the completion of {program} lacks --{option}"
    for option in options_offered:
        if option.startswith("--") and option[2:] not in options:
            yield f"the completion of {program} has {option}, the program not"
    for fault in faults:
        if fault not in offered(program, "--fault", fault):
            yield f"the completion lacks the fault {fault}"


def values_in_completion(program):
    del program
    for words, want in [
        (["login", "--grant", ""], {"device", "code"}),
        (["--theme", "m"], {"midnight", "mono"}),
        (["--provider", "g"], {"github", "google", "gitlab"}),
        (["tok"], {"token"}),
    ]:
        lacking = want - set(offered("grantty", *words))
        if lacking:
            yield f"grantty {' '.join(words)}: {' '.join(sorted(lacking))} not offered"


def lint(page):
    path = str(TOP / "docs" / page)
    for command in [
        ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", path],
        ["mandoc", "-T", "lint", "-W", "warning", path],
    ]:
        if not shutil.which(command[0]):
            continue
        env = dict(os.environ, LC_ALL="C.UTF-8", MANROFFSEQ="")
        done = subprocess.run(
            command, capture_output=True, text=True, env=env, timeout=60, check=False
        )
        complaints = done.stderr + (done.stdout if command[0] == "mandoc" else "")
        yield from complaints.splitlines()


CASES = [
    *(
        (f"{what} of {program}", case, program)
        for program in PROGRAMS
        for what, case in [
            ("the page tells every verb, option and fault", missing_in_page),
            ("the page tells no other option", superfluous_in_page),
            ("the completion offers every verb and option", missing_in_completion),
        ]
    ),
    ("the completion offers values", values_in_completion, "grantty"),
    *((f"man has nothing against {page}", lint, page) for page in PAGES),
]


def main():
    print(f"1..{len(CASES)}")
    all_ok = True
    for number, (description, case, what) in enumerate(CASES, 1):
        problems = list(case(what))
        print(f"{'not ok' if problems else 'ok'} {number} - {description}")
        for problem in problems:
            print(f"# {problem}")
        all_ok = all_ok and not problems
    return 0 if all_ok else 1


if __name__ == "__main__":
    sys.exit(main())
