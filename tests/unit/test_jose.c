/* SPDX-License-Identifier: MIT */
/*
 * core/jose: published vectors, tokens of another implementation, our own back
 * again; and all that must be refused.
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
#include <openssl/err.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/mem.h"
#include "core/jose.h"
#include "core/json.h"
#include "jose_samples.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum { ROOM = 1024 * 1024 };

/* {"keys":[entries]} */
static struct json *make_jwks(const char *entries)
{
	struct json *jwks;
	struct buf text;

	buf_init(&text, ROOM);
	assert_true(buf_addf(&text, "{\"keys\":[%s]}", entries));
	jwks = json_parse(text.data, text.len, NULL);
	assert_non_null(jwks);
	buf_free(&text);
	return jwks;
}

/* Appends a JWK with further members ("\"kid\":\"a\""), after a comma. */
static void add_jwk(struct buf *out, const char *jwk, const char *members)
{
	if (out->len > 0)
		buf_adds(out, ",");
	buf_add(out, jwk, strlen(jwk) - 1);
	assert_true(
		buf_addf(out, "%s%s}", *members != '\0' ? "," : "", members));
}

/* A JWS of whatever texts, well signed; no cap, no check. */
static char *sign_texts(const struct jose_key *key, const char *header,
			const char *payload)
{
	struct buf text, signature;

	buf_init(&text, ROOM);
	buf_init(&signature, ROOM);
	crypto_base64url(&text, header, strlen(header));
	buf_adds(&text, ".");
	crypto_base64url(&text, payload, strlen(payload));
	assert_true(jose_key_sign(key, buf_text(&text), text.len, &signature));
	buf_adds(&text, ".");
	crypto_base64url(&text, signature.data, signature.len);
	buf_free(&signature);
	return buf_take(&text);
}

static struct jose_key *read_key(const char *pem)
{
	struct jose_key *key = jose_key_read(pem, strlen(pem), NULL);

	assert_non_null(key);
	return key;
}

/*
 * Verifies against the entries of a key set: why is NULL where that must work,
 * else a part of the sentence.
 */
static void check(const char *jws, const char *entries, const char *why)
{
	struct json *jwks = make_jwks(entries);
	struct err err = {""};
	struct json *claims = jose_verify(jws, jwks, NULL, &err);

	if (why == NULL && claims == NULL)
		fail_msg("%.60s: %s", jws, err.text);
	if (why != NULL && claims != NULL)
		fail_msg("accepted: %.300s", jws);
	if (why != NULL && strstr(err.text, why) == NULL)
		fail_msg("%.60s: \"%s\" does not say \"%s\"", jws, err.text,
			 why);
	json_free(claims);
	json_free(jwks);
}

static void test_rfc7515(void **state)
{
	static const struct {
		const char *jws, *jwk;
	} cases[] = {{rfc_rs256, rfc_rsa}, {rfc_es256, rfc_p256}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct json *jwks = make_jwks(cases[i].jwk);
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
		check(cases[i].jws, cases[i].jwk, cases[i].why);
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
		check(buf_text(&jws), cases[i].jwk, cases[i].why);
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
		struct jose_key *key = read_key(cases[i].pem);
		char *jws = sign_texts(key, cases[i].header, "{}");

		check(jws, cases[i].jwk, "signature is wrong");
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
			check(jws, cases[i].jwk, "");
			jws[at] = '\0';
			check(jws, cases[i].jwk, "");
			jws[at] = kept;
		}
		check(jws, cases[i].jwk, NULL);
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
		check(cases[i], jwk_p256, "no signed token");
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
		{"{\"alg\":\"ES256\",\"kid\":1}", "no text"},
		{"{\"alg\":\"ES256\",\"kid\":null}", "no text"},
		{"{\"alg\":\"ES256\",\"alg\":\"ES256\"}", "no signed token"},
		{"{\"alg\":\"es256\"}", "\"es256\", which is not"},
		{"{\"alg\":\"\"}", "\"\", which is not"},
		{"{\"alg\":\"ES256 \"}", "\"ES256 \", which is not"},
		{"{\"alg\":\"\\u001b[2J\"}", "\"\xef\xbf\xbd[2J\", which is"},
		{"{\"alg\":[\"ES256\"]}", "does not say how"},
		{"{\"alg\":null}", "does not say how"},
		{"{\"Alg\":\"ES256\"}", "does not say how"},
		{"{}", "does not say how"},
		{"[\"ES256\"]", "does not say how"},
		{"\"ES256\"", "does not say how"},
		{"{\"alg\":\"ES256\"} ", NULL},
		{"{\"alg\":\"ES256\"}{}", "no signed token"},
		{"", "no signed token"},
	};
	struct jose_key *key = read_key(pem_p256);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *jws = sign_texts(key, cases[i].header, "{}");

		check(jws, jwk_p256, cases[i].why);
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
	check(jws, jwk_p256, "signature is wrong");
	check(jws, "", "signature is wrong");
	check(jws, printed, NULL);
	free(jws);
	free(printed);
	json_free(header);
	json_free(claims);
	jose_key_free(attacker);
}

static void test_claims(void **state)
{
	static const struct {
		const char *claims, *why;
	} cases[] = {
		{"{}", NULL},
		{"{\"sub\":\"\xc3\xa9\"}", NULL},
		{"{\"sub\":\"a\",\"sub\":\"b\"}", "claims"},
		{"{\"sub\":\"a\\u0000b\"}", "claims"},
		{"{\"sub\":\"\xff\"}", "claims"},
		{"{} {}", "claims"},
		{"[]", "claims"},
		{"\"fay\"", "claims"},
		{"null", "claims"},
		{"hello", "claims"},
		{"", "claims"},
	};
	struct jose_key *key = read_key(pem_p256);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *jws =
			sign_texts(key, "{\"alg\":\"ES256\"}", cases[i].claims);

		check(jws, jwk_p256, cases[i].why);
		free(jws);
	}
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
	struct jose_key *key = read_key(pem_p256);
	size_t largest = 0;

	(void)state;
	for (size_t n = 49050; n <= 49070; n++) {
		char *text = make_claims(n);
		struct json *claims = json_parse(text, strlen(text), NULL);
		char *jws = sign_texts(key, "{\"alg\":\"ES256\"}", text);
		char *ours = jose_sign(key, NULL, claims);

		if (strlen(jws) <= JOSE_MAX_JWS) {
			largest = strlen(jws);
			check(jws, jwk_p256, NULL);
			assert_non_null(ours);
		} else {
			check(jws, jwk_p256, "larger than 64 KiB");
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
		{"a", {{jwk_p256, ""}}, false, true},
		{"1", {{jwk_p256, "\"kid\":1"}}, false, true},
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
		{NULL, {{jwk_p256, "\"key_ops\":[]"}}, false, true},
		{NULL, {{jwk_p256, "\"key_ops\":\"verify\""}}, false, true},
		/* The rest is left alone, a private half included. */
		{NULL, {{jwk_p256, "\"d\":\"AAAA\",\"x5c\":1"}}, true, false},
	};
	struct jose_key *key = read_key(pem_p256);
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
		jwks = make_jwks(buf_text(&entries));
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

/* A set that holds rubbish still serves with what else it holds. */
static void test_rubbish_in_set(void **state)
{
	static const char *const rubbish[] = {
		"null",
		"42",
		"\"a\"",
		"[]",
		"{}",
		"{\"kty\":\"oct\",\"k\":\"AAAA\"}",
		"{\"kty\":1}",
		"{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AA\",\"y\":\"AA\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
		"{\"kty\":\"RSA\",\"n\":\"AA\",\"e\":\"AA\"}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rubbish); i++) {
		struct buf entries;

		buf_init(&entries, ROOM);
		buf_addf(&entries, "%s,%s", rubbish[i], jwk_p256);
		check(jws_es256, buf_text(&entries), NULL);
		check(jws_es256, rubbish[i], "signature is wrong");
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
		{"{\"keys\":[],\"keys\":[]}", "JSON"},
		{"{}", "no keys"},
		{"[]", "no keys"},
		{"null", "no keys"},
		{"<html></html>", "JSON"},
		{"", "JSON"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check_jwks(cases[i].text, strlen(cases[i].text), cases[i].why);
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
	check(jws_es256, buf_text(&entries), NULL);
	add_jwk(&entries, jwk_p256, "");
	check(jws_es256, buf_text(&entries), "more than 100 keys");
	buf_free(&entries);
}

/* Signs with each kind of key, and checks with its public half. */
static void test_round_trip(void **state)
{
	struct jose_key *keys[] = {read_key(pem_p256), read_key(pem_rsa),
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
		struct json *jwks = make_jwks(entry);
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

/* libcurl shares the queue, and takes what it finds there for its own. */
static int no_errors_left(void **state)
{
	(void)state;
	return ERR_peek_error() != 0;
}

#define TEST(f) cmocka_unit_test_teardown(f, no_errors_left)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_rfc7515),	  TEST(test_algorithms),
		TEST(test_other_header),  TEST(test_other_algorithm),
		TEST(test_tampered),	  TEST(test_malformed),
		TEST(test_header),	  TEST(test_embedded_key),
		TEST(test_claims),	  TEST(test_size),
		TEST(test_choice),	  TEST(test_rubbish_in_set),
		TEST(test_jwks_read),	  TEST(test_jwks_size),
		TEST(test_too_many_keys), TEST(test_round_trip),
	};

	if (!crypto_init())
		return 1;
	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
