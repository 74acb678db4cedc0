/* SPDX-License-Identifier: MIT */
/*
 * How curses' screen gets into the pending output.
 */
#ifndef GRANTTY_UI_SCREEN_H
#define GRANTTY_UI_SCREEN_H

#include "ui/rect.h"

struct tty_output;

/* Lets curses write what has changed, without sending it yet. */
void screen_update(struct tty_output *tty_output);

/* The same for one part of the screen. */
void screen_put(struct tty_output *tty_output, struct rect part);

/* Overwrites every cell in curses' memory, even in lines that it considers
 * unchanged. */
void screen_overwrite(void);

/*
 * Overwrites curses' output. curses keeps it in a buffer of its own, the end of
 * it even after writing. A screen whose attributes change at every cell exceeds
 * this buffer. This output is dropped, so the terminal does not look as curses
 * believes: clear it at the next update.
 */
void screen_overwrite_output(struct tty_output *tty_output);

#endif
