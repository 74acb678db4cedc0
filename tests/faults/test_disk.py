# SPDX-License-Identifier: MIT
"""Disks that are full, read-only or broken, session files that are not what
they should be, and an end at any system call of a refresh."""

import os
import re
import subprocess

import pytest

from fixtures import in_mounts
from practice import PERSON
from program import GRANTTY, PATIENCE_S, Exit, wait_until

PARTS = 4


def need_root():
    if os.geteuid() != 0:
        pytest.skip("needs root")


@pytest.fixture
def signed_in(home, start_practice):
    """A server, and a person signed in to it whose token has run out."""
    practice = start_practice("--approve-after", "0")
    practice.config(home.config, log={"file": str(home.log), "level": "debug"})
    assert home.grantty("login").returncode == Exit.DONE
    home.store(expires_at=1)
    return practice


def strace(home, *options, verb="token"):
    """Runs grantty under strace; what it wrote is in home.path / "trace"."""
    return subprocess.run(
        ["strace", "-f", "-qq", "-o", home.path / "trace", *options]
        + [GRANTTY, verb],
        env=home.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE_S,
        check=False,
    )


def calls_of_a_refresh(home):
    """Each system call from the lock on: its name, and how many of that name
    there have been since the start, as strace counts them."""
    assert strace(home).returncode == Exit.DONE
    lines = (home.path / "trace").read_text().splitlines()
    main = lines[0].split()[0]
    counts, found, begun = {}, [], False
    for line in lines:
        match = re.match(rf"{main} +(\w+)\((.*)", line)
        if not match:
            continue
        name, rest = match.groups()
        counts[name] = counts.get(name, 0) + 1
        begun = begun or "session.json.lock" in rest
        if begun:
            found.append((name, counts[name]))
    # From exit_group() on it is over.
    return [call for call in found if call[0] != "exit_group"]


@pytest.mark.slow
@pytest.mark.row(
    "Disk", "killed at each system call of a refresh and its saves",
    "file whole each time; session kept unless the server had rotated, then "
    "one try with the old token and a calm end",
)
@pytest.mark.parametrize("part", range(PARTS))
def test_killed_at_each_call(home, signed_in, part):
    calls = calls_of_a_refresh(home)
    assert {"fsync", "renameat", "flock"} <= {name for name, _ in calls}
    kept = lost = missed = 0
    for name, number in calls[part::PARTS]:
        home.store(expires_at=1)
        before = signed_in.state()
        killed = strace(
            home, "-e", f"trace={name}",
            "-e", f"inject={name}:signal=KILL:when={number}",
        )
        # How often it waits is not the same each time.
        missed += killed.returncode == Exit.DONE
        assert killed.returncode in (-9, Exit.DONE)
        assert home.stored()["refresh_token"]
        rotated = signed_in.state()["refreshes"] > before["refreshes"]
        again = home.grantty("token")
        where = f"{name} {number}: {again.stderr}"
        if again.returncode == Exit.DONE:
            assert signed_in.accepts(again.stdout.strip()), where
            kept += 1
            continue
        assert rotated, where
        assert again.returncode == Exit.NOBODY, where
        assert not home.session.exists()
        lost += 1
        assert home.grantty("login").returncode == Exit.DONE
    assert kept > lost and missed < kept / 4
    print(f"{kept} times kept, {lost} times lost, {missed} calls not made")


KEEPING = {
    "made": ("fchmod", 1, False),
    "written": ("write", 1, False),
    "synced": ("fsync", 1, False),
    "there": ("fsync", 5, True),  # the first ones only try the disk
}


@pytest.mark.row("Disk", "killed when a code is kept, as it is",
                 "its code again, or a new one; nothing half-written")
@pytest.mark.parametrize("call, number, again", KEEPING.values(), ids=KEEPING)
def test_killed_when_a_code_is_kept(
    home, start_practice, call, number, again
):
    practice = start_practice("--approve-after", "0")
    practice.config(
        home.config, session={"resume": True},
        log={"file": str(home.log), "level": "debug"},
    )
    code = home.session.with_name("session.json.code")
    paths = ["-P", f"{code}~tmp"] if not again else []
    killed = strace(
        home, "-e", f"trace={call}", *paths,
        "-e", f"inject={call}:signal=KILL:when={number}", verb="login",
    )
    assert killed.returncode == -9
    assert code.exists() == again
    assert home.grantty("login").returncode == Exit.DONE
    assert practice.calls("POST /v1/device/authorize") == 2 - again
    assert not code.exists()


ERRORS = {
    "full": "write:error=ENOSPC",
    "I/O error at the write": "write:error=EIO",
    "I/O error at the fsync": "fsync:error=EIO",
    "I/O error at the rename": "renameat:error=EIO",
    "I/O error at the close": "close:error=EIO",
}

@pytest.mark.row("Disk", "when the renewed token is saved",
                 "told with what to do; the old file is whole")
@pytest.mark.parametrize("fault", ERRORS.values(), ids=ERRORS)
def test_error_at_the_save(home, signed_in, fault):
    old = home.secrets()
    # By the names the error is kept away from all other files. A renaming has
    # only names below the folder, and nothing else is renamed.
    paths = ["-P", f"{home.session}~tmp"] if "renameat" not in fault else []
    strace(
        home, "-e", f"trace={fault.partition(':')[0]}", *paths,
        "-e", f"inject={fault}",
    )
    assert re.search("annot write|cannot be written|cannot save", home.logged())
    assert home.secrets() == old
    assert "~tmp" not in " ".join(home.files())


@pytest.mark.row("Disk", "I/O error when the token that came is saved",
                 "told beside it what that means; exit 0")
def test_error_after_the_refresh(home, signed_in):
    old = home.secrets()
    run = strace(home, "-e", "trace=renameat",
                 "-e", "inject=renameat:error=EIO:when=2+")
    assert run.returncode == Exit.DONE
    assert signed_in.accepts(run.stdout.strip())
    assert "a new sign-in may be needed" in run.stderr
    assert home.stored()["refreshing"] and home.secrets() == old


@pytest.mark.row("Disk", "a short write when a sign-in is saved, then no more",
                 "told with what to do; nothing half-written")
def test_short_write(home, crooked):
    """What a limit on the size of files leaves room for is written first."""
    server = crooked()
    server.config(home.config)  # without a log file: that is limited, too
    run = strace(home, "-e", "trace=write", "-P", f"{home.session}~tmp",
                 "prlimit", "--fsize=100", verb="login")
    assert len(server.at("poll")) == 1
    trace = (home.path / "trace").read_text()
    assert re.search(r"write\(.*, [1-9]\d\d\) += 100\n.* = -1 EFBIG", trace)
    assert run.returncode == Exit.FAILED
    assert "cannot save the session" in run.stderr
    assert "raise the limit" in run.stderr
    assert not home.session.exists()


@pytest.mark.row("Disk", "full or read-only, and somebody wants to sign in",
                 "told before anybody is asked to do anything")
@pytest.mark.parametrize("how", ["full", "read_only"])
def test_no_place_to_sign_in(request, crooked, home, how):
    server = crooked()
    before = []
    if how == "full":
        fill(request.getfixturevalue("small_disk"))
    else:
        home.session.parent.mkdir(parents=True, mode=0o700)
        before = request.getfixturevalue("read_only")
    run = home.grantty("login", before=before)
    assert run.returncode == Exit.FAILED
    assert re.search("no space is left|read-only", run.stderr)
    assert server.connections == 0


@pytest.mark.row("Disk", "I/O error when the session is read",
                 "told; nothing sent, nothing set aside; good again later")
@pytest.mark.parametrize("verb", ["token", "login"])
def test_error_at_the_read(home, signed_in, verb):
    old = home.session.read_bytes()
    heard = signed_in.calls("POST /v1/access_token")
    run = strace(home, "-e", "trace=read", "-P", home.session,
                 "-e", "inject=read:error=EIO", verb=verb)
    assert run.returncode == Exit.FAILED
    assert "Cannot read" in run.stderr
    assert home.session.read_bytes() == old
    assert signed_in.calls("POST /v1/access_token") == heard
    assert home.grantty("token").returncode == Exit.DONE


LOCKLESS = ["ENOLCK", "ENOSYS", "EOPNOTSUPP", "EINVAL", "EIO"]


def without_locks(home, practice, error, verb="token"):
    """Runs grantty on a file system that has no locks; what it says of that
    has to be said once."""
    practice.config(home.config)  # without a log file: it is told to the user
    run = strace(home, "-e", "trace=flock", "-e", f"inject=flock:error={error}",
                 verb=verb)
    assert "stuck" not in run.stderr and "report this" not in run.stderr
    assert run.stderr.count("Cannot lock") == 1
    return run


@pytest.mark.row("Disk", "a file system without locks (NFS, FUSE)",
                 "a token that is good is printed, for which no lock is taken")
def test_no_locks(home, signed_in):
    assert home.grantty("token").returncode == Exit.DONE
    heard = signed_in.calls("POST /v1/access_token")
    run = strace(home, "-e", "trace=flock", "-e", "inject=flock:error=ENOLCK")
    assert (run.returncode, run.stderr) == (Exit.DONE, "")
    assert signed_in.accepts(run.stdout.strip())
    assert "flock" not in (home.path / "trace").read_text()
    assert signed_in.calls("POST /v1/access_token") == heard


@pytest.mark.row("Disk", "the same, and the token has run out",
                 "told; the refresh token is not spent, the file is whole")
@pytest.mark.parametrize("error", LOCKLESS)
def test_no_locks_and_run_out(home, signed_in, error):
    old = home.session.read_bytes()
    heard = signed_in.calls("POST /v1/access_token")
    run = without_locks(home, signed_in, error)
    assert (run.returncode, run.stdout) == (Exit.FAILED, "")
    assert re.search(r"Cannot lock \S*session\.json\.lock: ", run.stderr)
    assert ("that supports locks" in run.stderr) == (error != "EIO")
    assert ("Cannot refresh the access token: the session file cannot be written"
            in run.stderr)
    assert signed_in.calls("POST /v1/access_token") == heard
    assert home.session.read_bytes() == old


@pytest.mark.row("Disk", "the same, at logout", "told; exit 1")
def test_no_locks_at_logout(home, signed_in):
    run = without_locks(home, signed_in, "ENOLCK", verb="logout")
    assert run.returncode == Exit.FAILED
    assert home.session.exists()


@pytest.fixture
def small_disk(home):
    """A file system at the place of the session that one can fill."""
    need_root()
    folder = home.session.parent
    folder.mkdir(parents=True, mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k,mode=0700", "none"]
    subprocess.run([*mount, str(folder)], check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(folder):
    """A file there that takes all the space."""
    filler = folder / "filler"
    with open(filler, "wb", buffering=0) as f, pytest.raises(OSError):
        while True:
            f.write(b"x" * 4096)
    return filler


@pytest.mark.row("Disk", "full when a sign-in is saved",
                 "signed in for now, told; nothing half-written")
def test_full_disk(crooked, login, home, small_disk, open_terminal):
    crooked()
    filler = fill(small_disk)
    screen = open_terminal()
    screen.wait_for(f"Hello, {PERSON}")
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
    assert "no space is left" in home.logged()
    assert not home.session.exists()
    filler.unlink()


@pytest.fixture
def read_only(home):
    """What to put before a program so that it cannot change the session."""
    folder = str(home.session.parent)
    script = f'mount --bind "{folder}" "{folder}" && ' \
        f'mount -o remount,ro,bind "{folder}" && exec "$@"'
    return in_mounts(script, "sh")


@pytest.mark.row("Disk", "read-only, and the token has run out",
                 "refused with what to do; the refresh token is not spent; "
                 "renewed as soon as it can be saved")
def test_read_only(home, signed_in, read_only):
    old = home.session.read_bytes()
    for _ in range(2):
        run = home.grantty("token", before=read_only)
        assert (run.returncode, run.stdout) == (Exit.FAILED, "")
        assert "the session file cannot be written" in run.stderr
        assert "read-only" in home.logged()
    assert signed_in.state()["refreshes"] == 0
    assert home.session.read_bytes() == old
    assert home.grantty("token").returncode == Exit.DONE


@pytest.mark.row("Disk", "read-only, and the token is good", "it is given out")
@pytest.mark.parametrize("lock", ["locked before", "never locked"])
def test_read_only_good(home, signed_in, read_only, lock):
    home.store(expires_at=4102444800)
    if lock == "never locked":  # nor can the lock file be made
        home.session.with_name("session.json.lock").unlink()
    run = home.grantty("token", before=read_only)
    assert run.returncode == Exit.DONE
    assert signed_in.accepts(run.stdout.strip())


@pytest.mark.slow
@pytest.mark.row("Disk", "full at the start of a kiosk, the token has run out",
                 "told; stays signed in; renewed once there is space")
def test_full_disk_at_the_start(home, crooked, small_disk, open_terminal):
    server = crooked()
    assert home.grantty("login").returncode == Exit.DONE
    home.store(expires_at=1)
    old = home.secrets()
    filler = fill(small_disk)
    screen = open_terminal()
    screen.wait_for(f"Hello, {PERSON}")
    screen.wait_for("Access has expired, not renewed yet")
    screen.wait_for("the session file cannot be written")
    assert server.places() == ["authorize", "poll", "profile"]
    assert home.secrets() == old
    filler.unlink()
    wait_until(lambda: home.secrets() != old, "the renewed tokens", 60)
    assert home.stored()["access_token"] == "second-token"
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
    assert len(server.at("refresh")) == 1


def make_symlink(path):
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def make_fifo(path):
    path.unlink()
    os.mkfifo(path, 0o600)


def make_foreign(path):
    need_root()
    os.chown(path, 4711, 4711)
    subprocess.run(["chmod", "600", path], check=True)


ODD_FILES = {
    "a symlink": (make_symlink, "symbolic link"),
    "a FIFO": (make_fifo, "not a regular file"),
    "of another owner": (make_foreign, "belongs to another user"),
    "readable to others": (lambda path: path.chmod(0o644),
                           "Other users have access to"),
    "a folder": (lambda path: (path.unlink(), path.mkdir()),
                 "not a regular file"),
}


@pytest.mark.row("Disk", "session file", "refused with what to do; untouched; "
                 "the server hears nothing")
@pytest.mark.parametrize("make, says", ODD_FILES.values(), ids=ODD_FILES)
def test_odd_file(home, signed_in, make, says):
    heard = signed_in.calls("POST /v1/access_token")
    make(home.session)
    state = os.lstat(home.session)
    for verb in ["token", "status", "login"]:
        run = home.grantty(verb)
        assert run.returncode == Exit.FAILED, verb
        assert says in run.stderr
    assert os.lstat(home.session) == state
    assert signed_in.calls("POST /v1/access_token") == heard
    # Not for the aftermath: it is as odd as it was made.
    subprocess.run(["rm", "-rf", str(home.session)], check=True)
    (home.session.parent / "elsewhere").unlink(missing_ok=True)
