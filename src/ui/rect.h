/* SPDX-License-Identifier: MIT */
/*
 * Rectangles of cells, and how to cut one out of another. A cut never leaves
 * the rectangle it is taken from, so drawing clipped to a part of the screen
 * cannot leave the screen.
 */
#ifndef GRANTTY_UI_RECT_H
#define GRANTTY_UI_RECT_H

struct rect {
	int y, x, rows, columns; /* rows and columns are never negative */
};

/* The part of whole that starts y rows and x columns into it. */
struct rect rect_part(struct rect whole, int y, int x, int rows, int columns);

/* A part of that size (or all there is) in the middle of whole. */
struct rect rect_centred(struct rect whole, int rows, int columns);

/* Removes rows from the top or the bottom of *whole and returns them. */
struct rect rect_take_top(struct rect *whole, int rows);
struct rect rect_take_bottom(struct rect *whole, int rows);

#endif
