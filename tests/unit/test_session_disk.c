/* SPDX-License-Identifier: MIT */
/*
 * machine/session: a disk that takes nothing, before a renewal, in the middle
 * of one and after it; in virtual time.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "machine/session.h"
#include "session_scene.h"
#include "world.h"

/* A disk that takes nothing, from that moment on and for two hours. */
static void test_disk(void **state)
{
	enum trouble { FULL, BROKEN, FULL_AND_DAMAGED };

	static const struct {
		const char *name;
		enum session_state from;
		enum trouble trouble;
	} cases[] = {
		{"full at the sign-in", SESSION_NONE, FULL},
		{"full at the profile", SESSION_READING, FULL},
		{"full at the mark", SESSION_LIVE, FULL},
		{"full at the new token", SESSION_REFRESHING, FULL},
		{"broken at the sign-in", SESSION_NONE, BROKEN},
		{"broken at the profile", SESSION_READING, BROKEN},
		{"broken at the mark", SESSION_LIVE, BROKEN},
		{"broken at the new token", SESSION_REFRESHING, BROKEN},
		{"damaged at the profile", SESSION_READING, FULL_AND_DAMAGED},
		{"damaged at the mark", SESSION_LIVE, FULL_AND_DAMAGED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct disk *disk = &scene.world.disk;
		bool *trouble = cases[i].trouble == BROKEN ? &disk->unreadable
							   : &disk->full;

		session_scene_open(&scene, i);
		if (cases[i].from == SESSION_NONE) {
			*trouble = true;
			session_scene_begin(&scene);
		} else {
			session_scene_begin(&scene);
			session_scene_reach(&scene, cases[i].from);
			*trouble = true;
			disk->damaged = cases[i].trouble == FULL_AND_DAMAGED;
		}
		session_scene_run_for(&scene, 2 * HOUR_MS);
		session_scene_settle(&scene);
		if (session_state(scene.session) != SESSION_LIVE)
			fail_msg("%s: %s", cases[i].name,
				 session_state_name(
					 session_state(scene.session)));
		assert_non_null(session_data(scene.session)->profile);
		/* It says so, but not every few seconds. */
		assert_in_range(scene.client->notes[LEVEL_ERROR], 1, 60);
		*trouble = false;
		session_scene_run_for(&scene, 15 * MINUTE_MS);
		session_scene_settle(&scene);
		session_scene_check_saved(&scene);
		assert_non_null(scene.world.disk.data.profile);
		assert_true(session_scene_is_good(&scene));
		assert_int_equal(scene.world.issuer.replays, 0);
		session_scene_run_for(&scene, 5 * HOUR_MS);
		session_scene_check_saved(&scene);
		assert_true(session_scene_is_good(&scene));
		session_scene_close(&scene);
	}
}

/* A token that is on the disk is not spent while the disk takes no other, even
 * where that leaves nobody with a good one; what is on no disk is. */
static void test_full_at_the_mark(void **state)
{
	static const struct {
		bool kept;
		unsigned refreshed; /* while it is full */
		bool good;
	} cases[] = {{true, 0, false}, {false, 1, true}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;

		session_scene_open(&scene, i);
		scene.world.disk.full = !cases[i].kept;
		session_scene_begin(&scene);
		session_scene_settle(&scene);
		scene.world.disk.full = true;
		session_scene_run_for(&scene, 59 * MINUTE_MS);
		assert_int_equal(issuer->requests[REQUEST_REFRESH], 0);
		assert_true(session_scene_is_good(&scene));
		session_scene_run_for(&scene, 10 * MINUTE_MS);
		assert_int_equal(issuer->requests[REQUEST_REFRESH],
				 cases[i].refreshed);
		assert_int_equal(session_scene_is_good(&scene), cases[i].good);
		assert_int_equal(session_oauth_failure(scene.session) == NULL,
				 cases[i].good);
		scene.world.disk.full = false;
		session_scene_run_for(&scene, 6 * MINUTE_MS);
		session_scene_check_saved(&scene);
		assert_true(session_scene_is_good(&scene));
		assert_null(session_oauth_failure(scene.session));
		assert_int_equal(issuer->requests[REQUEST_REFRESH], 1);
		session_scene_close(&scene);
	}
}

/* The profile alone could not be saved, and another process renews the tokens
 * before it can be: those are not overwritten. */
static void test_full_at_the_profile(void **state)
{
	struct scene scene;
	struct session_data *disk = &scene.world.disk.data;

	(void)state;
	session_scene_open(&scene, 1);
	session_scene_begin(&scene);
	session_scene_reach(&scene, SESSION_READING);
	scene.world.disk.full = true;
	session_scene_reach(&scene, SESSION_LIVE);
	assert_null(disk->profile);
	scene.world.disk.full = false;
	secret_free(disk->tokens.access_token);
	secret_free(disk->tokens.refresh_token);
	disk->tokens.access_token = xstrdup("access-other");
	disk->tokens.refresh_token = xstrdup("refresh-other");
	session_scene_run_for(&scene, 6 * MINUTE_MS);
	assert_string_equal(disk->tokens.refresh_token, "refresh-other");
	assert_non_null(disk->profile);
	session_scene_check_saved(&scene);
	session_scene_close(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_disk),
		cmocka_unit_test(test_full_at_the_mark),
		cmocka_unit_test(test_full_at_the_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
