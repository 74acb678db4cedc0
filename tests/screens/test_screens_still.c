/* SPDX-License-Identifier: MIT */
/*
 * Screens that spare the display, are drawn anew, or are on a terminal that
 * takes nothing for a while.
 */
#include "config.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "conf/theme.h"
#include "ui/keyboard.h"
#include "ui/model.h"
#include "ui/term.h"
#include "ui/ui.h"

#include "screen_fixture.h"
#include "screen_model.h"

/* What is shown in the n-th place, counted from a whole screen. */
static void read_place(struct screen_fixture *fixture, struct model *model,
		       int n, char *text)
{
	model->now_ms = START_MS;
	for (int i = 0; i < n; i++) {
		do
			model->now_ms = ui_deadline(fixture->ui, model);
		while (model->now_ms % (240 * 1000) != 0);
		screen_model_draw(fixture, model);
	}
	screen_model_draw(fixture, model);
	fixture_read(fixture, text, TEXT_MAX);
}

/* True if b is what a is, a row further down and a column further right. */
static bool is_moved(const char *a, const char *b)
{
	if (*b++ != '\n')
		return false;
	while (*b != '\0') {
		const size_t n = strcspn(a, "\n");

		if (n > 0 && *b++ != ' ')
			return false;
		if (strncmp(a, b, n + 1) != 0)
			return false;
		a += n + 1;
		b += n + 1;
	}
	return true;
}

static void test_picture_moves(void **state)
{
	static const struct {
		int columns, rows;
		bool qr_moves; /* there is room for it */
	} cases[] = {
		{80, 24, false}, {90, 26, true},  {100, 30, true},
		{240, 67, true}, {60, 20, false},
	};
	static char first[TEXT_MAX], moved[TEXT_MAX], whole[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct model model;
		struct screen_fixture fixture;

		fixture_open(&fixture, cases[i].columns, cases[i].rows,
			     "xterm-256color", "auto");
		screen_model_init(&model, SCREEN_SIGN_IN, NULL);
		model.expires_ms = NEVER_MS;
		read_place(&fixture, &model, 0, whole);
		read_place(&fixture, &model, 1, first);
		read_place(&fixture, &model, 3, moved);
		assert_true(is_moved(first, moved) == cases[i].qr_moves);
		if (!cases[i].qr_moves)
			assert_string_equal(first, whole);
		read_place(&fixture, &model, 5, moved);
		assert_string_equal(moved, whole);
		fixture_close(&fixture);
	}
}

/* True if all that is drawn now is faint. */
static bool is_faint(const struct screen_fixture *fixture)
{
	for (int y = 0; y < term_rows(fixture->term); y++) {
		for (int x = 0; x < term_columns(fixture->term); x++) {
			if (!fixture_is_blank(y, x) &&
			    !fixture_is_faint(fixture, y, x))
				return false;
		}
	}
	return true;
}

static void test_dims_when_idle(void **state)
{
	static const struct {
		enum screen screen;
		bool dims;
	} cases[] = {
		{SCREEN_WELCOME, true},	 {SCREEN_SIGN_IN, false},
		{SCREEN_CONFIRM, false}, {SCREEN_PROFILE, false},
		{SCREEN_TROUBLE, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct model model;
		struct screen_fixture fixture;

		fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
		screen_model_init(&model, cases[i].screen, NULL);
		model.retry_ms = NEVER_MS;
		screen_model_draw(&fixture, &model);
		assert_false(is_faint(&fixture));
		model.now_ms += 599999;
		screen_model_draw(&fixture, &model);
		assert_false(is_faint(&fixture));
		if (cases[i].dims)
			assert_int_equal(ui_deadline(fixture.ui, &model),
					 START_MS + 600000);
		model.now_ms += 1;
		screen_model_draw(&fixture, &model);
		assert_true(is_faint(&fixture) == cases[i].dims);
		ui_key(fixture.ui, &model, KEYS_OTHER);
		screen_model_draw(&fixture, &model);
		assert_false(is_faint(&fixture));
		/* A code wakes it as well as a key. */
		model.now_ms += 600000;
		screen_model_draw(&fixture, &model);
		assert_true(is_faint(&fixture) == cases[i].dims);
		model.screen = SCREEN_SIGN_IN;
		screen_model_draw(&fixture, &model);
		assert_false(is_faint(&fixture));
		fixture_close(&fixture);
	}
}

static void test_repaints(void **state)
{
	static const char *const types[] = {"linux", "xterm-256color", "vt100"};

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		struct model model;
		struct screen_fixture fixture;
		size_t bytes;

		fixture_open(&fixture, 80, 24, types[i], "auto");
		screen_model_init(&model, SCREEN_SIGN_IN, NULL);
		model.expires_ms = NEVER_MS;
		screen_model_draw(&fixture, &model);
		fixture_output(&fixture);
		/* Not by itself where nobody else writes. */
		model.now_ms += 60000;
		screen_model_draw(&fixture, &model);
		assert_int_equal(fixture_output(&fixture), 0);
		ui_key(fixture.ui, &model, KEYS_REPAINT);
		screen_model_draw(&fixture, &model);
		assert_in_range(fixture_output(&fixture), 1000, 4100);
		ui_repaint_every(fixture.ui, 60000);
		screen_model_draw(&fixture, &model);
		fixture_output(&fixture);
		model.now_ms += 59999;
		screen_model_draw(&fixture, &model);
		assert_int_equal(fixture_output(&fixture), 0);
		assert_int_equal(ui_deadline(fixture.ui, &model),
				 model.now_ms + 1);
		model.now_ms += 1;
		screen_model_draw(&fixture, &model);
		bytes = fixture_output(&fixture);
		print_message("# %s: repainted in %zu bytes\n", types[i],
			      bytes);
		assert_in_range(bytes, 1000, 4100);
		fixture_close(&fixture);
	}
}

static void test_stalled(void **state)
{
	static const char filler[4096];
	char text[TEXT_MAX];
	struct model model;
	struct screen_fixture fixture;
	struct pollfd room;
	int flags;

	(void)state;
	fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
	screen_model_init(&model, SCREEN_TROUBLE, NULL);
	screen_model_draw(&fixture, &model);
	fixture_output(&fixture);

	fixture_pause(&fixture);
	flags = fcntl(fixture.slave, F_GETFL);
	fcntl(fixture.slave, F_SETFL, flags | O_NONBLOCK);
	/* The kernel passes on what was written in its own time, which makes
	 * room once more: it is full when none comes. */
	room = (struct pollfd){.fd = fixture.slave, .events = POLLOUT};
	do {
		while (write(fixture.slave, filler, sizeof(filler)) > 0)
			;
	} while (poll(&room, 1, 200) > 0);
	fcntl(fixture.slave, F_SETFL, flags);
	model.advice = "Something else.";
	assert_false(ui_draw(fixture.ui, &model));
	assert_false(ui_draw(fixture.ui, &model)); /* not forgotten */
	(void)ui_key(fixture.ui, &model, '?');
	assert_false(ui_draw(fixture.ui, &model));

	fixture_continue(&fixture);
	room = (struct pollfd){.fd = term_output_fd(fixture.term),
			       .events = POLLOUT};
	do
		assert_int_equal(poll(&room, 1, 10000), 1);
	while (!ui_draw(fixture.ui, &model));
	assert_true(fixture_output(&fixture) > sizeof(filler));
	fixture_read_written(&fixture, text, sizeof(text));
	assert_non_null(strstr(text, "Something else."));
	assert_non_null(strstr(text, "Press any key to close."));
	fixture_close(&fixture);
}

/* The line's settings, but for whether the output is held. */
static void read_line(const struct screen_fixture *fixture,
		      struct termios *line)
{
	memset(line, 0, sizeof(*line));
	assert_int_equal(tcgetattr(fixture->slave, line), 0);
}

/* Somebody holds the output, as by Scroll Lock on a console: neither the start
 * nor a frame nor the end waits for it, and the line is given back. */
static void test_held(void **state)
{
	static const bool from_start[] = {true, false};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct theme theme = fixture_theme();
		struct termios before, after;
		struct model model;
		struct screen_fixture fixture;
		struct err err;

		alarm(60);
		fixture_plug(&fixture, 80, 24);
		fixture_start_reader(&fixture);
		read_line(&fixture, &before);
		if (from_start[i])
			assert_int_equal(tcflow(fixture.slave, TCOOFF), 0);
		setenv("TERM", "xterm-256color", 1);
		fixture.term =
			term_open(fixture.slave, fixture.slave, &theme, &err);
		assert_non_null(fixture.term);
		fixture.ui = ui_new(fixture.term, DRAWING_AUTO);
		screen_model_init(&model, SCREEN_WELCOME, NULL);
		if (from_start[i])
			assert_false(ui_draw(fixture.ui, &model));
		else
			screen_model_draw(&fixture, &model);
		assert_int_equal(tcflow(fixture.slave, TCOOFF), 0);
		ui_free(fixture.ui);
		term_close(fixture.term);
		read_line(&fixture, &after);
		assert_memory_equal(&before, &after, sizeof(before));
		assert_true(fixture_output(&fixture) > 0);
		close(fixture.slave);
		fixture_unplug(&fixture);
		alarm(0);
	}
}

/* Frame after frame, until nobody takes any more: a program that waited would
 * never get to the last of them. */
static void fill(uid_t person)
{
	const struct theme theme = fixture_theme();
	struct model model;
	struct screen_fixture fixture;
	struct pollfd room;
	struct err err;
	int skipped = 0;

	fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
	ui_free(fixture.ui);
	term_close(fixture.term);
	assert_int_equal(seteuid(person), 0);
	fixture.term = term_open(fixture.slave, fixture.slave, &theme, &err);
	assert_int_equal(seteuid(getuid()), 0);
	assert_non_null(fixture.term);
	fixture.ui = ui_new(fixture.term, DRAWING_AUTO);
	screen_model_init(&model, SCREEN_SIGN_IN, NULL);
	screen_model_draw(&fixture, &model);
	fixture_output(&fixture);

	fixture_pause(&fixture);
	alarm(60);
	for (int i = 0; i < 40; i++) {
		(void)ui_key(fixture.ui, &model, i % 2 ? 'x' : '?');
		skipped += !ui_draw(fixture.ui, &model);
	}
	assert_in_range(skipped, 1, 39);
	fixture_continue(&fixture);
	room = (struct pollfd){.fd = term_output_fd(fixture.term),
			       .events = POLLOUT};
	while (!ui_draw(fixture.ui, &model))
		assert_int_equal(poll(&room, 1, 10000), 1);
	alarm(0);
	fixture_close(&fixture);
}

static void test_filled(void **state)
{
	(void)state;
	fill(geteuid());
}

/* As after su: the terminal may be used, but not opened. */
static void test_filled_by_another(void **state)
{
	enum { NOBODY = 65534 };

	(void)state;
	if (geteuid() != 0)
		skip();
	fill(NOBODY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_picture_moves),
		cmocka_unit_test(test_dims_when_idle),
		cmocka_unit_test(test_repaints),
		cmocka_unit_test(test_stalled),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_filled),
		cmocka_unit_test(test_filled_by_another),
	};

	return cmocka_run_group_tests(tests, screen_model_start,
				      screen_model_stop);
}
