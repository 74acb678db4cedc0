/* SPDX-License-Identifier: MIT */
/*
 * Draws a logo made of characters, or what comes closest to it where the
 * terminal cannot draw some of them.
 */
#ifndef GRANTTY_UI_LOGO_H
#define GRANTTY_UI_LOGO_H

#include "ui/canvas.h"

/* The size of the logo, whose lines all end in '\n'; 0 and 0 for "". */
void logo_measure(const char *logo, int *rows, int *columns);

/* Draws it into the rectangle, which must be large enough, from its top left
 * corner on. in_font: the terminal's font has all of its characters. */
void logo_draw(struct canvas *canvas, struct rect rect, enum role role,
	       const char *logo, bool in_font);

#endif
