# SPDX-License-Identifier: MIT
"""Answers that are wrong, late, endless or not OAuth at all."""

import json
import re
import time

import pytest

from crooked import CODE, PENDING, TOKENS, answer, endless, error, slowly
from practice import CLIENT_SECRET, ENDPOINTS, PERSON
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


# What is no number counts as missing; one that is out of range, as the nearest
# that is not.
NO_NUMBERS = {
    "a string": '"soon"',
    "null": "null",
    "a list": "[1]",
    "a string with a number": '"NUMBER"',
}
TOO_SMALL = {
    "zero": "0",
    "negative": "-5",
    "fraction below one": "0.25",
}
HUGE = {"10^12": "1000000000000", "no double": "1e400"}


def with_number(name, value, right):
    if value is None:
        return answer(code_without(name))
    text = value.replace("NUMBER", str(right))
    return answer(text_with(CODE, name, text))


INTERVALS = {
    "missing": (None, 5),
    **{name: (value, 5) for name, value in NO_NUMBERS.items()},
    **{name: (value, 1) for name, value in TOO_SMALL.items()},
}


@pytest.mark.row("Answers", "interval", "first poll after that time, signs in")
@pytest.mark.parametrize("value, right", INTERVALS.values(), ids=INTERVALS)
def test_interval(crooked, login, value, right):
    server = crooked(authorize=with_number("interval", value, right))
    login(logs=f"polling every {right} s$")
    assert server.places() == ["authorize", "poll", "profile"]
    assert server.gaps_s("authorize", "poll")[0] >= right


@pytest.mark.row("Answers", "interval without end", "no poll before the code expires")
@pytest.mark.parametrize("value", HUGE.values(), ids=HUGE)
def test_huge_interval(crooked, login, value):
    code = code_without("interval", expires_in=2)
    text = f'{answer_text(code)[:-1]}, "interval": {value}}}'
    server = crooked(authorize=answer(text))
    login(Exit.EXPIRED, logs="polling every 300 s$")
    assert server.places() == ["authorize"]


@pytest.mark.row("Answers", "expires_in", "code counts as valid for 5 minutes")
@pytest.mark.parametrize("value", [None, *NO_NUMBERS.values()],
                         ids=["missing", *NO_NUMBERS])
def test_expires_in(crooked, login, value):
    server = crooked(authorize=with_number("expires_in", value, 300))
    login(logs="valid for 5 min")
    assert server.places() == ["authorize", "poll", "profile"]


@pytest.mark.row("Answers", "expires_in below one", "the code expires in a second")
@pytest.mark.parametrize("value", TOO_SMALL.values(), ids=TOO_SMALL)
def test_expired_at_once(crooked, login, value):
    server = crooked(authorize=with_number("expires_in", value, 1))
    login(Exit.EXPIRED, logs="valid for 1 second;")
    assert server.places() == ["authorize"]


@pytest.mark.row("Answers", "expires_in without end", "code counts as valid for a day")
@pytest.mark.parametrize("value", HUGE.values(), ids=HUGE)
def test_huge_expires_in(crooked, login, value):
    server = crooked(authorize=with_number("expires_in", value, 86400))
    login(logs="valid for (24 hours|1 day)")
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


# What may be better the next time.
DAMAGED = {name: wrong for name, wrong in NO_ANSWERS.items()
           if name != "a name twice"}


@pytest.mark.row("Answers", "instead of a code", "asked again, signs in")
@pytest.mark.parametrize("wrong", DAMAGED.values(), ids=DAMAGED)
def test_instead_of_a_code(crooked, login, wrong):
    server = crooked(
        config=IMPATIENT,
        authorize=[wrong, answer(CODE)],
    )
    login()
    assert server.places() == ["authorize", "authorize", "poll", "profile"]


@pytest.mark.row("Answers", "instead of tokens", "asked again later, signs in")
@pytest.mark.parametrize("wrong", DAMAGED.values(), ids=DAMAGED)
def test_instead_of_tokens(crooked, login, wrong):
    server = crooked(
        config=IMPATIENT,
        poll=[wrong, answer(TOKENS)],
    )
    login()
    assert server.places() == ["authorize", "poll", "poll", "profile"]
    assert server.gaps_s("poll")[0] >= 2


@pytest.mark.row("Answers", "a code or tokens with two values for a name",
                 "not asked for again; exit 1 with the name")
@pytest.mark.parametrize("place, name", [("authorize", "device_code"),
                                         ("poll", "access_token")])
def test_ambiguous_answer(crooked, login, place, name):
    server = crooked(**{place: answer(f'{{"{name}": "a", "{name}": "b"}}')})
    login(Exit.FAILED, f'"{name}" appears twice with different values')
    assert server.places().count(place) == 1


@pytest.mark.row("Answers", "instead of a profile", "signed in, asked again")
@pytest.mark.parametrize("wrong", DAMAGED.values(), ids=DAMAGED)
def test_instead_of_a_profile(crooked, login, home, wrong):
    server = crooked(
        config=IMPATIENT,
        profile=[wrong, answer({"name": PERSON})],
    )
    login(says=f"as {PERSON}")
    assert home.stored()["profile"] == {"name": PERSON}
    assert server.places() == ["authorize", "poll", "profile", "profile"]


@pytest.mark.row("Answers", "a profile of two different users",
                 "not asked for again; exit 1 where somebody has to be known")
@pytest.mark.parametrize("policy", [{}, {"allow": {"emails": ["a@b.example"]}},
                                    {"confirm": True}],
                         ids=["any", "allow", "confirm"])
def test_ambiguous_profile(crooked, login, home, policy):
    server = crooked(
        config={"kiosk": policy},
        profile=answer('{"sub": "1", "email": "a@b.example", "sub": "2"}'),
    )
    why = '"sub" appears twice with different values'
    if policy:
        login(Exit.FAILED, why)
    else:
        login()
    assert why in home.logged()
    assert server.places().count("profile") == 1


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
    paces = re.findall(r"asked to slow down: now polling every (\d+) s",
                       home.logged())
    assert paces == ["10", "15", "20"]
    # With a step more each time it would be 74 and longer.
    assert sum(gaps) < 70


# ---- The end

ERRORS = {
    "access_denied": (Exit.DENIED, "was denied"),
    "authorization_declined": (Exit.DENIED, "was denied"),
    "expired_token": (Exit.EXPIRED, "has expired"),
    "invalid_grant": (Exit.FAILED, "no longer accepts this code"),
    "invalid_client": (Exit.USAGE, "does not accept this client"),
    "unauthorized_client": (Exit.USAGE, "does not let this client sign in"),
    "unsupported_grant_type": (Exit.USAGE, "does not support this grant"),
    "invalid_scope": (Exit.USAGE, "does not allow the requested scope"),
    "invalid_request": (Exit.USAGE, "rejected the request as invalid"),
    "moon_not_full": (Exit.FAILED, 'answered with the error "moon_not_full"'),
}


@pytest.mark.row("Answers", "error at the poll",
                 "ends at once with its sentence and exit code, nothing stored")
@pytest.mark.parametrize("code", ERRORS)
def test_error_at_the_poll(crooked, login, code):
    server = crooked(poll=error(code))
    login(*ERRORS[code])
    assert server.places() == ["authorize", "poll"]


@pytest.mark.row("Answers", "the token endpoint is not there",
                 "ends with the third poll, with what the provider says; exit 2")
@pytest.mark.parametrize("status, says", [
    (404, "has nothing"),
    (405, "does not accept a POST request"),
    (415, "does not accept this content type"),
])
def test_dead_end_at_the_poll(crooked, login, status, says):
    server = crooked(poll=answer({"message": "Not here."}, status))
    login(Exit.USAGE, rf"{says} at this address \(status {status}\)",
          logs="Not here")
    assert server.places() == ["authorize", "poll", "poll", "poll"]


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
                 "a session that is over: signed out calmly; else it is kept")
@pytest.mark.parametrize("code, status, exit_code", [
    ("invalid_grant", 400, Exit.NOBODY),
    ("invalid_request", 400, Exit.NOBODY),
    ("interaction_required", 400, Exit.NOBODY),
    ("invalid_scope", 400, Exit.NOBODY),
    ("moon_not_full", 400, Exit.NOBODY),
    ("invalid_client", 401, Exit.USAGE),
    ("unauthorized_client", 400, Exit.USAGE),
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


# ---- What check makes of them


def check(home):
    """The exit code, and the rows by name."""
    run = home.grantty("check", "--json")
    rows = json.loads(run.stdout)["checks"]
    return run.returncode, {row["check"]: row for row in rows}


@pytest.mark.row("Answers", "wrong address of the token endpoint, at check",
                 "FAIL that names the option; exit 1")
@pytest.mark.parametrize("status, says", [
    (404, "has nothing"), (405, "does not accept a POST request"),
    (410, "has nothing"), (415, "does not accept this content type"),
    (501, "does not accept a POST request"),
])
def test_check_of_a_wrong_address(crooked, home, status, says):
    nothing = answer("", status, "text/html")
    crooked(poll=nothing, refresh=nothing)
    code, rows = check(home)
    assert code == Exit.FAILED
    for name in ("device_token_endpoint", "token_endpoint", "poll"):
        assert rows[name]["status"] == "FAIL", rows[name]
        assert f"{says} at this address (status {status})" in (
            rows[name]["detail"]
        )
        assert "provider.token_endpoint is right" in rows[name]["detail"]
    assert rows["userinfo_endpoint"]["status"] == "OK"


KEY = {"kty": "EC", "crv": "P-256",
       "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
       "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
NO_JWKS = {
    "gone": (answer("", 404, "text/html"), "FAIL",
             "(status 404): check whether provider.jwks_uri is right."),
    "moved": (answer("", 302, "text/html",
                     "Location: https://cdn.example/k\r\n"),
              "FAIL", "redirects to cdn.example (status 302), which is not "
              "followed: set provider.jwks_uri to"),
    "away": (answer("", 503, "text/html"), "WARN",
             "at the moment (status 503)."),
    "no JWK set": (answer(json.dumps([KEY])), "FAIL", "is not a JWK Set"),
    "no keys": (answer({"keys": []}), "FAIL",
                "has no usable key for ID tokens"),
    "a short key": (answer({"keys": [{"kty": "RSA", "n": "AQAB",
                                      "e": "AQAB"}]}), "FAIL",
                    "has no usable key for ID tokens"),
    "a key": (answer({"keys": [KEY, {"kty": "oct", "k": "AA"}]}), "OK",
              "has 1 usable key for ID tokens"),
}


@pytest.mark.row("Answers", "the keys of ID tokens, at check",
                 "the way to them is tried, and one that cannot be used named")
@pytest.mark.parametrize("there, status, says", NO_JWKS.values(),
                         ids=NO_JWKS.keys())
def test_check_of_keys(crooked, home, there, status, says):
    server = crooked()
    server.answers["/keys"] = there
    provider = {"jwks_uri": f"{server.url}/keys", "scope": "openid"}
    server.config(home.config, provider=provider)
    code, rows = check(home)
    assert rows["jwks_uri"]["status"] == status, rows["jwks_uri"]
    assert says in rows["jwks_uri"]["detail"]
    assert code == (Exit.FAILED if status == "FAIL" else Exit.DONE)
    # Without an ID token nobody needs them.
    server.config(home.config, provider={**provider, "scope": "profile"})
    assert "jwks_uri" not in check(home)[1]


@pytest.mark.row("Answers", "an error of OAuth with another status, at check",
                 "the endpoint is there")
@pytest.mark.parametrize("status", [401, 403, 404, 410, 422])
def test_check_of_another_status(crooked, home, status):
    known = error("invalid_grant", status)
    crooked(poll=[known, error("authorization_pending")], refresh=known,
            revoke=error("unsupported_token_type", status))
    code, rows = check(home)
    assert code == Exit.DONE
    for name in ("device_token_endpoint", "token_endpoint",
                 "revocation_endpoint"):
        assert (rows[name]["status"], rows[name]["detail"]) == (
            "OK", f"answers (status {status})"
        )


@pytest.mark.row("Answers", "405, 415 and 501 at the revocation, at check",
                 "WARN that the address may be wrong")
@pytest.mark.parametrize("status", [405, 415, 501])
def test_check_of_a_wrong_revocation_address(crooked, home, status):
    crooked(poll=error("authorization_pending"), revoke=answer("", status))
    _, rows = check(home)
    assert rows["revocation_endpoint"]["status"] == "WARN"
    assert f"(status {status})" in rows["revocation_endpoint"]["detail"]


WANTS_JSON = answer("", 415, headers="Accept: application/json\r\n")


@pytest.mark.row("Answers", "415 that names application/json, at check",
                 "asked again as JSON, and so from then on")
@pytest.mark.parametrize("place", ["authorize", "poll", "revoke"])
def test_check_in_json(crooked, home, place):
    answers = {
        "authorize": answer({**CODE, "interval": 1}),
        "poll": error("authorization_pending"),
        "refresh": error("invalid_grant"),
        "revoke": answer({}),
    }
    answers[place] = [WANTS_JSON, answers[place]]
    server = crooked(**answers)
    code, rows = check(home)
    assert code == Exit.DONE
    assert {row["status"] for row in rows.values()} == {"OK"}, rows
    kinds = [r.headers["content-type"] for r in server.requests
             if r.method == "POST"]
    first = kinds.index("application/json")
    assert set(kinds[first:]) == {"application/json"}
    assert kinds[:first] == ["application/x-www-form-urlencoded"] * first


# What the revocation endpoint answers, how often it is asked about tokens, and
# whether they are told as revoked.
REVOCATIONS = {
    "both": ([answer({})], 2, True),
    "no refresh token": ([answer({})], 1, True),
    "gone with the refresh token": (
        [answer({}), error("invalid_request")], 2, True
    ),
    "only the other one": ([error("invalid_request"), answer({})], 2, False),
    "not this client": ([error("invalid_client", 401)], 2, False),
    "invalid_token of the client": ([error("invalid_token", 401)], 2, False),
    "in JSON": ([WANTS_JSON, answer({})], 3, True),
    "in difficulties": ([answer("", 503)], 1, False),
}


@pytest.mark.row("Answers", "a token that nobody has approved, at check",
                 "revoked as at a sign-out, and told truly")
@pytest.mark.parametrize("case", REVOCATIONS)
@pytest.mark.parametrize("at", ["poll", "unknown code"])
def test_check_gets_a_token(crooked, home, case, at):
    revocations, times, revoked = REVOCATIONS[case]
    granted = answer({
        name: value for name, value in TOKENS.items()
        if name != "refresh_token" or case != "no refresh token"
    })
    pending = error("authorization_pending")
    polls = [error("invalid_grant"), granted]
    if at == "unknown code":
        polls = [granted, pending]
    server = crooked(poll=polls, refresh=error("invalid_grant"),
                     revoke=list(revocations))
    _, rows = check(home)
    row = rows["poll" if at == "poll" else "device_token_endpoint"]
    assert row["status"] == "WARN"
    assert ("the token was revoked" in row["detail"]) == revoked
    assert ("could not be revoked" in row["detail"]) != revoked
    # And once with a token that is none.
    assert len(server.at("revoke")) == times + 1
    assert not home.session.exists()


@pytest.mark.row("Answers", "unauthorized_client, at check",
                 "FAIL for who may not sign in; WARN for no renewal")
@pytest.mark.parametrize("place, status, outcome", [
    ("poll", 400, "FAIL"), ("refresh", 401, "FAIL"), ("refresh", 400, "WARN"),
])
def test_check_of_an_unauthorized_client(crooked, home, place, status,
                                         outcome):
    answers = {"poll": [error("invalid_grant"),
                        error("authorization_pending")],
               "refresh": error("invalid_grant")}
    answers[place] = error("unauthorized_client", status)
    crooked(**answers)
    code, rows = check(home)
    assert rows["client"]["status"] == outcome
    assert code == (Exit.FAILED if outcome == "FAIL" else Exit.DONE)
    words = rows["client"]["detail"] + rows["client"]["advice"]
    assert ("CLIENT_SECRET" if outcome == "FAIL" else "refresh token") in words


# ---- The session


PROSE = answer({"message": "That did not work."}, 400)


@pytest.mark.row("Answers", "session over while its token is good",
                 "good token printed; over at the latest with the token")
@pytest.mark.parametrize("answered, ends_at_once", [
    (error("invalid_grant"), True),
    (error("interaction_required"), True),
    (PROSE, False),
], ids=["invalid_grant", "interaction_required", "prose"])
def test_session_over_before_its_token(crooked, login, home, answered,
                                       ends_at_once):
    server = crooked(refresh=answered)
    login()
    token = home.grantty("token")
    assert (token.returncode, token.stdout.strip()) == (
        Exit.DONE, TOKENS["access_token"]
    )
    assert not server.at("refresh")
    # Wanted for longer than it is good, so that it has to be renewed.
    wanted = home.grantty("token", "--min-valid", "7200")
    assert wanted.stdout == ""
    assert server.at("refresh")
    assert home.session.exists() != ends_at_once
    if ends_at_once:
        assert wanted.returncode == Exit.NOBODY
        assert 'run "grantty login"' in wanted.stderr
        return
    # A sentence may mean anything: the token is not thrown away for it.
    assert wanted.returncode == Exit.FAILED
    assert "Cannot refresh the access token" in wanted.stderr
    assert home.grantty("token").stdout == token.stdout
    home.store(expires_at=1)
    over = home.grantty("token")
    assert (over.returncode, over.stdout) == (Exit.NOBODY, "")
    assert 'run "grantty login"' in over.stderr
    assert not home.session.exists()


@pytest.mark.row("Answers", "401 at the revocation",
                 "signed out here; not told as signed out at the provider")
@pytest.mark.parametrize("code", ["invalid_client", "invalid_token",
                                  "unauthorized_client"])
@pytest.mark.parametrize("secret", [None, CLIENT_SECRET],
                         ids=["public", "confidential"])
def test_401_at_the_revocation(crooked, login, home, code, secret):
    server = crooked(revoke=error(code, 401))
    server.config(home.config, provider={"client_secret": secret},
                  log={"file": str(home.log)})
    login()
    run = home.grantty("logout")
    assert run.returncode == Exit.DONE
    assert "The tokens could not be revoked" in run.stdout
    assert "not revoked: " in home.logged() + run.stderr
    assert "auth_method" in home.logged() + run.stderr
    assert len(server.at("revoke")) == 2
    assert home.grantty("status").returncode == Exit.NOBODY


@pytest.mark.row("Answers", "discovery is put off for an hour, at token",
                 "a good token is printed; else exit 6 at once, and when to "
                 "try again; nobody is signed out")
@pytest.mark.parametrize("status", [429, 503])
def test_discovery_put_off(crooked, login, home, status):
    server = crooked()
    places = ["/.well-known/openid-configuration",
              "/.well-known/oauth-authorization-server"]
    server.answers[places[0]] = answer({
        "issuer": server.url,
        "device_authorization_endpoint": f"{server.url}/device_authorization",
        "token_endpoint": f"{server.url}/token"})
    server.config(home.config, log={"file": str(home.log)}, provider={
        "issuer": server.url, **dict.fromkeys(ENDPOINTS["plain"])})
    login()
    home.session.with_name(f"{home.session.name}.discovery").unlink()
    for place in places:
        server.answers[place] = answer("", status, "text/html",
                                       "Retry-After: 3630\r\n")
    # A token that is good needs nobody.
    asked = len(server.requests)
    run = home.grantty("token")
    assert (run.returncode, run.stdout.strip()) == (
        Exit.DONE, TOKENS["access_token"]
    )
    assert len(server.requests) == asked
    home.store(expires_at=1)
    began_s = time.monotonic()
    run = home.grantty("token")
    assert (run.returncode, run.stdout) == (Exit.UNREACHABLE, "")
    assert f"(status {status}). Try again in 1 h" in run.stderr
    assert time.monotonic() - began_s < 10
    assert home.grantty("status").returncode == Exit.DONE
    # Signing out does not wait for it, either.
    run = home.grantty("logout")
    assert run.returncode == Exit.DONE
    assert "not revoked: 127.0.0.1" in run.stderr
    assert time.monotonic() - began_s < 15


@pytest.mark.row("Answers", "an unsafe endpoint in the discovery document",
                 "one that is not needed is ignored, with a warning")
def test_unsafe_endpoint(crooked, login, home):
    place = "/.well-known/openid-configuration"
    server = crooked()
    server.answers[place] = answer({
        "issuer": server.url,
        "device_authorization_endpoint": f"{server.url}/device_authorization",
        "token_endpoint": f"{server.url}/token",
        "userinfo_endpoint": f"{server.url}/userinfo",
        "revocation_endpoint": "http://id.example/revoke",
        "jwks_uri": "ftp://id.example/keys",
    })
    server.config(
        home.config,
        provider={"issuer": server.url, "scope": "profile",
                  **dict.fromkeys(ENDPOINTS["plain"])},
        log={"file": str(home.log)},
    )
    login(says="Signed in to")
    ignored = "ignored because not safe to use: revocation_endpoint, jwks_uri"
    warnings = [line for line in home.logged().splitlines()
                if ignored in line]
    assert len(warnings) == 1
    assert " warn" in warnings[0].lower()
    report = " ".join(home.grantty("check").stdout.split())
    assert ignored in report
    assert "does not support revocation" in home.grantty("logout").stdout
    assert not [r for r in server.requests if "id.example" in r.target]


@pytest.mark.row("Answers", "an unsafe endpoint that is needed",
                 "nobody is asked to approve; login, check and kiosk say so")
@pytest.mark.parametrize("name, changes", [
    ("userinfo_endpoint", {"kiosk": {"allow": {"emails": ["a@b.example"]}}}),
    ("userinfo_endpoint", {"kiosk": {"confirm": True}}),
    ("token_endpoint", {}),
    ("device_authorization_endpoint", {}),
    ("jwks_uri", {"provider": {"scope": "openid"}}),
    ("authorization_endpoint", {"grant": "code"}),
], ids=["allow", "confirm", "token", "device", "openid", "code"])
def test_unsafe_needed_endpoint(crooked, login, home, open_terminal, name,
                                changes):
    server = crooked()
    endpoints = {
        "device_authorization_endpoint": f"{server.url}/device_authorization",
        "token_endpoint": f"{server.url}/token",
        "userinfo_endpoint": f"{server.url}/userinfo",
        "authorization_endpoint": f"{server.url}/authorize",
        "jwks_uri": f"{server.url}/keys",
        name: f"http://id.example/{name}",
    }
    server.answers["/.well-known/openid-configuration"] = answer(
        {"issuer": server.url, **endpoints})
    changes = {**changes, "provider": {
        "issuer": server.url, "scope": "profile",
        **dict.fromkeys(ENDPOINTS["plain"]), **changes.get("provider", {})}}
    server.config(home.config, log={"file": str(home.log)}, **changes)
    login(Exit.USAGE, f"publishes a {name} that is not safe to use")
    check = home.grantty("check")
    assert check.returncode == Exit.FAILED
    said = " ".join(check.stdout.split())
    assert f"publishes a {name} that is not safe to use" in said
    screen = open_terminal(columns=240)
    screen.wait_for(f"publishes a {name} that is not safe to use")
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
    # The check alone has asked for a code.
    asked = server.at("authorize")
    assert len(asked) == (name == "userinfo_endpoint")


@pytest.mark.row("Answers", "a status of the authorization endpoint",
                 "check says nothing false: it was asked without parameters")
@pytest.mark.parametrize("status, outcome, says", [
    (200, "OK", "answers (status 200)"),
    (302, "OK", "answers (status 302)"),
    (303, "OK", "answers (status 303)"),
    (307, "OK", "answers (status 307)"),
    (400, "OK", "answers (status 400)"),
    (401, "OK", "answers (status 401)"),
    (403, "OK", "answers (status 403)"),
    (405, "OK", "answers (status 405)"),
    (404, "WARN", "may not exist (status 404 for a request without"),
    (410, "WARN", "may not exist (status 410 for a request without"),
    (500, "WARN", "is having problems (status 500)"),
])
def test_check_of_the_authorization_endpoint(crooked, home, status, outcome,
                                             says):
    server = crooked()
    where = "Location: https://login.example/?error=s\r\n"
    server.answers["/authorize"] = answer(
        "", status, headers=where if status // 100 == 3 else "")
    server.config(home.config, grant="code", provider={
        "authorization_endpoint": f"{server.url}/authorize"})
    rows = {row["check"]: row
            for row in json.loads(home.grantty("check", "--json").stdout)
            ["checks"]}
    row = rows["authorization_endpoint"]
    assert (row["status"], row["detail"][:len(says)]) == (outcome, says)
    assert "login.example" not in json.dumps(row)


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
    login(Exit.FAILED, "no longer accepts this code")
    assert practice.calls("POST /v1/device/token") == 2


@pytest.mark.row("Answers", "first success answer lost on the way to a kiosk",
                 "trouble is told; Enter brings a new code; signs in")
def test_lost_tokens_of_a_kiosk(home, start_practice, open_terminal):
    practice = start_practice("--fault", "drop-token@poll",
                              "--approve-after", "0")
    practice.config(home.config, log={"file": str(home.log)})
    screen = open_terminal()
    screen.wait_for("The sign-in failed")
    screen.keys("Enter")
    screen.wait_for(f"Hello, {PERSON}")
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE
    assert len(practice.codes()) == 2
