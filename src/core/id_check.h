/* SPDX-License-Identifier: MIT */
/*
 * What has to happen to an ID token before its bearer is let in (OpenID
 * Connect Core section 3.1.3.7): fetch the issuer's keys, check signature and
 * claims, and make the first profile of them.
 */
#ifndef GRANTTY_CORE_ID_CHECK_H
#define GRANTTY_CORE_ID_CHECK_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct provider;
struct reply;
struct request;
struct tokens;

/* Whether openid was asked for and an ID token came. */
bool id_check_is_needed(const struct provider *provider,
			const struct tokens *tokens);

/* The request for the issuer's keys; NULL where nobody has said where they
 * are. Then TLS to the token endpoint vouches for the token instead of its
 * signature, as point 6 of that section allows. */
struct request *id_check_request(const struct provider *provider);

/*
 * Checks the ID token. reply: the answer to id_check_request(), NULL where
 * there was none to send. *profile is JSON text of its claims that the caller
 * owns. False with *err; *again tells that only the keys could not be had, and
 * asking for them once more may help.
 */
bool id_check_pass(const struct provider *provider, const struct tokens *tokens,
		   const struct reply *reply, int64_t wall_s, char **profile,
		   bool *again, struct err *err);

/*
 * Lays userinfo (JSON text) over the profile that the ID token gave (section
 * 5.3.2): both must be of the same sub. Where either has none they are not of
 * OpenID Connect, and userinfo alone is the profile. The caller owns *merged.
 */
bool id_check_merge(const char *profile, const char *userinfo, char **merged,
		    struct err *err);

#endif
