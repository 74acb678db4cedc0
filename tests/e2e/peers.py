# SPDX-License-Identifier: MIT
"""Authorization servers that others wrote, on loopback, each as it comes; and a
person who goes through their pages without a browser."""

import asyncio
import base64
import html.parser
import http.cookiejar
import json
import select
import shutil
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request

import oidc
from practice import settings
from program import PATIENCE_S, THEME, TOP, environment

# Where the packages are installed; made where it is not there.
FOLDER = oidc.FOLDER.with_name(oidc.FOLDER.name + "-peers")
SOURCE = TOP / "tests" / "e2e" / "peers"

# A busy machine takes its time to load some hundred files.
START_S = 60


def install():
    oidc.install(SOURCE, FOLDER)


class Peer:
    """A running server. options: interval, device_code_ttl and
    access_token_ttl, in seconds; url, where it is reached by others."""

    # How it is started, the path of its issuer and what is asked of it.
    argv = ()
    path = ""
    scope = "openid profile email offline_access"
    method = "client_secret_basic"
    token = "/token"
    userinfo = "/userinfo"

    def __init__(self, folder, **options):
        self.log_file = folder / f"{type(self).__name__}.log"
        self.log_file.touch()
        argv = [*self.argv, "--log", self.log_file]
        for name, value in options.items():
            argv += ["--" + name.replace("_", "-"), str(value)]
        errors = self.log_file.with_suffix(".err")
        with open(errors, "wb") as stderr:
            self.process = subprocess.Popen(
                argv,
                cwd=self.start_in(),
                env=environment(folder),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
            )
        ready, _, _ = select.select([self.process.stdout], [], [], START_S)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            self.close()
            raise AssertionError(f"{argv}: {errors.read_text()}")
        words = json.loads(line)
        self.url = words["url"]
        # Where it listens, which may be behind a relay.
        self.port = urllib.parse.urlsplit(words["at"]).port
        self.client = {
            "client_id": words["client_id"],
            "client_secret": words["client_secret"],
            "token_endpoint_auth_method": self.method,
        }

    @staticmethod
    def start_in():
        install()
        return FOLDER

    def log(self, **members):
        """The entries of its log that have these members."""
        with open(self.log_file, encoding="utf-8") as lines:
            # The last line may still be being written.
            entries = [json.loads(line) for line in lines if line[-1] == "\n"]
        return [
            entry for entry in entries if members.items() <= entry.items()
        ]

    def accepts(self, token):
        """Whether the profile can be read with that access token."""
        bearer = {"Authorization": f"Bearer {token}"}
        page = Person().open(self.url + self.userinfo, headers=bearer)
        assert page.status in (200, 401), page.text
        return page.status == 200

    def refresh(self, token):
        """The error that a refresh with that token ends in."""
        names = ("client_id", "client_secret")
        words = [urllib.parse.quote_plus(self.client[name]) for name in names]
        basic = base64.b64encode(":".join(words).encode()).decode()
        form = {"grant_type": "refresh_token", "refresh_token": token}
        page = Person().open(
            self.url + self.token,
            urllib.parse.urlencode(form).encode(),
            {"Authorization": f"Basic {basic}"},
        )
        return json.loads(page.text).get("error")

    def provider(self):
        """Its part of a configuration."""
        return {
            "issuer": self.url + self.path,
            "scope": self.scope,
            **self.client,
        }

    def config(self, path, **groups):
        """Writes a configuration; groups are merged into it."""
        everything = {
            "provider": {**self.provider(), **groups.pop("provider", {})},
            "screen": {"theme": THEME},
            **groups,
        }
        path.touch(mode=0o600)
        path.write_text("\n".join(settings(everything)), encoding="utf-8")

    def close(self):
        """Lets go of it and waits for its end."""
        self.process.stdin.close()
        self.process.stdout.close()
        try:
            self.process.wait(PATIENCE_S)
        finally:
            self.process.kill()


def node(script, *words):
    return (shutil.which("node") or "node", script, *words)


class OidcProvider(Peer):
    argv = node("oidc-provider.mjs")
    userinfo = "/me"

    def decide_device(self, uri, approve):
        person = Person()
        # The page submits itself with the code of the complete URI.
        person.submit(person.open(uri))
        if not approve:
            return person.submit(person.page, abort="yes")
        person.submit(person.page)
        return self.log_in(person)

    def decide_code(self, address, approve):
        person = Person()
        person.open(address)
        if approve:
            return self.log_in(person)
        return person.open(person.page.link("abort"))

    @staticmethod
    def log_in(person):
        person.submit(person.page, login="robin", password="any")
        return person.submit(person.page)


class BetterAuth(Peer):
    """With its oauth-provider."""

    argv = node("better-auth.mjs")
    path = "/api/auth"
    token = "/api/auth/oauth2/token"
    userinfo = "/api/auth/oauth2/userinfo"

    def logged_in(self):
        person = Person()
        credentials = {"email": "robin@example.com", "password": "any password"}
        self.post(person, "/sign-in/email", credentials)
        return person

    def post(self, person, path, body):
        return json.loads(
            person.open(
                self.url + self.path + path,
                json.dumps(body).encode(),
                {"Content-Type": "application/json", "Origin": self.url},
            ).text
        )

    def decide_device(self, uri, approve):
        """As a page does that the operator writes."""
        code = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(uri).query))
        query = urllib.parse.urlencode({"user_code": code["user_code"]})
        person = self.logged_in()
        person.open(f"{self.url}{self.path}/device?{query}")
        verb = "/device/approve" if approve else "/device/deny"
        self.post(person, verb, {"userCode": code["user_code"]})

    def decide_code(self, address, approve):
        person = self.logged_in()
        # The consent page, which the operator writes too, is not there.
        query = urllib.parse.urlsplit(person.open(address).url).query
        answer = self.post(
            person,
            "/oauth2/consent",
            {"accept": approve, "oauth_query": query},
        )
        person.open(answer["url"])


class BetterAuthAlone(BetterAuth):
    """Its device plugin alone: no discovery, no OAuth clients, and a token
    endpoint that takes JSON only."""

    argv = node("better-auth.mjs", "--alone")

    def provider(self):
        base = self.url + self.path
        return {
            "device_authorization_endpoint": base + "/device/code",
            "token_endpoint": base + "/device/token",
            "client_id": "lobby",
            "token_endpoint_auth_method": "none",
        }


class Authlib(Peer):
    """Its RFC 8628 server under Flask; without OpenID Connect."""

    argv = ("/usr/bin/python3", str(SOURCE / "authlib_flask.py"))
    scope = "profile email"

    @staticmethod
    def start_in():
        return SOURCE

    def decide_device(self, uri, approve):
        code = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(uri).query))
        Person().send(self.url + "/device", {**code, "approve": approve})

    def decide_code(self, address, approve):
        Person().send(address, {"approve": approve})


class OidcMock(Peer):
    """Approves by itself."""

    argv = node("oidc-mock.mjs")
    scope = "openid profile email"

    def decide_code(self, address, approve):
        Person().open(address)


class Page(html.parser.HTMLParser):
    """An answer, its forms and its links."""

    def __init__(self, url, status, text):
        super().__init__()
        self.url, self.status, self.text = url, status, text
        self.forms, self.links, self.fields = [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.fields = {}
            self.forms.append((attrs.get("action"), self.fields))
        elif tag == "input" and self.fields is not None and "name" in attrs:
            self.fields[attrs["name"]] = attrs.get("value") or ""
        elif tag == "a":
            self.links.append(attrs.get("href", ""))

    def link(self, end):
        return next(link for link in self.links if link.endswith(end))


class Person:
    """Opens pages and sends their forms, with cookies, not by way of a
    proxy."""

    def __init__(self):
        self.page = None
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
        )

    def open(self, url, data=None, headers=None):
        """The page that it ends on, also where that one says an error."""
        if self.page:
            url = urllib.parse.urljoin(self.page.url, url)
        call = urllib.request.Request(url, data, headers or {})
        try:
            answer = self.opener.open(call, timeout=PATIENCE_S)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            text = answer.read().decode()
            self.page = Page(answer.url, answer.status, text)
        return self.page

    def send(self, url, form):
        words = {True: "yes", False: "no"}
        form = {name: words.get(value, value) for name, value in form.items()}
        return self.open(url, urllib.parse.urlencode(form).encode())

    def submit(self, page, **changes):
        """The first form of the page, with these changes."""
        action, fields = page.forms[0]
        return self.send(action, {**fields, **changes})


class Relay:
    """Between clients and a server: what it is given it passes on that much
    later, both ways."""

    def __init__(self, delay_s):
        self.delay_s = delay_s
        self.target = None  # a port
        self.loop = asyncio.new_event_loop()
        self.tasks = set()
        started = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(started,))
        self.thread.start()
        started.wait(PATIENCE_S)

    def run(self, started):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(
            asyncio.start_server(self.connect, "127.0.0.1", 0)
        )
        port = server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        started.set()
        self.loop.run_forever()
        server.close()
        for task in self.tasks:
            task.cancel()
        self.loop.run_until_complete(
            asyncio.gather(*self.tasks, return_exceptions=True)
        )
        self.loop.close()

    async def connect(self, reader, writer):
        there = await asyncio.open_connection("127.0.0.1", self.target)
        for source, sink in ((reader, there[1]), (there[0], writer)):
            task = self.loop.create_task(self.pass_on(source, sink))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def pass_on(self, source, sink):
        """Its end, too, comes that much later."""
        last = asyncio.Event()

        def write(data):
            if data and not sink.is_closing():
                sink.write(data)
            elif not data:
                last.set()

        try:
            data = b"-"
            while data:
                data = await source.read(65536)
                self.loop.call_later(self.delay_s, write, data)
            await last.wait()
        except ConnectionError:
            pass
        finally:
            sink.close()

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE_S)
