/* SPDX-License-Identifier: MIT */
/*
 * app/account: which names there may be, which there are, and which one was
 * meant. Where their files are is test_setup_conf's matter.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/account.h"
#include "base/err.h"
#include "base/mem.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_name(void **state)
{
	static const struct {
		const char *name;
		bool allowed;
	} cases[] = {
		{"a", true},
		{"0", true},
		{"work", true},
		{"work-2", true},
		{"a.b_c-d", true},
		{"a..b", true}, /* no path leads anywhere by that */
		{"default", true},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true}, /* 32 */
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
		{"", false},
		{".", false},
		{"..", false},
		{".hidden", false},
		{"_a", false},
		{"-a", false},
		{"Work", false},
		{"a/b", false},
		{"../a", false},
		{"/a", false},
		{"a b", false},
		{"a\n", false},
		{"a\\b", false},
		{"a:b", false},
		{"a*", false},
		{"\xc3\xa4", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (account_is_name(cases[i].name) != cases[i].allowed)
			fail_msg("\"%s\"", cases[i].name);
	}
}

static void test_choose(void **state)
{
	static const struct {
		const char *option, *variable;
		bool ok;
		const char *name;  /* NULL: the default account */
		const char *after; /* the variable for hooks; NULL: none */
	} cases[] = {
		{NULL, NULL, true, NULL, NULL},
		{NULL, "", true, NULL, ""},
		{"work", NULL, true, "work", "work"},
		{NULL, "work", true, "work", "work"},
		{"work", "home", true, "work", "work"},
		{"default", "home", true, NULL, NULL},
		{NULL, "default", true, NULL, NULL},
		{"", NULL, false, NULL, NULL},
		{"..", "home", false, NULL, "home"},
		{NULL, "..", false, NULL, ".."},
		/* Its configuration is the default account's. */
		{"grantty", NULL, false, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err = {""};
		const char *after;
		char *name;

		(void)unsetenv("GRANTTY_ACCOUNT");
		if (cases[i].variable != NULL)
			(void)setenv("GRANTTY_ACCOUNT", cases[i].variable, 1);
		if (account_choose(cases[i].option, &name, &err) != cases[i].ok)
			fail_msg("case %zu: %s", i, err.text);
		assert_int_equal(err.text[0] != '\0', !cases[i].ok);
		if (cases[i].name == NULL)
			assert_null(name);
		else
			assert_string_equal(name, cases[i].name);
		after = getenv("GRANTTY_ACCOUNT");
		if (cases[i].after == NULL)
			assert_null(after);
		else
			assert_string_equal(after, cases[i].after);
		free(name);
	}
	(void)unsetenv("GRANTTY_ACCOUNT");
}

static void test_names(void **state)
{
	/* Folders end with '/'. */
	static const char *const files[] = {
		"config/",
		"config/grantty/",
		"config/grantty/grantty.conf",
		"config/grantty/work.conf",
		"config/grantty/Work.conf",
		"config/grantty/.conf",
		"config/grantty/notes.txt",
		"config/grantty/default.conf",
		"state/",
		"state/session.json",
		"state/session.json.lock",
		"state/work/",
		"state/work/session.json",
		"state/ended/",
		"state/ended/session.json.lock",
		"state/cancelled/",
		"state/cancelled/session.json.lock",
		"state/kiosk/",
		"state/kiosk/session.json.kiosk.lock",
		"state/other/",
		"state/other/notes.txt",
		"state/Home/",
		"state/Home/session.json",
		"state/..x/",
		"state/..x/session.json",
	};
	static const struct {
		const char *session;
		bool by_file;
		const char *names;
	} cases[] = {
		{"state/session.json", true, " ended kiosk work"},
		{"state/session.json", false, " ended kiosk work"},
		{"state/x.json", true, " work"},
		{"nowhere/session.json", false, ""},
		{"", true, " work"},
		{NULL, true, " work"},
	};
	char folder[] = "/tmp/test_account_XXXXXX";
	char path[128];

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	(void)snprintf(path, sizeof(path), "%s/config", folder);
	(void)setenv("XDG_CONFIG_HOME", path, 1);
	for (size_t i = 0; i < COUNT(files); i++) {
		if (files[i][strlen(files[i]) - 1] == '/')
			assert_int_equal(mkdir(files[i], 0700), 0);
		else
			assert_int_equal(mknod(files[i], S_IFREG | 0600, 0), 0);
	}
	assert_int_equal(truncate("state/ended/session.json.lock", 1), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char **names =
			account_names(cases[i].session, cases[i].by_file);
		char text[256] = "";

		for (size_t j = 0; names[j] != NULL; j++)
			(void)snprintf(text + strlen(text),
				       sizeof(text) - strlen(text), " %s",
				       names[j]);
		if (strcmp(text, cases[i].names) != 0)
			fail_msg("case %zu: \"%s\"", i, text);
		xfreev(names);
	}
	for (size_t i = COUNT(files); i-- > 0;)
		assert_int_equal(remove(files[i]), 0);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(folder), 0);
	(void)unsetenv("XDG_CONFIG_HOME");
}

static void test_unknown(void **state)
{
	static char work[] = "work", home[] = "home-office";
	static char *const names[] = {home, work, NULL};
	static const struct {
		const char *name, *meant;
	} cases[] = {
		{"wor", "\"work\"?"},
		{"works", "\"work\"?"},
		{"home-ofice", "\"home-office\"?"},
		{"defalt", "\"default\"?"},
		{"other", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err = {""};
		const char *meant;

		assert_false(account_unknown(cases[i].name, names, &err));
		assert_non_null(strstr(err.text, cases[i].name));
		assert_non_null(
			strstr(err.text, ": default, home-office, work."));
		meant = strstr(err.text, "did you mean ");
		if (cases[i].meant == NULL)
			assert_null(meant);
		else
			assert_non_null(strstr(err.text, cases[i].meant));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_choose),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
