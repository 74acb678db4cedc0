/* SPDX-License-Identifier: MIT */
/*
 * The profile in short: labels and values in two columns, which scroll if there
 * are more fields than rows.
 */
#include "config.h"

#include <stdio.h>

#include "base/i18n.h"
#include "base/text.h"
#include "oauth/profile.h"
#include "ui/model.h"
#include "ui/panel.h"
#include "ui/view.h"

/* Wide enough for the longest label, but at most a third. */
static int label_columns(const struct profile *profile, int columns)
{
	int widest = 0;

	for (size_t i = 0; i < profile->field_count; i++) {
		int width = text_width(_(profile->fields[i].label));

		if (width > widest)
			widest = width;
	}
	return widest < columns / 3 ? widest : columns / 3;
}

/* If there are more fields than rows, the title tells which are visible. */
static void draw_rule(struct canvas *canvas, struct rect rect, int first,
		      int shown, int count)
{
	char title[128];

	/* Translators: the heading of the user's data; and with which lines of
	 * how many are shown. */
	if (shown < count)
		snprintf(title, sizeof(title), _("Profile: %d to %d of %d"),
			 first + 1, first + shown, count);
	else
		snprintf(title, sizeof(title), "%s", _("Profile"));
	panel_rule(canvas, rect, 0, title);
}

static void draw(struct canvas *canvas, struct rect rect,
		 const struct model *model, struct view *view)
{
	const struct profile *profile = model->profile;
	struct rect list = rect;
	int count, labels, last, shown;

	rect_take_top(&list, 1);
	view->page_rows = list.rows;
	if (profile == NULL)
		return;
	count = (int)profile->field_count;
	labels = label_columns(profile, list.columns);
	shown = count < list.rows ? count : list.rows;
	last = count - shown;
	if (view->first_field > last)
		view->first_field = last;
	draw_rule(canvas, rect, view->first_field, shown, count);
	if (view->first_field > 0) /* what has been scrolled to */
		canvas_rest(canvas, list, 0, 0);
	for (int y = 0; y < shown; y++) {
		const struct profile_field *field =
			&profile->fields[view->first_field + y];

		canvas_text(canvas, rect_part(list, y, 0, 1, labels), 0, 0,
			    ROLE_LABEL, _(field->label));
		canvas_text(canvas, list, y, labels + 2, ROLE_VALUE,
			    panel_value(field->value));
	}
}

static int rows_wanted(const struct canvas *canvas, int columns,
		       const struct model *model, const struct view *view)
{
	(void)canvas;
	(void)columns;
	(void)view;
	return model->profile == NULL ? 0
				      : 1 + (int)model->profile->field_count;
}

const struct panel panel_fields = {.draw = draw, .rows = rows_wanted};
