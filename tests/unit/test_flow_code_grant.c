/* SPDX-License-Identifier: MIT */
/*
 * machine/flow with the authorization code grant, in virtual time. The modelled
 * provider checks each request and counts codes that come a second time.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "machine/flow.h"
#include "issuer_openid.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LIFETIME_MS 600000
#define HOUR_MS (60 * INT64_C(60000))

struct fixture {
	struct world world;
	struct flow *flow;
	struct client *client;
	char answer[512]; /* where the browser ended */
};

static void open_fixture(struct fixture *fixture, uint64_t seed)
{
	world_init(&fixture->world);
	fixture->world.issuer.provider.code_grant = true;
	fixture->flow = flow_new(&fixture->world.issuer.provider, 0, seed);
	fixture->client = world_add_flow(&fixture->world, fixture->flow);
}

static void close_fixture(struct fixture *fixture)
{
	flow_free(fixture->flow);
	world_free(&fixture->world);
}

static void start(struct fixture *fixture)
{
	world_post(&fixture->world, fixture->client, EVENT_START);
}

/* A person agrees at the provider; the browser has not come back yet. */
static void agree(struct fixture *fixture)
{
	issuer_authorize(&fixture->world.issuer,
			 flow_authorization_uri(fixture->flow), fixture->answer,
			 sizeof(fixture->answer));
}

static void come_back(struct fixture *fixture, const char *answer)
{
	world_redirect(&fixture->world, fixture->client, answer);
}

static void run_for(struct fixture *fixture, int64_t ms)
{
	world_run(&fixture->world, fixture->world.now_ms + ms);
}

static void check_state(const struct fixture *fixture, enum flow_state state)
{
	if (flow_state(fixture->flow) != state)
		fail_msg("%s, not %s",
			 flow_state_name(flow_state(fixture->flow)),
			 flow_state_name(state));
}

/* What is true while an address is on show. */
static void check_waiting(const struct fixture *fixture, int64_t since_ms)
{
	check_state(fixture, FLOW_AWAITING_REDIRECT);
	assert_non_null(flow_authorization_uri(fixture->flow));
	assert_null(flow_code(fixture->flow));
	assert_true(flow_lifetime_ms(fixture->flow) == LIFETIME_MS);
	assert_true(flow_expires_ms(fixture->flow) == since_ms + LIFETIME_MS);
	assert_true(flow_deadline(fixture->flow) == since_ms + LIFETIME_MS);
	assert_false(fixture->client->driver.sending);
}

static void check_end(const struct fixture *fixture)
{
	assert_true(flow_deadline(fixture->flow) == NEVER_MS);
	assert_true(flow_expires_ms(fixture->flow) == NEVER_MS);
	assert_null(flow_authorization_uri(fixture->flow));
	if (flow_state(fixture->flow) == FLOW_FAILED) {
		assert_int_not_equal(flow_failure(fixture->flow), FAILURE_NONE);
		assert_true(flow_oauth_failure(fixture->flow)->err.text[0] !=
			    '\0');
	}
}

static void test_granted(void **state)
{
	static const struct {
		const char *scope;
		bool sends_iss;
		int64_t after_ms;
		bool refreshable;
		unsigned warnings;
	} cases[] = {
		{"profile", false, 0, false, 0},
		{"profile", true, 1000, true, 0},
		{"openid profile", true, LIFETIME_MS - 1, true, 0},
		{"openid offline_access", false, 0, true, 0},
		/* What was asked for and is missing is not passed over. */
		{"openid offline_access", false, 0, false, 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tokens tokens = {0};
		struct fixture fixture;
		struct provider *provider = &fixture.world.issuer.provider;
		int64_t begun_ms;

		open_fixture(&fixture, i);
		free(provider->scope);
		provider->scope = xstrdup(cases[i].scope);
		provider->sends_iss = cases[i].sends_iss;
		fixture.world.issuer.gives_refresh_token = cases[i].refreshable;
		begun_ms = fixture.world.now_ms;
		start(&fixture);
		check_waiting(&fixture, begun_ms);
		assert_int_equal(flow_codes(fixture.flow), 1);
		run_for(&fixture, cases[i].after_ms);
		agree(&fixture);
		come_back(&fixture, fixture.answer);
		check_state(&fixture, FLOW_EXCHANGING);
		run_for(&fixture, HOUR_MS);
		check_state(&fixture, FLOW_GRANTED);
		check_end(&fixture);
		assert_int_equal(fixture.client->notes[LEVEL_WARN],
				 cases[i].warnings);
		assert_null(flow_oauth_failure(fixture.flow));
		assert_int_equal(
			fixture.world.issuer.requests[REQUEST_CODE_EXCHANGE],
			1);
		assert_int_equal(
			fixture.world.issuer
				.requests[REQUEST_DEVICE_AUTHORIZATION],
			0);
		assert_int_equal(fixture.world.issuer.requests[REQUEST_POLL],
				 0);
		flow_take_tokens(fixture.flow, &tokens);
		assert_string_equal(tokens.access_token,
				    fixture.world.issuer.access_token);
		/* The nonce goes along, for the ID token. */
		if (strstr(cases[i].scope, "openid") != NULL)
			assert_string_equal(tokens.nonce,
					    fixture.world.issuer.nonce);
		else
			assert_null(tokens.nonce);
		tokens_free(&tokens);
		close_fixture(&fixture);
	}
}

/* An address that would lack its parameters is never on show. */
static void test_too_long(void **state)
{
	struct fixture fixture;
	char *scope = xcalloc(66001, 1);

	(void)state;
	open_fixture(&fixture, 1);
	memset(scope, 'x', 66000);
	free(fixture.world.issuer.provider.scope);
	fixture.world.issuer.provider.scope = scope;
	start(&fixture);
	check_state(&fixture, FLOW_FAILED);
	assert_int_equal(flow_failure(fixture.flow), FAILURE_MISCONFIGURED);
	assert_null(flow_authorization_uri(fixture.flow));
	assert_non_null(
		strstr(flow_oauth_failure(fixture.flow)->err.text, "too long"));
	close_fixture(&fixture);
}

/* What is no answer to this attempt changes nothing but what is said. */
static void test_foreign(void **state)
{
	static const char *const answers[] = {
		"",
		"hello",
		"code=c",
		"code=c&state=forged",
		"error=access_denied",
		"error=access_denied&state=forged",
		"http://127.0.0.1:2000/redirect.html?code=c&state=forged#x",
		"https://id.example/authorize?state=",
		"\x1b[2J\xff",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		struct fixture fixture;
		int64_t begun_ms;
		char *uri;

		open_fixture(&fixture, i);
		begun_ms = fixture.world.now_ms;
		start(&fixture);
		uri = xstrdup(flow_authorization_uri(fixture.flow));
		for (int again = 0; again < 3; again++) {
			run_for(&fixture, 1000);
			come_back(&fixture, answers[i]);
			check_waiting(&fixture, begun_ms);
			assert_string_equal(
				flow_authorization_uri(fixture.flow), uri);
			assert_non_null(flow_oauth_failure(fixture.flow));
		}
		assert_int_equal(fixture.client->notes[LEVEL_WARN], 3);
		assert_int_equal(
			fixture.world.issuer.requests[REQUEST_CODE_EXCHANGE],
			0);
		/* The right one is as good as before. */
		agree(&fixture);
		come_back(&fixture, fixture.answer);
		run_for(&fixture, 1000);
		check_state(&fixture, FLOW_GRANTED);
		free(uri);
		close_fixture(&fixture);
	}
}

/* An answer of this attempt, with its state, but from somebody else. */
static void test_wrong_issuer(void **state)
{
	struct fixture fixture;
	char *genuine;

	(void)state;
	open_fixture(&fixture, 1);
	fixture.world.issuer.provider.sends_iss = true;
	start(&fixture);
	agree(&fixture);
	genuine = xstrdup(fixture.answer);
	*strstr(fixture.answer, "id.example") = 'e';
	come_back(&fixture, fixture.answer);
	check_state(&fixture, FLOW_AWAITING_REDIRECT);
	*strstr(fixture.answer, "&iss=") = '\0'; /* none at all */
	come_back(&fixture, fixture.answer);
	check_state(&fixture, FLOW_AWAITING_REDIRECT);
	assert_non_null(strstr(flow_oauth_failure(fixture.flow)->err.text,
			       "a provider other than Example"));
	assert_int_equal(fixture.world.issuer.requests[REQUEST_CODE_EXCHANGE],
			 0);
	come_back(&fixture, genuine);
	run_for(&fixture, 1000);
	check_state(&fixture, FLOW_GRANTED);
	free(genuine);
	close_fixture(&fixture);
}

static void test_errors(void **state)
{
	static const struct {
		const char *error;
		enum flow_state state;
		enum flow_failure failure;
	} cases[] = {
		{"access_denied", FLOW_DENIED, FAILURE_NONE},
		{"invalid_scope", FLOW_FAILED, FAILURE_MISCONFIGURED},
		{"unauthorized_client", FLOW_FAILED, FAILURE_MISCONFIGURED},
		{"server_error", FLOW_FAILED, FAILURE_REFUSED},
		{"login_required", FLOW_FAILED, FAILURE_REFUSED},
		{"%1B", FLOW_FAILED, FAILURE_REFUSED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char answer[600];
		struct fixture fixture;

		open_fixture(&fixture, i);
		start(&fixture);
		agree(&fixture);
		(void)snprintf(answer, sizeof(answer), "error=%s%s",
			       cases[i].error, strchr(fixture.answer, '&'));
		come_back(&fixture, answer);
		check_state(&fixture, cases[i].state);
		assert_int_equal(flow_failure(fixture.flow), cases[i].failure);
		check_end(&fixture);
		assert_int_equal(
			fixture.world.issuer.requests[REQUEST_CODE_EXCHANGE],
			0);
		/* It is over: the code that may lie about is of no use. */
		come_back(&fixture, fixture.answer);
		check_state(&fixture, cases[i].state);
		start(&fixture);
		come_back(&fixture, fixture.answer);
		check_state(&fixture, FLOW_AWAITING_REDIRECT);
		close_fixture(&fixture);
	}
}

static void test_event(void **state)
{
	static const struct {
		const char *script;
		enum flow_state state;
		enum flow_failure failure;
		unsigned sent;
	} cases[] = {
		{"rules", FLOW_GRANTED, 0, 1},
		/* nothing can have reached the provider, or it said later */
		{"resolve rules", FLOW_GRANTED, 0, 2},
		{"tls rules", FLOW_GRANTED, 0, 2},
		{"tls", FLOW_FAILED, FAILURE_UNREACHABLE, 3},
		{"429 rules", FLOW_GRANTED, 0, 2},
		{"429:30 rules", FLOW_GRANTED, 0, 2},
		{"503:5 resolve rules", FLOW_GRANTED, 0, 3},
		{"resolve", FLOW_FAILED, FAILURE_UNREACHABLE, 3},
		{"429", FLOW_FAILED, FAILURE_UNREACHABLE, 3},
		/* later than the code can be good for */
		{"429:600 rules", FLOW_FAILED, FAILURE_UNREACHABLE, 1},
		{"503:86400 rules", FLOW_FAILED, FAILURE_UNREACHABLE, 1},
		{"429:400 429:400 rules", FLOW_FAILED, FAILURE_UNREACHABLE, 2},
		/* the code may be used up */
		{"connect rules", FLOW_FAILED, FAILURE_UNREACHABLE, 1},
		{"timeout rules", FLOW_FAILED, FAILURE_UNREACHABLE, 1},
		{"lost rules", FLOW_FAILED, FAILURE_UNREACHABLE, 1},
		{"500 rules", FLOW_FAILED, FAILURE_UNREACHABLE, 1},
		{"502 rules", FLOW_FAILED, FAILURE_UNREACHABLE, 1},
		{"408 rules", FLOW_FAILED, FAILURE_UNREACHABLE, 1},
		{"html rules", FLOW_FAILED, FAILURE_REFUSED, 1},
		{"empty rules", FLOW_FAILED, FAILURE_REFUSED, 1},
		{"cut rules", FLOW_FAILED, FAILURE_REFUSED, 1},
		{"forbidden rules", FLOW_FAILED, FAILURE_REFUSED, 1},
		/* what the provider says */
		{"invalid_grant rules", FLOW_FAILED, FAILURE_REFUSED, 1},
		{"expired rules", FLOW_FAILED, FAILURE_REFUSED, 1},
		{"refused rules", FLOW_FAILED, FAILURE_REFUSED, 1},
		{"pending rules", FLOW_FAILED, FAILURE_REFUSED, 1},
		{"slow_down rules", FLOW_FAILED, FAILURE_REFUSED, 1},
		{"unauthorized rules", FLOW_FAILED, FAILURE_REFUSED, 1},
		{"invalid_client rules", FLOW_FAILED, FAILURE_MISCONFIGURED, 1},
		/* an address that does not take it */
		{"404 rules", FLOW_FAILED, FAILURE_MISCONFIGURED, 1},
		{"501 rules", FLOW_FAILED, FAILURE_MISCONFIGURED, 1},
		{"resolve invalid_grant", FLOW_FAILED, FAILURE_REFUSED, 2},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tokens tokens = {0};
		struct fixture fixture;
		int64_t begun_ms;

		open_fixture(&fixture, i);
		fixture.world.issuer.script[REQUEST_CODE_EXCHANGE] =
			cases[i].script;
		start(&fixture);
		begun_ms = fixture.world.now_ms;
		agree(&fixture);
		come_back(&fixture, fixture.answer);
		while (flow_state(fixture.flow) == FLOW_EXCHANGING ||
		       flow_state(fixture.flow) == FLOW_EXCHANGE_BACKING_OFF)
			assert_true(world_turn(&fixture.world, NEVER_MS));
		assert_true(fixture.world.now_ms <
			    begun_ms + LIFETIME_MS + 31000);
		if (flow_state(fixture.flow) != cases[i].state ||
		    flow_failure(fixture.flow) != cases[i].failure ||
		    fixture.world.issuer.requests[REQUEST_CODE_EXCHANGE] !=
			    cases[i].sent)
			fail_msg("\"%s\": %s after %u", cases[i].script,
				 flow_state_name(flow_state(fixture.flow)),
				 fixture.world.issuer
					 .requests[REQUEST_CODE_EXCHANGE]);
		check_end(&fixture);
		assert_int_equal(fixture.world.issuer.replays, 0);
		flow_take_tokens(fixture.flow, &tokens);
		assert_int_equal(tokens.access_token != NULL,
				 cases[i].state == FLOW_GRANTED);
		tokens_free(&tokens);
		/* Whatever it was, the next attempt is a clean one. */
		fixture.world.issuer.script[REQUEST_CODE_EXCHANGE] = NULL;
		issuer_forget_clients(&fixture.world.issuer);
		start(&fixture);
		check_waiting(&fixture, fixture.world.now_ms);
		assert_null(flow_oauth_failure(fixture.flow));
		agree(&fixture);
		come_back(&fixture, fixture.answer);
		run_for(&fixture, 1000);
		check_state(&fixture, FLOW_GRANTED);
		close_fixture(&fixture);
	}
}

/* Browsers reload, and people paste what the browser has already brought. */
/* A form that is not taken leaves the code unused. */
static void test_json(void **state)
{
	struct fixture fixture;

	(void)state;
	open_fixture(&fixture, 1);
	fixture.world.issuer.wants_json = true;
	start(&fixture);
	agree(&fixture);
	come_back(&fixture, fixture.answer);
	run_for(&fixture, 1000);
	check_state(&fixture, FLOW_GRANTED);
	assert_int_equal(fixture.world.issuer.requests[REQUEST_CODE_EXCHANGE],
			 2);
	assert_int_equal(fixture.world.issuer.forms_refused, 1);
	close_fixture(&fixture);
}

static void test_second_redirect(void **state)
{
	static const char *const scripts[] = {
		"rules",
		"timeout",
		"resolve rules",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(scripts); i++) {
		struct fixture fixture;

		open_fixture(&fixture, i);
		fixture.world.issuer.script[REQUEST_CODE_EXCHANGE] = scripts[i];
		start(&fixture);
		agree(&fixture);
		come_back(&fixture, fixture.answer);
		for (int again = 0; again < 3; again++) {
			come_back(&fixture, fixture.answer);
			check_state(&fixture, FLOW_EXCHANGING);
			assert_int_equal(
				fixture.world.issuer
					.requests[REQUEST_CODE_EXCHANGE],
				1);
		}
		assert_int_equal(fixture.client->drops, 0);
		run_for(&fixture, HOUR_MS);
		come_back(&fixture, fixture.answer);
		check_state(&fixture, i == 1 ? FLOW_FAILED : FLOW_GRANTED);
		assert_int_equal(fixture.world.issuer.replays, 0);
		close_fixture(&fixture);
	}
}

/* An answer while nobody waits for one. */
static void test_not_waiting(void **state)
{
	static const char answer[] = "code=c&state=s";

	(void)state;
	for (int code_grant = 0; code_grant < 2; code_grant++) {
		struct fixture fixture;

		open_fixture(&fixture, 1);
		fixture.world.issuer.provider.code_grant = code_grant != 0;
		come_back(&fixture, answer);
		check_state(&fixture, FLOW_IDLE);
		start(&fixture);
		if (code_grant != 0) {
			agree(&fixture);
			world_post(&fixture.world, fixture.client,
				   EVENT_CANCEL);
			come_back(&fixture, fixture.answer);
			check_state(&fixture, FLOW_IDLE);
			assert_null(flow_authorization_uri(fixture.flow));
		} else {
			come_back(&fixture, answer);
			check_state(&fixture, FLOW_REQUESTING);
			run_for(&fixture, 1000);
			come_back(&fixture, answer);
			check_state(&fixture, FLOW_WAITING);
			assert_non_null(flow_code(fixture.flow));
			assert_null(flow_authorization_uri(fixture.flow));
		}
		assert_null(flow_oauth_failure(fixture.flow));
		assert_int_equal(
			fixture.world.issuer.requests[REQUEST_CODE_EXCHANGE],
			0);
		close_fixture(&fixture);
	}
}

/* An address runs out, whatever nonsense was pasted meanwhile. */
static void test_expiry(void **state)
{
	static const char *const pasted[] = {NULL, "nonsense"};

	(void)state;
	for (size_t i = 0; i < COUNT(pasted); i++) {
		struct fixture fixture;
		char *old;

		open_fixture(&fixture, i);
		start(&fixture);
		agree(&fixture);
		old = xstrdup(flow_authorization_uri(fixture.flow));
		if (pasted[i] != NULL)
			come_back(&fixture, pasted[i]);
		run_for(&fixture, LIFETIME_MS);
		check_state(&fixture, FLOW_AWAITING_REDIRECT);
		run_for(&fixture, 1);
		check_state(&fixture, FLOW_EXPIRED);
		check_end(&fixture);
		come_back(&fixture, fixture.answer);
		check_state(&fixture, FLOW_EXPIRED);
		start(&fixture);
		assert_int_equal(flow_codes(fixture.flow), 2);
		assert_string_not_equal(flow_authorization_uri(fixture.flow),
					old);
		come_back(&fixture, fixture.answer);
		check_state(&fixture, FLOW_AWAITING_REDIRECT);
		assert_int_equal(
			fixture.world.issuer.requests[REQUEST_CODE_EXCHANGE],
			0);
		free(old);
		close_fixture(&fixture);
	}
}

/* The machine was asleep, and a browser is there before the tick is. */
static void test_suspend(void **state)
{
	struct fixture fixture;

	(void)state;
	open_fixture(&fixture, 1);
	start(&fixture);
	agree(&fixture);
	world_suspend(&fixture.world, LIFETIME_MS);
	come_back(&fixture, fixture.answer);
	check_state(&fixture, FLOW_EXPIRED);
	assert_int_equal(fixture.world.issuer.requests[REQUEST_CODE_EXCHANGE],
			 0);
	close_fixture(&fixture);
}

/* Giving up and asking anew drop an exchange under way, and what it brings. */
static void test_interrupted(void **state)
{
	static const enum event_kind kinds[] = {EVENT_CANCEL, EVENT_START};
	static const char *const scripts[] = {"rules", "resolve rules"};

	(void)state;
	for (size_t i = 0; i < COUNT(kinds) * COUNT(scripts); i++) {
		enum event_kind kind = kinds[i % 2];
		bool under_way = i / 2 == 0;
		struct tokens tokens = {0};
		struct fixture fixture;

		open_fixture(&fixture, i);
		fixture.world.issuer.script[REQUEST_CODE_EXCHANGE] =
			scripts[i / 2];
		start(&fixture);
		agree(&fixture);
		come_back(&fixture, fixture.answer);
		if (!under_way)
			run_for(&fixture, 500);
		check_state(&fixture, under_way ? FLOW_EXCHANGING
						: FLOW_EXCHANGE_BACKING_OFF);
		assert_int_equal(fixture.client->driver.sending, under_way);
		world_post(&fixture.world, fixture.client, kind);
		assert_int_equal(fixture.client->drops, under_way);
		assert_false(fixture.client->driver.sending);
		run_for(&fixture, 5000);
		check_state(&fixture, kind == EVENT_START
					      ? FLOW_AWAITING_REDIRECT
					      : FLOW_IDLE);
		come_back(&fixture, fixture.answer);
		check_state(&fixture, kind == EVENT_START
					      ? FLOW_AWAITING_REDIRECT
					      : FLOW_IDLE);
		flow_take_tokens(fixture.flow, &tokens);
		assert_null(tokens.access_token);
		close_fixture(&fixture);
	}
}

/* A reply that nobody waits for, while it waits to ask again. */
static void test_stray_reply(void **state)
{
	static const char body[] = "{\"access_token\":\"stray\"}";
	const struct reply reply = {
		.net = NET_OK,
		.status = 200,
		.body = body,
		.body_len = sizeof(body) - 1,
		.type = "application/json",
		.retry_after_s = -1,
	};

	(void)state;
	for (int retrying = 0; retrying < 2; retrying++) {
		struct fixture fixture;
		struct event event;
		struct action action;

		open_fixture(&fixture, 1);
		fixture.world.issuer.script[REQUEST_CODE_EXCHANGE] =
			"resolve rules";
		start(&fixture);
		if (retrying != 0) {
			agree(&fixture);
			come_back(&fixture, fixture.answer);
			run_for(&fixture, 500);
		}
		event = world_event(&fixture.world, EVENT_REPLY);
		event.reply = &reply;
		action_clear(&action);
		flow_step(fixture.flow, &event, &action);
		assert_int_equal(action.kind, ACTION_NONE);
		check_state(&fixture, retrying != 0 ? FLOW_EXCHANGE_BACKING_OFF
						    : FLOW_AWAITING_REDIRECT);
		close_fixture(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_granted),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_wrong_issuer),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_event),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_second_redirect),
		cmocka_unit_test(test_not_waiting),
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_suspend),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_stray_reply),
	};

	if (!crypto_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
