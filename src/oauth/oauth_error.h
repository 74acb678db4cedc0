/* SPDX-License-Identifier: MIT */
/*
 * Finds the OAuth error in an answer, wherever its provider puts it, and says
 * what it means. Looks only at the body; reply.h combines it with the status.
 */
#ifndef GRANTTY_OAUTH_OAUTH_ERROR_H
#define GRANTTY_OAUTH_OAUTH_ERROR_H

#include <stdbool.h>

#include "oauth/verdict.h"

struct json;

struct oauth_error {
	char code[64]; /* as in RFC 6749 and RFC 8628; "" if none */
	enum error_class error_class;
	bool known;	      /* the class, verdict and advice are set */
	bool guessed;	      /* guessed from prose, without a code */
	enum verdict verdict; /* what it means at a token endpoint */
	const char *advice; /* continues "Webex …": what is wrong, what to do */
};

/* Finds the error in the body (NULL: none) of an answer with that status. */
void oauth_error_find(const struct json *body, int status,
		      struct oauth_error *error);

/* True if the provider rejects the client, its settings or its configuration,
 * rather than what a user or a request did. */
bool error_class_is_client(enum error_class error_class);

/* The provider's own words about the error: clean, short and without anything
 * that may be a code or a token. NULL if there are none. The caller owns it. */
char *oauth_error_words(const struct json *body);

/* True if the words or codes only mean "later": a rate limit, or a server that
 * is overloaded or under maintenance. */
bool oauth_error_says_later(const struct json *body);

/* The same, but only for unmistakable words: too many requests, and not too
 * many sessions. */
bool oauth_error_says_plainly_later(const struct json *body);

/* True if the error only means "later". For a code that providers use for
 * anything, the words must be unmistakable; an unknown code must say so itself;
 * without a code, any such words suffice. */
bool oauth_error_puts_off(const struct oauth_error *error,
			  const struct json *body);

/* True if the words or codes contain the phrase, ignoring case; a space in it
 * also matches '_' or '-'. */
bool oauth_error_mentions(const struct json *body, const char *phrase);

#endif
