/* SPDX-License-Identifier: MIT */
/*
 * Bytes that come in as keys, and keys that are commands.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ui/keyboard.h"
#include "ui/model.h"
#include "ui/term.h"
#include "ui/ui.h"

#include "screen_fixture.h"
#include "screen_model.h"

static void test_bytes_to_keys(void **state)
{
	static const struct {
		const char *bytes;
		int keys[4];
	} cases[] = {
		{"q", {'q'}},
		{"\x1b[A\x1bOB\r", {KEYS_UP, KEYS_DOWN, KEYS_ENTER}},
		{"\x11\x13q", {KEYS_OTHER, KEYS_OTHER, 'q'}}, /* not held */
		{"\x1a", {KEYS_OTHER}},	   /* no suspending */
		{"é1", {KEYS_OTHER, '1'}}, /* the locale is UTF-8 */
		{"\x1bP>|XTerm(390)\x1b\\z", {'z'}},
	};
	struct screen_fixture fixture;

	(void)state;
	fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		screen_model_press(&fixture, cases[i].bytes);
		for (int k = 0; k < 4 && cases[i].keys[k] != 0; k++)
			assert_int_equal(
				keyboard_key(term_keyboard(fixture.term), 0),
				cases[i].keys[k]);
		assert_int_equal(keyboard_key(term_keyboard(fixture.term), 0),
				 KEYS_NONE);
	}
	fixture_close(&fixture);
}

static void test_hang_up(void **state)
{
	struct screen_fixture fixture;

	(void)state;
	fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
	assert_int_equal(keyboard_key(term_keyboard(fixture.term), 0),
			 KEYS_NONE);
	fixture_unplug(&fixture);
	assert_int_equal(keyboard_key(term_keyboard(fixture.term), 0),
			 KEYS_HANG_UP);
	assert_int_equal(keyboard_key(term_keyboard(fixture.term), 0),
			 KEYS_HANG_UP);
	ui_free(fixture.ui);
	term_close(fixture.term);
	close(fixture.slave);
}

/* What the screen shows. */
static void look(struct screen_fixture *fixture, const struct model *model,
		 char *text)
{
	screen_model_draw(fixture, model);
	fixture_read(fixture, text, TEXT_MAX);
}

/* In the zoom, Esc and q lead back, and the screen says so; after that they
 * mean what they meant before. */
static void test_leaving_the_zoom(void **state)
{
	static const struct {
		int columns, rows, key;
		bool by_address, can_quit;
		enum command after;
	} cases[] = {
		{80, 24, KEYS_ESCAPE, false, true, COMMAND_CANCEL},
		{80, 24, 'q', false, true, COMMAND_QUIT},
		{80, 24, 'q', false, false, COMMAND_NONE},
		{40, 12, KEYS_ESCAPE, true, true, COMMAND_CANCEL},
		{160, 50, 'q', true, true, COMMAND_QUIT},
		{50, 15, KEYS_ESCAPE, false, true, COMMAND_CANCEL},
	};
	static char before[TEXT_MAX], text[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct screen_fixture fixture;
		struct model model;

		fixture_open(&fixture, cases[i].columns, cases[i].rows,
			     "xterm-256color", "auto");
		screen_model_init(&model, SCREEN_SIGN_IN, NULL);
		model.can_quit = cases[i].can_quit;
		if (cases[i].by_address)
			screen_model_by_address(&model);
		look(&fixture, &model, before);
		assert_int_equal(ui_key(fixture.ui, &model, 'z'), COMMAND_NONE);
		look(&fixture, &model, text);
		if (strstr(text, "Esc: back") == NULL)
			fail_msg("case %zu:\n%s", i, text);
		assert_int_equal(ui_key(fixture.ui, &model, cases[i].key),
				 COMMAND_NONE);
		look(&fixture, &model, text);
		assert_string_equal(text, before);
		assert_int_equal(ui_key(fixture.ui, &model, cases[i].key),
				 cases[i].after);
		fixture_close(&fixture);
	}
}

/* In its last seconds a code says so in words, and what comes next only where
 * that is true. */
static void test_expires_soon(void **state)
{
	static const struct {
		int columns, rows;
		int64_t left_ms;
		bool follows;
		const char *says; /* NULL: nothing */
	} cases[] = {
		{100, 30, 31000, true, NULL},
		{100, 30, 30000, true, "Expires soon: a new code follows"},
		{100, 30, 1000, true, "Expires soon: a new code follows"},
		{100, 30, 30000, false, "Expires soon  "},
		{80, 24, 30000, true, "Expires soon"},
		{50, 15, 30000, true, "Expires soon"},
	};
	static char text[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct screen_fixture fixture;
		struct model model;

		fixture_open(&fixture, cases[i].columns, cases[i].rows,
			     "xterm-256color", "auto");
		screen_model_init(&model, SCREEN_SIGN_IN, NULL);
		model.code_follows = cases[i].follows;
		look(&fixture, &model, text);
		assert_null(strstr(text, "Expires soon"));
		model.now_ms = model.expires_ms - cases[i].left_ms;
		look(&fixture, &model, text);
		if (cases[i].says == NULL ? strstr(text, "Expires soon") != NULL
					  : strstr(text, cases[i].says) == NULL)
			fail_msg("case %zu:\n%s", i, text);
		fixture_close(&fixture);
	}
}

static void test_keys_to_commands(void **state)
{
	static const struct {
		enum screen screen;
		bool can_quit, demo;
		int key;
		enum command command;
	} cases[] = {
		{SCREEN_WELCOME, true, false, ' ', COMMAND_START},
		{SCREEN_WELCOME, true, false, KEYS_OTHER, COMMAND_START},
		{SCREEN_WELCOME, true, false, KEYS_UP, COMMAND_START},
		{SCREEN_WELCOME, true, false, 'q', COMMAND_QUIT},
		{SCREEN_WELCOME, false, false, 'q', COMMAND_START},
		{SCREEN_WELCOME, true, false, KEYS_REPAINT, COMMAND_NONE},
		{SCREEN_WELCOME, true, false, '?', COMMAND_NONE},
		{SCREEN_SIGN_IN, true, false, 'r', COMMAND_START},
		{SCREEN_SIGN_IN, true, false, 'R', COMMAND_START},
		{SCREEN_SIGN_IN, true, false, 'z', COMMAND_NONE},
		{SCREEN_SIGN_IN, true, false, 'z', COMMAND_NONE}, /* back */
		{SCREEN_SIGN_IN, true, false, 'm', COMMAND_NONE},
		{SCREEN_SIGN_IN, true, false, 'x', COMMAND_NONE},
		{SCREEN_SIGN_IN, true, false, KEYS_ESCAPE, COMMAND_CANCEL},
		{SCREEN_SIGN_IN, false, false, KEYS_ESCAPE, COMMAND_CANCEL},
		{SCREEN_SIGN_IN, true, false, KEYS_INTERRUPT, COMMAND_CANCEL},
		{SCREEN_SIGN_IN, false, false, KEYS_INTERRUPT, COMMAND_NONE},
		{SCREEN_SIGN_IN, true, false, 'q', COMMAND_QUIT},
		{SCREEN_SIGN_IN, false, false, 'q', COMMAND_NONE},
		{SCREEN_SIGN_IN, true, true, 'a', COMMAND_APPROVE},
		{SCREEN_SIGN_IN, true, false, 'a', COMMAND_NONE},
		{SCREEN_CONFIRM, true, false, 'y', COMMAND_START},
		{SCREEN_CONFIRM, false, false, KEYS_ENTER, COMMAND_START},
		{SCREEN_CONFIRM, true, false, 'n', COMMAND_CANCEL},
		{SCREEN_CONFIRM, false, false, KEYS_ESCAPE, COMMAND_CANCEL},
		{SCREEN_CONFIRM, true, false, 'x', COMMAND_NONE},
		{SCREEN_PROFILE, true, false, 'o', COMMAND_SIGN_OUT},
		{SCREEN_PROFILE, true, false, 'r', COMMAND_NONE},
		{SCREEN_PROFILE, true, false, KEYS_ESCAPE, COMMAND_NONE},
		{SCREEN_PROFILE, true, true, 'a', COMMAND_NONE},
		{SCREEN_PROFILE, true, false, 'q', COMMAND_QUIT},
		{SCREEN_PROFILE, false, false, 'q', COMMAND_NONE},
		{SCREEN_TROUBLE, true, false, 'r', COMMAND_START},
		{SCREEN_TROUBLE, true, false, KEYS_ENTER, COMMAND_START},
		{SCREEN_TROUBLE, true, false, 'x', COMMAND_NONE},
		{SCREEN_TROUBLE, true, false, KEYS_HANG_UP, COMMAND_NONE},
	};
	struct screen_fixture fixture;

	(void)state;
	fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct model model;

		screen_model_init(&model, cases[i].screen, NULL);
		model.can_quit = cases[i].can_quit;
		model.demo = cases[i].demo;
		model.now_ms += 2000 * (int64_t)i;
		screen_model_draw(&fixture, &model);
		model.now_ms += 1000; /* somebody has read it */
		screen_model_draw(&fixture, &model);
		assert_int_equal(ui_key(fixture.ui, &model, cases[i].key),
				 cases[i].command);
		if (cases[i].key == '?') /* whatever it is, it only closes */
			assert_int_equal(ui_key(fixture.ui, &model, 'q'),
					 COMMAND_NONE);
	}
	fixture_close(&fixture);
}

/* "Is this you?" takes no key that was pressed for what was there before, nor
 * one that is held. */
static void test_consent(void **state)
{
	static const struct {
		int ms; /* since the last one */
		int key;
		enum command command;
	} cases[] = {
		{0, 'y', COMMAND_NONE},
		{999, 'y', COMMAND_NONE},
		{999, KEYS_ENTER, COMMAND_NONE},
		{40, KEYS_ENTER, COMMAND_NONE},
		{40, KEYS_ENTER, COMMAND_NONE},
		{999, KEYS_OTHER, COMMAND_NONE},
		{1000, KEYS_ENTER, COMMAND_NONE}, /* the longest delay */
		{1249, KEYS_ENTER, COMMAND_NONE},
		{1250, KEYS_NONE, COMMAND_NONE},
		{0, KEYS_ENTER, COMMAND_START},
		{10, KEYS_ENTER, COMMAND_NONE},
		{1000, '?', COMMAND_NONE}, /* the help covers it */
		{1600, KEYS_ENTER, COMMAND_NONE},
		{660, KEYS_ENTER, COMMAND_NONE},
		{10, 'n', COMMAND_CANCEL}, /* at any time */
		{1250, 'y', COMMAND_START},
	};
	struct screen_fixture fixture;
	struct model model;

	(void)state;
	fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
	screen_model_init(&model, SCREEN_SIGN_IN, NULL);
	screen_model_draw(&fixture, &model);
	screen_model_init(&model, SCREEN_CONFIRM, NULL);
	model.now_ms += 5000;
	assert_int_equal(ui_key(fixture.ui, &model, 'y'), COMMAND_NONE);
	screen_model_draw(&fixture, &model);
	assert_int_equal(ui_deadline(fixture.ui, &model), model.now_ms + 1000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		model.now_ms += cases[i].ms;
		assert_int_equal(ui_key(fixture.ui, &model, cases[i].key),
				 cases[i].command);
		screen_model_draw(&fixture, &model);
	}
	/* Nor one of many that waited: nobody knows for how long. */
	model.now_ms += 5000;
	screen_model_draw(&fixture, &model);
	screen_model_press(&fixture, "yes\r");
	assert_int_equal(ui_key(fixture.ui, &model,
				keyboard_key(term_keyboard(fixture.term), 0)),
			 COMMAND_NONE);
	fixture_close(&fixture);
}

/* But the list of keys has yes from the start: it is for later. */
static void test_consent_help(void **state)
{
	static char text[64 * 1024];
	struct screen_fixture fixture;
	struct model model;

	(void)state;
	fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
	screen_model_init(&model, SCREEN_CONFIRM, NULL);
	screen_model_draw(&fixture, &model);
	fixture_read(&fixture, text, sizeof(text));
	assert_null(strstr(text, "y Yes"));
	assert_int_equal(ui_key(fixture.ui, &model, '?'), COMMAND_NONE);
	screen_model_draw(&fixture, &model);
	fixture_read(&fixture, text, sizeof(text));
	assert_non_null(strstr(text, "y       this is you; also Enter"));
	assert_non_null(strstr(text, "n       this is not you"));
	assert_int_equal(ui_key(fixture.ui, &model, 'y'), COMMAND_NONE);
	assert_int_equal(ui_key(fixture.ui, &model, 'y'), COMMAND_NONE);
	fixture_close(&fixture);
}

/* The key that draws the QR code another way is offered where one of the ways
 * changes the screen: a QR code fits, or the code is drawn in half blocks. */
static void test_another_drawing(void **state)
{
	static const struct {
		int columns, rows;
		const char *mode;
		bool offered;
	} cases[] = {
		{20, 5, "auto", false}, {30, 10, "auto", false},
		{20, 5, "text", false}, {30, 10, "ascii", false},
		{40, 12, "auto", true}, {50, 15, "auto", true},
		{50, 15, "text", true}, {60, 20, "ascii", true},
		{80, 24, "auto", true}, {80, 24, "full", true},
	};
	static char text[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct screen_fixture fixture;
		struct model model;
		enum drawing before;
		bool listed;

		fixture_open(&fixture, cases[i].columns, cases[i].rows,
			     "xterm-256color", cases[i].mode);
		screen_model_init(&model, SCREEN_SIGN_IN, NULL);
		look(&fixture, &model, text);
		assert_int_equal(ui_key(fixture.ui, &model, '?'), COMMAND_NONE);
		listed = false;
		for (int page = 0; page < 3; page++) {
			look(&fixture, &model, text);
			listed |= strstr(text, "m       ") != NULL;
			ui_key(fixture.ui, &model, KEYS_PAGE_DOWN);
		}
		if (listed != cases[i].offered)
			fail_msg("case %zu: %d", i, listed);
		ui_key(fixture.ui, &model, KEYS_OTHER); /* close, if it is */
		look(&fixture, &model, text);
		before = ui_drawing(fixture.ui);
		for (int presses = 0; presses < 2; presses++) {
			(void)ui_key(fixture.ui, &model, 'm');
			look(&fixture, &model, text);
			if (ui_drawing(fixture.ui) != before)
				break;
		}
		if ((ui_drawing(fixture.ui) != before) != cases[i].offered)
			fail_msg("case %zu: m", i);
		fixture_close(&fixture);
	}
}

/* What one user chose is not there for the next. */
static void test_next_user(void **state)
{
	static const char *const keys[] = {"m", "z", "mz"};
	static char before[TEXT_MAX], text[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct screen_fixture fixture;
		struct model model;

		fixture_open(&fixture, 80, 24, "xterm-256color", "half");
		screen_model_init(&model, SCREEN_SIGN_IN, NULL);
		look(&fixture, &model, before);
		for (const char *key = keys[i]; *key != '\0'; key++)
			(void)ui_key(fixture.ui, &model, *key);
		look(&fixture, &model, text);
		assert_string_not_equal(text, before);
		ui_new_visitor(fixture.ui);
		look(&fixture, &model, text);
		assert_string_equal(text, before);
		fixture_close(&fixture);
	}
}

/* The list of keys has pages where it is longer than the screen: every key is
 * on one, and a key goes back. */
static void test_help_pages(void **state)
{
	static const int sizes[][2] = {{20, 5}, {30, 10}, {40, 8},
				       {20, 2}, {20, 1},  {80, 24}};
	static const char *const names[] = {"r", "Esc", "?", "Ctrl-L",
					    "q", "c",	"u"};
	enum { NAMES = sizeof(names) / sizeof(*names), PAGES_MAX = 12 };
	static char text[64 * 1024], first[64 * 1024];

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		bool seen[NAMES] = {false};
		struct screen_fixture fixture;
		struct model model;
		int pages = 0;

		fixture_open(&fixture, sizes[i][0], sizes[i][1],
			     "xterm-256color", "auto");
		screen_model_init(&model, SCREEN_SIGN_IN, NULL);
		screen_model_draw(&fixture, &model);
		ui_key(fixture.ui, &model, '?');
		screen_model_draw(&fixture, &model);
		fixture_read(&fixture, first, sizeof(first));
		do {
			fixture_read(&fixture, text, sizeof(text));
			for (int k = 0; k < NAMES; k++) {
				char row[16];

				snprintf(row, sizeof(row), "%s  ", names[k]);
				seen[k] |= strstr(text, row) != NULL;
			}
			assert_int_equal(ui_key(fixture.ui, &model, ' '),
					 COMMAND_NONE);
			screen_model_draw(&fixture, &model);
			fixture_read(&fixture, text, sizeof(text));
			pages++;
		} while (strstr(text, "729 703") == NULL && pages < PAGES_MAX &&
			 i < 5);
		assert_true(pages < PAGES_MAX);
		for (int k = 0; k < NAMES; k++) {
			if (!seen[k])
				fail_msg("%s is on no page at %dx%d", names[k],
					 sizes[i][0], sizes[i][1]);
		}
		/* There and back. */
		ui_key(fixture.ui, &model, '?');
		screen_model_draw(&fixture, &model);
		if (pages > 1) {
			ui_key(fixture.ui, &model, KEYS_PAGE_DOWN);
			screen_model_draw(&fixture, &model);
			ui_key(fixture.ui, &model, KEYS_PAGE_UP);
			screen_model_draw(&fixture, &model);
		}
		fixture_read(&fixture, text, sizeof(text));
		assert_string_equal(text, first);
		fixture_close(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_to_keys),
		cmocka_unit_test(test_hang_up),
		cmocka_unit_test(test_consent),
		cmocka_unit_test(test_consent_help),
		cmocka_unit_test(test_keys_to_commands),
		cmocka_unit_test(test_leaving_the_zoom),
		cmocka_unit_test(test_another_drawing),
		cmocka_unit_test(test_next_user),
		cmocka_unit_test(test_help_pages),
		cmocka_unit_test(test_expires_soon),
	};

	return cmocka_run_group_tests(tests, screen_model_start,
				      screen_model_stop);
}
