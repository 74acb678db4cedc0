/* SPDX-License-Identifier: MIT */
/*
 * The states of a machine as a table: their names, what the machine waits for
 * in each, and which states may follow. docs/machines.md is generated from
 * these tables, and the tests check every step against them.
 */
#ifndef GRANTTY_MACHINE_STATES_H
#define GRANTTY_MACHINE_STATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a machine waits for after a step: always exactly one of these. */
enum liveness {
	LIVENESS_HUNG,	   /* nothing that can happen: a bug */
	LIVENESS_REQUEST,  /* a request is under way */
	LIVENESS_STORE,	   /* the result of a lock, a save or a wipe */
	LIVENESS_DEADLINE, /* a deadline */
	LIVENESS_USER,	   /* the user, and in some states a deadline as well */
	LIVENESS_OVER	   /* nothing: it has ended, or not begun */
};

struct state {
	const char *name;
	enum liveness waits; /* LIVENESS_HUNG: whatever the machine below it
			      * waits for */
	uint32_t next;	     /* STATE_BIT() of each state that may follow */
};

#define STATE_BIT(state) (UINT32_C(1) << (state))

/* The states of one machine. */
struct states {
	const char *machine;
	const struct state *rows; /* by state */
	size_t count;
};

const char *states_name(const struct states *states, unsigned state);

/* True if the table allows that change of state. For tests, and for the
 * diagrams of docs/machines.md. */
bool states_allow(const struct states *states, unsigned from, unsigned to);

/* What a machine waits for in that state with that deadline (NEVER_MS: none). A
 * state that waits for an answer must have no deadline, and one that waits for
 * a deadline must have one; otherwise LIVENESS_HUNG. */
enum liveness states_liveness(const struct states *states, unsigned state,
			      int64_t due_ms);

#endif
