/* SPDX-License-Identifier: MIT */
/*
 * How curses is told what the roles of a theme look like: term.c sets it up,
 * canvas.c draws with it. Nothing else needs this.
 */
#ifndef GRANTTY_UI_PALETTE_H
#define GRANTTY_UI_PALETTE_H

#include <stdbool.h>

#include "core/theme.h"

struct ink {
	unsigned attributes; /* attr_t of curses */
	short pair;
};

struct palette {
	bool colour; /* whether the terminal has any */
	bool dim; /* to be set: everything but the QR code in one faint ink */
	struct ink inks[ROLE_COUNT];
	struct ink fills[ROLE_COUNT];
	struct ink qr;
};

/* For the terminal that curses has just opened. */
void palette_begin(struct palette *palette);

/* The inks of that theme from now on, and its ground; without colours those of
 * theme_plain(). */
void palette_set(struct palette *palette, const struct theme *theme);

struct ink palette_ink(const struct palette *palette, enum role role);

/* For blanks that show the role's own colour, as in a bar. */
struct ink palette_fill_ink(const struct palette *palette, enum role role);

/*
 * White on black, whatever the theme, and explicitly so. Where it has the
 * attribute A_REVERSE, dark modules are to be drawn and light ones are blank;
 * else the other way round. Without colours it is the terminal's own two,
 * which is right where its ground is dark.
 */
struct ink palette_qr_ink(const struct palette *palette);

#endif
