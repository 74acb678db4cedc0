/* SPDX-License-Identifier: MIT */
/*
 * Divides the rows of a panel among its blocks, which are drawn one above
 * another: whoever asks first is served first, wherever its block stands.
 */
#ifndef GRANTTY_UI_STACK_H
#define GRANTTY_UI_STACK_H

#include <stdbool.h>

#include "ui/rect.h"

enum { STACK_BLOCKS = 8 };

/* Begins zeroed but for free. Blocks are numbered from the top down. */
struct stack {
	int rows[STACK_BLOCKS];	  /* 0: left out */
	int spaces[STACK_BLOCKS]; /* empty rows above it */
	int free;		  /* rows that are not used yet */
};

/* Takes rows for the block if they are there; else false. */
bool stack_add(struct stack *stack, unsigned block, int rows);

/* An empty row above the block, if it is shown and there is one left. */
void stack_space(struct stack *stack, unsigned block);

/* Where the block is in the panel's rectangle, which has the rows that were
 * divided. */
struct rect stack_place(const struct stack *stack, struct rect rect,
			unsigned block);

#endif
