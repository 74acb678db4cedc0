/* SPDX-License-Identifier: MIT */
/*
 * What has happened, newest at the bottom, under a rule that says what is
 * going on now.
 */
#include "config.h"

#include <stdio.h>
#include <time.h>

#include "base/log.h"
#include "base/text.h"
#include "ui/model.h"
#include "ui/panel.h"

static enum role role_of(enum log_level level)
{
	switch (level) {
	case LEVEL_ERROR:
		return ROLE_BAD;
	case LEVEL_WARN:
		return ROLE_WARNING;
	case LEVEL_INFO:
	case LEVEL_DEBUG:
		break;
	}
	return ROLE_DIM;
}

/* The level for those who cannot tell the colours. */
static const char *mark_of(enum log_level level)
{
	switch (level) {
	case LEVEL_ERROR:
		return "x";
	case LEVEL_WARN:
		return "!";
	case LEVEL_INFO:
		return "-";
	case LEVEL_DEBUG:
		break;
	}
	return ".";
}

static void draw_line(struct canvas *canvas, struct rect row,
		      const struct log_line *line)
{
	enum { WITH_TIME = 30 }; /* columns; below, the text needs them all */
	const enum role role = role_of(line->level);
	const time_t wall = (time_t)line->wall_s;
	char clock[16] = "", repeats[16] = "";
	char text[sizeof(line->text) + sizeof(clock) + 4];
	struct rect place;
	struct tm local;
	int width;

	if (row.columns >= WITH_TIME && localtime_r(&wall, &local) != NULL)
		strftime(clock, sizeof(clock), "%H:%M:%S ", &local);
	if (line->repeats > 0)
		snprintf(repeats, sizeof(repeats), " x%d", line->repeats + 1);
	snprintf(text, sizeof(text), "%s%s %s", clock, mark_of(line->level),
		 line->text);
	place = rect_part(row, 0, 0, 1, row.columns - text_width(repeats));
	width = canvas_text(canvas, place, 0, 0, role, text);
	canvas_text(canvas, row, 0, width, role, repeats);
}

static void draw(struct canvas *canvas, struct rect rect,
		 const struct model *model, struct view *view)
{
	struct rect lines = rect;
	size_t count, shown;

	(void)view;
	if (rect.rows == 0)
		return;
	rect_take_top(&lines, 1);
	panel_rule(canvas, rect, 0, model->status);
	if (model->log == NULL)
		return;
	count = log_count(model->log);
	shown = count < (size_t)lines.rows ? count : (size_t)lines.rows;
	for (size_t i = 0; i < shown; i++)
		draw_line(canvas,
			  rect_part(lines, (int)(shown - 1 - i), 0, 1,
				    lines.columns),
			  log_line(model->log, i));
}

const struct panel panel_log = {.draw = draw};
