/* SPDX-License-Identifier: MIT */
/*
 * What the user needs besides the QR code: where to go, the code in large
 * characters, how long it is valid, and when not to approve. Adapts to the
 * available room: the least important parts are left out first.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "ui/model.h"
#include "ui/panel.h"
#include "ui/stack.h"
#include "ui/user_code.h"
#include "ui/view.h"
#include "ui/wrap.h"

/* From top to bottom. */
enum block {
	BLOCK_TITLE,
	BLOCK_TEXT, /* screen.text */
	BLOCK_OPEN, /* step 1 */
	BLOCK_URL,
	BLOCK_TYPE, /* step 2 */
	BLOCK_LARGE,
	BLOCK_CODE, /* unchanged: to be copied, spoken, or read in braille */
	BLOCK_TIME,
	BLOCK_REPLACED,
	BLOCK_CAUTION,
	BLOCK_COUNT
};

_Static_assert((int)BLOCK_COUNT <= (int)STACK_BLOCKS,
	       "struct stack holds them all");

struct plan {
	struct stack stack;
	const char *caution;	    /* in the words that there is room for */
	int indent;		    /* for the parts of a step */
	char code[USER_CODE_BYTES]; /* in groups */
	bool large;		    /* the code is also drawn like this: */
	struct large_text drawn;
};

enum {
	INDENT = 3,
	INDENT_FROM = 26, /* columns of the steps */
	LONG_FROM_ROWS = 12,
	SPACES_LEAST = 2,
	LINE_COLUMNS = 40 /* the code, the way back and the time */
};

bool panel_shows_code(const struct canvas *canvas, const struct model *model)
{
	return canvas_can_show(canvas, model->user_code) && !model->not_in_font;
}

/* If the code cannot be shown, the address that includes it. */
static const char *url_of(const struct canvas *canvas,
			  const struct model *model)
{
	if (model->verification_uri_complete != NULL &&
	    !panel_shows_code(canvas, model))
		return model->verification_uri_complete;
	return model->verification_uri != NULL ? model->verification_uri : "";
}

/* ---- Texts */

/* The long text if it fits one row. */
static const char *fitting(const char *text, const char *brief, int columns)
{
	return text_width(text) <= columns ? text : brief;
}

/* Translators: the address stands below. At most 44 columns. */
static const char *open_text(const struct view *view, int columns)
{
	if (view->symbol == NULL)
		return _("On your phone or computer, go to");
	/* Translators: the address stands below. The same in fewer and fewer
	 * words: at most 44, 30 and 22 columns. */
	return fitting(_("Scan with your phone's camera, or go to"),
		       fitting(_("Scan the QR code, or go to"),
			       _("Scan, or go to"), columns),
		       columns);
}

/* Translators: the code stands below. At most 34 columns. */
static const char *type_text(const struct canvas *canvas,
			     const struct model *model, const struct view *view,
			     int columns)
{
	if (!panel_shows_code(canvas, model))
		return "";
	if (view->symbol == NULL || !view->symbol->complete)
		return _("Enter this code");
	/* Translators: the code stands below. At most 56 and 34 columns. */
	return fitting(_("Make sure your phone shows this code, or enter it"),
		       _("Check this code, or enter it"), columns);
}

/* Replaces a code that cannot be shown. Short, because the address needs rows,
 * too. */
/* Translators: at the place of the code. Wrapped; the shorter, the better. */
static const char *no_code_text(const struct canvas *canvas,
				const struct model *model)
{
	if (canvas_screen(canvas).rows < LONG_FROM_ROWS)
		return _("The code cannot be shown here.");
	return model->verification_uri_complete != NULL
		       ? _("The code cannot be shown on this screen. The "
			   "address includes it.")
		       : _("The code cannot be shown on this screen. Sign in "
			   "on a terminal that can display it.");
}

/* Translators: below the code. At most 40 columns. */
static const char *replaced_text(const struct model *model)
{
	return model->codes > 1 ? _("This code replaced the old one.") : "";
}

/* ---- Planning */

/* Takes the next row of at most columns columns off the code. */
static bool take_code(const char **rest, int columns, struct span *row)
{
	char clipped[USER_CODE_BYTES];

	(void)text_clip(clipped, sizeof(clipped), *rest, strlen(*rest), columns,
			0);
	*row = (struct span){.s = *rest, .len = strlen(clipped)};
	*rest += row->len;
	return row->len > 0;
}

/* More than one only if a row is shorter than the code. */
static int code_rows(const char *code, int columns)
{
	struct span row;
	int rows = 0;

	while (take_code(&code, columns, &row))
		rows++;
	return rows > 0 ? rows : 1;
}

/* The code as it is written: in groups if they fit one row. */
static void write_code(char *dst, size_t size, const char *code, int columns)
{
	user_code_group(dst, size, code);
	if (text_width(dst) > columns)
		snprintf(dst, size, "%s", code);
}

/* Also draws the code in that size, on at most so many lines, if width, rows
 * and the speed of the line allow. */
static bool enlarge(struct plan *plan, const struct canvas *canvas, int columns,
		    enum large size, int lines)
{
	const int now = plan->stack.rows[BLOCK_LARGE];
	struct large_text drawn;

	if (canvas->slow || plan->stack.rows[BLOCK_CODE] == 0 ||
	    !large_break(&drawn, size, plan->code, columns, lines,
			 canvas->halves) ||
	    !stack_add(&plan->stack, BLOCK_LARGE, drawn.rows - now))
		return false;
	plan->large = true;
	plan->drawn = drawn;
	return true;
}

/* A code that can be read from a distance says more than "enter this code". */
static bool enlarge_instead(struct plan *plan, const struct canvas *canvas,
			    int columns, unsigned block)
{
	struct plan without = *plan;

	without.stack.free += without.stack.rows[block];
	without.stack.rows[block] = 0;
	if (!enlarge(&without, canvas, columns, LARGE_SMALL, LARGE_LINES))
		return false;
	*plan = without;
	return true;
}

static bool try_caution(struct plan *plan, const struct canvas *canvas,
			int columns, const char *caution)
{
	if (caution == NULL ||
	    !stack_add(&plan->stack, BLOCK_CAUTION,
		       wrap_words_rows(caution, columns, canvas->text_flags)))
		return false;
	plan->caution = caution;
	return true;
}

/* Attacks on this grant get a user to approve someone else's code (RFC 8628
 * section 5.4): in fewer words, or in place of others, rather than not at all.
 */
static void add_caution(struct plan *plan, const struct canvas *canvas,
			int columns, const struct model *model)
{
	struct plan without = *plan;
	struct stack *stack = &without.stack;
	const int type = stack->rows[BLOCK_TYPE];
	const int replaced = stack->rows[BLOCK_REPLACED];

	if (try_caution(plan, canvas, columns, model->caution) ||
	    try_caution(plan, canvas, columns, model->caution_brief))
		return;
	stack->free += type + replaced;
	stack->rows[BLOCK_TYPE] = stack->rows[BLOCK_REPLACED] = 0;
	if (!try_caution(&without, canvas, columns, model->caution) &&
	    !try_caution(&without, canvas, columns, model->caution_brief))
		return;
	(void)stack_add(stack, BLOCK_REPLACED, replaced);
	(void)stack_add(stack, BLOCK_TYPE, type);
	*plan = without;
}

static void add_spaces(struct plan *plan)
{
	struct stack *stack = &plan->stack;

	stack_space(stack, BLOCK_OPEN);
	stack_space(stack, BLOCK_TIME);
	stack_space(stack, plan->large ? BLOCK_LARGE : BLOCK_CODE);
	stack_space(stack, BLOCK_CAUTION);
	stack_space(stack, BLOCK_TYPE);
}

/*
 * Divides the rows, most important parts first. The smallest screens show the
 * code, where to enter it, and how long it is valid.
 */
static struct plan make_plan(const struct canvas *canvas, int rows, int columns,
			     const struct model *model, const struct view *view)
{
	const unsigned flags = canvas->text_flags;
	const char *url = url_of(canvas, model), *code = model->user_code;
	const bool shown = panel_shows_code(canvas, model);
	struct plan plan = {.stack.free = rows, .caution = ""}, tight;
	struct stack *stack = &plan.stack;
	const int text_rows = panel_text_rows(canvas, columns, model->text);
	int wide, url_rows, wanted;

	/* Without a code there is only one step. */
	if (shown &&
	    columns >= text_width(open_text(view, INDENT_FROM)) + INDENT &&
	    columns >= text_width(code) + INDENT)
		plan.indent = INDENT;
	wide = columns - plan.indent;
	user_code_group(plan.code, sizeof(plan.code), code);
	url_rows = wrap_address_rows(panel_shown_address(url), wide);

	wanted = shown ? code_rows(code, wide)
		       : wrap_words_rows(no_code_text(canvas, model), wide,
					 flags);
	if (!stack_add(stack, BLOCK_CODE, wanted))
		stack_add(stack, BLOCK_CODE, stack->free);
	if (!stack_add(stack, BLOCK_URL, url_rows))
		stack_add(stack, BLOCK_URL, stack->free);
	stack_add(stack, BLOCK_TIME, 1);
	stack_add(stack, BLOCK_REPLACED,
		  wrap_words_rows(replaced_text(model), wide, flags));
	stack_add(stack, BLOCK_OPEN,
		  wrap_words_rows(open_text(view, wide), wide, flags));
	stack_add(stack, BLOCK_TYPE,
		  wrap_words_rows(type_text(canvas, model, view, wide), wide,
				  flags));
	/* The code is already shown as text; large characters are optional. */
	add_caution(&plan, canvas, columns, model);
	if (shown)
		(void)(enlarge(&plan, canvas, wide, LARGE_SMALL, LARGE_LINES) ||
		       enlarge_instead(&plan, canvas, wide, BLOCK_TYPE));
	if (plan.large)
		enlarge(&plan, canvas, wide, LARGE_TALL, plan.drawn.count);
	if (view->header_rows == 0 && stack_add(stack, BLOCK_TITLE, 1) &&
	    text_rows < stack->free) /* with an empty row below it */
		stack_add(stack, BLOCK_TEXT, text_rows);
	tight = plan;
	add_spaces(&plan);
	/* The largest size is worth more than most of the empty rows. */
	if (plan.large && !enlarge(&plan, canvas, wide, LARGE_DOUBLE, 1) &&
	    enlarge(&tight, canvas, wide, LARGE_DOUBLE, 1) &&
	    tight.stack.free >= SPACES_LEAST) {
		add_spaces(&tight);
		plan = tight;
	}
	if (plan.large)
		stack_space(stack, BLOCK_CODE);
	return plan;
}

bool panel_code_is_large(const struct canvas *canvas, struct rect rect,
			 const struct model *model, const struct view *view)
{
	return model->user_code != NULL && rect.rows > 1 &&
	       make_plan(canvas, rect.rows, rect.columns, model, view).large;
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
		panel_time(canvas, view->time, model, view);
}

/* ---- Drawing */

static void vital(struct rect parts[PANEL_VITAL], const struct canvas *canvas,
		  struct rect rect, const struct model *model,
		  const struct view *view)
{
	struct plan plan;

	parts[0] = parts[1] = (struct rect){0};
	if (model->user_code == NULL || rect.rows == 1 ||
	    (view->zoom && view->symbol != NULL))
		return;
	plan = make_plan(canvas, rect.rows, rect.columns, model, view);
	parts[0] = stack_place(&plan.stack, rect, BLOCK_URL);
	parts[1] = stack_place(&plan.stack, rect, BLOCK_CODE);
}

static void draw_url(struct canvas *canvas, struct rect rect, const char *url)
{
	const char *rest = panel_shown_address(url);
	struct span row;

	for (int y = 0; y < rect.rows; y++) {
		if (!wrap_address(&rest, rect.columns, &row))
			break;
		panel_url_row(canvas, rect, y, url, row);
	}
}

static void draw_code(struct canvas *canvas, struct rect rect,
		      const struct model *model)
{
	char written[USER_CODE_BYTES];
	const char *code = written;
	struct span row;

	canvas_rest(canvas, rect, 0, 0);
	if (!panel_shows_code(canvas, model)) {
		canvas_words(canvas, rect, 0, ROLE_WARNING,
			     no_code_text(canvas, model));
		return;
	}
	write_code(written, sizeof(written), model->user_code, rect.columns);
	for (int y = 0; y < rect.rows; y++) {
		if (y + 1 == rect.rows) /* the cut must be visible */
			row = (struct span){.s = code, .len = strlen(code)};
		else if (!take_code(&code, rect.columns, &row))
			break;
		canvas_link(canvas, rect, y, 0,
			    canvas_span(canvas, rect, y, 0, ROLE_CODE, row.s,
					row.len));
	}
}

/* The code, and the time if there is room for it. */
static void draw_line(struct canvas *canvas, struct rect rect,
		      const struct model *model, struct view *view)
{
	char written[USER_CODE_BYTES];
	int width = text_width(no_code_text(canvas, model));

	if (panel_shows_code(canvas, model)) {
		write_code(written, sizeof(written), model->user_code,
			   rect.columns);
		width = text_width(written);
	}
	view->time = panel_line_time(rect);
	if (width + 1 + view->time.columns > rect.columns)
		view->time = rect_part(rect, 0, 0, 0, 0);
	rect.columns -= view->time.columns;
	rect = panel_way_back(canvas, rect, view, width);
	draw_code(canvas, rect, model);
	panel_time(canvas, view->time, model, view);
}

/* ---- Zoom */

/* The largest size that fits. */
static bool choose_zoomed(struct large_text *drawn, const struct canvas *canvas,
			  int rows, int columns, const char *code)
{
	if (canvas->slow)
		return false;
	for (int size = LARGE_COUNT - 1; size >= 0; size--) {
		if (large_break(drawn, (enum large)size, code, columns, 1,
				canvas->halves) &&
		    drawn->rows <= rows)
			return true;
	}
	return false;
}

int panel_code_zoom_rows(const struct canvas *canvas, int rows, int columns,
			 const struct model *model)
{
	char code[USER_CODE_BYTES];
	struct large_text drawn;

	user_code_group(code, sizeof(code), model->user_code);
	return panel_shows_code(canvas, model) &&
			       choose_zoomed(&drawn, canvas, rows - 1, columns,
					     code)
		       ? drawn.rows + 1
		       : 1;
}

/* Below a QR code that fills the screen: one row, and above it large characters
 * if there is room. */
static void draw_zoomed(struct canvas *canvas, struct rect rect,
			const struct model *model, struct view *view)
{
	struct rect line = rect_take_bottom(&rect, 1);
	char code[USER_CODE_BYTES];
	struct large_text drawn;

	user_code_group(code, sizeof(code), model->user_code);
	if (choose_zoomed(&drawn, canvas, rect.rows, rect.columns, code)) {
		canvas_large(canvas, rect, 0, true, ROLE_CODE, &drawn, code);
		line = rect_centred(line, 1,
				    drawn.columns > LINE_COLUMNS
					    ? drawn.columns
					    : LINE_COLUMNS);
	}
	draw_line(canvas, line, model, view);
}

/* There is no code yet. */
static void draw_waiting(struct canvas *canvas, struct rect rect,
			 const struct model *model, const struct view *view)
{
	int y = 0;

	if (view->header_rows == 0 && rect.rows > 2) {
		panel_title(canvas, rect, model);
		y = 2;
	}
	canvas_rest(canvas, rect, y, 0);
	canvas_words(canvas, rect, y, ROLE_HEADING, model->status);
}

/* The first of its blocks that there is. */
static enum block second_step(const struct stack *stack)
{
	if (stack->rows[BLOCK_TYPE] > 0)
		return BLOCK_TYPE;
	return stack->rows[BLOCK_LARGE] > 0 ? BLOCK_LARGE : BLOCK_CODE;
}

static void draw(struct canvas *canvas, struct rect rect,
		 const struct model *model, struct view *view)
{
	struct rect places[BLOCK_COUNT];
	struct plan plan;

	if (model->user_code == NULL) {
		draw_waiting(canvas, rect, model, view);
		return;
	}
	if (view->zoom && view->symbol != NULL) {
		draw_zoomed(canvas, rect, model, view);
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
		canvas_text(canvas, places[second_step(&plan.stack)], 0, 0,
			    ROLE_TEXT, "2");
		for (enum block i = BLOCK_OPEN; i <= BLOCK_REPLACED; i++)
			places[i] = panel_indented(places[i], plan.indent);
	}
	panel_title(canvas, places[BLOCK_TITLE], model);
	panel_text(canvas, places[BLOCK_TEXT], false, model->text);
	canvas_words(canvas, places[BLOCK_OPEN], 0, ROLE_TEXT,
		     open_text(view, places[BLOCK_OPEN].columns));
	draw_url(canvas, places[BLOCK_URL], url_of(canvas, model));
	canvas_words(
		canvas, places[BLOCK_TYPE], 0, ROLE_TEXT,
		type_text(canvas, model, view, places[BLOCK_TYPE].columns));
	if (plan.large)
		canvas_large(canvas, places[BLOCK_LARGE], 0, false, ROLE_CODE,
			     &plan.drawn, plan.code);
	draw_code(canvas, places[BLOCK_CODE], model);
	canvas_words(canvas, places[BLOCK_REPLACED], 0, ROLE_WARNING,
		     replaced_text(model));
	canvas_words(canvas, places[BLOCK_CAUTION], 0, ROLE_TEXT, plan.caution);
	view->time = places[BLOCK_TIME];
	panel_time(canvas, view->time, model, view);
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
