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

static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

/* The text as it is drawn, row by row. */
static void render(char *dst, size_t size, enum large large, const char *text,
		   bool utf8)
{
	size_t len = 0;

	for (int y = 0; y < large_rows(large, utf8); y++) {
		for (int x = 0; x < large_columns(large, text); x++) {
			enum glyph glyph = large_glyph(large, text, y, x, utf8);

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
		{LARGE_SMALL, "1-1", true,
		 "▄█     ▄█ \n █  ▀▀  █ \n▀▀▀    ▀▀▀\n"},
		{LARGE_SMALL, "L", false, "#  \n#  \n#  \n#  \n###\n"},
		{LARGE_TALL, "L", true, "█   \n█   \n█   \n▀▀▀▀\n"},
		{LARGE_TALL, "I", false, "###\n # \n # \n # \n # \n # \n###\n"},
		{LARGE_DOUBLE, "I", true,
		 "██████\n  ██  \n  ██  \n  ██  \n  ██  \n  ██  \n██████\n"},
		{LARGE_DOUBLE, "I", false,
		 "######\n  ##  \n  ##  \n  ##  \n  ##  \n  ##  \n######\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char drawn[1024];

		render(drawn, sizeof(drawn), cases[i].large, cases[i].text,
		       cases[i].utf8);
		assert_string_equal(drawn, cases[i].expected);
	}
}

static void test_columns(void **state)
{
	(void)state;
	assert_int_equal(large_columns(LARGE_TALL, "729703"), 29);
	assert_int_equal(large_columns(LARGE_DOUBLE, "729703"), 58);
	assert_int_equal(large_columns(LARGE_SMALL, "729703"), 23);
	assert_int_equal(large_columns(LARGE_TALL, ""), 0);
	/* One character that is missing, and none is drawn. */
	assert_int_equal(large_columns(LARGE_TALL, "12a"), 0);
	assert_int_equal(large_columns(LARGE_TALL, "é"), 0);
	assert_int_equal(large_columns(LARGE_TALL, "|"), 0);
}

static void test_outside(void **state)
{
	(void)state;
	assert_int_equal(large_glyph(LARGE_TALL, "8", 0, 40, true),
			 GLYPH_BLANK);
	assert_int_equal(large_glyph(LARGE_TALL, "8", 40, 0, true),
			 GLYPH_BLANK);
	assert_int_equal(large_glyph(LARGE_TALL, "a", 0, 0, true), GLYPH_BLANK);
}

static void test_all_differ(void **state)
{
	(void)state;
	for (int large = 0; large < LARGE_COUNT; large++) {
		for (const char *a = characters; *a != '\0'; a++) {
			char first[1024], second[1024];

			render(first, sizeof(first), (enum large)large,
			       (char[]){*a, '\0'}, false);
			/* A row that is too short would run into the next. */
			assert_null(strchr(first, '|'));
			assert_non_null(strchr(first, '#'));
			for (const char *b = a + 1; *b != '\0'; b++) {
				render(second, sizeof(second),
				       (enum large)large, (char[]){*b, '\0'},
				       false);
				if (strcmp(first, second) == 0)
					fail_msg("%c looks like %c", *a, *b);
			}
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
		cmocka_unit_test(test_all_differ),
		cmocka_unit_test(test_one_column),
	};

	setlocale(LC_ALL, "C.UTF-8"); /* for wcwidth() */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
