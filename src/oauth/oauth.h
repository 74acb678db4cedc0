/* SPDX-License-Identifier: MIT */
/*
 * The messages of OAuth 2.0: builds the requests and reads the answers, in
 * every provider's dialect. Knows no state and no time.
 */
#ifndef GRANTTY_OAUTH_OAUTH_H
#define GRANTTY_OAUTH_OAUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "oauth/http_message.h"
#include "oauth/provider.h"
#include "oauth/tokens.h"
#include "oauth/verdict.h"

struct buf;
struct err;
struct json;

/* The grant_type of a poll (RFC 8628 section 3.4). */
#define OAUTH_DEVICE_GRANT "urn:ietf:params:oauth:grant-type:device_code"

/* Longer codes and tokens are rejected: no server would accept a request that
 * carries one. In bytes. */
enum { OAUTH_TOKEN_MAX = 256 * 1024 };

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
 * A request that POSTs the form, which it takes over, with the client's
 * credentials. wall_s, here and below: the current time in Unix seconds, for a
 * signed assertion.
 */
struct request *oauth_post(const struct provider *provider,
			   enum request_kind kind, const char *url,
			   struct buf *form, enum client_auth auth,
			   int64_t wall_s);

/* The device authorization request (RFC 8628 section 3.1). verifier: for PKCE;
 * NULL: no PKCE. */
struct request *oauth_device_request(const struct provider *provider,
				     const char *verifier, int64_t wall_s);

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

/* The device access token request (RFC 8628 section 3.4), one poll. verifier is
 * that of the device authorization request. */
struct request *oauth_poll_request(const struct provider *provider,
				   const char *device_code,
				   const char *verifier, int64_t wall_s);

/* The refresh request (RFC 6749 section 6), on a connection of its own. */
struct request *oauth_refresh_request(const struct provider *provider,
				      const char *refresh_token,
				      int64_t wall_s);

/*
 * Reads the answer to a poll. dpop_key: the key that made the request's proof
 * (RFC 9449), which a bound token takes along; NULL: no proof, so that only
 * Bearer tokens are accepted. The body takes precedence over the status.
 * VERDICT_OK fills *tokens; anything else *failure. 428 without a known code is
 * PENDING, 429 without one is RETRY with its Retry-After, and anything that is
 * not OAuth is RETRY.
 */
enum verdict oauth_token_answer(const struct provider *provider,
				const struct reply *reply, const char *dpop_key,
				struct tokens *tokens,
				struct oauth_failure *failure);

/* Reads the answer to a refresh in the same way, except that refresh_judge()
 * judges errors. */
enum verdict oauth_refresh_answer(const struct provider *provider,
				  const struct reply *reply,
				  const char *dpop_key, struct tokens *tokens,
				  struct oauth_failure *failure);

/* The profile request: GET with the token; NULL if the provider has no userinfo
 * endpoint. */
struct request *oauth_profile_request(const struct provider *provider,
				      const struct tokens *tokens);

/*
 * Reads the answer to oauth_profile_request(). VERDICT_OK sets *profile to an
 * object with all the values of each name, see json_parse_all(), that the
 * caller owns; it is NULL otherwise. 401 is UNAUTHORIZED; 403 and other 4xx are
 * REFUSED.
 */
enum verdict oauth_profile_answer(const struct reply *reply,
				  struct json **profile,
				  struct oauth_failure *failure);

/* The revocation request (RFC 7009 section 2.1) for token; hint is
 * "access_token" or "refresh_token". NULL if the provider has no revocation
 * endpoint. */
struct request *oauth_revoke_request(const struct provider *provider,
				     const char *token, const char *hint,
				     int64_t wall_s);

/* Reads the answer to oauth_revoke_request(): OK, RETRY or REFUSED. */
enum verdict oauth_revoke_answer(const struct reply *reply,
				 struct oauth_failure *failure);

#endif
