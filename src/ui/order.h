/* SPDX-License-Identifier: MIT */
/*
 * The order in which the parts of a screen are written. It matters on a slow
 * line, where the user watches them appear.
 */
#ifndef GRANTTY_UI_ORDER_H
#define GRANTTY_UI_ORDER_H

#include <stddef.h>

#include "ui/layout.h"
#include "ui/panel.h"
#include "ui/rect.h"

struct canvas;
struct model;
struct view;

enum { ORDER_COUNT = PLACE_COUNT * (PANEL_VITAL + 1) };

/* Collects the parts of the layout to write ahead of the rest and returns their
 * number: see term_flush(). */
size_t order_parts(struct rect parts[ORDER_COUNT], const struct layout *layout,
		   const struct canvas *canvas, const struct model *model,
		   const struct view *view);

#endif
