/* SPDX-License-Identifier: MIT */
/*
 * JSON Web Signatures (RFC 7515) in the compact form, and the JWK sets (RFC
 * 7517) that they are checked against. Knows nothing of what the claims mean.
 */
#ifndef GRANTTY_CORE_JOSE_H
#define GRANTTY_CORE_JOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/jose_key.h"

/* What is refused because of its mere size. */
enum {
	JOSE_MAX_JWS = 64 * 1024,   /* bytes */
	JOSE_MAX_JWKS = 256 * 1024, /* bytes */
	JOSE_MAX_KEYS = 100
};

/*
 * Signs claims. header: further header members besides alg, which belongs to
 * the key; NULL: none. Returns the compact serialisation, which the caller owns
 * (secret_free); NULL where libcrypto fails, and beyond JOSE_MAX_JWS.
 */
char *jose_sign(const struct jose_key *key, const struct json *header,
		const struct json *claims);

/* Reads a JWK set as a provider publishes it; json_free() it. Looks at no key
 * yet. NULL with *err. */
struct json *jose_jwks_read(const char *text, size_t len, struct err *err);

/*
 * Checks a compact JWS against a JWK set and gives its claims, a JSON object
 * (json_free() them). The algorithm must be known (jose_algorithm_known) and
 * fit the key, which is one of the header's kid, or any one where the header
 * has none; keys that say that they are for something else are left out. Keys
 * in the header itself (jwk, jku, x5c, x5u) are never looked at, a header with
 * extensions (crit, b64) is refused. NULL with *err saying why.
 *
 * *unknown_key (may be NULL) tells that the set may merely be an old one: it
 * has no key of that kid, or no kid was named and none of the keys did it.
 */
struct json *jose_verify(const char *jws, const struct json *jwks,
			 bool *unknown_key, struct err *err);

#endif
