/* SPDX-License-Identifier: MIT */
/*
 * Fills the model that the screens draw from the state of a visit.
 */
#ifndef GRANTTY_APP_PRESENTER_H
#define GRANTTY_APP_PRESENTER_H

#include <stdbool.h>

#include "app/languages.h"
#include "ui/model.h"

struct flow;
struct setup;
struct visit;

/* The state kept from one drawing to the next. */
struct presenter {
	const struct setup *setup;
	struct languages languages;
	bool forgets; /* a profile was just dropped: leave no trace of it */
	struct profile *profile; /* made from profile_json when that changed */
	char *profile_json;
	size_t profile_language; /* its dates are written as in that one */
	char device[128];
	char caution[512];
	char status[320];
	char advice[768];
	bool is_screen; /* of a kiosk, where other users come by */
	bool demo;
	bool can_quit;
	bool cancel_leaves; /* giving up ends the program */
};

/* The setup must outlive the presenter. Until presenter_free(), texts are in
 * the user's language, as of languages_open(). */
void presenter_init(struct presenter *presenter, const struct setup *setup);
void presenter_free(struct presenter *presenter); /* the contents; wipes */

/* Fills *model. Its text is borrowed from presenter and visit until either
 * changes. */
void presenter_fill(struct presenter *presenter, const struct visit *visit,
		    struct model *model);

/* Why the browser that has come back did not sign anybody in. NULL: the screen
 * says that. */
const char *presenter_of_browser(const struct flow *flow);

/* "Signed in to Webex as Ada Lovelace.": one sentence about the visit's
 * profile, for after the screens are gone. */
const char *presenter_greeting(struct presenter *presenter,
			       const struct visit *visit);

/*
 * When to approve a code: "Approve only if you are standing at this screen
 * (Lobby 3)." on the screen of a kiosk, which screen.title or
 * provider.device_name names, and elsewhere "Approve only if you started this
 * sign-in yourself, on appliance7." Attacks on the device grant get a user to
 * approve someone else's code (RFC 8628 section 5.4).
 */
const char *presenter_caution(struct presenter *presenter);

/* "Ada Lovelace approved this sign-in. Is this you?" */
const char *presenter_question(struct presenter *presenter,
			       const struct visit *visit);

/* What tells the user the result of a login, without visit_trouble(), and its
 * exit code. */
const char *presenter_farewell(struct presenter *presenter,
			       const struct visit *visit);
int presenter_exit_code(const struct visit *visit);

#endif
