/* SPDX-License-Identifier: MIT */
/*
 * base/command_line: what a table takes, what it refuses and how, and its help.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/command_line.h"
#include "base/err.h"
#include "base/nearest.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct values {
	const char *file;
	bool plain;
	int verbose;
	int64_t seconds;
	int sum;
};

static bool check_file(const char *name, const char *value, struct err *err)
{
	if (value[0] != '\0')
		return true;
	return err_set(err, "--%s is empty", name);
}

static bool add(void *values, const char *value, struct err *err)
{
	if (value[0] < '0' || value[0] > '9')
		return err_set(err, "no digit");
	((struct values *)values)->sum += value[0] - '0';
	return true;
}

static void list(struct buf *out)
{
	(void)buf_adds(out, "one, two,");
}

static void list_nothing(struct buf *out)
{
	(void)out;
}

static const struct command_line_option rows[] = {
	{.name = "file",
	 .letter = 'f',
	 .value = "FILE",
	 .kind = COMMAND_LINE_TEXT,
	 .offset = offsetof(struct values, file),
	 .text = "default",
	 .check = check_file,
	 .list = list,
	 .help = "or a file"},
	{.name = "plain",
	 .kind = COMMAND_LINE_FLAG,
	 .offset = offsetof(struct values, plain),
	 .verbs = 1 << 1,
	 .help = "lines"},
	{.name = "verbose",
	 .letter = 'v',
	 .kind = COMMAND_LINE_COUNT,
	 .offset = offsetof(struct values, verbose),
	 .verbs = 1 << 0 | 1 << 2,
	 .list = list_nothing,
	 .help = "more"},
	{.name = "a-long-name",
	 .value = "SECONDS",
	 .kind = COMMAND_LINE_SECONDS,
	 .offset = offsetof(struct values, seconds),
	 .number = -1,
	 .min = 5,
	 .max = 60,
	 .help = "how long"},
	{.name = "add",
	 .value = "DIGIT",
	 .kind = COMMAND_LINE_TAKEN,
	 .take = add,
	 .help = "adds"},
};

static const char *const verb_names[] = {"run", "print", "walk", NULL};

static bool parse(struct values *values, const char *line, uint64_t *given,
		  int *left, struct err *err)
{
	static char program[] = "program", copy[200];
	char *argv[20] = {program, NULL};
	size_t len = strlen(line);
	int argc = 1, words = 0;

	assert_true(len < sizeof(copy));
	memcpy(copy, line, len + 1);
	for (size_t i = 0; i < len; i++) {
		if (i == 0 || copy[i - 1] == '\0')
			argv[argc++] = &copy[i];
		if (copy[i] == ' ')
			copy[i] = '\0';
	}
	optind = 0;
	err->text[0] = '\0';
	if (!command_line_parse(rows, COUNT(rows), verb_names, values, argc,
				argv, given, &words, err))
		return false;
	*left = argc - words;
	return true;
}

static void test_takes(void **state)
{
	static const struct {
		const char *line;
		struct values values;
		uint64_t given;
		int left;
	} cases[] = {
		{"", {"default", false, 0, -1, 0}, 0, 0},
		{"-f x", {"x", false, 0, -1, 0}, 1, 0},
		{"-fx", {"x", false, 0, -1, 0}, 1, 0},
		{"--file x", {"x", false, 0, -1, 0}, 1, 0},
		{"--file=x", {"x", false, 0, -1, 0}, 1, 0},
		{"--file a --file b", {"b", false, 0, -1, 0}, 1, 0},
		{"--plain", {"default", true, 0, -1, 0}, 2, 0},
		{"-vv --verbose", {"default", false, 3, -1, 0}, 4, 0},
		{"--a-long-name 5", {"default", false, 0, 5, 0}, 8, 0},
		{"--a-long-name 60", {"default", false, 0, 60, 0}, 8, 0},
		{"--add 2 --add 3", {"default", false, 0, -1, 5}, 16, 0},
		{"word -v more", {"default", false, 1, -1, 0}, 4, 2},
		{"-v -- --plain", {"default", false, 1, -1, 0}, 4, 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct values *want = &cases[i].values;
		struct values values = {0};
		uint64_t given = 99;
		struct err err;
		int left = 0;

		if (!parse(&values, cases[i].line, &given, &left, &err))
			fail_msg("%s: %s", cases[i].line, err.text);
		assert_string_equal(values.file, want->file);
		assert_int_equal(values.plain, want->plain);
		assert_int_equal(values.verbose, want->verbose);
		assert_int_equal(values.seconds, want->seconds);
		assert_int_equal(values.sum, want->sum);
		assert_int_equal(given, cases[i].given);
		assert_int_equal(left, cases[i].left);
	}
}

static void test_refuses(void **state)
{
	static const struct {
		const char *line, *why;
	} cases[] = {
		{"-x", "unknown option -x"},
		{"-vx", "unknown option -x"},
		{"--nosuch", "unknown option --nosuch"},
		{"--plian x", "unknown option --plian (did you mean --plain?)"},
		{"print --plian",
		 "unknown option --plian (did you mean --plain?)"},
		{"--plian -f walk print",
		 "unknown option --plian (did you mean --plain?)"},
		{"--plian", "unknown option --plian"},
		{"walk --plian", "unknown option --plian"},
		{"walk --verbosee=1",
		 "unknown option --verbosee (did you mean --verbose?)"},
		{"--verbosee", "unknown option --verbosee (did you mean "
			       "--verbose?)"},
		{"-f walk --verbosee print", "unknown option --verbosee"},
		{"--fiel=x", "unknown option --fiel (did you mean --file?)"},
		{"-f", "-f requires a value"},
		{"--file", "--file requires a value"},
		{"--plain=1", "--plain=1 takes no value"},
		{"--file=", "--file is empty"},
		{"--a-long-name 4",
		 "--a-long-name takes a number of seconds from 5 to 60"},
		{"--a-long-name 61",
		 "--a-long-name takes a number of seconds from 5 to 60"},
		{"--a-long-name 6x",
		 "--a-long-name takes a number of seconds from 5 to 60"},
		{"--add x", "no digit"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct values values = {0};
		uint64_t given = 0;
		struct err err;
		int left = 0;

		if (parse(&values, cases[i].line, &given, &left, &err))
			fail_msg("\"%s\" is taken", cases[i].line);
		assert_string_equal(err.text, cases[i].why);
	}
}

static void test_help(void **state)
{
	static const char *const verbs[] = {"kiosk", "login", "token", NULL};
	static const char *const want[] = {
		"  -f, --file FILE     one, two, or a file\n",
		"      --plain         login: lines\n",
		"  -v, --verbose       kiosk, token: more\n",
		"      --a-long-name SECONDS  how long\n",
		"      --add DIGIT     adds\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf out;

		buf_init(&out, 200);
		command_line_help(&out, &rows[i], 22, verbs);
		assert_string_equal(buf_text(&out), want[i]);
		buf_free(&out);
	}
}

/* What is meant, in the order of how people mistype. */
static void test_nearest(void **state)
{
	static const struct {
		const char *name, *meant; /* NULL: none */
	} cases[] = {
		{"webx", "webex"},
		{"webexx", "webex"},
		{"wbeex", "webex"},
		{"WEBEX", "webex"},
		{"Webx", "webex"},
		{"wokr", "work"},
		{"wrok", "work"},
		{"Wrok", "work"},
		{"worker", "work"},
		{"w", NULL},
		{"krow", NULL},
		{"xyz", NULL},
		{"", NULL},
		{"high-contarst", "high-contrast"},
		{"hihg-contarst", "high-contrast"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = 0;
		const char *meant = nearest_name(
			cases[i].name, "webex, work, high-contrast", &len);
		const char *wanted = cases[i].meant;

		if ((meant == NULL) != (wanted == NULL) ||
		    (meant != NULL && (len != strlen(wanted) ||
				       strncmp(meant, wanted, len) != 0)))
			fail_msg("%s: %s", cases[i].name,
				 meant != NULL ? meant : "nothing");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_takes),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_help),
	};

	return cmocka_run_group_tests_name("command_line", tests, NULL, NULL);
}
