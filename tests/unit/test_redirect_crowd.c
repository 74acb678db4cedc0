/* SPDX-License-Identifier: MIT */
/*
 * io/redirect with real sockets in one process: who is slow, a crowd of
 * clients, and a lack of descriptors.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "io/redirect.h"
#include "redirect_fixture.h"

static void test_slow_client_is_cut_off(void **state)
{
	static const char drip[] = "GET /redirect.html?code=a HTTP/1.1\r\nX: "
				   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	struct redirect_fixture *desk = *state;
	struct redirect_client client;

	redirect_client_open(&client, desk);
	for (size_t i = 0; !client.over && drip[i] != '\0'; i++) {
		redirect_client_send(&client, desk, &drip[i], 1);
		redirect_fixture_settle(desk, &client);
		if (!client.over)
			assert_true(i * 1000 < REQUEST_MS);
		desk->now_ms += 1000;
	}
	assert_true(client.over);
	assert_int_equal(client.reply.len, 0);
	redirect_client_close(&client);
	redirect_fixture_assert_works(desk);
}

static void test_request_that_is_here_is_never_late(void **state)
{
	struct redirect_fixture *desk = *state;
	struct redirect_client client;

	redirect_client_open(&client, desk);
	redirect_fixture_settle(desk, &client);
	/* The machine slept, and the rest came in meanwhile. */
	desk->now_ms += 10 * REQUEST_MS;
	redirect_fixture_request(desk, &client, "GET", "/redirect.html?code=a");
	secret_free(redirect_fixture_await_hit(desk, &client));
	redirect_client_close(&client);
}

/* Any user of the machine can connect, and hold it: that keeps nobody out, and
 * no time passes until the right one is served. */
static void test_crowd_gives_way_at_once(void **state)
{
	static const char *const beginnings[] = {
		"", /* nothing at all */
		"G",
		"GET /redirect.html?code=a&state=b HTTP/1.1\r\nX: ",
		"GET /elsewhere HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
	};
	static struct redirect_client crowd[256];
	struct redirect_fixture *desk = *state;

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(*beginnings); i++) {
		for (size_t n = 64; n <= 256; n *= 4) {
			struct redirect_client good;
			int fds = redirect_fixture_count_fds();

			for (size_t j = 0; j < n; j++) {
				redirect_client_open(&crowd[j], desk);
				if (beginnings[i][0] != '\0')
					redirect_client_send(
						&crowd[j], desk, beginnings[i],
						strlen(beginnings[i]));
			}
			redirect_fixture_get(desk, &good,
					     "/redirect.html?" GOOD_QUERY);
			secret_free(redirect_fixture_await_hit(desk, &good));
			assert_true(redirect_fixture_count_fds() <=
				    fds + (int)n + 1 + MAX_CONNECTIONS);
			redirect_answer(desk->redirect, false, NULL);
			redirect_fixture_assert_status(
				redirect_fixture_finish(desk, &good), 400);
			for (size_t j = 0; j < n; j++)
				redirect_client_close(&crowd[j]);
			redirect_client_close(&good);
			redirect_fixture_run(desk);
		}
	}
	redirect_fixture_assert_works(desk);
}

/* The newest stay, for one of them may be the browser. */
static void test_oldest_is_dropped_first(void **state)
{
	struct redirect_client crowd[MAX_CONNECTIONS + 4];
	struct redirect_fixture *desk = *state;
	size_t n = sizeof(crowd) / sizeof(crowd[0]);
	int fds = redirect_fixture_count_fds();

	for (size_t i = 0; i < n; i++) {
		redirect_client_open(&crowd[i], desk);
		redirect_fixture_settle(desk, &crowd[i]);
	}
	assert_int_equal(redirect_fixture_count_fds(),
			 fds + (int)n + MAX_CONNECTIONS);
	for (size_t i = 0; i < n - MAX_CONNECTIONS; i++)
		assert_string_equal(redirect_fixture_finish(desk, &crowd[i]),
				    "");
	for (size_t i = n - MAX_CONNECTIONS; i < n; i++) {
		redirect_fixture_settle(desk, &crowd[i]);
		assert_false(crowd[i].over);
	}
	/* And none of them for longer than a request may take. */
	desk->now_ms += REQUEST_MS;
	for (size_t i = n - MAX_CONNECTIONS; i < n; i++)
		assert_string_equal(redirect_fixture_finish(desk, &crowd[i]),
				    "");
	for (size_t i = 0; i < n; i++)
		redirect_client_close(&crowd[i]);
}

/* Whole requests on one connection: only the first counts. */
static void test_one_connection_carries_one_request(void **state)
{
	struct redirect_fixture *desk = *state;
	struct redirect_client client;
	struct buf out;
	const char *reply;

	buf_init(&out, 1000);
	for (int i = 0; i < 2; i++)
		buf_addf(&out,
			 "GET /%s?code=a HTTP/1.1\r\n"
			 "Host: localhost:%d\r\n\r\n",
			 i == 0 ? "elsewhere" : "redirect.html",
			 desk->url.port);
	redirect_client_open(&client, desk);
	redirect_client_send(&client, desk, out.data, out.len);
	reply = redirect_fixture_finish(desk, &client);
	redirect_fixture_assert_status(reply, 404);
	assert_null(strstr(reply + 1, "HTTP/1.1 "));
	assert_null(redirect_take(desk->redirect));
	redirect_client_close(&client);
	buf_free(&out);
}

static void test_lack_of_descriptors_leaks_none(void **state)
{
	struct rlimit old, tight;
	struct redirect *redirect = NULL;
	int fds = redirect_fixture_count_fds();

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	tight = old;
	/* Lets one more be opened each time, until all that it takes are. */
	for (rlim_t limit = 3; redirect == NULL; limit++) {
		struct err err = {""};

		assert_true(limit < 256);
		tight.rlim_cur = limit;
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
		redirect = redirect_open("http://localhost/cb", true, &err);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
		if (redirect == NULL) {
			assert_string_not_equal(err.text, "");
			assert_int_equal(redirect_fixture_count_fds(), fds);
		}
	}
	redirect_close(redirect);
	assert_int_equal(redirect_fixture_count_fds(), fds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DESK(test_slow_client_is_cut_off),
		WITH_DESK(test_request_that_is_here_is_never_late),
		WITH_DESK(test_crowd_gives_way_at_once),
		WITH_DESK(test_oldest_is_dropped_first),
		WITH_DESK(test_one_connection_carries_one_request),
		cmocka_unit_test(test_lack_of_descriptors_leaks_none),
	};

	return cmocka_run_group_tests(tests, redirect_fixture_start, NULL);
}
