# SPDX-License-Identifier: MIT
"""Networks that lose, delay, refuse, break and lie. A namespace of its own has
a loopback interface of its own, which can be made as bad as one likes."""

import ctypes
import json
import os
import re
import select
import socket
import subprocess
import threading
import time

import pytest

from crooked import CODE, TOKENS, answer, error, reset
from practice import PERSON, Practice, write_config
from program import PATIENCE_S, Exit, free_port

CLONE_NEWNET = 0x40000000


class Namespace:
    """A network of its own; root only."""

    def __init__(self, name=""):
        self.name = f"grantty-{os.getpid()}{name}"
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        self.ip("link set lo up")

    def ip(self, words):
        return self.run("ip", *words.split())

    def run(self, *words):
        """What the command prints."""
        return subprocess.run(
            self.before + list(words), check=True, stdout=subprocess.PIPE,
            encoding="utf-8",
        ).stdout

    @property
    def before(self):
        return ["ip", "netns", "exec", self.name]

    def drop(self, what):
        """Drops packets that come in and match, by nft's words."""
        self.run("nft", "add table inet t")
        self.run("nft", "add chain inet t c "
                 "{ type filter hook input priority 0; }")
        self.run("nft", f"add rule inet t c {what}")

    def counts(self):
        """How many packets the rules with a counter have seen, in order."""
        ruleset = self.run("nft", "list", "ruleset")
        return [int(n) for n in re.findall(r"counter packets (\d+)", ruleset)]

    def connect(self, other, number):
        """A cable to another namespace: 10.9.NUMBER.2 here, .1 there."""
        for end, peer, host in (self, other, 2), (other, self, 1):
            if end is self:
                end.ip(f"link add eth{number} type veth peer name eth{number} "
                       f"netns {peer.name}")
            end.ip(f"address add 10.9.{number}.{host}/24 dev eth{number}")
            end.ip(f"link set eth{number} up")

    def listener(self, address="127.0.0.1"):
        """A socket that listens in there: a thread goes in and makes it."""
        made = []

        def make():
            libc = ctypes.CDLL(None, use_errno=True)
            with open(f"/run/netns/{self.name}", "rb") as file:
                if libc.setns(file.fileno(), CLONE_NEWNET) == 0:
                    made.append(socket.create_server((address, 0)))

        thread = threading.Thread(target=make)
        thread.start()
        thread.join(PATIENCE_S)
        return made[0]

    def close(self):
        subprocess.run(["ip", "netns", "del", self.name], check=True)


@pytest.fixture
def network():
    if os.geteuid() != 0:
        pytest.skip("needs root, for a network namespace")
    namespace = Namespace()
    yield namespace
    namespace.close()


def kiosk_signs_in(screen, timeout=120):
    screen.wait_for(f"Hello, {PERSON}", timeout)
    screen.keys("q")
    assert screen.wait_for_exit() == Exit.DONE


@pytest.mark.slow
@pytest.mark.row("Network", "30 % of all packets lost",
                 "signs in; each request comes in whole")
def test_loss(network, crooked, open_terminal):
    pending = error("authorization_pending")
    # So many that it would be a wonder if a tenth at most were lost of them.
    server = crooked(listener=network.listener(),
                     poll=[pending] * 6 + [answer(TOKENS)])
    network.drop("counter numgen random mod 10 < 3 counter drop")
    kiosk_signs_in(open_terminal(before=network.before))
    assert set(server.places()) == {"authorize", "poll", "profile"}
    packets, lost = network.counts()
    print(f"{lost} of {packets} packets lost")
    assert packets > 30 and lost > packets / 10


@pytest.mark.slow
@pytest.mark.row("Network", "8 kbit/s", "signs in; keys are answered")
def test_slow(network, certify, crooked, open_terminal):
    context, config = certify()
    crooked(config, tls=context, listener=network.listener())
    network.ip("link set lo mtu 576")
    network.run("tc", "qdisc", "add", "dev", "lo", "root", "tbf", "rate",
                "8kbit", "burst", "600", "limit", "30000")
    begun_s = time.monotonic()
    screen = open_terminal(before=network.before)
    screen.wait_for("Sign in|Hello")
    screen.keys("?")
    screen.wait_for("Press any key to close")
    screen.keys("x")
    screen.wait_for(f"Hello, {PERSON}", timeout=120)
    took_s = time.monotonic() - begun_s
    [line] = json.loads(network.run(*"tc -s -j qdisc show dev lo".split()))
    print(f"{line['bytes']} bytes in {took_s:.1f} s, {line['overlimits']} held")
    # It took hold: so many bytes take so long at that rate, the first 600 not.
    assert line["bytes"] > 3000 and line["overlimits"] > 0
    assert took_s > (line["bytes"] - 600) * 8 / 8000
    kiosk_signs_in(screen)


@pytest.mark.slow
@pytest.mark.row("Network", "SYN dropped, then not any more",
                 "told; keys are answered; signs in")
def test_syn_dropped(network, crooked, open_terminal):
    server = crooked({"network": {"connect_timeout_s": 1}},
                     listener=network.listener())
    network.drop("tcp flags syn drop")
    screen = open_terminal(before=network.before)
    screen.wait_for("No connection to the sign-in service")
    screen.keys("?")
    screen.wait_for("Press any key to close")
    screen.keys("x")
    assert server.connections == 0
    network.run("nft", "flush ruleset")
    kiosk_signs_in(screen)


@pytest.mark.row("Network", "interface goes down and comes back half-way",
                 "the code survives; signs in with it")
def test_down_and_up(network, crooked, open_terminal):
    pending = error("authorization_pending")
    server = crooked({"network": {"request_timeout_s": 6}},
                     listener=network.listener(), poll=pending)
    screen = open_terminal(before=network.before)
    screen.wait_for("Waiting for your approval")
    network.ip("link set lo down")
    screen.wait_for("No connection: trying again", timeout=60)
    server.answers["poll"] = answer(TOKENS)
    network.ip("link set lo up")
    kiosk_signs_in(screen)
    assert len(server.at("authorize")) == 1


CHANGES = {
    "the gateway": ("ip route replace default via 10.9.2.1", "10.9.1.2"),
    "the address, as from one Wi-Fi to another": (
        "ip link del eth1 && ip route add default via 10.9.2.1", "10.9.2.2"),
}


@pytest.fixture
def far_server(network, certify, crooked):
    """Starts a server at 10.9.9.9 in a namespace of its own. Two cables lead
    there; the first one is the way."""
    far = Namespace("-far")
    far.ip("address add 10.9.9.9/32 dev lo")
    network.connect(far, 1)
    network.connect(far, 2)
    network.ip("route add default via 10.9.1.1")
    context, config = certify("IP:10.9.9.9")
    config["network"]["request_timeout_s"] = 6
    yield far, lambda **answers: crooked(
        config, context, far.listener("10.9.9.9"), **answers)
    far.close()


@pytest.mark.slow
@pytest.mark.row("Network", "route changes half-way",
                 "the code survives; signs in with it by the other way")
@pytest.mark.parametrize("change, source", CHANGES.values(), ids=CHANGES)
def test_route_changes(network, far_server, open_terminal, change, source):
    far, start = far_server
    server = start(poll=error("authorization_pending"))
    screen = open_terminal(before=network.before)
    screen.wait_for("Waiting for your approval")
    assert server.peers[-1] == "10.9.1.2"
    far.drop('iifname "eth1" counter drop')
    network.run("sh", "-c", change)
    server.answers["poll"] = answer(TOKENS)
    kiosk_signs_in(screen)
    assert len(server.at("authorize")) == 1
    assert server.peers[-1] == source


@pytest.mark.row("Network", "connection reset after the refresh was read",
                 "never sent again by itself: the marked old token is tried "
                 "once more on a new connection")
def test_reset_refresh(crooked, home):
    server = crooked(
        refresh=[reset, answer({**TOKENS, "access_token": "second-token"})]
    )
    assert home.grantty("login").returncode == Exit.DONE
    home.store(expires_at=1)
    token = home.grantty("token")
    assert (token.returncode, token.stdout) == (Exit.DONE, "second-token\n")
    first, second = server.at("refresh")
    assert first.connection != second.connection


@pytest.mark.row("Network", "connection reset after every refresh was read",
                 "two tries at most; out of reach; the session is kept, marked")
def test_reset_refreshes(crooked, home):
    server = crooked(refresh=reset)
    assert home.grantty("login").returncode == Exit.DONE
    home.store(expires_at=1)
    token = home.grantty("token")
    assert (token.returncode, token.stdout) == (Exit.UNREACHABLE, "")
    assert 1 <= len(server.at("refresh")) <= 2
    assert home.stored()["refreshing"] is True


@pytest.mark.row("Network", "connection reset after the poll was read",
                 "asked again later; signs in")
def test_reset_poll(crooked, login):
    server = crooked(poll=[reset, answer(TOKENS)])
    login()
    assert server.places() == ["authorize", "poll", "poll", "profile"]
    assert server.gaps_s("poll")[0] >= 1


@pytest.mark.row("Network", "every second request on a connection is dropped",
                 "two polls are lost and no more; none is sent twice")
@pytest.mark.parametrize("says, lost", [
    ("", 2),
    ("Keep-Alive: timeout=60\r\n", 2),
    ("Keep-Alive: timeout=0\r\n", 0),
    ("Keep-Alive: timeout=1\r\n", 0),
    ("Keep-Alive: timeout=60, max=1\r\n", 0),
    ("Connection: close\r\n", 0),
], ids=["says nothing", "timeout=60", "timeout=0", "timeout=1", "max=1",
        "close"])
def test_nothing_kept(crooked, login, says, lost):
    pending = answer({"error": "authorization_pending"}, 400, headers=says)
    server = crooked(keeps=False, authorize=answer(CODE, headers=says),
                     poll=[pending] * 3 + [answer(TOKENS, headers=says)])
    login()
    polls = server.at("poll")
    assert len(polls) == 4 + lost
    assert len({r.connection for r in server.requests}) == 6
    # What the program sends goes out once an interval, lost or not.
    assert min(server.gaps_s("poll")) >= 1


PORTAL = answer("<html>Welcome to the hotel</html>", 200, "text/html")
TO_PORTAL = answer("", 302, "text/html",
                   "Location: https://portal.example/\r\n")


@pytest.mark.row("Network", "captive portal",
                 "told on the screen; signs in once it lets through")
@pytest.mark.parametrize("portal", [PORTAL, TO_PORTAL],
                         ids=["page", "redirect"])
def test_captive_portal(crooked, open_terminal, portal):
    server = crooked(authorize=portal)
    screen = open_terminal()
    screen.wait_for("captive portal")
    server.answers["authorize"] = answer(CODE)
    kiosk_signs_in(screen)


@pytest.mark.row("Network", "captive portal comes up while polling",
                 "the code survives; signs in")
@pytest.mark.parametrize("portal", [PORTAL, TO_PORTAL],
                         ids=["page", "redirect"])
def test_captive_portal_while_polling(crooked, login, portal):
    server = crooked(poll=[portal, answer(TOKENS)])
    login()
    assert len(server.at("authorize")) == 1


@pytest.mark.row("Network", "proxy answers 407",
                 "told how to name user and password; exit 6")
def test_proxy_407(crooked, home):
    proxy = crooked(connect=answer("", 407))
    away = "https://sign-in.example"
    proxy.config(
        home.config,
        provider={name: f"{away}/x" for name in (
            "device_authorization_endpoint", "token_endpoint",
            "userinfo_endpoint", "revocation_endpoint")},
        network={"proxy": proxy.url},
    )
    run = home.grantty("login")
    assert run.returncode == Exit.UNREACHABLE
    assert "the proxy requires a user name and password" in run.stderr
    assert {r.method for r in proxy.requests} == {"CONNECT"}


AWAY = "https://sign-in.invalid"


def tunnel(port):
    """Leads a CONNECT, whatever its host, to that port of this machine."""

    def give(connection):
        with socket.create_connection(("127.0.0.1", port)) as server:
            connection.sendall(b"HTTP/1.1 200 Go on\r\n\r\n")
            other = {connection: server, server: connection}
            while True:
                for end in select.select(list(other), [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    other[end].sendall(data)

    return give


@pytest.fixture
def behind_proxy(crooked, certify, tmp_path, request):
    """A proxy that leads to a practice server, which nobody finds without: no
    resolver knows its name."""
    _, config = certify("DNS:sign-in.invalid")
    port = free_port()
    practice = Practice(
        "--interval", "1", "--approve-after", "0", "--public-url", AWAY,
        "--tls-cert", str(tmp_path / "cert"),
        "--tls-key", str(tmp_path / "key"), *getattr(request, "param", []),
        listen=f"127.0.0.1:{port}",
    )
    yield crooked(connect=tunnel(port)), config["network"]
    practice.close()


# The proxy in the configuration and in the environment, what else is in that,
# whether it is used, and what check says of it.
PROXIES = {
    "configuration": ("PROXY", None, {}, True, "allows the connection"),
    "configuration and NO_PROXY": (
        "PROXY", None, {"NO_PROXY": "sign-in.invalid"}, True, "network.proxy"
    ),
    "configuration and NO_PROXY=*": (
        "PROXY", None, {"no_proxy": "*"}, True, "network.proxy"
    ),
    "configuration against the environment": (
        "PROXY", "http://127.0.0.1:1", {}, True, "network.proxy"
    ),
    "environment": ("", "PROXY", {}, True, "HTTPS_PROXY) allows the connection"),
    "environment and NO_PROXY": (
        "", "PROXY", {"NO_PROXY": "example.org,sign-in.invalid"}, False,
        "from HTTPS_PROXY",
    ),
    "environment and NO_PROXY for others": (
        "", "PROXY", {"NO_PROXY": "example.org"}, True, "allows the connection"
    ),
    "none against the environment": (
        "none", "PROXY", {}, False, "turned off by network.proxy"
    ),
}


@pytest.mark.row("Network", "only a proxy leads out",
                 "network.proxy has the say, else HTTPS_PROXY and NO_PROXY")
@pytest.mark.parametrize("case", PROXIES)
def test_proxy_and_no_proxy(behind_proxy, home, case):
    proxy, network = behind_proxy
    setting, https_proxy, env, used, says = PROXIES[case]
    if https_proxy:
        env = {**env, "HTTPS_PROXY": https_proxy.replace("PROXY", proxy.url)}
    write_config(
        AWAY, home.config, "plain",
        network={**network, "proxy": setting.replace("PROXY", proxy.url),
                 "connect_timeout_s": 2, "request_timeout_s": 5},
    )
    report = " ".join(home.grantty("check", env=env).stdout.split())
    assert says in report
    assert bool(proxy.requests) == used
    assert {(r.method, r.target) for r in proxy.requests} <= {
        ("CONNECT", "sign-in.invalid:443")
    }
    if used:
        assert home.grantty("login", env=env).returncode == Exit.DONE


LOCAL = "http://localhost:3000/device"


@pytest.mark.row("Network", "the provider sends users to its own localhost",
                 "check and login say so; no code is shown")
@pytest.mark.parametrize("behind_proxy", [["--verification-uri", LOCAL]],
                         indirect=True, ids=["verification_uri"])
def test_verification_uri_on_loopback(behind_proxy, home):
    proxy, network = behind_proxy
    write_config(AWAY, home.config, "plain",
                 network={**network, "proxy": proxy.url})
    login = home.grantty("login")
    assert login.returncode == Exit.FAILED
    assert f"sends users to {LOCAL}, which is this machine" in login.stderr
    run = home.grantty("check", "--json")
    report = json.loads(run.stdout)
    rows = {row["check"]: row for row in report["checks"]}
    row = rows["device_authorization_endpoint"]
    assert (run.returncode, row["status"]) == (Exit.FAILED, "FAIL")
    assert LOCAL in row["detail"]
    assert [
        (found["answer"], found["reference"])
        for found in report["deviations"]
        if "on the client's machine in verification_uri" in found["detail"]
    ] == [("device authorization", "RFC 8628 section 3.2")] * 2


@pytest.mark.row("Network", "IPv6 broken, IPv4 fine", "signs in by IPv4")
def test_ipv6_broken(network, crooked, home, open_terminal):
    """localhost is both here, and what goes to ::1 is dropped."""
    server = crooked(listener=network.listener())
    network.drop("meta nfproto ipv6 drop")
    text = home.config.read_text()
    home.config.write_text(text.replace("127.0.0.1", "localhost"))
    kiosk_signs_in(open_terminal(before=network.before))
    assert len(server.at("authorize")) == 1
