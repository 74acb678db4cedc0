/* SPDX-License-Identifier: MIT */
/*
 * What goes wrong, in plain lines: for the user, in the words of the screens.
 * Each of it once. Details are for the log.
 */
#ifndef GRANTTY_APP_PLAIN_TROUBLE_H
#define GRANTTY_APP_PLAIN_TROUBLE_H

#include "ui/model.h"

struct presenter;
struct visit;
struct visit_loop;

/* What was said last; {0} at the beginning. */
struct plain_trouble {
	const char *said;   /* NULL: nothing since a user or a code came */
	enum next next;	    /* after it */
	const char *beside; /* what is tried again beside a code */
	unsigned codes;	    /* that code */
};

/* Says what is new, of the filled model. */
void plain_trouble_show(struct plain_trouble *trouble, struct visit_loop *run);

/* From now on, what is still wrong is new. */
void plain_trouble_forget(struct plain_trouble *trouble);

/* Says on standard error why a login has ended, and in lines of their own
 * kiosk.help and the details, which are for whoever has set it up. */
void plain_trouble_end(struct presenter *presenter, const struct visit *visit);

#endif
