# SPDX-License-Identifier: MIT
"""session.resume: whoever is just approving a code is not thrown out where the
program ends without their doing."""

import json
import os
import signal
import urllib.parse
import urllib.request

import pytest

from practice import OPENER, PERSON
from practice_http import BASIC, DEVICE_GRANT
from program import PATIENCE_S, Exit, wait_until
from terminal import grouped

ASK = "POST /v1/device/authorize"
POLL = "POST /v1/device/token"
AGAIN = "resumed the previous code"
NOT_AGAIN = "cannot resume the previous code"
REPLACED = "the previous code can no longer be used"
ON_SHOW = "this code, or enter it"


@pytest.fixture
def kiosk(home, start_practice, open_terminal):
    """Starts a server and a kiosk that shows a code. Its again() starts another
    one at the same session; kept() is what is kept of the code."""
    home.code = home.session.with_name("session.json.code")
    home.log = home.path / "log"

    class Kiosk:
        def __init__(self, *options, **config):
            self.practice = start_practice(*options)
            self.configure(**config)
            self.screen = self.again()
            self.wait_for_code()

        def configure(self, **config):
            self.practice.config(
                home.config,
                **{"log": {"file": str(home.log), "level": "debug"}, **config},
            )

        def again(self, *args):
            self.screen = open_terminal(*args)
            return self.screen

        def wait_for_code(self):
            """The code on the screen."""
            self.screen.wait_for(ON_SHOW)
            self.screen.keys("z")
            code = wait_until(
                lambda: self.practice.code_on(self.screen), self.screen.show
            )
            self.screen.keys("z")
            self.screen.wait_for(ON_SHOW)
            return code

        def crash(self):
            wait_until(home.code.exists, "a code that is kept")
            self.screen.signal(signal.SIGKILL)
            self.screen.wait_until_gone()

    return Kiosk


def logged(home, text):
    return text in home.log.read_text(encoding="utf-8")


def kept(home):
    return json.loads(home.code.read_text(encoding="utf-8"))


def keep(home, **changes):
    """Changes members of what is kept; the file keeps its mode."""
    home.code.write_text(
        json.dumps({**kept(home), **changes}), encoding="utf-8"
    )


# ---- How it ends without anybody's doing

ENDS = {
    "SIGKILL": lambda screen: screen.signal(signal.SIGKILL),
    "SIGTERM": lambda screen: screen.signal(signal.SIGTERM),
    "hang-up": lambda screen: screen.hang_up(),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
@pytest.mark.row("Process", "killed while a code waits for its approval",
                 "the same code again, approved: signed in; asked for once")
def test_same_code_again(kiosk, home, end):
    first = kiosk()
    code = first.wait_for_code()
    address = first.screen.wait_for_qr()
    wait_until(lambda: first.practice.calls(POLL) > 0, "a poll")
    end(first.screen)
    first.screen.wait_until_gone()
    assert home.code.stat().st_mode & 0o777 == 0o600
    first.again()
    assert first.wait_for_code() == code
    assert first.screen.wait_for_qr() == address
    assert logged(home, AGAIN)
    first.practice.control(approve=code)
    first.screen.wait_for(f"Hello, {PERSON}")
    assert first.practice.calls(ASK) == 1
    wait_until(lambda: not home.code.exists(), "nothing kept any more")


def test_approved_while_nobody_ran(kiosk, home):
    first = kiosk()
    first.crash()
    first.practice.control(approve="*")
    first.again().wait_for(f"Hello, {PERSON}")
    assert first.practice.calls(ASK) == 1


def test_no_key_is_needed_again(kiosk, home):
    """Where codes wait for a key, one that somebody asked for does not."""
    first = kiosk()
    first.configure(kiosk={"start": "key"})
    code = first.wait_for_code()
    first.crash()
    first.again()
    assert first.wait_for_code() == code


def test_after_another_start_of_the_machine(kiosk, home):
    first = kiosk()
    code = first.wait_for_code()
    first.crash()
    keep(home, boot="another", expires_ms=1)
    first.again()
    assert first.wait_for_code() == code
    assert first.practice.calls(ASK) == 1


def test_once_for_each_code(kiosk, home):
    """Not for each poll: flash memory wears out."""
    first = kiosk()
    wait_until(home.code.exists, "a code that is kept")
    before = home.code.stat()
    polls = first.practice.calls(POLL)
    wait_until(lambda: first.practice.calls(POLL) > polls + 2, "three polls")
    after = home.code.stat()
    assert (before.st_ino, before.st_mtime_ns) == (
        after.st_ino, after.st_mtime_ns,
    )
    assert kept(home)["interval"] == 1
    first.practice.control(fault="slow-down")
    wait_until(lambda: kept(home)["interval"] > 5, "a longer interval")


# ---- How it ends by somebody's doing

def test_whoever_leaves_does_not_find_it_again(kiosk, home):
    first = kiosk()
    code = first.wait_for_code()
    wait_until(home.code.exists, "a code that is kept")
    first.screen.keys("q")
    assert first.screen.wait_for_exit() == Exit.DONE
    assert not home.code.exists()
    first.again()
    assert first.wait_for_code() != code


def test_denied(kiosk, home):
    first = kiosk()
    wait_until(home.code.exists, "a code that is kept")
    first.practice.control(deny="*")
    first.screen.wait_for("refused|denied|said no")
    wait_until(lambda: not home.code.exists(), "nothing kept any more")


def test_sign_out_wipes(kiosk, home):
    first = kiosk()
    first.crash()
    assert home.grantty("logout").returncode == Exit.DONE
    assert not home.code.exists()
    first.again()
    first.wait_for_code()
    assert first.practice.calls(ASK) == 2
    assert not logged(home, NOT_AGAIN)


# ---- What is of no use any more

def write(text, mode=0o600):
    def change(home):
        home.code.write_bytes(text)
        home.code.chmod(mode)

    return change


def link(home):
    home.code.rename(home.path / "elsewhere")
    home.code.symlink_to(home.path / "elsewhere")


def fifo(home):
    home.code.unlink()
    os.mkfifo(home.code, 0o600)


def give_away(home):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    os.chown(home.code, 12345, -1)


USELESS = {
    "empty": write(b""),
    "no JSON": write(b"\0\xff{"),
    "another kind of JSON": write(b"[]\n"),
    "a symbolic link": link,
    "a FIFO": fifo,
    "open to others": lambda home: home.code.chmod(0o644),
    "of another owner": give_away,
    "run out": lambda home: keep(home, expires_ms=1),
    "run out before another start": lambda home: keep(
        home, boot="another", expires_at=1_700_000_000
    ),
    "longer than its life": lambda home: keep(
        home, boot="another", expires_at=kept(home)["expires_at"] + 3600
    ),
    "a code that is not clean": lambda home: keep(home, user_code="\x1b[2J"),
    "another address": lambda home: keep(
        home, verification_uri="http://example.net/"
    ),
    "of another client": lambda home: keep(
        home, client={**kept(home)["client"], "client_id": "other"}
    ),
}


@pytest.mark.parametrize("change", USELESS.values(), ids=USELESS)
@pytest.mark.row("Disk", "what is kept of a code",
                 "a new code, and a line in the log; nothing lost")
def test_of_no_use(kiosk, home, change):
    first = kiosk()
    code = first.wait_for_code()
    first.crash()
    change(home)
    first.again()
    assert first.wait_for_code() != code
    assert logged(home, NOT_AGAIN)
    assert first.practice.calls(ASK) == 2
    wait_until(lambda: kept(home)["device_code"], "the new one, kept")
    if change is link:
        assert (home.path / "elsewhere").exists()


def test_other_settings(kiosk, home):
    first = kiosk()
    code = first.wait_for_code()
    first.crash()
    first.configure(provider={"scope": "spark:all"})
    first.again()
    assert first.wait_for_code() != code
    assert logged(home, NOT_AGAIN)


def expire(practice, home):
    practice.control(expire="*")


def redeem(practice, home):
    """As the last poll of the run before does, whose answer is then lost."""
    practice.control(approve="*")
    form = {"grant_type": DEVICE_GRANT, "device_code": kept(home)["device_code"]}
    request = urllib.request.Request(
        practice.url + "/v1/device/token",
        urllib.parse.urlencode(form).encode(), {"Authorization": BASIC},
    )
    with OPENER.open(request, timeout=PATIENCE_S) as answer:
        assert "access_token" in json.load(answer)


USED_UP = {"expired": expire, "redeemed": redeem}


@pytest.mark.parametrize("end", USED_UP.values(), ids=USED_UP)
@pytest.mark.row("Process", "killed as the tokens arrive, or a code that "
                 "expires meanwhile",
                 "another code at once: no trouble, no failed sign-in")
def test_used_up_at_the_very_end(kiosk, home, end):
    first = kiosk()
    code = first.wait_for_code()
    first.crash()
    end(first.practice, home)
    first.again()
    wait_until(
        lambda: home.code.exists() and kept(home)["user_code"] != code,
        "another code that is kept",
    )
    first.practice.control(approve="*")
    first.screen.wait_for(f"Hello, {PERSON}")
    assert logged(home, REPLACED)
    assert not logged(home, "-> trouble")
    assert first.practice.calls(ASK) == 2


def code_of(screen):
    """The code in plain lines, as the provider sent it."""
    groups = screen.wait_for(r"enter this code:\s+(\d{3}) (\d{3})\s")
    return groups[1] + groups[2]


@pytest.mark.parametrize("end", USED_UP.values(), ids=USED_UP)
def test_login_with_a_code_that_was_used_up(
    home, start_practice, open_terminal, end
):
    home.code = home.session.with_name("session.json.code")
    practice = start_practice()
    practice.config(home.config, session={"resume": True})
    screen = open_terminal("login", "--plain")
    shown = code_of(screen)
    wait_until(home.code.exists, "a code that is kept")
    screen.signal(signal.SIGKILL)
    screen.wait_until_gone()
    end(practice, home)
    screen = open_terminal("login", "--plain")
    wait_until(lambda: practice.calls(ASK) == 2, "another code")
    another = practice.code()["user_code"]
    assert another != shown
    screen.wait_for(grouped(another))
    practice.control(approve=another)
    assert screen.wait_for_exit() == Exit.DONE


# ---- Who keeps one

def test_a_login_beside_a_kiosk_has_its_own_code(kiosk, home):
    first = kiosk(session={"resume": True})
    code = first.wait_for_code()
    screen = first.screen
    wait_until(home.code.exists, "a code that is kept")
    first.again("login")
    other = first.wait_for_code()
    assert other != code
    assert kept(home)["user_code"] == code
    # The second one's is not kept, so it begins anew; the first one goes on.
    first.screen.signal(signal.SIGKILL)
    first.screen.wait_until_gone()
    first.again("login")
    assert first.wait_for_code() not in (code, other)
    # The place of the first one is taken up by whoever comes next.
    screen.signal(signal.SIGKILL)
    screen.wait_until_gone()
    first.again()
    assert first.wait_for_code() == code


def test_sealed(kiosk, home):
    key = home.path / "key"
    key.touch(mode=0o600)
    key.write_text("5e" * 32 + "\n", encoding="utf-8")
    first = kiosk(session={"key_file": str(key)})
    code = first.wait_for_code()
    first.crash()
    assert code.encode() not in home.code.read_bytes()
    first.again()
    assert first.wait_for_code() == code
    first.crash()
    key.write_text("5f" * 32 + "\n", encoding="utf-8")
    first.again()
    assert first.wait_for_code() != code
    assert logged(home, NOT_AGAIN)


@pytest.mark.parametrize(
    "session", [{"resume": False}, {"store": "memory"}], ids=["off", "memory"]
)
def test_nothing_is_kept(kiosk, home, session):
    first = kiosk(session=session)
    code = first.wait_for_code()
    wait_until(lambda: first.practice.calls(POLL) > 0, "a poll")
    assert not home.code.exists()
    first.screen.signal(signal.SIGKILL)
    first.screen.wait_until_gone()
    first.again()
    assert first.wait_for_code() != code


@pytest.mark.parametrize("resume", [None, True], ids=["default", "set"])
def test_login_keeps_it_only_where_told(
    home, start_practice, open_terminal, resume
):
    code = home.session.with_name("session.json.code")
    practice = start_practice()
    practice.config(home.config, session={"resume": resume})
    screen = open_terminal("login", "--plain")
    shown = code_of(screen)
    wait_until(lambda: practice.calls(POLL) > 0, "a poll")
    assert code.exists() == bool(resume)
    screen.hang_up()
    screen.wait_until_gone()
    screen = open_terminal("login", "--plain")
    again = code_of(screen)
    assert (again == shown) == bool(resume)
    screen.keys("C-c")
    assert screen.wait_for_exit() == Exit.CANCELLED
    assert not code.exists()
