/* SPDX-License-Identifier: MIT */
/*
 * Divides the rows of a panel among its blocks, which are drawn one above
 * another. Rows are given out in the order of the calls, not of the blocks.
 */
#ifndef GRANTTY_UI_STACK_H
#define GRANTTY_UI_STACK_H

#include <stdbool.h>

#include "ui/rect.h"

enum { STACK_BLOCKS = 10 };

/* Zeroed at first except for free. Blocks are numbered from the top down. */
struct stack {
	int rows[STACK_BLOCKS];	  /* 0: left out */
	int spaces[STACK_BLOCKS]; /* empty rows above the block */
	int free;		  /* rows not used yet */
};

/* Reserves rows for the block; false if there are not enough. */
bool stack_add(struct stack *stack, unsigned block, int rows);

/* Adds an empty row above the block, if the block is shown and a row is
 * left. */
void stack_space(struct stack *stack, unsigned block);

/* The place of the block in the panel's rectangle, which must have as many rows
 * as were divided. */
struct rect stack_place(const struct stack *stack, struct rect rect,
			unsigned block);

#endif
