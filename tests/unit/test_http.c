/* SPDX-License-Identifier: MIT */
/*
 * io/http against a peer of its own: what is sent, and what comes back.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/mem.h"
#include "io/http.h"
#include "http_fixture.h"
#include "peer.h"

static int count(const char *text, const char *part)
{
	int n = 0;

	for (const char *p = strstr(text, part); p != NULL;
	     p = strstr(p + 1, part))
		n++;
	return n;
}

static void test_answer_as_it_came(void **state)
{
	struct reply reply = http_fixture_get("/ok");

	(void)state;
	assert_int_equal(reply.net, NET_OK);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.body, "{\"a\":1}");
	assert_int_equal(reply.body_len, 7);
	assert_string_equal(reply.type, "application/json");
	assert_int_equal(reply.retry_after_s, -1);
	reply = http_fixture_get("/nul");
	assert_int_equal(reply.body_len, 3);
	assert_memory_equal(reply.body, "a\0b", 4);
	assert_string_equal(reply.type, "");
	reply = http_fixture_get("/status/428");
	assert_int_equal(reply.net, NET_OK);
	assert_int_equal(reply.status, 428);
	assert_string_equal(reply.body, "");
	assert_int_equal(reply.body_len, 0);
}

static void test_post_exactly(void **state)
{
	struct request *request = http_fixture_request_to("/ok", "a=1&b=%20");
	char line[64];
	struct seen seen;

	(void)state;
	request->authorization = xstrdup("Basic eDp5");
	http_send(http_client, HTTP_MAIN, request);
	assert_int_equal(http_fixture_wait_reply(http_client, HTTP_MAIN).status,
			 200);
	seen = http_fixture_next_seen();
	assert_memory_equal(seen.text, "POST /ok HTTP/1.1\r\n", 19);
	snprintf(line, sizeof(line), "\r\nHost: 127.0.0.1:%d\r\n",
		 http_peer.port);
	assert_int_equal(count(seen.text, line), 1);
	assert_int_equal(count(seen.text, "\r\nUser-Agent: grantty-test/1\r\n"),
			 1);
	assert_int_equal(count(seen.text, "\r\nAccept: application/json\r\n"),
			 1);
	assert_int_equal(count(seen.text,
			       "\r\nContent-Type: "
			       "application/x-www-form-urlencoded\r\n"),
			 1);
	assert_int_equal(count(seen.text, "\r\nContent-Length: 9\r\n"), 1);
	assert_int_equal(count(seen.text, "\r\nAuthorization: Basic eDp5\r\n"),
			 1);
	/* The request line, these six, the empty line: nothing else. */
	assert_int_equal(count(seen.text, "\r\n"), 8);
	assert_string_equal(strstr(seen.text, "\r\n\r\n"), "\r\n\r\na=1&b=%20");
}

static void test_json_is_named(void **state)
{
	struct request *request =
		http_fixture_request_to("/ok", "{\"a\":\"1\"}");
	struct seen seen;

	(void)state;
	request->json = true;
	http_send(http_client, HTTP_MAIN, request);
	assert_int_equal(http_fixture_wait_reply(http_client, HTTP_MAIN).status,
			 200);
	seen = http_fixture_next_seen();
	assert_int_equal(
		count(seen.text, "\r\nContent-Type: application/json\r\n"), 1);
	assert_int_equal(count(seen.text, "\r\nContent-Type: "), 1);
	assert_string_equal(strstr(seen.text, "\r\n\r\n"),
			    "\r\n\r\n{\"a\":\"1\"}");
}

static void test_get_exactly_after_a_post(void **state)
{
	struct seen seen;

	(void)state;
	http_fixture_post("/ok", "secret=1");
	http_fixture_get("/ok");
	http_fixture_next_seen();
	seen = http_fixture_next_seen();
	assert_memory_equal(seen.text, "GET /ok HTTP/1.1\r\n", 18);
	assert_int_equal(count(seen.text, "\r\n"), 5);
	assert_int_equal(count(seen.text, "Authorization"), 0);
	assert_int_equal(count(seen.text, "secret"), 0);
}

static void test_bodies_of_every_size(void **state)
{
	static const size_t sizes[] = {0, 1, 16384, 65536, 300000};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char *body = xcalloc(sizes[i] + 1, 1);
		struct reply reply;

		for (size_t j = 0; j < sizes[i]; j++)
			body[j] = (char)('a' + j % 23);
		reply = http_fixture_post("/echo", body);
		assert_int_equal(reply.net, NET_OK);
		assert_int_equal(reply.body_len, sizes[i]);
		assert_string_equal(reply.body, body);
		free(body);
		http_fixture_next_seen();
	}
}

static void test_header_cannot_be_smuggled_in(void **state)
{
	static const char *const values[] = {"Bearer a\r\nX: 1",
					     "Bearer a\nX: 1", "Bearer a\r"};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct request *request = http_fixture_request_to("/ok", NULL);
		struct reply reply;

		request->authorization = xstrdup(values[i]);
		http_send(http_client, HTTP_MAIN, request);
		reply = http_fixture_wait_reply(http_client, HTTP_MAIN);
		assert_int_equal(reply.net, NET_OTHER);
		assert_int_equal(reply.status, 0);
		assert_string_not_equal(reply.what, "");
		http_fixture_assert_none_seen();
	}
	assert_int_equal(http_fixture_get("/ok").status, 200);
}

/* What could not be put together is not sent in another shape. */
static void test_broken_request(void **state)
{
	struct request *request = http_fixture_request_to("/ok", NULL);
	struct reply reply;

	(void)state;
	request->broken = true;
	http_send(http_client, HTTP_MAIN, request);
	reply = http_fixture_wait_reply(http_client, HTTP_MAIN);
	assert_int_equal(reply.net, NET_OTHER);
	assert_non_null(strstr(reply.what, "Cannot send the request"));
	http_fixture_assert_none_seen();
	assert_int_equal(http_fixture_get("/ok").status, 200);
}

static void test_redirect_is_not_followed(void **state)
{
	(void)state;
	assert_int_equal(http_fixture_post("/redirect", "a=1").status, 302);
	http_fixture_next_seen();
	http_fixture_assert_none_seen();
}

/* Where it leads, as RFC 3986 section 5 has it, for people to read. */
static void test_redirect_target(void **state)
{
	static const struct {
		const char *from, *location;
		const char *target; /* without the origin where it is "/..." */
	} cases[] = {
		{"/to/", "/ok", "/ok"},
		{"/to/", "ok", "/to/ok"},
		{"/to/", "../ok", "/ok"},
		{"/to/", "./ok?a=1", "/to/ok?a=1"},
		{"/to/", "//other.example/ok", "http://other.example/ok"},
		{"/to/", "https://other.example", "https://other.example/"},
		{"/to/", "https://other.example:8443/a",
		 "https://other.example:8443/a"},
		{"/to/", "", NULL},
		{"/status/302", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *want = cases[i].target;
		char path[128], target[128];
		struct reply reply;

		snprintf(path, sizeof(path), "%s%s", cases[i].from,
			 cases[i].location != NULL ? cases[i].location : "");
		/* In the path a '|' stands for what libcurl would resolve. */
		for (char *p = path + strlen(cases[i].from); *p != '\0'; p++)
			if (*p == '/')
				*p = '|';
			else if (*p == '.')
				*p = '~';
		reply = http_fixture_get(path);
		snprintf(target, sizeof(target), "http://127.0.0.1:%d%s",
			 http_peer.port, want != NULL ? want : "");
		if (want != NULL && want[0] != '/')
			snprintf(target, sizeof(target), "%s", want);
		if ((reply.target == NULL) != (want == NULL) ||
		    (want != NULL && strcmp(reply.target, target) != 0))
			fail_msg("%s: %s, not %s", path,
				 reply.target != NULL ? reply.target : "none",
				 target);
		http_fixture_next_seen();
	}
	assert_null(http_fixture_get("/ok").target);
}

static void test_cap_on_bodies(void **state)
{
	static const struct {
		const char *path;
		enum net_result net;
		size_t len;
	} cases[] = {
		{"/chunked/1048576", NET_OK, HTTP_MAX_BODY},
		{"/chunked/1048577", NET_TOO_LARGE, 0},
		{"/chunked/9000000", NET_TOO_LARGE, 0},
		{"/sized/1048576", NET_OK, HTTP_MAX_BODY},
		{"/sized/1048577", NET_TOO_LARGE, 0},
		{"/sized/9000000", NET_TOO_LARGE, 0},
		{"/ok", NET_OK, 7},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reply reply = http_fixture_get(cases[i].path);

		assert_int_equal(reply.net, cases[i].net);
		assert_int_equal(reply.status, reply.net == NET_OK ? 200 : 0);
		assert_int_equal(reply.body_len, cases[i].len);
		assert_int_equal(*reply.what == '\0', reply.net == NET_OK);
	}
}

/* The proof goes out as it is, and the nonce comes back likewise. */
static void test_dpop(void **state)
{
	struct request *request =
		http_fixture_request_to("/nonce/n-0~S6_WzA2Mj", NULL);
	struct reply reply;
	struct seen seen;

	(void)state;
	request->dpop = xstrdup("header.claims.signature");
	http_send(http_client, HTTP_MAIN, request);
	reply = http_fixture_wait_reply(http_client, HTTP_MAIN);
	assert_int_equal(reply.status, 401);
	assert_string_equal(reply.dpop_nonce, "n-0~S6_WzA2Mj");
	seen = http_fixture_next_seen();
	assert_int_equal(count(seen.text, "DPoP: header.claims.signature\r\n"),
			 1);
	/* Not the one of the answer before. */
	assert_null(http_fixture_get("/ok").dpop_nonce);
	seen = http_fixture_next_seen();
	assert_int_equal(count(seen.text, "DPoP"), 0);
	assert_null(http_fixture_get("/close").dpop_nonce);
	(void)http_fixture_next_seen();
}

static void test_retry_after(void **state)
{
	static const struct {
		const char *path;
		int64_t min, max;
	} cases[] = {
		{"/retry/7", 7, 7},
		{"/retry/86400", 86400, 86400},
		{"/retry/999999999", 86400, 86400},
		{"/retry/99999999999999999999", 86400, 86400},
		{"/retry/0", 0, 0},
		{"/retry/007", 7, 7},
		{"/retry/", -1, -1},
		{"/retry/-7", -1, -1},
		{"/retry/7.5", -1, -1},
		{"/retry/7s", -1, -1},
		{"/retry/soon", -1, -1},
		{"/retry-in/100", 95, 100},
		{"/retry-in/-100", 0, 0},
		{"/retry-in/999999", 86400, 86400},
		/* By the server's clock, which may be another one. */
		{"/retry-at/Wed,_25_Nov_2026_12:01:40_GMT", 100, 100},
		{"/retry-at/Wednesday,_25-Nov-26_12:01:40_GMT", 100, 100},
		{"/retry-at/Wed_Nov_25_12:01:40_2026", 100, 100},
		{"/retry-at/Wed,_25_Nov_2026_12:00:00_GMT", 0, 0},
		{"/retry-at/Wed,_25_Nov_2026_11:59:59_GMT", 0, 0},
		{"/retry-at/Sat,_28_Nov_2026_12:00:00_GMT", 86400, 86400},
		{"/ok", -1, -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reply reply = http_fixture_get(cases[i].path);

		if (reply.net != NET_OK || reply.retry_after_s < cases[i].min ||
		    reply.retry_after_s > cases[i].max)
			fail_msg("%s: %ld", cases[i].path,
				 (long)reply.retry_after_s);
		http_fixture_next_seen(); /* or the peer could not tell of them
					     all */
	}
}

static void test_headers_that_rfcs_speak_of(void **state)
{
	struct reply reply = http_fixture_get("/headers");

	(void)state;
	assert_int_equal(reply.date_s, 1795608000);
	assert_string_equal(reply.cache_control, "no-store");
	assert_null(reply.location);
	assert_string_equal(reply.accept, "application/json");
	assert_string_equal(reply.address, "127.0.0.1");
	assert_null(reply.issuer); /* without TLS */
	assert_int_equal(reply.expires_s, 0);
	reply = http_fixture_get("/redirect");
	assert_string_equal(reply.location, "/ok");
	assert_string_equal(reply.accept, "application/json");
	/* Not what the one before had. */
	assert_int_equal(reply.date_s, 0);
	assert_null(reply.cache_control);
}

/* libcurl takes the break after an empty value, and what follows it, for the
 * value: no text from another line is one. */
static void test_line_break_in_a_header(void **state)
{
	static const char *const names[] = {
		"Cache-Control", "Location", "DPoP-Nonce",  "Accept",
		"Accept-Post",	 "Date",     "Retry-After",
	};
	static const char *const rests[] = {"", "|7", "|more"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		for (size_t j = 0; j < sizeof(rests) / sizeof(rests[0]); j++) {
			char path[100];
			struct reply reply;
			const char *values[4];

			(void)snprintf(path, sizeof(path), "/bare/%s%s",
				       names[i], rests[j]);
			reply = http_fixture_get(path);
			(void)http_fixture_next_seen();
			assert_int_equal(reply.status, 200);
			values[0] = reply.cache_control;
			values[1] = reply.location;
			values[2] = reply.dpop_nonce;
			values[3] = reply.accept;
			for (size_t n = 0; n < 4; n++) {
				if (values[n] != NULL &&
				    strpbrk(values[n], "\r\n") != NULL)
					fail_msg("%s: %zu", path, n);
			}
			assert_int_equal(reply.date_s, 0);
		}
	}
}

/* What continues no header is not taken for the continuation of the previous
 * answer's last one, whose memory is somebody else's by then. */
static void test_first_header_is_continued(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		struct reply reply = http_fixture_get("/headers");

		assert_int_equal(reply.status, 200);
		reply = http_fixture_get("/continued");
		assert_true(reply.net == NET_OTHER || reply.net == NET_OK);
		if (reply.net == NET_OTHER)
			assert_non_null(strstr(reply.what, "invalid"));
	}
	assert_string_equal(http_fixture_get("/ok").body, "{\"a\":1}");
}

static void test_what_the_proxy_says(void **state)
{
	char proxy[64];
	const struct http_options options = {
		.proxy = proxy,
		.connect_timeout_ms = 5000,
		.request_timeout_ms = 10000,
		.user_agent = "grantty-test/1",
	};
	struct request *request = xcalloc(1, sizeof(*request));
	struct http *proxied;
	struct reply reply;

	(void)state;
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", http_peer.port);
	proxied = http_new(&options, NULL);
	assert_non_null(proxied);
	request->url = xstrdup("https://id.example:407/");
	http_send(proxied, HTTP_MAIN, request);
	reply = http_fixture_wait_reply(proxied, HTTP_MAIN);
	assert_int_equal(reply.net, NET_CONNECT);
	assert_int_equal(reply.proxy_status, 407);
	http_send(proxied, HTTP_MAIN, http_fixture_request_to("/ok", NULL));
	assert_int_equal(
		http_fixture_wait_reply(proxied, HTTP_MAIN).proxy_status, 0);
	http_free(proxied);
}

/* The last two would be read for ever, or until somebody writes. */
static void test_ca_file_must_be_there(void **state)
{
	char folder[] = "/tmp/grantty-http-XXXXXX";
	char fifo[sizeof(folder) + 8];
	const char *const paths[] = {"/nowhere/ca.pem", "/etc", "/dev/zero",
				     fifo};

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		const struct http_options options = {
			.ca_file = paths[i],
			.user_agent = "t",
		};
		struct err err = {""};

		assert_null(http_new(&options, &err));
		assert_non_null(strstr(err.text, paths[i]));
		assert_non_null(strstr(err.text, "network.ca_file"));
	}
	unlink(fifo);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_answer_as_it_came),
		TEST(test_post_exactly),
		TEST(test_json_is_named),
		TEST(test_get_exactly_after_a_post),
		TEST(test_bodies_of_every_size),
		TEST(test_header_cannot_be_smuggled_in),
		TEST(test_broken_request),
		TEST(test_redirect_is_not_followed),
		TEST(test_redirect_target),
		TEST(test_cap_on_bodies),
		TEST(test_dpop),
		TEST(test_retry_after),
		TEST(test_headers_that_rfcs_speak_of),
		TEST(test_line_break_in_a_header),
		TEST(test_first_header_is_continued),
		TEST(test_what_the_proxy_says),
		TEST(test_ca_file_must_be_there),
	};

	return cmocka_run_group_tests(tests, http_fixture_start, NULL);
}
