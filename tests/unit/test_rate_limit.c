/* SPDX-License-Identifier: MIT */
/*
 * practice/rate_limit: who has to wait, and for how long, in virtual time.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "practice/rate_limit.h"

static void test_limit(void **state)
{
	struct rate_limit rate_limit = {0};

	(void)state;
	for (int i = 0; i < RATE_LIMIT_MAX; i++) {
		assert_true(rate_limit_allow(&rate_limit, "a", 1000 + i));
		rate_limit_wrong(&rate_limit, "a", 1000 + i);
	}
	assert_false(rate_limit_allow(&rate_limit, "a", 2000));
	assert_true(rate_limit_allow(&rate_limit, "b", 2000));
	assert_false(rate_limit_allow(&rate_limit, "a",
				      1000 + RATE_LIMIT_WINDOW_MS - 1));
	assert_true(rate_limit_allow(&rate_limit, "a",
				     1000 + RATE_LIMIT_WINDOW_MS));
	rate_limit_wrong(&rate_limit, "a", 1000 + RATE_LIMIT_WINDOW_MS);
	assert_true(rate_limit_allow(&rate_limit, "a",
				     1000 + RATE_LIMIT_WINDOW_MS));
}

/* However many addresses come, one that has to wait is not forgotten for the
 * sake of fewer than all others. */
static void test_many_peers(void **state)
{
	struct rate_limit rate_limit = {0};
	char peer[16];

	(void)state;
	for (int i = 0; i < RATE_LIMIT_MAX; i++)
		rate_limit_wrong(&rate_limit, "a", 0);
	for (int i = 1; i < RATE_LIMIT_PEERS; i++) {
		snprintf(peer, sizeof peer, "p%d", i);
		rate_limit_wrong(&rate_limit, peer, i);
	}
	assert_false(rate_limit_allow(&rate_limit, "a", 1000));
	rate_limit_wrong(&rate_limit, "one more", 1000);
	assert_true(rate_limit_allow(&rate_limit, "a", 1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_many_peers),
	};

	return cmocka_run_group_tests_name("guesses", tests, NULL, NULL);
}
