/* SPDX-License-Identifier: MIT */
/*
 * Which cells of the screen are hyperlinks.
 */
#ifndef GRANTTY_UI_HYPERLINK_CELLS_H
#define GRANTTY_UI_HYPERLINK_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/rect.h"

struct tty_output;

enum { HYPERLINK_CELLS_MAX = 64 }; /* parts of the screen */

/* Initially all zero. */
struct hyperlink_cells {
	struct link_set {
		char *uri; /* NULL: no links */
		struct rect rows[HYPERLINK_CELLS_MAX];
		bool due[HYPERLINK_CELLS_MAX]; /* still to be written */
		size_t count;
	} wanted, written; /* written: as the terminal has them */
};

/* From the next plan on, exactly these parts, of one row each, link to the URI,
 * which is copied. NULL: no links. */
void hyperlink_cells_set(struct hyperlink_cells *cells, const char *uri,
			 const struct rect *rows, size_t count);

/* Call it before curses writes anything of a frame: makes ordinary cells of
 * those that are links no longer. */
void hyperlink_cells_plan(struct hyperlink_cells *cells,
			  struct tty_output *tty_output);

/* Call it after curses has written all of a frame: writes the links. */
void hyperlink_cells_write(struct hyperlink_cells *cells,
			   struct tty_output *tty_output);

/* Wipes all of them. */
void hyperlink_cells_forget(struct hyperlink_cells *cells);

#endif
