# SPDX-License-Identifier: MIT
"""Places and ends that nobody plans for: full disks, closed descriptors,
signals, odd homes, a session that is somebody else's."""

import fcntl
import os
import pty
import re
import signal
import socket
import subprocess

import pytest

from practice import PERSON
from program import (
    GRANTTY, PATIENCE_S, THEME, Exit, child_named, state_of,
    wait_until,
)


@pytest.fixture
def signed_in(home, start_practice):
    """A server that approves by itself, and a person signed in to it."""
    practice = start_practice("--approve-after", "0")
    practice.config(home.config)
    assert home.grantty("login").returncode == Exit.DONE
    return practice


def run(home, *args, env=None, shell=None):
    """Runs grantty as the shell would with those redirections."""
    words = " ".join([GRANTTY, *args, shell or ""])
    return subprocess.run(
        ["/bin/sh", "-c", words],
        env=home.environment(**(env or {})),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


# ---- Standard output that takes nothing


@pytest.mark.parametrize("where", [">/dev/full", ">&-"])
@pytest.mark.parametrize(
    "verb",
    ["token", "whoami", "whoami --json", "status", "status --json"]
    + ["--help", "--version"],
)
@pytest.mark.row("Terminal", "output full or closed",
                 "told; exit 1")
def test_output_that_is_lost_is_a_failure(home, signed_in, verb, where):
    lost = run(home, verb, shell=where)
    assert lost.returncode == Exit.FAILED
    assert re.search("Cannot write (the token )?to standard output", lost.stderr)


@pytest.mark.row("Terminal", "code that nobody can read",
                 "no poll; told; exit 1")
def test_login_whose_code_nobody_can_read_ends(home, start_practice):
    practice = start_practice()
    practice.config(home.config)
    lost = run(home, "login", "--plain", shell=">/dev/full")
    assert lost.returncode == Exit.FAILED
    assert "Cannot write to standard output" in lost.stderr
    assert practice.calls("POST /v1/device/token") == 0


@pytest.mark.row("Terminal", "all three descriptors closed",
                 "nothing written elsewhere; the refresh is saved")
def test_closed_descriptors_are_not_used_for_something_else(home, signed_in):
    """A refresh opens the lock, the file and a connection."""
    home.store(expires_at=1)
    lost = run(home, "token", "-v", shell="<&- >&- 2>&-")
    assert lost.returncode == Exit.FAILED
    assert signed_in.accepts(home.secrets()[0])
    assert run(home, "token").stdout.strip() == home.secrets()[0]


# ---- Odd homes


def test_home_that_is_no_directory(home):
    odd = run(home, "status", env={"HOME": "/dev/null", "XDG_CONFIG_HOME": None})
    assert odd.returncode == Exit.NOBODY


def test_relative_configuration_folder_does_not_count(home, start_practice):
    start_practice().config(home.config, screen={"qr": "nonsense"})
    folder = os.path.relpath(home.config.parent.parent)
    odd = run(home, "status", env={"XDG_CONFIG_HOME": folder})
    assert odd.returncode == Exit.NOBODY
    assert run(home, "status").returncode == Exit.USAGE


def test_plain_login_needs_no_theme(home, start_practice):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config, screen={"theme": "/nonexistent.theme"})
    assert home.grantty("login", "--plain").returncode == Exit.DONE


# ---- The stored session


def test_terminal_sequences_in_the_session_are_not_obeyed(home, signed_in):
    home.store(scope="a \x1b]0;owned\x07\x1b[31m\u009b31m b")
    shown = run(home, "status").stdout
    assert "owned" in shown
    assert not set(shown) & {"\x1b", "\x07", "\u009b"}


def test_session_of_another_provider(home, signed_in):
    home.store(provider="https://id.example.org")
    for verb in "token", "whoami", "status", "logout":
        refused = run(home, verb)
        assert (refused.returncode, refused.stdout) == (Exit.NOBODY, ""), verb
        assert "for https://id.example.org" in refused.stderr
        assert home.session.exists()


def test_damaged_session_is_told_of_once(home, signed_in):
    home.session.write_text("{", encoding="utf-8")
    assert run(home, "token").stderr.count("was damaged") == 1


@pytest.mark.full  # as patient as the program is: 45 s
@pytest.mark.row("Disk", "lock held by a process that hangs",
                 "told after 45 s; exit 1; session untouched")
def test_lock_that_is_never_let_go(home, signed_in):
    home.store(expires_at=1)
    with open(f"{home.session}.lock", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        held = home.grantty("token", timeout=90)
    assert (held.returncode, held.stdout) == (Exit.FAILED, "")
    assert "Cannot lock the session file" in held.stderr


@pytest.mark.row("Process", "a sign-in given up while another has the store",
                 "tokens revoked, nothing stored; exit 130")
def test_what_could_not_be_saved_is_revoked(home, start_practice):
    practice = start_practice("--approve-after", "0")
    log = home.path / "log"
    practice.config(home.config, "plain", log={"file": str(log)})
    home.session.parent.mkdir(mode=0o700, parents=True)
    lock = os.open(f"{home.session}.lock", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        login = subprocess.Popen([GRANTTY, "login"], env=home.environment(),
                                 stdout=subprocess.DEVNULL)
        wait_until(lambda: log.exists() and "approved" in log.read_text(),
                   "an approval")
        login.send_signal(signal.SIGINT)
        assert login.wait(PATIENCE_S) == Exit.CANCELLED
    finally:
        os.close(lock)
    assert practice.state()["revocations"] > 0
    assert not home.session.exists()


# ---- The log


@pytest.mark.parametrize("verb", ["token", "login", "logout"])
def test_log_file_is_written_by_every_verb(home, start_practice, verb):
    file = home.path / "log"
    practice = start_practice("--approve-after", "0")
    practice.config(home.config, log={"file": str(file), "level": "debug"})
    assert home.grantty("login").returncode == Exit.DONE
    file.unlink()
    assert home.grantty(verb).returncode == Exit.DONE
    text = file.read_text(encoding="utf-8")
    assert "session: " in text


# ---- Signals


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP]
)
@pytest.mark.row("Process", "a signal at the screens",
                 "ends; terminal as it was")
def test_a_signal_gives_the_terminal_back(home, open_terminal, number):
    """The shell's settings are back when it goes on."""
    script = f'"{GRANTTY}" demo --theme "{THEME}"; echo "end $?"; stty -a; cat'
    screen = open_terminal(before=["/bin/sh", "-c", script])
    screen.wait_for("this code, or enter it")
    os.kill(child_named(screen.pid, "grantty"), number)
    screen.wait_for("end 0")
    screen.wait_for(" icanon")


@pytest.mark.parametrize(
    "number, code",
    [
        (signal.SIGINT, Exit.CANCELLED),
        (signal.SIGTERM, Exit.FAILED),
        (signal.SIGHUP, Exit.FAILED),
    ],
)
@pytest.mark.row("Process", "a signal at a plain login",
                 "ends with its exit code")
def test_signals_end_a_plain_login(home, start_practice, number, code):
    practice = start_practice()
    practice.config(home.config)
    with subprocess.Popen(
        [GRANTTY, "login", "--plain"],
        env=home.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as login:
        wait_until(practice.code, "a code")
        login.send_signal(number)
        assert login.wait(PATIENCE_S) == code


@pytest.mark.row("Terminal", "Ctrl-Z and back",
                 "stops; then signs in")
def test_ctrl_z_stops_a_plain_login(home, start_practice):
    practice = start_practice()
    practice.config(home.config)
    with subprocess.Popen(
        [GRANTTY, "login", "--plain"],
        env=home.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as login:
        wait_until(practice.code, "a code")
        login.send_signal(signal.SIGTSTP)
        wait_until(lambda: state_of(login.pid) == "T", "its stop")
        login.send_signal(signal.SIGCONT)
        practice.control(approve="*")
        assert login.wait(PATIENCE_S) == Exit.DONE


# ---- Terminals


@pytest.mark.row("Terminal", "output hangs up alone",
                 "ends; exit 1")
def test_output_that_hangs_up_alone_ends_it(home, start_practice):
    """Input and output are two terminals, and the second one goes."""
    practice = start_practice()
    practice.config(home.config)
    ours, theirs = pty.openpty()
    our_output, their_output = pty.openpty()
    with subprocess.Popen(
        [GRANTTY, "login"],
        env=home.environment(),
        stdin=theirs,
        stdout=their_output,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as login:
        os.close(theirs)
        os.close(their_output)
        wait_until(practice.code, "a code")
        os.close(our_output)
        try:
            assert login.wait(PATIENCE_S) == Exit.FAILED
        finally:
            login.kill()
    os.close(ours)


@pytest.mark.parametrize("kind", ["pipe", "socket"])
@pytest.mark.row("Terminal", "output's reader goes away",
                 "told; ends; exit 1")
def test_output_whose_reader_goes_away_ends_it(home, start_practice, kind):
    """As ssh -T has it when the line drops: no signal tells of that."""
    practice = start_practice()
    practice.config(home.config)
    if kind == "pipe":
        reader, writer = os.pipe()
    else:
        reader, writer = (end.detach() for end in socket.socketpair())
    with subprocess.Popen(
        [GRANTTY, "login", "--plain"],
        env=home.environment(),
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    ) as login:
        os.close(writer)
        shown = ""
        while "The code is valid for" not in shown:
            part = os.read(reader, 4096).decode()
            assert part, shown
            shown += part
        os.close(reader)
        try:
            said = login.communicate(timeout=PATIENCE_S)[1]
        finally:
            login.kill()
    assert login.returncode == Exit.FAILED
    assert "Standard output was closed" in said
    assert not home.session.exists()


@pytest.mark.parametrize("term, stdin, options", [
    ("dumb", "null", ["--plain"]),
    ("dumb", "terminal", []),
    ("dumb", "null", []),
    ("vt220", "null", []),
])
def test_lines_where_there_can_be_no_screens(
    home, start_practice, term, stdin, options
):
    """Without escape sequences, for these have no colours."""
    practice = start_practice("--approve-after", "0")
    practice.config(home.config)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [GRANTTY, "login", *options],
        env=home.environment(TERM=term),
        stdin=theirs if stdin == "terminal" else subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    ) as login:
        os.close(theirs)
        text = b""
        while not text.endswith(f"{PERSON}.\r\n".encode()):
            text += os.read(ours, 4096)
        assert login.wait(PATIENCE_S) == Exit.DONE
    os.close(ours)
    assert b"enter this code" in text
    assert b"\x1b" not in text


# ---- The demo


def test_demo_knows_nothing_of_the_real_provider(home, open_terminal):
    """Neither in its requests nor in what its server inherits."""
    home.config.touch(mode=0o600)
    home.config.write_text(
        'provider: { issuer = "https://id.example.org";'
        ' token_endpoint_auth_method = "none"; client_id = "real";'
        ' client_secret = "real-secret"; scope = "real"; };',
        encoding="utf-8",
    )
    screen = open_terminal(
        "demo", "--theme", THEME, "--approve-after", "1",
        env={"CLIENT_SECRET": "hush", "GRANTTY_CLIENT_SECRET": "hush"},
    )
    screen.wait_for(f"Hello, {PERSON}")
    server = child_named(screen.pid, "grantty-practice")
    with open(f"/proc/{server}/environ", "rb") as f:
        assert b"hush" not in f.read()
    opened = os.listdir(f"/proc/{server}/fd")
    links = [os.readlink(f"/proc/{server}/fd/{fd}") for fd in opened]
    assert links.count("/dev/null") == 1  # standard error


# ---- Leaving in the middle of something


@pytest.mark.parametrize(
    "number, code",
    [(signal.SIGTERM, Exit.FAILED), (signal.SIGINT, Exit.CANCELLED)],
)
@pytest.mark.row("Process", "a signal during a refresh",
                 "the renewed token arrives and is saved")
def test_a_signal_during_a_refresh_loses_no_session(
    home, signed_in, number, code
):
    """The provider has rotated the token already: it has to arrive."""
    home.store(expires_at=1)
    signed_in.pause()
    token = subprocess.Popen([GRANTTY, "token"], env=home.environment())
    wait_until(lambda: home.stored().get("refreshing"), "the mark on the disk")
    token.send_signal(number)
    signed_in.go_on()
    assert token.wait(PATIENCE_S) == code
    assert "refreshing" not in home.stored()
    again = home.grantty("token")
    assert again.returncode == Exit.DONE
    assert signed_in.state()["replayed_refresh_tokens"] == 0


def test_ctrl_c_while_a_sign_out_is_finished(home, start_practice):
    """Its exit code is that of Ctrl-C, not that of a signed-out user."""
    practice = start_practice("--approve-after", "0")
    practice.config(home.config, "plain")
    assert home.grantty("login").returncode == Exit.DONE
    home.store(signing_out=True)
    practice.control(fault="hang@revoke")
    token = subprocess.Popen(
        ["env", "--default-signal", GRANTTY, "token"], env=home.environment()
    )
    wait_until(lambda: practice.calls("POST /revoke") == 1, "a revocation")
    token.send_signal(signal.SIGINT)
    try:
        assert token.wait(PATIENCE_S) == Exit.CANCELLED
    finally:
        token.kill()
    assert home.stored()["signing_out"]


# ---- One provider's settings and another provider


def test_another_provider_gets_nothing_of_the_configured_one(home, signed_in):
    other = home.grantty("config", "--provider", "github")
    assert signed_in.url not in other.stdout
    assert 'client_secret = "";' in other.stdout
    assert "********" not in other.stdout


def test_secret_in_the_environment_is_not_the_files_fault(home, start_practice):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config)
    env_file = home.path / "open.env"
    env_file.write_text("CLIENT_ID=practice\n", encoding="utf-8")
    env_file.chmod(0o644)
    result = home.grantty(
        "login",
        "--env-file",
        str(env_file),
        env={"CLIENT_SECRET": "practice-secret"},
    )
    assert result.returncode == Exit.DONE, result.stderr
