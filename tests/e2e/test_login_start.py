# SPDX-License-Identifier: MIT
"""grantty login: what it needs to start, and what is said where that is wrong."""

import re

import pytest

from practice import CLIENT_SECRET
from program import THEME, TOP, Exit

BAD_STARTS = {
    # name: (arguments, changes to the configuration, what is said)
    "unknown key": (
        ["login"],
        {"provider": {"client_idd": "x"}},
        r'grantty\.conf:\d+: unknown setting "client_idd"; '
        r'did you mean "client_id"\?',
    ),
    "wrong type": (
        ["login"],
        {"network": {"connect_timeout_s": "10"}},
        r"grantty\.conf:\d+: .*connect_timeout_s",
    ),
    "out of range": (
        ["login"],
        {"network": {"connect_timeout_s": 0}},
        r"grantty\.conf:\d+: .*connect_timeout_s.* 1 .* 120",
    ),
    "no client id": (
        ["login"],
        {"provider": {"client_id": None}},
        "There is no client ID: set CLIENT_ID",
    ),
    "no client secret": (
        ["login"],
        {"provider": {"client_secret": None}},
        "There is no client secret",
    ),
    "plain http": (
        ["login"],
        {"provider": {"token_endpoint": "http://192.0.2.1/token"}},
        r"provider\.token_endpoint must be an https:// address",
    ),
    "unknown preset": (["login", "--provider", "nosuch"], {}, "nosuch"),
    "missing file": (["login", "-c", "/nonexistent/x"], {}, "/nonexistent/x"),
    "a preset mistyped": (
        ["login", "--provider", "githbu"], {}, r'did you mean "github"\?',
    ),
    "a theme mistyped": (
        ["login", "--theme", "mindight"], {}, r'did you mean "midnight"\?',
    ),
    "no theme in this folder": (
        ["login", "--theme", "nosuch.theme"], {},
        r'the theme "nosuch\.theme" \(nosuch\.theme\)',
    ),
    "a verb mistyped": (["logn"], {}, r'unknown command "logn" \(did you mean "login"\?\)'),
    "an option mistyped": (
        ["login", "--isuer=x"], {}, r"unknown option --isuer \(did you mean --issuer\?\)",
    ),
    "help on no verb": (["help", "logn"], {}, r'did you mean "login"'),
    "no theme": (["login", "--theme", "nosuch"], {}, 'the theme "nosuch"'),
    "no such verb": (["nosuch"], {}, 'unknown command "nosuch"'),
    "no such option": (["login", "--nosuch"], {}, "unknown option --nosuch"),
    "option without value": (["login", "-c"], {}, "-c requires a value"),
    "other verb's option": (["login", "--json"], {}, "cannot be used with login"),
    "left over": (["login", "now"], {}, 'unexpected argument "now"'),
    "no terminal": (["kiosk"], {}, "there is no terminal"),
    "no verb, no terminal": ([], {}, "there is no terminal"),
}


@pytest.mark.parametrize(
    "args, changes, said", BAD_STARTS.values(), ids=BAD_STARTS
)
def test_bad_start(home, start_practice, args, changes, said):
    practice = start_practice()
    practice.config(home.config, **changes)
    run = home.grantty(*args)
    assert run.returncode == Exit.USAGE
    assert re.search(said, run.stderr, re.I)
    assert bool(run.stdout) == ("--json" in args)
    assert run.stderr.count("\n") == 1
    assert CLIENT_SECRET not in run.stdout + run.stderr
    assert practice.codes() == []


def test_configuration_open_to_others(home, start_practice):
    practice = start_practice()
    practice.config(home.config)
    home.config.chmod(0o644)
    run = home.grantty("login")
    assert run.returncode == Exit.USAGE
    assert "chmod 600" in run.stderr


CLIENTS = {
    # name: (environment, .env file, configuration)
    "environment": ({"CLIENT_ID": "id", "CLIENT_SECRET": "secret"}, "", {}),
    "prefixed": (
        {
            "CLIENT_ID": "wrong",
            "GRANTTY_CLIENT_ID": "id",
            "CLIENT_SECRET": "wrong",
            "GRANTTY_CLIENT_SECRET": "secret",
        },
        "",
        {},
    ),
    ".env file": ({}, 'CLIENT_ID=id\nCLIENT_SECRET="secret"\n', {}),
    "over the file": (
        {"CLIENT_ID": "id", "CLIENT_SECRET": "secret"},
        "",
        {"client_id": "wrong", "client_secret": "wrong"},
    ),
}


@pytest.mark.parametrize("env, dotenv, config", CLIENTS.values(), ids=CLIENTS)
def test_where_the_client_comes_from(
    home, start_practice, env, dotenv, config
):
    secret = home.path / "secret"
    secret.write_text("secret\n")
    practice = start_practice(
        "--approve-after", "0", "--client-id", "id",
        "--client-secret-file", str(secret),
    )  # fmt: skip
    nobody = {"client_id": None, "client_secret": None}
    practice.config(home.config, provider={**nobody, **config})
    args = []
    if dotenv:
        path = home.path / ".env"
        path.touch(mode=0o600)
        path.write_text(dotenv)
        args = ["--env-file", str(path)]
    run = home.grantty("login", *args, env=env)
    assert run.returncode == Exit.DONE, run.stderr
    assert practice.code()["client_id"] == "id"


def test_secret_from_a_credential_or_a_file(home, start_practice):
    practice = start_practice("--approve-after", "0")
    secret = home.path / "client_secret"
    secret.touch(mode=0o600)
    secret.write_text(CLIENT_SECRET + "\n")
    practice.config(home.config, provider={"client_secret": None})
    env = {"CREDENTIALS_DIRECTORY": str(home.path)}
    assert home.grantty("login", env=env).returncode == Exit.DONE
    practice.config(
        home.config,
        provider={"client_secret": None, "client_secret_file": str(secret)},
    )
    assert home.grantty("login").returncode == Exit.DONE
    secret.chmod(0o640)
    run = home.grantty("login")
    assert run.returncode == Exit.USAGE
    assert "chmod 600" in run.stderr
    secret = secret.rename(home.path / "other_secret")
    practice.config(
        home.config,
        provider={"client_secret": None, "client_secret_file": str(secret)},
    )
    assert home.grantty("login", env=env).returncode == Exit.DONE


@pytest.mark.parametrize("verb", [[], ["login"], ["kiosk"]], ids=["none", "login", "kiosk"])
def test_first_steps(home, verb):
    """What somebody reads who has just installed it."""
    run = home.grantty(*verb)
    assert run.returncode == Exit.USAGE
    assert run.stderr.count("\n") == 1
    for hint in "There is no configuration yet", '"grantty demo"', '"grantty check"', '"man grantty"':
        assert hint in run.stderr


def test_first_steps_are_over(home):
    """Who has named a client or a provider is told what is missing."""
    assert "There is no client secret" in home.grantty("login", "--client-id", "x").stderr
    assert "There is no client ID" in home.grantty("login", "--provider", "github").stderr


@pytest.mark.parametrize("name, text, mode, told", [
    ("typo.env", None, 0o600, "typo.env"),
    (".env", "CLIENT_SECRET=s\n", 0o644, "chmod 600"),
    (".env", "CLIENT_SECRET='s\n", 0o600, "check the quotes"),
    ("client_secret", "", 0o600, "client_secret"),
])  # fmt: skip
def test_mistakes_before_the_first_steps(home, name, text, mode, told):
    """Who names a file that cannot be used is told that, not where to begin."""
    path = home.path / name
    if text is not None:
        path.touch()
        path.chmod(mode)
        path.write_text(text, encoding="utf-8")
    args = ["--env-file", str(path)] if path.suffix or name == ".env" else []
    env = {"CREDENTIALS_DIRECTORY": str(home.path)}
    run = home.grantty("login", *args, env=env)
    assert run.returncode == Exit.USAGE
    assert told in run.stderr
    assert "no configuration" not in run.stderr


def test_theme_in_the_current_folder(home, start_practice, monkeypatch):
    """So "x.theme" is that file, as for any other program."""
    start_practice().config(home.config)
    monkeypatch.chdir(home.path)
    (home.path / "own.theme").write_text("nosuchrole : { };\n", encoding="utf-8")
    run = home.grantty("login", "--plain", "--theme", "own.theme")
    assert run.returncode == Exit.USAGE
    assert re.search(r"own\.theme:1: .*nosuchrole", run.stderr)


LOGOS = {
    # name: (the file's content; None: no file, what is said)
    "colours": ("ab\n\x1b[31mcd\n", r"logo\.txt:2: a logo is plain UTF-8 text"),
    "too large": ("x" * (16 * 1024 + 1), r"logo\.txt: File too large"),
    "missing": (None, r"logo\.txt: No such file"),
}


@pytest.mark.parametrize("name", LOGOS)
def test_logo(home, start_practice, open_terminal, name):
    """Its path begins in the configuration's folder, wherever grantty runs."""
    content, said = LOGOS[name]
    logo = home.config.parent / "logo.txt"
    start_practice().config(home.config, screen={"logo": "logo.txt"})
    if content is not None:
        logo.write_text(content, encoding="utf-8")
    screen = open_terminal("login", columns=160)
    assert screen.wait_for_exit() == Exit.USAGE
    assert screen.shows(said), screen.show()


def test_logo_of_a_theme(home, start_practice, open_terminal):
    folder = home.path / "looks"
    folder.mkdir()
    (folder / "own.theme").write_text('logo = "own.txt";', encoding="utf-8")
    start_practice().config(home.config)
    screen = open_terminal("login", "--theme", str(folder / "own.theme"),
                           columns=160)
    assert screen.wait_for_exit() == Exit.USAGE
    assert screen.shows(r"looks/own\.txt: No such file"), screen.show()


@pytest.mark.parametrize("place", ["museum", "school"])
def test_place(open_terminal, place):
    """The examples are accepted as they are, and show their logo."""
    folder = TOP / "docs" / "places"
    screen = open_terminal("-c", str(folder / f"{place}.conf"),
                           "--theme", THEME, columns=100, rows=40,
                           env={"CLIENT_SECRET": CLIENT_SECRET})
    screen.wait_for("Press any key to sign in")
    logo = (folder / f"{place}.txt").read_text(encoding="utf-8")
    shown = "\n".join(screen.text())
    for line in logo.splitlines():
        assert line.strip() in shown, screen.show()
