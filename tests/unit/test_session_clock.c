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
#include "session_fixture.h"
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
		struct fixture fixture;
		int64_t most_ms;

		session_fixture_open(&fixture, i);
		world_store(&fixture.world, OURS, 3600);
		fixture.world.wall_s += cases[i].shift_s;
		if (fixture.world.wall_s < 0)
			fixture.world.wall_s = 0;
		session_fixture_resume(&fixture);
		session_fixture_settle(&fixture);
		if (session_state(fixture.session) != SESSION_LIVE ||
		    fixture.world.issuer.requests[REQUEST_REFRESH] !=
			    cases[i].refreshed ||
		    fixture.world.issuer.requests[REQUEST_PROFILE] !=
			    cases[i].read)
			fail_msg("%s", cases[i].name);
		/* Nothing is believed to be good for longer than 90 days. */
		most_ms = fixture.world.now_ms + 90 * DAY_MS;
		assert_true(session_expires_ms(fixture.session) <= most_ms);
		assert_true(session_expires_ms(fixture.session) >
			    fixture.world.now_ms);
		session_fixture_close(&fixture);
	}
}

/* What cannot be renewed is not thrown away on a clock's word, which may be
 * taken back. */
static void test_wall_clock_alone(void **state)
{
	struct fixture fixture;

	(void)state;
	session_fixture_open(&fixture, 1);
	fixture.world.issuer.gives_refresh_token = false;
	session_fixture_store(&fixture, 3600);
	for (int i = 0; i < 2; i++) {
		fixture.world.wall_s += 7200;
		session_fixture_resume(&fixture);
		session_fixture_settle(&fixture);
		assert_int_equal(session_end(fixture.session), END_EXPIRED);
		assert_true(session_fixture_is_on_disk(&fixture));
		assert_int_equal(fixture.world.issuer.requests[REQUEST_PROFILE],
				 i);
		fixture.world.wall_s -= 7200;
		session_fixture_resume(&fixture);
		session_fixture_settle(&fixture);
		assert_int_equal(session_state(fixture.session), SESSION_LIVE);
		assert_true(session_fixture_is_good(&fixture));
		session_fixture_check_saved(&fixture);
	}
	/* The provider's word is enough. */
	issuer_end_session(&fixture.world.issuer);
	session_fixture_resume(&fixture);
	session_fixture_settle(&fixture);
	assert_int_equal(session_end(fixture.session), END_LOST);
	assert_false(session_fixture_is_on_disk(&fixture));
	session_fixture_close(&fixture);
}

/* The wall clock jumps while the session lives: it does not notice. */
static void test_wall_clock_jumps(void **state)
{
	struct fixture fixture;
	int64_t end_ms;

	(void)state;
	session_fixture_open(&fixture, 1);
	fixture.world.wall_s = 0;
	session_fixture_begin(&fixture);
	session_fixture_settle(&fixture);
	for (int i = 0; i < 10; i++) {
		fixture.world.wall_s = i % 2 == 0 ? 1800000000 : 86400;
		end_ms = fixture.world.now_ms + 100 * MINUTE_MS;
		while (world_turn(&fixture.world, end_ms))
			assert_true(session_fixture_is_good(&fixture));
	}
	assert_in_range(fixture.world.issuer.requests[REQUEST_REFRESH], 16, 20);
	session_fixture_close(&fixture);
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
		struct fixture fixture;

		session_fixture_open(&fixture, i);
		session_fixture_begin(&fixture);
		session_fixture_reach(&fixture, cases[i].asleep_in);
		world_suspend(&fixture.world, 2 * HOUR_MS);
		fixture.world.issuer.now_ms = fixture.world.now_ms;
		session_fixture_run_for(&fixture, MINUTE_MS);
		assert_int_equal(session_state(fixture.session), SESSION_LIVE);
		assert_true(session_fixture_is_good(&fixture));
		assert_int_equal(fixture.world.issuer.requests[REQUEST_REFRESH],
				 cases[i].refreshed);
		session_fixture_close(&fixture);
	}
}

static void set_clock(struct fixture *fixture, int64_t shift_s)
{
	fixture->world.wall_s += shift_s;
	world_post(&fixture->world, fixture->client, EVENT_CLOCK);
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
		struct fixture fixture;
		const struct disk *disk = &fixture.world.disk;
		int64_t expires_ms, due_ms, stored, refresh_stored, off_s;
		unsigned saves;

		session_fixture_open(&fixture, i);
		session_fixture_begin(&fixture);
		session_fixture_settle(&fixture);
		assert_int_equal(session_state(fixture.session), SESSION_LIVE);
		expires_ms = session_expires_ms(fixture.session);
		due_ms = session_deadline(fixture.session);
		stored = disk->data.expires_at;
		refresh_stored = disk->data.refresh_expires_at;
		saves = disk->saves;
		set_clock(&fixture, cases[i].shift_s);
		session_fixture_run_for(&fixture, 1000);
		assert_int_equal(session_state(fixture.session), SESSION_LIVE);
		assert_true(session_expires_ms(fixture.session) == expires_ms);
		assert_true(session_deadline(fixture.session) == due_ms);
		assert_int_equal(disk->saves - saves, cases[i].saves);
		/* To a second: times are kept in whole ones. */
		off_s = disk->data.expires_at - stored;
		assert_true(off_s - cases[i].saves * cases[i].shift_s >= -1 &&
			    off_s - cases[i].saves * cases[i].shift_s <= 1);
		assert_true(disk->data.refresh_expires_at - refresh_stored ==
			    off_s);
		session_fixture_close(&fixture);
	}
}

/* Tokens from the store: the clock's word is all there is. */
static void test_clock_set_after_resume(void **state)
{
	struct fixture fixture;
	const struct issuer *issuer = &fixture.world.issuer;

	(void)state;
	session_fixture_open(&fixture, 1);
	world_store(&fixture.world, OURS, 3600);
	/* It reads 1970: the token seems good for a long time. */
	fixture.world.wall_s -= 1000000000;
	session_fixture_resume(&fixture);
	session_fixture_run_for(&fixture, 2 * HOUR_MS);
	assert_int_equal(session_state(fixture.session), SESSION_LIVE);
	assert_int_equal(issuer->tokens, 1);
	set_clock(&fixture, 1000000000);
	session_fixture_run_for(&fixture, MINUTE_MS);
	assert_int_equal(session_state(fixture.session), SESSION_LIVE);
	assert_int_equal(issuer->tokens, 2);
	/* These came here. */
	set_clock(&fixture, 3 * 3600);
	session_fixture_run_for(&fixture, MINUTE_MS);
	assert_int_equal(issuer->tokens, 2);
	session_fixture_close(&fixture);
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
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;
		int64_t due_ms;

		session_fixture_open(&fixture, i);
		world_store(&fixture.world, OURS, -1);
		issuer->script[REQUEST_REFRESH] = cases[i].script;
		session_fixture_resume(&fixture);
		session_fixture_run_for(&fixture, 10 * MINUTE_MS);
		while (session_state(fixture.session) != SESSION_LIVE)
			world_turn(&fixture.world, NEVER_MS);
		due_ms = session_deadline(fixture.session);
		assert_true(due_ms > fixture.world.now_ms);
		set_clock(&fixture, 60);
		assert_true(session_deadline(fixture.session) ==
			    (cases[i].hurries ? fixture.world.now_ms : due_ms));
		issuer->script[REQUEST_REFRESH] = "rules";
		world_run(&fixture.world, due_ms + MINUTE_MS);
		assert_int_equal(session_state(fixture.session), SESSION_LIVE);
		assert_int_equal(issuer->tokens, 2);
		session_fixture_close(&fixture);
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
