/* SPDX-License-Identifier: MIT */
/*
 * How a person looks at the model: what only concerns the screen and no other
 * part of the program.
 */
#ifndef GRANTTY_UI_VIEW_H
#define GRANTTY_UI_VIEW_H

#include <stdbool.h>

#include "ui/model.h"
#include "ui/paste.h"
#include "ui/rect.h"
#include "ui/symbol.h"
#include "ui/tree.h"

/* How the QR code is drawn. */
enum drawing {
	DRAWING_AUTO, /* as large as there is room for */
	DRAWING_HALF,
	DRAWING_FULL,
	DRAWING_TEXT /* no QR code: the address and the code */
};

/* The one that screen.qr ("auto", "half", "full", "text") stands for. */
enum drawing drawing_of(const char *mode);

struct view {
	enum screen screen; /* that was looked at last */
	bool help;	    /* the list of keys is open */
	bool zoom;	    /* the QR code, or else the address that signs
			     * in, has the screen to itself */
	enum drawing drawing;

	/* The QR codes there are for this code, and the one on show. */
	struct symbol symbols[SYMBOL_COUNT];
	const struct symbol *symbol; /* NULL: none */
	enum qr_mode mode;
	int quiet; /* modules around it */

	/* An address that a person enters: the one being typed, or the one
	 * that was entered last, until it is wiped. */
	bool typing;
	struct paste entry;

	int place;	  /* that spares the screen: see ui/wear.h */
	struct rect time; /* where the code's countdown was drawn */
	bool headed;	  /* a header names the screen: panels need not */

	/* The profile: its fields, or the tree of all there is. */
	const void *tree_of; /* which profile, only ever compared */
	bool tree_shown;
	struct tree tree;
	int first_field; /* on show */
	int page_rows;	 /* of the fields or the tree */
};

#endif
