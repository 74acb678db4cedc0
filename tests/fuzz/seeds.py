# SPDX-License-Identifier: MIT
"""What the fuzzers begin with: written into a folder for each harness, most of
it from what the tests have anyway (transcripts, themes, the README).
"""

import base64
import json
import pathlib
import re
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
        return {section: {**base.get(section, {}), **own.get(section, {})}
                for section in ("values", "answers")}

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


def answers():
    """(status letter, type letter, body) of every answer, without doubles."""
    found = []
    for transcript in transcripts():
        values = {**SECRETS, **transcript["values"]}
        for answer in transcript["answers"].values():
            kind = next(k for k in TYPES if k in answer)
            content = expand(answer[kind], values)
            if kind == "json":
                content = json.dumps(content, separators=(",", ":"))
            elif kind == "form":
                content = urllib.parse.urlencode(content)
            status = answer.get("status", 200)
            index = STATUSES.index(status) if status in STATUSES else 1
            found.append((letter(index), TYPES[kind], content))
    return sorted(set(found))


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
          "refreshing": True}

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

KEYS = ["?", "z", "q\n", "n\nn", "\x1b[200~http://127.0.0.1/?code=1\x1b[201~",
        "\x1b[A\x1b[B\x1bOA\x1b[5~\x1b[6~", "t\x1b[B \x1b[C\n\x1b", "p",
        "v" + "abc=?&" * 20 + "\r", "\x1b\n\x1b\n", "\x1b[200~a\n\x1b[20\n1~",
        "\xff\xfe\x9b31m", "\x03", "\x0c", "a/b\x7f\x7f\r", "s"]

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
        "record": [kind + json.dumps(RECORD) for kind in "ab"] +
                  ['b{"version":1,"sealed":"AAAA"}', 'a{"version":2}'],
        "pending": [provider + ours + json.dumps({**PENDING, **more})
                    for provider in "abcm" for ours in "ab"
                    for more in ({}, {"boot": "b", "expires_ms": 20000},
                                 {"boot": "c", "expires_ms": 20000})],
        "redirect": ["a" + query for query in QUERIES] +
                    [f"bGET\n{host}\n/redirect.html?{query}"
                     for query in QUERIES
                     for host in ("127.0.0.1:2000", "[::1]:2000")],
        "keys": [screen + keys for keys in KEYS for screen in "bcfkn"],
        "practice": CALLS,
    }


def write(folder):
    """Returns the folders, by harness."""
    folders = {}
    for name, seeds in all_seeds().items():
        folders[name] = folder / name
        folders[name].mkdir(parents=True, exist_ok=True)
        for i, seed in enumerate(seeds):
            data = seed.encode("utf-8", "surrogateescape")
            (folders[name] / f"seed-{i:03}").write_bytes(data)
    return folders
