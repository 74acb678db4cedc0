/* SPDX-License-Identifier: MIT */
/*
 * The modes in which a QR code can be drawn: what each of them leaves of the
 * canvas, and which one comes next.
 */
#ifndef GRANTTY_UI_DRAWING_H
#define GRANTTY_UI_DRAWING_H

#include "conf/options.h"

struct canvas;
struct layout;
struct model;
struct term;
struct view;

/* What a mode is tried on. All borrowed. */
struct drawing_place {
	const struct term *term;
	struct view *view;
	struct layout *layout; /* is left as the last try has made it */
};

/* Takes from the canvas what the mode does without, for another one was chosen
 * because blocks do not look right here. */
void drawing_limit(struct canvas *canvas, enum drawing drawing);

/* Switches view->drawing to the next mode that looks different. */
void drawing_next(const struct drawing_place *place, const struct model *model);

#endif
