/* SPDX-License-Identifier: MIT */
/*
 * base/mem: copies, sizes that overflow, wiping.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"

static void test_copies(void **state)
{
	char *s;

	(void)state;
	s = xstrdup("");
	assert_string_equal(s, "");
	free(s);
	assert_null(xstrdup(NULL));

	s = xstrndup("abcdef", 3);
	assert_string_equal(s, "abc");
	free(s);
	s = xstrndup("a\0b", 3); /* n bytes, not up to the NUL */
	assert_memory_equal(s, "a\0b", 4);
	free(s);
	s = xstrndup(NULL, 0);
	assert_string_equal(s, "");
	free(s);
	secret_free(NULL);
}

static void test_formatted(void **state)
{
	char *s;

	(void)state;
	s = xasprintf("%.*s/%s.%d", 2, "abc", "x", -7);
	assert_string_equal(s, "ab/x.-7");
	free(s);
	s = xasprintf("%s", "");
	assert_string_equal(s, "");
	free(s);
	s = xasprintf("%9000d", 1); /* there is no limit */
	assert_int_equal(strlen(s), 9000);
	free(s);
}

static void test_nothing_still_has_an_address(void **state)
{
	void *p;

	(void)state;
	p = xcalloc(0, 8);
	assert_non_null(p);
	p = xreallocarray(p, 0, 8);
	assert_non_null(p);
	p = xreallocarray(p, 8, 0);
	assert_non_null(p);
	free(p);
}

static void test_wipe(void **state)
{
	char secret[] = "secret";

	(void)state;
	mem_wipe(secret, 3);
	assert_memory_equal(secret, "\0\0\0ret", sizeof(secret));
	mem_wipe(NULL, 0);
}

/* volatile: or the compiler sees through the sizes and warns. */
static volatile size_t huge = SIZE_MAX;

static void take_too_much_zeroed(void)
{
	free(xcalloc(huge, 2));
}

static void take_too_much_again(void)
{
	free(xreallocarray(NULL, huge / 2 + 1, 2));
}

static void copy_too_much(void)
{
	free(xstrndup("a", huge));
}

static void test_out_of_memory_ends_the_program(void **state)
{
	void (*const cases[])(void) = {
		take_too_much_zeroed,
		take_too_much_again,
		copy_too_much,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int status = 0;
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0) {
			close(STDERR_FILENO);
			cases[i]();
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), EXIT_FAILURE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_formatted),
		cmocka_unit_test(test_nothing_still_has_an_address),
		cmocka_unit_test(test_wipe),
		cmocka_unit_test(test_out_of_memory_ends_the_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
