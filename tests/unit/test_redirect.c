/* SPDX-License-Identifier: MIT */
/*
 * io/redirect with real sockets in one process: how a browser's hit is handed
 * over and answered, and what ends its wait.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "io/redirect.h"
#include "redirect_fixture.h"

static void test_hit_waits_for_its_answer(void **state)
{
	struct redirect_fixture *desk = *state;
	struct redirect_client client;
	const char *reply;
	char *query;

	redirect_fixture_get(desk, &client, "/redirect.html?" GOOD_QUERY);
	query = redirect_fixture_await_hit(desk, &client);
	assert_string_equal(query, GOOD_QUERY);
	secret_free(query);
	redirect_fixture_settle(desk, &client);
	assert_false(client.over);
	assert_int_equal(client.reply.len, 0);
	assert_null(redirect_take(desk->redirect));
	assert_int_equal(redirect_timeout_ms(desk->redirect, desk->now_ms),
			 ANSWER_MS);

	redirect_answer(desk->redirect, true, NULL);
	reply = redirect_fixture_finish(desk, &client);
	redirect_fixture_assert_status(reply, 200);
	redirect_fixture_assert_contains(reply, "<h1>Done</h1>");
	redirect_fixture_assert_contains(reply, "You can close this page.");
	redirect_fixture_assert_lacks(reply, "abc");
	redirect_client_close(&client);
	redirect_fixture_settle(desk, &client);
	assert_int_equal(redirect_timeout_ms(desk->redirect, desk->now_ms), -1);
}

static void test_second_hit_is_told_that_it_is_one(void **state)
{
	struct redirect_fixture *desk = *state;
	struct redirect_client first, second, third;

	redirect_fixture_get(desk, &first, "/redirect.html?code=a&state=x");
	secret_free(redirect_fixture_await_hit(desk, &first));
	redirect_fixture_get(desk, &second, "/redirect.html?code=b&state=x");
	redirect_fixture_settle(desk, &second);
	assert_false(second.over);
	assert_null(redirect_take(desk->redirect));

	redirect_answer(desk->redirect, true, "Hello.");
	redirect_fixture_assert_contains(redirect_fixture_finish(desk, &first),
					 "Hello.");
	redirect_fixture_assert_status(redirect_fixture_finish(desk, &second),
				       410);
	redirect_fixture_assert_contains(buf_text(&second.reply),
					 "already been used");

	redirect_fixture_get(desk, &third, "/redirect.html?code=c&state=x");
	redirect_fixture_assert_status(redirect_fixture_finish(desk, &third),
				       410);
	assert_null(redirect_take(desk->redirect));
	redirect_client_close(&first);
	redirect_client_close(&second);
	redirect_client_close(&third);
}

/* So a forged hit cannot keep the true one out. */
static void test_hits_are_handed_over_in_turn(void **state)
{
	struct redirect_fixture *desk = *state;
	struct redirect_client forged, good;
	char *query;

	redirect_fixture_get(desk, &forged,
			     "/redirect.html?code=a&state=forged");
	redirect_fixture_settle(desk, &forged);
	redirect_fixture_get(desk, &good, "/redirect.html?code=b&state=x");
	redirect_fixture_settle(desk, &good);
	query = redirect_take(desk->redirect);
	assert_string_equal(query, "code=a&state=forged");
	secret_free(query);
	assert_null(redirect_take(desk->redirect));

	redirect_answer(desk->redirect, false, "Not from here.");
	query = redirect_take(desk->redirect);
	assert_string_equal(query, "code=b&state=x");
	secret_free(query);
	redirect_answer(desk->redirect, true, NULL);
	redirect_fixture_assert_status(redirect_fixture_finish(desk, &forged),
				       400);
	redirect_fixture_assert_status(redirect_fixture_finish(desk, &good),
				       200);
	redirect_client_close(&forged);
	redirect_client_close(&good);
}

static void test_answer_without_a_hit_is_nothing(void **state)
{
	struct redirect_fixture *desk = *state;

	redirect_answer(desk->redirect, true, NULL);
	redirect_fixture_assert_works(desk);
}

static void test_browser_does_not_wait_for_ever(void **state)
{
	struct redirect_fixture *desk = *state;
	struct redirect_client late, next;

	redirect_fixture_get(desk, &late, "/redirect.html?code=a&state=x");
	secret_free(redirect_fixture_await_hit(desk, &late));
	desk->now_ms += ANSWER_MS - 1;
	assert_int_equal(redirect_timeout_ms(desk->redirect, desk->now_ms), 1);
	redirect_fixture_settle(desk, &late);
	assert_false(late.over);
	desk->now_ms += 1;
	redirect_fixture_assert_status(redirect_fixture_finish(desk, &late),
				       503);
	redirect_fixture_assert_contains(buf_text(&late.reply), "try again");
	redirect_client_close(&late);

	/* The answer comes after all: it is not the next browser's. */
	redirect_fixture_get(desk, &next, "/redirect.html?code=b&state=x");
	redirect_fixture_settle(desk, &next);
	assert_null(redirect_take(desk->redirect));
	redirect_answer(desk->redirect, true, "Hello.");
	redirect_fixture_assert_status(redirect_fixture_finish(desk, &next),
				       410);
	redirect_fixture_assert_lacks(buf_text(&next.reply), "Hello.");
	redirect_client_close(&next);
}

static void test_hit_that_nobody_takes_ends_too(void **state)
{
	struct redirect_fixture *desk = *state;
	struct redirect_client client;

	redirect_fixture_get(desk, &client, "/redirect.html?code=a&state=x");
	redirect_fixture_settle(desk, &client);
	desk->now_ms += ANSWER_MS;
	redirect_fixture_assert_status(redirect_fixture_finish(desk, &client),
				       503);
	assert_null(redirect_take(desk->redirect));
	redirect_client_close(&client);
}

static void test_browser_may_go_away(void **state)
{
	struct redirect_fixture *desk = *state;
	struct redirect_client client;

	redirect_fixture_get(desk, &client, "/redirect.html?code=a&state=x");
	secret_free(redirect_fixture_await_hit(desk, &client));
	redirect_client_close(&client);
	redirect_fixture_run(desk);
	redirect_answer(desk->redirect, false, NULL);
	redirect_fixture_run(desk);
	redirect_fixture_assert_works(desk);
}

static void test_close_tells_those_who_wait(void **state)
{
	struct redirect_client taken, waiting, idle, unread;
	struct redirect_fixture desk;

	(void)state;
	redirect_fixture_open(&desk, PAGE);
	redirect_fixture_get(&desk, &taken, "/redirect.html?code=a");
	secret_free(redirect_fixture_await_hit(&desk, &taken));
	redirect_fixture_get(&desk, &waiting, "/redirect.html?code=b");
	redirect_fixture_settle(&desk, &waiting);
	redirect_client_open(&idle, &desk);
	redirect_fixture_settle(&desk, &idle);
	redirect_client_send(&idle, &desk, "GET /", 5);
	/* It arrives while the listener closes. */
	redirect_client_open(&unread, &desk);
	redirect_fixture_settle(&desk, &unread);
	assert_int_equal(dprintf(unread.fd,
				 "GET /redirect.html?code=c HTTP/1.1\r\n"
				 "Host: localhost:%05d\r\n\r\n",
				 desk.url.port),
			 strlen("GET /redirect.html?code=c HTTP/1.1\r\n"
				"Host: localhost:00000\r\n\r\n"));
	redirect_close(desk.redirect);

	redirect_client_read(&taken);
	redirect_client_read(&waiting);
	redirect_client_read(&idle);
	redirect_client_read(&unread);
	redirect_fixture_assert_contains(buf_text(&taken.reply),
					 "The sign-in has ended.");
	redirect_fixture_assert_contains(buf_text(&waiting.reply),
					 "The sign-in has ended.");
	redirect_fixture_assert_contains(buf_text(&unread.reply),
					 "The sign-in has ended.");
	assert_true(taken.over && waiting.over && unread.over && idle.over);
	redirect_client_close(&taken);
	redirect_client_close(&waiting);
	redirect_client_close(&idle);
	redirect_client_close(&unread);
	assert_int_equal(redirect_fixture_count_fds(), desk.fds_before);
}

static void test_close_right_after_the_answer_delivers_it(void **state)
{
	struct redirect_client client;
	struct redirect_fixture desk;

	(void)state;
	redirect_fixture_open(&desk, PAGE);
	redirect_fixture_get(&desk, &client, "/redirect.html?code=a");
	secret_free(redirect_fixture_await_hit(&desk, &client));
	redirect_answer(desk.redirect, true, NULL);
	redirect_close(desk.redirect);
	redirect_client_read(&client);
	assert_true(client.over);
	redirect_fixture_assert_status(buf_text(&client.reply), 200);
	redirect_fixture_assert_contains(buf_text(&client.reply), "</html>");
	redirect_client_close(&client);
	redirect_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DESK(test_hit_waits_for_its_answer),
		WITH_DESK(test_second_hit_is_told_that_it_is_one),
		WITH_DESK(test_hits_are_handed_over_in_turn),
		WITH_DESK(test_answer_without_a_hit_is_nothing),
		WITH_DESK(test_browser_does_not_wait_for_ever),
		WITH_DESK(test_hit_that_nobody_takes_ends_too),
		WITH_DESK(test_browser_may_go_away),
		cmocka_unit_test(test_close_tells_those_who_wait),
		cmocka_unit_test(test_close_right_after_the_answer_delivers_it),
	};

	return cmocka_run_group_tests(tests, redirect_fixture_start, NULL);
}
