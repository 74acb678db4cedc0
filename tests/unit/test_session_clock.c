/* SPDX-License-Identifier: MIT */
/*
 * machine/session: a wall clock that is wrong, jumps or is set, and a machine
 * that was asleep; in virtual time.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "machine/session.h"
#include "session_scene.h"
#include "world.h"

/* The wall clock that wrote expires_at and the one that reads it differ. */
static void test_wall_clock(void **state)
{
	static const struct {
		const char *name;
		int64_t shift_s; /* of the wall clock since the saving */
		unsigned refreshed, read;
	} cases[] = {
		{"right", 0, 0, 1},
		{"an hour slow", -3600, 0, 1},
		{"1970", -1800000000, 0, 1},
		{"two hours fast", 7200, 1, 1},
		{"far future", INT64_C(4000000000), 1, 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		int64_t most_ms;

		session_scene_open(&scene, i);
		world_store(&scene.world, OURS, 3600);
		scene.world.wall_s += cases[i].shift_s;
		if (scene.world.wall_s < 0)
			scene.world.wall_s = 0;
		session_scene_resume(&scene);
		session_scene_settle(&scene);
		if (session_state(scene.session) != SESSION_LIVE ||
		    scene.world.issuer.requests[REQUEST_REFRESH] !=
			    cases[i].refreshed ||
		    scene.world.issuer.requests[REQUEST_PROFILE] !=
			    cases[i].read)
			fail_msg("%s", cases[i].name);
		/* Nothing is believed to be good for longer than 90 days. */
		most_ms = scene.world.now_ms + 90 * DAY_MS;
		assert_true(session_expires_ms(scene.session) <= most_ms);
		assert_true(session_expires_ms(scene.session) >
			    scene.world.now_ms);
		session_scene_close(&scene);
	}
}

/* What cannot be renewed is not thrown away on a clock's word, which may be
 * taken back. */
static void test_wall_clock_alone(void **state)
{
	struct scene scene;

	(void)state;
	session_scene_open(&scene, 1);
	scene.world.issuer.gives_refresh_token = false;
	session_scene_store(&scene, 3600);
	for (int i = 0; i < 2; i++) {
		scene.world.wall_s += 7200;
		session_scene_resume(&scene);
		session_scene_settle(&scene);
		assert_int_equal(session_end(scene.session), END_EXPIRED);
		assert_true(session_scene_is_on_disk(&scene));
		assert_int_equal(scene.world.issuer.requests[REQUEST_PROFILE],
				 i);
		scene.world.wall_s -= 7200;
		session_scene_resume(&scene);
		session_scene_settle(&scene);
		assert_int_equal(session_state(scene.session), SESSION_LIVE);
		assert_true(session_scene_is_good(&scene));
		session_scene_check_saved(&scene);
	}
	/* The provider's word is enough. */
	issuer_end_session(&scene.world.issuer);
	session_scene_resume(&scene);
	session_scene_settle(&scene);
	assert_int_equal(session_end(scene.session), END_LOST);
	assert_false(session_scene_is_on_disk(&scene));
	session_scene_close(&scene);
}

/* The wall clock jumps while the session lives: it does not notice. */
static void test_wall_clock_jumps(void **state)
{
	struct scene scene;
	int64_t end_ms;

	(void)state;
	session_scene_open(&scene, 1);
	scene.world.wall_s = 0;
	session_scene_begin(&scene);
	session_scene_settle(&scene);
	for (int i = 0; i < 10; i++) {
		scene.world.wall_s = i % 2 == 0 ? 1800000000 : 86400;
		end_ms = scene.world.now_ms + 100 * MINUTE_MS;
		while (world_turn(&scene.world, end_ms))
			assert_true(session_scene_is_good(&scene));
	}
	assert_in_range(scene.world.issuer.requests[REQUEST_REFRESH], 16, 20);
	session_scene_close(&scene);
}

/* Asleep for long: one renewal, and no poll of what is over. */
static void test_suspend(void **state)
{
	static const struct {
		enum session_state asleep_in;
		unsigned refreshed;
	} cases[] = {
		{SESSION_LIVE, 1},
		{SESSION_READING, 1},
		{SESSION_REFRESHING, 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		session_scene_open(&scene, i);
		session_scene_begin(&scene);
		session_scene_reach(&scene, cases[i].asleep_in);
		world_suspend(&scene.world, 2 * HOUR_MS);
		scene.world.issuer.now_ms = scene.world.now_ms;
		session_scene_run_for(&scene, MINUTE_MS);
		assert_int_equal(session_state(scene.session), SESSION_LIVE);
		assert_true(session_scene_is_good(&scene));
		assert_int_equal(scene.world.issuer.requests[REQUEST_REFRESH],
				 cases[i].refreshed);
		session_scene_close(&scene);
	}
}

static void set_clock(struct scene *scene, int64_t shift_s)
{
	scene->world.wall_s += shift_s;
	world_post(&scene->world, scene->client, EVENT_CLOCK);
}

/* Tokens that came here: only what others read of them is corrected. */
static void test_clock_set(void **state)
{
	static const struct {
		int64_t shift_s;
		unsigned saves;
	} cases[] = {
		{1000000000, 1}, {-3600, 1}, {3600, 1}, {30, 0}, {-30, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		const struct disk *disk = &scene.world.disk;
		int64_t expires_ms, due_ms, stored, refresh_stored, off_s;
		unsigned saves;

		session_scene_open(&scene, i);
		session_scene_begin(&scene);
		session_scene_settle(&scene);
		assert_int_equal(session_state(scene.session), SESSION_LIVE);
		expires_ms = session_expires_ms(scene.session);
		due_ms = session_deadline(scene.session);
		stored = disk->data.expires_at;
		refresh_stored = disk->data.refresh_expires_at;
		saves = disk->saves;
		set_clock(&scene, cases[i].shift_s);
		session_scene_run_for(&scene, 1000);
		assert_int_equal(session_state(scene.session), SESSION_LIVE);
		assert_true(session_expires_ms(scene.session) == expires_ms);
		assert_true(session_deadline(scene.session) == due_ms);
		assert_int_equal(disk->saves - saves, cases[i].saves);
		/* To a second: times are kept in whole ones. */
		off_s = disk->data.expires_at - stored;
		assert_true(off_s - cases[i].saves * cases[i].shift_s >= -1 &&
			    off_s - cases[i].saves * cases[i].shift_s <= 1);
		assert_true(disk->data.refresh_expires_at - refresh_stored ==
			    off_s);
		session_scene_close(&scene);
	}
}

/* Tokens from the store: the clock's word is all there is. */
static void test_clock_set_after_resume(void **state)
{
	struct scene scene;
	const struct issuer *issuer = &scene.world.issuer;

	(void)state;
	session_scene_open(&scene, 1);
	world_store(&scene.world, OURS, 3600);
	/* It reads 1970: the token seems good for a long time. */
	scene.world.wall_s -= 1000000000;
	session_scene_resume(&scene);
	session_scene_run_for(&scene, 2 * HOUR_MS);
	assert_int_equal(session_state(scene.session), SESSION_LIVE);
	assert_int_equal(issuer->tokens, 1);
	set_clock(&scene, 1000000000);
	session_scene_run_for(&scene, MINUTE_MS);
	assert_int_equal(session_state(scene.session), SESSION_LIVE);
	assert_int_equal(issuer->tokens, 2);
	/* These came here. */
	set_clock(&scene, 3 * 3600);
	session_scene_run_for(&scene, MINUTE_MS);
	assert_int_equal(issuer->tokens, 2);
	session_scene_close(&scene);
}

/* A refresh that failed for want of trust is tried at once, any other when it
 * is due. */
static void test_clock_set_while_renewing(void **state)
{
	static const struct {
		const char *script;
		bool hurries;
	} cases[] = {{"tls", true}, {"connect", false}, {"503", false}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;
		int64_t due_ms;

		session_scene_open(&scene, i);
		world_store(&scene.world, OURS, -1);
		issuer->script[REQUEST_REFRESH] = cases[i].script;
		session_scene_resume(&scene);
		session_scene_run_for(&scene, 10 * MINUTE_MS);
		while (session_state(scene.session) != SESSION_LIVE)
			world_turn(&scene.world, NEVER_MS);
		due_ms = session_deadline(scene.session);
		assert_true(due_ms > scene.world.now_ms);
		set_clock(&scene, 60);
		assert_true(session_deadline(scene.session) ==
			    (cases[i].hurries ? scene.world.now_ms : due_ms));
		issuer->script[REQUEST_REFRESH] = "rules";
		world_run(&scene.world, due_ms + MINUTE_MS);
		assert_int_equal(session_state(scene.session), SESSION_LIVE);
		assert_int_equal(issuer->tokens, 2);
		session_scene_close(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock_set),
		cmocka_unit_test(test_clock_set_after_resume),
		cmocka_unit_test(test_clock_set_while_renewing),
		cmocka_unit_test(test_wall_clock),
		cmocka_unit_test(test_wall_clock_alone),
		cmocka_unit_test(test_wall_clock_jumps),
		cmocka_unit_test(test_suspend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
