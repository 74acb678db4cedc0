/* SPDX-License-Identifier: MIT */
/*
 * Look-ups in a table of states.
 */
#include "config.h"

#include "machine/states.h"

const char *states_name(const struct states *states, unsigned state)
{
	return states->rows[state].name;
}

bool states_allow(const struct states *states, unsigned from, unsigned to)
{
	return (states->rows[from].next & STATE_BIT(to)) != 0;
}

enum liveness states_liveness(const struct states *states, unsigned state,
			      int64_t due_ms)
{
	enum liveness waits = states->rows[state].waits;
	bool has_deadline = due_ms != INT64_MAX;

	switch (waits) {
	case LIVENESS_REQUEST:
	case LIVENESS_STORE:
	case LIVENESS_OVER:
		return has_deadline ? LIVENESS_HUNG : waits;
	case LIVENESS_DEADLINE:
		return has_deadline ? waits : LIVENESS_HUNG;
	case LIVENESS_USER:
		return has_deadline ? LIVENESS_DEADLINE : waits;
	case LIVENESS_HUNG:
		break;
	}
	return LIVENESS_HUNG;
}
