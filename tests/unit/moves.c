/* SPDX-License-Identifier: MIT */
/*
 * Which rows of the tables were taken by this program.
 */
#include "config.h"

#include "moves.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "machine/event.h"
#include "machine/states.h"

enum { MACHINES = 8, STATES = 32 };

static struct {
	const struct states *states;
	uint32_t taken[STATES];
} machines[MACHINES];

static void write_moves(void)
{
	char name[4096];
	FILE *file;

	(void)snprintf(name, sizeof(name), "%s.moves", program_invocation_name);
	file = fopen(name, "w");
	for (size_t m = 0; file != NULL && m < MACHINES; m++) {
		const struct states *states = machines[m].states;

		for (unsigned from = 0; states && from < states->count; from++)
			for (unsigned to = 0; to < states->count; to++)
				if (machines[m].taken[from] & STATE_BIT(to))
					fprintf(file, "%s %s %s\n",
						states->machine,
						states_name(states, from),
						states_name(states, to));
	}
	if (file != NULL)
		(void)fclose(file);
}

static void note(const struct move *move)
{
	size_t m = 0;

	if (machines[0].states == NULL)
		(void)atexit(write_moves);
	while (machines[m].states != NULL &&
	       machines[m].states != move->machine)
		m++;
	machines[m].states = move->machine;
	machines[m].taken[move->from] |= STATE_BIT(move->to);
}

const char *moves_fault(const struct action *action)
{
	const char *fault = NULL;

	if (action->move_count == ACTION_MOVES_MAX)
		return "makes more moves in a step than there is room for";
	for (unsigned i = 0; i < action->move_count; i++) {
		const struct move *move = &action->moves[i];

		if (move->from == move->to)
			continue;
		note(move);
		if (!states_allow(move->machine, move->from, move->to))
			fault = "makes a move that its table does not have";
	}
	return fault;
}
