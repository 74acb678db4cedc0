/* SPDX-License-Identifier: MIT */
/*
 * Prints the tables of states for tests/machines.py: "machine state waits" for
 * each state, then "machine from to" for each change that a table allows.
 */
#include "config.h"

#include <stdio.h>

#include "machine/discovery.h"
#include "machine/flow.h"
#include "machine/session.h"
#include "machine/visit.h"

static const char *const names[] = {
	[LIVENESS_HUNG] = "the machine below it",
	[LIVENESS_REQUEST] = "the reply to a request",
	[LIVENESS_STORE] = "the store",
	[LIVENESS_DEADLINE] = "a deadline",
	[LIVENESS_USER] = "the user",
	[LIVENESS_OVER] = "nothing",
};

static void print(const struct states *states)
{
	for (unsigned from = 0; from < states->count; from++)
		printf("state\t%s\t%s\t%s\n", states->machine,
		       states_name(states, from),
		       names[states->rows[from].waits]);
	for (unsigned from = 0; from < states->count; from++)
		for (unsigned to = 0; to < states->count; to++)
			if (states_allow(states, from, to))
				printf("move\t%s\t%s\t%s\n", states->machine,
				       states_name(states, from),
				       states_name(states, to));
}

int main(void)
{
	print(&visit_stages);
	print(&discovery_states);
	print(&flow_states);
	print(&session_states);
	return 0;
}
