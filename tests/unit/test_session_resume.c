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
#include "session_fixture.h"
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
		struct fixture fixture;
		struct session_data *left = &fixture.world.disk.data;
		struct issuer *issuer = &fixture.world.issuer;

		session_fixture_open(&fixture, i);
		if (cases[i].left != NOTHING && cases[i].left != CORRUPT)
			world_store(&fixture.world,
				    cases[i].left == ALIEN ? "webex" : OURS,
				    cases[i].life_s);
		left->refreshing = cases[i].left == MARKED;
		left->signing_out = cases[i].left == LEFT;
		fixture.world.disk.unreadable = cases[i].left == CORRUPT;
		if (cases[i].left == WITHOUT) {
			secret_free(left->tokens.refresh_token);
			left->tokens.refresh_token = NULL;
		}
		issuer->script[REQUEST_REFRESH] = cases[i].refresh;
		issuer->script[REQUEST_PROFILE] = cases[i].profile;
		session_fixture_resume(&fixture);
		session_fixture_settle(&fixture);
		if (session_state(fixture.session) != cases[i].state ||
		    issuer->requests[REQUEST_REFRESH] != cases[i].refreshed ||
		    issuer->requests[REQUEST_PROFILE] != cases[i].read ||
		    session_fixture_is_on_disk(&fixture) != cases[i].on_disk)
			fail_msg("%s: %s, %u refreshed, %u read", cases[i].name,
				 session_state_name(
					 session_state(fixture.session)),
				 issuer->requests[REQUEST_REFRESH],
				 issuer->requests[REQUEST_PROFILE]);
		if (cases[i].state == SESSION_ENDED)
			assert_int_equal(session_end(fixture.session),
					 cases[i].on_disk ? END_EXPIRED
							  : END_LOST);
		if (cases[i].state == SESSION_LIVE)
			assert_non_null(session_data(fixture.session)->profile);
		if (cases[i].state == SESSION_NONE)
			assert_int_equal(fixture.client->notes[LEVEL_WARN],
					 cases[i].left == ALIEN);
		session_fixture_close(&fixture);
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
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;

		session_fixture_open(&fixture, 1);
		world_store(&fixture.world, OURS, 3600);
		fixture.world.disk.data.refreshing = true;
		if (rotated)
			(void)snprintf(issuer->refresh_token,
				       sizeof(issuer->refresh_token), "newer");
		session_fixture_resume(&fixture);
		session_fixture_settle(&fixture);
		assert_int_equal(issuer->requests[REQUEST_REFRESH], 1);
		assert_int_equal(issuer->replays, rotated);
		assert_int_equal(session_fixture_is_on_disk(&fixture),
				 !rotated);
		if (rotated) {
			assert_int_equal(session_state(fixture.session),
					 SESSION_ENDED);
			assert_int_equal(session_end(fixture.session),
					 END_LOST);
		} else {
			assert_true(session_fixture_is_good(&fixture));
			session_fixture_check_saved(&fixture);
		}
		/* The next start. */
		session_fixture_resume(&fixture);
		session_fixture_settle(&fixture);
		assert_int_equal(session_state(fixture.session),
				 rotated ? SESSION_NONE : SESSION_LIVE);
		assert_int_equal(issuer->requests[REQUEST_REFRESH], 1);
		session_fixture_close(&fixture);
	}
}

/* At boot the network comes later: what was stored is shown, and made good as
 * soon as there is one. */
static void test_resume_early(void **state)
{
	(void)state;
	for (int64_t life_s = -5; life_s <= 3600; life_s += 3605) {
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;

		session_fixture_open(&fixture, 1);
		world_store(&fixture.world, OURS, life_s);
		issuer->outage = "resolve";
		issuer->outage_end_ms = fixture.world.now_ms + 10 * MINUTE_MS;
		session_fixture_resume(&fixture);
		session_fixture_settle(&fixture);
		assert_int_equal(session_state(fixture.session), SESSION_LIVE);
		assert_string_equal(session_data(fixture.session)->profile,
				    "{\"sub\":\"7\"}");
		session_fixture_run_for(&fixture, 20 * MINUTE_MS);
		assert_true(session_fixture_is_good(&fixture));
		assert_non_null(
			strstr(session_data(fixture.session)->profile, "Ada"));
		session_fixture_check_saved(&fixture);
		session_fixture_close(&fixture);
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
