/* SPDX-License-Identifier: MIT */
/*
 * The answers of OAuth 2.0, read in every provider's dialect. Knows no state
 * and no time.
 */
#ifndef GRANTTY_OAUTH_OAUTH_ANSWER_H
#define GRANTTY_OAUTH_OAUTH_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "oauth/http_message.h"
#include "oauth/provider.h"
#include "oauth/tokens.h"
#include "oauth/verdict.h"

struct err;
struct json;

/* The device authorization response (RFC 8628 section 3.2). */
struct device_code {
	char *device_code; /* secret */
	char *user_code;
	char *verification_uri;
	char *verification_uri_complete; /* or NULL */
	int64_t expires_in_s;		 /* 1 s to a day; 300 s by default */
	int64_t interval_s;		 /* 1 to 300 s; 5 s by default */
};

void device_code_free(struct device_code *code);

/*
 * Reads the answer to oauth_device_request(). VERDICT_OK fills *code; RETRY,
 * MISCONFIGURED or REFUSED fill *failure. An answer is REFUSED with a sentence
 * if it lacks what section 3.2 requires, or if user_code or verification_uri is
 * not clean or not acceptable (verification_uri_check).
 *
 * A bad verification_uri_complete is dropped, as it is optional. So is one
 * whose origin differs from that of verification_uri, unless
 * provider.verification_hosts is set. failure->err is then a warning that says
 * why, otherwise "". If one of another origin is accepted, verification_uri
 * becomes the same, so that the user reads the address that opens.
 */
enum verdict oauth_device_answer(const struct provider *provider,
				 const struct reply *reply,
				 struct device_code *code,
				 struct oauth_failure *failure);

/* Reads the code in such an answer, or in a saved one. False with *err, which
 * may be NULL, if the answer would be REFUSED. On success, *err may hold that
 * warning. */
bool oauth_device_code(const struct provider *provider, const struct json *body,
		       struct device_code *code, struct err *err);

/*
 * Reads the answer to a poll or a code exchange (ENDPOINT_TOKEN), or to a
 * refresh (ENDPOINT_REFRESH), whose errors refresh_judge() judges. dpop_key:
 * the key that made the request's proof (RFC 9449), which a bound token takes
 * along; NULL: no proof, so that only Bearer tokens are accepted. The body
 * takes precedence over the status. VERDICT_OK fills *tokens; anything else
 * *failure. 428 without a known code is PENDING, 429 without one is RETRY with
 * its Retry-After, and anything that is not OAuth is RETRY.
 */
enum verdict oauth_token_answer(const struct provider *provider,
				enum endpoint endpoint,
				const struct reply *reply, const char *dpop_key,
				struct tokens *tokens,
				struct oauth_failure *failure);

/*
 * Reads the answer to oauth_profile_request(). VERDICT_OK sets *profile to an
 * object with all the values of each name, see json_parse_all(), that the
 * caller owns; it is NULL otherwise. 401 is UNAUTHORIZED; 403 and other 4xx are
 * REFUSED.
 */
enum verdict oauth_profile_answer(const struct reply *reply,
				  struct json **profile,
				  struct oauth_failure *failure);

/* Reads the answer to oauth_revoke_request(): OK, RETRY or REFUSED. */
enum verdict oauth_revoke_answer(const struct reply *reply,
				 struct oauth_failure *failure);

#endif
