#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs autogen.sh on machines that lack everything but a shell: what it installs
or names, for whom, and when it goes on. Speaks TAP. The top of the source tree
is $srcdir, else ".". Nothing is installed: all programs but a few of the real
ones are made up."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(os.environ.get("srcdir", ".")).resolve()

# All that a root of debootstrap's has and autogen.sh uses.
REAL = ["cat", "dirname", "env", "grep", "mkdir", "nproc", "sed", "sh"]

# They know what is installed from a file, and apt-get adds to it.
FAKES = {
    "dpkg-query": 'grep -qxF -- "$4" "$STATE" && echo installed',
    "apt-cache": '[ -e "$STATE.lists" ]',
    "apt-get": """case " $* " in
*" update "*) : >"$STATE.lists" ;;
*) [ ! -e "$STATE.offline" ] && [ -e "$STATE.lists" ] &&
	for word; do echo "$word"; done >>"$STATE" ;;
esac""",
    "sudo": '[ "$1" = -v ] || IS_ROOT=yes "$@"',
    "sudo-refuses": 'echo "sudo: not you" >&2; false',
    "rpm": 'grep -qxF -- "$3" "$STATE"',
    "dnf": "false",
    "zypper": "false",
    "pacman": 'grep -qxF -- "$2" "$STATE"',
    "apk": 'grep -qxF -- "$3" "$STATE"',
    "autoreconf": "printf '#!/bin/sh\\n: >Makefile\\n' >configure; "
    "/bin/chmod +x configure",
    "make": "printf '#!/bin/sh\\necho demo: $*\\n' >build/grantty; "
    "/bin/chmod +x build/grantty",
}
SYSTEMS = {
    "apt-get": ["apt-get", "apt-cache", "dpkg-query"],
    "dnf": ["dnf", "rpm"],
    "zypper": ["zypper", "rpm"],
    "pacman": ["pacman"],
    "apk": ["apk"],
    "nothing": [],
}

# In the order of autogen.sh's columns.
MANAGERS = ["apt-get", "dnf", "pacman", "apk", "zypper"]


def names(purpose, manager):
    """Those in a list of autogen.sh by which that manager knows packages."""
    text = (TOP / "autogen.sh").read_text(encoding="utf-8")
    lines = re.search(f"^{purpose}_packages='\n(.*?)'$", text, re.M | re.S)[1]
    found = []
    for line in lines.splitlines():
        debian, _, *others = line.split()
        assert len(others) == len(MANAGERS) - 1, line
        name = [debian, *others][MANAGERS.index(manager)]
        found.append(debian if name == "=" else name)
    return " ".join(name for name in dict.fromkeys(found) if name != "-")


def both(manager):
    build, check = names("build", manager), names("check", manager)
    return " ".join(dict.fromkeys(f"{build} {check}".split()))


DEBIAN = names("build", "apt-get")
DEBIAN_TESTS = names("check", "apt-get")
APT = "apt-get install --no-install-recommends"
DEMO = "demo: demo -x"
CHECK = "check: unit-tests"

# What it is; the system; the user (root, sudo, refused, user); the arguments;
# what is installed before; the command that it names, else None; the last line
# where it goes on, else None.
CASES = [
    ("root installs", "apt-get", "root", "demo -x", "", None, DEMO),
    ("sudo installs", "apt-get", "sudo", "demo -x", "", None, DEMO),
    ("nobody can install", "apt-get", "user", "demo -x", "",
     f"{APT} {DEBIAN}", None),
    ("sudo refuses", "apt-get", "refused", "demo -x", "",
     f"{APT} {DEBIAN}", None),
    ("no lists of packages yet", "apt-get -lists", "user", "demo", "",
     f"apt-get update && {APT} {DEBIAN}", None),
    ("no lists of packages yet, root", "apt-get -lists", "root", "demo -x", "",
     None, DEMO),
    ("no network", "apt-get -network", "root", "demo -x", "",
     f"{APT} {DEBIAN}", None),
    ("--no-deps", "apt-get", "root", "demo --no-deps -x", "",
     f"{APT} {DEBIAN}", None),
    ("--no-deps with sudo", "apt-get", "sudo", "demo --no-deps", "",
     f"{APT} {DEBIAN}", None),
    ("all there", "apt-get", "user", "demo -x", DEBIAN, None, DEMO),
    ("all there, --no-deps", "apt-get", "user", "demo --no-deps -x", DEBIAN,
     None, DEMO),
    ("one missing", "apt-get", "user", "demo -x",
     DEBIAN.replace("libcjson-dev", ""), f"{APT} libcjson-dev", None),
    ("root installs for the tests", "apt-get", "root", "check unit-tests", "",
     None, CHECK),
    ("nobody can install for the tests", "apt-get", "user", "check", "",
     f"{APT} {DEBIAN} {DEBIAN_TESTS}", None),
    ("tests, --no-deps", "apt-get", "root", "check --no-deps", "",
     f"{APT} {DEBIAN} {DEBIAN_TESTS}", None),
    ("only tests will fail", "apt-get", "user", "check --no-deps unit-tests",
     DEBIAN, f"{APT} {DEBIAN_TESTS}", CHECK),
    ("generate", "apt-get", "user", "", "",
     f"{APT} autoconf automake pkg-config", None),
    ("generate on Fedora", "dnf", "root", "", "",
     "dnf install autoconf automake pkgconf-pkg-config", None),
    ("another system", "nothing", "user", "demo", "", DEBIAN, None),
]  # fmt: skip
for manager, words in {
    "dnf": "dnf install",
    "pacman": "pacman -S --needed",
    "apk": "apk add",
    "zypper": "zypper install",
}.items():
    build = names("build", manager)
    CASES += [
        (f"{manager}, bare", manager, "root", "demo", "", f"{words} {build}", None),
        (f"{manager}, tests", manager, "user", "check", "",
         f"{words} {both(manager)}", None),
        (f"{manager}, all there", manager, "user", "demo -x", build, None, DEMO),
    ]  # fmt: skip


def program(folder, name, body):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


def run(folder, system, user, arguments, installed, goes_on):
    """The exit status and the lines that autogen.sh says in a tree that has
    nothing but itself and a tests/check that is made up."""
    system, *lacks = system.split()
    programs = folder / "bin"
    for made in programs, folder / "tree" / "tests":
        made.mkdir(parents=True)
    for name in REAL:
        (programs / name).symlink_to(shutil.which(name))
    for name in SYSTEMS[system]:
        program(programs, name, FAKES[name])
    if goes_on:  # as if they came with the packages
        program(programs, "autoreconf", FAKES["autoreconf"])
        program(programs, "make", FAKES["make"])
    if user in ("sudo", "refused"):
        fake = "sudo" if user == "sudo" else "sudo-refuses"
        program(programs, "sudo", FAKES[fake])
    program(programs, "id", "echo 0" if user == "root" else "echo 1000")
    program(folder / "tree" / "tests", "check", 'echo "check: $*"')
    shutil.copy(TOP / "autogen.sh", folder / "tree")
    state = folder / "state"
    state.write_text("\n".join(installed.split()) + "\n", encoding="utf-8")
    if "-lists" not in lacks:
        (folder / "state.lists").touch()
    if "-network" in lacks:
        (folder / "state.offline").touch()
    result = subprocess.run(
        [folder / "tree" / "autogen.sh", *arguments.split()],
        env={"PATH": str(programs), "STATE": str(state)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return result.returncode, result.stdout.splitlines()


def wrong(user, command, goes_on, status, lines):
    """What is not as it should be; None where all is."""
    last = lines.pop() if goes_on and lines else None
    if goes_on and (status != 0 or last != goes_on):
        return f"it did not go on: {status}, {last}"
    if not goes_on and status == 0:
        return "it ended with 0"
    if not command:
        return None
    # One line, but for what others say.
    said = [line for line in lines if line.startswith("Packages are missing")]
    if len(said) != 1 or said[0] != lines[-1]:
        return "it did not say so once, and last"
    if said[0].rpartition(": ")[2] != command:
        return f"it should have named: {command}"
    if user == "user" and len(lines) != 1:
        return "it said more"
    return None


def main():
    failed = 0
    print(f"1..{len(CASES)}")
    for number, case in enumerate(CASES, 1):
        title, _, user, *_, command, goes_on = case
        with tempfile.TemporaryDirectory() as folder:
            status, lines = run(
                pathlib.Path(folder), *case[1:5], goes_on
            )
        why = wrong(user, command, goes_on, status, list(lines))
        print(f"{'not ok' if why else 'ok'} {number} - {title}")
        if why:
            failed += 1
            for line in why, *lines:
                print(f"# {re.sub('[^ -~]', '?', line)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
