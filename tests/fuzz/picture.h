/* SPDX-License-Identifier: MIT */
/*
 * What is on the screen, by cells: through curses, whose names do not go with
 * those of ui/model.h.
 */
#ifndef GRANTTY_TESTS_FUZZ_PICTURE_H
#define GRANTTY_TESTS_FUZZ_PICTURE_H

#include <stdbool.h>

enum { PICTURE_ROWS = 70, PICTURE_COLUMNS = 250 };

struct picture;

/* Room for a picture; free() it. */
struct picture *picture_new(void);

/* Takes one of a screen of that size; written: of what curses believes to be on
 * the terminal, instead of what was drawn. */
void picture_take(struct picture *picture, int rows, int columns, bool written);

/* True if both have the same in each cell; else tells of the first row that
 * differs on standard error. They are of one size. */
bool picture_is_same(const struct picture *a, const struct picture *b);

/* True if the text, of ASCII, is in one of the rows. */
bool picture_has(const struct picture *picture, const char *text);

#endif
