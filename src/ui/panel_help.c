/* SPDX-License-Identifier: MIT */
/*
 * The list of keys, in a box over whatever else is on show.
 */
#include "config.h"

#include "base/text.h"
#include "ui/keys.h"
#include "ui/panel.h"

enum { NAMES = 8, MARGIN = 2 };

static int count_keys(const struct model *model, const struct view *view)
{
	int count = 0;

	while (keys_at(model, view, (size_t)count) != NULL)
		count++;
	return count;
}

static int widest_help(const struct model *model, const struct view *view)
{
	const struct binding *binding;
	int widest = 0;

	for (size_t i = 0; (binding = keys_at(model, view, i)) != NULL; i++) {
		int width = text_width(binding->help);

		if (width > widest)
			widest = width;
	}
	return widest;
}

static struct rect box_in(struct rect rect, const struct model *model,
			  const struct view *view)
{
	return rect_centred(rect, count_keys(model, view) + 4,
			    NAMES + widest_help(model, view) + 2 * MARGIN + 2);
}

static void vital(struct rect parts[PANEL_VITAL], const struct canvas *canvas,
		  struct rect rect, const struct model *model,
		  const struct view *view)
{
	(void)canvas;
	parts[0] = box_in(rect, model, view);
	parts[1] = (struct rect){0};
}

static void draw(struct canvas *canvas, struct rect rect,
		 const struct model *model, struct view *view)
{
	const struct rect box = box_in(rect, model, view);
	const struct binding *binding;
	struct rect list;

	canvas_fill(canvas, box, ROLE_TEXT);
	canvas_box(canvas, box, ROLE_BORDER);
	list = rect_part(box, 1, MARGIN + 1, box.rows - 2,
			 box.columns - 2 * MARGIN - 2);
	if (box.rows < rect.rows)
		canvas_text(canvas, box, 0, MARGIN, ROLE_TITLE, " Keys ");
	for (size_t i = 0; (binding = keys_at(model, view, i)) != NULL; i++) {
		canvas_text(canvas, list, (int)i, 0, ROLE_KEY, binding->name);
		canvas_text(canvas, list, (int)i, NAMES, ROLE_TEXT,
			    binding->help);
	}
	canvas_text(canvas, list, list.rows - 1, 0, ROLE_DIM,
		    "Any key closes this.");
}

const struct panel panel_help = {.draw = draw, .vital = vital};
