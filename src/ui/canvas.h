/* SPDX-License-Identifier: MIT */
/*
 * The drawing operations for panels: text, glyphs and fills in a role's
 * colours, positioned relative to a rectangle and clipped to it. curses
 * remembers the screen contents, so drawing the same again produces no output.
 */
#ifndef GRANTTY_UI_CANVAS_H
#define GRANTTY_UI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/theme.h"
#include "ui/glyphs.h"
#include "ui/hyperlink_cells.h"
#include "ui/rect.h"

struct term;

struct canvas {
	const struct term *term;
	bool utf8;	     /* blocks and lines take one column */
	bool halves;	     /* half blocks can be drawn */
	bool dark_ink;	     /* for QR codes: see palette_qr_dark_ink() */
	bool slow;	     /* every byte counts */
	bool marks_pastes;   /* pasting needs no key first */
	unsigned text_flags; /* for text_clip() */

	/* The areas that link to the sign-in address: see canvas_link(). */
	struct rect links[HYPERLINK_CELLS_MAX];
	size_t link_count;

	struct rect rest; /* where the cursor rests: see canvas_rest() */
};

void canvas_init(struct canvas *canvas, const struct term *term);

/* The whole drawing area. */
struct rect canvas_screen(const struct canvas *canvas);

/* True if every character of the text can be drawn. */
bool canvas_can_show(const struct canvas *canvas, const char *text);

/* Blanks the whole screen. */
void canvas_erase(struct canvas *canvas);

/* Blanks the rectangle in the role's colours. */
void canvas_fill(struct canvas *canvas, struct rect rect, enum role role);

/* Fills the rectangle with the role's foreground colour. */
void canvas_bar(struct canvas *canvas, struct rect rect, enum role role);

/* Draws one row of text, marked with ".." if it is cut off. Returns the number
 * of columns used. The second form takes len bytes. */
int canvas_text(struct canvas *canvas, struct rect rect, int y, int x,
		enum role role, const char *text);
int canvas_span(struct canvas *canvas, struct rect rect, int y, int x,
		enum role role, const char *text, size_t len);

/* Draws text that ends at the right edge of the rectangle. */
void canvas_text_right(struct canvas *canvas, struct rect rect, int y,
		       enum role role, const char *text);

/* Makes that many columns of text already drawn there a link to the sign-in
 * address, if the terminal has hyperlinks. */
void canvas_link(struct canvas *canvas, struct rect rect, int y, int x,
		 int columns);

/* Rests the cursor there when all is drawn, on what is most worth reading:
 * braille displays and speech follow it. The last call counts. */
void canvas_rest(struct canvas *canvas, struct rect rect, int y, int x);

/* Draws text over the full width from row y on, wrapped between words. Returns
 * the number of rows used. */
int canvas_words(struct canvas *canvas, struct rect rect, int y, enum role role,
		 const char *text);

/* Draws the glyph count times, side by side. */
void canvas_glyphs(struct canvas *canvas, struct rect rect, int y, int x,
		   enum role role, enum glyph glyph, int count);

/* Draws a box along the edge of the rectangle. */
void canvas_box(struct canvas *canvas, struct rect rect, enum role role);

/* Draws the text in large characters, broken as large says, with its top left
 * corner at that position; centred: each line in the middle of the
 * rectangle. */
void canvas_large(struct canvas *canvas, struct rect rect, int y, bool centred,
		  enum role role, const struct large_text *large,
		  const char *text);

/* Draws a whole cell of a QR code as a blank in one of two colours. Blanks
 * survive even where other characters do not. */
void canvas_qr_blank(struct canvas *canvas, struct rect rect, int y, int x,
		     bool light);

/* Draws a cell of a QR code as a half block; upper and lower: whether that half
 * is light. Only if half blocks are available. */
void canvas_qr_cell(struct canvas *canvas, struct rect rect, int y, int x,
		    bool upper, bool lower);

#endif
