/* SPDX-License-Identifier: MIT */
/*
 * How curses' screen gets into the pending output. Does not know what is drawn
 * on it.
 */
#include "config.h"

#include "ui/screen.h"

#include <curses.h>
#include <stddef.h>

#include "ui/tty_output.h"

void screen_update(struct tty_output *tty_output)
{
	tty_output_catch(tty_output);
	doupdate();
	tty_output_release(tty_output);
}

void screen_put(struct tty_output *tty_output, struct rect part)
{
	WINDOW *window;

	if (part.rows < 1 || part.columns < 1)
		return;
	window = newwin(part.rows, part.columns, part.y, part.x);
	if (window == NULL)
		return;
	leaveok(window, TRUE);
	clearok(window, FALSE);
	overwrite(stdscr, window);
	wnoutrefresh(window);
	screen_update(tty_output);
	delwin(window);
}

void screen_overwrite(void)
{
	werase(stdscr);
	werase(newscr);
	werase(curscr);
}

void screen_overwrite_output(struct tty_output *tty_output)
{
	const size_t waiting = tty_output_waiting(tty_output);
	WINDOW *window = newwin(0, 0, 0, 0);

	if (window == NULL)
		return;
	for (int y = 0; y < getmaxy(stdscr); y++) {
		for (int x = 0; x < getmaxx(stdscr); x++)
			mvwaddch(window, y, x,
				 (chtype)'x' | (x % 2 ? A_BOLD : A_REVERSE));
	}
	wnoutrefresh(window);
	delwin(window);
	clearok(curscr, TRUE);
	screen_update(tty_output);
	tty_output_keep(tty_output, waiting);
}
