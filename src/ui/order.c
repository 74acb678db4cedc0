/* SPDX-License-Identifier: MIT */
/*
 * First the parts that are useful alone, then those that change, then those
 * that are cheap. Writes nothing.
 */
#include "config.h"

#include "ui/order.h"

#include "ui/canvas.h"
#include "ui/view.h"

/* The order on a slow line. */
enum rank {
	RANK_TIMED, /* responds to keys and counts down */
	RANK_OTHER,
	RANK_APART, /* a QR code: many bytes */
	RANK_COUNT
};

static enum rank rank_of(const struct panel *panel)
{
	if (panel->apart)
		return RANK_APART;
	return panel->tick != NULL ? RANK_TIMED : RANK_OTHER;
}

static size_t add_vital(struct rect *parts, const struct layout_place *place,
			const struct canvas *canvas, const struct model *model,
			const struct view *view)
{
	if (place->panel->vital == NULL)
		return 0;
	place->panel->vital(parts, canvas, place->rect, model, view);
	return PANEL_VITAL;
}

static size_t add_rank(struct rect *parts, const struct layout *layout,
		       enum rank rank)
{
	size_t count = 0;

	for (int i = 0; i < layout->count; i++) {
		const struct layout_place *place = &layout->places[i];

		if (rank_of(place->panel) == rank)
			parts[count++] = place->rect;
	}
	return count;
}

size_t order_parts(struct rect parts[ORDER_COUNT], const struct layout *layout,
		   const struct canvas *canvas, const struct model *model,
		   const struct view *view)
{
	size_t count = 0;

	if (!canvas->slow) /* the help covers all of them */
		return view->help ? 0 : add_rank(parts, layout, RANK_APART);
	for (int i = layout->count - 1; i >= 0; i--) /* front to back */
		count += add_vital(parts + count, &layout->places[i], canvas,
				   model, view);
	for (int rank = 0; rank < RANK_COUNT; rank++)
		count += add_rank(parts + count, layout, (enum rank)rank);
	return count;
}
