/* SPDX-License-Identifier: MIT */
/*
 * Draws a logo, see logo.h.
 */
#include "config.h"

#include "ui/logo.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

enum { LINE_BYTES = 4096 };

static int columns_of(const char *s, size_t len)
{
	char line[LINE_BYTES];

	return text_clip(line, sizeof(line), s, len, -1, 0);
}

void logo_measure(const char *logo, int *rows, int *columns)
{
	*rows = *columns = 0;
	for (const char *end; (end = strchr(logo, '\n')) != NULL;
	     logo = end + 1) {
		const int width = columns_of(logo, (size_t)(end - logo));

		if (width > *columns)
			*columns = width;
		++*rows;
	}
}

/* True if c is among the characters of the list. */
static bool is_among(uint32_t c, const char *list)
{
	uint32_t other;
	int n;

	while ((n = text_decode(list, strlen(list), &other)) > 0) {
		if (c == other)
			return true;
		list += n;
	}
	return false;
}

/* Blocks and lines. */
static bool is_drawn(uint32_t c)
{
	return c >= 0x2500 && c < 0x25a0;
}

/* What looks most like the character in ASCII; a blank if nothing does. */
static char substitute(uint32_t c)
{
	enum { DIAGONAL = 0x2571, OTHER_DIAGONAL, CROSS, BLOCKS = 0x2580 };

	if (!is_drawn(c))
		return ' ';
	if (c >= BLOCKS)
		return is_among(c, "░▒") ? ':' : '#';
	if (is_among(c, "─━┄┅┈┉╌╍═╴╶╸╺╼╾"))
		return '-';
	if (is_among(c, "│┃┆┇┊┋╎╏║╵╷╹╻╽╿"))
		return '|';
	if (c == DIAGONAL)
		return '/';
	if (c == OTHER_DIAGONAL)
		return '\\';
	return c == CROSS ? 'X' : '+';
}

/* True if the character can be drawn. Either all blocks and lines can, or none:
 * a mixture would look worse. */
static bool can_draw(const struct canvas *canvas, const char *s, size_t len,
		     uint32_t c, bool in_font)
{
	char character[8] = "";

	if (c < 0x80)
		return true;
	if (is_drawn(c))
		return canvas->utf8 && canvas->halves && in_font;
	memcpy(character, s, len);
	return in_font && canvas_can_show(canvas, character);
}

static void draw_line(struct canvas *canvas, struct rect rect, int y,
		      enum role role, const char *s, size_t len, bool in_font)
{
	const char *const end = s + len;
	struct buf line;
	uint32_t c;
	int n;

	buf_init(&line, LINE_BYTES);
	for (; s < end && (n = text_decode(s, (size_t)(end - s), &c)) > 0;
	     s += n) {
		const char other = substitute(c);

		if (can_draw(canvas, s, (size_t)n, c, in_font)) {
			buf_add(&line, s, (size_t)n);
			continue;
		}
		for (int i = columns_of(s, (size_t)n); i > 0; i--)
			buf_add(&line, &other, 1);
	}
	canvas_text(canvas, rect, y, 0, role, buf_text(&line));
	buf_free(&line);
}

void logo_draw(struct canvas *canvas, struct rect rect, enum role role,
	       const char *logo, bool in_font)
{
	const char *end;

	for (int y = 0; (end = strchr(logo, '\n')) != NULL; y++) {
		draw_line(canvas, rect, y, role, logo, (size_t)(end - logo),
			  in_font);
		logo = end + 1;
	}
}
