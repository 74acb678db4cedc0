/* SPDX-License-Identifier: MIT */
/*
 * The log, newest line at the bottom, under a rule with the current status; or
 * only the status. Long lines are wrapped, not cut.
 */
#include "config.h"

#include <stdio.h>
#include <time.h>

#include "base/log.h"
#include "base/text.h"
#include "ui/model.h"
#include "ui/panel.h"
#include "ui/wrap.h"

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

/* Shows the level without relying on colours. */
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

/*
 * A line as it is drawn. A repeated one counts up at every poll: its time and
 * its count have the colour of plain text, which costs no escape sequence.
 */
struct entry {
	char clock[16], mark[8], repeats[16];
	char text[sizeof(((struct log_line *)0)->text) + 16]; /* with repeats */
	int indent, rows;
};

static void make_entry(struct entry *entry, const struct canvas *canvas,
		       int columns, const struct log_line *line)
{
	enum {
		WITH_TIME = 30
	}; /* columns; with fewer, the text needs them all */
	const time_t wall = (time_t)line->wall_s;
	struct tm local;

	entry->clock[0] = '\0';
	entry->repeats[0] = '\0';
	if (columns >= WITH_TIME && localtime_r(&wall, &local) != NULL)
		strftime(entry->clock, sizeof(entry->clock), "%H:%M:%S ",
			 &local);
	if (line->repeats > 0)
		snprintf(entry->repeats, sizeof(entry->repeats), " x%d",
			 line->repeats + 1);
	snprintf(entry->mark, sizeof(entry->mark), "%s ", mark_of(line->level));
	snprintf(entry->text, sizeof(entry->text), "%s%s", line->text,
		 entry->repeats);
	entry->indent = text_width(entry->clock) + text_width(entry->mark);
	entry->rows = wrap_words_rows(entry->text, columns - entry->indent,
				      canvas->text_flags);
}

/* The rows of the lines that fit into the rectangle as a whole. The last one
 * may have all rows, even if it needs more. */
static int count_rows(const struct canvas *canvas, struct rect rect,
		      const struct log *log)
{
	struct entry entry;
	int rows = 0;

	for (size_t i = 0; i < log_count(log); i++) {
		make_entry(&entry, canvas, rect.columns, log_line(log, i));
		if (rows + entry.rows > rect.rows)
			return i > 0 ? rows : rect.rows;
		rows += entry.rows;
	}
	return rows;
}

/* Draws the line in the last of the rows, and in as many above it as it takes,
 * and takes them off. If there are fewer, the end of the line is lost. */
static void draw_line(struct canvas *canvas, struct rect *rows,
		      const struct log_line *line)
{
	const enum role role = role_of(line->level);
	const enum role changing = line->repeats > 0 ? ROLE_TEXT : role;
	struct entry entry;
	struct rect place;
	int x;

	make_entry(&entry, canvas, rows->columns, line);
	place = rect_take_bottom(rows, entry.rows < rows->rows ? entry.rows
							       : rows->rows);
	x = canvas_text(canvas, place, 0, 0, changing, entry.clock);
	x += canvas_text(canvas, place, 0, x, role, entry.mark);
	if (entry.rows == 1) {
		x += canvas_text(canvas, place, 0, x, role, line->text);
		canvas_text(canvas, place, 0, x, changing, entry.repeats);
		return;
	}
	canvas_words(
		canvas,
		rect_part(place, 0, entry.indent, place.rows, place.columns), 0,
		role, entry.text);
}

/* The status, at most that wide if there is a brief one. */
static const char *status_in(const struct model *model, int columns)
{
	return model->status_brief != NULL &&
			       text_width(model->status) > columns
		       ? model->status_brief
		       : model->status;
}

static void draw(struct canvas *canvas, struct rect rect,
		 const struct model *model, struct view *view)
{
	struct rect lines = rect;

	(void)view;
	if (rect.rows == 0)
		return;
	if (model->hides_log) {
		canvas_text(canvas, rect, 0, 0, ROLE_HEADING,
			    status_in(model, rect.columns));
		return;
	}
	rect_take_top(&lines, 1);
	panel_rule(canvas, rect, 0,
		   status_in(model, rect.columns - PANEL_RULE_COLUMNS));
	if (model->log == NULL)
		return;
	lines = rect_part(lines, 0, 0, count_rows(canvas, lines, model->log),
			  lines.columns);
	for (size_t i = 0; i < log_count(model->log) && lines.rows > 0; i++)
		draw_line(canvas, &lines, log_line(model->log, i));
}

const struct panel panel_log = {.is_log = true, .draw = draw};
