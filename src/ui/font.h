/* SPDX-License-Identifier: MIT */
/*
 * Two pixel fonts for large characters: printable ASCII and Latin-1. Pure.
 */
#ifndef GRANTTY_UI_FONT_H
#define GRANTTY_UI_FONT_H

#include <stdbool.h>
#include <stdint.h>

enum font_face {
	FACE_SMALL, /* capitals 5 pixels high */
	FACE_TALL,  /* capitals 7 pixels high */
	FACE_COUNT
};

/* A character in pixels. Row 0 is the top of the capitals; marks may be above
 * it, and tails below the capitals. */
struct font_glyph {
	int width;
	int top, bottom; /* the first row and the one after the last */

	const char *rows, *mark; /* for font_pixel() */
	int mark_y;
};

/* False if the font lacks the character. */
bool font_find(struct font_glyph *glyph, enum font_face face, uint32_t c);

/* True if that pixel is lit; none is outside. */
bool font_pixel(const struct font_glyph *glyph, int x, int y);

/* Of the capitals. */
int font_height(enum font_face face);

#endif
