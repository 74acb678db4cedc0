/* SPDX-License-Identifier: MIT */
/*
 * Navigation in the tree of a profile: which nodes are folded, which one is
 * selected and which is at the top. A key costs as much as the visible rows and
 * the depth of the tree, however many nodes there are. Draws nothing.
 */
#ifndef GRANTTY_UI_TREE_H
#define GRANTTY_UI_TREE_H

#include <stdbool.h>
#include <stddef.h>

struct profile;

struct tree {
	size_t count;	 /* nodes */
	size_t *parents; /* by node; the node count if it has no parent */
	bool *folded;	 /* by node */
	size_t selected;
	size_t top; /* the first visible node */
};

/* Starts with the tree of profile; large branches are folded. */
void tree_begin(struct tree *tree, const struct profile *profile);
void tree_end(struct tree *tree); /* frees the contents */

/* The node after node i that is not hidden by a folded one; the node count if
 * there is none. */
size_t tree_next(const struct tree *tree, const struct profile *profile,
		 size_t i);

/* Handles a key (enum key) while that many rows are visible. False if the key
 * means nothing here. */
bool tree_key(struct tree *tree, const struct profile *profile, int rows,
	      int key);

/* Scrolls so that the selected node is visible. */
void tree_follow(struct tree *tree, int rows);

#endif
