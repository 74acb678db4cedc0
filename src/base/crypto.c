/* SPDX-License-Identifier: MIT */
/*
 * All calls to libsodium. Buffers for decoded or decrypted data are wiped
 * before they are freed, as they may hold secrets.
 */
#include "config.h"

#include "base/crypto.h"

#include <stdlib.h>

#include <sodium.h>

#include "base/buf.h"
#include "base/mem.h"

_Static_assert(CRYPTO_SHA256_SIZE == crypto_hash_sha256_BYTES,
	       "size of a SHA-256");
_Static_assert(CRYPTO_KEY_SIZE == crypto_secretbox_KEYBYTES, "size of a key");

enum {
	NONCE_SIZE = crypto_secretbox_NONCEBYTES,
	MAC_SIZE = crypto_secretbox_MACBYTES,
	RANDOM_TEXT_SIZE = 32, /* bytes */
	CHECK_SIZE = 16,
	TEXT_MAX = 64 /* 32 bytes in base64url are 43 characters */
};

static void wipe_free(void *p, size_t n)
{
	mem_wipe(p, n);
	free(p);
}

static bool encode(struct buf *out, const void *data, size_t n, int variant)
{
	size_t size = sodium_base64_encoded_len(n, variant); /* with the NUL */
	char *text = xcalloc(size, 1);
	bool ok;

	sodium_bin2base64(text, size, data, n, variant);
	ok = buf_add(out, text, size - 1);
	wipe_free(text, size);
	return ok;
}

bool crypto_init(void)
{
	return sodium_init() >= 0;
}

void crypto_random(void *out, size_t n)
{
	randombytes_buf(out, n);
}

char *crypto_random_text(void)
{
	unsigned char bytes[RANDOM_TEXT_SIZE];
	struct buf text;

	randombytes_buf(bytes, sizeof(bytes));
	buf_init(&text, TEXT_MAX);
	(void)crypto_base64url(&text, bytes, sizeof(bytes));
	mem_wipe(bytes, sizeof(bytes));
	return buf_take(&text);
}

void crypto_random_hex(char *dst, size_t n)
{
	unsigned char byte;

	for (; n > 0; n--, dst += 2) {
		randombytes_buf(&byte, 1);
		sodium_bin2hex(dst, 3, &byte, 1);
	}
}

uint64_t crypto_random_u64(void)
{
	uint64_t number;

	randombytes_buf(&number, sizeof(number));
	return number;
}

void crypto_sha256(unsigned char out[CRYPTO_SHA256_SIZE], const void *data,
		   size_t n)
{
	crypto_hash_sha256(out, data, n);
}

char *crypto_sha256_text(const void *data, size_t n)
{
	unsigned char hash[CRYPTO_SHA256_SIZE];
	struct buf text;

	crypto_sha256(hash, data, n);
	buf_init(&text, TEXT_MAX);
	(void)crypto_base64url(&text, hash, sizeof(hash));
	return buf_take(&text);
}

bool crypto_base64(struct buf *out, const void *data, size_t n)
{
	return encode(out, data, n, sodium_base64_VARIANT_ORIGINAL);
}

bool crypto_base64url(struct buf *out, const void *data, size_t n)
{
	return encode(out, data, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool crypto_base64url_decode(struct buf *out, const char *s, size_t n)
{
	unsigned char *data = xcalloc(n, 1); /* more than enough */
	size_t data_len = 0;
	bool ok;

	/* Without an end pointer it fails unless it reads the whole input. */
	ok = sodium_base642bin(data, n, s, n, NULL, &data_len, NULL,
			       sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
	     buf_add(out, data, data_len);
	wipe_free(data, n);
	return ok;
}

bool crypto_hex_decode(unsigned char *out, size_t n, const char *hex)
{
	return sodium_hex2bin(out, n, hex, 2 * n, NULL, NULL, NULL) == 0;
}

static bool seal(struct buf *out, const void *data, size_t n,
		 const unsigned char key[CRYPTO_KEY_SIZE])
{
	size_t size = NONCE_SIZE + MAC_SIZE + n;
	unsigned char *sealed = xcalloc(size, 1);
	bool ok;

	randombytes_buf(sealed, NONCE_SIZE);
	ok = crypto_secretbox_easy(sealed + NONCE_SIZE, data, n, sealed, key) ==
		     0 &&
	     buf_add(out, sealed, size);
	free(sealed);
	return ok;
}

static bool open_sealed(struct buf *out, const void *sealed, size_t n,
			const unsigned char key[CRYPTO_KEY_SIZE])
{
	const unsigned char *nonce = sealed;
	unsigned char *data;
	size_t size;
	bool ok;

	if (n < NONCE_SIZE + MAC_SIZE)
		return false;
	size = n - NONCE_SIZE - MAC_SIZE;
	data = xcalloc(size, 1);
	ok = crypto_secretbox_open_easy(data, nonce + NONCE_SIZE,
					n - NONCE_SIZE, nonce, key) == 0 &&
	     buf_add(out, data, size);
	wipe_free(data, size);
	return ok;
}

static void key_check(unsigned char check[CHECK_SIZE],
		      const unsigned char nonce[NONCE_SIZE],
		      const unsigned char key[CRYPTO_KEY_SIZE])
{
	static const unsigned char label[] = "grantty key check";
	unsigned char hash[CRYPTO_SHA256_SIZE];
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, label, sizeof(label));
	crypto_hash_sha256_update(&state, nonce, NONCE_SIZE);
	crypto_hash_sha256_update(&state, key, CRYPTO_KEY_SIZE);
	crypto_hash_sha256_final(&state, hash);
	for (size_t i = 0; i < CHECK_SIZE; i++)
		check[i] = hash[i];
	mem_wipe(&state, sizeof(state));
	mem_wipe(hash, sizeof(hash));
}

bool crypto_seal(struct buf *out, const void *data, size_t n,
		 const unsigned char key[CRYPTO_KEY_SIZE])
{
	size_t size = NONCE_SIZE + MAC_SIZE + n;
	unsigned char check[CHECK_SIZE];
	struct buf sealed;
	bool ok;

	buf_init(&sealed, size);
	ok = seal(&sealed, data, n, key);
	if (ok) {
		key_check(check, (const unsigned char *)sealed.data, key);
		ok = buf_add(out, check, sizeof(check)) &&
		     buf_add(out, sealed.data, sealed.len);
	}
	buf_free(&sealed);
	return ok;
}

enum crypto_opened crypto_open(struct buf *out, const void *sealed, size_t n,
			       const unsigned char key[CRYPTO_KEY_SIZE])
{
	const unsigned char *bytes = sealed;
	unsigned char check[CHECK_SIZE];

	if (n < NONCE_SIZE + MAC_SIZE)
		return CRYPTO_CHANGED;
	if (n >= CHECK_SIZE + NONCE_SIZE + MAC_SIZE) {
		key_check(check, bytes + CHECK_SIZE, key);
		if (crypto_equal(check, bytes, sizeof(check)))
			return open_sealed(out, bytes + CHECK_SIZE,
					   n - CHECK_SIZE, key)
				       ? CRYPTO_OPENED
				       : CRYPTO_CHANGED;
	}
	return open_sealed(out, sealed, n, key) ? CRYPTO_OPENED
						: CRYPTO_OTHER_KEY;
}

bool crypto_equal(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}
