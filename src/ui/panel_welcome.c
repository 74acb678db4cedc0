/* SPDX-License-Identifier: MIT */
/*
 * Waits for a user: the title as large as possible, and what to do.
 */
#include "config.h"

#include <stdio.h>

#include "base/i18n.h"
#include "base/text.h"
#include "ui/logo.h"
#include "ui/model.h"
#include "ui/panel.h"

enum {
	TITLE_LINES = 2,
	INVITATION_LINES = 2,
	GAP = 2,	 /* rows between what is large */
	SMALL_ROWS = 3,	 /* of both as letters */
	LETTERS_ROWS = 2 /* the invitation as letters, below an empty row */
};

/* Translators: the screen that waits for a user. At most 44 columns, and 20 on
 * narrow screens. */
static const char invitation[] = N_("Press any key to sign in");
static const char brief[] = N_("Press any key");

/* Title and invitation: both in large characters of one size, or only the
 * title, or neither. */
struct plan {
	bool large_title, large_invitation;
	struct large_text title, invitation;
	int rows; /* of both, with the gap between them */
};

static void centre(struct canvas *canvas, struct rect rect, int y,
		   enum role role, const char *text)
{
	int x = (rect.columns - text_width(text)) / 2;

	canvas_text(canvas, rect, y, x > 0 ? x : 0, role, text);
}

/* False if they do not fit in that size. */
static bool try_both(struct plan *plan, const struct canvas *canvas, int rows,
		     int columns, const char *title, enum large size)
{
	if (!large_break(&plan->title, size, title, columns, TITLE_LINES,
			 canvas->halves) ||
	    !large_break(&plan->invitation, size, _(invitation), columns,
			 INVITATION_LINES, canvas->halves))
		return false;
	plan->rows =
		plan->title.rows + GAP + plan->invitation.rows + LETTERS_ROWS;
	plan->large_title = plan->large_invitation = true;
	return plan->rows <= rows;
}

static bool try_title(struct plan *plan, const struct canvas *canvas, int rows,
		      int columns, const char *title, enum large size)
{
	if (!large_break(&plan->title, size, title, columns, TITLE_LINES,
			 canvas->halves))
		return false;
	plan->rows = plan->title.rows + 2;
	plan->large_title = true;
	plan->large_invitation = false;
	return plan->rows <= rows;
}

static struct plan make_plan(const struct canvas *canvas, int rows, int columns,
			     const char *title)
{
	struct plan plan;

	for (int i = LARGE_COUNT - 1; i >= 0; i--) {
		if (!canvas->slow && try_both(&plan, canvas, rows, columns,
					      title, (enum large)i))
			return plan;
	}
	for (int i = LARGE_COUNT - 1; i >= 0; i--) {
		if (try_title(&plan, canvas, rows, columns, title,
			      (enum large)i))
			return plan;
	}
	return (struct plan){.rows = SMALL_ROWS};
}

/* What is above and below the title. The logo is left out where it would leave
 * too little room, or on a slow line; then the text. */
struct extras {
	int logo_rows, logo_columns; /* 0: none */
	int text_rows;
};

static struct extras choose_extras(const struct canvas *canvas, int rows,
				   int columns, const struct model *model)
{
	struct extras extras = {0};

	if (model->logo != NULL && !canvas->slow)
		logo_measure(model->logo, &extras.logo_rows,
			     &extras.logo_columns);
	extras.text_rows = panel_text_rows(canvas, columns, model->text);
	rows -= SMALL_ROWS;
	if (extras.text_rows > rows)
		extras.text_rows = 0;
	if (extras.logo_columns > columns ||
	    extras.logo_rows + 1 + extras.text_rows > rows)
		extras.logo_rows = 0;
	return extras;
}

static int draw_title(struct canvas *canvas, struct rect rect, int y,
		      const struct plan *plan, const struct extras *extras,
		      const struct model *model)
{
	if (plan->large_title) {
		canvas_large(canvas, rect, y, true, ROLE_CODE, &plan->title,
			     model->title);
		y += plan->title.rows + (extras->text_rows > 0 ? 1 : 0);
	} else {
		centre(canvas, rect, y++, ROLE_TITLE, model->title);
	}
	if (extras->text_rows > 0)
		panel_text(
			canvas,
			rect_part(rect, y, 0, extras->text_rows, rect.columns),
			true, model->text);
	return y + extras->text_rows;
}

static void draw(struct canvas *canvas, struct rect rect,
		 const struct model *model, struct view *view)
{
	enum {
		WHERE_ROWS = 2, /* including an empty one */
		MARGINS = 2,
		MARGINS_FROM_ROWS = 24
	};
	const int rows = rect.rows - WHERE_ROWS -
			 (rect.rows >= MARGINS_FROM_ROWS ? MARGINS : 0);
	const struct extras extras =
		choose_extras(canvas, rows, rect.columns, model);
	const int logo = extras.logo_rows > 0 ? extras.logo_rows + 1 : 0;
	const int text = extras.text_rows > 0 ? extras.text_rows + 1 : 0;
	struct plan plan = make_plan(canvas, rows - logo - text, rect.columns,
				     model->title);
	const char *words;
	char where[256];
	int y;

	(void)view;
	plan.rows += logo + extras.text_rows +
		     (plan.large_title && text > 0 ? 1 : 0);
	rect = rect_centred(rect, plan.rows + WHERE_ROWS, rect.columns);
	if (logo > 0)
		logo_draw(canvas,
			  rect_centred(rect_part(rect, 0, 0, extras.logo_rows,
						 rect.columns),
				       extras.logo_rows, extras.logo_columns),
			  ROLE_HEADING, model->logo, !model->logo_not_in_font);
	y = draw_title(canvas, rect, logo, &plan, &extras, model);
	if (plan.large_invitation) {
		canvas_large(canvas, rect, y + GAP, true, ROLE_HEADING,
			     &plan.invitation, _(invitation));
		y += GAP + plan.invitation.rows;
	}
	/* Always as letters, too: for whoever does not see blocks. On the
	 * smallest screens there is no room for empty rows. */
	y += rect.rows < plan.rows + WHERE_ROWS ? 0 : 1;
	words = _(invitation);
	if (text_width(words) > rect.columns)
		words = _(brief);
	centre(canvas, rect, y, plan.large_invitation ? ROLE_DIM : ROLE_HEADING,
	       words);
	canvas_rest(canvas, rect, y, (rect.columns - text_width(words)) / 2);
	y++;
	if (model->device != NULL && model->device[0] != '\0')
		/* Translators: the provider and the name of the machine:
		 * "Webex on lobby3". */
		snprintf(where, sizeof(where), _("%s on %s"), model->provider,
			 model->device);
	else
		snprintf(where, sizeof(where), "%s", model->provider);
	centre(canvas, rect, y + 1, ROLE_DIM, where);
}

const struct panel panel_welcome = {.draw = draw};
