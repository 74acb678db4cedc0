/* SPDX-License-Identifier: MIT */
/*
 * What can be drawn besides text: blocks and lines that every console font has,
 * and large characters made of blocks. With and without UTF-8. Pure.
 */
#ifndef GRANTTY_UI_GLYPHS_H
#define GRANTTY_UI_GLYPHS_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/font.h"

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

/* Large characters: those of font.h. */
enum large {
	LARGE_SMALL,  /* capitals 5 pixels high */
	LARGE_TALL,   /* 7 pixels high */
	LARGE_DOUBLE, /* as LARGE_TALL, each pixel two by two */
	LARGE_COUNT
};

enum { LARGE_CHARACTERS = 64, LARGE_LINES = 4 };

/* One line of large characters. Its size is in cells; marks above the capitals
 * and tails below them make it higher. */
struct large_line {
	enum large size;
	bool utf8;
	struct font_glyph glyphs[LARGE_CHARACTERS];
	int count;
	int top; /* pixel row of the first cell row */
	int columns, rows;
	int gap; /* empty rows between it and a line below */
};

/* False if a character has no glyph, and if there are none or too many. Without
 * UTF-8 a cell is one pixel high. */
bool large_measure(struct large_line *line, enum large size, const char *text,
		   size_t len, bool utf8);

/* The glyph in that cell of the line. */
enum glyph large_glyph(const struct large_line *line, int row, int column);

/* Text on one or more lines, one above another, broken at spaces and after
 * hyphens. */
struct large_text {
	enum large size;
	int count; /* lines */
	struct {
		size_t start, len; /* bytes of the text */
		int y;		   /* row of cells */
		int columns;
	} lines[LARGE_LINES];
	int columns, rows; /* all of it, in cells */
};

/* Breaks the text into as few lines as possible, as even as possible. False if
 * it needs more columns or lines than that, or if a character has no glyph. */
bool large_break(struct large_text *large, enum large size, const char *text,
		 int columns, int lines, bool utf8);

#endif
