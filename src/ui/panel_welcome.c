/* SPDX-License-Identifier: MIT */
/*
 * Waits for a user: the title as large as possible, and what to do.
 */
#include "config.h"

#include <stdio.h>

#include "base/text.h"
#include "ui/model.h"
#include "ui/panel.h"

enum {
	TITLE_LINES = 2,
	INVITATION_LINES = 2,
	GAP = 2,	 /* rows between what is large */
	LETTERS_ROWS = 2 /* the invitation as letters, below an empty row */
};

static const char invitation[] = "Press any key to sign in";
static const char brief[] = "Press any key";

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
	    !large_break(&plan->invitation, size, invitation, columns,
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
	return (struct plan){.rows = 3};
}

static void draw(struct canvas *canvas, struct rect rect,
		 const struct model *model, struct view *view)
{
	enum { WHERE_ROWS = 2 }; /* including an empty one */
	const struct plan plan = make_plan(canvas, rect.rows - WHERE_ROWS,
					   rect.columns, model->title);
	int y = plan.large_title ? plan.title.rows : 1;
	const char *words;
	char where[160];

	(void)view;
	rect = rect_centred(rect, plan.rows + WHERE_ROWS, rect.columns);
	if (plan.large_title)
		canvas_large(canvas, rect, 0, true, ROLE_CODE, &plan.title,
			     model->title);
	else
		centre(canvas, rect, 0, ROLE_TITLE, model->title);
	if (plan.large_invitation) {
		canvas_large(canvas, rect, y + GAP, true, ROLE_HEADING,
			     &plan.invitation, invitation);
		y += GAP + plan.invitation.rows;
	}
	/* Always as letters, too: for whoever does not see blocks. On the
	 * smallest screens there is no room for empty rows. */
	y += rect.rows < plan.rows + WHERE_ROWS ? 0 : 1;
	words = text_width(invitation) <= rect.columns ? invitation : brief;
	centre(canvas, rect, y, plan.large_invitation ? ROLE_DIM : ROLE_HEADING,
	       words);
	canvas_rest(canvas, rect, y, (rect.columns - text_width(words)) / 2);
	y++;
	if (model->device != NULL && model->device[0] != '\0')
		snprintf(where, sizeof(where), "%s on %s", model->provider,
			 model->device);
	else
		snprintf(where, sizeof(where), "%s", model->provider);
	centre(canvas, rect, y + 1, ROLE_DIM, where);
}

const struct panel panel_welcome = {.draw = draw};
