#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Holds manual pages and shell completion to what the programs say, as TAP.

Runs the programs of the build tree it is started in (or of $GRANTTY_BUILD) with
--help, which is made from their tables: each verb, option and fault, and nothing
else, must have its place in the page, and be offered by the completion. The pages
must please man, and mandoc where there is one. The newest version in NEWS and in
debian/changelog must be that of the programs. The top of the source tree is
$srcdir, else "..".
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

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


class Option:
    """What --help says about an option: its letter or "", its name, what its
    value is called or "", and the verbs that take it, none for all."""

    LINE = re.compile(
        r"^  (?:-(\w), | {4})--([\w-]+)( (?:\"[^\"]*\"|[A-Z:]+))?  +"
        r"(?:((?:\w+)(?:, \w+)*): )?",
        re.MULTILINE,
    )

    def __init__(self, match, verbs):
        self.letter, self.name, self.value, prefix = match.groups(default="")
        self.verbs = [verb for verb in prefix.split(", ") if verb in verbs]


def help_of(program):
    """Verbs, options, and faults with whether they are marked, in --help."""
    text = run(str(BUILD / program), "--help")
    verbs = re.findall(r"^  ([a-z]+) ", text, re.MULTILINE)
    options = [Option(match, verbs) for match in Option.LINE.finditer(text)]
    faults = re.findall(r"^  ([ +]) ([a-z0-9-]+) +\S", text.split("Faults,")[-1], re.M)
    faults = {name: mark == "+" for mark, name in faults} if "Faults," in text else {}
    return verbs, options, faults


def items_of(program, section):
    """Of the items of that section: each head, and what comes below it."""
    sections = re.split(r"^\.Sh (.*)\n", read(program + ".1"), flags=re.MULTILINE)
    text = dict(zip(sections[1::2], sections[2::2])).get(section, "")
    parts = MACRO.split(text)
    return list(zip(parts[1::2], parts[2::2]))


def verbs_in_page(program):
    want = help_of(program)[0]
    have = [head.split()[1] for head, _ in items_of(program, "VERBS")]
    if have != want:
        yield f"docs/{program}.1 has the verbs {have}, --help {want}"


def options_in_page(program):
    verbs, options, _ = help_of(program)
    items = items_of(program, "OPTIONS")
    if not options:
        yield f"{program} --help tells of no option"
    for option in options:
        want = (f"Fl {option.letter} , -" if option.letter else "Fl -") + option.name
        for head, below in items:
            if (head + " ").startswith(want + " "):
                break
        else:
            yield f"docs/{program}.1 lacks: .It {want}"
            continue
        if (head != want) != bool(option.value):
            yield f"docs/{program}.1: has --{option.name} a value or not?"
        named = re.match(r"\n\.Cm ((?:\w+ , )*\w+) :\n", below)
        named = named[1].split(" , ") if named else []
        if named != option.verbs:
            yield f"docs/{program}.1: --{option.name} is for {named or 'all verbs'}"
    if len(items) > len(options):
        yield f"docs/{program}.1 has {len(items)} options, --help {len(options)}"


def faults_in_page(program):
    want = {
        name + " +" * marked for name, marked in help_of(program)[2].items()
    }
    have = {head for head, _ in items_of(program, "FAULTS")}
    for fault in sorted(want ^ have):
        yield f"docs/{program}.1 {'lacks' if fault in want else 'has'}: .It {fault}"


def offered(program, *words):
    """What Tab would offer for the last of the words."""
    script = (
        '. "$1"; function=$2; shift 2; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
        'COMPREPLY=(); $function "$1" "${@: -1}" "${@: -2:1}"; '
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    path = str(TOP / "docs" / "completion" / program)
    function = "_" + program.replace("-", "_")
    command = ["bash", "-c", script, "bash", path, function]
    return run(*command, str(BUILD / program), *words).split()


def completion(program):
    verbs, options, faults = help_of(program)
    themes = [path.stem for path in (TOP / "themes").glob("*.theme")]
    grants = re.search(r"^\.It Ic grant\n\.Em (.*);", read("grantty.conf.5"), re.M)
    every = ["--" + option.name for option in options]
    formats = [
        head.split()[1]
        for head, _ in items_of(program, "FORMATS")
        if head.startswith("Cm ")
    ]
    cases = [(["-"], every)]
    if faults:
        cases.append((["--fault", ""], list(faults)))
    if verbs:
        cases += [
            ([""], verbs),
            *(([verb], [verb]) for verb in verbs),
            (["--theme", ""], themes),
            (["--grant", ""], grants[1].split(", ")),
            (["--provider", "g"], ["github", "gitlab", "google"]),
            *(
                (list(words) + ["g"], ["github", "gitlab", "google"])
                for words in [("--provider", "="), ("-v", "--provider", "=")]
            ),
            (["--grant", "="], grants[1].split(", ")),
            (["--grant", "=", ""], grants[1].split(", ")),
            (["--grant=d"], ["--grant=device"]),
            (["--grant=code", ""], verbs),
            (["--grant", "=", "code", ""], verbs),
            (["--account", "=", "login", ""], verbs),
            (["--account", "login", "lo"], ["login", "logout"]),
            (["-v", "--json", "s"], ["status"]),
            (["--json", "l"], []),
            (["--min-valid", "9", ""], ["token"]),
            (["--min-valid", "=", "9", ""], ["token"]),
            (["--plain", "--json", ""], []),
            (["-c", "--json", "l"], ["login", "logout"]),
            (["--output", ""], formats),
            (["token", "--output", "=", "j"], ["json"]),
            (["-a", ""], ["default", "home", "work"]),
            (["-a", "w"], ["work"]),
            (["help", ""], verbs),
            (["help", "login", ""], []),
            (["--account", "=", ""], ["default", "home", "work"]),
            (["token", "--account=h"], ["--account=home"]),
        ]
    for verb in verbs:
        takes = [
            "--" + option.name
            for option in options
            if not option.verbs or verb in option.verbs
        ]
        cases.append(([verb, "-"], takes + ["--"] * (verb == "login")))
    for option in options:
        words = ["--" + option.name, "--vers"]
        cases.append((words, [] if option.value else ["--version"]))
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(XDG_CONFIG_HOME=folder, XDG_STATE_HOME=folder)
        (pathlib.Path(folder) / "grantty").mkdir()
        for name in "home", "work":
            (pathlib.Path(folder) / "grantty" / f"{name}.conf").touch()
        yield from wrongly_offered(program, cases)


def wrongly_offered(program, cases):
    for words, want in cases:
        have = set(offered(program, *words))
        if "--theme" in words[:-1]:  # or any file
            have &= set(want)
        if have != set(want):
            yield f"{program} {' '.join(words)}: {sorted(have)}, not {sorted(want)}"


def themes_in_help(program):
    line = re.search(r"--theme .*", run(str(BUILD / program), "--help"))[0]
    for path in (TOP / "themes").glob("*.theme"):
        if not re.search(rf"\b{path.stem},", line):
            yield f"--help lacks the theme {path.stem}"


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


def quotes(page):
    """A macro that takes the next ones for its text: a literal in a literal, or
    a comma in one."""
    for line in re.findall(r"^\.[PDS]q .* , .*", read(page), re.MULTILINE):
        yield f"docs/{page}: {line}"
    env = dict(os.environ, LC_ALL="C.UTF-8", MANWIDTH="1000")
    command = ["man", "-E", "UTF-8", "-P", "cat", "-l", str(TOP / "docs" / page)]
    text = subprocess.run(
        command, capture_output=True, text=True, env=env, timeout=60, check=True
    ).stdout
    for nested in re.findall("‘[^’]*‘.*", text):
        yield f"docs/{page}: {nested}"


def other_version(path):
    """NEWS and the Debian package begin with the version that is built."""
    version = run(str(BUILD / "grantty"), "--version").split()[1]
    text = (TOP / path).read_text(encoding="utf-8")
    found = re.search(r"^(?:grantty \()?(\d[\d.]*\d)", text, re.MULTILINE)
    if found is None or found[1] != version:
        yield f"{path} begins with {found and found[1]}, not {version}"


CASES = [
    ("grantty.1 has the verbs of --help", verbs_in_page, "grantty"),
    *(
        (f"{program}.1 has the options of --help", options_in_page, program)
        for program in PROGRAMS
    ),
    (
        "grantty-practice.1 has the faults of --help",
        faults_in_page,
        "grantty-practice",
    ),
    *(
        (f"the completion offers what {program} takes", completion, program)
        for program in PROGRAMS
    ),
    ("--help lists every theme", themes_in_help, "grantty"),
    *((f"man has nothing against {page}", lint, page) for page in PAGES),
    *((f"no literal is in another in {page}", quotes, page) for page in PAGES),
    *(
        (f"{path} begins with this version", other_version, path)
        for path in ["NEWS", "debian/changelog"]
    ),
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
