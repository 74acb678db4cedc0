/* SPDX-License-Identifier: MIT */
/*
 * Reads what curses has on its screens, see picture.h.
 */
#include "config.h"

#include "picture.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

struct picture {
	int rows, columns;
	/* One more: curses ends a row with a cell of zeros. */
	cchar_t cells[PICTURE_ROWS][PICTURE_COLUMNS + 1];
};

struct picture *picture_new(void)
{
	return xcalloc(1, sizeof(struct picture));
}

void picture_take(struct picture *picture, int rows, int columns, bool written)
{
	WINDOW *window = written ? curscr : stdscr;

	picture->rows = rows;
	picture->columns = columns;
	for (int y = 0; y < rows; y++)
		(void)mvwin_wchnstr(window, y, 0, picture->cells[y], columns);
}

static void print_row(const char *name, const struct picture *picture, int y)
{
	(void)fprintf(stderr, "%s, row %d: ", name, y);
	for (int x = 0; x < picture->columns; x++)
		(void)fprintf(stderr, "%lc",
			      (wint_t)picture->cells[y][x].chars[0]);
	(void)fputc('\n', stderr);
}

bool picture_is_same(const struct picture *a, const struct picture *b)
{
	for (int y = 0; y < a->rows; y++) {
		if (memcmp(a->cells[y], b->cells[y],
			   sizeof(cchar_t) * (size_t)a->columns) == 0)
			continue;
		print_row("first", a, y);
		print_row("second", b, y);
		return false;
	}
	return true;
}

bool picture_has(const struct picture *picture, const char *text)
{
	const int len = (int)strlen(text);

	for (int y = 0; y < picture->rows; y++) {
		for (int x = 0; x + len <= picture->columns; x++) {
			const cchar_t *cells = &picture->cells[y][x];
			int i = 0;

			while (i < len &&
			       cells[i].chars[0] ==
				       (wchar_t)(unsigned char)text[i])
				i++;
			if (i == len)
				return true;
		}
	}
	return false;
}
