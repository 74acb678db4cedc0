#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What zsh and fish offer for grantty, asked of these shells themselves; bash's
is tests/manual.py's matter, which also knows all the verbs and options.

As a test of "make check" it speaks TAP; a shell that is not there is skipped. It
runs in a build tree; the top of the source tree is $srcdir, else ".".
"""

import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(os.environ.get("srcdir", ".")).resolve()
COMPLETION = TOP / "docs" / "completion"
PATIENCE_S = 60

FORMATS = ["git", "header", "json", "kubectl", "token"]
NAMES = ["default", "home", "work"]

# What is typed, and what is offered for its last word; a set: among others.
CASES = [
    ("grantty l", ["login", "logout"]),
    ("grantty tok", ["token"]),
    ("grantty -v --json s", ["status"]),
    ("grantty --json l", []),
    ("grantty --json c", ["check", "config"]),
    ("grantty --output=json t", ["token"]),
    ("grantty --output json l", []),
    ("grantty --grant=d", ["device"]),
    ("grantty --account=w", ["work"]),
    ("grantty --provider=web --theme m", {"midnight", "mono"}),
    ("grantty help lo", ["login", "logout"]),
    ("grantty help login l", []),
    ("grantty -a login lo", ["login", "logout"]),
    ("grantty --account=work lo", ["login", "logout"]),
    ("grantty --min-valid 9 ", ["token"]),
    ("grantty status l", []),
    ("grantty token --output ", FORMATS),
    ("grantty token --output=j", ["json"]),
    ("grantty --grant ", ["code", "device"]),
    ("grantty --provider g", ["github", "gitlab", "google"]),
    ("grantty -a ", NAMES),
    ("grantty token --account w", ["work"]),
    ("grantty --theme ", {"amber", "midnight", "some.conf"}),
    ("grantty -c so", ["some.conf"]),
    ("grantty login --pl", ["--plain"]),
    ("grantty token --pl", []),
    ("grantty status --js", ["--json"]),
    ("grantty --versi", ["--version"]),
    ("grantty token --", {"--output", "--login", "--account", "--for"}),
    ("grantty login -- some-comm", ["some-command"]),
    ("grantty login -- some-command so", ["some.conf"]),
]


class Fish:
    """Says what it would offer where it is asked."""

    def __init__(self, env):
        self.env = env

    def offered(self, line):
        script = "source $argv[1]; complete -C $argv[2]"
        words = ["fish", "--no-config", "-c", script]
        text = subprocess.run(
            [*words, COMPLETION / "grantty.fish", line], env=self.env,
            capture_output=True, text=True, check=True, timeout=PATIENCE_S,
        ).stdout  # fmt: skip
        return [row.split("\t")[0] for row in text.splitlines()]

    def close(self):
        pass


class Zsh:
    """Completes in its line editor alone: it gets a terminal, and a key that
    writes down what it would offer."""

    SETUP = r"""
PS1= PS2= RPS1=; unsetopt zle_bracketed_paste
fpath=($1 $fpath); autoload -U compinit; compinit -u -D
compadd() {
	local -a hits
	if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
		builtin compadd "$@"
		return
	fi
	builtin compadd -A hits "$@"
	(( $#hits )) && print -rl -- $IPREFIX$hits >>$OUT
	builtin compadd "$@"
}
show() { : >$OUT; _main_complete; compstate[insert]= compstate[list]=; print -r -- . >>$OUT; }
zle -C show list-choices show; bindkey '^T' show
: >$OUT; print -r -- . >>$OUT
"""

    def __init__(self, env, folder):
        self.out = folder / "offered"
        setup = folder / "setup.zsh"
        setup.write_text(self.SETUP)
        env = {**env, "OUT": str(self.out), "TERM": "dumb"}
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(env["PWD"])
            os.execvpe("zsh", ["zsh", "-f", "-i"], env)
        self.type(f". {setup} {COMPLETION}\n")
        self.wait()

    def type(self, text):
        os.write(self.fd, text.encode())

    def wait(self):
        """Until it has written all down."""
        until = time.monotonic() + PATIENCE_S
        while not self.out.exists() or not self.out.read_text().endswith(".\n"):
            if time.monotonic() > until:
                raise TimeoutError("zsh")
            if select.select([self.fd], [], [], 0.02)[0]:
                os.read(self.fd, 4096)
        return self.out.read_text().splitlines()[:-1]

    def offered(self, line):
        self.out.write_text("")
        self.type("\x15" + line + "\x14")
        return self.wait()

    def close(self):
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def plain(offer):
    """Without what a shell puts around it."""
    return re.sub(r"^--[a-z-]+=(?=.)|[= ]$", "", offer)


def complaints(shell):
    for line, want in CASES:
        have = {plain(offer) for offer in shell.offered(line)}
        if not (have >= want if isinstance(want, set) else have == set(want)):
            yield f"{line!r}: {sorted(have)}, not {sorted(want)}"


def main():
    shells = {"zsh": Zsh, "fish": Fish}
    print(f"1..{len(shells)}")
    all_ok = True
    for number, (name, kind) in enumerate(shells.items(), 1):
        if not shutil.which(name):
            print(f"ok {number} # SKIP {name} is not installed")
            continue
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "config" / "grantty").mkdir(parents=True)
            for account in "home", "work":
                (folder / "config" / "grantty" / f"{account}.conf").touch()
            here = folder / "here"
            here.mkdir()
            (here / "some.conf").touch()
            (folder / "some-command").touch(mode=0o755)
            env = {
                "PATH": f"{folder}:{pathlib.Path.cwd()}:{os.environ['PATH']}",
                "HOME": str(folder), "LC_ALL": "C.UTF-8", "PWD": str(here),
                "XDG_CONFIG_HOME": str(folder / "config"),
            }  # fmt: skip
            os.chdir(here)
            shell = kind(env) if kind is Fish else kind(env, folder)
            found = list(complaints(shell))
            shell.close()
            os.chdir(env["PATH"].split(":")[1])
        print(f"{'not ok' if found else 'ok'} {number} - {name} offers what fits")
        for complaint in found:
            print(f"# {complaint}")
        all_ok = all_ok and not found
    return 0 if all_ok else 1


if __name__ == "__main__":
    sys.exit(main())
