/* SPDX-License-Identifier: MIT */
/*
 * base/text: hostile bytes, clipping in columns and bytes, numbers, times.
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define BYTES(s) (s), sizeof(s) - 1
#define BAD "\uFFFD"
#define ACUTE "\u0301" /* combining marks */
#define CEDILLA "\u0327"
#define GRAVE "\u0300"
#define WIDE "\u6F22" /* two columns, three bytes */

static void test_clean(void **state)
{
	static const struct {
		const char *s;
		size_t len;
		const char *plain, *narrow, *ascii;
	} cases[] = {
		/* harmless */
		{BYTES(""), "", "", ""},
		{BYTES("a ~"), "a ~", "a ~", "a ~"},
		{BYTES("\u00E9\u2580"), "\u00E9\u2580", "\u00E9\u2580", "??"},
		{BYTES("a" WIDE "b"), "a" WIDE "b", "a?b", "a?b"},
		{BYTES("\U0001F600"), "\U0001F600", "?", "?"},
		{BYTES("\U0001F1E9"), "\U0001F1E9", "?", "?"},
		{BYTES("\U0001D7CE"), "\U0001D7CE", "?", "?"},
		{BYTES("e" ACUTE), "e" ACUTE, "e", "e?"},
		{BYTES(BAD), BAD, BAD, "?"},
		/* controls */
		{BYTES("a\nb\tc"), "a b c", "a b c", "a b c"},
		{BYTES("a\r\nb"), "a" BAD " b", "a? b", "a? b"},
		{BYTES("\x1B[2J"), BAD "[2J", "?[2J", "?[2J"},
		{BYTES("a\0b"), "a" BAD "b", "a?b", "a?b"},
		{BYTES("\x01\x7F\a\b"), BAD BAD BAD BAD, "????", "????"},
		{BYTES("\xC2\x9B"), BAD, "?", "?"}, /* CSI */
		{BYTES("\xC2\x80\xC2\x9F"), BAD BAD, "??", "??"},
		{BYTES("\u00A0"), "\u00A0", "\u00A0", "?"},
		/* not UTF-8: one replacement for each byte */
		{BYTES("\x9B"), BAD, "?", "?"},
		{BYTES("a\x80"), "a" BAD, "a?", "a?"},
		{BYTES("\xC0\x8A"), BAD BAD, "??", "??"}, /* overlong */
		{BYTES("\xC1\xBF"), BAD BAD, "??", "??"},
		{BYTES("\xE0\x82\x9B"), BAD BAD BAD, "???", "???"},
		{BYTES("\xF0\x80\x82\x9B"), BAD BAD BAD BAD, "????", "????"},
		{BYTES("\xED\xA0\x80"), BAD BAD BAD, "???", "???"},
		{BYTES("\xED\xBF\xBF"), BAD BAD BAD, "???", "???"},
		{BYTES("\xF4\x90\x80\x80"), BAD BAD BAD BAD, "????", "????"},
		{BYTES("\xF8\x88\x80\x80\x80"), BAD BAD BAD BAD BAD, "?????",
		 "?????"},
		{BYTES("\xFE\xFF"), BAD BAD, "??", "??"},
		{BYTES("a\xC3"), "a" BAD, "a?", "a?"}, /* truncated */
		{BYTES("a\xE2\x80"), "a" BAD BAD, "a??", "a??"},
		{BYTES("\xF0\x9F\x98"), BAD BAD BAD, "???", "???"},
		{BYTES("\xC3\x1B[J"), BAD BAD "[J", "??[J", "??[J"},
		{BYTES("\xE2\xC3\xA9"), BAD "\u00E9", "?\u00E9", "??"},
		/* format characters */
		{BYTES("a\u00ADb"), "a" BAD "b", "a?b", "a?b"},
		{BYTES("\u202Egpj"), BAD "gpj", "?gpj", "?gpj"},
		{BYTES("\u2066x\u2069"), BAD "x" BAD, "?x?", "?x?"},
		{BYTES("\u061C\u200E\u200F"), BAD BAD BAD, "???", "???"},
		{BYTES("a\u200Bb\uFEFF"), "a" BAD "b" BAD, "a?b?", "a?b?"},
		{BYTES("\u2028\u2029"), BAD BAD, "??", "??"},
		{BYTES("\u180E\u2060\u2064"), BAD BAD BAD, "???", "???"},
		{BYTES("a\uFE0F"), "a" BAD, "a?", "a?"},
		{BYTES("a\U000E0100"), "a" BAD, "a?", "a?"},
		{BYTES("\U000E0041\U000E007F"), BAD BAD, "??", "??"},
		{BYTES("\u3164\u115F\uFFA0"), BAD BAD BAD, "???", "???"},
		{BYTES("a\u034F"), "a" BAD, "a?", "a?"},
		{BYTES("\U0001F468\u200D\U0001F469"),
		 "\U0001F468" BAD "\U0001F469", "???", "???"},
		/* private, unassigned, no characters */
		{BYTES("\uE000\uF8FF\U0010FFFD"), BAD BAD BAD, "???", "???"},
		{BYTES("\u0378\U000E0FFF\uFDD0"), BAD BAD BAD, "???", "???"},
		{BYTES("\xEF\xBF\xBF\xF4\x8F\xBF\xBF"), BAD BAD, "??", "??"},
		/* combining marks */
		{BYTES("a" ACUTE CEDILLA GRAVE GRAVE "b"),
		 "a" ACUTE CEDILLA "b", "ab", "a????b"},
		{BYTES("a" ACUTE CEDILLA GRAVE "b" GRAVE ACUTE CEDILLA),
		 "a" ACUTE CEDILLA "b" GRAVE ACUTE, "ab", "a???b???"},
		{BYTES(ACUTE "a"), BAD "a", "a", "?a"}, /* on nothing */
		{BYTES(ACUTE CEDILLA GRAVE GRAVE), BAD CEDILLA GRAVE, "",
		 "????"},
		{BYTES("\x1B" ACUTE), BAD ACUTE, "?", "??"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char out[100], *copy;
		int width;

		width = text_clip(out, sizeof(out), cases[i].s, cases[i].len,
				  -1, 0);
		assert_string_equal(out, cases[i].plain);
		assert_int_equal(width, text_width(out));
		assert_int_equal(
			text_is_clean(cases[i].s, cases[i].len),
			strlen(out) == cases[i].len &&
				memcmp(out, cases[i].s, cases[i].len) == 0);
		width = text_clip(out, sizeof(out), cases[i].s, cases[i].len,
				  -1, TEXT_NARROW);
		assert_string_equal(out, cases[i].narrow);
		assert_int_equal(width, text_width(out));
		width = text_clip(out, sizeof(out), cases[i].s, cases[i].len,
				  -1, TEXT_ASCII);
		assert_string_equal(out, cases[i].ascii);
		assert_int_equal(width, strlen(out));
		text_clip(out, sizeof(out), cases[i].s, cases[i].len, -1,
			  TEXT_ASCII | TEXT_NARROW);
		assert_string_equal(out, cases[i].ascii);

		if (memchr(cases[i].s, '\0', cases[i].len) != NULL)
			continue;
		copy = text_clean(cases[i].s, SIZE_MAX);
		assert_string_equal(copy, cases[i].plain);
		free(copy);
	}
}

static void test_clip(void **state)
{
	static const struct {
		const char *s;
		size_t size; /* of dst */
		int columns;
		const char *cut, *dots; /* without and with TEXT_DOTS */
	} cases[] = {
		{"abcdef", 99, -1, "abcdef", "abcdef"},
		{"abcdef", 99, 6, "abcdef", "abcdef"},
		{"abcdef", 99, 5, "abcde", "abc.."},
		{"abcdef", 99, 3, "abc", "a.."},
		{"abcdef", 99, 2, "ab", ".."},
		{"abcdef", 99, 1, "a", "."},
		{"abcdef", 99, 0, "", ""},
		{"", 99, 0, "", ""},
		{"abcdef", 7, -1, "abcdef", "abcdef"},
		{"abcdef", 6, -1, "abcde", "abc.."},
		{"abcdef", 4, -1, "abc", "a.."},
		{"abcdef", 3, -1, "ab", ".."},
		{"abcdef", 2, -1, "a", "."},
		{"abcdef", 1, -1, "", ""},
		{"abcdef", 5, 3, "abc", "a.."},
		{"abcdef", 4, 5, "abc", "a.."},
		/* a wide character at the edge */
		{"ab" WIDE, 99, 4, "ab" WIDE, "ab" WIDE},
		{"ab" WIDE, 99, 3, "ab", "a.."},
		{WIDE WIDE, 99, 3, WIDE, ".."},
		{WIDE WIDE WIDE, 99, 5, WIDE WIDE, WIDE ".."},
		{WIDE WIDE WIDE, 99, 4, WIDE WIDE, WIDE ".."},
		{WIDE, 99, 1, "", "."},
		{"ab" WIDE, 6, -1, "ab" WIDE, "ab" WIDE},
		{"ab" WIDE, 5, -1, "ab", "ab.."},
		{"ab" WIDE, 4, -1, "ab", "a.."},
		/* marks stay with their character */
		{"ae" ACUTE, 99, 2, "ae" ACUTE, "ae" ACUTE},
		{"ae" ACUTE "b", 99, 2, "ae" ACUTE, ".."},
		{"ae" ACUTE "bc", 99, 3, "ae" ACUTE "b", "a.."},
		{"ae" ACUTE "bcd", 99, 4, "ae" ACUTE "bc", "ae" ACUTE ".."},
		{"ae" ACUTE, 5, -1, "ae" ACUTE, "ae" ACUTE},
		{"ae" ACUTE, 4, -1, "a", "a.."},
		{"ae" ACUTE CEDILLA, 6, -1, "a", "a.."},
		{"e" ACUTE, 3, -1, "", ".."},
		{"e" ACUTE, 2, -1, "", "."},
		/* what is left out is no cut */
		{"e" ACUTE CEDILLA GRAVE, 6, 1, "e" ACUTE CEDILLA,
		 "e" ACUTE CEDILLA},
		/* a replacement that does not fit */
		{"a\x1B", 4, -1, "a", "a.."},
		{"a\x1B", 5, -1, "a" BAD, "a" BAD},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = strlen(cases[i].s);
		char out[100];
		int width;

		memset(out, '#', sizeof(out));
		width = text_clip(out, cases[i].size, cases[i].s, len,
				  cases[i].columns, 0);
		assert_string_equal(out, cases[i].cut);
		assert_int_equal(width, text_width(out));
		memset(out, '#', sizeof(out));
		width = text_clip(out, cases[i].size, cases[i].s, len,
				  cases[i].columns, TEXT_DOTS);
		assert_string_equal(out, cases[i].dots);
		assert_int_equal(width, text_width(out));
	}
}

static void test_clip_without_room(void **state)
{
	char out = '#';

	(void)state;
	assert_int_equal(text_clip(&out, 0, "abc", 3, -1, 0), 0);
	assert_int_equal(out, '#');
	assert_int_equal(text_clip(&out, 1, NULL, 0, -1, 0), 0);
	assert_int_equal(out, '\0');
}

static void test_clean_copy_is_capped(void **state)
{
	static const struct {
		const char *s;
		size_t max;
		const char *expected;
	} cases[] = {
		{"abc", 3, "abc"},    {"abc", 2, "ab"},
		{"abc", 0, ""},	      {"\x1B\x1B", 6, BAD BAD},
		{"\x1B\x1B", 5, BAD}, {"a\u00E9", 2, "a"},
		{"ae" ACUTE, 3, "a"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *copy = text_clean(cases[i].s, cases[i].max);

		assert_string_equal(copy, cases[i].expected);
		free(copy);
	}
}

static size_t encode(char *s, uint32_t c)
{
	if (c < 0x80) {
		s[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		s[0] = (char)(0xC0 | c >> 6);
		s[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		s[0] = (char)(0xE0 | c >> 12);
		s[1] = (char)(0x80 | (c >> 6 & 0x3F));
		s[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	s[0] = (char)(0xF0 | c >> 18);
	s[1] = (char)(0x80 | (c >> 12 & 0x3F));
	s[2] = (char)(0x80 | (c >> 6 & 0x3F));
	s[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

/* Every code point there could be, and some beyond. */
static void test_decode(void **state)
{
	char s[4];

	(void)state;
	for (uint32_t c = 0; c < 0x200000; c++) {
		bool valid = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
		uint32_t decoded = ~c;
		size_t n = encode(s, c);

		assert_int_equal(text_decode(s, n, &decoded),
				 valid ? (int)n : -1);
		assert_int_equal(decoded, valid ? c : ~c);
		assert_int_equal(text_decode(s, n - 1, &decoded),
				 n == 1 ? 0 : -1);
	}
	/* One byte says what it is. */
	for (int lead = 0; lead < 256; lead++) {
		uint32_t decoded;

		s[0] = (char)lead;
		assert_int_equal(text_decode(s, 1, &decoded),
				 lead < 0x80 ? 1 : -1);
	}
}

/* What comes out of text_clip() for bytes made by chance holds its promises. */
static void test_promises(void **state)
{
	static const char *const parts[] = {
		"a",	  "\u00E9",   WIDE,	      ACUTE,  CEDILLA,
		"\u202E", "\uFE0F",   "\U0001F600",   "\x1B", "\n",
		"\xC2",	  "\xF0\x9F", "\xED\xA0\x80",
	};
	const size_t count = sizeof(parts) / sizeof(*parts);
	uint32_t random = 1;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		char src[64], out[64], twice[64];
		size_t len = 0, size;
		unsigned flags;
		int columns, width;

		while (len < 40) {
			const char *part;

			random = random * 1664525 + 1013904223;
			part = parts[(random >> 16) % count];
			memcpy(src + len, part, strlen(part));
			len += strlen(part);
		}
		size = 1 + (random >> 8) % sizeof(out);
		columns = (int)(random >> 20) % 32 - 1;
		flags = random >> 28 & 7;
		memset(out, '#', sizeof(out));
		width = text_clip(out, size, src, len, columns, flags);
		assert_true(strlen(out) < size);
		assert_int_equal(width, text_width(out));
		assert_true(columns < 0 || width <= columns);
		assert_true(text_is_clean(out, strlen(out)));
		text_clip(twice, sizeof(twice), out, strlen(out), -1, flags);
		assert_string_equal(out, twice);
	}
}

static void test_number(void **state)
{
	static const struct {
		const char *s;
		size_t len;
		int64_t min, max;
		bool ok;
		int64_t expected;
	} cases[] = {
		{BYTES("0"), 0, 10, true, 0},
		{BYTES("10"), 0, 10, true, 10},
		{BYTES("11"), 0, 10, false, 0},
		{BYTES("007"), 0, 10, true, 7},
		{BYTES("-5"), -5, 10, true, -5},
		{BYTES("-6"), -5, 10, false, 0},
		{BYTES("-0"), 0, 10, true, 0},
		{BYTES("-1"), 0, 10, false, 0},
		{BYTES("9223372036854775807"), INT64_MIN, INT64_MAX, true,
		 INT64_MAX},
		{BYTES("9223372036854775808"), INT64_MIN, INT64_MAX, false, 0},
		{BYTES("-9223372036854775808"), INT64_MIN, INT64_MAX, true,
		 INT64_MIN},
		{BYTES("-9223372036854775809"), INT64_MIN, INT64_MAX, false, 0},
		{BYTES("99999999999999999999999"), INT64_MIN, INT64_MAX, false,
		 0},
		{BYTES(""), -9, 9, false, 0},
		{BYTES("-"), -9, 9, false, 0},
		{BYTES("--1"), -9, 9, false, 0},
		{BYTES("+1"), -9, 9, false, 0},
		{BYTES(" 1"), -9, 9, false, 0},
		{BYTES("1 "), -9, 9, false, 0},
		{BYTES("1\n"), -9, 9, false, 0},
		{BYTES("1\0"), -9, 9, false, 0},
		{BYTES("1.0"), -9, 9, false, 0},
		{BYTES("1e0"), -9, 9, false, 0},
		{BYTES("0x1"), -9, 9, false, 0},
		{BYTES("\xD9\xA1"), -9, 9, false, 0}, /* Arabic one */
		{"12", 1, 0, 9, true, 1},	      /* not beyond len */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t out = 4711;

		if (text_number(cases[i].s, cases[i].len, cases[i].min,
				cases[i].max, &out) != cases[i].ok)
			fail_msg("\"%s\" should be %d", cases[i].s,
				 cases[i].ok);
		assert_int_equal(out, cases[i].ok ? cases[i].expected : 4711);
	}
}

static void test_times(void **state)
{
	static const struct {
		int64_t seconds;
		const char *countdown, *duration;
	} cases[] = {
		{-1, "0:00", "0 seconds"},
		{0, "0:00", "0 seconds"},
		{1, "0:01", "1 second"},
		{7, "0:07", "7 seconds"},
		{45, "0:45", "45 seconds"},
		{59, "0:59", "59 seconds"},
		{60, "1:00", "1 minute"},
		{119, "1:59", "1 minute"},
		{272, "4:32", "4 minutes"},
		{3599, "59:59", "59 minutes"},
		{3600, "1:00:00", "1 hour"},
		{3723, "1:02:03", "1 hour"},
		{64800, "18:00:00", "18 hours"},
		{86399, "23:59:59", "23 hours"},
		{86400, "24:00:00", "1 day"},
		{7775999, "2159:59:59", "89 days"},
		{INT64_MAX, "2562047788015215:30:07", "106751991167300 days"},
		{INT64_MIN, "0:00", "0 seconds"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char s[32];

		assert_string_equal(
			text_countdown(s, sizeof(s), cases[i].seconds),
			cases[i].countdown);
		assert_string_equal(
			text_duration(s, sizeof(s), cases[i].seconds),
			cases[i].duration);
	}
}

/* The words of a list, each in brackets. */
static const char *words_of(const char *list, const char *separators)
{
	static char all[64];
	const char *word;
	size_t len, n = 0;

	all[0] = '\0';
	while ((word = text_next_word(&list, separators, &len)) != NULL)
		n += (size_t)snprintf(all + n, sizeof(all) - n, "[%.*s]",
				      (int)len, word);
	assert_int_equal(*list, '\0');
	return all;
}

static void test_words(void **state)
{
	(void)state;
	assert_string_equal(words_of("", " "), "");
	assert_string_equal(words_of("  ", " "), "");
	assert_string_equal(words_of("openid", " "), "[openid]");
	assert_string_equal(words_of(" a  bc ", " "), "[a][bc]");
	assert_string_equal(words_of("a,b ,\tc", ", \t"), "[a][b][c]");
	assert_string_equal(words_of("a,b c", " "), "[a,b][c]");
}

static void test_strings_in_lists(void **state)
{
	static const char *const list[] = {"ab", "abc", "", NULL};
	static const char *const without[] = {"ab", "abcd", NULL};
	static const char *const none[] = {NULL};

	(void)state;
	assert_true(text_is_one_of("abcdef", 2, list));
	assert_true(text_is_one_of("abcdef", 3, list));
	assert_false(text_is_one_of("abcdef", 4, list));
	assert_false(text_is_one_of("abc", 3, without));
	assert_false(text_is_one_of("abc", 1, without));
	assert_true(text_is_one_of("abc", 0, list));
	assert_false(text_is_one_of("abc", 0, without));
	assert_false(text_is_one_of("", 0, none));

	assert_true(text_contains_one_of("xxabyy", without));
	assert_false(text_contains_one_of("xxayyb", without));
	assert_false(text_contains_one_of("ab", none));
}

static void test_ends(void **state)
{
	(void)state;
	assert_true(text_ends_with("x.conf", ".conf"));
	assert_true(text_ends_with(".conf", ".conf"));
	assert_true(text_ends_with("", ""));
	assert_false(text_ends_with("conf", ".conf"));
	assert_false(text_ends_with("x.conf~", ".conf"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_clip),
		cmocka_unit_test(test_clip_without_room),
		cmocka_unit_test(test_clean_copy_is_capped),
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_promises),
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_strings_in_lists),
		cmocka_unit_test(test_ends),
	};

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 77; /* skipped: there is no UTF-8 locale */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
