/* SPDX-License-Identifier: MIT */
/*
 * Terminals of other types, without colours, and none at all.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "conf/theme.h"
#include "ui/keyboard.h"
#include "ui/model.h"
#include "ui/palette.h"
#include "ui/term.h"
#include "ui/ui.h"

#include "screen_fixture.h"
#include "screen_model.h"

static void test_unknown_type(void **state)
{
	struct screen_fixture fixture;

	(void)state;
	fixture_open(&fixture, 80, 24, "no-such-terminal", "auto");
	assert_true(term_palette(fixture.term)->colour);
	assert_true(term_may_have_clipboard(fixture.term));
	fixture_close(&fixture);
	fixture_open(&fixture, 80, 24, "", "auto");
	fixture_close(&fixture);
	fixture_open(&fixture, 80, 24, "linux", "auto");
	assert_false(term_may_have_clipboard(fixture.term));
	fixture_close(&fixture);
	fixture_open(&fixture, 80, 24, "vt100", "auto");
	assert_false(term_palette(fixture.term)->colour);
	fixture_close(&fixture);
}

/* How many of the rows are in reverse video in that column. */
static int reversed_rows(int first, int end, int column)
{
	int count = 0;

	for (int y = first; y < end; y++)
		count += fixture_is_reversed(y, column);
	return count;
}

/* What a theme tells apart by the ground alone is told apart without colours,
 * too. */
static void test_without_colours(void **state)
{
	static const char text[] =
		"default = { fg = 7; bg = 0; }; bar = { bg = 4; };"
		"selected = { fg = 0; bg = 6; }; good = { fg = 2; };";
	struct theme theme;
	struct model model;
	struct screen_fixture fixture;
	struct err err;

	(void)state;
	assert_true(
		theme_parse(&theme, text, strlen(text), "test.theme", &err));
	fixture_open_theme(&fixture, 80, 24, "vt100", "auto", &theme);
	screen_model_init(&model, SCREEN_SIGN_IN, NULL);
	model.now_ms = model.expires_ms - model.code_lifetime_ms;
	screen_model_draw(&fixture, &model);
	assert_true(fixture_is_reversed(23, 79));      /* keys */
	assert_int_equal(reversed_rows(0, 23, 60), 1); /* time */
	model.screen = SCREEN_PROFILE;
	ui_key(fixture.ui, &model, KEYS_TAB);
	screen_model_draw(&fixture, &model);
	assert_int_equal(reversed_rows(0, 23, 60), 1); /* what is chosen */
	fixture_close(&fixture);
}

/* The cursor rests on the text's first character, which has two columns. */
static void test_rest_on_wide(void **state)
{
	static const char trouble[] = "現在サインインできません";
	static char drawn[TEXT_MAX], written[TEXT_MAX];
	struct screen_fixture fixture;
	struct model model;

	(void)state;
	fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
	screen_model_init(&model, SCREEN_TROUBLE, NULL);
	model.trouble = trouble;
	for (int tick = 0; tick < 3; tick++) {
		screen_model_draw(&fixture, &model);
		fixture_read(&fixture, drawn, sizeof(drawn));
		fixture_read_written(&fixture, written, sizeof(written));
		assert_string_equal(written, drawn);
		assert_non_null(strstr(written, trouble));
		model.now_ms += 1000;
	}
	fixture_close(&fixture);
}

static void test_no_terminal(void **state)
{
	struct theme theme = fixture_theme();
	struct err err = {""};
	struct screen_fixture fixture;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_null(term_open(fds[0], fds[1], &theme, &err));
	assert_non_null(strstr(err.text, "there is no terminal"));
	close(fds[0]);
	close(fds[1]);

	fixture_plug(&fixture, 80, 24);
	setenv("TERM", "dumb", 1);
	err.text[0] = '\0';
	assert_null(term_open(fixture.slave, fixture.slave, &theme, &err));
	assert_non_null(strstr(err.text, "dumb"));
	close(fixture.slave);
	fixture_unplug(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unknown_type),
		cmocka_unit_test(test_without_colours),
		cmocka_unit_test(test_no_terminal),
		cmocka_unit_test(test_rest_on_wide),
	};

	return cmocka_run_group_tests(tests, screen_model_start,
				      screen_model_stop);
}
