/* SPDX-License-Identifier: MIT */
/*
 * Moving about in the tree of a profile: which nodes are folded, which one is
 * chosen and which is at the top. A key costs as much as the rows on show and
 * the depth of the tree, however many nodes there are. Draws nothing.
 */
#ifndef GRANTTY_UI_TREE_H
#define GRANTTY_UI_TREE_H

#include <stdbool.h>
#include <stddef.h>

struct profile;

struct tree {
	size_t count;	 /* nodes */
	size_t *parents; /* by node; the count of nodes where there is none */
	bool *folded;	 /* by node */
	size_t selected;
	size_t top; /* the first node on show */
};

/* Begins with the tree of profile; large branches are folded. */
void tree_begin(struct tree *tree, const struct profile *profile);
void tree_end(struct tree *tree); /* frees what the struct holds */

/* The node after or before node i that no folded one hides; the count of nodes
 * where there is none. */
size_t tree_next(const struct tree *tree, const struct profile *profile,
		 size_t i);
size_t tree_previous(const struct tree *tree, size_t i);

/* Takes a key (enum key) where rows nodes are on show. False where the key
 * means nothing here. */
bool tree_key(struct tree *tree, const struct profile *profile, int rows,
	      int key);

/* Moves the top so that the chosen node is among the rows on show. */
void tree_follow(struct tree *tree, int rows);

#endif
