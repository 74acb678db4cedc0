/* SPDX-License-Identifier: MIT */
/*
 * The front half of the authorization code grant (RFC 6749 section 4.1): the
 * address that a person opens, with PKCE (RFC 7636) and a state of its own,
 * and the judgement of what comes back. Knows no time and no network.
 */
#ifndef GRANTTY_CORE_AUTHORIZE_H
#define GRANTTY_CORE_AUTHORIZE_H

#include <stdbool.h>
#include <stdint.h>

struct provider;
struct refusal;
struct request;

/* One attempt; nothing in it is ever used twice. */
struct authorization {
	char *uri;	/* what the browser opens; NULL: there is no attempt */
	char *state;	/* secret */
	char *verifier; /* of PKCE; secret */
	char *nonce; /* for the ID token; NULL where openid is not asked for */
};

/* Makes an attempt with fresh random values. */
void authorization_make(struct authorization *authorization,
			const struct provider *provider);

/* Wipes and frees the content; the struct is empty and usable again. */
void authorization_free(struct authorization *authorization);

enum authorization_answer {
	ANSWER_CODE,	/* *code is the authorization code */
	ANSWER_FOREIGN, /* not an answer to this attempt: nothing has changed */
	ANSWER_DENIED,	/* access_denied */
	ANSWER_REFUSED, /* any other error (RFC 6749 section 4.1.2.1) */
	ANSWER_MISCONFIGURED
};

/*
 * Judges what came back: a query string, or the whole address that a browser
 * ended on. Only code, state, iss, error and error_description are looked at.
 * state must be this attempt's (RFC 6749 section 10.12), iss, where it is there
 * or the provider promises it, the provider's issuer (RFC 9207 section 2.4).
 * ANSWER_CODE gives *code, which the caller owns (secret_free); everything else
 * fills *refusal.
 */
enum authorization_answer authorization_judge(
	const struct authorization *authorization,
	const struct provider *provider, const char *answer, char **code,
	struct refusal *refusal);

/* The access token request for that code (RFC 6749 section 4.1.3), on a
 * connection of its own. wall_s: the time now, as oauth_post() wants it. */
struct request *authorization_request(const struct authorization *authorization,
				      const struct provider *provider,
				      const char *code, int64_t wall_s);

#endif
