# SPDX-License-Identifier: MIT
"""An appliance that people reach over SSH: a real sshd on loopback, whose
ForceCommand is "grantty login"."""

import getpass
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess

import pytest

from practice import PERSON
from program import GRANTTY, Exit, free_port, wait_until
from terminal import Terminal, grouped

# Right of the QR code.
BESIDE, BLOCK = 50, re.compile("[▀▄█]")

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/bin:/sbin:/bin")

pytestmark = pytest.mark.skipif(
    not SSHD, reason="needs sshd (Debian: openssh-server)"
)


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def login(home):
    return [GRANTTY, "login", "-c", str(home.config)]


class Appliance:
    """sshd with keys of its own. Whoever comes gets grantty, at that home but
    with a folder each for the session, as the operator's guide has it."""

    def __init__(self, folder, home):
        self.folder = folder
        self.port = free_port()
        self.sessions = folder / "sessions"
        self.sessions.mkdir(parents=True)
        for name in ("host", "person"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", ""]
                + ["-f", str(folder / name)],
                check=True,
            )
        command = (
            f"env HOME={home.path} XDG_CONFIG_HOME={home.path}/config"
            f" LANG=C.UTF-8 XDG_STATE_HOME=$(mktemp -d -p {self.sessions})"
            f" {' '.join(login(home))}"
        )
        config = folder / "sshd_config"
        config.write_text(
            "ListenAddress 127.0.0.1\n"
            f"Port {self.port}\n"
            f"HostKey {folder}/host\n"
            f"AuthorizedKeysFile {folder}/person.pub\n"
            "PidFile none\n"
            "StrictModes no\n"
            "UsePAM no\n"
            "PermitRootLogin yes\n"
            f"ForceCommand {command}\n",
            encoding="utf-8",
        )
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        with open(folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                [SSHD, "-D", "-e", "-f", str(config)],
                stdin=subprocess.DEVNULL,
                stderr=log,
                env={"PATH": "/usr/bin:/bin"},
            )
        wait_until(
            lambda: is_listening(self.port),
            lambda: (folder / "log").read_text(encoding="utf-8"),
        )

    def ssh(self, *options):
        return [
            *["ssh", "-F", "none", "-p", str(self.port), *options],
            *["-i", str(self.folder / "person"), "-o", "IdentitiesOnly=yes"],
            *["-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR"],
            *["-o", f"UserKnownHostsFile={self.folder}/known_hosts"],
            f"{getpass.getuser()}@127.0.0.1",
        ]

    def stored(self):
        """The files of those who are signed in."""
        return list(self.sessions.rglob("session.json"))

    def close(self):
        self.process.terminate()
        self.process.wait()


def is_locked():
    """Whether the password of this account is, as useradd(8) leaves it: then
    sshd without PAM lets nobody in, whatever key is shown."""
    run = subprocess.run(
        ["passwd", "-S"], capture_output=True, text=True, check=False
    )
    return os.geteuid() != 0 and run.stdout.split()[1:2] == ["L"]


@pytest.fixture
def appliance(home, tmp_path):
    if is_locked():
        pytest.skip("needs an account with a password, for sshd")
    appliance = Appliance(tmp_path / "appliance", home)
    yield appliance
    appliance.close()


@pytest.fixture
def connect(appliance, home):
    """Connects from a terminal of its own."""
    terminals = []

    def start(before="true", **how):
        """before: a shell command, run in that terminal."""
        argv = ["sh", "-c", f'{before}; exec "$@"', "sh"]
        terminals.append(
            Terminal(
                argv + appliance.ssh("-t"), env=home.environment(), **how
            )
        )
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()


def at_work(home):
    """The processes of grantty at that home, without the children that guard
    their terminals, by the arguments: only root may look at more of them."""
    parents = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
            stat = (folder / "stat").read_bytes()
        except OSError:
            continue  # it has ended since
        if words == [word.encode() for word in login(home)]:
            parent = stat.rpartition(b")")[2].split()[1]
            parents[folder.name] = parent.decode()
    return [pid for pid, parent in parents.items() if parent not in parents]


def test_sign_in(home, start_practice, connect, appliance):
    practice = start_practice()
    practice.config(home.config, "webex")
    screen = connect()
    code = wait_until(practice.code, "a request for a code")
    assert screen.wait_for_qr().startswith(practice.url)
    practice.control(approve=code["user_code"])
    screen.wait_for(f"Signed in to .* as {PERSON}")
    wait_until(lambda: not at_work(home), "the end of grantty")
    assert len(appliance.stored()) == 1


def test_speed_is_hearsay(home, start_practice, connect):
    """Some clients always say 9600. What that would cost: the large letters."""
    practice = start_practice()
    practice.config(home.config, "webex")
    screen = connect(before="stty 9600")
    code = wait_until(practice.code, "a request for a code")["user_code"]
    screen.wait_for(grouped(code))
    assert screen.wait_for_qr().startswith(practice.url)
    assert any(BLOCK.search(row[BESIDE:]) for row in screen.text())


def test_without_a_terminal(home, start_practice, appliance):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config, "webex")
    done = subprocess.run(
        appliance.ssh("-T"),
        env=home.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == Exit.DONE, done.stderr
    assert "enter this code" in done.stdout
    assert "\x1b" not in done.stdout


def test_several_at_once(home, start_practice, connect, appliance):
    practice = start_practice()
    practice.config(home.config, "webex")
    screens = [connect() for _ in range(3)]
    wait_until(lambda: len(at_work(home)) == 3, "three of grantty")
    wait_until(lambda: len(practice.codes()) == 3, "three codes")
    practice.control(approve=practice.codes()[1]["user_code"])
    wait_until(lambda: len(at_work(home)) == 2, "the end of the one")
    assert len(appliance.stored()) == 1

    def signed_in():
        return [s for s in screens if s.shows(f"as {PERSON}")]

    wait_until(signed_in, "a word to whom it signed in")
    assert len(signed_in()) == 1


def test_dropped_line(home, start_practice, connect, appliance):
    """Who closes the laptop leaves nothing running and nothing stored."""
    practice = start_practice()
    practice.config(home.config, "webex")
    screen = connect()
    wait_until(practice.code, "a request for a code")
    wait_until(lambda: len(at_work(home)) == 1, "grantty")
    os.kill(screen.pid, signal.SIGKILL)
    wait_until(lambda: not at_work(home), "the end of grantty")
    assert appliance.stored() == []
    left = [p.name for p in appliance.sessions.rglob("*") if p.is_file()]
    assert not [name for name in left if not name.endswith("lock")], left
