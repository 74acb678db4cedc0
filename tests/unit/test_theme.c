/* SPDX-License-Identifier: MIT */
/*
 * conf/theme: the grammar, rounding of colours, what is refused and how, and
 * that every theme we ship can be read, by the program and by people.
 */
#include "config.h"

#include <math.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "conf/theme.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void parse(struct theme *theme, const char *text)
{
	struct err err = {""};

	if (!theme_parse(theme, text, strlen(text), "x.theme", &err))
		fail_msg("%s", err.text);
}

static const char *const role_names[] = {
	"text",	   "dim",    "title", "heading", "bar",
	"key",	   "border", "code",  "url",	 "good",
	"warning", "bad",    "label", "value",	 "selected",
};

static void test_role_names(void **state)
{
	(void)state;
	assert_int_equal(COUNT(role_names), ROLE_COUNT);
	for (int i = 0; i < ROLE_COUNT; i++) {
		struct theme theme;
		char text[40];

		(void)snprintf(text, sizeof(text), "%s = { fg = 200; };",
			       role_names[i]);
		parse(&theme, text);
		for (int j = 0; j < ROLE_COUNT; j++)
			assert_int_equal(theme.styles[j].fg == 200,
					 i == j || (i == ROLE_TITLE &&
						    j == ROLE_HEADING));
	}
}

/* A theme made before there were headings has those of its titles. */
static void test_heading(void **state)
{
	struct theme theme;

	(void)state;
	parse(&theme, "title = { fg = 200; underline = true; };");
	assert_memory_equal(&theme.styles[ROLE_HEADING],
			    &theme.styles[ROLE_TITLE], sizeof(struct style));
	parse(&theme, "title = { fg = 200; }; heading = { fg = 100; };");
	assert_int_equal(theme.styles[ROLE_HEADING].fg, 100);
	parse(&theme, "title = { fg = 200; }; heading = { };");
	assert_int_equal(theme.styles[ROLE_HEADING].fg, COLOUR_DEFAULT);
}

static void test_plain_has_no_colour(void **state)
{
	struct theme theme;

	(void)state;
	theme_plain(&theme);
	for (int i = 0; i < ROLE_COUNT; i++) {
		assert_int_equal(theme.styles[i].fg, COLOUR_DEFAULT);
		assert_int_equal(theme.styles[i].bg, COLOUR_DEFAULT);
		assert_int_equal(theme.styles[i].fg8, COLOUR_DEFAULT);
		assert_int_equal(theme.styles[i].bg8, COLOUR_DEFAULT);
		assert_false(theme.styles[i].attributes & ATTR_REVERSE &&
			     i == ROLE_TEXT);
	}
	assert_true(theme.styles[ROLE_CODE].attributes & ATTR_BOLD);
	assert_true(theme.styles[ROLE_SELECTED].attributes & ATTR_REVERSE);
}

static void test_colours(void **state)
{
	static const struct {
		const char *written;
		short of_256, of_8;
	} cases[] = {
		{"\"default\"", COLOUR_DEFAULT, COLOUR_DEFAULT},
		{"\"black\"", 0, 0},
		{"\"red\"", 1, 1},
		{"\"green\"", 2, 2},
		{"\"yellow\"", 3, 3},
		{"\"blue\"", 4, 4},
		{"\"magenta\"", 5, 5},
		{"\"cyan\"", 6, 6},
		{"\"white\"", 7, 7},
		{"0", 0, 0},
		{"7L", 7, 7},
		{"8", 8, 7},
		{"9", 9, 1},
		{"255", 255, 7},
		{"0xff", 255, 7},
		{"\"#000000\"", 16, 0},
		{"\"#ffffff\"", 231, 7},
		{"\"#FFFFFF\"", 231, 7},
		{"\"#ff0000\"", 196, 1},
		{"\"#00ff00\"", 46, 2},
		{"\"#0000ff\"", 21, 4},
		{"\"#5f87af\"", 67, 6},
		{"\"#6085ad\"", 67, 6},
		{"\"#ffd75f\"", 221, 3},
		{"\"#121212\"", 233, 0},
		{"\"#111213\"", 233, 0},
		{"\"#808080\"", 244, 7},
		{"\"#767676\"", 243, 7},
		{"\"#626262\"", 241, 0},
		{"\"#0000af\"", 19, 4},
		{"\"#eeeeee\"", 255, 7},
		{"\"#3f0000\"", 52, 0},
	};
	char text[80];
	struct theme theme;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct style *style = &theme.styles[ROLE_CODE];

		snprintf(text, sizeof(text), "code = { fg = %s; };",
			 cases[i].written);
		parse(&theme, text);
		assert_int_equal(style->fg, cases[i].of_256);
		assert_int_equal(style->fg8, cases[i].of_8);
		assert_int_equal(style->bg, COLOUR_DEFAULT);

		snprintf(text, sizeof(text), "code = { bg = %s; };",
			 cases[i].written);
		parse(&theme, text);
		assert_int_equal(style->bg, cases[i].of_256);
		assert_int_equal(style->bg8, cases[i].of_8);
		assert_int_equal(style->fg, COLOUR_DEFAULT);
	}
}

static void test_eight_can_be_given(void **state)
{
	struct theme theme;
	const struct style *code = &theme.styles[ROLE_CODE];

	(void)state;
	parse(&theme, "code = { fg8 = \"red\"; fg = \"#ffd75f\"; bg8 = 4; };");
	assert_int_equal(code->fg, 221);
	assert_int_equal(code->fg8, 1);
	assert_int_equal(code->bg, COLOUR_DEFAULT);
	assert_int_equal(code->bg8, 4);
	parse(&theme, "code = { fg = 4; fg8 = \"default\"; };");
	assert_int_equal(code->fg, 4);
	assert_int_equal(code->fg8, COLOUR_DEFAULT);
}

static void test_attributes(void **state)
{
	static const struct {
		const char *text;
		unsigned of_title; /* bold in the plainest theme */
	} cases[] = {
		{"", ATTR_BOLD},
		{"title = { };", 0},
		{"title = { dim = true; };", ATTR_DIM},
		{"title = { bold = true; underline = true; };",
		 ATTR_BOLD | ATTR_UNDERLINE},
		{"title = { reverse = true; };", ATTR_REVERSE},
		{"title = { bold = false; };", 0},
		{"default = { dim = true; };", ATTR_BOLD | ATTR_DIM},
		{"default = { dim = true; }; title = { };", ATTR_DIM},
		{"title = { dim = false; bold = true; };"
		 " default = { dim = true; };",
		 ATTR_BOLD},
	};
	struct theme theme;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		parse(&theme, cases[i].text);
		assert_int_equal(theme.styles[ROLE_TITLE].attributes,
				 cases[i].of_title);
	}
}

static void test_default_fills_the_gaps(void **state)
{
	struct theme theme;

	(void)state;
	parse(&theme, "url = { fg = 45; };"
		      "default = { fg = 250; bg = 17; bg8 = \"blue\"; };"
		      "code = { bg = 0; };");
	assert_int_equal(theme.styles[ROLE_TEXT].fg, 250);
	assert_int_equal(theme.styles[ROLE_TEXT].bg, 17);
	assert_int_equal(theme.styles[ROLE_TEXT].fg8, 7);
	assert_int_equal(theme.styles[ROLE_TEXT].bg8, 4);
	assert_int_equal(theme.styles[ROLE_URL].fg, 45);
	assert_int_equal(theme.styles[ROLE_URL].fg8, 6);
	assert_int_equal(theme.styles[ROLE_URL].bg, 17);
	assert_int_equal(theme.styles[ROLE_URL].bg8, 4);
	assert_int_equal(theme.styles[ROLE_CODE].fg, 250);
	assert_int_equal(theme.styles[ROLE_CODE].bg, 0);
	assert_int_equal(theme.styles[ROLE_CODE].bg8, 0);
}

static void test_name(void **state)
{
	static const struct {
		const char *file, *name;
	} cases[] = {
		{"amber.theme", "amber"},
		{"/usr/share/x.y/themes/high-contrast.theme", "high-contrast"},
		{"plain", "plain"},
		{"a23456789b123456789c123456789d123456789.theme",
		 "a23456789b123456789c123456789d1"},
	};
	struct theme theme;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_true(theme_parse(&theme, "", 0, cases[i].file, NULL));
		assert_string_equal(theme.name, cases[i].name);
	}
}

static void test_logo(void **state)
{
	struct theme theme;

	(void)state;
	parse(&theme, "code = { };");
	assert_string_equal(theme.logo, "");
	parse(&theme, "logo = \"museum.txt\"; code = { };");
	assert_string_equal(theme.logo, "museum.txt");
}

static void test_refuses(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"cod = { };",
		 "x.theme:1: unknown setting \"cod\"; did you mean \"code\"?"},
		{"\n\nbackground = 3;",
		 "x.theme:3: unknown setting \"background\"; allowed here "
		 "are: default, logo, text, dim, title, heading, bar, key, "
		 "border, "
		 "code, "
		 "url, good, warning, bad, label, value, selected."},
		{"logo = { };",
		 "x.theme:1: logo must be the name of a file, of at most 255 "
		 "bytes."},
		{"code = {\nfb = 3; };",
		 "x.theme:2: unknown setting \"fb\"; did you mean \"fg\"?"},
		{"code = { colour = 3; };",
		 "x.theme:1: unknown setting \"colour\"; allowed here are: "
		 "fg, bg, fg8, bg8, bold, underline, reverse, dim."},
		{"code = { fg = 256; };",
		 "x.theme:1: fg must be \"default\", \"black\", \"red\", "
		 "\"green\", \"yellow\", \"blue\", \"magenta\", \"cyan\", "
		 "\"white\", a number from 0 to 255 or \"#rrggbb\"."},
		{"code = { bg8 = 8; };",
		 "x.theme:1: bg8 must be \"default\", \"black\", \"red\", "
		 "\"green\", \"yellow\", \"blue\", \"magenta\", \"cyan\", "
		 "\"white\" or a number from 0 to 7."},
		{"code = { fg = -1; };", "x.theme:1: fg must be "},
		{"code = { fg = \"-1\"; };", "x.theme:1: fg must be "},
		{"code = { fg = \"Red\"; };", "x.theme:1: fg must be "},
		{"code = { fg = \"\"; };", "x.theme:1: fg must be "},
		{"code = { fg = \"#fffff\"; };", "x.theme:1: fg must be "},
		{"code = { fg = \"#fffffff\"; };", "x.theme:1: fg must be "},
		{"code = { fg = \"#fffffg\"; };", "x.theme:1: fg must be "},
		{"code = { fg = \"ffffff\"; };", "x.theme:1: fg must be "},
		{"code = { fg = 1.0; };", "x.theme:1: fg must be "},
		{"code = { fg = true; };", "x.theme:1: fg must be "},
		{"code = { fg = [ 1 ]; };", "x.theme:1: fg must be "},
		{"code = { fg8 = \"#ffffff\"; };", "x.theme:1: fg8 must be "},
		{"code = { bold = 1; };",
		 "x.theme:1: bold must be true or false, without quotes."},
		{"code = { dim = \"true\"; };",
		 "x.theme:1: dim must be true or false, without quotes."},
		{"default = { fg = 999; };", "x.theme:1: fg must be "},
		{"code = \"red\";", "x.theme:1: code must be a group, such as "
				    "code = { fg = \"white\"; bold = true; };"},
		{"code = ( );", "x.theme:1: code must be a group"},
		{"default = 3;", "x.theme:1: default must be a group"},
		{"@include \"/etc/hostname\"", "x.theme:1: @include "},
		{"code = { fg = 1; fg = 2; };",
		 "x.theme:1: this setting, or its group, appears twice"},
	};
	struct theme theme, before;
	struct err err;

	(void)state;
	memset(&theme, 0x55, sizeof(theme));
	before = theme;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *message = cases[i].message;

		err.text[0] = '\0';
		assert_false(theme_parse(&theme, cases[i].text,
					 strlen(cases[i].text), "x.theme",
					 &err));
		if (strncmp(err.text, message, strlen(message)) != 0)
			assert_string_equal(err.text, message);
		assert_memory_equal(&theme, &before, sizeof(theme));
	}
}

/* ---- The themes we ship */

struct rgb {
	double red, green, blue; /* 0 to 255 */
};

/* xterm's colours from 16 on, which terminals agree about. */
static struct rgb rgb_of_256(int colour)
{
	static const double steps[] = {0, 95, 135, 175, 215, 255};
	int n = colour - 16;

	if (colour >= 232) {
		double grey = 8 + 10 * (colour - 232);

		return (struct rgb){grey, grey, grey};
	}
	return (struct rgb){steps[n / 36], steps[n / 6 % 6], steps[n % 6]};
}

/* The Linux console's eight, and what bold makes of them. */
static struct rgb rgb_of_8(int colour, bool bold)
{
	double off = bold ? 85 : 0, on = bold ? 255 : 170;
	struct rgb rgb = {colour & 1 ? on : off, colour & 2 ? on : off,
			  colour & 4 ? on : off};

	if (colour == 3 && !bold)
		rgb.green = 85; /* brown */
	return rgb;
}

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

static void test_contrast_of_known_pairs(void **state)
{
	static const struct {
		int a, b;
		double ratio;
	} cases[] = {
		{16, 231, 21}, /* black and white */
		{231, 231, 1},
		{196, 231, 4.0}, /* #ff0000 on white */
		{21, 231, 8.59}, /* #0000ff on white */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_float_equal(contrast(rgb_of_256(cases[i].a),
					    rgb_of_256(cases[i].b)),
				   cases[i].ratio, 0.01);
}

static void load(struct theme *theme, const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[1024], text[8192];
	struct err err = {""};
	size_t len;
	FILE *file;

	assert_in_range(snprintf(path, sizeof(path), "%s/themes/%s.theme",
				 srcdir != NULL ? srcdir : ".", name),
			1, sizeof(path) - 1);
	file = fopen(path, "r");
	if (file == NULL)
		fail_msg("%s: cannot be opened", path);
	len = fread(text, 1, sizeof(text), file);
	fclose(file);
	assert_in_range(len, 1, sizeof(text) - 1);
	if (!theme_parse(theme, text, len, path, &err))
		fail_msg("%s", err.text);
	assert_string_equal(theme->name, name);
}

/* True if a role is made of text that has to be read. */
static bool is_text(enum role role)
{
	return role != ROLE_BORDER;
}

/* WCAG 2.2, success criterion 1.4.6: 7:1. The screens' own test measures what
 * is drawn with it. */
static void check_contrast(const struct theme *theme)
{
	const double least = 7;

	for (int i = 0; i < ROLE_COUNT; i++) {
		const struct style *style = &theme->styles[i];
		bool bold = style->attributes & ATTR_BOLD;
		double ratio;

		/* Others depend on the terminal's palette. */
		assert_in_range(style->fg, 16, 255);
		assert_in_range(style->bg, 16, 255);
		assert_in_range(style->fg8, 0, 7);
		assert_in_range(style->bg8, 0, 7);
		if (!is_text((enum role)i))
			continue;

		ratio = contrast(rgb_of_256(style->fg), rgb_of_256(style->bg));
		if (ratio < least)
			fail_msg("%s: %s has a contrast of %.2f", theme->name,
				 role_names[i], ratio);
		ratio = contrast(rgb_of_8(style->fg8, bold),
				 rgb_of_8(style->bg8, false));
		if (ratio < least)
			fail_msg("%s: %s has a contrast of %.2f with 8 colours",
				 theme->name, role_names[i], ratio);
	}
}

static void check_shipped(const char *name)
{
	struct theme theme;

	load(&theme, name);
	if (strcmp(name, "mono") != 0) /* has no colours */
		check_contrast(&theme);
}

static void test_shipped_themes_can_be_read(void **state)
{
	const char *srcdir = getenv("srcdir");
	char pattern[1024], name[64];
	glob_t found;

	(void)state;
	assert_in_range(snprintf(pattern, sizeof(pattern), "%s/themes/*.theme",
				 srcdir != NULL ? srcdir : "."),
			1, sizeof(pattern) - 1);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *file = strrchr(found.gl_pathv[i], '/') + 1;
		size_t len = strcspn(file, ".");

		assert_true(len < sizeof(name));
		memcpy(name, file, len);
		name[len] = '\0';
		check_shipped(name);
	}
	globfree(&found);
}

static void test_mono_has_no_colour(void **state)
{
	struct theme theme;

	(void)state;
	load(&theme, "mono");
	for (int i = 0; i < ROLE_COUNT; i++) {
		assert_int_equal(theme.styles[i].fg, COLOUR_DEFAULT);
		assert_int_equal(theme.styles[i].bg, COLOUR_DEFAULT);
		assert_int_equal(theme.styles[i].fg8, COLOUR_DEFAULT);
		assert_int_equal(theme.styles[i].bg8, COLOUR_DEFAULT);
	}
	assert_true(theme.styles[ROLE_SELECTED].attributes & ATTR_REVERSE);
	assert_true(theme.styles[ROLE_CODE].attributes & ATTR_BOLD);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_role_names),
		cmocka_unit_test(test_heading),
		cmocka_unit_test(test_plain_has_no_colour),
		cmocka_unit_test(test_colours),
		cmocka_unit_test(test_eight_can_be_given),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_default_fills_the_gaps),
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_logo),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_contrast_of_known_pairs),
		cmocka_unit_test(test_shipped_themes_can_be_read),
		cmocka_unit_test(test_mono_has_no_colour),
	};

	return cmocka_run_group_tests_name("theme", tests, NULL, NULL);
}
