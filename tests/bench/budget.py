#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What the pieces of work cost, in instructions, beside what they may.

Usage: budget.py --cc COMPILER --flags FLAGS [--write]

Instructions under callgrind are the same in every run, so a change that makes
something slower shows in that very change. They depend on compiler, flags and
libraries: the file "budget" beside this one says for which it was written, and
elsewhere there is nothing to compare with (exit code 77: skipped).
"""

import argparse
import json
import os
import pathlib
import platform
import pty
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

# pylint: disable=wrong-import-position
from program import BUILD, GRANTTY, SECOND, THEME, Home

BUDGET = HERE / "budget"
WORK = str(BUILD / "tests" / "bench" / "work")
SKIPPED = 77

# How far a figure may be from its budget, and growth from linear.
SLACK = 0.05
GROWTH_SLACK = 0.15

LIBRARIES = (
    "ncursesw", "libcurl", "libcjson", "libqrencode", "libconfig", "libsodium",
    "libcrypto",
)  # fmt: skip

# libc has functions of its own for newer processors: none of them here, so
# that all machines count alike.
TUNABLES = "glibc.cpu.hwcaps=" + ",".join(
    f"-{name}"
    for name in "AVX,AVX2,BMI2,ERMS,LZCNT,MOVBE,RTM,SSE4_2,SSSE3".split(",")
)

CONFIG = f"""
provider : {{
  device_authorization_endpoint = "https://127.0.0.1:9/device_authorization";
  token_endpoint = "https://127.0.0.1:9/token";
  client_id = "bench";
}};
kiosk : {{ start = "key"; }};
screen : {{ theme = "{THEME}"; }};
"""

# Good for as long as anything is.
SESSION = {
    "version": 1, "provider": "https://127.0.0.1:9", "access_token": "A" * 64,
    "refresh_token": "R" * 64, "expires_at": 4000000000, "scope": "openid",
    "token_type": "Bearer", "profile": {"name": "Ada Lovelace"},
}  # fmt: skip


def first_line(*argv):
    run = subprocess.run(argv, capture_output=True, text=True, check=False)
    return run.stdout.partition("\n")[0]


def release(text):
    """The first two numbers of a version: updates within one change little."""
    found = re.search(r"\d+\.\d+", text)
    return found.group() if found else "?"


def circumstances(options):
    """What the figures depend on."""
    words = shlex.split(options.cc)
    compiler = first_line(*words, "--version")
    kind = "clang" if "clang" in compiler else "gcc"
    number = first_line(*words, "-dumpversion").partition(".")[0]
    flags = " ".join(options.flags.split())
    versions = [f"glibc {release(os.confstr('CS_GNU_LIBC_VERSION'))}"] + [
        f"{name} {release(first_line('pkg-config', '--modversion', name))}"
        for name in LIBRARIES
    ]
    return {
        "built": f"{platform.machine()}, {kind} {number} {flags}",
        "with": ", ".join(versions),
    }


# ---- Counting


def totals(path):
    found = re.search(r"^totals: (\d+)", path.read_text(), re.MULTILINE)
    return int(found.group(1))


def callgrind(folder, *words):
    for old in folder.glob("out*"):
        old.unlink()
    return [
        "valgrind", "-q", "--tool=callgrind",
        f"--callgrind-out-file={folder}/out", *words,
    ]  # fmt: skip


def environment(home):
    return home.environment(TZ="UTC", GLIBC_TUNABLES=TUNABLES)


def count_answer(home, folder, word):
    """Of the first program, by itself."""
    home.config.write_text(CONFIG, encoding="utf-8")
    home.session.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    home.session.write_text(json.dumps(SESSION), encoding="utf-8")
    home.session.chmod(0o600)
    subprocess.run(
        [*callgrind(folder), GRANTTY, word],
        env=environment(home), stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    home.session.unlink()
    return totals(folder / "out")


def count_kiosk(home, folder):
    """Of the second program, up to the first frame: the welcome, for which no
    server is needed."""
    home.config.write_text(CONFIG, encoding="utf-8")
    argv = [*callgrind(folder, "--dump-after=term_flush"), SECOND, "kiosk"]
    pid, fd = pty.fork()
    if pid == 0:
        os.execvpe(argv[0], argv, environment(home))
    try:
        shown = b""
        while b"\x1b[2J" not in shown:
            shown += os.read(fd, 4096)
        os.kill(pid, signal.SIGTERM)
        while os.read(fd, 4096):
            pass
    except OSError: # it has ended
        pass
    os.waitpid(pid, 0)
    os.close(fd)
    return totals(folder / "out.1")


def count_work(home, folder):
    """Yields (name, size, instructions)."""
    run = subprocess.run(
        [*callgrind(folder, "--toggle-collect=counted",
                    "--dump-after=counted"), WORK],
        env=environment(home), stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    for i, line in enumerate(run.stdout.splitlines(), start=1):
        name, size = line.split("\t")
        yield name, int(size), totals(folder / f"out.{i}")


def count():
    """By name, the figures by size."""
    figures = {}
    with tempfile.TemporaryDirectory(prefix="grantty-budget-") as folder:
        folder = pathlib.Path(folder)
        home = Home(folder / "home")
        for word in "--version", "token", "status", "accounts":
            figures[f"start, {word}"] = {1: count_answer(home, folder, word)}
        figures["start, kiosk"] = {1: count_kiosk(home, folder)}
        for name, size, instructions in count_work(home, folder):
            figures.setdefault(name, {})[size] = instructions
    return figures


# ---- Judging


def growth(counts):
    """How much steeper it is between the two largest of four sizes, each twice
    the last, than between the two smallest; 1: linear. None: it does not grow.
    """
    first, second, third, fourth = counts
    if fourth <= first * (1 + SLACK):
        return None
    return (fourth - third) / (4 * max(second - first, 1))


def judge_growth(figures):
    """Prints a table; returns what grows faster than its input."""
    print(f"\n{'':24}{'n':>10}{'':>4}", end="")
    print("".join(f"{f'{n} n' if n > 1 else 'n':>14}" for n in (1, 2, 4, 8)))
    steep = []
    for name, by_size in figures.items():
        if len(by_size) < 4:
            continue
        counts = list(by_size.values())
        print(f"{name:24}{min(by_size):10}    ", end="")
        print("".join(f"{count:14,}" for count in counts), end="")
        factor = growth(counts)
        if factor is None:
            print("  does not grow")
        elif factor <= 1 + GROWTH_SLACK:
            print("  linear")
        else:
            print(f"  {factor:.2f} times linear")
            steep.append(f"{name} grows {factor:.2f} times as fast as its input")
    return steep


def judge_costs(figures, budget):
    """Prints a table; returns what costs more, or a good deal less."""
    print(f"{'':24}{'size':>10}{'instructions':>18}{'budget':>18}")
    off = []
    for name, by_size in figures.items():
        size, cost = max(by_size.items())
        allowed = budget.get(name)
        print(f"{name:24}{size:10}{cost:18,}", end="")
        if allowed is None:
            print(f"{'none':>18}")
            off.append(f"{name} has no budget")
            continue
        change = cost / allowed - 1
        print(f"{allowed:18,}{change:+9.1%}")
        if abs(change) > SLACK:
            what = "more than its budget" if change > 0 else (
                "less: lower its budget")
            off.append(f"{name} costs {abs(change):.1%} {what}")
    off += [f"{name} is no longer counted" for name in budget.keys() - figures]
    return off


# ---- The file


def read_budget():
    made, budget = {}, {}
    for line in BUDGET.read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(": ")
        if not line or line.startswith("#"):
            continue
        if value.strip().isdigit():
            budget[key] = int(value)
        else:
            made[key] = value
    return made, budget


def write_budget(made, figures):
    lines = [
        "# What the pieces of work may cost, in instructions, give or take "
        f"{SLACK:.0%}.",
        "# \"make budget\" compares; \"make budget-write\" writes this file.",
        "",
        *(f"{key}: {value}" for key, value in made.items()),
        "",
    ]
    for name, by_size in figures.items():
        lines.append(f"{name}: {by_size[max(by_size)]:>{40 - len(name)}}")
    BUDGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


def skip(why):
    print(f"skipped: {why}")
    return SKIPPED


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cc", required=True)
    parser.add_argument("--flags", required=True)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        return skip("needs valgrind")
    here = circumstances(options)
    made, budget = read_budget() if BUDGET.exists() else ({}, {})
    for key in () if options.write else here:
        if made.get(key) != here[key]:
            return skip(
                f"the budget is for another machine: {key} "
                f'"{made.get(key)}", not "{here[key]}"'
            )
    figures = count()
    if options.write:
        write_budget(here, figures)
        budget = read_budget()[1]
    complaints = judge_costs(figures, budget) + judge_growth(figures)
    print()
    for complaint in complaints:
        print(complaint)
    if not complaints:
        print("All within budget.")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
