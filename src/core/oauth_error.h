/* SPDX-License-Identifier: MIT */
/*
 * Which OAuth error an answer carries, wherever its provider puts it, and what
 * that means. Looks at the body only; reply.h puts it together with the
 * status.
 */
#ifndef GRANTTY_CORE_OAUTH_ERROR_H
#define GRANTTY_CORE_OAUTH_ERROR_H

#include <stdbool.h>

#include "core/oauth.h"

struct json;

struct oauth_error {
	char code[64];	      /* as RFC 6749 and 8628 write it; "" where none */
	bool known;	      /* whether verdict and advice are set */
	enum verdict verdict; /* what it means at a token endpoint */
	const char *advice; /* goes on from "Webex …": what and what to do */
};

/* Finds the error in the body (NULL: none) of an answer with that status. */
void oauth_error_find(const struct json *body, int status,
		      struct oauth_error *error);

/* What the provider says about it in its own words: clean, short and without
 * anything that may be a code or a token. NULL where it says nothing. The
 * caller owns it. */
char *oauth_error_words(const struct json *body);

#endif
