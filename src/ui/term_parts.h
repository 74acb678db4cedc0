/* SPDX-License-Identifier: MIT */
/*
 * What the parts of a terminal share. For term.c and term_*.c alone: term.c
 * opens it and draws, term_capabilities.c knows what it can do,
 * term_sequences.c has what curses has no function for, term_forget.c removes
 * all trace, and term_leave.c gives the terminal back.
 */
#ifndef GRANTTY_UI_TERM_PARTS_H
#define GRANTTY_UI_TERM_PARTS_H

#include <stdbool.h>
#include <stdio.h>
#include <termios.h>

#include <curses.h>

#include "ui/block_width.h"
#include "ui/hyperlink_cells.h"
#include "ui/palette.h"
#include "ui/rect.h"

struct keyboard;
struct tty_output;

struct term {
	FILE *in, *out;
	SCREEN *screen;
	struct tty_output *tty_output;
	struct termios before; /* the line's settings before */
	struct termios ours;   /* and while open */
	bool knows_line;
	struct keyboard *keyboard;
	int rows, columns;
	bool utf8, halves, console;
	bool queries_width;  /* queried, and not answered yet */
	bool queries_ground; /* the same */
	enum block_width width;
	bool marks_pastes;
	struct rect rest; /* the cell where the cursor rests */
	bool knows_rest;  /* the terminal has saved it */
	bool takes_titles;
	char *title; /* that was sent; NULL: none */
	bool forget; /* at the next flush */
	bool keep_history;
	struct palette palette;
	struct hyperlink_cells links;
};

/* Sets the modes that curses does not know, and the title if there is one,
 * again if another process had the terminal. Written with the next frame. */
void term_set_modes(struct term *term);

/* Undoes that. */
void term_unset_modes(struct term *term);

/* Queries what term_learn() checks. True if there is anything to query. */
bool term_query(struct term *term);

/* Removes the trace that term_forget() has announced. */
void term_forget_now(struct term *term);

/* Restores the screen that was there before, as far as it is still ours. */
void term_leave(struct term *term);

#endif
