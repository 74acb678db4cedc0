/* SPDX-License-Identifier: MIT */
/*
 * The fonts are drawn by hand: every character has to be there, in one piece,
 * and unlike every other one.
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "ui/glyphs.h"

/* A line as it is drawn, row by row. */
static void render(char *dst, size_t size, enum large large, const char *text,
		   bool utf8)
{
	struct large_line line;
	size_t len = 0;

	assert_true(large_measure(&line, large, text, strlen(text), utf8));
	for (int y = 0; y < line.rows; y++) {
		for (int x = 0; x < line.columns; x++) {
			enum glyph glyph = large_glyph(&line, y, x);

			len += (size_t)snprintf(dst + len, size - len, "%s",
						glyph_text(glyph, utf8));
			assert_true(len < size);
		}
		len += (size_t)snprintf(dst + len, size - len, "\n");
		assert_true(len < size);
	}
}

static void test_examples(void **state)
{
	static const struct {
		enum large large;
		const char *text;
		bool utf8;
		const char *expected;
	} cases[] = {
		{LARGE_SMALL, "7", true, "▀▀█\n  █\n  ▀\n"},
		{LARGE_SMALL, "1-1", true, "▄█    ▄█\n █ ▀▀  █\n ▀     ▀\n"},
		{LARGE_SMALL, "L", false, "#  \n#  \n#  \n#  \n###\n"},
		{LARGE_TALL, "L", true, "█   \n█   \n█   \n▀▀▀▀\n"},
		{LARGE_TALL, "I", false, "###\n # \n # \n # \n # \n # \n###\n"},
		{LARGE_DOUBLE, "I", true,
		 "██████\n  ██  \n  ██  \n  ██  \n  ██  \n  ██  \n██████\n"},
		{LARGE_DOUBLE, "I", false,
		 "######\n  ##  \n  ##  \n  ##  \n  ##  \n  ##  \n######\n"},
		/* Tails below the line, marks above the capitals. */
		{LARGE_SMALL, "p", false,
		 "   \n## \n# #\n# #\n## \n#  \n#  \n"},
		{LARGE_SMALL, "Ü", false,
		 "# #\n   \n# #\n# #\n# #\n# #\n###\n"},
		{LARGE_SMALL, "ü", false, "# #\n   \n# #\n# #\n# #\n ##\n"},
		{LARGE_SMALL, "ç", false,
		 "   \n ##\n#  \n#  \n ##\n # \n#  \n"},
		{LARGE_SMALL, "í", false, " #\n# \n  \n# \n# \n# \n# \n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char drawn[1024];

		render(drawn, sizeof(drawn), cases[i].large, cases[i].text,
		       cases[i].utf8);
		assert_string_equal(drawn, cases[i].expected);
	}
}

static int columns_of(enum large size, const char *text)
{
	struct large_line line;

	return large_measure(&line, size, text, strlen(text), true)
		       ? line.columns
		       : 0;
}

static void test_columns(void **state)
{
	(void)state;
	assert_int_equal(columns_of(LARGE_TALL, "729703"), 29);
	assert_int_equal(columns_of(LARGE_TALL, "729 703"), 31);
	assert_int_equal(columns_of(LARGE_DOUBLE, "729703"), 58);
	assert_int_equal(columns_of(LARGE_SMALL, "729703"), 23);
	assert_int_equal(columns_of(LARGE_TALL, ""), 0);
	/* One character that is missing, and none is drawn. */
	assert_int_equal(columns_of(LARGE_TALL, "12Ā"), 0);
	assert_int_equal(columns_of(LARGE_TALL, "解"), 0);
	assert_int_equal(columns_of(LARGE_TALL, "1\xff"), 0);
}

static void test_outside(void **state)
{
	struct large_line line;

	(void)state;
	assert_true(large_measure(&line, LARGE_TALL, "8", 1, true));
	assert_int_equal(large_glyph(&line, 0, 40), GLYPH_BLANK);
	assert_int_equal(large_glyph(&line, 40, 0), GLYPH_BLANK);
}

static void test_break(void **state)
{
	static const struct {
		enum large size;
		const char *text;
		int columns, lines;
		const char *expected; /* "": it does not fit */
		int rows;
	} cases[] = {
		{LARGE_SMALL, "729 703", 26, 4, "729 703", 3},
		{LARGE_SMALL, "729 703", 25, 4, "729|703", 6},
		{LARGE_SMALL, "729 703", 24, 1, "", 0},
		{LARGE_SMALL, "729 703", 10, 4, "", 0},
		{LARGE_TALL, "729 703", 24, 4, "729|703", 8},
		{LARGE_DOUBLE, "729 703", 30, 4, "729|703", 15},
		{LARGE_SMALL, "WDJB-MJHT", 25, 4, "WDJB-|MJHT", 6},
		{LARGE_SMALL, "A B C D E", 3, 4, "", 0},
		{LARGE_SMALL, "", 80, 4, "", 0},
		{LARGE_SMALL, "  Room  4.12 ", 80, 4, "Room  4.12", 3},
		{LARGE_SMALL, "Müller", 80, 4, "Müller", 3},
		{LARGE_SMALL, "解", 80, 4, "", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct large_text large;
		char lines[256] = "";
		size_t len = 0;

		if (large_break(&large, cases[i].size, cases[i].text,
				cases[i].columns, cases[i].lines, true)) {
			assert_int_equal(large.rows, cases[i].rows);
			assert_true(large.columns <= cases[i].columns);
			for (int k = 0; k < large.count; k++)
				len += (size_t)snprintf(
					lines + len, sizeof(lines) - len,
					"%s%.*s", k > 0 ? "|" : "",
					(int)large.lines[k].len,
					cases[i].text + large.lines[k].start);
		}
		assert_string_equal(lines, cases[i].expected);
	}
}

/* The characters of ASCII and of Latin-1, as UTF-8. */
static bool character_at(unsigned i, char text[3])
{
	if (i < 0x20 || (i > 0x7E && i < 0xA0) || i > 0xFF)
		return false;
	snprintf(text, 3, i < 0x80 ? "%c" : "%c%c",
		 i < 0x80 ? (int)i : (int)(0xC0 | i >> 6),
		 (int)(0x80 | (i & 0x3F)));
	return true;
}

static void test_all_are_there(void **state)
{
	char text[3], drawn[1024];

	(void)state;
	for (int large = 0; large < LARGE_COUNT; large++) {
		for (unsigned i = 0; i <= 0xFF; i++) {
			if (!character_at(i, text))
				continue;
			render(drawn, sizeof(drawn), (enum large)large, text,
			       false);
			/* A row that is too short would run into the next. */
			assert_null(strchr(drawn, '|'));
			if (i != ' ' && i != 0xA0 && strchr(drawn, '#') == NULL)
				fail_msg("nothing is drawn for %s", text);
		}
	}
}

/* How many pixels differ at the least, however they are put one over the
 * other: a reader compares shapes, not places. */
static int difference(enum font_face face, uint32_t a, uint32_t b)
{
	enum { SHIFT = 2, FROM = -4, TO = 12 };
	struct font_glyph first, second;
	int least = 1000;

	assert_true(font_find(&first, face, a));
	assert_true(font_find(&second, face, b));
	for (int shift = -SHIFT; shift <= SHIFT; shift++) {
		int differ = 0;

		for (int y = FROM; y < TO; y++) {
			for (int x = FROM; x < TO; x++)
				differ += font_pixel(&first, x, y) !=
					  font_pixel(&second, x + shift, y);
		}
		least = differ < least ? differ : least;
	}
	return least;
}

static void test_all_differ(void **state)
{
	(void)state;
	for (int face = 0; face < FACE_COUNT; face++) {
		for (uint32_t a = 0x21; a <= 0xFF; a++) {
			struct font_glyph glyph;

			if (!font_find(&glyph, (enum font_face)face, a))
				continue;
			for (uint32_t b = a + 1; b <= 0xFF; b++) {
				/* A soft hyphen is a hyphen. */
				if (!font_find(&glyph, (enum font_face)face,
					       b) ||
				    (a == '-' && b == 0xAD))
					continue;
				if (difference((enum font_face)face, a, b) == 0)
					fail_msg("U+%04X looks like U+%04X", a,
						 b);
			}
		}
	}
}

/* What codes are made of, where people mistake one for the other. */
static void test_look_alikes(void **state)
{
	static const char *const pairs[] = {
		"VU", "5S", "2Z", "DO", "0O", "0D", "1I", "1l", "Il",
		"0Q", "OQ", "8B", "vu", "vy", "UJ", "VY", "1T", "1L",
		"MN", "MW", "6G", "4A", "2S", "0o", "5s", "2z", "il",
	};
	static const int least[FACE_COUNT] = {
		[FACE_SMALL] = 3, [FACE_TALL] = 4};

	(void)state;
	for (int face = 0; face < FACE_COUNT; face++) {
		for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
			const int differ = difference((enum font_face)face,
						      (uint32_t)pairs[i][0],
						      (uint32_t)pairs[i][1]);

			if (differ < least[face])
				fail_msg("%s: %d pixels differ in font %d",
					 pairs[i], differ, face);
		}
	}
}

static void test_one_column(void **state)
{
	(void)state;
	for (int glyph = 0; glyph < GLYPH_COUNT; glyph++) {
		const char *ascii = glyph_text((enum glyph)glyph, false);

		assert_int_equal(strlen(ascii), 1);
		assert_in_range(ascii[0], 0x20, 0x7E);
		assert_int_equal(
			text_width(glyph_text((enum glyph)glyph, true)), 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_break),
		cmocka_unit_test(test_all_are_there),
		cmocka_unit_test(test_all_differ),
		cmocka_unit_test(test_look_alikes),
		cmocka_unit_test(test_one_column),
	};

	setlocale(LC_ALL, "C.UTF-8"); /* for wcwidth() */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
