# SPDX-License-Identifier: MIT
"""Several accounts of one user, side by side."""

import concurrent.futures
import json
import pathlib
import re
import shlex
import subprocess

import pytest

from practice import CLIENT_ID, PERSON, write_config
from program import GRANTTY, PATIENCE_S, Exit, wait_until

REFRESH = "POST /v1/access_token"


class Account:
    """One of that name, at a practice server of its own."""

    def __init__(self, home, name, practice):
        self.home, self.name, self.practice = home, name, practice
        self.session = home.session.parent / name / "session.json"
        practice.config(home.config.parent / f"{name}.conf")

    def grantty(self, *args, **how):
        return self.home.grantty(*args, "-a", self.name, **how)

    def stored(self):
        return json.loads(self.session.read_text(encoding="utf-8"))

    def store(self, **changes):
        self.session.write_text(json.dumps({**self.stored(), **changes}))


@pytest.fixture
def accounts(home, start_practice):
    """Two accounts, "home" and "work", with a user signed in at each."""
    made = []
    for name in "home", "work":
        practice = start_practice("--approve-after", "0")
        made.append(Account(home, name, practice))
        assert made[-1].grantty("login").returncode == Exit.DONE
    return made


def listed(home, *args, **how):
    run = home.grantty("accounts", "--json", *args, **how)
    assert run.returncode == Exit.DONE, run.stderr
    answer = json.loads(run.stdout)
    assert answer["version"] == 1
    return {entry.pop("account"): entry for entry in answer["accounts"]}


def test_side_by_side(home, accounts):
    """Each renews and signs out by itself, eight processes at once on each."""
    for account in accounts:
        account.store(expires_at=1)
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        runs = list(pool.map(lambda a: a.grantty("token"), accounts * 8))
    assert {run.returncode for run in runs} == {Exit.DONE}
    for i, account in enumerate(accounts):
        token = account.stored()["access_token"]
        assert {run.stdout.strip() for run in runs[i::2]} == {token}
        assert account.practice.accepts(token)
        assert account.practice.calls(REFRESH) == 1
    first, second = accounts
    assert first.grantty("logout").returncode == Exit.DONE
    assert first.grantty("token").returncode == Exit.NOBODY
    assert second.grantty("token").returncode == Exit.DONE
    assert not home.session.exists()


def test_list(home, accounts):
    entries = listed(home)
    assert list(entries) == ["default", "home", "work"]
    assert entries["default"] == {"signed_in": False}
    for account in accounts:
        entry, stored = entries[account.name], account.stored()
        assert entry["signed_in"] and entry["refreshable"]
        assert entry["name"] == PERSON
        assert entry["provider"] == stored["provider"] == account.practice.url
        assert entry["expires_at"] == stored["expires_at"]
        assert "problem" not in entry
    text = home.grantty("accounts").stdout
    rows = [re.split(r"\s{2,}", line) for line in text.splitlines()]
    assert [row[0] for row in rows] == ["default", "home", "work"]
    assert rows[1][1] == accounts[0].practice.url and PERSON in rows[1][2]
    for secret in ("access_token", "refresh_token"):
        for account in accounts:
            assert account.stored()[secret] not in text + json.dumps(entries)
    # Of one alone.
    assert list(listed(home, "-a", "work")) == ["work"]
    assert list(listed(home, env={"GRANTTY_ACCOUNT": "work"})) == list(entries)


@pytest.mark.parametrize("longest", ["default", "x" * 32], ids=len)
def test_columns_of_the_list(home, longest):
    for name in "a", longest:
        if name != "default":
            write_config("http://127.0.0.1:9", home.config.parent / f"{name}.conf")
    lines = home.grantty("accounts").stdout.splitlines()
    starts = [re.match(r"\S+ +", line).end() for line in lines]
    assert starts == [len(longest) + 2] * len(lines)
    assert len(lines) > 1


def test_list_sends_nothing_and_writes_nothing(home, accounts):
    accounts[0].store(expires_at=1)
    files, connections = home.files(), accounts[0].practice.connections()
    assert listed(home)["home"]["signed_in"]
    assert accounts[0].practice.connections() == connections
    assert home.files() == files


def test_problem_of_one_account(home, accounts):
    accounts[0].session.write_text("{")
    (home.config.parent / "work.conf").write_text("nonsense = 1;")
    entries = listed(home)
    assert "damaged" in entries["home"]["problem"]
    assert "nonsense" in entries["work"]["problem"]
    assert home.grantty("accounts").returncode == Exit.DONE


@pytest.mark.parametrize("verb", [["login", "--plain"], ["check"]], ids=" ".join)
def test_account_mistyped(home, accounts, verb):
    """Also for verbs that could make one."""
    run = home.grantty(*verb, "-a", "wrok")
    assert run.returncode != Exit.DONE
    told = " ".join((run.stdout + run.stderr).split())
    assert 'There is no account "wrok"; did you mean "work"?' in told


@pytest.mark.parametrize("verb", ["token", "whoami", "status", "logout"])
def test_no_such_account(home, accounts, verb):
    """The names of those that there are, and nothing is made."""
    files = home.files()
    run = home.grantty(verb, "-a", "wor")
    assert (run.returncode, run.stdout) == (Exit.NOBODY, "")
    assert run.stderr == (
        'grantty: There is no account "wor"; did you mean "work"? '
        "The accounts are: default, home, work.\n"
    )
    assert home.files() == files
    assert not (home.session.parent / "wor").exists()


def test_check_of_no_such_account(home, start_practice):
    """It would exist from then on if its store were opened. An account is
    checked once it has a configuration, before its first sign-in, too."""
    practice = start_practice()
    practice.config(home.config, "plain")
    Account(home, "work", practice)
    files = home.files()
    for _ in range(2):
        run = home.grantty("check", "-a", "wor")
        assert run.returncode == Exit.FAILED
        assert re.search('FAIL +store +There is no account "wor"', run.stdout)
        assert home.files() == files
        assert not (home.session.parent / "wor").exists()
    assert re.search("OK +store ", home.grantty("check", "-a", "work").stdout)
    assert list(listed(home)) == ["default", "work"]


@pytest.mark.parametrize("verb", [
    "kiosk", "login", "token", "whoami", "status", "accounts", "logout", "seal",
    "config", "check", "demo",
])  # fmt: skip
@pytest.mark.parametrize("name", ["..", "../x", "Work", "", "a" * 33, "grantty"])
def test_name_that_is_none(home, verb, name):
    run = home.grantty(verb, "-a", name)
    assert run.returncode == (Exit.FAILED if verb == "check" else Exit.USAGE)
    assert "--account: " in run.stdout + run.stderr
    # "check" goes on with what it can check.
    assert set(home.files()) <= {"state/grantty/session.json.lock"}


def test_names_of_files_beside_the_session(home, start_practice):
    start_practice("--approve-after", "0").config(home.config)
    for name in "session.json", "session.json.lock", "session.json.x":
        run = home.grantty("login", "-a", name)
        assert run.returncode == Exit.FAILED
        assert "Choose another name" in run.stderr
    assert home.grantty("login").returncode == Exit.DONE


def test_shared_configuration(home, start_practice):
    """Without a configuration of its own, an account has a session of its
    own."""
    start_practice("--approve-after", "0").config(home.config)
    for words in [], ["-a", "work"]:
        assert home.grantty("login", *words).returncode == Exit.DONE
    tokens = {home.grantty("token", "-a", name).stdout for name in ("default", "work")}
    assert len(tokens) == 2
    for entry in listed(home).values():
        assert entry["signed_in"] and "problem" not in entry
    assert home.grantty("token", env={"GRANTTY_ACCOUNT": "work"}).stdout in tokens
    assert home.grantty("logout", "-a", "work").returncode == Exit.DONE
    assert listed(home)["work"] == {"signed_in": False}
    assert home.grantty("logout", "-a", "work").returncode == Exit.DONE
    assert "grantty -a work login" in home.grantty("status", "-a", "work").stderr
    assert home.grantty("status").returncode == Exit.DONE


# The words and the environment of the user, and what the commands in messages
# begin with; HERE is a directory.
ADVICE = [
    ([], {}, "grantty"),
    (["-a", "work"], {}, "grantty -a work"),
    ([], {"GRANTTY_ACCOUNT": "work"}, "grantty -a work"),
    (["-a", "default"], {"GRANTTY_ACCOUNT": "work"}, "grantty -a default"),
    (["-c", "HERE/other.conf"], {}, "grantty -c HERE/other.conf"),
    ([], {"GRANTTY_CONFIG": "HERE/other.conf"}, "grantty -c HERE/other.conf"),
    (["-c", "HERE/it's mine", "-a", "work"], {},
     "grantty -a work -c 'HERE/it'\\''s mine'"),
]  # fmt: skip


@pytest.mark.parametrize("options, env, program", ADVICE, ids=range(len(ADVICE)))
def test_advice_is_for_this_account(home, start_practice, options, env, program):
    """The commands in messages can be run as they are."""
    practice = start_practice("--approve-after", "0")
    here = str(home.path)
    options = [word.replace("HERE", here) for word in options]
    env = {name: value.replace("HERE", here) for name, value in env.items()}
    program = program.replace("HERE", here)
    words = shlex.split(program)[1:]
    account = "work" if "work" in words else "default"
    conf = pathlib.Path(words[-1]) if "-c" in words else home.config

    def says(*verb):
        run = home.grantty(*options, *verb, env=env)
        return run.stderr + run.stdout

    def checks():
        run = home.grantty(*options, "check", "--json", env=env)
        rows = json.loads(run.stdout)["checks"]
        return [row.get("detail", "") + row.get("advice", "") for row in rows]

    def follow(verb):
        return home.grantty(*words, verb, env=env)

    practice.config(conf)
    assert f'"{program} login --plain" signs in' in says("kiosk")
    assert follow("login").returncode == Exit.DONE
    assert f'then run "{program} login"' in says("token", "--output", "kubectl")
    practice.config(conf, provider={"client_id": "another"})
    assert f'run "{program} logout"' in says("login")
    assert any(f'run "{program} logout"' in row for row in checks())
    key = home.path / "key"
    key.touch(mode=0o600)
    key.write_bytes(bytes(32))
    practice.config(conf, session={"key_file": str(key)})
    for verb in "status", "token":
        assert f'run "{program} seal"' in says(verb), verb
    assert any(f'run "{program} seal"' in row for row in checks())
    # The list names each account.
    assert f'run "grantty -a {account}' in says("accounts")
    assert follow("seal").returncode == Exit.DONE
    assert "Next" in says("status")
    assert follow("logout").returncode == Exit.DONE
    for verb in "status", "whoami", "token":
        assert f'run "{program} login"' in says(verb), verb
    with conf.open("a", encoding="utf-8") as file:
        file.write("nonsense\n")
    assert any(f'"{program} config" prints' in row for row in checks())


@pytest.mark.parametrize("options", [[], ["--plain"]], ids=["screens", "plain"])
def test_cancelled_sign_in(home, start_practice, open_terminal, options):
    """No account comes of it."""
    practice = start_practice()
    practice.config(home.config)
    screen = open_terminal("login", "-a", "work", *options)
    screen.wait_for("/verify")
    screen.keys("C-c")
    assert screen.wait_for_exit() == Exit.CANCELLED
    assert list(listed(home)) == ["default"]
    run = home.grantty("status", "-a", "work")
    assert run.returncode == Exit.NOBODY
    assert 'There is no account "work"' in run.stderr


# What a verb may be pointed at that the session does not belong to.
OTHERS = [
    ["--client-id", "other"],
    ["--provider", "github", "--client-id", "x"],
    ["--issuer", "https://id.example", "--client-id", "x"],
]


@pytest.mark.parametrize("words", OTHERS, ids=[words[0] for words in OTHERS])
def test_session_of_another(home, start_practice, words):
    """It is neither shown nor sent, replaced nor lost."""
    practice = start_practice("--approve-after", "0")
    practice.config(home.config)
    assert home.grantty("login").returncode == Exit.DONE
    stored, connections = home.stored(), practice.connections()
    assert stored["client_id"] == CLIENT_ID and "issuer" not in stored
    environment = {"GRANTTY_CLIENT_SECRET": "s"}
    for verb in "token", "whoami", "status", "logout", "login", "kiosk":
        run = home.grantty(verb, *words, env=environment)
        sign_in = verb in ("login", "kiosk")
        assert run.returncode == (Exit.USAGE if sign_in else Exit.NOBODY)
        assert run.stdout == ""
        whose = f"the client {CLIENT_ID} of " if len(words) == 2 else ""
        assert f"for {whose}{practice.url}, not for " in run.stderr
        assert ("-a NAME, an account" in run.stderr) == sign_in
    run = home.grantty("status", "--json", *words)
    assert json.loads(run.stdout)["error"]["exit_code"] == Exit.NOBODY
    assert practice.connections() == connections
    run = home.grantty("check", "--client-id", "other", env=environment)
    assert run.returncode == Exit.FAILED
    assert re.search(r"FAIL +store[^>]+is\s+for", run.stdout)
    assert home.stored() == stored
    # The account that is not pointed elsewhere goes on.
    assert home.grantty("token").returncode == Exit.DONE


def test_client_of_the_environment(home, start_practice, tmp_path):
    """Wherever the client ID comes from, it is compared."""
    practice = start_practice("--approve-after", "0")
    practice.config(home.config, provider={"client_id": None})
    (tmp_path / "env").write_text("CLIENT_ID=other\n")
    ours = {"CLIENT_ID": CLIENT_ID}
    assert home.grantty("login", env=ours).returncode == Exit.DONE
    for verb in "token", "status", "whoami":
        assert home.grantty(verb, env=ours).returncode == Exit.DONE
        for words, env in [
            ([], {"CLIENT_ID": "other"}),
            (["--env-file", str(tmp_path / "env")], {}),
        ]:
            run = home.grantty(verb, *words, env=env)
            assert (run.returncode, run.stdout) == (Exit.NOBODY, "")
        # None is named, so none is contradicted.
        assert home.grantty(verb).returncode == Exit.DONE
    problem = listed(home, env={"CLIENT_ID": "other"})["default"]["problem"]
    assert problem == f"The stored session is for the client {CLIENT_ID} of " \
        f"{practice.url}, not for other."


def test_session_that_names_no_client(home, start_practice):
    """As an earlier version stored it: it goes on, and is completed."""
    start_practice("--approve-after", "0").config(home.config)
    assert home.grantty("login").returncode == Exit.DONE
    stored = home.stored()
    del stored["client_id"]
    home.session.write_text(json.dumps({**stored, "expires_at": 1}))
    assert home.grantty("status").returncode == Exit.DONE
    assert home.grantty("token").returncode == Exit.DONE
    assert home.stored()["client_id"] == CLIENT_ID


def test_sign_in_meanwhile(home, start_practice):
    """Another client's session that was stored during a sign-in stays, and the
    tokens of that sign-in are revoked."""
    practice = start_practice()
    practice.config(home.config, "plain", provider={"scope": "profile"})
    with subprocess.Popen(
        [GRANTTY, "login", "--plain"], env=home.environment(),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    ) as login:  # fmt: skip
        wait_until(practice.code, "a code")
        other = {"version": 1, "provider": "github", "client_id": "x",
                 "access_token": "theirs"}  # fmt: skip
        home.session.touch(0o600)
        home.session.write_text(json.dumps(other))
        practice.control(approve="*")
        said, _ = login.communicate(timeout=PATIENCE_S)
    assert login.returncode == Exit.FAILED
    assert "was not kept" in said
    assert home.stored() == other
    assert practice.calls("POST /revoke") > 0


def test_kiosk(home, accounts, open_terminal):
    other, work = accounts
    work.practice.config(home.config.parent / "work.conf", kiosk={"start": "key"})
    screen = open_terminal("kiosk", "-a", "work")
    screen.wait_for(f"Hello, {PERSON}")
    screen.keys("o")
    wait_until(lambda: not work.session.exists(), "a sign-out")
    assert other.session.exists()


def test_commands_and_hooks_use_the_same_account(home, start_practice, tmp_path):
    practice = start_practice("--approve-after", "0")
    seen = tmp_path / "seen"
    practice.config(home.config, hooks={
        "on_signed_in": ["sh", "-c", f'echo "$GRANTTY_ACCOUNT" >> "{seen}"']
    })  # fmt: skip
    run = home.grantty("login", "-a", "work", "--", "sh", "-c",
                       'echo "<$GRANTTY_ACCOUNT>"')  # fmt: skip
    assert run.returncode == Exit.DONE and "<work>" in run.stdout
    run = home.grantty("login", "-a", "default", "--", "sh", "-c",
                       'echo "<$GRANTTY_ACCOUNT>"',
                       env={"GRANTTY_ACCOUNT": "work"})  # fmt: skip
    assert run.returncode == Exit.DONE and "<>" in run.stdout
    assert seen.read_text(encoding="utf-8") == "work\n\n"
