/* SPDX-License-Identifier: MIT */
/*
 * ui/calm: what a countdown says at each moment, and when it changes.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/deadline.h"
#include "ui/calm.h"
#include "ui/model.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { NOW_MS = 5000 };

static struct model model_of(int64_t left_ms)
{
	const int64_t then_ms =
		left_ms == NEVER_MS ? NEVER_MS : NOW_MS + left_ms;

	return (struct model){
		.now_ms = NOW_MS,
		.expires_ms = then_ms,
		.token_expires_ms = then_ms,
		.idle_ms = then_ms,
		.confirm_ms = then_ms,
		.retry_ms = then_ms,
	};
}

static void test_steps(void **state)
{
	static const struct {
		int64_t left_ms, shown_ms, changes_in_ms;
	} cases[] = {
		{300000, 300000, 60000},
		{299999, 300000, 59999},
		{240001, 300000, 1},
		{240000, 240000, 60000},
		{120001, 180000, 1},
		{120000, 120000, 30000},
		{90001, 120000, 1},
		{90000, 90000, 30000},
		{60000, 60000, 30000},
		{30001, 60000, 1},
		{30000, 30000, 10000},
		{20000, 20000, 10000},
		{10000, 10000, 10000},
		{1, 10000, 1},
		{0, 0, NEVER_MS},
		{-1, -1, NEVER_MS},
		{NEVER_MS, NEVER_MS, NEVER_MS},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct model model = model_of(cases[i].left_ms);
		const struct model wanted = model_of(cases[i].shown_ms);
		struct model calm;

		calm_model(&calm, &model);
		assert_int_equal(calm.expires_ms, wanted.expires_ms);
		assert_int_equal(calm.token_expires_ms,
				 wanted.token_expires_ms);
		assert_int_equal(calm.idle_ms, wanted.idle_ms);
		assert_int_equal(calm.confirm_ms, wanted.confirm_ms);
		assert_int_equal(calm.retry_ms, wanted.retry_ms);
		assert_int_equal(calm_next_ms(&model),
				 cases[i].changes_in_ms == NEVER_MS
					 ? NEVER_MS
					 : NOW_MS + cases[i].changes_in_ms);
	}
}

/* Five minutes: each minute down to two, each half to one half, then each
 * ten seconds. */
static void test_count(void **state)
{
	struct model model = model_of(300000);
	int changes = 0;

	(void)state;
	while ((model.now_ms = calm_next_ms(&model)) != NEVER_MS)
		changes++;
	assert_int_equal(changes, 3 + 3 + 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_count),
	};

	return cmocka_run_group_tests_name("calm", tests, NULL, NULL);
}
