/* SPDX-License-Identifier: MIT */
/*
 * The messages of OAuth 2.0: builds the requests and reads the answers, in
 * every dialect that the providers speak. Knows no state and no time.
 */
#ifndef GRANTTY_CORE_OAUTH_H
#define GRANTTY_CORE_OAUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "core/provider.h"

struct buf;
struct json;
struct request;
struct reply;

/* The device authorization response (RFC 8628 section 3.2). */
struct device_code {
	char *device_code; /* secret */
	char *user_code;
	char *verification_uri;
	char *verification_uri_complete; /* or NULL */
	int64_t expires_in_s; /* 10 s to a day; 300 s where missing or absurd */
	int64_t interval_s;   /* 1 to 300 s; 5 s where missing or absurd */
};

/* The token response (RFC 6749 section 5.1). Secrets in it are wiped. */
struct tokens {
	char *access_token;   /* secret */
	char *refresh_token;  /* or NULL; secret */
	char *token_type;     /* "Bearer", where none is named too, or "DPoP" */
	char *dpop_key;	      /* PEM, with "DPoP" only; secret */
	char *id_token;	      /* or NULL; secret */
	char *nonce;	      /* which one it must carry; NULL: none; secret */
	char *scope;	      /* or NULL where the answer names none */
	int64_t expires_in_s; /* 0: not said */
	int64_t refresh_expires_in_s; /* 0: not said */
};

/* What an answer means for the one who asked. */
enum verdict {
	VERDICT_OK,	   /* what was asked for is there */
	VERDICT_PENDING,   /* authorization_pending */
	VERDICT_SLOW_DOWN, /* slow_down */
	VERDICT_DENIED,	   /* access_denied, authorization_declined */
	VERDICT_EXPIRED,   /* expired_token and its kin */
	VERDICT_INVALID_GRANT,
	VERDICT_UNAUTHORIZED, /* a resource refused the access token (401) */
	VERDICT_RETRY, /* nothing is lost: 5xx, 408, 429, no answer, not OAuth
			*/
	VERDICT_MISCONFIGURED, /* invalid_client, invalid_scope, redirect URI …:
				* an operator has to mend it */
	VERDICT_REFUSED	       /* any other OAuth error */
};

/* What the answer said besides. All of it is clean text. */
struct refusal {
	char error[64];	       /* the OAuth error code in lower case, or "" */
	char tracking[80];     /* Webex's trackingId, or "" */
	int64_t interval_s;    /* a new interval that came with slow_down; 0 */
	int64_t retry_after_s; /* -1: not said */
	bool reached;	       /* whether an HTTP answer came at all */
	bool no_trust;	       /* encryption failed: a wrong clock does that */
	bool wants_pkce;       /* the device endpoint does (Keycloak) */
	struct err err; /* one sentence for people: what and what to do */
};

/* Copies what was said into *kept, in the place of what is there; NULL is
 * nothing. */
void refusal_keep(struct refusal **kept, const struct refusal *refusal);
void refusal_drop(struct refusal **kept); /* *kept is NULL then */

void device_code_free(struct device_code *code);
void tokens_free(struct tokens *tokens);
/* Moves what is in from to the empty to. */
void tokens_move(struct tokens *to, struct tokens *from);

/*
 * A request that POSTs the form, which it takes over, with the client's proof
 * of who it is. purpose: a literal, for the log. wall_s: the time now in Unix
 * seconds, here and below; a signed proof bears it.
 */
struct request *oauth_post(const struct provider *provider, const char *purpose,
			   const char *url, struct buf *form,
			   enum client_auth auth, int64_t wall_s);

/* The device authorization request (RFC 8628 section 3.1). verifier: of PKCE,
 * or NULL to do without. */
struct request *oauth_device_request(const struct provider *provider,
				     const char *verifier, int64_t wall_s);

/*
 * Reads the answer to it. VERDICT_OK fills *code; RETRY, MISCONFIGURED or
 * REFUSED fill *refusal. An answer without what section 3.2 requires, or with
 * a user_code or verification_uri that is not clean or not acceptable
 * (provider_accepts_uri), is REFUSED with a sentence. A bad
 * verification_uri_complete is dropped, for it is optional.
 */
enum verdict oauth_device_answer(const struct provider *provider,
				 const struct reply *reply,
				 struct device_code *code,
				 struct refusal *refusal);

/* The code that is in such an answer, or in what was kept of one; false with
 * *err, which may be NULL, where it would be REFUSED. */
bool oauth_device_code(const struct provider *provider, const struct json *body,
		       struct device_code *code, struct err *err);

/* The device access token request (RFC 8628 section 3.4): one poll, with the
 * verifier of the device authorization request. */
struct request *oauth_poll_request(const struct provider *provider,
				   const char *device_code,
				   const char *verifier, int64_t wall_s);

/* The refresh request (RFC 6749 section 6), on a connection of its own. */
struct request *oauth_refresh_request(const struct provider *provider,
				      const char *refresh_token,
				      int64_t wall_s);

/*
 * Reads the answer to a poll or a refresh. dpop_key: what the request was
 * proved with (RFC 9449); NULL: with nothing, and then only Bearer tokens are
 * taken. A token that is bound to it gets it along. The body counts before the
 * status.
 * VERDICT_OK fills *tokens; anything else *refusal. 428 without a known code is
 * PENDING, 429 without one RETRY with its Retry-After (a code in the body
 * counts first), and what is not OAuth at all is RETRY.
 */
enum verdict oauth_token_answer(const struct provider *provider,
				const struct reply *reply, const char *dpop_key,
				struct tokens *tokens, struct refusal *refusal);

/* The value of the Authorization header that the access token goes along in
 * (RFC 6750 section 2.1, RFC 9449 section 7.1); secret_free() it. */
char *oauth_authorization(const struct tokens *tokens);

/* The profile request: GET with the token; NULL where the provider has no
 * userinfo endpoint. */
struct request *oauth_profile_request(const struct provider *provider,
				      const struct tokens *tokens);

/*
 * Reads the answer to it. VERDICT_OK gives the profile as JSON text that the
 * caller owns; a 401 is UNAUTHORIZED; 403 and other 4xx are REFUSED.
 */
enum verdict oauth_profile_answer(const struct reply *reply, char **profile,
				  struct refusal *refusal);

/* The revocation request (RFC 7009 section 2.1) for token; hint is
 * "access_token" or "refresh_token". NULL where the provider has no revocation
 * endpoint. */
struct request *oauth_revoke_request(const struct provider *provider,
				     const char *token, const char *hint,
				     int64_t wall_s);

/* Reads the answer to it: OK, RETRY or REFUSED. */
enum verdict oauth_revoke_answer(const struct reply *reply,
				 struct refusal *refusal);

#endif
