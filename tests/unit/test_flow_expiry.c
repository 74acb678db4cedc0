/* SPDX-License-Identifier: MIT */
/*
 * machine/flow: the last moments of a code, in virtual time; what counts as
 * heard by then.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "machine/flow.h"
#include "flow_fixture.h"
#include "world.h"

#define MINUTE_MS 60000

/* A decision at the last moment counts, whatever the network does before. */
static void test_last_poll(void **state)
{
	static const struct {
		int64_t interval_s, code_life_s;
		const char *outage; /* for all but the last ten seconds */
		int64_t latency_ms;
		int64_t approved_before_end_ms;
		enum flow_state state;
	} cases[] = {
		{5, 300, NULL, 100, 2000, FLOW_GRANTED},
		{5, 301, NULL, 100, 2000, FLOW_GRANTED},
		{5, 302, NULL, 100, 2000, FLOW_GRANTED},
		{5, 303, NULL, 100, 2000, FLOW_GRANTED},
		{5, 304, NULL, 100, 2000, FLOW_GRANTED},
		{5, 305, NULL, 100, 2000, FLOW_GRANTED},
		{2, 60, NULL, 100, 2000, FLOW_GRANTED},
		{60, 90, NULL, 100, 2000, FLOW_GRANTED},
		{60, 300, NULL, 100, 2000, FLOW_GRANTED},
		{300, 900, NULL, 100, 2000, FLOW_GRANTED},
		{5, 300, NULL, 900, 1200, FLOW_GRANTED},
		{5, 300, "500", 100, 2000, FLOW_GRANTED},
		{5, 300, "html", 100, 2000, FLOW_GRANTED},
		{5, 300, "connect", 100, 2000, FLOW_GRANTED},
		{5, 300, NULL, 100, 100, FLOW_EXPIRED},
		{5, 300, "500", 100, 100, FLOW_EXPIRED},
		/* a code that dies before its first poll is due */
		{60, 30, NULL, 100, 2000, FLOW_EXPIRED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;
		int64_t end_ms;

		flow_fixture_open(&fixture, 0, i);
		end_ms = fixture.world.now_ms + cases[i].code_life_s * 1000;
		issuer->interval_s = cases[i].interval_s;
		issuer->code_life_s = cases[i].code_life_s;
		issuer->latency_ms = cases[i].latency_ms;
		issuer->approve_ms = end_ms - cases[i].approved_before_end_ms;
		flow_fixture_start(&fixture);
		flow_fixture_reach(&fixture, FLOW_WAITING);
		assert_true(flow_expires_ms(fixture.flow) == end_ms);
		if (cases[i].outage != NULL) {
			issuer->outage = cases[i].outage;
			issuer->outage_end_ms = end_ms - 10000;
		}
		assert_true(flow_fixture_finish(&fixture, HOUR_MS));
		if (flow_state(fixture.flow) != cases[i].state)
			fail_msg("case %zu: %s", i,
				 flow_state_name(flow_state(fixture.flow)));
		flow_fixture_close(&fixture);
	}
}

/* Told to stay away with some 40 s to go: heeded up to the last moment of the
 * code, at which whoever has approved meanwhile is seen. The interval counts
 * more than that. */
static void test_told_past_the_end(void **state)
{
	static const struct {
		const char *poll;
		int64_t interval_s, code_life_s;
		int64_t granted_before_end_ms; /* 0: not any more */
	} cases[] = {
		{"pending*6 429:20 rules", 5, 82, 20000},
		{"pending*6 429:39 rules", 5, 82, 1000},
		{"pending*6 429:40 rules", 5, 82, 1500},
		{"pending*6 503:60 rules", 5, 82, 1500},
		{"pending*6 pending:60 rules", 5, 82, 1500},
		{"pending*6 slow_429:60 rules", 5, 82, 1500},
		{"pending*6 429:81 rules", 5, 82, 1500},
		{"pending*6 429:82 rules", 5, 82, 1500},
		{"pending*6 429:86400 rules", 5, 82, 1500},
		{"429:20 rules", 60, 100, 0},
		{"429:60 rules", 60, 100, 0},
		{"429:86400 rules", 60, 100, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool granted = cases[i].granted_before_end_ms > 0;
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;
		int64_t end_ms;

		flow_fixture_open(&fixture, 0, i);
		issuer->script[REQUEST_POLL] = cases[i].poll;
		issuer->latency_ms = 0;
		issuer->provider.poll_margin_ms = 1000; /* round times */
		issuer->interval_s = cases[i].interval_s;
		issuer->code_life_s = cases[i].code_life_s;
		end_ms = fixture.world.now_ms + cases[i].code_life_s * 1000;
		issuer->approve_ms = end_ms - 30000;
		flow_fixture_start(&fixture);
		assert_true(flow_fixture_finish(&fixture, HOUR_MS));
		if ((flow_state(fixture.flow) == FLOW_GRANTED) != granted)
			fail_msg("\"%s\": %s", cases[i].poll,
				 flow_state_name(flow_state(fixture.flow)));
		assert_int_equal(end_ms - fixture.world.now_ms,
				 cases[i].granted_before_end_ms);
		flow_fixture_close(&fixture);
	}
}

/* The answer to the last poll counts, before expiry and after. */
static void test_expiry_in_flight(void **state)
{
	static const struct {
		const char *poll;
		enum flow_state state;
	} cases[] = {
		{"pending*9 ok", FLOW_GRANTED},
		{"pending*9 denied", FLOW_DENIED},
		{"pending*9 expired", FLOW_EXPIRED},
		{"pending*9 invalid_grant", FLOW_EXPIRED},
		{"pending*9 pending", FLOW_EXPIRED},
		{"pending*9 slow_down", FLOW_EXPIRED},
		{"pending*9 500", FLOW_EXPIRED},
		{"pending*9 429:60", FLOW_EXPIRED},
		{"pending*9 timeout", FLOW_EXPIRED},
		{"500*9 invalid_grant", FLOW_EXPIRED},
		{"500*9 expired", FLOW_EXPIRED},
		{"500*9 pending", FLOW_EXPIRED},
		{"500*9 timeout", FLOW_FAILED},
	};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		struct fixture fixture;

		flow_fixture_open(&fixture, 0, i);
		fixture.world.issuer.script[REQUEST_POLL] = cases[i / 2].poll;
		fixture.world.issuer.code_life_s = 60;
		fixture.world.issuer.provider.poll_margin_ms = 1000;
		flow_fixture_start(&fixture);
		flow_fixture_reach(&fixture, FLOW_WAITING);
		while (flow_state(fixture.flow) != FLOW_WAITING ||
		       flow_deadline(fixture.flow) <
			       flow_expires_ms(fixture.flow) - 1500)
			assert_true(world_turn(&fixture.world, NEVER_MS));
		fixture.world.issuer.script[REQUEST_POLL] =
			strrchr(cases[i / 2].poll, ' ') + 1;
		fixture.world.issuer.latency_ms = i % 2 == 0 ? 5000 : 100;
		flow_fixture_reach(&fixture, FLOW_POLLING);
		assert_true(flow_fixture_finish(&fixture, HOUR_MS));
		if (flow_state(fixture.flow) != cases[i / 2].state)
			fail_msg("\"%s\": %s", cases[i / 2].poll,
				 flow_state_name(flow_state(fixture.flow)));
		if (cases[i / 2].state == FLOW_EXPIRED)
			assert_int_equal(fixture.client->last_level,
					 LEVEL_WARN);
		flow_fixture_check_end(fixture.flow);
		flow_fixture_close(&fixture);
	}
}

/* expires_in is counted from the sending: the provider's clock was running
 * while the answer was on its way. */
static void test_slow_answer(void **state)
{
	static const struct {
		int64_t latency_ms, code_life_s;
		unsigned polls;
		enum flow_state state;
	} cases[] = {
		{20000, 60, 1, FLOW_GRANTED},
		{29000, 30, 0, FLOW_EXPIRED},
		{30000, 30, 0, FLOW_EXPIRED},
		{40000, 30, 0, FLOW_EXPIRED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		int64_t sent_ms;

		flow_fixture_open(&fixture, 0, i);
		sent_ms = fixture.world.now_ms;
		fixture.world.issuer.latency_ms = cases[i].latency_ms;
		fixture.world.issuer.code_life_s = cases[i].code_life_s;
		fixture.world.issuer.script[REQUEST_POLL] = "ok";
		flow_fixture_start(&fixture);
		while (fixture.client->driver.sending)
			assert_true(world_turn(&fixture.world, NEVER_MS));
		if (!flow_fixture_is_over(fixture.flow))
			assert_true(flow_expires_ms(fixture.flow) ==
				    sent_ms + cases[i].code_life_s * 1000);
		fixture.world.issuer.latency_ms = 100;
		assert_true(flow_fixture_finish(&fixture, HOUR_MS));
		assert_int_equal(flow_state(fixture.flow), cases[i].state);
		if (cases[i].state == FLOW_EXPIRED)
			assert_int_equal(fixture.client->last_level,
					 LEVEL_WARN);
		assert_int_equal(fixture.world.issuer.requests[REQUEST_POLL],
				 cases[i].polls);
		flow_fixture_close(&fixture);
	}
}

/* Nobody answered, so it says nothing about the person. */
static void test_unheard(void **state)
{
	static const struct {
		const char *poll;
		enum flow_state state;
		enum flow_failure failure;
	} cases[] = {
		{"timeout", FLOW_FAILED, FAILURE_UNREACHABLE},
		{"html", FLOW_FAILED, FAILURE_UNREACHABLE},
		{"500 connect", FLOW_FAILED, FAILURE_UNREACHABLE},
		{"pending timeout", FLOW_EXPIRED, FAILURE_NONE},
		{"timeout*2 pending timeout", FLOW_EXPIRED, FAILURE_NONE},
		{"slow_down timeout", FLOW_EXPIRED, FAILURE_NONE},
		{"pending", FLOW_EXPIRED, FAILURE_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		flow_fixture_open(&fixture, 3, i);
		fixture.world.issuer.script[REQUEST_POLL] = cases[i].poll;
		flow_fixture_start(&fixture);
		assert_true(flow_fixture_finish(&fixture, HOUR_MS));
		if (flow_state(fixture.flow) != cases[i].state ||
		    flow_failure(fixture.flow) != cases[i].failure)
			fail_msg("\"%s\": %s", cases[i].poll,
				 flow_state_name(flow_state(fixture.flow)));
		flow_fixture_check_end(fixture.flow);
		flow_fixture_close(&fixture);
	}
}

/* Only this code counts: neither what was heard of an earlier one, nor trouble
 * in getting it. */
static void test_unheard_alone(void **state)
{
	struct fixture fixture;

	(void)state;
	flow_fixture_open(&fixture, 0, 1);
	flow_fixture_start(&fixture);
	flow_fixture_reach(&fixture, FLOW_EXPIRED);
	fixture.world.issuer.script[REQUEST_POLL] = "timeout";
	flow_fixture_start(&fixture);
	flow_fixture_reach(&fixture, FLOW_FAILED);
	assert_int_equal(flow_failure(fixture.flow), FAILURE_UNREACHABLE);

	fixture.world.issuer.script[REQUEST_DEVICE_AUTHORIZATION] = "500 ok";
	fixture.world.issuer.interval_s = 60;
	fixture.world.issuer.code_life_s = 30;
	flow_fixture_start(&fixture);
	flow_fixture_reach(&fixture, FLOW_EXPIRED);
	assert_int_equal(flow_failure(fixture.flow), FAILURE_NONE);
	flow_fixture_close(&fixture);
}

/* An hour of garbage, and approved in the last minute. */
static void test_garbage(void **state)
{
	static const char *const outages[] = {
		"html", "empty", "cut", "500",	   "502",     "429",
		"408",	"tls",	 "429", "connect", "timeout", "forbidden",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(outages); i++) {
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;

		flow_fixture_open(&fixture, 0, i);
		issuer->code_life_s = 3600;
		flow_fixture_start(&fixture);
		flow_fixture_reach(&fixture, FLOW_WAITING);
		issuer->outage = outages[i];
		issuer->outage_end_ms = fixture.world.now_ms + 59 * MINUTE_MS;
		issuer->approve_ms = fixture.world.now_ms + 30 * MINUTE_MS;
		assert_true(flow_fixture_finish(&fixture, HOUR_MS));
		assert_int_equal(flow_state(fixture.flow), FLOW_GRANTED);
		/* 30 to 45 s apart once it has backed off */
		assert_in_range(issuer->requests[REQUEST_POLL], 40, 125);
		flow_fixture_close(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_last_poll),
		cmocka_unit_test(test_told_past_the_end),
		cmocka_unit_test(test_expiry_in_flight),
		cmocka_unit_test(test_slow_answer),
		cmocka_unit_test(test_unheard),
		cmocka_unit_test(test_unheard_alone),
		cmocka_unit_test(test_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
