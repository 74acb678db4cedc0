/* SPDX-License-Identifier: MIT */
/*
 * What panels draw with: text, glyphs and fills in a role's colours, at places
 * relative to a rectangle and clipped to it. The screen underneath remembers
 * what it shows, so drawing the same again costs no output.
 */
#ifndef GRANTTY_UI_CANVAS_H
#define GRANTTY_UI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/theme.h"
#include "ui/glyphs.h"
#include "ui/rect.h"

struct term;

struct canvas {
	const struct term *term;
	bool utf8;
	bool halves;	     /* half blocks can be drawn */
	bool slow;	     /* every byte counts */
	bool marks_pastes;   /* people need not say that they are to paste */
	unsigned text_flags; /* for text_clip() */
};

void canvas_init(struct canvas *canvas, const struct term *term);

/* All there is to draw on. */
struct rect canvas_screen(const struct canvas *canvas);

/* Blanks everything: what is not drawn afterwards will be gone. */
void canvas_erase(struct canvas *canvas);

/* Blanks the rectangle in the role's colours. */
void canvas_fill(struct canvas *canvas, struct rect rect, enum role role);

/* Fills the rectangle with the role's foreground colour. */
void canvas_bar(struct canvas *canvas, struct rect rect, enum role role);

/* One row of text, marked with ".." where it is cut. Returns the columns that
 * it took. The second form takes len bytes. */
int canvas_text(struct canvas *canvas, struct rect rect, int y, int x,
		enum role role, const char *text);
int canvas_span(struct canvas *canvas, struct rect rect, int y, int x,
		enum role role, const char *text, size_t len);

/* The same, but ending where the rectangle does. */
void canvas_text_right(struct canvas *canvas, struct rect rect, int y,
		       enum role role, const char *text);

/* Text over the whole width from row y on, broken between words. Returns the
 * rows that it took. */
int canvas_words(struct canvas *canvas, struct rect rect, int y, enum role role,
		 const char *text);

/* The glyph count times, side by side. */
void canvas_glyphs(struct canvas *canvas, struct rect rect, int y, int x,
		   enum role role, enum glyph glyph, int count);

/* A box around the edge of the rectangle. */
void canvas_box(struct canvas *canvas, struct rect rect, enum role role);

/* Large characters with their top left corner in that place. */
void canvas_large(struct canvas *canvas, struct rect rect, int y, int x,
		  enum role role, enum large large, const char *text);

/* A cell of a QR code: which halves are light. Without half blocks both are as
 * the upper one is. */
void canvas_qr_cell(struct canvas *canvas, struct rect rect, int y, int x,
		    bool upper, bool lower);

#endif
