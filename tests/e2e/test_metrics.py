# SPDX-License-Identifier: MIT
"""The counts of a kiosk, and what Prometheus' own tools say of them."""

import json
import re
import shutil
import subprocess
import urllib.request

import pytest

from practice import PERSON
from program import TOP, PATIENCE_S, Exit, free_port, wait_until

FLEET = TOP / "docs" / "fleet"


@pytest.fixture
def kiosk(home, start_practice, open_terminal):
    """Starts a server and a kiosk that counts; gives the screen and the
    file."""

    def kiosk(*options):
        folder = home.path / "collector"
        folder.mkdir()
        practice = start_practice(*options)
        practice.config(
            home.config, metrics={"textfile": str(folder / "grantty.prom")}
        )
        screen = open_terminal()
        return screen, files_of(folder, 1)[0]

    return kiosk


def files_of(folder, count):
    """As many as there are kiosks."""

    def files():
        found = sorted(folder.glob("*.prom"))
        return len(found) == count and found

    return wait_until(files, lambda: f"{count} files in {folder}")


def value(file, name, labels=""):
    """Of the kiosk on the terminal after which the file is named."""
    terminal = re.fullmatch(r"grantty-(pts-\d+)\.prom", file.name)[1]
    series = f'{name}{{terminal="{terminal}"{labels}}}'
    found = re.search(rf"^{re.escape(series)} (\d+)$", file.read_text(), re.M)
    return int(found[1])


def run(*words, **how):
    return subprocess.run(
        [str(word) for word in words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=PATIENCE_S,
        check=False,
        **how,
    )


def test_counts(kiosk):
    screen, file = kiosk("--approve-after", "0")
    screen.wait_for(f"Hello, {PERSON}")
    # What happens within ten seconds is written at the end of them, or of the
    # program.
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
    assert value(file, "grantty_sign_ins_total") == 1
    assert value(file, "grantty_codes_total") == 1
    assert value(file, "grantty_polls_total") >= 1
    assert value(file, "grantty_errors_total", ',kind="connect"') == 0
    assert value(file, "grantty_last_success_timestamp_seconds") > 1e9
    text = file.read_text()
    assert PERSON not in text and "@" not in text
    assert file.stat().st_mode & 0o777 == 0o644
    assert list(file.parent.iterdir()) == [file]
    assert "grantty_signed_in" not in text


@pytest.fixture
def two_kiosks(home, start_practice, open_terminal):
    """On two terminals of a machine, with one configuration and an account
    each; gives the screens and the files."""
    folder = home.path / "collector"
    folder.mkdir()
    practice = start_practice("--approve-after", "0")
    practice.config(
        home.config, metrics={"textfile": str(folder / "grantty.prom")}
    )
    screens = [
        open_terminal(env={"GRANTTY_ACCOUNT": name}) for name in ["tty1", "tty2"]
    ]
    for screen in screens:
        screen.wait_for(f"Hello, {PERSON}")
    return screens, files_of(folder, 2)


def test_two_kiosks(two_kiosks, home):
    """Neither takes the other's session or writes its counts."""
    screens, files = two_kiosks
    sessions = [
        home.session.parent / name / "session.json" for name in ["tty1", "tty2"]
    ]
    tokens = {json.loads(path.read_text())["access_token"] for path in sessions}
    assert len(tokens) == 2
    for screen in screens:
        screen.keys("q")
        assert screen.wait_for_exit() == Exit.DONE
    assert [value(file, "grantty_sign_ins_total") for file in files] == [1, 1]
    assert files_of(files[0].parent, 2) == files


def test_killed(kiosk):
    """What the drop-in runs then leaves the counts."""
    screen, file = kiosk("--approve-after", "0")
    wait_until(
        lambda: value(file, "grantty_signed_in"),
        "a user signed in",
        timeout=2 * PATIENCE_S,  # the next write is up to ten seconds away
    )
    screen.signal(9)
    assert screen.wait_for_exit() == -9
    assert value(file, "grantty_signed_in") == 1
    dropin = (FLEET / "metrics.conf").read_text()
    *words, name = re.search("^ExecStopPost=-(.*)$", dropin, re.M)[1].split()
    assert name.endswith("/grantty-%i.prom")
    result = run(*words, file)
    assert (result.returncode, result.stdout) == (0, "")
    text = file.read_text()
    assert "grantty_signed_in" not in text
    assert value(file, "grantty_codes_total") == 1
    assert file.stat().st_mode & 0o777 == 0o644


@pytest.mark.full
def test_prometheus(two_kiosks, home):
    """The exporter reads none of them if two have a series in common."""
    _, files = two_kiosks
    file = files[0]
    with open(file, encoding="utf-8") as text:
        result = run("promtool", "check", "metrics", stdin=text)
    assert (result.returncode, result.stdout) == (0, "")
    address = f"127.0.0.1:{free_port()}"
    exporter = subprocess.Popen(
        [
            shutil.which("prometheus-node-exporter"),
            "--collector.disable-defaults",
            "--collector.textfile",
            f"--collector.textfile.directory={file.parent}",
            f"--web.listen-address={address}",
        ],
        stderr=subprocess.DEVNULL,
    )
    counted = re.compile(r'^grantty_signed_in{terminal="pts-\d+"} \d$', re.M)
    try:

        def scrape():
            try:
                url = f"http://{address}/metrics"
                with urllib.request.urlopen(url, timeout=PATIENCE_S) as page:
                    return page.read().decode()
            except OSError:
                return ""

        text = wait_until(
            lambda: len(re.findall(counted, text := scrape())) == 2 and text,
            scrape,
        )
        assert "\nnode_textfile_scrape_error 0\n" in text
    finally:
        exporter.kill()
        exporter.wait()


@pytest.mark.full
def test_rules(home):
    result = run("promtool", "check", "rules", FLEET / "grantty.rules.yml")
    assert result.returncode == 0, result.stdout
    cases = TOP / "tests" / "e2e" / "grantty.rules.test.yml"
    result = run("promtool", "test", "rules", cases)
    assert result.returncode == 0, result.stdout
    alerts = re.compile(r"alert(?:name)?: (\w+)")
    rules = alerts.findall((FLEET / "grantty.rules.yml").read_text())
    assert set(rules) == set(alerts.findall(cases.read_text()))


def test_no_place_for_it(home, start_practice, open_terminal):
    """That costs the file, and a line in the log."""
    practice = start_practice("--approve-after", "0")
    practice.config(home.config, metrics={"textfile": "/nowhere/at.prom"})
    screen = open_terminal()
    screen.wait_for("metrics.textfile")
    screen.wait_for(f"Hello, {PERSON}")


def test_every_metric_is_known():
    """What the rules, the dashboard and the page name is what is written."""
    source = (TOP / "src" / "machine" / "metrics.c").read_text()
    page = FLEET.with_suffix(".md")
    for path in [FLEET / "grantty.rules.yml", FLEET / "grafana.json", page]:
        text = path.read_text(encoding="utf-8")
        names = re.findall(r"\bgrantty_[a-z_]+(?:_total|_seconds|_in)\b", text)
        assert names
        for name in names:
            assert f'"{name}"' in source, (path, name)
