/* SPDX-License-Identifier: MIT */
/*
 * What the screens show. The app fills it in before each drawing; the ui only
 * reads it. Everything in it is borrowed, clean text. Times are CLOCK_BOOTTIME
 * milliseconds.
 */
#ifndef GRANTTY_UI_MODEL_H
#define GRANTTY_UI_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/exchange.h"

struct log;
struct profile;

enum screen {
	SCREEN_WELCOME,
	SCREEN_SIGN_IN,
	SCREEN_CONFIRM, /* "Is this you?" */
	SCREEN_PROFILE,
	SCREEN_TROUBLE
};

struct model {
	enum screen screen;
	int64_t now_ms;
	const char *title;    /* screen.title */
	const char *provider; /* "Webex" */
	const char *device;   /* which device this is, for "only approve if you
			       * are standing in front of …" */
	const char *status;   /* one short line on what is going on right now */

	/* Sign-in. user_code is NULL while a code is being asked for. */
	const char *user_code;
	const char *verification_uri;
	const char *verification_uri_complete; /* or NULL */
	int64_t code_lifetime_ms;	       /* what expires_in said */
	int64_t expires_ms; /* NEVER_MS while there is no code */
	unsigned codes;	    /* over 1: this code replaced an older one */
	unsigned polls;

	/* Sign-in by the authorization code grant: user_code and the two
	 * verification_uri are NULL then. Else, and while there is no address
	 * yet, authorization_uri is NULL. */
	const char *authorization_uri;
	const char *redirect_uri; /* "http://127.0.0.1:2000/redirect.html" */
	const char *refusal; /* why the last answer was not taken; or NULL */

	/* Profile. */
	const struct profile *profile; /* NULL while it is being read, or where
					* the provider has none */
	int64_t token_expires_ms;      /* NEVER_MS: not known */
	bool refreshes;		       /* the token is renewed by itself */
	int64_t idle_ms; /* when the idle sign-out comes; NEVER_MS: never */

	/* "Is this you?": profile, and when it is too late for an answer. */
	int64_t confirm_ms;

	/* Trouble. */
	const char *trouble; /* in words a visitor understands */
	const char *advice;  /* what is being done, or what to do; "" */
	int64_t retry_ms;    /* next try; NEVER_MS: on a key */

	const struct log *log;
	bool demo;	/* offer the key that approves "as the phone would" */
	bool can_quit;	/* offer q */
	bool locked_in; /* giving up would end the program: offer no such key */
};

#endif
