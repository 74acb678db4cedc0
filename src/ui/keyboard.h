/* SPDX-License-Identifier: MIT */
/*
 * The keys of an open terminal, and the text pasted into it.
 */
#ifndef GRANTTY_UI_KEYBOARD_H
#define GRANTTY_UI_KEYBOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/key_parser.h"

struct keyboard;

/* The keyboard of the terminal that curses has open, whose terminfo entry names
 * some of its keys. Reads from fd, which stays the caller's. utf8: whether it
 * sends UTF-8. */
struct keyboard *keyboard_new(int fd, bool utf8);

/* Wipes pasted text; NULL is fine. */
void keyboard_free(struct keyboard *keyboard);

/*
 * The next key pressed up to now_ms; does not wait. If the end of pasted text
 * never arrives, Escape twice or Ctrl-C leaves it, and it ends by itself after
 * ten seconds.
 */
int keyboard_key(struct keyboard *keyboard, int64_t now_ms);

/* The cursor position that the terminal reported last; 0 before the first
 * report. */
void keyboard_cursor(const struct keyboard *keyboard, int *row, int *column);

/* The brightness in percent of the background that the terminal reported last;
 * -1 before the first report. */
int keyboard_background(const struct keyboard *keyboard);

/* When to call keyboard_key() again even without new input, since a lone Escape
 * may turn out to be the key; INT64_MAX: never; 0: there is more to read. */
int64_t keyboard_deadline(const struct keyboard *keyboard);

/* True if there is input that was not read yet. */
bool keyboard_has_more(const struct keyboard *keyboard);

/*
 * The pasted text: at most 8 KiB of printable ASCII, without line ends and
 * other controls; "" if it was longer. Valid until the next keyboard_key(),
 * which wipes it, as it may carry a secret.
 */
const char *keyboard_pasted(const struct keyboard *keyboard);

#endif
