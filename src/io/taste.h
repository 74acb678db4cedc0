/* SPDX-License-Identifier: MIT */
/*
 * What people chose for each type of terminal: a small file with a line for
 * each, "TERM CHOICE". Losing it costs a key press, so nothing here is an
 * error.
 */
#ifndef GRANTTY_IO_TASTE_H
#define GRANTTY_IO_TASTE_H

#include <stddef.h>

enum { TASTE_SIZE = 16 }; /* of a choice, its NUL included */

/* What was chosen for terminals of that type; "" where nothing was, or where
 * the file is none of this user's own. */
void taste_read(const char *path, const char *type, char choice[TASTE_SIZE]);

/* Keeps that choice (a short word) for it, "" for none, and those for others.
 * The directory must be there. */
void taste_write(const char *path, const char *type, const char *choice);

#endif
