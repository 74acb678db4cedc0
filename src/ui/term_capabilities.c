/* SPDX-License-Identifier: MIT */
/*
 * What the terminal can do, from its type, the locale and its own answers.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <curses.h>

#include "base/text.h"
#include "ui/block_width.h"
#include "ui/keyboard.h"
#include "ui/term.h"
#include "ui/term_parts.h"
#include "ui/tty_line.h"
#include "ui/tty_output.h"

enum { ASKED_ROW = 2 }; /* a report of row 1 could be F3 with a modifier */

bool term_is_utf8(const struct term *term)
{
	return term->utf8 && term->width != BLOCK_WIDTH_NO_UTF8;
}

bool term_has_halves(const struct term *term)
{
	return term->halves && !term_is_wide(term) && term_is_utf8(term);
}

bool term_is_wide(const struct term *term)
{
	return term->width == BLOCK_WIDTH_TWO;
}

bool term_set_halves(struct term *term, bool on)
{
	const bool before = term->halves;

	term->halves = on && term->utf8;
	return term->halves != before;
}

unsigned term_text_flags(const struct term *term)
{
	if (!term_is_utf8(term))
		return TEXT_ASCII;
	return term->console ? TEXT_NARROW : 0;
}

bool term_marks_pastes(const struct term *term)
{
	return term->marks_pastes;
}

/*
 * The width of a half block depends on the terminal's settings for Chinese,
 * Japanese and Korean text (UAX #11, "ambiguous"). Whether it is displayed at
 * all depends on the other end, which may not know UTF-8 whatever the locale is
 * here. So one is drawn where the first frame clears the screen, and the
 * terminal reports the cursor position. Nothing waits for the report.
 */
static void query_width(struct term *term)
{
	if (!term->utf8)
		return;
	tty_output_add(term->tty_output, "\x1b[2H" BLOCK_WIDTH_PROBE);
	term->queries_width = true;
}

/* A terminal without colours draws a QR code in its own two. One that prints
 * the query does so where the first frame clears the screen, too. */
static void query_ground(struct term *term)
{
	if (term->palette.colour || term->palette.ground != GROUND_UNKNOWN)
		return;
	tty_output_add(term->tty_output, "\x1b]11;?\x1b\\");
	term->queries_ground = true;
}

bool term_query(struct term *term)
{
	if (term->console || tty_line_is_serial(fileno(term->out)) ||
	    strncmp(tigetstr("cup"), "\x1b[", 2) != 0)
		return false;
	query_ground(term);
	query_width(term);
	return term->queries_width || term->queries_ground;
}

/* True if the background is light. */
static bool learn_ground(struct term *term)
{
	const int brightness = keyboard_background(term->keyboard);

	if (!term->queries_ground || brightness < 0)
		return false;
	term->queries_ground = false;
	term->palette.ground = brightness < 50 ? GROUND_DARK : GROUND_LIGHT;
	return term->palette.ground == GROUND_LIGHT;
}

static bool learn_width(struct term *term)
{
	int row, column;

	keyboard_cursor(term->keyboard, &row, &column);
	if (!term->queries_width || row != ASKED_ROW)
		return false;
	term->queries_width = false;
	term->width = block_width_of(column);
	if (term->width == BLOCK_WIDTH_NO_UTF8)
		tty_output_add(term->tty_output, BLOCK_WIDTH_UNPROTECT);
	return term_is_wide(term) || !term_is_utf8(term);
}

bool term_awaits_answers(const struct term *term)
{
	return term->queries_width || term->queries_ground;
}

bool term_learn(struct term *term)
{
	const bool ground = learn_ground(term);

	return learn_width(term) || ground;
}
