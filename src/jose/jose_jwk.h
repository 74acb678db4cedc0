/* SPDX-License-Identifier: MIT */
/*
 * Converts between JSON Web Keys (RFC 7517) and libcrypto's keys. Only for
 * jose_key.
 */
#ifndef GRANTTY_JOSE_JOSE_JWK_H
#define GRANTTY_JOSE_JOSE_JWK_H

#include <openssl/types.h>

struct json;

/*
 * The public key in a JWK: RSA of any size, P-256, P-384 or Ed25519;
 * EVP_PKEY_free() it. NULL if it is of another kind, a number is missing or
 * malformed, or a point is not on its curve.
 */
EVP_PKEY *jose_jwk_read(const struct json *jwk);

/* The public half of an RSA or P-256 key, for jose_key_public(); NULL if
 * libcrypto fails. */
struct json *jose_jwk_write(const EVP_PKEY *pkey);

#endif
