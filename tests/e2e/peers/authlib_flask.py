#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Authlib's authorization server under Flask, with its device and code grants,
refresh and revocation. Says {"url", "client_id", "client_secret"} in one line
once it listens, writes to the log what it was asked (no codes, tokens or
secrets), and ends when its standard input does."""

import argparse
import json
import os
import sys
import threading
import time

# Loopback has no TLS here, and Authlib would refuse it.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import (
    DeviceAuthorizationEndpoint,
    DeviceCodeGrant,
    DeviceCredentialDict,
)
from flask import Flask, jsonify, request
from werkzeug.serving import WSGIRequestHandler, make_server

parser = argparse.ArgumentParser()
parser.add_argument("--log", required=True)
parser.add_argument("--interval", type=int, default=1)
parser.add_argument("--device-code-ttl", type=int, default=300)
parser.add_argument("--access-token-ttl", type=int, default=300)
parser.add_argument("--slow-down-times", type=int, default=0)
options = parser.parse_args()

# It takes these from HTTP Basic as they stand (not RFC 6749 section 2.3.1), so
# there is nothing in them that is encoded.
CLIENT_ID = "lobby-1"
CLIENT_SECRET = "one-two-three"
PERSON = {"sub": "robin", "name": "Robin Example", "email": "robin@example.com"}
SCOPES = {"openid", "profile", "email"}


class Client(ClientMixin):
    """The only one there is."""

    def get_client_id(self):
        return CLIENT_ID

    def get_default_redirect_uri(self):
        return None

    def get_allowed_scope(self, scope):
        return " ".join(word for word in scope.split() if word in SCOPES)

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri.startswith("http://127.0.0.1:")

    def check_client_secret(self, client_secret):
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "client_secret_basic"

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return True


class Token(dict):
    """Of one answer: an access token and a refresh token."""

    def __init__(self, answer):
        super().__init__(answer)
        self.ends_at = time.monotonic() + answer["expires_in"]
        self.refreshable = True

    def check_client(self, client):
        return True

    def get_scope(self):
        return self["scope"]

    def get_expires_in(self):
        return self["expires_in"]

    def revoke(self):
        self.ends_at = 0
        self.refreshable = False


class Code(dict):
    """An authorization code, or rather what it stands for."""

    def get_redirect_uri(self):
        return self["redirect_uri"]

    def get_scope(self):
        return self["scope"]


client = Client()
tokens = []
device_codes = {}  # by device code
decisions = {}  # by user code: whether the person approved
slow_downs = {}  # by device code: how many are left
codes = {}


def token_that(member, value):
    return next((token for token in tokens if token.get(member) == value), None)


class DeviceEndpoint(DeviceAuthorizationEndpoint):
    CLIENT_AUTH_METHODS = ["client_secret_basic"]
    EXPIRES_IN = options.device_code_ttl
    INTERVAL = options.interval

    def get_verification_uri(self):
        return url + "/device"

    def save_device_credential(self, client_id, scope, data):
        device_codes[data["device_code"]] = DeviceCredentialDict(
            client_id=CLIENT_ID,
            scope=scope,
            expires_at=time.time() + self.EXPIRES_IN,
            **data,
        )
        slow_downs[data["device_code"]] = options.slow_down_times


class DeviceGrant(DeviceCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

    def query_device_credential(self, device_code):
        return device_codes.get(device_code)

    def query_user_grant(self, user_code):
        if user_code not in decisions:
            return None
        return PERSON, decisions[user_code]

    def should_slow_down(self, credential):
        device_code = credential["device_code"]
        slow_downs[device_code] -= 1
        return slow_downs[device_code] >= 0


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

    def save_authorization_code(self, code, request):
        codes[code] = Code(
            redirect_uri=request.redirect_uri, scope=request.scope
        )
        codes[code].code_challenge = request.data["code_challenge"]
        codes[code].code_challenge_method = request.data[
            "code_challenge_method"
        ]
        return code

    def query_authorization_code(self, code, client):
        return codes.get(code)

    def delete_authorization_code(self, authorization_code):
        for code in [c for c, of in codes.items() if of is authorization_code]:
            del codes[code]

    def authenticate_user(self, authorization_code):
        return PERSON


class RefreshGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token):
        token = token_that("refresh_token", refresh_token)
        return token if token and token.refreshable else None

    def authenticate_user(self, credential):
        return PERSON

    def revoke_old_credential(self, credential):
        credential.revoke()


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = ["client_secret_basic"]

    def query_token(self, token_string, token_type_hint):
        return token_that("access_token", token_string) or token_that(
            "refresh_token", token_string
        )

    def revoke_token(self, token, request):
        token.revoke()


app = Flask("authlib")
app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {
    grant: options.access_token_ttl
    for grant in (
        "authorization_code", DeviceGrant.GRANT_TYPE, "refresh_token")
}
server = AuthorizationServer(
    app,
    query_client=lambda client_id: client if client_id == CLIENT_ID else None,
    save_token=lambda token, request: tokens.append(Token(token)),
)
server.register_grant(DeviceGrant)
server.register_grant(CodeGrant, [CodeChallenge(required=True)])
server.register_grant(RefreshGrant)
server.register_endpoint(DeviceEndpoint)
server.register_endpoint(Revocation)


@app.after_request
def log(response):
    """Before the answer goes out: whoever has it can read of it."""
    entry = {
        "at_s": time.monotonic(),
        "route": request.path,
        "grant": request.form.get("grant_type"),
        "status": response.status_code,
        "error": (response.get_json(silent=True) or {}).get("error"),
    }
    entry = {name: value for name, value in entry.items() if value is not None}
    with open(options.log, "a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")
    return response


@app.get("/.well-known/oauth-authorization-server")
def metadata():
    return jsonify(
        issuer=url,
        authorization_endpoint=url + "/authorize",
        token_endpoint=url + "/token",
        device_authorization_endpoint=url + "/device_authorization",
        revocation_endpoint=url + "/revoke",
        userinfo_endpoint=url + "/userinfo",
        grant_types_supported=[
            "authorization_code",
            "refresh_token",
            DeviceGrant.GRANT_TYPE,
        ],
        response_types_supported=["code"],
        code_challenge_methods_supported=["S256"],
        token_endpoint_auth_methods_supported=["client_secret_basic"],
    )


@app.post("/device_authorization")
def device_authorization():
    return server.create_endpoint_response(DeviceEndpoint.ENDPOINT_NAME)


@app.post("/token")
def token():
    return server.create_token_response()


@app.post("/revoke")
def revoke():
    return server.create_endpoint_response(Revocation.ENDPOINT_NAME)


@app.get("/userinfo")
def userinfo():
    found = token_that(
        "access_token", request.headers.get("Authorization", "")[len("Bearer ") :]
    )
    if not found or found.ends_at < time.monotonic():
        return jsonify(error="invalid_token"), 401
    return jsonify(PERSON)


# The form of the device flow is posted with the person's decision.
@app.post("/device")
def device():
    known = [code["user_code"] for code in device_codes.values()]
    if request.form["user_code"] not in known:
        return jsonify(error="unknown"), 404
    decisions[request.form["user_code"]] = request.form["approve"] == "yes"
    return jsonify(done=True)


@app.get("/authorize")
def authorization_page():
    try:
        server.get_consent_grant(end_user=PERSON)
    except OAuth2Error as error:
        return jsonify(dict(error.get_body())), error.status_code
    return jsonify(post="approve=yes")


@app.post("/authorize")
def authorize():
    approved = request.form["approve"] == "yes"
    return server.create_authorization_response(
        grant_user=PERSON if approved else None
    )


class Handler(WSGIRequestHandler):
    def log_request(self, *_):
        pass


def end_with_standard_input():
    sys.stdin.read()
    os._exit(0)


httpd = make_server(
    "127.0.0.1", 0, app, threaded=True, request_handler=Handler
)
url = f"http://127.0.0.1:{httpd.server_port}"
threading.Thread(target=end_with_standard_input, daemon=True).start()
words = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
print(json.dumps({"url": url, "at": url, **words}), flush=True)
httpd.serve_forever()
