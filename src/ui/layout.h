/* SPDX-License-Identifier: MIT */
/*
 * Where everything goes: which panels a screen has at the size there is, and
 * which QR code fits beside the rest. Draws nothing.
 */
#ifndef GRANTTY_UI_LAYOUT_H
#define GRANTTY_UI_LAYOUT_H

#include "ui/rect.h"

struct canvas;
struct model;
struct panel;
struct view;

struct place {
	const struct panel *panel;
	struct rect rect;
};

enum { PLACE_COUNT = 8 };

/* The panels in the order in which they are drawn. */
struct layout {
	struct place places[PLACE_COUNT];
	int count;
};

/* Notes in the view which QR code of a verification URI (either may be NULL) a
 * sign-in shows on a screen of that size, if any. */
void layout_choose_qr(const struct canvas *canvas, struct rect screen,
		      const char *complete, const char *bare,
		      struct view *view);

/* Lays the screen of the model out. Chooses the QR code that view->symbols
 * allow and notes in the view which one that is. Goes to view->place where
 * that costs no panel and no part of the QR code. */
void layout_make(struct layout *layout, const struct canvas *canvas,
		 const struct model *model, struct view *view);

#endif
