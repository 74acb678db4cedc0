# SPDX-License-Identifier: MIT
"""Answers that are wrong, late, endless or not OAuth at all."""

import re
import time

import pytest

from crooked import CODE, PENDING, TOKENS, answer, endless, error, slowly
from practice import PERSON
from program import Exit


def code_without(*names, **changes):
    code = {**CODE, **changes}
    return {name: code[name] for name in code if name not in names}


def text_with(template, name, value):
    """JSON with a value in it that no dict can hold."""
    text = answer_text(code_without(name))
    return f'{text[:-1]}, "{name}": {value}}}'


def answer_text(value):
    return answer(value).partition(b"\r\n\r\n")[2].decode()


NUMBERS = {
    "zero": "0",
    "negative": "-5",
    "1e400": "1e400",
    "10 to the 12th": "1000000000000",
    "a string with a number": '"NUMBER"',
    "a string": '"soon"',
    "null": "null",
    "a list": "[1]",
    "fraction below one": "0.25",
}


def with_number(name, value, right):
    if value is None:
        return answer(code_without(name))
    text = value.replace("NUMBER", str(right))
    return answer(text_with(CODE, name, text))


@pytest.mark.row("Answers", "interval", "first poll after 5 s, signs in")
@pytest.mark.parametrize("value", [None, *NUMBERS.values()],
                         ids=["missing", *NUMBERS])
def test_interval(crooked, login, value):
    server = crooked(authorize=with_number("interval", value, 5))
    login(logs="asking every 5 s$")
    assert server.places() == ["authorize", "poll", "profile"]
    assert server.gaps_s("authorize", "poll")[0] >= 5


@pytest.mark.row("Answers", "expires_in", "code counts as good for 5 minutes")
@pytest.mark.parametrize("value", [None, *NUMBERS.values()],
                         ids=["missing", *NUMBERS])
def test_expires_in(crooked, login, value):
    server = crooked(authorize=with_number("expires_in", value, 300))
    login(logs="good for 5 min")
    assert server.places() == ["authorize", "poll", "profile"]


# ---- Retried: none of these may cost anybody an approved sign-in

DEEP = "[" * 2000 + "]" * 2000
PAGE = "<html><head><title>502 Bad Gateway</title></head></html>"
CHUNK = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
FLOOD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
ANSWER = answer(TOKENS)


def flood(connection):
    """32 MB in chunks, after which the answer would be right."""
    connection.sendall(FLOOD)
    for _ in range(32):
        connection.sendall(CHUNK)
    connection.sendall(b"0\r\n\r\n")


def dripping():
    return slowly(ANSWER, 0.2)


NO_ANSWERS = {
    "HTML with 502": answer(PAGE, 502, "text/html"),
    "HTML with 200": answer(PAGE, 200, "text/html"),
    "JSON with 500": answer({}, 500),
    "escaped NUL in it": answer('{"access_token": "a\\u0000b"}'),
    "raw NUL in it": answer(b'{"access_token": "a\0b"}'),
    "a name twice": answer('{"access_token": "a", "access_token": "b"}'),
    "trailing junk": answer(answer_text(TOKENS) + "} <!-- cached -->"),
    "depth 2000": answer(f'{{"access_token": {DEEP}}}'),
    "breaks off": answer('{"access_token": "YW'),
    "shorter than it says": lambda connection: connection.sendall(ANSWER[:-9]),
    "empty": answer(""),
    "no body at 204": answer("", 204),
    "invalid UTF-8": answer(b'{"access_token": "\xff\xfe"}'),
    "an array": answer("[1, 2]"),
    "32 MB chunked": flood,
    "endless headers": endless(b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n" * 999),
    "endless interim answers": endless(b"", b"HTTP/1.1 103 Early\r\n\r\n" * 99),
    "no HTTP": lambda connection: connection.sendall(b"220 mail ready\r\n"),
    "a byte every 200 ms": dripping(),
}


# What never ends is given up after so long; what does has to be there by then.
IMPATIENT = {"network": {"request_timeout_s": 6}}


@pytest.mark.row("Answers", "instead of a code", "asked again, signs in")
@pytest.mark.parametrize("wrong", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_instead_of_a_code(crooked, login, wrong):
    server = crooked(
        config=IMPATIENT,
        authorize=[wrong, answer(CODE)],
    )
    login()
    assert server.places() == ["authorize", "authorize", "poll", "profile"]


@pytest.mark.row("Answers", "instead of tokens", "asked again later, signs in")
@pytest.mark.parametrize("wrong", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_instead_of_tokens(crooked, login, wrong):
    server = crooked(
        config=IMPATIENT,
        poll=[wrong, answer(TOKENS)],
    )
    login()
    assert server.places() == ["authorize", "poll", "poll", "profile"]
    assert server.gaps_s("poll")[0] >= 2


@pytest.mark.row("Answers", "instead of a profile", "signed in, asked again")
@pytest.mark.parametrize("wrong", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_instead_of_a_profile(crooked, login, home, wrong):
    server = crooked(
        config=IMPATIENT,
        profile=[wrong, answer({"name": PERSON})],
    )
    login(says=f"as {PERSON}")
    assert home.stored()["profile"] == {"name": PERSON}
    assert server.places() == ["authorize", "poll", "profile", "profile"]


@pytest.mark.row(
    "Answers", "instead of renewed tokens",
    "old token tried once more on a new connection, saved, printed",
)
@pytest.mark.parametrize("wrong", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_instead_of_renewed_tokens(crooked, login, home, wrong):
    server = crooked(
        config=IMPATIENT,
        refresh=[wrong, answer({**TOKENS, "access_token": "second-token"})],
    )
    login()
    home.store(expires_at=1)
    token = home.grantty("token")
    assert (token.returncode, token.stdout) == (Exit.DONE, "second-token\n")
    first, second = server.at("refresh")
    assert first.connection != second.connection
    assert home.stored()["access_token"] == "second-token"
    assert "refreshing" not in home.stored()


# ---- Accepted

@pytest.mark.row("Answers", "wrong content type", "the body counts: signs in")
@pytest.mark.parametrize("kind", ["text/html", "application/octet-stream", ""],
                         ids=["text/html", "octet-stream", "none"])
def test_wrong_content_type(crooked, login, kind):
    crooked(authorize=answer(CODE, kind=kind), poll=answer(TOKENS, kind=kind))
    login(says=f"as {PERSON}")


# ---- Told to wait

def retry_date():
    when = time.time() + 4
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(when))


def busy_for(value):
    return lambda connection: connection.sendall(
        answer({}, 429, headers=f"Retry-After: {value()}\r\n")
    )


@pytest.mark.row("Answers", "429 with Retry-After", "waits that long, signs in")
@pytest.mark.parametrize(
    "value", [lambda: "4", retry_date], ids=["seconds", "date"]
)
@pytest.mark.parametrize("place", ["authorize", "poll"])
def test_retry_after(crooked, login, value, place):
    right = {"authorize": answer(CODE), "poll": answer(TOKENS)}[place]
    server = crooked(**{place: [busy_for(value), right]})
    login()
    # A date is cut off to whole seconds.
    assert server.gaps_s(place)[0] >= (3 if value is retry_date else 4)
    assert len(server.at(place)) == 2


@pytest.mark.row("Answers", "Retry-After that outlives the code",
                 "asked once more, at the code's end; signs in")
def test_retry_after_for_ever(crooked, login):
    server = crooked(
        authorize=answer({**CODE, "expires_in": 12}),
        poll=[busy_for(lambda: "86400"), answer(TOKENS)],
    )
    login()
    assert server.places() == ["authorize", "poll", "poll", "profile"]
    # After its end nobody would have been signed in.
    asked, _, last, _ = server.requests
    assert last.at_s - asked.at_s > 7


@pytest.mark.slow
@pytest.mark.row("Answers", "slow_down three times",
                 "gaps of 5, 10, 15 and 20 s at least, signs in")
def test_slow_down(crooked, home, login):
    slow_down = error("slow_down")
    server = crooked(
        authorize=answer({**CODE, "interval": 5}),
        poll=[slow_down, slow_down, slow_down, answer(TOKENS)],
    )
    login(timeout=120)
    gaps = server.gaps_s("authorize", "poll")
    assert all(
        gap >= least for least, gap in zip([5, 10, 15, 20], gaps, strict=True)
    )
    paces = re.findall(r"asked to slow down: asking every (\d+) s",
                       home.logged())
    assert paces == ["10", "15", "20"]
    # With a step more each time it would be 74 and longer.
    assert sum(gaps) < 70


# ---- The end

ERRORS = {
    "access_denied": (Exit.DENIED, "was denied"),
    "authorization_declined": (Exit.DENIED, "was denied"),
    "expired_token": (Exit.EXPIRED, "ran out"),
    "invalid_grant": (Exit.FAILED, "does not accept this code"),
    "invalid_client": (Exit.USAGE, "does not accept this client"),
    "unauthorized_client": (Exit.USAGE, "does not let this client sign in"),
    "unsupported_grant_type": (Exit.USAGE, "does not offer this grant"),
    "invalid_scope": (Exit.USAGE, "does not allow the scope"),
    "invalid_request": (Exit.USAGE, "does not understand the request"),
    "moon_not_full": (Exit.FAILED, 'refuses with the error "moon_not_full"'),
}


@pytest.mark.row("Answers", "error at the poll",
                 "ends at once with its sentence and exit code, nothing stored")
@pytest.mark.parametrize("code", ERRORS)
def test_error_at_the_poll(crooked, login, code):
    server = crooked(poll=error(code))
    login(*ERRORS[code])
    assert server.places() == ["authorize", "poll"]


@pytest.mark.row("Answers", "error in place of a code",
                 "ends at once with its sentence and exit code, nothing stored")
@pytest.mark.parametrize("code", ["invalid_client", "unauthorized_client",
                                  "invalid_scope", "invalid_request",
                                  "moon_not_full"])
def test_error_in_place_of_a_code(crooked, login, code):
    server = crooked(authorize=error(code))
    exit_code, says = ERRORS[code]
    login(exit_code, "does not" if "client" in code else says)
    assert server.places() == ["authorize"]


@pytest.mark.row("Answers", "error at the refresh",
                 "invalid_grant: signed out calmly; the others: session kept")
@pytest.mark.parametrize("code, status, exit_code", [
    ("invalid_grant", 400, Exit.NOBODY),
    ("invalid_client", 401, Exit.USAGE),
    ("invalid_scope", 400, Exit.USAGE),
    ("moon_not_full", 400, Exit.FAILED),
    ("temporarily_unavailable", 503, Exit.UNREACHABLE),
])
def test_error_at_the_refresh(crooked, login, home, code, status, exit_code):
    server = crooked(refresh=error(code, status))
    login()
    home.store(expires_at=1)
    token = home.grantty("token")
    assert (token.returncode, token.stdout) == (exit_code, "")
    assert home.session.exists() == (exit_code != Exit.NOBODY)
    assert 1 <= len(server.at("refresh")) <= 2


@pytest.mark.row("Answers", "redirect on a token request",
                 "not followed, neither with body nor without; asked again")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect(crooked, login, status):
    elsewhere = answer("", status, headers="Location: /elsewhere\r\n")
    server = crooked(poll=[elsewhere, answer(TOKENS)])
    login()
    assert server.places() == ["authorize", "poll", "poll", "profile"]


@pytest.mark.row("Answers", "first success answer of an approved code lost",
                 "asked again once; told plainly; nothing stored")
def test_lost_tokens(home, start_practice, login):
    practice = start_practice("--fault", "drop-token@poll",
                              "--approve-after", "0")
    practice.config(home.config, log={"file": str(home.log)})
    login(Exit.FAILED, "does not accept this code")
    assert practice.calls("POST /v1/device/token") == 2


@pytest.mark.row("Answers", "first success answer lost on the way to a kiosk",
                 "trouble is told; Enter brings a new code; signs in")
def test_lost_tokens_of_a_kiosk(home, start_practice, open_terminal):
    practice = start_practice("--fault", "drop-token@poll",
                              "--approve-after", "0")
    practice.config(home.config, log={"file": str(home.log)})
    screen = open_terminal()
    screen.wait_for("The sign-in did not work")
    screen.keys("Enter")
    screen.wait_for(f"Hello, {PERSON}")
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
    assert len(practice.codes()) == 2
