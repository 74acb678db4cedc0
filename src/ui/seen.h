/* SPDX-License-Identifier: MIT */
/*
 * What the visible drawing was made from.
 */
#ifndef GRANTTY_UI_SEEN_H
#define GRANTTY_UI_SEEN_H

#include <stdbool.h>

struct buf;
struct model;

/* The most that it takes, and how many numbers say where and how large the
 * drawing is. */
enum { SEEN_MAX = 64 * 1024, SEEN_PLACE = 3 };

/* True if the place or the contents, except time and log, differ from the last
 * ones, which are replaced. *seen has the cap SEEN_MAX. */
bool seen_change(struct buf *seen, const int place[SEEN_PLACE],
		 const struct model *model);

#endif
