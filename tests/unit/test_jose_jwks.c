/* SPDX-License-Identifier: MIT */
/*
 * jose/jose with jose_jwk: which key of a set checks a token, and what a set
 * may hold.
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
#include "base/err.h"
#include "base/json.h"
#include "jose/jose.h"
#include "jose/jose_jwks.h"
#include "jose_case.h"
#include "jose_samples.h"

/* Appends a JWK with further members ("\"kid\":\"a\""), after a comma. */
static void add_jwk(struct buf *out, const char *jwk, const char *members)
{
	if (out->len > 0)
		buf_adds(out, ",");
	buf_add(out, jwk, strlen(jwk) - 1);
	assert_true(
		buf_addf(out, "%s%s}", *members != '\0' ? "," : "", members));
}

/* Which of the keys is taken for a token that jwk_p256 can check. */
static void test_choice(void **state)
{
	static const struct {
		const char *kid; /* in the token */
		const struct {
			const char *jwk, *members;
		} keys[3];
		bool ok, unknown_key;
	} cases[] = {
		{"a", {{jwk_p256, "\"kid\":\"a\""}}, true, false},
		{"a", {{NULL, NULL}}, false, true},
		{"a", {{jwk_p256, "\"kid\":\"b\""}}, false, true},
		{"a", {{jwk_p256, "\"kid\":\"A\""}}, false, true},
		{"a", {{jwk_p256, "\"kid\":[\"a\"]"}}, false, true},
		/* Either may say nothing, or nothing of use. */
		{"a", {{jwk_p256, ""}}, true, false},
		{"a", {{jwk_p256, "\"kid\":\"\""}}, true, false},
		{"a", {{rfc_p256, ""}}, false, true},
		{"a", {{rfc_p256, ""}, {jwk_p256, ""}}, true, false},
		{"a",
		 {{rfc_p256, "\"kid\":\"a\""}, {jwk_p256, ""}},
		 true,
		 false},
		{"", {{jwk_p256, ""}}, true, false},
		{"", {{jwk_p256, "\"kid\":\"a\""}}, true, false},
		{"", {{rfc_p256, "\"kid\":\"a\""}}, false, true},
		{"1", {{jwk_p256, "\"kid\":1"}}, true, false},
		{"2", {{jwk_p256, "\"kid\":1"}}, false, true},
		{"yes", {{jwk_p256, "\"kid\":true"}}, false, true},
		{"", {{jwk_p256, "\"kid\":\"\""}}, true, false},
		{"a",
		 {{rfc_p256, "\"kid\":\"a\""}, {jwk_p256, "\"kid\":\"b\""}},
		 false,
		 false},
		/* A kid may stand twice (RFC 7517 section 4.5). */
		{"a",
		 {{jwk_rsa, "\"kid\":\"a\""},
		  {rfc_p256, "\"kid\":\"a\""},
		  {jwk_p256, "\"kid\":\"a\""}},
		 true,
		 false},
		{NULL, {{jwk_p256, "\"kid\":\"a\""}}, true, false},
		{NULL, {{jwk_p256, ""}}, true, false},
		{NULL, {{NULL, NULL}}, false, true},
		{NULL, {{rfc_p256, ""}}, false, true},
		{NULL, {{rfc_p256, "\"kid\":\"a\""}}, false, true},
		{NULL,
		 {{jwk_rsa, ""}, {rfc_p256, ""}, {jwk_p256, ""}},
		 true,
		 false},
		/* What a key says that it is for. */
		{"a",
		 {{jwk_p256, "\"kid\":\"a\",\"use\":\"sig\""}},
		 true,
		 false},
		{"a",
		 {{jwk_p256, "\"kid\":\"a\",\"use\":\"enc\""}},
		 false,
		 false},
		{"a", {{jwk_p256, "\"kid\":\"a\",\"use\":1"}}, false, false},
		{NULL, {{jwk_p256, "\"use\":\"enc\""}}, false, true},
		{"a",
		 {{jwk_p256, "\"kid\":\"a\",\"alg\":\"ES256\""}},
		 true,
		 false},
		{"a",
		 {{jwk_p256, "\"kid\":\"a\",\"alg\":\"RS256\""}},
		 false,
		 false},
		{NULL, {{jwk_p256, "\"alg\":\"ECDH-ES\""}}, false, true},
		{NULL, {{jwk_p256, "\"key_ops\":[\"verify\"]"}}, true, false},
		{NULL,
		 {{jwk_p256, "\"key_ops\":[\"a\",\"verify\"]"}},
		 true,
		 false},
		{NULL, {{jwk_p256, "\"key_ops\":[\"encrypt\"]"}}, false, true},
		/* Members that say nothing are as good as none. */
		{NULL, {{jwk_p256, "\"key_ops\":[]"}}, true, false},
		{NULL, {{jwk_p256, "\"key_ops\":null"}}, true, false},
		{NULL, {{jwk_p256, "\"use\":null"}}, true, false},
		{NULL, {{jwk_p256, "\"use\":\"\""}}, true, false},
		{NULL, {{jwk_p256, "\"alg\":null"}}, true, false},
		{NULL, {{jwk_p256, "\"alg\":\"\""}}, true, false},
		{"a", {{jwk_p256, "\"kid\":null"}}, true, false},
		{"a",
		 {{rfc_p256, "\"kid\":\"b\""}, {jwk_p256, "\"kid\":null"}},
		 true,
		 false},
		{NULL, {{jwk_p256, "\"use\":{}"}}, false, true},
		{NULL, {{jwk_p256, "\"key_ops\":[null]"}}, false, true},
		{NULL, {{jwk_p256, "\"key_ops\":\"verify\""}}, false, true},
		/* The rest is left alone, a private half included. */
		{NULL, {{jwk_p256, "\"d\":\"AAAA\",\"x5c\":1"}}, true, false},
	};
	struct jose_key *key = jose_case_read_key(pem_p256);
	struct json *claims = json_new_object();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct json *header = json_new_object();
		struct json *jwks, *found;
		bool unknown_key = !cases[i].unknown_key;
		struct buf entries;
		char *jws;

		json_set_text(header, "kid", cases[i].kid);
		jws = jose_sign(key, header, claims);
		buf_init(&entries, ROOM);
		for (int k = 0; k < 3 && cases[i].keys[k].jwk != NULL; k++)
			add_jwk(&entries, cases[i].keys[k].jwk,
				cases[i].keys[k].members);
		jwks = jose_case_make_jwks(buf_text(&entries));
		found = jose_verify(jws, jwks, &unknown_key, NULL);
		if ((found != NULL) != cases[i].ok ||
		    unknown_key != cases[i].unknown_key)
			fail_msg("case %zu: %d, unknown_key %d", i,
				 found != NULL, unknown_key);
		json_free(found);
		json_free(jwks);
		free(jws);
		buf_free(&entries);
		json_free(header);
	}
	json_free(claims);
	jose_key_free(key);
}

/* What is said of a token that jwk_p256 can check, but none of these may. */
static void test_reasons(void **state)
{
#define SHORT_RSA "{\"kty\":\"RSA\",\"n\":\"AA\",\"e\":\"AQAB\"}"
	static const struct {
		const char *kid; /* in the token */
		const struct {
			const char *jwk, *members;
		} keys[2];
		const char *why;
	} cases[] = {
		{"a",
		 {{jwk_p256, "\"kid\":\"a\",\"use\":\"enc\""}},
		 "The key \"a\" cannot be used: its \"use\" is "
		 "\"enc\", but the token is signed with ES256."},
		{"a",
		 {{jwk_p256, "\"kid\":\"a\",\"alg\":\"ES384\""}},
		 "The key \"a\" cannot be used: its \"alg\" is "
		 "\"ES384\", but the token is signed with ES256."},
		{"a",
		 {{jwk_p256, "\"kid\":\"a\",\"key_ops\":[\"sign\"]"}},
		 "The key \"a\" cannot be used: its \"key_ops\" is "
		 "[\"sign\"], but the token is signed with ES256."},
		/* And which of them it is. */
		{"a",
		 {{jwk_p256, "\"kid\":\"a\",\"use\":\"enc\""}},
		 "\"enc\", but the token is signed with ES256. Have"},
		{"a",
		 {{jwk_p256, "\"kid\":\"a\",\"use\":7"}},
		 "its \"use\" is 7, but the token"},
		{"a",
		 {{jwk_p256, "\"kid\":\"a\",\"alg\":\"ES384\""}},
		 "its \"alg\" is \"ES384\", but the token"},
		{"a",
		 {{jwk_p256, "\"kid\":\"a\",\"key_ops\":[\"sign\"]"}},
		 "its \"key_ops\" is [\"sign\"], but the token is signed with "
		 "ES256."},
		/* No key is named, and there is none to try. */
		{NULL,
		 {{jwk_p256, "\"use\":\"enc\""}},
		 "The provider's key cannot be used: its \"use\" is "
		 "\"enc\", but the token is signed with ES256."},
		{"a",
		 {{jwk_p256, "\"use\":\"enc\""}},
		 "\"a\", which the provider does not publish"},
		/* Of another type than the token wants. */
		{"a",
		 {{jwk_rsa, "\"kid\":\"a\""}},
		 "The key \"a\" cannot be used: it is of the wrong type, "
		 "because the token is signed with ES256."},
		{"a",
		 {{jwk_p384, "\"kid\":\"a\""}},
		 "The key \"a\" cannot be used: it is of the wrong type"},
		{"a",
		 {{jwk_ed25519, "\"kid\":\"a\""}},
		 "The key \"a\" cannot be used: it is of the wrong type"},
		{"a",
		 {{jwk_rsa, "\"kid\":\"a\""}, {rfc_p256, ""}},
		 "The key \"a\" cannot be used: it is of the wrong type"},
		{"a",
		 {{jwk_rsa, "\"kid\":\"a\""}, {rfc_p256, "\"kid\":\"a\""}},
		 "signature is wrong: the token was changed"},
		{"a",
		 {{jwk_rsa, "\"kid\":\"a\",\"alg\":\"RS256\""}},
		 "its \"alg\" is \"RS256\", but the token"},
		/* What another key is does not hide it. */
		{"a",
		 {{rfc_p256, ""}, {jwk_p256, "\"kid\":\"a\",\"use\":\"enc\""}},
		 "The key \"a\" cannot be used: its \"use\" is "
		 "\"enc\", but the token is signed with ES256."},
		{"a",
		 {{jwk_p256, "\"kid\":\"a\",\"use\":\"enc\""}, {rfc_p256, ""}},
		 "The key \"a\" cannot be used: its \"use\" is "
		 "\"enc\", but the token is signed with ES256."},
		/* It is too weak, whatever the token is signed with. */
		{"a",
		 {{jwk_rsa_1024, "\"kid\":\"a\""}},
		 "The key \"a\" cannot be used: it must be RSA (2048 to 8192 "
		 "bits)"},
		{NULL,
		 {{jwk_rsa_1024, ""}},
		 "The provider's key cannot be used: it must be RSA (2048"},
		{"a",
		 {{SHORT_RSA, ""}, {rfc_p256, ""}},
		 "signature is wrong for every usable key, but another key "
		 "cannot be used: it must be RSA (2048"},
		{NULL,
		 {{rfc_p256, ""}, {SHORT_RSA, ""}},
		 "signature is wrong for every usable key, but another key "
		 "cannot be used: it must be RSA (2048"},
		{"a",
		 {{SHORT_RSA, "\"kid\":\"a\""}, {rfc_p256, ""}},
		 "The key \"a\" cannot be used: it must be RSA (2048"},
		/* And it is not blamed for a forgery. */
		{"a",
		 {{SHORT_RSA, ""}, {rfc_p256, "\"kid\":\"a\""}},
		 "signature is wrong: the token was changed"},
		{"a",
		 {{rfc_p256, "\"kid\":\"a\""},
		  {jwk_p256, "\"kid\":\"a\",\"use\":\"enc\""}},
		 "signature is wrong: the token was changed"},
		{NULL,
		 {{rfc_p256, ""}, {jwk_p256, "\"use\":\"enc\""}},
		 "signature is wrong: the token was changed"},
	};
	struct jose_key *key = jose_case_read_key(pem_p256);
	struct json *claims = json_new_object();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct json *header = json_new_object();
		struct buf entries;
		char *jws;

		json_set_text(header, "kid", cases[i].kid);
		jws = jose_sign(key, header, claims);
		buf_init(&entries, ROOM);
		for (int k = 0; k < 2 && cases[i].keys[k].jwk != NULL; k++)
			add_jwk(&entries, cases[i].keys[k].jwk,
				cases[i].keys[k].members);
		jose_case_check(jws, buf_text(&entries), cases[i].why);
		free(jws);
		buf_free(&entries);
		json_free(header);
	}
	json_free(claims);
	jose_key_free(key);
#undef SHORT_RSA
}

/* An RSA key whose "n" is padded, or in the alphabet of plain base64, is the
 * same key. */
static void test_rsa_spelled_otherwise(void **state)
{
	static const struct {
		bool plain;
		const char *padding, *why;
	} cases[] = {
		{false, "", NULL},
		{false, "=", NULL},
		{false, "==", NULL},
		{true, "", NULL},
		{true, "==", NULL},
		{false, "===", "cannot be used"},
		{false, "=A", "cannot be used"},
	};
	const char *n = strstr(jwk_rsa, "\"n\":\"") + strlen("\"n\":\"");
	const size_t len = strcspn(n, "\"");

	(void)state;
	/* It has both characters in which the alphabets differ. */
	assert_non_null(memchr(n, '-', len));
	assert_non_null(memchr(n, '_', len));
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf jwk;

		buf_init(&jwk, ROOM);
		buf_add(&jwk, jwk_rsa, (size_t)(n - jwk_rsa) + len);
		for (char *c = jwk.data;
		     cases[i].plain && c < jwk.data + jwk.len; c++)
			*c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
		buf_addf(&jwk, "%s%s", cases[i].padding, n + len);
		jose_case_check(jws_rs256, buf_text(&jwk), cases[i].why);
		buf_free(&jwk);
	}
	/* One that is too short is told apart from a forgery. */
	jose_case_check(jws_rs256, jwk_rsa_1024,
			"The provider's key cannot be used: it must be RSA "
			"(2048");
}

/* A set that holds rubbish still serves with what else it holds. */
static void test_rubbish_in_set(void **state)
{
	static const struct {
		const char *jwk;
		bool is_key; /* though none that serves */
	} rubbish[] = {
		{"null", false},
		{"42", false},
		{"\"a\"", false},
		{"[]", false},
		{"{}", false},
		{"{\"kty\":1}", false},
		{"{\"kty\":\"oct\",\"k\":\"AAAA\"}", true},
		{"{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AA\",\"y\":\"AA\"}",
		 true},
		{"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
		 true},
		{"{\"kty\":\"RSA\",\"n\":\"AA\",\"e\":\"AA\"}", true},
		{"{\"kty\":\"new\"}", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rubbish); i++) {
		struct buf entries;

		buf_init(&entries, ROOM);
		buf_addf(&entries, "%s,%s", rubbish[i].jwk, jwk_p256);
		jose_case_check(jws_es256, buf_text(&entries), NULL);
		jose_case_check(jws_es256, rubbish[i].jwk,
				rubbish[i].is_key ? "cannot be used"
						  : "signature is wrong");
		buf_free(&entries);
		/* A forgery is one, whatever stands beside the right key. */
		buf_init(&entries, ROOM);
		buf_addf(&entries, "%s,%s", rubbish[i].jwk, rfc_p256);
		jose_case_check(jws_es256, buf_text(&entries),
				"signature is wrong");
		buf_free(&entries);
	}
}

static void check_jwks(const char *text, size_t len, const char *why)
{
	struct err err = {""};
	struct json *jwks = jose_jwks_read(text, len, &err);

	if ((jwks == NULL) != (why != NULL))
		fail_msg("%.60s: %s", text, err.text);
	if (why != NULL && strstr(err.text, why) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
	json_free(jwks);
}

static void test_jwks_read(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"{\"keys\":[]}", NULL},
		{"{\"keys\":[{}],\"more\":1}", NULL},
		{"{\"keys\":{}}", "no keys"},
		{"{\"keys\":null}", "no keys"},
		{"{\"keys\":[],\"keys\":[]}", NULL},
		{"{}", "no keys"},
		{"[]", "is not a JWK Set"},
		{"null", "is not a JWK Set"},
		{"<html></html>", "JSON"},
		{"", "JSON"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check_jwks(cases[i].text, strlen(cases[i].text), cases[i].why);
}

/* How many keys can check anything, by what they say of themselves. */
static void test_jwks_usable(void **state)
{
	static const struct {
		const char *more; /* members of an own key; NULL: no such key */
		const char *other; /* another key */
		int usable;
	} cases[] = {
		{"", NULL, 1},
		{"", jwk_rsa, 2},
		{"", jwk_rsa_1024, 1},
		{NULL, jwk_rsa_1024, 0},
		{NULL, jwk_secp256k1, 0},
		{NULL, jwk_ed25519, 1},
		{NULL, jwk_p384, 1},
		{NULL, "1", 0},
		{NULL, "{}", 0},
		{"\"use\":\"sig\",", NULL, 1},
		{"\"use\":\"enc\",", NULL, 0},
		{"\"use\":1,", NULL, 0},
		{"\"alg\":\"ES256\",", NULL, 1},
		{"\"alg\":\"RS256\",", NULL, 0},
		{"\"alg\":\"ES256K\",", NULL, 0},
		{"\"alg\":\"none\",", NULL, 0},
		{"\"alg\":7,", NULL, 0},
		{"\"key_ops\":[\"verify\"],", NULL, 1},
		{"\"key_ops\":[\"sign\"],", NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *more = cases[i].more;
		struct json *jwks;
		struct buf text;

		buf_init(&text, ROOM);
		buf_adds(&text, "{\"keys\":[");
		if (more != NULL)
			buf_addf(&text, "{%s%s", more, rfc_p256 + 1);
		if (more != NULL && cases[i].other != NULL)
			buf_adds(&text, ",");
		if (cases[i].other != NULL)
			buf_adds(&text, cases[i].other);
		buf_adds(&text, "]}");
		jwks = jose_jwks_read(buf_text(&text), text.len, NULL);
		assert_non_null(jwks);
		if (jose_jwks_usable(jwks) != cases[i].usable)
			fail_msg("case %zu: %d", i, jose_jwks_usable(jwks));
		json_free(jwks);
		buf_free(&text);
	}
	assert_int_equal(jose_jwks_usable(NULL), 0);
}

static void test_jwks_size(void **state)
{
	static const struct {
		int keys;
		size_t len; /* 0: as it comes */
		const char *why;
	} cases[] = {
		{JOSE_MAX_KEYS, 0, NULL},
		{JOSE_MAX_KEYS + 1, 0, "more than 100 keys"},
		{1, JOSE_MAX_JWKS, NULL},
		{1, JOSE_MAX_JWKS + 1, "larger than 256 KiB"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf text;

		buf_init(&text, ROOM);
		buf_adds(&text, "{\"keys\":[{}");
		for (int n = 1; n < cases[i].keys; n++)
			buf_adds(&text, ",{}");
		buf_adds(&text, "]}");
		while (text.len < cases[i].len)
			buf_adds(&text, " ");
		check_jwks(buf_text(&text), text.len, cases[i].why);
		buf_free(&text);
	}
}

/* Also where the set did not come by way of jose_jwks_read(). */
static void test_too_many_keys(void **state)
{
	struct buf entries;

	(void)state;
	buf_init(&entries, ROOM);
	for (int n = 0; n < JOSE_MAX_KEYS - 1; n++)
		add_jwk(&entries, rfc_p256, "");
	add_jwk(&entries, jwk_p256, "");
	jose_case_check(jws_es256, buf_text(&entries), NULL);
	add_jwk(&entries, jwk_p256, "");
	jose_case_check(jws_es256, buf_text(&entries), "more than 100 keys");
	buf_free(&entries);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_choice),
		TEST(test_reasons),
		TEST(test_rsa_spelled_otherwise),
		TEST(test_rubbish_in_set),
		TEST(test_jwks_read),
		TEST(test_jwks_usable),
		TEST(test_jwks_size),
		TEST(test_too_many_keys),
	};

	if (!crypto_init())
		return 1;
	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
