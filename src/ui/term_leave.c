/* SPDX-License-Identifier: MIT */
/*
 * Gives the terminal back, whoever has it by now and whether it accepts output
 * or not.
 */
#include "config.h"

#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include <curses.h>

#include "base/buf.h"
#include "ui/screen.h"
#include "ui/term.h"
#include "ui/term_parts.h"
#include "ui/term_type.h"
#include "ui/tty_output.h"

enum { UNDO_MAX = 1024 };

/* Not every terminal has an alternate screen: blank this one, in the terminal's
 * own colours. */
static void leave_blank(struct term *term)
{
	if (term->forget)
		term_forget_now(term);
	if (term->palette.colour)
		assume_default_colors(-1, -1);
	werase(stdscr);
	clearok(curscr, TRUE);
	wnoutrefresh(stdscr);
	screen_update(term->tty_output);
}

/* Discards pending output if the other end does not read it, and resumes output
 * that was stopped (Scroll Lock), as if by TCOOFF. */
static void make_room(struct term *term)
{
	const int fd = fileno(term->out);

	(void)tcflow(fd, TCOOFF);
	(void)tcflow(fd, TCOON);
	(void)tcflush(fd, TCOFLUSH);
}

/* endwin() alone would wait for a terminal that accepts nothing. Its descriptor
 * is caught here and is not a terminal, so the line is restored separately. */
static void hand_back(struct term *term)
{
	term_unset_modes(term);
	tty_output_catch(term->tty_output);
	endwin();
	tty_output_release(term->tty_output);
	if (!tty_output_push(term->tty_output, 0)) {
		make_room(term);
		(void)tty_output_push(term->tty_output, 0);
	}
}

/* True if the shell that put this program in the background waits for input. */
static bool is_shells(const struct term *term)
{
	return tcgetpgrp(fileno(term->out)) == getpgid(getppid());
}

/*
 * The line, the screen contents and the cursor now belong to another process.
 * But a shell does not know about the alternate screen, and would stay on it
 * without a cursor. Any other program in the foreground may use that screen
 * itself, so it is left alone.
 */
static void leave_from_background(struct term *term)
{
	struct buf undo;

	tty_output_catch(term->tty_output);
	endwin();
	tty_output_release(term->tty_output);
	tty_output_keep(term->tty_output, 0);
	buf_init(&undo, UNDO_MAX);
	if (is_shells(term) && term_type_undo(&undo)) {
		tty_output_add(term->tty_output, buf_text(&undo));
		(void)tty_output_push(term->tty_output, 0);
	}
	buf_free(&undo);
}

bool term_is_in_background(const struct term *term)
{
	const pid_t group = tcgetpgrp(fileno(term->out));

	return group > 0 && group != getpgrp();
}

void term_leave(struct term *term)
{
	if (term->tty_output != NULL && term_is_in_background(term)) {
		leave_from_background(term);
	} else if (term->screen != NULL && term->tty_output == NULL) {
		endwin();
	} else if (term->screen != NULL) {
		if (!tty_output_push(term->tty_output, 0)) {
			tty_output_keep(term->tty_output, 0);
			make_room(term);
		}
		if (term->rows > 0) /* something was drawn */
			leave_blank(term);
		hand_back(term);
	}
}
