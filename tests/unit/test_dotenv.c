/* SPDX-License-Identifier: MIT */
/*
 * .env files as people write them.
 */
#include "config.h"

#include "conf/dotenv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"

/* What the environment of these tests has. */
static char *environment(const char *name)
{
	static char home[] = "/root";
	static char empty[] = "";

	if (strcmp(name, "HOME") == 0)
		return home;
	return strcmp(name, "EMPTY") == 0 ? empty : NULL;
}

/* tests/e2e/test_dotenv.py has the same and more beside python-dotenv. */
static const struct {
	const char *text;
	const char *value; /* of CLIENT_ID; NULL: it has none */
} cases[] = {
	{"", NULL},
	{"CLIENT_ID=abc", "abc"},
	{"CLIENT_ID=abc\n", "abc"},
	{"CLIENT_ID=abc\r\n", "abc"},
	{"A=1\rCLIENT_ID=abc\rB=2\r", "abc"},
	{"\n\n  CLIENT_ID = abc  \n", "abc"},
	{"\tCLIENT_ID\t=\tabc\t\n", "abc"},
	{"export CLIENT_ID=abc\n", "abc"},
	{"export\tCLIENT_ID=abc\n", "abc"},
	{"exportCLIENT_ID=abc\n", NULL},
	{"export\nCLIENT_ID=abc\n", "abc"},
	{"'CLIENT_ID'=abc\n", "abc"},
	{"export 'CLIENT_ID' = abc\n", "abc"},
	{"\"CLIENT_ID\"=abc\n", NULL},
	{"# CLIENT_ID=no\nCLIENT_ID=yes\n", "yes"},
	{"  # CLIENT_ID=no\n", NULL},
	/* quotes */
	{"CLIENT_ID=\"a b # c\" # more\n", "a b # c"},
	{"CLIENT_ID=\"a\"# more\n", "a"},
	{"CLIENT_ID=\"a\" b\n", NULL},
	{"CLIENT_ID='$HOME\"'\n", "$HOME\""},
	{"CLIENT_ID=\"\"\n", ""},
	{"CLIENT_ID=a\"b\"c\n", "a\"b\"c"},
	{"CLIENT_ID=\"open\n", NULL},
	{"CLIENT_ID=old\nCLIENT_ID=\"open\n", "old"},
	{"A=\"open\nCLIENT_ID=\"abc\"\n", NULL},
	{"A=\"open\nCLIENT_ID=abc\n", "abc"},
	/* escapes */
	{"CLIENT_ID=\"a\\\"b\"\n", "a\"b"},
	{"CLIENT_ID='a\\'b'\n", "a'b"},
	{"CLIENT_ID='a\\\\b\\nc\\\"'\n", "a\\b\\nc\\\""},
	{"CLIENT_ID=\"a\\\\b\"\n", "a\\b"},
	{"CLIENT_ID=\"\\a\\b\\f\\n\\r\\t\\v\\'\\$\\x\"\n",
	 "\a\b\f\n\r\t\v'\\$\\x"},
	{"CLIENT_ID=a\\nb\\\n", "a\\nb\\"},
	{"CLIENT_ID=\"a\\\\\\\"b\"\n", "a\\\"b"},
	/* A backslash before a quote hides it even where it is hidden itself,
	 * unless the value would never end. */
	{"CLIENT_ID=\"a\\\\\"\n", "a\\"},
	{"CLIENT_ID=\"a\\\\\"\nB=\"c\"\n", NULL},
	{"CLIENT_ID='a\\'\n", "a\\"},
	/* several lines */
	{"CLIENT_ID=\"a\nb\"\n", "a\nb"},
	{"CLIENT_ID='a\r\nb\r\n'\r\n", "a\nb\n"},
	{"A='\nCLIENT_ID=no\n'\nCLIENT_ID=yes\n", "yes"},
	{"A='\nCLIENT_ID=no\n'\n", NULL},
	/* comments, and what else ends a value */
	{"CLIENT_ID=abc # why\n", "abc"},
	{"CLIENT_ID=abc\t#why\n", "abc"},
	{"CLIENT_ID=abc#def\n", "abc#def"},
	{"CLIENT_ID=#nothing\n", "#nothing"},
	{"CLIENT_ID= # nothing\n", "# nothing"},
	{"CLIENT_ID=a b  c \t\n", "a b  c"},
	{"CLIENT_ID=abc\xc2\xa0\n", "abc"},
	{"CLIENT_ID=\xe2\x80\x83"
	 "abc\xe3\x80\x80# why\n",
	 "abc"},
	{"CLIENT_ID=\xc3\xa9\xff\n", "\xc3\xa9\xff"},
	{"CLIENT_ID=\n", ""},
	{"CLIENT_ID=a=b\n", "a=b"},
	{"CLIENT_ID==\n", "="},
	/* which one counts */
	{"CLIENT_ID=one\nCLIENT_ID=two\n", "two"},
	{"CLIENT_ID=one\nCLIENT_ID=\n", ""},
	{"CLIENT_ID=one\nCLIENT_ID\n", NULL},
	{"CLIENT_ID=one\nCLIENT_ID two\n", "one"},
	{"XCLIENT_ID=no\n", NULL},
	{"CLIENT_IDX=no\n", NULL},
	{"client_id=no\n", NULL},
	{"CLIENT_ID\n", NULL},
	{"CLIENT_SECRET=CLIENT_ID=no\n", NULL},
	{"=no\nCLIENT_ID=yes\n", "yes"},
	{"''=no\nCLIENT_ID=yes\n", "yes"},
	{"if [ -f x ]; then\nCLIENT_ID=yes\nfi\n", "yes"},
	/* variables */
	{"A=1\nCLIENT_ID=${A}${A}x\n", "11x"},
	{"A=1\nCLIENT_ID='${A}'\n", "1"},
	{"CLIENT_ID=${A}\nA=1\n", ""},
	{"CLIENT_ID=${A:-b c}\n", "b c"},
	{"CLIENT_ID=${A:-}x\n", "x"},
	{"A\nCLIENT_ID=${A:-b}\n", ""},
	{"A=\nCLIENT_ID=${A:-b}\n", ""},
	{"CLIENT_ID=${EMPTY:-b}\n", ""},
	{"HOME=/x\nCLIENT_ID=${HOME}\n", "/root"},
	{"CLIENT_ID=$HOME ${HOME ${A:b} ${} $\n", "$HOME ${HOME ${A:b}  $"},
	{"CLIENT_ID=${A:-${B}}\n", "${B}"},
	{"CLIENT_ID=1\nCLIENT_ID=${CLIENT_ID}2\n", "12"},
	{"CLIENT_ID=\\${HOME}\n", "\\/root"},
};

static struct dotenv *parse(const char *text, size_t len)
{
	struct err err = {""};
	struct dotenv *dotenv = dotenv_parse(text, len, environment, &err);

	assert_non_null(dotenv);
	return dotenv;
}

static void reads_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dotenv *dotenv =
			parse(cases[i].text, strlen(cases[i].text));
		const char *value = dotenv_get(dotenv, "CLIENT_ID");

		if ((value == NULL) != (cases[i].value == NULL) ||
		    (value != NULL && strcmp(value, cases[i].value) != 0))
			fail_msg("case %zu: %s gives %s, not %s", i,
				 cases[i].text,
				 value != NULL ? value : "nothing",
				 cases[i].value != NULL ? cases[i].value
							: "nothing");
		dotenv_free(dotenv);
	}
}

/* What is passed over is told where a name that is wanted is in it. */
static void tells_what_it_cannot_read(void **state)
{
	static const struct {
		const char *text;
		int line;
	} unread[] = {
		{"A=1\n\nCLIENT_ID=\"open\n", 3},
		{"A=\"open\r\nCLIENT_ID=\"abc\"\n", 1},
		{"CLIENT_ID='a' b\n", 1},
		{"A='\n\n'\nB='open\n'CLIENT_ID'=1\n", 4},
		{"CLIENT_ID =\"open\n", 1},
		{"MY_CLIENT_ID=\"open\n", 0},
		{"export CLIENT_ID B\n", 0},
		{"A=\"open\nCLIENT_ID=abc\n", 0},
		{"# CLIENT_ID=\"\n", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(unread) / sizeof(unread[0]); i++) {
		struct dotenv *dotenv =
			parse(unread[i].text, strlen(unread[i].text));

		if (dotenv_unread(dotenv, "CLIENT_ID") != unread[i].line)
			fail_msg("case %zu: line %d", i,
				 dotenv_unread(dotenv, "CLIENT_ID"));
		dotenv_free(dotenv);
	}
}

/* Nothing beyond len is looked at. */
static void stops_at_the_end(void **state)
{
	static const char text[] = "CLIENT_ID=abcdef";
	struct dotenv *dotenv = parse(text, 13);

	(void)state;
	assert_string_equal(dotenv_get(dotenv, "CLIENT_ID"), "abc");
	dotenv_free(dotenv);
	dotenv = parse(text, 9);
	assert_null(dotenv_get(dotenv, "CLIENT_ID"));
	dotenv_free(dotenv);
}

/* Each value twice the one before: a million million bytes. */
static void bounds_what_variables_make(void **state)
{
	struct err err = {""};
	struct buf text;

	(void)state;
	buf_init(&text, 4096);
	buf_adds(&text, "A=0123456789\n");
	for (int i = 0; i < 40; i++)
		buf_adds(&text, "A=${A}${A}\n");
	assert_null(dotenv_parse(buf_text(&text), text.len, environment, &err));
	assert_string_equal(err.text, "17: a value is too long once its "
				      "variables are expanded.");
	buf_free(&text);
}

/* Lines of other kinds of files, which python-dotenv takes for something else
 * or passes over. */
static void tells_what_is_misspelt(void **state)
{
	static const struct {
		const char *text;
		int line;
	} lines[] = {
		{"CLIENT_ID: a\n", 1},
		{"A=1\n\nCLIENT_ID : \"a\"\n", 3},
		{"CLIENT_ID:a\n", 1},
		{"CLIENT_ID:\n", 1},
		{"CLIENT_ID:=a\n", 1},
		{"CLIENT_ID := a\n", 1},
		{"  CLIENT_ID: a\n", 1},
		{"export CLIENT_ID: a\n", 1},
		{"'CLIENT_ID': a\n", 1},
		{"\"CLIENT_ID\": \"a\",\n", 1},
		{"{\n  \"CLIENT_ID\": \"a\"\n}\n", 2},
		{"{\"CLIENT_ID\":\"a\"}\n", 1},
		{"\"CLIENT_ID\"=a\n", 1},
		{"- CLIENT_ID=a\n", 1},
		{"- \"CLIENT_ID=a\"\n", 1},
		{"set CLIENT_ID=a\r\n", 1},
		{"set \"CLIENT_ID=a\"\r\n", 1},
		{"setx CLIENT_ID a\n", 1},
		{"$env:CLIENT_ID=\"a\"\n", 1},
		{"$env:CLIENT_ID = 'a'\n", 1},
		{"CLIENT_ID a\n", 1},
		{"CLIENT_ID -> a\n", 1},
		/* What sets it, and what is of no matter. */
		{"CLIENT_ID=a:b\n", 0},
		{"CLIENT_ID = a\n", 0},
		{"'CLIENT_ID'=a\n", 0},
		{"export CLIENT_ID=a\n", 0},
		{"CLIENT_ID: a\nCLIENT_ID=b\n", 0},
		{"CLIENT_ID=\nCLIENT_ID: a\n", 0},
		{"CLIENT_ID\n", 0},
		{"export CLIENT_ID\n", 0},
		{"export CLIENT_ID B\n", 0},
		{"# CLIENT_ID: a\n", 0},
		{"CLIENT_ID # more\n", 0},
		{"MY_CLIENT_ID: a\n", 0},
		{"CLIENT_ID_FILE: a\n", 0},
		{"A=\"CLIENT_ID: a\"\n", 0},
		{"A: CLIENT_ID\n", 0},
		{"", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct dotenv *dotenv =
			parse(lines[i].text, strlen(lines[i].text));

		if (dotenv_misspelt(dotenv, "CLIENT_ID") != lines[i].line)
			fail_msg("%s: line %d", lines[i].text,
				 dotenv_misspelt(dotenv, "CLIENT_ID"));
		dotenv_free(dotenv);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_values),
		cmocka_unit_test(tells_what_it_cannot_read),
		cmocka_unit_test(tells_what_is_misspelt),
		cmocka_unit_test(bounds_what_variables_make),
		cmocka_unit_test(stops_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
