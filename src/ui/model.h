/* SPDX-License-Identifier: MIT */
/*
 * What the screens show. The app fills it in before each drawing; the ui only
 * reads it. All text is borrowed and clean. Times are CLOCK_BOOTTIME
 * milliseconds.
 */
#ifndef GRANTTY_UI_MODEL_H
#define GRANTTY_UI_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/deadline.h"

struct log;
struct profile;

enum screen {
	SCREEN_WELCOME,
	SCREEN_SIGN_IN,
	SCREEN_CONFIRM, /* "Is this you?" */
	SCREEN_PROFILE,
	SCREEN_TROUBLE
};

/* What happens next after trouble, at retry_ms and on a key press. */
enum next {
	NEXT_TRY,  /* the same again */
	NEXT_CODE, /* a new code */
	NEXT_START /* back to the welcome screen; on a key press a new code */
};

enum { MODEL_TEXTS = 19 };

/*
 * A screen is drawn again if anything here but now_ms has changed: the texts
 * are compared by their content, the profile by what it shows, and everything
 * else byte by byte. So a text belongs into the union.
 */
struct model {
	union {
		struct {
			const char *title;    /* screen.title */
			const char *text;     /* screen.text; "" or NULL */
			const char *logo;     /* lines that end in '\n'; "" or
					       * NULL: none */
			const char *provider; /* "Webex" */
			const char *device;   /* its name */
			const char *caution;  /* when to approve; or NULL */
			const char *caution_brief; /* in few words; or NULL */
			const char *language;	   /* to change to, by its own
						    * name; or NULL */
			const char *status; /* one short line about what is
					     * happening now */
			const char *status_brief; /* where that is too long, or
						   * NULL */

			/* Sign-in. user_code is NULL while a code is being
			 * requested. */
			const char *user_code;
			const char *verification_uri;
			const char *verification_uri_complete; /* or NULL */

			/* Sign-in by the authorization code grant: user_code
			 * and both verification_uri are NULL.
			 * authorization_uri is NULL with other grants, and
			 * until there is an address. */
			const char *authorization_uri;
			/* "http://127.0.0.1:2000/redirect.html" */
			const char *redirect_uri;
			const char *failure; /* why the last answer was
					      * rejected, not translated; or
					      * NULL */

			/* Trouble, in words that any visitor understands, and
			 * what is being done, or what to do; or "". Not
			 * translated: systemd is told as well. */
			const char *trouble;
			const char *advice;
			const char *help; /* kiosk.help: whom to ask; "" or
					   * NULL: nobody */
		};
		const char *texts[MODEL_TEXTS];
	};
	enum screen screen;
	int64_t now_ms;

	bool logo_not_in_font; /* the console font lacks a character of it */

	/* Sign-in. */
	bool not_in_font;  /* the console font lacks a character of the code */
	unsigned codes;	   /* above 1: this code replaced an earlier one */
	bool code_follows; /* a new one replaces it when it expires */
	int64_t code_lifetime_ms; /* expires_in of the response */
	int64_t expires_ms;	  /* NEVER_MS if there is no code */

	/* Profile. */
	const struct profile *profile; /* NULL while it is being loaded, or if
					* the provider has none */
	int64_t token_expires_ms;      /* NEVER_MS: unknown */
	bool refreshes;		       /* the token is renewed automatically */
	int64_t idle_ms; /* time of the idle sign-out; NEVER_MS: never */

	/* "Is this you?": uses profile too; when the time to answer ends. */
	int64_t confirm_ms;

	/* Trouble: what happens next, and when; NEVER_MS: on a key press. */
	enum next next;
	int64_t retry_ms;

	const struct log *log;
	bool hides_log; /* only the status is shown */
	bool demo;	/* offer the key that approves "as the phone would" */
	bool can_quit;	/* offer the key q */
	bool locked_in; /* giving up would end the program: offer no such key */
};

_Static_assert(offsetof(struct model, screen) ==
		       sizeof(const char *) * MODEL_TEXTS,
	       "MODEL_TEXTS is the number of texts in struct model");

#endif
