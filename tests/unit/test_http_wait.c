/* SPDX-License-Identifier: MIT */
/*
 * io/http against a peer of its own: what ends the wait, and what is given up.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/http.h"
#include "http_fixture.h"

static void test_request_timeout(void **state)
{
	/* Long enough for a busy machine to answer what it does answer. */
	struct http *hasty = http_fixture_make(2000);
	struct reply reply;

	(void)state;
	http_send(hasty, HTTP_MAIN, http_fixture_request_to("/ok", "a=1"));
	assert_int_equal(http_fixture_wait_reply(hasty, HTTP_MAIN).status, 200);
	assert_int_equal(http_fixture_next_seen().connection, 1);
	http_send(hasty, HTTP_MAIN, http_fixture_request_to("/hang", "a=1"));
	reply = http_fixture_wait_reply(hasty, HTTP_MAIN);
	assert_int_equal(reply.net, NET_TIMEOUT);
	assert_int_equal(reply.status, 0);
	assert_non_null(strstr(reply.what, "127.0.0.1: the request timed out"));
	assert_int_equal(http_fixture_next_seen().connection, 1);
	http_fixture_assert_none_seen();
	http_send(hasty, HTTP_MAIN, http_fixture_request_to("/ok", "a=1"));
	assert_int_equal(http_fixture_wait_reply(hasty, HTTP_MAIN).status, 200);
	assert_int_equal(http_fixture_next_seen().connection, 2);
	http_free(hasty);
}

/* Waits until the peer has got the request. */
static void wait_told(void)
{
	struct http_fd told = {.fd = http_peer.told};

	while (!told.ready)
		assert_true(http_wait(http_client, &told, 1, 5000));
	http_fixture_next_seen();
}

/* libcurl does not count the time for which the machine sleeps. */
static void test_timeout_counts_sleep(void **state)
{
	struct reply reply;
	enum http_slot slot;

	(void)state;
	assert_int_equal(http_fixture_get("/ok").status, 200);
	assert_int_equal(http_fixture_next_seen().connection, 1);
	http_send(http_client, HTTP_MAIN,
		  http_fixture_request_to("/hang", "a=1"));
	wait_told();
	http_clock_ms += 9999;
	assert_true(http_wait(http_client, NULL, 0, 0));
	assert_false(http_reply(http_client, &slot, &reply));
	http_clock_ms++;
	assert_true(http_wait(http_client, NULL, 0, 0));
	assert_true(http_reply(http_client, &slot, &reply));
	assert_int_equal(slot, HTTP_MAIN);
	assert_int_equal(reply.net, NET_TIMEOUT);
	assert_non_null(strstr(reply.what, "127.0.0.1: the request timed out"));
	/* The connection is not used again. */
	assert_int_equal(http_fixture_get("/ok").status, 200);
	assert_int_equal(http_fixture_next_seen().connection, 2);
}

/* An answer that has arrived meanwhile is taken: it may hold the tokens. */
static void test_answer_from_sleep(void **state)
{
	struct http *other = http_fixture_make(10000);
	struct reply reply;
	enum http_slot slot;

	(void)state;
	http_send(http_client, HTTP_MAIN,
		  http_fixture_request_to("/ok", "a=1"));
	wait_told();
	/* The peer answers one after the other. */
	http_send(other, HTTP_MAIN, http_fixture_request_to("/ok", NULL));
	assert_int_equal(http_fixture_wait_reply(other, HTTP_MAIN).status, 200);
	http_clock_ms += 3600 * 1000;
	assert_true(http_wait(http_client, NULL, 0, 0));
	assert_true(http_reply(http_client, &slot, &reply));
	assert_int_equal(reply.status, 200);
	http_free(other);
}

static void test_drop_gives_no_answer(void **state)
{
	struct request *request;
	struct reply reply;
	enum http_slot slot;

	(void)state;
	http_drop(http_client, HTTP_MAIN);
	http_send(http_client, HTTP_MAIN,
		  http_fixture_request_to("/hang", "a=1"));
	wait_told();
	http_drop(http_client, HTTP_MAIN);
	http_drop(http_client, HTTP_MAIN);
	assert_true(http_wait(http_client, NULL, 0, 0));
	assert_false(http_reply(http_client, &slot, &reply));
	assert_int_equal(http_fixture_get("/ok").status, 200);
	/* Not even one that is there already. */
	request = http_fixture_request_to("/ok", NULL);
	request->authorization = xstrdup("not\nacceptable");
	http_send(http_client, HTTP_MAIN, request);
	http_drop(http_client, HTTP_MAIN);
	assert_false(http_reply(http_client, &slot, &reply));
}

static void test_sending_drops_what_was_under_way(void **state)
{
	(void)state;
	http_send(http_client, HTTP_MAIN,
		  http_fixture_request_to("/hang", "a=1"));
	wait_told();
	assert_int_equal(http_fixture_get("/status/204").status, 204);
}

static void test_slots_side_by_side(void **state)
{
	(void)state;
	http_send(http_client, HTTP_MAIN,
		  http_fixture_request_to("/hang", "a=1"));
	wait_told();
	for (int i = 0; i < 2; i++) {
		http_send(http_client, HTTP_SIDE,
			  http_fixture_request_to("/ok", NULL));
		assert_int_equal(
			http_fixture_wait_reply(http_client, HTTP_SIDE).status,
			200);
	}
}

static void test_free_in_mid_flight(void **state)
{
	struct http *other = http_fixture_make(10000);

	(void)state;
	http_send(other, HTTP_MAIN, http_fixture_request_to("/hang", "a=1"));
	http_send(other, HTTP_SIDE, http_fixture_request_to("/hang", "a=1"));
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
	assert_true(http_wait(http_client, &fds[WRITE], 1, -1));
	assert_true(fds[WRITE].ready && !fds[WRITE].hung_up);
	assert_true(http_wait(http_client, &fds[GONE], 1, -1));
	assert_true(fds[GONE].ready && fds[GONE].hung_up);
	assert_true(http_wait(http_client, &fds[DEAD], 1, -1));
	assert_true(fds[DEAD].ready && fds[DEAD].hung_up);
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_true(http_wait(http_client, &fds[READ], 1, -1));
	assert_true(fds[READ].ready && !fds[READ].hung_up);

	/* All together; what is not ready is not said to be. */
	assert_int_equal(read(ends[0], (char[1]){0}, 1), 1);
	assert_true(http_wait(http_client, fds, FDS, -1));
	assert_false(fds[READ].ready || fds[READ].hung_up);
	assert_true(fds[WRITE].ready);
	assert_false(fds[NONE].ready || fds[NONE].hung_up);
	assert_true(fds[GONE].hung_up);

	/* Nothing is ready: the time is what ends it. */
	assert_true(http_wait(http_client, &fds[READ], 1, 10));
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
	assert_true(http_wait(http_client, &fd, 1, 10));
	assert_false(fd.ready || fd.hung_up);
	assert_int_equal(write(ends[1], "x", 1), 1);
	fd.fd = ends[0];
	assert_true(http_wait(http_client, &fd, 1, 10));
	assert_false(fd.ready || fd.hung_up);
	/* The other end goes. */
	fd.fd = ends[1];
	close(ends[0]);
	assert_true(http_wait(http_client, &fd, 1, -1));
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
	assert_true(http_wait(http_client, &gone, 1, 1000));
	assert_true(gone.hung_up);
}

static void test_too_many_descriptors(void **state)
{
	struct http_fd fds[100];

	(void)state;
	for (size_t i = 0; i < 100; i++)
		fds[i] = (struct http_fd){.fd = -1};
	assert_false(http_wait(http_client, fds, 100, 0));
	assert_true(http_wait(http_client, fds, 16, 0));
}

/* An answer that is there already is not waited upon. */
static void test_wait_returns_for_an_answer(void **state)
{
	struct reply reply;
	enum http_slot slot;

	(void)state;
	http_send(http_client, HTTP_MAIN, http_fixture_request_to("/ok", NULL));
	http_send(http_client, HTTP_SIDE,
		  http_fixture_request_to("/status/204", NULL));
	for (int i = 0; i < 1000; i++)
		if (http_reply(http_client, &slot, &reply))
			break;
		else
			assert_true(http_wait(http_client, NULL, 0, -1));
	assert_int_equal(reply.net, NET_OK);
	http_drop(http_client, HTTP_MAIN);
	http_drop(http_client, HTTP_SIDE);
	assert_false(http_reply(http_client, &slot, &reply));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_request_timeout),
		TEST(test_timeout_counts_sleep),
		TEST(test_answer_from_sleep),
		TEST(test_drop_gives_no_answer),
		TEST(test_sending_drops_what_was_under_way),
		TEST(test_slots_side_by_side),
		TEST(test_free_in_mid_flight),
		TEST(test_descriptors_end_the_wait),
		TEST(test_end_alone_is_waited_for),
		TEST(test_closed_descriptor_is_told),
		TEST(test_too_many_descriptors),
		TEST(test_wait_returns_for_an_answer),
	};

	return cmocka_run_group_tests(tests, http_fixture_start, NULL);
}
