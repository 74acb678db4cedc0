/* SPDX-License-Identifier: MIT */
/*
 * Wraps text: sentences between words, or between the letters of Chinese and
 * Japanese, which have no spaces; addresses after the host, or before
 * a '/' or a '.'. Works on spans of the text, copies nothing and draws nothing.
 */
#ifndef GRANTTY_UI_WRAP_H
#define GRANTTY_UI_WRAP_H

#include <stdbool.h>
#include <stddef.h>

/* len bytes at s, part of the text being wrapped. */
struct span {
	const char *s;
	size_t len;
};

/*
 * Takes the next row of at most columns columns (at least one character) off
 * *rest. flags: the same that text_clip() will get for the row. False when
 * nothing is left.
 */
bool wrap_words(const char **rest, int columns, unsigned flags,
		struct span *row);

/* The same for an address, which is ASCII. Its host stays whole if it fits a
 * row. */
bool wrap_address(const char **rest, int columns, struct span *row);

/* The number of rows. */
int wrap_words_rows(const char *text, int columns, unsigned flags);
int wrap_address_rows(const char *text, int columns);

#endif
