/* SPDX-License-Identifier: MIT */
/*
 * A terminal of the type xterm-256color, as far as curses needs it here.
 */
#include "config.h"

#include "emulator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int uri_index(struct emulator *screen, const char *uri)
{
	if (*uri == '\0')
		return EMULATOR_NOWHERE;
	for (int i = 1; i < screen->uri_count; i++) {
		if (strcmp(screen->uris[i], uri) == 0)
			return i;
	}
	assert_true(screen->uri_count < EMULATOR_LINKS);
	(void)snprintf(screen->uris[screen->uri_count], sizeof(screen->uris[0]),
		       "%s", uri);
	return screen->uri_count++;
}

void emulator_blank(struct emulator *screen, int y, int from, int to)
{
	for (int x = from; x < to && x < EMULATOR_COLUMNS; x++)
		screen->cells[y][x] = (struct cell){.c = L' '};
}

void emulator_begin(struct emulator *screen, int columns, int rows)
{
	*screen = (struct emulator){
		.rows = rows,
		.columns = columns,
		.bottom = rows - 1,
		.uri_count = 1,
	};
	for (int y = 0; y < rows; y++)
		emulator_blank(screen, y, 0, columns);
}

/* The rows from that one on: n up, or down where it is negative. */
static void scroll_from(struct emulator *screen, int y, int n)
{
	for (int i = 0; i < abs(n); i++) {
		struct cell *top = screen->cells[y];
		const int moved = screen->bottom - y;
		const size_t size = (size_t)moved * sizeof(screen->cells[0]);

		if (n > 0)
			memmove(top, top + EMULATOR_COLUMNS, size);
		else
			memmove(top + EMULATOR_COLUMNS, top, size);
		emulator_blank(screen, n > 0 ? screen->bottom : y, 0,
			       screen->columns);
	}
}

static void scroll(struct emulator *screen, int n)
{
	scroll_from(screen, screen->top, n);
}

static void print_cell(struct emulator *screen, wchar_t c)
{
	const int width = screen->wide && c >= 0x2500 && c < 0x25A0 ? 2 : 1;

	if (screen->x + width > screen->columns) { /* now, not before */
		screen->x = 0;
		if (screen->y == screen->bottom)
			scroll(screen, 1);
		else
			screen->y++;
	}
	assert_true(screen->y < screen->rows);
	screen->last = (struct cell){.c = c, .link = screen->link};
	for (int i = 0; i < width; i++)
		screen->cells[screen->y][screen->x++] = screen->last;
}

static void csi(struct emulator *screen, const char *text, char final)
{
	const int first = atoi(text); /* what curses writes is in order */
	const char *next = strchr(text, ';');
	const int n = first > 0 ? first : 1;
	const int second = next != NULL ? atoi(next + 1) : 1;

	if (*text == '?' || *text == '<' || *text == '>' || final == 'm' ||
	    final == 'h' || final == 'l' || final == 't' || final == 'n')
		return;
	if (screen->x == screen->columns)
		screen->x--;
	switch (final) {
	case 'H':
		screen->y = n - 1;
		screen->x = (second > 0 ? second : 1) - 1;
		break;
	case 'r':
		screen->top = n - 1;
		screen->bottom = next != NULL ? second - 1 : screen->rows - 1;
		screen->y = screen->x = 0;
		break;
	case 'S':
		scroll(screen, n);
		break;
	case 'T':
		scroll(screen, -n);
		break;
	case 'L':
	case 'M':
		assert_in_range(screen->y, screen->top, screen->bottom);
		scroll_from(screen, screen->y, final == 'L' ? -n : n);
		screen->x = 0;
		break;
	case 'd':
		screen->y = n - 1;
		break;
	case 'G':
		screen->x = n - 1;
		break;
	case 'A':
		screen->y -= n;
		break;
	case 'B':
		screen->y += n;
		break;
	case 'C':
		screen->x += n;
		break;
	case 'D':
		screen->x -= n;
		break;
	case 'J':
		if (first == 3) /* what has scrolled away */
			break;
		assert_true(first == 0 || first == 2);
		if (first == 0)
			emulator_blank(screen, screen->y, screen->x,
				       screen->columns);
		for (int y = first == 2 ? 0 : screen->y + 1; y < screen->rows;
		     y++)
			emulator_blank(screen, y, 0, screen->columns);
		break;
	case 'K':
		if (first == 1)
			emulator_blank(screen, screen->y, 0, screen->x + 1);
		else
			emulator_blank(screen, screen->y, screen->x,
				       screen->columns);
		break;
	case 'X':
		emulator_blank(screen, screen->y, screen->x, screen->x + n);
		break;
	case 'b': {
		const struct cell last = screen->last;

		for (int i = 0; i < n; i++)
			print_cell(screen, last.c);
		break;
	}
	default:
		fail_msg("CSI %s%c", text, final);
	}
	assert_true(screen->y >= 0 && screen->y < screen->rows);
	assert_true(screen->x >= 0 && screen->x < screen->columns);
}

static void osc(struct emulator *screen, const char *text)
{
	const char *uri;

	if (strncmp(text, "8;", 2) != 0)
		return;
	uri = strchr(text + 2, ';');
	assert_non_null(uri);
	/* One link, in as many parts as there are rows. */
	if (uri[1] != '\0')
		assert_int_equal(strncmp(text, "8;id=grantty;", 13), 0);
	screen->link = uri_index(screen, uri + 1);
}

/* Returns what comes after the sequence, which is complete. */
static const char *sequence(struct emulator *screen, const char *s)
{
	char text[HYPERLINK_URI_MAX + 64];
	const char *end;

	switch (s[1]) {
	case '[':
		end = s + 2 + strspn(s + 2, "0123456789;<=>?");
		(void)snprintf(text, sizeof(text), "%.*s", (int)(end - s - 2),
			       s + 2);
		csi(screen, text, *end);
		return end + 1;
	case ']':
		end = strstr(s, "\x1b\\");
		assert_non_null(end);
		assert_true((size_t)(end - s) < sizeof(text));
		(void)snprintf(text, sizeof(text), "%.*s", (int)(end - s - 2),
			       s + 2);
		osc(screen, text);
		return end + 2;
	case 'M':
		if (screen->y == screen->top)
			scroll(screen, -1);
		else
			screen->y--;
		return s + 2;
	case '(':
	case ')':
		return s + 3;
	case '=':
	case '>':
		return s + 2;
	case '7':
		screen->saved_y = screen->y;
		screen->saved_x = screen->x;
		return s + 2;
	case '8':
		screen->y = screen->saved_y;
		screen->x = screen->saved_x;
		return s + 2;
	}
	fail_msg("ESC %c", s[1]);
	return NULL;
}

void emulator_feed(struct emulator *screen, const char *s)
{
	const char *end = s + strlen(s);

	while (s < end) {
		wchar_t c;
		size_t n;

		switch (*s) {
		case '\x1b':
			s = sequence(screen, s);
			continue;
		case '\r':
			screen->x = 0;
			break;
		case '\n':
			if (screen->y == screen->bottom)
				scroll(screen, 1);
			else
				screen->y++;
			break;
		case '\b':
			screen->x--;
			break;
		case '\x0f':
			break;
		default:
			assert_true((unsigned char)*s >= ' ');
			n = mbrtowc(&c, s, (size_t)(end - s), &(mbstate_t){0});
			assert_true(n > 0 && n < 8);
			print_cell(screen, c);
			s += n - 1;
		}
		s++;
	}
}
