/* SPDX-License-Identifier: MIT */
/*
 * io/http against a peer of its own: how often it sends, and over which
 * connection.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/http.h"
#include "http_fixture.h"
#include "peer.h"

static void test_connection_is_kept(void **state)
{
	int connection;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(http_fixture_post("/ok", "a=1").status, 200);
	connection = http_fixture_next_seen().connection;
	assert_int_equal(http_fixture_next_seen().connection, connection);
	assert_int_equal(http_fixture_next_seen().connection, connection);
}

static void test_fresh_means_another_connection(void **state)
{
	struct request *request = http_fixture_request_to("/ok", "a=1");

	(void)state;
	http_fixture_post("/ok", "a=1");
	request->fresh = true;
	http_send(http_client, HTTP_MAIN, request);
	assert_int_equal(http_fixture_wait_reply(http_client, HTTP_MAIN).status,
			 200);
	assert_int_equal(http_fixture_next_seen().connection, 1);
	assert_int_equal(http_fixture_next_seen().connection, 2);
}

static void test_forget_means_another_connection(void **state)
{
	(void)state;
	http_fixture_get("/ok");
	http_forget(http_client);
	http_fixture_get("/ok");
	http_fixture_get("/ok");
	assert_int_equal(http_fixture_next_seen().connection, 1);
	assert_int_equal(http_fixture_next_seen().connection, 2);
	assert_int_equal(http_fixture_next_seen().connection, 2);
}

static void test_forget_spares_what_is_under_way(void **state)
{
	struct http_fd told = {.fd = http_peer.told};

	(void)state;
	http_send(http_client, HTTP_MAIN, http_fixture_request_to("/ok", NULL));
	while (!told.ready)
		http_wait(http_client, &told, 1, 5000);
	http_forget(http_client);
	http_send(http_client, HTTP_SIDE,
		  http_fixture_request_to("/hang", NULL));
	assert_int_equal(http_fixture_wait_reply(http_client, HTTP_MAIN).status,
			 200);
	http_drop(http_client, HTTP_SIDE);
	assert_int_equal(http_fixture_get("/ok").status, 200);
}

/* What libcurl would do by itself: send it again over a new connection. */
static void test_post_is_never_sent_twice(void **state)
{
	static const struct {
		const char *path, *body;
		bool own; /* not over the one that was kept */
		bool idle_closed;
	} cases[] = {
		{"/close", "code=1", false, true},
		{"/reset", "code=1", false, true},
		{"/half", "code=1", false, false},
		{"/close", "", true, false},
		{"/reset", "", true, false},
		{"/half", "", true, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reply reply;
		int kept;

		assert_int_equal(http_fixture_post("/ok", "a=1").status, 200);
		kept = http_fixture_next_seen().connection;
		reply = http_fixture_post(cases[i].path, cases[i].body);
		assert_int_equal(reply.net, NET_CONNECT);
		assert_int_equal(reply.idle_closed, cases[i].idle_closed);
		assert_int_equal(http_fixture_next_seen().connection != kept,
				 cases[i].own);
		http_fixture_assert_none_seen();
		/* The next one does not trust what was kept. */
		reply = http_fixture_post("/ok", "a=1");
		assert_int_equal(reply.status, 200);
		assert_false(reply.idle_closed);
		assert_true(http_fixture_next_seen().connection > kept);
	}
}

/* What dies on a new connection was not idle. */
static void test_new_connection_was_not_idle(void **state)
{
	static const char *const paths[] = {"/close", "/reset", "/half"};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct request *request =
			http_fixture_request_to(paths[i], "code=1");
		struct reply reply;

		/* True if there is another one that was kept, or not. */
		if (i > 0)
			assert_int_equal(http_fixture_post("/ok", "a=1").status,
					 200);
		request->fresh = true;
		http_send(http_client, HTTP_MAIN, request);
		reply = http_fixture_wait_reply(http_client, HTTP_MAIN);
		assert_int_equal(reply.net, NET_CONNECT);
		assert_false(reply.idle_closed);
	}
}

/* Nor was one that is told on its first request that it took too long; on a
 * kept one that may be all that it means. */
static void test_idle_close_with_a_status(void **state)
{
	struct reply reply = http_fixture_post("/status/408", "code=1");

	(void)state;
	assert_int_equal(reply.status, 408);
	assert_false(reply.idle_closed);
	http_fixture_next_seen();
	http_forget(http_client);
	assert_int_equal(http_fixture_post("/ok", "a=1").status, 200);
	http_fixture_next_seen();
	reply = http_fixture_post("/status/408", "code=1");
	assert_int_equal(reply.net, NET_OK);
	assert_int_equal(reply.status, 408);
	assert_true(reply.idle_closed);
	assert_int_equal(http_fixture_next_seen().connection, 2);
	reply = http_fixture_post("/status/408", "code=1");
	assert_false(reply.idle_closed);
	assert_int_equal(http_fixture_next_seen().connection, 3);
	assert_false(http_fixture_post("/status/500", "code=1").idle_closed);
}

/* The time passes in waits, as in the program. */
static void stay_idle(int64_t idle_ms)
{
	for (int64_t part_ms; idle_ms > 0; idle_ms -= part_ms) {
		part_ms = idle_ms < 5000 ? idle_ms : 5000;
		http_clock_ms += part_ms;
		assert_true(http_wait(http_client, NULL, 0, 0));
	}
}

/* A server says how long it keeps an idle connection. */
static void test_keep_alive(void **state)
{
	static const struct {
		const char *path;
		int64_t idle_ms;
		bool kept;
	} cases[] = {
		{"/keep/timeout=5", 0, true},
		{"/keep/timeout=5", 3999, true},
		{"/keep/timeout=5", 4000, false},
		{"/keep/timeout=5", 6000, false},
		{"/keep/timeout=5", INT64_C(86400000), false},
		{"/keep/timeout=5,max=100", 3999, true},
		{"/keep/timeout=5,max=100", 4000, false},
		{"/keep/max=100", 6000, true},
		{"/keep/timeout=0", 0, false},
		{"/keep/timeout=1", 0, false},
		{"/keep/max=1", 0, false},
		{"/keep/timeout=5,max=1", 0, false},
		{"/keep/timeout=5,max=2", 0, true},
		{"/keep/timeout=2", 999, true},
		{"/keep/timeout=2", 1000, false},
		{"/keep/timeout=75", 73999, true},
		{"/keep/timeout=75", 74000, false},
		{"/ok", 60000, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int connection, next;

		http_forget(http_client);
		assert_int_equal(http_fixture_post(cases[i].path, "a=1").status,
				 200);
		connection = http_fixture_next_seen().connection;
		stay_idle(cases[i].idle_ms);
		assert_int_equal(http_fixture_post("/ok", "a=1").status, 200);
		next = http_fixture_next_seen().connection;
		if ((next == connection) != cases[i].kept)
			fail_msg("%s, %ld", cases[i].path,
				 (long)cases[i].idle_ms);
	}
}

/* After sleep the connections are dead, wherever the process was. */
static void test_sleep(void **state)
{
	static const struct {
		int64_t pause_ms, wait_ms, jump_ms;
		bool slept;
	} cases[] = {
		{5000, 0, 0, false},	    {5001, 0, 0, true},
		{3600000, 0, 0, true},	    {0, 0, 5000, false},
		{0, 0, 5001, true},	    {0, 10, 5010, false},
		{0, 10, 5011, true},	    {5000, 10, 5010, false},
		{4000, 10, 86400000, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int connection;

		assert_int_equal(http_fixture_get("/ok").status, 200);
		connection = http_fixture_next_seen().connection;
		http_clock_ms += cases[i].pause_ms;
		http_clock_jump_ms = cases[i].jump_ms;
		if (cases[i].jump_ms > 0)
			assert_true(http_wait(http_client, NULL, 0,
					      cases[i].wait_ms));
		assert_int_equal(http_fixture_get("/ok").status, 200);
		assert_int_equal(http_fixture_next_seen().connection,
				 connection + cases[i].slept);
		assert_int_equal(http_has_slept(http_client), cases[i].slept);
		assert_false(http_has_slept(http_client));
	}
}

/* One that closes each connection with its second request loses two of them,
 * and then no more; nothing is sent twice. */
static void test_server_that_keeps_nothing(void **state)
{
	static const char *const paths[] = {"/once", "/once-reset"};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		int lost = 0, connections = 0, last = 0;

		http_forget(http_client);
		for (int j = 0; j < 20; j++) {
			struct reply reply = http_fixture_post(paths[i], "a=1");
			struct seen seen = http_fixture_next_seen();

			http_fixture_assert_none_seen();
			connections += seen.connection != last;
			last = seen.connection;
			if (reply.net == NET_OK)
				continue;
			assert_true(reply.idle_closed);
			lost++;
		}
		assert_int_equal(lost, 2);
		assert_int_equal(connections, 18);
		/* A request without a body is sent again: that loses none. */
		for (int j = 0; j < 4; j++) {
			assert_int_equal(http_fixture_get(paths[i]).net,
					 NET_OK);
			while (peer_seen(&http_peer, &(struct seen){0}))
				;
		}
		/* Once the network has changed it may be another one. */
		http_forget(http_client);
		assert_int_equal(http_fixture_post("/ok", "a=1").net, NET_OK);
		last = http_fixture_next_seen().connection;
		assert_int_equal(http_fixture_post("/ok", "a=1").net, NET_OK);
		assert_int_equal(http_fixture_next_seen().connection, last);
	}
}

/* Nor is one trusted that goes silent on kept connections. */
static void test_server_that_goes_silent(void **state)
{
	/* Long enough for a busy machine to answer what it does answer. */
	struct http *hasty = http_fixture_make(2000);
	int lost = 0;

	(void)state;
	for (int i = 0; i < 10; i++) {
		http_send(hasty, HTTP_MAIN,
			  http_fixture_request_to("/once-hang", "a=1"));
		lost += http_fixture_wait_reply(hasty, HTTP_MAIN).net ==
			NET_TIMEOUT;
		http_fixture_next_seen();
		http_fixture_assert_none_seen();
	}
	assert_int_equal(lost, 2);
	http_free(hasty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_connection_is_kept),
		TEST(test_fresh_means_another_connection),
		TEST(test_forget_means_another_connection),
		TEST(test_forget_spares_what_is_under_way),
		TEST(test_post_is_never_sent_twice),
		TEST(test_new_connection_was_not_idle),
		TEST(test_idle_close_with_a_status),
		TEST(test_keep_alive),
		TEST(test_sleep),
		TEST(test_server_that_keeps_nothing),
		TEST(test_server_that_goes_silent),
	};

	return cmocka_run_group_tests(tests, http_fixture_start, NULL);
}
