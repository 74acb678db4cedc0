/* SPDX-License-Identifier: MIT */
/*
 * What several panels share: the header, rules, and the arithmetic of
 * countdowns. Reads no clock: the time is in the model.
 */
#include "config.h"

#include "ui/panel.h"

#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "base/text.h"
#include "base/url.h"
#include "ui/model.h"
#include "ui/view.h"
#include "ui/wrap.h"

enum { BAR_MIN = 6, SOON_S = 30, TEXT_ROWS = 2 };

/* The columns that the span takes where there are that many. */
static int shown_width(struct span span, int columns)
{
	char row[512];

	return text_clip(row, sizeof(row), span.s, span.len, columns, 0);
}

void panel_rule(struct canvas *canvas, struct rect rect, int y,
		const char *title)
{
	int x = 0;

	if (title[0] != '\0') {
		x = PANEL_RULE_COLUMNS - 1;
		canvas_glyphs(canvas, rect, y, 0, ROLE_BORDER, GLYPH_LINE, x);
		canvas_text(canvas, rect, y, x++, ROLE_BORDER, " ");
		x += canvas_text(canvas, rect, y, x, ROLE_HEADING, title);
		canvas_text(canvas, rect, y, x++, ROLE_BORDER, " ");
	}
	canvas_glyphs(canvas, rect, y, x, ROLE_BORDER, GLYPH_LINE,
		      rect.columns - x);
}

int64_t panel_seconds_left(int64_t then_ms, int64_t now_ms)
{
	if (then_ms == NEVER_MS || then_ms <= now_ms)
		return 0;
	return (then_ms - now_ms + 999) / 1000;
}

int64_t panel_next_second(int64_t then_ms, int64_t now_ms)
{
	int64_t left_s = panel_seconds_left(then_ms, now_ms);

	return left_s > 0 ? then_ms - (left_s - 1) * 1000 : NEVER_MS;
}

void panel_title(struct canvas *canvas, struct rect rect,
		 const struct model *model)
{
	int width = canvas_text(canvas, rect, 0, 0, ROLE_TITLE, model->title);

	rect = rect_part(rect, 0, width + 2, 1, rect.columns);
	if (rect.columns >= text_width(model->provider))
		canvas_text_right(canvas, rect, 0, ROLE_DIM, model->provider);
}

static int text_columns(int columns)
{
	return columns < PANEL_TEXT_COLUMNS ? columns : PANEL_TEXT_COLUMNS;
}

int panel_text_rows(const struct canvas *canvas, int columns, const char *text)
{
	const int rows =
		wrap_words_rows(text != NULL ? text : "", text_columns(columns),
				canvas->text_flags);

	if (rows <= TEXT_ROWS)
		return rows;
	return columns < PANEL_TEXT_COLUMNS ? 0 : TEXT_ROWS;
}

void panel_text(struct canvas *canvas, struct rect rect, bool centred,
		const char *text)
{
	const int columns = text_columns(rect.columns);
	const int rows = rect.rows < TEXT_ROWS ? rect.rows : TEXT_ROWS;
	struct span row;

	if (centred)
		rect = rect_centred(rect, rect.rows, columns);
	rect.columns = columns;
	for (int y = 0; text != NULL && y < rows; y++) {
		if (!wrap_words(&text, columns, canvas->text_flags, &row))
			break;
		if (y + 1 == rows) /* a cut must be visible */
			row.len = strlen(row.s);
		canvas_span(canvas, rect, y,
			    centred ? (columns - shown_width(row, columns)) / 2
				    : 0,
			    ROLE_TEXT, row.s, row.len);
	}
}

/* As many rows as there are: the title, a rule, an empty row, and below the
 * title whatever more there is for the text. */
static void draw_header(struct canvas *canvas, struct rect rect,
			const struct model *model, struct view *view)
{
	const int rows = rect.rows - PANEL_HEADER_ROWS;

	(void)view;
	panel_title(canvas, rect, model);
	if (rows > 0)
		panel_text(canvas, rect_part(rect, 1, 0, rows, rect.columns),
			   false, model->text);
	panel_rule(canvas, rect, 1 + (rows > 0 ? rows : 0), "");
}

const struct panel panel_header = {.draw = draw_header};

/* Translators: whether something is so, beside its name in the user's
 * profile. */
const char *panel_value(const char *value)
{
	if (strcmp(value, "yes") == 0)
		return _("yes");
	return strcmp(value, "no") == 0 ? _("no") : value;
}

/* ---- For both grants */

struct rect panel_indented(struct rect rect, int columns)
{
	return rect_part(rect, 0, columns, rect.rows, rect.columns);
}

const char *panel_shown_address(const char *url)
{
	static const char scheme[] = "https://";
	const size_t len = sizeof(scheme) - 1;

	return strncasecmp(url, scheme, len) == 0 ? url + len : url;
}

void panel_url_row(struct canvas *canvas, struct rect rect, int y,
		   const char *url, struct span row)
{
	const char *end = url + strlen(url);
	const char *host = url, *host_end = end;
	struct url split;
	int x = 0;

	if (url_split(url, &split)) {
		host = split.host;
		host_end = split.host + split.host_len;
	}
	const struct {
		const char *from, *to;
		enum role role;
	} parts[] = {
		{url, host, ROLE_TEXT},
		{host, host_end, ROLE_URL},
		{host_end, end, ROLE_TEXT},
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		const char *from = parts[i].from, *to = parts[i].to;

		if (from < row.s)
			from = row.s;
		if (to > row.s + row.len)
			to = row.s + row.len;
		if (from < to)
			x += canvas_span(canvas, rect, y, x, parts[i].role,
					 from, (size_t)(to - from));
	}
	canvas_link(canvas, rect, y, 0, x);
}

static enum role time_role(const struct model *model)
{
	int64_t left_ms = model->expires_ms - model->now_ms;

	if (left_ms < model->code_lifetime_ms / 10)
		return ROLE_BAD;
	if (left_ms < model->code_lifetime_ms / 4)
		return ROLE_WARNING;
	return ROLE_GOOD;
}

/* In the last seconds words take the place of the bar: colours alone would say
 * it to some users only. So does what is wrong where nothing else says it. NULL
 * if there is nothing to say. */
static const char *words_for_bar(int room, int64_t left_s,
				 const struct model *model,
				 const struct view *view)
{
	/* Translators: beside the countdown of a code, at most 38 and 14
	 * columns. */
	const char *brief = _("Expires soon");
	const char *text = _("Expires soon: a new code follows");

	if (left_s > SOON_S)
		return view->shows_status ? NULL : model->status_brief;
	return model->code_follows && text_width(text) <= room ? text : brief;
}

/* False if there are no words. They may come nearer to the digits than a bar,
 * and are rather cut than left out. */
static bool draw_words(struct canvas *canvas, struct rect rect, int room,
		       const char *text)
{
	if (text == NULL)
		return false;
	rect = rect_part(rect, 0, 0, 1, room + 1);
	canvas_fill(canvas, rect, ROLE_TEXT);
	canvas_text(canvas, rect, 0, 0, ROLE_WARNING, text);
	return true;
}

/*
 * The bar shrinks towards its start, away from the digits, and leaves blanks: a
 * tick writes one or two digits and sometimes a blank. The digits have the
 * colour of plain text, which costs no escape sequence, unless there is no bar
 * beside them. They leave the last column of the screen free: behind a digit
 * there, curses does not know where the cursor is.
 */
void panel_time(struct canvas *canvas, struct rect rect,
		const struct model *model, const struct view *view)
{
	const int64_t left_s =
		panel_seconds_left(model->expires_ms, model->now_ms);
	const int64_t lifetime_s = model->code_lifetime_ms / 1000;
	enum role role = time_role(model);
	char longest[16], now[16];
	int width, room, start = 0;

	if (model->expires_ms == NEVER_MS)
		return;
	/* A calm countdown rounds up. */
	text_countdown(longest, sizeof(longest),
		       left_s > lifetime_s ? left_s : lifetime_s);
	text_countdown(now, sizeof(now), left_s);
	width = text_width(longest);
	if (rect.x + rect.columns == canvas_screen(canvas).columns &&
	    rect.columns > width)
		rect.columns--;
	room = rect.columns - width - 2;
	if (room >= BAR_MIN &&
	    draw_words(canvas, rect, room,
		       words_for_bar(room, left_s, model, view))) {
		role = ROLE_TEXT;
		start = room + 2;
	} else if (room >= BAR_MIN && lifetime_s > 0) {
		int64_t lit = (left_s * room + lifetime_s - 1) / lifetime_s;
		int cells = lit < room ? (int)lit : room;

		canvas_bar(canvas, rect_part(rect, 0, 0, 1, cells), role);
		canvas_fill(canvas, rect_part(rect, 0, cells, 1, room - cells),
			    ROLE_TEXT);
		role = ROLE_TEXT;
		start = room + 2;
	}
	rect = rect_part(rect, 0, start, 1, width);
	canvas_fill(canvas, rect_part(rect, 0, 0, 1, width - text_width(now)),
		    ROLE_TEXT);
	canvas_text_right(canvas, rect, 0, role, now);
}

static const char *way_back(void)
{
	/* Translators: in the zoom, at most 14 columns. */
	return _("Esc: back");
}

int panel_way_back_columns(void)
{
	return text_width(way_back()) + 3;
}

struct rect panel_way_back(struct canvas *canvas, struct rect row,
			   const struct view *view, int columns)
{
	const int width = panel_way_back_columns();

	if (!view->zoom || columns + width > row.columns)
		return row;
	canvas_text(canvas, row, 0, row.columns - width + 1, ROLE_TEXT,
		    way_back());
	row.columns -= width;
	return row;
}

struct rect panel_line_time(struct rect row)
{
	enum { WIDTH = 7 };
	struct rect none = rect_part(row, 0, 0, 0, 0);

	return row.columns < 24
		       ? none
		       : rect_part(row, 0, row.columns - WIDTH, 1, WIDTH);
}
