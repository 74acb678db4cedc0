/* SPDX-License-Identifier: MIT */
/*
 * A provider that answers garbage for an hour: it is never asked more often
 * than it allows, and whoever approves at any moment, the last one too, is
 * signed in. The modelled provider fails the test where a poll comes too soon
 * or too late; a failure names the seed that leads to it.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "machine/flow.h"
#include "oauth/http_message.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { SEEDS = 200, HOUR_S = 3600, INTERVAL_S = 5 };

/* The flow's last poll is on its way so long before the code's end. */
enum { LAST_MOMENT_MS = 1500 };

static const struct garbage {
	enum net_result net;
	int status;
	const char *type, *body;
	int64_t retry_after_s;
	int64_t delay_ms;
} garbage[] = {
	{NET_OK, 502, "text/html", "<html><h1>Bad Gateway</h1></html>", -1, 9},
	{NET_OK, 500, "", "", -1, 100},
	{NET_OK, 503, "text/plain", "later", 30, 100},
	{NET_OK, 503, "", "", 0, 1},
	{NET_OK, 429, "", "", 1, 100},
	{NET_OK, 429, "", "", 86400, 100},
	{NET_OK, 429, "", "", INT64_MAX, 100},
	{NET_OK, 408, "", "", INT64_MAX, 100},
	{NET_OK, 200, "application/json", "", -1, 100},
	{NET_OK, 204, "", "", -1, 1},
	{NET_OK, 200, "text/html", "<p>Welcome to the hotel", -1, 100},
	{NET_OK, 200, "text/html", "{\"access_token\":", -1, 100},
	{NET_OK, 200, "image/png", "\x89PNG\r\n\x1a\n", -1, 2000},
	{NET_OK, 200, "application/json", "{\"access_token\":\"", -1, 100},
	{NET_OK, 200, "application/json", "[]", -1, 100},
	{NET_OK, 200, "application/json", "null", -1, 100},
	{NET_OK, 200, "application/json", "\"authorized\"", -1, 100},
	{NET_OK, 200, "application/json", "{}", -1, 100},
	{NET_OK, 200, "application/json", "{\"access_token\":null}", -1, 1},
	{NET_OK, 200, "application/json", "{\"error\":null}", -1, 100},
	{NET_OK, 400, "application/json", "{\"error\":42}", -1, 100},
	{NET_OK, 400, "application/json", "{\"error\":[\"x\"]}", -1, 100},
	{NET_OK, 400, "application/json", "{\"errors\":{\"a\":1}}", -1, 100},
	{NET_OK, 400, "application/json", "{\"message\":\"Oh no!\"}", -1, 9},
	{NET_OK, 302, "text/html", "", -1, 100},
	{NET_OK, 401, "text/html", "<h1>Proxy sign-in</h1>", -1, 100},
	{NET_OK, 403, "application/json", "{\"error\":\"Forbidden\"}", -1, 9},
	{NET_OK, 404, "text/plain", "404 page not found", -1, 100},
	{NET_OK, 405, "", "\xff\xfe\x80", -1, 100},
	{NET_OK, 418, "text/plain", "short and stout", -1, 100},
	{NET_OK, 599, "", "", -1, 100},
	{NET_RESOLVE, 0, "", "", -1, 50},
	{NET_CONNECT, 0, "", "", -1, 1},
	{NET_TIMEOUT, 0, "", "", -1, 30000},
	{NET_TLS, 0, "", "", -1, 300},
	{NET_TOO_LARGE, 0, "", "", -1, 5000},
	{NET_OTHER, 0, "", "", -1, 100},
};

struct fixture {
	struct world world;
	struct flow *flow;
	uint64_t seed, random;
	int64_t asked_ms;    /* when the code was */
	int64_t approved_ms; /* from when on an answer is a good one */
	int64_t free_ms;     /* no poll may come before */
	int64_t life_ms;
	unsigned polls;
	char nonce[32]; /* of proofs (RFC 9449), another with each answer; "":
			 * none is wanted */
};

/* Says so with the seed, in place of the modelled provider. */
static void check(const struct fixture *fixture, bool holds, const char *what)
{
	if (!holds)
		fail_msg("seed %llu, %lld ms after the code: %s",
			 (unsigned long long)fixture->seed,
			 (long long)(fixture->world.now_ms - fixture->asked_ms),
			 what);
}

static void answer_code(struct fixture *fixture, struct answer *answer)
{
	fixture->asked_ms = fixture->world.now_ms;
	fixture->life_ms = HOUR_S * INT64_C(1000);
	answer->status = 200;
	(void)snprintf(answer->body, sizeof(answer->body),
		       "{\"device_code\":\"d\",\"user_code\":\"ABCD\","
		       "\"verification_uri\":\"https://id.example/\","
		       "\"expires_in\":%d,\"interval\":%d}",
		       HOUR_S, INTERVAL_S);
}

static void want_nonce(struct fixture *fixture, struct answer *answer)
{
	(void)snprintf(fixture->nonce, sizeof(fixture->nonce), "n-%u",
		       fixture->polls);
	answer->status = 400;
	answer->dpop_nonce = fixture->nonce;
	(void)snprintf(answer->body, sizeof(answer->body),
		       "{\"error\":\"use_dpop_nonce\"}");
	fixture->free_ms =
		fixture->world.now_ms + answer->delay_ms + INTERVAL_S * 1000;
}

static void answer_poll(struct fixture *fixture, struct answer *answer)
{
	const struct garbage *item =
		&garbage[jitter_ms(&fixture->random, COUNT(garbage))];
	int64_t now_ms = fixture->world.now_ms;
	int64_t end_ms = fixture->asked_ms + fixture->life_ms;
	int64_t delay_ms = item->delay_ms;
	int64_t there_ms;

	/* A request that hangs until the code is over lets no other pass. */
	if (now_ms + delay_ms > end_ms - INTERVAL_S * 1000)
		delay_ms = 100;
	there_ms = now_ms + delay_ms;

	check(fixture, now_ms >= fixture->free_ms, "polled too soon");
	check(fixture, now_ms < end_ms, "polled a code that is over");
	fixture->polls++;
	if (now_ms >= fixture->approved_ms) {
		answer->status = 200;
		(void)snprintf(answer->body, sizeof(answer->body),
			       "{\"access_token\":\"a\","
			       "\"token_type\":\"%s\"}",
			       fixture->nonce[0] != '\0' ? "DPoP" : "Bearer");
		return;
	}
	if (fixture->nonce[0] != '\0') {
		want_nonce(fixture, answer);
		return;
	}
	answer->net = item->net;
	answer->status = item->status;
	answer->type = item->type;
	answer->retry_after_s = item->retry_after_s;
	answer->delay_ms = delay_ms;
	(void)snprintf(answer->body, sizeof(answer->body), "%s", item->body);
	fixture->free_ms = there_ms + INTERVAL_S * 1000;
	/* One that is longer than the code lives counts up to its end. */
	if (item->retry_after_s < INTERVAL_S)
		return;
	if (item->retry_after_s < HOUR_S)
		fixture->free_ms = there_ms + item->retry_after_s * 1000;
	if (item->retry_after_s >= HOUR_S || fixture->free_ms >= end_ms)
		fixture->free_ms = later_ms(there_ms + INTERVAL_S * 1000,
					    end_ms - LAST_MOMENT_MS);
}

static void answer(void *self, const struct request *request,
		   struct answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	answer->type = "application/json";
	answer->retry_after_s = -1;
	answer->delay_ms = 100;
	if (issuer_kind(request) == REQUEST_DEVICE_AUTHORIZATION)
		answer_code(self, answer);
	else
		answer_poll(self, answer);
}

static void begin(struct fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	world_init(&fixture->world);
	fixture->world.answerer = answer;
	fixture->world.answerer_self = fixture;
}

static void run(struct fixture *fixture, uint64_t seed, int64_t approved_ms)
{
	struct client *client;

	fixture->seed = fixture->random = seed;
	fixture->approved_ms = fixture->world.now_ms + approved_ms;
	fixture->flow = flow_new(&fixture->world.issuer.provider, 0, seed);
	client = world_add_flow(&fixture->world, fixture->flow);
	world_post(&fixture->world, client, EVENT_START);
	world_run(&fixture->world,
		  fixture->world.now_ms + 2 * HOUR_S * INT64_C(1000));
}

static void finish(struct fixture *fixture)
{
	flow_free(fixture->flow);
	world_free(&fixture->world);
}

/* Nobody comes: an hour of it, and not one poll too many. */
static void test_nobody(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct fixture fixture;

		begin(&fixture);
		run(&fixture, seed, INT32_MAX);
		/* It was the network, and says nothing about a person. */
		check(&fixture, flow_state(fixture.flow) == FLOW_FAILED,
		      flow_state_name(flow_state(fixture.flow)));
		check(&fixture,
		      flow_failure(fixture.flow) == FAILURE_UNREACHABLE,
		      "not taken for an outage");
		check(&fixture, fixture.polls >= 1 && fixture.polls <= 720,
		      "not polled as often as it should");
		finish(&fixture);
	}
}

/* Somebody approves: early, at some moment, and at the very last. */
static void test_approved(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		uint64_t random = seed;
		int64_t life_ms = HOUR_S * INT64_C(1000);
		const int64_t moments[] = {
			0,
			jitter_ms(&random, life_ms - 60000),
			life_ms - LAST_MOMENT_MS,
		};

		for (size_t i = 0; i < COUNT(moments); i++) {
			struct fixture fixture;

			begin(&fixture);
			run(&fixture, seed, moments[i]);
			check(&fixture,
			      flow_state(fixture.flow) == FLOW_GRANTED,
			      flow_state_name(flow_state(fixture.flow)));
			finish(&fixture);
		}
	}
}

/* A server for which no nonce is good enough. Few seeds: each proof is a
 * signature. */
static void test_nonces(void **state)
{
	const int64_t life_ms = HOUR_S * INT64_C(1000);
	const struct {
		int64_t approved_ms;
		enum flow_state state;
	} cases[] = {
		{INT32_MAX, FLOW_FAILED},
		{life_ms / 2, FLOW_GRANTED},
		{life_ms - LAST_MOMENT_MS, FLOW_GRANTED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		begin(&fixture);
		fixture.world.issuer.provider.dpop = true;
		(void)snprintf(fixture.nonce, sizeof(fixture.nonce), "n");
		run(&fixture, i + 1, cases[i].approved_ms);
		check(&fixture, flow_state(fixture.flow) == cases[i].state,
		      flow_state_name(flow_state(fixture.flow)));
		check(&fixture, fixture.polls >= 50 && fixture.polls <= 720,
		      "not polled as often as it should");
		finish(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_approved),
		cmocka_unit_test(test_nonces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
