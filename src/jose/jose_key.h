/* SPDX-License-Identifier: MIT */
/*
 * Wraps OpenSSL's libcrypto: keys, and signatures by the algorithms of RFC
 * 7518. Knows nothing of what is signed. Pure except for the randomness in a
 * new key and a signature.
 */
#ifndef GRANTTY_JOSE_JOSE_KEY_H
#define GRANTTY_JOSE_JOSE_KEY_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;
struct jose_key;
struct json;

/* Initialises libcrypto; false on failure. Call before libcurl does so: if
 * memory runs out during its initialisation, libcrypto 3.5 deadlocks, while
 * this function ends the program. */
bool jose_init(void);

/* Reads a private key in PEM: P-256, or RSA of 2048 to 8192 bits. NULL with
 * *err for anything else, including an encrypted key. */
struct jose_key *jose_key_read(const char *pem, size_t len, struct err *err);

/* True if jose_key_read() reads it. */
bool jose_key_is_sound(const char *pem);

/* Generates a P-256 key; NULL if libcrypto fails. */
struct jose_key *jose_key_generate(void);

/*
 * The public key in a JWK (RFC 7517): RSA of 2048 to 8192 bits, P-256, P-384 or
 * Ed25519. It can only verify signatures. NULL for anything else, and if its
 * numbers do not make such a key.
 */
struct jose_key *jose_key_from_jwk(const struct json *jwk);

void jose_key_free(struct jose_key *key); /* wipes; NULL is fine */

/* A private key as PEM (PKCS #8), for storage; the caller owns it
 * (secret_free). NULL if libcrypto fails. */
char *jose_key_pem(const struct jose_key *key);

/* The algorithm it signs with: "ES256" or "RS256" for a private key. */
const char *jose_key_algorithm(const struct jose_key *key);

/*
 * The public half of a private key as a JWK, without kid; json_free() it. NULL
 * if libcrypto fails. It has exactly the members that RFC 7638 section 3.2
 * requires, in order, so its json_print() is the input of a thumbprint.
 */
struct json *jose_key_public(const struct jose_key *key);

/* Signs the len bytes at data with a private key and appends the signature.
 * False if libcrypto fails. */
bool jose_key_sign(const struct jose_key *key, const void *data, size_t len,
		   struct buf *out);

/* True if signatures of that algorithm can be verified: ES256, ES384, RS256,
 * RS384, RS512, PS256 and EdDSA. Never "none" or a symmetric algorithm. */
bool jose_algorithm_known(const char *algorithm);

/* True if the algorithm can be used with the key. */
bool jose_key_fits(const struct jose_key *key, const char *algorithm);

/* True if signature is the key's signature of the len bytes at data by that
 * algorithm; false if the algorithm does not fit the key. */
bool jose_key_verify(const struct jose_key *key, const char *algorithm,
		     const void *data, size_t len, const void *signature,
		     size_t signature_len);

#endif
