/* SPDX-License-Identifier: MIT */
/*
 * Everything that is asked of libsodium. What was decoded or unsealed on the
 * way is wiped: it may be a secret.
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
	TEXT_MAX = 64	       /* 32 bytes in base64url are 43 characters */
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

	/* Without an end pointer it fails unless it could read everything. */
	ok = sodium_base642bin(data, n, s, n, NULL, &data_len, NULL,
			       sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
	     buf_add(out, data, data_len);
	wipe_free(data, n);
	return ok;
}

bool crypto_seal(struct buf *out, const void *data, size_t n,
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

bool crypto_open(struct buf *out, const void *sealed, size_t n,
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

bool crypto_equal(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}
