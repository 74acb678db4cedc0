/* SPDX-License-Identifier: MIT */
/*
 * The key bar: the keys that have a meaning now. If room is short, the keys of
 * the highest rank are left out.
 */
#include "config.h"

#include "base/i18n.h"
#include "base/text.h"
#include "ui/keys.h"
#include "ui/panel.h"

static bool is_shown(const struct binding *binding, const struct model *model,
		     int rank_limit)
{
	return keys_label(binding, model)[0] != '\0' &&
	       binding->rank < rank_limit;
}

/* "r New code": including the gaps around it and in it. */
static int width_of(const struct binding *binding, const struct model *model)
{
	return text_width(_(binding->name)) +
	       text_width(keys_label(binding, model)) + 3;
}

/* The rank from which keys must be left out. */
static int choose_limit(const struct model *model, const struct view *view,
			int columns)
{
	const struct binding *binding;
	int limit = 10, width; /* without a gap at the end */

	do {
		limit--;
		width = -1;
		for (size_t i = 0; (binding = keys_at(model, view, i)) != NULL;
		     i++)
			width += is_shown(binding, model, limit)
					 ? width_of(binding, model)
					 : 0;
	} while (width > columns && limit > 1);
	return limit;
}

static void draw(struct canvas *canvas, struct rect rect,
		 const struct model *model, struct view *view)
{
	const struct binding *binding;
	/* Changing colours would take more bytes than all the words. */
	const enum role key = canvas->slow ? ROLE_BAR : ROLE_KEY;
	int limit = choose_limit(model, view, rect.columns);
	int x = 1;

	canvas_fill(canvas, rect, ROLE_BAR);
	for (size_t i = 0; (binding = keys_at(model, view, i)) != NULL; i++) {
		if (!is_shown(binding, model, limit))
			continue;
		/* Including the blank before it: one change of colours instead
		 * of two. */
		canvas_text(canvas, rect, 0, x - 1, key, " ");
		x += canvas_text(canvas, rect, 0, x, key, _(binding->name));
		x += 1;
		x += canvas_text(canvas, rect, 0, x, ROLE_BAR,
				 keys_label(binding, model));
		x += 2;
	}
}

const struct panel panel_keys = {.draw = draw};
