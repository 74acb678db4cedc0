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

struct scene {
	struct world world;
	struct flow *flow;
	struct client *client;
	char answer[512]; /* where the browser ended */
};

static void open_scene(struct scene *scene, uint64_t seed)
{
	world_init(&scene->world);
	scene->world.issuer.provider.code_grant = true;
	scene->flow = flow_new(&scene->world.issuer.provider, 0, seed);
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

/* A person agrees at the provider; the browser has not come back yet. */
static void agree(struct scene *scene)
{
	issuer_authorize(&scene->world.issuer,
			 flow_authorization_uri(scene->flow), scene->answer,
			 sizeof(scene->answer));
}

static void come_back(struct scene *scene, const char *answer)
{
	world_redirect(&scene->world, scene->client, answer);
}

static void run_for(struct scene *scene, int64_t ms)
{
	world_run(&scene->world, scene->world.now_ms + ms);
}

static void check_state(const struct scene *scene, enum flow_state state)
{
	if (flow_state(scene->flow) != state)
		fail_msg("%s, not %s", flow_state_name(flow_state(scene->flow)),
			 flow_state_name(state));
}

/* What is true while an address is on show. */
static void check_waiting(const struct scene *scene, int64_t since_ms)
{
	check_state(scene, FLOW_AWAITING_REDIRECT);
	assert_non_null(flow_authorization_uri(scene->flow));
	assert_null(flow_code(scene->flow));
	assert_true(flow_lifetime_ms(scene->flow) == LIFETIME_MS);
	assert_true(flow_expires_ms(scene->flow) == since_ms + LIFETIME_MS);
	assert_true(flow_deadline(scene->flow) == since_ms + LIFETIME_MS);
	assert_false(scene->client->driver.sending);
}

static void check_end(const struct scene *scene)
{
	assert_true(flow_deadline(scene->flow) == NEVER_MS);
	assert_true(flow_expires_ms(scene->flow) == NEVER_MS);
	assert_null(flow_authorization_uri(scene->flow));
	if (flow_state(scene->flow) == FLOW_FAILED) {
		assert_int_not_equal(flow_failure(scene->flow), FAILURE_NONE);
		assert_true(flow_oauth_failure(scene->flow)->err.text[0] !=
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
		struct scene scene;
		struct provider *provider = &scene.world.issuer.provider;
		int64_t begun_ms;

		open_scene(&scene, i);
		free(provider->scope);
		provider->scope = xstrdup(cases[i].scope);
		provider->sends_iss = cases[i].sends_iss;
		scene.world.issuer.gives_refresh_token = cases[i].refreshable;
		begun_ms = scene.world.now_ms;
		start(&scene);
		check_waiting(&scene, begun_ms);
		assert_int_equal(flow_codes(scene.flow), 1);
		run_for(&scene, cases[i].after_ms);
		agree(&scene);
		come_back(&scene, scene.answer);
		check_state(&scene, FLOW_EXCHANGING);
		run_for(&scene, HOUR_MS);
		check_state(&scene, FLOW_GRANTED);
		check_end(&scene);
		assert_int_equal(scene.client->notes[LEVEL_WARN],
				 cases[i].warnings);
		assert_null(flow_oauth_failure(scene.flow));
		assert_int_equal(
			scene.world.issuer.requests[REQUEST_CODE_EXCHANGE], 1);
		assert_int_equal(
			scene.world.issuer
				.requests[REQUEST_DEVICE_AUTHORIZATION],
			0);
		assert_int_equal(scene.world.issuer.requests[REQUEST_POLL], 0);
		flow_take_tokens(scene.flow, &tokens);
		assert_string_equal(tokens.access_token,
				    scene.world.issuer.access_token);
		/* The nonce goes along, for the ID token. */
		if (strstr(cases[i].scope, "openid") != NULL)
			assert_string_equal(tokens.nonce,
					    scene.world.issuer.nonce);
		else
			assert_null(tokens.nonce);
		tokens_free(&tokens);
		close_scene(&scene);
	}
}

/* An address that would lack its parameters is never on show. */
static void test_too_long(void **state)
{
	struct scene scene;
	char *scope = xcalloc(66001, 1);

	(void)state;
	open_scene(&scene, 1);
	memset(scope, 'x', 66000);
	free(scene.world.issuer.provider.scope);
	scene.world.issuer.provider.scope = scope;
	start(&scene);
	check_state(&scene, FLOW_FAILED);
	assert_int_equal(flow_failure(scene.flow), FAILURE_MISCONFIGURED);
	assert_null(flow_authorization_uri(scene.flow));
	assert_non_null(
		strstr(flow_oauth_failure(scene.flow)->err.text, "too long"));
	close_scene(&scene);
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
		struct scene scene;
		int64_t begun_ms;
		char *uri;

		open_scene(&scene, i);
		begun_ms = scene.world.now_ms;
		start(&scene);
		uri = xstrdup(flow_authorization_uri(scene.flow));
		for (int again = 0; again < 3; again++) {
			run_for(&scene, 1000);
			come_back(&scene, answers[i]);
			check_waiting(&scene, begun_ms);
			assert_string_equal(flow_authorization_uri(scene.flow),
					    uri);
			assert_non_null(flow_oauth_failure(scene.flow));
		}
		assert_int_equal(scene.client->notes[LEVEL_WARN], 3);
		assert_int_equal(
			scene.world.issuer.requests[REQUEST_CODE_EXCHANGE], 0);
		/* The right one is as good as before. */
		agree(&scene);
		come_back(&scene, scene.answer);
		run_for(&scene, 1000);
		check_state(&scene, FLOW_GRANTED);
		free(uri);
		close_scene(&scene);
	}
}

/* An answer of this attempt, with its state, but from somebody else. */
static void test_wrong_issuer(void **state)
{
	struct scene scene;
	char *genuine;

	(void)state;
	open_scene(&scene, 1);
	scene.world.issuer.provider.sends_iss = true;
	start(&scene);
	agree(&scene);
	genuine = xstrdup(scene.answer);
	*strstr(scene.answer, "id.example") = 'e';
	come_back(&scene, scene.answer);
	check_state(&scene, FLOW_AWAITING_REDIRECT);
	*strstr(scene.answer, "&iss=") = '\0'; /* none at all */
	come_back(&scene, scene.answer);
	check_state(&scene, FLOW_AWAITING_REDIRECT);
	assert_non_null(strstr(flow_oauth_failure(scene.flow)->err.text,
			       "a provider other than Example"));
	assert_int_equal(scene.world.issuer.requests[REQUEST_CODE_EXCHANGE], 0);
	come_back(&scene, genuine);
	run_for(&scene, 1000);
	check_state(&scene, FLOW_GRANTED);
	free(genuine);
	close_scene(&scene);
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
		struct scene scene;

		open_scene(&scene, i);
		start(&scene);
		agree(&scene);
		(void)snprintf(answer, sizeof(answer), "error=%s%s",
			       cases[i].error, strchr(scene.answer, '&'));
		come_back(&scene, answer);
		check_state(&scene, cases[i].state);
		assert_int_equal(flow_failure(scene.flow), cases[i].failure);
		check_end(&scene);
		assert_int_equal(
			scene.world.issuer.requests[REQUEST_CODE_EXCHANGE], 0);
		/* It is over: the code that may lie about is of no use. */
		come_back(&scene, scene.answer);
		check_state(&scene, cases[i].state);
		start(&scene);
		come_back(&scene, scene.answer);
		check_state(&scene, FLOW_AWAITING_REDIRECT);
		close_scene(&scene);
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
		struct scene scene;
		int64_t begun_ms;

		open_scene(&scene, i);
		scene.world.issuer.script[REQUEST_CODE_EXCHANGE] =
			cases[i].script;
		start(&scene);
		begun_ms = scene.world.now_ms;
		agree(&scene);
		come_back(&scene, scene.answer);
		while (flow_state(scene.flow) == FLOW_EXCHANGING ||
		       flow_state(scene.flow) == FLOW_EXCHANGE_BACKING_OFF)
			assert_true(world_turn(&scene.world, NEVER_MS));
		assert_true(scene.world.now_ms <
			    begun_ms + LIFETIME_MS + 31000);
		if (flow_state(scene.flow) != cases[i].state ||
		    flow_failure(scene.flow) != cases[i].failure ||
		    scene.world.issuer.requests[REQUEST_CODE_EXCHANGE] !=
			    cases[i].sent)
			fail_msg("\"%s\": %s after %u", cases[i].script,
				 flow_state_name(flow_state(scene.flow)),
				 scene.world.issuer
					 .requests[REQUEST_CODE_EXCHANGE]);
		check_end(&scene);
		assert_int_equal(scene.world.issuer.replays, 0);
		flow_take_tokens(scene.flow, &tokens);
		assert_int_equal(tokens.access_token != NULL,
				 cases[i].state == FLOW_GRANTED);
		tokens_free(&tokens);
		/* Whatever it was, the next attempt is a clean one. */
		scene.world.issuer.script[REQUEST_CODE_EXCHANGE] = NULL;
		issuer_forget_clients(&scene.world.issuer);
		start(&scene);
		check_waiting(&scene, scene.world.now_ms);
		assert_null(flow_oauth_failure(scene.flow));
		agree(&scene);
		come_back(&scene, scene.answer);
		run_for(&scene, 1000);
		check_state(&scene, FLOW_GRANTED);
		close_scene(&scene);
	}
}

/* Browsers reload, and people paste what the browser has already brought. */
/* A form that is not taken leaves the code unused. */
static void test_json(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 1);
	scene.world.issuer.wants_json = true;
	start(&scene);
	agree(&scene);
	come_back(&scene, scene.answer);
	run_for(&scene, 1000);
	check_state(&scene, FLOW_GRANTED);
	assert_int_equal(scene.world.issuer.requests[REQUEST_CODE_EXCHANGE], 2);
	assert_int_equal(scene.world.issuer.forms_refused, 1);
	close_scene(&scene);
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
		struct scene scene;

		open_scene(&scene, i);
		scene.world.issuer.script[REQUEST_CODE_EXCHANGE] = scripts[i];
		start(&scene);
		agree(&scene);
		come_back(&scene, scene.answer);
		for (int again = 0; again < 3; again++) {
			come_back(&scene, scene.answer);
			check_state(&scene, FLOW_EXCHANGING);
			assert_int_equal(
				scene.world.issuer
					.requests[REQUEST_CODE_EXCHANGE],
				1);
		}
		assert_int_equal(scene.client->drops, 0);
		run_for(&scene, HOUR_MS);
		come_back(&scene, scene.answer);
		check_state(&scene, i == 1 ? FLOW_FAILED : FLOW_GRANTED);
		assert_int_equal(scene.world.issuer.replays, 0);
		close_scene(&scene);
	}
}

/* An answer while nobody waits for one. */
static void test_not_waiting(void **state)
{
	static const char answer[] = "code=c&state=s";

	(void)state;
	for (int code_grant = 0; code_grant < 2; code_grant++) {
		struct scene scene;

		open_scene(&scene, 1);
		scene.world.issuer.provider.code_grant = code_grant != 0;
		come_back(&scene, answer);
		check_state(&scene, FLOW_IDLE);
		start(&scene);
		if (code_grant != 0) {
			agree(&scene);
			world_post(&scene.world, scene.client, EVENT_CANCEL);
			come_back(&scene, scene.answer);
			check_state(&scene, FLOW_IDLE);
			assert_null(flow_authorization_uri(scene.flow));
		} else {
			come_back(&scene, answer);
			check_state(&scene, FLOW_REQUESTING);
			run_for(&scene, 1000);
			come_back(&scene, answer);
			check_state(&scene, FLOW_WAITING);
			assert_non_null(flow_code(scene.flow));
			assert_null(flow_authorization_uri(scene.flow));
		}
		assert_null(flow_oauth_failure(scene.flow));
		assert_int_equal(
			scene.world.issuer.requests[REQUEST_CODE_EXCHANGE], 0);
		close_scene(&scene);
	}
}

/* An address runs out, whatever nonsense was pasted meanwhile. */
static void test_expiry(void **state)
{
	static const char *const pasted[] = {NULL, "nonsense"};

	(void)state;
	for (size_t i = 0; i < COUNT(pasted); i++) {
		struct scene scene;
		char *old;

		open_scene(&scene, i);
		start(&scene);
		agree(&scene);
		old = xstrdup(flow_authorization_uri(scene.flow));
		if (pasted[i] != NULL)
			come_back(&scene, pasted[i]);
		run_for(&scene, LIFETIME_MS);
		check_state(&scene, FLOW_AWAITING_REDIRECT);
		run_for(&scene, 1);
		check_state(&scene, FLOW_EXPIRED);
		check_end(&scene);
		come_back(&scene, scene.answer);
		check_state(&scene, FLOW_EXPIRED);
		start(&scene);
		assert_int_equal(flow_codes(scene.flow), 2);
		assert_string_not_equal(flow_authorization_uri(scene.flow),
					old);
		come_back(&scene, scene.answer);
		check_state(&scene, FLOW_AWAITING_REDIRECT);
		assert_int_equal(
			scene.world.issuer.requests[REQUEST_CODE_EXCHANGE], 0);
		free(old);
		close_scene(&scene);
	}
}

/* The machine was asleep, and a browser is there before the tick is. */
static void test_suspend(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 1);
	start(&scene);
	agree(&scene);
	world_suspend(&scene.world, LIFETIME_MS);
	come_back(&scene, scene.answer);
	check_state(&scene, FLOW_EXPIRED);
	assert_int_equal(scene.world.issuer.requests[REQUEST_CODE_EXCHANGE], 0);
	close_scene(&scene);
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
		struct scene scene;

		open_scene(&scene, i);
		scene.world.issuer.script[REQUEST_CODE_EXCHANGE] =
			scripts[i / 2];
		start(&scene);
		agree(&scene);
		come_back(&scene, scene.answer);
		if (!under_way)
			run_for(&scene, 500);
		check_state(&scene, under_way ? FLOW_EXCHANGING
					      : FLOW_EXCHANGE_BACKING_OFF);
		assert_int_equal(scene.client->driver.sending, under_way);
		world_post(&scene.world, scene.client, kind);
		assert_int_equal(scene.client->drops, under_way);
		assert_false(scene.client->driver.sending);
		run_for(&scene, 5000);
		check_state(&scene, kind == EVENT_START ? FLOW_AWAITING_REDIRECT
							: FLOW_IDLE);
		come_back(&scene, scene.answer);
		check_state(&scene, kind == EVENT_START ? FLOW_AWAITING_REDIRECT
							: FLOW_IDLE);
		flow_take_tokens(scene.flow, &tokens);
		assert_null(tokens.access_token);
		close_scene(&scene);
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
		struct scene scene;
		struct event event;
		struct action action;

		open_scene(&scene, 1);
		scene.world.issuer.script[REQUEST_CODE_EXCHANGE] =
			"resolve rules";
		start(&scene);
		if (retrying != 0) {
			agree(&scene);
			come_back(&scene, scene.answer);
			run_for(&scene, 500);
		}
		event = world_event(&scene.world, EVENT_REPLY);
		event.reply = &reply;
		action_clear(&action);
		flow_step(scene.flow, &event, &action);
		assert_int_equal(action.kind, ACTION_NONE);
		check_state(&scene, retrying != 0 ? FLOW_EXCHANGE_BACKING_OFF
						  : FLOW_AWAITING_REDIRECT);
		close_scene(&scene);
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
