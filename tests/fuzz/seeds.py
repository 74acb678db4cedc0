# SPDX-License-Identifier: MIT
"""What the fuzzers begin with: written into a folder for each harness, most of
it from what the tests have anyway (transcripts, themes, the README).
"""

import base64
import json
import pathlib
import re
import struct
import urllib.parse

SOURCE = pathlib.Path(__file__).resolve().parents[2]

STATUSES = [200, 400, 401, 403, 404, 408, 428, 429, 500, 503, 302, 0]
TYPES = {"json": "a", "form": "b", "text": "c"}
SECRETS = {"device_code": "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS",
           "access_token": "YTExNWYyNmUtOTMw", "access_token_2": "ZDI3MGEyYzQ",
           "refresh_token": "MDEyMzQ1Njc4OTAx", "refresh_token_2": "OTg3NjU0",
           "client_id": "screen", "client_secret": "5ecret", "basic": "x"}


def letter(number):
    return chr(ord("a") + number)


def transcripts():
    """Each with what it extends, in the order of the presets."""
    folder = SOURCE / "tests" / "transcripts"
    files = {path.name: json.loads(path.read_text())
             for path in sorted(folder.glob("*.json"))}

    def whole(name):
        own = files[name]
        base = whole(own["extends"]) if "extends" in own else {}
        return {**own, **{section: {**base.get(section, {}),
                                    **own.get(section, {})}
                          for section in ("values", "answers", "endings")}}

    return [whole(name) for name in files]


def expand(value, values):
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}",
                      lambda m: expand(str(values.get(m[1], m[1])), values),
                      value)
    if isinstance(value, list):
        return [expand(item, values) for item in value]
    if isinstance(value, dict):
        return {name: expand(item, values) for name, item in value.items()}
    return value


def reply(transcript, answer):
    """(status letter, type letter, body) of an answer."""
    values = {**SECRETS, **transcript["values"]}
    kind = next(k for k in TYPES if k in answer)
    content = expand(answer[kind], values)
    if kind == "json":
        content = json.dumps(content, separators=(",", ":"))
    elif kind == "form":
        content = urllib.parse.urlencode(content)
    status = answer.get("status", 200)
    index = STATUSES.index(status) if status in STATUSES else 1
    return letter(index), TYPES[kind], content


def answers():
    """Every answer, without doubles."""
    return sorted({reply(transcript, answer) for transcript in transcripts()
                   for answer in transcript["answers"].values()})


ENDPOINTS = {"issuer": "https://id.example",
             "device_authorization_endpoint": "https://id.example/device",
             "token_endpoint": "https://id.example/token",
             "authorization_endpoint": "https://id.example/authorize",
             "userinfo_endpoint": "https://id.example/userinfo",
             "revocation_endpoint": "https://id.example/revoke",
             "jwks_uri": "https://id.example/keys",
             "token_endpoint_auth_methods_supported": ["client_secret_post"],
             "authorization_response_iss_parameter_supported": True}

PROFILES = [{"displayName": "Ada", "emails": ["a@b.example"], "orgId": "7"},
            {"sub": "7", "name": "Ada", "email": "a@b.example",
             "address": {"locality": "London"}},
            {"login": "ada", "a": [1, 2.5, None, True, {"b": [[[]]]}]},
            {"name": "\u202e\u200b\u0301", "x": {"y": {"z": {}}}}]

CLAIMS = {"iss": "https://id.example", "sub": "7", "aud": "screen",
          "exp": 1800000600, "iat": 1799999990, "nonce": "n"}

CONF = """provider : { preset = "okta"; issuer = "https://id.example.org";
 token_endpoint = "https://a.example/3"; client_id = "C 1";
 scope = "a \\"b\\" \\\\ c"; audience = "// # /* */";
 extra = ( { name = "prompt"; value = "none"; } );
 verification_hosts = [ "*.wbx2.com", "example.org" ]; };
grant = "code"; redirect_uri = "http://[::1]:8080/";
network = { proxy = "none"; request_timeout_s = 0x12c; };
kiosk : { start = "key"; renewals = 1000; lock = true;
  allow : { emails = [ "a@b.c" ]; claims = ( { name = "o"; value = "7"; } ); };
};
screen : { title = "Gr\u00fc\u00dfe"; profile_fields = ( "Name", "emails.0" );};
log : { syslog = true; level = "debug"; }; # comment
"""

CONF_LINES = ["provider.client_id\nC1", "kiosk.renewals\n3", "grant\ncode",
              "session.resume\nfalse", "screen.profile_fields\nName"]

URLS = ["https://webexapis.com/v1/authorize?client_id=C1&response_type=code"
        "&redirect_uri=http%3A%2F%2F127.0.0.1%3A2000%2Fredirect.html"
        "&scope=spark%3Aall%20spark%3Akms&state=set_state_here",
        "https://id.example/authorize?client_id=a&response_type=code"
        "&redirect_uri=http://localhost/&code_challenge=x&prompt=none"]

RECORD = {"version": 1, "provider": "webex", "access_token": "AT \"1\"",
          "refresh_token": "RT", "expires_at": 1800000000,
          "refresh_expires_at": 1900000000, "scope": "a b",
          "token_type": "Bearer", "profile": {"name": "J\u00fcrg"},
          "refreshing": True, "signing_out": True}

PENDING = {"version": 1, "device_code": "D", "user_code": "AB-CD",
           "verification_uri": "https://id.example/verify",
           "expires_in": 300, "interval": 5, "code_verifier": "V",
           "expires_at": 1800000100}

STATE = "0123456789abcdef"
QUERIES = [f"code=abc&state={STATE}", f"error=access_denied&state={STATE}",
           f"code=abc&state={STATE}&iss=https%3A%2F%2Fid.example",
           f"http://127.0.0.1:2000/redirect.html?code=a&state={STATE}#x",
           f"error=server_error&error_description=no&state={STATE}",
           f"code=abc&code=abc&state={STATE}", "state=x&code=y"]

# What the listener hears; "~" is its port.
REQUESTS = [f"GET /redirect.html?{query} HTTP/1.1\r\nHost: 127.0.0.1:~\r\n"
            f"{header}\r\n" for query in QUERIES[:5] for header in
            ("", "Sec-Fetch-Mode: navigate\r\n", "Sec-Fetch-Dest: iframe\r\n")]
REQUESTS += ["POST /redirect.html?code=a HTTP/1.1\r\nHost: 127.0.0.1:~\r\n"
             "Content-Length: 3\r\n\r\na=b", "GET / HTTP/1.0\r\n\r\n",
             "GET /redirect.html?code=a HTTP/1.1\r\nHost: evil:~\r\n\r\n",
             REQUESTS[0] * 2, REQUESTS[0].replace("\r\n", "\n"),
             "HEAD /redirect.html?code=a HTTP/1.1\r\nHost: localhost:~"
             "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "\x16\3\1"]

KEYS = ["?", "z", "q\n", "n\nn", "\x1b[200~http://127.0.0.1/?code=1\x1b[201~",
        "\x1b[A\x1b[B\x1bOA\x1b[5~\x1b[6~", "t\x1b[B \x1b[C\n\x1b", "p",
        "v" + "abc=?&" * 20 + "\r", "\x1b\n\x1b\n", "\x1b[200~a\n\x1b[20\n1~",
        "\xff\xfe\x9b31m", "\x03", "\x0c", "a/b\x7f\x7f\r", "s",
        # What terminals say by themselves.
        "\x1b]11;rgb:3030/3434/4646\x1b\\", "\x1bP>|kitty(0.35.2)\x1b\\",
        "\x1bP>|XTerm(390)\x1b\\", "\x1b_Gi=31;OK\x1b\\", "\x1b[M yq",
        "\x1b\n[A", "\x1b[<0;10;5M\x1b[I", "\x1b[121;1:3u\x1b[27;5;99~",
        "\x1bOM\x1b[1;5A\x1b[[A\x1bNy\x1b(B", "\x9d11;y\x9c\x9b?1;2c"]

DEVICE = "POST|/device_authorization|client_id=practice-public&scope=openid"
CALLS = [f"{DEVICE}\nGET|/device\nGET|/control",
         f"{DEVICE}\nPOST|/token|grant_type=urn%3Aietf%3Aparams%3Aoauth%3A"
         "grant-type%3Adevice_code&device_code=x&client_id=practice-public",
         f"{DEVICE}&device_name=%1b[2J\nGET|/device?user_code=ABCD-EFGH",
         "POST|/device|user_code=A&form_token=b&decision=approve"
         "|ohttp://127.0.0.1:8628|c0123456789abcdef0123456789abcdef",
         "GET|/v1/people/me||aBearer x\nGET|/userinfo||aBearer y",
         "POST|/revoke|token=x|aBasic cHJhY3RpY2U6cHJhY3RpY2Utc2VjcmV0",
         "POST|/control|approve=*|aBearer x\nGET|/||hevil.example",
         "POST|/v1/device/authorize|client_id=practice&scope=spark%3Aall"
         "|aBasic cHJhY3RpY2U6cHJhY3RpY2Utc2VjcmV0\nGET|/verify?userCode=x",
         "POST|/token|grant_type=refresh_token&refresh_token=x"
         "&client_id=practice-public\nPUT|/token\nGET|/nothing",
         "GET|/.well-known/openid-configuration\nGET|/"
         ".well-known/oauth-authorization-server"]

# HTTP answers as they come over the wire.
ANSWERS = ["HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
           "Content-Length: 7\r\n\r\n{\"a\":1}",
           "HTTP/1.1 429 X\r\nRetry-After: 2\r\nDate: Mon, 30 Nov 2026 "
           "10:00:00 GMT\r\nContent-Length: 0\r\n\r\n",
           "HTTP/1.1 429 X\r\nRetry-After: Mon, 30 Nov 2026 10:00:09 GMT\r\n"
           "Connection: close\r\n\r\nx",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
           "5;x=y\r\nabcde\r\n0\r\nTrailer: x\r\n\r\n",
           "HTTP/1.1 302 Found\r\nLocation: ../b?c#d\r\nContent-Length: 0"
           "\r\n\r\n", "HTTP/1.0 415 X\r\nAccept-Post: application/json"
           "\r\nAccept: text/html\r\n\r\n",
           "HTTP/1.1 401 X\r\nDPoP-Nonce: n0nce\r\nCache-Control: no-store"
           "\r\nKeep-Alive: timeout=5, max=1\r\nContent-Length: 2\r\n\r\n{}",
           "HTTP/1.1 200 O\n Content-Length: 2\r\n\r\nab",
           "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 408 X\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20"
           "\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\3\3\0\0\0\0\0\0\0\0\0",
           "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\nContent-Length: 1\r\n"
           "Content-Length: 2\r\n\r\nab", "220 mail.example ESMTP\r\n",
           "HTTP/21 0.1 X\r\n\r\n", ""]

# A screen: how the QR code is drawn; then in each line rows, columns, which
# screen, flags, numbers and times, a key; and the texts of the model.
WORDS = ("Sign in|Webex|lobby-3|Waiting|WDJB-MJHT|device|device?code=WDJB-MJHT|"
         "It did not work.|Trying again.|It was denied.|a line|")
CODE_GRANT = 32
SCREEN_SIZES = [(24, 80), (5, 20), (12, 40), (40, 120), (67, 240), (1, 1),
                (30, 100), (20, 60), (15, 50)]


def screens():
    """Each screen at each size, alone and one after another."""
    def line(rows, columns, screen, flags=0, key=0):
        head = [rows - 1, columns - 1, ord(screen) - ord("a"), flags]
        return (bytes((ord("a") + n) % 256 for n in head) +
                ("bfeeiie" + letter(key) + WORDS).encode() +
                json.dumps(PROFILES[1]).encode())

    for rows, columns in SCREEN_SIZES:
        for screen in "abcde":
            yield b"a" + line(rows, columns, screen)
        yield b"a" + line(rows, columns, "b", CODE_GRANT)
        for key in range(1, 5):
            yield b"b" + line(rows, columns, "d", key=key)
        yield b"c" + b"\n".join(line(rows, columns, screen)
                                for screen in "bcdedb")
    for mode in "abcdef":
        yield mode.encode() + b"\n".join(line(rows, columns, "b")
                                         for rows, columns in SCREEN_SIZES[:6])


TEXTS = ["plain", "a\x1b[31mred\x07", "\u202eevil\u2066", "e\u0301\u0301\u0301",
         "\u65e5\u672c\u8a9e", "\U0001f469\u200d\U0001f680", "a b  c d" * 30,
         "\udc80".encode("utf-8", "surrogatepass").decode("latin-1"),
         "-9223372036854775808", "https://id.example/" + "a.b/" * 30, "\n\t\0"]


DPOP_CALLS = ["GET https://api.example/v1/me", "POST http://[::1]:8/?a=b n0nce",
              "get https://a.example/#x", "PUT ftp://x/", "GET"]


def samples():
    """The C strings of jose_samples.h, by their names."""
    text = (SOURCE / "tests" / "unit" / "jose_samples.h").read_text()
    found = re.findall(r'static const char (\w+)\[\] =((?:\s*".*")+);', text)
    return {name: "".join(json.loads(part) for part in
                          re.findall(r'"(?:[^"\\]|\\.)*"', strings))
            for name, strings in found}


def id_tokens():
    found = samples()
    jws = [v for k, v in found.items() if re.match("jws|rfc_[re]s256", k)]
    keys = [v for k, v in found.items() if k.startswith("jwk_")]
    claims = json.dumps(CLAIMS)
    forged = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return ([f"a{token}" for token in jws + [f"{forged}.e30."]] +
            [f"b{token}\n" + json.dumps({"keys": [json.loads(key)]})
             for token, key in zip(jws, keys)] +
            [f"c{claims}\n", f"c{claims}\n{json.dumps(PROFILES[1])}"])


# What a visit is to be like, in the order in which fuzz_visit.c and
# tests/unit/walk.c choose it, and the plain choice: a kiosk that shows a code at
# once, at a provider with a userinfo endpoint, with nobody signed in before.
CHOICES = {"provider": 0, "late": 1, "claims": 0, "userinfo": 0, "refresh": 1,
           "token_life": 0, "code_life": 1, "no_openid": 1, "no_jwks_uri": 0,
           "no_userinfo": 0, "revokes": 1, "not_found": 1, "device": 1,
           "no_dpop": 1, "kiosk": 1, "starts": 1, "fresh": 1, "prompt": 1,
           "renewals": 0, "stays": 1, "everybody": 1, "unasked": 1,
           "kept": 4, "fault": 4, "seed": 0}
RETRIES_S = [-1, 0, 1, 30, 3600]

# What happens: see happen() in fuzz_visit.c and walk_happen().
TURN, TURNS, MINUTE, BRING, FIND = "a", "b", "c`", "d", "e"
START, CANCEL, SIGN_OUT, TOUCH, CLOCK = ("fj" + key for key in "acdef")
APPROVE, DENIED, BACK, LOCKED, FULL = "fh", "fabaab", "fcb", "fda", "fdb"
LATER, EARLIER, CRASH, ASLEEP = "ffb`", "ffba", "fgaa", "fgb`"


def visit(events, lines=(), **choices):
    chosen = {**CHOICES, **choices}
    assert list(chosen) == list(CHOICES), choices
    first = "".join(map(letter, chosen.values()))
    return "\n".join([first + events, *lines])


def presets():
    """Their names, in their order."""
    text = (SOURCE / "src" / "conf" / "presets.c").read_text()
    return re.findall(r'^\t\t\.name = "(.*)",$', text, re.MULTILINE)


def signed_in_as_written():
    """Every ending of every transcript."""
    names = presets()
    for transcript in transcripts():
        if "preset" not in transcript:
            continue
        for ending in transcript["endings"].values():
            events, lines = START, []
            for step in ending["steps"]:
                name, value = next(iter(step.items()))
                events += SIGN_OUT if name == "person" else TURN + TURN
                if name == "person":
                    continue
                given = transcript["answers"][value]
                wait_s = given.get("retry_after_s", -1)
                wait_s = wait_s if wait_s in RETRIES_S else 1
                lines.append("b" + letter(6 if "dpop_nonce" in given else
                                          RETRIES_S.index(wait_s)) +
                             "".join(reply(transcript, given)))
            yield visit(events, lines, starts=0,
                        provider=1 + names.index(transcript["preset"]))


def signed_in_by_rules():
    """Of those that are set up in other ways: with and without each of what
    decides about a person, and with both grants."""
    device, code = TURNS + APPROVE + TURNS, BACK + TURNS
    for choices in ({}, {"no_openid": 0}, {"no_openid": 0, "no_jwks_uri": 1},
                    {"no_userinfo": 1}, {"no_userinfo": 1, "no_openid": 0},
                    {"no_userinfo": 1, "no_openid": 0, "no_jwks_uri": 1},
                    {"not_found": 0}, {"no_dpop": 0}, {"kept": 0, "fresh": 0},
                    {"kept": 3, "fresh": 0, "fault": 0}, {"kiosk": 0}):
        for judged in ({}, {"everybody": 0, "claims": 1, "userinfo": 1},
                       {"everybody": 0, "claims": 2, "userinfo": 2},
                       {"unasked": 0}, {"unasked": 0, "claims": 3}):
            for device_grant, events in ((1, device), (0, code)):
                yield visit(TURNS + events + START + TURN + SIGN_OUT + TURNS,
                            **choices, **judged, device=device_grant)


def other_visits():
    """Faults, clocks, and answers that are made from what the input says."""
    granted = 'caaa"expires_in":60,"id_token":"~","refresh_token":"r",'
    code = 'caaa"expires_in":300,"interval":5,'
    yield visit(TURN * 6, [code, granted, 'caaa"email":"ada@example.com",'])
    yield visit(TURN * 9, [code, granted, "cab", granted, "cda"], no_openid=0)
    yield visit(TURNS + BRING + TURNS, ["code=x&state=y"], device=0)
    yield visit(FIND + CRASH + TURNS, [json.dumps(PENDING)])
    yield visit(TURNS, ["baaa" + json.dumps(ENDPOINTS)], not_found=0)
    yield visit(TURN * 4 + CRASH + TURNS + APPROVE + TURNS)
    yield visit(TURNS + LATER + CLOCK + ASLEEP + CLOCK + EARLIER + CLOCK)
    yield visit(TURNS + APPROVE + TURNS + LOCKED + SIGN_OUT + MINUTE + LOCKED)
    yield visit(TURNS + DENIED + TURNS + CANCEL + START + FULL + TOUCH, kept=2)


def all_seeds():
    replies = answers()
    providers = [letter(i) for i in range(len(transcripts()))]
    plain = [status + kind + body for status, kind, body in replies]
    each = [providers[i % len(providers)] + reply
            for i, reply in enumerate(plain)]
    found = json.dumps(ENDPOINTS)
    return {
        "device": [label + reply for reply in plain for label in "am"],
        "token": ["a" + reply for reply in each] +
                 ["b" + reply[0] + "n0nce\n" + reply[1:].replace("Bearer", kind)
                  for reply in each for kind in ("Bearer", "DPoP")] +
                 ["ba" + "n0nce\n" + 'ba{"error":"use_dpop_nonce"}'] +
                 ["ca" + call for call in DPOP_CALLS],
        "error": [providers[i % len(providers)] + letter(i % 5) + reply
                  for i, reply in enumerate(plain)],
        "conformance": [providers[i % len(providers)] + probe + reply
                        for i, reply in enumerate(plain) for probe in "bcde"] +
                       ["aaaa" + found, "aaba" + found],
        "http": [method + fresh + ends + "aaa" + answer
                 for answer in ANSWERS for method in "ab" for fresh in "ab"
                 for ends in "ab"],
        "screens": screens(),
        "client_auth": [auth + words for auth in "abcd" for words in
                        ("screen\n5ecret", "a:b %&+\nc:d=\u00fc%3A",
                         "\u65e5\u672c\n\"\\{}")],
        "listener": [clients + cut + shuts + request
                     for request in REQUESTS for clients in "ac"
                     for cut in "aZ" for shuts in "ab"],
        "discovery": ["aaa" + found, "baa" + found, "aaa{}", "aeaNot found"],
        "id_token": id_tokens(),
        "profile": ["a" + keys + "\n" + path + "\n" + json.dumps(profile)
                    for profile in PROFILES
                    for keys, path in (("babcdefghij", ""),
                                       ("ebjbjbdc", "emails.0"))],
        "form": ["aname\nvalue &=%", "ba=b&c=%20d+e&f&%zz=1",
                 *("c" + url for url in URLS), "chttp://u@[::1]:80/?x",
                 *("b" + body for _, kind, body in replies if kind == "b")],
        "text": ["e" + flags + "Z" + text
                 for text in TEXTS for flags in "afh"],
        "conf": ["a" + CONF, *("b" + line for line in CONF_LINES),
                 *("c" + url for url in URLS),
                 "dexport CLIENT_SECRET = '5ecret # x' # comment\n"],
        "theme": [path.read_text()
                  for path in sorted((SOURCE / "themes").glob("*.theme"))],
        "session_record": [kind + json.dumps(RECORD) for kind in "ab"] +
                  ['b{"version":1,"sealed":"AAAA"}', 'a{"version":2}',
                   # Two values for "sub".
                   'a{"version":1,"provider":"p","access_token":"t",'
                   '"profile":{"sub":"1","sub":"2"}}'],
        "pending": [provider + ours + json.dumps({**PENDING, **more})
                    for provider in "abcm" for ours in "ab"
                    for more in ({}, {"boot": "b", "expires_ms": 20000},
                                 {"boot": "c", "expires_ms": 20000})],
        "redirect": ["a" + query for query in QUERIES] +
                    [f"bGET\n{host}\n/redirect.html?{query}"
                     for query in QUERIES
                     for host in ("127.0.0.1:2000", "[::1]:2000")],
        "keys": [screen + keys for keys in KEYS for screen in "bcfkn"],
        "journal": ["fbone line\nGRANTTY_ERROR=x\naaPRIORITY=0\nfatwo\n"
                    "eagoogle\ngbthree\n"],
        "hook": ["ab" + profile + "\naaaprinted\nfb" + rest
                 for profile in ('{"sub": "7", "name": "Ada"}',
                                 '{"emails": ["a@b.c"], "id": 7}')
                 for rest in ("ca", "fd", "aklong\nfcca", "db", "feea",
                              "b{}\nb{}\ncacaca")],
        # Glyphs of 8x16, 256 or 512 of them, and a map of some.
        "vt_font": [b"aabi" + count + b"aa" + b"".join(
                        struct.pack("<HH", character, glyph)
                        for glyph, character in enumerate(characters))
                    for count in (b"i", b"q")
                    for characters in (range(0x20, 0x60),
                                       (*range(0x2500, 0x25a0), 0x2580))],
        "key_parser": [mode + keys for keys in KEYS for mode in "ab"],
        "practice": CALLS,
        # Written, pushed, taken and dropped, in turns.
        "tty_output": [speed + turns for speed in "abcd" for turns in
                       ("azcadz", "bzcabzcabzcadzca", "bzbzcaekcadzca",
                        "azazeacadz", "bzcadcdcdcdccacaca")],
        "visit": [*signed_in_as_written(), *signed_in_by_rules(),
                  *other_visits()],
    }


def write(folder):
    """Returns the folders, by harness."""
    folders = {}
    for name, seeds in all_seeds().items():
        folders[name] = folder / name
        folders[name].mkdir(parents=True, exist_ok=True)
        for i, seed in enumerate(seeds):
            data = seed if isinstance(seed, bytes) else \
                seed.encode("utf-8", "surrogateescape")
            (folders[name] / f"seed-{i:03}").write_bytes(data)
    return folders
