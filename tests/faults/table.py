# SPDX-License-Identifier: MIT
"""Prints the tests marked as rows as one table, whichever worker ran them."""

import textwrap

import pytest

AREAS = [
    "Answers", "Network", "TLS", "Clock", "Terminal", "Disk", "Process",
    "Content",
]
WIDTHS = [9, 44, 52]
SLOW_FIRST = 4  # pytest-xdist deals out a fourth of the tests in advance


def row_of(item):
    """Area, fault and what is expected; the fault with the test's parameter."""
    marker = item.get_closest_marker("row")
    if marker is None:
        return None
    area, fault, expected = marker.args
    assert area in AREAS
    case = getattr(item, "callspec", None)
    return area, f"{fault}: {case.id}" if case else fault, expected


def pytest_collection_modifyitems(config, items):
    """Only rows; the slow ones first, and not all for the same worker."""
    everything = list(items)
    items[:] = [item for item in everything if row_of(item)]
    for item in items:
        item.user_properties.append(("row", row_of(item)))
    config.hook.pytest_deselected(
        items=[item for item in everything if not row_of(item)]
    )
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    dealt = max(len(items) // workers // SLOW_FIRST, 2)
    slow = [item for item in items if item.get_closest_marker("slow")]
    items[:] = [item for item in items if item not in slow]
    for number, item in enumerate(slow):
        round_, worker = divmod(number, workers)
        items.insert(worker * dealt + round_, item)


def rows(reporter):
    """Area, fault, expected, verdict and seconds of everything that ran."""
    found = {}
    for kind, reports in reporter.stats.items():
        # Those that -k leaves out are no reports.
        for report in reports if kind != "deselected" else []:
            row = dict(getattr(report, "user_properties", ())).get("row")
            if row:
                found.setdefault((report.nodeid, tuple(row)), []).append(report)
    for (_, row), reports in found.items():
        verdict = "pass"
        if any(report.skipped for report in reports):
            verdict = "skip"
        if any(report.failed for report in reports):
            verdict = "FAIL"
        yield *row, verdict, sum(report.duration for report in reports)


def notes(reporter):
    """What tests have to tell besides their verdict: a property "told"."""
    return [
        value
        for reports in reporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
        for name, value in report.user_properties
        if name == "told"
    ]


def print_row(reporter, cells, rest):
    wrapped = [
        textwrap.wrap(cell, width) for cell, width in zip(cells, WIDTHS)
    ]
    for number in range(max(map(len, wrapped))):
        line = ""
        for lines, width in zip(wrapped, WIDTHS):
            line += (lines[number] if number < len(lines) else "").ljust(width)
            line += "  "
        reporter.write_line((line + (rest if number == 0 else "")).rstrip())


def pytest_terminal_summary(terminalreporter):
    table = sorted(rows(terminalreporter), key=lambda row: AREAS.index(row[0]))
    if not table:
        return
    terminalreporter.section("fault table")
    print_row(
        terminalreporter, ["Area", "Fault", "Expected"], "Verdict  Seconds"
    )
    for *cells, verdict, seconds in table:
        print_row(terminalreporter, cells, f"{verdict:7}  {seconds:7.1f}")
    for told in notes(terminalreporter):
        terminalreporter.write_line(told)
    counts = {
        word: sum(row[3] == word for row in table)
        for word in ("pass", "FAIL", "skip")
    }
    terminalreporter.write_line(
        f"{len(table)} rows: {counts['pass']} pass, {counts['FAIL']} fail, "
        f"{counts['skip']} skipped"
    )
