/* SPDX-License-Identifier: MIT */
/*
 * The list of keys, in a box over the rest of the screen. On the smallest
 * screens it takes all of it, in fewer words.
 */
#include "config.h"

#include "base/i18n.h"
#include "base/text.h"
#include "ui/keys.h"
#include "ui/panel.h"
#include "ui/view.h"
#include "ui/wrap.h"

enum {
	NAMES = 8, /* columns */
	MARGIN = 2,
	FRAME_ROWS = 4, /* including an empty row and how to close it */
	FRAME_COLUMNS = 30
};

static int count_keys(const struct model *model, const struct view *view)
{
	int count = 0;

	while (keys_at(model, view, (size_t)count) != NULL)
		count++;
	return count;
}

static int widest_help(const struct model *model, const struct view *view)
{
	const struct binding *binding;
	int widest = 0;

	for (size_t i = 0; (binding = keys_at(model, view, i)) != NULL; i++) {
		int width = text_width(keys_help(binding));

		if (width > widest)
			widest = width;
	}
	return widest;
}

/* Without room for a box, the list fills the rectangle. */
static bool has_frame(struct rect rect, int keys)
{
	return rect.rows >= keys + FRAME_ROWS && rect.columns >= FRAME_COLUMNS;
}

static struct rect box_in(struct rect rect, const struct model *model,
			  const struct view *view)
{
	const int keys = count_keys(model, view);

	if (!has_frame(rect, keys))
		return rect;
	return rect_centred(rect, keys + FRAME_ROWS,
			    NAMES + widest_help(model, view) + 2 * MARGIN + 2);
}

static void vital(struct rect parts[PANEL_VITAL], const struct canvas *canvas,
		  struct rect rect, const struct model *model,
		  const struct view *view)
{
	(void)canvas;
	parts[0] = box_in(rect, model, view);
	parts[1] = (struct rect){0};
}

/* The short text, if the long one does not fit and there is a short one. */
static const char *text_of(const struct binding *binding, int columns)
{
	const char *help = keys_help(binding);

	return text_width(help) > columns && binding->label[0] != '\0'
		       ? _(binding->label)
		       : help;
}

static int rows_of(const struct canvas *canvas, const struct binding *binding,
		   int columns)
{
	const int rows = wrap_words_rows(text_of(binding, columns - NAMES),
					 columns - NAMES, canvas->text_flags);

	return rows > 0 ? rows : 1;
}

/* The rows for keys: all, if they fit. Otherwise the last one says how to see
 * the others, unless it is the only one. */
static int page_rows(const struct canvas *canvas, struct rect list,
		     const struct model *model, const struct view *view)
{
	const struct binding *binding;
	int rows = 0;

	for (size_t i = 0; (binding = keys_at(model, view, i)) != NULL; i++)
		rows += rows_of(canvas, binding, list.columns);
	return rows <= list.rows || list.rows < 2 ? list.rows : list.rows - 1;
}

/* Draws as many keys as there is room for, but at least one; returns the rows
 * they take. */
static int draw_keys(struct canvas *canvas, struct rect list,
		     const struct model *model, struct view *view)
{
	const struct binding *binding;
	int y = 0, i = view->help_first;

	while ((binding = keys_at(model, view, (size_t)i)) != NULL) {
		const int rows = rows_of(canvas, binding, list.columns);
		struct rect text =
			rect_part(list, y, NAMES, rows, list.columns);

		if (y > 0 && y + rows > list.rows)
			break;
		canvas_text(canvas, list, y, 0, ROLE_KEY, _(binding->name));
		canvas_words(canvas, text, 0, ROLE_TEXT,
			     text_of(binding, list.columns - NAMES));
		y += rows;
		i++;
	}
	view->help_next = i;
	view->help_more = binding != NULL;
	return y;
}

/* How to go on, in the words that fit. */
static const char *hint_text(const struct view *view, int columns)
{
	/* Translators: the same in fewer and fewer words, under the list of
	 * keys: at most 44, 26 and 18 columns. */
	static const char *const more[] = {
		N_("Space: more keys. Any other key: close."),
		N_("Space: more. Other: close"), N_("Space: more")};
	static const char *const last[] = {N_("Press any key to close."),
					   N_("Any key: close"),
					   N_("Any key: close")};
	const char *const *texts = view->help_more ? more : last;

	for (int i = 0; i < 2; i++) {
		if (text_width(_(texts[i])) <= columns)
			return _(texts[i]);
	}
	return _(texts[2]);
}

static void draw(struct canvas *canvas, struct rect rect,
		 const struct model *model, struct view *view)
{
	const struct rect box = box_in(rect, model, view);
	const int keys = count_keys(model, view);
	struct rect list = box, page;
	int used;

	canvas_fill(canvas, box, ROLE_TEXT);
	if (has_frame(rect, keys)) {
		canvas_box(canvas, box, ROLE_BORDER);
		/* Translators: in the frame around the list of keys. */
		canvas_text(canvas, box, 0, MARGIN, ROLE_HEADING, _(" Keys "));
		list = rect_part(box, 1, MARGIN + 1, box.rows - 2,
				 box.columns - 2 * MARGIN - 2);
	}
	canvas_rest(canvas, list, 0, 0);
	if (view->help_first >= keys)
		view->help_first = 0;
	page = rect_part(list, 0, 0, page_rows(canvas, list, model, view),
			 list.columns);
	used = draw_keys(canvas, page, model, view);
	if (list.rows > used || list.rows > page.rows)
		canvas_text(canvas, list, list.rows - 1, 0, ROLE_DIM,
			    hint_text(view, list.columns));
}

const struct panel panel_help = {.draw = draw, .vital = vital};
