# SPDX-License-Identifier: MIT
"""What "grantty check" says of healthy servers that others wrote: every line is
true, and there are no others."""

import re

import pytest

import peers
from program import Exit
from test_peers import name_of, start  # a fixture

pytestmark = pytest.mark.full

# These are about the machine.
LOCAL = re.compile(
    r"OK +(configuration|secret|locale|terminal|theme|clock|store|proxy) "
)

LOOKED_AT = (
    "Conformance of SERVER to RFC 8628, as checked by grantty VERSION. Answers "
    "checked: discovery document, device authorization, poll, poll with an "
    "unknown device_code, refresh with an unknown refresh_token."
)

OIDC_PROVIDER = {
    "device": """\
OK    provider              SERVER, device grant, client ID CLIENT
OK    connection            http://SERVER answers
OK    clock_offset          the clock agrees with the provider's
OK    discovery             http://SERVER publishes its endpoints
OK    device_authorization_endpoint  issues codes that are valid for 300 seconds
OK    device_token_endpoint  answers (status 400)
OK    token_endpoint        answers (status 400)
OK    poll                  waits for approval
OK    userinfo_endpoint     answers (status 401)
OK    jwks_uri              has 1 usable key for ID tokens
OK    revocation_endpoint   answers (status 200)

LOOKED_AT
All of them follow the RFC exactly.

All checks passed.
""",
    "code": """\
OK    provider              SERVER, code grant, client ID CLIENT
OK    connection            http://SERVER answers
OK    clock_offset          the clock agrees with the provider's
OK    discovery             http://SERVER publishes its endpoints
OK    authorization_endpoint  answers (status 400)
OK    token_endpoint        answers (status 400)
OK    userinfo_endpoint     answers (status 401)
OK    jwks_uri              has 1 usable key for ID tokens
OK    revocation_endpoint   answers (status 200)

All checks passed.
""",
}

# An unknown token is an error to it (not so in RFC 7009 section 2.2), and a
# missing client is told on a page.
BETTER_AUTH = {
    grant: text.replace("SERVER publishes", "SERVER/api/auth publishes")
    .replace(
        "revocation_endpoint   answers (status 200)",
        "revocation_endpoint   answers (status 400)",
    )
    .replace(
        "authorization_endpoint  answers (status 400)",
        "authorization_endpoint  answers (status 200)",
    )
    for grant, text in OIDC_PROVIDER.items()
}

# It has no ID tokens.
AUTHLIB = {
    grant: re.sub("OK    jwks_uri .*\n", "", text).replace(
        "All of them follow the RFC exactly.",
        "The answers deviate from the RFC in 1 point:\n"
        "- poll with an unknown device_code: has invalid_request instead of "
        "invalid_grant (RFC 6749 section 5.2)",
    )
    for grant, text in OIDC_PROVIDER.items()
}

# It takes a form at one endpoint and JSON at the other.
BETTER_AUTH_ALONE = {
    "device": """\
OK    provider              SERVER, device grant, client ID CLIENT
OK    connection            http://SERVER answers
OK    clock_offset          the clock agrees with the provider's
OK    device_authorization_endpoint  issues codes that are valid for 300 seconds
OK    device_token_endpoint  answers (status 400)
OK    token_endpoint        answers (status 400)
OK    poll                  waits for approval

Conformance of SERVER to RFC 8628, as checked by grantty VERSION. Answers checked: device authorization, poll, poll with an unknown device_code, refresh with an unknown refresh_token.
The answers deviate from the RFC in 2 points:
- refresh with an unknown refresh_token: is an error with status 400 and no error code (RFC 6749 section 5.2)
- refresh with an unknown refresh_token: has no error code instead of invalid_grant (RFC 6749 section 5.2)

All checks passed.
""",
}

# Status 500 is what it answers whatever it does not know; and it approves.
OIDC_MOCK = {
    "device": """\
OK    provider              SERVER, device grant, client ID CLIENT
OK    connection            http://SERVER answers
OK    clock_offset          the clock agrees with the provider's
OK    discovery             http://SERVER publishes its endpoints
OK    device_authorization_endpoint  issues codes that are valid for 3600 seconds
WARN  device_token_endpoint  is having problems (status 500)
                            -> try again later
WARN  token_endpoint        is having problems (status 500)
                            -> try again later
WARN  poll                  issued a token for a code that was never shown; the token could not be revoked and was discarded
                            -> find out who or what approves codes at the provider
OK    jwks_uri              has 1 usable key for ID tokens

Conformance of SERVER to RFC 8628, as checked by grantty VERSION. Answers checked: discovery document, device authorization, poll.
The answers deviate from the RFC in 3 points:
- discovery document: does not list urn:ietf:params:oauth:grant-type:device_code in grant_types_supported (RFC 8414 section 2)
- device authorization: contains secrets without Cache-Control: no-store (RFC 6749 section 5.1)
- poll: issues a token without approval (RFC 8628 section 3.5)
Allowed by the RFC, but worth knowing:
- device authorization: has no verification_uri_complete, so the code must be typed (RFC 8628 section 3.2)

All checks passed, with warnings.
""",
    "code": """\
OK    provider              SERVER, code grant, client ID CLIENT
OK    connection            http://SERVER answers
OK    clock_offset          the clock agrees with the provider's
OK    discovery             http://SERVER publishes its endpoints
WARN  authorization_endpoint  is having problems (status 500)
                            -> try again later
WARN  token_endpoint        is having problems (status 500)
                            -> try again later
OK    jwks_uri              has 1 usable key for ID tokens

All checks passed, with warnings.
""",
}


@pytest.mark.parametrize(
    "kind, grant, expected",
    [
        (kind, grant, text)
        for kind, texts in [
            (peers.OidcProvider, OIDC_PROVIDER),
            (peers.BetterAuth, BETTER_AUTH),
            (peers.BetterAuthAlone, BETTER_AUTH_ALONE),
            (peers.Authlib, AUTHLIB),
            (peers.OidcMock, OIDC_MOCK),
        ]
        for grant, text in texts.items()
    ],
    ids=lambda value: name_of(value) or value.partition("OK")[0],
)
def test_check(home, start, kind, grant, expected):
    server = start(kind, grant)
    run = home.grantty("check")
    assert (run.returncode, run.stderr) == (Exit.DONE, "")
    # Rows are wrapped, wherever names of files and ports happen to end.
    rows = re.sub(r"\n {28}", " ", run.stdout).splitlines()
    said = " ".join(row for row in rows if not LOCAL.match(row))
    version = home.grantty("--version").stdout.split()[1]
    for name, value in {
        "LOOKED_AT": LOOKED_AT,
        "SERVER": server.url.removeprefix("http://"),
        "CLIENT": server.provider()["client_id"],
        "VERSION": version,
    }.items():
        expected = expected.replace(name, value)
    assert said.split() == expected.split()
