/* SPDX-License-Identifier: MIT */
/*
 * Which glyphs of a console font half blocks are drawn over.
 */
#include "config.h"

#include "io/vt_font.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { UPPER = 0x2580, LOWER = 0x2584, ARROW = 0x2190, PITCH = 32 };

static struct vt_font font, other;

/* Every glyph is that of one character: letters from 0x100 on. */
static void make(unsigned columns, unsigned rows, unsigned glyphs)
{
	memset(&font, 0, sizeof(font));
	font.columns = columns;
	font.rows = rows;
	font.glyphs = glyphs;
	font.map_len = glyphs;
	for (unsigned i = 0; i < glyphs; i++) {
		font.map[i].unicode = (unsigned short)(0x100 + i);
		font.map[i].fontpos = (unsigned short)i;
	}
}

static int glyph_of(const struct vt_font *in, unsigned character)
{
	for (size_t i = 0; i < in->map_len; i++) {
		if (in->map[i].unicode == character)
			return in->map[i].fontpos;
	}
	return -1;
}

static void test_which_glyphs(void **state)
{
	static const struct {
		unsigned spare[3]; /* glyphs of characters nobody needs */
		int upper, lower;
	} cases[] = {
		{{7, 9, 11}, 7, 9},
		{{7, 200, 201}, 200, 201}, /* VGA: no gap between these */
		{{0, ' ', 9}, 9, -1},	   /* never these two */
		{{223, 7, 7}, 223, 7},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		make(8, 16, 256);
		for (size_t k = 0; k < 3; k++)
			font.map[cases[i].spare[k]].unicode =
				(unsigned short)(ARROW + k);
		assert_false(vt_font_has_blocks(&font));
		assert_true(vt_font_add_blocks(&font) == (cases[i].lower >= 0));
		assert_int_equal(glyph_of(&font, UPPER), cases[i].upper);
		assert_int_equal(glyph_of(&font, LOWER), cases[i].lower);
	}
}

static void test_has_all(void **state)
{
	(void)state;
	make(8, 16, 256);
	for (unsigned short c = ' '; c <= '~'; c++)
		font.map[c].unicode = c;
	font.map[7].unicode = 0x416; /* Ж */
	assert_true(vt_font_has_all(&font, "WDJB-MJHT"));
	assert_true(vt_font_has_all(&font, "Ж7"));
	assert_false(vt_font_has_all(&font, "Ж7Я"));
	assert_false(vt_font_has_all(&font, "😀"));
	assert_true(vt_font_has_all(&font, ""));
}

static void test_pixels(void **state)
{
	static const struct {
		unsigned columns, rows;
	} cases[] = {{8, 16}, {8, 14}, {16, 32}, {12, 24}, {8, 13}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const size_t bytes = (cases[i].columns + 7) / 8;
		make(cases[i].columns, cases[i].rows, 512);
		font.map[300].unicode = ARROW;
		font.map[301].unicode = ARROW + 1;
		assert_true(vt_font_add_blocks(&font));
		assert_int_equal(glyph_of(&font, UPPER), 300);
		for (unsigned y = 0; y < PITCH; y++) {
			const bool top = y < cases[i].rows / 2;
			const bool bottom = !top && y < cases[i].rows;

			for (size_t x = 0; x < bytes; x++) {
				const size_t at = y * bytes + x;

				assert_int_equal(
					font.pixels[300 * bytes * PITCH + at],
					top ? 0xFF : 0);
				assert_int_equal(
					font.pixels[301 * bytes * PITCH + at],
					bottom ? 0xFF : 0);
			}
		}
	}
}

/* A font that has one of them gets the other; one that has both stays. */
static void test_what_is_there(void **state)
{
	(void)state;
	make(8, 16, 256);
	font.map[5].unicode = UPPER;
	font.map[7].unicode = ARROW;
	assert_true(vt_font_add_blocks(&font));
	assert_int_equal(glyph_of(&font, UPPER), 5);
	assert_int_equal(glyph_of(&font, LOWER), 7);
	assert_int_equal(glyph_of(&font, ARROW), -1);
	assert_int_equal(font.pixels[5 * PITCH], 0);
	assert_true(vt_font_add_blocks(&font));
	assert_int_equal(font.map_len, 256);
}

static void test_looks(void **state)
{
	const size_t last = (size_t)512 * 2 * PITCH - 1;

	(void)state;
	make(16, 32, 512);
	memset(&other, 0xFF, sizeof(other));
	vt_font_copy(&other, &font);
	assert_true(vt_font_looks_like(&font, &other));
	assert_int_equal(glyph_of(&other, 0x100 + 511), 511);
	assert_int_equal(other.map_len, 512);
	assert_true(vt_font_equals(&font, &other));
	other.map[511].fontpos = 510;
	assert_false(vt_font_equals(&font, &other));
	other.map_len = 511;
	assert_false(vt_font_equals(&font, &other));
	/* The map is not looked at here, every pixel is. */
	assert_true(vt_font_looks_like(&font, &other));
	other.pixels[last] ^= 1;
	assert_false(vt_font_looks_like(&font, &other));
	other.pixels[last] ^= 1;
	other.rows = 16;
	assert_false(vt_font_looks_like(&font, &other));
}

/* The kernel takes no more of them. */
static void test_full_map(void **state)
{
	(void)state;
	make(8, 16, 256);
	for (size_t i = 0; i < VT_FONT_PAIRS; i++)
		font.map[i].unicode = 'a';
	font.map_len = VT_FONT_PAIRS;
	assert_false(vt_font_add_blocks(&font));
	assert_int_equal(font.map_len, VT_FONT_PAIRS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_which_glyphs),
		cmocka_unit_test(test_has_all),
		cmocka_unit_test(test_pixels),
		cmocka_unit_test(test_what_is_there),
		cmocka_unit_test(test_looks),
		cmocka_unit_test(test_full_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
