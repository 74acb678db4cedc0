#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a web sample does for the device grant: a Flask application that shows
the QR code on a page and polls beside it, on a new connection each time.

Usage: python_way.py SERVER CA CLIENT_ID CLIENT_SECRET PORT
"""

import io
import sys
import threading
import time

import flask
import qrcode
import requests

SERVER, CA, CLIENT_ID, CLIENT_SECRET, PORT = sys.argv[1:]

app = flask.Flask(__name__)
profile = {}


def poll(code):
    while True:
        time.sleep(code["interval"])
        answer = requests.post(
            f"{SERVER}/token",
            data={
                "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
                "client_id": CLIENT_ID,
                "device_code": code["device_code"],
            },
            auth=(CLIENT_ID, CLIENT_SECRET),
            verify=CA,
            timeout=30,
        )
        if answer.status_code == 200:
            break
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    profile.update(
        requests.get(
            f"{SERVER}/userinfo", headers=bearer, verify=CA, timeout=30
        ).json()
    )
    print(f"{code['user_code']} is signed in\n", end="", flush=True)


@app.route("/")
def index():
    code = requests.post(
        f"{SERVER}/device_authorization",
        data={"client_id": CLIENT_ID, "scope": "openid profile email"},
        auth=(CLIENT_ID, CLIENT_SECRET),
        verify=CA,
        timeout=30,
    ).json()
    qr = qrcode.QRCode()
    qr.add_data(code["verification_uri_complete"])
    text = io.StringIO()
    qr.print_ascii(text)
    threading.Thread(target=poll, args=[code], daemon=True).start()
    return f"<pre>{text.getvalue()}</pre>{code['user_code']}"


app.run(port=int(PORT))
