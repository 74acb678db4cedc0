/* SPDX-License-Identifier: MIT */
/*
 * Translates the roles of a theme into curses colours: term.c sets it up,
 * canvas.c draws with it, and ui.c reads what is known about the background.
 * Nothing else needs this.
 */
#ifndef GRANTTY_UI_PALETTE_H
#define GRANTTY_UI_PALETTE_H

#include <stdbool.h>

#include "conf/theme.h"

struct ink {
	unsigned attributes; /* attr_t of curses */
	short pair;
};

struct palette {
	bool colour; /* whether the terminal has any */
	bool dim; /* set by the caller: all but the QR code in one faint ink */
	struct ink inks[ROLE_COUNT];
	struct ink fills[ROLE_COUNT];
	struct ink qr;

	/* Without colours: what is known about the terminal's own
	 * background. */
	enum ground { GROUND_UNKNOWN, GROUND_DARK, GROUND_LIGHT } ground;
};

/* Call it right after curses has opened the terminal. */
void palette_begin(struct palette *palette);

/* Switches to the inks and the background of that theme; without colours to
 * those of theme_plain(). */
void palette_set(struct palette *palette, const struct theme *theme);

struct ink palette_ink(const struct palette *palette, enum role role);

/* For blanks that show the role's own colour, as in a bar. */
struct ink palette_fill_ink(const struct palette *palette, enum role role);

/*
 * White on black, explicitly, whatever the theme. If the ink has the attribute
 * A_REVERSE, draw the dark modules and leave light ones blank; otherwise the
 * other way round. Without colours these are the terminal's own two: see
 * palette_qr_dark_ink().
 */
struct ink palette_qr_ink(const struct palette *palette);

/* True if there are no colours and, as far as is known, text is dark on a light
 * background: the ink then draws the dark modules of the QR code. light: the
 * user says that the background is light. */
bool palette_qr_dark_ink(const struct palette *palette, bool light);

#endif
