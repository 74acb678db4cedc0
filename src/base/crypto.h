/* SPDX-License-Identifier: MIT */
/*
 * The door to libsodium: random bytes, SHA-256, base64 and sealing. Knows
 * nothing of the project.
 */
#ifndef GRANTTY_BASE_CRYPTO_H
#define GRANTTY_BASE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

enum { CRYPTO_SHA256_SIZE = 32, CRYPTO_KEY_SIZE = 32 };

/* Must be called once before anything else here; false if there is no source
 * of randomness. */
bool crypto_init(void);

/* Fills n bytes with unpredictable ones. */
void crypto_random(void *out, size_t n);

/* 256 random bits in base64url: 43 characters, which the caller owns
 * (secret_free). */
char *crypto_random_text(void);

/* An unpredictable 64-bit number, for jitter. */
uint64_t crypto_random_u64(void);

void crypto_sha256(unsigned char out[CRYPTO_SHA256_SIZE], const void *data,
		   size_t n);

/* The SHA-256 of the n bytes at data in base64url; the caller owns it. */
char *crypto_sha256_text(const void *data, size_t n);

/* Appends standard base64 with padding (RFC 4648 section 4). */
bool crypto_base64(struct buf *out, const void *data, size_t n);

/* Appends base64url without padding (section 5), as PKCE and JWT want it. */
bool crypto_base64url(struct buf *out, const void *data, size_t n);

/* Appends the bytes that the n characters of base64url at s stand for; false
 * where they are malformed. */
bool crypto_base64url_decode(struct buf *out, const char *s, size_t n);

/* Appends nonce and ciphertext of the n bytes at data (XSalsa20-Poly1305). */
bool crypto_seal(struct buf *out, const void *data, size_t n,
		 const unsigned char key[CRYPTO_KEY_SIZE]);

/* The way back; false where it was not sealed with this key or was changed. */
bool crypto_open(struct buf *out, const void *sealed, size_t n,
		 const unsigned char key[CRYPTO_KEY_SIZE]);

/* Whether two secrets of n bytes are equal, in time that tells nothing. */
bool crypto_equal(const void *a, const void *b, size_t n);

#endif
