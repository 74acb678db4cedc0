/* SPDX-License-Identifier: MIT */
/*
 * ui/term_type: what is said of terminals by their names, by terminfo.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <curses.h>
#include <term.h>

#include "base/buf.h"
#include "ui/term_type.h"

static const char *undo_of(const char *type, struct buf *undo)
{
	assert_int_equal(setenv("TERM", type, 1), 0);
	(void)set_curterm(NULL); /* or terminfo keeps the one before */
	buf_init(undo, 256);
	assert_true(term_type_undo(undo));
	return buf_text(undo);
}

static void test_undo(void **state)
{
	struct buf undo;

	(void)state;
	/* Without the pause of two milliseconds in the middle. */
	assert_string_equal(undo_of("vt100", &undo), "\x1b[m\x0f\x1b[?1l\x1b>");
	buf_free(&undo);
	assert_string_equal(undo_of("dumb", &undo), "");
	buf_free(&undo);
	assert_non_null(strstr(undo_of("xterm", &undo), "\x1b[?2004l"));
	assert_non_null(strstr(buf_text(&undo), "\x1b[?25h"));
	assert_non_null(strstr(buf_text(&undo), "\x1b[?1049l"));
	buf_free(&undo);
}

static void test_unknown_types(void **state)
{
	(void)state;
	(void)setenv("TERM", "no-such-terminal", 1);
	(void)set_curterm(NULL);
	assert_string_equal(term_type_choose(), "xterm-256color");
	(void)unsetenv("TERM");
	(void)set_curterm(NULL);
	assert_string_equal(term_type_choose(), "xterm-256color");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_undo),
		cmocka_unit_test(test_unknown_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
