/* SPDX-License-Identifier: MIT */
/*
 * oauth/revocation and machine/token_lifetime: what a session leaves to them.
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

#include "base/json.h"
#include "base/mem.h"
#include "machine/event.h"
#include "machine/session_data.h"
#include "machine/token_lifetime.h"
#include "oauth/http_message.h"
#include "oauth/tokens.h"
#include "oauth/verdict.h"
#include "oauth/revocation.h"
#include "issuer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Which tokens go out, where the answers have these statuses (0: none comes),
 * and whether that counts as confirmed. */
static void test_order(void **state)
{
	static const struct {
		const char *access, *refresh;
		int statuses[2];
		const char *sent;
		bool confirmed;
	} cases[] = {
		{"A", "R", {200, 200}, "R A ", true},
		{"A", NULL, {200}, "A ", true},
		{NULL, NULL, {0}, "", false},
		{NULL, "R", {0}, "", false},
		/* Refused: the other one is tried all the same. */
		{"A", "R", {400, 200}, "R A ", false},
		{"A", NULL, {401}, "A ", false},
		{"A", "R", {401, 401}, "R A ", false},
		{"A", "R", {400, 400}, "R A ", false},
		/* It has gone with the refresh token. */
		{"A", "R", {200, 400}, "R A ", true},
		{"A", "R", {200, 401}, "R A ", true},
		{"A", "R", {200, 404}, "R A ", true},
		{"A", NULL, {400}, "A ", false},
		/* Nobody there: a person waits. */
		{"A", "R", {0}, "R ", false},
		{"A", "R", {503}, "R ", false},
		{"A", "R", {200, 0}, "R A ", false},
		{"A", "R", {200, 503}, "R A ", false},
		{"A", "R", {200, 429}, "R A ", false},
	};
	struct issuer issuer;

	(void)state;
	issuer_init(&issuer);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct tokens tokens = {
			.access_token = (char *)(uintptr_t)cases[i].access,
			.refresh_token = (char *)(uintptr_t)cases[i].refresh,
		};
		struct revocation revocation = {0};
		struct request *request;
		char sent[16] = "";

		for (size_t n = 0; n < 3; n++) {
			int status = n < 2 ? cases[i].statuses[n] : 0;
			const struct reply reply = {
				.net = status != 0 ? NET_OK : NET_TIMEOUT,
				.status = status,
				.body = status == 400
						? "{\"error\":\"refused\"}"
						: "",
				.body_len = status == 400 ? 19 : 0,
				.type = "application/json",
				.retry_after_s = -1,
				.what = "The network is away.",
			};
			struct oauth_failure failure = {.retry_after_s = -1};
			bool ok;

			request = revocation_request(
				&revocation, &issuer.provider, &tokens, 0);
			if (request == NULL)
				break;
			(void)snprintf(sent + strlen(sent),
				       sizeof(sent) - strlen(sent), "%.1s ",
				       strstr(request->body, "token=") + 6);
			request_free(request);
			ok = revocation_answered(&revocation, &tokens, &reply,
						 &failure);
			/* Each is told that is not confirmed at the end. */
			assert_int_equal(
				ok, status == 200 ||
					    (n == 1 && cases[i].confirmed));
			assert_int_equal(failure.err.text[0] != '\0',
					 status != 200);
		}
		assert_string_equal(sent, cases[i].sent);
		assert_int_equal(revocation.next == REVOKE_NOTHING ||
					 cases[i].sent[0] == '\0',
				 true);
		assert_int_equal(revocation.confirmed, cases[i].confirmed);
	}
	issuer_free(&issuer);
}

static void test_not_offered(void **state)
{
	const struct tokens tokens = {
		.access_token = (char *)(uintptr_t) "A",
		.refresh_token = (char *)(uintptr_t) "R",
	};
	struct revocation revocation = {0};
	struct issuer issuer;

	(void)state;
	issuer_init(&issuer);
	free(issuer.provider.revocation_endpoint);
	issuer.provider.revocation_endpoint = NULL;
	assert_null(
		revocation_request(&revocation, &issuer.provider, &tokens, 0));
	assert_false(revocation.confirmed);
	issuer_free(&issuer);
}

static const struct event now = {.now_ms = 50000, .wall_s = 1800000000};

/* When a token is renewed that is good for so long. */
static void test_new_tokens(void **state)
{
	static const struct {
		int64_t life_s;
		bool renewable;
		int64_t lead_ms; /* at least; half as much again at most */
	} cases[] = {
		{3600, true, 300000}, {86400, true, 300000}, {60, true, 6000},
		{1, true, 100},	      {3600, false, 0},
	};

	(void)state;
	for (uint64_t seed = 0; seed < 50 * COUNT(cases); seed++) {
		size_t i = seed % COUNT(cases);
		struct session_data data = {
			.tokens =
				{
					.expires_in_s = cases[i].life_s,
					.refresh_expires_in_s = 7200,
					.refresh_token =
						(char *)(uintptr_t)(cases[i].renewable
									    ? "R"
									    : NULL),
				},
		};
		struct token_lifetime life;
		uint64_t chance = seed;
		int64_t lead_ms;

		token_lifetime_begin(&life, &data, &now, &chance);
		assert_true(life.expires_ms ==
			    now.now_ms + cases[i].life_s * 1000);
		lead_ms = life.expires_ms - life.refresh_ms;
		assert_true(lead_ms >= cases[i].lead_ms);
		assert_true(lead_ms <= cases[i].lead_ms * 3 / 2);
		assert_true(data.expires_at == now.wall_s + cases[i].life_s);
		assert_true(data.refresh_expires_at == now.wall_s + 7200);
		assert_true(
			token_lifetime_lasts(&life, life.expires_ms - 1, 0));
		assert_false(token_lifetime_lasts(&life, life.expires_ms, 0));
		assert_false(
			token_lifetime_lasts(&life, life.expires_ms - 5, 5));
	}
}

/* What the store says is only as right as the clock. */
static void test_stored_tokens(void **state)
{
	static const struct {
		int64_t expires_at, life_s; /* 0: not known */
	} cases[] = {
		{1800003600, 3600},
		{1800000001, 1},
		{1800000000, -1},
		{1, -1},
		{4000000000, 90 * 86400},
		{253402300799, 90 * 86400},
		{0, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct session_data data = {
			.expires_at = cases[i].expires_at,
		};
		struct token_lifetime life;
		uint64_t seed = i;

		token_lifetime_resume(&life, &data, &now, &seed);
		assert_true(life.expires_ms ==
			    (cases[i].life_s == 0
				     ? NEVER_MS
				     : now.now_ms + cases[i].life_s * 1000));
		assert_int_equal(token_lifetime_lasts(&life, now.now_ms, 0),
				 cases[i].life_s >= 0);
	}
}

/* When a stored token is handed out without asking anybody. */
static void test_usable_as_stored(void **state)
{
	static const struct {
		int64_t expires_at; /* 0: not known */
		bool refreshing;
		int64_t for_s;
		bool usable;
	} cases[] = {
		{1800003600, false, 60, true},
		{1800003600, false, 3599, true},
		{1800003600, false, 3600, false},
		{1800003600, true, 60, false}, /* the outcome is not known */
		{1800000061, false, 60, true},
		{1800000060, false, 60, false},
		{1800000001, false, 0, true},
		{1800000000, false, 0, false},
		{1, false, 0, false},
		{0, false, 31536000, true},
		{0, true, 0, false},
		/* A clock that was wrong: nothing is good for so long. */
		{253402300799, false, 90 * 86400 - 1, true},
		{253402300799, false, 90 * 86400, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct session_data data = {
			.expires_at = cases[i].expires_at,
			.refreshing = cases[i].refreshing,
		};

		assert_int_equal(token_lifetime_is_usable(
					 &data, &now, cases[i].for_s * 1000),
				 cases[i].usable);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_not_offered),
		cmocka_unit_test(test_new_tokens),
		cmocka_unit_test(test_stored_tokens),
		cmocka_unit_test(test_usable_as_stored),
	};

	json_init();
	return cmocka_run_group_tests_name("revocation", tests, NULL, NULL);
}
