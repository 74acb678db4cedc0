# SPDX-License-Identifier: MIT
"""Text from outside: nobody is written to the terminal or the log by it, and
nobody is sent where they should not go."""

import json
import re

import pytest

from crooked import CODE, TOKENS, answer, error
from practice import PERSON
from program import Exit

HOSTILE = {
    "escape sequences": "\x1b[2J\x1b]0;gotcha\x07\x1b[12;7]",
    "C1 controls": "\u009b2J\u009d0;gotcha\u009c\u0085",
    "bidirectional": "\u202egotcha\u202c\u2066x\u2069\u200f",
    "zero-width": "got\u200b\u200c\u200d\u2060\ufeffcha",
    "combining flood": "e" + "\u0301" * 5000,
    "tag characters": "x\U000e0041\U000e0042\U000e007f",
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea",
    "line ends": "one\r\ntwo\u2028three\vfour",
    "64 KB": "gotcha " * 9362,
    "format": "%s%n%x %1000000d",
}
# Nothing of this kind may reach the terminal, but for what a terminal needs
# itself: those were taken out.
BAD = re.compile("[\x80-\x9f\u200b\u200e-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
                 "\u2028\U000e0000-\U000e007f]")


def shows_nothing_hostile(screen):
    assert not BAD.search("\n".join(screen.text()))
    assert "gotcha" not in screen.ask("#{pane_title}")


@pytest.mark.row("Content", "a code that a console has no glyphs for",
                 "told so instead, by screens and lines alike")
@pytest.mark.parametrize("term", ["linux", "linux-16color", "linux2.6"])
@pytest.mark.parametrize("verb", [["kiosk"], ["login", "--plain"]], ids=" ".join)
def test_code_that_a_console_cannot_show(crooked, open_terminal, verb, term):
    code = "\u89e3\u679012"
    crooked(authorize=answer({**CODE, "user_code": code}),
            poll=error("authorization_pending"))
    screen = open_terminal(*verb, term=term)
    screen.wait_for("The code cannot be shown")
    assert code not in "".join(screen.text())
    assert "??" not in "".join(screen.text())


@pytest.mark.row("Content", "in the profile",
                 "signed in; shown cleaned, screen and whoami intact")
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_in_the_profile(crooked, home, open_terminal, text):
    # What is over 128 KB in all is shown but not stored.
    part = text[:1000]
    crooked(profile=answer({"name": PERSON, "email": text, part: part,
                            "nested": {part: [part]}}))
    screen = open_terminal()
    screen.wait_for(f"Hello, {PERSON}")
    shows_nothing_hostile(screen)
    screen.keys("Tab")
    screen.wait_for("Everything:")
    shows_nothing_hostile(screen)
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
    whoami = home.grantty("whoami")
    assert whoami.returncode == Exit.DONE
    assert not BAD.search(whoami.stdout) and "\x1b" not in whoami.stdout
    # As JSON it is what it was.
    assert json.loads(home.grantty("whoami", "--json").stdout)["profile"]["email"] == text


@pytest.mark.row("Content", "as the name of the person",
                 "greeted with the cleaned name")
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_in_the_name(crooked, login, text):
    crooked(profile=answer({"name": text}))
    shows_nothing_hostile(login(says="Signed in to"))


@pytest.mark.row("Content", "in an error text",
                 "told cleaned and clipped; exit 3, 1 or 2 as ever")
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_in_an_error(crooked, login, text):
    crooked(poll=error("moon_not_full", error_description=text))
    shows_nothing_hostile(login(Exit.FAILED, "moon_not_full"))


@pytest.mark.row("Content", "all of it in the error text of each endpoint",
                 "told cleaned and clipped; exit code as ever")
@pytest.mark.parametrize("place, verb, code, says", [
    ("authorize", "login", Exit.FAILED, "moon_not_full"),
    ("profile", "login", Exit.DONE, "moon_not_full"),
    ("refresh", "token", Exit.NOBODY, "has ended this session: "),
    ("revoke", "logout", Exit.DONE, "moon_not_full"),
], ids=["device", "profile", "refresh", "revocation"])
def test_in_each_error(crooked, home, place, verb, code, says):
    everything = "".join(HOSTILE.values())
    server = crooked(**{place: error("moon_not_full", error_uri=everything,
                                     error_description=everything)})
    if verb != "login":
        assert home.grantty("login").returncode == Exit.DONE
        home.store(expires_at=1)
    run = home.grantty(verb)
    assert run.returncode == code, run.stderr
    assert server.at(place)
    told = run.stdout + run.stderr
    assert says in told + home.logged()
    assert not BAD.search(told) and "\x1b" not in told
    assert len(told) < 4000


@pytest.mark.row("Content", "as an error code and as Webex's trackingId",
                 "told cleaned and clipped; the code lives on or ends")
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_as_an_error(crooked, login, text):
    crooked(poll=[error(text, error_description=text, trackingId=text),
                  error("access_denied", error_description=text)])
    shows_nothing_hostile(login(Exit.DENIED, "denied"))


@pytest.mark.row("Content", "in the code that people are to type",
                 "refused as one that cannot be shown; exit 1")
@pytest.mark.parametrize("kind", [kind for kind in HOSTILE
                                  if kind not in ("emoji", "format")])
def test_in_the_code(crooked, login, kind):
    server = crooked(authorize=answer({**CODE, "user_code": HOSTILE[kind]}))
    shows_nothing_hostile(login(Exit.FAILED, "cannot be shown"))
    assert server.places() == ["authorize"]


@pytest.mark.row("Content", "in the scope of the tokens",
                 "signed in; status shows it cleaned")
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_in_the_scope(crooked, home, text):
    crooked(poll=answer({**TOKENS, "scope": text}))
    assert home.grantty("login").returncode == Exit.DONE
    status = home.grantty("status")
    assert status.returncode == Exit.DONE
    assert not BAD.search(status.stdout) and "\x1b" not in status.stdout


@pytest.mark.row("Content", "in a token", "refused; never in a header")
@pytest.mark.parametrize("token", ["a\r\nX-More: 1", "a b", "a\x1bb", "\u00e9"],
                         ids=["header", "space", "escape", "not ASCII"])
def test_in_a_token(crooked, login, token):
    server = crooked(poll=[answer({**TOKENS, "access_token": token}),
                           error("access_denied")])
    login(Exit.FAILED, "invalid characters")
    assert "profile" not in server.places()


@pytest.mark.row("Content", "profile of 10,000 fields and depth 150",
                 "signed in; keys are answered")
def test_large_profile(crooked, open_terminal):
    deep = {"end": 1}
    for _ in range(150):
        deep = {"d": deep}
    fields = {f"field{number:05}": number for number in range(10000)}
    crooked(profile=answer({"name": PERSON, **fields, "zz": deep}))
    screen = open_terminal()
    screen.wait_for(f"Hello, {PERSON}")
    screen.keys("Tab")
    screen.wait_for("Everything:")
    screen.wait_for("1 of 10153")
    screen.keys("NPage")
    screen.wait_for(r"([7-9]|10) of 10153")  # a page's rows later
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE


@pytest.mark.row("Content", "profile of depth 500",
                 "refused as no profile; signed in all the same")
def test_deep_profile(crooked, login):
    deep = '{"d":' * 500 + "1" + "}" * 500
    crooked(profile=[answer(f'{{"name": "{PERSON}", "deep": {deep}}}')])
    login(says="Signed in to", logs="instead of a profile|no profile yet")


URIS = {
    "http": "http://sign-in.example/device",
    "javascript": "javascript:alert(1)",
    "data": "data:text/html,hello",
    "file": "file:///etc/passwd",
    "userinfo": "https://sign-in.example@evil.example/device",
    "not ASCII": "https://sign\u00edn.example/device",
    "backslash": "https://sign-in.example\\@evil.example/",
    "control": "https://sign-in.example/\r\n\x1b[2J",
    "bidirectional": "https://sign-in.example/\u202etxt",
    "relative": "/device",
    "no host": "https:///device",
    "number": 42,
    "missing": None,
}


@pytest.mark.row("Content", "verification_uri", "refused with a sentence; "
                 "nobody is sent there; exit 1")
@pytest.mark.parametrize("uri", URIS.values(), ids=URIS)
def test_verification_uri(crooked, login, uri):
    code = {**CODE, "verification_uri": uri}
    server = crooked(authorize=answer(code))
    login(Exit.FAILED, "address|not safe|incomplete")
    assert server.places() == ["authorize"]


@pytest.mark.row("Content", "verification_uri with a host outside the list",
                 "refused with the host's name; exit 1")
@pytest.mark.parametrize("host", ["evil.example", "id.example.evil.example",
                                  "evilid.example"])
def test_host_outside_the_list(crooked, login, host):
    server = crooked(
        {"provider": {"verification_hosts": ["id.example", "*.id.example"]}},
        authorize=answer({**CODE, "verification_uri": f"https://{host}/"}),
    )
    login(Exit.FAILED, host.replace(".", r"\."))
    assert server.places() == ["authorize"]


@pytest.mark.row("Content", "verification_uri as punycode",
                 "shown as it is, not as what it looks like")
def test_punycode(crooked, open_terminal):
    host = "xn--pypal-4ve.example"
    crooked(authorize=answer({**CODE, "verification_uri": f"https://{host}/"}),
            poll=error("authorization_pending"))
    screen = open_terminal("login")
    screen.wait_for(host)
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.CANCELLED


@pytest.mark.row("Content", "verification_uri_complete",
                 "left out; the plain address is shown instead")
@pytest.mark.parametrize("uri", ["javascript:alert(1)", "http://evil.example/",
                                 "https://a@evil.example/"])
def test_complete_uri(crooked, open_terminal, uri):
    crooked(authorize=answer({**CODE, "verification_uri_complete": uri}),
            poll=error("authorization_pending"))
    screen = open_terminal("login")
    assert screen.wait_for_qr().lower() == CODE["verification_uri"].lower()
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.CANCELLED
