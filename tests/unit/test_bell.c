/* SPDX-License-Identifier: MIT */
/*
 * app/bell: how often it is rung in a visit, in virtual time.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/bell.h"

#include "visit_fixture.h"

/* Goes on for so many seconds; how often it is rung. */
static int rings_in(struct fixture *fixture, struct bell *bell, int seconds)
{
	int rings = bell_is_due(bell, fixture->visit);

	for (int i = 0; i < seconds; i++) {
		visit_fixture_run_for(fixture, 1000);
		rings += bell_is_due(bell, fixture->visit);
	}
	return rings;
}

static void test_ends(void **state)
{
	static const struct visit_policy once = {.once = true};
	static const struct {
		const struct visit_policy *policy;
		int64_t approve_s, deny_s; /* after the start; 0: never */
		int minutes, rings;
	} cases[] = {
		{&once, 20, 0, 2, 1},
		{&once, 0, 20, 2, 1},
		{&once, 0, 0, 60, 1}, /* expired */
		{&kiosk, 20, 0, 30, 1},
		{&kiosk, 0, 20, 2, 1},
		/* Nobody is there: one code after the other. */
		{&kiosk, 0, 0, 60, 0},
		{&key_kiosk, 0, 0, 60, 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bell bell = {BELL_OPEN};
		struct issuer *issuer;
		struct fixture fixture;
		int rings;

		visit_fixture_open(&fixture, cases[i].policy);
		issuer = &fixture.world.issuer;
		if (cases[i].approve_s > 0)
			issuer->approve_ms = fixture.world.now_ms +
					     cases[i].approve_s * 1000;
		if (cases[i].deny_s > 0)
			issuer->deny_ms =
				fixture.world.now_ms + cases[i].deny_s * 1000;
		visit_fixture_boot(&fixture, 1);
		if (cases[i].policy->wait_for_key) {
			visit_fixture_reach(&fixture, VISIT_WELCOME);
			user_event(&fixture, EVENT_START);
		}
		rings = rings_in(&fixture, &bell, cases[i].minutes * 60);
		if (rings != cases[i].rings)
			fail_msg("case %zu: %d times", i, rings);
		visit_fixture_close(&fixture);
	}
}

/* Nobody has just approved what a restart finds. */
static void test_restart(void **state)
{
	static const struct visit_policy resuming = {.resume = true};
	struct bell bell = {BELL_OPEN};
	struct fixture fixture;

	(void)state;
	visit_fixture_open(&fixture, &resuming);
	visit_fixture_boot(&fixture, 1);
	visit_fixture_approve(&fixture);
	visit_fixture_boot(&fixture, 2);
	assert_int_equal(rings_in(&fixture, &bell, 60), 0);
	assert_int_equal(visit_stage(fixture.visit), VISIT_PROFILE);
	visit_fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_restart),
	};

	return cmocka_run_group_tests_name("bell", tests, NULL, NULL);
}
