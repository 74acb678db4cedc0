/* SPDX-License-Identifier: MIT */
/*
 * The answer being judged, and what kind it is. For reply.c and reply_*.c
 * alone: reply.c finds the verdict, reply_explain.c the words for it.
 */
#ifndef GRANTTY_OAUTH_REPLY_PARTS_H
#define GRANTTY_OAUTH_REPLY_PARTS_H

#include <stdbool.h>

#include "oauth/oauth_error.h"
#include "oauth/verdict.h"

struct json;
struct provider;
struct reply;

/* The answer being judged. */
struct reply_answer {
	const struct provider *provider; /* or NULL */
	enum endpoint endpoint;
	const struct reply *reply;
	const struct json *body; /* or NULL */
	struct oauth_error error;
};

/* What the sentences call the provider. */
const char *reply_label(const struct reply_answer *answer);

/* Statuses that mean "later", whatever the body. */
bool reply_is_later(int status);

/*
 * True if the answer only means "later", in whatever words: a rate limit may
 * come with any status, and 429 with any error (RFC 6585 section 4). An error
 * that says that the code has expired, or that the poll came too early, is
 * taken literally.
 */
bool reply_is_put_off(const struct reply_answer *answer);

/* True if the address does not accept the request: a known OAuth error says
 * more, but any other text with such a status comes from a web server. */
bool reply_leads_nowhere(const struct reply_answer *answer);

/* Statuses that send the client elsewhere, where it does not go. */
bool reply_is_redirect(int status);

/* True if the client lacks a redirect URI that the device grant needs, such as
 * the helper's of a Webex integration. */
bool reply_lacks_redirect_uri(const struct reply_answer *answer);

/* True if the profile is a signed JWT (OpenID Connect Core section 5.3.2). */
bool reply_is_jwt(const struct reply_answer *answer);

/* True if the answer is complete but can never be used. Any other unreadable
 * answer may have been damaged in transit, so a retry may help. */
bool reply_is_unreadable(const struct reply_answer *answer);

/* True if the body is meant to be JSON, even if it is cut off. */
bool reply_is_meant_as_json(const struct reply_answer *answer);

/* True if the device endpoint demands PKCE: "Missing parameter:
 * code_challenge_method" (Keycloak), although RFC 8628 does not mention it. */
bool reply_wants_pkce(const struct reply_answer *answer);

#endif
