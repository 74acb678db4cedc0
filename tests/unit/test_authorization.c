/* SPDX-License-Identifier: MIT */
/*
 * oauth/authorization: the address that a person opens, what the modelled
 * provider makes of it, and one line for each thing that may come back instead.
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
#include "base/err.h"
#include "base/form.h"
#include "base/mem.h"
#include "conf/options.h"
#include "machine/event.h"
#include "oauth/authorization.h"
#include "oauth/http_message.h"
#include "oauth/verdict.h"
#include "oauth/provider.h"
#include "issuer.h"
#include "issuer_openid.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ISSUER "https%3A%2F%2Fid.example"
#define BACK "http://127.0.0.1:2000/redirect.html"

static void replace(char **field, const char *text)
{
	free(*field);
	*field = xstrdup(text);
}

/* The value of a parameter in an address or a form; the caller owns it. */
static char *value_of(const char *text, const char *name)
{
	const char *mark = strchr(text, '?');

	text = mark != NULL ? mark + 1 : text;
	return form_get(text, strlen(text), name);
}

/* expected: NULL where it must not be there. */
static void check_value(const char *text, const char *name,
			const char *expected)
{
	char *value = value_of(text, name);

	if (value == NULL || expected == NULL)
		assert_true(value == expected);
	else
		assert_string_equal(value, expected);
	free(value);
}

static void test_address(void **state)
{
	static const struct {
		const char *endpoint, *scope, *audience, *extra;
		const char *begins;
		bool has_nonce;
		const char *prompt; /* where extra is NULL */
	} cases[] = {
		{"https://id.example/authorize", "profile", "", NULL,
		 "https://id.example/authorize?response_type=code&", false,
		 NULL},
		{"https://id.example/authorize", "", "", NULL,
		 "https://id.example/authorize?response_type=code&", false,
		 NULL},
		{"https://id.example/authorize", "openid profile", "", NULL,
		 "https://id.example/authorize?response_type=code&", true,
		 NULL},
		{"https://id.example/a?tenant=1", "openid", "api & more",
		 "a=b+c&d", "https://id.example/a?tenant=1&response_type=code&",
		 true, NULL},
		/* OpenID Connect Core section 11 */
		{"https://id.example/a", "openid offline_access", "", NULL,
		 "https://id.example/a?response_type=code&", true, "consent"},
		{"https://id.example/a", " offline_access  x openid ", "", NULL,
		 "https://id.example/a?response_type=code&", true, "consent"},
		{"https://id.example/a", "openid offline_access", "", "login",
		 "https://id.example/a?response_type=code&", true, NULL},
		/* Microsoft, however it is configured */
		{"https://login.microsoftonline.com/common/oauth2/v2.0/a",
		 "openid offline_access", "", NULL,
		 "https://login.microsoftonline.com/common/oauth2/v2.0/a?"
		 "response_type=code&",
		 true, NULL},
		{"https://LOGIN.microsoftonline.US/t/a",
		 "openid offline_access", "", NULL,
		 "https://LOGIN.microsoftonline.US/t/a?response_type=code&",
		 true, NULL},
		{"https://ada.ciamlogin.com/t/a", "openid offline_access", "",
		 NULL, "https://ada.ciamlogin.com/t/a?response_type=code&",
		 true, NULL},
		{"https://login.microsoftonline.com.example/a",
		 "openid offline_access", "", NULL,
		 "https://login.microsoftonline.com.example/a?"
		 "response_type=code&",
		 true, "consent"},
		{"https://id.example/login.microsoftonline.com",
		 "openid offline_access", "", NULL,
		 "https://id.example/login.microsoftonline.com?"
		 "response_type=code&",
		 true, "consent"},
		{"https://id.example/a", "offline_access", "", NULL,
		 "https://id.example/a?response_type=code&", false, NULL},
		{"https://id.example/a", "openid offline_accesses", "", NULL,
		 "https://id.example/a?response_type=code&", true, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct authorization authorization = {0};
		struct issuer issuer;
		struct provider *provider = &issuer.provider;
		char answer[512];

		issuer_init(&issuer);
		replace(&provider->authorization_endpoint, cases[i].endpoint);
		replace(&provider->scope, cases[i].scope);
		replace(&provider->audience, cases[i].audience);
		replace(&provider->client_id, "a b&c=d?e");
		if (cases[i].extra != NULL) {
			provider->extra = xcalloc(1, sizeof(struct param));
			provider->extra_count = 1;
			provider->extra[0].name = xstrdup("prompt");
			provider->extra[0].value = xstrdup(cases[i].extra);
		}
		assert_true(authorization_make(&authorization, provider, NULL));
		assert_memory_equal(authorization.uri, cases[i].begins,
				    strlen(cases[i].begins));
		check_value(authorization.uri, "redirect_uri", BACK);
		check_value(authorization.uri, "client_id", "a b&c=d?e");
		check_value(authorization.uri, "scope",
			    cases[i].scope[0] != '\0' ? cases[i].scope : NULL);
		check_value(authorization.uri, "audience",
			    cases[i].audience[0] != '\0' ? cases[i].audience
							 : NULL);
		check_value(authorization.uri, "prompt",
			    cases[i].extra != NULL ? cases[i].extra
						   : cases[i].prompt);
		check_value(authorization.uri, "state", authorization.state);
		check_value(authorization.uri, "nonce", authorization.nonce);
		assert_int_equal(authorization.nonce != NULL,
				 cases[i].has_nonce);
		check_value(authorization.uri, "client_secret", NULL);
		assert_null(strstr(authorization.uri, authorization.verifier));
		/* And the provider understands it. */
		if (strchr(cases[i].endpoint, '?') == NULL)
			issuer_authorize(&issuer, authorization.uri, answer,
					 sizeof(answer));
		authorization_free(&authorization);
		assert_null(authorization.uri);
		assert_null(authorization.state);
		assert_null(authorization.verifier);
		assert_null(authorization.nonce);
		issuer_free(&issuer);
	}
}

/* Without its parameters an address would be of no use. */
static void test_too_long(void **state)
{
	static const struct {
		size_t scope, endpoint; /* bytes */
		bool made;
	} cases[] = {
		{60000, 10, true},
		{66000, 10, false},
		{10, 140000, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct authorization authorization = {0};
		char *scope = xcalloc(cases[i].scope + 1, 1);
		char *endpoint = xcalloc(cases[i].endpoint + 1, 1);
		struct err err = {0};
		struct issuer issuer;

		issuer_init(&issuer);
		memset(scope, 'x', cases[i].scope);
		memset(endpoint, 'x', cases[i].endpoint);
		replace(&issuer.provider.scope, scope);
		replace(&issuer.provider.authorization_endpoint, endpoint);
		assert_int_equal(authorization_make(&authorization,
						    &issuer.provider, &err),
				 cases[i].made);
		assert_int_equal(authorization.uri != NULL, cases[i].made);
		assert_int_equal(authorization.state != NULL, cases[i].made);
		assert_int_equal(strstr(err.text, "too long") == NULL,
				 cases[i].made);
		authorization_free(&authorization);
		issuer_free(&issuer);
		free(scope);
		free(endpoint);
	}
}

/* Every attempt has values of its own, that nobody can guess. */
static void test_random(void **state)
{
	enum { ATTEMPTS = 50, VALUES = 3 * ATTEMPTS };
	struct authorization authorization = {0};
	struct issuer issuer;
	char *values[VALUES];

	(void)state;
	issuer_init(&issuer);
	replace(&issuer.provider.scope, "openid");
	for (size_t i = 0; i < VALUES; i += 3) {
		assert_true(authorization_make(&authorization, &issuer.provider,
					       NULL));
		values[i] = xstrdup(authorization.state);
		values[i + 1] = xstrdup(authorization.verifier);
		values[i + 2] = xstrdup(authorization.nonce);
	}
	for (size_t i = 0; i < VALUES; i++) {
		/* 256 bits, and a verifier as RFC 7636 section 4.1 has it */
		assert_int_equal(strlen(values[i]), 43);
		assert_int_equal(strspn(values[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
						   "abcdefghijklmnopqrstuvwxyz"
						   "0123456789-_"),
				 43);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(values[i], values[j]);
	}
	for (size_t i = 0; i < VALUES; i++)
		free(values[i]);
	authorization_free(&authorization);
	issuer_free(&issuer);
}

/* An attempt whose state is "S-1". */
static const struct authorization attempt = {
	.uri = (char *)(uintptr_t) "https://id.example/authorize",
	.state = (char *)(uintptr_t) "S-1",
	.verifier = (char *)(uintptr_t) "verifier",
};

/* What came back; code: what must be got out of it. */
struct answer_case {
	const char *text;
	enum authorization_answer answer;
	const char *expected; /* the code, or part of the sentence */
};

static void check_answer(const struct provider *provider,
			 const struct answer_case *test)
{
	struct oauth_failure failure = {.retry_after_s = -1};
	enum authorization_answer answer;
	char *code;

	answer = authorization_judge(&attempt, provider, test->text, &code,
				     &failure);
	if (answer != test->answer)
		fail_msg("\"%s\": %d \"%s\"", test->text, answer,
			 failure.err.text);
	if (answer == ANSWER_CODE) {
		assert_string_equal(code, test->expected);
		assert_string_equal(failure.err.text, "");
	} else {
		assert_null(code);
		if (strstr(failure.err.text, test->expected) == NULL)
			fail_msg("\"%s\": \"%s\"", test->text,
				 failure.err.text);
	}
	secret_free(code);
}

#define FOREIGN "belongs to another sign-in"
#define OTHER "a provider other than Example"
#define NO_CODE "contains no code"
#define TWICE "contains a parameter twice"

static void test_judge(void **state)
{
	static const struct answer_case cases[] = {
		/* as a listener gives it, and as people paste it */
		{"code=c&state=S-1", ANSWER_CODE, "c"},
		{"state=S-1&code=c", ANSWER_CODE, "c"},
		{"?code=c&state=S-1", ANSWER_CODE, "c"},
		{BACK "?code=c&state=S-1", ANSWER_CODE, "c"},
		{"127.0.0.1:2000/redirect.html?code=c&state=S-1", ANSWER_CODE,
		 "c"},
		{"localhost?code=c&state=S-1", ANSWER_CODE, "c"},
		{"http://127.0.0.1/a=b?code=c&state=S-1", ANSWER_CODE, "c"},
		{BACK "?code=c&state=S-1#", ANSWER_CODE, "c"},
		{BACK "?code=c&state=S-1#_=_", ANSWER_CODE, "c"},
		{BACK "?code=c&state=S-1#state=S-2&code=d", ANSWER_CODE, "c"},
		{"   " BACK "?code=c&state=S-1  ", ANSWER_CODE, "c"},
		{BACK "?code=c&state=S-1 and more", ANSWER_CODE, "c"},
		{"&&code=c&&state=S-1&", ANSWER_CODE, "c"},
		{"code=c&state=S-1&session_state=x&scope=a+b", ANSWER_CODE,
		 "c"},
		{"code=4%2F0Ab-_.~%3D%3D&state=S-1", ANSWER_CODE,
		 "4/0Ab-_.~=="},
		{"code=4/0A?b=&state=S-1", ANSWER_CODE, "4/0A?b="},
		{BACK "?code=4/0A?b&state=S-1", ANSWER_CODE, "4/0A?b"},
		{"code=a+b&state=S-1", ANSWER_CODE, "a b"},
		{"code=c&%73tate=S-1", ANSWER_CODE, "c"},
		{"code=c&state=S-1&iss=" ISSUER, ANSWER_CODE, "c"},

		/* the state: another's, none, nearly ours */
		{"code=c&state=S-2", ANSWER_FOREIGN, FOREIGN},
		{"code=c&state=s-1", ANSWER_FOREIGN, FOREIGN},
		{"code=c&state=S-1%20", ANSWER_FOREIGN, FOREIGN},
		{"code=c&state=S-", ANSWER_FOREIGN, FOREIGN},
		{"code=c&state=S-11", ANSWER_FOREIGN, FOREIGN},
		{"code=c&state=S-1%00", ANSWER_FOREIGN, FOREIGN},
		{"code=c&state=", ANSWER_FOREIGN, FOREIGN},
		{"code=c&state", ANSWER_FOREIGN, FOREIGN},
		{"code=c&STATE=S-1", ANSWER_FOREIGN, FOREIGN},
		{"code=c", ANSWER_FOREIGN, FOREIGN},
		{"error=access_denied", ANSWER_FOREIGN, FOREIGN},
		{"error=access_denied&state=S-2", ANSWER_FOREIGN, FOREIGN},
		{"code=c#state=S-1", ANSWER_FOREIGN, FOREIGN},
		{BACK "#code=c&state=S-1", ANSWER_FOREIGN, FOREIGN},
		{BACK "#?code=c&state=S-1", ANSWER_FOREIGN, FOREIGN},
		{"", ANSWER_FOREIGN, FOREIGN},
		{" ", ANSWER_FOREIGN, FOREIGN},
		{"?", ANSWER_FOREIGN, FOREIGN},
		{"&=&=&", ANSWER_FOREIGN, FOREIGN},
		{"https://id.example/authorize", ANSWER_FOREIGN, FOREIGN},
		{"\x1b[31m?code=c&state=S-1\x1b[0m", ANSWER_FOREIGN, FOREIGN},
		{"code=c&state=S-1\n", ANSWER_FOREIGN, FOREIGN},
		{"\xff\xfe\xf0", ANSWER_FOREIGN, FOREIGN},

		/* the issuer (RFC 9207 section 2.4) */
		{"code=c&state=S-1&iss=" ISSUER "%2F", ANSWER_FOREIGN, OTHER},
		{"code=c&state=S-1&iss=https%3A%2F%2Fevil.example",
		 ANSWER_FOREIGN, OTHER},
		{"code=c&state=S-1&iss=", ANSWER_FOREIGN, OTHER},
		{"error=access_denied&state=S-1&iss=https%3A%2F%2Fevil.example",
		 ANSWER_FOREIGN, OTHER},

		/* no code that could be one */
		{"state=S-1", ANSWER_FOREIGN, NO_CODE},
		{"code=&state=S-1", ANSWER_FOREIGN, NO_CODE},
		{"code&state=S-1", ANSWER_FOREIGN, NO_CODE},
		{"code=a%00b&state=S-1", ANSWER_FOREIGN, NO_CODE},
		{"code=a%0Ab&state=S-1", ANSWER_FOREIGN, NO_CODE},
		{"code=a%C3%A9&state=S-1", ANSWER_FOREIGN, NO_CODE},
		{"code=%1B%5B31m&state=S-1", ANSWER_FOREIGN, NO_CODE},
		{"code=%7F&state=S-1", ANSWER_FOREIGN, NO_CODE},
		{"code=%&state=S-1", ANSWER_FOREIGN, NO_CODE},
		{"access_token=t&state=S-1", ANSWER_FOREIGN, NO_CODE},

		/* the same thing twice (RFC 6749 section 3.1) */
		{"code=c&code=d&state=S-1", ANSWER_FOREIGN, TWICE},
		{"code=c&code=c&state=S-1", ANSWER_FOREIGN, TWICE},
		{"code=c&c%6Fde=d&state=S-1", ANSWER_FOREIGN, TWICE},
		{"code=c&code&state=S-1", ANSWER_FOREIGN, TWICE},
		{"code=c&state=S-1&state=S-1", ANSWER_FOREIGN, TWICE},
		{"code=c&state=S-1&state=S-2", ANSWER_FOREIGN, TWICE},
		{"code=c&state=S-2&state=S-1", ANSWER_FOREIGN, FOREIGN},
		{"code=c&state=S-1&iss=" ISSUER "&iss=x", ANSWER_FOREIGN,
		 TWICE},
		{"error=a&error=b&state=S-1", ANSWER_FOREIGN, TWICE},

		/* an error; a code beside it changes nothing */
		{"error=access_denied&state=S-1", ANSWER_DENIED,
		 "Example says that the request was denied."},
		{BACK "?error=access_denied&state=S-1#", ANSWER_DENIED,
		 "denied"},
		{"error=access_denied&state=S-1&code=c", ANSWER_DENIED,
		 "denied"},
		{"error=access_denied&state=S-1&iss=" ISSUER, ANSWER_DENIED,
		 "denied"},
		{"error=access_denied&error_description=The+person+said+no.&"
		 "state=S-1",
		 ANSWER_DENIED, "(\"The person said no.\")"},
		{"error=unauthorized_client&state=S-1", ANSWER_MISCONFIGURED,
		 "does not let this client"},
		{"error=invalid_scope&state=S-1", ANSWER_MISCONFIGURED,
		 "provider.scope"},
		{"error=invalid_request&state=S-1", ANSWER_MISCONFIGURED,
		 "rejected the request as invalid"},
		{"error=server_error&state=S-1", ANSWER_REFUSED,
		 "too many requests"},
		{"error=temporarily_unavailable&state=S-1", ANSWER_REFUSED,
		 "too many requests"},
		{"error=login_required&state=S-1", ANSWER_REFUSED,
		 "\"login_required\""},
		{"error=no_such_luck&error_description=Sorry&state=S-1",
		 ANSWER_REFUSED, "\"no_such_luck\". (\"Sorry\")"},
		{"error=&state=S-1", ANSWER_REFUSED, "refused the sign-in"},
		{"error=%1B%5D0;x%07&state=S-1", ANSWER_REFUSED,
		 "refused the sign-in"},
		{"error=%FF&error_description=%FE&state=S-1", ANSWER_REFUSED,
		 "refused the sign-in"},
	};
	struct issuer issuer;

	(void)state;
	issuer_init(&issuer);
	for (size_t i = 0; i < COUNT(cases); i++)
		check_answer(&issuer.provider, &cases[i]);
	issuer_free(&issuer);
}

/* A provider that promises iss must keep the promise; one whose issuer nobody
 * knows cannot be held to it. */
static void test_iss(void **state)
{
#define WORK "0a1b2c3d-0000-4000-8000-aabbccddeeff"
#define WORK_UPPER "0A1B2C3D-0000-4000-8000-AABBCCDDEEFF"
#define PERSONAL "9188040d-6c67-4c5b-b112-36a304b66dad"
#define IN(tenant) "https://id.example/" tenant "/v2.0"
#define IS(tenant) "code=c&state=S-1&iss=" IN(tenant)
	static const struct {
		const char *issuer;
		bool sends_iss;
		struct answer_case test;
	} cases[] = {
		{"https://id.example",
		 true,
		 {"code=c&state=S-1&iss=" ISSUER, ANSWER_CODE, "c"}},
		{"https://id.example",
		 true,
		 {"code=c&state=S-1", ANSWER_FOREIGN, OTHER}},
		{"https://id.example",
		 true,
		 {"error=access_denied&state=S-1", ANSWER_FOREIGN, OTHER}},
		{"https://id.example",
		 true,
		 {"code=c&state=S-1&iss=%", ANSWER_FOREIGN, OTHER}},
		{"", false, {"code=c&state=S-1", ANSWER_CODE, "c"}},
		{"", false, {"code=c&state=S-1&iss=any", ANSWER_CODE, "c"}},
		/* Tenants that stand for many (Microsoft Entra). */
		{IN("common"), true, {IS(WORK), ANSWER_CODE, "c"}},
		{IN("common"), true, {IS(PERSONAL), ANSWER_CODE, "c"}},
		{IN("common"), true, {IS("common"), ANSWER_CODE, "c"}},
		{IN("organizations"), true, {IS(WORK), ANSWER_CODE, "c"}},
		{IN("consumers"), true, {IS(PERSONAL), ANSWER_CODE, "c"}},
		{IN(WORK), true, {IS(WORK_UPPER), ANSWER_CODE, "c"}},
		{IN(WORK_UPPER), true, {IS(WORK), ANSWER_CODE, "c"}},
		{IN("organizations"),
		 true,
		 {IS(PERSONAL), ANSWER_FOREIGN, OTHER}},
		{IN("consumers"), true, {IS(WORK), ANSWER_FOREIGN, OTHER}},
		{IN(WORK), true, {IS(PERSONAL), ANSWER_FOREIGN, OTHER}},
		{IN("common"), true, {IS("evil"), ANSWER_FOREIGN, OTHER}},
		{IN("common"), true, {IS(WORK "/x"), ANSWER_FOREIGN, OTHER}},
		{"https://other.example/common/v2.0",
		 true,
		 {IS(WORK), ANSWER_FOREIGN, OTHER}},
		{"https://common", true, {IS(WORK), ANSWER_FOREIGN, OTHER}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct issuer issuer;

		issuer_init(&issuer);
		replace(&issuer.provider.issuer, cases[i].issuer);
		issuer.provider.sends_iss = cases[i].sends_iss;
		check_answer(&issuer.provider, &cases[i].test);
		issuer_free(&issuer);
	}
}

/* What is shown or logged of an answer holds no code, no state, and nothing
 * that a terminal would act on. */
static void test_leaks(void **state)
{
	static const char *const texts[] = {
		"code=very-secret-code-0123456789&state=S-2",
		"code=very-secret-code-0123456789&state=S-1&iss=x",
		"code=very-secret-code-0123456789&state=S-1&state=S-1",
		"error=very-secret-code-0123456789&state=S-1&code=x",
		"error=x_y&error_description=very-secret-code-0123456789&"
		"state=S-1",
		"error=access_denied&error_description=%1B%5B31m%C2%9B%E2%80%"
		"AE%0A&state=S-1",
		"error=%1B%5B31m%C2%9B%E2%80%AE&state=S-1",
	};
	struct issuer issuer;

	(void)state;
	issuer_init(&issuer);
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct oauth_failure failure = {.retry_after_s = -1};
		const char *said = failure.err.text;
		char *code;

		assert_int_not_equal(
			authorization_judge(&attempt, &issuer.provider,
					    texts[i], &code, &failure),
			ANSWER_CODE);
		assert_true(said[0] != '\0');
		/* An unknown error code is named, and is no secret. */
		if (i != 3)
			assert_null(strstr(said, "secret"));
		assert_null(strstr(said, "S-1"));
		assert_null(strchr(said, '\x1b'));
		assert_null(strstr(said, "\xc2\x9b"));
		assert_null(strstr(said, "\xe2\x80\xae"));
		assert_null(strchr(said, '\n'));
	}
	issuer_free(&issuer);
}

/* Random bytes and good answers with a byte changed never make a code out of
 * a foreign answer. */
static void test_noise(void **state)
{
	static const char good[] = BACK "?code=c&state=S-1&iss=" ISSUER "#x";
	struct issuer issuer;
	uint64_t seed = 1;

	(void)state;
	issuer_init(&issuer);
	for (int i = 0; i < 20000; i++) {
		struct oauth_failure failure = {.retry_after_s = -1};
		size_t at = (size_t)jitter_ms(&seed, sizeof(good) - 1);
		char byte = (char)jitter_ms(&seed, 255) + 1;
		const char *state_at;
		char *text = xstrdup(good);
		char *code;

		text[at] = byte;
		if (authorization_judge(&attempt, &issuer.provider, text, &code,
					&failure) == ANSWER_CODE) {
			state_at = strstr(text, "state=");
			assert_non_null(state_at);
			assert_memory_equal(state_at, "state=S-1", 9);
			assert_true(code[0] != '\0');
		} else {
			assert_null(code);
			assert_true(failure.err.text[0] != '\0');
		}
		secret_free(code);
		free(text);
	}
	issuer_free(&issuer);
}

static void test_long_code(void **state)
{
	static const struct {
		size_t len;
		bool good;
	} cases[] = {{2048, true}, {4096, true}, {4097, false}, {60000, false}};
	struct issuer issuer;

	(void)state;
	issuer_init(&issuer);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct oauth_failure failure = {.retry_after_s = -1};
		char *text = xcalloc(cases[i].len + 64, 1);
		enum authorization_answer answer;
		struct request *request;
		char *code;

		memcpy(text, "code=", 5);
		memset(text + 5, '/', cases[i].len);
		memcpy(text + 5 + cases[i].len, "&state=S-1", 10);
		answer = authorization_judge(&attempt, &issuer.provider, text,
					     &code, &failure);
		assert_int_equal(answer,
				 cases[i].good ? ANSWER_CODE : ANSWER_FOREIGN);
		if (cases[i].good) {
			/* Encoding makes it three times as long. */
			request = authorization_request(
				&attempt, &issuer.provider, code, 0);
			check_value(request->body, "code", code);
			request_free(request);
		}
		secret_free(code);
		free(text);
	}
	issuer_free(&issuer);
}

static void test_request(void **state)
{
	static const struct {
		enum client_auth auth;
		const char *body, *authorization;
	} cases[] = {
		{AUTH_NONE,
		 "grant_type=authorization_code&code=4%2Fa%3D&redirect_uri="
		 "http%3A%2F%2F127.0.0.1%3A2000%2Fredirect.html&"
		 "code_verifier=verifier&client_id=screen",
		 NULL},
		{AUTH_POST,
		 "grant_type=authorization_code&code=4%2Fa%3D&redirect_uri="
		 "http%3A%2F%2F127.0.0.1%3A2000%2Fredirect.html&"
		 "code_verifier=verifier&client_id=screen&client_secret=s%26t",
		 NULL},
		{AUTH_BASIC,
		 "grant_type=authorization_code&code=4%2Fa%3D&redirect_uri="
		 "http%3A%2F%2F127.0.0.1%3A2000%2Fredirect.html&"
		 "code_verifier=verifier&client_id=screen",
		 "Basic c2NyZWVuOnMlMjZ0"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct request *request;
		struct issuer issuer;

		issuer_init(&issuer);
		issuer.provider.client_secret = xstrdup("s&t");
		issuer.provider.token_auth = cases[i].auth;
		request = authorization_request(&attempt, &issuer.provider,
						"4/a=", 0);
		assert_string_equal(request->url, "https://id.example/token");
		assert_string_equal(request->body, cases[i].body);
		if (cases[i].authorization != NULL)
			assert_string_equal(request->authorization,
					    cases[i].authorization);
		else
			assert_null(request->authorization);
		/* It must not go out twice when a connection has died. */
		assert_true(request->fresh);
		request_free(request);
		issuer_free(&issuer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_iss),
		cmocka_unit_test(test_leaks),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_long_code),
		cmocka_unit_test(test_request),
	};

	if (!crypto_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
