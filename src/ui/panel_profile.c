/* SPDX-License-Identifier: MIT */
/*
 * Who is signed in, for how long, and when that ends automatically. The large
 * initials next to the name show from afar that the device is in use.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/i18n.h"
#include "base/text.h"
#include "oauth/profile.h"
#include "ui/model.h"
#include "ui/panel.h"

enum { ROW_NAME, ROW_STATUS, ROW_ACCESS, ROW_IDLE, ROW_COUNT };

enum {
	SHORT_S = 600,	  /* below this, the time counts down by the second */
	IDLE_SHOWN_S = 60 /* the idle sign-out is announced this early */
};

/* The first letters of the first and the last word; "" if there are none. */
static void find_initials(char initials[16], const char *name)
{
	const char *words[2] = {name, strrchr(name, ' ')};
	size_t used = 0;
	uint32_t c;

	for (size_t i = 0; i < 2 && words[i] != NULL; i++) {
		const char *word = words[i] + strspn(words[i], " ");
		const int n = text_decode(word, strlen(word), &c);

		if (n <= 0)
			continue;
		memcpy(initials + used, word, (size_t)n);
		initials[used] = ascii_upper(*word);
		used += (size_t)n;
	}
	initials[used] = '\0';
}

/* False if there is no room for initials, or none can be drawn. */
static bool measure_initials(struct large_text *large, char initials[16],
			     const struct canvas *canvas, int columns,
			     const struct model *model)
{
	const char *name = model->profile != NULL ? model->profile->name : "";

	find_initials(initials, name);
	return columns >= 60 && large_break(large, LARGE_TALL, initials,
					    columns, 1, canvas->halves);
}

/* Draws initials, if there is room; returns the rest for text. */
static struct rect draw_initials(struct canvas *canvas, struct rect rect,
				 const struct model *model, bool only_measure)
{
	struct large_text large;
	char initials[16];

	if (!measure_initials(&large, initials, canvas, rect.columns, model) ||
	    rect.rows < large.rows)
		return rect;
	if (!only_measure)
		canvas_large(canvas, rect, 0, false, ROLE_CODE, &large,
			     initials);
	return rect_part(rect, 0, large.columns + 3, rect.rows, rect.columns);
}

/* Translators: the state of the sign-in. At most 60 columns, and the shorter
 * ones 40. */
static void access_text(char *dst, size_t size, int columns,
			const struct model *model)
{
	int64_t left_s =
		panel_seconds_left(model->token_expires_ms, model->now_ms);
	char time[64];

	if (model->token_expires_ms == NEVER_MS) {
		snprintf(dst, size, "%s", _("Signed in until you sign out"));
		return;
	}
	if (left_s <= 0) {
		snprintf(dst, size, "%s",
			 model->refreshes
				 ? _("Access has expired, not renewed yet")
				 : _("Access has expired"));
		return;
	}
	if (left_s < SHORT_S)
		text_countdown(time, sizeof(time), left_s);
	else
		i18n_duration(time, sizeof(time), left_s);
	/* Translators: %s is a countdown or a duration. At most 60 columns; on
	 * narrow screens the next, shorter one. */
	if (model->refreshes)
		snprintf(dst, size,
			 _("Signed in for %s (renews automatically)"), time);
	if (!model->refreshes || text_width(dst) > columns)
		snprintf(dst, size, _("Signed in for %s"), time);
	/* Translators: the same, at most 20 columns with the time. */
	if (text_width(dst) > columns)
		snprintf(dst, size, _("Access: %s"), time);
}

static bool is_idle_near(const struct model *model)
{
	return model->idle_ms != NEVER_MS &&
	       panel_seconds_left(model->idle_ms, model->now_ms) <=
		       IDLE_SHOWN_S;
}

static void draw_times(struct canvas *canvas, struct rect rect,
		       const struct model *model)
{
	struct rect access = rect_part(rect, ROW_ACCESS, 0, 1, rect.columns);
	struct rect idle = rect_part(rect, ROW_IDLE, 0, 1, rect.columns);
	char text[256], time[32];

	access_text(text, sizeof(text), rect.columns, model);
	canvas_fill(canvas, access, ROLE_TEXT);
	canvas_text(canvas, access, 0, 0, ROLE_TEXT, text);
	canvas_fill(canvas, idle, ROLE_TEXT);
	if (!is_idle_near(model))
		return;
	text_countdown(time, sizeof(time),
		       panel_seconds_left(model->idle_ms, model->now_ms));
	/* Translators: %s is a countdown. At most 60 columns. */
	snprintf(text, sizeof(text),
		 _("Signing out in %s: press a key to stay"), time);
	/* Translators: the same, at most 20 columns with the time. */
	if (text_width(text) > rect.columns)
		snprintf(text, sizeof(text), _("Sign-out: %s"), time);
	canvas_text(canvas, idle, 0, 0, ROLE_WARNING, text);
}

static void tick(struct canvas *canvas, struct rect rect,
		 const struct model *model, const struct view *view)
{
	(void)view;
	draw_times(canvas, draw_initials(canvas, rect, model, true), model);
}

static void draw(struct canvas *canvas, struct rect rect,
		 const struct model *model, struct view *view)
{
	const char *name = model->profile != NULL ? model->profile->name : "";
	char text[256];

	(void)view;
	rect = draw_initials(canvas, rect, model, false);
	/* Translators: %s is the user's name. Greets the user of a machine in
	 * public. */
	if (name[0] != '\0')
		snprintf(text, sizeof(text), _("Hello, %s"), name);
	if (name[0] != '\0' && text_width(text) > rect.columns)
		snprintf(text, sizeof(text), "%s", name);
	if (name[0] == '\0')
		snprintf(text, sizeof(text), "%s", _("You are signed in"));
	canvas_rest(canvas, rect, ROW_NAME, 0);
	canvas_text(canvas, rect, ROW_NAME, 0, ROLE_TITLE, text);
	canvas_text(canvas, rect, ROW_STATUS, 0, ROLE_GOOD, model->status);
	draw_times(canvas, rect, model);
}

static int64_t access_deadline(const struct model *model)
{
	int64_t left_s =
		panel_seconds_left(model->token_expires_ms, model->now_ms);
	int64_t unit_s = left_s < 3600 ? 60 : 3600;

	if (left_s <= SHORT_S)
		return panel_next_second(model->token_expires_ms,
					 model->now_ms);
	/* A duration is rounded down: "5 hours" ends a second below. */
	return model->token_expires_ms - (left_s / unit_s * unit_s - 1) * 1000;
}

static int64_t deadline(const struct model *model)
{
	int64_t access_ms = access_deadline(model);
	int64_t idle_ms = model->idle_ms;

	if (is_idle_near(model))
		idle_ms = panel_next_second(model->idle_ms, model->now_ms);
	else if (idle_ms != NEVER_MS)
		idle_ms -= IDLE_SHOWN_S * 1000;
	return access_ms < idle_ms ? access_ms : idle_ms;
}

static int rows_wanted(const struct canvas *canvas, int columns,
		       const struct model *model, const struct view *view)
{
	struct large_text large;
	char initials[16];

	(void)view;
	return measure_initials(&large, initials, canvas, columns, model) &&
			       large.rows > ROW_COUNT
		       ? large.rows
		       : ROW_COUNT;
}

const struct panel panel_profile = {
	.draw = draw,
	.tick = tick,
	.deadline = deadline,
	.rows = rows_wanted,
};
