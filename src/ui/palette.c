/* SPDX-License-Identifier: MIT */
/*
 * Makes colour pairs of a theme. Does not know what is drawn with them.
 */
#include "config.h"

#include "ui/palette.h"

#include <curses.h>

void palette_begin(struct palette *palette)
{
	*palette = (struct palette){
		.colour = has_colors() && start_color() == OK && COLORS >= 8 &&
			  COLOR_PAIRS > ROLE_COUNT + 1,
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
 * White on black. With 256 colours, the two that people do not redefine. With
 * 8, bold makes a foreground bright and nothing does that for a ground, which
 * would stay grey: light modules are drawn, on a dark ground. Otherwise the
 * two are reversed and dark modules are drawn, as most of a quiet zone is then
 * blank and takes the fewest bytes. (A reversed pair, not a pair the other way
 * round: curses would erase instead of writing blanks, which not everything
 * that calls itself a terminal does in the colour of the ground.)
 */
static void set_qr_ink(struct palette *palette, short pair)
{
	int light = COLOR_WHITE, dark = COLOR_BLACK;

	palette->qr = (struct ink){.attributes = A_BOLD};
	if (!palette->colour)
		return;
	if (COLORS > 256) { /* beyond the first 8 they are 24-bit colours */
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
 * Pair 0 is plain text and its ground: what curses falls back to between other
 * inks. So text costs no escape sequence and a cleared screen has the ground.
 */
void palette_set(struct palette *palette, const struct theme *theme)
{
	const struct style *ground;
	struct theme plain;
	bool many = COLORS == 256;
	int fg = -1, bg = -1;

	if (!palette->colour) { /* what differs in colour alone would vanish */
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

static struct ink faint_ink(const struct palette *palette)
{
	struct ink ink = palette->inks[ROLE_DIM];

	ink.attributes &= (unsigned)~(A_BOLD | A_REVERSE | A_UNDERLINE);
	ink.attributes |= A_DIM;
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
