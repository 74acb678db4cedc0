/* SPDX-License-Identifier: MIT */
/*
 * How the user looks at the model: state that only concerns the screen and no
 * other part of the program.
 */
#ifndef GRANTTY_UI_VIEW_H
#define GRANTTY_UI_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/options.h"
#include "ui/model.h"
#include "ui/paste.h"
#include "ui/rect.h"
#include "ui/symbol.h"
#include "ui/tree.h"

/* True if a QR code may be drawn in that mode; halves: half blocks are
 * available. */
bool drawing_allows(enum drawing drawing, enum qr_mode mode, bool halves);

struct view {
	enum screen screen; /* the screen shown last */
	bool help;	    /* the list of keys is open, */
	int help_first;	    /* from this key on, */
	int help_next;	    /* up to this one, */
	bool help_more;	    /* and there are more */
	bool zoom; /* the QR code, or else the address, fills the screen */
	enum drawing drawing, configured; /* now, and at first */
	bool copies; /* keys copy code and address to a clipboard */

	/* The QR codes available for this code, and the visible one. */
	struct symbol symbols[SYMBOL_COUNT];
	const struct symbol *symbol; /* NULL: none */
	enum qr_mode mode;
	int quiet;     /* modules around it */
	bool zoomable; /* there is one, or would be with zoom */
	bool has_ways; /* another way to draw it may look different here */

	/* An address that the user enters: while it is being typed, and then
	 * until it is wiped. */
	bool typing;
	struct paste entry;

	int place;	   /* against burn-in: see ui/burn_in.h */
	struct rect time;  /* where the code's countdown was drawn */
	int header_rows;   /* 0: no header names the screen; panels do */
	bool shows_status; /* the log, or the status in its place, is there */

	/* "Is this you?" must be read before it is answered. */
	int64_t asked_ms; /* since when it is shown; NEVER_MS: not yet */
	int64_t key_ms;	  /* the last key press; 0: none yet */
	bool may_confirm; /* as drawn */

	/* The profile: its fields, or the whole tree. */
	const void *tree_of; /* which profile; only compared */
	bool tree_shown;
	struct tree tree;
	int first_field; /* the first visible one */
	int page_rows;	 /* of the fields or the tree */
};

enum {
	/* How long the question is shown before yes counts. */
	VIEW_CONSENT_MS = 1000,
	/* How long after a key the next one may be the same, still held:
	 * keyboards begin to repeat it after up to a second. */
	VIEW_HELD_MS = 1250
};

/* When yes begins to count; NEVER_MS: the question is not shown yet. A key that
 * is held, or that was meant for the previous screen, does not confirm. */
int64_t view_consent_ms(const struct view *view);

bool view_may_confirm(const struct view *view, int64_t now_ms);

#endif
