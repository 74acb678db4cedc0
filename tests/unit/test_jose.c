/* SPDX-License-Identifier: MIT */
/*
 * jose/jose: published vectors, tokens of another implementation, our own back
 * again; and all that must be refused.
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

static void test_rfc7515(void **state)
{
	static const struct {
		const char *jws, *jwk;
	} cases[] = {{rfc_rs256, rfc_rsa}, {rfc_es256, rfc_p256}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct json *jwks = jose_case_make_jwks(cases[i].jwk);
		bool unknown_key = true;
		struct json *claims =
			jose_verify(cases[i].jws, jwks, &unknown_key, NULL);

		assert_string_equal(json_get_text(claims, "iss"), "joe");
		assert_false(unknown_key);
		json_free(claims);
		json_free(jwks);
	}
}

/* What is accepted for which key, and that nothing else is. */
static void test_algorithms(void **state)
{
	static const char wrong[] = "signature is wrong";
	static const struct {
		const char *jws, *jwk, *why;
	} cases[] = {
		{jws_es256, jwk_p256, NULL},
		{jws_es384, jwk_p384, NULL},
		{jws_rs256, jwk_rsa, NULL},
		{jws_rs384, jwk_rsa, NULL},
		{jws_rs512, jwk_rsa, NULL},
		{jws_ps256, jwk_rsa, NULL},
		{jws_eddsa, jwk_ed25519, NULL},
		{jws_es256, jwk_p384, wrong},
		{jws_es256, jwk_rsa, wrong},
		{jws_es256, jwk_ed25519, wrong},
		{jws_es256, rfc_p256, wrong},
		{jws_es384, jwk_p256, wrong},
		{jws_rs256, jwk_p256, wrong},
		{jws_rs256, rfc_rsa, wrong},
		{jws_ps256, jwk_p256, wrong},
		{jws_eddsa, jwk_p256, wrong},
		{jws_eddsa, rfc_ed25519, wrong},
		/* Well signed, but not what may be used. */
		{jws_hs256, jwk_p256, "\"HS256\", which is not accepted"},
		{jws_es256k, jwk_secp256k1, "\"ES256K\", which is not"},
		{jws_ps384, jwk_rsa, "\"PS384\", which is not"},
		/* {"alg":"none"}, without and with a signature. */
		{"eyJhbGciOiJub25lIn0.eyJzdWIiOiJmYXkifQ.", jwk_p256,
		 "\"none\", which is not"},
		{"eyJhbGciOiJub25lIn0.eyJzdWIiOiJmYXkifQ.AAAA", jwk_p256,
		 "\"none\", which is not"},
		/* {"alg":"ES256"} without a signature, and with noughts. */
		{"eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJmYXkifQ.", jwk_p256, wrong},
		{"eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJmYXkifQ."
		 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		 "A"
		 "AAAAAAAAAAAAAAAAAAAAAAAA",
		 jwk_p256, wrong},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		jose_case_check(cases[i].jws, cases[i].jwk, cases[i].why);
}

/* Another algorithm written over a good token's header. */
static void test_other_header(void **state)
{
	static const struct {
		const char *header, *jws, *jwk, *why;
	} cases[] = {
		{"{\"alg\":\"RS384\"}", jws_rs256, jwk_rsa, "signature"},
		{"{\"alg\":\"PS256\"}", jws_rs256, jwk_rsa, "signature"},
		{"{\"alg\":\"RS256\"}", jws_ps256, jwk_rsa, "signature"},
		{"{\"alg\":\"HS256\"}", jws_rs256, jwk_rsa, "HS256"},
		{"{\"alg\":\"none\"}", jws_rs256, jwk_rsa, "none"},
		{"{\"alg\":\"ES256\"}", jws_rs256, jwk_rsa, "signature"},
		{"{\"alg\":\"ES256\"}", jws_es256, jwk_p256, "signature"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf jws;

		buf_init(&jws, ROOM);
		crypto_base64url(&jws, cases[i].header,
				 strlen(cases[i].header));
		buf_adds(&jws, strchr(cases[i].jws, '.'));
		jose_case_check(buf_text(&jws), cases[i].jwk, cases[i].why);
		buf_free(&jws);
	}
}

/* Signed by the right key, though not as the header says. The first of these is
 * good to libcrypto, which takes SHA-256 where none is named. */
static void test_other_algorithm(void **state)
{
	static const struct {
		const char *pem, *jwk, *header;
	} cases[] = {
		{pem_rsa, jwk_rsa, "{\"alg\":\"EdDSA\"}"},
		{pem_rsa, jwk_rsa, "{\"alg\":\"ES256\"}"},
		{pem_rsa, jwk_rsa, "{\"alg\":\"RS512\"}"},
		{pem_p256, jwk_p256, "{\"alg\":\"EdDSA\"}"},
		{pem_p256, jwk_p256, "{\"alg\":\"RS256\"}"},
		{pem_p256, jwk_p256, "{\"alg\":\"ES384\"}"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct jose_key *key = jose_case_read_key(cases[i].pem);
		char *jws = jose_case_sign_texts(key, cases[i].header, "{}");

		jose_case_check(jws, cases[i].jwk, "signature is wrong");
		free(jws);
		jose_key_free(key);
	}
}

/* No byte can be changed or left away. */
static void test_tampered(void **state)
{
	static const struct {
		const char *jws, *jwk;
	} cases[] = {{jws_es256, jwk_p256}, {jws_rs256, jwk_rsa}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *jws = xstrdup(cases[i].jws);

		for (size_t at = 0; at < strlen(jws); at++) {
			char kept = jws[at];

			jws[at] = kept == 'A' ? 'B' : 'A';
			jose_case_check(jws, cases[i].jwk, "");
			jws[at] = '\0';
			jose_case_check(jws, cases[i].jwk, "");
			jws[at] = kept;
		}
		jose_case_check(jws, cases[i].jwk, NULL);
		free(jws);
	}
}

static void test_malformed(void **state)
{
	static const char *const cases[] = {
		"",
		".",
		"..",
		"...",
		"eyJhbGciOiJFUzI1NiJ9",
		"eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJmYXkifQ",
		"{\"alg\":\"ES256\"}.{\"sub\":\"fay\"}.AAAA",
		/* A fourth part; five parts, as an encrypted one has. */
		"eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJmYXkifQ.AAAA.AAAA",
		"eyJhbGciOiJFUzI1NiJ9.AAAA.AAAA.AAAA.AAAA",
		/* Padding, white space, the other alphabet, stray bits. */
		"eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJmYXkifQ==.AAAA",
		"eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJmYXkifQ.AAAA\n",
		" eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJmYXkifQ.AAAA",
		"eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJmYXkifQ.AA+/",
		"eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJmYXkifR.AAAA",
		"eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJmYXkifQ.AAAAA",
		"\xff.\xff.\xff",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		jose_case_check(cases[i], jwk_p256, "not a signed token");
}

/* Every one of these is well signed. */
static void test_header(void **state)
{
	static const struct {
		const char *header, *why;
	} cases[] = {
		{"{\"alg\":\"ES256\"}", NULL},
		{"{\"typ\":\"JWT\",\"alg\":\"ES256\",\"cty\":\"x\"}", NULL},
		{"{\"alg\":\"ES256\",\"crit\":[\"exp\"],\"exp\":1}",
		 "extension"},
		{"{\"alg\":\"ES256\",\"crit\":[]}", "extension"},
		{"{\"alg\":\"ES256\",\"crit\":null}", "extension"},
		{"{\"alg\":\"ES256\",\"b64\":false}", "extension"},
		{"{\"alg\":\"ES256\",\"b64\":true}", "extension"},
		{"{\"alg\":\"ES256\",\"b64\":false,\"crit\":[\"b64\"]}",
		 "extension"},
		{"{\"alg\":\"ES256\",\"kid\":true}", "not a string"},
		{"{\"alg\":\"ES256\",\"kid\":null}", NULL},
		{"{\"alg\":\"ES256\",\"kid\":{}}", "not a string"},
		{"{\"alg\":\"ES256\",\"alg\":\"ES256\"}", NULL},
		{"{\"alg\":\"none\",\"alg\":\"ES256\"}",
		 "\"alg\" appears twice"},
		{"{\"alg\":\"es256\"}", "\"es256\", which is not"},
		{"{\"alg\":\"\"}", "\"\", which is not"},
		{"{\"alg\":\"ES256 \"}", "\"ES256 \", which is not"},
		{"{\"alg\":\"\\u001b[2J\"}", "\"\xef\xbf\xbd[2J\", which is"},
		{"{\"alg\":[\"ES256\"]}", "does not name its signature"},
		{"{\"alg\":null}", "does not name its signature"},
		{"{\"Alg\":\"ES256\"}", "does not name its signature"},
		{"{}", "does not name its signature"},
		{"[\"ES256\"]", "does not name its signature"},
		{"\"ES256\"", "does not name its signature"},
		{"{\"alg\":\"ES256\"} ", NULL},
		{"{\"alg\":\"ES256\"}{}", "not a signed token"},
		{"", "not a signed token"},
	};
	struct jose_key *key = jose_case_read_key(pem_p256);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *jws = jose_case_sign_texts(key, cases[i].header, "{}");

		jose_case_check(jws, jwk_p256, cases[i].why);
		free(jws);
	}
	jose_key_free(key);
}

/* The attacker signs, and brings the key along. */
static void test_embedded_key(void **state)
{
	struct jose_key *attacker = jose_key_generate();
	struct json *public = jose_key_public(attacker);
	struct json *claims = json_parse("{\"sub\":\"eve\"}", 13, NULL);
	struct json *header = json_new_object();
	char *printed = json_print(public, false);
	char *jws;

	(void)state;
	json_set(header, "jwk", public);
	json_set_text(header, "jku", "https://attacker.example/jwks");
	json_set_text(header, "x5u", "https://attacker.example/x5u");
	jws = jose_sign(attacker, header, claims);
	jose_case_check(jws, jwk_p256, "signature is wrong");
	jose_case_check(jws, "", "signature is wrong");
	jose_case_check(jws, printed, NULL);
	free(jws);
	free(printed);
	json_free(header);
	json_free(claims);
	jose_key_free(attacker);
}

/* Signs with each kind of key, and checks with its public half. */
static void test_round_trip(void **state)
{
	struct jose_key *keys[] = {jose_case_read_key(pem_p256),
				   jose_case_read_key(pem_rsa),
				   jose_key_generate()};
	static const char *const algorithms[] = {"ES256", "RS256", "ES256"};
	struct json *claims = json_parse("{\"n\":[1,\"\xc3\xa9\"]}", 14, NULL);
	struct json *header =
		json_parse("{\"typ\":\"dpop+jwt\",\"alg\":\"none\"}", 31, NULL);
	char *expected = json_print(claims, false);

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct json *public = jose_key_public(keys[i]);
		char *entry = json_print(public, false);
		struct json *jwks = jose_case_make_jwks(entry);
		char *jws = jose_sign(keys[i], header, claims);
		struct json *back = jose_verify(jws, jwks, NULL, NULL);
		char *printed = json_print(back, false);
		struct buf sent;

		assert_string_equal(printed, expected);
		buf_init(&sent, ROOM);
		crypto_base64url_decode(&sent, jws, strcspn(jws, "."));
		json_free(back);
		back = json_parse(sent.data, sent.len, NULL);
		assert_string_equal(json_get_text(back, "typ"), "dpop+jwt");
		assert_string_equal(json_get_text(back, "alg"), algorithms[i]);
		buf_free(&sent);
		free(printed);
		json_free(back);
		free(jws);
		json_free(jwks);
		free(entry);
		json_free(public);
		jose_key_free(keys[i]);
	}
	free(expected);
	json_free(header);
	json_free(claims);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_rfc7515),	 TEST(test_algorithms),
		TEST(test_other_header), TEST(test_other_algorithm),
		TEST(test_tampered),	 TEST(test_malformed),
		TEST(test_header),	 TEST(test_embedded_key),
		TEST(test_round_trip),
	};

	if (!crypto_init())
		return 1;
	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
