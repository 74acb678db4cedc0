/* SPDX-License-Identifier: MIT */
/*
 * In which order the parts of a screen are written. It matters to a person at
 * the end of a slow line, who watches them come.
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

/* Notes which parts of the layout are to be written ahead of the rest, and
 * returns how many there are: see term_flush(). */
size_t order_parts(struct rect parts[ORDER_COUNT], const struct layout *layout,
		   const struct canvas *canvas, const struct model *model,
		   const struct view *view);

#endif
