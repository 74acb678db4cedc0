/* SPDX-License-Identifier: MIT */
/*
 * Counts rows. Does not know what is in the blocks.
 */
#include "config.h"

#include "ui/stack.h"

bool stack_add(struct stack *stack, unsigned block, int rows)
{
	if (rows > stack->free)
		return false;
	stack->rows[block] += rows;
	stack->free -= rows;
	return true;
}

void stack_space(struct stack *stack, unsigned block)
{
	if (stack->rows[block] > 0 && stack->free > 0) {
		stack->spaces[block]++;
		stack->free--;
	}
}

struct rect stack_place(const struct stack *stack, struct rect rect,
			unsigned block)
{
	int y = stack->spaces[block];

	for (unsigned i = 0; i < block; i++)
		y += stack->spaces[i] + stack->rows[i];
	return rect_part(rect, y, 0, stack->rows[block], rect.columns);
}
