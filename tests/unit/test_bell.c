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

#include "visit_scene.h"

/* Goes on for so many seconds; how often it is rung. */
static int rings_in(struct scene *scene, struct bell *bell, int seconds)
{
	int rings = bell_is_due(bell, scene->visit);

	for (int i = 0; i < seconds; i++) {
		visit_scene_run_for(scene, 1000);
		rings += bell_is_due(bell, scene->visit);
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
		struct scene scene;
		int rings;

		visit_scene_open(&scene, cases[i].policy);
		issuer = &scene.world.issuer;
		if (cases[i].approve_s > 0)
			issuer->approve_ms =
				scene.world.now_ms + cases[i].approve_s * 1000;
		if (cases[i].deny_s > 0)
			issuer->deny_ms =
				scene.world.now_ms + cases[i].deny_s * 1000;
		visit_scene_boot(&scene, 1);
		if (cases[i].policy->wait_for_key) {
			visit_scene_reach(&scene, VISIT_WELCOME);
			user_event(&scene, EVENT_START);
		}
		rings = rings_in(&scene, &bell, cases[i].minutes * 60);
		if (rings != cases[i].rings)
			fail_msg("case %zu: %d times", i, rings);
		visit_scene_close(&scene);
	}
}

/* Nobody has just approved what a restart finds. */
static void test_restart(void **state)
{
	static const struct visit_policy resuming = {.resume = true};
	struct bell bell = {BELL_OPEN};
	struct scene scene;

	(void)state;
	visit_scene_open(&scene, &resuming);
	visit_scene_boot(&scene, 1);
	visit_scene_approve(&scene);
	visit_scene_boot(&scene, 2);
	assert_int_equal(rings_in(&scene, &bell, 60), 0);
	assert_int_equal(visit_stage(scene.visit), VISIT_PROFILE);
	visit_scene_close(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_restart),
	};

	return cmocka_run_group_tests_name("bell", tests, NULL, NULL);
}
