/* SPDX-License-Identifier: MIT */
/*
 * What went wrong, in words for a visitor; what can be done; and when the next
 * try is. The technical side of it is in the log.
 */
#include "config.h"

#include <stdio.h>

#include "base/text.h"
#include "ui/model.h"
#include "ui/panel.h"
#include "ui/wrap.h"

/* A post down the left side says from afar that this is no usual screen. */
enum { POST = 3 };

static struct rect inside(struct rect rect)
{
	return rect.columns < 30
		       ? rect
		       : rect_part(rect, 0, POST, rect.rows, rect.columns);
}

/* Rows of the trouble, of the advice after it, and of the next try. */
struct plan {
	int trouble, advice, retry;
};

static struct plan make_plan(const struct canvas *canvas, int columns,
			     const struct model *model)
{
	struct plan plan;

	plan.trouble =
		wrap_words_rows(model->trouble, columns, canvas->text_flags);
	plan.advice =
		wrap_words_rows(model->advice, columns, canvas->text_flags);
	plan.retry = 1;
	return plan;
}

static struct rect retry_place(const struct canvas *canvas, struct rect rect,
			       const struct model *model)
{
	struct rect text = inside(rect);
	struct plan plan = make_plan(canvas, text.columns, model);
	int y = plan.trouble + plan.advice + 2;

	/* Without room for the empty rows, and before the advice is whole. */
	if (y >= rect.rows)
		y = rect.rows - 1;
	return rect_part(text, y, 0, plan.retry, text.columns);
}

static void draw_retry(struct canvas *canvas, struct rect place,
		       const struct model *model)
{
	char text[64], time[32];

	canvas_fill(canvas, place, ROLE_TEXT);
	if (model->retry_ms == NEVER_MS) {
		canvas_text(canvas, place, 0, 0, ROLE_TEXT,
			    "Press Enter to try again.");
		return;
	}
	text_countdown(time, sizeof(time),
		       panel_seconds_left(model->retry_ms, model->now_ms));
	snprintf(text, sizeof(text), "Next try in %s, or press Enter.", time);
	if (text_width(text) > place.columns) /* the key bar says the rest */
		snprintf(text, sizeof(text), "Next try in %s", time);
	canvas_text(canvas, place, 0, 0, ROLE_TEXT, text);
}

static void tick(struct canvas *canvas, struct rect rect,
		 const struct model *model, const struct view *view)
{
	(void)view;
	draw_retry(canvas, retry_place(canvas, rect, model), model);
}

static void draw(struct canvas *canvas, struct rect rect,
		 const struct model *model, struct view *view)
{
	struct rect text = inside(rect);
	struct plan plan = make_plan(canvas, text.columns, model);
	int gap = plan.trouble + plan.advice + 2 < rect.rows ? 1 : 0;

	(void)view;
	if (text.columns < rect.columns) {
		int rows = plan.trouble + gap + plan.advice;

		canvas_bar(canvas, rect_part(rect, 0, 0, rows, 1), ROLE_BAD);
	}
	canvas_words(canvas, text, 0, ROLE_BAD, model->trouble);
	canvas_words(canvas, text, plan.trouble + gap, ROLE_TEXT,
		     model->advice);
	draw_retry(canvas, retry_place(canvas, rect, model), model);
}

static int64_t deadline(const struct model *model)
{
	return panel_next_second(model->retry_ms, model->now_ms);
}

static int rows_wanted(const struct canvas *canvas, int columns,
		       const struct model *model, const struct view *view)
{
	struct plan plan;

	(void)view;
	plan = make_plan(canvas, columns < 30 ? columns : columns - POST,
			 model);
	return plan.trouble + plan.advice + plan.retry + 2;
}

const struct panel panel_trouble = {
	.draw = draw,
	.tick = tick,
	.deadline = deadline,
	.rows = rows_wanted,
};
