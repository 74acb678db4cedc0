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
#include "session_fixture.h"
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
		struct fixture fixture;
		struct disk *disk = &fixture.world.disk;
		bool *trouble = cases[i].trouble == BROKEN ? &disk->unreadable
							   : &disk->full;

		session_fixture_open(&fixture, i);
		if (cases[i].from == SESSION_NONE) {
			*trouble = true;
			session_fixture_begin(&fixture);
		} else {
			session_fixture_begin(&fixture);
			session_fixture_reach(&fixture, cases[i].from);
			*trouble = true;
			disk->damaged = cases[i].trouble == FULL_AND_DAMAGED;
		}
		session_fixture_run_for(&fixture, 2 * HOUR_MS);
		session_fixture_settle(&fixture);
		if (session_state(fixture.session) != SESSION_LIVE)
			fail_msg("%s: %s", cases[i].name,
				 session_state_name(
					 session_state(fixture.session)));
		assert_non_null(session_data(fixture.session)->profile);
		/* It says so, but not every few seconds. */
		assert_in_range(fixture.client->notes[LEVEL_ERROR], 1, 60);
		*trouble = false;
		session_fixture_run_for(&fixture, 15 * MINUTE_MS);
		session_fixture_settle(&fixture);
		session_fixture_check_saved(&fixture);
		assert_non_null(fixture.world.disk.data.profile);
		assert_true(session_fixture_is_good(&fixture));
		assert_int_equal(fixture.world.issuer.replays, 0);
		session_fixture_run_for(&fixture, 5 * HOUR_MS);
		session_fixture_check_saved(&fixture);
		assert_true(session_fixture_is_good(&fixture));
		session_fixture_close(&fixture);
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
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;

		session_fixture_open(&fixture, i);
		fixture.world.disk.full = !cases[i].kept;
		session_fixture_begin(&fixture);
		session_fixture_settle(&fixture);
		fixture.world.disk.full = true;
		session_fixture_run_for(&fixture, 59 * MINUTE_MS);
		assert_int_equal(issuer->requests[REQUEST_REFRESH], 0);
		assert_true(session_fixture_is_good(&fixture));
		session_fixture_run_for(&fixture, 10 * MINUTE_MS);
		assert_int_equal(issuer->requests[REQUEST_REFRESH],
				 cases[i].refreshed);
		assert_int_equal(session_fixture_is_good(&fixture),
				 cases[i].good);
		assert_int_equal(session_oauth_failure(fixture.session) == NULL,
				 cases[i].good);
		fixture.world.disk.full = false;
		session_fixture_run_for(&fixture, 6 * MINUTE_MS);
		session_fixture_check_saved(&fixture);
		assert_true(session_fixture_is_good(&fixture));
		assert_null(session_oauth_failure(fixture.session));
		assert_int_equal(issuer->requests[REQUEST_REFRESH], 1);
		session_fixture_close(&fixture);
	}
}

/* The profile alone could not be saved, and another process renews the tokens
 * before it can be: those are not overwritten. */
static void test_full_at_the_profile(void **state)
{
	struct fixture fixture;
	struct session_data *disk = &fixture.world.disk.data;

	(void)state;
	session_fixture_open(&fixture, 1);
	session_fixture_begin(&fixture);
	session_fixture_reach(&fixture, SESSION_READING);
	fixture.world.disk.full = true;
	session_fixture_reach(&fixture, SESSION_LIVE);
	assert_null(disk->profile);
	fixture.world.disk.full = false;
	secret_free(disk->tokens.access_token);
	secret_free(disk->tokens.refresh_token);
	disk->tokens.access_token = xstrdup("access-other");
	disk->tokens.refresh_token = xstrdup("refresh-other");
	session_fixture_run_for(&fixture, 6 * MINUTE_MS);
	assert_string_equal(disk->tokens.refresh_token, "refresh-other");
	assert_non_null(disk->profile);
	session_fixture_check_saved(&fixture);
	session_fixture_close(&fixture);
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
