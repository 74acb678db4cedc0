/* SPDX-License-Identifier: MIT */
/*
 * base/crypto: published vectors; what was changed does not open.
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

#define BYTES(s) (s), sizeof(s) - 1

static void test_sha256(void **state)
{
	/* FIPS 180-2 appendix B.1; and of nothing. */
	static const unsigned char abc[] = {
		0xBA, 0x78, 0x16, 0xBF, 0x8F, 0x01, 0xCF, 0xEA,
		0x41, 0x41, 0x40, 0xDE, 0x5D, 0xAE, 0x22, 0x23,
		0xB0, 0x03, 0x61, 0xA3, 0x96, 0x17, 0x7A, 0x9C,
		0xB4, 0x10, 0xFF, 0x61, 0xF2, 0x00, 0x15, 0xAD};
	static const unsigned char nothing[] = {0xE3, 0xB0, 0xC4, 0x42};
	unsigned char hash[CRYPTO_SHA256_SIZE];

	(void)state;
	crypto_sha256(hash, BYTES("abc"));
	assert_memory_equal(hash, abc, sizeof(hash));
	crypto_sha256(hash, "", 0);
	assert_memory_equal(hash, nothing, sizeof(nothing));
}

/* RFC 7636 appendix B, as core does it. */
static void test_pkce(void **state)
{
	static const char verifier[] =
		"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
	unsigned char hash[CRYPTO_SHA256_SIZE];
	struct buf out;

	(void)state;
	buf_init(&out, 100);
	crypto_sha256(hash, BYTES(verifier));
	assert_true(crypto_base64url(&out, hash, sizeof(hash)));
	assert_string_equal(buf_text(&out),
			    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
	buf_free(&out);
}

static void test_hex(void **state)
{
	static const unsigned char right[] = {0x00, 0x9F, 0xAB, 0xEF};
	static const char *const wrong[] = {"009fabe", "009fabeg", "009fab e",
					    "0x009fab", " 09fabef"};
	unsigned char bytes[sizeof(right)];
	char text[2 * sizeof(bytes) + 1];

	(void)state;
	assert_true(crypto_hex_decode(bytes, sizeof(bytes), "009fABef"));
	assert_memory_equal(bytes, right, sizeof(right));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_false(crypto_hex_decode(bytes, sizeof(bytes), wrong[i]));
	crypto_random_hex(text, sizeof(bytes));
	assert_int_equal(strlen(text), 2 * sizeof(bytes));
	assert_int_equal(strspn(text, "0123456789abcdef"), 2 * sizeof(bytes));
	assert_true(crypto_hex_decode(bytes, sizeof(bytes), text));
}

/* RFC 4648 section 10, and the two characters that differ. */
static void test_base64(void **state)
{
	static const struct {
		const char *data;
		size_t len;
		const char *standard, *url;
	} cases[] = {
		{BYTES(""), "", ""},
		{BYTES("f"), "Zg==", "Zg"},
		{BYTES("fo"), "Zm8=", "Zm8"},
		{BYTES("foo"), "Zm9v", "Zm9v"},
		{BYTES("foobar"), "Zm9vYmFy", "Zm9vYmFy"},
		{BYTES("\xFB\xFF\0"), "+/8A", "-_8A"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf out;

		buf_init(&out, 100);
		assert_true(crypto_base64(&out, cases[i].data, cases[i].len));
		assert_string_equal(buf_text(&out), cases[i].standard);
		assert_int_equal(out.len, strlen(cases[i].standard));
		buf_free(&out);
		assert_true(
			crypto_base64url(&out, cases[i].data, cases[i].len));
		assert_string_equal(buf_text(&out), cases[i].url);
		buf_free(&out);
		assert_true(crypto_base64url_decode(&out, cases[i].url,
						    strlen(cases[i].url)));
		assert_int_equal(out.len, cases[i].len);
		assert_memory_equal(buf_text(&out), cases[i].data, out.len);
		buf_free(&out);
	}
}

static void test_base64url_malformed(void **state)
{
	static const struct {
		const char *s;
		size_t len;
	} cases[] = {
		{BYTES("Z")},	    {BYTES("Zh")},	 {BYTES("Zm9=")},
		{BYTES("Zg==")},    {BYTES("Zm9v\n")},	 {BYTES("Zm9v ")},
		{BYTES("+/8A")},    {BYTES("Zm\0v")},	 {BYTES("Zm9v\0")},
		{BYTES("Zm9v.Zg")}, {BYTES("\xC3\xA9")}, {BYTES("Zm9vY")},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf out;

		buf_init(&out, 100);
		buf_adds(&out, "before");
		if (crypto_base64url_decode(&out, cases[i].s, cases[i].len))
			fail_msg("accepted: %s", cases[i].s);
		assert_string_equal(buf_text(&out), "before");
		buf_free(&out);
	}
}

static void test_seal(void **state)
{
	static const size_t sizes[] = {0, 1, 32, 1000};
	static const char data[1000] = "a session";
	unsigned char key[CRYPTO_KEY_SIZE], other[CRYPTO_KEY_SIZE];
	struct buf sealed, again, open;

	(void)state;
	crypto_random(key, sizeof(key));
	memcpy(other, key, sizeof(other));
	other[CRYPTO_KEY_SIZE - 1] ^= 1;
	buf_init(&sealed, 2000);
	buf_init(&again, 2000);
	buf_init(&open, 2000);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		assert_true(crypto_seal(&sealed, data, sizes[i], key));
		assert_true(crypto_seal(&again, data, sizes[i], key));
		assert_int_equal(sealed.len, sizes[i] + 16 + 24 + 16);
		assert_memory_not_equal(sealed.data, again.data, sealed.len);
		assert_int_equal(
			crypto_open(&open, sealed.data, sealed.len, key),
			CRYPTO_OPENED);
		assert_int_equal(open.len, sizes[i]);
		assert_memory_equal(open.data, data, sizes[i]);
		buf_free(&open);
		assert_int_equal(
			crypto_open(&open, sealed.data, sealed.len, other),
			CRYPTO_OTHER_KEY);
		for (size_t n = 0; n < sealed.len; n++) {
			assert_int_not_equal(
				crypto_open(&open, sealed.data, n, key),
				CRYPTO_OPENED);
			sealed.data[n] ^= 1;
			assert_int_not_equal(crypto_open(&open, sealed.data,
							 sealed.len, key),
					     CRYPTO_OPENED);
			sealed.data[n] ^= 1;
		}
		assert_null(open.data);
		buf_free(&sealed);
		buf_free(&again);
	}
}

static void test_random(void **state)
{
	unsigned char a[16] = {0}, b[16] = {0};

	(void)state;
	crypto_random(a, sizeof(a));
	crypto_random(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	assert_true(crypto_random_u64() != crypto_random_u64());
}

static void test_equal(void **state)
{
	(void)state;
	assert_true(crypto_equal("same", "same", 4));
	assert_true(crypto_equal("same", "samy", 3));
	assert_false(crypto_equal("same", "samy", 4));
	assert_false(crypto_equal("same", "Same", 4));
	assert_true(crypto_equal("", "", 0));
}

static void test_full_buffer(void **state)
{
	const unsigned char key[CRYPTO_KEY_SIZE] = {0};
	struct buf out;

	(void)state;
	buf_init(&out, 3);
	assert_false(crypto_base64(&out, "foo", 3));
	buf_free(&out);
	assert_false(crypto_base64url_decode(&out, "Zm9vYmFy", 8));
	buf_free(&out);
	assert_false(crypto_seal(&out, "foo", 3, key));
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256),
		cmocka_unit_test(test_pkce),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_base64url_malformed),
		cmocka_unit_test(test_seal),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_full_buffer),
	};

	if (!crypto_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
