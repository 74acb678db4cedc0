/* SPDX-License-Identifier: MIT */
/*
 * machine/visit: one person after another in virtual time, with a modelled
 * provider and a modelled session file; and when a code is shown.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "machine/flow.h"
#include "machine/session.h"
#include "machine/visit.h"
#include "visit_fixture.h"
#include "world.h"

static const struct session_data *data_of(const struct fixture *fixture)
{
	return session_data(visit_session(fixture->visit));
}

/* One person after another, each with a code of their own. */
static void test_persons(void **state)
{
	(void)state;
	for (int with_key = 0; with_key < 2; with_key++) {
		struct fixture fixture;

		visit_fixture_open(&fixture,
				   with_key != 0 ? &key_kiosk : &kiosk);
		visit_fixture_boot(&fixture, 1);
		for (int i = 1; i <= 3; i++) {
			if (with_key != 0) {
				visit_fixture_reach(&fixture, VISIT_WELCOME);
				visit_fixture_run_for(&fixture, DAY_MS);
				assert_int_equal(
					fixture.world.issuer.requests
						[REQUEST_DEVICE_AUTHORIZATION],
					i - 1);
				user_event(&fixture, EVENT_START);
			}
			visit_fixture_reach(&fixture, VISIT_SIGN_IN);
			assert_null(data_of(&fixture)->tokens.access_token);
			assert_null(data_of(&fixture)->profile);
			visit_fixture_run_for(&fixture, 20000);
			assert_int_equal(flow_codes(visit_flow(fixture.visit)),
					 1);
			visit_fixture_approve(&fixture);
			assert_int_equal(fixture.world.issuer.code, i);
			assert_int_equal(visit_result(fixture.visit),
					 RESULT_SIGNED_IN);
			assert_non_null(data_of(&fixture)->profile);
			visit_fixture_run_for(&fixture, 3 * DAY_MS);
			assert_int_equal(visit_stage(fixture.visit),
					 VISIT_PROFILE);
			user_event(&fixture, EVENT_SIGN_OUT);
			assert_int_equal(visit_stage(fixture.visit),
					 VISIT_LEAVING);
			visit_fixture_run_for(&fixture, 1000);
			assert_null(fixture.world.disk.data.provider);
			assert_int_equal(fixture.world.issuer.revoked, 2 * i);
		}
		visit_fixture_close(&fixture);
	}
}

/* Giving up a code. */
static void test_cancel(void **state)
{
	struct fixture fixture;

	(void)state;
	visit_fixture_open(&fixture, &key_kiosk);
	visit_fixture_boot(&fixture, 1);
	user_event(&fixture, EVENT_START);
	visit_fixture_run_for(&fixture, 10000);
	user_event(&fixture, EVENT_CANCEL);
	assert_int_equal(visit_stage(fixture.visit), VISIT_WELCOME);
	assert_null(flow_code(visit_flow(fixture.visit)));
	visit_fixture_run_for(&fixture, DAY_MS);
	assert_int_equal(
		fixture.world.issuer.requests[REQUEST_DEVICE_AUTHORIZATION], 1);
	visit_fixture_close(&fixture);

	visit_fixture_open(&fixture, &kiosk);
	visit_fixture_boot(&fixture, 1);
	visit_fixture_run_for(&fixture, 10000);
	user_event(&fixture, EVENT_CANCEL);
	assert_int_equal(visit_stage(fixture.visit), VISIT_SIGN_IN);
	visit_fixture_run_for(&fixture, 1000);
	assert_int_equal(fixture.world.issuer.code, 2);
	assert_non_null(flow_code(visit_flow(fixture.visit)));
	visit_fixture_close(&fixture);
}

struct greeted {
	const struct visit *visit;
	unsigned count;
	bool late; /* a code was requested before */
};

static void greet(void *self)
{
	struct greeted *greeted = self;

	greeted->count++;
	if (flow_state(visit_flow(greeted->visit)) == FLOW_REQUESTING)
		greeted->late = true;
}

/* Who comes next is greeted before their code is requested. */
static void test_greets(void **state)
{
	static const struct {
		bool wait_for_key;
		enum event_kind after_profile; /* EVENT_TICK: idle */
	} cases[] = {
		{false, EVENT_SIGN_OUT},
		{false, EVENT_TICK},
		{false, EVENT_REMOVED},
		{true, EVENT_SIGN_OUT},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct greeted greeted = {0};
		const struct visit_policy policy = {
			.wait_for_key = cases[i].wait_for_key,
			.sign_out_after_ms = HOUR_MS,
			.greet = greet,
			.self = &greeted,
		};
		struct fixture fixture;

		visit_fixture_open(&fixture, &policy);
		visit_fixture_boot(&fixture, 1);
		greeted.visit = fixture.visit;
		visit_fixture_run_for(&fixture, 10000);
		assert_int_equal(greeted.count, 0);
		if (policy.wait_for_key)
			user_event(&fixture, EVENT_START);
		visit_fixture_reach(&fixture, VISIT_SIGN_IN);
		visit_fixture_run_for(&fixture, 10000);
		user_event(&fixture, EVENT_CANCEL);
		assert_int_equal(greeted.count, policy.wait_for_key ? 2 : 1);
		if (policy.wait_for_key) {
			visit_fixture_run_for(&fixture, 10000);
			user_event(&fixture, EVENT_START);
		}
		visit_fixture_approve(&fixture);
		greeted.count = 0;
		if (cases[i].after_profile == EVENT_TICK)
			visit_fixture_run_for(&fixture, HOUR_MS);
		else
			user_event(&fixture, cases[i].after_profile);
		visit_fixture_reach(&fixture, policy.wait_for_key
						      ? VISIT_WELCOME
						      : VISIT_SIGN_IN);
		assert_int_equal(greeted.count, 1);
		assert_false(greeted.late);
		visit_fixture_close(&fixture);
	}
}

/* A code replaces an older one of the same visit only. */
static void test_codes_of_a_visit(void **state)
{
	static const struct {
		const char *poll; /* each code ends like this */
		bool at_once;	  /* before the welcome screen is back */
		unsigned codes;
	} cases[] = {
		{"pending", false, 1}, {"pending", true, 2},
		{"denied", false, 1},  {"denied", true, 2},
		{"refused", false, 1}, {"refused", true, 2},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		visit_fixture_open(&fixture, &key_kiosk);
		fixture.world.issuer.script[REQUEST_POLL] = cases[i].poll;
		visit_fixture_boot(&fixture, i);
		user_event(&fixture, EVENT_START);
		visit_fixture_reach(&fixture, VISIT_TROUBLE);
		if (!cases[i].at_once)
			visit_fixture_reach(&fixture, VISIT_WELCOME);
		user_event(&fixture, EVENT_START);
		visit_fixture_run_for(&fixture, 1000);
		assert_int_equal(visit_stage(fixture.visit), VISIT_SIGN_IN);
		if (flow_codes(visit_flow(fixture.visit)) != cases[i].codes)
			fail_msg("case %zu: %u codes", i,
				 flow_codes(visit_flow(fixture.visit)));
		visit_fixture_close(&fixture);
	}
}

/* The pauses between a code that nobody used and the next one, in seconds, up
 * to half as much again; -1: only a key brings one. */
static void test_renewals(void **state)
{
	static const struct {
		bool wait_for_key;
		int renewals;
		int pauses_s[10];
	} cases[] = {
		{false, 0, {0, 0, 0, 5, 10, 20, 40, 60, 60, 60}},
		{false, 1, {0, -1}},
		{false, 5, {0, 0, 0, 5, 10, -1}},
		{true, 0, {-1}},
		{true, 2, {0, 0, -1}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		const struct visit_policy policy = {
			.wait_for_key = cases[i].wait_for_key,
			.renewals = cases[i].renewals,
		};
		int64_t since_ms, pause_ms;

		visit_fixture_open(&fixture, &policy);
		visit_fixture_boot(&fixture, i);
		user_event(&fixture, EVENT_START);
		for (size_t j = 0; j < COUNT(cases[i].pauses_s); j++) {
			int64_t least_ms = cases[i].pauses_s[j] * 1000;

			visit_fixture_reach(&fixture, VISIT_TROUBLE);
			assert_int_equal(visit_result(fixture.visit),
					 RESULT_EXPIRED);
			if (least_ms < 0)
				break;
			since_ms = fixture.world.now_ms;
			visit_fixture_reach(&fixture, VISIT_SIGN_IN);
			pause_ms = fixture.world.now_ms - since_ms;
			if (pause_ms < least_ms ||
			    pause_ms > (least_ms > 0 ? least_ms / 2 * 3 : 2000))
				fail_msg("case %zu: pause %zu is %lld", i, j,
					 (long long)pause_ms);
		}
		visit_fixture_run_for(&fixture, DAY_MS);
		if (cases[i].wait_for_key)
			assert_int_equal(visit_stage(fixture.visit),
					 VISIT_WELCOME);
		else if (cases[i].renewals > 0)
			assert_int_equal(visit_stage(fixture.visit),
					 VISIT_TROUBLE);
		else
			assert_true(fixture.world.issuer.requests
					    [REQUEST_DEVICE_AUTHORIZATION] >
				    200);
		/* A person is there again, and all begins anew. */
		if (cases[i].renewals > 0) {
			assert_int_equal(
				fixture.world.issuer
					.requests[REQUEST_DEVICE_AUTHORIZATION],
				1 + cases[i].renewals);
			user_event(&fixture, EVENT_START);
			visit_fixture_run_for(&fixture, DAY_MS);
			assert_int_equal(
				fixture.world.issuer
					.requests[REQUEST_DEVICE_AUTHORIZATION],
				2 + 2 * cases[i].renewals);
		}
		visit_fixture_close(&fixture);
	}
}

/* Power returns: a hundred kiosks start in the same moment, and do not all ask
 * in it. Who presses a key, or starts later, is served at once. */
static void test_power_returns(void **state)
{
	static const struct {
		int64_t now_ms;
		bool spread, touched;
		bool waits; /* all but a few of them */
	} cases[] = {
		{20000, true, false, true},
		{20000, true, true, false},
		{20000, false, false, false},
		{3600000, true, false, false},
	};
	struct fixture fixture;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct visit_policy policy = {.spread = cases[i].spread};
		unsigned at_once = 0;

		visit_fixture_open(&fixture, &policy);
		for (uint64_t seed = 0; seed < 100; seed++) {
			fixture.world.now_ms = cases[i].now_ms;
			visit_fixture_boot(&fixture, seed);
			if (cases[i].touched)
				user_event(&fixture, EVENT_START);
			visit_fixture_run_for(&fixture, 1000);
			at_once += flow_codes(visit_flow(fixture.visit));
			visit_fixture_run_for(&fixture, 10000);
			assert_int_equal(1,
					 flow_codes(visit_flow(fixture.visit)));
		}
		if (cases[i].waits)
			assert_in_range(at_once, 2, 25);
		else
			assert_int_equal(100, at_once);
		visit_fixture_close(&fixture);
	}
}

/* Who signs in and out while the machines of a building are still starting
 * leaves a screen that goes on. */
static void test_signs_out_at_start(void **state)
{
	const struct visit_policy policy = {.spread = true};
	struct fixture fixture;

	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		visit_fixture_open(&fixture, &policy);
		fixture.world.now_ms = 20000;
		visit_fixture_boot(&fixture, seed);
		visit_fixture_run_for(&fixture, 12000);
		visit_fixture_approve(&fixture);
		user_event(&fixture, EVENT_SIGN_OUT);
		visit_fixture_run_for(&fixture, 20000);
		assert_int_equal(visit_stage(fixture.visit), VISIT_SIGN_IN);
		assert_non_null(flow_code(visit_flow(fixture.visit)));
		user_event(&fixture, EVENT_TOUCHED);
		visit_fixture_approve(&fixture);
		visit_fixture_close(&fixture);
	}
}

/* The time without a person runs out, whatever the program does by itself. */
static void test_idle(void **state)
{
	static const struct visit_policy policy = {
		.sign_out_after_ms = 10 * MINUTE_MS,
	};
	static const enum event_kind signs[] = {
		EVENT_TOUCHED,
		EVENT_START,
		EVENT_CANCEL,
	};
	struct fixture fixture;
	int64_t since_ms;

	(void)state;
	visit_fixture_open(&fixture, &policy);
	fixture.world.issuer.token_life_s = 60; /* renews all the time */
	visit_fixture_boot(&fixture, 1);
	assert_true(visit_idle_ms(fixture.visit) == NEVER_MS);
	visit_fixture_approve(&fixture);
	since_ms = fixture.world.now_ms;
	assert_true(visit_idle_ms(fixture.visit) == since_ms + 10 * MINUTE_MS);
	for (size_t i = 0; i < COUNT(signs); i++) {
		visit_fixture_run_for(&fixture, 9 * MINUTE_MS);
		user_event(&fixture, signs[i]);
		since_ms = fixture.world.now_ms;
	}
	assert_int_equal(visit_stage(fixture.visit), VISIT_PROFILE);
	visit_fixture_reach(&fixture, VISIT_LEAVING);
	assert_true(fixture.world.now_ms == since_ms + 10 * MINUTE_MS);
	assert_true(fixture.world.issuer.requests[REQUEST_REFRESH] > 30);
	visit_fixture_reach(&fixture, VISIT_SIGN_IN);
	assert_null(fixture.world.disk.data.provider);

	/* Asleep for hours: who opens the lid is not who signed in. */
	visit_fixture_approve(&fixture);
	world_suspend(&fixture.world, 8 * HOUR_MS);
	user_event(&fixture, EVENT_TOUCHED);
	assert_int_equal(visit_stage(fixture.visit), VISIT_LEAVING);
	visit_fixture_close(&fixture);
}

static void test_resume(void **state)
{
	enum left { NOTHING, GOOD, EXPIRED, ENDED, ALIEN };
	static const struct {
		enum left left;
		bool wait_for_key;
		enum visit_stage stage;
	} cases[] = {
		{NOTHING, false, VISIT_SIGN_IN}, {NOTHING, true, VISIT_WELCOME},
		{GOOD, false, VISIT_PROFILE},	 {GOOD, true, VISIT_PROFILE},
		{EXPIRED, false, VISIT_PROFILE}, {EXPIRED, true, VISIT_PROFILE},
		{ENDED, false, VISIT_SIGN_IN},	 {ENDED, true, VISIT_WELCOME},
		{ALIEN, false, VISIT_SIGN_IN},	 {ALIEN, true, VISIT_WELCOME},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct visit_policy policy = {
			.resume = true,
			.wait_for_key = cases[i].wait_for_key,
		};
		struct fixture fixture;

		visit_fixture_open(&fixture, &policy);
		if (cases[i].left != NOTHING)
			world_store(&fixture.world,
				    cases[i].left == ALIEN ? "webex" : OURS,
				    cases[i].left == GOOD ? 3600 : -5);
		if (cases[i].left == ENDED)
			issuer_end_session(&fixture.world.issuer);
		visit_fixture_boot(&fixture, i);
		visit_fixture_run_for(&fixture, 5000);
		if (visit_stage(fixture.visit) != cases[i].stage)
			fail_msg("case %zu: %s", i,
				 states_name(&visit_stages,
					     visit_stage(fixture.visit)));
		assert_int_equal(
			fixture.world.issuer
				.requests[REQUEST_DEVICE_AUTHORIZATION],
			cases[i].stage == VISIT_SIGN_IN);
		visit_fixture_close(&fixture);
	}
}

/* The session ends without the person's doing. */
static void test_lost(void **state)
{
	(void)state;
	for (int with_key = 0; with_key < 2; with_key++) {
		struct fixture fixture;

		visit_fixture_open(&fixture,
				   with_key != 0 ? &key_kiosk : &kiosk);
		visit_fixture_boot(&fixture, 1);
		user_event(&fixture, EVENT_START);
		visit_fixture_approve(&fixture);
		issuer_end_session(&fixture.world.issuer);
		visit_fixture_run_for(&fixture, HOUR_MS);
		assert_int_equal(visit_stage(fixture.visit),
				 with_key != 0 ? VISIT_WELCOME : VISIT_SIGN_IN);
		assert_null(data_of(&fixture)->profile);
		visit_fixture_close(&fixture);
	}
}

/* Signing out may fail: that is told, and the next person is let in. */
static void test_sign_out_fails(void **state)
{
	struct fixture fixture;

	(void)state;
	visit_fixture_open(&fixture, &kiosk);
	visit_fixture_boot(&fixture, 1);
	visit_fixture_approve(&fixture);
	fixture.world.disk.held = true;
	user_event(&fixture, EVENT_SIGN_OUT);
	visit_fixture_reach(&fixture, VISIT_TROUBLE);
	assert_int_equal(visit_result(fixture.visit), RESULT_FAILED);
	assert_int_equal(visit_reason(fixture.visit), REASON_NOT_REMOVED);
	assert_null(data_of(&fixture)->tokens.access_token);
	fixture.world.disk.held = false;
	visit_fixture_reach(&fixture, VISIT_SIGN_IN);
	visit_fixture_approve(&fixture);
	visit_fixture_close(&fixture);
}

/* Nothing is kept before a person says that it is them; they have two minutes
 * for that. */
static void test_confirm(void **state)
{
	static const struct visit_policy policy = {.confirm = true};
	static const struct {
		enum event_kind answer;	  /* EVENT_TICK: none */
		enum visit_stage stage;	  /* that it leads to */
		enum visit_reason reason; /* told on the way */
	} cases[] = {
		{EVENT_START, VISIT_PROFILE, REASON_NONE},
		{EVENT_CANCEL, VISIT_SIGN_IN, REASON_SAID_NO},
		{EVENT_SIGN_OUT, VISIT_SIGN_IN, REASON_SAID_NO},
		{EVENT_TICK, VISIT_SIGN_IN, REASON_UNCONFIRMED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool kept = cases[i].stage == VISIT_PROFILE;
		struct fixture fixture;
		struct world *world = &fixture.world;

		visit_fixture_open(&fixture, &policy);
		visit_fixture_boot(&fixture, 1);
		visit_fixture_reach(&fixture, VISIT_SIGN_IN);
		world->issuer.approve_ms = world->now_ms;
		visit_fixture_reach(&fixture, VISIT_CONFIRM);
		assert_int_equal(session_state(visit_session(fixture.visit)),
				 SESSION_HELD);
		assert_int_equal(visit_confirm_ms(fixture.visit),
				 world->now_ms + 2 * MINUTE_MS);
		user_event(&fixture, EVENT_TOUCHED);
		visit_fixture_run_for(&fixture, 2 * MINUTE_MS - 1);
		assert_int_equal(visit_stage(fixture.visit), VISIT_CONFIRM);
		assert_int_equal(world->disk.saves, 0);
		if (cases[i].answer != EVENT_TICK)
			user_event(&fixture, cases[i].answer);
		else
			visit_fixture_run_for(&fixture, 2);
		assert_int_not_equal(visit_stage(fixture.visit), VISIT_CONFIRM);
		world->issuer.approve_ms = NEVER_MS;
		if (!kept) {
			visit_fixture_reach(&fixture, VISIT_TROUBLE);
			assert_int_equal(visit_reason(fixture.visit),
					 cases[i].reason);
		}
		visit_fixture_reach(&fixture, cases[i].stage);
		assert_int_equal(world->disk.saves > 0, kept);
		assert_int_equal(world->issuer.requests[REQUEST_REVOCATION] > 0,
				 !kept);
		visit_fixture_close(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_persons),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_codes_of_a_visit),
		cmocka_unit_test(test_greets),
		cmocka_unit_test(test_confirm),
		cmocka_unit_test(test_renewals),
		cmocka_unit_test(test_power_returns),
		cmocka_unit_test(test_signs_out_at_start),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_sign_out_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
