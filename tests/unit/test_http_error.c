/* SPDX-License-Identifier: MIT */
/*
 * io/http_error: every way to fail, brought about for real, and the sentence
 * that comes of it. The certificates and their server are openssl(1)'s; where
 * that is not installed, these cases are skipped.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/mem.h"
#include "io/http.h"
#include "machine/event.h"
#include "peer.h"

static struct peer peer;

/* What one request came to. */
struct outcome {
	enum net_result net;
	int status;
	bool not_yet_valid;
	struct err err;
};

static struct outcome fetch(const char *proxy, const char *ca_file,
			    const char *url)
{
	const struct http_options options = {
		.ca_file = ca_file,
		.proxy = proxy,
		.connect_timeout_ms = 20000,
		.request_timeout_ms = 20000,
		.user_agent = "grantty-test/1",
	};
	struct request *request = xcalloc(1, sizeof(*request));
	struct outcome outcome = {.net = NET_OTHER};
	struct http *http;
	struct reply reply;
	enum http_slot slot;

	http = http_new(&options, &outcome.err);
	if (http == NULL)
		fail_msg("%s", outcome.err.text);
	request->url = xstrdup(url);
	request->authorization = xstrdup("Bearer hidden");
	http_send(http, HTTP_MAIN, request);
	while (!http_reply(http, &slot, &reply))
		assert_true(http_wait(http, NULL, 0, 10000));
	outcome.net = reply.net;
	outcome.not_yet_valid = reply.not_yet_valid;
	outcome.status = reply.status;
	err_set(&outcome.err, "%s", reply.what);
	http_free(http);
	return outcome;
}

/* The URL of path at the peer, or at a port where nobody is, of 127.0.0.1. */
static const char *local(const char *scheme, int port, const char *path)
{
	static char url[128];

	snprintf(url, sizeof(url), "%s://127.0.0.1:%d%s", scheme, port, path);
	return url;
}

static void assert_fails(const struct outcome *outcome, enum net_result net,
			 const char *words)
{
	if (outcome->net != net || strstr(outcome->err.text, words) == NULL)
		fail_msg("net %d, \"%s\" instead of net %d, \"%s\"",
			 (int)outcome->net, outcome->err.text, (int)net, words);
	assert_int_equal(outcome->status, 0);
	assert_null(strstr(outcome->err.text, "hidden"));
	assert_null(strstr(outcome->err.text, "/secret-path"));
}

static void test_without_an_answer(void **state)
{
	int idle, port = peer_closed_port(&idle);
	struct seen seen;
	const struct {
		const char *scheme;
		int port;
		const char *path;
		enum net_result net;
		const char *words;
	} cases[] = {
		{"http", port, "/secret-path", NET_CONNECT,
		 "Cannot talk to 127.0.0.1: the connection was refused ("},
		{"http", peer.port, "/close", NET_CONNECT,
		 "127.0.0.1: the connection was lost before the answer "
		 "arrived"},
		{"http", peer.port, "/half", NET_CONNECT,
		 "127.0.0.1: the connection was lost before the answer "
		 "arrived"},
		{"http", peer.port, "/junk", NET_OTHER,
		 "127.0.0.1: its answer is invalid ("},
		{"http", peer.port, "/line/HTTP/21", NET_OTHER,
		 "127.0.0.1: its answer is invalid ("},
		{"http", peer.port, "/line/HTTP/1.1", NET_OTHER,
		 "127.0.0.1: its answer is invalid ("},
		/* A sign, a prefix, or too many digits before the status. */
		{"http", peer.port, "/line/HTTP/1.1_+200_OK", NET_OTHER,
		 "127.0.0.1: its answer is invalid ("},
		{"http", peer.port, "/line/HTTP/2_+200_OK", NET_OTHER,
		 "127.0.0.1: its answer is invalid ("},
		{"http", peer.port, "/line/HTTP/2_-200_OK", NET_OTHER,
		 "127.0.0.1: its answer is invalid ("},
		{"http", peer.port, "/line/HTTP/2_0200_OK", NET_OTHER,
		 "127.0.0.1: its answer is invalid ("},
		{"http", peer.port, "/line/HTTP/2_0x1ff_OK", NET_OTHER,
		 "127.0.0.1: its answer is invalid ("},
		{"http", peer.port, "/status/000", NET_OTHER,
		 "127.0.0.1: its answer is invalid ("},
		{"http", peer.port, "/status/099", NET_OTHER,
		 "127.0.0.1: its answer is invalid ("},
		{"http", peer.port, "/status/600", NET_OTHER,
		 "127.0.0.1: its answer is invalid ("},
		{"http", peer.port, "/status/999", NET_OTHER,
		 "127.0.0.1: its answer is invalid ("},
		{"http", peer.port, "/status/2000", NET_OTHER,
		 "127.0.0.1: its answer is invalid ("},
		{"https", peer.port, "/ok", NET_TLS,
		 "127.0.0.1: the TLS handshake failed ("},
		{"ftp", peer.port, "/ok", NET_OTHER, "ftp"},
		{"http", 99999, "/secret-path", NET_OTHER,
		 "the address is invalid ("},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome outcome = fetch(
			"none", "",
			local(cases[i].scheme, cases[i].port, cases[i].path));

		assert_fails(&outcome, cases[i].net, cases[i].words);
		while (peer_seen(&peer, &seen)) /* or its pipe is full */
			continue;
	}
	close(idle);
}

static void test_name_that_is_nowhere(void **state)
{
	struct outcome outcome =
		fetch("none", "", "https://no-such-host.invalid/x");

	(void)state;
	assert_fails(&outcome, NET_RESOLVE,
		     "Cannot talk to no-such-host.invalid: its name cannot be "
		     "resolved");
	outcome = fetch("http://no-such-proxy.invalid:1", "",
			"https://id.example/x");
	assert_fails(&outcome, NET_RESOLVE,
		     "the proxy's name cannot be resolved");
}

static void test_proxy(void **state)
{
	char proxy[64];
	struct outcome outcome;
	struct seen seen;
	int idle, port = peer_closed_port(&idle);

	(void)state;
	while (peer_seen(&peer, &seen))
		continue;
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", peer.port);
	assert_int_equal(fetch(proxy, "", "http://id.example/ok").status, 200);
	assert_true(peer_seen(&peer, &seen));
	assert_memory_equal(seen.text, "GET http://id.example/ok ", 25);
	/* This machine is not for a proxy. */
	assert_int_equal(
		fetch(proxy, "", local("http", peer.port, "/ok")).status, 200);
	assert_true(peer_seen(&peer, &seen));
	assert_memory_equal(seen.text, "GET /ok ", 8);

	/* The peer answers CONNECT with the port for a status. */
	outcome = fetch(proxy, "", "https://id.example:407/x");
	assert_fails(&outcome, NET_CONNECT, "http://NAME:PASSWORD@HOST:PORT");
	outcome = fetch(proxy, "", "https://id.example:403/x");
	assert_fails(&outcome, NET_CONNECT, "the proxy refused the connection");
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", port);
	outcome = fetch(proxy, "", "https://id.example/x");
	assert_fails(&outcome, NET_CONNECT, "127.0.0.1 port");
	close(idle);
}

static void test_proxy_of_the_environment(void **state)
{
	char proxy[64];

	(void)state;
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", peer.port);
	setenv("http_proxy", proxy, 1);
	unsetenv("no_proxy");
	unsetenv("NO_PROXY");
	assert_int_equal(fetch("", "", "http://id.example/ok").status, 200);
	assert_int_equal(fetch("none", "", "http://id.invalid/ok").net,
			 NET_RESOLVE);
	unsetenv("http_proxy");
}

/* Certificates, in a directory of their own. */
static char tls_dir[64];

static const char config[] =
	"[ca]\ndefault_ca=own\n[own]\ndatabase=index\nnew_certs_dir=.\n"
	"serial=serial\ndefault_md=sha256\npolicy=any\nx509_extensions=ext\n"
	"unique_subject=no\n[any]\ncommonName=supplied\n"
	"[ext]\nsubjectAltName=${ENV::NAMES}\n"
	"[req]\ndistinguished_name=dn\n[dn]\n";

static bool write_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	return file != NULL && fputs(text, file) >= 0 && fclose(file) == 0;
}

/* Starts openssl in the directory of the certificates; its standard output
 * goes to out. */
static pid_t start_openssl(char *const arguments[], const char *names, int out)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (chdir(tls_dir) != 0 || setenv("NAMES", names, 1) != 0 ||
	    dup2(open("/dev/null", O_RDWR), 2) < 0 || dup2(2, 0) < 0 ||
	    dup2(out >= 0 ? out : 2, 1) < 0)
		_exit(126);
	execvp(arguments[0], arguments);
	_exit(127);
}

#define ARGUMENT(text) ((char *)(uintptr_t)(text))

/* Makes NAME.pem, for these names, valid from and until these dates. */
static bool make_certificate(const char *name, const char *names,
			     const char *from, const char *until)
{
	char out[64];
	char *const arguments[] = {
		ARGUMENT("openssl"),
		ARGUMENT("ca"),
		ARGUMENT("-batch"),
		ARGUMENT("-selfsign"),
		ARGUMENT("-config"),
		ARGUMENT("config"),
		ARGUMENT("-in"),
		ARGUMENT("request"),
		ARGUMENT("-keyfile"),
		ARGUMENT("key"),
		ARGUMENT("-startdate"),
		ARGUMENT(from),
		ARGUMENT("-enddate"),
		ARGUMENT(until),
		ARGUMENT("-notext"),
		ARGUMENT("-out"),
		out,
		NULL,
	};
	int status;
	pid_t pid;

	snprintf(out, sizeof(out), "%s.pem", name);
	pid = start_openssl(arguments, names, -1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool make_request(void)
{
	char *const arguments[] = {
		ARGUMENT("openssl"),  ARGUMENT("req"),
		ARGUMENT("-config"),  ARGUMENT("config"),
		ARGUMENT("-newkey"),  ARGUMENT("rsa:2048"),
		ARGUMENT("-nodes"),   ARGUMENT("-keyout"),
		ARGUMENT("key"),      ARGUMENT("-subj"),
		ARGUMENT("/CN=test"), ARGUMENT("-out"),
		ARGUMENT("request"),  NULL,
	};
	char path[128];
	int status;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/config", tls_dir);
	if (!write_file(path, config))
		return false;
	snprintf(path, sizeof(path), "%s/index", tls_dir);
	if (!write_file(path, ""))
		return false;
	snprintf(path, sizeof(path), "%s/serial", tls_dir);
	if (!write_file(path, "01\n"))
		return false;
	pid = start_openssl(arguments, "DNS:x", -1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* Serves NAME.pem; the port, or 0. */
static int serve(const char *name, pid_t *pid)
{
	char certificate[64], line[256];
	char *const arguments[] = {
		ARGUMENT("openssl"), ARGUMENT("s_server"),
		ARGUMENT("-accept"), ARGUMENT("127.0.0.1:0"),
		ARGUMENT("-key"),    ARGUMENT("key"),
		ARGUMENT("-cert"),   certificate,
		ARGUMENT("-www"),    NULL,
	};
	FILE *said;
	int ends[2], port = 0;

	snprintf(certificate, sizeof(certificate), "%s.pem", name);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	*pid = start_openssl(arguments, "", ends[1]);
	close(ends[1]);
	said = fdopen(ends[0], "r");
	assert_non_null(said);
	while (port == 0 && fgets(line, sizeof(line), said) != NULL)
		if (strncmp(line, "ACCEPT 127.0.0.1:", 17) == 0)
			port = (int)strtol(line + 17, NULL, 10);
	fclose(said);
	return port;
}

static void test_certificates(void **state)
{
	static const struct {
		const char *name, *names, *from, *until;
		bool trusted;
		const char *words; /* NULL: it is fine */
	} cases[] = {
		{"good", "IP:127.0.0.1", "20200101000000Z", "20991231235959Z",
		 true, NULL},
		{"unknown", "IP:127.0.0.1", "20200101000000Z",
		 "20991231235959Z", false, "unknown authority"},
		{"name", "DNS:other.example", "20200101000000Z",
		 "20991231235959Z", true,
		 "its certificate is for another name"},
		{"old", "IP:127.0.0.1", "20200101000000Z", "20210101000000Z",
		 true, "its certificate has expired; check whether the clock"},
		{"new", "IP:127.0.0.1", "20980101000000Z", "20991231235959Z",
		 true,
		 "its certificate is not valid yet; check whether the clock"},
	};

	(void)state;
	if (!make_request()) {
		print_message("openssl is not there: skipped\n");
		skip();
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome outcome;
		char ca_file[160];
		pid_t pid;
		int port;

		assert_true(make_certificate(cases[i].name, cases[i].names,
					     cases[i].from, cases[i].until));
		port = serve(cases[i].name, &pid);
		assert_true(port > 0);
		snprintf(ca_file, sizeof(ca_file), "%s/%s.pem", tls_dir,
			 cases[i].name);
		outcome = fetch("none", cases[i].trusted ? ca_file : "",
				local("https", port, "/"));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		if (cases[i].words == NULL)
			assert_int_equal(outcome.status, 200);
		else
			assert_fails(&outcome, NET_TLS, cases[i].words);
		assert_int_equal(outcome.not_yet_valid,
				 strcmp(cases[i].name, "new") == 0);
	}
}

static void test_ca_file_that_is_none(void **state)
{
	char path[128];
	struct outcome outcome;

	(void)state;
	snprintf(path, sizeof(path), "%s/rubbish.pem", tls_dir);
	assert_true(write_file(path, "no certificate\n"));
	outcome = fetch("none", path, local("https", peer.port, "/ok"));
	assert_fails(&outcome, NET_TLS, "check network.ca_file");
}

static int set_up(void **state)
{
	struct err err = {""};

	(void)state;
	snprintf(tls_dir, sizeof(tls_dir), "/tmp/grantty-tls-XXXXXX");
	return mkdtemp(tls_dir) == NULL || !http_init(&err) ||
	       !peer_start(&peer);
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	peer_stop(&peer);
	return nftw(tls_dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_an_answer),
		cmocka_unit_test(test_name_that_is_nowhere),
		cmocka_unit_test(test_proxy),
		cmocka_unit_test(test_proxy_of_the_environment),
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_ca_file_that_is_none),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
