/* SPDX-License-Identifier: MIT */
/*
 * Tries each mode on the current screen, so that no key press is without an
 * effect.
 */
#include "config.h"

#include "ui/drawing.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "ui/canvas.h"
#include "ui/layout.h"
#include "ui/palette.h"
#include "ui/term.h"
#include "ui/view.h"

void drawing_limit(struct canvas *canvas, enum drawing drawing)
{
	canvas->dark_ink = palette_qr_dark_ink(term_palette(canvas->term),
					       drawing == DRAWING_LIGHT);
	if (drawing == DRAWING_FULL || drawing == DRAWING_ASCII)
		canvas->halves = false;
	if (drawing == DRAWING_ASCII) {
		canvas->utf8 = false;
		canvas->text_flags |= TEXT_ASCII;
	}
}

/* What a mode results in on this screen. */
struct outcome {
	const struct symbol *symbol;
	enum qr_mode mode;
	bool halves, utf8, dark_ink;
};

static struct outcome try_drawing(const struct drawing_place *place,
				  const struct model *model,
				  enum drawing drawing)
{
	struct outcome outcome = {0};
	struct canvas canvas;

	place->view->drawing = drawing;
	canvas_init(&canvas, place->term);
	drawing_limit(&canvas, drawing);
	layout_make(place->layout, &canvas, model, place->view);
	outcome.symbol = place->view->symbol;
	outcome.mode = outcome.symbol != NULL ? place->view->mode : QR_HALF;
	outcome.halves = canvas.halves;
	outcome.utf8 = canvas.utf8;
	outcome.dark_ink = canvas.dark_ink;
	return outcome;
}

static bool is_same(const struct outcome *a, const struct outcome *b)
{
	return a->symbol == b->symbol && a->mode == b->mode &&
	       a->halves == b->halves && a->utf8 == b->utf8 &&
	       a->dark_ink == b->dark_ink;
}

/* True if this mode may come next, after the visible one. */
static bool is_step(const struct drawing_place *place,
		    const struct model *model, enum drawing drawing,
		    const struct outcome *shown)
{
	const struct outcome outcome = try_drawing(place, model, drawing);

	switch (drawing) {
	case DRAWING_AUTO:
		break;
	case DRAWING_HALF:
	case DRAWING_FULL:
		if (outcome.symbol == NULL && !place->view->zoomable)
			return false;
		break;
	case DRAWING_ASCII:
		break;
	case DRAWING_LIGHT: /* only if the background is unknown */
		if (outcome.symbol == NULL || !outcome.dark_ink ||
		    term_palette(place->term)->ground != GROUND_UNKNOWN)
			return false;
		break;
	case DRAWING_TEXT: /* same as auto if no QR code fits */
		if (try_drawing(place, model, DRAWING_AUTO).symbol == NULL)
			return false;
		break;
	}
	return !is_same(&outcome, shown);
}

void drawing_next(const struct drawing_place *place, const struct model *model)
{
	enum { COUNT = DRAWING_TEXT + 1 };
	const enum drawing now = place->view->drawing;
	const struct outcome shown = try_drawing(place, model, now);
	enum drawing next = now;

	for (unsigned i = 1; i < COUNT; i++) {
		next = (enum drawing)((now + i) % COUNT);
		if (is_step(place, model, next, &shown))
			break;
		next = now;
	}
	place->view->drawing = next;
}
