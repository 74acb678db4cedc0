/* SPDX-License-Identifier: MIT */
/*
 * What can be drawn besides text: blocks and lines that every console font has,
 * and large characters made of blocks. With and without UTF-8. Pure.
 */
#ifndef GRANTTY_UI_GLYPHS_H
#define GRANTTY_UI_GLYPHS_H

#include <stdbool.h>

enum glyph {
	GLYPH_BLANK,
	GLYPH_UPPER, /* upper half block */
	GLYPH_LOWER, /* lower half block */
	GLYPH_FULL,  /* full block */
	GLYPH_LINE,  /* horizontal line */
	GLYPH_POST,  /* vertical line */
	GLYPH_TOP_LEFT,
	GLYPH_TOP_RIGHT,
	GLYPH_BOTTOM_LEFT,
	GLYPH_BOTTOM_RIGHT,
	GLYPH_COUNT
};

/* The character, one column wide, as UTF-8. */
const char *glyph_text(enum glyph glyph, bool utf8);

/* Large characters: A to Z, 0 to 9, '-' and space. */
enum large {
	LARGE_SMALL,  /* 5 pixels high */
	LARGE_TALL,   /* 7 pixels high */
	LARGE_DOUBLE, /* as LARGE_TALL, each pixel two by two */
	LARGE_COUNT
};

/* The size of the text in cells; 0 columns if a character has no glyph. */
int large_columns(enum large large, const char *text);
int large_rows(enum large large, bool utf8);

/* The glyph in that cell of the text. Without UTF-8 a cell is at most one pixel
 * high. */
enum glyph large_glyph(enum large large, const char *text, int row, int column,
		       bool utf8);

#endif
