/* SPDX-License-Identifier: MIT */
/*
 * What a person needs besides the QR code: where to go, the code in large
 * characters, how long it is good for, and when not to approve. Takes the
 * room there is: what matters least is left out first.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/url.h"
#include "ui/model.h"
#include "ui/panel.h"
#include "ui/view.h"
#include "ui/wrap.h"

/* From the top of the panel to its bottom. */
enum block {
	BLOCK_TITLE,
	BLOCK_OPEN, /* step 1 */
	BLOCK_URL,
	BLOCK_TYPE, /* step 2 */
	BLOCK_CODE,
	BLOCK_TIME,
	BLOCK_REPLACED,
	BLOCK_CAUTION,
	BLOCK_COUNT
};

struct plan {
	int rows[BLOCK_COUNT];	 /* 0: left out */
	int spaces[BLOCK_COUNT]; /* empty rows above it */
	int free;		 /* rows that are not used yet */
	int indent;		 /* of what belongs to a step */
	bool large;		 /* the code is drawn in this size: */
	enum large size;
};

enum { INDENT = 3, BAR_MIN = 6, SENTENCE = 200 };

static const char *url_of(const struct model *model)
{
	return model->verification_uri != NULL ? model->verification_uri : "";
}

/* ---- What is said */

static const char *open_text(const struct view *view)
{
	return view->symbol != NULL ? "Scan the QR code, or open"
				    : "On your phone or computer, open";
}

static const char *type_text(const struct view *view)
{
	return view->symbol != NULL && view->symbol->complete
		       ? "Check this code, or type it"
		       : "Type this code";
}

static const char *replaced_text(const struct model *model)
{
	return model->codes > 1 ? "This code replaced the old one." : "";
}

/* Somebody else's code on somebody else's phone is how this grant is abused
 * (RFC 8628 section 5.4). */
static const char *caution_text(char *dst, const struct model *model)
{
	if (model->device == NULL || model->device[0] == '\0')
		return "Only approve if you are standing in front of this "
		       "screen.";
	snprintf(dst, SENTENCE,
		 "Only approve if you are standing in front of %s.",
		 model->device);
	return dst;
}

/* "W D J B - M J H T": where there is no room for large characters. */
static const char *spaced_code(char *dst, size_t size, const char *code,
			       int columns)
{
	size_t len = 0;

	if (2 * text_width(code) - 1 > columns)
		return code;
	for (const char *c = code; *c != '\0' && len + 2 < size; c++) {
		dst[len++] = *c;
		/* Not within a character of several bytes. */
		if (c[1] != '\0' && ((unsigned char)c[1] & 0xC0) != 0x80)
			dst[len++] = ' ';
	}
	dst[len] = '\0';
	return dst;
}

/* ---- Planning */

/* Takes rows for the block if they are there. */
static bool add(struct plan *plan, enum block block, int rows)
{
	if (rows > plan->free)
		return false;
	plan->rows[block] += rows;
	plan->free -= rows;
	return true;
}

static void add_space(struct plan *plan, enum block block)
{
	if (plan->rows[block] > 0 && plan->free > 0) {
		plan->spaces[block]++;
		plan->free--;
	}
}

/* The code in that size, if width and rows allow. */
static void enlarge(struct plan *plan, const struct canvas *canvas,
		    const char *code, int columns, enum large size)
{
	int width = large_columns(size, code);
	int rows = large_rows(size, canvas->utf8);

	if (width == 0 || width > columns)
		return;
	if (plan->rows[BLOCK_CODE] == 0 ||
	    !add(plan, BLOCK_CODE, rows - plan->rows[BLOCK_CODE]))
		return;
	plan->large = true;
	plan->size = size;
}

/*
 * Divides the rows, the most important first. On the smallest screens that is
 * the code, where to type it, and how long it lives.
 */
static struct plan make_plan(const struct canvas *canvas, int rows, int columns,
			     const struct model *model, const struct view *view)
{
	const unsigned flags = canvas->text_flags;
	const char *url = url_of(model), *code = model->user_code;
	char sentence[SENTENCE];
	struct plan plan = {.free = rows};
	int caution =
		wrap_words_rows(caution_text(sentence, model), columns, flags);
	int wide, url_rows;

	if (columns >= (int)strlen(open_text(view)) + INDENT)
		plan.indent = INDENT;
	wide = columns - plan.indent;
	url_rows = wrap_address_rows(url, wide);

	add(&plan, BLOCK_CODE, 1);
	if (!add(&plan, BLOCK_URL, url_rows))
		add(&plan, BLOCK_URL, plan.free);
	add(&plan, BLOCK_TIME, 1);
	add(&plan, BLOCK_REPLACED,
	    wrap_words_rows(replaced_text(model), wide, flags));
	add(&plan, BLOCK_OPEN, wrap_words_rows(open_text(view), wide, flags));
	add(&plan, BLOCK_TYPE, wrap_words_rows(type_text(view), wide, flags));
	enlarge(&plan, canvas, code, wide, LARGE_SMALL);
	add(&plan, BLOCK_CAUTION, caution);
	enlarge(&plan, canvas, code, wide, LARGE_TALL);
	if (!view->headed)
		add(&plan, BLOCK_TITLE, 1);
	add_space(&plan, BLOCK_OPEN);
	add_space(&plan, BLOCK_TIME);
	add_space(&plan, BLOCK_CODE);
	add_space(&plan, BLOCK_CAUTION);
	add_space(&plan, BLOCK_TYPE);
	enlarge(&plan, canvas, code, wide, LARGE_DOUBLE);
	return plan;
}

/* Where the block starts below the top of the panel. */
static int top_of(const struct plan *plan, enum block block)
{
	int y = 0;

	for (enum block i = 0; i < block; i++)
		y += plan->spaces[i] + plan->rows[i];
	return y + plan->spaces[block];
}

static int rows_wanted(const struct canvas *canvas, int columns,
		       const struct model *model, const struct view *view)
{
	enum { PLENTY = 1000 };
	struct plan plan;

	if (model->user_code == NULL)
		return 5;
	plan = make_plan(canvas, PLENTY, columns, model, view);
	return PLENTY - plan.free;
}

/* ---- Time */

static enum role time_role(const struct model *model)
{
	int64_t left_ms = model->expires_ms - model->now_ms;

	if (left_ms * 10 < model->code_lifetime_ms)
		return ROLE_BAD;
	if (left_ms * 4 < model->code_lifetime_ms)
		return ROLE_WARNING;
	return ROLE_GOOD;
}

/*
 * The bar shrinks towards its start, away from the digits, and what is gone is
 * blank: a tick writes a digit or two, and a blank at times. The digits have
 * the colour of plain text, which costs no escape sequence, unless there is no
 * bar beside them.
 */
static void draw_time(struct canvas *canvas, struct rect rect,
		      const struct model *model)
{
	const int64_t left_s =
		panel_seconds_left(model->expires_ms, model->now_ms);
	const int64_t lifetime_s = model->code_lifetime_ms / 1000;
	enum role role = time_role(model);
	char longest[16], now[16];
	int width, room, start = 0;

	if (model->expires_ms == NEVER_MS)
		return;
	text_countdown(longest, sizeof(longest), lifetime_s);
	text_countdown(now, sizeof(now), left_s);
	width = text_width(longest);
	room = rect.columns - width - 2;
	if (room >= BAR_MIN && lifetime_s > 0) {
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

/* The one row of the zoomed view: the code, and the time at its end. */
static struct rect line_time(struct rect rect)
{
	enum { WIDTH = 7 };
	struct rect none = rect_part(rect, 0, 0, 0, 0);

	return rect.columns < 24
		       ? none
		       : rect_part(rect, 0, rect.columns - WIDTH, 1, WIDTH);
}

static struct rect time_place(struct canvas *canvas, struct rect rect,
			      const struct model *model,
			      const struct view *view)
{
	struct plan plan;

	if (rect.rows == 1)
		return line_time(rect);
	plan = make_plan(canvas, rect.rows, rect.columns, model, view);
	return rect_part(rect, top_of(&plan, BLOCK_TIME), plan.indent,
			 plan.rows[BLOCK_TIME], rect.columns - plan.indent);
}

static void tick(struct canvas *canvas, struct rect rect,
		 const struct model *model, const struct view *view)
{
	if (model->user_code != NULL)
		draw_time(canvas, time_place(canvas, rect, model, view), model);
}

/* ---- Drawing */

/* The host stands out: it is what a person has to recognise. */
static void draw_url(struct canvas *canvas, struct rect rect, const char *url)
{
	const char *end = url + strlen(url);
	const char *host = url, *host_end = end, *rest = url;
	struct url split;
	struct span row;

	if (url_split(url, &split)) {
		host = split.host;
		host_end = split.host + split.host_len;
	}
	for (int y = 0; y < rect.rows; y++) {
		struct {
			const char *from, *to;
			enum role role;
		} parts[] = {
			{url, host, ROLE_TEXT},
			{host, host_end, ROLE_URL},
			{host_end, end, ROLE_TEXT},
		};
		int x = 0;

		if (!wrap_address(&rest, rect.columns, &row))
			break;
		for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
			const char *from = parts[i].from, *to = parts[i].to;

			if (from < row.s)
				from = row.s;
			if (to > row.s + row.len)
				to = row.s + row.len;
			if (from < to)
				x += canvas_span(canvas, rect, y, x,
						 parts[i].role, from,
						 (size_t)(to - from));
		}
	}
}

static void draw_code(struct canvas *canvas, struct rect rect,
		      const struct plan *plan, const char *code)
{
	char spaced[256];

	if (plan->large)
		canvas_large(canvas, rect, 0, 0, ROLE_CODE, plan->size, code);
	else
		canvas_text(canvas, rect, 0, 0, ROLE_CODE,
			    spaced_code(spaced, sizeof(spaced), code,
					rect.columns));
}

static void draw_line(struct canvas *canvas, struct rect rect,
		      const struct model *model)
{
	struct rect time = line_time(rect);
	struct plan plan = {.large = false};

	draw_code(canvas,
		  rect_part(rect, 0, 0, 1, rect.columns - time.columns - 1),
		  &plan, model->user_code);
	draw_time(canvas, time, model);
}

/* There is no code yet. */
static void draw_waiting(struct canvas *canvas, struct rect rect,
			 const struct model *model, const struct view *view)
{
	int y = 0;

	if (!view->headed && rect.rows > 2) {
		panel_title(canvas, rect, model);
		y = 2;
	}
	canvas_words(canvas, rect, y, ROLE_TEXT, model->status);
}

static void draw(struct canvas *canvas, struct rect rect,
		 const struct model *model, struct view *view)
{
	char sentence[SENTENCE];
	struct rect places[BLOCK_COUNT];
	struct plan plan;

	if (model->user_code == NULL) {
		draw_waiting(canvas, rect, model, view);
		return;
	}
	if (rect.rows == 1) {
		draw_line(canvas, rect, model);
		return;
	}
	plan = make_plan(canvas, rect.rows, rect.columns, model, view);
	for (enum block i = 0; i < BLOCK_COUNT; i++)
		places[i] = rect_part(rect, top_of(&plan, i), 0, plan.rows[i],
				      rect.columns);
	if (plan.indent > 0) {
		canvas_text(canvas, places[BLOCK_OPEN], 0, 0, ROLE_TEXT, "1");
		canvas_text(canvas, places[BLOCK_TYPE], 0, 0, ROLE_TEXT, "2");
		for (enum block i = BLOCK_OPEN; i <= BLOCK_REPLACED; i++)
			places[i] = rect_part(places[i], 0, plan.indent,
					      plan.rows[i], rect.columns);
	}
	panel_title(canvas, places[BLOCK_TITLE], model);
	canvas_words(canvas, places[BLOCK_OPEN], 0, ROLE_TEXT, open_text(view));
	draw_url(canvas, places[BLOCK_URL], url_of(model));
	canvas_words(canvas, places[BLOCK_TYPE], 0, ROLE_TEXT, type_text(view));
	draw_code(canvas, places[BLOCK_CODE], &plan, model->user_code);
	canvas_words(canvas, places[BLOCK_REPLACED], 0, ROLE_WARNING,
		     replaced_text(model));
	canvas_words(canvas, places[BLOCK_CAUTION], 0, ROLE_TEXT,
		     caution_text(sentence, model));
	draw_time(canvas, places[BLOCK_TIME], model);
}

static int64_t deadline(const struct model *model)
{
	return panel_next_second(model->expires_ms, model->now_ms);
}

const struct panel panel_code = {
	.draw = draw,
	.tick = tick,
	.deadline = deadline,
	.rows = rows_wanted,
};
