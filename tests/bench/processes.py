# SPDX-License-Identifier: MIT
"""What a process and all that it has started cost, from /proc."""

import os
import pathlib


GONE = (FileNotFoundError, ProcessLookupError)


def tasks(pid):
    try:
        return os.listdir(f"/proc/{pid}/task")
    except GONE:
        return []


def tree(pid):
    """The process and its descendants that are there now."""
    found = [pid]
    for task in tasks(pid):
        path = pathlib.Path(f"/proc/{pid}/task/{task}/children")
        try:
            children = path.read_text(encoding="ascii").split()
        except GONE:
            continue
        for child in children:
            found += tree(int(child))
    return found


def each(ids, read):
    """Adds up what read(id) gives; a process or thread that has just gone is
    none."""
    total = 0
    for one in ids:
        try:
            total += read(one)
        except GONE:
            continue
    return total


def resident_kb(pids):
    """The largest of them, and what the others share with nobody: a process
    that was forked has most of its memory in common with the first."""
    rss = [memory_kb([pid], "Rss") for pid in pids]
    own = [
        memory_kb([pid], "Private_Clean") + memory_kb([pid], "Private_Dirty")
        for pid in pids
    ]
    largest = rss.index(max(rss))
    return rss[largest] + sum(own) - own[largest]


def memory_kb(pids, field):
    """Rss, Pss, Private_Dirty … of /proc/PID/smaps_rollup."""

    def read(pid):
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as lines:
            return next(
                int(line.split()[1])
                for line in lines
                if line.startswith(field + ":")
            )

    return each(pids, read)


def cpu_ms(pids):
    """Time on a processor, of children that have ended as well."""

    def read(pid):
        def of_task(task):
            path = pathlib.Path(f"/proc/{pid}/task/{task}/schedstat")
            return int(path.read_text(encoding="ascii").split()[0])

        stat = pathlib.Path(f"/proc/{pid}/stat").read_text(errors="replace")
        fields = stat.rpartition(")")[2].split()
        ended = int(fields[13]) + int(fields[14])
        own = each(tasks(pid), of_task)
        return own / 1e6 + ended * 1000 / os.sysconf("SC_CLK_TCK")

    return each(pids, read)


def wake_ups(pids):
    """How often they went to sleep, and so were woken."""

    def read(pid):
        def of_task(task):
            path = f"/proc/{pid}/task/{task}/status"
            with open(path, encoding="ascii", errors="replace") as lines:
                return next(
                    int(line.split()[1])
                    for line in lines
                    if line.startswith("voluntary_ctxt_switches")
                )

        return each(tasks(pid), of_task)

    return each(pids, read)
