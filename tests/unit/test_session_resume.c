/* SPDX-License-Identifier: MIT */
/*
 * machine/session: what another run has left on the disk, also after a power
 * cut and before there is a network; in virtual time.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "machine/session.h"
#include "session_scene.h"
#include "world.h"

/* What an earlier run has left, and what comes of it. */
static void test_resume(void **state)
{
	enum left {
		NOTHING,
		GOOD,
		MARKED,
		LEFT, /* signing out was interrupted */
		ALIEN,
		CORRUPT,
		WITHOUT
	};
	static const struct {
		const char *name;
		enum left left;
		int64_t life_s;
		const char *refresh, *profile;
		enum session_state state;
		unsigned refreshed, read;
		bool on_disk;
	} cases[] = {
		{"nothing", NOTHING, 0, NULL, NULL, SESSION_NONE, 0, 0, false},
		{"corrupt", CORRUPT, 0, NULL, NULL, SESSION_NONE, 0, 0, false},
		{"another provider's", ALIEN, 3600, NULL, NULL, SESSION_NONE, 0,
		 0, true},
		{"good", GOOD, 3600, NULL, NULL, SESSION_LIVE, 0, 1, true},
		{"expired", GOOD, -5, NULL, NULL, SESSION_LIVE, 1, 1, true},
		{"just expired", GOOD, -1, NULL, NULL, SESSION_LIVE, 1, 1,
		 true},
		{"marked", MARKED, 3600, NULL, NULL, SESSION_LIVE, 1, 1, true},
		{"marked, expired", MARKED, -5, NULL, NULL, SESSION_LIVE, 1, 1,
		 true},
		{"signing out", LEFT, 3600, NULL, NULL, SESSION_ENDED, 0, 0,
		 false},
		{"signing out, expired", LEFT, -5, NULL, NULL, SESSION_ENDED, 0,
		 0, false},
		{"no life known", GOOD, 0, NULL, NULL, SESSION_LIVE, 0, 1,
		 true},
		{"refused", GOOD, 3600, NULL, "unauthorized rules",
		 SESSION_LIVE, 1, 2, true},
		{"ended", GOOD, 3600, "invalid_grant", "unauthorized",
		 SESSION_ENDED, 1, 1, false},
		{"expired and ended", GOOD, -5, "invalid_grant", NULL,
		 SESSION_ENDED, 1, 0, false},
		{"marked and ended", MARKED, 3600, "invalid_grant", NULL,
		 SESSION_ENDED, 1, 0, false},
		{"no refresh token", WITHOUT, 3600, NULL, NULL, SESSION_LIVE, 0,
		 1, true},
		{"no refresh token, expired", WITHOUT, -5, NULL, NULL,
		 SESSION_ENDED, 0, 0, true},
		{"no refresh token, refused", WITHOUT, 3600, NULL,
		 "unauthorized", SESSION_ENDED, 0, 1, false},
		{"no network", GOOD, -5, "connect", NULL, SESSION_LIVE, 1, 0,
		 true},
		{"good, no network", GOOD, 3600, NULL, "connect", SESSION_LIVE,
		 0, 3, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct session_data *left = &scene.world.disk.data;
		struct issuer *issuer = &scene.world.issuer;

		session_scene_open(&scene, i);
		if (cases[i].left != NOTHING && cases[i].left != CORRUPT)
			world_store(&scene.world,
				    cases[i].left == ALIEN ? "webex" : OURS,
				    cases[i].life_s);
		left->refreshing = cases[i].left == MARKED;
		left->signing_out = cases[i].left == LEFT;
		scene.world.disk.unreadable = cases[i].left == CORRUPT;
		if (cases[i].left == WITHOUT) {
			secret_free(left->tokens.refresh_token);
			left->tokens.refresh_token = NULL;
		}
		issuer->script[REQUEST_REFRESH] = cases[i].refresh;
		issuer->script[REQUEST_PROFILE] = cases[i].profile;
		session_scene_resume(&scene);
		session_scene_settle(&scene);
		if (session_state(scene.session) != cases[i].state ||
		    issuer->requests[REQUEST_REFRESH] != cases[i].refreshed ||
		    issuer->requests[REQUEST_PROFILE] != cases[i].read ||
		    session_scene_is_on_disk(&scene) != cases[i].on_disk)
			fail_msg("%s: %s, %u refreshed, %u read", cases[i].name,
				 session_state_name(
					 session_state(scene.session)),
				 issuer->requests[REQUEST_REFRESH],
				 issuer->requests[REQUEST_PROFILE]);
		if (cases[i].state == SESSION_ENDED)
			assert_int_equal(session_end(scene.session),
					 cases[i].on_disk ? END_EXPIRED
							  : END_LOST);
		if (cases[i].state == SESSION_LIVE)
			assert_non_null(session_data(scene.session)->profile);
		if (cases[i].state == SESSION_NONE)
			assert_int_equal(scene.client->notes[LEVEL_WARN],
					 cases[i].left == ALIEN);
		session_scene_close(&scene);
	}
}

/*
 * A power cut after the mark: whether the provider has rotated the token, only
 * it can tell. So the old one is tried, once; where that ends the family (RFC
 * 9700 section 4.14.2), a calm sign-in follows, and nothing is tried again.
 */
static void test_cut_off(void **state)
{
	(void)state;
	for (int rotated = 0; rotated < 2; rotated++) {
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;

		session_scene_open(&scene, 1);
		world_store(&scene.world, OURS, 3600);
		scene.world.disk.data.refreshing = true;
		if (rotated)
			(void)snprintf(issuer->refresh_token,
				       sizeof(issuer->refresh_token), "newer");
		session_scene_resume(&scene);
		session_scene_settle(&scene);
		assert_int_equal(issuer->requests[REQUEST_REFRESH], 1);
		assert_int_equal(issuer->replays, rotated);
		assert_int_equal(session_scene_is_on_disk(&scene), !rotated);
		if (rotated) {
			assert_int_equal(session_state(scene.session),
					 SESSION_ENDED);
			assert_int_equal(session_end(scene.session), END_LOST);
		} else {
			assert_true(session_scene_is_good(&scene));
			session_scene_check_saved(&scene);
		}
		/* The next start. */
		session_scene_resume(&scene);
		session_scene_settle(&scene);
		assert_int_equal(session_state(scene.session),
				 rotated ? SESSION_NONE : SESSION_LIVE);
		assert_int_equal(issuer->requests[REQUEST_REFRESH], 1);
		session_scene_close(&scene);
	}
}

/* At boot the network comes later: what was stored is shown, and made good as
 * soon as there is one. */
static void test_resume_early(void **state)
{
	(void)state;
	for (int64_t life_s = -5; life_s <= 3600; life_s += 3605) {
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;

		session_scene_open(&scene, 1);
		world_store(&scene.world, OURS, life_s);
		issuer->outage = "resolve";
		issuer->outage_end_ms = scene.world.now_ms + 10 * MINUTE_MS;
		session_scene_resume(&scene);
		session_scene_settle(&scene);
		assert_int_equal(session_state(scene.session), SESSION_LIVE);
		assert_string_equal(session_data(scene.session)->profile,
				    "{\"sub\":\"7\"}");
		session_scene_run_for(&scene, 20 * MINUTE_MS);
		assert_true(session_scene_is_good(&scene));
		assert_non_null(
			strstr(session_data(scene.session)->profile, "Ada"));
		session_scene_check_saved(&scene);
		session_scene_close(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_resume_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
