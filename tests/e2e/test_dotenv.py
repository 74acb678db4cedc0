# SPDX-License-Identifier: MIT
"""Text files as editors on other systems save them; and .env files beside
python-dotenv, which the scripts that grantty replaces read them with."""

import io
import random
import re

import pytest
from dotenv import main as python_dotenv
from dotenv import parser as python_parser

from program import Exit

BOM = "\ufeff"
NAMES = ("CLIENT_ID", "CLIENT_SECRET", "GRANTTY_CLIENT_ID",
         "GRANTTY_CLIENT_SECRET")

FILES = [
    "CLIENT_ID=abc\n",
    "CLIENT_ID=abc\r\nA=1\r\n",
    "A=1\rCLIENT_ID=abc\r",
    "export CLIENT_ID=abc",
    "export\tCLIENT_ID = abc\t\n",
    "exportCLIENT_ID=abc\n",
    "export\nCLIENT_ID=abc\n",
    "export CLIENT_ID=abc\nexport CLIENT_ID CLIENT_SECRET\n",
    "'CLIENT_ID'=abc\n",
    '"CLIENT_ID"=abc\n',
    "# CLIENT_ID=no\nCLIENT_ID=yes # CLIENT_ID=no\n",
    'CLIENT_ID="a b # c" # more\n',
    'CLIENT_ID="a"# more\n',
    "CLIENT_ID='$HOME\"'\n",
    'CLIENT_ID=a"b"c\n',
    'CLIENT_ID="a" b\n',
    'CLIENT_ID="open\n',
    'CLIENT_ID=old\nCLIENT_ID="open\n',
    'A="open\nCLIENT_ID="abc"\n',
    'A="open\nCLIENT_ID=abc\n',
    r'CLIENT_ID="a\"b"',
    r"CLIENT_ID='a\'b'",
    r"CLIENT_ID='a\\b\nc\"'",
    r"""CLIENT_ID="\a\b\f\n\r\t\v\'\$\x\\"
""",
    r"CLIENT_ID=a\nb\t\\",
    r'CLIENT_ID="a\\\"b"',
    r'CLIENT_ID="a\\"',
    r'CLIENT_ID="a\\"' '\nB="c"\n',
    r"CLIENT_ID='a\'",
    'CLIENT_ID="a\nb"\n',
    "CLIENT_ID='a\r\nb\r\n'\r\n",
    "A='\nCLIENT_ID=no\n'\nCLIENT_ID=yes\n",
    "A='\nCLIENT_ID=no\n'\n",
    "CLIENT_ID=abc#def # why\n",
    "CLIENT_ID=abc\t#why\n",
    "CLIENT_ID=#nothing\n",
    "CLIENT_ID= # nothing\n",
    "CLIENT_ID=a b  c \t\n",
    "CLIENT_ID=abc\u00a0\n",
    "CLIENT_ID=\u2003abc\u3000# why\n",
    "CLIENT_ID\u00a0=\u00a0abc\u0085d\n",
    "CLIENT_ID=\u00e9\U0001f600\n",
    "CLIENT_ID=a\x0b\x0cb\x1c\n",
    "CLIENT_ID==a=b\n",
    "CLIENT_ID=one\nCLIENT_ID=two\n",
    "CLIENT_ID=one\nCLIENT_ID=\n",
    "CLIENT_ID=one\nCLIENT_ID\n",
    "CLIENT_ID=one\nCLIENT_ID two\n",
    "CLIENT_IDX=no\nXCLIENT_ID=no\nclient_id=no\n",
    "=no\n''=no\nCLIENT_ID=yes\n",
    "if [ -f x ]; then\nCLIENT_ID=yes\nfi\n",
    "A=1\nCLIENT_ID=${A}${A}x\n",
    "A=1\nCLIENT_ID='${A}'\n",
    "CLIENT_ID=${A}x\nA=1\n",
    "CLIENT_ID=${A:-b c}\n",
    "A\nCLIENT_ID=${A:-b}x\n",
    "A=\nCLIENT_ID=${A:-b}x\n",
    "CLIENT_ID=${EMPTY:-b}x\n",
    "SET=here\nCLIENT_ID=${SET}\n",
    "CLIENT_ID=$SET ${SET ${A:b} ${} $\n",
    "CLIENT_ID=${A:-${B}}\n",
    "CLIENT_ID=1\nCLIENT_ID=${CLIENT_ID}2\n",
    "CLIENT_ID=\\${SET}\n",
    "",
    "\n \r\n\t\n",
]

# What the files of test_random are made of.
WORDS = ["CLIENT_ID", "A", "=", "=", "=", "\n", "\n", "\n", "\r\n", "\r", " ",
         " ", "\t", "'", "'", '"', '"', "\\", "\\\\", "\\'", '\\"', "\\n",
         "#", " # ", "export ", "x", "y z", "${A}", "${SET}", "${A:-d}", "${",
         "}", "\u00a0", "\u00e9"]


def client_id(home, content, **env):
    """What grantty takes from a file with that text or those bytes; None where
    nothing, and what it says where it refuses it."""
    path = home.path / "env"
    if isinstance(content, str):
        content = content.encode()
    path.write_bytes(content)
    path.chmod(0o600)
    done = home.grantty("config", "--env-file", path, env=env)
    # What a client id cannot be used with is told, and printed all the same.
    if not done.stdout:
        return None, done.stderr
    match = re.search(r'^  client_id = "((?:[^"\\]|\\.)*)";  // (.*)',
                      done.stdout, re.M)
    if "--env-file" not in match[2]:
        return None, ""
    # A newline in a value is written as \x0a, so a line is a value.
    return re.sub(
        rb"\\x(..)|\\(.)",
        lambda m: bytes([int(m[1], 16)]) if m[1] else m[2],
        match[1].encode(),
    ).decode(), ""


def as_in_python(text, env):
    """The same from python-dotenv, and whether it could not read a statement
    that this name stands in."""
    translated = io.StringIO(text.removeprefix(BOM), newline=None).read()
    with pytest.MonkeyPatch.context() as patch:
        for name in NAMES:
            patch.delenv(name, raising=False)
        for name, value in env.items():
            patch.setenv(name, value)
        values = python_dotenv.DotEnv(
            None, stream=io.StringIO(translated), override=False
        ).dict()
    lost = any(
        re.search(r"(?<!\w)CLIENT_ID[ \t']*=", binding.original.string)
        for binding in python_parser.parse_stream(io.StringIO(translated))
        if binding.error
    )
    return values.get("CLIENT_ID") or None, lost


MISSPELT = "this is not NAME=value, so it does not set CLIENT_ID: write "


def compare(home, text):
    env = {"SET": "elsewhere", "EMPTY": ""}
    value, lost = as_in_python(text, env)
    ours, complaint = client_id(home, text, **env)
    if value is None and MISSPELT in complaint:
        return  # that it sets nothing is said, and all that differs
    if lost:
        assert re.search(r"env:\d+: cannot read this as NAME=value",
                         complaint), (text, value, ours)
    else:
        assert (ours, complaint) == (value, ""), text


@pytest.mark.parametrize("text", FILES)
@pytest.mark.parametrize("bom", ["", BOM], ids=["", "bom"])
def test_beside_python(home, text, bom):
    compare(home, bom + text)


def test_random(home):
    chance = random.Random(1)
    for _ in range(200):
        words = chance.choices(WORDS, k=chance.randrange(1, 25))
        compare(home, "A=1\nCLIENT_ID=" + "".join(words))


@pytest.mark.parametrize("line", [
    "CLIENT_ID: abc", 'CLIENT_ID : "abc"', '  "CLIENT_ID": "abc",',
    "set CLIENT_ID=abc", '$env:CLIENT_ID = "abc"', "- CLIENT_ID=abc",
])
def test_other_kinds(home, line):
    """What other files would set, python-dotenv passes over in silence."""
    text = f"A=1\n{line}\n"
    assert as_in_python(text, {})[0] is None
    said = client_id(home, text)[1]
    assert f"env:2: {MISSPELT}CLIENT_ID=... instead." in said
    run = home.grantty("login", "--plain", "--env-file", home.path / "env")
    assert run.returncode == Exit.USAGE
    assert MISSPELT in run.stderr


@pytest.mark.parametrize("text, found", [
    ("GRANTTY_CLIENT_ID=\nCLIENT_ID=abc\n", "abc"),
    ('CLIENT_ID=abc\nGRANTTY_CLIENT_ID=""\n', "abc"),
    ("GRANTTY_CLIENT_ID\nCLIENT_ID=abc\n", "abc"),
    ("GRANTTY_CLIENT_ID=${NOTHING}\nCLIENT_ID=abc\n", "abc"),
    ("GRANTTY_CLIENT_ID=xyz\nCLIENT_ID=abc\n", "xyz"),
    ("GRANTTY_CLIENT_ID=xyz\nCLIENT_ID=\n", "xyz"),
])
def test_empty_hides_nothing(home, text, found):
    """As in the environment: os.environ.get(...) or os.environ.get(...)."""
    assert client_id(home, text.encode())[0] == found


UTF16 = r"is in UTF-16: save it as UTF-8, for example with iconv"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16(home, encoding):
    assert re.search(UTF16, client_id(home, "CLIENT_ID=abc\r\n".encode(encoding))[1])


def test_no_text(home):
    assert "it contains a NUL byte" in client_id(home, b"CLIENT_ID=a\0b\n")[1]


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o600)


def test_configuration(home):
    text = f'{BOM}provider : {{\r\n  client_id = "C";\r\n}};\r\n'
    write(home.config, text.encode())
    assert '  client_id = "C";' in home.grantty("config").stdout
    write(home.config, text.encode("utf-16"))
    done = home.grantty("config")
    assert done.returncode == Exit.USAGE and re.search(UTF16, done.stderr)


@pytest.mark.parametrize("how", ["client_secret_file", "credential"])
def test_secret_file(home, start_practice, how):
    """The server knows the secret; with anything before it the sign-in would
    be refused."""
    practice = start_practice("--approve-after", "0")
    secret = home.path / "credentials" / "client_secret"
    provider = {"client_secret": ""}
    env = {}
    if how == "credential":
        env["CREDENTIALS_DIRECTORY"] = str(secret.parent)
    else:
        provider["client_secret_file"] = str(secret)
    practice.config(home.config, provider=provider)
    write(secret, f"{BOM}practice-secret\r\n".encode())
    assert home.grantty("login", env=env).returncode == Exit.DONE
    write(secret, f"{BOM}practice-secret\r\n".encode("utf-16-le"))
    home.store(expires_at=1)  # a token that is still good takes no secret
    done = home.grantty("token", env=env)
    assert done.returncode == Exit.USAGE and re.search(UTF16, done.stderr)


def test_theme(home):
    theme = home.path / "my.theme"
    write(theme, f"{BOM}nothing = 1;\n".encode())
    done = home.grantty("check", "--theme", theme)
    assert re.search(r"my\.theme:1:\s+unknown\s+setting\s+\"nothing\"",
                     done.stdout + done.stderr)
