/* SPDX-License-Identifier: MIT */
/*
 * Makes colour pairs from a theme. Does not know what is drawn with them.
 */
#include "config.h"

#include "ui/palette.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

/*
 * Parses "15;0", or "0;default;15" with anything in the middle: foreground and
 * background, as rxvt and related terminals number them. 7 and 15 are white.
 * Other colours do not occur on a terminal without colours.
 */
static enum ground ground_of(const char *colours)
{
	const char *last = colours != NULL ? strrchr(colours, ';') : NULL;

	if (last == NULL)
		return GROUND_UNKNOWN;
	if (strcmp(last, ";7") == 0 || strcmp(last, ";15") == 0)
		return GROUND_LIGHT;
	return strcmp(last, ";0") == 0 || strcmp(last, ";8") == 0
		       ? GROUND_DARK
		       : GROUND_UNKNOWN;
}

void palette_begin(struct palette *palette)
{
	*palette = (struct palette){
		.colour = has_colors() && start_color() == OK && COLORS >= 8 &&
			  COLOR_PAIRS > ROLE_COUNT + 1,
		.ground = ground_of(getenv("COLORFGBG")),
	};
}

static int colour_or(short colour, int other)
{
	return colour == COLOUR_DEFAULT ? other : colour;
}

static unsigned curses_attributes(unsigned attributes)
{
	unsigned out = 0;

	if (attributes & ATTR_BOLD)
		out |= A_BOLD;
	if (attributes & ATTR_UNDERLINE)
		out |= A_UNDERLINE;
	if (attributes & ATTR_REVERSE)
		out |= A_REVERSE;
	if (attributes & ATTR_DIM)
		out |= A_DIM;
	return out;
}

/*
 * White on black. With 256 colours, the two that users do not redefine. With 8,
 * bold makes a foreground bright, but nothing brightens a background, which
 * would stay grey: so light modules are drawn on a dark background. With 16 or
 * more, and without any, the ink is reversed and dark modules are drawn,
 * because most of a quiet zone is then blank and takes the fewest bytes. (A
 * reversed pair, not a swapped one: with that, curses would erase instead of
 * writing blanks, and not every terminal erases in the background colour.)
 */
static void set_qr_ink(struct palette *palette, short pair)
{
	int light = COLOR_WHITE, dark = COLOR_BLACK;

	palette->qr = (struct ink){.attributes = A_BOLD};
	if (!palette->colour) {
		if (termattrs() & A_REVERSE)
			palette->qr.attributes = A_REVERSE;
		return;
	}
	if (COLORS > 256) { /* values above 7 are 24-bit colours */
		light = 0xFFFFFF;
		dark = 0x000008;
	} else if (COLORS == 256) {
		light = 231;
		dark = 16;
	} else if (COLORS >= 16) {
		light = 15;
	}
	if (COLORS >= 16)
		palette->qr.attributes = A_REVERSE;
	palette->qr.pair = pair;
	init_extended_pair(pair, light, dark);
}

/*
 * Pair 0 is plain text on its background, which curses returns to between other
 * inks. So text costs no escape sequences, and a cleared screen has the
 * background.
 */
void palette_set(struct palette *palette, const struct theme *theme)
{
	const struct style *ground;
	struct theme plain;
	bool many = COLORS == 256;
	int fg = -1, bg = -1;

	if (!palette->colour) { /* differences in colour alone would vanish */
		theme_plain(&plain);
		theme = &plain;
	}
	ground = &theme->styles[ROLE_TEXT];
	if (palette->colour) {
		bool own = use_default_colors() == OK;

		fg = colour_or(many ? ground->fg : ground->fg8,
			       own ? -1 : COLOR_WHITE);
		bg = colour_or(many ? ground->bg : ground->bg8,
			       own ? -1 : COLOR_BLACK);
		assume_default_colors(fg, bg);
	}
	for (short i = 0; i < ROLE_COUNT; i++) {
		const struct style *style = &theme->styles[i];
		int role_fg = colour_or(many ? style->fg : style->fg8, fg);
		int role_bg = colour_or(many ? style->bg : style->bg8, bg);
		bool is_ground = role_fg == fg && role_bg == bg;

		palette->inks[i] = (struct ink){
			.attributes = curses_attributes(style->attributes),
		};
		if (palette->colour && !is_ground) {
			palette->inks[i].pair = (short)(i + 1);
			init_extended_pair(i + 1, role_fg, role_bg);
		}
		palette->fills[i] = palette->inks[i];
		if (role_bg == bg)
			palette->fills[i].attributes |= A_REVERSE;
	}
	set_qr_ink(palette, ROLE_COUNT + 1);
}

/* Never A_DIM: with it, nobody could read that a key press wakes the screen. */
static struct ink faint_ink(const struct palette *palette)
{
	struct ink ink = palette->inks[ROLE_DIM];

	ink.attributes &= (unsigned)~(A_BOLD | A_REVERSE | A_UNDERLINE);
	return ink;
}

struct ink palette_ink(const struct palette *palette, enum role role)
{
	return palette->dim ? faint_ink(palette) : palette->inks[role];
}

struct ink palette_fill_ink(const struct palette *palette, enum role role)
{
	return palette->dim ? faint_ink(palette) : palette->fills[role];
}

struct ink palette_qr_ink(const struct palette *palette)
{
	return palette->qr;
}

bool palette_qr_dark_ink(const struct palette *palette, bool light)
{
	return !palette->colour && (light || palette->ground == GROUND_LIGHT);
}
