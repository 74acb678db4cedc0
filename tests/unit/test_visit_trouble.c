/* SPDX-License-Identifier: MIT */
/*
 * machine/visit: what goes wrong, a key that is stuck, and a clock that is
 * wrong; in virtual time.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "machine/session.h"
#include "machine/visit.h"
#include "visit_fixture.h"
#include "world.h"

/* Each reason is told apart from the others, while it is tried again as when it
 * has ended something. */
static void test_reasons(void **state)
{
	static const struct {
		const char *ask, *poll, *profile;
		enum visit_stage stage;
		enum visit_reason reason;
		bool allow;
	} cases[] = {
		{"connect", NULL, NULL, VISIT_SIGN_IN, REASON_NO_NETWORK,
		 false},
		{"timeout", NULL, NULL, VISIT_SIGN_IN, REASON_NO_NETWORK,
		 false},
		{"tls", NULL, NULL, VISIT_SIGN_IN, REASON_NO_TRUST, false},
		{"not_yet_valid", NULL, NULL, VISIT_SIGN_IN, REASON_CLOCK,
		 false},
		{"500", NULL, NULL, VISIT_SIGN_IN, REASON_BUSY, false},
		{"invalid_client", NULL, NULL, VISIT_TROUBLE, REASON_NOT_SET_UP,
		 false},
		{"refused", NULL, NULL, VISIT_TROUBLE, REASON_UNUSABLE, false},
		{"bad_uri", NULL, NULL, VISIT_TROUBLE, REASON_UNUSABLE, false},
		{"denied", NULL, NULL, VISIT_TROUBLE, REASON_REFUSED, false},
		{"ok", "mac", NULL, VISIT_TROUBLE, REASON_UNUSABLE, false},
		{"ok", "refused", NULL, VISIT_TROUBLE, REASON_REFUSED, false},
		{"ok", "timeout", NULL, VISIT_TROUBLE, REASON_NO_NETWORK,
		 false},
		{"ok", "500", NULL, VISIT_TROUBLE, REASON_BUSY, false},
		{"ok", "denied", NULL, VISIT_TROUBLE, REASON_DENIED, false},
		{"ok", "pending", NULL, VISIT_TROUBLE, REASON_EXPIRED, false},
		{"ok", "ok", NULL, VISIT_TROUBLE, REASON_NOT_ALLOWED, true},
		{"ok", "ok", "forbidden", VISIT_TROUBLE, REASON_NO_PROFILE,
		 true},
		{"ok", "ok", "connect", VISIT_TROUBLE, REASON_NO_NETWORK, true},
		{"ok", "ok", "500", VISIT_TROUBLE, REASON_BUSY, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char domain[] = "example.com";
		char *domains[] = {domain};
		const struct allow allow = {.email_domains = {domains, 1}};
		const struct visit_policy policy = {
			.allow = cases[i].allow ? &allow : NULL,
		};
		struct fixture fixture;

		visit_fixture_open(&fixture, &policy);
		fixture.world.issuer.script[REQUEST_DEVICE_AUTHORIZATION] =
			cases[i].ask;
		fixture.world.issuer.script[REQUEST_POLL] = cases[i].poll;
		fixture.world.issuer.script[REQUEST_PROFILE] = cases[i].profile;
		visit_fixture_boot(&fixture, i);
		visit_fixture_reach(&fixture, cases[i].stage);
		while (visit_reason(fixture.visit) == REASON_NONE)
			assert_true(world_turn(&fixture.world,
					       fixture.world.now_ms + DAY_MS));
		if (visit_reason(fixture.visit) != cases[i].reason)
			fail_msg("case %zu: %d", i,
				 visit_reason(fixture.visit));
		/* The next try has none yet. */
		while (visit_reason(fixture.visit) == cases[i].reason)
			if (!world_turn(&fixture.world,
					fixture.world.now_ms + DAY_MS))
				fail_msg("case %zu stays", i);
		assert_int_equal(visit_reason(fixture.visit), REASON_NONE);
		visit_fixture_close(&fixture);
	}
}

/* What goes wrong is told, and tried again ever more seldom. */
static void test_trouble(void **state)
{
	static const struct {
		const char *ask, *poll;
		enum visit_result result;
		int pauses_s[8];
	} cases[] = {
		{"invalid_client",
		 NULL,
		 RESULT_MISCONFIGURED,
		 {30, 60, 120, 240, 480, 600, 600}},
		{"refused", NULL, RESULT_FAILED, {30, 60, 120, 240}},
		{NULL, "timeout", RESULT_UNREACHABLE, {30, 60, 120}},
		{NULL, "denied", RESULT_DENIED, {10, 20, 40, 80}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;
		int64_t pause_ms;

		visit_fixture_open(&fixture, &kiosk);
		issuer->script[REQUEST_DEVICE_AUTHORIZATION] = cases[i].ask;
		issuer->script[REQUEST_POLL] = cases[i].poll;
		visit_fixture_boot(&fixture, i);
		for (size_t j = 0; cases[i].pauses_s[j] > 0; j++) {
			int64_t least_ms = cases[i].pauses_s[j] * 1000;

			visit_fixture_reach(&fixture, VISIT_TROUBLE);
			assert_int_equal(visit_result(fixture.visit),
					 cases[i].result);
			assert_int_equal(visit_trouble(fixture.visit)[0] !=
						 '\0',
					 cases[i].result != RESULT_DENIED);
			pause_ms = visit_retry_ms(fixture.visit) -
				   fixture.world.now_ms;
			if (pause_ms < least_ms ||
			    pause_ms > least_ms + least_ms / 2)
				fail_msg("case %zu: pause %zu is %lld", i, j,
					 (long long)pause_ms);
			visit_fixture_reach(&fixture, VISIT_SIGN_IN);
		}
		/* A key tries at once; and after a code that was shown to its
		 * end the next trouble is the first one again. */
		visit_fixture_reach(&fixture, VISIT_TROUBLE);
		visit_fixture_run_for(&fixture, 5000);
		issuer->script[REQUEST_DEVICE_AUTHORIZATION] = NULL;
		issuer->script[REQUEST_POLL] = "pending";
		user_event(&fixture, EVENT_START);
		assert_int_equal(visit_stage(fixture.visit), VISIT_SIGN_IN);
		visit_fixture_reach(&fixture, VISIT_TROUBLE);
		assert_int_equal(visit_result(fixture.visit), RESULT_EXPIRED);
		issuer->script[REQUEST_DEVICE_AUTHORIZATION] = "invalid_client";
		visit_fixture_reach(&fixture, VISIT_SIGN_IN);
		visit_fixture_reach(&fixture, VISIT_TROUBLE);
		assert_in_range(visit_retry_ms(fixture.visit) -
					fixture.world.now_ms,
				30000, 45000);
		visit_fixture_close(&fixture);
	}
}

/* A screen that waits for a key shows the trouble and then waits again. */
static void test_trouble_with_key(void **state)
{
	static const struct {
		const char *ask, *poll;
		int64_t ms;
		int asked;
	} cases[] = {
		{"ok", "denied", 16000, 1},
		{"ok", "expired", 16000, 1},
		{"invalid_client", "ok", 46000, 1},
		/* Nobody stands there for ever: the network is tried five
		 * times, and then left alone. */
		{"timeout", "ok", 46000, 5},
		{"503", "ok", DAY_MS, 5},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		visit_fixture_open(&fixture, &key_kiosk);
		fixture.world.issuer.script[REQUEST_DEVICE_AUTHORIZATION] =
			cases[i].ask;
		fixture.world.issuer.script[REQUEST_POLL] = cases[i].poll;
		visit_fixture_boot(&fixture, i);
		user_event(&fixture, EVENT_START);
		visit_fixture_reach(&fixture, VISIT_TROUBLE);
		visit_fixture_run_for(&fixture, cases[i].ms);
		assert_int_equal(visit_stage(fixture.visit), VISIT_WELCOME);
		assert_int_equal(
			fixture.world.issuer
				.requests[REQUEST_DEVICE_AUTHORIZATION],
			cases[i].asked);
		visit_fixture_close(&fixture);
	}
}

/* A key that is stuck, or hit in anger. */
static void test_stuck_key(void **state)
{
	static const enum event_kind keys[][2] = {
		{EVENT_START, EVENT_START},
		{EVENT_CANCEL, EVENT_CANCEL},
		{EVENT_START, EVENT_CANCEL},
	};
	static const char *const asks[] = {"ok", "invalid_client", "500"};

	(void)state;
	for (size_t i = 0; i < COUNT(keys) * COUNT(asks) * 2; i++) {
		const enum event_kind *key = keys[i % COUNT(keys)];
		struct fixture fixture;

		visit_fixture_open(&fixture, i % 2 == 0 ? &kiosk : &key_kiosk);
		fixture.world.issuer.script[REQUEST_DEVICE_AUTHORIZATION] =
			asks[i / COUNT(keys) % COUNT(asks)];
		visit_fixture_boot(&fixture, i);
		for (int j = 0; j < 20 * 30; j++) {
			user_event(&fixture, key[j % 2]);
			visit_fixture_run_for(&fixture, 33);
		}
		assert_in_range(fixture.world.issuer
					.requests[REQUEST_DEVICE_AUTHORIZATION],
				0, 11);
		visit_fixture_close(&fixture);
	}
}

/* Trouble that a wrong clock may have brought about is over with that. */
static void test_clock_set(void **state)
{
	static const struct {
		const char *poll;
		enum visit_stage then;
	} cases[] = {
		{"tls", VISIT_SIGN_IN},
		{"connect", VISIT_TROUBLE},
		{"denied", VISIT_TROUBLE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		visit_fixture_open(&fixture, &kiosk);
		fixture.world.issuer.script[REQUEST_POLL] = cases[i].poll;
		visit_fixture_boot(&fixture, i);
		visit_fixture_reach(&fixture, VISIT_TROUBLE);
		assert_true(visit_retry_ms(fixture.visit) >
			    fixture.world.now_ms);
		world_post(&fixture.world, fixture.client, EVENT_CLOCK);
		assert_int_equal(visit_stage(fixture.visit), cases[i].then);
		visit_fixture_close(&fixture);
	}
}

/* A plan made by a wrong clock does not outlive it, whatever else fails. */
static void test_plan_of_a_wrong_clock(void **state)
{
	static const char *const profiles[] = {"rules", "connect*4 rules"};
	const struct visit_policy policy = {.resume = true};

	(void)state;
	for (size_t i = 0; i < COUNT(profiles); i++) {
		struct fixture fixture;
		const struct session *session;

		visit_fixture_open(&fixture, &policy);
		world_store(&fixture.world, OURS, 3600);
		fixture.world.wall_s -= 14 * DAY_MS / 1000;
		fixture.world.issuer.script[REQUEST_PROFILE] = profiles[i];
		visit_fixture_boot(&fixture, i);
		visit_fixture_run_for(&fixture, 8000);
		session = visit_session(fixture.visit);
		assert_int_equal(session_oauth_failure(session) != NULL,
				 i == 1);
		fixture.world.wall_s += 14 * DAY_MS / 1000;
		world_post(&fixture.world, fixture.client, EVENT_CLOCK);
		visit_fixture_run_for(&fixture, 2 * HOUR_MS);
		assert_true(session_expires_ms(session) > fixture.world.now_ms);
		assert_true(fixture.world.issuer.requests[REQUEST_REFRESH] >=
			    1);
		visit_fixture_close(&fixture);
	}
}

static bool has_line(const struct log *log, const char *part)
{
	for (size_t i = 0; i < log_count(log); i++) {
		if (strstr(log_line(log, i)->text, part) != NULL)
			return true;
	}
	return false;
}

/* However a visit ends, the screen of the next user has no line of it, and no
 * line ever names a user. */
static void test_log_of_last_visit(void **state)
{
	static const struct {
		const char *poll;
		enum visit_stage stage; /* where it ends */
		enum event_kind event;	/* EVENT_TICK: by itself */
		bool waits_for_key, confirm, allow;
	} cases[] = {
		{"denied", VISIT_TROUBLE, EVENT_TICK, false, false, false},
		{"denied", VISIT_TROUBLE, EVENT_START, true, false, false},
		{"expired", VISIT_TROUBLE, EVENT_TICK, false, false, false},
		{"ok", VISIT_TROUBLE, EVENT_TICK, false, false, true},
		{"ok", VISIT_TROUBLE, EVENT_TICK, true, false, true},
		{"ok", VISIT_CONFIRM, EVENT_TICK, false, true, false},
		{"ok", VISIT_CONFIRM, EVENT_CANCEL, false, true, false},
		{"ok", VISIT_PROFILE, EVENT_SIGN_OUT, false, false, false},
		{"ok", VISIT_PROFILE, EVENT_SIGN_OUT, true, false, false},
		{"pending", VISIT_SIGN_IN, EVENT_CANCEL, true, false, false},
		{"pending", VISIT_SIGN_IN, EVENT_CANCEL, false, false, false},
		{"pending", VISIT_SIGN_IN, EVENT_START, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char domain[] = "example.com";
		char *domains[] = {domain};
		const struct allow allow = {.email_domains = {domains, 1}};
		const struct visit_policy policy = {
			.wait_for_key = cases[i].waits_for_key,
			.confirm = cases[i].confirm,
			.allow = cases[i].allow ? &allow : NULL,
		};
		struct log *log = log_new(100);
		struct fixture fixture;
		unsigned codes;

		visit_fixture_open(&fixture, &policy);
		fixture.world.issuer.userinfo =
			"{\"sub\":\"7\",\"name\":\"Zoe Quist\","
			"\"email\":\"zoe@example.org\"}";
		fixture.world.issuer.script[REQUEST_POLL] = cases[i].poll;
		visit_fixture_boot(&fixture, i);
		fixture.client->log = log;
		if (policy.wait_for_key)
			user_event(&fixture, EVENT_START);
		visit_fixture_run_for(&fixture, 3000);
		log_add(log, 0, LEVEL_INFO, "first visit");
		visit_fixture_reach(&fixture, cases[i].stage);
		assert_true(has_line(log, "first visit"));
		assert_false(has_line(log, "zoe") || has_line(log, "Zoe"));
		codes = fixture.world.issuer
				.requests[REQUEST_DEVICE_AUTHORIZATION];
		fixture.world.issuer.script[REQUEST_POLL] = NULL;
		if (cases[i].event != EVENT_TICK)
			user_event(&fixture, cases[i].event);
		while (visit_stage(fixture.visit) != VISIT_WELCOME &&
		       fixture.world.issuer.requests
				       [REQUEST_DEVICE_AUTHORIZATION] == codes)
			assert_true(world_turn(&fixture.world,
					       fixture.world.now_ms + DAY_MS));
		if (has_line(log, "first visit"))
			fail_msg("case %zu", i);
		visit_fixture_close(&fixture);
		log_free(log);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log_of_last_visit),
		cmocka_unit_test(test_clock_set),
		cmocka_unit_test(test_plan_of_a_wrong_clock),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_trouble),
		cmocka_unit_test(test_trouble_with_key),
		cmocka_unit_test(test_stuck_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
