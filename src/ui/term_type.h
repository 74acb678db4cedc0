/* SPDX-License-Identifier: MIT */
/*
 * What the name of a terminal's type tells about it before it is opened.
 */
#ifndef GRANTTY_UI_TERM_TYPE_H
#define GRANTTY_UI_TERM_TYPE_H

#include <stdbool.h>

struct buf;

/* The type to assume for the terminal: TERM, or else the most similar one; NULL
 * if no type is known here. */
const char *term_type_choose(void);

/* True if terminals of the chosen type can place text anywhere, as the screens
 * need; "dumb" ones cannot. */
bool term_type_places_text(void);

/* True if the chosen type has colours, with the usual sequences (ECMA-48
 * SGR). */
bool term_type_has_colours(void);

/* True if terminals of the type chosen last can mark pasted text. */
bool term_type_marks_pastes(void);

/* True if terminals of the type chosen last ignore unknown control strings
 * (ECMA-48 8.3.89), as far as the name tells: no console does, nor anything as
 * old as a vt100. */
bool term_type_ignores_unknown(void);

/* True if the terminal is, or is in, GNU screen: tmux sometimes sets TERM to
 * "screen", too. */
bool term_type_is_gnu_screen(void);

/* True if terminals of the type that was chosen last are known to take the
 * title of their window (xterm's OSC 2), by terminfo. One that stands in for an
 * unknown type is not. */
bool term_type_takes_titles(const char *type);

/* xterm's stack of titles, which terminals without one ignore; for them, an
 * empty title is the terminal's own. */
#define TERM_TYPE_TITLE_KEEP "\x1b[22;2t"
#define TERM_TYPE_TITLE_CLEAR "\x1b]2;\x1b\\"
#define TERM_TYPE_TITLE_BACK "\x1b[23;2t"

/*
 * Appends the sequences that bring a terminal of the chosen type back from any
 * state the screens leave it in: plain text, visible cursor, normal keys,
 * unmarked pastes, its own title, primary screen. False if no type is known.
 */
bool term_type_undo(struct buf *out);

/* Appends the sequences that clear the screen of a terminal without an
 * alternate screen; nothing for others. False if there is no terminal at
 * all. */
bool term_type_blank(struct buf *out);

/* Appends the sequences that clear the screen of a terminal of the chosen type,
 * and the lines that have scrolled off it where that is possible. False if it
 * cannot be cleared. */
bool term_type_clear(struct buf *out);

#endif
