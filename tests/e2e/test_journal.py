# SPDX-License-Identifier: MIT
"""What the journal gets of the log: a real datagram socket where the journal's
is, in a mount namespace of its own."""

import ctypes
import pathlib
import socket
import struct
import threading

import pytest

from fixtures import in_mounts, need_mounts
from practice import PERSON
from program import Exit

FOLDER = pathlib.Path("/run/systemd/journal")

CLONE_NEWNET = 0x40000000
LIMIT = pathlib.Path("/proc/sys/net/unix/max_dgram_qlen")
PLENTY = 1000  # more than anybody has to say here, however late it is read


def entry_of(datagram):
    """The fields of one entry in the journal's native protocol: NAME=text, or
    the name alone, the length of the text and then the text."""
    fields = {}
    while datagram:
        line, _, datagram = datagram.partition(b"\n")
        name, equals, text = line.partition(b"=")
        if not equals:
            (size,) = struct.unpack("<Q", datagram[:8])
            text, datagram = datagram[8 : 8 + size], datagram[9 + size :]
        fields[name.decode()] = text.decode()
    return fields


def socket_with_room(room):
    """One that holds so many datagrams and no more. That is a limit of the
    network namespace where it is made: a thread makes it in a new one."""
    made = []

    def make():
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_NEWNET) == 0:
            LIMIT.write_text(str(room), encoding="ascii")
            made.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    return made[0]


class Journal:
    def __init__(self, folder, room):
        self.folder = folder
        self.socket = socket_with_room(room)
        self.socket.bind(str(folder / "socket"))
        self.entries = []
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        while datagram := self.socket.recv(65536):
            self.entries.append(entry_of(datagram))

    def stop(self):
        """Reads no more: whoever writes finds it stuck as soon as the socket
        is full. Returns all entries."""
        if not self.reader.is_alive():
            return self.entries
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
            other.sendto(b"", str(self.folder / "socket"))
        self.reader.join()
        return self.entries

    def before(self):
        """What to put before a program so that it finds this journal."""
        script = (
            'mount -t tmpfs none /run && mkdir -p "$1" && '
            'mount --bind "$0" "$1" && shift && exec "$@"'
        )
        return in_mounts(script, self.folder, FOLDER)


@pytest.fixture
def journal(tmp_path, request):
    """Its parameter: how many entries it holds that nobody has read."""
    need_mounts()
    folder = tmp_path / "journal"
    folder.mkdir()
    journal = Journal(folder, getattr(request, "param", PLENTY))
    yield journal
    journal.stop()
    journal.socket.close()


def test_a_sign_in(home, start_practice, journal):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config, log={"syslog": True, "level": "debug"})
    done = home.grantty("login", "--plain", before=journal.before())
    assert done.returncode == Exit.DONE
    entries = journal.stop()
    approved = next(e for e in entries if "approved" in e["MESSAGE"])
    assert approved["PRIORITY"] == "6"
    assert approved["SYSLOG_IDENTIFIER"] == "grantty"
    assert approved["SYSLOG_FACILITY"] == "10"
    assert approved["GRANTTY_PROVIDER"] == practice.url
    assert approved["GRANTTY_FLOW"]
    assert "GRANTTY_ERROR" not in approved
    assert entries[-1]["GRANTTY_SESSION"] != approved.get("GRANTTY_SESSION")
    # Nothing of the person, and no secret, in any field.
    for entry in entries:
        for text in entry.values():
            assert PERSON not in text
            for secret in home.secrets():
                assert secret not in text


def test_a_refusal(home, start_practice, journal):
    """The provider's own name for what went wrong is a field by itself."""
    practice = start_practice("--fault", "invalid-client@authorize")
    practice.config(home.config, log={"syslog": True})
    done = home.grantty("login", "--plain", before=journal.before())
    assert done.returncode != Exit.DONE
    refused = journal.stop()[-1]
    assert int(refused["PRIORITY"]) <= 4
    assert refused["GRANTTY_TRACKING_ID"].startswith("ROUTER_")


@pytest.mark.parametrize("journal", [1], indirect=True)
def test_stuck_journal(home, start_practice, journal):
    """A journal that does not read holds nobody up."""
    practice = start_practice("--approve-after", "0")
    practice.config(home.config, log={"syslog": True, "level": "debug"})
    journal.stop()
    done = home.grantty("login", "--plain", before=journal.before())
    assert done.returncode == Exit.DONE
    # There was more to say than the socket holds.
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.setblocking(False)
        with pytest.raises(BlockingIOError):
            other.sendto(b"x", str(journal.folder / "socket"))


def test_no_journal(home, start_practice):
    """Where there is none, syslog(3) has it: nothing fails."""
    practice = start_practice("--approve-after", "0")
    practice.config(home.config, log={"syslog": True})
    script = 'mount -t tmpfs none /run && exec "$@"'
    before = in_mounts(script, "sh")
    assert home.grantty("login", "--plain", before=before).returncode == 0
