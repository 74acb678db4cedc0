/* SPDX-License-Identifier: MIT */
/*
 * What several panels share: the header, rules, and the arithmetic of
 * countdowns. Reads no clock: the time is in the model.
 */
#include "config.h"

#include "ui/panel.h"

#include "base/text.h"
#include "ui/model.h"

void panel_rule(struct canvas *canvas, struct rect rect, int y,
		const char *title)
{
	int x = 0;

	if (title[0] != '\0') {
		canvas_glyphs(canvas, rect, y, 0, ROLE_BORDER, GLYPH_LINE, 2);
		canvas_text(canvas, rect, y, 2, ROLE_BORDER, " ");
		x = 3 + canvas_text(canvas, rect, y, 3, ROLE_BORDER, title);
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

static void draw_header(struct canvas *canvas, struct rect rect,
			const struct model *model, struct view *view)
{
	(void)view;
	panel_title(canvas, rect, model);
	panel_rule(canvas, rect, 1, "");
}

const struct panel panel_header = {.draw = draw_header};
