#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Boots a Debian with systemd under QEMU in which the package is installed and
its unit enabled, and holds the unit to what the operator's guide promises, as
TAP. Wants root, debootstrap, QEMU, tmux and the packages; takes minutes.

    tests/boot/system.py [--suite SUITE] FOLDER PACKAGES

SUITE is bookworm or trixie, or else that of this machine; PACKAGES is what
tests/package has left for it: it boots with those in "before" and is upgraded
to those in "first". FOLDER gets pictures of what failed. The Debian root is
kept in $GRANTTY_CACHE, else /var/cache/grantty-check; making it takes minutes,
too.
"""

import argparse
import contextlib
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

from initramfs import alone  # noqa: E402
from line import Line  # noqa: E402
from program import wait_until  # noqa: E402
from qemu import Machine  # noqa: E402

SERVER = "http://127.0.0.1:8628"

# It is an emulated machine on which much starts at once.
START_S = 600
PATIENCE_S = 120

CACHE = pathlib.Path(
    os.environ.get("GRANTTY_CACHE", "/var/cache/grantty-check")
)

PACKAGES = "systemd-sysv,dbus,udev,linux-image-amd64,systemd-timesyncd"

FILES = {
    "etc/grantty/grantty.conf": f"""\
provider: {{ issuer = "{SERVER}"; client_id = "practice"; }};
kiosk: {{ lock = true; }};
""",
    "etc/credstore/grantty.client_secret": "practice-secret\n",
    "etc/systemd/system/practice.service": f"""\
[Service]
ExecStart=/usr/bin/grantty-practice --json --listen {SERVER[7:]} $MORE
EnvironmentFile=-/run/practice
[Install]
WantedBy=multi-user.target
""",
    # A kiosk on a serial line, as the operator's guide has it, that can be left.
    "etc/systemd/system/grantty@ttyS1.service.d/line.conf": """\
[Service]
Environment=TERM=vt100 LANG=C
EnvironmentFile=-/run/line
ExecStart=
ExecStart=/usr/bin/grantty kiosk -c /etc/line.conf
""",
    # An emulated one needs more CPU time for its first start than that allows.
    "etc/systemd/system/grantty@.service.d/slow.conf": """\
[Service]
TimeoutStartSec=300
""",
    # As raspi-config and its kind write it: whoever gets this prompt gets a shell.
    "etc/systemd/system/getty@tty1.service.d/autologin.conf": """\
[Service]
ExecStart=
ExecStart=-/sbin/agetty --autologin root --noclear %I $TERM
""",
    "etc/systemd/system/serial-getty@ttyS1.service.d/autologin.conf": """\
[Service]
ExecStart=
ExecStart=-/sbin/agetty --autologin root --keep-baud 115200 %I $TERM
""",
    "etc/line.conf": f"""\
provider: {{ issuer = "{SERVER}"; client_id = "practice"; }};
""",
    # The kiosk starts once a key is held.
    "etc/systemd/system/key-is-held.service": """\
[Unit]
Before=grantty@tty1.service
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'until test -e /run/key-is-held; do sleep 1; done'
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
export DEBIAN_FRONTEND=noninteractive
# A list that is kept for long names what is gone.
apt-get install -y -q /packages/before/*.deb || {
	apt-get -q update
	apt-get install -y -q /packages/before/*.deb
} || exit
# What a package brings is not enabled.
! ls /etc/systemd/system/getty.target.wants/grantty@* 2>/dev/null || exit
systemctl mask -q serial-getty@ttyS0.service
systemctl disable -q getty@tty1.service
systemctl enable -q grantty@tty1 practice shell key-is-held
"""


# What a command mounts is gone when it ends.
ALONE = ["unshare", "--mount", "--propagation", "private"]


def say(*command):
    subprocess.run(command, check=True, stdout=sys.stderr)


def make_root(suite, root):
    new = root.with_name("new")
    say("rm", "-rf", str(new))
    say(*ALONE, "debootstrap", f"--include={PACKAGES}", suite, str(new))
    new.rename(root)


def make_disk(root, packages, disk):
    say("rm", "-rf", str(root / "packages"))
    for version in "before", "first":
        (root / "packages" / version).mkdir(parents=True)
        found = [
            str(next((packages / version).glob(f"{name}_*.deb")))
            for name in ("grantty", "grantty-practice")
        ]
        say("cp", *found, str(root / "packages" / version))
    stop = root / "usr/sbin/policy-rc.d"  # nothing is started in here
    stop.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
    stop.chmod(0o755)
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not name.startswith("etc/grantty/"):
            path.write_text(text, encoding="utf-8")
    mount = 'mount -t proc proc "$0/proc"; exec chroot "$0" sh -c "$1"'
    say(*ALONE, "sh", "-c", mount, str(root), SETUP)
    for name, text in FILES.items():
        (root / name).write_text(text, encoding="utf-8")
    stop.unlink()
    with open(disk, "wb") as image:
        image.truncate(3 * 1024**3)
    say("mke2fs", "-q", "-t", "ext4", "-d", str(root), str(disk))
    boot = disk.parent
    for name in "vmlinuz", "initrd.img":
        (path,) = (root / "boot").glob(f"{name}-*")
        say("cp", str(path), str(boot / name))
    return boot / "vmlinuz", boot / "initrd.img"


def main_pid(machine, terminal="tty1"):
    return machine.run(f"systemctl show -P MainPID grantty@{terminal}").strip()


def shows_code(machine):
    wait_until(
        lambda: any(SERVER in text for text in machine.qr()),
        "the code on the screen",
        PATIENCE_S,
    )


def no_prompt(machine, terminal="tty1"):
    """Neither of the package nor of the system."""
    machine.run(
        f"! systemctl is-active getty@{terminal} serial-getty@{terminal}"
        f" grantty-getty@{terminal}"
    )


def asks_for_password(machine, terminal="tty1"):
    """There is nothing but a prompt, whatever the system's getty does there."""
    machine.wait_until(
        f"systemctl is-active grantty-getty@{terminal} &&"
        f" ps -t {terminal} -o comm= | grep -qx agetty",
        PATIENCE_S,
    )
    machine.run(f"test $(ps -t {terminal} -o comm= | wc -l) = 1")
    machine.run(f"! systemctl is-active getty@{terminal} serial-getty@{terminal}")


def comes_up(machine):
    """With a key held down since before."""
    with machine.held("ctrl-backslash"):
        machine.run("touch /run/key-is-held")
        machine.wait_until("systemctl is-active grantty@tty1", START_S)
        machine.run("test $(systemctl show -P NRestarts grantty@tty1) = 0")
        no_prompt(machine)
        shows_code(machine)


def program_of(machine, pid):
    return machine.run(f"readlink /proc/{pid}/exe").strip()


def is_upgraded(machine):
    """Nobody is thrown out; it is the new program that is started next."""
    before = main_pid(machine)
    state = "/var/lib/grantty/tty1/"
    machine.run(f"touch {state}kept; chown --reference={state} {state}kept")
    machine.run("dpkg --force-confold -i /packages/first/*.deb", START_S)
    # What is booted is not what is tried from here on.
    machine.run(
        "test $(dpkg-query -W -f '${Version}' grantty) ="
        " $(dpkg-deb -f /packages/first/grantty_*.deb Version)"
    )
    machine.run("systemctl is-active grantty@tty1")
    no_prompt(machine)
    now = main_pid(machine)
    assert now == before, f"{before} has become {now}"
    program = program_of(machine, before)
    assert program == "/usr/libexec/grantty/grantty (deleted)", program
    shows_code(machine)
    machine.run("systemctl restart practice grantty@tty1")
    replaced(machine, before, 60)
    program = program_of(machine, main_pid(machine))
    assert program == "/usr/libexec/grantty/grantty", program


def user_of(machine, name, pid):
    """The user ID of that kiosk, whose user is named after its terminal and
    owns what is in its state directory, whoever has put it there; to others it
    may look otherwise (an ID-mapped mount, since systemd 257)."""
    uid = machine.run(f"stat -c %u /proc/{pid}").strip()
    user = machine.run(f"readlink /run/systemd/dynamic-uid/direct:{uid}").strip()
    assert user == f"grantty-{name}", user
    state = f"/var/lib/grantty/{name}/"
    inside = f"nsenter --mount --target {pid}"
    owner = machine.run(f"{inside} stat -Lc %a:%u {state}").strip()
    assert owner == f"700:{uid}", owner
    others = machine.run(f"{inside} find {state} ! -user {uid} -ls").strip()
    assert not others, others
    return uid


def is_shut_in(machine):
    """From the kiosk on another terminal, too."""
    first = main_pid(machine)
    machine.run("test -e /var/lib/grantty/tty1/kept")
    machine.run("systemctl start grantty@tty2")
    second = main_pid(machine, "tty2")
    uid = user_of(machine, "tty1", first)
    assert uid != user_of(machine, "tty2", second), uid
    machine.run(f"setpriv --reuid {uid} sh -c 'kill -0 {first}'")
    machine.run(f"! setpriv --reuid {uid} sh -c 'kill -0 {second}'")
    machine.run("systemctl stop grantty@tty2")


def terminal(machine):
    return machine.run("cat /sys/class/tty/tty0/active").strip()


def cannot_be_left(machine):
    before = main_pid(machine)
    machine.keys("ctrl-alt-f2", "q", "ctrl-c")
    machine.keys("ctrl-alt-f3", "ctrl-alt-f2")
    # It has dealt with all of them once it answers this one.
    machine.keys("shift-slash")
    machine.wait_until("grep -q 'Press any key to close' /dev/vcs1")
    now = terminal(machine)
    machine.keys("ctrl-alt-f1", "spc")
    assert now == "tty1", f"this is {now}"
    shows_code(machine)
    assert main_pid(machine) == before


def starts_under_keys(machine):
    """As a visitor finds it who holds a key while it starts: systemd takes
    longer to prepare the process than that takes to hold back signals."""
    for key in "ctrl-c", "ctrl-backslash", "ctrl-z":
        before = main_pid(machine)
        with machine.held(key):
            machine.run("systemctl restart grantty@tty1")
            replaced(machine, before, 60)
            pid = main_pid(machine)
            # The terminal sends it signals now, and it takes none from keys.
            machine.run(f"ps -o tty=,tpgid= -p {pid} | grep -qx 'tty1 *{pid}'")
            machine.run("test $(systemctl show -P NRestarts grantty@tty1) = 0")
            no_prompt(machine)
        machine.keys(key)
        machine.run("systemctl is-active grantty@tty1")
        assert main_pid(machine) == pid


def replaced(machine, before, timeout):
    machine.wait_until(
        f"test $(systemctl show -P MainPID grantty@tty1) != {before} &&"
        " systemctl is-active grantty@tty1",
        timeout,
    )
    shows_code(machine)


def comes_back(machine):
    """And no getty in between."""
    before = main_pid(machine)
    machine.run(f"kill -9 {before}")
    replaced(machine, before, 60)
    units = "-u getty@tty1 -u grantty-getty@tty1"
    machine.run(f"! journalctl -b {units} | grep getty@tty1")


def gives_up(machine):
    """After five times in a minute, which this machine is too slow for."""
    folder = "/run/systemd/system/grantty@tty1.service.d"
    machine.run(f"""mkdir {folder}; cat >{folder}/fails.conf <<'END'
[Unit]
StartLimitIntervalSec=1h
[Service]
ExecStart=
ExecStart=/bin/false
END
systemctl daemon-reload; systemctl reset-failed""")
    machine.try_run("systemctl restart grantty@tty1")
    machine.wait_until("systemctl is-active grantty-getty@tty1", PATIENCE_S)
    machine.run("systemctl is-failed grantty@tty1")
    machine.run(f"rm -r {folder}; systemctl daemon-reload")
    machine.run("systemctl reset-failed; systemctl start grantty@tty1")
    no_prompt(machine)
    shows_code(machine)


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
    # Which logs in root, as the system has been told to.
    machine.wait_until("ps -t tty1 -o comm= | grep -q sh$", PATIENCE_S)
    machine.keys("ctrl-alt-f2")
    machine.wait_until("grep -q tty2 /sys/class/tty/tty0/active")
    machine.keys("ctrl-alt-f1")
    machine.wait_until("grep -q tty1 /sys/class/tty/tty0/active")


def falls_back(machine):
    machine.run("systemctl start grantty@tty1")
    no_prompt(machine)
    machine.run("echo nonsense >>/etc/grantty/grantty.conf")
    machine.try_run("systemctl restart grantty@tty1")
    asks_for_password(machine)
    machine.run("journalctl -u grantty@tty1 | grep -q grantty.conf:")
    machine.wait_until("grep -q login: /dev/vcs1")
    machine.keys("r", "o", "o", "t", "ret")
    machine.wait_until("grep -q Password: /dev/vcs1", PATIENCE_S)
    # Once somebody has given up, there is another prompt.
    machine.run("pkill -KILL -t tty1 -x login")
    asks_for_password(machine)


CODE = "[A-Z]{4}-[A-Z]{4}"


def line_shows_code(machine, first=21, last=24):
    """Waits for a code, and for the keys between these rows; returns the code."""
    terminal = machine.line.terminal
    wait_until(
        lambda: terminal.shows(CODE)
        and "q Quit" in "\n".join(terminal.text()[first:last]),
        lambda: f"a code, and the keys in row {last}:\n{terminal.show()}",
        PATIENCE_S,
    )
    assert terminal.shows(SERVER), terminal.show()
    return terminal.shows(CODE)[0]


def line_size(machine):
    return machine.run("stty -F /dev/ttyS1 size").strip()


def runs_on_a_line(machine):
    machine.run("rm /run/practice; systemctl restart practice")
    assert line_size(machine) == "0 0"
    machine.run("systemctl start grantty@ttyS1")
    line_shows_code(machine)
    assert "".join(machine.line.terminal.text()).isascii()
    assert line_size(machine) == "0 0"


def approve(machine, code):
    """At the practice server, by the token that it has printed."""
    log = machine.run("journalctl -u practice -o cat")
    token = re.findall(r'"control_token": *"([^"]+)"', log)[-1]
    form = f"approve={code}"
    request = r"\r\n".join([
        "POST /control HTTP/1.0",
        f"Host: {SERVER[7:]}",
        f"Authorization: Bearer {token}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(form)}",
        "",
        form,
    ])  # fmt: skip
    machine.run(
        f"""bash -c 'exec 3<>/dev/tcp/{SERVER[7:].replace(":", "/")}
        printf %b "$0" >&3; grep "^HTTP/1.. 200 " <&3' '{request}'"""
    )


def signs_in_on_a_line(machine):
    terminal = machine.line.terminal
    before = line_shows_code(machine)
    approve(machine, before)
    terminal.wait_for("Robin Example", PATIENCE_S)
    machine.run("test -s /var/lib/grantty/ttyS1/session.json")
    machine.line.keys("o")
    terminal.wait_without("Robin Example", PATIENCE_S)
    assert line_shows_code(machine) != before
    machine.wait_until("! test -e /var/lib/grantty/ttyS1/session.json")


def takes_a_size(machine):
    before = main_pid(machine, "ttyS1")
    terminal = machine.line.terminal
    terminal.resize(140, 66)
    machine.run("stty -F /dev/ttyS1 rows 66 columns 140")
    line_shows_code(machine, 24, 66)
    uri = terminal.wait_for_qr(PATIENCE_S)
    assert uri.startswith(SERVER), uri
    assert main_pid(machine, "ttyS1") == before


def quits_on_a_line(machine):
    """The line has lost its size by then: nothing had it open."""
    before = main_pid(machine, "ttyS1")
    machine.line.terminal.resize(80, 24)
    machine.line.keys("q")
    machine.wait_until(
        f"test $(systemctl show -P MainPID grantty@ttyS1) != {before} &&"
        " systemctl is-active grantty@ttyS1"
    )
    machine.run("test $(systemctl show -P NRestarts grantty@ttyS1) = 1")
    line_shows_code(machine)
    assert line_size(machine) == "0 0"


def line_of_type(machine, kind):
    machine.run(f"echo TERM={kind} >/run/line")
    machine.try_run("systemctl restart grantty@ttyS1")


def unknown_type(machine):
    line_of_type(machine, "no-such-terminal")
    line_shows_code(machine)


def plain_type(machine):
    """A code that can be read as it comes, and nothing that places text."""
    line_of_type(machine, "dumb")
    machine.wait_until("systemctl is-active grantty@ttyS1", PATIENCE_S)
    terminal = machine.line.terminal
    wait_until(
        lambda: terminal.shows(f"(?s)To sign in to .*{CODE}")
        and not terminal.shows("q Quit"),
        lambda: f"plain lines with a code:\n{terminal.show()}",
        PATIENCE_S,
    )
    no_prompt(machine, "ttyS1")


def line_falls_back(machine):
    machine.run("echo nonsense >>/etc/line.conf; rm -f /run/line")
    machine.try_run("systemctl restart grantty@ttyS1")
    asks_for_password(machine, "ttyS1")
    machine.line.terminal.wait_for("login:", PATIENCE_S)
    machine.run("test $(systemctl show -P ExecMainStatus grantty@ttyS1) = 2")
    machine.line.keys("root\r")
    machine.line.terminal.wait_for("Password:", PATIENCE_S)
    machine.run("sed -i '/^nonsense/d' /etc/line.conf")
    machine.run("systemctl reset-failed; systemctl start grantty@ttyS1")
    no_prompt(machine, "ttyS1")
    line_shows_code(machine)


def goes_away(machine):
    conf = FILES["etc/grantty/grantty.conf"]
    machine.run(f"cat >/etc/grantty/grantty.conf <<'END'\n{conf}END")
    machine.run("systemctl reset-failed; systemctl start grantty@tty1")
    machine.run("dpkg --purge grantty", START_S)
    machine.run("! systemctl is-active grantty@tty1 grantty@ttyS1")
    left = machine.run(
        "find /etc /usr /var -name '*grantty*' ! -name '*practice*'"
        " ! -path '/etc/credstore/*' ! -path '/etc/systemd/system/grantty@*.service.d'"
    )
    assert not left.strip(), left


CASES = [
    ("it boots to the code, even with Ctrl-\\ held down", comes_up),
    ("upgraded, it goes on, and the new one comes up", is_upgraded),
    ("each terminal has a user and a folder of its own", is_shut_in),
    ("neither Ctrl-Alt-F2 nor q nor Ctrl-C leaves it", cannot_be_left),
    ("keys that are held do not end its start", starts_under_keys),
    ("killed, it comes back", comes_back),
    ("failing time and again, it leaves the terminal to a login prompt", gives_up),
    ("standing still, it is started again", is_watched),
    ("a session is kept in the state folder", keeps_a_session),
    ("stopped, it leaves terminal and switching to getty", gives_way),
    ("with a wrong configuration there is a prompt, in spite of autologin", falls_back),
    ("on a serial line of size 0x0 it shows a code at 80x24", runs_on_a_line),
    ("there somebody signs in, and out again", signs_in_on_a_line),
    ("a size that comes later is taken", takes_a_size),
    ("q ends it there, and it comes back", quits_on_a_line),
    ("an unknown terminal is taken for an xterm", unknown_type),
    ("one that cannot place text gets plain lines", plain_type),
    ("with a wrong configuration there is a prompt on the line, too", line_falls_back),
    ("purged while it runs, nothing is left of it", goes_away),
]


def journal(machine):
    """The last lines about the kiosks; or why there are none."""
    try:
        return machine.try_run("journalctl -u 'grantty@*' -n 20 --no-pager")[1]
    except AssertionError as problem:
        return f"no journal: {problem}"


def run_cases(machine, folder):
    """Returns how many failed."""
    failed = 0
    print(f"1..{len(CASES)}", flush=True)
    started = time.monotonic()
    try:
        machine.wait_for_line(lambda line: line == ":ready", START_S)
    except AssertionError:
        machine.picture().save(folder / "failed-start.png")
        raise
    print(f"# started ({time.monotonic() - started:.0f} s)", flush=True)
    for number, (description, case) in enumerate(CASES, 1):
        started = time.monotonic()
        try:
            case(machine)
            verdict = "ok"
        except AssertionError as problem:
            verdict = "not ok"
            failed += 1
            told = f"{problem}\n{journal(machine)}"
            print(*(f"# {line}" for line in told.splitlines()), sep="\n")
            machine.picture().save(folder / f"failed-{number}.png")
        seconds = time.monotonic() - started
        print(f"{verdict} {number} - {description} ({seconds:.0f} s)", flush=True)
    return failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--suite", default=platform.freedesktop_os_release()["VERSION_CODENAME"]
    )
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("packages", type=pathlib.Path)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix="grantty-boot-", dir=given.folder
    ) as scratch, contextlib.ExitStack() as stack:
        disk = pathlib.Path(scratch, "disk")
        cache = CACHE / f"boot-{given.suite}"
        with alone(cache):
            if not (cache / "root").exists():
                make_root(given.suite, cache / "root")
            kernel, initrd = make_disk(cache / "root", given.packages, disk)
        line = stack.enter_context(contextlib.closing(Line()))
        machine = Machine(
            kernel,
            initrd,
            "root=/dev/vda rw quiet loglevel=3 console=tty1 net.ifnames=0",
            memory_mb=768,
            options=["-drive", f"file={disk},if=virtio,format=raw", *line.options],
        )
        stack.enter_context(contextlib.closing(machine))
        machine.line = line
        failed = run_cases(machine, given.folder)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
