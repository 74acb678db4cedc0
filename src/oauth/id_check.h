/* SPDX-License-Identifier: MIT */
/*
 * The checks that an ID token must pass before its user is let in (OpenID
 * Connect Core section 3.1.3.7): fetches the issuer's keys, checks signature
 * and claims, and makes the first profile from them.
 */
#ifndef GRANTTY_OAUTH_ID_CHECK_H
#define GRANTTY_OAUTH_ID_CHECK_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct json;
struct provider;
struct reply;
struct request;
struct tokens;

/* True if openid was requested and an ID token came. */
bool id_check_is_needed(const struct provider *provider,
			const struct tokens *tokens);

/* The request for the issuer's keys; NULL if their address is unknown. TLS to
 * the token endpoint then vouches for the token instead of its signature, as
 * point 6 of that section allows. */
struct request *id_check_request(const struct provider *provider);

/* The JWK set in the answer to id_check_request(); json_free() it. NULL with
 * *err if there is none. */
struct json *id_check_keys(const struct provider *provider,
			   const struct reply *reply, struct err *err);

/*
 * Checks the ID token. reply: the answer to id_check_request(); NULL if there
 * was no request. Sets *profile to its claims, which the caller owns; NULL on
 * failure. False with *err. *again is set if only the keys are missing or
 * outdated, so that fetching them again may help.
 */
bool id_check_pass(const struct provider *provider, const struct tokens *tokens,
		   const struct reply *reply, int64_t wall_s,
		   struct json **profile, bool *again, struct err *err);

/*
 * Checks an ID token that came with refreshed tokens, directly from the token
 * endpoint (section 12.2): it is valid for this client, and names the issuer
 * and the user of the one before it. False with *err.
 */
bool id_check_renewed(const struct provider *provider, const char *before,
		      const char *token, int64_t wall_s, struct err *err);

/*
 * Merges *userinfo into the profile from the ID token (NULL: none; section
 * 5.3.2). Both must have the same sub. If one has no sub, they are not from
 * OpenID Connect, and *userinfo stays what it is. False with *err, and
 * *userinfo unchanged.
 */
bool id_check_merge(const struct json *profile, struct json **userinfo,
		    struct err *err);

#endif
