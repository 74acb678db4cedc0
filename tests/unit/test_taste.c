/* SPDX-License-Identifier: MIT */
/*
 * Choices written to and read from a real file.
 */
#include "config.h"

#include "io/taste.h"

#include <fcntl.h>
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

static char folder[] = "/tmp/grantty-taste-XXXXXX";
static char path[sizeof(folder) + 16];

static int set_up(void **state)
{
	(void)state;
	memcpy(folder, "/tmp/grantty-taste-XXXXXX", sizeof(folder));
	if (mkdtemp(folder) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/drawings", folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

static void put(const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void assert_choice(const char *type, const char *expected)
{
	char choice[TASTE_SIZE];

	taste_read(path, type, choice);
	assert_string_equal(choice, expected);
}

static void test_kept(void **state)
{
	struct stat info;

	(void)state;
	assert_choice("xterm", "");
	taste_write(path, "xterm", "full");
	taste_write(path, "xterm-256color", "half");
	assert_choice("xterm", "full");
	assert_choice("xterm-256color", "half");
	assert_choice("xterm-256", "");
	taste_write(path, "xterm", "text");
	assert_choice("xterm", "text");
	assert_choice("xterm-256color", "half");
	taste_write(path, "xterm", "");
	assert_choice("xterm", "");
	assert_choice("xterm-256color", "half");
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
}

static void test_strange(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"xterm full", "full"},	   {"\n\nxterm full\n", "full"},
		{"xtermfull\n", ""},	   {"xterm\n", ""},
		{"xterm \n", ""},	   {"xterm aaaaaaaaaaaaaaaa\n", ""},
		{"xterm a\nxterm b", "b"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		put(cases[i].text, 0600);
		assert_choice("xterm", cases[i].expected);
	}
	assert_choice("", "");
	taste_write(path, "a b", "half");
	taste_write(path, "a\nb", "half");
	assert_choice("a", "");
	/* What others can write is no choice of this user's. */
	put("xterm full\n", 0666);
	assert_choice("xterm", "");
	taste_write(path, "xterm", "half");
	assert_choice("xterm", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_strange, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
