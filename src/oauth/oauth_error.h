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

/* True if the error only means "later". For a code that providers use for
 * anything, the words must be unmistakable; an unknown code must say so itself;
 * without a code, any such words suffice. */
bool oauth_error_puts_off(const struct oauth_error *error,
			  const struct json *body);

#endif
