/* SPDX-License-Identifier: MIT */
/*
 * "Is this you?": shows who has signed in, before anything is stored.
 */
#include "config.h"

#include <stdio.h>

#include "base/i18n.h"
#include "base/text.h"
#include "oauth/profile.h"
#include "ui/model.h"
#include "ui/panel.h"
#include "ui/view.h"

/* Enough to tell users apart; the first fields are the best known. */
enum { FIELDS_SHOWN = 4 };

static int field_count(const struct model *model)
{
	int count =
		model->profile != NULL ? (int)model->profile->field_count : 0;

	return count < FIELDS_SHOWN ? count : FIELDS_SHOWN;
}

static void draw_time(struct canvas *canvas, struct rect rect,
		      const struct model *model, const struct view *view)
{
	struct rect row = rect_part(rect, rect.rows - 1, 0, 1, rect.columns);
	const bool yes = view->may_confirm;
	char text[256], time[32];

	text_countdown(time, sizeof(time),
		       panel_seconds_left(model->confirm_ms, model->now_ms));
	/* Translators: y and n are keys, %s is a countdown. At most 70 columns,
	 * and 20 on narrow screens. */
	snprintf(text, sizeof(text),
		 yes ? _("y: yes, n: no. Cancelled in %s unless you answer.")
		     : _("n: no. Cancelled in %s unless you answer."),
		 time);
	if (text_width(text) > rect.columns)
		snprintf(text, sizeof(text),
			 yes ? _("y: yes, n: no (%s)") : _("n: no (%s)"), time);
	if (text_width(text) > rect.columns) /* the keys are in the bar */
		snprintf(text, sizeof(text), yes ? "y/n (%s)" : "n (%s)", time);
	canvas_fill(canvas, row, ROLE_TEXT);
	canvas_text(canvas, row, 0, 0, ROLE_TEXT, text);
}

static int rows_wanted(const struct canvas *canvas, int columns,
		       const struct model *model, const struct view *view)
{
	(void)canvas;
	(void)columns;
	(void)view;
	return 4 + field_count(model);
}

/* The visible rows; the last one is for the time. */
static struct rect place(const struct canvas *canvas, struct rect rect,
			 const struct model *model)
{
	int rows = rows_wanted(canvas, rect.columns, model, NULL);

	return rect_part(rect, 0, 0, rows < rect.rows ? rows : rect.rows,
			 rect.columns);
}

static void tick(struct canvas *canvas, struct rect rect,
		 const struct model *model, const struct view *view)
{
	draw_time(canvas, place(canvas, rect, model), model, view);
}

static void draw(struct canvas *canvas, struct rect rect,
		 const struct model *model, struct view *view)
{
	int count = field_count(model);
	int labels = 0;
	int y = 1;

	rect = place(canvas, rect, model);
	/* Translators: the title of the screen and of the window, with the
	 * user's data below. At most 30 columns. */
	canvas_text(canvas, rect, 0, 0, ROLE_TITLE, _("Is this you?"));
	if (rect.rows > count + 2)
		y++; /* an empty row */
	for (int i = 0; i < count; i++) {
		int width = text_width(_(model->profile->fields[i].label));

		labels = width > labels ? width : labels;
	}
	if (labels > rect.columns / 3)
		labels = rect.columns / 3;
	for (int i = 0; i < count && y < rect.rows - 1; i++, y++) {
		canvas_text(canvas, rect_part(rect, y, 0, 1, labels), 0, 0,
			    ROLE_LABEL, _(model->profile->fields[i].label));
		canvas_text(canvas, rect, y, labels + 2, ROLE_VALUE,
			    model->profile->fields[i].value);
	}
	draw_time(canvas, rect, model, view);
	canvas_rest(canvas, rect, rect.rows - 1, 0);
}

static int64_t deadline(const struct model *model)
{
	return panel_next_second(model->confirm_ms, model->now_ms);
}

const struct panel panel_confirm = {
	.draw = draw,
	.tick = tick,
	.deadline = deadline,
	.rows = rows_wanted,
};
