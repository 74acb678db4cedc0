/* SPDX-License-Identifier: MIT */
/*
 * The door to OpenSSL's libcrypto: keys, and signatures as the algorithms of
 * RFC 7518 make them. Knows nothing of what is signed. Pure but for the
 * randomness in a new key and a signature.
 */
#ifndef GRANTTY_CORE_JOSE_KEY_H
#define GRANTTY_CORE_JOSE_KEY_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;
struct jose_key;
struct json;

/* Reads a private key in PEM: P-256, or RSA of 2048 to 8192 bits. NULL with
 * *err for anything else, an encrypted key included. */
struct jose_key *jose_key_read(const char *pem, size_t len, struct err *err);

/* A new P-256 key; NULL where libcrypto fails. */
struct jose_key *jose_key_generate(void);

/*
 * The public key in a JWK (RFC 7517): RSA of 2048 to 8192 bits, P-256, P-384
 * or Ed25519. NULL for anything else, and where its numbers make no such key.
 * It can only check signatures.
 */
struct jose_key *jose_key_from_jwk(const struct json *jwk);

void jose_key_free(struct jose_key *key); /* wipes; NULL is fine */

/* A private key as PEM (PKCS #8), for keeping; the caller owns it
 * (secret_free). NULL where libcrypto fails. */
char *jose_key_pem(const struct jose_key *key);

/* How it signs: "ES256" or "RS256" for a private key. */
const char *jose_key_algorithm(const struct jose_key *key);

/*
 * The public half of a private key as a JWK, without kid; json_free() it. NULL
 * where libcrypto fails. It has the members that RFC 7638 section 3.2 asks for
 * and no other, in order: its json_print() is what a thumbprint is taken of.
 */
struct json *jose_key_public(const struct jose_key *key);

/* Appends a private key's signature of the len bytes at data. */
bool jose_key_sign(const struct jose_key *key, const void *data, size_t len,
		   struct buf *out);

/* Whether signatures of that algorithm can be checked: ES256, ES384, RS256,
 * RS384, RS512, PS256 and EdDSA. Never "none", never a symmetric one. */
bool jose_algorithm_known(const char *algorithm);

/* Whether it is the key's signature of the len bytes at data, by that very
 * algorithm; false where the algorithm does not fit the key. */
bool jose_key_verify(const struct jose_key *key, const char *algorithm,
		     const void *data, size_t len, const void *signature,
		     size_t signature_len);

#endif
