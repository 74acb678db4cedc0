/* SPDX-License-Identifier: MIT */
/*
 * io/http against a peer of its own: what is sent, what comes back, how often
 * and over which connection, and what ends the wait.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/mem.h"
#include "core/exchange.h"
#include "io/http.h"
#include "peer.h"

static struct peer peer;
static struct http *http;

static struct http *make_http(int64_t timeout_ms)
{
	const struct http_options options = {
		.proxy = "none",
		.connect_timeout_ms = 5000,
		.request_timeout_ms = timeout_ms,
		.user_agent = "grantty-test/1",
	};
	struct err err = {""};
	struct http *made = http_new(&options, &err);

	if (made == NULL)
		fail_msg("%s", err.text);
	return made;
}

static int set_up(void **state)
{
	(void)state;
	http = make_http(10000);
	return !peer_start(&peer);
}

static int tear_down(void **state)
{
	(void)state;
	http_free(http);
	peer_stop(&peer);
	return 0;
}

static struct request *request_to(const char *path, const char *body)
{
	struct request *request = xcalloc(1, sizeof(*request));
	char url[256];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", peer.port, path);
	request->purpose = "test";
	request->url = xstrdup(url);
	request->body = xstrdup(body);
	return request;
}

/* Waits for the answer in the slot; the test fails where there is none. */
static struct reply wait_reply(struct http *client, enum http_slot wanted)
{
	struct reply reply;
	enum http_slot slot;

	while (!http_reply(client, &slot, &reply))
		assert_true(http_wait(client, NULL, 0, 20000));
	assert_int_equal(slot, wanted);
	return reply;
}

static struct reply get(const char *path)
{
	http_send(http, HTTP_MAIN, request_to(path, NULL));
	return wait_reply(http, HTTP_MAIN);
}

static struct reply post(const char *path, const char *body)
{
	http_send(http, HTTP_MAIN, request_to(path, body));
	return wait_reply(http, HTTP_MAIN);
}

static struct seen next_seen(void)
{
	struct seen seen;

	assert_true(peer_seen(&peer, &seen));
	return seen;
}

static void assert_none_seen(void)
{
	struct seen seen;

	assert_false(peer_seen(&peer, &seen));
}

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
	struct reply reply = get("/ok");

	(void)state;
	assert_int_equal(reply.net, NET_OK);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.body, "{\"a\":1}");
	assert_int_equal(reply.body_len, 7);
	assert_string_equal(reply.type, "application/json");
	assert_int_equal(reply.retry_after_s, -1);
	reply = get("/nul");
	assert_int_equal(reply.body_len, 3);
	assert_memory_equal(reply.body, "a\0b", 4);
	assert_string_equal(reply.type, "");
	reply = get("/status/428");
	assert_int_equal(reply.net, NET_OK);
	assert_int_equal(reply.status, 428);
	assert_string_equal(reply.body, "");
	assert_int_equal(reply.body_len, 0);
}

static void test_post_exactly(void **state)
{
	struct request *request = request_to("/ok", "a=1&b=%20");
	char line[64];
	struct seen seen;

	(void)state;
	request->authorization = xstrdup("Basic eDp5");
	http_send(http, HTTP_MAIN, request);
	assert_int_equal(wait_reply(http, HTTP_MAIN).status, 200);
	seen = next_seen();
	assert_memory_equal(seen.text, "POST /ok HTTP/1.1\r\n", 19);
	snprintf(line, sizeof(line), "\r\nHost: 127.0.0.1:%d\r\n", peer.port);
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

static void test_get_exactly_after_a_post(void **state)
{
	struct seen seen;

	(void)state;
	post("/ok", "secret=1");
	get("/ok");
	next_seen();
	seen = next_seen();
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
		reply = post("/echo", body);
		assert_int_equal(reply.net, NET_OK);
		assert_int_equal(reply.body_len, sizes[i]);
		assert_string_equal(reply.body, body);
		free(body);
		next_seen();
	}
}

static void test_header_cannot_be_smuggled_in(void **state)
{
	static const char *const values[] = {"Bearer a\r\nX: 1",
					     "Bearer a\nX: 1", "Bearer a\r"};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct request *request = request_to("/ok", NULL);
		struct reply reply;

		request->authorization = xstrdup(values[i]);
		http_send(http, HTTP_MAIN, request);
		reply = wait_reply(http, HTTP_MAIN);
		assert_int_equal(reply.net, NET_OTHER);
		assert_int_equal(reply.status, 0);
		assert_string_not_equal(reply.what, "");
		assert_none_seen();
	}
	assert_int_equal(get("/ok").status, 200);
}

static void test_redirect_is_not_followed(void **state)
{
	(void)state;
	assert_int_equal(post("/redirect", "a=1").status, 302);
	next_seen();
	assert_none_seen();
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
		struct reply reply = get(cases[i].path);

		assert_int_equal(reply.net, cases[i].net);
		assert_int_equal(reply.status, reply.net == NET_OK ? 200 : 0);
		assert_int_equal(reply.body_len, cases[i].len);
		assert_int_equal(*reply.what == '\0', reply.net == NET_OK);
	}
}

/* The proof goes out as it is, and the nonce comes back likewise. */
static void test_dpop(void **state)
{
	struct request *request = request_to("/nonce/n-0~S6_WzA2Mj", NULL);
	struct reply reply;
	struct seen seen;

	(void)state;
	request->dpop = xstrdup("header.claims.signature");
	http_send(http, HTTP_MAIN, request);
	reply = wait_reply(http, HTTP_MAIN);
	assert_int_equal(reply.status, 401);
	assert_string_equal(reply.dpop_nonce, "n-0~S6_WzA2Mj");
	seen = next_seen();
	assert_int_equal(count(seen.text, "DPoP: header.claims.signature\r\n"),
			 1);
	/* Not the one of the answer before. */
	assert_null(get("/ok").dpop_nonce);
	seen = next_seen();
	assert_int_equal(count(seen.text, "DPoP"), 0);
	assert_null(get("/close").dpop_nonce);
	(void)next_seen();
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
		{"/retry/99999999999999999999", -1, 86400},
		{"/retry/soon", -1, -1},
		{"/retry-in/100", 95, 100},
		{"/retry-in/-100", 0, 0},
		{"/retry-in/999999", 86400, 86400},
		{"/ok", -1, -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reply reply = get(cases[i].path);

		assert_int_equal(reply.net, NET_OK);
		if (reply.retry_after_s < cases[i].min ||
		    reply.retry_after_s > cases[i].max)
			fail_msg("%s: %ld", cases[i].path,
				 (long)reply.retry_after_s);
	}
}

static void test_headers_that_rfcs_speak_of(void **state)
{
	struct reply reply = get("/headers");

	(void)state;
	assert_int_equal(reply.date_s, 1795608000);
	assert_string_equal(reply.cache_control, "no-store");
	assert_null(reply.location);
	assert_string_equal(reply.address, "127.0.0.1");
	assert_null(reply.issuer); /* without TLS */
	assert_int_equal(reply.expires_s, 0);
	reply = get("/redirect");
	assert_string_equal(reply.location, "/ok");
	/* Not what the one before had. */
	assert_int_equal(reply.date_s, 0);
	assert_null(reply.cache_control);
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
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", peer.port);
	proxied = http_new(&options, NULL);
	assert_non_null(proxied);
	request->purpose = "test";
	request->url = xstrdup("https://id.example:407/");
	http_send(proxied, HTTP_MAIN, request);
	reply = wait_reply(proxied, HTTP_MAIN);
	assert_int_equal(reply.net, NET_CONNECT);
	assert_int_equal(reply.proxy_status, 407);
	http_send(proxied, HTTP_MAIN, request_to("/ok", NULL));
	assert_int_equal(wait_reply(proxied, HTTP_MAIN).proxy_status, 0);
	http_free(proxied);
}

static void test_connection_is_kept(void **state)
{
	int connection;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(post("/ok", "a=1").status, 200);
	connection = next_seen().connection;
	assert_int_equal(next_seen().connection, connection);
	assert_int_equal(next_seen().connection, connection);
}

static void test_fresh_means_another_connection(void **state)
{
	struct request *request = request_to("/ok", "a=1");

	(void)state;
	post("/ok", "a=1");
	request->fresh = true;
	http_send(http, HTTP_MAIN, request);
	assert_int_equal(wait_reply(http, HTTP_MAIN).status, 200);
	assert_int_equal(next_seen().connection, 1);
	assert_int_equal(next_seen().connection, 2);
}

static void test_forget_means_another_connection(void **state)
{
	(void)state;
	get("/ok");
	http_forget(http);
	get("/ok");
	get("/ok");
	assert_int_equal(next_seen().connection, 1);
	assert_int_equal(next_seen().connection, 2);
	assert_int_equal(next_seen().connection, 2);
}

static void test_forget_spares_what_is_under_way(void **state)
{
	struct http_fd told = {.fd = peer.told};

	(void)state;
	http_send(http, HTTP_MAIN, request_to("/ok", NULL));
	while (!told.ready)
		http_wait(http, &told, 1, 5000);
	http_forget(http);
	http_send(http, HTTP_SIDE, request_to("/hang", NULL));
	assert_int_equal(wait_reply(http, HTTP_MAIN).status, 200);
	http_drop(http, HTTP_SIDE);
	assert_int_equal(get("/ok").status, 200);
}

/* What libcurl would do by itself: send it again over a new connection. */
static void test_post_is_never_sent_twice(void **state)
{
	static const char *const paths[] = {"/close", "/half"};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		int kept;

		assert_int_equal(post("/ok", "a=1").status, 200);
		kept = next_seen().connection;
		assert_int_equal(post(paths[i], "code=1").net, NET_CONNECT);
		assert_int_equal(next_seen().connection, kept);
		assert_none_seen();
		/* The next one does not trust what was kept. */
		assert_int_equal(post("/ok", "a=1").status, 200);
		assert_true(next_seen().connection > kept);
	}
}

static void test_request_timeout(void **state)
{
	/* Long enough for a busy machine to answer what it does answer. */
	struct http *hasty = make_http(2000);
	struct reply reply;

	(void)state;
	http_send(hasty, HTTP_MAIN, request_to("/ok", "a=1"));
	assert_int_equal(wait_reply(hasty, HTTP_MAIN).status, 200);
	assert_int_equal(next_seen().connection, 1);
	http_send(hasty, HTTP_MAIN, request_to("/hang", "a=1"));
	reply = wait_reply(hasty, HTTP_MAIN);
	assert_int_equal(reply.net, NET_TIMEOUT);
	assert_int_equal(reply.status, 0);
	assert_non_null(strstr(reply.what, "127.0.0.1: it took too long"));
	assert_int_equal(next_seen().connection, 1);
	assert_none_seen();
	http_send(hasty, HTTP_MAIN, request_to("/ok", "a=1"));
	assert_int_equal(wait_reply(hasty, HTTP_MAIN).status, 200);
	assert_int_equal(next_seen().connection, 2);
	http_free(hasty);
}

/* Waits until the peer has got the request. */
static void wait_told(void)
{
	struct http_fd told = {.fd = peer.told};

	while (!told.ready)
		assert_true(http_wait(http, &told, 1, 5000));
	next_seen();
}

static void test_drop_gives_no_answer(void **state)
{
	struct request *request;
	struct reply reply;
	enum http_slot slot;

	(void)state;
	http_drop(http, HTTP_MAIN);
	http_send(http, HTTP_MAIN, request_to("/hang", "a=1"));
	wait_told();
	http_drop(http, HTTP_MAIN);
	http_drop(http, HTTP_MAIN);
	assert_true(http_wait(http, NULL, 0, 0));
	assert_false(http_reply(http, &slot, &reply));
	assert_int_equal(get("/ok").status, 200);
	/* Not even one that is there already. */
	request = request_to("/ok", NULL);
	request->authorization = xstrdup("not\nacceptable");
	http_send(http, HTTP_MAIN, request);
	http_drop(http, HTTP_MAIN);
	assert_false(http_reply(http, &slot, &reply));
}

static void test_sending_drops_what_was_under_way(void **state)
{
	(void)state;
	http_send(http, HTTP_MAIN, request_to("/hang", "a=1"));
	wait_told();
	assert_int_equal(get("/status/204").status, 204);
}

static void test_slots_side_by_side(void **state)
{
	(void)state;
	http_send(http, HTTP_MAIN, request_to("/hang", "a=1"));
	wait_told();
	for (int i = 0; i < 2; i++) {
		http_send(http, HTTP_SIDE, request_to("/ok", NULL));
		assert_int_equal(wait_reply(http, HTTP_SIDE).status, 200);
	}
}

static void test_free_in_mid_flight(void **state)
{
	struct http *other = make_http(10000);

	(void)state;
	http_send(other, HTTP_MAIN, request_to("/hang", "a=1"));
	http_send(other, HTTP_SIDE, request_to("/hang", "a=1"));
	http_wait(other, NULL, 0, 0);
	http_free(other);
	http_free(NULL);
}

static void test_descriptors_end_the_wait(void **state)
{
	int ends[2], dead[2], full[2];
	enum { READ, WRITE, NONE, GONE, DEAD, FDS };
	struct http_fd fds[FDS];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(pipe(dead), 0);
	assert_int_equal(pipe(full), 0);
	close(dead[1]);
	close(full[0]);
	memset(fds, 0, sizeof(fds));
	fds[READ].fd = ends[0];
	fds[WRITE].fd = ends[1];
	fds[WRITE].write = true;
	fds[NONE].fd = -1;
	fds[NONE].ready = true;
	fds[GONE].fd = dead[0];
	fds[DEAD].fd = full[1];
	fds[DEAD].write = true;

	/* Each of them alone wakes a wait without end. */
	assert_true(http_wait(http, &fds[WRITE], 1, -1));
	assert_true(fds[WRITE].ready && !fds[WRITE].hung_up);
	assert_true(http_wait(http, &fds[GONE], 1, -1));
	assert_true(fds[GONE].ready && fds[GONE].hung_up);
	assert_true(http_wait(http, &fds[DEAD], 1, -1));
	assert_true(fds[DEAD].ready && fds[DEAD].hung_up);
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_true(http_wait(http, &fds[READ], 1, -1));
	assert_true(fds[READ].ready && !fds[READ].hung_up);

	/* All together; what is not ready is not said to be. */
	assert_int_equal(read(ends[0], (char[1]){0}, 1), 1);
	assert_true(http_wait(http, fds, FDS, -1));
	assert_false(fds[READ].ready || fds[READ].hung_up);
	assert_true(fds[WRITE].ready);
	assert_false(fds[NONE].ready || fds[NONE].hung_up);
	assert_true(fds[GONE].hung_up);

	/* Nothing is ready: the time is what ends it. */
	assert_true(http_wait(http, &fds[READ], 1, 10));
	assert_false(fds[READ].ready);
	close(ends[0]);
	close(ends[1]);
	close(dead[0]);
	close(full[1]);
}

static void test_end_alone_is_waited_for(void **state)
{
	struct http_fd fd = {.end_only = true};
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	/* Room to write and something to read are nothing. */
	fd.fd = ends[1];
	assert_true(http_wait(http, &fd, 1, 10));
	assert_false(fd.ready || fd.hung_up);
	assert_int_equal(write(ends[1], "x", 1), 1);
	fd.fd = ends[0];
	assert_true(http_wait(http, &fd, 1, 10));
	assert_false(fd.ready || fd.hung_up);
	/* The other end goes. */
	fd.fd = ends[1];
	close(ends[0]);
	assert_true(http_wait(http, &fd, 1, -1));
	assert_true(fd.ready && fd.hung_up);
	close(ends[1]);
}

static void test_closed_descriptor_is_told(void **state)
{
	struct http_fd gone;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	close(ends[1]);
	gone = (struct http_fd){.fd = ends[0]};
	assert_true(http_wait(http, &gone, 1, 1000));
	assert_true(gone.hung_up);
}

static void test_too_many_descriptors(void **state)
{
	struct http_fd fds[100];

	(void)state;
	for (size_t i = 0; i < 100; i++)
		fds[i] = (struct http_fd){.fd = -1};
	assert_false(http_wait(http, fds, 100, 0));
	assert_true(http_wait(http, fds, 16, 0));
}

/* An answer that is there already is not waited upon. */
static void test_wait_returns_for_an_answer(void **state)
{
	struct reply reply;
	enum http_slot slot;

	(void)state;
	http_send(http, HTTP_MAIN, request_to("/ok", NULL));
	http_send(http, HTTP_SIDE, request_to("/status/204", NULL));
	for (int i = 0; i < 1000; i++)
		if (http_reply(http, &slot, &reply))
			break;
		else
			assert_true(http_wait(http, NULL, 0, -1));
	assert_int_equal(reply.net, NET_OK);
	http_drop(http, HTTP_MAIN);
	http_drop(http, HTTP_SIDE);
	assert_false(http_reply(http, &slot, &reply));
}

static void test_ca_file_must_be_there(void **state)
{
	const struct http_options options = {
		.ca_file = "/nowhere/ca.pem",
		.user_agent = "t",
	};
	struct err err = {""};

	(void)state;
	assert_null(http_new(&options, &err));
	assert_non_null(strstr(err.text, "/nowhere/ca.pem"));
	assert_non_null(strstr(err.text, "network.ca_file"));
}

static int start(void **state)
{
	struct err err = {""};

	(void)state;
	return !http_init(&err);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_answer_as_it_came),
		TEST(test_post_exactly),
		TEST(test_get_exactly_after_a_post),
		TEST(test_bodies_of_every_size),
		TEST(test_header_cannot_be_smuggled_in),
		TEST(test_redirect_is_not_followed),
		TEST(test_cap_on_bodies),
		TEST(test_dpop),
		TEST(test_retry_after),
		TEST(test_headers_that_rfcs_speak_of),
		TEST(test_what_the_proxy_says),
		TEST(test_connection_is_kept),
		TEST(test_fresh_means_another_connection),
		TEST(test_forget_means_another_connection),
		TEST(test_forget_spares_what_is_under_way),
		TEST(test_post_is_never_sent_twice),
		TEST(test_request_timeout),
		TEST(test_drop_gives_no_answer),
		TEST(test_sending_drops_what_was_under_way),
		TEST(test_slots_side_by_side),
		TEST(test_free_in_mid_flight),
		TEST(test_descriptors_end_the_wait),
		TEST(test_end_alone_is_waited_for),
		TEST(test_closed_descriptor_is_told),
		TEST(test_too_many_descriptors),
		TEST(test_wait_returns_for_an_answer),
		TEST(test_ca_file_must_be_there),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
