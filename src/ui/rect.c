/* SPDX-License-Identifier: MIT */
/*
 * Cuts rectangles out of rectangles. Does not know what is drawn there.
 */
#include "config.h"

#include "ui/rect.h"

static int between(int low, int value, int high)
{
	if (value > high)
		value = high;
	return value < low ? low : value;
}

struct rect rect_part(struct rect whole, int y, int x, int rows, int columns)
{
	y = between(0, y, whole.rows);
	x = between(0, x, whole.columns);
	return (struct rect){
		.y = whole.y + y,
		.x = whole.x + x,
		.rows = between(0, rows, whole.rows - y),
		.columns = between(0, columns, whole.columns - x),
	};
}

struct rect rect_centred(struct rect whole, int rows, int columns)
{
	return rect_part(whole, (whole.rows - rows) / 2,
			 (whole.columns - columns) / 2, rows, columns);
}

struct rect rect_take_top(struct rect *whole, int rows)
{
	struct rect top = rect_part(*whole, 0, 0, rows, whole->columns);

	*whole = rect_part(*whole, top.rows, 0, whole->rows - top.rows,
			   whole->columns);
	return top;
}

struct rect rect_take_bottom(struct rect *whole, int rows)
{
	struct rect rest = rect_take_top(whole, whole->rows - rows);
	struct rect bottom = *whole;

	*whole = rest;
	return bottom;
}
