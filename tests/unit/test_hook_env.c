/* SPDX-License-Identifier: MIT */
/*
 * app/hook_env: what a hook finds in its environment, and what it does not.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/hook_env.h"
#include "base/mem.h"
#include "machine/session_data.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { VARIABLES_MAX = 4 };

/* The list as lines. */
static void print(char *const *list, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	for (; *list != NULL; list++)
		len += (size_t)snprintf(text + len, size - len, "%s\n", *list);
	assert_true(len < size);
}

/* What hook_env() makes of that environment and that session. */
static void make(const char *const variables[VARIABLES_MAX + 1],
		 const struct session_data *data, const char *event,
		 int token_fd, char *text, size_t size)
{
	char *own[VARIABLES_MAX + 1] = {NULL};
	char **before = environ;
	char **list;

	for (size_t i = 0; i < VARIABLES_MAX && variables[i] != NULL; i++)
		own[i] = (char *)(uintptr_t)variables[i];
	environ = own;
	list = hook_env(data, event, token_fd);
	environ = before;
	print(list, text, size);
	xfreev(list);
}

/* What it inherits. */
static void test_inherited(void **state)
{
	static const struct {
		const char *variables[VARIABLES_MAX + 1];
		const char *list; /* without the event */
	} cases[] = {
		{{"PATH=/bin", "LANG=C"}, "PATH=/bin\nLANG=C\n"},
		{{"EMPTY=", "A=b=c"}, "EMPTY=\nA=b=c\n"},
		/* Secrets and where they are. */
		{{"CLIENT_SECRET=s"}, ""},
		{{"GRANTTY_CLIENT_SECRET=s"}, ""},
		{{"CREDENTIALS_DIRECTORY=/run/c"}, ""},
		{{"CLIENT_ID=7", "CLIENT_SECRETS=kept"},
		 "CLIENT_ID=7\nCLIENT_SECRETS=kept\n"},
		/* Between systemd and this program alone. */
		{{"NOTIFY_SOCKET=/run/n", "WATCHDOG_PID=1", "WATCHDOG_USEC=1"},
		 ""},
		{{"LISTEN_FDS=1", "LISTEN_PID=1", "LISTEN_FDNAMES=a"}, ""},
		/* Of an earlier user. */
		{{"GRANTTY_EVENT=x", "GRANTTY_NAME=Eve", "GRANTTY_EMAIL=e@x",
		  "GRANTTY_ID=6"},
		 ""},
		{{"GRANTTY_PROVIDER=x", "GRANTTY_EXPIRES_AT=1",
		  "GRANTTY_TOKEN_FD=9"},
		 ""},
		{{"HTTPS_PROXY=http://u:p@proxy.example:3128"},
		 "HTTPS_PROXY=http://proxy.example:3128\n"},
		{{"https_proxy=http://proxy.example:3128", "NO_PROXY=*"},
		 "https_proxy=http://proxy.example:3128\nNO_PROXY=*\n"},
	};
	const struct session_data nobody = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char expected[512], found[512];

		(void)snprintf(expected, sizeof(expected),
			       "%sGRANTTY_EVENT=signed_out\n", cases[i].list);
		make(cases[i].variables, &nobody, "signed_out", -1, found,
		     sizeof(found));
		assert_string_equal(found, expected);
	}
}

/* What is added of the session. */
static void test_added(void **state)
{
	static char provider[] = "https://id.example";
	static const struct {
		const char *profile;
		int64_t expires_at;
		int token_fd;
		const char *list; /* after event and provider */
	} cases[] = {
		{NULL, 0, -1, ""},
		{NULL, 1800000000, -1, "GRANTTY_EXPIRES_AT=1800000000\n"},
		{NULL, 0, 3, "GRANTTY_TOKEN_FD=3\n"},
		{"{\"sub\":\"7\",\"name\":\"Ada\",\"email\":\"a@b.example\"}",
		 1800000000, 3,
		 "GRANTTY_NAME=Ada\nGRANTTY_EMAIL=a@b.example\nGRANTTY_ID=7\n"
		 "GRANTTY_EXPIRES_AT=1800000000\nGRANTTY_TOKEN_FD=3\n"},
		/* The three shapes of an address, and the two names of an ID.
		 */
		{"{\"emails\":[{\"value\":\"a@b.example\"}]}", 0, -1,
		 "GRANTTY_NAME=a@b.example\nGRANTTY_EMAIL=a@b.example\n"},
		{"{\"emails\":[\"a@b.example\",\"c@d.example\"]}", 0, -1,
		 "GRANTTY_NAME=a@b.example\nGRANTTY_EMAIL=a@b.example\n"},
		{"{\"email\":null,\"emails\":[\"a@b.example\"]}", 0, -1,
		 "GRANTTY_NAME=a@b.example\nGRANTTY_EMAIL=a@b.example\n"},
		{"{\"id\":12345}", 0, -1, "GRANTTY_ID=12345\n"},
		{"{\"sub\":\"7\",\"id\":8}", 0, -1, "GRANTTY_ID=7\n"},
		{"{\"sub\":\"\"}", 0, -1, ""},
		{"{\"sub\":{\"a\":1},\"id\":8}", 0, -1, "GRANTTY_ID=8\n"},
		{"no JSON", 0, -1, ""},
		/* Clean text: no second line, no escape sequence. */
		{"{\"sub\":\"7\\nLD_PRELOAD=x\"}", 0, -1,
		 "GRANTTY_ID=7 LD_PRELOAD=x\n"},
		{"{\"sub\":\"\\u001b[2J\"}", 0, -1,
		 "GRANTTY_ID=\xef\xbf\xbd[2J\n"},
	};
	const char *const nothing[VARIABLES_MAX + 1] = {NULL};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct session_data data = {
			.provider = provider,
			.expires_at = cases[i].expires_at,
			.profile = (char *)(uintptr_t)cases[i].profile,
		};
		char expected[512], found[512];

		(void)snprintf(expected, sizeof(expected),
			       "GRANTTY_EVENT=signed_in\n"
			       "GRANTTY_PROVIDER=https://id.example\n%s",
			       cases[i].list);
		make(nothing, &data, "signed_in", cases[i].token_fd, found,
		     sizeof(found));
		assert_string_equal(found, expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inherited),
		cmocka_unit_test(test_added),
	};

	return cmocka_run_group_tests_name("hook_env", tests, NULL, NULL);
}
