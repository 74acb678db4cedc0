/* SPDX-License-Identifier: MIT */
/*
 * Waits for a user: the title as large as possible, and what to do.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/text.h"
#include "ui/model.h"
#include "ui/panel.h"

enum { TITLE_MAX = 40 };

static void centre(struct canvas *canvas, struct rect rect, int y,
		   enum role role, const char *text)
{
	int x = (rect.columns - text_width(text)) / 2;

	canvas_text(canvas, rect, y, x > 0 ? x : 0, role, text);
}

/* In capitals, because large characters have no lower case. */
static void make_capitals(char *dst, size_t size, const char *text)
{
	text_clip(dst, size, text, strlen(text), -1, 0);
	for (char *c = dst; *c != '\0'; c++)
		*c = ascii_upper(*c);
}

/* The largest size that fits; false if none does. */
static bool choose_size(const struct canvas *canvas, struct rect rect,
			const char *title, enum large *size)
{
	enum { REST = 4 }; /* rows for everything else */

	for (int i = LARGE_COUNT - 1; i >= 0; i--) {
		int columns = large_columns((enum large)i, title);

		if (columns > 0 && columns <= rect.columns &&
		    large_rows((enum large)i, canvas->halves) + REST <=
			    rect.rows) {
			*size = (enum large)i;
			return true;
		}
	}
	return false;
}

static void draw(struct canvas *canvas, struct rect rect,
		 const struct model *model, struct view *view)
{
	static const char invitation[] = "Press any key to sign in";
	char title[TITLE_MAX], where[160];
	enum large size = LARGE_SMALL;
	bool large;
	int rows;

	(void)view;
	make_capitals(title, sizeof(title), model->title);
	large = strlen(title) == strlen(model->title) &&
		choose_size(canvas, rect, title, &size);
	rows = large ? large_rows(size, canvas->halves) : 1;
	rect = rect_centred(rect, rows + 4, rect.columns);
	if (large)
		canvas_large(canvas, rect, 0,
			     (rect.columns - large_columns(size, title)) / 2,
			     ROLE_CODE, size, title);
	else
		centre(canvas, rect, 0, ROLE_TITLE, model->title);
	if (rect.rows < rows + 4) /* no room for empty rows */
		rows--;
	centre(canvas, rect, rows + 1, ROLE_TEXT,
	       text_width(invitation) <= rect.columns ? invitation
						      : "Press any key");
	if (model->device != NULL && model->device[0] != '\0')
		snprintf(where, sizeof(where), "%s on %s", model->provider,
			 model->device);
	else
		snprintf(where, sizeof(where), "%s", model->provider);
	centre(canvas, rect, rows + 3, ROLE_DIM, where);
}

const struct panel panel_welcome = {.draw = draw};
