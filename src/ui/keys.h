/* SPDX-License-Identifier: MIT */
/*
 * What each key means on each screen: one table for taking keys in, for the
 * key bar and for the help, so that the three cannot disagree.
 */
#ifndef GRANTTY_UI_KEYS_H
#define GRANTTY_UI_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/ui.h"

struct model;
struct view;

/* What a key does to the view. */
enum look {
	LOOK_NONE,
	LOOK_ZOOM,
	LOOK_DRAWING, /* the next way to draw the QR code */
	LOOK_TREE,    /* fields or tree */
	LOOK_MOVE,    /* about in the fields or the tree */
	LOOK_TYPE,    /* opens the line for an address */
	LOOK_ERASE,   /* its last character */
	LOOK_LEAVE,   /* closes it */
	LOOK_ENTER,   /* closes it and keeps the address */
	LOOK_PASTE,
	LOOK_HELP,
	LOOK_REPAINT
};

struct binding {
	int key;	   /* enum key; KEYS_NONE: only for show */
	const char *name;  /* of the key; "" where another row names it */
	const char *label; /* for the key bar; "" to leave it out */
	const char *help;  /* what it does */
	unsigned screens;  /* 1 << enum screen, or'ed; one more for typing */
	bool (*applies)(const struct model *model, const struct view *view);
	enum command command;
	enum look look;
	int rank; /* the bar drops the highest first when it is too narrow */
};

/* What that key means now; NULL for nothing. */
const struct binding *keys_find(const struct model *model,
				const struct view *view, int key);

/* The i-th of those that have a meaning now and a name; NULL beyond. */
const struct binding *keys_at(const struct model *model,
			      const struct view *view, size_t i);

#endif
