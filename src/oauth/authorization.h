/* SPDX-License-Identifier: MIT */
/*
 * The first half of the authorization code grant (RFC 6749 section 4.1): makes
 * the address that the user opens, with PKCE (RFC 7636) and a fresh state, and
 * judges the answer. Knows no time and no network.
 */
#ifndef GRANTTY_OAUTH_AUTHORIZATION_H
#define GRANTTY_OAUTH_AUTHORIZATION_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct provider;
struct oauth_failure;
struct request;

/* One attempt; none of its values is ever reused. */
struct authorization {
	char *uri;	/* the browser opens it; NULL: no attempt */
	char *state;	/* secret */
	char *verifier; /* for PKCE; secret */
	char *nonce;	/* for the ID token; NULL without openid */
};

/* Makes an attempt with fresh random values. False, with *err and no attempt,
 * if its address would be too long. */
bool authorization_make(struct authorization *authorization,
			const struct provider *provider, struct err *err);

/* Wipes and frees the content; the struct is then empty and reusable. */
void authorization_free(struct authorization *authorization);

enum authorization_answer {
	ANSWER_CODE,	/* *code is the authorization code */
	ANSWER_FOREIGN, /* not an answer to this attempt: ignore it */
	ANSWER_DENIED,	/* access_denied */
	ANSWER_REFUSED, /* any other error (RFC 6749 section 4.1.2.1) */
	ANSWER_MISCONFIGURED
};

/*
 * Judges the answer: a query string, or the whole address on which the browser
 * ended. Looks only at code, state, iss, error and error_description. state
 * must be this attempt's (RFC 6749 section 10.12). iss, if present or promised
 * by the provider, must be the provider's issuer (RFC 9207 section 2.4).
 * ANSWER_CODE sets *code, which the caller owns (secret_free); every other
 * result fills *failure.
 */
enum authorization_answer authorization_judge(
	const struct authorization *authorization,
	const struct provider *provider, const char *answer, char **code,
	struct oauth_failure *failure);

/* The access token request for that code (RFC 6749 section 4.1.3), on a
 * connection of its own. wall_s: the current time, as for oauth_post(). */
struct request *authorization_request(const struct authorization *authorization,
				      const struct provider *provider,
				      const char *code, int64_t wall_s);

#endif
