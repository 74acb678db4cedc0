/* SPDX-License-Identifier: MIT */
/*
 * The requests of OAuth 2.0, in every provider's dialect. Knows no state.
 */
#ifndef GRANTTY_OAUTH_OAUTH_REQUEST_H
#define GRANTTY_OAUTH_OAUTH_REQUEST_H

#include <stdint.h>

#include "oauth/http_message.h"
#include "oauth/provider.h"
#include "oauth/tokens.h"

struct buf;

/* The grant_type of a poll (RFC 8628 section 3.4). */
#define OAUTH_DEVICE_GRANT "urn:ietf:params:oauth:grant-type:device_code"

/* Longer codes and tokens are rejected: no server would accept a request that
 * carries one. In bytes. */
enum { OAUTH_TOKEN_MAX = 256 * 1024 };

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

/* The device access token request (RFC 8628 section 3.4), one poll. verifier is
 * that of the device authorization request. */
struct request *oauth_poll_request(const struct provider *provider,
				   const char *device_code,
				   const char *verifier, int64_t wall_s);

/* The refresh request (RFC 6749 section 6), on a connection of its own. */
struct request *oauth_refresh_request(const struct provider *provider,
				      const char *refresh_token,
				      int64_t wall_s);

/* The profile request: GET with the token; NULL if the provider has no userinfo
 * endpoint. */
struct request *oauth_profile_request(const struct provider *provider,
				      const struct tokens *tokens);

/* The revocation request (RFC 7009 section 2.1) for token; hint is
 * "access_token" or "refresh_token". NULL if the provider has no revocation
 * endpoint. */
struct request *oauth_revoke_request(const struct provider *provider,
				     const char *token, const char *hint,
				     int64_t wall_s);

#endif
