/* SPDX-License-Identifier: MIT */
/*
 * core/flow: RFC 8628 in virtual time against a modelled provider, which
 * itself fails a case where a poll comes too early, twice or too late.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/flow.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MINUTE_MS 60000
#define HOUR_MS (60 * INT64_C(60000))

struct scene {
	struct world world;
	struct flow *flow;
	struct client *client;
};

static void open_scene(struct scene *scene, int patience, uint64_t seed)
{
	world_init(&scene->world);
	scene->flow = flow_new(&scene->world.issuer.provider, patience, seed);
	scene->client = world_add_flow(&scene->world, scene->flow);
}

static void close_scene(struct scene *scene)
{
	flow_free(scene->flow);
	world_free(&scene->world);
}

static void start(struct scene *scene)
{
	world_post(&scene->world, scene->client, EVENT_START);
}

static void cancel(struct scene *scene)
{
	world_post(&scene->world, scene->client, EVENT_CANCEL);
}

static bool is_over(const struct flow *flow)
{
	switch (flow_state(flow)) {
	case FLOW_GRANTED:
	case FLOW_DENIED:
	case FLOW_EXPIRED:
	case FLOW_FAILED:
		return true;
	case FLOW_IDLE:
	case FLOW_ASKING:
	case FLOW_BACKING_OFF:
	case FLOW_WAITING:
	case FLOW_POLLING:
	case FLOW_EXCHANGING:
		break;
	}
	return false;
}

/* Goes on until the flow is over; false where it is not in that time. */
static bool finish(struct scene *scene, int64_t ms)
{
	int64_t until_ms = scene->world.now_ms + ms;

	while (!is_over(scene->flow) && world_turn(&scene->world, until_ms))
		assert_true(flow_state(scene->flow) != FLOW_WAITING ||
			    flow_deadline(scene->flow) <=
				    flow_expires_ms(scene->flow));
	return is_over(scene->flow);
}

/* Goes on until the flow is in that state. */
static void reach(struct scene *scene, enum flow_state state)
{
	int64_t until_ms = scene->world.now_ms + HOUR_MS;

	while (flow_state(scene->flow) != state &&
	       world_turn(&scene->world, until_ms))
		continue;
	assert_int_equal(flow_state(scene->flow), state);
}

/* What is true of every end. */
static void check_end(const struct flow *flow)
{
	assert_true(flow_deadline(flow) == NEVER_MS);
	assert_null(flow_code(flow));
	assert_true(flow_expires_ms(flow) == NEVER_MS);
	if (flow_state(flow) == FLOW_FAILED) {
		assert_int_not_equal(flow_failure(flow), FAILURE_NONE);
		assert_non_null(flow_refusal(flow));
		assert_true(flow_refusal(flow)->err.text[0] != '\0');
	}
}

static void test_ends(void **state)
{
	static const struct {
		const char *ask, *poll;
		int patience;
		enum flow_state state;
		enum flow_failure failure;
		unsigned asked, polled;
	} cases[] = {
		/* polls */
		{"ok", "ok", 0, FLOW_GRANTED, 0, 1, 1},
		{"ok", "pending*3 ok", 0, FLOW_GRANTED, 0, 1, 4},
		{"ok", "pending denied", 0, FLOW_DENIED, 0, 1, 2},
		{"ok", "denied", 0, FLOW_DENIED, 0, 1, 1},
		{"ok", "pending expired", 0, FLOW_EXPIRED, 0, 1, 2},
		{"ok", "expired", 0, FLOW_EXPIRED, 0, 1, 1},
		{"ok", "timeout expired", 0, FLOW_EXPIRED, 0, 1, 2},
		{"ok", "pending invalid_grant", 0, FLOW_FAILED, FAILURE_REFUSED,
		 1, 2},
		{"ok", "refused", 0, FLOW_FAILED, FAILURE_REFUSED, 1, 1},
		{"ok", "unauthorized", 0, FLOW_FAILED, FAILURE_REFUSED, 1, 1},
		{"ok", "invalid_client", 0, FLOW_FAILED, FAILURE_MISCONFIGURED,
		 1, 1},
		/* what is no answer at all */
		{"ok", "html ok", 0, FLOW_GRANTED, 0, 1, 2},
		{"ok", "html empty cut ok", 0, FLOW_GRANTED, 0, 1, 4},
		{"ok", "500 502 408 429 ok", 0, FLOW_GRANTED, 0, 1, 5},
		{"ok", "429:30 ok", 0, FLOW_GRANTED, 0, 1, 2},
		{"ok", "resolve connect timeout tls ok", 0, FLOW_GRANTED, 0, 1,
		 5},
		{"ok", "forbidden ok", 0, FLOW_GRANTED, 0, 1, 2},
		{"ok", "slow_down slow_429 ok", 0, FLOW_GRANTED, 0, 1, 3},
		{"ok", "lost ok", 0, FLOW_GRANTED, 0, 1, 2},
		/* asking for a code */
		{"500 ok", "ok", 0, FLOW_GRANTED, 0, 2, 1},
		{"connect*9 ok", "ok", 0, FLOW_GRANTED, 0, 10, 1},
		{"429:90 html empty cut pending ok", "ok", 0, FLOW_GRANTED, 0,
		 6, 1},
		{"invalid_client", "ok", 0, FLOW_FAILED, FAILURE_MISCONFIGURED,
		 1, 0},
		{"denied", "ok", 0, FLOW_FAILED, FAILURE_REFUSED, 1, 0},
		{"refused", "ok", 3, FLOW_FAILED, FAILURE_REFUSED, 1, 0},
		/* with patience for three */
		{"connect*2 ok", "ok", 3, FLOW_GRANTED, 0, 3, 1},
		{"connect*3 ok", "ok", 3, FLOW_FAILED, FAILURE_UNREACHABLE, 3,
		 0},
		{"500 timeout 429 ok", "ok", 3, FLOW_FAILED,
		 FAILURE_UNREACHABLE, 3, 0},
		{"html*3 ok", "ok", 3, FLOW_FAILED, FAILURE_REFUSED, 3, 0},
		{"connect*2 ok", "timeout*4 ok", 3, FLOW_GRANTED, 0, 3, 5},
		{"500", "ok", 1, FLOW_FAILED, FAILURE_UNREACHABLE, 1, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct tokens tokens = {0};

		open_scene(&scene, cases[i].patience, i);
		scene.world.issuer.script[ASK] = cases[i].ask;
		scene.world.issuer.script[POLL] = cases[i].poll;
		start(&scene);
		if (!finish(&scene, HOUR_MS) ||
		    flow_state(scene.flow) != cases[i].state ||
		    flow_failure(scene.flow) != cases[i].failure)
			fail_msg("\"%s\", \"%s\": %s", cases[i].ask,
				 cases[i].poll,
				 flow_state_name(flow_state(scene.flow)));
		check_end(scene.flow);
		assert_int_equal(scene.world.issuer.requests[ASK],
				 cases[i].asked);
		assert_int_equal(scene.world.issuer.requests[POLL],
				 cases[i].polled);
		/* Each answer was worth a line in the log. */
		assert_int_equal(scene.client->notes[LEVEL_ERROR],
				 cases[i].state == FLOW_FAILED);
		assert_int_equal(scene.client->notes[LEVEL_ERROR] +
					 scene.client->notes[LEVEL_WARN] +
					 scene.client->notes[LEVEL_INFO],
				 cases[i].asked + cases[i].polled);
		flow_take_tokens(scene.flow, &tokens);
		if (cases[i].state == FLOW_GRANTED) {
			assert_string_equal(tokens.access_token,
					    scene.world.issuer.access_token);
			assert_null(flow_refusal(scene.flow));
		} else {
			assert_null(tokens.access_token);
		}
		tokens_free(&tokens);
		close_scene(&scene);
	}
}

/* Each poll comes after the seconds that stand here and, for back-off, at most
 * half as much again. */
static void test_gaps(void **state)
{
	static const struct {
		const char *poll;
		int64_t interval_s; /* 0: not said */
		int gaps_s[7];	    /* 0: as many as matter */
	} cases[] = {
		{"pending", 0, {6, 6, 6, 6}},
		{"pending", 2, {3, 3, 3, 3}},
		{"pending", 5, {6, 6, 6, 6}},
		{"pending", 30, {31, 31, 31}},
		/* slow_down is for good (RFC 8628 section 3.5) */
		{"slow_down*3 pending", 5, {6, 11, 16, 21, 21, 21}},
		{"slow_down*3 pending", 0, {6, 11, 16, 21, 21, 21}},
		{"slow_down pending slow_down pending", 2, {3, 8, 8, 13, 13}},
		{"slow_down:20 pending", 5, {6, 21, 21, 21}},
		{"slow_down:20 slow_down:1 pending", 5, {6, 21, 26, 26}},
		{"slow_down:7 pending", 5, {6, 11, 11}},
		{"slow_429:60 pending", 5, {6, 60, 11, 11}},
		{"slow_down 500 pending", 5, {6, 11, 22, 11}},
		/* back-off doubles up to its cap and ends with an answer */
		{"500 pending", 5, {6, 12, 6, 6}},
		{"500*4 pending", 5, {6, 12, 24, 30, 30, 6, 6}},
		{"500*4 pending", 1, {2, 4, 8, 16, 30, 2, 2}},
		{"500*3 pending", 40, {41, 41, 41, 41}},
		{"html empty cut pending", 5, {6, 12, 24, 30, 6}},
		{"connect pending connect pending", 5, {6, 12, 6, 12, 6}},
		{"timeout*2 pending", 5, {6, 12, 24, 6}},
		/* Retry-After */
		{"429:60 pending", 5, {6, 60, 6}},
		{"429:1 pending", 5, {6, 12, 6}},
		{"429:0 pending", 5, {6, 12, 6}},
		{"502:45 pending", 5, {6, 45, 6}},
		{"pending:20 pending", 5, {6, 20, 6}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		for (uint64_t seed = 0; seed < 20; seed++) {
			struct scene scene;
			const struct issuer *issuer = &scene.world.issuer;

			open_scene(&scene, 0, seed);
			scene.world.issuer.script[POLL] = cases[i].poll;
			scene.world.issuer.interval_s = cases[i].interval_s;
			scene.world.issuer.code_life_s = 1800;
			start(&scene);
			world_run(&scene.world, scene.world.now_ms + 600000);
			for (size_t j = 0; j < COUNT(cases[i].gaps_s); j++) {
				int64_t gap_ms = issuer->gaps_ms[j];
				int64_t least_ms = cases[i].gaps_s[j] * 1000;

				if (least_ms == 0)
					break;
				assert_true(j < issuer->gap_count);
				if (gap_ms < least_ms ||
				    gap_ms > least_ms + least_ms / 2)
					fail_msg("\"%s\": gap %zu is %lld",
						 cases[i].poll, j,
						 (long long)gap_ms);
			}
			assert_int_equal(scene.client->drops, 0);
			close_scene(&scene);
		}
	}
}

/* The jitter of back-off tells kiosks apart that started together. */
static void test_jitter(void **state)
{
	int64_t gaps_ms[2];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct scene scene;

		open_scene(&scene, 0, i);
		scene.world.issuer.script[POLL] = "500*2 pending";
		start(&scene);
		world_run(&scene.world, scene.world.now_ms + 120000);
		gaps_ms[i] = scene.world.issuer.gaps_ms[1];
		close_scene(&scene);
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
		struct scene scene;

		open_scene(&scene, 0, i);
		scene.world.issuer.script[ASK] = cases[i].ask;
		start(&scene);
		for (size_t j = 0; j < 7 && cases[i].waits_s[j] > 0; j++) {
			int64_t least_ms = cases[i].waits_s[j] * 1000;
			int64_t wait_ms;

			reach(&scene, FLOW_BACKING_OFF);
			wait_ms =
				flow_deadline(scene.flow) - scene.world.now_ms;
			if (wait_ms < least_ms ||
			    wait_ms > least_ms + least_ms / 2)
				fail_msg("\"%s\": wait %zu is %lld",
					 cases[i].ask, j, (long long)wait_ms);
			assert_non_null(flow_refusal(scene.flow));
			reach(&scene, FLOW_ASKING);
		}
		close_scene(&scene);
	}
}

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
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;
		int64_t end_ms = scene.world.now_ms;

		open_scene(&scene, 0, i);
		end_ms = scene.world.now_ms + cases[i].code_life_s * 1000;
		issuer->interval_s = cases[i].interval_s;
		issuer->code_life_s = cases[i].code_life_s;
		issuer->latency_ms = cases[i].latency_ms;
		issuer->approve_ms = end_ms - cases[i].approved_before_end_ms;
		start(&scene);
		reach(&scene, FLOW_WAITING);
		assert_true(flow_expires_ms(scene.flow) == end_ms);
		if (cases[i].outage != NULL) {
			issuer->outage = cases[i].outage;
			issuer->outage_end_ms = end_ms - 10000;
		}
		assert_true(finish(&scene, HOUR_MS));
		if (flow_state(scene.flow) != cases[i].state)
			fail_msg("case %zu: %s", i,
				 flow_state_name(flow_state(scene.flow)));
		close_scene(&scene);
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
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;
		int64_t end_ms;

		open_scene(&scene, 0, i);
		issuer->script[POLL] = cases[i].poll;
		issuer->latency_ms = 0;
		issuer->interval_s = cases[i].interval_s;
		issuer->code_life_s = cases[i].code_life_s;
		end_ms = scene.world.now_ms + cases[i].code_life_s * 1000;
		issuer->approve_ms = end_ms - 30000;
		start(&scene);
		assert_true(finish(&scene, HOUR_MS));
		if ((flow_state(scene.flow) == FLOW_GRANTED) != granted)
			fail_msg("\"%s\": %s", cases[i].poll,
				 flow_state_name(flow_state(scene.flow)));
		assert_int_equal(end_ms - scene.world.now_ms,
				 cases[i].granted_before_end_ms);
		close_scene(&scene);
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
		struct scene scene;

		open_scene(&scene, 0, i);
		scene.world.issuer.script[POLL] = cases[i / 2].poll;
		scene.world.issuer.code_life_s = 60;
		start(&scene);
		reach(&scene, FLOW_WAITING);
		while (flow_deadline(scene.flow) !=
		       flow_expires_ms(scene.flow) - 1500)
			assert_true(world_turn(&scene.world, NEVER_MS));
		scene.world.issuer.script[POLL] =
			strrchr(cases[i / 2].poll, ' ') + 1;
		scene.world.issuer.latency_ms = i % 2 == 0 ? 5000 : 100;
		reach(&scene, FLOW_POLLING);
		assert_true(finish(&scene, HOUR_MS));
		if (flow_state(scene.flow) != cases[i / 2].state)
			fail_msg("\"%s\": %s", cases[i / 2].poll,
				 flow_state_name(flow_state(scene.flow)));
		if (cases[i / 2].state == FLOW_EXPIRED)
			assert_int_equal(scene.client->last_level, LEVEL_WARN);
		check_end(scene.flow);
		close_scene(&scene);
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
		struct scene scene;
		int64_t sent_ms;

		open_scene(&scene, 0, i);
		sent_ms = scene.world.now_ms;
		scene.world.issuer.latency_ms = cases[i].latency_ms;
		scene.world.issuer.code_life_s = cases[i].code_life_s;
		scene.world.issuer.script[POLL] = "ok";
		start(&scene);
		while (scene.client->under_way)
			assert_true(world_turn(&scene.world, NEVER_MS));
		if (!is_over(scene.flow))
			assert_true(flow_expires_ms(scene.flow) ==
				    sent_ms + cases[i].code_life_s * 1000);
		scene.world.issuer.latency_ms = 100;
		assert_true(finish(&scene, HOUR_MS));
		assert_int_equal(flow_state(scene.flow), cases[i].state);
		if (cases[i].state == FLOW_EXPIRED)
			assert_int_equal(scene.client->last_level, LEVEL_WARN);
		assert_int_equal(scene.world.issuer.requests[POLL],
				 cases[i].polls);
		close_scene(&scene);
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
		struct scene scene;

		open_scene(&scene, 3, i);
		scene.world.issuer.script[POLL] = cases[i].poll;
		start(&scene);
		assert_true(finish(&scene, HOUR_MS));
		if (flow_state(scene.flow) != cases[i].state ||
		    flow_failure(scene.flow) != cases[i].failure)
			fail_msg("\"%s\": %s", cases[i].poll,
				 flow_state_name(flow_state(scene.flow)));
		check_end(scene.flow);
		close_scene(&scene);
	}
}

/* Only this code counts: neither what was heard of an earlier one, nor trouble
 * in getting it. */
static void test_unheard_alone(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 0, 1);
	start(&scene);
	reach(&scene, FLOW_EXPIRED);
	scene.world.issuer.script[POLL] = "timeout";
	start(&scene);
	reach(&scene, FLOW_FAILED);
	assert_int_equal(flow_failure(scene.flow), FAILURE_UNREACHABLE);

	scene.world.issuer.script[ASK] = "500 ok";
	scene.world.issuer.interval_s = 60;
	scene.world.issuer.code_life_s = 30;
	start(&scene);
	reach(&scene, FLOW_EXPIRED);
	assert_int_equal(flow_failure(scene.flow), FAILURE_NONE);
	close_scene(&scene);
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
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;

		open_scene(&scene, 0, i);
		issuer->code_life_s = 3600;
		start(&scene);
		reach(&scene, FLOW_WAITING);
		issuer->outage = outages[i];
		issuer->outage_end_ms = scene.world.now_ms + 59 * MINUTE_MS;
		issuer->approve_ms = scene.world.now_ms + 30 * MINUTE_MS;
		assert_true(finish(&scene, HOUR_MS));
		assert_int_equal(flow_state(scene.flow), FLOW_GRANTED);
		/* 30 to 45 s apart once it has backed off */
		assert_in_range(issuer->requests[POLL], 40, 125);
		close_scene(&scene);
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
		{FLOW_ASKING, 400000, FLOW_EXPIRED, 0},
		{FLOW_BACKING_OFF, 24 * HOUR_MS, FLOW_GRANTED, 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		open_scene(&scene, 0, i);
		if (cases[i].asleep_in == FLOW_BACKING_OFF)
			scene.world.issuer.script[ASK] = "500 ok";
		if (cases[i].asleep_in == FLOW_POLLING)
			scene.world.issuer.script[POLL] = "pending ok";
		else
			scene.world.issuer.script[POLL] = "ok";
		start(&scene);
		reach(&scene, cases[i].asleep_in);
		world_suspend(&scene.world, cases[i].ms);
		assert_true(finish(&scene, HOUR_MS));
		if (flow_state(scene.flow) != cases[i].state)
			fail_msg("case %zu: %s", i,
				 flow_state_name(flow_state(scene.flow)));
		assert_int_equal(scene.world.issuer.requests[POLL],
				 cases[i].polls);
		close_scene(&scene);
	}
}

/* Brings a flow into each of its states. */
static const struct {
	enum flow_state state;
	const char *ask, *poll;
} ways[] = {
	{FLOW_ASKING, "ok", "pending"},	 {FLOW_BACKING_OFF, "500", "pending"},
	{FLOW_WAITING, "ok", "pending"}, {FLOW_POLLING, "ok", "pending"},
	{FLOW_GRANTED, "ok", "ok"},	 {FLOW_DENIED, "ok", "denied"},
	{FLOW_EXPIRED, "ok", "expired"}, {FLOW_FAILED, "refused", "ok"},
};

static void bring(struct scene *scene, size_t way)
{
	open_scene(scene, 0, way);
	scene->world.issuer.script[ASK] = ways[way].ask;
	scene->world.issuer.script[POLL] = ways[way].poll;
	start(scene);
	reach(scene, ways[way].state);
	scene->world.issuer.script[ASK] = NULL;
	scene->world.issuer.script[POLL] = NULL;
}

/* The answer that was already on its way when the person gave up. */
static void post_stale(struct scene *scene)
{
	static const char body[] = "{\"access_token\":\"a\",\"error\":\"x\"}";
	struct reply reply = {
		.net = NET_OK,
		.status = 200,
		.body = body,
		.body_len = sizeof(body) - 1,
		.type = "application/json",
		.retry_after_s = -1,
	};
	struct event event = world_event(&scene->world, EVENT_REPLY);
	struct action action;

	event.reply = &reply;
	action_clear(&action);
	flow_step(scene->flow, &event, &action);
	assert_int_equal(action.kind, ACTION_NONE);
}

static void test_cancel(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++) {
		bool under_way = ways[i].state == FLOW_ASKING ||
				 ways[i].state == FLOW_POLLING;
		struct tokens tokens = {0};
		struct scene scene;

		bring(&scene, i);
		cancel(&scene);
		assert_int_equal(flow_state(scene.flow), FLOW_IDLE);
		assert_int_equal(scene.client->drops, under_way);
		assert_false(scene.client->under_way);
		assert_null(flow_refusal(scene.flow));
		assert_int_equal(flow_codes(scene.flow), 0);
		check_end(scene.flow);
		post_stale(&scene);
		assert_false(
			world_turn(&scene.world, scene.world.now_ms + HOUR_MS));
		assert_int_equal(flow_state(scene.flow), FLOW_IDLE);
		flow_take_tokens(scene.flow, &tokens);
		assert_null(tokens.access_token);
		close_scene(&scene);
	}
}

static void test_restart(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++) {
		struct scene scene;
		int codes;

		bring(&scene, i);
		codes = scene.world.issuer.code;
		start(&scene);
		assert_int_equal(flow_state(scene.flow), FLOW_ASKING);
		assert_null(flow_code(scene.flow));
		assert_null(flow_refusal(scene.flow));
		reach(&scene, FLOW_WAITING);
		assert_int_equal(scene.world.issuer.code, codes + 1);
		assert_int_equal(flow_polls(scene.flow), 0);
		scene.world.issuer.approve_ms = scene.world.now_ms;
		reach(&scene, FLOW_GRANTED);
		assert_int_equal(flow_failure(scene.flow), FAILURE_NONE);
		close_scene(&scene);
	}
}

/* A new code replaced an old one; after a rest the count begins anew. */
static void test_codes(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 0, 1);
	start(&scene);
	reach(&scene, FLOW_WAITING);
	assert_int_equal(flow_codes(scene.flow), 1);
	reach(&scene, FLOW_EXPIRED);
	start(&scene);
	reach(&scene, FLOW_WAITING);
	assert_int_equal(flow_codes(scene.flow), 2);
	start(&scene);
	reach(&scene, FLOW_WAITING);
	assert_int_equal(flow_codes(scene.flow), 3);
	cancel(&scene);
	start(&scene);
	reach(&scene, FLOW_WAITING);
	assert_int_equal(flow_codes(scene.flow), 1);
	scene.world.issuer.approve_ms = scene.world.now_ms;
	reach(&scene, FLOW_GRANTED);
	start(&scene);
	reach(&scene, FLOW_WAITING);
	assert_int_equal(flow_codes(scene.flow), 1);
	close_scene(&scene);
}

/* What the screen shows of a code. */
static void test_code_on_show(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 0, 1);
	scene.world.issuer.script[POLL] = "pending slow_down pending 500 ok";
	start(&scene);
	reach(&scene, FLOW_WAITING);
	assert_string_equal(flow_code(scene.flow)->user_code, "000001");
	assert_int_equal(flow_interval_ms(scene.flow), 5000);
	for (unsigned polls = 1; polls <= 4; polls++) {
		reach(&scene, FLOW_POLLING);
		assert_int_equal(flow_polls(scene.flow), polls);
		reach(&scene, FLOW_WAITING);
		assert_int_equal(flow_interval_ms(scene.flow),
				 polls < 2 ? 5000 : 10000);
		assert_int_equal(flow_refusal(scene.flow) != NULL, polls == 4);
	}
	close_scene(&scene);
}

/* Ticks at any other time than the deadline change nothing. */
static void test_early_ticks(void **state)
{
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++) {
		enum flow_state before = ways[i].state;

		bring(&scene, i);
		world_post(&scene.world, scene.client, EVENT_TICK);
		assert_int_equal(flow_state(scene.flow), before);
		scene.world.now_ms++;
		world_post(&scene.world, scene.client, EVENT_TICK);
		assert_int_equal(flow_state(scene.flow), before);
		close_scene(&scene);
	}
}

/* A year in front of a provider that makes no sense, with somebody who asks
 * again whenever the flow gives up. */
static void test_year(void **state)
{
	static const struct {
		const char *ask, *poll;
	} cases[] = {
		{"html", "ok"},
		{"ok", "timeout"},
		{"429:86400", "ok"},
		{"ok", "429:86400"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;
		int64_t end_ms;

		open_scene(&scene, 0, i);
		end_ms = scene.world.now_ms + 365 * 24 * HOUR_MS;
		issuer->code_life_s = 86400;
		issuer->script[ASK] = cases[i].ask;
		issuer->script[POLL] = cases[i].poll;
		start(&scene);
		while (world_turn(&scene.world, end_ms)) {
			if (is_over(scene.flow))
				start(&scene);
		}
		assert_true(scene.world.now_ms == end_ms);
		assert_int_equal(issuer->granted, 0);
		assert_in_range(issuer->requests[ASK], 364, 366 * 24 * 60);
		close_scene(&scene);
	}
}

/* PKCE on the device grant: where it is demanded one request more is made, for
 * the first code only; where it is configured none. */
static void test_pkce(void **state)
{
	static const struct {
		bool configured, demanded;
		const char *ask;
		enum flow_state state;
		unsigned asked[2]; /* after one code and after two */
	} cases[] = {
		{false, false, "rules", FLOW_GRANTED, {1, 2}},
		{false, true, "rules", FLOW_GRANTED, {2, 3}},
		{true, false, "rules", FLOW_GRANTED, {1, 2}},
		{true, true, "rules", FLOW_GRANTED, {1, 2}},
		/* Not for ever. */
		{false, true, "no_pkce", FLOW_FAILED, {2, 3}},
		{true, true, "no_pkce", FLOW_FAILED, {1, 2}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;
		char challenge[64] = "";

		world_init(&scene.world);
		issuer->provider.pkce = cases[i].configured;
		scene.flow = flow_new(&issuer->provider, 0, i);
		scene.client = world_add_flow(&scene.world, scene.flow);
		issuer->wants_pkce = cases[i].demanded;
		issuer->script[ASK] = cases[i].ask;
		issuer->script[POLL] = "pending*2 rules";
		for (int j = 0; j < 2; j++) {
			issuer->approve_ms = 0;
			start(&scene);
			assert_true(finish(&scene, HOUR_MS));
			assert_int_equal(flow_state(scene.flow),
					 cases[i].state);
			assert_int_equal(issuer->requests[ASK],
					 cases[i].asked[j]);
			if (cases[i].state != FLOW_GRANTED)
				continue;
			assert_int_equal(issuer->challenge[0] != '\0',
					 cases[i].configured ||
						 cases[i].demanded);
			/* No verifier serves twice. */
			if (issuer->challenge[0] != '\0')
				assert_string_not_equal(issuer->challenge,
							challenge);
			memcpy(challenge, issuer->challenge, sizeof(challenge));
		}
		close_scene(&scene);
	}
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
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;
		int64_t due_ms;
		int64_t interval_ms;

		open_scene(&scene, 0, i);
		issuer->script[ASK] = cases[i].ask;
		issuer->script[POLL] = cases[i].poll;
		start(&scene);
		do
			assert_true(world_turn(&scene.world, NEVER_MS));
		while (flow_state(scene.flow) != cases[i].waits ||
		       flow_polls(scene.flow) < cases[i].polls ||
		       flow_deadline(scene.flow) <=
			       scene.world.now_ms +
				       flow_interval_ms(scene.flow));
		due_ms = flow_deadline(scene.flow);
		interval_ms = flow_interval_ms(scene.flow);
		scene.world.wall_s += 1000000000;
		world_post(&scene.world, scene.client, EVENT_CLOCK);
		if (!cases[i].hurries)
			assert_true(flow_deadline(scene.flow) == due_ms);
		else if (cases[i].waits == FLOW_BACKING_OFF)
			assert_int_equal(flow_state(scene.flow), FLOW_ASKING);
		else
			assert_true(due_ms > flow_deadline(scene.flow) &&
				    flow_deadline(scene.flow) ==
					    scene.world.now_ms + interval_ms);
		/* And goes on well: the world keeps count of the polls. */
		issuer->script[ASK] = "rules";
		issuer->script[POLL] = "pending ok";
		assert_true(finish(&scene, HOUR_MS));
		assert_int_equal(flow_state(scene.flow), FLOW_GRANTED);
		close_scene(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_jitter),
		cmocka_unit_test(test_backing_off),
		cmocka_unit_test(test_last_poll),
		cmocka_unit_test(test_told_past_the_end),
		cmocka_unit_test(test_expiry_in_flight),
		cmocka_unit_test(test_slow_answer),
		cmocka_unit_test(test_unheard),
		cmocka_unit_test(test_unheard_alone),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_suspend),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_code_on_show),
		cmocka_unit_test(test_early_ticks),
		cmocka_unit_test(test_year),
		cmocka_unit_test(test_pkce),
		cmocka_unit_test(test_clock_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
