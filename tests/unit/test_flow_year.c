/* SPDX-License-Identifier: MIT */
/*
 * machine/flow: a year in virtual time, in front of a provider that makes no
 * sense.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow_fixture.h"
#include "world.h"

/* A year in front of a provider that makes no sense, with somebody who asks
 * again whenever the flow gives up. */
static void test_year(void **state)
{
	static const struct {
		const char *ask, *poll;
	} cases[] = {
		{"html", "ok"},
		{"ok", "timeout"},
		{"429:86400", "ok"},
		{"ok", "429:86400"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;
		int64_t end_ms;

		flow_fixture_open(&fixture, 0, i);
		end_ms = fixture.world.now_ms + 365 * 24 * HOUR_MS;
		issuer->code_life_s = 86400;
		issuer->script[REQUEST_DEVICE_AUTHORIZATION] = cases[i].ask;
		issuer->script[REQUEST_POLL] = cases[i].poll;
		flow_fixture_start(&fixture);
		while (world_turn(&fixture.world, end_ms)) {
			if (flow_fixture_is_over(fixture.flow))
				flow_fixture_start(&fixture);
		}
		assert_true(fixture.world.now_ms == end_ms);
		assert_int_equal(issuer->granted, 0);
		assert_in_range(issuer->requests[REQUEST_DEVICE_AUTHORIZATION],
				364, 366 * 24 * 60);
		flow_fixture_close(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_year),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
