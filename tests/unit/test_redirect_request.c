/* SPDX-License-Identifier: MIT */
/*
 * io/redirect_request with real sockets in one process: which requests are a
 * hit, how long they may be, and noise.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "io/redirect.h"
#include "redirect_fixture.h"

static void test_requests_that_are_no_hit(void **state)
{
	/* A host that ends in ':' gets the right port. */
	static const struct {
		int status;
		const char *line, *host, *more;
	} cases[] = {
		{404, "GET /?code=a", "127.0.0.1:", ""},
		{404, "GET /favicon.ico", "localhost:", ""},
		{404, "GET /redirect.htm", "localhost:", ""},
		{404, "GET /redirect.html/", "[::1]:", ""},
		{404, "GET /redirect%2ehtml?code=a", "localhost:", ""},
		{404, "GET //redirect.html?code=a", "localhost:", ""},
		{404, "GET http://a/redirect.html?code=a", "localhost:", ""},
		{404, "POST /", "localhost:", ""},
		{405, "POST /redirect.html?code=a", "localhost:", ""},
		{405, "POST /redirect.html",
		 "localhost:", "Content-Length: 5\r\n"},
		{405, "OPTIONS /redirect.html", "localhost:", ""},
		{405, "get /redirect.html?code=a", "localhost:", ""},
		{421, "GET /redirect.html?code=a", "evil.example:", ""},
		{421, "GET /redirect.html?code=a", "localhost.a.example:", ""},
		{421, "GET /redirect.html?code=a", "127.0.0.1.a.example:", ""},
		{421, "GET /redirect.html?code=a", "a@127.0.0.1:", ""},
		{421, "GET /redirect.html?code=a", "127.0.0.1", ""},
		{421, "GET /redirect.html?code=a", "127.0.0.1:1", ""},
		{421, "GET /redirect.html?code=a", "localhost:0", ""},
		{421, "GET /redirect.html?code=a", "", ""},
		{421, "GET /elsewhere", "192.0.2.1:", ""},
		{403, "GET /redirect.html?code=a",
		 "localhost:", "Origin: https://evil.example\r\n"},
		{403, "GET /redirect.html?code=a",
		 "localhost:", "Origin: null\r\n"},
		{403, "GET /redirect.html?code=a",
		 "localhost:", "Sec-Fetch-Dest: image\r\n"},
		{403, "GET /redirect.html?code=a",
		 "localhost:", "Sec-Fetch-Dest: iframe\r\n"},
		{403, "GET /redirect.html?code=a",
		 "localhost:", "Sec-Fetch-Dest: empty\r\n"},
		{403, "POST /redirect.html",
		 "localhost:", "Origin: https://id.example\r\n"},
		{421, "GET /redirect.html?code=a",
		 "evil.example:", "Origin: https://evil.example\r\n"},
		{200, "GET /redirect.html",
		 "localhost:", "Sec-Fetch-Dest: document\r\n"},
		{400, "GET /redirect.html?code=a&code=b", "localhost:", ""},
		{400, "GET /redirect.html?state=a&b&state=a", "localhost:", ""},
		{400, "GET /redirect.html?code=a&%63ode=b", "localhost:", ""},
		{400, "GET /redirect.html?code&code", "localhost:", ""},
		{400, "GET /redirect.html?iss=a&iss=b", "localhost:", ""},
		{400, "GET /redirect.html?code=\001", "localhost:", ""},
		{400, "GET /redirect.html?code=\303\251", "localhost:", ""},
		{400, "GET /redirect.html?code=a",
		 "localhost:", "Content-Length: 5\r\n"},
		{400, "GET /redirect.html?code=a",
		 "localhost:", "Transfer-Encoding: chunked\r\n"},
		{200, "GET /redirect.html", "localhost:", ""},
		{200, "GET /redirect.html?", "LOCALHOST:", ""},
		{200, "HEAD /redirect.html?code=a", "127.9.9.9:", ""},
	};
	struct redirect_fixture *desk = *state;
	struct redirect_client client;
	struct buf out;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_init(&out, 1000);
		buf_addf(&out, "%s HTTP/1.1\r\n%sHost: %s", cases[i].line,
			 cases[i].more, cases[i].host);
		if (buf_text(&out)[out.len - 1] == ':')
			buf_addf(&out, "%d", desk->url.port);
		buf_adds(&out, "\r\n\r\n");
		redirect_client_open(&client, desk);
		redirect_client_send(&client, desk, out.data, out.len);
		if (redirect_fixture_status_of(redirect_fixture_finish(
			    desk, &client)) != cases[i].status)
			fail_msg("%s got %s", buf_text(&out),
				 buf_text(&client.reply));
		assert_null(redirect_take(desk->redirect));
		redirect_client_close(&client);
		buf_free(&out);
	}
	redirect_fixture_assert_works(desk);
}

static void test_method_oauth_failure_names_the_right_ones(void **state)
{
	struct redirect_fixture *desk = *state;
	struct redirect_client client;

	redirect_client_open(&client, desk);
	redirect_fixture_request(desk, &client, "DELETE", "/redirect.html");
	redirect_fixture_assert_contains(redirect_fixture_finish(desk, &client),
					 "\r\nAllow: GET, HEAD\r\n");
	redirect_client_close(&client);
}

static void test_head_gets_no_page(void **state)
{
	struct redirect_fixture *desk = *state;
	struct redirect_client client;
	const char *reply;

	redirect_client_open(&client, desk);
	redirect_fixture_request(desk, &client, "HEAD", "/redirect.html");
	reply = redirect_fixture_finish(desk, &client);
	redirect_fixture_assert_status(reply, 200);
	assert_string_equal(strstr(reply, "\r\n\r\n"), "\r\n\r\n");
	redirect_client_close(&client);
}

/* "/redirect.html?code=aaa…", with a query of len bytes. */
static char *long_target(size_t len)
{
	static const char redirect_fixture_start[] = "/redirect.html?code=";
	size_t n = strlen("/redirect.html?") + len;
	char *target = xcalloc(n + 1, 1);

	memset(target, 'a', n);
	memcpy(target, redirect_fixture_start, strlen(redirect_fixture_start));
	return target;
}

static void test_query_may_be_long_but_not_endless(void **state)
{
	struct redirect_fixture *desk = *state;
	struct redirect_client client;
	char *target = long_target(MAX_QUERY), *query;

	redirect_fixture_get(desk, &client, target);
	query = redirect_fixture_await_hit(desk, &client);
	assert_int_equal(strlen(query), MAX_QUERY);
	secret_free(query);
	redirect_answer(desk->redirect, false, NULL);
	redirect_fixture_finish(desk, &client);
	redirect_client_close(&client);
	free(target);

	target = long_target(MAX_QUERY + 1);
	redirect_fixture_get(desk, &client, target);
	redirect_fixture_assert_status(redirect_fixture_finish(desk, &client),
				       400);
	redirect_client_close(&client);
	free(target);
	assert_null(redirect_take(desk->redirect));
}

/* Beside a long query, a browser sends the cookies of all that ever ran on this
 * machine: a host has them for all its ports. */
static void test_cookies_find_room(void **state)
{
	struct redirect_fixture *desk = *state;
	struct redirect_client client;
	char *target = long_target(MAX_QUERY), *query;
	struct buf out;

	buf_init(&out, MAX_REPLY);
	buf_addf(&out,
		 "GET %s HTTP/1.1\r\nHost: localhost:%d\r\nCookie: a=", target,
		 desk->url.port);
	while (out.len < 2 * MAX_QUERY)
		buf_adds(&out, "aaaaaaaa");
	buf_adds(&out, "\r\n\r\n");
	redirect_client_open(&client, desk);
	redirect_client_send(&client, desk, out.data, out.len);
	query = redirect_fixture_await_hit(desk, &client);
	assert_int_equal(strlen(query), MAX_QUERY);
	secret_free(query);
	redirect_client_close(&client);
	buf_free(&out);
	free(target);
}

static void test_endless_headers_are_cut_off(void **state)
{
	struct redirect_fixture *desk = *state;
	struct redirect_client client;
	struct buf out;

	buf_init(&out, 64 * 1024);
	buf_addf(&out,
		 "GET /redirect.html?code=a HTTP/1.1\r\nHost: "
		 "localhost:%d\r\n",
		 desk->url.port);
	while (out.len < 40 * 1024)
		buf_adds(&out, "X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
	redirect_client_open(&client, desk);
	redirect_client_send(&client, desk, out.data, out.len);
	redirect_fixture_finish(desk, &client);
	assert_null(redirect_take(desk->redirect));
	redirect_client_close(&client);
	buf_free(&out);
	redirect_fixture_assert_works(desk);
}

/* Small, and the same on every machine (Marsaglia's xorshift). */
static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* A good request of which some bytes are wrong, or nothing but noise. */
static void write_noise(struct buf *out, uint32_t *seed, int port)
{
	uint32_t changes = next_random(seed) % 8;

	if (next_random(seed) % 8 == 0) {
		for (uint32_t n = next_random(seed) % 2000; n > 0; n--) {
			char byte = (char)next_random(seed);

			buf_add(out, &byte, 1);
		}
		return;
	}
	buf_addf(out,
		 "GET /redirect.html?code=a&state=b HTTP/1.1\r\n"
		 "Host: 127.0.0.1:%d\r\nCookie: a=b; c=d\r\n"
		 "Content-Length: 0\r\n\r\n",
		 port);
	while (changes-- > 0)
		out->data[next_random(seed) % out->len] =
			(char)next_random(seed);
}

static void assert_is_query(const char *query)
{
	assert_true(strlen(query) <= MAX_QUERY);
	assert_string_not_equal(query, "");
	for (const char *c = query; *c != '\0'; c++)
		assert_true(*c > ' ' && *c <= '~');
}

static void test_noise_does_no_harm(void **state)
{
	struct redirect_fixture *desk = *state;
	int hits = 0, refusals = 0, fds = redirect_fixture_count_fds();
	uint32_t seed = 20260101;
	struct redirect_client client;
	struct buf out;
	char *query;

	for (int i = 0; i < 3000; i++) {
		buf_init(&out, 4096);
		write_noise(&out, &seed, desk->url.port);
		redirect_client_open(&client, desk);
		redirect_client_send(&client, desk, buf_text(&out), out.len);
		shutdown(client.fd, SHUT_WR);
		while (!client.over) {
			query = redirect_take(desk->redirect);
			if (query != NULL) {
				assert_is_query(query);
				hits++;
				secret_free(query);
				redirect_answer(desk->redirect, false, NULL);
			}
			if (!redirect_fixture_turn(desk, &client, 100))
				desk->now_ms += REQUEST_MS;
		}
		if (client.reply.len > 0 &&
		    strncmp(buf_text(&client.reply), "HTTP/1.", 7) != 0)
			fail_msg("%s", buf_text(&client.reply));
		refusals += client.reply.len > 0;
		redirect_client_close(&client);
		buf_free(&out);
	}
	/* Else the noise was all of one kind. */
	assert_true(hits > 100 && refusals > hits + 100);
	while (redirect_fixture_count_fds() > fds) {
		assert_true(
			poll(&(struct pollfd){.fd = redirect_fd(desk->redirect),
					      .events = POLLIN},
			     1, PATIENCE_MS) > 0);
		redirect_fixture_run(desk);
	}
	redirect_fixture_assert_works(desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DESK(test_requests_that_are_no_hit),
		WITH_DESK(test_method_oauth_failure_names_the_right_ones),
		WITH_DESK(test_head_gets_no_page),
		WITH_DESK(test_query_may_be_long_but_not_endless),
		WITH_DESK(test_cookies_find_room),
		WITH_DESK(test_endless_headers_are_cut_off),
		WITH_DESK(test_noise_does_no_harm),
	};

	return cmocka_run_group_tests(tests, redirect_fixture_start, NULL);
}
