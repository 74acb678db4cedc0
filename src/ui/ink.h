/* SPDX-License-Identifier: MIT */
/*
 * How curses is told what a role looks like: term.c makes the inks, canvas.c
 * draws with them. Nothing else needs this.
 */
#ifndef GRANTTY_UI_INK_H
#define GRANTTY_UI_INK_H

#include "core/theme.h"

struct term;

struct ink {
	unsigned attributes; /* attr_t of curses */
	short pair;
};

struct ink term_ink(const struct term *term, enum role role);

/* For blanks that show the role's own colour, as in a bar. */
struct ink term_fill_ink(const struct term *term, enum role role);

/*
 * White on black, whatever the theme, and explicitly so. Where it has the
 * attribute A_REVERSE, dark modules are to be drawn and light ones are blank;
 * else the other way round. Without colours it is the terminal's own two,
 * which is right where its ground is dark.
 */
struct ink term_qr_ink(const struct term *term);

#endif
