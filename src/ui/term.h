/* SPDX-License-Identifier: MIT */
/*
 * The terminal behind curses: opening it whatever TERM and LANG say, colours
 * by role, and leaving it as it was. Only files in ui/ use curses, and only
 * this one opens and closes it.
 */
#ifndef GRANTTY_UI_TERM_H
#define GRANTTY_UI_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "core/theme.h"
#include "ui/rect.h"

struct err;
struct keyboard;
struct palette;
struct term;

/* Sets the locale from the environment (or name, where not "") and falls back
 * to C.UTF-8 for characters, but for a vt100 and its like. True where
 * characters are UTF-8. */
bool term_set_locale(const char *name);

/* The size of the terminal at that descriptor, the usual one where it has
 * none. */
struct rect term_measure(int fd);

/*
 * Opens the terminal on input and output (descriptors). Unknown TERM: falls
 * back to xterm-256color, xterm, linux, vt100, ansi in that order as far as
 * terminfo has them. *err says what to do where there is no terminal at all.
 */
struct term *term_open(int input, int output, const struct theme *theme,
		       struct err *err);

/* Leaves the screen cleared and the terminal as it was; NULL is fine. */
void term_close(struct term *term);

/* How the roles of the theme look on it. */
const struct palette *term_palette(const struct term *term);

/* Another theme from now on; redraw everything afterwards. */
void term_set_theme(struct term *term, const struct theme *theme);

/*
 * Writes what was drawn: first the parts, in their order, then the rest. Never
 * waits. Returns 0 where that is done, else when to go on: NEVER_MS stands for
 * as soon as there is room on the descriptor again, as nothing more is written
 * to a line that has stalled.
 *
 * A part whose rows have other colours than their neighbours takes fewer bytes
 * ahead of the rest: without changing colours and back in every row. A slow
 * line gets one row after another, each time from the first part on, and no
 * more at once than what delays the answer to a key by a quarter of a second.
 */
int64_t term_flush(struct term *term, const struct rect *parts, size_t count,
		   int64_t now_ms);

/* Whether the line is so slow (below 38400 bits a second) that a frame takes
 * seconds. */
bool term_is_slow(const struct term *term);

/* Asks the terminal for its size and follows it; true where it has changed. */
bool term_resize(struct term *term);
int term_columns(const struct term *term);
int term_rows(const struct term *term);

/* Repaints every cell at the next term_flush(), over whatever others wrote. */
void term_repaint(struct term *term);

/*
 * What was on the screen shall be nowhere from the next term_flush() on: it is
 * overwritten in curses' memory and its output, and the terminal drops what it
 * has scrolled out of sight, where it can. Redraw everything afterwards.
 */
void term_forget(struct term *term);

/* Everything but the QR code in one faint ink, for when nobody looks. Redraw
 * everything afterwards. */
void term_dim(struct term *term, bool on);

/* Whether the font has half blocks, which is believed where nobody says it.
 * True where that is a change: redraw everything then. */
bool term_set_halves(struct term *term, bool on);

/* What the terminal can do. */
bool term_is_utf8(const struct term *term);
bool term_has_halves(const struct term *term);	   /* half blocks */
bool term_is_console(const struct term *term);	   /* TERM=linux */
unsigned term_text_flags(const struct term *term); /* for text_clip() */

/* Its keys. */
struct keyboard *term_keyboard(const struct term *term);

/* Whether it was asked to mark pasted text. Else that comes in as keys. */
bool term_marks_pastes(const struct term *term);

/* The descriptors to wait for input and for room to write on. */
int term_input_fd(const struct term *term);
int term_output_fd(const struct term *term);

#endif
