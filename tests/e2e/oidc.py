# SPDX-License-Identifier: MIT
"""A real authorization server over TLS: oidc-provider from npm, certificates
made for it, and configurations that point at it."""

import base64
import fcntl
import filecmp
import hashlib
import json
import os
import pathlib
import select
import shutil
import ssl
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from practice import settings
from program import BUILD, PATIENCE_S, THEME, TOP, environment

# Where its packages are installed; made where it is not there.
FOLDER = pathlib.Path(os.environ.get("GRANTTY_OIDC", BUILD / "oidc")).resolve()
SOURCE = TOP / "tests" / "e2e" / "oidc"
INSTALL_S = 300

ENDPOINTS = {
    "device_authorization_endpoint": "/device/auth",
    "token_endpoint": "/token",
    "userinfo_endpoint": "/me",
    "revocation_endpoint": "/token/revocation",
}


def install(source=SOURCE, folder=FOLDER):
    """Brings folder up to date, one process at a time. npm has its registry
    from the settings of whoever runs the tests, so it also gets their
    environment."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w", encoding="utf-8") as mutex:
        fcntl.flock(mutex, fcntl.LOCK_EX)
        bring_up_to_date(source, folder)


def bring_up_to_date(source, folder):
    lock = (source / "package-lock.json").read_text(encoding="utf-8")
    installed = folder / "installed"
    for file in (*source.glob("*.json"), *source.glob("*.mjs")):
        copy = folder / file.name
        if not copy.exists() or not filecmp.cmp(file, copy, shallow=False):
            shutil.copyfile(file, copy)
    if installed.exists() and installed.read_text(encoding="utf-8") == lock:
        return
    subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        check=True,
        timeout=INSTALL_S,
    )
    installed.write_text(lock, encoding="utf-8")


def openssl(*words, before=()):
    return subprocess.run(
        [*before, "openssl", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=True,
        timeout=PATIENCE_S,
    ).stdout


def client_keys(folder):
    """The private keys of the clients that sign, by algorithm."""
    kinds = {
        "es256": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
        "rs256": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    }
    keys = {}
    for name, words in kinds.items():
        keys[name] = folder / f"{name}.key"
        if not keys[name].exists():
            keys[name].touch(mode=0o600)
            openssl("genpkey", "-out", keys[name], "-algorithm", *words)
    return keys


class Certificate:
    """A certificate with its key: self-signed, or by an authority; good for
    two days, from today or from the day that it is made on."""

    def __init__(self, folder, name, extensions, authority=None, made=None):
        self.file = folder / f"{name}.pem"
        self.key = folder / f"{name}.key"
        words = ["req", "-x509", "-days", 2, "-subj", f"/CN=grantty {name}"]
        words += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        words += ["-noenc", "-keyout", self.key, "-out", self.file]
        for extension in extensions:
            words += ["-addext", extension]
        if authority:
            words += ["-CA", authority.file, "-CAkey", authority.key]
        openssl(*words, before=["faketime", made] if made else [])

    @classmethod
    def of_authority(cls, folder):
        return cls(folder, "authority", ["keyUsage=critical,keyCertSign"])

    def issue(self, name, hosts, **how):
        """hosts: as in "IP:127.0.0.1,DNS:localhost"."""
        extensions = ["basicConstraints=CA:FALSE", f"subjectAltName={hosts}"]
        return Certificate(self.file.parent, name, extensions, self, **how)

    def pin(self):
        """What Chromium knows it by: the SHA-256 of its public key."""
        words = ["pkey", "-in", self.key, "-pubout", "-outform", "DER"]
        digest = hashlib.sha256(openssl(*words)).digest()
        return base64.b64encode(digest).decode()


class Server:
    """A running oidc-provider.

    options: interval (0: none is sent), device_code_ttl and access_token_ttl,
    in seconds.
    """

    def __init__(self, folder, authority, certificate, **options):
        self.authority = authority
        self.log_file = folder / "server.log"
        self.log_file.touch()
        node = shutil.which("node") or "node"
        argv = [node, "server.mjs", "--log", self.log_file]
        argv += ["--key", certificate.key, "--cert", certificate.file]
        keys = client_keys(folder)
        for name, value in {**keys, **options}.items():
            argv += ["--" + name.replace("_", "-"), str(value)]
        errors = folder / "server.err"
        with open(errors, "wb") as stderr:
            self.process = subprocess.Popen(
                argv,
                cwd=FOLDER,
                env=environment(folder),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
            )
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE_S)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            self.close()
            raise AssertionError(f"oidc-provider: {errors.read_text()}")
        words = json.loads(line)
        self.url = words["url"]
        self.clients = {
            client["token_endpoint_auth_method"]: client
            for client in words["clients"]
            if "dpop_bound_access_tokens" not in client
        }
        self.clients["dpop"] = {"client_id": "lobby-4", "dpop": True}
        # These the server does not tell: it has only half of the key.
        for number, (name, key) in enumerate(keys.items(), 5):
            self.clients[name] = {
                "client_id": f"lobby {number}: 100% & more",
                "private_key_file": str(key),
            }
        context = ssl.create_default_context(cafile=authority.file)
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=context),
        )

    def ask(self, url, form=None, token=None):
        """The status and the JSON that url answers."""
        data = urllib.parse.urlencode(form).encode() if form else None
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(url, data, headers)
        try:
            with self.opener.open(request, timeout=PATIENCE_S) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def accepts(self, token):
        """Whether the profile can be read with that access token."""
        status, body = self.ask(self.url + "/me", token=token)
        assert (status, body.get("error")) in [
            (200, None),
            (401, "invalid_token"),
        ]
        return status == 200

    def refresh(self, method, stored):
        """The error that a refresh with a stored session's token ends in."""
        client = self.clients[method]
        form = {
            "grant_type": "refresh_token",
            "refresh_token": stored["refresh_token"],
            "client_id": client["client_id"],
        }
        if "client_secret" in client:
            form["client_secret"] = client["client_secret"]
        return self.ask(self.url + "/token", form)[1].get("error")

    def log(self, **members):
        """The entries of its log that have these members."""
        with open(self.log_file, encoding="utf-8") as lines:
            # The last line may still be being written.
            entries = [json.loads(line) for line in lines if line[-1] == "\n"]
        return [
            entry for entry in entries if members.items() <= entry.items()
        ]

    def config(self, path, method, ca_file=True, **provider):
        """Writes a configuration for the client that proves itself by that
        method."""
        endpoints = {name: self.url + at for name, at in ENDPOINTS.items()}
        groups = {
            "provider": {
                **endpoints,
                **self.clients[method],
                "scope": "openid profile email offline_access",
                **provider,
            },
            "screen": {"theme": THEME},
        }
        if ca_file:
            groups["network"] = {"ca_file": str(self.authority.file)}
        path.touch(mode=0o600)
        path.write_text("\n".join(settings(groups)) + "\n", encoding="utf-8")

    def close(self):
        """Lets go of it and waits for its end."""
        self.process.stdin.close()
        self.process.stdout.close()
        try:
            self.process.wait(PATIENCE_S)
        finally:
            self.process.kill()
