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
#include "ui/model.h"
#include "ui/panel.h"
#include "ui/stack.h"
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
	struct stack stack;
	int indent; /* of what belongs to a step */
	bool large; /* the code is drawn in this size: */
	enum large size;
};

enum { INDENT = 3, SENTENCE = 200 };

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

/* The code in that size, if width, rows and the line allow. */
static void enlarge(struct plan *plan, const struct canvas *canvas,
		    const char *code, int columns, enum large size)
{
	int width = large_columns(size, code);
	int rows = large_rows(size, canvas->halves);
	int now = plan->stack.rows[BLOCK_CODE];

	if (width == 0 || width > columns || canvas->slow)
		return;
	if (now == 0 || !stack_add(&plan->stack, BLOCK_CODE, rows - now))
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
	struct plan plan = {.stack.free = rows};
	struct stack *stack = &plan.stack;
	int caution =
		wrap_words_rows(caution_text(sentence, model), columns, flags);
	int wide, url_rows;

	if (columns >= (int)strlen(open_text(view)) + INDENT)
		plan.indent = INDENT;
	wide = columns - plan.indent;
	url_rows = wrap_address_rows(url, wide);

	stack_add(stack, BLOCK_CODE, 1);
	if (!stack_add(stack, BLOCK_URL, url_rows))
		stack_add(stack, BLOCK_URL, stack->free);
	stack_add(stack, BLOCK_TIME, 1);
	stack_add(stack, BLOCK_REPLACED,
		  wrap_words_rows(replaced_text(model), wide, flags));
	stack_add(stack, BLOCK_OPEN,
		  wrap_words_rows(open_text(view), wide, flags));
	stack_add(stack, BLOCK_TYPE,
		  wrap_words_rows(type_text(view), wide, flags));
	enlarge(&plan, canvas, code, wide, LARGE_SMALL);
	stack_add(stack, BLOCK_CAUTION, caution);
	enlarge(&plan, canvas, code, wide, LARGE_TALL);
	if (!view->headed)
		stack_add(stack, BLOCK_TITLE, 1);
	stack_space(stack, BLOCK_OPEN);
	stack_space(stack, BLOCK_TIME);
	stack_space(stack, BLOCK_CODE);
	stack_space(stack, BLOCK_CAUTION);
	stack_space(stack, BLOCK_TYPE);
	enlarge(&plan, canvas, code, wide, LARGE_DOUBLE);
	return plan;
}

static int rows_wanted(const struct canvas *canvas, int columns,
		       const struct model *model, const struct view *view)
{
	enum { PLENTY = 1000 };
	struct plan plan;

	if (model->user_code == NULL)
		return 5;
	plan = make_plan(canvas, PLENTY, columns, model, view);
	return PLENTY - plan.stack.free;
}

/* ---- Time */

static void tick(struct canvas *canvas, struct rect rect,
		 const struct model *model, const struct view *view)
{
	(void)rect;
	if (model->user_code != NULL)
		panel_time(canvas, view->time, model);
}

/* ---- Drawing */

static void vital(struct rect parts[PANEL_VITAL], const struct canvas *canvas,
		  struct rect rect, const struct model *model,
		  const struct view *view)
{
	struct plan plan;

	parts[0] = parts[1] = (struct rect){0};
	if (model->user_code == NULL || rect.rows == 1)
		return;
	plan = make_plan(canvas, rect.rows, rect.columns, model, view);
	parts[0] = stack_place(&plan.stack, rect, BLOCK_URL);
	parts[1] = stack_place(&plan.stack, rect, BLOCK_CODE);
}

static void draw_url(struct canvas *canvas, struct rect rect, const char *url)
{
	const char *rest = url;
	struct span row;

	for (int y = 0; y < rect.rows; y++) {
		if (!wrap_address(&rest, rect.columns, &row))
			break;
		panel_url_row(canvas, rect, y, url, row);
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
		      const struct model *model, struct view *view)
{
	struct plan plan = {.large = false};
	int width;

	view->time = panel_line_time(rect);
	width = rect.columns - view->time.columns - 1;
	draw_code(canvas, rect_part(rect, 0, 0, 1, width), &plan,
		  model->user_code);
	panel_time(canvas, view->time, model);
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
		draw_line(canvas, rect, model, view);
		return;
	}
	plan = make_plan(canvas, rect.rows, rect.columns, model, view);
	for (enum block i = 0; i < BLOCK_COUNT; i++)
		places[i] = stack_place(&plan.stack, rect, i);
	if (plan.indent > 0) {
		canvas_text(canvas, places[BLOCK_OPEN], 0, 0, ROLE_TEXT, "1");
		canvas_text(canvas, places[BLOCK_TYPE], 0, 0, ROLE_TEXT, "2");
		for (enum block i = BLOCK_OPEN; i <= BLOCK_REPLACED; i++)
			places[i] = panel_indented(places[i], plan.indent);
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
	view->time = places[BLOCK_TIME];
	panel_time(canvas, view->time, model);
}

static int64_t deadline(const struct model *model)
{
	return panel_next_second(model->expires_ms, model->now_ms);
}

const struct panel panel_code = {
	.draw = draw,
	.tick = tick,
	.deadline = deadline,
	.vital = vital,
	.rows = rows_wanted,
};
