/* SPDX-License-Identifier: MIT */
/*
 * The keys of an open terminal, and what is pasted into it.
 */
#ifndef GRANTTY_UI_KEYBOARD_H
#define GRANTTY_UI_KEYBOARD_H

struct keyboard;

/* Keys as the rest of the program knows them. Printable characters are
 * themselves (ASCII only). */
enum key {
	KEYS_NONE = 0, /* nothing (more) to read */
	KEYS_ESCAPE = 27,
	KEYS_ENTER = 13,
	KEYS_TAB = 9,
	KEYS_REPAINT = 12,  /* Ctrl-L */
	KEYS_INTERRUPT = 3, /* Ctrl-C */
	KEYS_UP = 256,
	KEYS_DOWN,
	KEYS_LEFT,
	KEYS_RIGHT,
	KEYS_PAGE_UP,
	KEYS_PAGE_DOWN,
	KEYS_HOME,
	KEYS_END,
	KEYS_BACKSPACE,
	KEYS_PASTE,  /* text was pasted: see keyboard_pasted() */
	KEYS_OTHER,  /* some other key: a sign of a person */
	KEYS_HANG_UP /* the terminal is gone: end */
};

/* The keyboard of the terminal that curses has open; fd: to read from, which
 * stays the caller's. Must be freed before the terminal is closed. */
struct keyboard *keyboard_new(int fd);

/* Wipes what was pasted; NULL is fine. */
void keyboard_free(struct keyboard *keyboard);

/* The next key that was pressed; does not wait. Pasted text that has begun and
 * whose end never comes is what Escape twice or Ctrl-C gets out of. */
int keyboard_key(struct keyboard *keyboard);

/*
 * What was pasted: at most 8 KiB of printable ASCII, without line ends and
 * other controls; "" where it was longer. Valid until the next keyboard_key(),
 * and wiped then, as it may carry a secret.
 */
const char *keyboard_pasted(const struct keyboard *keyboard);

#endif
