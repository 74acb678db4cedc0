/* SPDX-License-Identifier: MIT */
/*
 * Wraps libsodium: random bytes, SHA-256, base64 and authenticated encryption.
 * Knows nothing of the rest of the project.
 */
#ifndef GRANTTY_BASE_CRYPTO_H
#define GRANTTY_BASE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

enum { CRYPTO_SHA256_SIZE = 32, CRYPTO_KEY_SIZE = 32 };

/* Call once before anything else here. False if there is no source of
 * randomness. */
bool crypto_init(void);

/* Fills out with n random bytes. */
void crypto_random(void *out, size_t n);

/* 256 random bits in base64url: 43 characters, owned by the caller
 * (secret_free). */
char *crypto_random_text(void);

/* Writes n random bytes as 2 n hexadecimal digits and a NUL. */
void crypto_random_hex(char *dst, size_t n);

/* A random 64-bit number, for jitter. */
uint64_t crypto_random_u64(void);

void crypto_sha256(unsigned char out[CRYPTO_SHA256_SIZE], const void *data,
		   size_t n);

/* The SHA-256 of the n bytes at data in base64url; the caller owns it. */
char *crypto_sha256_text(const void *data, size_t n);

/* Appends standard base64 with padding (RFC 4648 section 4). */
bool crypto_base64(struct buf *out, const void *data, size_t n);

/* Appends base64url without padding (section 5), as PKCE and JWT require. */
bool crypto_base64url(struct buf *out, const void *data, size_t n);

/* Decodes the n characters of base64url at s and appends the bytes. False if
 * they are malformed. */
bool crypto_base64url_decode(struct buf *out, const char *s, size_t n);

/* Decodes 2 n hexadecimal digits into n bytes. False if there is any other
 * character. */
bool crypto_hex_decode(unsigned char *out, size_t n, const char *hex);

/*
 * Encrypts the n bytes at data (XSalsa20-Poly1305) and appends key check value,
 * nonce and ciphertext. The key check value distinguishes a wrong key from a
 * changed text. It depends on the nonce, so it does not reveal which texts
 * share a key.
 */
bool crypto_seal(struct buf *out, const void *data, size_t n,
		 const unsigned char key[CRYPTO_KEY_SIZE]);

enum crypto_opened {
	CRYPTO_OPENED,
	CRYPTO_CHANGED,	 /* sealed with this key but changed, or too short */
	CRYPTO_OTHER_KEY /* most likely sealed with another key */
};

/* Opens what crypto_seal() sealed, or version 0.2.0 without a key check value.
 * Appends the result to out only if CRYPTO_OPENED. */
enum crypto_opened crypto_open(struct buf *out, const void *sealed, size_t n,
			       const unsigned char key[CRYPTO_KEY_SIZE]);

/* True if two secrets of n bytes are equal, compared in constant time. */
bool crypto_equal(const void *a, const void *b, size_t n);

#endif
