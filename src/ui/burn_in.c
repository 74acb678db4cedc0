/* SPDX-License-Identifier: MIT */
/*
 * Cycles through the places. Does not know what is drawn in them.
 */
#include "config.h"

#include "ui/burn_in.h"

enum { MOVE_MS = 4 * 60 * 1000, PLACES = 5 };

int burn_in_place(int64_t now_ms)
{
	return (int)(now_ms / MOVE_MS % PLACES);
}

int64_t burn_in_next_ms(int64_t now_ms)
{
	return (now_ms / MOVE_MS + 1) * MOVE_MS;
}

struct rect burn_in_part(struct rect screen, int place)
{
	static const struct {
		int y, x;
	} corners[PLACES] = {{0, 0}, {0, 0}, {0, 1}, {1, 1}, {1, 0}};
	const int less = place == 0 ? 0 : 1;

	return rect_part(screen, corners[place].y, corners[place].x,
			 screen.rows - less, screen.columns - less);
}
