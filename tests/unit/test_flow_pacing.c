/* SPDX-License-Identifier: MIT */
/*
 * machine/flow: how long it waits from one request to the next, in virtual
 * time; what a clock and a rest make of that.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "machine/flow.h"
#include "flow_fixture.h"
#include "world.h"

/* Each poll comes after the time that stands here and, for back-off, at most
 * half as much again. */
static void test_gaps(void **state)
{
	static const struct {
		const char *poll;
		int64_t interval_s; /* 0: not said */
		int gaps_ms[7];	    /* 0: as many as matter */
	} cases[] = {
		{"pending", 0, {5100, 5100, 5100, 5100}},
		{"pending", 2, {2100, 2100, 2100, 2100}},
		{"pending", 5, {5100, 5100, 5100, 5100}},
		{"pending", 30, {30100, 30100, 30100}},
		/* slow_down is for good (RFC 8628 section 3.5), and so is the
		 * longer margin */
		{"slow_down*3 pending",
		 5,
		 {5100, 11000, 16000, 21000, 21000, 21000}},
		{"slow_down*3 pending",
		 0,
		 {5100, 11000, 16000, 21000, 21000, 21000}},
		{"slow_down pending slow_down pending",
		 2,
		 {2100, 8000, 8000, 13000, 13000}},
		{"slow_down:20 pending", 5, {5100, 21000, 21000, 21000}},
		{"slow_down:20 slow_down:1 pending",
		 5,
		 {5100, 21000, 26000, 26000}},
		{"slow_down:7 pending", 5, {5100, 11000, 11000}},
		{"slow_429:60 pending", 5, {5100, 60000, 11000, 11000}},
		{"slow_down 500 pending", 5, {5100, 11000, 22000, 11000}},
		/* back-off doubles up to its cap and ends with an answer */
		{"500 pending", 5, {5100, 10200, 5100, 5100}},
		{"500*4 pending",
		 5,
		 {5100, 10200, 20400, 30000, 30000, 5100, 5100}},
		{"500*4 pending",
		 1,
		 {1100, 2200, 4400, 8800, 17600, 1100, 1100}},
		{"500*3 pending", 40, {40100, 40100, 40100, 40100}},
		{"html empty cut pending",
		 5,
		 {5100, 10200, 20400, 30000, 5100}},
		{"connect pending connect pending",
		 5,
		 {5100, 10200, 5100, 10200, 5100}},
		{"timeout*2 pending", 5, {5100, 10200, 20400, 5100}},
		/* a kept connection that was closed is no trouble */
		{"crossed pending", 5, {5100, 5100, 5100, 5100}},
		{"pending crossed pending crossed pending",
		 5,
		 {5100, 5100, 5100, 5100, 5100}},
		{"crossed pending", 0, {5100, 5100, 5100}},
		{"crossed pending", 30, {30100, 30100, 30100}},
		{"slow_down crossed pending", 5, {5100, 11000, 11000, 11000}},
		{"crossed*2 pending", 5, {5100, 5100, 20400, 5100}},
		{"connect crossed pending", 5, {5100, 10200, 20400, 5100}},
		/* Retry-After */
		{"429:60 pending", 5, {5100, 60000, 5100}},
		{"429:1 pending", 5, {5100, 10200, 5100}},
		{"429:0 pending", 5, {5100, 10200, 5100}},
		{"502:45 pending", 5, {5100, 45000, 5100}},
		{"pending:20 pending", 5, {5100, 20000, 5100}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		for (uint64_t seed = 0; seed < 20; seed++) {
			struct fixture fixture;
			const struct issuer *issuer = &fixture.world.issuer;

			flow_fixture_open(&fixture, 0, seed);
			fixture.world.issuer.script[REQUEST_POLL] =
				cases[i].poll;
			fixture.world.issuer.interval_s = cases[i].interval_s;
			fixture.world.issuer.code_life_s = 1800;
			flow_fixture_start(&fixture);
			world_run(&fixture.world,
				  fixture.world.now_ms + 600000);
			for (size_t j = 0; j < COUNT(cases[i].gaps_ms); j++) {
				int64_t gap_ms = issuer->gaps_ms[j];
				int64_t least_ms = cases[i].gaps_ms[j];

				if (least_ms == 0)
					break;
				assert_true(j < issuer->gap_count);
				if (gap_ms < least_ms ||
				    gap_ms > least_ms + least_ms / 2)
					fail_msg("\"%s\": gap %zu is %lld",
						 cases[i].poll, j,
						 (long long)gap_ms);
			}
			assert_int_equal(fixture.client->drops, 0);
			flow_fixture_close(&fixture);
		}
	}
}

/* A connection that the server closed while it was idle: nobody hears of it,
 * unless it is the rule. */
static void test_crossed(void **state)
{
	static const struct {
		const char *ask, *poll;
		int patience;
		enum flow_state state;
		unsigned warnings;
	} cases[] = {
		{"ok", "crossed ok", 0, FLOW_GRANTED, 0},
		{"ok", "pending crossed pending crossed ok", 0, FLOW_GRANTED,
		 0},
		{"ok",
		 "pending crossed pending crossed pending crossed pending "
		 "crossed ok",
		 0, FLOW_GRANTED, 2},
		{"ok", "pending crossed denied", 0, FLOW_DENIED, 1},
		{"ok", "crossed*2 ok", 0, FLOW_GRANTED, 1},
		{"ok", "connect crossed ok", 0, FLOW_GRANTED, 2},
		{"crossed ok", "ok", 3, FLOW_GRANTED, 0},
		{"crossed*2 ok", "ok", 3, FLOW_GRANTED, 1},
		{"crossed*3 ok", "ok", 3, FLOW_FAILED, 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		flow_fixture_open(&fixture, cases[i].patience, i);
		fixture.world.issuer.script[REQUEST_DEVICE_AUTHORIZATION] =
			cases[i].ask;
		fixture.world.issuer.script[REQUEST_POLL] = cases[i].poll;
		flow_fixture_start(&fixture);
		while (!flow_fixture_is_over(fixture.flow) &&
		       world_turn(&fixture.world, NEVER_MS))
			assert_true(fixture.client->notes[LEVEL_WARN] > 0 ||
				    flow_oauth_failure(fixture.flow) == NULL);
		assert_int_equal(flow_state(fixture.flow), cases[i].state);
		assert_int_equal(fixture.client->notes[LEVEL_WARN],
				 cases[i].warnings);
		flow_fixture_close(&fixture);
	}
}

/* The jitter of back-off tells kiosks apart that started together. */
static void test_jitter(void **state)
{
	int64_t gaps_ms[2];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct fixture fixture;

		flow_fixture_open(&fixture, 0, i);
		fixture.world.issuer.script[REQUEST_POLL] = "500*2 pending";
		flow_fixture_start(&fixture);
		world_run(&fixture.world, fixture.world.now_ms + 120000);
		gaps_ms[i] = fixture.world.issuer.gaps_ms[1];
		flow_fixture_close(&fixture);
	}
	assert_true(gaps_ms[0] != gaps_ms[1]);
}

/* The time from a failed request for a code to the next one. */
static void test_backing_off(void **state)
{
	static const struct {
		const char *ask;
		int waits_s[7];
	} cases[] = {
		{"500", {2, 4, 8, 16, 32, 60, 60}},
		{"connect", {2, 4, 8, 16, 32, 60, 60}},
		{"429:100", {100, 100, 100}},
		{"500 429:30 500", {2, 30, 8, 16}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		flow_fixture_open(&fixture, 0, i);
		fixture.world.issuer.script[REQUEST_DEVICE_AUTHORIZATION] =
			cases[i].ask;
		flow_fixture_start(&fixture);
		for (size_t j = 0; j < 7 && cases[i].waits_s[j] > 0; j++) {
			int64_t least_ms = cases[i].waits_s[j] * 1000;
			int64_t wait_ms;

			flow_fixture_reach(&fixture, FLOW_BACKING_OFF);
			wait_ms = flow_deadline(fixture.flow) -
				  fixture.world.now_ms;
			if (wait_ms < least_ms ||
			    wait_ms > least_ms + least_ms / 2)
				fail_msg("\"%s\": wait %zu is %lld",
					 cases[i].ask, j, (long long)wait_ms);
			assert_non_null(flow_oauth_failure(fixture.flow));
			flow_fixture_reach(&fixture, FLOW_REQUESTING);
		}
		flow_fixture_close(&fixture);
	}
}

/* The machine was asleep: the code is over, or one poll tells. */
static void test_suspend(void **state)
{
	static const struct {
		enum flow_state asleep_in;
		int64_t ms;
		enum flow_state state;
		unsigned polls;
	} cases[] = {
		{FLOW_WAITING, 301000, FLOW_EXPIRED, 0},
		{FLOW_WAITING, 30 * 24 * HOUR_MS, FLOW_EXPIRED, 0},
		{FLOW_WAITING, 200000, FLOW_GRANTED, 1},
		{FLOW_POLLING, 200000, FLOW_GRANTED, 2},
		{FLOW_POLLING, 301000, FLOW_EXPIRED, 1},
		{FLOW_REQUESTING, 400000, FLOW_EXPIRED, 0},
		{FLOW_BACKING_OFF, 24 * HOUR_MS, FLOW_GRANTED, 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		flow_fixture_open(&fixture, 0, i);
		if (cases[i].asleep_in == FLOW_BACKING_OFF)
			fixture.world.issuer
				.script[REQUEST_DEVICE_AUTHORIZATION] =
				"500 ok";
		if (cases[i].asleep_in == FLOW_POLLING)
			fixture.world.issuer.script[REQUEST_POLL] =
				"pending ok";
		else
			fixture.world.issuer.script[REQUEST_POLL] = "ok";
		flow_fixture_start(&fixture);
		flow_fixture_reach(&fixture, cases[i].asleep_in);
		world_suspend(&fixture.world, cases[i].ms);
		assert_true(flow_fixture_finish(&fixture, HOUR_MS));
		if (flow_state(fixture.flow) != cases[i].state)
			fail_msg("case %zu: %s", i,
				 flow_state_name(flow_state(fixture.flow)));
		assert_int_equal(fixture.world.issuer.requests[REQUEST_POLL],
				 cases[i].polls);
		flow_fixture_close(&fixture);
	}
}

/* The polling interval; 0 without a code. */
static int64_t interval_ms(const struct fixture *fixture)
{
	const struct device_code *code = flow_code(fixture->flow);

	return code != NULL ? code->interval_s * 1000 : 0;
}

/* The clock is put right: what a wrong one may have held up goes on, and
 * nothing else does. */
static void test_clock_set(void **state)
{
	static const struct {
		const char *ask, *poll;
		enum flow_state waits;
		unsigned polls;
		bool hurries;
	} cases[] = {
		{"tls*5 rules", "pending", FLOW_BACKING_OFF, 0, true},
		{"connect*5 rules", "pending", FLOW_BACKING_OFF, 0, false},
		{"503*5 rules", "pending", FLOW_BACKING_OFF, 0, false},
		{"rules", "tls", FLOW_WAITING, 2, true},
		{"rules", "connect", FLOW_WAITING, 2, false},
		{"rules", "pending", FLOW_WAITING, 2, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;
		int64_t due_ms;
		int64_t wait_ms;

		flow_fixture_open(&fixture, 0, i);
		issuer->script[REQUEST_DEVICE_AUTHORIZATION] = cases[i].ask;
		issuer->script[REQUEST_POLL] = cases[i].poll;
		flow_fixture_start(&fixture);
		do
			assert_true(world_turn(&fixture.world, NEVER_MS));
		while (flow_state(fixture.flow) != cases[i].waits ||
		       issuer->requests[REQUEST_POLL] < cases[i].polls ||
		       flow_deadline(fixture.flow) <=
			       fixture.world.now_ms + interval_ms(&fixture));
		due_ms = flow_deadline(fixture.flow);
		wait_ms =
			interval_ms(&fixture) + issuer->provider.poll_margin_ms;
		fixture.world.wall_s += 1000000000;
		world_post(&fixture.world, fixture.client, EVENT_CLOCK);
		if (!cases[i].hurries)
			assert_true(flow_deadline(fixture.flow) == due_ms);
		else if (cases[i].waits == FLOW_BACKING_OFF)
			assert_int_equal(flow_state(fixture.flow),
					 FLOW_REQUESTING);
		else
			assert_true(due_ms > flow_deadline(fixture.flow) &&
				    flow_deadline(fixture.flow) ==
					    fixture.world.now_ms + wait_ms);
		/* And goes on well: the world keeps count of the polls. */
		issuer->script[REQUEST_DEVICE_AUTHORIZATION] = "rules";
		issuer->script[REQUEST_POLL] = "pending ok";
		assert_true(flow_fixture_finish(&fixture, HOUR_MS));
		assert_int_equal(flow_state(fixture.flow), FLOW_GRANTED);
		flow_fixture_close(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_crossed),
		cmocka_unit_test(test_jitter),
		cmocka_unit_test(test_backing_off),
		cmocka_unit_test(test_suspend),
		cmocka_unit_test(test_clock_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
