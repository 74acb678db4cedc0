/* SPDX-License-Identifier: MIT */
/*
 * Which panels a screen has at its current size and where they are, and which
 * QR code fits beside them. Draws nothing.
 */
#ifndef GRANTTY_UI_LAYOUT_H
#define GRANTTY_UI_LAYOUT_H

#include "ui/rect.h"

struct canvas;
struct model;
struct panel;
struct view;

struct layout_place {
	const struct panel *panel;
	struct rect rect;
};

enum { PLACE_COUNT = 8 };

/* The panels in drawing order. */
struct layout {
	struct layout_place places[PLACE_COUNT];
	int count;
};

/* Records in the view which QR code of a verification URI, if any, the sign-in
 * shows on a screen of that size. text: screen.text, which takes rows, too. All
 * three may be NULL. */
void layout_choose_qr(const struct canvas *canvas, struct rect screen,
		      const char *text, const char *complete, const char *bare,
		      struct view *view);

/* Lays out the model's screen. Chooses among the QR codes in view->symbols and
 * records the choice in the view. Moves to view->place unless that would cost a
 * panel or a part of the QR code. */
void layout_make(struct layout *layout, const struct canvas *canvas,
		 const struct model *model, struct view *view);

#endif
