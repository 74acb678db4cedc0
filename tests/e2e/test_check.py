# SPDX-License-Identifier: MIT
"""grantty check: what it finds, says and leaves alone."""

import json

import pytest

from practice import CLIENT_SECRET
from program import Exit


def check(home, *args):
    """The exit code, the rows by name and the deviations."""
    run = home.grantty("check", "--json", *args)
    report = json.loads(run.stdout)
    rows = {row["check"]: row for row in report["checks"]}
    assert report["ok"] == (run.returncode == Exit.DONE)
    assert CLIENT_SECRET not in run.stdout
    return run.returncode, rows, report["deviations"]


def test_all_well(home, start_practice):
    practice = start_practice()
    practice.config(home.config, "plain")
    code, rows, deviations = check(home)
    assert code == Exit.DONE
    assert {row["status"] for row in rows.values()} == {"OK"}
    assert deviations == []
    assert practice.calls("POST /device_authorization") == 1
    assert not home.session.exists()
    assert not [name for name in home.files() if ".try" in name]


def test_nothing_of_the_code_is_told(home, start_practice):
    practice = start_practice()
    practice.config(home.config, "plain")
    run = home.grantty("check")
    assert run.returncode == Exit.DONE
    assert practice.code()["user_code"] not in run.stdout
    assert "exactly as the RFC has it" in run.stdout


@pytest.mark.parametrize(
    "dialect, fault, answer, words, reference",
    [
        ("webex", None, "poll", "428", "RFC 6749 section 5.2"),
        ("plain", "string-numbers", "device authorization", "as a string",
         "RFC 8628 section 3.2"),
        ("plain", "zero-interval", "device authorization", "0 seconds",
         "RFC 8628 section 3.2"),
        ("plain", "slow-down", "poll", "slow_down", "RFC 8628 section 3.5"),
        ("plain", "redirect@refresh",
         "refresh with an unknown refresh_token", "redirect",
         "RFC 6749 section 5.2"),
    ],
)
def test_deviations(home, start_practice, dialect, fault, answer, words,
                    reference):
    practice = start_practice(*(["--fault", fault] if fault else []))
    practice.config(home.config, dialect)
    _, _, deviations = check(home)
    assert any(
        (found["answer"], found["reference"]) == (answer, reference)
        and words in found["detail"]
        for found in deviations
    ), deviations


def test_nobody_there(home, start_practice):
    practice = start_practice()
    practice.config(home.config, "plain")
    practice.kill()
    code, rows, _ = check(home)
    assert code == Exit.FAILED
    assert rows["connection"]["status"] == "FAIL"
    assert rows["token_endpoint"]["status"] == "FAIL"
    assert rows["store"]["status"] == "OK"


def test_bad_configuration(home):
    home.config.write_text("provider: { nonsense = 1; };\n")
    code, rows, _ = check(home)
    assert code == Exit.FAILED
    assert "nonsense" in rows["configuration"]["detail"]
    assert rows["clock"]["status"] == "OK"


def test_secret_open_to_others(home, start_practice):
    practice = start_practice()
    secret = home.path / "secret"
    secret.write_text(CLIENT_SECRET)
    secret.chmod(0o644)
    practice.config(
        home.config,
        "plain",
        provider={"client_secret": None, "client_secret_file": str(secret)},
    )
    code, rows, _ = check(home)
    assert code == Exit.FAILED
    assert "chmod 600" in rows["secret"]["detail"]
    assert practice.connections() == 0


def test_wrong_secret(home, start_practice):
    practice = start_practice()
    practice.config(home.config, "plain", provider={"client_secret": "wrong"})
    code, rows, _ = check(home)
    assert code == Exit.FAILED
    assert "CLIENT_SECRET" in rows["client"]["detail"]


def test_small_terminal(home, start_practice, open_terminal):
    practice = start_practice()
    practice.config(home.config, "plain")
    screen = open_terminal("check", columns=24, rows=90)
    screen.wait_for("no QR code fits")
