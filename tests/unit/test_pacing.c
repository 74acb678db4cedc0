/* SPDX-License-Identifier: MIT */
/*
 * machine/pacing: how long the pauses are, for many seeds.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "machine/event.h"
#include "machine/pacing.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SEEDS 200
#define NOW_MS 5000000

/* The first few at once, then ever later, and half as much again at random. */
static void test_renewals(void **state)
{
	static const int64_t at_least_ms[] = {
		0, 0, 0, 5000, 10000, 20000, 40000, 60000, 60000, 60000};

	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct pacing pacing = {.seed = seed};

		for (size_t i = 0; i < COUNT(at_least_ms); i++) {
			int64_t wait_ms =
				pacing_renewal(&pacing, NOW_MS) - NOW_MS;
			int64_t least_ms = at_least_ms[i];

			assert_true(wait_ms >= least_ms);
			assert_true(wait_ms <
				    (least_ms == 0 ? 2000
						   : least_ms + least_ms / 2));
			assert_false(pacing_needs_user(&pacing));
		}
		/* Somebody comes by: as at the beginning. */
		pacing_user_noticed(&pacing);
		assert_true(pacing_renewal(&pacing, NOW_MS) < NOW_MS + 2000);
	}
}

static void test_limit(void **state)
{
	static const struct {
		int limit;
		bool needs_key;
		int renewals; /* before a person has to come; 0: for ever */
	} cases[] = {{0, false, 0}, {2, false, 2}, {2, true, 2}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct pacing pacing = {
			.limit = cases[i].limit,
			.needs_key = cases[i].needs_key,
		};

		for (int n = 1; n < 20; n++) {
			bool last =
				cases[i].renewals != 0 && n > cases[i].renewals;

			assert_int_equal(pacing_renewal(&pacing, NOW_MS) ==
						 NEVER_MS,
					 last);
			assert_int_equal(pacing_needs_user(&pacing), last);
		}
		pacing_user_noticed(&pacing);
		assert_false(pacing_needs_user(&pacing));
	}
}

/* Where a key brings a code, none comes without one. */
static void test_no_renewals(void **state)
{
	struct pacing pacing = {.needs_key = true};

	(void)state;
	assert_true(pacing_renewal(&pacing, NOW_MS) == NEVER_MS);
}

static void test_retries(void **state)
{
	static const int64_t at_least_ms[] = {30000,  60000,  120000, 240000,
					      480000, 600000, 600000};

	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct pacing pacing = {.seed = seed};

		for (int round = 0; round < 2; round++) {
			for (size_t i = 0; i < COUNT(at_least_ms); i++) {
				int64_t wait_ms =
					pacing_retry(&pacing, 30000, NOW_MS) -
					NOW_MS;

				assert_true(wait_ms >= at_least_ms[i]);
				assert_true(wait_ms < at_least_ms[i] * 3 / 2);
			}
			pacing_reset_failures(&pacing);
		}
	}
}

/* Only just after the machine was switched on, and then not all together. */
static void test_first(void **state)
{
	int64_t soonest_ms = INT64_MAX, latest_ms = 0;

	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct pacing pacing = {.seed = seed};
		int64_t first_ms = pacing_first(&pacing, 20000);

		soonest_ms = sooner_ms(soonest_ms, first_ms);
		latest_ms = later_ms(latest_ms, first_ms);
		assert_true(pacing_first(&pacing, NOW_MS) == NOW_MS);
	}
	assert_in_range(soonest_ms, 20000, 20500);
	assert_in_range(latest_ms, 29500, 30000);
}

static void test_keys(void **state)
{
	struct pacing pacing = {.seed = 1};

	(void)state;
	assert_false(pacing_is_too_soon(&pacing, NOW_MS));
	pacing_requested(&pacing, NOW_MS);
	assert_true(pacing_is_too_soon(&pacing, NOW_MS));
	assert_true(pacing_is_too_soon(&pacing, NOW_MS + 1999));
	assert_false(pacing_is_too_soon(&pacing, NOW_MS + 2000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_renewals),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_no_renewals),
		cmocka_unit_test(test_retries),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests_name("restraint", tests, NULL, NULL);
}
