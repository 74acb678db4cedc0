/* SPDX-License-Identifier: MIT */
/*
 * jose/jose: the claims of a token, and how long one may be.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "jose/jose.h"
#include "jose_case.h"
#include "jose_samples.h"

static void test_claims(void **state)
{
	static const struct {
		const char *claims, *why;
	} cases[] = {
		{"{}", NULL},
		{"{\"sub\":\"\xc3\xa9\"}", NULL},
		{"{\"sub\":\"a\",\"sub\":\"a\",\"b\":[{\"c\":1,\"c\":1}]}",
		 NULL},
		{"{\"sub\":\"a\",\"sub\":\"b\"}", "\"sub\" appears twice"},
		{"{\"sub\":\"a\\u0000b\"}", "claims"},
		{"{\"sub\":\"\xff\"}", "claims"},
		{"{} {}", "claims"},
		{"[]", "claims"},
		{"\"fay\"", "claims"},
		{"null", "claims"},
		{"hello", "claims"},
		{"", "claims"},
	};
	struct jose_key *key = jose_case_read_key(pem_p256);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *jws = jose_case_sign_texts(key, "{\"alg\":\"ES256\"}",
						 cases[i].claims);

		jose_case_check(jws, jwk_p256, cases[i].why);
		free(jws);
	}
	jose_key_free(key);
}

/* Two different values of a claim that only kiosk.allow may decide by. */
static void test_claims_kept(void **state)
{
	static const char text[] =
		"{\"sub\":\"a\",\"b\":1,\"c\":{\"d\":1,\"d\":2},\"b\":2}";
	struct jose_key *key = jose_case_read_key(pem_p256);
	char *jws = jose_case_sign_texts(key, "{\"alg\":\"ES256\"}", text);
	struct json *jwks = jose_case_make_jwks(jwk_p256);
	struct json *claims = jose_verify(jws, jwks, NULL, NULL);
	char *printed = json_print(claims, false);

	(void)state;
	assert_string_equal(printed, text);
	free(printed);
	json_free(claims);
	json_free(jwks);
	free(jws);
	jose_key_free(key);
}

/* Claims with a text of n bytes in them. */
static char *make_claims(size_t n)
{
	char *filling = xcalloc(n + 1, 1);
	struct buf text;

	memset(filling, 'x', n);
	buf_init(&text, ROOM);
	buf_addf(&text, "{\"a\":\"%s\"}", filling);
	free(filling);
	return buf_take(&text);
}

static void test_size(void **state)
{
	struct jose_key *key = jose_case_read_key(pem_p256);
	size_t largest = 0;

	(void)state;
	for (size_t n = 49050; n <= 49070; n++) {
		char *text = make_claims(n);
		struct json *claims = json_parse(text, strlen(text), NULL);
		char *jws =
			jose_case_sign_texts(key, "{\"alg\":\"ES256\"}", text);
		char *ours = jose_sign(key, NULL, claims);

		if (strlen(jws) <= JOSE_MAX_JWS) {
			largest = strlen(jws);
			jose_case_check(jws, jwk_p256, NULL);
			assert_non_null(ours);
		} else {
			jose_case_check(jws, jwk_p256, "larger than 64 KiB");
			assert_null(ours);
		}
		free(ours);
		free(jws);
		json_free(claims);
		free(text);
	}
	assert_int_equal(largest, JOSE_MAX_JWS);
	jose_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_claims),
		TEST(test_claims_kept),
		TEST(test_size),
	};

	if (!crypto_init())
		return 1;
	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
