/* SPDX-License-Identifier: MIT */
/*
 * Two pixel fonts, drawn here as they look, and the conversion of their pixels
 * to half blocks. Characters that are easily confused (0 O, 1 I, 2 Z, 5 S, 8 B)
 * are drawn to look different.
 */
#include "config.h"

#include "ui/glyphs.h"

#include <stddef.h>
#include <string.h>

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

/* A character's rows from the top, each ended by a '|'. */
struct letter {
	char c;
	const char *rows;
};

enum { SMALL_HEIGHT = 5, TALL_HEIGHT = 7 };

/* clang-format off */
static const struct letter small_font[] = {
	{ ' ', "  |  |  |  |  |" },
	{ '-', "  |  |##|  |  |" },
	{ '0', "###|# #|# #|# #|###|" },
	{ '1', " # |## | # | # |###|" },
	{ '2', "###|  #|###|#  |###|" },
	{ '3', "###|  #| ##|  #|###|" },
	{ '4', "# #|# #|###|  #|  #|" },
	{ '5', "###|#  |###|  #|###|" },
	{ '6', "###|#  |###|# #|###|" },
	{ '7', "###|  #|  #|  #|  #|" },
	{ '8', "###|# #|###|# #|###|" },
	{ '9', "###|# #|###|  #|###|" },
	{ 'A', " # |# #|###|# #|# #|" },
	{ 'B', "## |# #|## |# #|## |" },
	{ 'C', " ##|#  |#  |#  | ##|" },
	{ 'D', "## |# #|# #|# #|## |" },
	{ 'E', "###|#  |## |#  |###|" },
	{ 'F', "###|#  |## |#  |#  |" },
	{ 'G', " ##|#  |# #|# #| ##|" },
	{ 'H', "# #|# #|###|# #|# #|" },
	{ 'I', "###| # | # | # |###|" },
	{ 'J', "  #|  #|  #|# #| # |" },
	{ 'K', "# #|# #|## |# #|# #|" },
	{ 'L', "#  |#  |#  |#  |###|" },
	{ 'M', "#   #|## ##|# # #|#   #|#   #|" },
	{ 'N', "#  #|## #|# ##|#  #|#  #|" },
	{ 'O', " ## |#  #|#  #|#  #| ## |" },
	{ 'P', "## |# #|## |#  |#  |" },
	{ 'Q', " ## |#  #|#  #|# ##| ###|" },
	{ 'R', "## |# #|## |# #|# #|" },
	{ 'S', " ##|#  | # |  #|## |" },
	{ 'T', "###| # | # | # | # |" },
	{ 'U', "# #|# #|# #|# #|###|" },
	{ 'V', "# #|# #|# #|# #| # |" },
	{ 'W', "#   #|#   #|# # #|## ##|#   #|" },
	{ 'X', "# #|# #| # |# #|# #|" },
	{ 'Y', "# #|# #| # | # | # |" },
	{ 'Z', "####|  # | #  |#   |####|" },
};

static const struct letter tall_font[] = {
	{ ' ', "  |  |  |  |  |  |  |" },
	{ '-', "   |   |   |###|   |   |   |" },
	{ '0', " ## |#  #|#  #|# ##|## #|#  #| ## |" },
	{ '1', " # |## | # | # | # | # |###|" },
	{ '2', " ## |#  #|   #|  # | #  |#   |####|" },
	{ '3', " ## |#  #|   #| ## |   #|#  #| ## |" },
	{ '4', "#  #|#  #|#  #|####|   #|   #|   #|" },
	{ '5', "####|#   |### |   #|   #|#  #| ## |" },
	{ '6', " ## |#   |#   |### |#  #|#  #| ## |" },
	{ '7', "####|   #|   #|  # |  # | #  | #  |" },
	{ '8', " ## |#  #|#  #| ## |#  #|#  #| ## |" },
	{ '9', " ## |#  #|#  #| ###|   #|   #| ## |" },
	{ 'A', " ## |#  #|#  #|####|#  #|#  #|#  #|" },
	{ 'B', "### |#  #|#  #|### |#  #|#  #|### |" },
	{ 'C', " ###|#   |#   |#   |#   |#   | ###|" },
	{ 'D', "### |#  #|#  #|#  #|#  #|#  #|### |" },
	{ 'E', "####|#   |#   |### |#   |#   |####|" },
	{ 'F', "####|#   |#   |### |#   |#   |#   |" },
	{ 'G', " ###|#   |#   |# ##|#  #|#  #| ###|" },
	{ 'H', "#  #|#  #|#  #|####|#  #|#  #|#  #|" },
	{ 'I', "###| # | # | # | # | # |###|" },
	{ 'J', "  ##|   #|   #|   #|   #|#  #| ## |" },
	{ 'K', "#  #|#  #|# # |##  |# # |#  #|#  #|" },
	{ 'L', "#   |#   |#   |#   |#   |#   |####|" },
	{ 'M', "#   #|## ##|# # #|# # #|#   #|#   #|#   #|" },
	{ 'N', "#   #|##  #|##  #|# # #|#  ##|#  ##|#   #|" },
	{ 'O', " ### |#   #|#   #|#   #|#   #|#   #| ### |" },
	{ 'P', "### |#  #|#  #|### |#   |#   |#   |" },
	{ 'Q', " ### |#   #|#   #|#   #|# # #|#  # | ## #|" },
	{ 'R', "### |#  #|#  #|### |# # |#  #|#  #|" },
	{ 'S', " ###|#   |#   | ## |   #|   #|### |" },
	{ 'T', "#####|  #  |  #  |  #  |  #  |  #  |  #  |" },
	{ 'U', "#  #|#  #|#  #|#  #|#  #|#  #| ## |" },
	{ 'V', "#   #|#   #|#   #|#   #| # # | # # |  #  |" },
	{ 'W', "#   #|#   #|#   #|# # #|# # #|## ##|#   #|" },
	{ 'X', "#   #|#   #| # # |  #  | # # |#   #|#   #|" },
	{ 'Y', "#   #|#   #| # # |  #  |  #  |  #  |  #  |" },
	{ 'Z', "#####|    #|   # |  #  | #   |#    |#####|" },
};
/* clang-format on */

struct font {
	const struct letter *letters;
	size_t count;
	int height;
	int scale; /* cells per pixel across, half cells per pixel down */
};

static const struct font fonts[LARGE_COUNT] = {
	[LARGE_SMALL] = {small_font, sizeof(small_font) / sizeof(*small_font),
			 SMALL_HEIGHT, 1},
	[LARGE_TALL] = {tall_font, sizeof(tall_font) / sizeof(*tall_font),
			TALL_HEIGHT, 1},
	[LARGE_DOUBLE] = {tall_font, sizeof(tall_font) / sizeof(*tall_font),
			  TALL_HEIGHT, 2},
};

static const char *find_rows(const struct font *font, char c)
{
	for (size_t i = 0; i < font->count; i++) {
		if (font->letters[i].c == c)
			return font->letters[i].rows;
	}
	return NULL;
}

static int width_of(const char *rows)
{
	return (int)strcspn(rows, "|");
}

int large_columns(enum large large, const char *text)
{
	const struct font *font = &fonts[large];
	int pixels = 0;

	for (const char *c = text; *c != '\0'; c++) {
		const char *rows = find_rows(font, *c);

		if (rows == NULL)
			return 0;
		pixels += width_of(rows) + (c > text ? 1 : 0);
	}
	return pixels * font->scale;
}

int large_rows(enum large large, bool utf8)
{
	const struct font *font = &fonts[large];

	return utf8 ? (font->height * font->scale + 1) / 2 : font->height;
}

static bool is_lit(const struct font *font, const char *text, int x, int y)
{
	if (y >= font->height)
		return false;
	for (; *text != '\0'; text++) {
		const char *rows = find_rows(font, *text);
		int width;

		if (rows == NULL)
			return false;
		width = width_of(rows);
		if (x < width)
			return rows[y * (width + 1) + x] == '#';
		if (x == width)
			return false;
		x -= width + 1;
	}
	return false;
}

enum glyph large_glyph(enum large large, const char *text, int row, int column,
		       bool utf8)
{
	const struct font *font = &fonts[large];
	int x = column / font->scale;
	bool upper, lower;

	if (!utf8)
		return is_lit(font, text, x, row) ? GLYPH_FULL : GLYPH_BLANK;
	upper = is_lit(font, text, x, 2 * row / font->scale);
	lower = is_lit(font, text, x, (2 * row + 1) / font->scale);
	if (upper && lower)
		return GLYPH_FULL;
	if (upper)
		return GLYPH_UPPER;
	return lower ? GLYPH_LOWER : GLYPH_BLANK;
}
