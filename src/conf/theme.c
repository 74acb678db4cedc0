/* SPDX-License-Identifier: MIT */
/*
 * Parses themes and turns their colours into palette numbers: of the usual 256
 * colours, and of the eight of a console. Opens no file, knows no terminal.
 */
#include "config.h"

#include "conf/theme.h"

#include <libconfig.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "conf/settings.h"

struct rgb {
	int red, green, blue;
};

enum { EIGHT = 8, FIRST_CUBE = 16, FIRST_GREY = 232, PALETTE_SIZE = 256 };

static const char *const colour_names[EIGHT] = {
	"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"};

/* xterm's colours, used to measure distances. Terminals differ here; from 16 on
 * they agree. */
static const struct rgb first_colours[FIRST_CUBE] = {
	{0, 0, 0},	 {205, 0, 0},	{0, 205, 0},   {205, 205, 0},
	{0, 0, 238},	 {205, 0, 205}, {0, 205, 205}, {229, 229, 229},
	{127, 127, 127}, {255, 0, 0},	{0, 255, 0},   {255, 255, 0},
	{92, 92, 255},	 {255, 0, 255}, {0, 255, 255}, {255, 255, 255},
};

/* The level of one of the cube's six steps. */
static int cube_level(int step)
{
	return step == 0 ? 0 : 55 + 40 * step;
}

static struct rgb palette_rgb(int colour)
{
	int n;

	if (colour < FIRST_CUBE)
		return first_colours[colour];
	if (colour < FIRST_GREY) {
		n = colour - FIRST_CUBE;
		return (struct rgb){cube_level(n / 36), cube_level(n / 6 % 6),
				    cube_level(n % 6)};
	}
	n = 8 + 10 * (colour - FIRST_GREY);
	return (struct rgb){n, n, n};
}

static int distance(struct rgb a, struct rgb b)
{
	int red = a.red - b.red;
	int green = a.green - b.green;
	int blue = a.blue - b.blue;

	return red * red + green * green + blue * blue;
}

/* The palette's nearest colour in [first, end). */
static short nearest(struct rgb wanted, int first, int end)
{
	int best = first;

	for (int i = first + 1; i < end; i++) {
		if (distance(palette_rgb(i), wanted) <
		    distance(palette_rgb(best), wanted))
			best = i;
	}
	return (short)best;
}

/* Half-bright greys are numerically closer to yellow than to black or white,
 * which looks wrong. */
static bool is_grey(struct rgb rgb)
{
	enum { SPREAD = 32 };

	return abs(rgb.red - rgb.green) < SPREAD &&
	       abs(rgb.green - rgb.blue) < SPREAD &&
	       abs(rgb.blue - rgb.red) < SPREAD;
}

static short nearest_of_eight(short colour)
{
	enum { BLACK = 0, WHITE = 7 };
	struct rgb rgb;

	if (colour == COLOUR_DEFAULT)
		return COLOUR_DEFAULT;
	rgb = palette_rgb(colour);
	if (!is_grey(rgb))
		return nearest(rgb, 0, EIGHT);
	return distance(rgb, first_colours[WHITE]) <
			       distance(rgb, first_colours[BLACK])
		       ? WHITE
		       : BLACK;
}

/* Of each role, its name in a theme file, and how it looks without one. Nothing
 * is dim, or bold and reversed: a Linux console shows both as dark grey. */
static const struct {
	const char *name;
	unsigned attributes;
} roles[ROLE_COUNT] = {
	[ROLE_TEXT] = {"text", 0},
	[ROLE_DIM] = {"dim", 0},
	[ROLE_TITLE] = {"title", ATTR_BOLD},
	[ROLE_HEADING] = {"heading", ATTR_BOLD},
	[ROLE_BAR] = {"bar", ATTR_REVERSE},
	[ROLE_KEY] = {"key", ATTR_REVERSE | ATTR_UNDERLINE},
	[ROLE_BORDER] = {"border", 0},
	[ROLE_CODE] = {"code", ATTR_BOLD},
	[ROLE_URL] = {"url", ATTR_UNDERLINE},
	[ROLE_GOOD] = {"good", 0},
	[ROLE_WARNING] = {"warning", ATTR_BOLD},
	[ROLE_BAD] = {"bad", ATTR_REVERSE},
	[ROLE_LABEL] = {"label", 0},
	[ROLE_VALUE] = {"value", ATTR_BOLD},
	[ROLE_SELECTED] = {"selected", ATTR_REVERSE},
};

void theme_plain(struct theme *theme)
{
	memset(theme, 0, sizeof(*theme));
	memcpy(theme->name, "plain", sizeof("plain"));
	for (int i = 0; i < ROLE_COUNT; i++)
		theme->styles[i] = (struct style){
			.fg = COLOUR_DEFAULT,
			.bg = COLOUR_DEFAULT,
			.fg8 = COLOUR_DEFAULT,
			.bg8 = COLOUR_DEFAULT,
			.attributes = roles[i].attributes,
		};
}

/* "#rrggbb" */
static bool parse_rgb(const char *s, struct rgb *rgb)
{
	unsigned long n;

	if (s[0] != '#' || strlen(s) != 7 ||
	    strspn(s + 1, "0123456789abcdefABCDEF") != 6)
		return false;
	n = strtoul(s + 1, NULL, 16);
	rgb->red = (int)(n >> 16);
	rgb->green = (int)(n >> 8 & 0xff);
	rgb->blue = (int)(n & 0xff);
	return true;
}

/* A colour below end: a number, a name or, among 256, "#rrggbb". */
static bool parse_colour(const config_setting_t *setting, int end, short *out)
{
	const char *s = config_setting_get_string(setting);
	struct rgb rgb;
	int64_t n;

	if (settings_number(setting, &n)) {
		*out = (short)n;
		return n >= 0 && n < end;
	}
	if (s == NULL)
		return false;
	if (strcmp(s, "default") == 0) {
		*out = COLOUR_DEFAULT;
		return true;
	}
	for (short i = 0; i < EIGHT; i++) {
		if (strcmp(s, colour_names[i]) == 0) {
			*out = i;
			return true;
		}
	}
	if (end != PALETTE_SIZE || !parse_rgb(s, &rgb))
		return false;
	*out = nearest(rgb, FIRST_CUBE, PALETTE_SIZE);
	return true;
}

/* A theme file that is being read. */
struct reading {
	const char *file;
	struct err *err;
};

static bool read_colour(const struct reading *reading,
			const config_setting_t *setting, int end, short *out)
{
	if (parse_colour(setting, end, out))
		return true;
	return settings_refuse(
		setting, reading->file, reading->err,
		"%s must be \"default\", \"black\", \"red\", \"green\", "
		"\"yellow\", \"blue\", \"magenta\", \"cyan\", \"white\"%s.",
		config_setting_name(setting),
		end == EIGHT ? " or a number from 0 to 7"
			     : ", a number from 0 to 255 or \"#rrggbb\"");
}

static bool read_attribute(const struct reading *reading,
			   const config_setting_t *setting,
			   enum attribute attribute, unsigned *attributes)
{
	bool on;

	if (!settings_bool(setting, &on))
		return settings_refuse(
			setting, reading->file, reading->err,
			"%s must be true or false, without quotes.",
			config_setting_name(setting));
	if (on)
		*attributes |= (unsigned)attribute;
	else
		*attributes &= ~(unsigned)attribute;
	return true;
}

static bool read_member(const struct reading *reading,
			const config_setting_t *member, struct style *style)
{
	static const struct {
		const char *name;
		enum attribute attribute;
	} attributes[] = {
		{"bold", ATTR_BOLD},
		{"underline", ATTR_UNDERLINE},
		{"reverse", ATTR_REVERSE},
		{"dim", ATTR_DIM},
	};
	const char *name = config_setting_name(member);

	if (strcmp(name, "fg") == 0)
		return read_colour(reading, member, PALETTE_SIZE, &style->fg);
	if (strcmp(name, "bg") == 0)
		return read_colour(reading, member, PALETTE_SIZE, &style->bg);
	if (strcmp(name, "fg8") == 0)
		return read_colour(reading, member, EIGHT, &style->fg8);
	if (strcmp(name, "bg8") == 0)
		return read_colour(reading, member, EIGHT, &style->bg8);
	for (size_t i = 0; i < sizeof(attributes) / sizeof(*attributes); i++) {
		if (strcmp(name, attributes[i].name) == 0)
			return read_attribute(reading, member,
					      attributes[i].attribute,
					      &style->attributes);
	}
	return settings_unknown(member, reading->file,
				"fg, bg, fg8, bg8, bold, underline, reverse, "
				"dim",
				reading->err);
}

/* Applies a group to the style. */
static bool read_style(const struct reading *reading, config_setting_t *group,
		       struct style *style)
{
	if (!config_setting_is_group(group))
		return settings_refuse(group, reading->file, reading->err,
				       "%s must be a group, such as "
				       "%s = { fg = \"white\"; bold = true; };",
				       config_setting_name(group),
				       config_setting_name(group));
	for (int i = 0; i < config_setting_length(group); i++) {
		if (!read_member(reading,
				 config_setting_get_elem(group, (unsigned)i),
				 style))
			return false;
	}

	/* A colour without a matching fg8 or bg8 sets that, too. */
	if (config_setting_get_member(group, "fg") != NULL &&
	    config_setting_get_member(group, "fg8") == NULL)
		style->fg8 = nearest_of_eight(style->fg);
	if (config_setting_get_member(group, "bg") != NULL &&
	    config_setting_get_member(group, "bg8") == NULL)
		style->bg8 = nearest_of_eight(style->bg);
	return true;
}

/* Reports any name that is neither "default", "logo" nor a role. */
static bool check_names(const struct reading *reading, config_setting_t *root)
{
	struct buf allowed;
	bool ok = true;

	buf_init(&allowed, 1024);
	buf_adds(&allowed, "default, logo");
	for (int i = 0; i < ROLE_COUNT; i++)
		buf_addf(&allowed, ", %s", roles[i].name);

	for (int i = 0; ok && i < config_setting_length(root); i++) {
		config_setting_t *group =
			config_setting_get_elem(root, (unsigned)i);
		const char *name = config_setting_name(group);

		ok = strcmp(name, "default") == 0 || strcmp(name, "logo") == 0;
		for (int role = 0; !ok && role < ROLE_COUNT; role++)
			ok = strcmp(name, roles[role].name) == 0;
		if (!ok)
			settings_unknown(group, reading->file,
					 buf_text(&allowed), reading->err);
	}
	buf_free(&allowed);
	return ok;
}

static bool read_logo(const struct reading *reading,
		      const config_setting_t *setting, struct theme *theme)
{
	const char *path = config_setting_get_string(setting);

	if (path == NULL || strlen(path) >= sizeof(theme->logo))
		return settings_refuse(setting, reading->file, reading->err,
				       "logo must be the name of a file, of at "
				       "most %zu bytes.",
				       sizeof(theme->logo) - 1);
	snprintf(theme->logo, sizeof(theme->logo), "%s", path);
	return true;
}

static bool read_theme(const struct reading *reading, config_setting_t *root,
		       struct theme *theme)
{
	struct style ground = theme->styles[ROLE_TEXT]; /* nothing set */
	config_setting_t *group = config_setting_get_member(root, "default");

	if (!check_names(reading, root))
		return false;
	if (group != NULL && !read_style(reading, group, &ground))
		return false;
	group = config_setting_get_member(root, "logo");
	if (group != NULL && !read_logo(reading, group, theme))
		return false;
	for (int i = 0; i < ROLE_COUNT; i++) {
		struct style *style = &theme->styles[i];
		unsigned plain = style->attributes;

		*style = ground;
		group = config_setting_get_member(root, roles[i].name);
		if (group == NULL)
			style->attributes |= plain;
		else if (!read_style(reading, group, style))
			return false;
	}
	if (config_setting_get_member(root, roles[ROLE_HEADING].name) == NULL)
		theme->styles[ROLE_HEADING] = theme->styles[ROLE_TITLE];
	return true;
}

/* "amber" of "/usr/share/grantty/themes/amber.theme". */
static void set_name(struct theme *theme, const char *file)
{
	const char *slash = strrchr(file, '/');
	const char *base = slash != NULL ? slash + 1 : file;

	snprintf(theme->name, sizeof(theme->name), "%.*s",
		 (int)strcspn(base, "."), base);
}

bool theme_parse(struct theme *theme, const char *text, size_t len,
		 const char *name, struct err *err)
{
	const struct reading reading = {name, err};
	struct theme next;
	config_t config;
	bool ok;

	if (!settings_parse(&config, text, len, name, err))
		return false;
	theme_plain(&next);
	ok = read_theme(&reading, config_root_setting(&config), &next);
	config_destroy(&config);
	if (!ok)
		return false;
	set_name(&next, name);
	*theme = next;
	return true;
}
