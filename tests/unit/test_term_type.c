/* SPDX-License-Identifier: MIT */
/*
 * ui/term_type: what is said of terminals by their names, by terminfo
 * and by the environment.
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
#undef bell /* terminfo's macro, and a field of struct conf */

#include "base/buf.h"
#include "ui/hyperlink.h"
#include "ui/term_name.h"
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
	assert_non_null(strstr(buf_text(&undo), "\x1b[23;2t"));
	buf_free(&undo);
	assert_null(strstr(undo_of("linux", &undo), "\x1b[23;2t"));
	buf_free(&undo);
}

/* Whoever has no other screen leaves nothing on this one. */
static void test_blank(void **state)
{
	static const struct {
		const char *type, *blank;
	} cases[] = {
		{"vt100", "\x1b[H\x1b[J"},
		{"linux", "\x1b[H\x1b[J"},
		{"ansi", "\x1b[H\x1b[J"},
		{"xterm-256color", ""},
		{"screen", ""},
		{"dumb", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf blank;

		assert_int_equal(setenv("TERM", cases[i].type, 1), 0);
		(void)set_curterm(NULL);
		buf_init(&blank, 256);
		assert_true(term_type_blank(&blank));
		assert_string_equal(buf_text(&blank), cases[i].blank);
		buf_free(&blank);
	}
}

/* With the lines above the screen where the type has a way (E3). */
static void test_clear(void **state)
{
	static const struct {
		const char *type, *clear; /* NULL: it has none */
	} cases[] = {
		{"vt100", "\x1b[H\x1b[J"},
		{"linux", "\x1b[H\x1b[J\x1b[3J"},
		{"xterm-256color", "\x1b[H\x1b[2J\x1b[3J"},
		{"dumb", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf out;

		assert_int_equal(setenv("TERM", cases[i].type, 1), 0);
		(void)set_curterm(NULL);
		buf_init(&out, 256);
		assert_int_equal(term_type_clear(&out), cases[i].clear != NULL);
		assert_string_equal(buf_text(&out), cases[i].clear != NULL
							    ? cases[i].clear
							    : "");
		buf_free(&out);
	}
}

static void test_console(void **state)
{
	static const struct {
		const char *name;
		bool console;
	} cases[] = {
		{"linux", true},
		{"linux-16color", true},
		{"linux2.6", true},
		{"linux-m", true},
		{"xterm-256color", false},
		{"vt100", false},
		{"lin", false},
		{"", false},
		{NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(term_name_is_console(cases[i].name),
				 cases[i].console);
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

static void test_hyperlinks(void **state)
{
	static const char *const variables[] = {"TERM", "TMUX", "STY",
						"VTE_VERSION", "COLORTERM"};
	static const struct {
		enum hyperlinks setting;
		const char *values[5];
		bool takes;
	} cases[] = {
		{HYPERLINKS_AUTO, {"xterm-256color"}, true},
		{HYPERLINKS_OFF, {"xterm-256color"}, false},
		{HYPERLINKS_AUTO,
		 {"xterm-kitty"},
		 true}, /* known here or not */
		{HYPERLINKS_AUTO, {"no-such-terminal"}, true},
		{HYPERLINKS_AUTO, {"linux"}, false},
		{HYPERLINKS_AUTO, {"linux-16color"}, false},
		{HYPERLINKS_ON, {"linux"}, true},
		{HYPERLINKS_AUTO, {"vt100"}, false},
		{HYPERLINKS_AUTO, {"vt220"}, false},
		{HYPERLINKS_AUTO, {"vt220-8bit"}, false},
		{HYPERLINKS_AUTO, {"ansi"}, false},
		{HYPERLINKS_AUTO, {"dumb"}, false},
		{HYPERLINKS_AUTO, {"screen"}, false},
		{HYPERLINKS_AUTO, {"screen-256color"}, false},
		{HYPERLINKS_AUTO, {"screen.xterm-256color"}, false},
		{HYPERLINKS_AUTO, {"screen-256color", "/tmp/tmux,1,0"}, true},
		{HYPERLINKS_AUTO, {"tmux-256color", "/tmp/tmux,1,0"}, true},
		{HYPERLINKS_AUTO, {"tmux-256color"}, true}, /* over SSH */
		{HYPERLINKS_AUTO, {"xterm-256color", NULL, "1.tty"}, false},
		{HYPERLINKS_ON, {"screen"}, true},
		{HYPERLINKS_AUTO, {"xterm-256color", NULL, NULL, "7200"}, true},
		{HYPERLINKS_AUTO,
		 {"xterm-256color", NULL, NULL, "4801"},
		 false},
		{HYPERLINKS_AUTO,
		 {"xterm", NULL, NULL, NULL, "gnome-terminal"},
		 false},
		{HYPERLINKS_AUTO,
		 {"xterm", NULL, NULL, NULL, "truecolor"},
		 true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (size_t k = 0; k < 5; k++) {
			if (cases[i].values[k] != NULL)
				(void)setenv(variables[k], cases[i].values[k],
					     1);
			else
				(void)unsetenv(variables[k]);
		}
		(void)set_curterm(NULL);
		(void)term_type_choose();
		if (hyperlink_may_be_sent(-1, cases[i].setting) !=
		    cases[i].takes)
			fail_msg("%d, %s", (int)cases[i].setting,
				 cases[i].values[0]);
	}
}

/* On no console, on nothing as old as a vt100, and on nothing unknown. */
static void test_titles(void **state)
{
	static const char *const variables[] = {"TERM", "TMUX", "STY"};
	static const struct {
		const char *values[3];
		bool takes;
	} cases[] = {
		{{"xterm-256color"}, true},
		{{"xterm"}, true},
		{{"tmux-256color", "/tmp/tmux,1,0"}, true},
		{{"screen-256color", "/tmp/tmux,1,0"}, true},
		{{"screen-256color"}, false},
		{{"xterm-256color", NULL, "1.tty"}, false},
		{{"no-such-terminal"}, false},
		{{"linux"}, false},
		{{"linux-16color"}, false},
		{{"vt100"}, false},
		{{"vt220"}, false},
		{{"ansi"}, false},
		{{"dumb"}, false},
		{{NULL}, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (size_t k = 0; k < 3; k++) {
			if (cases[i].values[k] != NULL)
				(void)setenv(variables[k], cases[i].values[k],
					     1);
			else
				(void)unsetenv(variables[k]);
		}
		(void)set_curterm(NULL);
		if (term_type_takes_titles(term_type_choose()) !=
		    cases[i].takes)
			fail_msg("%s", cases[i].values[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_undo),
		cmocka_unit_test(test_titles),
		cmocka_unit_test(test_blank),
		cmocka_unit_test(test_clear),
		cmocka_unit_test(test_console),
		cmocka_unit_test(test_unknown_types),
		cmocka_unit_test(test_hyperlinks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
