/* SPDX-License-Identifier: MIT */
/*
 * jose/jose_key: which keys are taken, which are too weak or no keys at all,
 * and what comes back of them.
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
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "jose/jose_key.h"
#include "jose_samples.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum { ROOM = 64 * 1024 };

static struct jose_key *key_from(const char *jwk)
{
	struct json *json = json_parse(jwk, strlen(jwk), NULL);
	struct jose_key *key;

	assert_non_null(json);
	key = jose_key_from_jwk(json);
	json_free(json);
	return key;
}

static void test_read(void **state)
{
	static const struct {
		const char *pem, *algorithm, *why;
	} cases[] = {
		{pem_p256, "ES256", NULL},
		{pem_p256_sec1, "ES256", NULL},
		{pem_rsa, "RS256", NULL},
		{pem_p256_encrypted, NULL, "encrypted"},
		{pem_p256_public, NULL, "not a private key"},
		{pem_p384, NULL, "type or size"},
		{pem_secp256k1, NULL, "type or size"},
		{pem_ed25519, NULL, "type or size"},
		{pem_rsa_1024, NULL, "type or size"},
		{"", NULL, "not a private key"},
		{"{\"kty\":\"EC\"}", NULL, "not a private key"},
		{"-----BEGIN PRIVATE KEY-----\n", NULL, "not a private key"},
		{"-----BEGIN PRIVATE KEY-----\nAAAA\n"
		 "-----END PRIVATE KEY-----\n",
		 NULL, "not a private key"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err = {""};
		struct jose_key *key =
			jose_key_read(cases[i].pem, strlen(cases[i].pem), &err);

		if (cases[i].algorithm != NULL) {
			assert_non_null(key);
			assert_string_equal(jose_key_algorithm(key),
					    cases[i].algorithm);
		} else if (key != NULL ||
			   strstr(err.text, cases[i].why) == NULL) {
			fail_msg("case %zu: %s", i, err.text);
		}
		jose_key_free(key);
	}
}

/* Nothing is read beyond len, and no huge file at all. */
static void test_read_size(void **state)
{
	size_t len = strlen(pem_p256);
	char *huge = xcalloc(65537, 1);
	struct jose_key *key;

	(void)state;
	for (size_t n = 0; n < len - 1; n++)
		assert_null(jose_key_read(pem_p256, n, NULL));
	memset(huge, '\n', 65537);
	memcpy(huge, pem_p256, len);
	key = jose_key_read(huge, 65536, NULL);
	assert_non_null(key);
	jose_key_free(key);
	assert_null(jose_key_read(huge, 65537, NULL));
	free(huge);
}

/* A key that is kept is the same one afterwards. */
static void test_pem(void **state)
{
	struct jose_key *keys[] = {
		jose_key_read(pem_p256_sec1, strlen(pem_p256_sec1), NULL),
		jose_key_read(pem_rsa, strlen(pem_rsa), NULL),
		jose_key_generate()};
	static const char *const expected[] = {pem_p256, pem_rsa, NULL};

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		char *pem = jose_key_pem(keys[i]);
		struct jose_key *again = jose_key_read(pem, strlen(pem), NULL);
		char *pem_again = jose_key_pem(again);

		if (expected[i] != NULL)
			assert_string_equal(pem, expected[i]);
		assert_string_equal(pem, pem_again);
		secret_free(pem_again);
		jose_key_free(again);
		secret_free(pem);
		jose_key_free(keys[i]);
	}
}

static void test_generate(void **state)
{
	struct jose_key *a = jose_key_generate(), *b = jose_key_generate();
	char *pem_a = jose_key_pem(a), *pem_b = jose_key_pem(b);

	(void)state;
	assert_string_equal(jose_key_algorithm(a), "ES256");
	assert_string_not_equal(pem_a, pem_b);
	secret_free(pem_a);
	secret_free(pem_b);
	jose_key_free(a);
	jose_key_free(b);
}

/* The public half has the numbers that another implementation gave, and
 * nothing that is private. */
static void test_public(void **state)
{
	static const struct {
		const char *pem, *jwk;
		const char *names[5];
	} cases[] = {
		{pem_p256, jwk_p256, {"crv", "kty", "x", "y"}},
		{pem_rsa, jwk_rsa, {"e", "kty", "n"}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct jose_key *key =
			jose_key_read(cases[i].pem, strlen(cases[i].pem), NULL);
		struct json *ours = jose_key_public(key);
		struct json *theirs =
			json_parse(cases[i].jwk, strlen(cases[i].jwk), NULL);
		const struct json *member = json_first(ours);
		const char *const *name = cases[i].names;

		for (; *name != NULL; name++, member = json_next(member)) {
			assert_string_equal(json_name(member), *name);
			assert_string_equal(json_text(member),
					    json_get_text(theirs, *name));
		}
		assert_null(member);
		json_free(theirs);
		json_free(ours);
		jose_key_free(key);
	}
}

/* RFC 7638 section 3.1. */
static void test_thumbprint(void **state)
{
	struct jose_key *key = key_from(rfc_thumbprint_key);
	struct json *jwk = jose_key_public(key);
	char *text = json_print(jwk, false);
	unsigned char hash[CRYPTO_SHA256_SIZE];
	struct buf out;

	(void)state;
	crypto_sha256(hash, text, strlen(text));
	buf_init(&out, ROOM);
	crypto_base64url(&out, hash, sizeof(hash));
	assert_string_equal(buf_text(&out), rfc_thumbprint);
	buf_free(&out);
	free(text);
	json_free(jwk);
	jose_key_free(key);
}

/* RFC 8037 appendix A.4, whose payload is no JSON. */
static void test_rfc8037(void **state)
{
	struct jose_key *key = key_from(rfc_ed25519);
	struct buf signature;

	(void)state;
	buf_init(&signature, 64);
	assert_true(crypto_base64url_decode(&signature, rfc_eddsa_signature,
					    strlen(rfc_eddsa_signature)));
	assert_true(jose_key_verify(key, "EdDSA", rfc_eddsa_text,
				    strlen(rfc_eddsa_text), signature.data,
				    64));
	assert_false(jose_key_verify(key, "EdDSA", rfc_eddsa_text,
				     strlen(rfc_eddsa_text) - 1, signature.data,
				     64));
	assert_false(jose_key_verify(key, "EdDSA", rfc_eddsa_text,
				     strlen(rfc_eddsa_text), signature.data,
				     63));
	buf_free(&signature);
	jose_key_free(key);
}

/* How many octets the numbers of a P-256 signature have changes: 1 in 128 has
 * a short one. All must fit, and in full length. */
static void test_signature_length(void **state)
{
	struct jose_key *key = jose_key_generate();
	int short_ones = 0;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		struct buf signature;

		buf_init(&signature, 64);
		assert_true(jose_key_sign(key, &i, sizeof(i), &signature));
		assert_int_equal(signature.len, 64);
		assert_true(jose_key_verify(key, "ES256", &i, sizeof(i),
					    signature.data, 64));
		if (signature.data[0] == 0 || signature.data[32] == 0)
			short_ones++;
		buf_free(&signature);
	}
	assert_in_range(short_ones, 1, 100);
	jose_key_free(key);
}

/* The form that everybody but JOSE uses is not taken, and nothing that is too
 * short or too long. */
static void test_signature_form(void **state)
{
	static const unsigned char der[] = {0x30, 0x06, 0x02, 0x01,
					    0x01, 0x02, 0x01, 0x01};
	struct jose_key *key = key_from(jwk_p256);
	unsigned char zeros[97] = {0};
	struct buf good;

	(void)state;
	assert_false(jose_key_verify(key, "ES256", "a", 1, der, sizeof(der)));
	for (size_t n = 0; n <= sizeof(zeros); n++)
		assert_false(jose_key_verify(key, "ES256", "a", 1, zeros, n));
	assert_false(jose_key_verify(key, "ES384", "a", 1, zeros, 96));
	assert_false(jose_key_verify(key, "HS256", "a", 1, zeros, 32));
	assert_false(jose_key_verify(key, "none", "a", 1, zeros, 0));
	jose_key_free(key);

	key = jose_key_generate();
	buf_init(&good, 65);
	assert_true(jose_key_sign(key, "a", 1, &good));
	buf_add(&good, "", 1);
	assert_true(jose_key_verify(key, "ES256", "a", 1, good.data, 64));
	assert_false(jose_key_verify(key, "ES256", "a", 1, good.data, 63));
	assert_false(jose_key_verify(key, "ES256", "a", 1, good.data, 65));
	buf_free(&good);
	jose_key_free(key);
}

/* An RSA key with a modulus of nothing but ones. */
static void test_rsa_size(void **state)
{
	static const struct {
		int bits, leading_zeros;
		const char *e;
		bool ok;
	} cases[] = {
		{512, 0, "AQAB", false},
		{1024, 0, "AQAB", false},
		{2047, 0, "AQAB", false},
		{2048, 0, "AQAB", true},
		{2048, 1, "AQAB", true},
		{2048, 2, "AQAB", true},
		{2048, 1024, "AQAB", true},
		{2048, 0, "Aw", true},
		{4096, 0, "AQAB", true},
		{8192, 0, "AQAB", true},
		{8192, 1, "AQAB", true},
		{8192, 2, "AQAB", true},
		{8192, 5000, "AQAB", true},
		{8193, 0, "AQAB", false},
		{8193, 2, "AQAB", false},
		/* Zeros make none longer. */
		{2047, 1, "AQAB", false},
		{1024, 128, "AQAB", false},
		{1024, 1000, "AQAB", false},
		{0, 256, "AQAB", false},
		{16384, 0, "AQAB", false},
		{65536, 0, "AQAB", false},
		{2048, 0, "", false},
		{2048, 0, "AA", false},
		{2048, 0, "AQ", false},
		{2048, 0, "Ag", false},
		{2048, 0, "AQAA", false},
		{2048, 0, "AQAB=", true},
		{2048, 0, "AQAB==", true},
		{2048, 0, "AQAB===", false},
		{2048, 0, "=", false},
		{2048, 0, "AQ=AB", false},
		/* 8 bytes and 9. */
		{2048, 0, "AQAAAAAAAAE", true},
		{2048, 0, "AQAAAAAAAAAB", false},
		/* Zeros before them: 3 bytes in 4, in 9, in 15; 8 bytes in 9.
		 */
		{2048, 0, "AAEAAQ", true},
		{2048, 0, "AAAAAAAAAQAB", true},
		{2048, 0, "AAAAAAAAAAAAAAAAAQAB", true},
		{2048, 0, "AAEAAAAAAAAB", true},
		{2048, 0, "AAAAAAAAAAAAAAAAAAAB", false},
		{2048, 0, "AAAAAAAAAAAAAAAAAAAA", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int bytes = (cases[i].bits + 7) / 8;
		int spare = 8 * bytes - cases[i].bits;
		struct buf n, jwk;
		struct jose_key *key;

		buf_init(&n, ROOM);
		for (int k = 0; k < cases[i].leading_zeros; k++)
			buf_add(&n, "", 1);
		for (int k = 0; k < bytes; k++)
			buf_adds(&n, "\xff");
		if (bytes > 0)
			n.data[cases[i].leading_zeros] = (char)(0xff >> spare);
		buf_init(&jwk, ROOM);
		buf_adds(&jwk, "{\"kty\":\"RSA\",\"n\":\"");
		crypto_base64url(&jwk, n.data, n.len);
		buf_addf(&jwk, "\",\"e\":\"%s\"}", cases[i].e);
		key = key_from(buf_text(&jwk));
		if ((key != NULL) != cases[i].ok)
			fail_msg("%d bits, e %s", cases[i].bits, cases[i].e);
		jose_key_free(key);
		buf_free(&jwk);
		buf_free(&n);
	}
}

/* What is to be put before the bytes of a member, or how many go. */
struct front {
	const char *member;
	size_t zeros;
	int first; /* a byte before the zeros; 0: none */
	size_t cut;
};

/* That key, with the front of one member changed. */
static struct jose_key *key_with_front(const char *jwk,
				       const struct front *front)
{
	struct json *json = json_parse(jwk, strlen(jwk), NULL);
	const char *text = json_get_text(json, front->member);
	char first = (char)front->first;
	struct jose_key *key;
	struct buf old, new, encoded;

	buf_init(&old, ROOM);
	buf_init(&new, 2 * ROOM);
	buf_init(&encoded, 4 * ROOM);
	assert_true(crypto_base64url_decode(&old, text, strlen(text)));
	if (first != '\0')
		buf_add(&new, &first, 1);
	for (size_t i = 0; i < front->zeros; i++)
		buf_add(&new, "", 1);
	buf_add(&new, old.data + front->cut, old.len - front->cut);
	assert_true(crypto_base64url(&encoded, new.data, new.len));
	json_set_text(json, front->member, buf_text(&encoded));
	key = jose_key_from_jwk(json);
	buf_free(&encoded);
	buf_free(&new);
	buf_free(&old);
	json_free(json);
	return key;
}

/* True if the compact JWS is the key's. */
static bool has_signed(const struct jose_key *key, const char *algorithm,
		       const char *jws)
{
	const char *dot = strrchr(jws, '.');
	struct buf signature;
	bool ok;

	buf_init(&signature, ROOM);
	ok = crypto_base64url_decode(&signature, dot + 1, strlen(dot + 1)) &&
	     jose_key_verify(key, algorithm, jws, (size_t)(dot - jws),
			     signature.data, signature.len);
	buf_free(&signature);
	return ok;
}

/* Real keys whose numbers are written longer, or cut off: what is taken is the
 * same key. */
static void test_front(void **state)
{
	static const struct {
		const char *jwk, *algorithm, *jws;
		struct front front;
		bool ok;
	} cases[] = {
		{jwk_rsa, "RS256", jws_rs256, {"n", 0, 0, 0}, true},
		{jwk_rsa, "RS256", jws_rs256, {"n", 1, 0, 0}, true},
		{jwk_rsa, "RS256", jws_rs256, {"n", 2, 0, 0}, true},
		{jwk_rsa, "PS256", jws_ps256, {"n", 256, 0, 0}, true},
		{jwk_rsa, "RS512", jws_rs512, {"n", 769, 0, 0}, true},
		{jwk_rsa, "RS256", jws_rs256, {"n", 1025, 0, 0}, true},
		{jwk_rsa, "RS256", jws_rs256, {"n", 65536, 0, 0}, true},
		{jwk_rsa, "RS256", jws_rs256, {"e", 1, 0, 0}, true},
		{jwk_rsa, "RS256", jws_rs256, {"e", 5, 0, 0}, true},
		{jwk_rsa, "RS256", jws_rs256, {"e", 6, 0, 0}, true},
		{jwk_rsa, "RS256", jws_rs256, {"e", 300, 0, 0}, true},
		{jwk_rsa, "RS256", NULL, {"n", 0, 0, 1}, false},
		{jwk_rsa, "RS256", NULL, {"n", 1, 0, 1}, false},
		{jwk_rsa, "RS256", NULL, {"n", 900, 1, 0}, false},
		{jwk_rsa, "RS256", NULL, {"e", 6, 1, 0}, false},
		{jwk_rsa_1024, "RS256", NULL, {"n", 0, 0, 0}, false},
		{jwk_rsa_1024, "RS256", NULL, {"n", 1, 0, 0}, false},
		{jwk_rsa_1024, "RS256", NULL, {"n", 128, 0, 0}, false},
		{jwk_rsa_1024, "RS256", NULL, {"n", 2048, 0, 0}, false},
		{jwk_p256, "ES256", jws_es256, {"x", 1, 0, 0}, true},
		{jwk_p256, "ES256", jws_es256, {"y", 1, 0, 0}, true},
		{jwk_p256, "ES256", jws_es256, {"x", 32, 0, 0}, true},
		{jwk_p256, "ES256", jws_es256, {"y", 5000, 0, 0}, true},
		{jwk_p384, "ES384", jws_es384, {"x", 1, 0, 0}, true},
		{jwk_p384, "ES384", jws_es384, {"y", 48, 0, 0}, true},
		{jwk_p256_zero, "ES256", jws_es256_zero, {"x", 0, 0, 0}, true},
		{jwk_p256_zero, "ES256", jws_es256_zero, {"x", 1, 0, 0}, true},
		{jwk_p256_zero, "ES256", jws_es256_zero, {"y", 3, 0, 0}, true},
		/* In full length: 31 bytes say that one is lost. */
		{jwk_p256_zero, "ES256", NULL, {"x", 0, 0, 1}, false},
		{jwk_p256, "ES256", NULL, {"x", 0, 0, 1}, false},
		{jwk_p256, "ES256", NULL, {"y", 0, 0, 32}, false},
		{jwk_p256, "ES256", NULL, {"x", 1, 0, 1}, false},
		{jwk_p256, "ES256", NULL, {"x", 0, 1, 0}, false},
		{jwk_p256, "ES256", NULL, {"y", 1, 1, 0}, false},
		{jwk_p384, "ES384", NULL, {"x", 0, 0, 1}, false},
		{jwk_p384, "ES384", NULL, {"y", 2, 1, 0}, false},
		/* No number, but 32 bytes (RFC 8037 section 2). */
		{jwk_ed25519, "EdDSA", jws_eddsa, {"x", 0, 0, 0}, true},
		{jwk_ed25519, "EdDSA", NULL, {"x", 1, 0, 0}, false},
		{jwk_ed25519, "EdDSA", NULL, {"x", 32, 0, 0}, false},
		{jwk_ed25519, "EdDSA", NULL, {"x", 0, 0, 1}, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct jose_key *key =
			key_with_front(cases[i].jwk, &cases[i].front);

		if ((key != NULL) != cases[i].ok ||
		    (key != NULL &&
		     !has_signed(key, cases[i].algorithm, cases[i].jws)))
			fail_msg("case %zu: %d", i, key != NULL);
		jose_key_free(key);
	}
}

#define X "PteBZmkdRvUahvqCO6FDUxAIBhrw9FyB96BhIL1wU-U"
#define Y "EECkp77sogzAJsdUfq8NzSwfuwpTuEzjFSdF7VbKiGY"
#define X_PLAIN "PteBZmkdRvUahvqCO6FDUxAIBhrw9FyB96BhIL1wU+U"
/* The same bytes, cut in two at another place. */
#define X_31 "PteBZmkdRvUahvqCO6FDUxAIBhrw9FyB96BhIL1wUw"
#define Y_33 "5RBApKe-7KIMwCbHVH6vDc0sH7sKU7hM4xUnRe1Wyohm"
#define ZERO "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
/* The P-256 prime, and the Y of X = 0. */
#define PRIME "_____wAAAAEAAAAAAAAAAAAAAAD_______________8"
#define Y_OF_ZERO "ZkhceA4vg9ckM71dhKBrtlQcKvMdrocXKL-FahdPk_Q"
#define EC(crv, x, y) \
	"{\"kty\":\"EC\",\"crv\":\"" crv "\",\"x\":\"" x "\",\"y\":\"" y "\"}"

static void test_from_jwk(void **state)
{
	static const struct {
		const char *jwk;
		bool ok;
	} cases[] = {
		{jwk_p256, true},
		{jwk_p384, true},
		{jwk_ed25519, true},
		{jwk_rsa, true},
		{jwk_secp256k1, false},
		{EC("P-256", X, Y), true},
		{EC("P-384", X, Y), false},
		{EC("p-256", X, Y), false},
		{EC("prime256v1", X, Y), false},
		{EC("", X, Y), false},
		/* Off the curve; zero; too large though right modulo p. */
		{EC("P-256", Y, X), false},
		{EC("P-256", X, X), false},
		{EC("P-256", ZERO, ZERO), false},
		{EC("P-256", X, ZERO), false},
		{EC("P-256", ZERO, Y_OF_ZERO), true},
		{EC("P-256", PRIME, Y_OF_ZERO), false},
		/* Too short, too long, malformed, missing. */
		{EC("P-256", "AA", "AA"), false},
		{EC("P-256", X_31, Y_33), false},
		{EC("P-256", "AA" X, Y), false},
		{EC("P-256", ZERO ZERO, Y_OF_ZERO), true},
		{EC("P-256", X X, ""), false},
		{EC("P-256", "", X Y), false},
		/* Padded, and in the alphabet of plain base64. */
		{EC("P-256", X "=", Y), true},
		{EC("P-256", X "=", Y "="), true},
		{EC("P-256", X_PLAIN, Y), true},
		{EC("P-256", X "===", Y), false},
		{EC("P-256", "=" X, Y), false},
		{EC("P-256", "", ""), false},
		{"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X "\"}", false},
		{"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":1,\"y\":2}", false},
		{"{\"kty\":\"EC\",\"x\":\"" X "\",\"y\":\"" Y "\"}", false},
		{"{\"crv\":\"P-256\",\"x\":\"" X "\",\"y\":\"" Y "\"}", false},
		{"{\"kty\":\"ec\",\"crv\":\"P-256\",\"x\":\"" X "\",\"y\":\"" Y
		 "\"}",
		 false},
		{"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" X "\"}", true},
		{"{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" X "\"}", false},
		{"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}", false},
		{"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA" X "\"}",
		 false},
		{"{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}", false},
		{"{\"kty\":\"RSA\",\"n\":\"AQAB\"}", false},
		{"{\"kty\":\"RSA\",\"e\":\"AQAB\"}", false},
		{"{\"kty\":\"oct\",\"k\":\"" X "\"}", false},
		{"{\"kty\":\"RSA\"}", false},
		{"{}", false},
		{"[]", false},
		{"null", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct jose_key *key = key_from(cases[i].jwk);

		if ((key != NULL) != cases[i].ok)
			fail_msg("%s: %d", cases[i].jwk, key != NULL);
		jose_key_free(key);
	}
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
		TEST(test_read),
		TEST(test_read_size),
		TEST(test_pem),
		TEST(test_generate),
		TEST(test_public),
		TEST(test_thumbprint),
		TEST(test_rfc8037),
		TEST(test_signature_length),
		TEST(test_signature_form),
		TEST(test_rsa_size),
		TEST(test_front),
		TEST(test_from_jwk),
	};

	if (!crypto_init())
		return 1;
	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
