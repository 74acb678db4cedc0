# SPDX-License-Identifier: MIT
"""grantty config: what is in force, and what an authorization URL says."""

import re

import pytest

from practice import PERSON
from program import Exit

URL = (
    "https://webexapis.com/v1/authorize?client_id=C1&response_type=code"
    "&redirect_uri=http%3A%2F%2F127.0.0.1%3A2000%2Fredirect.html"
    "&scope=spark%3Aall%20spark%3Akms&state=set_state_here"
)


def config(home, *args, **env):
    """What it prints; it must have nothing else to say."""
    done = home.grantty("config", *args, env=env)
    assert (done.returncode, done.stderr) == (Exit.DONE, "")
    return done.stdout


def without_comments(text):
    return re.sub(r"(^ *|  )// .*$", "", text, flags=re.M)


def write(path, text):
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def test_nothing_is_set(home):
    printed = config(home)
    assert '  preset = "webex";\n' in printed
    assert (
        '  // device_token_endpoint = "https://webexapis.com/v1/device/token";'
        "  // from the preset\n"
    ) in printed
    assert '  client_id = "";  // missing: ' in printed
    assert '\ngrant = "device";\n' in printed
    assert "    emails = [];\n" in printed
    assert home.files() == []


# {conf}, {env}, {secret} and {credentials} are files and a folder; each holds
# another client.
@pytest.mark.parametrize(
    "args, variables, secret_file, client_id, id_from, secret_from",
    [
        ([], {}, False, "F", "{conf}:2", "{conf}:3"),
        ([], {"CLIENT_ID": "E"}, False, "E", "environment CLIENT_ID", "{conf}:3"),
        (
            ["--client-id", "A"],
            {"CLIENT_ID": "E", "CLIENT_SECRET": "S3-env"},
            False,
            "A",
            "command line",
            "environment CLIENT_SECRET",
        ),
        (
            [],
            {
                "CLIENT_ID": "E",
                "GRANTTY_CLIENT_ID": "G",
                "GRANTTY_CLIENT_SECRET": "S3-env",
            },
            True,
            "G",
            "environment GRANTTY_CLIENT_ID",
            "environment GRANTTY_CLIENT_SECRET",
        ),
        (
            ["--env-file", "{env}"],
            {"CREDENTIALS_DIRECTORY": "{credentials}"},
            False,
            "D",
            "--env-file {env}",
            "--env-file {env}",
        ),
        (
            [],
            {"CREDENTIALS_DIRECTORY": "{credentials}"},
            True,
            "F",
            "{conf}:2",
            "systemd credential client_secret",
        ),
        ([], {}, True, "F", "{conf}:2", "client_secret_file {secret}"),
    ],
)
def test_where_the_client_comes_from(
    home, args, variables, secret_file, client_id, id_from, secret_from
):
    credentials = home.path / "credentials"
    credentials.mkdir()
    write(credentials / "client_secret", "S3-systemd\n")
    names = {
        "conf": home.config,
        "env": write(home.path / ".env", "CLIENT_ID=D\nCLIENT_SECRET=S3-dot\n"),
        "secret": write(home.path / "secret", "S3-file\n"),
        "credentials": credentials,
    }
    setting = f'client_secret_file = "{names["secret"]}";' if secret_file else ""
    write(
        home.config,
        "provider : {\n"
        '  client_id = "F";\n'
        '  client_secret = "S3-conf";\n'
        f"  {setting}\n"
        "};\n",
    )
    printed = config(
        home,
        *(arg.format(**names) for arg in args),
        **{name: value.format(**names) for name, value in variables.items()},
    )
    origin = id_from.format(**names)
    assert f'  client_id = "{client_id}";  // {origin}\n' in printed
    origin = secret_from.format(**names)
    assert f'  // client_secret = "********";  // {origin}\n' in printed
    assert "S3-" not in printed


@pytest.mark.parametrize(
    "setting, needs_secret",
    [
        ('preset = "google"', True),
        ('preset = "google"; token_endpoint_auth_method = "none"', False),
        ('preset = "google"; private_key_file = "/nonexistent"', False),
        ('preset = "github"', False),
        ('preset = "github"; token_endpoint_auth_method = "client_secret_post"', True),
    ],
)
def test_missing_secret(home, setting, needs_secret):
    write(home.config, f"provider : {{ {setting}; }};\n")
    printed = home.grantty("config").stdout
    assert ('  client_secret = "";  // missing: ' in printed) == needs_secret
    assert '  client_secret = "";' in printed


def test_the_dialect_is_shown(home):
    write(
        home.config,
        'provider : {\n  preset = "twitch";\n  client_id = "C1";\n'
        '  send_user_info = true;\n  redirect_help = "asks for help.";\n};\n',
    )
    printed = config(home)
    assert "  // send_scopes = true;  // from the preset\n" in printed
    assert f"  send_user_info = true;  // {home.config}:4\n" in printed
    assert f'  redirect_help = "asks for help.";  // {home.config}:5\n' in printed


def test_printed_means_the_same(home):
    write(
        home.config,
        "# \u201c\n"
        "provider : {\n"
        '  client_id = "a\\"b\\\\"; device_name = "T\u00fcr\u202e";\n'
        '  extra = ( { name = "prompt"; value = "none"; } );\n'
        "};\n"
        "kiosk : { lock = true; allow : { emails = [ \"a@b.c\", \"d\" ]; }; };\n"
        "log : { file = \"/nonexistent/log\"; };\n",
    )
    once = config(home, "--theme", "mono", "--grant", "code")
    assert '  theme = "mono";  // command line\n' in once
    assert 'grant = "code";  // command line\n' in once
    assert f"  lock = true;  // {home.config}:6\n" in once
    assert "\u202e" not in once

    again = write(home.path / "again.conf", once)
    twice = config(home, "--config", again)
    assert without_comments(twice) == without_comments(once)
    assert f'  theme = "mono";  // {again}:' in twice


def test_printed_signs_in(home, start_practice):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config)
    printed = config(home)
    write(home.config, printed)
    done = home.grantty("login", env={"CLIENT_SECRET": "practice-secret"})
    assert done.returncode == Exit.DONE, done.stderr
    assert f"as {PERSON}." in done.stdout


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("grnt = 3;", ':1: unknown setting "grnt"; did you mean "grant"?'),
        ("kiosk : { renewals = 1001; };", ":1: kiosk.renewals must be "),
        ("grant = = 3;", ":1: syntax error "),
    ],
)
def test_wrong_file(home, text, sentence):
    write(home.config, text + "\n")
    done = home.grantty("config")
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert done.stderr.startswith("grantty: ")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "setting, sentence",
    [
        ('preset = "wbex"', 'Unknown provider preset "wbex"; did you mean "webex"?'),
        (
            'token_endpoint = "http://a.example/t"',
            "provider.token_endpoint must be an https:// address",
        ),
    ],
)
def test_wrong_provider_is_printed_all_the_same(home, setting, sentence):
    write(home.config, f"provider : {{\n  {setting};\n}};\n")
    done = home.grantty("config")
    assert done.returncode == Exit.USAGE
    assert f"  {setting};  // {home.config}:2\n" in done.stdout
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_from_url(home):
    printed = config(home, "--from-url", URL)
    assert without_comments(printed).split() == (
        'provider : { preset = "webex"; client_id = "C1"; '
        'scope = "spark:all spark:kms"; }; grant = "code"; '
        'redirect_uri = "http://127.0.0.1:2000/redirect.html";'
    ).split()
    assert "// state is left out: it must be new for each sign-in" in printed
    assert "set_state_here" not in printed

    write(home.config, printed)
    in_force = config(home)
    assert f'  client_id = "C1";  // {home.config}:' in in_force
    assert f'grant = "code";  // {home.config}:' in in_force


@pytest.mark.parametrize(
    "args, sentence",
    [
        (["config", "--from-url", "https://webexapis.com/"], "no response_type"),
        (["config", "--from-url", URL + "&scope=x"], '"scope" more than once'),
        (["config", "--from-url", "x" * 5000], "more than 4096 characters"),
        (["config", "--from-url", "\x1b[2J"], "not an authorization URL"),
        (["config", "--from-url", URL, "--theme", "mono"], "the other options"),
        (["config", "--from-url"], "--from-url requires a value"),
        (["login", "--from-url", URL], "--from-url cannot be used with login"),
    ],
)
def test_from_url_refuses(home, args, sentence):
    done = home.grantty(*args)
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert "\x1b" not in done.stderr
