# SPDX-License-Identifier: MIT
"""oidc-provider 9 as it comes, some way off: it tells no interval, and closes a
connection about when the next poll goes out on it."""

import collections
import concurrent.futures
import re

import pytest

import peers
from program import Exit, Home, wait_until
from test_peers import DEVICE_GRANT, Login, troubles

pytestmark = pytest.mark.full

# Each way.
DELAY_S = 0.04

# RFC 8628 section 3.2: where the server names none; and what grantty lets pass
# besides. A poll that was lost and repeated comes later than the slack allows.
INTERVAL_S = 5
MARGIN_S = 0.1
SLACK_S = 3


@pytest.fixture
def relay():
    relay = peers.Relay(DELAY_S)
    yield relay
    relay.close()


def poll(folder, relay, sign_ins, polls):
    """Lets so many sign-ins, one beside the other, poll so often each before
    they are approved."""
    length_s = (INTERVAL_S + MARGIN_S + 2 * DELAY_S) * (polls + 1)
    server = peers.OidcProvider(
        folder,
        url=relay.url,
        interval=0,
        device_code_ttl=int(2 * length_s + 120),
    )
    logins = []
    try:
        relay.target = server.port
        for number in range(sign_ins):
            home = Home(folder / str(number))
            server.config(home.config)
            logins.append(Login(home, "-v"))

        def polled():
            return collections.Counter(
                entry["device"] for entry in server.log(grant=DEVICE_GRANT)
            )

        wait_until(
            lambda: len(polled()) == sign_ins
            and min(polled().values()) >= polls,
            lambda: f"{polls} polls each, not {sorted(polled().values())}",
            timeout=2 * length_s,
        )
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(
                lambda login: server.decide_device(login.address, True), logins
            ))
        ends = [login.end(timeout=2 * length_s) for login in logins]
        return ends, server.log(grant=DEVICE_GRANT)
    finally:
        for login in logins:
            login.process.kill()
            login.process.wait()
        server.close()


def judge(ends, calls, sign_ins, polls):
    sent = 0
    for code, out, err in ends:
        assert code == Exit.DONE, err
        assert troubles(err) == []
        sent += len(re.findall(r" flow: [\w-]+ -> polling", err))
    assert sign_ins * polls <= len(calls) == sent
    devices = collections.defaultdict(list)
    for call in calls:
        devices[call["device"]].append(call["at_s"])
    assert len(devices) == sign_ins
    for times in devices.values():
        gaps = [after - before for before, after in zip(times, times[1:])]
        assert INTERVAL_S <= min(gaps)
        assert max(gaps) <= INTERVAL_S + MARGIN_S + SLACK_S
    assert {call.get("error") for call in calls} == {
        "authorization_pending",
        None,
    }


def test_no_poll_is_lost(home, relay):
    """200 of them, by 20 at a time."""
    ends, calls = poll(home.path, relay, sign_ins=20, polls=10)
    judge(ends, calls, sign_ins=20, polls=10)
