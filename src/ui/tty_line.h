/* SPDX-License-Identifier: MIT */
/*
 * The line that connects a terminal: its size and its kind. Verbs that print
 * lines use it without the screens.
 */
#ifndef GRANTTY_UI_TTY_LINE_H
#define GRANTTY_UI_TTY_LINE_H

#include <stdbool.h>

#include "ui/rect.h"

/* The size of the terminal at that descriptor, or the usual one if it reports
 * none. */
struct rect tty_line_size(int fd);

/* True if the terminal reports a size. */
bool tty_line_has_size(int fd);

/* True if the descriptor is a serial line. */
bool tty_line_is_serial(int fd);

#endif
