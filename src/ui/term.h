/* SPDX-License-Identifier: MIT */
/*
 * The terminal behind curses: opens it whatever TERM and LANG say, sets up
 * colours by role, and restores it on leaving. Only files in ui/ use curses,
 * and only this one opens and closes it.
 */
#ifndef GRANTTY_UI_TERM_H
#define GRANTTY_UI_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/options.h"
#include "conf/theme.h"
#include "ui/rect.h"

struct err;
struct keyboard;
struct palette;
struct term;

/*
 * Opens the terminal on input and output (descriptors). If TERM is unknown,
 * tries xterm-256color, xterm, linux, vt100 and ansi in that order, as far as
 * terminfo has them. If there is no terminal at all, returns NULL and *err says
 * what to do.
 */
struct term *term_open(int input, int output, const struct theme *theme,
		       struct err *err);

/* Clears the screen and restores the terminal; NULL is fine. */
void term_close(struct term *term);

/* How the theme's roles look on the terminal. */
const struct palette *term_palette(const struct term *term);

/*
 * Writes what was drawn: first the parts, in order, then the rest. Never waits.
 * Returns 0 when done, else when to continue: NEVER_MS means as soon as the
 * descriptor is writable again, because the line has stalled.
 *
 * A part whose rows have other colours than their neighbours takes fewer bytes
 * when written ahead of the rest, because the colours need not change in every
 * row. A slow line gets one row after another, each time from the first part
 * on, and never more at once than delays the response to a key by a quarter of
 * a second.
 */
int64_t term_flush(struct term *term, const struct rect *parts, size_t count,
		   int64_t now_ms);

/* True if it is a serial line slow enough (below 38400 bits a second) that a
 * frame takes seconds. */
bool term_is_slow(const struct term *term);

/* Reads the terminal's size and adopts it; true if it has changed. */
bool term_resize(struct term *term);
int term_columns(const struct term *term);
int term_rows(const struct term *term);

/* True if the terminal currently belongs to another process, such as a shell
 * that has put this program in the background. Do not read from it or write to
 * it then. */
bool term_is_in_background(const struct term *term);

/* Takes the terminal back: restores the line and the modes, adopts the current
 * size, and repaints every cell at the next term_flush(). */
void term_resume(struct term *term);

/* Repaints every cell at the next term_flush(), over anything others wrote. */
void term_repaint(struct term *term);

/*
 * Removes all trace of the screen at the next term_flush(): it is overwritten
 * in curses' memory and its output, and the terminal drops its scrollback if it
 * can. Redraw everything afterwards.
 */
void term_forget(struct term *term);

/* Keeps the terminal's scrollback from now on, as it is the user's own, if the
 * screens use the alternate screen. */
void term_keep_history(struct term *term);

/* Draws everything but the QR code in one faint ink, for times when it is not
 * being watched. Redraw everything afterwards. */
void term_dim(struct term *term, bool on);

/* Says whether the font has half blocks; it is assumed to have them. True if
 * that is a change: redraw everything then. */
bool term_set_halves(struct term *term, bool on);

/* Checks whether the terminal has reported that it does not know UTF-8, or that
 * half blocks take two columns, and with them lines and other "ambiguous"
 * characters (UAX #11); or, if it has no colours, that its background is light.
 * True if it has, once: redraw everything then. The terminal is queried at the
 * start. */
bool term_learn(struct term *term);

/* True while the terminal may still answer a query: if it does after
 * term_close(), the shell gets the answer. */
bool term_awaits_answers(const struct term *term);

/* The terminal's capabilities. */
bool term_is_utf8(const struct term *term);
bool term_has_halves(const struct term *term);	   /* half blocks */
bool term_is_wide(const struct term *term);	   /* see term_learn() */
unsigned term_text_flags(const struct term *term); /* for text_clip() */

/* The terminal's keys. */
struct keyboard *term_keyboard(const struct term *term);

/* True if the terminal may have a clipboard: it is neither a console nor a
 * serial line, and its type ignores unknown sequences. */
bool term_may_have_clipboard(const struct term *term);

/* Sends the text to the terminal's clipboard at the next term_flush() (xterm's
 * OSC 52). No terminal reports whether that worked. */
void term_copy(struct term *term, const char *text);

/* From the next term_flush() on, the cursor is in that cell whenever everything
 * is written; no cell: wherever the last text ends. */
void term_rest(struct term *term, struct rect cell);

/* Rings the terminal's bell at the next term_flush(). */
void term_ring(struct term *term);

/* Gives the terminal's window that title, if the terminal takes one; the title
 * before returns with term_close(). The text is clean. */
void term_title(struct term *term, const char *text);

/*
 * From the next term_flush() on, exactly these parts, of one row each, link to
 * the URI. NULL: no links. At most HYPERLINK_CELLS_MAX; the URI is copied, and
 * wiped by term_forget().
 */
void term_link(struct term *term, const char *uri, const struct rect *rows,
	       size_t count);

/* True if the terminal was told to mark pasted text. Otherwise pasted text
 * arrives as keys. */
bool term_marks_pastes(const struct term *term);

/* The descriptors to poll for input and for room to write. */
int term_input_fd(const struct term *term);
int term_output_fd(const struct term *term);

#endif
