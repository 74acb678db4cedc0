/* SPDX-License-Identifier: MIT */
/*
 * Screens of every size, and how a code is shown on them.
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "oauth/profile.h"
#include "ui/keyboard.h"
#include "ui/model.h"
#include "ui/palette.h"
#include "ui/term.h"
#include "ui/ui.h"

#include "screen_fixture.h"
#include "screen_model.h"

static void draw_everything(struct screen_fixture *fixture,
			    const struct log *log)
{
	for (int screen = SCREEN_WELCOME; screen <= SCREEN_TROUBLE; screen++) {
		struct model model;

		screen_model_init(&model, (enum screen)screen, log);
		screen_model_draw(fixture, &model);
		model.now_ms += 1000;
		screen_model_draw(fixture, &model);
		for (const char *c = "zzmmmmmjDDD j?"; *c != '\0'; c++) {
			ui_key(fixture->ui, &model, screen_model_key_of(*c));
			screen_model_draw(fixture, &model);
			fixture_output(fixture);
		}
		ui_key(fixture->ui, &model, 'x'); /* closes the help */
	}
}

static void draw_address(struct screen_fixture *fixture, const struct log *log)
{
	struct model model;

	screen_model_init(&model, SCREEN_SIGN_IN, log);
	screen_model_by_long_address(&model);
	screen_model_draw(fixture, &model);
	model.now_ms += 1000;
	screen_model_draw(fixture, &model);
	for (const char *c = "zzmmv?q=x"; *c != '\0'; c++) {
		ui_key(fixture->ui, &model, *c);
		screen_model_draw(fixture, &model);
		fixture_output(fixture);
	}
	ui_key(fixture->ui, &model, KEYS_ESCAPE);
}

static void test_any_size(void **state)
{
	static const int columns[] = {1,  2,  3,  5,  7,  10, 20,  22,
				      23, 30, 44, 45, 46, 67, 120, 200};
	static const int rows[] = {1,  2,  3,  4,  5,  6,  8, 11,
				   15, 22, 23, 24, 25, 31, 60};
	struct log *log = screen_model_log();
	struct screen_fixture fixture;

	(void)state;
	fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
		for (size_t j = 0; j < sizeof(rows) / sizeof(*rows); j++) {
			fixture_set_size(&fixture, columns[i], rows[j]);
			assert_true(term_resize(fixture.term));
			assert_int_equal(term_columns(fixture.term),
					 columns[i]);
			assert_int_equal(term_rows(fixture.term), rows[j]);
			draw_everything(&fixture, log);
			draw_address(&fixture, log);
		}
	}
	fixture_close(&fixture);
	log_free(log);
}

/* Whatever draws it large, and whether it fills the screen, the code stands
 * there as letters, in groups if it has none of its own. */
static void try_letters(struct screen_fixture *fixture, const char *code,
			const char *shown, bool bare, bool hides_log)
{
	static char text[TEXT_MAX * 4];

	for (int i = 0; i < 2; i++) {
		struct model model;

		screen_model_init(&model, SCREEN_SIGN_IN, NULL);
		model.user_code = code;
		model.hides_log = hides_log;
		if (bare)
			model.verification_uri_complete = NULL;
		screen_model_draw(fixture, &model);
		fixture_read(fixture, text, sizeof(text));
		if (strstr(text, shown) == NULL)
			fail_msg("no \"%s\" at %dx%d:\n%s", shown,
				 term_columns(fixture->term),
				 term_rows(fixture->term), text);
		ui_key(fixture->ui, &model, 'z'); /* and back */
	}
}

static void test_code_as_letters(void **state)
{
	/* The last one has no colours. */
	static const struct {
		const char *locale, *type;
	} terminals[] = {{UTF8}, {CONSOLE}, {ASCII}, {"C.UTF-8", "vt220"}};
	static const char *const codes[][2] = {
		{"729703", "729 703"},
		{"WDJB-MJHT", "WDJB-MJHT"},
		{"wdjb mjht.2", "wdjb mjht.2"},
		{"KQPWZXTR", "KQPW ZXTR"},
		{"ABCD-EFGH-JKLM-NPQR-STVW-XYZ2-34",
		 "ABCD-EFGH-JKLM-NPQR-STVW-XYZ2-34"},
	};
	static const char *const modes[] = {"auto",  "half", "full",
					    "ascii", "text", "light"};
	enum {
		CODES = sizeof(codes) / sizeof(*codes),
		MODES = sizeof(modes) / sizeof(*modes),
		TERMINALS = sizeof(terminals) / sizeof(*terminals),
		COLUMNS = 200 - 50 + 1,
		ROWS = 60 - 15 + 1,
		/* Has no factor of theirs, so that all come to each of them. */
		STEP = 67
	};

	(void)state;
	for (size_t i = 0; i < TERMINALS * MODES; i++) {
		struct screen_fixture fixture;

		setlocale(LC_ALL, terminals[i / MODES].locale);
		fixture_open(&fixture, 80, 24, terminals[i / MODES].type,
			     modes[i % MODES]);
		for (size_t k = i % STEP; k < COLUMNS * ROWS; k += STEP) {
			fixture_set_size(&fixture, 50 + (int)(k / ROWS),
					 15 + (int)(k % ROWS));
			(void)term_resize(fixture.term);
			try_letters(&fixture, codes[k % CODES][0],
				    codes[k % CODES][1], k % 3 == 0,
				    k % 5 == 0);
		}
		fixture_close(&fixture);
	}
	setlocale(LC_ALL, "C.UTF-8");
}

/* Without blanks and ends of rows. */
static void close_up(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		if (*from != ' ' && *from != '\n')
			*to++ = *from;
	}
	*to = '\0';
}

static int lit_cells(int columns, int rows)
{
	int lit = 0;

	for (int y = 0; y + 1 < rows; y++) {
		for (int x = 0; x < columns; x++)
			lit += fixture_is_light(y, x, 0);
	}
	return lit;
}

/* The cells of the large code: blocks in the code's colours. */
static int large_cells(const struct screen_fixture *fixture, int columns,
		       int rows)
{
	const short code = term_palette(fixture->term)->inks[ROLE_CODE].pair;
	struct fixture_cell cell;
	int cells = 0;

	for (int y = 0; y < rows; y++) {
		for (int x = 0; x < columns; x++) {
			fixture_cell(&cell, y, x);
			cells += cell.pair == code &&
				 wcschr(L"█▀▄", cell.c) != NULL;
		}
	}
	return cells;
}

/* Beside a whole address, and with a QR code if one fits. */
static void test_large_codes(void **state)
{
	/* The longest that Google allows for. */
	static const char google[] = "https://www.google.example/device/"
				     "go.php";
	static const struct {
		int columns, rows;
		const char *code, *uri, *complete, *keys;
	} cases[] = {
		{80, 24, "729703", BARE, COMPLETE, ""},
		{80, 24, "KQPWZXTR", BARE, COMPLETE, ""},
		{80, 24, "WDJB-MJHT", BARE, COMPLETE, ""},
		{80, 24, "wdjbmjht", BARE, COMPLETE, ""},
		{80, 24, "ABCDEFGHJKLMNPQ", google, NULL, ""},
		{80, 24, "WWWW-WWWW-WWWWW", google, NULL, ""},
		{80, 24, "WDJB-MJHT", google, NULL, "z"},
		{50, 15, "729703", BARE, COMPLETE, ""},
		{50, 15, "WDJBMJHT", "https://id.example/x", NULL, ""},
		{40, 12, "729703", BARE, COMPLETE, ""},
		{240, 67, "ABCDEFGHJKLMNPQ", google, NULL, ""},
	};
	static char text[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct log *log = screen_model_log();
		struct screen_fixture fixture;
		struct model model;

		assert_int_equal(strlen(google), 40);
		fixture_open(&fixture, cases[i].columns, cases[i].rows,
			     "xterm-256color", "auto");
		screen_model_init(&model, SCREEN_SIGN_IN, log);
		model.user_code = cases[i].code;
		model.verification_uri = cases[i].uri;
		model.verification_uri_complete = cases[i].complete;
		screen_model_draw(&fixture, &model);
		for (const char *c = cases[i].keys; *c != '\0'; c++)
			ui_key(fixture.ui, &model, *c);
		screen_model_draw(&fixture, &model);
		fixture_read(&fixture, text, sizeof(text));
		if (large_cells(&fixture, cases[i].columns, cases[i].rows) <
		    4 * (int)strlen(cases[i].code))
			fail_msg("%s at %dx%d is not large:\n%s", cases[i].code,
				 cases[i].columns, cases[i].rows, text);
		close_up(text);
		if (cases[i].keys[0] == '\0' && cases[i].columns >= 80)
			assert_non_null(strstr(text, cases[i].uri + 8));
		fixture_close(&fixture);
		log_free(log);
	}
}

/* Rounded up, a calm countdown may have a digit more than the code's life. */
static void test_calm_countdown(void **state)
{
	struct screen_fixture fixture;
	static char text[TEXT_MAX];
	struct model model;

	(void)state;
	fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
	screen_model_init(&model, SCREEN_SIGN_IN, NULL);
	model.code_lifetime_ms = 599000;
	model.expires_ms = model.now_ms + 600000;
	screen_model_draw(&fixture, &model);
	fixture_read(&fixture, text, sizeof(text));
	assert_non_null(strstr(text, " 10:00"));
	fixture_close(&fixture);
}

static void test_accented_initials(void **state)
{
	char name[] = "\u00c9lodie \u00d1and\u00fa";
	struct profile profile = {.name = name};
	struct screen_fixture fixture;
	struct model model;

	(void)state;
	fixture_open(&fixture, 80, 24, "xterm-256color", "auto");
	screen_model_init(&model, SCREEN_PROFILE, NULL);
	model.profile = &profile;
	screen_model_draw(&fixture, &model);
	assert_in_range(large_cells(&fixture, 80, 24), 10, 100);
	fixture_close(&fixture);
}

/* A code that the screen cannot show is not shown as another one. */
static void test_code_not_shown(void **state)
{
	static const struct {
		const char *locale, *type, *code;
		bool not_in_font, shown;
	} cases[] = {
		{UTF8, "WDJB-MJHT", false, true},
		{UTF8, "Ж7Я9", false, true},
		{UTF8, "解析解析", false, true},
		{UTF8, "１２３４", false, true},
		{UTF8, "😀🎉12", false, true},
		{CONSOLE, "WDJB-MJHT", false, true},
		{CONSOLE, "Ж7Я9", false, true},
		{CONSOLE, "Ж7Я9", true, false},
		{CONSOLE, "ABCD-éß", true, false},
		{CONSOLE, "解析12", false, false},
		{CONSOLE, "１２３４", false, false},
		{CONSOLE, "😀🎉12", false, false},
		{CONSOLE, "🇩🇪12", false, false},
		{CONSOLE, "𝟏𝟐𝟑𝟒", false, false},
		{CONSOLE, "ae\u0301io", false, false},
		{ASCII, "WDJB-MJHT", false, true},
		{ASCII, "Ж7Я9", false, false},
		{ASCII, "é", false, false},
		{ASCII, "AB–CD", false, false},
		{ASCII, "１２３４", false, false},
		{ASCII, "😀🎉12", false, false},
	};
	static const int sizes[][2] = {{20, 5},	 {20, 1},  {40, 12},
				       {50, 15}, {80, 24}, {120, 60}};
	static char text[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases) * 6 * 4; i++) {
		const size_t c = i / 24;
		const int *size = sizes[i / 4 % 6];
		struct model model;
		struct screen_fixture fixture;

		setlocale(LC_ALL, cases[c].locale);
		fixture_open(&fixture, size[0], size[1], cases[c].type,
			     i % 4 < 2 ? "text" : "auto");
		screen_model_init(&model, SCREEN_SIGN_IN, NULL);
		model.user_code = cases[c].code;
		model.not_in_font = cases[c].not_in_font;
		if (i % 2 == 1)
			model.verification_uri_complete = NULL;
		screen_model_draw(&fixture, &model);
		if (i % 4 > 1)
			ui_key(fixture.ui, &model, 'z');
		screen_model_draw(&fixture, &model);
		fixture_read(&fixture, text, sizeof(text));
		close_up(text);
		if ((strstr(text, cases[c].code) != NULL) != cases[c].shown ||
		    (strstr(text, "Thecodecannotbe") == NULL) != cases[c].shown)
			fail_msg("\"%s\" on %s, %dx%d: %s", cases[c].code,
				 cases[c].type, size[0], size[1], text);
		if (size[0] >= 40 && i % 4 < 2)
			assert_true((strstr(text, "userCode=6587b053970a656c295"
						  "00e6bced0c1c59290a743ad7e34"
						  "af474a65085860de57") !=
				     NULL) == (!cases[c].shown && i % 2 == 0));
		if (size[0] >= 40 && i % 4 < 2)
			assert_non_null(strstr(text, SHOWN));
		assert_null(strstr(text, "2Thecodecannotbe")); /* no step */
		/* No QR code that leads to where there is nothing to type. */
		if (!cases[c].shown && i % 4 == 2 && size[0] >= 50 &&
		    strcmp(cases[c].type, "linux") == 0)
			assert_true((lit_cells(size[0], size[1]) > 60) ==
				    (size[0] >= 80));
		fixture_close(&fixture);
	}
	setlocale(LC_ALL, "C.UTF-8");
}

/* RFC 8628 section 5.4: larger letters do not take the caution's place. */
static void test_caution(void **state)
{
	static const struct {
		const char *locale, *type, *mode;
		int columns, rows;
	} cases[] = {
		{UTF8, "auto", 40, 12},	 {UTF8, "full", 40, 12},
		{UTF8, "ascii", 40, 12}, {UTF8, "full", 50, 15},
		{ASCII, "auto", 40, 12}, {ASCII, "auto", 50, 15},
		{UTF8, "text", 40, 12},	 {CONSOLE, "full", 40, 12},
		{UTF8, "auto", 50, 15},	 {UTF8, "auto", 60, 20},
		{UTF8, "auto", 80, 24},	 {ASCII, "auto", 80, 24},
	};
	static char text[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases) * 2; i++) {
		struct model model;
		struct screen_fixture fixture;

		setlocale(LC_ALL, cases[i / 2].locale);
		fixture_open(&fixture, cases[i / 2].columns, cases[i / 2].rows,
			     cases[i / 2].type, cases[i / 2].mode);
		screen_model_init(&model, SCREEN_SIGN_IN, NULL);
		if (i % 2 == 1)
			screen_model_with_letters(&model);
		screen_model_draw(&fixture, &model);
		fixture_read(&fixture, text, sizeof(text));
		if (strstr(text, "Approve only") == NULL)
			fail_msg("no caution on %s, %s, %dx%d:\n%s",
				 cases[i / 2].type, cases[i / 2].mode,
				 cases[i / 2].columns, cases[i / 2].rows, text);
		fixture_close(&fixture);
	}
	setlocale(LC_ALL, "C.UTF-8");
}

/* Long lines of the log are wrapped, not cut; a locked kiosk has one line about
 * what is happening, and no log. */
static void test_log(void **state)
{
	static const struct {
		int columns, rows;
		bool hidden;
	} cases[] = {
		{80, 24, false}, {120, 40, false}, {80, 24, true},
		{120, 40, true}, {60, 20, true},
	};
	static char text[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct log *log = log_new(5);
		struct screen_fixture fixture;
		struct model model;

		for (int k = 0; k < 8; k++)
			log_add(log, 0, LEVEL_INFO,
				"%d words that are longer than any row of this "
				"screen has columns for, up to the last one of "
				"them, which is the end%d",
				k, k);
		fixture_open(&fixture, cases[i].columns, cases[i].rows,
			     "xterm-256color", "auto");
		screen_model_init(&model, SCREEN_TROUBLE, log);
		model.hides_log = cases[i].hidden;
		screen_model_draw(&fixture, &model);
		fixture_read(&fixture, text, sizeof(text));
		assert_non_null(strstr(text, model.status));
		if ((strstr(text, "end7") != NULL) == cases[i].hidden ||
		    (strstr(text, "7 words") != NULL) == cases[i].hidden ||
		    strstr(text, "..") != NULL)
			fail_msg("case %zu:\n%s", i, text);
		fixture_close(&fixture);
		log_free(log);
	}
}

/* The key is there wherever it brings a QR code, and brings it. */
static void test_zoom(void **state)
{
	static const struct {
		const char *locale, *type, *mode;
		int columns, rows;
		bool zooms;
	} cases[] = {
		{UTF8, "auto", 80, 24, true},
		{UTF8, "full", 100, 30, true},
		{UTF8, "ascii", 100, 30, true},
		{UTF8, "text", 100, 30, false},
		{ASCII, "auto", 100, 30, true},
		{ASCII, "auto", 80, 24, false},
		{"C", "screen", "ascii", 100, 30, true},
		{CONSOLE, "full", 60, 20, false},
	};
	static char text[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct model model;
		struct screen_fixture fixture;

		setlocale(LC_ALL, cases[i].locale);
		fixture_open(&fixture, cases[i].columns, cases[i].rows,
			     cases[i].type, cases[i].mode);
		screen_model_init(&model, SCREEN_SIGN_IN, NULL);
		screen_model_draw(&fixture, &model);
		fixture_read(&fixture, text, sizeof(text));
		assert_true((strstr(text, "z Zoom") != NULL) == cases[i].zooms);
		(void)ui_key(fixture.ui, &model, 'z');
		screen_model_draw(&fixture, &model);
		fixture_read(&fixture, text, sizeof(text));
		assert_true((strstr(text, "New code") == NULL) ==
			    cases[i].zooms);
		(void)ui_key(fixture.ui, &model, 'z');
		screen_model_draw(&fixture, &model);
		fixture_read(&fixture, text, sizeof(text));
		assert_non_null(strstr(text, "New code"));
		fixture_close(&fixture);
	}
	setlocale(LC_ALL, "C.UTF-8");
}

/* Each press of the key is seen, and in the end all is as it was. */
static void test_drawings(void **state)
{
	static const struct {
		const char *locale, *type, *mode;
		int columns, rows;
		const char *steps;
	} cases[] = {
		{UTF8, "auto", 80, 24, "ascii text auto"},
		{UTF8, "auto", 100, 60, "full ascii text auto"},
		{UTF8, "auto", 100, 30, "full ascii text auto"}, /* zoomed */
		{UTF8, "auto", 240, 67, "half full ascii text auto"},
		{UTF8, "half", 240, 67, "full ascii text auto half"},
		{UTF8, "auto", 40, 12, "ascii auto ascii"},
		{ASCII, "auto", 80, 24, "auto"},
		{ASCII, "auto", 240, 67, "light text auto"},
		{"C.UTF-8", "vt220", "auto", 80, 24, "ascii light text auto"},
		{"C", "screen", "ascii", 80, 24, "ascii"},
		{"C.UTF-8", "screen", "ascii", 80, 24, "text auto ascii"},
		{CONSOLE, "text", 80, 24, "auto ascii text"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char steps[64] = "";
		struct model model;
		struct screen_fixture fixture;

		setlocale(LC_ALL, cases[i].locale);
		fixture_open(&fixture, cases[i].columns, cases[i].rows,
			     cases[i].type, cases[i].mode);
		screen_model_init(&model, SCREEN_SIGN_IN, NULL);
		screen_model_draw(&fixture, &model);
		for (const char *c = cases[i].steps; c != NULL;
		     c = strchr(c + 1, ' ')) {
			(void)ui_key(fixture.ui, &model, 'm');
			screen_model_draw(&fixture, &model);
			snprintf(steps + strlen(steps),
				 sizeof(steps) - strlen(steps), "%s%s",
				 steps[0] != '\0' ? " " : "",
				 option_choice_name("screen.qr",
						    ui_drawing(fixture.ui)));
		}
		if (strcmp(steps, cases[i].steps) != 0)
			fail_msg("%s %s %dx%d: %s", cases[i].type,
				 cases[i].mode, cases[i].columns, cases[i].rows,
				 steps);
		fixture_close(&fixture);
	}
	setlocale(LC_ALL, "C.UTF-8");
}

/* A serial line has no size, or half of one; one that comes later counts. */
static void test_no_size(void **state)
{
	static const char *const types[] = {
		"linux", "xterm-256color",   "vt100", "vt220", "screen",
		"ansi",	 "no-such-terminal", "",
	};
	static const struct {
		int columns, rows, columns_taken, rows_taken;
	} cases[] = {
		{0, 0, 80, 24},
		{0, 40, 80, 40},
		{100, 0, 100, 24},
	};
	enum {
		TYPES = sizeof(types) / sizeof(types[0]),
		SIZES = sizeof(cases) / sizeof(cases[0])
	};

	(void)state;
	/* Whatever these say. */
	setenv("LINES", "99999", 1);
	setenv("COLUMNS", "7", 1);
	for (size_t i = 0; i < TYPES * SIZES; i++) {
		const char *type = types[i / SIZES];
		const size_t c = i % SIZES;
		struct screen_fixture fixture;

		fixture_open(&fixture, cases[c].columns, cases[c].rows, type,
			     "auto");
		assert_int_equal(term_columns(fixture.term),
				 cases[c].columns_taken);
		assert_int_equal(term_rows(fixture.term), cases[c].rows_taken);
		fixture_set_size(&fixture, 132, 43);
		assert_true(term_resize(fixture.term));
		assert_int_equal(term_columns(fixture.term), 132);
		assert_int_equal(term_rows(fixture.term), 43);
		fixture_close(&fixture);
	}
	unsetenv("LINES");
	unsetenv("COLUMNS");
}

static void test_huge_size(void **state)
{
	struct screen_fixture fixture;

	(void)state;
	fixture_open(&fixture, 0, 0, "linux", "auto");
	fixture_set_size(&fixture, 65535, 65535);
	assert_true(term_resize(fixture.term));
	assert_in_range(term_columns(fixture.term), 200, 2000);
	assert_in_range(term_rows(fixture.term), 60, 1000);
	fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_size),
		cmocka_unit_test(test_code_as_letters),
		cmocka_unit_test(test_large_codes),
		cmocka_unit_test(test_calm_countdown),
		cmocka_unit_test(test_accented_initials),
		cmocka_unit_test(test_code_not_shown),
		cmocka_unit_test(test_caution),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_zoom),
		cmocka_unit_test(test_drawings),
		cmocka_unit_test(test_no_size),
		cmocka_unit_test(test_huge_size),
	};

	return cmocka_run_group_tests(tests, screen_model_start,
				      screen_model_stop);
}
