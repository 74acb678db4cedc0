#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the fuzzing harnesses of a build, two at a time, and prints what they
did: run.py BUILD SECONDS [HARNESS...]. Inputs that fail are kept in
BUILD/tests/fuzz/found; what was learned stays in BUILD/tests/fuzz/corpus.
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

import seeds

HERE = pathlib.Path(__file__).resolve().parent
DICTIONARIES = {"conf": "conf", "theme": "conf", "form": "form",
                "redirect": "form", "listener": "form", "practice": "form",
                "client_auth": "form", "http": "form", "keys": "keys",
                "key_parser": "keys",
                "text": "text"}  # the others: JSON
# A syntax error makes libconfig lose a few bytes (leaks.supp). libFuzzer would
# look for leaks after each of them, which takes ten times as long as the rest;
# without that it still does in the end. What is lost is given back by starting
# again now and then.
LEAKING = {"conf", "theme"}
# How long an input gets where more bytes would only cost time: the parser of
# keys keeps 32 and a state, and after some four requests the practice server
# has seen what the later ones would repeat.
LENGTHS = {"key_parser": 64, "practice": 320}
PART_S = 300
# AddressSanitizer's defaults are for programs that run once: this keeps what was
# freed in the cache, and remembers as much of a stack as is read.
ASAN = "quarantine_size_mb=8:malloc_context_size=8"
JOBS = int(os.environ.get("FUZZ_JOBS", "2"))


def statistic(log, name):
    found = re.search(rf"^stat::{name}:\s*(\d+)", log, re.MULTILINE)
    return int(found[1]) if found else 0


def edges(log):
    """How many edges of the code have been seen."""
    seen = re.findall(r"\bcov: (\d+)", log)
    return int(seen[-1]) if seen else 0


def run(folder, name, seed_folder, seconds):
    """Returns the harness's exit code and log."""
    corpus = folder / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    dictionary = HERE / f"{DICTIONARIES.get(name, 'json')}.dict"
    command = [folder / f"fuzz_{name}", f"-max_total_time={seconds}",
               f"-dict={dictionary}", "-timeout=20", "-rss_limit_mb=2048",
               "-print_final_stats=1",
               f"-artifact_prefix={folder}/found/{name}-", corpus, seed_folder]
    options = f"suppressions={HERE}/leaks.supp:print_suppressions=0"
    if name in LEAKING:
        command.insert(1, "-detect_leaks=0")
    if name in LENGTHS:
        command.insert(1, f"-max_len={LENGTHS[name]}")
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        done = subprocess.run(command, stdout=output, stderr=output,
                              stdin=subprocess.DEVNULL, check=False,
                              env={"ASAN_OPTIONS": ASAN, **os.environ,
                                   "LSAN_OPTIONS": options})
    return done.returncode, log.read_text(errors="replace")


def run_in_parts(folder, name, seed_folder, seconds):
    """Returns the exit code, how many inputs were tried and the last log."""
    code, tried, left = 0, 0, seconds
    while left > 0 and code == 0:
        part = min(left, PART_S if name in LEAKING else left)
        code, log = run(folder, name, seed_folder, part)
        tried += statistic(log, "number_of_executed_units")
        left -= part
    return code, tried, log


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1]).resolve() / "tests" / "fuzz"
    seconds = int(sys.argv[2])
    (folder / "found").mkdir(parents=True, exist_ok=True)
    folders = seeds.write(folder / "seeds")
    names = sys.argv[3:] or sorted(folders)
    failed = []
    print(f"{'harness':15}{'executions':>12}{'per second':>12}{'edges':>8}"
          f"{'inputs kept':>13}  verdict", flush=True)
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        runs = {name: pool.submit(run_in_parts, folder, name, folders[name], seconds)
                for name in names}
        for name in names:
            code, tried, log = runs[name].result()
            kept = len(list((folder / "corpus" / name).iterdir()))
            print(f"{name:15}{tried:12}{tried // seconds:12}{edges(log):8}"
                  f"{kept:13}  "
                  f"{'pass' if code == 0 else 'FAIL'}", flush=True)
            if code != 0:
                failed.append(log)
    for log in failed:
        print("\n".join(log.splitlines()[-60:]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
