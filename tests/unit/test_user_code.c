/* SPDX-License-Identifier: MIT */
/*
 * ui/user_code: the groups, and that what is grouped is still the code.
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ui/user_code.h"

static void test_groups(void **state)
{
	static const char *const cases[][2] = {
		{"505549", "505 549"},
		{"KQPWZXTR", "KQPW ZXTR"},
		{"123456789", "123 456 789"},
		{"1234567", "123 4567"},
		{"1234567890", "123 456 7890"},
		{"abcdefghijk", "abc defg hijk"},
		{"ABCDEFGHIJKL", "ABCD EFGH IJKL"},
		{"ABCDEFGHIJKLMNO", "ABC DEFG HIJK LMNO"},
		{"aB3dE6gH", "aB3d E6gH"},
		{"äöüäöü", "äöü äöü"},
		{"ДЖКЛМНПР", "ДЖКЛ МНПР"},
		{"あいうえおかき", "あいう えおかき"},
		/* Too short, or with separators of their own. */
		{"", ""},
		{"12345", "12345"},
		{"WDJB-MJHT", "WDJB-MJHT"},
		{"WDJB MJHT", "WDJB MJHT"},
		{"123.456.789", "123.456.789"},
		{"ДЖКЛ-МНПР", "ДЖКЛ-МНПР"},
		{"ДЖКЛ·МНПР", "ДЖКЛ·МНПР"},
		{"abc_def_gh", "abc_def_gh"},
		{"e\u0301abcdef", "e\u0301abcdef"}, /* would come apart */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[USER_CODE_BYTES];

		user_code_group(text, sizeof(text), cases[i][0]);
		assert_string_equal(text, cases[i][1]);
	}
}

/* Of every length: nothing is lost, added or moved, and no group is longer than
 * four or more than one longer than another. */
static void test_all_lengths(void **state)
{
	char code[101];

	(void)state;
	for (size_t len = 0; len < sizeof(code); len++) {
		char text[USER_CODE_BYTES], back[USER_CODE_BYTES];
		size_t least = sizeof(text), most = 0, n = 0;

		for (size_t i = 0; i < len; i++)
			code[i] = (char)('A' + i % 26);
		code[len] = '\0';
		user_code_group(text, sizeof(text), code);
		for (const char *c = text; *c != '\0'; c++) {
			if (*c != ' ')
				back[n++] = *c;
		}
		back[n] = '\0';
		assert_string_equal(back, code);
		for (const char *c = text; len >= 6 && *c != '\0';) {
			const size_t group = strcspn(c, " ");

			least = group < least ? group : least;
			most = group > most ? group : most;
			c += group;
			c += strspn(c, " ");
		}
		if (len < 6)
			continue;
		assert_in_range(most, 3, 4);
		assert_true(most - least <= 1);
	}
}

static void test_no_room(void **state)
{
	char text[8];

	(void)state;
	user_code_group(text, sizeof(text), "123456");
	assert_string_equal(text, "123 456");
	user_code_group(text, sizeof(text), "12345678");
	assert_string_equal(text, "1234567");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_all_lengths),
		cmocka_unit_test(test_no_room),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
