/* SPDX-License-Identifier: MIT */
/*
 * What a kiosk says in plain lines besides code and question: the invitation
 * and the profile. Each of them once.
 */
#ifndef GRANTTY_APP_PLAIN_KIOSK_H
#define GRANTTY_APP_PLAIN_KIOSK_H

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

struct presenter;
struct visit_loop;

/* What was said last; {0} at the beginning. */
struct plain_kiosk {
	bool invites; /* it waits for a key, and says which there are */
	bool invited;
	bool signed_in;	     /* the profile */
	const char *goodbye; /* in the language of who is signed in */
	unsigned keys;	     /* the visit for which they were said, from 1 */
	int64_t offered_ms;  /* since when the sign-out is offered without
			      * anything being typed */
	bool knows_line;     /* lines is the terminal's before */
	struct termios lines;
};

/* Says what is new, of the filled model. What was said about a user is taken
 * off the screen once that user is signed out. False if the output failed. */
bool plain_kiosk_show(struct plain_kiosk *said, struct visit_loop *run);

/* After the code or the address: says once a visit which keys there are, unless
 * the invitation does. False if the output failed. */
bool plain_kiosk_show_keys(struct plain_kiosk *said,
			   const struct visit_loop *run);

/* The user has pressed Enter. True if that may sign out: one that is held, or
 * that was meant for what was said before, may not. */
bool plain_kiosk_hear(struct plain_kiosk *said, int64_t now_ms);

/* Turns Ctrl-S off, with which anyone could stop the program at its next line.
 * plain_kiosk_end() it. */
void plain_kiosk_begin(struct plain_kiosk *said);

/* False while the terminal takes no output, as with Scroll Lock: to write would
 * stop the program. */
bool plain_kiosk_may_write(void);

/* The program ends: leaves nothing about a user on the screen, who may have
 * been asked who they are without having been signed in. */
void plain_kiosk_end(const struct plain_kiosk *said,
		     const struct presenter *presenter);

#endif
