#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Follows docs/operators.md and docs/fleet.md to the letter: takes each block of
code out of the guide, does with it what an operator does, and holds the system to
what the guide says of it, as TAP. A block that no step takes fails.

    tests/guide.py ROOT

ROOT is a Debian root in which grantty and grantty-practice are installed from
/packages, and sudo, the OpenSSH server and client, openssl, ansible-core and
python3-apt; the packages for prometheus-node-exporter have been downloaded. It is
changed. Nothing runs in it but what a step starts, so systemctl only enables and
disables. Wants root, and a network namespace of its own.
"""

import contextlib
import fcntl
import json
import os
import pathlib
import re
import socket
import struct
import subprocess
import sys
import textwrap
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
PATIENCE_S = 300

SERVER = "http://127.0.0.1:8628"
PROVIDER = f'provider: {{ issuer = "{SERVER}"; client_id = "practice-public"; }};\n'
PERSON = "as Robin Example"


# ---- The guides


def blocks(name):
    """The blocks of code of a guide, fenced or indented."""
    found, block, fenced = [], [], False
    lines = (TOP / "docs" / f"{name}.md").read_text("utf-8").splitlines()
    for line in [*lines, "end"]:
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    ") or (block and not line):
            block.append(line)
            continue
        if any(block):
            found.append(textwrap.dedent("\n".join(block)).strip("\n"))
        block = []
    return found


class Guides:
    """Gives each block once."""

    def __init__(self):
        self.left = blocks("operators") + blocks("fleet")

    def take(self, beginning):
        """The next block that begins like that."""
        for block in self.left:
            if block.startswith(beginning):
                self.left.remove(block)
                return block
        raise AssertionError(f"the guides have no block {beginning!r}")


# ---- The system


class Root:
    """A root in which nothing is running. Commands are those of an operator, who
    may use sudo."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.servers = {}
        self("useradd --create-home admin", user="root")
        self.write(
            "/etc/sudoers.d/admin", "admin ALL=(ALL) NOPASSWD: ALL\n"
            "Defaults env_keep += SYSTEMD_OFFLINE\n", 0o440,
        )  # fmt: skip
        # What only a booted system can do.
        self.write(
            "/usr/local/bin/systemctl",
            "#!/bin/bash\nexec /bin/systemctl \"${@/--now/--quiet}\"\n", 0o755,
        )  # fmt: skip
        system_name = os.uname().nodename
        self.write("/etc/hosts", f"127.0.0.1 localhost {system_name}\n")

    def enter(self, command, user):
        return [
            "chroot", str(self.root), "su", "-", user, "-c",
            "export SYSTEMD_OFFLINE=1 LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/local/bin:$PATH;"
            f" {command}",
        ]  # fmt: skip

    def __call__(self, command, user="admin", fails=False, typed=""):
        """Runs lines of shell, which succeed, or fail; gives what they print."""
        run = subprocess.run(
            self.enter(command, user), input=typed, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
            timeout=PATIENCE_S,
        )  # fmt: skip
        assert (run.returncode != 0) == fails, (
            f"{command!r}: {run.returncode}\n{run.stdout[-2000:]}"
        )
        return run.stdout

    def write(self, path, text, mode=0o644):
        """As an operator with an editor."""
        place = self.root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        place.chmod(mode)

    def start(self, command, ready):
        """Starts a server, anew if it is running."""
        # pylint: disable=consider-using-with
        self.stop(command)
        self.servers[command] = server = subprocess.Popen(
            ["chroot", str(self.root), *command.split()],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=sys.stderr,
        )  # fmt: skip
        until = time.monotonic() + PATIENCE_S
        while subprocess.run(
            self.enter(ready, "admin"), check=False, capture_output=True
        ).returncode:
            assert time.monotonic() < until, f"{command!r} does not start"
            assert server.poll() is None, f"{command!r} has ended"
            time.sleep(0.1)

    def stop(self, command):
        server = self.servers.pop(command, None)
        if server:
            server.terminate()
            server.wait()

    def close(self):
        for command in list(self.servers):
            self.stop(command)


# ---- What the guides have, in the order of an operator


def config(system, block):
    """A configuration; what grantty makes of it."""
    system.write("/tmp/grantty.conf", block + "\n")
    out = system("cd; grantty config --json -c /tmp/grantty.conf")
    return {name: setting["value"]
            for name, setting in json.loads(out)["settings"].items()}  # fmt: skip


def is_valid(system, unit):
    out = system(f"sudo systemd-analyze verify --man=no {unit}")
    # systemd before version 254 ignores it.
    out = re.sub(r".*Unknown key '?RestartMode.*\n", "", out)
    assert "grantty" not in out, out


def drop_in(system, unit, block):
    """What "systemctl edit" does with it. The unit stays a valid one."""
    *head, text = re.split(r"^# systemctl edit .*\n", block, flags=re.M)
    assert not any(head)
    name = unit.partition("@")[0]
    template = re.search(r"edit \S+@$", block, re.M)
    folder = f"{name}@.service.d" if template else f"{unit}.d"
    system.write(f"/etc/systemd/system/{folder}/override.conf", text + "\n")
    is_valid(system, unit)


def one_file_to_edit(system, guides):
    settings = config(system, guides.take("provider: {\n  preset"))
    assert settings["provider.client_id"] == "C0ffee..."
    assert settings["kiosk.lock"] is True
    assert settings["session.store"] == "memory"
    # The package's own has every key, commented out, and all users can read it.
    system("test $(stat -c %a /etc/grantty/grantty.conf) = 644")
    text = system("cat /etc/grantty/grantty.conf")
    for name in settings:
        assert re.search(rf"^ *(#|//) *{name.rpartition('.')[2]}\b", text, re.M), name
    system.write("/etc/grantty/grantty.conf", "grnt = 3;\n")
    out = system("grantty config", fails=True)
    assert "/etc/grantty/grantty.conf:1:" in out and 'mean "grant"' in out
    system.write("/etc/grantty/grantty.conf", PROVIDER)
    assert f"{SERVER}\";  // /etc/grantty/grantty.conf:1" in system("grantty config")


def the_client_secret(system, guides):
    system.write(
        "/usr/local/bin/editor", '#!/bin/sh\necho s3cret >"$1"\n', 0o755
    )
    system("export SUDO_EDITOR=/usr/local/bin/editor\n"
           + guides.take("sudo install -d -m 700 /etc/credstore\nsudo install"))  # fmt: skip
    secret = "/etc/credstore/grantty.client_secret"
    assert system(f"sudo cat {secret}") == "s3cret\n"
    assert system(f"sudo stat -c %a:%U {secret}") == "600:root\n"
    system("test ! -x /etc/credstore")
    system("test -f /usr/share/doc/grantty/examples/credentials.conf")


def in_place_of_getty(system, guides):
    commands = guides.take("sudo systemctl disable --now getty@tty1")
    system(commands)
    assert system("systemctl is-enabled grantty@tty1") == "enabled\n"
    assert system("systemctl is-enabled getty@tty1", fails=True) == "disabled\n"
    # To go back.
    back = {"enable": "disable", "disable": "enable"}
    system(re.sub("(dis|en)able", lambda word: back[word[0]], commands))
    assert system("systemctl is-enabled getty@tty1") == "enabled\n"
    system(commands)


def drop_ins(system, guides):
    drop_in(system, "grantty@ttyAMA0.service", guides.take("[Service]\nEnvironment=TERM"))
    drop_in(system, "grantty@tty1.service", guides.take("# systemctl edit grantty@\n"))
    for name in "tty1", "ttyama0":
        system(f"GRANTTY_ACCOUNT={name} grantty config")
    system("GRANTTY_ACCOUNT=ttyAMA0 grantty config", fails=True)


def lock_the_kiosk(system, guides):
    text = (TOP / "docs/operators.md").read_text("utf-8")
    # As on a machine that has started for the first time from an image.
    system("sudo systemctl preset reboot.target")
    commands = re.findall(r"`(systemctl mask .*?|grep -rl .*?)`", text)
    assert len(commands) == 2, commands
    system(f"sudo {commands[0]}")
    assert system("systemctl is-enabled ctrl-alt-del.target", fails=True) == "masked\n"
    # Of a terminal on which nothing runs, too.
    file = "/etc/systemd/system/getty@tty7.service.d/autologin.conf"
    system.write(file, "[Service]\nExecStart=-/sbin/agetty --autologin root - $TERM\n")
    assert system(commands[1]) == file + "\n"
    system(f"sudo rm {file}")
    system(guides.take("sudo systemctl mask grantty-getty@tty1"))
    state = system("systemctl is-enabled grantty-getty@tty1", fails=True)
    assert state == "masked\n", state
    system("sudo systemctl unmask grantty-getty@tty1")


def a_read_only_root(system, guides):
    old = "/var/lib/private/grantty/tty1/session.json"
    system(f"sudo install -D -m 600 /dev/null {old}")
    system(guides.take("sudo systemctl stop 'grantty@*'"))
    system(f"sudo test ! -e {old}")
    line = guides.take("LABEL=state")
    system.write("/tmp/fstab", line + "\n")
    system("mkdir /tmp/units; cd /tmp/units; SYSTEMD_FSTAB=/tmp/fstab"
           " /lib/systemd/system-generators/systemd-fstab-generator . . .")  # fmt: skip
    system("grep ^Options=nofail, /tmp/units/var-lib-private-grantty.mount")


def the_session(system, guides):
    system(guides.take("sudo install -d -m 700 /etc/credstore\nopenssl"))
    key = "/etc/credstore/grantty.session_key"
    assert re.fullmatch(r"[0-9a-f]{64}\n", system(f"sudo cat {key}"))
    assert system(f"sudo stat -c %a:%U {key}") == "600:root\n"


def practice(system):
    """A provider that approves each code, and the configuration for it."""
    system.write("/etc/grantty/grantty.conf", PROVIDER)
    system.start(f"grantty-practice --approve-after 0 --listen {SERVER[7:]}",
                 "cd; grantty login && grantty logout")  # fmt: skip


def ssh_into_an_appliance(system, guides):
    practice(system)
    ssh = ("ssh -T -o StrictHostKeyChecking=accept-new -o BatchMode=yes"
           " -i /home/admin/key guest@127.0.0.1 ")  # fmt: skip
    system(guides.take("sudo useradd --create-home --shell /bin/sh guest"))
    text = guides.take("# /etc/ssh/sshd_config.d/grantty.conf\n")
    configure_sshd(system, text)
    system("ssh-keygen -q -t ed25519 -N '' -f key; " + ssh + "true", fails=True)
    home = "/home/guest/.ssh"
    system(f"sudo install -d -o guest -m 700 {home};"
           f" sudo install -o guest key.pub {home}/authorized_keys")  # fmt: skip
    assert PERSON in system(ssh + "cat /etc/passwd")
    system(f"sudo rm {home}/authorized_keys; " + ssh, fails=True)
    # Anyone.
    open_text = text + "\n    PermitEmptyPasswords yes"
    system(guides.take("sudo passwd --delete guest"))
    configure_sshd(system, open_text)
    assert PERSON in system(ssh)
    # The session of one user is not the next one's.
    state = "/home/guest/.local/state/grantty/session.json"
    system(f"sudo test -e {state}; sudo rm {state}")
    block = guides.take('session: { store = "memory"; };')
    system.write("/etc/grantty/grantty.conf", PROVIDER + block + "\n")
    assert PERSON in system(ssh)
    system(f"sudo test ! -e {state}")
    # A session that ends with the connection.
    system.write("/etc/grantty/grantty.conf", PROVIDER)
    script = guides.take("#!/bin/sh\n# /usr/local/bin/grantty-guest ")
    system.write("/usr/local/bin/grantty-guest", script + "\n", 0o755)
    menu = "#!/bin/sh\necho $GRANTTY_EMAIL; grantty token | wc -c; exit 42\n"
    system.write("/usr/local/bin/menu", menu, 0o755)
    command = "ForceCommand grantty-guest /usr/local/bin/menu"
    assert command in (TOP / "docs/operators.md").read_text("utf-8")
    configure_sshd(system, open_text.replace("ForceCommand grantty login", command))
    out = system(ssh + "; test $? = 42")
    assert "\nrobin@" in out and re.search(r"^\d{2,}$", out, re.M), out
    system("! ls -d /tmp/grantty-guest.* && sudo test ! -e " + state)
    command = guides.take("ForceCommand grantty login -- /usr/local/bin/menu")
    configure_sshd(system, open_text.replace("ForceCommand grantty login", command))
    assert "robin@" in system(ssh + "; test $? = 42")


def configure_sshd(system, text):
    """Writes the guide's file and has sshd read it."""
    system.write("/etc/ssh/sshd_config.d/grantty.conf", text + "\n")
    system("sudo mkdir -p /run/sshd; sudo sshd -t")
    system.start("/usr/sbin/sshd -D", "ssh-keyscan 127.0.0.1 | grep -q .")


def pam(system, guides):
    block = guides.take("# /etc/grantty/pam.conf")
    system.write("/etc/grantty/pam.conf", PROVIDER + block + "\n")
    script, person = guides.take("#!/bin/sh\n# /usr/local/sbin/grantty-pam\n").split(
        "\n\n"
    )
    system.write("/usr/local/sbin/grantty-pam", script + "\n", 0o755)
    system.write("/usr/local/sbin/grantty-pam-user", person + "\n", 0o755)
    line = guides.take("auth sufficient pam_exec.so")
    system(f"sudo sed -i '0,/^auth\\|^@include/s|^auth|{line}\\n&|;"
           f" 0,/^@include/s|^@include|{line}\\n&|' /etc/pam.d/sudo")  # fmt: skip
    assert system("cat /etc/pam.d/sudo").count(line) == 1
    system("sudo useradd --create-home alice && sudo gpasswd -a alice sudo")
    who = system("grantty login -- printenv GRANTTY_ID", user="alice")
    system("sudo -k; sudo true", user="alice", fails=True)
    system.write("/etc/grantty/pam.users", f"alice {who.splitlines()[-1]}\n")
    out = system("sudo -k; sudo id -u", user="alice")
    assert PERSON in out and "0" in out.splitlines(), out
    # For another account the list has nobody.
    system.write("/etc/grantty/pam.users", f"bob {who.splitlines()[-1]}\n")
    system("sudo -k; sudo true", user="alice", fails=True)


def fleet(system, guides):
    inventory = guides.take("[kiosks]")
    commands = guides.take("mkdir -p group_vars\nansible-vault")
    play = guides.take("ansible-playbook -i inventory")
    block = guides.take("provider : { preset")
    assert config(system, block)["kiosk.start"] == "key"
    system("cp -R /usr/share/doc/grantty/examples/fleet site; mkdir site/files;"
           " cp /packages/grantty_*.deb site/files/grantty.deb")  # fmt: skip
    system.write("/home/admin/site/files/grantty.conf", block + "\n")
    hosts = re.sub(r"^kiosk\d.*\n?", "", inventory, flags=re.M)
    system.write("/home/admin/site/inventory",
                 hosts + "localhost ansible_connection=local\n")  # fmt: skip
    system("mkdir site/group_vars; cd site/group_vars;"
           " echo 'grantty_terminals: [tty1, tty2]' >kiosks.yml")  # fmt: skip
    system("cd site; " + commands, typed="pass\npass\ns3cret\n")
    assert "s3cret" not in system("cat site/group_vars/kiosks.yml")
    out = system("cd site; " + play, typed="pass\n")
    assert re.search(r"changed=[1-9]", out), out
    assert system("sudo cat /etc/credstore/grantty.client_secret") == "s3cret\n"
    assert system("sudo stat -c %a:%U /etc/credstore/grantty.client_secret") == "600:root\n"
    assert system("cat /etc/grantty/grantty.conf") == block + "\n"
    for terminal in "tty1", "tty2":
        assert system(f"systemctl is-enabled grantty@{terminal}") == "enabled\n"
        assert system(f"systemctl is-enabled getty@{terminal}", fails=True) == "disabled\n"
    folder = "/var/lib/prometheus/node-exporter"
    assert system(f"stat -c %a:%G {folder}") == "2775:grantty-metrics\n"
    is_valid(system, "grantty@tty1.service")
    out = system("cd site; " + play, typed="pass\n")
    assert re.search(r"changed=0 ", out), out


def remove(system, guides):
    system(guides.take("sudo systemctl disable --now grantty@tty1"))
    assert system("systemctl is-enabled getty@tty1") == "enabled\n"
    assert system("systemctl is-enabled grantty@tty1", fails=True) == "disabled\n"


# What tests/package does in its own way, and what wants a booted system.
ELSEWHERE = [
    "sudo apt-get build-dep ./",
    "sudo systemd-run --pty",
    "journalctl -t grantty",
]

STEPS = [
    ("One file to edit", one_file_to_edit),
    ("The client secret", the_client_secret),
    ("In place of getty", in_place_of_getty),
    ("drop-ins of the unit", drop_ins),
    ("Lock the kiosk", lock_the_kiosk),
    ("A read-only root", a_read_only_root),
    ("The session", the_session),
    ("SSH into an appliance", ssh_into_an_appliance),
    ("sudo with PAM", pam),
    ("Many kiosks: the playbook, twice", fleet),
    ("Upgrade and remove", remove),
]


def loopback_up():
    """As "ip link set lo up" does."""
    with socket.socket() as some:
        fcntl.ioctl(some, 0x8914, struct.pack("16sh", b"lo", 1))


def main():
    loopback_up()
    guides = Guides()
    failed = 0
    print(f"1..{len(STEPS) + 1}", flush=True)
    for beginning in ELSEWHERE:
        guides.take(beginning)
    with contextlib.closing(Root(sys.argv[1])) as system:
        for number, (description, step) in enumerate(STEPS, 1):
            try:
                step(system, guides)
                verdict = "ok"
            except (AssertionError, subprocess.TimeoutExpired) as problem:
                verdict = "not ok"
                failed += 1
                print(*(f"# {line}" for line in str(problem).splitlines()), sep="\n")
            print(f"{verdict} {number} - {description}", flush=True)
    for block in guides.left:
        print(*(f"# {line}" for line in block.splitlines()), "#", sep="\n")
    print(f"{'not ok' if guides.left else 'ok'} {len(STEPS) + 1} - each block is followed")
    return 1 if failed or guides.left else 0


if __name__ == "__main__":
    sys.exit(main())
