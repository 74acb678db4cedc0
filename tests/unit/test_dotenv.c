/* SPDX-License-Identifier: MIT */
/*
 * .env files as people write them.
 */
#include "config.h"

#include "core/dotenv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

static const struct {
	const char *text;
	const char *value; /* of CLIENT_ID; NULL: not there */
} cases[] = {
	{"", NULL},
	{"CLIENT_ID=abc", "abc"},
	{"CLIENT_ID=abc\n", "abc"},
	{"CLIENT_ID=abc\r\n", "abc"},
	{"\n\n  CLIENT_ID = abc  \n", "abc"},
	{"export CLIENT_ID=abc\n", "abc"},
	{"export\tCLIENT_ID=abc\n", NULL},
	{"# CLIENT_ID=no\nCLIENT_ID=yes\n", "yes"},
	{"CLIENT_ID=\"a b # c\" # more\n", "a b # c"},
	{"CLIENT_ID='$HOME\"'\n", "$HOME\""},
	{"CLIENT_ID=\"open\n", "\"open"},
	{"CLIENT_ID=abc # why\n", "abc"},
	{"CLIENT_ID=abc#def\n", "abc#def"},
	{"CLIENT_ID=#nothing\n", ""},
	{"CLIENT_ID=\n", ""},
	{"CLIENT_ID=a=b\n", "a=b"},
	{"CLIENT_ID=one\nCLIENT_ID=two\n", "two"},
	{"XCLIENT_ID=no\n", NULL},
	{"CLIENT_IDX=no\n", NULL},
	{"CLIENT_ID\n", NULL},
	{"CLIENT_SECRET=CLIENT_ID=no\n", NULL},
};

static void reads_values(void **state)
{
	size_t i;
	char *value;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		value = dotenv_get(cases[i].text, strlen(cases[i].text),
				   "CLIENT_ID");
		if (cases[i].value == NULL)
			assert_null(value);
		else
			assert_string_equal(value, cases[i].value);
		secret_free(value);
	}
}

/* Nothing beyond len is looked at. */
static void stops_at_the_end(void **state)
{
	static const char text[] = "CLIENT_ID=abcdef";
	char *value = dotenv_get(text, 13, "CLIENT_ID");

	(void)state;
	assert_string_equal(value, "abc");
	secret_free(value);
	assert_null(dotenv_get(text, 9, "CLIENT_ID"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_values),
		cmocka_unit_test(stops_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
