/* SPDX-License-Identifier: MIT */
/*
 * machine/session: when tokens are renewed, in virtual time; what an answer to
 * the refresh leads to, and what is done where none comes.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "machine/session.h"
#include "session_fixture.h"
#include "world.h"

static void begin_spent(struct fixture *fixture)
{
	session_fixture_begin_with(fixture, true);
}

/* When a token of that lifetime is renewed. */
static void test_plan(void **state)
{
	static const struct {
		int64_t life_s;
		bool can_refresh;
		int64_t from_s, to_s; /* 0: never */
	} cases[] = {
		{3600, true, 3600 - 450, 3600 - 300},
		{64799, true, 64799 - 450, 64799 - 300},
		{315360000, true, 315360000 - 450, 315360000 - 300},
		{600, true, 600 - 90, 600 - 60},
		{60, true, 51, 54},
		{0, true, 0, 0},
		{3600, false, 3600, 3600},
		{0, false, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		for (uint64_t seed = 0; seed < 50; seed++) {
			struct fixture fixture;
			int64_t now_ms, due_ms;

			session_fixture_open(&fixture, seed);
			fixture.world.issuer.token_life_s = cases[i].life_s;
			fixture.world.issuer.gives_refresh_token =
				cases[i].can_refresh;
			session_without_profile(fixture.session);
			session_fixture_begin(&fixture);
			now_ms = fixture.world.now_ms;
			due_ms = session_deadline(fixture.session);
			if (cases[i].life_s == 0) {
				assert_true(due_ms == NEVER_MS);
				assert_true(
					session_expires_ms(fixture.session) ==
					NEVER_MS);
			} else {
				assert_true(
					session_expires_ms(fixture.session) ==
					now_ms + cases[i].life_s * 1000);
				assert_in_range(due_ms,
						now_ms + cases[i].from_s * 1000,
						now_ms + cases[i].to_s * 1000);
			}
			session_fixture_close(&fixture);
		}
	}
}

/* Tokens that are over when they come, the first, all, or not the next. */
static void test_spent(void **state)
{
	static const struct {
		const char *profile;
		bool renewable, all;
		unsigned at_least, at_most; /* renewals within an hour */
		unsigned a_day;		    /* at most */
	} cases[] = {
		{"rules", true, false, 1, 2, 30},
		{"rules", true, true, 10, 30, 350},
		{"unauthorized rules", true, true, 10, 30, 350},
		{"unauthorized", true, true, 10, 30, 350},
		/* It may be good all the same, and there is no other. */
		{"rules", false, true, 0, 0, 0},
		{"unauthorized", false, true, 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool ends = !cases[i].renewable &&
			    strcmp(cases[i].profile, "rules") != 0;
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;
		int64_t begun_ms;

		session_fixture_open(&fixture, i);
		begun_ms = fixture.world.now_ms;
		issuer->script[REQUEST_PROFILE] = cases[i].profile;
		issuer->gives_refresh_token = cases[i].renewable;
		issuer->spent = cases[i].all ? "0" : NULL;
		issuer->token_life_s = cases[i].all ? 0 : 3600;
		begin_spent(&fixture);
		session_fixture_settle(&fixture);
		session_fixture_run_for(&fixture, begun_ms + 60000 -
							  fixture.world.now_ms);
		assert_int_equal(session_state(fixture.session),
				 ends ? SESSION_ENDED : SESSION_LIVE);
		if (cases[i].renewable)
			assert_true(issuer->requests[REQUEST_REFRESH] > 0);
		if (strstr(cases[i].profile, "rules") != NULL)
			assert_non_null(session_data(fixture.session)->profile);
		session_fixture_run_for(&fixture, begun_ms + HOUR_MS -
							  fixture.world.now_ms);
		assert_in_range(issuer->requests[REQUEST_REFRESH],
				cases[i].at_least, cases[i].at_most);
		session_fixture_run_for(&fixture, begun_ms + DAY_MS -
							  fixture.world.now_ms);
		assert_in_range(issuer->requests[REQUEST_REFRESH],
				cases[i].at_least, cases[i].a_day);
		assert_int_equal(issuer->replays, 0);
		session_fixture_close(&fixture);
	}
}

/* Whoever wants a token has one renewal made, and gets what it brings. */
static void test_spent_required(void **state)
{
	struct fixture fixture;

	(void)state;
	session_fixture_open(&fixture, 1);
	world_store(&fixture.world, OURS, -5);
	fixture.world.issuer.spent = "0";
	session_without_profile(fixture.session);
	session_fixture_resume(&fixture);
	session_fixture_settle(&fixture);
	session_fixture_require(&fixture, 0);
	session_fixture_settle(&fixture);
	/* Nor is another one made before the first has been looked at. */
	session_fixture_run_for(&fixture, 1999);
	assert_int_equal(session_state(fixture.session), SESSION_LIVE);
	assert_true(session_was_renewed(fixture.session));
	assert_int_equal(fixture.world.issuer.requests[REQUEST_REFRESH], 1);
	session_fixture_close(&fixture);
}

/* A month of renewals: the token is good at every moment. */
static void test_refresh(void **state)
{
	static const struct {
		int64_t life_s;
		bool rotates;
		int64_t ms;
	} cases[] = {
		{3600, true, 30 * DAY_MS},  {3600, false, 30 * DAY_MS},
		{64799, true, 30 * DAY_MS}, {60, true, DAY_MS},
		{10, true, HOUR_MS},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;
		int64_t end_ms, most;

		session_fixture_open(&fixture, i);
		issuer->token_life_s = cases[i].life_s;
		issuer->rotates = cases[i].rotates;
		end_ms = fixture.world.now_ms + cases[i].ms;
		session_fixture_begin(&fixture);
		session_fixture_settle(&fixture);
		while (world_turn(&fixture.world, end_ms))
			assert_true(session_fixture_is_good(&fixture));
		most = cases[i].ms / (cases[i].life_s * 1000);
		assert_in_range(issuer->requests[REQUEST_REFRESH], most,
				most + most / 4);
		assert_int_equal(issuer->replays, 0);
		assert_int_equal(issuer->requests[REQUEST_PROFILE], 1);
		session_fixture_settle(&fixture);
		session_fixture_check_saved(&fixture);
		assert_string_equal(
			session_data(fixture.session)->tokens.access_token,
			issuer->access_token);
		assert_string_equal(
			session_data(fixture.session)->tokens.refresh_token,
			issuer->refresh_token);
		assert_string_equal(session_data(fixture.session)->tokens.scope,
				    "profile");
		session_fixture_close(&fixture);
	}
}

/* What the answers to a refresh lead to, eight hours on. */
static void test_refresh_trouble(void **state)
{
	static const struct {
		const char *refresh;
		bool rotates;
		enum session_state state;
		bool good;
		unsigned least, most; /* requests */
	} cases[] = {
		{"timeout rules", true, SESSION_LIVE, true, 9, 10},
		{"connect*4 500*4 html empty rules", true, SESSION_LIVE, true,
		 17, 20},
		{"429:200 rules", true, SESSION_LIVE, true, 9, 10},
		{"500", true, SESSION_LIVE, false, 60, 110},
		{"invalid_client", true, SESSION_LIVE, false, 60, 100},
		{"prose*2 rules", true, SESSION_LIVE, true, 9, 11},
		/* the end of the session */
		{"invalid_grant", true, SESSION_ENDED, false, 1, 1},
		{"expired", true, SESSION_ENDED, false, 1, 1},
		{"used", true, SESSION_ENDED, false, 1, 1},
		{"refused", true, SESSION_ENDED, false, 1, 1},
		{"denied", true, SESSION_ENDED, false, 1, 1},
		/* with the access token, and not before */
		{"prose", true, SESSION_ENDED, false, 2, 5},
		{"500*3 invalid_grant", true, SESSION_ENDED, false, 4, 4},
		/* the answer gets lost: harmless, or not (RFC 9700 4.14) */
		{"lost rules", false, SESSION_LIVE, true, 9, 10},
		{"lost rules", true, SESSION_ENDED, false, 2, 2},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;
		bool lost = cases[i].state == SESSION_ENDED;

		session_fixture_open(&fixture, i);
		issuer->rotates = cases[i].rotates;
		issuer->script[REQUEST_REFRESH] = cases[i].refresh;
		session_fixture_begin(&fixture);
		session_fixture_run_for(&fixture, 8 * HOUR_MS);
		session_fixture_settle(&fixture);
		if (session_state(fixture.session) != cases[i].state)
			fail_msg("\"%s\": %s", cases[i].refresh,
				 session_state_name(
					 session_state(fixture.session)));
		if (issuer->requests[REQUEST_REFRESH] < cases[i].least ||
		    issuer->requests[REQUEST_REFRESH] > cases[i].most)
			fail_msg("\"%s\": %u requests", cases[i].refresh,
				 issuer->requests[REQUEST_REFRESH]);
		assert_int_equal(session_end(fixture.session),
				 lost ? END_LOST : END_NONE);
		assert_int_equal(session_fixture_is_on_disk(&fixture), !lost);
		if (!lost)
			assert_int_equal(session_fixture_is_good(&fixture),
					 cases[i].good);
		assert_int_equal(session_oauth_failure(fixture.session) != NULL,
				 lost || !cases[i].good);
		session_fixture_close(&fixture);
	}
}

/* How long the first retry waits: what an operator has to mend can wait. */
static void test_first_retry(void **state)
{
	static const struct {
		const char *refresh;
		int64_t least_s, most_s;
	} cases[] = {
		{"500", 2, 3},	       {"timeout", 2, 3},
		{"429:200", 200, 200}, {"invalid_client", 64, 96},
		{"prose", 64, 96},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		session_fixture_open(&fixture, i);
		fixture.world.issuer.script[REQUEST_REFRESH] = cases[i].refresh;
		session_fixture_begin(&fixture);
		session_fixture_reach(&fixture, SESSION_REFRESHING);
		session_fixture_reach(&fixture, SESSION_LIVE);
		assert_in_range(session_deadline(fixture.session) -
					fixture.world.now_ms,
				cases[i].least_s * 1000,
				cases[i].most_s * 1000);
		session_fixture_close(&fixture);
	}
}

/* A network that is away for minutes costs nothing: the renewal was early. */
static void test_outage(void **state)
{
	struct fixture fixture;
	int64_t end_ms;

	(void)state;
	session_fixture_open(&fixture, 1);
	session_fixture_begin(&fixture);
	session_fixture_settle(&fixture);
	session_fixture_run_for(&fixture, 54 * MINUTE_MS);
	fixture.world.issuer.outage = "connect";
	fixture.world.issuer.outage_end_ms =
		fixture.world.now_ms + 5 * MINUTE_MS;
	end_ms = fixture.world.now_ms + HOUR_MS;
	while (world_turn(&fixture.world, end_ms)) {
		assert_non_null(session_data(fixture.session)->profile);
		assert_true(session_fixture_is_good(&fixture) ||
			    fixture.world.now_ms <
				    fixture.world.issuer.outage_end_ms +
					    8 * MINUTE_MS);
	}
	assert_true(session_fixture_is_good(&fixture));
	session_fixture_close(&fixture);
}

/* No refresh token: the session ends with the token. */
static void test_no_refresh_token(void **state)
{
	struct fixture fixture;

	(void)state;
	session_fixture_open(&fixture, 1);
	fixture.world.issuer.gives_refresh_token = false;
	session_fixture_begin(&fixture);
	session_fixture_run_for(&fixture, 59 * MINUTE_MS);
	assert_int_equal(session_state(fixture.session), SESSION_LIVE);
	session_fixture_run_for(&fixture, 2 * MINUTE_MS);
	assert_int_equal(session_state(fixture.session), SESSION_ENDED);
	assert_int_equal(session_end(fixture.session), END_LOST);
	assert_int_equal(fixture.world.issuer.requests[REQUEST_REFRESH], 0);
	assert_false(session_fixture_is_on_disk(&fixture));
	session_fixture_close(&fixture);
}

/* Nobody said how long the token lasts: it is used until somebody refuses. */
static void test_life_unknown(void **state)
{
	struct fixture fixture;

	(void)state;
	session_fixture_open(&fixture, 1);
	fixture.world.issuer.token_life_s = 0;
	session_fixture_begin(&fixture);
	session_fixture_run_for(&fixture, 30 * DAY_MS);
	assert_int_equal(session_state(fixture.session), SESSION_LIVE);
	assert_int_equal(fixture.world.issuer.requests[REQUEST_REFRESH], 0);
	assert_int_equal(fixture.world.disk.data.expires_at, 0);
	session_fixture_require(&fixture, 86400);
	assert_int_equal(session_state(fixture.session), SESSION_LIVE);
	issuer_end_access(&fixture.world.issuer);
	session_fixture_resume(&fixture);
	session_fixture_settle(&fixture);
	assert_int_equal(session_state(fixture.session), SESSION_LIVE);
	assert_int_equal(fixture.world.issuer.requests[REQUEST_REFRESH], 1);
	session_fixture_close(&fixture);
}

static void test_require(void **state)
{
	static const struct {
		int64_t min_valid_s;
		const char *refresh;
		bool can_refresh;
		unsigned refreshed;
		const char *token;
	} cases[] = {
		{0, NULL, true, 0, "access-1"},
		{1800, NULL, true, 0, "access-1"},
		{3500, NULL, true, 1, "access-2"},
		{7200, NULL, true, 1, "access-2"}, /* as good as can be had */
		{3500, "500", true, 1, "access-1"},
		{3500, NULL, false, 0, "access-1"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		session_fixture_open(&fixture, i);
		fixture.world.issuer.gives_refresh_token = cases[i].can_refresh;
		fixture.world.issuer.script[REQUEST_REFRESH] = cases[i].refresh;
		session_fixture_begin(&fixture);
		session_fixture_settle(&fixture);
		session_fixture_run_for(&fixture, 10 * MINUTE_MS);
		session_fixture_require(&fixture, cases[i].min_valid_s);
		session_fixture_settle(&fixture);
		assert_int_equal(session_state(fixture.session), SESSION_LIVE);
		assert_int_equal(fixture.world.issuer.requests[REQUEST_REFRESH],
				 cases[i].refreshed);
		assert_string_equal(
			session_data(fixture.session)->tokens.access_token,
			cases[i].token);
		session_fixture_close(&fixture);
	}
}

/* A token that cannot be renewed is wanted fresh while the lock is taken. */
static void test_require_in_vain(void **state)
{
	struct fixture fixture;

	(void)state;
	session_fixture_open(&fixture, 1);
	fixture.world.issuer.gives_refresh_token = false;
	session_fixture_begin(&fixture);
	session_fixture_settle(&fixture);
	fixture.world.disk.held = true;
	session_fixture_require(&fixture, 7200);
	session_fixture_settle(&fixture);
	fixture.world.disk.held = false;
	session_fixture_run_for(&fixture, 50 * MINUTE_MS);
	assert_int_equal(session_state(fixture.session), SESSION_LIVE);
	session_fixture_run_for(&fixture, 10 * MINUTE_MS);
	assert_int_equal(session_end(fixture.session), END_LOST);
	session_fixture_close(&fixture);
}

/* A provider that takes JSON only: a refresh and a revocation are sent once
 * more, and only once. */
static void test_json(void **state)
{
	struct fixture fixture;
	struct issuer *issuer = &fixture.world.issuer;

	(void)state;
	for (int known = 0; known < 2; known++) {
		session_fixture_open(&fixture, 1);
		session_fixture_begin(&fixture);
		session_fixture_reach(&fixture, SESSION_LIVE);
		issuer->wants_json = true;
		*issuer->provider.takes_json = known ? SHAPE_JSON : SHAPE_FORM;
		session_fixture_require(&fixture, issuer->token_life_s);
		session_fixture_settle(&fixture);
		assert_int_equal(session_state(fixture.session), SESSION_LIVE);
		assert_true(session_was_renewed(fixture.session));
		session_fixture_check_saved(&fixture);
		assert_int_equal(issuer->forms_refused, !known);
		assert_int_equal(issuer->replays, 0);
		world_post(&fixture.world, fixture.client, EVENT_SIGN_OUT);
		session_fixture_settle(&fixture);
		assert_true(session_was_revoked(fixture.session));
		assert_int_equal(issuer->forms_refused, !known);
		assert_int_equal(issuer->requests[REQUEST_REVOCATION], 2);
		session_fixture_close(&fixture);
	}
	/* The revocation may be the first. */
	session_fixture_open(&fixture, 1);
	session_fixture_begin(&fixture);
	session_fixture_reach(&fixture, SESSION_LIVE);
	issuer->wants_json = true;
	world_post(&fixture.world, fixture.client, EVENT_SIGN_OUT);
	session_fixture_settle(&fixture);
	assert_true(session_was_revoked(fixture.session));
	assert_int_equal(issuer->forms_refused, 1);
	assert_int_equal(issuer->requests[REQUEST_REVOCATION], 3);
	assert_int_equal(fixture.client->notes[LEVEL_WARN], 0);
	session_fixture_close(&fixture);
}

/* An address that leads nowhere has not ended the session. */
static void test_dead_ends(void **state)
{
	static const char *const scripts[] = {"404", "404_json", "405",
					      "410", "415",	 "501"};

	(void)state;
	for (size_t i = 0; i < COUNT(scripts); i++) {
		struct fixture fixture;

		session_fixture_open(&fixture, i);
		fixture.world.issuer.script[REQUEST_REFRESH] = scripts[i];
		session_fixture_begin(&fixture);
		session_fixture_run_for(&fixture, DAY_MS);
		assert_int_equal(session_state(fixture.session), SESSION_LIVE);
		assert_true(session_fixture_is_on_disk(&fixture));
		assert_true(fixture.world.issuer.requests[REQUEST_REFRESH] > 3);
		fixture.world.issuer.script[REQUEST_REFRESH] = NULL;
		session_fixture_run_for(&fixture, HOUR_MS);
		assert_true(session_fixture_is_good(&fixture));
		session_fixture_close(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_spent),
		cmocka_unit_test(test_spent_required),
		cmocka_unit_test(test_refresh),
		cmocka_unit_test(test_refresh_trouble),
		cmocka_unit_test(test_first_retry),
		cmocka_unit_test(test_outage),
		cmocka_unit_test(test_no_refresh_token),
		cmocka_unit_test(test_life_unknown),
		cmocka_unit_test(test_require),
		cmocka_unit_test(test_require_in_vain),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_dead_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
