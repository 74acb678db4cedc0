/* SPDX-License-Identifier: MIT */
/*
 * What must be true of an ID token's claims (OpenID Connect Core section
 * 3.1.3.7), and the profile that they make. The signature is jose's matter.
 */
#ifndef GRANTTY_CORE_ID_TOKEN_H
#define GRANTTY_CORE_ID_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct json;

/* How far the clocks may be apart. */
enum { ID_TOKEN_LEEWAY_S = 120 };

/*
 * Checks iss (exactly the issuer; "{tenantid}" in the issuer, as Microsoft's
 * discovery has it, stands for the claim tid), sub (a text), aud (contains
 * client_id), azp (is client_id where present, and is present with several
 * audiences), exp, nbf and iat where present (against wall_s, Unix seconds,
 * with the leeway) and nonce (equals nonce; NULL: none was sent). Not at_hash,
 * which only matters where the tokens went through a browser. False with one
 * plain sentence; a wrong time mentions this machine's clock.
 */
bool id_token_check(const struct json *claims, const char *issuer,
		    const char *client_id, const char *nonce, int64_t wall_s,
		    struct err *err);

/*
 * The profile: the ID token's claims with what userinfo says laid over them,
 * without what only serves the protocol (iss, aud, exp and the like). userinfo:
 * JSON text or NULL; its sub must equal the claims' (section 5.3.2): else false
 * with *err. *profile: JSON text that the caller owns (secret_free); NULL on
 * failure.
 */
bool id_token_profile(const struct json *claims, const char *userinfo,
		      char **profile, struct err *err);

#endif
