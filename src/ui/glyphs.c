/* SPDX-License-Identifier: MIT */
/*
 * Converts the pixels of the fonts to half blocks, and breaks large text into
 * lines.
 */
#include "config.h"

#include "ui/glyphs.h"

#include <string.h>

#include "base/text.h"

const char *glyph_text(enum glyph glyph, bool utf8)
{
	static const char *const texts[GLYPH_COUNT][2] = {
		[GLYPH_BLANK] = {" ", " "},
		[GLYPH_UPPER] = {"#", "▀"},
		[GLYPH_LOWER] = {"#", "▄"},
		[GLYPH_FULL] = {"#", "█"},
		[GLYPH_LINE] = {"-", "─"},
		[GLYPH_POST] = {"|", "│"},
		[GLYPH_TOP_LEFT] = {"+", "┌"},
		[GLYPH_TOP_RIGHT] = {"+", "┐"},
		[GLYPH_BOTTOM_LEFT] = {"+", "└"},
		[GLYPH_BOTTOM_RIGHT] = {"+", "┘"},
	};

	return texts[glyph][utf8 ? 1 : 0];
}

static const struct {
	enum font_face face;
	int scale; /* cells per pixel across, half cells per pixel down */
} sizes[LARGE_COUNT] = {
	[LARGE_SMALL] = {FACE_SMALL, 1},
	[LARGE_TALL] = {FACE_TALL, 1},
	[LARGE_DOUBLE] = {FACE_TALL, 2},
};

bool large_measure(struct large_line *line, enum large size, const char *text,
		   size_t len, bool utf8)
{
	const enum font_face face = sizes[size].face;
	int bottom = font_height(face);
	bool tails;

	line->size = size;
	line->utf8 = utf8;
	line->count = line->top = line->columns = 0;
	while (len > 0) {
		struct font_glyph *glyph = &line->glyphs[line->count];
		uint32_t c;
		const int n = text_decode(text, len, &c);

		if (n <= 0 || line->count == LARGE_CHARACTERS ||
		    !font_find(glyph, face, c))
			return false;
		line->columns += glyph->width + (line->count > 0 ? 1 : 0);
		line->count++;
		if (glyph->top < line->top)
			line->top = glyph->top;
		if (glyph->bottom > bottom)
			bottom = glyph->bottom;
		text += n;
		len -= (size_t)n;
	}
	line->columns *= sizes[size].scale;
	tails = bottom > font_height(face);
	bottom = (bottom - line->top) * sizes[size].scale;
	line->rows = utf8 ? (bottom + 1) / 2 : bottom / sizes[size].scale;
	/* Half a row that is empty is enough, unless there are tails. */
	line->gap = utf8 && bottom % 2 != 0 && !tails ? 0 : 1;
	return line->count > 0;
}

static bool is_lit(const struct large_line *line, int x, int y)
{
	for (int i = 0; i < line->count; i++) {
		const struct font_glyph *glyph = &line->glyphs[i];

		if (x < glyph->width)
			return font_pixel(glyph, x, y);
		x -= glyph->width + 1;
		if (x < 0) /* the gap between two */
			return false;
	}
	return false;
}

enum glyph large_glyph(const struct large_line *line, int row, int column)
{
	const int scale = sizes[line->size].scale;
	const int x = column / scale;
	bool upper, lower;

	if (!line->utf8)
		return is_lit(line, x, line->top + row) ? GLYPH_FULL
							: GLYPH_BLANK;
	upper = is_lit(line, x, line->top + 2 * row / scale);
	lower = is_lit(line, x, line->top + (2 * row + 1) / scale);
	if (upper && lower)
		return GLYPH_FULL;
	if (upper)
		return GLYPH_UPPER;
	return lower ? GLYPH_LOWER : GLYPH_BLANK;
}

/* The bytes up to the next space, or including the next hyphens. */
static size_t word_len(const char *s)
{
	const size_t len = strcspn(s, " -");

	return len + strspn(s + len, "-");
}

/* The bytes of the longest beginning that fits in so many columns; 0: not even
 * a word does. */
static size_t fitting_len(enum large size, const char *s, int columns,
			  bool utf8)
{
	struct large_line line;
	size_t len = 0, next;

	for (;;) {
		next = len + strspn(s + len, " ");
		if (s[next] == '\0')
			return len;
		next += word_len(s + next);
		if (!large_measure(&line, size, s, next, utf8) ||
		    line.columns > columns)
			return len;
		len = next;
	}
}

static bool break_at(struct large_text *large, enum large size,
		     const char *text, int columns, int lines, bool utf8)
{
	const char *rest = text + strspn(text, " ");
	struct large_line line;
	int gap = 0;

	large->size = size;
	large->count = large->columns = large->rows = 0;
	while (*rest != '\0') {
		const size_t len = fitting_len(size, rest, columns, utf8);
		const int i = large->count;

		if (len == 0 || i == lines || i == LARGE_LINES ||
		    !large_measure(&line, size, rest, len, utf8))
			return false;
		large->lines[i].start = (size_t)(rest - text);
		large->lines[i].len = len;
		large->lines[i].y = large->rows + gap;
		large->lines[i].columns = line.columns;
		large->rows = large->lines[i].y + line.rows;
		if (line.columns > large->columns)
			large->columns = line.columns;
		large->count++;
		gap = line.gap;
		rest += len;
		rest += strspn(rest, " ");
	}
	return large->count > 0;
}

bool large_break(struct large_text *large, enum large size, const char *text,
		 int columns, int lines, bool utf8)
{
	struct large_text narrower;

	if (!break_at(large, size, text, columns, lines, utf8))
		return false;
	while (large->count > 1 &&
	       break_at(&narrower, size, text, large->columns - 1, large->count,
			utf8))
		*large = narrower;
	return true;
}
