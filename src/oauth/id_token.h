/* SPDX-License-Identifier: MIT */
/*
 * Checks the claims of an ID token (OpenID Connect Core section 3.1.3.7), and
 * makes the profile from them. jose checks the signature.
 */
#ifndef GRANTTY_OAUTH_ID_TOKEN_H
#define GRANTTY_OAUTH_ID_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct json;

/* The tolerated clock skew. */
enum { ID_TOKEN_LEEWAY_S = 120 };

/* The claims of a token, unverified; json_free() them. NULL with *err. */
struct json *id_token_claims(const char *token, struct err *err);

/* When the token (NULL: none) expires, in Unix seconds; 0: it does not say. */
int64_t id_token_expires_at(const char *token);

/*
 * Checks iss (exactly the issuer or, by tenant_is_issuer(), that of the claim
 * tid), sub (a text), aud (contains client_id), azp (if present, is client_id),
 * exp, iat and, if present, nbf (against wall_s, Unix seconds, with the
 * leeway), and nonce (equals nonce; NULL: none was sent). Does not check
 * at_hash, which matters only if tokens pass through a browser. False with a
 * one-sentence *err, which mentions this machine's clock if a time is wrong.
 */
bool id_token_check(const struct json *claims, const char *issuer,
		    const char *client_id, const char *nonce, int64_t wall_s,
		    struct err *err);

/*
 * Makes the profile: the ID token's claims, overridden by userinfo, without
 * claims that only serve the protocol (iss, aud, exp and the like). userinfo:
 * an object or NULL; its sub must equal that of the claims (section 5.3.2),
 * otherwise false with *err. *profile: json_free() it; NULL on failure.
 */
bool id_token_profile(const struct json *claims, const struct json *userinfo,
		      struct json **profile, struct err *err);

#endif
