/* SPDX-License-Identifier: MIT */
/*
 * oauth/oauth with reply: one line for each dialect in which tokens come.
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/json.h"
#include "oauth/oauth_answer.h"
#include "oauth/provider.h"
#include "oauth_case.h"

/* No time left is no unknown time; less than none is (-1, as some have it for
 * no end). */
static void test_tokens_over(void **state)
{
	static const struct {
		const char *type, *body;
		int64_t expires_in_s;
		bool over;
	} cases[] = {
		{JSON, "{\"access_token\":\"a\",\"expires_in\":0}", 0, true},
		{JSON, "{\"access_token\":\"a\",\"expires_in\":-1}", 0, false},
		{JSON, "{\"access_token\":\"a\",\"expires_in\":\"0\"}", 0,
		 true},
		{JSON, "{\"access_token\":\"a\",\"expires_in\":\"-3600\"}", 0,
		 false},
		{JSON, "{\"access_token\":\"a\",\"expires_in\":-0.5}", 0, true},
		{JSON, "{\"access_token\":\"a\",\"expires_in\":-1e400}", 0,
		 false},
		{FORM, "access_token=a&expires_in=0", 0, true},
		{FORM, "access_token=a&expires_in=-1", 0, false},
		{JSON, "{\"access_token\":\"a\",\"expires_in\":0.5}", 1, false},
		{JSON, "{\"access_token\":\"a\",\"expires_in\":1e400}",
		 315360000, false},
		{JSON, "{\"access_token\":\"a\"}", 0, false},
		{JSON, "{\"access_token\":\"a\",\"expires_in\":null}", 0,
		 false},
		{JSON, "{\"access_token\":\"a\",\"expires_in\":\"\"}", 0,
		 false},
		{JSON, "{\"access_token\":\"a\",\"expires_in\":[0]}", 0, false},
	};
	struct provider provider;

	(void)state;
	oauth_case_provider(&provider, any_conf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reply reply =
			oauth_case_reply(200, cases[i].type, cases[i].body);
		struct oauth_failure failure;
		struct tokens tokens;

		assert_int_equal(oauth_token_answer(&provider, ENDPOINT_TOKEN,
						    &reply, NULL, &tokens,
						    &failure),
				 VERDICT_OK);
		if (tokens.expires_in_s != cases[i].expires_in_s ||
		    tokens.over != cases[i].over)
			fail_msg("%s: %lld, %d", cases[i].body,
				 (long long)tokens.expires_in_s, tokens.over);
		tokens_free(&tokens);
	}
	provider_free(&provider);
}

/* Padding of a server that counts the end of its string. */
static void test_nul_behind(void **state)
{
	static const char body[] = "{\"access_token\":\"a\"}\n\0\0";
	struct provider provider;
	struct oauth_failure failure;
	struct tokens tokens;
	struct reply reply;

	(void)state;
	oauth_case_provider(&provider, webex_conf);
	reply = oauth_case_reply(200, JSON, body);
	reply.body_len = sizeof(body) - 1;
	assert_int_equal(oauth_token_answer(&provider, ENDPOINT_TOKEN, &reply,
					    NULL, &tokens, &failure),
			 VERDICT_OK);
	tokens_free(&tokens);
	provider_free(&provider);
}

/* Tokens are tokens, whatever stands beside them. */
static void test_tokens_among_others(void **state)
{
	static const char *const members[] = {
		"\"type\":\"urn:x:access_denied\"",
		"\"title\":\"slow_down\"",
		"\"detail\":\"expired_token\"",
		"\"code\":\"invalid_grant\"",
		"\"message\":\"authorization_pending\"",
		"\"errors\":[\"server_error\"]",
		"\"error\":null",
	};
	struct provider provider;

	(void)state;
	oauth_case_provider(&provider, webex_conf);
	for (size_t i = 0; i < COUNT(members); i++) {
		struct oauth_failure failure;
		struct tokens tokens;
		struct reply reply;
		char body[200];

		snprintf(body, sizeof(body), "{\"access_token\":\"a\",%s}",
			 members[i]);
		reply = oauth_case_reply(200, "application/json", body);
		assert_int_equal(oauth_token_answer(&provider, ENDPOINT_TOKEN,
						    &reply, NULL, &tokens,
						    &failure),
				 VERDICT_OK);
		tokens_free(&tokens);
		assert_int_equal(oauth_token_answer(&provider, ENDPOINT_REFRESH,
						    &reply, NULL, &tokens,
						    &failure),
				 VERDICT_OK);
		tokens_free(&tokens);
	}
	provider_free(&provider);
}

static void test_tokens(void **state)
{
	static const struct {
		const char *type, *body;
		const char *access, *refresh, *scope;
		int64_t expires_in_s, refresh_expires_in_s;
	} cases[] = {
		/* Webex. */
		{JSON,
		 "{\"scope\":\"spark:all spark:kms\",\"expires_in\":64799,"
		 "\"token_type\":\"Bearer\",\"refresh_token\":\"r\","
		 "\"access_token\":\"a\",\"refresh_token_expires_in\":7697037}",
		 "a", "r", "spark:all spark:kms", 64799, 7697037},
		/* GitHub: no expiry, no refresh token, commas, lower case. */
		{JSON, "{\"access_token\":\"a\",\"token_type\":\"\"}", "a",
		 NULL, NULL, 0, 0},
		{JSON,
		 "{\"access_token\":\"gho_1\",\"token_type\":\"bearer\","
		 "\"scope\":\"repo,gist\"}",
		 "gho_1", NULL, "repo gist", 0, 0},
		{FORM, "access_token=gho_1&scope=repo%2Cgist&token_type=bearer",
		 "gho_1", NULL, "repo gist", 0, 0},
		{FORM, "access_token=gho_1&scope=&token_type=bearer", "gho_1",
		 NULL, "", 0, 0},
		/* Twitch: scope as an array. */
		{JSON,
		 "{\"access_token\":\"a\",\"expires_in\":14820,"
		 "\"refresh_token\":\"r\",\"scope\":[\"chat:read\","
		 "\"user:read:email\"],\"token_type\":\"bearer\"}",
		 "a", "r", "chat:read user:read:email", 14820, 0},
		{JSON, "{\"access_token\":\"a\",\"scope\":[]}", "a", NULL, "",
		 0, 0},
		/* Keycloak: its own name for the refresh token's life. */
		{JSON,
		 "{\"access_token\":\"a\",\"expires_in\":300,"
		 "\"refresh_expires_in\":1800,\"refresh_token\":\"r\","
		 "\"token_type\":\"Bearer\",\"not-before-policy\":0}",
		 "a", "r", NULL, 300, 1800},
		/* Microsoft: numbers as strings. */
		{JSON,
		 "{\"access_token\":\"a\",\"expires_in\":\"3599\","
		 "\"ext_expires_in\":\"3599\",\"token_type\":\"BEARER\"}",
		 "a", NULL, NULL, 3599, 0},
		/* As a form: whatever JSON may have. */
		{FORM,
		 "access_token=a&refresh_token=r&expires_in=300&"
		 "refresh_expires_in=1800&id_token=x.y.z&scope=a+b",
		 "a", "r", "a b", 300, 1800},
		{FORM,
		 "access_token=a&access_token=a&expires_in=1&expires_in=2&=&&x",
		 "a", NULL, NULL, 2, 0},
		/* The least. */
		{JSON, "{\"access_token\":\"a-._~+/=1\"}", "a-._~+/=1", NULL,
		 NULL, 0, 0},
		{JSON, "{\"access_token\":\"a\",\"error\":\"\"}", "a", NULL,
		 NULL, 0, 0},
		{JSON, "{\"access_token\":\"a\",\"refresh_token\":\"\"}", "a",
		 NULL, NULL, 0, 0},
		{JSON, "{\"access_token\":\"a\",\"refresh_token\":null}", "a",
		 NULL, NULL, 0, 0},
		{JSON, "{\"access_token\":\"a\",\"expires_in\":-1}", "a", NULL,
		 NULL, 0, 0},
		{JSON, "{\"access_token\":\"a\",\"expires_in\":1e18}", "a",
		 NULL, NULL, 315360000, 0},
		{JSON, "{\"access_token\":\"a\",\"expires_in\":2}", "a", NULL,
		 NULL, 2, 0},
		{JSON, "{\"access_token\":\"a\",\"expires_in\":\"3599.5\"}",
		 "a", NULL, NULL, 3600, 0},
		{JSON, "{\"access_token\":\"a\",\"expires_in\":0}", "a", NULL,
		 NULL, 0, 0},
		{JSON,
		 "{\"access_token\":\"a\",\"refresh_expires_in\":0,"
		 "\"expires_in\":\"x\"}",
		 "a", NULL, NULL, 0, 0},
		{JSON,
		 "{\"access_token\":\"a\","
		 "\"refresh_token_expires_in\":1e12}",
		 "a", NULL, NULL, 0, 315360000},
		{JSON, "{\"access_token\":\"a\",\"scope\":\" x,,y  z \"}", "a",
		 NULL, "x y z", 0, 0},
	};
	struct provider provider;

	(void)state;
	oauth_case_provider(&provider, any_conf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reply reply =
			oauth_case_reply(200, cases[i].type, cases[i].body);
		struct oauth_failure failure;
		struct tokens tokens;
		struct tokens moved = {0};
		enum verdict verdict =
			oauth_token_answer(&provider, ENDPOINT_TOKEN, &reply,
					   NULL, &tokens, &failure);

		if (verdict != VERDICT_OK)
			fail_msg("%s: %s", cases[i].body, failure.err.text);
		assert_int_equal(tokens.id_token != NULL,
				 strstr(cases[i].body, "id_token") != NULL);
		tokens_move(&moved, &tokens);
		assert_null(tokens.access_token);
		assert_string_equal(moved.access_token, cases[i].access);
		assert_string_equal(moved.token_type, "Bearer");
		if (cases[i].refresh)
			assert_string_equal(moved.refresh_token,
					    cases[i].refresh);
		else
			assert_null(moved.refresh_token);
		if (cases[i].scope)
			assert_string_equal(moved.scope, cases[i].scope);
		else
			assert_null(moved.scope);
		assert_int_equal(moved.expires_in_s, cases[i].expires_in_s);
		assert_int_equal(moved.refresh_expires_in_s,
				 cases[i].refresh_expires_in_s);
		tokens_free(&moved);
	}
	provider_free(&provider);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens_among_others),
		cmocka_unit_test(test_nul_behind),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_tokens_over),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8") || !crypto_init())
		return EXIT_FAILURE;
	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
