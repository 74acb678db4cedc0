# SPDX-License-Identifier: MIT
"""Wall clocks that are wrong, and that somebody puts right; and machines that
sleep."""

import calendar
import pathlib
import shutil
import sys
import threading
import time

import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "boot"))

# pylint: disable=wrong-import-position
import initramfs
from crooked import CODE, TOKENS, answer, error, hang
from practice import PERSON, write_config
from program import BUILD, GRANTTY, Exit, wait_until
from qemu import QEMU, Machine

HOST = "10.0.2.2"  # as QEMU's network calls this machine

FAR = 4102444800  # the year 2100


def clock_at(when):
    """What to add to an environment in which it is that time."""
    return {
        "LD_PRELOAD": "/usr/$LIB/faketime/libfaketime.so.1",
        "FAKETIME": when, "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


@pytest.mark.row("Clock", "wall clock", "signs in; countdown not affected")
@pytest.mark.parametrize("when", ["@1970-01-02 00:00:00", "@2099-01-01 00:00:00"],
                         ids=["1970", "2099"])
def test_wall_clock(crooked, home, when):
    server = crooked()
    run = home.grantty("login", env=clock_at(when))
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


@pytest.mark.row("Clock", "far ahead of a session that cannot be renewed",
                 "exit 4 and told why; nothing lost: good again with the clock")
def test_far_ahead(crooked, home):
    server = crooked(poll=answer({**TOKENS, "refresh_token": None}))
    assert home.grantty("login").returncode == Exit.DONE
    before = home.session.read_bytes()
    run = home.grantty("token", env=clock_at("@2099-01-01 00:00:00"))
    assert (run.returncode, run.stdout) == (Exit.NOBODY, "")
    assert "expired by this machine's clock" in run.stderr
    assert home.session.read_bytes() == before
    run = home.grantty("token")
    assert run.returncode == Exit.DONE
    assert run.stdout.strip() == TOKENS["access_token"]
    assert server.places() == ["authorize", "poll", "profile"]


# ---- A machine of its own, whose clock may be set and which may sleep

LOG = "/tmp/log"
LIFE_S = 45  # of the first codes: until that is over it sleeps
PENDING = error("authorization_pending")
SETUP = """
for module in /modules/*; do insmod $module; done
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0
echo enabled >/sys/devices/platform/i8042/serio0/power/wakeup
export HOME=/tmp TERM=linux GRANTTY_CONFIG=/etc/grantty.conf
setsid -c grantty </dev/tty1 >/dev/tty1 2>/tmp/errors &
"""


class Kiosk:
    """A machine that thinks that it is 1970, with a kiosk on its console, and
    the server that the kiosk turns to."""

    def __init__(self, folder, certify, crooked):
        context, config = certify(f"IP:{HOST}")
        self.server = crooked(
            tls=context,
            authorize=2 * [answer({**CODE, "expires_in": LIFE_S})]
            + [answer(CODE)],
            poll=PENDING,
        )
        write_config(
            f"https://{HOST}:{self.server.port}", folder / "conf", "plain",
            network={"ca_file": "/etc/ca.pem"}, screen={"theme": None},
            log={"file": LOG, "level": "debug"},
        )
        self.asked = 0  # times, by its log, before it fell asleep
        kernel = self.write_initrd(folder, config["network"]["ca_file"])
        self.machine = Machine(
            kernel, folder / "initrd", "quiet", options=[
                "-rtc", "base=1970-01-02T00:00:00", "-netdev", "user,id=net",
                "-device", "virtio-net-pci,netdev=net",
            ],
        )

    @staticmethod
    def write_initrd(folder, ca_file):
        cache = BUILD / "boot"
        kernel = initramfs.kernel(cache)  # and its modules
        archive = initramfs.small_system(cache, GRANTTY)
        modules = initramfs.modules(cache, "virtio_pci", "virtio_net")
        for number, data in enumerate(modules):
            archive.add(f"/modules/{number:02}", 0o100644, data)
        archive.terminal("linux")
        archive.file("/etc/ca.pem", ca_file, 0o100644)
        archive.file("/etc/grantty.conf", folder / "conf", 0o100600)
        archive.write(folder / "initrd")
        return kernel

    def start(self):
        self.machine.wait_for_line(lambda line: line == ":ready")
        self.machine.run(SETUP)

    def shows(self, text):
        self.machine.wait_until(f"fold -w 80 /dev/vcs1 | grep -q '{text}'")

    def set_clock(self, now_s):
        self.machine.run(f"date -s @{int(now_s)}")

    def has_failed(self, tries):
        """By its log: a try that is under way would fail by the old clock."""
        failed = f"grep -c 'not valid yet' {LOG}"
        self.machine.wait_until(f'[ "$({failed})" -ge {tries} ]', 60)

    @staticmethod
    def logged_s(line):
        return calendar.timegm(
            time.strptime(line.split()[0], "%Y-%m-%dT%H:%M:%SZ"))

    def asked_at_once(self, put_right_s):
        """By its own log and clock, for a busy host makes a request slow."""
        self.machine.wait_until(f"grep -q '^2.*flow: ' {LOG}")
        log = self.log()
        since = [
            line for line in log.splitlines() if not line.startswith("1970")]
        assert self.logged_s(since[0]) - put_right_s < 12, log
        assert not any("not valid yet" in line for line in since), log

    def waits_for_polls(self, count):
        polls = len(self.server.at("poll")) + count
        wait_until(lambda: len(self.server.at("poll")) >= polls, "polls", 60)

    def sleep_out(self):
        """Until the code is over; returns how many requests there were."""
        (*_, asked) = self.server.at("authorize")
        self.asked = len(self.times_asked_s())
        # Not before the shell has heard that it is under way.
        self.machine.run(
            "(until sleep 1; echo freeze >/sys/power/state; do :; done;"
            " date +%s >/woken; echo :woken) &")
        wait_until(
            lambda: time.monotonic() > max(
                self.server.requests[-1].at_s + 8, asked.at_s + LIFE_S),
            "its sleep, and the end of its code", 3 * LIFE_S,
        )
        return len(self.server.requests)

    def wake_up(self):
        """On a busy machine it may only be about to fall asleep."""
        lines = len(self.machine.lines)

        def is_awake():
            self.machine.keys("shift")
            self.machine.read(1)
            return ":woken" in self.machine.lines[lines:]

        wait_until(is_awake, "its awakening", 60)

    def log(self):
        return self.machine.run(f"cat {LOG}")

    def times_asked_s(self):
        return [
            self.logged_s(line) for line in self.log().splitlines()
            if "-> requesting" in line
        ]

    def asked_for_code_at_once(self):
        """Once it is awake, by its own log and clock."""
        woken_s = int(self.machine.run("cat /woken"))
        asked_s = self.times_asked_s()[self.asked]
        assert asked_s - woken_s < 12, self.log()


@pytest.fixture
def kiosk(tmp_path, certify, crooked):
    if not shutil.which(QEMU):
        pytest.skip(f"needs {QEMU}")
    kiosk = Kiosk(tmp_path, certify, crooked)
    try:
        yield kiosk
    finally:
        kiosk.machine.close()


@pytest.mark.slow
@pytest.mark.row(
    "Clock", "1970 at boot, then put right; an hour forward and back in a "
    "countdown; asleep for longer than the code lives, amid a poll too",
    "told that the clock may be wrong; asks at once when it is right; goes on "
    "with code and interval; awake, shows a new code at once; signs in",
)
def test_kiosk_in_1970(kiosk):
    server = kiosk.server
    kiosk.start()
    kiosk.shows("Waiting for the right time")
    # The next try would be 16 seconds later at least.
    kiosk.has_failed(4)
    assert not server.requests
    put_right_s = time.time()
    kiosk.set_clock(put_right_s)
    wait_until(lambda: server.at("authorize"), "a request", 60)
    kiosk.asked_at_once(put_right_s)
    for ahead_s in 3600, 0:
        kiosk.set_clock(time.time() + ahead_s)
        kiosk.waits_for_polls(2)
    assert server.places() == ["authorize"] + ["poll"] * len(server.at("poll"))
    assert all(gap >= 1 for gap in server.gaps_s("poll"))
    # While a poll is under way, which nobody will ever answer.
    under_way = threading.Event()

    def never(connection):
        under_way.set()
        hang(connection)

    server.answers["poll"] = never
    wait_until(under_way.is_set, "a poll", 60)
    kiosk.sleep_out()
    server.answers["poll"] = PENDING
    kiosk.wake_up()
    wait_until(lambda: len(server.at("authorize")) == 2, kiosk.log, 60)
    kiosk.asked_for_code_at_once()
    kiosk.waits_for_polls(1)
    # Now, most likely, it is between two of them.
    asleep = kiosk.sleep_out()
    server.answers["poll"] = answer(TOKENS)
    kiosk.wake_up()
    wait_until(lambda: "profile" in server.places(), kiosk.log, 60)
    assert server.places()[asleep:] == ["authorize", "poll", "profile"]
    kiosk.asked_for_code_at_once()
    kiosk.shows(f"Hello, {PERSON}")
