/* SPDX-License-Identifier: MIT */
/*
 * What each key means on each screen: one table for handling keys, for the key
 * bar and for the help, so that the three cannot disagree.
 */
#ifndef GRANTTY_UI_KEYS_H
#define GRANTTY_UI_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/command.h"

struct model;
struct view;

/* What a key does to the view. */
enum view_change {
	CHANGE_NONE,
	CHANGE_ZOOM,
	CHANGE_DRAWING, /* the next way to draw the QR code */
	CHANGE_TREE,	/* fields or tree */
	CHANGE_MOVE,	/* in the fields or the tree */
	CHANGE_TYPE,	/* opens the line for an address */
	CHANGE_ERASE,	/* deletes its last character */
	CHANGE_LEAVE,	/* closes it */
	CHANGE_ENTER,	/* closes it and keeps the address */
	CHANGE_PASTE,
	CHANGE_COPY_CODE, /* to the terminal's clipboard */
	CHANGE_COPY_ADDRESS,
	CHANGE_HELP,
	CHANGE_REPAINT
};

struct binding {
	int key;	   /* enum key; KEYS_NONE: only listed */
	const char *name;  /* of the key; "" if another row names it */
	const char *label; /* for the key bar; "": not shown; not translated */
	const char *help;  /* what the key does; not translated */
	unsigned screens; /* 1 << enum screen, OR'ed; one more bit for typing */
	unsigned needs;	  /* what it needs in order to apply, OR'ed */
	enum command command;
	enum view_change change;
	int rank; /* a bar that is too narrow drops the highest first */
};

/* What that key means now; NULL if nothing. */
const struct binding *keys_find(const struct model *model,
				const struct view *view, int key);

/* Its label and its help in the user's language. */
const char *keys_label(const struct binding *binding,
		       const struct model *model);
const char *keys_help(const struct binding *binding);

/* The i-th binding that currently applies and has a name; NULL beyond the
 * last. */
const struct binding *keys_at(const struct model *model,
			      const struct view *view, size_t i);

#endif
