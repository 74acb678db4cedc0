/* SPDX-License-Identifier: MIT */
/*
 * ui/qr: versions and levels against the standard's capacities, the fixed
 * patterns and the format of the symbol, cells, quiet zones, shortening.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/qr.h"

#define WEBEX_PATH          \
	"/verify?userCode=" \
	"6587b053970a656c29500e6bced0c1c59290a743ad7e34af474a65085860de57"
#define WEBEX_URI "https://oauth-helper-r.wbx2.com" WEBEX_PATH

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A code for n bytes that fit no denser mode than bytes. */
static bool make_bytes(struct qr *qr, size_t n)
{
	char *text = malloc(n + 1);
	bool ok;

	assert_non_null(text);
	memset(text, 'a', n);
	text[n] = '\0';
	ok = qr_make(qr, text);
	free(text);
	return ok;
}

/* The two copies of the 15 bits of format information, bit 0 first (ISO/IEC
 * 18004, 7.9.1). */
static unsigned format_bits(const struct qr *qr, bool second)
{
	unsigned bits = 0;
	int x, y;

	for (int i = 0; i < 15; i++) {
		if (second) {
			x = i < 8 ? qr->side - 1 - i : 8;
			y = i < 8 ? 8 : qr->side - 15 + i;
		} else {
			x = i < 8 ? 8 : i == 8 ? 7 : 14 - i;
			y = i < 6 ? i : i < 8 ? i + 1 : 8;
		}
		bits |= (unsigned)qr_dark(qr, x, y) << i;
	}
	return bits ^ 0x5412;
}

static char level_of(const struct qr *qr)
{
	static const char levels[] = {'M', 'L', 'H', 'Q'}; /* 00 01 10 11 */

	return levels[format_bits(qr, false) >> 13];
}

static void test_smallest_version_then_best_level(void **state)
{
	static const struct {
		size_t bytes;
		int version;
		char level;
	} cases[] = {
		{1, 1, 'H'},   {7, 1, 'H'},    {8, 1, 'Q'},    {11, 1, 'Q'},
		{12, 1, 'M'},  {14, 1, 'M'},   {15, 1, 'L'},   {17, 1, 'L'},
		{18, 2, 'Q'},  {20, 2, 'Q'},   {21, 2, 'M'},   {26, 2, 'M'},
		{27, 2, 'L'},  {32, 2, 'L'},   {33, 3, 'M'},   {42, 3, 'M'},
		{43, 3, 'L'},  {53, 3, 'L'},   {54, 4, 'M'},   {62, 4, 'M'},
		{63, 4, 'L'},  {78, 4, 'L'},   {79, 5, 'M'},   {84, 5, 'M'},
		{85, 5, 'L'},  {106, 5, 'L'},  {107, 6, 'L'},  {112, 6, 'L'},
		{134, 6, 'L'}, {135, 7, 'L'},  {154, 7, 'L'},  {155, 8, 'L'},
		{192, 8, 'L'}, {271, 10, 'L'}, {272, 11, 'L'}, {2953, 40, 'L'},
	};
	struct qr qr;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_true(make_bytes(&qr, cases[i].bytes));
		assert_int_equal(level_of(&qr), cases[i].level);
		assert_int_equal(qr.side, 17 + 4 * cases[i].version);
		qr_free(&qr);
	}
}

static void test_refuses_nothing_and_too_much(void **state)
{
	struct qr qr;

	(void)state;
	assert_false(qr_make(&qr, ""));
	assert_int_equal(qr.side, 0);
	assert_null(qr.modules);
	qr_free(&qr);
	assert_false(make_bytes(&qr, 2954));
	assert_int_equal(qr.side, 0);
	assert_false(qr_dark(&qr, 0, 0));
	qr_free(&qr);
}

static void test_webex(void **state)
{
	struct qr qr;

	(void)state;
	assert_int_equal(strlen(WEBEX_URI), 112);
	assert_true(qr_make(&qr, WEBEX_URI));
	assert_int_equal(level_of(&qr), 'L');
	assert_int_equal(qr.side, 41);
	assert_int_equal(qr_columns(&qr, QR_HALF, 2), 45);
	assert_int_equal(qr_rows(&qr, QR_HALF, 2), 23);
	qr_free(&qr);
}

/* True if the module is dark in a finder pattern with its separator: a square
 * of three, a light ring, a dark one, a light one. */
static bool in_finder(int x, int y)
{
	int dx = abs(x - 3), dy = abs(y - 3);
	int ring = dx > dy ? dx : dy;

	return ring != 2 && ring != 4;
}

static void test_finder_and_timing_patterns(void **state)
{
	struct qr qr;

	(void)state;
	assert_true(qr_make(&qr, WEBEX_URI));
	for (int y = 0; y < 8; y++) {
		for (int x = 0; x < 8; x++) {
			int far_x = qr.side - 1 - x, far_y = qr.side - 1 - y;

			assert_int_equal(qr_dark(&qr, x, y), in_finder(x, y));
			assert_int_equal(qr_dark(&qr, far_x, y),
					 in_finder(x, y));
			assert_int_equal(qr_dark(&qr, x, far_y),
					 in_finder(x, y));
		}
	}
	for (int i = 8; i < qr.side - 8; i++) {
		assert_int_equal(qr_dark(&qr, i, 6), i % 2 == 0);
		assert_int_equal(qr_dark(&qr, 6, i), i % 2 == 0);
	}
	qr_free(&qr);
}

/* What is left of a word of the BCH code that protects the format. */
static unsigned bch_remainder(unsigned bits)
{
	for (int i = 14; i >= 10; i--) {
		if (bits >> i & 1)
			bits ^= 0x537u << (i - 10);
	}
	return bits;
}

static void test_format_is_protected(void **state)
{
	static const size_t lengths[] = {7, 11, 14, 17, 32, 62, 112, 300};
	struct qr qr;
	unsigned bits;

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		assert_true(make_bytes(&qr, lengths[i]));
		bits = format_bits(&qr, false);
		assert_int_equal(format_bits(&qr, true), bits);
		assert_int_equal(bch_remainder(bits), 0);
		qr_free(&qr);
	}
}

static void test_light_outside(void **state)
{
	static const struct {
		int x, y;
	} outside[] = {{-1, 0}, {0, -1}, {21, 0}, {0, 21}, {-4, 25}};
	struct qr qr;

	(void)state;
	assert_true(make_bytes(&qr, 7));
	assert_int_equal(qr.side, 21);
	assert_true(qr_dark(&qr, 0, 0));
	assert_true(qr_dark(&qr, 20, 0));
	assert_true(qr_dark(&qr, 0, 20));
	for (size_t i = 0; i < COUNT(outside); i++)
		assert_false(qr_dark(&qr, outside[i].x, outside[i].y));
	qr_free(&qr);
}

static void test_cells(void **state)
{
	static const struct {
		int version, quiet, columns, rows;
	} cases[] = {
		{2, 4, 33, 17},	 {2, 2, 29, 15},  {2, 1, 27, 14},
		{3, 4, 37, 19},	 {3, 2, 33, 17},  {3, 1, 31, 16},
		{4, 4, 41, 21},	 {4, 2, 37, 19},  {4, 1, 35, 18},
		{5, 4, 45, 23},	 {5, 2, 41, 21},  {5, 1, 39, 20},
		{6, 4, 49, 25},	 {6, 2, 45, 23},  {6, 1, 43, 22},
		{7, 4, 53, 27},	 {7, 2, 49, 25},  {7, 1, 47, 24},
		{8, 4, 57, 29},	 {8, 2, 53, 27},  {8, 1, 51, 26},
		{10, 4, 65, 33}, {10, 2, 61, 31}, {10, 1, 59, 30},
	};
	struct qr qr = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int quiet = cases[i].quiet;

		qr.side = 17 + 4 * cases[i].version;
		assert_int_equal(qr_columns(&qr, QR_HALF, quiet),
				 cases[i].columns);
		assert_int_equal(qr_rows(&qr, QR_HALF, quiet), cases[i].rows);
		assert_int_equal(qr_columns(&qr, QR_FULL, quiet),
				 2 * cases[i].columns);
		assert_int_equal(qr_rows(&qr, QR_FULL, quiet),
				 cases[i].columns);
	}
}

static void test_quiet_zone_that_fits(void **state)
{
	static const struct {
		enum qr_mode mode;
		int columns, rows, quiet;
	} cases[] = {
		{QR_HALF, 80, 24, 2},  {QR_HALF, 49, 25, 4},
		{QR_HALF, 48, 25, 2},  {QR_HALF, 49, 24, 2},
		{QR_HALF, 45, 23, 2},  {QR_HALF, 44, 23, 1},
		{QR_HALF, 45, 22, 1},  {QR_HALF, 43, 22, 1},
		{QR_HALF, 42, 22, 0},  {QR_HALF, 43, 21, 0},
		{QR_HALF, 0, 0, 0},    {QR_FULL, 98, 49, 4},
		{QR_FULL, 97, 49, 2},  {QR_FULL, 90, 45, 2},
		{QR_FULL, 86, 43, 1},  {QR_FULL, 85, 43, 0},
		{QR_FULL, 240, 42, 0}, {QR_HALF, -1, 100, 0},
	};
	struct qr qr = {.side = 41};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(qr_quiet_that_fits(&qr, cases[i].mode,
						    cases[i].columns,
						    cases[i].rows),
				 cases[i].quiet);
}

static void test_shortens_where_it_pays(void **state)
{
	static const struct {
		const char *uri, *shortened;
	} cases[] = {
		{WEBEX_URI, "HTTPS://OAUTH-HELPER-R.WBX2.COM" WEBEX_PATH},
		{"https://oauth-helper-r.wbx2.com/verify",
		 "HTTPS://OAUTH-HELPER-R.WBX2.COM/verify"},
		{"https://id.example.org:8443/device",
		 "HTTPS://ID.EXAMPLE.ORG:8443/device"},
		/* Not a smaller one. */
		{"https://github.com/login/device",
		 "https://github.com/login/device"},
		/* User information has case. */
		{"https://user@oauth-helper-r.wbx2.com/a",
		 "https://user@oauth-helper-r.wbx2.com/a"},
		/* No address of that kind. */
		{"tel:+1-201-555-0123-aaaaaaaaaaaaaa",
		 "tel:+1-201-555-0123-aaaaaaaaaaaaaa"},
		{"", ""},
	};
	char dst[200];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_true(qr_shorten(dst, sizeof(dst), cases[i].uri));
		assert_string_equal(dst, cases[i].shortened);
	}
}

static void test_shortened_is_smaller(void **state)
{
	char dst[200];
	struct qr qr;

	(void)state;
	assert_true(qr_shorten(dst, sizeof(dst), WEBEX_URI));
	assert_true(qr_make(&qr, dst));
	assert_int_equal(qr.side, 17 + 4 * 5);
	qr_free(&qr);
}

static void test_shorten_needs_room(void **state)
{
	char dst[6];

	(void)state;
	assert_true(qr_shorten(dst, sizeof(dst), "12345"));
	assert_string_equal(dst, "12345");
	assert_false(qr_shorten(dst, sizeof(dst), "123456"));
	assert_false(qr_shorten(dst, 0, ""));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smallest_version_then_best_level),
		cmocka_unit_test(test_refuses_nothing_and_too_much),
		cmocka_unit_test(test_webex),
		cmocka_unit_test(test_finder_and_timing_patterns),
		cmocka_unit_test(test_format_is_protected),
		cmocka_unit_test(test_light_outside),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_quiet_zone_that_fits),
		cmocka_unit_test(test_shortens_where_it_pays),
		cmocka_unit_test(test_shortened_is_smaller),
		cmocka_unit_test(test_shorten_needs_room),
	};

	return cmocka_run_group_tests_name("qr", tests, NULL, NULL);
}
