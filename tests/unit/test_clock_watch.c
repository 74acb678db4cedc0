/* SPDX-License-Identifier: MIT */
/*
 * io/clock_watch: is quiet while nobody sets the clock. That it tells where
 * somebody does is a row of the fault table: it takes a machine of its own.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>

#include <cmocka.h>

#include "io/clock_watch.h"

static void test_quiet(void **state)
{
	struct clock_watch *wall = clock_watch_open();
	struct pollfd polled = {.fd = clock_watch_fd(wall), .events = POLLIN};

	(void)state;
	assert_non_null(wall);
	assert_true(clock_watch_fd(wall) >= 0);
	assert_int_equal(poll(&polled, 1, 0), 0);
	assert_false(clock_watch_was_set(wall));
	/* Asking has not ended it. */
	assert_true(clock_watch_fd(wall) >= 0);
	clock_watch_close(wall);
}

static void test_none(void **state)
{
	(void)state;
	assert_int_equal(clock_watch_fd(NULL), -1);
	assert_false(clock_watch_was_set(NULL));
	clock_watch_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
