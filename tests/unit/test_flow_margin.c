/* SPDX-License-Identifier: MIT */
/*
 * machine/flow: how much longer than the interval it waits before a poll, in
 * virtual time, at providers that time polls in different ways; and what it
 * remembers of them.
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
#include "practice/poll_clock.h"
#include "world.h"

#define OURS "https://id.example"
#define MARGIN(id, ms) "{\"provider\":\"" id "\",\"poll_margin_ms\":" ms "}"

/* Enough for the average to hardly depend on the moments. */
enum { SIGN_INS = 2000 };

static const struct timing {
	const char *name;
	enum poll_clock poll_clock;
	int64_t interval_s;
	unsigned slow_downs; /* in the first sign-in */
} timings[] = {
	{"real time", POLL_CLOCK_REAL, 2, 0},
	{"real time", POLL_CLOCK_REAL, 5, 0},
	{"whole seconds", POLL_CLOCK_SECONDS, 2, 0},
	{"whole seconds", POLL_CLOCK_SECONDS, 5, 0},
	{"more whole seconds", POLL_CLOCK_MORE_SECONDS, 2, 1},
	{"more whole seconds", POLL_CLOCK_MORE_SECONDS, 5, 1},
	{"rounded up", POLL_CLOCK_SECONDS_UP, 2, 1},
	{"rounded up", POLL_CLOCK_SECONDS_UP, 5, 1},
};

static void open_fixture(struct fixture *fixture, const struct timing *timing)
{
	struct issuer *issuer = &fixture->world.issuer;

	flow_fixture_open(fixture, 0, 1);
	issuer->latency_ms = 40;
	issuer->poll_clock = timing->poll_clock;
	issuer->interval_s = timing->interval_s;
}

/* The program is started again and finds what the last run has kept. */
static void restart(struct fixture *fixture)
{
	const char *margin = fixture->world.disk.margin;

	world_crash(&fixture->world);
	flow_free(fixture->flow);
	fixture->flow = flow_new(&fixture->world.issuer.provider, 0, 1);
	fixture->client = world_add_flow(&fixture->world, fixture->flow);
	if (margin != NULL)
		flow_recall_margin(fixture->flow, margin, strlen(margin));
}

/* The user approves so long after the code was requested. Returns how long they
 * then wait. */
static int64_t sign_in(struct fixture *fixture, int64_t approve_after_ms)
{
	int64_t approved_ms = fixture->world.now_ms + approve_after_ms;
	struct tokens tokens = {0};

	fixture->world.issuer.approve_ms = approved_ms;
	flow_fixture_start(fixture);
	assert_true(flow_fixture_finish(fixture, HOUR_MS));
	assert_int_equal(flow_state(fixture->flow), FLOW_GRANTED);
	flow_take_tokens(fixture->flow, &tokens);
	tokens_free(&tokens);
	return fixture->world.now_ms - approved_ms;
}

static void check_slow_downs(const struct timing *timing, int64_t phase_ms)
{
	struct fixture fixture;
	const struct issuer *issuer = &fixture.world.issuer;

	open_fixture(&fixture, timing);
	fixture.world.now_ms += phase_ms;
	(void)sign_in(&fixture, 250000);
	if (issuer->slow_downs != timing->slow_downs)
		fail_msg("%s, %lld s, from %lld ms: slow_down %u times",
			 timing->name, (long long)timing->interval_s,
			 (long long)phase_ms, issuer->slow_downs);
	(void)sign_in(&fixture, 250000);
	restart(&fixture);
	(void)sign_in(&fixture, 250000);
	assert_int_equal(issuer->slow_downs, timing->slow_downs);
	flow_fixture_close(&fixture);
}

/* The first sign-in meets slow_down once at most, whenever it begins; the next
 * ones, in the same run and in another, do not. */
static void test_slow_downs(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(timings); i++) {
		for (int64_t phase_ms = 0; phase_ms < 1000; phase_ms += 37)
			check_slow_downs(&timings[i], phase_ms);
	}
}

/* The last poll of a code comes just before it expires. It keeps the margin,
 * too: an approval just before it is not lost to a slow_down. */
static void test_last_poll(void **state)
{
	static const char learned[] = MARGIN(OURS, "1000");

	(void)state;
	for (size_t i = 0; i < COUNT(timings); i++) {
		for (int64_t life_s = 20; life_s < 60; life_s++) {
			struct fixture fixture;

			open_fixture(&fixture, &timings[i]);
			fixture.world.issuer.code_life_s = life_s;
			flow_recall_margin(fixture.flow, learned,
					   strlen(learned));
			(void)sign_in(&fixture, life_s * 1000 - 2000);
			assert_int_equal(fixture.world.issuer.slow_downs, 0);
			flow_fixture_close(&fixture);
		}
	}
}

/* From the approval to the tokens, over sign-ins approved at random: hardly
 * more than half the interval on average, where the provider allows it. */
static void test_waits(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(timings); i++) {
		int64_t interval_ms = timings[i].interval_s * 1000;
		int64_t most_ms = interval_ms * 53 / 100 + 100;
		int64_t sum_ms = 0;
		uint64_t seed = 1;
		struct fixture fixture;

		if (timings[i].slow_downs > 0)
			continue;
		open_fixture(&fixture, &timings[i]);
		for (int n = 0; n < SIGN_INS; n++)
			sum_ms += sign_in(&fixture,
					  10000 + jitter_ms(&seed, 60000));
		flow_fixture_close(&fixture);
		if (sum_ms > most_ms * SIGN_INS)
			fail_msg("%s, %lld s: %lld ms on average, not %lld",
				 timings[i].name,
				 (long long)timings[i].interval_s,
				 (long long)(sum_ms / SIGN_INS),
				 (long long)most_ms);
	}
}

/* How long it waits before a poll, as configured, learned and remembered. */
static void test_margins(void **state)
{
	static const struct {
		int64_t margin_ms;
		bool learns;
		const char *kept, *poll;
		int gaps_ms[4];
		bool keeps;
	} cases[] = {
		{100, true, NULL, "pending", {5100, 5100}, false},
		{0, true, NULL, "pending", {5000, 5000}, false},
		/* slow_down is for good, and teaches once */
		{100,
		 true,
		 NULL,
		 "slow_down*2 pending",
		 {5100, 11000, 16000, 16000},
		 true},
		{100, true, NULL, "slow_429 pending", {5100, 11000}, true},
		{1000, true, NULL, "slow_down pending", {6000, 11000}, false},
		{3000, true, NULL, "slow_down pending", {8000, 13000}, false},
		/* what is configured stays */
		{100, false, NULL, "slow_down pending", {5100, 10100}, false},
		{0, false, MARGIN(OURS, "1000"), "pending", {5000}, false},
		/* no other trouble teaches anything */
		{100, true, NULL, "500 pending", {5100, 10200, 5100}, false},
		{100, true, NULL, "429:9 pending", {5100, 10200, 5100}, false},
		{100, true, NULL, "crossed pending", {5100, 5100}, false},
		/* remembered */
		{100,
		 true,
		 MARGIN(OURS, "1000"),
		 "slow_down pending",
		 {6000, 11000},
		 false},
		{100,
		 true,
		 MARGIN(OURS, "300"),
		 "slow_down pending",
		 {5300, 11000},
		 true},
		{3000, true, MARGIN(OURS, "1000"), "pending", {8000}, false},
		/* unusable: learned again */
		{100,
		 true,
		 MARGIN("https://other.example", "1000"),
		 "slow_down pending",
		 {5100, 11000},
		 true},
		{100, true, MARGIN(OURS, "1001"), "pending", {5100}, false},
		{100, true, MARGIN(OURS, "-1"), "pending", {5100}, false},
		{100, true, MARGIN(OURS, "\"1\""), "pending", {5100}, false},
		{100, true, MARGIN(OURS, "1000") "x", "pending", {5100}, false},
		{100,
		 true,
		 "{\"poll_margin_ms\":1000}",
		 "pending",
		 {5100},
		 false},
		{100, true, "[]", "pending", {5100}, false},
		{100, true, "", "pending", {5100}, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *kept = cases[i].kept;
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;

		open_fixture(&fixture, &timings[1]);
		issuer->provider.poll_margin_ms = cases[i].margin_ms;
		issuer->provider.learns_poll_margin = cases[i].learns;
		issuer->script[REQUEST_POLL] = cases[i].poll;
		if (kept != NULL)
			flow_recall_margin(fixture.flow, kept, strlen(kept));
		flow_fixture_start(&fixture);
		world_run(&fixture.world, fixture.world.now_ms + 100000);
		for (size_t j = 0; j < COUNT(cases[i].gaps_ms); j++) {
			int64_t least_ms = cases[i].gaps_ms[j];
			int64_t gap_ms = issuer->gaps_ms[j];

			/* Back-off has jitter. */
			if (least_ms > 0 &&
			    (gap_ms < least_ms ||
			     gap_ms >
				     least_ms + (least_ms == 10200 ? 5100 : 0)))
				fail_msg("case %zu: gap %zu is %lld", i, j,
					 (long long)gap_ms);
		}
		if ((fixture.world.disk.margin != NULL) != cases[i].keeps)
			fail_msg("case %zu: kept %s", i,
				 fixture.world.disk.margin != NULL
					 ? fixture.world.disk.margin
					 : "nothing");
		flow_fixture_close(&fixture);
	}
}

/* The operator reads once what was learned. */
static void test_log(void **state)
{
	static const char learned[] =
		"asked to slow down: now polling every 10 s, and from now on "
		"always waiting a second longer than this provider asks for";
	struct fixture fixture;

	(void)state;
	open_fixture(&fixture, &timings[1]);
	fixture.world.issuer.script[REQUEST_POLL] = "slow_down*2 pending";
	flow_fixture_start(&fixture);
	flow_fixture_reach(&fixture, FLOW_POLLING);
	flow_fixture_reach(&fixture, FLOW_WAITING);
	assert_string_equal(fixture.client->last_note, learned);
	flow_fixture_reach(&fixture, FLOW_POLLING);
	flow_fixture_reach(&fixture, FLOW_WAITING);
	assert_string_equal(fixture.client->last_note,
			    "asked to slow down: now polling every 15 s");
	flow_fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slow_downs),
		cmocka_unit_test(test_last_poll),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_margins),
		cmocka_unit_test(test_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
