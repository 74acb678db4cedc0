# SPDX-License-Identifier: MIT
"""The session file: what is damaged, open to others or sealed."""

import pytest

from practice import PERSON
from program import Exit


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 1}', "\0"])
@pytest.mark.row("Disk", "session file corrupt or empty",
                 "set aside, told; sign-in works")
def test_session_corrupt(home, start_practice, content):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config)
    home.session.parent.mkdir(mode=0o700, parents=True)
    home.session.touch(mode=0o600)
    home.session.write_text(content)
    status = home.grantty("status")
    assert status.returncode == Exit.NOBODY
    assert "The session file is damaged" in status.stderr
    assert str(home.session) in status.stderr
    assert home.session.read_text() == content
    login = home.grantty("login")
    assert login.returncode == Exit.DONE
    aside = [name for name in home.files() if ".corrupt" in name]
    assert len(aside) == 1
    assert (home.path / aside[0]).read_text() == content
    assert aside[0] in login.stderr
    assert home.stored()["profile"]["displayName"] == PERSON


@pytest.mark.parametrize("verb", ["login", "token", "status", "logout"])
def test_session_open_to_others(home, start_practice, verb):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config)
    assert home.grantty("login").returncode == Exit.DONE
    home.session.chmod(0o644)
    calls = practice.state()["calls"]["POST /v1/device/authorize"]
    run = home.grantty(verb)
    assert run.returncode == Exit.FAILED
    assert "Other users have access to" in run.stderr
    assert "chmod 600" in run.stderr
    assert practice.calls("POST /v1/device/authorize") == calls
    assert home.session.exists()


def test_sealed_session(home, start_practice):
    practice = start_practice("--approve-after", "0")
    key = home.path / "key"
    key.touch(mode=0o600)
    key.write_bytes(bytes(range(32)))
    practice.config(home.config, session={"key_file": str(key)})
    assert home.grantty("login").returncode == Exit.DONE
    assert set(home.stored()) == {"version", "sealed"}
    token = home.grantty("token")
    assert token.returncode == Exit.DONE
    assert practice.accepts(token.stdout.strip())
    practice.config(home.config)
    run = home.grantty("token")
    assert run.returncode == Exit.FAILED
    assert "sealed: set session.key_file" in run.stderr


@pytest.mark.parametrize("configured", [False, True])
def test_session_key_credential(home, start_practice, configured):
    """It has precedence over session.key_file, as client_secret has over
    client_secret_file."""
    practice = start_practice("--approve-after", "0")
    credentials = home.path / "credentials"
    credentials.mkdir(mode=0o700)
    (credentials / "session_key").write_bytes(bytes(range(32)))
    (credentials / "session_key").chmod(0o440)
    session = {"key_file": make_key(home, "other", 1)} if configured else {}
    practice.config(home.config, session=session)
    env = {"CREDENTIALS_DIRECTORY": str(credentials)}
    assert home.grantty("login", env=env).returncode == Exit.DONE
    assert set(home.stored()) == {"version", "sealed"}
    assert home.grantty("status", env=env).returncode == Exit.DONE
    token = home.grantty("token", env=env)
    assert practice.accepts(token.stdout.strip())
    line = next(
        line
        for line in home.grantty("config", env=env).stdout.splitlines()
        if "key_file" in line and "credentials/session_key" in line
    )
    assert "systemd credential session_key" in line
    for verb in "status", "token", "login":
        assert home.grantty(verb).returncode == Exit.FAILED, verb
    (credentials / "session_key").unlink()
    (credentials / "session_key").write_text("no key")
    (credentials / "session_key").chmod(0o440)
    run = home.grantty("login", env=env)
    assert run.returncode == Exit.FAILED
    assert "does not contain a key" in run.stderr


def everything_in(folder):
    """Names, modes and contents, locks aside."""
    return {
        str(path): (path.stat().st_mode, path.is_file() and path.read_bytes())
        for path in folder.rglob("*")
        if not path.name.endswith(".lock")
    }


def make_key(home, name, byte):
    """A key in a folder of its own, as on another medium."""
    folder = home.path / name
    folder.mkdir(mode=0o700)
    key = folder / "key"
    key.touch(mode=0o600)
    key.write_bytes(bytes([byte]) * 32)
    return str(key)


VERBS = ["status", "whoami", "token", "login", "logout", "seal", "kiosk"]


@pytest.mark.row("Disk", "session sealed with another key",
                 "told; exit 1; nothing moved or written")
def test_wrong_key_touches_nothing(home, start_practice):
    practice = start_practice("--approve-after", "0")
    right = {"key_file": make_key(home, "right", 1)}
    wrong = {"key_file": make_key(home, "wrong", 2)}
    practice.config(home.config, session=right)
    assert home.grantty("login").returncode == Exit.DONE
    practice.config(home.config, session=wrong)
    before = everything_in(home.path)
    for verb in VERBS:
        run = home.grantty(verb)
        assert run.returncode == Exit.FAILED, verb
        assert "another key" in run.stderr, verb
    assert everything_in(home.path) == before
    practice.config(home.config, session=right)
    assert home.grantty("token").returncode == Exit.DONE


@pytest.mark.row("Disk", "session in the clear, or an older one, where a key is set",
                 "told; exit 1; nothing moved or written")
def test_only_a_sealed_session_passes(home, start_practice):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config)
    assert home.grantty("login").returncode == Exit.DONE
    sealed = {"key_file": make_key(home, "medium", 1)}
    practice.config(home.config, session=sealed)
    before = everything_in(home.path)
    for verb in VERBS:
        if verb != "seal":
            run = home.grantty(verb)
            assert run.returncode == Exit.FAILED, verb
            assert 'run "grantty seal"' in run.stderr, verb
    assert everything_in(home.path) == before
    assert "now sealed" in home.grantty("seal").stdout
    assert "already sealed" in home.grantty("seal").stdout
    assert home.grantty("token").returncode == Exit.DONE
    older = home.session.read_bytes()
    assert home.grantty("login").returncode == Exit.DONE
    newer = home.session.read_bytes()
    for content in [older, newer]:
        home.session.write_bytes(content)
        run = home.grantty("status")
        assert (run.returncode == Exit.DONE) == (content is newer)
        assert ("was put back" in run.stderr) == (content is older)
    assert home.grantty("logout").returncode == Exit.DONE
    home.session.touch(mode=0o600)
    home.session.write_bytes(newer)
    assert "was put back" in home.grantty("status").stderr


def test_seal_needs_a_key_and_a_session(home, start_practice):
    practice = start_practice()
    practice.config(home.config)
    run = home.grantty("seal")
    assert (run.returncode, run.stdout) == (Exit.USAGE, "")
    assert "set session.key_file" in run.stderr
    practice.config(
        home.config, session={"key_file": make_key(home, "medium", 1)}
    )
    assert home.grantty("seal").returncode == Exit.NOBODY


@pytest.mark.parametrize("verb", ["status", "whoami"])
def test_reading_makes_and_removes_nothing(home, start_practice, verb):
    practice = start_practice()
    practice.config(home.config)
    before = everything_in(home.path)
    assert home.grantty(verb).returncode == Exit.NOBODY
    assert everything_in(home.path) == before
    home.session.parent.mkdir(mode=0o755, parents=True)
    home.session.touch(mode=0o600)
    home.session.write_text("damaged")
    home.session.with_name("session.json~tmp").write_text("half")
    before = everything_in(home.path)
    for _ in range(2):
        assert home.grantty(verb).returncode == Exit.NOBODY
    assert everything_in(home.path) == before
    assert not list(home.path.rglob("*.lock"))


def test_key_that_is_a_credential(home, start_practice):
    """systemd >= 254 hands it out with mode 0440 and an access list."""
    practice = start_practice("--approve-after", "0")
    folder = home.path / "credentials"
    folder.mkdir(mode=0o700)
    key = folder / "session_key"
    key.write_bytes(bytes(range(32)))
    key.chmod(0o440)
    practice.config(home.config, session={"key_file": str(key)})
    env = {"CREDENTIALS_DIRECTORY": str(folder)}
    run = home.grantty("login", env=env)
    assert run.returncode == Exit.DONE, run.stderr
    assert set(home.stored()) == {"version", "sealed"}
    assert home.grantty("token", env=env).returncode == Exit.DONE
    for env in ({}, {"CREDENTIALS_DIRECTORY": str(home.path)}):
        run = home.grantty("token", env=env)
        assert run.returncode == Exit.FAILED
        assert "(mode 0440)" in run.stderr
    key.unlink()
    run = home.grantty("token", env={"CREDENTIALS_DIRECTORY": str(folder)})
    assert run.returncode == Exit.FAILED
    assert "does not exist" in run.stderr
