/* SPDX-License-Identifier: MIT */
/*
 * What went wrong, in words for any visitor; what can be done; what happens
 * next and when; and whom to ask. The technical details are in the log.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "ui/model.h"
#include "ui/panel.h"
#include "ui/wrap.h"

/* A bar down the left side shows from afar that something is wrong. */
enum { POST = 3 };

static struct rect inside(struct rect rect)
{
	return rect.columns < 30
		       ? rect
		       : rect_part(rect, 0, POST, rect.rows, rect.columns);
}

/* Rows of the trouble, of the advice after it, of what happens next, and of the
 * help. */
struct plan {
	int trouble, advice, retry, help;
};

static const char *help_of(const struct model *model)
{
	return model->help != NULL ? model->help : "";
}

static struct plan make_plan(const struct canvas *canvas, int columns,
			     const struct model *model)
{
	struct plan plan;

	plan.trouble =
		wrap_words_rows(_(model->trouble), columns, canvas->text_flags);
	plan.advice =
		wrap_words_rows(_(model->advice), columns, canvas->text_flags);
	plan.retry = 1;
	plan.help =
		wrap_words_rows(help_of(model), columns, canvas->text_flags);
	return plan;
}

/* The rows above what happens next, including the empty ones. */
static int rows_above(const struct plan *plan)
{
	return plan->trouble + (plan->advice > 0 ? plan->advice + 1 : 0) + 1;
}

static struct rect retry_place(const struct canvas *canvas, struct rect rect,
			       const struct model *model)
{
	struct rect text = inside(rect);
	struct plan plan = make_plan(canvas, text.columns, model);
	int y = rows_above(&plan);

	/* If there is no room, the empty rows and the end of the advice are
	 * lost. */
	if (y >= rect.rows)
		y = rect.rows - 1;
	return rect_part(text, y, 0, plan.retry, text.columns);
}

/* The sentences about what happens next. */
/* Translators: %s is a countdown ("0:14"), Enter the name of the key. At most
 * 60 columns, the brief ones 20. */
static const struct {
	const char *in_time, *brief, *on_key;
} nexts[] = {
	[NEXT_TRY] = {N_("Trying again in %s, or press Enter."),
		      N_("Trying again in %s"),
		      N_("Press Enter to try again.")},
	[NEXT_CODE] = {N_("A new code comes in %s, or press Enter."),
		       N_("New code in %s"), N_("Press Enter for a new code.")},
	[NEXT_START] = {N_("Back to the start in %s. Enter: try again."),
			N_("Back in %s"), N_("Press Enter to try again.")},
};

/* Puts the time into the sentence. */
static void fill_in(char *dst, size_t size, const char *sentence,
		    const char *time)
{
	const char *place = strstr(sentence, "%s");

	snprintf(dst, size, "%.*s%s%s", (int)(place - sentence), sentence, time,
		 place + 2);
}

void panel_trouble_next(char *dst, size_t size, const struct model *model,
			const char *time, bool on_key)
{
	if (!on_key)
		fill_in(dst, size, _(nexts[model->next].brief), time);
	else if (model->retry_ms == NEVER_MS)
		snprintf(dst, size, "%s", _(nexts[model->next].on_key));
	else
		fill_in(dst, size, _(nexts[model->next].in_time), time);
}

static void draw_retry(struct canvas *canvas, struct rect place,
		       const struct model *model)
{
	char text[256], time[32];

	canvas_fill(canvas, place, ROLE_TEXT);
	text_countdown(time, sizeof(time),
		       panel_seconds_left(model->retry_ms, model->now_ms));
	panel_trouble_next(text, sizeof(text), model, time, true);
	/* The key bar shows the rest. */
	if (text_width(text) > place.columns && model->retry_ms != NEVER_MS)
		fill_in(text, sizeof(text), _(nexts[model->next].brief), time);
	if (text_width(text) > place.columns && model->retry_ms != NEVER_MS)
		snprintf(text, sizeof(text), "%s", time);
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
	const int above = rows_above(&plan);
	const int below = above + plan.retry;
	int gap = above < rect.rows ? 1 : 0;
	int help_gap = below + 1 + plan.help <= rect.rows ? 1 : 0;
	const struct rect retry = retry_place(canvas, rect, model);
	const struct rect words =
		rect_part(text, 0, 0, retry.y - text.y, text.columns);

	(void)view;
	if (text.columns < rect.columns) {
		int rows = plan.trouble +
			   (plan.advice > 0 ? gap + plan.advice : 0);

		canvas_bar(canvas, rect_part(rect, 0, 0, rows, 1), ROLE_BAD);
	}
	canvas_rest(canvas, text, 0, 0);
	canvas_words(canvas, words, 0, ROLE_BAD, _(model->trouble));
	canvas_words(canvas, words, plan.trouble + gap, ROLE_TEXT,
		     _(model->advice));
	draw_retry(canvas, retry, model);
	canvas_words(canvas, text, below + help_gap, ROLE_TEXT, help_of(model));
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
	return rows_above(&plan) + plan.retry +
	       (plan.help > 0 ? plan.help + 1 : 0);
}

const struct panel panel_trouble = {
	.draw = draw,
	.tick = tick,
	.deadline = deadline,
	.rows = rows_wanted,
};
