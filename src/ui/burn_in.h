/* SPDX-License-Identifier: MIT */
/*
 * Protects a screen that shows the same picture for months: the picture moves
 * by one cell now and then. Pure functions of the time (CLOCK_BOOTTIME
 * milliseconds), so there is no state to keep.
 */
#ifndef GRANTTY_UI_BURN_IN_H
#define GRANTTY_UI_BURN_IN_H

#include <stdint.h>

#include "ui/rect.h"

/* The place of the picture at that time: 0 is the whole screen, the other four
 * leave one row and one column empty. */
int burn_in_place(int64_t now_ms);

/* When the picture moves next. */
int64_t burn_in_next_ms(int64_t now_ms);

/* The part of the screen that the place stands for. */
struct rect burn_in_part(struct rect screen, int place);

#endif
