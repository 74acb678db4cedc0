/* SPDX-License-Identifier: MIT */
/*
 * A terminal in memory: the cells that it shows, where each of them leads, and
 * the cursor. What it does not know is a failure.
 */
#ifndef GRANTTY_TESTS_SCREENS_EMULATOR_H
#define GRANTTY_TESTS_SCREENS_EMULATOR_H

#include <stdbool.h>
#include <wchar.h>

#include "ui/hyperlink.h"

enum {
	EMULATOR_ROWS = 60,
	EMULATOR_COLUMNS = 200,
	EMULATOR_LINKS = 8,
	EMULATOR_NOWHERE = 0 /* the index of no link */
};

struct cell {
	wchar_t c;
	int link; /* into uris */
};

struct emulator {
	struct cell cells[EMULATOR_ROWS][EMULATOR_COLUMNS];
	int y, x, rows, columns;
	int saved_y, saved_x;
	int top, bottom; /* rows that scroll */
	bool wide;	 /* blocks and lines take two columns */
	int link;
	char uris[EMULATOR_LINKS][HYPERLINK_URI_MAX + 1];
	int uri_count;
	struct cell last; /* that was printed */
};

/* A blank screen of that size. */
void emulator_begin(struct emulator *screen, int columns, int rows);

/* Empties these cells of a row, up to but not including the last. */
void emulator_blank(struct emulator *screen, int y, int from, int to);

/* Takes what a program has written. */
void emulator_feed(struct emulator *screen, const char *s);

#endif
