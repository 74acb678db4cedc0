/* SPDX-License-Identifier: MIT */
/*
 * What spares a screen that shows much the same for months: the picture moves
 * by a cell now and then. Pure functions of the time (CLOCK_BOOTTIME
 * milliseconds), so nothing has to be remembered.
 */
#ifndef GRANTTY_UI_WEAR_H
#define GRANTTY_UI_WEAR_H

#include <stdint.h>

#include "ui/rect.h"

/* Where the picture is at that time: 0, all of the screen, or one of four
 * places that leave a row and a column of it empty. */
int wear_place(int64_t now_ms);

/* When it moves on to the next one. */
int64_t wear_next_ms(int64_t now_ms);

/* The part of the screen that the place is. */
struct rect wear_part(struct rect screen, int place);

#endif
