# SPDX-License-Identifier: MIT
"""Wall clocks that are wrong, and that somebody puts right."""

import pytest

from crooked import TOKENS
from practice import PERSON
from program import Exit

FAR = 4102444800  # the year 2100


@pytest.mark.row("Clock", "wall clock", "signs in; countdown not affected")
@pytest.mark.parametrize("when", ["@1970-01-02 00:00:00", "@2099-01-01 00:00:00"],
                         ids=["1970", "2099"])
def test_wall_clock(crooked, home, when):
    server = crooked()
    run = home.grantty("login", env={
        "LD_PRELOAD": "/usr/$LIB/faketime/libfaketime.so.1",
        "FAKETIME": when, "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    })
    assert run.returncode == Exit.DONE, run.stderr
    assert f"as {PERSON}" in run.stdout
    assert server.places() == ["authorize", "poll", "profile"]
    # Corrected: too old means one refresh, too new that it counts as good.
    token = home.grantty("token")
    assert token.returncode == Exit.DONE
    assert len(server.at("refresh")) == (1 if "1970" in when else 0)


@pytest.mark.row("Clock", "a session's expires_at",
                 "past: renewed once; far future: used as it is")
@pytest.mark.parametrize(
    "at, refreshes", [(-1, 1), (1, 1), (FAR, 0), (2**40, 0)],
    ids=["1969", "1970", "2100", "36812"])
def test_expires_at(crooked, home, at, refreshes):
    server = crooked()
    assert home.grantty("login").returncode == Exit.DONE
    home.store(expires_at=at)
    token = home.grantty("token")
    assert token.returncode == Exit.DONE
    assert token.stdout.strip() == (
        "second-token" if refreshes else TOKENS["access_token"])
    assert len(server.at("refresh")) == refreshes
