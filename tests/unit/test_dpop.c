/* SPDX-License-Identifier: MIT */
/*
 * oauth/dpop: proofs as RFC 9449 has them, nonces, and the way of a key from
 * the sign-in through flow, session file and session. The modelled provider
 * checks every proof.
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

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "machine/event.h"
#include "machine/flow.h"
#include "machine/session.h"
#include "machine/session_record.h"
#include "oauth/dpop.h"
#include "oauth/http_message.h"
#include "oauth/tokens.h"
#include "oauth/verdict.h"
#include "issuer_dpop.h"
#include "issuer_openid.h"
#include "jose_samples.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HOUR_MS INT64_C(3600000)
#define LONG_32 "12345678901234567890123456789012"
#define LONG_512                                                        \
	LONG_32 LONG_32 LONG_32 LONG_32 LONG_32 LONG_32 LONG_32 LONG_32 \
		LONG_32 LONG_32 LONG_32 LONG_32 LONG_32 LONG_32 LONG_32 \
			LONG_32
#define LONG_4096 \
	LONG_512 LONG_512 LONG_512 LONG_512 LONG_512 LONG_512 LONG_512 LONG_512

static void assert_text(const struct json *claims, const char *name,
			const char *expected)
{
	const char *text = json_get_text(claims, name);

	if (expected == NULL)
		assert_null(json_get(claims, name));
	else
		assert_string_equal(text, expected);
}

static void test_proof(void **state)
{
	static const struct {
		const char *url, *body, *token, *nonce;
		const char *htm, *htu, *ath;
	} cases[] = {
		{"https://id.example/token", "a=b", NULL, NULL, "POST",
		 "https://id.example/token", NULL},
		{"https://id.example/token", "", NULL, "n 1", "POST",
		 "https://id.example/token", NULL},
		{"https://id.example/me?a=b#c", NULL, NULL, NULL, "GET",
		 "https://id.example/me", NULL},
		{"https://id.example#c?d", NULL, NULL, NULL, "GET",
		 "https://id.example", NULL},
		/* The token and its hash are those of section 7.1. */
		{"https://resource.example.org/protectedresource", NULL,
		 "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU", NULL, "GET",
		 "https://resource.example.org/protectedresource",
		 "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"},
	};
	char *key = dpop_key_new();
	char first[64] = "", id[64] = "";

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct dpop dpop = {0};
		struct request request = {
			.url = (char *)(uintptr_t)cases[i].url,
			.body = (char *)(uintptr_t)cases[i].body,
		};
		char thumbprint[64];
		struct json *claims;
		int64_t iat;

		dpop.nonces[DPOP_RESOURCE] = xstrdup(cases[i].nonce);
		dpop.nonces[DPOP_ISSUER] = xstrdup("another's");
		dpop_prove(&dpop, DPOP_RESOURCE, &request, key, cases[i].token,
			   1800000000);
		claims =
			dpop_read(request.dpop, thumbprint, sizeof(thumbprint));
		assert_text(claims, "htm", cases[i].htm);
		assert_text(claims, "htu", cases[i].htu);
		assert_text(claims, "ath", cases[i].ath);
		assert_text(claims, "nonce", cases[i].nonce);
		assert_true(json_integer(json_get(claims, "iat"), 0, INT64_MAX,
					 &iat));
		assert_true(iat == 1800000000);
		assert_true(strlen(json_get_text(claims, "jti")) >= 22);
		assert_string_not_equal(json_get_text(claims, "jti"), id);
		(void)snprintf(id, sizeof(id), "%s",
			       json_get_text(claims, "jti"));
		if (i > 0)
			assert_string_equal(thumbprint, first);
		memcpy(first, thumbprint, sizeof(first));
		json_free(claims);
		secret_free(request.dpop);
		dpop_free(&dpop);
	}
	secret_free(key);
}

static void test_no_key(void **state)
{
	struct request request = {.url = (char *)(uintptr_t) "https://a.b"};
	struct dpop_call call = {"GET", "https://a.b", NULL, NULL};
	struct dpop dpop = {0};

	(void)state;
	dpop_prove(&dpop, DPOP_ISSUER, &request, NULL, NULL, 0);
	assert_null(request.dpop);
	assert_null(dpop_proof(&call, "no key", "t", 0));
}

static void test_nonces(void **state)
{
	static const struct {
		enum dpop_server server;
		int status;
		const char *body, *nonce; /* of the answer */
		bool again;
		const char *known; /* from then on */
	} cases[] = {
		{DPOP_ISSUER, 400, "{\"error\":\"authorization_pending\"}",
		 NULL, false, NULL},
		{DPOP_ISSUER, 400, "{\"error\":\"use_dpop_nonce\"}", NULL,
		 false, NULL},
		{DPOP_ISSUER, 400, "{\"error\":\"use_dpop_nonce\"}", "a", true,
		 "a"},
		/* Not twice in a row, whatever it brings. */
		{DPOP_ISSUER, 400, "{\"error\":\"use_dpop_nonce\"}", "b", false,
		 "b"},
		{DPOP_ISSUER, 400, "{\"error\":\"use_dpop_nonce\"}", "c", true,
		 "c"},
		{DPOP_ISSUER, 400, "{\"error\":\"use_dpop_nonce\"}", "c", false,
		 "c"},
		/* What was there already did not help. */
		{DPOP_ISSUER, 400, "{\"error\":\"use_dpop_nonce\"}", "c", false,
		 "c"},
		/* From any answer. */
		{DPOP_ISSUER, 400, "{\"error\":\"authorization_pending\"}", "d",
		 false, "d"},
		{DPOP_ISSUER, 200, "{}", "e", false, "e"},
		{DPOP_ISSUER, 401, "", "f", false, "f"},
		{DPOP_ISSUER, 401, "use_dpop_nonce", "g", false, "g"},
		/* What is none changes nothing. */
		{DPOP_ISSUER, 400, "{\"error\":\"use_dpop_nonce\"}", "", false,
		 "g"},
		{DPOP_ISSUER, 400, "{\"error\":\"use_dpop_nonce\"}", "h i",
		 false, "g"},
		{DPOP_ISSUER, 400, "{\"error\":\"use_dpop_nonce\"}", "h\"",
		 false, "g"},
		{DPOP_ISSUER, 400, "{\"error\":\"use_dpop_nonce\"}", "h\\",
		 false, "g"},
		{DPOP_ISSUER, 400, "{\"error\":\"use_dpop_nonce\"}", "\xc3\xa9",
		 false, "g"},
		{DPOP_ISSUER, 400, "{\"error\":\"use_dpop_nonce\"}",
		 LONG_4096 "1", false, "g"},
		{DPOP_ISSUER, 400, "{\"error\":\"use_dpop_nonce\"}", LONG_4096,
		 true, LONG_4096},
		/* Each server has its own. */
		{DPOP_RESOURCE, 200, "{}", NULL, false, NULL},
		{DPOP_RESOURCE, 401, "", NULL, false, NULL},
		{DPOP_RESOURCE, 401, "", LONG_4096, true, LONG_4096},
		{DPOP_RESOURCE, 401, "", "i", false, "i"},
		{DPOP_RESOURCE, 403, "", "j", false, "j"},
		{DPOP_ISSUER, 200, "{}", NULL, false, LONG_4096},
	};
	struct dpop dpop = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reply reply = {
			.net = NET_OK,
			.status = cases[i].status,
			.body = cases[i].body,
			.body_len = strlen(cases[i].body),
			.type = "application/json",
			.retry_after_s = -1,
			.dpop_nonce = cases[i].nonce,
		};
		const char *known;

		if (dpop_answer(&dpop, cases[i].server, &reply, "key") !=
		    cases[i].again)
			fail_msg("case %zu", i);
		known = dpop.nonces[cases[i].server];
		if (cases[i].known == NULL)
			assert_null(known);
		else
			assert_string_equal(known, cases[i].known);
		assert_false(dpop_answer(&(struct dpop){0}, cases[i].server,
					 &reply, NULL));
	}
	dpop_free(&dpop);
}

static void test_call(void **state)
{
	static const struct {
		const char *text, *why; /* NULL: it is good */
		const char *method, *url, *nonce;
	} cases[] = {
		{"GET https://a.b/c?d=e", NULL, "GET", "https://a.b/c?d=e",
		 NULL},
		{"  DELETE   http://127.0.0.1:80/  n.1~ ", NULL, "DELETE",
		 "http://127.0.0.1:80/", "n.1~"},
		{"", "a method, a URL", NULL, NULL, NULL},
		{"GET", "a method, a URL", NULL, NULL, NULL},
		{"https://a.b", "a method, a URL", NULL, NULL, NULL},
		{"GET https://a.b n o", "a method, a URL", NULL, NULL, NULL},
		{"get https://a.b", "is not a method", NULL, NULL, NULL},
		{"https://a.b GET", "is not a method", NULL, NULL, NULL},
		{"GET http://a.b", "Cannot send a token to", NULL, NULL, NULL},
		{"GET https://u@a.b", "Cannot send a token to", NULL, NULL,
		 NULL},
		{"GET /me", "Cannot send a token to", NULL, NULL, NULL},
		{"GET https://a.b n\\", "nonce", NULL, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct dpop_call call;
		struct err err = {""};
		bool ok = dpop_call_read(&call, cases[i].text, &err);

		if (ok != (cases[i].why == NULL) ||
		    (!ok && strstr(err.text, cases[i].why) == NULL))
			fail_msg("%s: %s", cases[i].text, err.text);
		if (ok) {
			assert_string_equal(call.method, cases[i].method);
			assert_string_equal(call.url, cases[i].url);
		}
		if (ok && cases[i].nonce != NULL)
			assert_string_equal(call.nonce, cases[i].nonce);
		else
			assert_null(call.nonce);
		dpop_call_free(&call);
	}
}

/* There and back, and what is refused. */
static void test_session_record(void **state)
{
	char *key = dpop_key_new();
	const struct {
		const char *type, *key, *how; /* NULL: it can be read */
	} cases[] = {
		{"DPoP", key, NULL},
		{"DPoP", pem_p256, NULL},
		{"Bearer", NULL, NULL},
		{"DPoP", NULL, "its dpop_key is missing or not a string"},
		{"DPoP", "", "its dpop_key is missing or not a string"},
		{"DPoP", pem_p256_public, "its dpop_key is not a key"},
		{"Bearer", key, "its dpop_key belongs to no token"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct session_data read = {0}, copy = {0};
		struct session_data data = {
			.provider = (char *)(uintptr_t) "p",
			.tokens =
				{
					.access_token = (char *)(uintptr_t) "t",
					.token_type =
						(char *)(uintptr_t)cases[i]
							.type,
					.dpop_key =
						(char *)(uintptr_t)cases[i].key,
				},
		};
		struct err err = {""};
		struct buf text;

		buf_init(&text, 65536);
		assert_true(session_record_write(&text, &data, NULL));
		if (cases[i].how != NULL) {
			assert_int_equal(
				session_record_read(&read, buf_text(&text),
						    text.len, NULL, &err),
				SESSION_RECORD_BAD);
			assert_string_equal(err.text, cases[i].how);
			buf_free(&text);
			continue;
		}
		assert_int_equal(session_record_read(&read, buf_text(&text),
						     text.len, NULL, &err),
				 SESSION_RECORD_OK);
		session_data_copy(&copy, &read);
		session_data_free(&read);
		if (cases[i].key == NULL)
			assert_null(copy.tokens.dpop_key);
		else
			assert_string_equal(copy.tokens.dpop_key, cases[i].key);
		session_data_free(&copy);
		buf_free(&text);
	}
	secret_free(key);
}

/* A sign-in by either grant. Runs until it is over. */
static enum flow_state sign_in(struct world *world, struct flow *flow,
			       struct client *client)
{
	struct issuer *issuer = &world->issuer;
	int64_t end_ms = world->now_ms + HOUR_MS;
	char answer[512];

	world_post(world, client, EVENT_START);
	if (issuer->provider.code_grant) {
		issuer_authorize(issuer, flow_authorization_uri(flow), answer,
				 sizeof(answer));
		world_redirect(world, client, answer);
	} else {
		issuer->approve_ms = world->now_ms + 15000;
	}
	while (flow_state(flow) != FLOW_GRANTED &&
	       flow_state(flow) != FLOW_FAILED && world_turn(world, end_ms))
		;
	return flow_state(flow);
}

static void test_flow(void **state)
{
	static const struct {
		bool code_grant, configured, bound, forgets;
		const char *nonce;
		const char *script; /* of polls or the exchange */
		enum flow_state state;
		const char *why;   /* FLOW_FAILED: in its sentence */
		unsigned requests; /* polls or exchanges */
		unsigned nonces;   /* that the provider had to tell */
	} cases[] = {
		{false, true, true, false, NULL, NULL, FLOW_GRANTED, NULL, 3,
		 0},
		{true, true, true, false, NULL, NULL, FLOW_GRANTED, NULL, 1, 0},
		/* A poll that was in vain counts as one: the provider fails
		 * the test for the next one too early. */
		{false, true, true, false, "n-1", NULL, FLOW_GRANTED, NULL, 3,
		 1},
		{true, true, true, false, "n-1", NULL, FLOW_GRANTED, NULL, 2,
		 1},
		/* Back-off and all that is as ever. */
		{false, true, true, false, "n-1", "503 rules", FLOW_GRANTED,
		 NULL, 3, 1},
		/* Not bound, though that was asked for: the session refuses
		 * them. */
		{false, true, true, true, NULL, NULL, FLOW_GRANTED, NULL, 3, 0},
		{true, true, true, true, "n-1", NULL, FLOW_GRANTED, NULL, 2, 1},
		/* Nobody asked for it. */
		{false, false, false, false, NULL, NULL, FLOW_GRANTED, NULL, 3,
		 0},
		{false, false, false, false, NULL, "no_dpop", FLOW_FAILED,
		 "provider.dpop to true", 1, 0},
		/* A clock that is wrong. */
		{true, true, true, false, NULL, "bad_dpop", FLOW_FAILED,
		 "the clock of this machine", 1, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool code = cases[i].code_grant;
		enum request_kind kind =
			code ? REQUEST_CODE_EXCHANGE : REQUEST_POLL;
		struct tokens tokens = {0};
		struct client *client;
		struct world world;
		struct flow *flow;

		world_init(&world);
		world.issuer.provider.code_grant = code;
		world.issuer.provider.dpop = cases[i].configured;
		world.issuer.dpop = cases[i].bound;
		world.issuer.forgets_dpop = cases[i].forgets;
		world.issuer.nonces[0] = cases[i].nonce;
		world.issuer.script[kind] = cases[i].script;
		flow = flow_new(&world.issuer.provider, 0, i);
		client = world_add_flow(&world, flow);
		if (sign_in(&world, flow, client) != cases[i].state)
			fail_msg("case %zu: %s", i,
				 flow_state_name(flow_state(flow)));
		if (world.issuer.requests[kind] != cases[i].requests)
			fail_msg("case %zu: %u requests", i,
				 world.issuer.requests[kind]);
		assert_int_equal(world.issuer.nonces_told, cases[i].nonces);
		if (cases[i].why != NULL &&
		    strstr(flow_oauth_failure(flow)->err.text, cases[i].why) ==
			    NULL)
			fail_msg("case %zu: %s", i,
				 flow_oauth_failure(flow)->err.text);
		flow_take_tokens(flow, &tokens);
		assert_int_equal(tokens.dpop_key != NULL,
				 cases[i].bound && !cases[i].forgets &&
					 cases[i].why == NULL);
		tokens_free(&tokens);
		flow_free(flow);
		world_free(&world);
	}
}

/* No key serves two sign-ins. */
static void test_keys(void **state)
{
	char first[64];
	struct client *client;
	struct world world;
	struct flow *flow;

	(void)state;
	world_init(&world);
	world.issuer.provider.dpop = world.issuer.dpop = true;
	flow = flow_new(&world.issuer.provider, 0, 1);
	client = world_add_flow(&world, flow);
	assert_int_equal(sign_in(&world, flow, client), FLOW_GRANTED);
	memcpy(first, world.issuer.client.key, sizeof(first));
	assert_int_equal(sign_in(&world, flow, client), FLOW_GRANTED);
	assert_string_not_equal(world.issuer.client.key, first);
	flow_free(flow);
	world_free(&world);
}

static void run_until_rest(struct world *world, const struct session *session)
{
	int64_t end_ms = world->now_ms + HOUR_MS;

	while (session_state(session) != SESSION_LIVE &&
	       session_state(session) != SESSION_ENDED &&
	       world_turn(world, end_ms))
		;
}

/* From a stored session: the profile, a renewal, and the profile again. */
static void test_session(void **state)
{
	static const struct {
		bool forgets;
		const char *nonces[2];
		unsigned refreshes, profiles; /* requests */
	} cases[] = {
		{false, {NULL, NULL}, 1, 1},
		{false, {"n-1", NULL}, 2, 1},
		{false, {NULL, "m-1"}, 1, 2},
		{false, {"n-1", "m-1"}, 2, 2},
		/* It is taken all the same: the old one is gone. */
		{true, {"n-1", NULL}, 2, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct session_data *stored;
		struct session *session;
		struct client *client;
		struct action action;
		struct event event;
		struct world world;
		char *key = dpop_key_new();

		world_init(&world);
		world.issuer.dpop = true;
		world.issuer.forgets_dpop = cases[i].forgets;
		memcpy(world.issuer.nonces, cases[i].nonces,
		       sizeof(world.issuer.nonces));
		world_store(&world, "https://id.example", -1);
		stored = &world.disk.data;
		free(stored->tokens.token_type);
		stored->tokens.token_type = xstrdup("DPoP");
		stored->tokens.dpop_key = xstrdup(key);
		session = session_new(&world.issuer.provider, i);
		if (cases[i].forgets)
			session_without_profile(session);
		client = world_add_session(&world, session);
		event = world_event(&world, EVENT_TICK);
		action_clear(&action);
		session_resume(session, &event, &action);
		world_do(&world, client, &action);
		run_until_rest(&world, session);
		assert_int_equal(session_state(session), SESSION_LIVE);
		assert_null(session_oauth_failure(session));
		assert_int_equal(world.issuer.requests[REQUEST_REFRESH],
				 cases[i].refreshes);
		assert_int_equal(world.issuer.requests[REQUEST_PROFILE],
				 cases[i].profiles);
		assert_string_equal(stored->tokens.access_token,
				    world.issuer.access_token);
		assert_int_equal(world.issuer.replays, 0);
		if (cases[i].forgets) {
			assert_null(stored->tokens.dpop_key);
			assert_string_equal(stored->tokens.token_type,
					    "Bearer");
			assert_int_equal(client->notes[LEVEL_WARN], 1);
		} else {
			assert_string_equal(stored->tokens.dpop_key, key);
			assert_string_equal(stored->tokens.token_type, "DPoP");
		}
		/* Nothing but the nonce that is known by now. */
		world_post(&world, client, EVENT_SIGN_OUT);
		run_until_rest(&world, session);
		assert_int_equal(session_end(session), END_SIGNED_OUT);
		assert_true(session_was_revoked(session));
		session_free(session);
		world_free(&world);
		secret_free(key);
	}
}

/* A server that never has enough of nonces is like one that is away: the
 * session stays, and requests do not rush. */
static void test_endless_nonces(void **state)
{
	struct session *session;
	struct client *client;
	struct action action;
	struct event event;
	struct world world;

	(void)state;
	world_init(&world);
	world.issuer.script[REQUEST_REFRESH] = "more_dpop";
	world_store(&world, "https://id.example", -1);
	free(world.disk.data.tokens.token_type);
	world.disk.data.tokens.token_type = xstrdup("DPoP");
	world.disk.data.tokens.dpop_key = dpop_key_new();
	world.issuer.dpop = true;
	session = session_new(&world.issuer.provider, 1);
	client = world_add_session(&world, session);
	event = world_event(&world, EVENT_TICK);
	action_clear(&action);
	session_resume(session, &event, &action);
	world_do(&world, client, &action);
	world_run(&world, world.now_ms + HOUR_MS);
	assert_int_not_equal(session_state(session), SESSION_ENDED);
	if (strstr(session_oauth_failure(session)->err.text,
		   "a different nonce") == NULL)
		fail_msg("%s", session_oauth_failure(session)->err.text);
	assert_in_range(world.issuer.requests[REQUEST_REFRESH], 5, 60);
	assert_non_null(world.disk.data.tokens.refresh_token);
	session_free(session);
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proof),
		cmocka_unit_test(test_no_key),
		cmocka_unit_test(test_nonces),
		cmocka_unit_test(test_call),
		cmocka_unit_test(test_session_record),
		cmocka_unit_test(test_flow),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_endless_nonces),
	};

	json_init();
	return crypto_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
