/* SPDX-License-Identifier: MIT */
/*
 * What is known of a terminal by the name of its type alone, before it is
 * opened.
 */
#ifndef GRANTTY_UI_TERM_TYPE_H
#define GRANTTY_UI_TERM_TYPE_H

#include <stdbool.h>

struct buf;

/* The type that a terminal is taken to be: TERM, or else what is most like it;
 * NULL where no type is known here. */
const char *term_type_choose(void);

/* Whether terminals of the type that was chosen last can be asked to mark
 * pasted text. */
bool term_type_marks_pastes(void);

/*
 * Appends what brings a terminal of the type that is chosen out of whatever
 * state the screens have it in: plain text, a cursor, keys as they were, pasted
 * text unmarked, the first screen. False where no type is known.
 */
bool term_type_undo(struct buf *out);

#endif
