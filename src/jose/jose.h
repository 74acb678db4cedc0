/* SPDX-License-Identifier: MIT */
/*
 * JSON Web Signatures (RFC 7515) in compact serialization. Knows nothing of
 * what the claims mean.
 */
#ifndef GRANTTY_JOSE_JOSE_H
#define GRANTTY_JOSE_JOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "jose/jose_key.h"

/* Anything larger is rejected. */
enum { JOSE_MAX_JWS = 64 * 1024 }; /* bytes */

/*
 * Signs claims. header holds header members other than alg, which depends on
 * the key; NULL: none. Returns the compact serialization, owned by the caller
 * (secret_free); NULL if libcrypto fails or the result exceeds JOSE_MAX_JWS.
 */
char *jose_sign(const struct jose_key *key, const struct json *header,
		const struct json *claims);

/*
 * Verifies a compact JWS against a JWK set and returns its claims, a JSON
 * object; json_free() it. The algorithm must be known (jose_algorithm_known)
 * and fit the key. The key must have the header's kid; without a kid in the
 * header, any key may match. Keys declared for another use are skipped. Keys in
 * the header itself (jwk, jku, x5c, x5u) are ignored, and a header with
 * extensions (crit, b64) is rejected. NULL with *err on failure.
 *
 * *unknown_key (may be NULL) becomes true if the key set may simply be
 * outdated: it has no key of that kid, or the header has no kid and no key
 * matched.
 */
struct json *jose_verify(const char *jws, const struct json *jwks,
			 bool *unknown_key, struct err *err);

/*
 * True if a text may be an ID token, without a look at its claims: it is not
 * above JOSE_MAX_JWS, has a signature, names an algorithm other than "none" and
 * no extension, and its typ, if any, is that of a JWT and not of another kind
 * of token (RFC 9068, RFC 8725 section 3.11). False with *err. Only a signature
 * that was verified proves who issued it.
 */
bool jose_is_id_token(const char *text, struct err *err);

#endif
