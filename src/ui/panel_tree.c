/* SPDX-License-Identifier: MIT */
/*
 * The whole profile as a tree. Only the visible rows are processed, however
 * large it is.
 */
#include "config.h"

#include <stdio.h>

#include "base/i18n.h"
#include "oauth/profile.h"
#include "ui/model.h"
#include "ui/panel.h"
#include "ui/view.h"

enum { INDENT = 2 };

static void draw_node(struct canvas *canvas, struct rect row,
		      const struct profile_node *node, bool folded,
		      bool selected)
{
	const char *mark = node->descendants == 0 ? " " : folded ? "+" : "-";
	/* Deep nodes stay on the screen. */
	int x = node->depth * INDENT < row.columns / 2 ? node->depth * INDENT
						       : row.columns / 2;
	enum role label = ROLE_LABEL, value = ROLE_VALUE;

	if (selected) {
		label = value = ROLE_SELECTED;
		canvas_rest(canvas, row, 0, x);
		canvas_fill(canvas, row, ROLE_SELECTED);
	}
	canvas_text(canvas, row, 0, x, label, mark);
	x += 2;
	x += canvas_text(canvas, row, 0, x, label, node->name);
	canvas_text(canvas, row, 0, x + 2, value, panel_value(node->value));
}

static void draw(struct canvas *canvas, struct rect rect,
		 const struct model *model, struct view *view)
{
	const struct profile *profile = model->profile;
	struct tree *tree = &view->tree;
	struct rect list = rect;
	char title[128];
	size_t i;

	rect_take_top(&list, 1);
	view->page_rows = list.rows;
	if (profile == NULL || tree->count == 0)
		return;
	tree_follow(tree, list.rows);
	/* Translators: the heading of all data about the user, as a tree, with
	 * the chosen line of how many. */
	snprintf(title, sizeof(title), _("Everything: %zu of %zu"),
		 tree->selected + 1, tree->count);
	panel_rule(canvas, rect, 0, title);
	i = tree->top;
	for (int y = 0; y < list.rows && i < tree->count; y++) {
		draw_node(canvas, rect_part(list, y, 0, 1, list.columns),
			  &profile->nodes[i], tree->folded[i],
			  i == tree->selected);
		i = tree_next(tree, profile, i);
	}
}

const struct panel panel_tree = {.draw = draw};
