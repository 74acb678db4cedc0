# SPDX-License-Identifier: MIT
"""Power cuts: a machine of its own renews a session on ext4 again and again,
its disk keeps a log of all writes, and whatever such a disk may hold where the
power goes at some point of that log is mounted and looked at."""

import json
import os
import pathlib
import random
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "boot"))

# pylint: disable=wrong-import-position
import initramfs
from blocklog import BlockLog, drive
from crooked import CODE, TOKENS, answer, error
from practice import write_config
from program import BUILD, GRANTTY, Exit
from qemu import QEMU, Machine

SIZE = 16 * 1024 * 1024  # of a disk
GAP = 1024 * 1024  # before the first one: Linux looks there for partitions
ROUNDS = 6
HOST = "10.0.2.2"  # as QEMU's network calls this machine
SETUP = """
set -e
for module in /modules/*; do insmod $module; done
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0
mkdir /disk
mount -t ext4 /dev/vda /disk
set +e
export HOME=/tmp STATE_DIRECTORY=/disk/state GRANTTY_CONFIG=/etc/grantty.conf
"""
# "status" writes nothing; what an interrupted save left is removed by a verb that
# may write, here one that has no session and so no need of the network.
LOOK = """
losetup -o {offset} /dev/loop0 /dev/vdb && mount -t ext4 /dev/loop0 /disk &&
echo "careless $(cat /disk/careless 2>/dev/null)" &&
echo "session $(cat /disk/state/session.json 2>/dev/null)" &&
echo "kept $(cat /disk/state/session.json.code 2>/dev/null)" &&
{{ grantty status >/dev/null 2>&1; echo "code $?"; }} &&
{{ grantty token --provider github --client-id x >/dev/null 2>&1; :; }} &&
echo "unfinished $(ls /disk/state 2>/dev/null | grep -c tmp)" &&
umount /disk && losetup -d /dev/loop0
"""


def make_initrd(path, config, ca_file):
    folder = BUILD / "boot"
    folder.mkdir(exist_ok=True)
    kernel = initramfs.kernel(folder)
    archive = initramfs.small_system(folder, GRANTTY)
    modules = initramfs.modules(
        folder, "virtio_pci", "virtio_blk", "virtio_net", "loop", "ext4",
        "crc32c_generic",
    )
    for number, data in enumerate(modules):
        archive.add(f"/modules/{number:02}", 0o100644, data)
    archive.file("/etc/grantty.conf", config, 0o100600)
    archive.file("/etc/ca.pem", ca_file, 0o100644)
    archive.write(path)
    return kernel


class Rotation:
    """Answers refreshes, each with new tokens. Notes how long the disk's log
    was when each request was in, and nothing of its answer out: what the
    program has put on the disk by then is in it."""

    def __init__(self, log):
        self.log = log
        self.polled = []
        self.asked = [0]
        self.ended = []  # the program, and well: all is on the disk from now on
        self.echoed = []  # a number, into a file, as one would have it at first
        self.server = None

    def tokens(self):
        return {**TOKENS, "refresh_token": f"rotated-{len(self.asked) - 1}"}

    def poll(self, connection):
        self.note(self.polled)
        pending = len(self.polled) == 1
        connection.sendall(
            error("authorization_pending") if pending
            else answer(self.tokens())
        )

    def refresh(self, connection):
        form = self.server.at("refresh")[-1].form
        assert form["refresh_token"] == self.tokens()["refresh_token"]
        self.note(self.asked)
        connection.sendall(answer(self.tokens()))

    def note(self, times):
        times.append(os.path.getsize(self.log))

    def at(self, end):
        """The numbers of the newest tokens that the server may have given out,
        of those that the program had ended with, and of what was echoed when
        the log was that long; -1: none. And whether the code was waiting for
        its approval then."""
        return [
            sum(at <= end for at in times) - 1
            for times in (self.asked, self.ended, self.echoed)
        ] + [self.polled[0] <= end <= self.polled[1]]


@pytest.fixture
def rotation(tmp_path, crooked, certify):
    context, config = certify(f"IP:{HOST}")
    rotation = Rotation(tmp_path / "log.img")
    rotation.server = crooked(
        tls=context, poll=rotation.poll, refresh=rotation.refresh
    )
    rotation.ca_file = config["network"]["ca_file"]
    return rotation


@pytest.fixture
def machine(tmp_path, rotation, pytestconfig):
    """One whose first disk is logged, and whose second one is for what was
    left of the first."""
    cuts = pytestconfig.getoption("cuts")
    if not shutil.which(QEMU):
        pytest.skip(f"needs {QEMU}")
    disk, many = tmp_path / "disk.img", tmp_path / "many.img"
    config, initrd = tmp_path / "conf", tmp_path / "initrd"
    write_config(
        f"https://{HOST}:{rotation.server.port}", config, "plain",
        network={"ca_file": "/etc/ca.pem"}, screen={"theme": None},
        session={"resume": True},
    )
    kernel = make_initrd(initrd, config, rotation.ca_file)
    for path, size in (disk, SIZE), (rotation.log, 0), (many, GAP + SIZE * cuts):
        path.touch()
        os.truncate(path, size)
    subprocess.run(
        ["mkfs.ext4", "-q", "-b", "4096", "-E",
         "lazy_itable_init=0,lazy_journal_init=0", disk], check=True,
    )
    shutil.copy(disk, tmp_path / "fresh.img")
    machine = Machine(
        kernel, initrd, "quiet", options=drive(disk, rotation.log) + [
            "-drive", f"file={many},format=raw,if=virtio",
            "-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net",
        ],
    )
    try:
        machine.wait_for_line(lambda line: line == ":ready")
        machine.run(SETUP)
        yield machine
    finally:
        machine.close()


def sign_in_and_renew(machine, rotation):
    machine.run("grantty login --plain")
    rotation.note(rotation.ended)
    for number in range(ROUNDS):
        machine.run(f"echo {number} >/disk/careless")
        rotation.note(rotation.echoed)
        machine.run("grantty token --min-valid 7200")
        rotation.note(rotation.ended)
    machine.run("umount /disk")


def choose_cuts(disk, rotation, count):
    """How many of the log's entries there were, and how much of the disk's
    cache was written. First the moments before the server answers, and those
    after something was written that nobody has synced."""
    ends = rotation.polled + rotation.asked[1:] + rotation.echoed
    lengths = [disk.count_at(end) for end in ends]
    while len(lengths) < count:
        lengths.append(random.randint(0, len(disk.entries)))
    return [(length, random.choice([0, 0.5, 1])) for length in lengths[:count]]


def check(newest, ended, echoed, waits, careless, session, kept, code,
          unfinished):
    """What was found on a disk. Whether the careless file was behind, and
    whether the session is that of before a refresh that was answered."""
    behind = echoed > (int(careless) if careless.isdigit() else -1)
    assert unfinished == "0"
    if waits:
        assert CODE["device_code"] in kept, "a code was lost"
    elif kept:
        json.loads(kept)
    if ended < 0 and not session:
        assert int(code) == Exit.NOBODY
        return behind, False
    stored = json.loads(session)
    number = int(stored["refresh_token"].rpartition("-")[2])
    assert ended <= number <= newest, "a session was lost"
    assert number == newest or stored.get("refreshing"), "not marked"
    assert int(code) == Exit.DONE
    return behind, number < newest


@pytest.mark.slow
@pytest.mark.row(
    "Disk", "power cut at a sign-in and while it is renewed, ext4",
    "files whole at each cut; the old or the new tokens; the old ones marked "
    "from before the server hears of them; a pending code kept",
)
def test_power_cut(machine, rotation, tmp_path, pytestconfig):
    sign_in_and_renew(machine, rotation)
    disk = BlockLog(tmp_path / "fresh.img", rotation.log)
    count = pytestconfig.getoption("cuts")
    print(f"{count} cuts in {len(disk.entries)} entries")
    behind = old = 0
    for number, (length, kept) in enumerate(choose_cuts(disk, rotation, count)):
        offset = GAP + number * SIZE
        with open(tmp_path / "many.img", "r+b") as many:
            disk.cut(many, offset, length, kept)
        text = machine.run(LOOK.format(offset=offset))
        print(f"after {length} entries, {kept} of the cache written:\n{text}")
        found = dict(line.split(" ", 1) for line in text.splitlines())
        flags = check(*rotation.at(disk.end_of(length)), **found)
        behind += flags[0]
        old += flags[1]
    print(f"{old} times the old tokens, {behind} times a careless file lost")
    # Without this the cuts would prove nothing.
    assert behind > 0
