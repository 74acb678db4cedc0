/* SPDX-License-Identifier: MIT */
/*
 * Draws QR codes into a terminal of its own and reads them back from its cells;
 * and terminals that cannot show one.
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "ui/keyboard.h"
#include "ui/locale.h"
#include "ui/model.h"
#include "ui/qr.h"
#include "ui/term.h"
#include "ui/ui.h"

#include "screen_fixture.h"
#include "screen_model.h"

/* True if the module is dark that is drawn x, y modules from the code's own,
 * where the picture begins in row top with quiet modules around. */
static bool is_dark(enum qr_mode mode, int top, int quiet, int x, int y)
{
	const int column = x + quiet, row = y + quiet;
	bool light;

	if (mode == QR_HALF)
		return !fixture_is_light(top + row / 2, column, row % 2);
	light = fixture_is_light(top + row, 2 * column, 0);
	for (int i = 0; i < 4; i++)
		assert_true(light == fixture_is_light(top + row,
						      2 * column + i / 2,
						      i % 2));
	return !light;
}

static void test_qr(void **state)
{
	/* Where the picture is as wide as it gets with a quiet zone of 2. */
	static const struct {
		const char *type, *locale;
		int columns, rows;
		const char *mode;
		enum qr_mode drawn;
		int top;
	} cases[] = {
		{"xterm-256color", "C.UTF-8", 80, 24, "auto", QR_HALF, 0},
		{"xterm", "C.UTF-8", 80, 24, "auto", QR_HALF, 0},
		{"linux", "C.UTF-8", 80, 24, "auto", QR_HALF, 0},
		{"vt100", "C.UTF-8", 80, 24, "auto", QR_HALF, 0},
		{"linux", "C.UTF-8", 80, 24, "half", QR_HALF, 0},
		{"xterm-256color", "C.UTF-8", 114, 49, "full", QR_FULL, 3},
		{"linux", "C.UTF-8", 114, 49, "full", QR_FULL, 3},
		{"xterm-256color", "C.UTF-8", 114, 49, "ascii", QR_FULL, 3},
		{"xterm", "C.UTF-8", 114, 49, "full", QR_FULL, 3},
		{"vt100", "C.UTF-8", 114, 49, "full", QR_FULL, 3},
		{"xterm-256color", "C", 114, 49, "auto", QR_FULL, 3},
		{"linux", "C", 114, 49, "auto", QR_FULL, 3},
		{"vt100", "C", 114, 49, "auto", QR_FULL, 3},
	};
	struct qr qr;

	(void)state;
	assert_true(qr_make(&qr, COMPLETE));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const int quiet = 2;
		struct screen_fixture fixture;
		struct model model;

		setlocale(LC_ALL, cases[i].locale);
		fixture_open(&fixture, cases[i].columns, cases[i].rows,
			     cases[i].type, cases[i].mode);
		screen_model_init(&model, SCREEN_SIGN_IN, NULL);
		screen_model_draw(&fixture, &model);
		for (int y = -quiet; y < qr.side + quiet; y++) {
			for (int x = -quiet; x < qr.side + quiet; x++)
				assert_true(is_dark(cases[i].drawn,
						    cases[i].top, quiet, x,
						    y) == qr_dark(&qr, x, y));
		}
		fixture_close(&fixture);
	}
	setlocale(LC_ALL, "C.UTF-8");
	qr_free(&qr);
}

static bool is_ascii(const char *text)
{
	while (*text != '\0' && (unsigned char)*text < 0x80)
		text++;
	return *text == '\0';
}

/* What the terminal says of a half block, at whatever time: where it takes two
 * columns, or is none, neither blocks nor lines are drawn. None of it is a key.
 */
static void test_width(void **state)
{
	static const struct {
		const char *type, *said[3];
		bool wide;
	} cases[] = {
		{"xterm-256color", {"\x1b[2;5R"}, true},
		{"xterm-256color", {"\x1b[2;", "5", "R"}, true},
		{"xterm-256color", {"\x9b\x32;5R"}, true},
		{"xterm-256color",
		 {"\x1b[1;5R", "\x1b[2;5R"},
		 true}, /* Alt-F3 */
		{"xterm-256color", {"\x1b[2;5R", "\x1b[2;4R"}, true},
		{"vt220", {"\x1b[2;5R"}, true},
		{"xterm-256color", {"\x1b[2;6R"}, true}, /* no UTF-8 */
		{"xterm-256color", {"\x1b[2;8R"}, true},
		{"xterm-256color", {"\x1b[2;29R"}, true},
		{"xterm-256color", {"\x1b[2;30R"}, false},
		{"xterm-256color", {"\x1b[2;4R"}, false},
		{"xterm-256color", {"\x1b[2;4R", "\x1b[2;5R"}, false},
		{"xterm-256color", {"\x1b[1;5R"}, false},
		{"xterm-256color", {"\x1b[2;35R"}, false},
		{"xterm-256color", {"\x1b[?2;5R"}, false},
		{"xterm-256color", {"\x1b[2;5;1R"}, false},
		{"xterm-256color", {"\x1b[2;5"}, false},
		{"linux", {"\x1b[2;5R"}, false}, /* was not asked */
	};
	static char text[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct model model;
		struct screen_fixture fixture;
		bool wide = false;

		fixture_open(&fixture, 114, 49, cases[i].type, "auto");
		screen_model_init(&model, SCREEN_SIGN_IN, NULL);
		screen_model_draw(&fixture, &model);
		fixture_read(&fixture, text, sizeof(text));
		assert_false(is_ascii(text));
		for (size_t k = 0; k < 3 && cases[i].said[k] != NULL; k++) {
			screen_model_press(&fixture, cases[i].said[k]);
			assert_int_equal(
				keyboard_key(term_keyboard(fixture.term), 0),
				KEYS_NONE);
			wide |= term_learn(fixture.term);
		}
		assert_int_equal(wide, cases[i].wide);
		ui_dirty(fixture.ui);
		screen_model_draw(&fixture, &model);
		fixture_read(&fixture, text, sizeof(text));
		assert_int_equal(is_ascii(text), cases[i].wide);
		fixture_close(&fixture);
	}
}

static void expect_ground(const struct qr *qr, enum qr_mode drawn, int top,
			  bool light)
{
	const int quiet = 2;

	for (int y = -quiet; y < qr->side + quiet; y++) {
		for (int x = -quiet; x < qr->side + quiet; x++)
			assert_true(is_dark(drawn, top, quiet, x, y) ==
				    (qr_dark(qr, x, y) != light));
	}
}

/* Without colours it is the terminal's own two that make a QR code, which must
 * not be inverted on a light ground. */
static void test_qr_ground(void **state)
{
	static const struct {
		const char *type, *colours, *mode;
		int columns, rows;
		enum qr_mode drawn;
		int top;
		bool light;
	} cases[] = {
		{"vt220", NULL, "auto", 80, 24, QR_HALF, 0, false},
		{"vt220", "15;0", "auto", 80, 24, QR_HALF, 0, false},
		{"vt220", "0;15", "auto", 80, 24, QR_HALF, 0, true},
		{"vt220", "0;default;15", "auto", 80, 24, QR_HALF, 0, true},
		{"vt220", "0;7", "half", 80, 24, QR_HALF, 0, true},
		{"vt220", "0;15", "full", 114, 49, QR_FULL, 3, true},
		{"vt220", "0;15", "ascii", 114, 49, QR_FULL, 3, true},
		{"vt220", NULL, "light", 80, 24, QR_HALF, 0, true},
		{"vt220", "15;0", "light", 80, 24, QR_HALF, 0, true},
		{"vt220", "7;default", "auto", 80, 24, QR_HALF, 0, false},
		{"vt220", "7;117", "auto", 80, 24, QR_HALF, 0, false},
		{"vt220", "15", "auto", 80, 24, QR_HALF, 0, false},
		{"vt220", "", "auto", 80, 24, QR_HALF, 0, false},
		/* With colours both are set, whatever the ground is. */
		{"xterm", "0;15", "auto", 80, 24, QR_HALF, 0, false},
		{"xterm-256color", "0;15", "light", 80, 24, QR_HALF, 0, false},
	};
	struct qr qr;

	(void)state;
	assert_true(qr_make(&qr, COMPLETE));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct screen_fixture fixture;
		struct model model;

		if (cases[i].colours != NULL)
			(void)setenv("COLORFGBG", cases[i].colours, 1);
		else
			(void)unsetenv("COLORFGBG");
		fixture_open(&fixture, cases[i].columns, cases[i].rows,
			     cases[i].type, cases[i].mode);
		screen_model_init(&model, SCREEN_SIGN_IN, NULL);
		screen_model_draw(&fixture, &model);
		expect_ground(&qr, cases[i].drawn, cases[i].top,
			      cases[i].light);
		fixture_close(&fixture);
	}
	(void)unsetenv("COLORFGBG");
	qr_free(&qr);
}

/* Which many terminals tell who asks. */
static void test_told_ground(void **state)
{
	static const char white[] = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\";
	static const struct {
		const char *type, *colours, *said;
		bool light;
	} cases[] = {
		{"vt220", NULL, white, true},
		{"vt100", NULL, white, true},
		{"xterm-mono", NULL, "\x1b]11;rgb:fd/f6/e3\a", true},
		{"vt220", NULL, "\x9d\x31\x31;rgba:fdfd/f6f6/e3e3/ff\x9c",
		 true},
		{"vt220", NULL, "\x1b]11;rgb:f/f/f\x1b[0n", true},
		{"vt220", NULL, "\x1b]11;rgb:0000/0000/ffff\x1b\\", false},
		{"vt220", NULL, "\x1b]10;rgb:ffff/ffff/ffff\x1b\\", false},
		{"vt220", NULL, "\x1b]11;rgb:fffff/ff/ff\a", false},
		{"vt220", NULL, "\x1b]11;rgb:0xff/ff/ff\a", false},
		{"vt220", NULL, "\x1b]11;rgb:ff/ff/\a", false},
		{"vt220", NULL, "\x1b]11;?\a", false},
		{"vt220", "15;0", white, false}, /* was not asked */
		{"xterm", NULL, white, false},
	};
	struct qr qr;

	(void)state;
	assert_true(qr_make(&qr, COMPLETE));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct screen_fixture fixture;
		struct model model;

		if (cases[i].colours != NULL)
			(void)setenv("COLORFGBG", cases[i].colours, 1);
		else
			(void)unsetenv("COLORFGBG");
		fixture_open(&fixture, 80, 24, cases[i].type, "half");
		screen_model_init(&model, SCREEN_SIGN_IN, NULL);
		screen_model_draw(&fixture, &model);
		expect_ground(&qr, QR_HALF, 0, false);
		screen_model_press(&fixture, cases[i].said);
		assert_int_equal(keyboard_key(term_keyboard(fixture.term), 0),
				 KEYS_NONE);
		assert_int_equal(term_learn(fixture.term), cases[i].light);
		assert_false(term_learn(fixture.term));
		ui_dirty(fixture.ui);
		screen_model_draw(&fixture, &model);
		expect_ground(&qr, QR_HALF, 0, cases[i].light);
		fixture_close(&fixture);
	}
	(void)unsetenv("COLORFGBG");
	qr_free(&qr);
}

/* No block is left where somebody doubts them, in the large letters, either. */
static void test_without_blocks(void **state)
{
	static const struct {
		const char *locale, *type, *mode;
		int columns, rows;
		bool ascii;
	} cases[] = {
		{UTF8, "full", 80, 24, false},
		{UTF8, "full", 114, 49, false},
		{UTF8, "full", 240, 67, false},
		{UTF8, "ascii", 80, 24, true},
		{UTF8, "ascii", 114, 49, true},
		{UTF8, "ascii", 240, 67, true},
		{CONSOLE, "full", 114, 49, false},
		{CONSOLE, "ascii", 80, 24, true},
		{ASCII, "auto", 80, 24, true},
		{ASCII, "auto", 114, 49, true},
		{"C", "screen", "auto", 80, 24, true},
	};
	static const char *const blocks[] = {"█", "▀", "▄", "#"};
	static char text[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct log *log = screen_model_log();
		struct model model;
		struct screen_fixture fixture;
		int lit = 0;

		setlocale(LC_ALL, cases[i].locale);
		fixture_open(&fixture, cases[i].columns, cases[i].rows,
			     cases[i].type, cases[i].mode);
		screen_model_init(&model, SCREEN_SIGN_IN, log);
		screen_model_draw(&fixture, &model);
		fixture_read(&fixture, text, sizeof(text));
		for (size_t k = 0; k < sizeof(blocks) / sizeof(*blocks); k++)
			assert_null(strstr(text, blocks[k]));
		for (const char *c = text; *c != '\0' && cases[i].ascii; c++)
			assert_in_range(*c, '\n', '~');
		for (int y = 0; y + 1 < cases[i].rows; y++) {
			for (int x = 0; x < cases[i].columns; x++)
				lit += fixture_is_light(y, x, 0) &&
				       fixture_is_blank(y, x);
		}
		assert_true(lit > 60);
		fixture_close(&fixture);
		log_free(log);
	}
	setlocale(LC_ALL, "C.UTF-8");
}

/* Inside GNU screen and tmux the locale tells whether they take UTF-8. */
static void test_doubts(void **state)
{
	static const struct {
		const char *type, *all, *ctype, *lang, *name;
		bool doubts;
	} cases[] = {
		{"screen", NULL, NULL, NULL, "", true},
		{"screen-256color", NULL, NULL, "C", "", true},
		{"screen.xterm-256color", NULL, NULL, "POSIX", "", true},
		{"tmux-256color", NULL, NULL, "de_DE.ISO-8859-1", "", true},
		{"tmux", "C", NULL, "C.UTF-8", "", true},
		{"tmux", "", "C", "C.UTF-8", "", true},
		{"tmux", NULL, NULL, "C.UTF-8", "C", true},
		{"tmux", NULL, NULL, "C.UTF-8", "", false},
		{"tmux", NULL, NULL, "xx_XX.utf8", "", false},
		{"screen", "", "en_GB.UTF-8", "C", "", false},
		{"screen", NULL, NULL, NULL, "C.UTF-8", false},
		{"xterm", NULL, NULL, NULL, "", false},
		{"linux", NULL, NULL, "C", "", false},
		{"", NULL, NULL, "C", "", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *const values[][2] = {{"TERM", cases[i].type},
						 {"LC_ALL", cases[i].all},
						 {"LC_CTYPE", cases[i].ctype},
						 {"LANG", cases[i].lang}};

		for (size_t k = 0; k < 4; k++) {
			unsetenv(values[k][0]);
			if (values[k][1] != NULL)
				setenv(values[k][0], values[k][1], 1);
		}
		assert_true(locale_may_lack_utf8(cases[i].name) ==
			    cases[i].doubts);
	}
	unsetenv("LC_ALL");
	unsetenv("LC_CTYPE");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_qr),
		cmocka_unit_test(test_qr_ground),
		cmocka_unit_test(test_told_ground),
		cmocka_unit_test(test_without_blocks),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_doubts),
	};

	return cmocka_run_group_tests(tests, screen_model_start,
				      screen_model_stop);
}
