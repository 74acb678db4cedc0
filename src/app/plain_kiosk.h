/* SPDX-License-Identifier: MIT */
/*
 * What a kiosk says in plain lines besides code and question: the invitation,
 * the profile, trouble. Each of them once.
 */
#ifndef GRANTTY_APP_PLAIN_KIOSK_H
#define GRANTTY_APP_PLAIN_KIOSK_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/model.h"

struct visit_loop;

/* What was said last; {0} at the beginning. */
struct plain_kiosk {
	bool invited;
	bool signed_in;	     /* the profile */
	int64_t offered_ms;  /* since when the sign-out is offered without
			      * anything being typed */
	const char *trouble; /* NULL: none since a user or a code came */
	enum next next;	     /* after it */
};

/* Says what is new, of the filled model. What was said about a user is taken
 * off the screen once that user is signed out. False if the output failed. */
bool plain_kiosk_show(struct plain_kiosk *said, struct visit_loop *run);

/* The user has pressed Enter: what is still wrong is said again. True if that
 * may sign out: one that is held, or that was meant for what was said before,
 * may not. */
bool plain_kiosk_hear(struct plain_kiosk *said, int64_t now_ms);

/* The program ends: leaves nothing about a user on the screen. */
void plain_kiosk_end(const struct plain_kiosk *said);

#endif
