# SPDX-License-Identifier: MIT
"""The ID token for kubectl: what a provider that issues and renews them makes
of it, and what kubectl does with it."""

import base64
import concurrent.futures
import datetime
import http.server
import json
import shlex
import shutil
import ssl
import subprocess
import threading
import time
import urllib.parse

import pytest

import oidc
from practice import settings
from program import GRANTTY, PATIENCE_S, Exit

V1 = "client.authentication.k8s.io/v1"
V1BETA1 = "client.authentication.k8s.io/v1beta1"
LIFE_S = 3600


def encoded(value):
    text = json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def claims_of(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class Handler(http.server.BaseHTTPRequestHandler):
    """One request to an owner, which answers JSON."""

    def log_message(self, *args):
        pass

    def answer(self):
        size = int(self.headers.get("Content-Length", 0))
        form = dict(urllib.parse.parse_qsl(self.rfile.read(size).decode()))
        body = json.dumps(self.server.owner.answer(self, form)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer


class Server:
    """Listens on loopback, with that certificate (None: without TLS)."""

    def __init__(self, certificate=None):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.owner = self
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.file, certificate.key)
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True
            )
        self.scheme = "https" if certificate else "http"
        self.url = f"{self.scheme}://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Provider(Server):
    """Approves each code, and issues ID tokens that it vouches for by where
    they come from, as it has no keys."""

    def __init__(self):
        super().__init__()
        self.issued = 0
        self.refreshes = 0
        self.life_s = LIFE_S  # of the access tokens
        self.renewed = {}  # claims of the next ID tokens; None: it sends none

    def id_token(self, **claims):
        now = int(time.time())
        claims = {"iss": self.url, "sub": "robin", "aud": "kiosk", "iat": now,
                  "exp": now + LIFE_S, "name": "Robin", **claims}  # fmt: skip
        return f"{encoded({'alg': 'ES256'})}.{encoded(claims)}.c2lnbmVk"

    def answer(self, request, form):
        if request.path == "/device":
            return {"device_code": "dc", "user_code": "ABCD-EFGH",
                    "verification_uri": self.url + "/activate",
                    "expires_in": 600, "interval": 1}  # fmt: skip
        self.issued += 1
        tokens = {"access_token": f"at{self.issued}", "token_type": "Bearer",
                  "refresh_token": "rt", "expires_in": self.life_s}  # fmt: skip
        if form["grant_type"] != "refresh_token":
            return {**tokens, "id_token": self.id_token()}
        self.refreshes += 1
        if self.renewed is None:
            return tokens
        return {**tokens, "id_token": self.id_token(**self.renewed)}

    def config(self, path, **provider):
        groups = {"provider": {
            "device_authorization_endpoint": self.url + "/device",
            "token_endpoint": self.url + "/token",
            "client_id": "kiosk", "scope": "openid", **provider,
        }}  # fmt: skip
        path.touch(mode=0o600)
        path.write_text("\n".join(settings(groups)) + "\n", encoding="utf-8")


@pytest.fixture
def provider(home):
    """With a user signed in."""
    provider = Provider()
    provider.config(home.config)
    run = home.grantty("login")
    assert run.returncode == Exit.DONE, run.stderr
    yield provider
    provider.close()


def expired(home, provider):
    """Stores an ID token that is no longer valid."""
    token = provider.id_token(exp=int(time.time()) - 1)
    home.store(id_token=token)
    return token


def kubectl(home, version=None, **how):
    """What kubectl gets from grantty."""
    info = {"apiVersion": version, "kind": "ExecCredential",
            "spec": {"interactive": False}}  # fmt: skip
    env = {"KUBERNETES_EXEC_INFO": json.dumps(info)} if version else {}
    return home.grantty("token", "--output", "kubectl", env=env, **how)


def credential(run, version=V1):
    """The token, from an ExecCredential of that version that has nothing but
    what its reference documents."""
    assert run.returncode == Exit.DONE, run.stderr
    answer = json.loads(run.stdout)
    assert set(answer) == {"apiVersion", "kind", "status"}
    assert answer["apiVersion"] == version
    assert answer["kind"] == "ExecCredential"
    assert set(answer["status"]) == {"token", "expirationTimestamp"}
    token = answer["status"]["token"]
    until = datetime.datetime.strptime(
        answer["status"]["expirationTimestamp"] + "+0000", "%Y-%m-%dT%H:%M:%SZ%z"
    )
    assert until.timestamp() == claims_of(token)["exp"]
    return token


@pytest.mark.parametrize("version", [None, V1, V1BETA1])
def test_credential(home, provider, version):
    assert credential(kubectl(home, version), version or V1) == home.stored()[
        "id_token"
    ]
    assert provider.refreshes == 0


@pytest.mark.parametrize("value, named", [
    ("client.authentication.k8s.io/v1alpha1", "v1alpha1"),
    ("client.authentication.k8s.io/v2", "k8s.io/v2"),
    (None, "names no apiVersion"),
])  # fmt: skip
def test_other_versions(home, provider, value, named):
    info = "no JSON" if value is None else json.dumps({"apiVersion": value})
    run = home.grantty("token", "--output", "kubectl",
                       env={"KUBERNETES_EXEC_INFO": info})  # fmt: skip
    assert (run.returncode, run.stdout) == (Exit.USAGE, "")
    assert named in run.stderr


def test_renewed(home, provider):
    """It, and not the access token, decides when that is due. Eight at once
    renew it once."""
    provider.life_s = 20  # too short, if it mattered
    old = expired(home, provider)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda _: kubectl(home), range(8)))
    tokens = {credential(run) for run in runs}
    assert tokens == {home.stored()["id_token"]} and old not in tokens
    assert provider.refreshes == 1
    home.store(expires_at=1)
    assert {credential(kubectl(home))} == tokens
    assert provider.refreshes == 1


@pytest.mark.parametrize("renewed", [
    None, {"sub": "eve"}, {"iss": "https://e.example"}, {"aud": "other"},
    {"exp": 1},
])  # fmt: skip
def test_not_renewed(home, provider, renewed):
    """A new one that is missing, or someone else's, replaces none."""
    provider.renewed = renewed
    old = expired(home, provider)
    run = kubectl(home)
    assert (run.returncode, run.stdout) == (Exit.NOBODY, "")
    assert "did not renew it" in run.stderr and "grantty login" in run.stderr
    assert provider.refreshes == 1
    assert home.stored()["id_token"] == old
    # The access token was renewed, and stays of use.
    assert home.grantty("token").stdout == "at2\n"
    home.store(id_token=provider.id_token())
    home.store(expires_at=1)
    credential(kubectl(home))


def test_not_renewable(home, provider):
    """The provider is not blamed for what it was not asked."""
    expired(home, provider)
    stored = home.stored()
    del stored["refresh_token"]
    home.session.write_text(json.dumps(stored))
    run = kubectl(home)
    assert (run.returncode, run.stdout) == (Exit.NOBODY, "")
    assert "The ID token expires too soon and cannot be refreshed" in run.stderr
    assert '"grantty login"' in run.stderr
    assert provider.refreshes == 0


def test_not_requested(home, provider):
    """An ID token that came all the same was not checked, and is not used."""
    assert home.grantty("logout").returncode == Exit.DONE
    provider.config(home.config, scope="profile")
    assert home.grantty("login").returncode == Exit.DONE
    assert "id_token" not in home.stored()
    run = kubectl(home)
    assert (run.returncode, run.stdout) == (Exit.USAGE, "")


def test_missing(home, provider):
    stored = home.stored()
    del stored["id_token"]
    home.session.write_text(json.dumps(stored))
    run = kubectl(home)
    assert (run.returncode, run.stdout) == (Exit.NOBODY, "")
    assert "no ID token" in run.stderr and '"grantty login"' in run.stderr
    provider.config(home.config, scope="profile")
    run = kubectl(home)
    assert (run.returncode, run.stdout) == (Exit.USAGE, "")
    assert "add openid to provider.scope" in run.stderr
    assert provider.refreshes == 0
    # Nothing is lost.
    assert home.grantty("token").stdout == "at1\n"


def test_nobody(home, provider):
    assert home.grantty("logout").returncode == Exit.DONE
    assert kubectl(home).returncode == Exit.NOBODY


class Cluster(Server):
    """An API server that tells everyone its version."""

    def __init__(self, certificate):
        super().__init__(certificate)
        self.seen = []

    def answer(self, request, form):
        self.seen.append(request.headers.get("Authorization"))
        return {"major": "1", "minor": "30"}


@pytest.fixture
def cluster(tmp_path):
    authority = oidc.Certificate.of_authority(tmp_path)
    cluster = Cluster(authority.issue("cluster", "IP:127.0.0.1"))
    cluster.authority = authority
    yield cluster
    cluster.close()


@pytest.fixture
def words(home, cluster):
    """The words of a kubectl that asks the cluster for its version, with that
    version and those members of the entry that the manual has."""
    program = shutil.which("kubectl")
    assert program, "kubectl is not installed"

    def make(version, **members):
        entry = {
            "apiVersion": version, "command": GRANTTY,
            "args": ["token", "--login", "--output", "kubectl"],
            "interactiveMode": "IfAvailable", **members,
        }  # fmt: skip
        config = home.path / "kubeconfig"
        config.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "c",
            "clusters": [{"name": "c", "cluster": {
                "server": cluster.url,
                "certificate-authority": str(cluster.authority.file)}}],
            "users": [{"name": "u", "user": {"exec": entry}}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        }))  # fmt: skip
        return [program, f"--kubeconfig={config}", "get", "--raw", "/version"]

    return make


@pytest.mark.full
@pytest.mark.parametrize("members", [
    {}, {"provideClusterInfo": True}, {"interactiveMode": "Never"},
])  # fmt: skip
@pytest.mark.parametrize("version", [V1, V1BETA1])
def test_real_kubectl(home, provider, cluster, words, version, members):
    """As the manual has it, with a token that has to be renewed."""
    old = expired(home, provider)
    run = subprocess.run(
        words(version, **members), env=home.environment(), check=False,
        capture_output=True, stdin=subprocess.DEVNULL, text=True,
        timeout=PATIENCE_S,
    )  # fmt: skip
    if "no matches for kind" in run.stderr or "invalid apiVersion" in run.stderr:
        assert version == V1  # kubectl before 1.22
        return
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["minor"] == "30"
    token = home.stored()["id_token"]
    assert token != old
    assert set(cluster.seen) == {f"Bearer {token}"}
    assert provider.refreshes == 1


@pytest.mark.full
def test_real_kubectl_signs_in(home, provider, cluster, words, open_terminal, tmp_path):
    """On its terminal, with nothing of the screens in what it prints."""
    assert home.grantty("logout").returncode == Exit.DONE
    out = tmp_path / "out"
    command = shlex.join(words(V1BETA1))
    screen = open_terminal(before=["sh", "-c", f"{command} >{out}"])
    assert screen.wait_for_exit() == Exit.DONE, screen.show()
    assert json.loads(out.read_text(encoding="utf-8"))["minor"] == "30"
    token = home.stored()["id_token"]
    assert set(cluster.seen) == {f"Bearer {token}"}
