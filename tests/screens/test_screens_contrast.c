/* SPDX-License-Identifier: MIT */
/*
 * Measures the contrast of all that the screens draw, cell by cell, in every
 * theme and with the colours of xterm and of the Linux console: WCAG 2.2,
 * success criteria 1.4.6 and 1.4.11. And that lines alone have the border's
 * colour, and that nothing is said by a colour alone.
 */
#include "config.h"

#include <glob.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/log.h"
#include "conf/theme.h"
#include "ui/model.h"
#include "ui/palette.h"
#include "ui/term.h"
#include "ui/ui.h"

#include "screen_fixture.h"
#include "screen_model.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct rgb {
	double red, green, blue; /* 0 to 255 */
};

/* What a terminal makes of colours and attributes. */
struct display {
	const char *type;
	const struct rgb *first; /* 16 colours; more are the same everywhere */
	bool bright; /* bold brightens the first eight, as on most terminals */
	bool console;
	struct rgb fg, bg; /* its own, for a theme that sets none */
};

static const struct rgb xterm_colours[16] = {
	{0, 0, 0},	 {205, 0, 0},	{0, 205, 0},   {205, 205, 0},
	{0, 0, 238},	 {205, 0, 205}, {0, 205, 205}, {229, 229, 229},
	{127, 127, 127}, {255, 0, 0},	{0, 255, 0},   {255, 255, 0},
	{92, 92, 255},	 {255, 0, 255}, {0, 255, 255}, {255, 255, 255},
};

static const struct rgb console_colours[16] = {
	{0, 0, 0},     {170, 0, 0},    {0, 170, 0},    {170, 85, 0},
	{0, 0, 170},   {170, 0, 170},  {0, 170, 170},  {170, 170, 170},
	{85, 85, 85},  {255, 85, 85},  {85, 255, 85},  {255, 255, 85},
	{85, 85, 255}, {255, 85, 255}, {85, 255, 255}, {255, 255, 255},
};

#define DARK             \
	{229, 229, 229}, \
	{                \
		0, 0, 0  \
	}
#define LIGHT                 \
	{0, 0, 0},            \
	{                     \
		255, 255, 255 \
	}

static const struct display displays[] = {
	{"xterm-256color", xterm_colours, false, false, DARK},
	{"xterm-256color", xterm_colours, false, false, LIGHT},
	{"xterm-16color", xterm_colours, true, false, DARK},
	{"xterm-16color", xterm_colours, false, false, LIGHT},
	{"xterm", xterm_colours, true, false, DARK},
	{"xterm", xterm_colours, false, false, LIGHT},
	{"linux", console_colours, true, true, {170, 170, 170}, {0, 0, 0}},
	{"xterm-mono", xterm_colours, false, false, DARK},
};

static double linear(double part)
{
	part /= 255;
	return part <= 0.04045 ? part / 12.92
			       : pow((part + 0.055) / 1.055, 2.4);
}

static double luminance(struct rgb rgb)
{
	return 0.2126 * linear(rgb.red) + 0.7152 * linear(rgb.green) +
	       0.0722 * linear(rgb.blue);
}

/* WCAG 2.2, "contrast ratio": 1 to 21. */
static double contrast(struct rgb a, struct rgb b)
{
	double x = luminance(a) + 0.05, y = luminance(b) + 0.05;

	return x > y ? x / y : y / x;
}

static void test_known_pairs(void **state)
{
	static const struct {
		struct rgb a, b;
		double ratio;
	} cases[] = {
		{{0, 0, 0}, {255, 255, 255}, 21},
		{{255, 255, 255}, {255, 255, 255}, 1},
		{{255, 0, 0}, {255, 255, 255}, 4.0},
		{{0, 0, 255}, {255, 255, 255}, 8.59},
		{{118, 118, 118}, {255, 255, 255}, 4.54},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_float_equal(contrast(cases[i].a, cases[i].b),
				   cases[i].ratio, 0.01);
}

static struct rgb rgb_of(const struct display *display, int colour,
			 struct rgb own)
{
	static const double steps[] = {0, 95, 135, 175, 215, 255};
	const int n = colour - 16;
	double grey;

	if (colour < 0)
		return own;
	if (colour < 16)
		return display->first[colour];
	if (colour < 232)
		return (struct rgb){steps[n / 36], steps[n / 6 % 6],
				    steps[n % 6]};
	grey = 8 + 10 * (colour - 232);
	return (struct rgb){grey, grey, grey};
}

/* The two colours of a cell, as the terminal shows them. A console shows
 * underlined text in cyan, and dim text in dark grey, unless it has a pair of
 * colours: its terminfo entry says so (ncv). */
static void colours_of(const struct display *display,
		       const struct fixture_cell *cell, struct rgb *ink,
		       struct rgb *ground)
{
	int fg = cell->fg;
	struct rgb swap;

	*ground = rgb_of(display, cell->bg, display->bg);
	if (fg >= 0 && fg < 8 && cell->bold && display->bright)
		fg += 8;
	*ink = rgb_of(display, fg, display->fg);
	if (display->console && fg < 0 && cell->bold)
		*ink = display->first[15];
	if (display->console && cell->pair == 0 && cell->underline)
		*ink = display->first[6];
	if (cell->pair == 0 && cell->dim)
		*ink = display->console ? display->first[8]
					: (struct rgb){ink->red * 2 / 3,
						       ink->green * 2 / 3,
						       ink->blue * 2 / 3};
	if (!cell->reverse)
		return;
	swap = *ink;
	*ink = *ground;
	*ground = swap;
	/* A console swaps first, and then brightens what is now black to dark
	 * grey. */
	if (display->console && cell->bold)
		*ink = display->first[8];
}

static bool is_line(wchar_t c)
{
	return wcschr(L"─│┌┐└┘", c) != NULL;
}

/* What one drawing is called in a message. */
struct drawing_name {
	const char *theme, *what;
	const struct display *display;
	int columns, rows;
};

static void check_cell(const struct drawing_name *name,
		       const struct screen_fixture *fixture, int y, int x)
{
	const struct palette *palette = term_palette(fixture->term);
	const short border = palette->inks[ROLE_BORDER].pair;
	struct fixture_cell cell, blank;
	struct rgb ink, ground, unused;
	double least = 7, ratio;

	fixture_cell(&cell, y, x);
	if (is_line(cell.c) ||
	    (cell.pair == border && wcschr(L"-|+", cell.c) != NULL))
		return; /* decoration, also in ASCII */
	/* A QR code is black on white on any ground. */
	if (cell.pair != 0 && cell.pair == palette->qr.pair)
		return;
	colours_of(name->display, &cell, &ink, &ground);
	if (cell.c == L' ') {
		/* The bar of the time, which digits stand beside. What stands
		 * on another ground is measured itself. */
		if (!cell.reverse)
			return;
		fixture_ground(&blank);
		colours_of(name->display, &blank, &unused, &ink);
		least = 3;
	} else if (border != palette->inks[ROLE_TEXT].pair &&
		   border == cell.pair) {
		fail_msg("%s, %s, %s at %dx%d: \"%lc\" in row %d has the "
			 "border's colours",
			 name->theme, name->what, name->display->type,
			 name->columns, name->rows, (wint_t)cell.c, y);
	}
	ratio = contrast(ink, ground);
	if (ratio < least)
		fail_msg("%s, %s, %s at %dx%d: \"%lc\" at %d, %d has a "
			 "contrast of %.2f",
			 name->theme, name->what, name->display->type,
			 name->columns, name->rows, (wint_t)cell.c, y, x,
			 ratio);
}

static void check_screen(const struct drawing_name *name,
			 const struct screen_fixture *fixture)
{
	for (int y = 0; y < name->rows; y++) {
		for (int x = 0; x < name->columns; x++)
			check_cell(name, fixture, y, x);
	}
}

static void as_it_is(struct model *model)
{
	(void)model;
}

static void little_time(struct model *model)
{
	model->expires_ms = model->now_ms + 60000;
}

static void hardly_any_time(struct model *model)
{
	model->expires_ms = model->now_ms + 29000;
	model->codes = 2;
	model->code_follows = true;
}

static void unreadable(struct model *model)
{
	model->not_in_font = true;
}

static void status_only(struct model *model)
{
	model->hides_log = true;
}

static void idle(struct model *model)
{
	model->now_ms += (int64_t)11 * 60 * 1000;
	model->retry_ms = NEVER_MS;
}

static const struct {
	const char *what;
	enum screen screen;
	void (*change)(struct model *model);
	const char *keys;
} cases[] = {
	{"welcome", SCREEN_WELCOME, as_it_is, ""},
	{"idle welcome", SCREEN_WELCOME, idle, ""},
	{"sign-in", SCREEN_SIGN_IN, as_it_is, ""},
	{"little time", SCREEN_SIGN_IN, little_time, ""},
	{"hardly any time", SCREEN_SIGN_IN, hardly_any_time, ""},
	{"unreadable code", SCREEN_SIGN_IN, unreadable, ""},
	{"status only", SCREEN_SIGN_IN, status_only, ""},
	{"letters", SCREEN_SIGN_IN, screen_model_with_letters, ""},
	{"no code yet", SCREEN_SIGN_IN, screen_model_without_code, ""},
	{"idle without code", SCREEN_SIGN_IN, screen_model_without_code, "I"},
	{"zoom", SCREEN_SIGN_IN, as_it_is, "z"},
	{"text", SCREEN_SIGN_IN, as_it_is, "m"},
	{"help", SCREEN_SIGN_IN, as_it_is, "?"},
	{"address", SCREEN_SIGN_IN, screen_model_by_address, ""},
	{"long address", SCREEN_SIGN_IN, screen_model_by_long_address, ""},
	{"refused", SCREEN_SIGN_IN, screen_model_refused, ""},
	{"typing", SCREEN_SIGN_IN, screen_model_by_address, "vhttp://"},
	{"confirm", SCREEN_CONFIRM, as_it_is, ""},
	{"profile", SCREEN_PROFILE, screen_model_nearly_idle, ""},
	{"reading", SCREEN_PROFILE, screen_model_without_profile, ""},
	{"tree", SCREEN_PROFILE, as_it_is, "jDD"},
	{"trouble", SCREEN_TROUBLE, as_it_is, ""},
	{"idle trouble", SCREEN_TROUBLE, idle, ""},
};

static void check_case(size_t i, const struct drawing_name *screen,
		       struct screen_fixture *fixture, const struct log *log)
{
	struct drawing_name name = *screen;
	struct model model;

	name.what = cases[i].what;
	ui_free(fixture->ui);
	fixture->ui = ui_new(fixture->term, DRAWING_AUTO);
	term_dim(fixture->term, false);
	screen_model_init(&model, cases[i].screen, log);
	screen_model_draw(fixture, &model); /* from when on it is idle */
	cases[i].change(&model);
	screen_model_draw(fixture, &model);
	for (const char *c = cases[i].keys; *c != '\0'; c++) {
		if (*c == 'I')
			idle(&model);
		else
			ui_key(fixture->ui, &model, screen_model_key_of(*c));
	}
	screen_model_draw(fixture, &model);
	check_screen(&name, fixture);
}

static void check_cases(const struct theme *theme,
			const struct display *display, const int size[2],
			const struct log *log)
{
	const struct drawing_name name = {theme->name, "", display, size[0],
					  size[1]};
	struct screen_fixture fixture;

	fixture_open_theme(&fixture, size[0], size[1], display->type, "auto",
			   theme);
	for (size_t i = 0; i < COUNT(cases); i++)
		check_case(i, &name, &fixture, log);
	fixture_close(&fixture);
}

static struct theme load(const char *path)
{
	char text[8192];
	struct theme theme;
	struct err err;
	size_t len;
	FILE *file;

	file = fopen(path, "r");
	assert_non_null(file);
	len = fread(text, 1, sizeof(text), file);
	fclose(file);
	theme_plain(&theme);
	assert_true(theme_parse(&theme, text, len, path, &err));
	return theme;
}

/* At sizes that have all parts of each screen. */
static void test_contrast(void **state)
{
	static const int sizes[][2] = {{80, 24}, {40, 12}, {20, 5}, {120, 40}};
	const char *srcdir = getenv("srcdir");
	struct log *log = screen_model_log();
	char pattern[1024];
	glob_t found;

	(void)state;
	log_add(log, 1795430410, LEVEL_WARN, "No connection");
	log_add(log, 1795430411, LEVEL_ERROR, "Not set up");
	log_add(log, 1795430412, LEVEL_DEBUG, "old -> new");
	assert_in_range(snprintf(pattern, sizeof(pattern), "%s/themes/*.theme",
				 srcdir != NULL ? srcdir : "."),
			1, sizeof(pattern) - 1);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 5);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const struct theme theme = load(found.gl_pathv[i]);

		for (size_t k = 0; k < COUNT(displays) * COUNT(sizes); k++)
			check_cases(&theme, &displays[k / COUNT(sizes)],
				    sizes[k % COUNT(sizes)], log);
	}
	globfree(&found);
	log_free(log);
}

/* What a colour says on a screen with colours, a word or a mark says on one
 * without: the last seconds, a warning, a failure, a code that was replaced. */
static void test_not_by_colour_alone(void **state)
{
	static char text[TEXT_MAX];
	struct log *log = log_new(4);
	struct screen_fixture fixture;
	struct model model;

	(void)state;
	log_add(log, 1795430410, LEVEL_WARN, "No connection");
	log_add(log, 1795430411, LEVEL_ERROR, "Not set up");
	fixture_open(&fixture, 100, 40, "xterm-256color", "auto");
	screen_model_init(&model, SCREEN_SIGN_IN, log);
	hardly_any_time(&model);
	screen_model_draw(&fixture, &model);
	fixture_read(&fixture, text, sizeof(text));
	assert_non_null(strstr(text, "Expires soon"));
	assert_non_null(strstr(text, "! No connection"));
	assert_non_null(strstr(text, "x Not set up"));
	assert_non_null(strstr(text, "replaced the old one"));
	fixture_close(&fixture);
	log_free(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_pairs),
		cmocka_unit_test(test_contrast),
		cmocka_unit_test(test_not_by_colour_alone),
	};

	return cmocka_run_group_tests(tests, screen_model_start,
				      screen_model_stop);
}
