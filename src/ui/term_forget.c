/* SPDX-License-Identifier: MIT */
/*
 * Removes all trace of a screen, and repaints one.
 */
#include "config.h"

#include <stddef.h>

#include "ui/hyperlink_cells.h"
#include "ui/screen.h"
#include "ui/term.h"
#include "ui/term_parts.h"
#include "ui/tty_output.h"

void term_repaint(struct term *term)
{
	term->knows_rest = false;
	clearok(curscr, TRUE);
	/* Otherwise the first part would include earlier contents. */
	werase(newscr);
	touchwin(stdscr);
}

void term_forget(struct term *term)
{
	hyperlink_cells_forget(&term->links);
	term->forget = true;
	screen_overwrite();
	term_repaint(term);
}

void term_forget_now(struct term *term)
{
	const char *drop_scrolled = tigetstr("E3");

	term->forget = false;
	screen_overwrite_output(term->tty_output);
	touchwin(stdscr);
	term_repaint(term);
	if (drop_scrolled == NULL || drop_scrolled == (const char *)-1 ||
	    term->keep_history)
		return;
	tty_output_add(term->tty_output, drop_scrolled);
}

void term_keep_history(struct term *term)
{
	const char *other_screen = tigetstr("smcup");

	term->keep_history =
		other_screen != NULL && other_screen != (const char *)-1;
}
