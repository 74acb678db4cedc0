#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Boots a Debian with systemd under QEMU in which the package is installed and
its unit enabled, and holds the unit to what the operator's guide promises, as
TAP. Wants root, debootstrap, QEMU and the two packages; takes minutes.

    tests/boot/system.py FOLDER PACKAGE.deb...

FOLDER keeps the Debian root from one run to the next.
"""

import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

from program import wait_until  # noqa: E402
from qemu import Machine  # noqa: E402

SERVER = "http://127.0.0.1:8628"

# It is an emulated machine on which much starts at once.
PATIENCE_S = 120

PACKAGES = "systemd-sysv,dbus,udev,linux-image-amd64,systemd-timesyncd"

FILES = {
    "etc/grantty/grantty.conf": f"""\
provider: {{ issuer = "{SERVER}"; client_id = "practice"; }};
kiosk: {{ lock = true; }};
""",
    "etc/credstore/grantty.client_secret": "practice-secret\n",
    "etc/systemd/system/practice.service": f"""\
[Service]
ExecStart=/usr/bin/grantty-practice --listen {SERVER[7:]} $MORE
EnvironmentFile=-/run/practice
[Install]
WantedBy=multi-user.target
""",
    # What Machine.run() talks to.
    "etc/systemd/system/shell.service": """\
[Service]
ExecStart=/bin/sh -c 'stty raw -echo; echo :ready; exec sh 2>/dev/null'
Environment=SYSTEMD_PAGER=cat
StandardInput=tty
StandardOutput=tty
TTYPath=/dev/ttyS0
[Install]
WantedBy=multi-user.target
""",
}

SETUP = """
dpkg --purge grantty grantty-practice 2>/dev/null
DEBIAN_FRONTEND=noninteractive apt-get install -y -q /packages/*.deb || exit
# What a package brings is not enabled.
! ls /etc/systemd/system/getty.target.wants/grantty@* 2>/dev/null || exit
systemctl mask -q serial-getty@ttyS0.service
systemctl disable -q getty@tty1.service
systemctl enable -q grantty@tty1.service practice.service shell.service
"""


def say(*command):
    subprocess.run(command, check=True, stdout=sys.stderr)


def make_disk(folder, packages, disk):
    root = folder / "root"
    if not (root / "ready").exists():
        say("debootstrap", f"--include={PACKAGES}", "bookworm", str(root))
        (root / "ready").touch()
    (root / "packages").mkdir(exist_ok=True)
    for old in (root / "packages").iterdir():
        old.unlink()
    say("cp", *packages, str(root / "packages"))
    stop = root / "usr/sbin/policy-rc.d"  # nothing is started in here
    stop.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
    stop.chmod(0o755)
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not name.startswith("etc/grantty/"):
            path.write_text(text, encoding="utf-8")
    say("chroot", str(root), "sh", "-c", SETUP)
    for name, text in FILES.items():
        (root / name).write_text(text, encoding="utf-8")
    stop.unlink()
    with open(disk, "wb") as image:
        image.truncate(3 * 1024**3)
    say("mke2fs", "-q", "-t", "ext4", "-d", str(root), str(disk))
    (kernel,) = (root / "boot").glob("vmlinuz-*")
    (initrd,) = (root / "boot").glob("initrd.img-*")
    return kernel, initrd


def main_pid(machine):
    return machine.run("systemctl show -P MainPID grantty@tty1").strip()


def shows_code(machine):
    wait_until(
        lambda: any(SERVER in text for text in machine.qr()),
        "the code on the screen",
        PATIENCE_S,
    )


def comes_up(machine):
    machine.wait_until("systemctl is-active grantty@tty1", 180)
    shows_code(machine)


def is_shut_in(machine):
    machine.run(f"test $(stat -c %u /proc/{main_pid(machine)}) -ge 61184")
    machine.run("test $(stat -Lc %a /var/lib/grantty/tty1) = 700")


def terminal(machine):
    return machine.run("cat /sys/class/tty/tty0/active").strip()


def cannot_be_left(machine):
    machine.keys("ctrl-alt-f2", "q", "ctrl-c")
    machine.keys("ctrl-alt-f3", "ctrl-alt-f2")
    time.sleep(2)  # there is nothing to wait for: nothing may happen
    now = terminal(machine)
    machine.keys("ctrl-alt-f1")
    assert now == "tty1", f"this is {now}"
    shows_code(machine)


def replaced(machine, before, timeout):
    machine.wait_until(
        f"test $(systemctl show -P MainPID grantty@tty1) != {before} &&"
        " systemctl is-active grantty@tty1",
        timeout,
    )
    shows_code(machine)


def comes_back(machine):
    before = main_pid(machine)
    machine.run(f"kill -9 {before}")
    replaced(machine, before, 60)


def is_watched(machine):
    before = main_pid(machine)
    machine.run(f"kill -STOP {before}")
    replaced(machine, before, 120)


def keeps_a_session(machine):
    machine.run("echo MORE=--approve-after=1 >/run/practice")
    machine.run("systemctl restart practice grantty@tty1")
    machine.wait_until("test -s /var/lib/grantty/tty1/session.json")
    machine.run("test $(stat -Lc %a /var/lib/grantty/tty1/session.json) = 600")


def gives_way(machine):
    machine.run("systemctl stop grantty@tty1")
    machine.run("systemctl start getty@tty1")
    machine.wait_until(
        "grep getty /proc/$(systemctl show -P MainPID getty@tty1)/comm"
    )
    machine.keys("ctrl-alt-f2")
    machine.wait_until("grep -q tty2 /sys/class/tty/tty0/active")
    machine.keys("ctrl-alt-f1")
    machine.wait_until("grep -q tty1 /sys/class/tty/tty0/active")


def falls_back(machine):
    machine.run("systemctl start grantty@tty1")
    machine.run("! systemctl is-active getty@tty1")
    machine.run("echo nonsense >>/etc/grantty/grantty.conf")
    machine.try_run("systemctl restart grantty@tty1")
    machine.wait_until("systemctl is-active getty@tty1")
    machine.run("journalctl -u grantty@tty1 | grep -q grantty.conf:")


def goes_away(machine):
    conf = FILES["etc/grantty/grantty.conf"]
    machine.run(f"cat >/etc/grantty/grantty.conf <<'END'\n{conf}END")
    machine.run("systemctl reset-failed; systemctl start grantty@tty1")
    machine.run("dpkg --purge grantty")
    machine.run("! systemctl is-active grantty@tty1")
    left = machine.run(
        "find /etc /usr /var -name '*grantty*' ! -name '*practice*'"
        " ! -path '/etc/credstore/*'"
    )
    assert not left.strip(), left


CASES = [
    ("the machine boots to the code, which can be scanned", comes_up),
    ("it runs as a user of its own with a folder of its own", is_shut_in),
    ("neither Ctrl-Alt-F2 nor q nor Ctrl-C leaves it", cannot_be_left),
    ("killed, it comes back", comes_back),
    ("standing still, it is started again", is_watched),
    ("a session is kept in the state folder", keeps_a_session),
    ("stopped, it leaves terminal and switching to getty", gives_way),
    ("with a wrong configuration getty takes the terminal", falls_back),
    ("purged while it runs, nothing is left of it", goes_away),
]


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="grantty-boot-", dir=folder) as scratch:
        disk = pathlib.Path(scratch, "disk")
        kernel, initrd = make_disk(folder, sys.argv[2:], disk)
        machine = Machine(
            kernel,
            initrd,
            "root=/dev/vda rw quiet loglevel=3 console=tty1 net.ifnames=0",
            memory_mb=768,
            options=["-drive", f"file={disk},if=virtio,format=raw"],
        )
        print(f"1..{len(CASES)}")
        try:
            machine.wait_for_line(lambda line: line == ":ready", 240)
            for number, (description, case) in enumerate(CASES, 1):
                started = time.monotonic()
                try:
                    case(machine)
                    verdict = "ok"
                except AssertionError as problem:
                    verdict = "not ok"
                    failed += 1
                    print(*(f"# {line}" for line in str(problem).splitlines()), sep="\n")
                    machine.picture().save(folder / f"failed-{number}.png")
                seconds = time.monotonic() - started
                print(f"{verdict} {number} - {description} ({seconds:.0f} s)", flush=True)
        finally:
            machine.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
