/* SPDX-License-Identifier: MIT */
/*
 * conf/logo: what is read, and what is refused and how.
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "conf/logo.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_reads(void **state)
{
	static const struct {
		const char *text, *logo;
	} cases[] = {
		{"", ""},
		{"\n\n", ""},
		{" ab\n  c\n", " ab\n  c\n"},
		{"ab", "ab\n"},
		{"ab\r\ncd\r\n", "ab\ncd\n"},
		{"ab  \n   \ncd", "ab\n\ncd\n"},
		{"\n  \n ab\n\n\n", " ab\n"},
		{"█▀ é 解\n", "█▀ é 解\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err = {""};
		char *logo = NULL;

		if (!logo_parse(&logo, cases[i].text, strlen(cases[i].text),
				"x.txt", &err))
			fail_msg("case %zu: %s", i, err.text);
		assert_string_equal(logo, cases[i].logo);
		free(logo);
	}
}

static void test_refuses(void **state)
{
	static const struct {
		const char *text;
		int line;
	} cases[] = {
		{"\tab\n", 1},		{"ab\n\x1b[31mcd\n", 2},
		{"ab\x7f\n", 1},	{"ab\rcd\n", 1},
		{"ab\n\n\xff\n", 3},	{"ab\xc2\x9b\n", 1},
		{"a\xe2\x80\xae\n", 1}, {"a\xee\x82\xa0\n", 1},
		{"a\xcc", 1},
	};
	static const char says[] =
		": a logo is plain UTF-8 text, without tabs, "
		"colours and other control characters.";

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err = {""};
		char *logo = NULL;
		char start[] = "x.txt:0";

		start[6] = (char)('0' + cases[i].line);
		if (logo_parse(&logo, cases[i].text, strlen(cases[i].text),
			       "x.txt", &err))
			fail_msg("case %zu", i);
		assert_null(logo);
		assert_memory_equal(err.text, start, strlen(start));
		assert_string_equal(err.text + strlen(start), says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_refuses),
	};

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
