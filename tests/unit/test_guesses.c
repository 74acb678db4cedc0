/* SPDX-License-Identifier: MIT */
/*
 * practice/guesses: who has to wait, and for how long, in virtual time.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "practice/guesses.h"

static void test_limit(void **state)
{
	struct guesses guesses = {0};

	(void)state;
	for (int i = 0; i < GUESSES_MAX; i++) {
		assert_true(guesses_allow(&guesses, "a", 1000 + i));
		guesses_wrong(&guesses, "a", 1000 + i);
	}
	assert_false(guesses_allow(&guesses, "a", 2000));
	assert_true(guesses_allow(&guesses, "b", 2000));
	assert_false(
		guesses_allow(&guesses, "a", 1000 + GUESSES_WINDOW_MS - 1));
	assert_true(guesses_allow(&guesses, "a", 1000 + GUESSES_WINDOW_MS));
	guesses_wrong(&guesses, "a", 1000 + GUESSES_WINDOW_MS);
	assert_true(guesses_allow(&guesses, "a", 1000 + GUESSES_WINDOW_MS));
}

/* However many addresses come, one that has to wait is not forgotten for the
 * sake of fewer than all others. */
static void test_many_peers(void **state)
{
	struct guesses guesses = {0};
	char peer[16];

	(void)state;
	for (int i = 0; i < GUESSES_MAX; i++)
		guesses_wrong(&guesses, "a", 0);
	for (int i = 1; i < GUESSES_PEERS; i++) {
		snprintf(peer, sizeof peer, "p%d", i);
		guesses_wrong(&guesses, peer, i);
	}
	assert_false(guesses_allow(&guesses, "a", 1000));
	guesses_wrong(&guesses, "one more", 1000);
	assert_true(guesses_allow(&guesses, "a", 1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_many_peers),
	};

	return cmocka_run_group_tests_name("guesses", tests, NULL, NULL);
}
