/* SPDX-License-Identifier: MIT */
/*
 * machine/flow: RFC 8628 in virtual time against a modelled provider, which
 * itself fails a case where a poll comes too early, twice or too late. How it
 * ends, and what a person does meanwhile.
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

static void cancel(struct fixture *fixture)
{
	world_post(&fixture->world, fixture->client, EVENT_CANCEL);
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
		/* an address that does not take it, three times in a row */
		{"ok", "404", 0, FLOW_FAILED, FAILURE_MISCONFIGURED, 1, 3},
		{"ok", "404_json", 0, FLOW_FAILED, FAILURE_MISCONFIGURED, 1, 3},
		{"ok", "405 410 415", 0, FLOW_FAILED, FAILURE_MISCONFIGURED, 1,
		 3},
		{"ok", "501", 3, FLOW_FAILED, FAILURE_MISCONFIGURED, 1, 3},
		{"ok", "404*2 ok", 0, FLOW_GRANTED, 0, 1, 3},
		{"ok", "404*2 pending 404*2 ok", 0, FLOW_GRANTED, 0, 1, 6},
		{"ok", "404*2 503 404*2 timeout ok", 0, FLOW_GRANTED, 0, 1, 7},
		{"404", "ok", 0, FLOW_FAILED, FAILURE_MISCONFIGURED, 3, 0},
		{"405 501 410", "ok", 3, FLOW_FAILED, FAILURE_MISCONFIGURED, 3,
		 0},
		{"415 404 ok", "404*2 ok", 0, FLOW_GRANTED, 0, 3, 3},
		{"404 500 404*2 ok", "ok", 0, FLOW_GRANTED, 0, 5, 1},
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
		struct fixture fixture;
		struct tokens tokens = {0};

		flow_fixture_open(&fixture, cases[i].patience, i);
		fixture.world.issuer.script[REQUEST_DEVICE_AUTHORIZATION] =
			cases[i].ask;
		fixture.world.issuer.script[REQUEST_POLL] = cases[i].poll;
		flow_fixture_start(&fixture);
		if (!flow_fixture_finish(&fixture, HOUR_MS) ||
		    flow_state(fixture.flow) != cases[i].state ||
		    flow_failure(fixture.flow) != cases[i].failure)
			fail_msg("\"%s\", \"%s\": %s", cases[i].ask,
				 cases[i].poll,
				 flow_state_name(flow_state(fixture.flow)));
		flow_fixture_check_end(fixture.flow);
		assert_int_equal(
			fixture.world.issuer
				.requests[REQUEST_DEVICE_AUTHORIZATION],
			cases[i].asked);
		assert_int_equal(fixture.world.issuer.requests[REQUEST_POLL],
				 cases[i].polled);
		/* Each answer was worth a line in the log. */
		assert_int_equal(fixture.client->notes[LEVEL_ERROR],
				 cases[i].state == FLOW_FAILED);
		assert_int_equal(fixture.client->notes[LEVEL_ERROR] +
					 fixture.client->notes[LEVEL_WARN] +
					 fixture.client->notes[LEVEL_INFO],
				 cases[i].asked + cases[i].polled);
		flow_take_tokens(fixture.flow, &tokens);
		if (cases[i].state == FLOW_GRANTED) {
			assert_string_equal(tokens.access_token,
					    fixture.world.issuer.access_token);
			assert_null(flow_oauth_failure(fixture.flow));
		} else {
			assert_null(tokens.access_token);
		}
		tokens_free(&tokens);
		flow_fixture_close(&fixture);
	}
}

/* Brings a flow into each of its states. */
static const struct {
	enum flow_state state;
	const char *ask, *poll;
} ways[] = {
	{FLOW_REQUESTING, "ok", "pending"},
	{FLOW_BACKING_OFF, "500", "pending"},
	{FLOW_WAITING, "ok", "pending"},
	{FLOW_POLLING, "ok", "pending"},
	{FLOW_GRANTED, "ok", "ok"},
	{FLOW_DENIED, "ok", "denied"},
	{FLOW_EXPIRED, "ok", "expired"},
	{FLOW_FAILED, "refused", "ok"},
};

static void bring(struct fixture *fixture, size_t way)
{
	flow_fixture_open(fixture, 0, way);
	fixture->world.issuer.script[REQUEST_DEVICE_AUTHORIZATION] =
		ways[way].ask;
	fixture->world.issuer.script[REQUEST_POLL] = ways[way].poll;
	flow_fixture_start(fixture);
	flow_fixture_reach(fixture, ways[way].state);
	fixture->world.issuer.script[REQUEST_DEVICE_AUTHORIZATION] = NULL;
	fixture->world.issuer.script[REQUEST_POLL] = NULL;
}

/* The answer that was already on its way when the person gave up. */
static void post_stale(struct fixture *fixture)
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
	struct event event = world_event(&fixture->world, EVENT_REPLY);
	struct action action;

	event.reply = &reply;
	action_clear(&action);
	flow_step(fixture->flow, &event, &action);
	assert_int_equal(action.kind, ACTION_NONE);
}

static void test_cancel(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++) {
		bool under_way = ways[i].state == FLOW_REQUESTING ||
				 ways[i].state == FLOW_POLLING;
		struct tokens tokens = {0};
		struct fixture fixture;

		bring(&fixture, i);
		cancel(&fixture);
		assert_int_equal(flow_state(fixture.flow), FLOW_IDLE);
		assert_int_equal(fixture.client->drops, under_way);
		assert_false(fixture.client->driver.sending);
		assert_null(flow_oauth_failure(fixture.flow));
		assert_int_equal(flow_codes(fixture.flow), 0);
		flow_fixture_check_end(fixture.flow);
		post_stale(&fixture);
		assert_false(world_turn(&fixture.world,
					fixture.world.now_ms + HOUR_MS));
		assert_int_equal(flow_state(fixture.flow), FLOW_IDLE);
		flow_take_tokens(fixture.flow, &tokens);
		assert_null(tokens.access_token);
		flow_fixture_close(&fixture);
	}
}

static void test_restart(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++) {
		struct fixture fixture;
		unsigned polls;
		int codes;

		bring(&fixture, i);
		codes = fixture.world.issuer.code;
		polls = fixture.world.issuer.requests[REQUEST_POLL];
		flow_fixture_start(&fixture);
		assert_int_equal(flow_state(fixture.flow), FLOW_REQUESTING);
		assert_null(flow_code(fixture.flow));
		assert_null(flow_oauth_failure(fixture.flow));
		flow_fixture_reach(&fixture, FLOW_WAITING);
		assert_int_equal(fixture.world.issuer.code, codes + 1);
		assert_int_equal(fixture.world.issuer.requests[REQUEST_POLL],
				 polls);
		fixture.world.issuer.approve_ms = fixture.world.now_ms;
		flow_fixture_reach(&fixture, FLOW_GRANTED);
		assert_int_equal(flow_failure(fixture.flow), FAILURE_NONE);
		flow_fixture_close(&fixture);
	}
}

/* A new code replaced an old one; after a rest the count begins anew. */
static void test_codes(void **state)
{
	struct fixture fixture;

	(void)state;
	flow_fixture_open(&fixture, 0, 1);
	flow_fixture_start(&fixture);
	flow_fixture_reach(&fixture, FLOW_WAITING);
	assert_int_equal(flow_codes(fixture.flow), 1);
	flow_fixture_reach(&fixture, FLOW_EXPIRED);
	flow_fixture_start(&fixture);
	flow_fixture_reach(&fixture, FLOW_WAITING);
	assert_int_equal(flow_codes(fixture.flow), 2);
	flow_fixture_start(&fixture);
	flow_fixture_reach(&fixture, FLOW_WAITING);
	assert_int_equal(flow_codes(fixture.flow), 3);
	cancel(&fixture);
	flow_fixture_start(&fixture);
	flow_fixture_reach(&fixture, FLOW_WAITING);
	assert_int_equal(flow_codes(fixture.flow), 1);
	fixture.world.issuer.approve_ms = fixture.world.now_ms;
	flow_fixture_reach(&fixture, FLOW_GRANTED);
	flow_fixture_start(&fixture);
	flow_fixture_reach(&fixture, FLOW_WAITING);
	assert_int_equal(flow_codes(fixture.flow), 1);
	flow_fixture_close(&fixture);
}

/* What the screen shows of a code. */
static void test_code_on_show(void **state)
{
	struct fixture fixture;

	(void)state;
	flow_fixture_open(&fixture, 0, 1);
	fixture.world.issuer.script[REQUEST_POLL] =
		"pending slow_down pending 500 ok";
	flow_fixture_start(&fixture);
	flow_fixture_reach(&fixture, FLOW_WAITING);
	assert_string_equal(flow_code(fixture.flow)->user_code, "000001");
	assert_int_equal(flow_code(fixture.flow)->interval_s, 5);
	for (unsigned polls = 1; polls <= 4; polls++) {
		flow_fixture_reach(&fixture, FLOW_POLLING);
		assert_int_equal(fixture.world.issuer.requests[REQUEST_POLL],
				 polls);
		flow_fixture_reach(&fixture, FLOW_WAITING);
		assert_int_equal(flow_code(fixture.flow)->interval_s,
				 polls < 2 ? 5 : 10);
		assert_int_equal(flow_oauth_failure(fixture.flow) != NULL,
				 polls == 4);
	}
	flow_fixture_close(&fixture);
}

/* Ticks at any other time than the deadline change nothing. */
static void test_early_ticks(void **state)
{
	struct fixture fixture;

	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++) {
		enum flow_state before = ways[i].state;

		bring(&fixture, i);
		world_post(&fixture.world, fixture.client, EVENT_TICK);
		assert_int_equal(flow_state(fixture.flow), before);
		fixture.world.now_ms++;
		world_post(&fixture.world, fixture.client, EVENT_TICK);
		assert_int_equal(flow_state(fixture.flow), before);
		flow_fixture_close(&fixture);
	}
}

/* A provider that takes JSON only: it is told so once, whichever request comes
 * first, and nothing is lost by that. */
static void test_json(void **state)
{
	static const struct {
		bool dpop, known;
		const char *poll;
		unsigned refused, polls;
	} cases[] = {
		{false, false, "pending ok", 1, 2},
		{false, true, "pending ok", 0, 2},
		{true, false, "rules", 1, 1},
		/* asks for a form no more than once */
		{false, true, "415 ok", 0, 2},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;

		flow_fixture_open(&fixture, 0, i);
		issuer->wants_json = true;
		issuer->dpop = cases[i].dpop;
		issuer->provider.dpop = cases[i].dpop;
		issuer->approve_ms = fixture.world.now_ms;
		*issuer->provider.takes_json =
			cases[i].known ? SHAPE_JSON : SHAPE_FORM;
		issuer->script[REQUEST_POLL] = cases[i].poll;
		flow_fixture_start(&fixture);
		flow_fixture_reach(&fixture, FLOW_GRANTED);
		assert_int_equal(issuer->forms_refused, cases[i].refused);
		assert_int_equal(issuer->requests[REQUEST_DEVICE_AUTHORIZATION],
				 1 + cases[i].refused);
		assert_int_equal(issuer->requests[REQUEST_POLL],
				 cases[i].polls);
		flow_fixture_close(&fixture);
	}
}

/* Where the code came by a form, the poll has to wait all the same. */
static void test_json_for_polls_alone(void **state)
{
	struct fixture fixture;
	struct issuer *issuer = &fixture.world.issuer;

	(void)state;
	flow_fixture_open(&fixture, 0, 1);
	flow_fixture_start(&fixture);
	flow_fixture_reach(&fixture, FLOW_WAITING);
	issuer->wants_json = true;
	flow_fixture_reach(&fixture, FLOW_POLLING);
	flow_fixture_reach(&fixture, FLOW_WAITING);
	assert_int_equal(fixture.client->notes[LEVEL_WARN], 0);
	assert_null(flow_oauth_failure(fixture.flow));
	issuer->script[REQUEST_POLL] = "ok";
	flow_fixture_reach(&fixture, FLOW_GRANTED);
	assert_int_equal(issuer->forms_refused, 1);
	assert_int_equal(issuer->requests[REQUEST_POLL], 2);
	flow_fixture_close(&fixture);
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
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;
		char challenge[64] = "";

		world_init(&fixture.world);
		issuer->provider.pkce = cases[i].configured;
		fixture.flow = flow_new(&issuer->provider, 0, i);
		fixture.client = world_add_flow(&fixture.world, fixture.flow);
		issuer->wants_pkce = cases[i].demanded;
		issuer->script[REQUEST_DEVICE_AUTHORIZATION] = cases[i].ask;
		issuer->script[REQUEST_POLL] = "pending*2 rules";
		for (int j = 0; j < 2; j++) {
			issuer->approve_ms = 0;
			flow_fixture_start(&fixture);
			assert_true(flow_fixture_finish(&fixture, HOUR_MS));
			assert_int_equal(flow_state(fixture.flow),
					 cases[i].state);
			assert_int_equal(
				issuer->requests[REQUEST_DEVICE_AUTHORIZATION],
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
		flow_fixture_close(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_code_on_show),
		cmocka_unit_test(test_early_ticks),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_for_polls_alone),
		cmocka_unit_test(test_pkce),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
