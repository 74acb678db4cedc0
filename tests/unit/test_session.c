/* SPDX-License-Identifier: MIT */
/*
 * machine/session: tokens kept from the first moment on, in virtual time
 * against a modelled provider and a modelled session file; their profile; and
 * what comes when nothing is awaited. The world itself fails a case where a
 * refresh goes out that is not marked on the disk, or without the lock.
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

static void test_begin(void **state)
{
	static const struct {
		const char *profile;
		unsigned asked, refreshed;
		bool read;
	} cases[] = {
		{"rules", 1, 0, true},
		{"500*2 rules", 3, 0, true},
		{"connect timeout rules", 3, 0, true},
		{"html 429:10 rules", 3, 0, true},
		{"500", 3, 0, false},
		{"429:60 rules", 1, 0, false}, /* later */
		{"forbidden", 1, 0, false},
		{"refused", 1, 0, false},
		/* a 401 renews the token once, and only once */
		{"unauthorized rules", 2, 1, true},
		{"unauthorized forbidden", 2, 1, false},
		{"unauthorized", 2, 1, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		const struct session_data *data;

		session_fixture_open(&fixture, i);
		fixture.world.issuer.script[REQUEST_PROFILE] = cases[i].profile;
		session_fixture_begin(&fixture);
		session_fixture_settle(&fixture);
		data = session_data(fixture.session);
		assert_int_equal(session_state(fixture.session), SESSION_LIVE);
		assert_int_equal(fixture.world.issuer.requests[REQUEST_PROFILE],
				 cases[i].asked);
		assert_int_equal(fixture.world.issuer.requests[REQUEST_REFRESH],
				 cases[i].refreshed);
		assert_int_equal(data->profile != NULL, cases[i].read);
		assert_int_equal(fixture.world.disk.data.profile != NULL,
				 cases[i].read);
		assert_int_equal(session_oauth_failure(fixture.session) == NULL,
				 cases[i].read);
		session_fixture_check_saved(&fixture);
		assert_string_equal(data->tokens.scope, "profile");
		assert_int_equal(fixture.client->drops, 0);
		session_fixture_close(&fixture);
	}
}

/* The tokens are on the disk before they are used for anything. */
static void test_saved_first(void **state)
{
	struct fixture fixture;
	int64_t begun_s;

	(void)state;
	session_fixture_open(&fixture, 1);
	begun_s = world_event(&fixture.world, EVENT_TICK).wall_s;
	session_fixture_begin(&fixture);
	assert_int_equal(session_state(fixture.session), SESSION_READING);
	session_fixture_check_saved(&fixture);
	assert_false(session_holds_lock(fixture.session));
	session_fixture_settle(&fixture);
	assert_int_equal(fixture.world.disk.saves, 2);
	assert_int_equal(fixture.world.disk.data.refresh_expires_at,
			 begun_s + REFRESH_LIFE_S);

	session_fixture_reach(&fixture, SESSION_REFRESHING);
	assert_true(fixture.world.disk.data.refreshing);
	assert_true(session_holds_lock(fixture.session));
	session_fixture_reach(&fixture, SESSION_LIVE);
	session_fixture_check_saved(&fixture);
	assert_string_equal(session_data(fixture.session)->tokens.access_token,
			    "access-2");
	assert_non_null(fixture.world.disk.data.profile);
	session_fixture_close(&fixture);
}

static void test_without_profile(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct fixture fixture;
		char *endpoint;

		session_fixture_open(&fixture, 1);
		endpoint = fixture.world.issuer.provider.userinfo_endpoint;
		if (i == 0)
			session_without_profile(fixture.session);
		else
			fixture.world.issuer.provider.userinfo_endpoint = NULL;
		session_fixture_begin(&fixture);
		assert_int_equal(session_state(fixture.session), SESSION_LIVE);
		session_fixture_check_saved(&fixture);
		session_fixture_run_for(&fixture, DAY_MS);
		assert_int_equal(fixture.world.issuer.requests[REQUEST_PROFILE],
				 0);
		assert_true(session_fixture_is_good(&fixture));
		fixture.world.issuer.provider.userinfo_endpoint = endpoint;
		session_fixture_close(&fixture);
	}
}

/* A profile that could not be read is read as soon as that is possible. */
static void test_late_profile(void **state)
{
	struct fixture fixture;
	struct issuer *issuer = &fixture.world.issuer;

	(void)state;
	session_fixture_open(&fixture, 1);
	issuer->token_life_s = 64799;
	issuer->outage = "500";
	issuer->outage_end_ms = fixture.world.now_ms + 10 * MINUTE_MS;
	issuer->script[REQUEST_PROFILE] = "500 429:900 rules";
	session_fixture_begin(&fixture);
	session_fixture_run_for(&fixture, MINUTE_MS);
	assert_int_equal(session_state(fixture.session), SESSION_LIVE);
	assert_null(session_data(fixture.session)->profile);
	session_fixture_run_for(&fixture, HOUR_MS);
	assert_int_equal(session_state(fixture.session), SESSION_LIVE);
	assert_non_null(session_data(fixture.session)->profile);
	assert_non_null(fixture.world.disk.data.profile);
	assert_in_range(issuer->requests[REQUEST_PROFILE], 9, 13);
	assert_int_equal(issuer->requests[REQUEST_REFRESH], 0);
	session_fixture_close(&fixture);
}

/* Nothing of one person's troubles is left for the next one. */
static void test_next_person(void **state)
{
	(void)state;
	for (int resumed = 0; resumed < 2; resumed++) {
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;

		session_fixture_open(&fixture, 1);
		issuer->script[REQUEST_PROFILE] = "unauthorized";
		issuer->script[REQUEST_REFRESH] = "rules 500";
		fixture.world.disk.full = true;
		session_fixture_begin(&fixture);
		session_fixture_settle(&fixture);
		session_fixture_run_for(&fixture, 2 * HOUR_MS);
		session_fixture_settle(&fixture);
		issuer->script[REQUEST_REFRESH] = "invalid_grant";
		session_fixture_run_for(&fixture, HOUR_MS);
		assert_int_equal(session_end(fixture.session), END_LOST);
		assert_non_null(session_oauth_failure(fixture.session));

		fixture.world.disk.full = false;
		issuer->script[REQUEST_PROFILE] = "unauthorized rules";
		issuer->script[REQUEST_REFRESH] = NULL;
		issuer->requests[REQUEST_REFRESH] =
			issuer->requests[REQUEST_PROFILE] = 0;
		if (resumed != 0) {
			world_store(&fixture.world, OURS, 3600);
			session_fixture_resume(&fixture);
		} else {
			session_fixture_begin(&fixture);
		}
		assert_int_equal(session_end(fixture.session), END_NONE);
		assert_null(session_oauth_failure(fixture.session));
		assert_false(session_was_renewed(fixture.session));
		session_fixture_settle(&fixture);
		assert_true(session_was_renewed(fixture.session));
		assert_int_equal(issuer->requests[REQUEST_REFRESH], 1);
		assert_int_equal(issuer->requests[REQUEST_PROFILE], 2);
		assert_null(session_oauth_failure(fixture.session));
		assert_int_equal(session_verdict(fixture.session), VERDICT_OK);
		session_fixture_check_saved(&fixture);
		/* What another process renews is taken over. */
		session_fixture_run_for(&fixture, 50 * MINUTE_MS);
		world_store(&fixture.world, OURS, 3600);
		session_fixture_run_for(&fixture, 20 * MINUTE_MS);
		assert_int_equal(issuer->requests[REQUEST_REFRESH], 1);
		issuer->script[REQUEST_REFRESH] = "500";
		session_fixture_run_for(&fixture, 40 * MINUTE_MS);
		assert_int_equal(session_verdict(fixture.session),
				 VERDICT_RETRY);
		world_post(&fixture.world, fixture.client, EVENT_SIGN_OUT);
		session_fixture_settle(&fixture);
		assert_int_equal(session_end(fixture.session), END_SIGNED_OUT);
		assert_true(session_was_revoked(fixture.session));

		issuer->script[REQUEST_REVOCATION] = "500";
		issuer->script[REQUEST_REFRESH] = NULL;
		session_fixture_begin(&fixture);
		session_fixture_settle(&fixture);
		world_post(&fixture.world, fixture.client, EVENT_SIGN_OUT);
		session_fixture_settle(&fixture);
		assert_false(session_was_revoked(fixture.session));
		session_fixture_close(&fixture);
	}
}

/* A reply that nobody waits for, a lock that nobody wanted. */
static void test_stray_events(void **state)
{
	static const enum event_kind kinds[] = {
		EVENT_TICK,  EVENT_REPLY,     EVENT_LOCKED, EVENT_BUSY,
		EVENT_SAVED, EVENT_START,     EVENT_CANCEL, EVENT_TOUCHED,
		EVENT_CLOCK, EVENT_CUT_SHORT,
	};
	static const enum session_state states[] = {
		SESSION_NONE,
		SESSION_LIVE,
		SESSION_ENDED,
	};
	struct reply reply = {
		.net = NET_OK,
		.status = 401,
		.body = "",
		.type = "",
		.retry_after_s = -1,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(kinds) * COUNT(states); i++) {
		enum session_state at = states[i / COUNT(kinds)];
		struct fixture fixture;
		struct event event;
		struct action action;

		session_fixture_open(&fixture, i);
		if (at != SESSION_NONE) {
			session_fixture_begin(&fixture);
			session_fixture_settle(&fixture);
		}
		if (at == SESSION_ENDED) {
			world_post(&fixture.world, fixture.client,
				   EVENT_SIGN_OUT);
			session_fixture_settle(&fixture);
		}
		event = world_event(&fixture.world, kinds[i % COUNT(kinds)]);
		event.reply = &reply;
		action_clear(&action);
		session_step(fixture.session, &event, &action);
		assert_int_equal(action.kind, ACTION_NONE);
		assert_int_equal(session_state(fixture.session), at);
		assert_false(session_holds_lock(fixture.session));
		session_fixture_close(&fixture);
	}
}

/* While it waits to read the profile again, no answer is expected. */
static void test_stray_reply(void **state)
{
	struct reply reply = {
		.net = NET_OK,
		.status = 200,
		.body = "{\"name\":\"Eve\"}",
		.body_len = 14,
		.type = "application/json",
		.retry_after_s = -1,
	};
	struct fixture fixture;
	struct event event;
	struct action action;

	(void)state;
	session_fixture_open(&fixture, 1);
	fixture.world.issuer.script[REQUEST_PROFILE] = "500 rules";
	session_fixture_begin(&fixture);
	while (fixture.client->driver.sending)
		assert_true(world_turn(&fixture.world, NEVER_MS));
	assert_int_equal(session_state(fixture.session),
			 SESSION_READ_BACKING_OFF);
	event = world_event(&fixture.world, EVENT_REPLY);
	event.reply = &reply;
	action_clear(&action);
	session_step(fixture.session, &event, &action);
	assert_int_equal(action.kind, ACTION_NONE);
	assert_null(session_data(fixture.session)->profile);
	session_fixture_settle(&fixture);
	assert_non_null(strstr(session_data(fixture.session)->profile, "Ada"));
	session_fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_begin),
		cmocka_unit_test(test_saved_first),
		cmocka_unit_test(test_without_profile),
		cmocka_unit_test(test_late_profile),
		cmocka_unit_test(test_next_person),
		cmocka_unit_test(test_stray_events),
		cmocka_unit_test(test_stray_reply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
