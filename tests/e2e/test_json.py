# SPDX-License-Identifier: MIT
"""What the verbs print as JSON, compared with docs/grantty.schema.json: nothing
that is not defined there, and an object even for an error."""

import json
import re
import signal
import subprocess

import pytest

from practice import PERSON
from program import GRANTTY, PATIENCE_S, TOP, Exit, wait_until

SCHEMA = json.loads((TOP / "docs" / "grantty.schema.json").read_text())
TYPES = {"object": dict, "array": list, "string": str, "integer": int,
         "boolean": bool}  # fmt: skip
TOKEN = ("token", "--output", "json")


def definition(schema):
    while "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


def properties(schema):
    """Of an object, with what it takes over from another."""
    found = dict(schema.get("properties", {}))
    for other in schema.get("allOf", []):
        found.update(definition(other)["properties"])
    return found


def faults(value, schema, where="it"):
    """What of the value is not as the schema has it. The keywords are those
    that the schema uses; members must be defined."""
    schema = definition(schema)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    kind = next((kind for kind in kinds if type(value) is TYPES[kind]), None)
    if kinds and not kind:
        yield f"{where} is not {' or '.join(kinds)}: {value!r}"
        return
    if "const" in schema and value != schema["const"]:
        yield f"{where} is {value!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where} is {value!r}"
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0):
            yield f"{where} is too short"
        if not re.search(schema.get("pattern", ""), value):
            yield f"{where} is {value!r}"
    if kind == "integer":
        if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            yield f"{where} is {value}"
    for i, item in enumerate(value if kind == "array" else []):
        yield from faults(item, schema["items"], f"{where}[{i}]")
    if kind == "object":
        known = properties(schema)
        required = list(schema.get("required", []))
        for other in schema.get("allOf", []):
            required += definition(other).get("required", [])
        for name in required:
            if name not in value:
                yield f"{where} lacks {name}"
        for name, member in value.items():
            if name in known or "additionalProperties" in schema:
                other = known.get(name) or schema["additionalProperties"]
                yield from faults(member, other, f"{where}.{name}")
            elif known:
                yield f"{where} has {name}, which is not defined"


def answer(run, name):
    """The object that was printed, which is as defined by that name."""
    value = json.loads(run.stdout)
    assert list(faults(value, SCHEMA["$defs"][name])) == []
    assert list(value)[0] == "version"
    return value


@pytest.fixture
def signed_in(home, start_practice):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config)
    assert home.grantty("login").returncode == Exit.DONE
    return practice


def test_signed_in(home, signed_in):
    status = answer(home.grantty("status", "--json"), "status")
    assert status["signed_in"] and status["name"] == PERSON
    assert answer(home.grantty("whoami", "--json"), "whoami")["profile"]
    accounts = answer(home.grantty("accounts", "--json"), "accounts")
    assert [entry["account"] for entry in accounts["accounts"]] == ["default"]
    token = answer(home.grantty(*TOKEN), "token")
    assert signed_in.accepts(token["access_token"])
    home.store(expires_at=1)
    assert answer(home.grantty(*TOKEN), "token") != token
    check = answer(home.grantty("check", "--json"), "check")
    assert check["ok"] and check["checks"] and check["remarks"] is not None


def test_without_a_profile(home, signed_in):
    stored = home.stored()
    del stored["profile"]
    home.session.write_text(json.dumps(stored))
    assert "profile" not in answer(home.grantty("whoami", "--json"), "whoami")


def test_deviations(home, start_practice):
    practice = start_practice("--approve-after", "0")
    practice.config(home.config)
    check = answer(home.grantty("check", "--json"), "check")
    assert check["deviations"] or check["remarks"]


def test_nobody(home, signed_in):
    assert home.grantty("logout").returncode == Exit.DONE
    run = home.grantty("status", "--json")
    assert run.returncode == Exit.NOBODY
    assert answer(run, "status") == {"version": 1, "signed_in": False}
    answer(home.grantty("accounts", "--json"), "accounts")


def test_config(home):
    """The settings are those of the text, with the same parts masked."""
    home.config.write_text(
        "provider : {\n"
        '  preset = "github"; client_id = "C1"; client_secret = "S3-1";\n'
        '  token_endpoint = "https://a.example/t?tenant=x&key=S3-2";\n'
        '  extra = ( { name = "prompt"; value = "none!"; },\n'
        '            { name = "key"; value = "S3-3"; } );\n'
        "};\n"
        'kiosk : { allow : { emails = [ "a@b.c" ];\n'
        '  claims = ( { name = "hd"; value = "b.c"; } ); }; };\n'
        'network : { proxy = "http://u:S3-4@proxy.example:1"; };\n'
    )
    home.config.chmod(0o600)
    run = home.grantty("config", "--json", "--theme", "mono")
    assert (run.returncode, run.stderr) == (Exit.DONE, "")
    assert "S3-" not in run.stdout
    settings = answer(run, "config")["settings"]
    text = home.grantty("config", "--theme", "mono").stdout
    assert {name.rpartition(".")[2] for name in settings} == set(
        re.findall(r"^ *(?:// )?([a-z0-9_]+) = ", text, re.M)
    )
    line = f"{home.config}:%d"
    hidden = {"value": "********", "masked": True}
    for name, setting in {
        "provider.preset": {"value": "github", "origin": line % 2},
        "provider.client_secret": {**hidden, "origin": line % 2},
        "provider.token_endpoint": {
            "value": "https://a.example/t?tenant=x&key=********",
            "origin": line % 3, "masked": True,
        },
        "provider.extra": {
            "value": [{"name": "prompt", "value": "none!"},
                      {"name": "key", "value": "********"}],
            "origin": line % 4, "masked": True,
        },
        "kiosk.allow.emails": {"value": ["a@b.c"], "origin": line % 7},
        "kiosk.allow.claims": {
            "value": [{"name": "hd", "value": "b.c"}], "origin": line % 8,
        },
        "network.proxy": {**hidden, "origin": line % 9},
        "screen.theme": {"value": "mono", "origin": "command line"},
        "provider.poll_margin_ms": {"value": 1000, "origin": "from the preset"},
        "kiosk.lock": {"value": False},
    }.items():  # fmt: skip
        assert settings[name] == setting


def test_config_of_a_list_in_the_preset(home):
    settings = answer(home.grantty("config", "--json"), "config")["settings"]
    assert settings["provider.verification_hosts"] == {
        "value": ["*.wbx2.com"], "origin": "from the preset",
    }  # fmt: skip
    assert settings["provider.client_id"] == {"value": ""}


def test_config_that_is_wrong(home):
    """It shows where the values come from."""
    home.config.write_text('provider : { preset = "wbex"; };\n')
    run = home.grantty("config", "--json")
    assert (run.returncode, run.stderr) == (Exit.USAGE, "")
    config = answer(run, "config")
    assert config["problem"] in home.grantty("config").stderr
    assert config["settings"]["provider.preset"]["origin"].endswith(":1")


ERRORS = [
    (["config", "--from-url", "https://id.example/"], Exit.USAGE),
    (["config", "-c", "/nowhere"], Exit.USAGE),
    (["status", "-a", "nobody"], Exit.NOBODY),
    (["accounts", "-a", "nobody"], Exit.NOBODY),
    (["whoami"], Exit.NOBODY),
    (["status", "--client-id", "another"], Exit.NOBODY),
    (["status", "--nonsense"], Exit.USAGE),
    (["nonsense"], Exit.USAGE),
    (["login"], Exit.USAGE),
    (["status", "-c", "/nowhere"], Exit.USAGE),
]


@pytest.mark.parametrize("words, code", ERRORS,
                         ids=[" ".join(case[0]) for case in ERRORS])
def test_error(home, signed_in, words, code):
    if words == ["whoami"]:
        assert home.grantty("logout").returncode == Exit.DONE
    run = home.grantty(*words, "--json")
    assert run.returncode == code
    error = answer(run, "error")["error"]
    assert error["exit_code"] == code
    assert error["message"] in run.stderr
    # Without --json, standard output stays empty.
    plain = home.grantty(*words)
    assert plain.returncode == Exit.DONE or plain.stdout == ""


@pytest.mark.parametrize("words", [
    TOKEN, ["token", "--output=json"], ["token", "--outp", "json"],
    ["token", "--o=json"],
])  # fmt: skip
def test_error_of_token(home, start_practice, words):
    start_practice().config(home.config)
    run = home.grantty(*words)
    assert answer(run, "error")["error"]["exit_code"] == run.returncode
    assert run.returncode == Exit.NOBODY
    # Its other formats are for programs that know no such object.
    for name in "token", "header", "git", "kubectl":
        assert home.grantty("token", "--output", name).stdout == ""


def test_abbreviated(home, signed_in):
    """As getopt_long(3) accepts it."""
    assert home.grantty("logout").returncode == Exit.DONE
    run = home.grantty("whoami", "--js")
    assert answer(run, "error")["error"]["exit_code"] == Exit.NOBODY
    assert home.grantty("whoami", "-a", "j").stdout == ""


def test_error_of_a_sign_in(home, start_practice, open_terminal, tmp_path):
    """The sign-in, on the terminal, was cancelled."""
    start_practice().config(home.config)
    out = tmp_path / "out"
    screen = open_terminal(
        *TOKEN, "--login", before=["sh", "-c", f'"$@" > {out}', "sh"]
    )
    screen.wait_for("Sign in")
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.CANCELLED
    value = json.loads(out.read_text(encoding="utf-8"))
    assert list(faults(value, SCHEMA["$defs"]["error"])) == []
    assert value["error"]["exit_code"] == Exit.CANCELLED


def test_interrupted(home, signed_in):
    """While it waits for the provider."""
    home.store(expires_at=1)
    signed_in.pause()
    token = subprocess.Popen(
        [GRANTTY, *TOKEN], env=home.environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_until(lambda: home.stored().get("refreshing"), "the mark on the disk")
    token.send_signal(signal.SIGTERM)
    signed_in.go_on()
    stdout, stderr = token.communicate(timeout=PATIENCE_S)
    value = json.loads(stdout)
    assert list(faults(value, SCHEMA["$defs"]["error"])) == []
    assert value["error"]["exit_code"] == token.returncode == Exit.FAILED
    assert value["error"]["message"] in stderr


def test_manual():
    """Each member is an item of the section."""
    page = (TOP / "docs" / "grantty.1").read_text(encoding="utf-8")
    section = page.partition("\n.Sh JSON\n")[2].partition("\n.Sh ")[0]
    described = set()
    for line in re.findall(r"^\.(?:It )?Va (.*)$", section, re.M):
        described |= set(re.findall(r"[a-z_]{2,}", line.replace("Va", "")))
    members = set()
    for schema in SCHEMA["$defs"].values():
        members |= set(properties(schema))
        for member in properties(schema).values():
            members |= set(properties(definition(member).get("items", member)))
    assert described == members
