/* SPDX-License-Identifier: MIT */
/*
 * Steps through the flat list of nodes: forward, it skips all descendants of a
 * folded node; backward, the outermost folded ancestor hides its contents.
 * Reads the profile, changes only its own state.
 */
#include "config.h"

#include "ui/tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "oauth/profile.h"
#include "ui/keyboard.h"

/* A branch with more descendants starts folded. */
enum { LARGE_BRANCH = 20 };

static bool is_branch(const struct profile *profile, size_t i)
{
	return profile->nodes[i].descendants > 0;
}

void tree_begin(struct tree *tree, const struct profile *profile)
{
	const size_t count = profile->node_count;
	size_t parent = count; /* the branch that may contain the next node */

	tree_end(tree);
	tree->count = count;
	tree->parents = xcalloc(count + 1, sizeof(*tree->parents));
	tree->folded = xcalloc(count + 1, sizeof(*tree->folded));
	for (size_t i = 0; i < count; i++) {
		while (parent < count &&
		       i > parent + profile->nodes[parent].descendants)
			parent = tree->parents[parent];
		tree->parents[i] = parent;
		tree->folded[i] = profile->nodes[i].descendants > LARGE_BRANCH;
		if (is_branch(profile, i))
			parent = i;
	}
}

void tree_end(struct tree *tree)
{
	free(tree->parents);
	free(tree->folded);
	memset(tree, 0, sizeof(*tree));
}

size_t tree_next(const struct tree *tree, const struct profile *profile,
		 size_t i)
{
	size_t next = i + 1;

	if (tree->folded[i])
		next += profile->nodes[i].descendants;
	return next < tree->count ? next : tree->count;
}

/* The node before node i that is not hidden by a folded one; the node count if
 * there is none. */
static size_t previous_node(const struct tree *tree, size_t i)
{
	size_t shown = i - 1;

	if (i == 0)
		return tree->count;
	for (size_t up = tree->parents[i - 1]; up < tree->count;
	     up = tree->parents[up]) {
		if (tree->folded[up])
			shown = up;
	}
	return shown;
}

static size_t forward(const struct tree *tree, const struct profile *profile,
		      size_t i, int steps)
{
	size_t next;

	while (steps-- > 0 &&
	       (next = tree_next(tree, profile, i)) < tree->count)
		i = next;
	return i;
}

static size_t backward(const struct tree *tree, size_t i, int steps)
{
	size_t previous;

	while (steps-- > 0 && (previous = previous_node(tree, i)) < tree->count)
		i = previous;
	return i;
}

/* Right: unfolds, then enters. */
static void go_in(struct tree *tree, const struct profile *profile)
{
	if (!is_branch(profile, tree->selected))
		return;
	if (tree->folded[tree->selected])
		tree->folded[tree->selected] = false;
	else
		tree->selected++;
}

/* Left: folds, then goes up to the parent. */
static void go_out(struct tree *tree, const struct profile *profile)
{
	size_t parent = tree->parents[tree->selected];

	if (is_branch(profile, tree->selected) && !tree->folded[tree->selected])
		tree->folded[tree->selected] = true;
	else if (parent < tree->count)
		tree->selected = parent;
}

bool tree_key(struct tree *tree, const struct profile *profile, int rows,
	      int key)
{
	const int page = rows > 1 ? rows - 1 : 1;
	size_t *at = &tree->selected;

	if (tree->count == 0)
		return false;
	switch (key) {
	case KEYS_UP:
		*at = backward(tree, *at, 1);
		break;
	case KEYS_DOWN:
		*at = forward(tree, profile, *at, 1);
		break;
	case KEYS_PAGE_UP:
		*at = backward(tree, *at, page);
		break;
	case KEYS_PAGE_DOWN:
		*at = forward(tree, profile, *at, page);
		break;
	case KEYS_HOME:
		*at = 0;
		break;
	case KEYS_END:
		*at = previous_node(tree, tree->count);
		break;
	case KEYS_RIGHT:
		go_in(tree, profile);
		break;
	case KEYS_LEFT:
		go_out(tree, profile);
		break;
	case KEYS_ENTER:
	case ' ':
		if (is_branch(profile, *at))
			tree->folded[*at] = !tree->folded[*at];
		break;
	default:
		return false;
	}
	tree_follow(tree, rows);
	return true;
}

void tree_follow(struct tree *tree, int rows)
{
	size_t lowest;

	if (tree->count == 0)
		return;
	/* The top may be hidden by a fold, or be below the selected node. */
	lowest = backward(tree, tree->selected, rows > 0 ? rows - 1 : 0);
	if (tree->top > tree->selected)
		tree->top = tree->selected;
	else if (tree->top < lowest)
		tree->top = lowest;
	else
		tree->top = previous_node(tree, tree->top + 1);
	/* No empty rows at the end if there are nodes above. */
	lowest = backward(tree, previous_node(tree, tree->count),
			  rows > 0 ? rows - 1 : 0);
	if (tree->top > lowest)
		tree->top = lowest;
}
