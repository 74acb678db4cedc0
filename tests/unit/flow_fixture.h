/* SPDX-License-Identifier: MIT */
/*
 * A flow in the modelled world, for the tests of machine/flow: how it starts,
 * and how far it goes.
 */
#ifndef GRANTTY_TESTS_FLOW_FIXTURE_H
#define GRANTTY_TESTS_FLOW_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "machine/flow.h"
#include "machine/flow_state.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HOUR_MS (60 * INT64_C(60000))

struct fixture {
	struct world world;
	struct flow *flow;
	struct client *client;
};

/* A world with one flow that has not started; the patience is flow_new()'s. */
void flow_fixture_open(struct fixture *fixture, int patience, uint64_t seed);
void flow_fixture_close(struct fixture *fixture);

/* A person asks for a code. */
void flow_fixture_start(struct fixture *fixture);
bool flow_fixture_is_over(const struct flow *flow);

/* Goes on until the flow is over; false where it is not in that time. */
bool flow_fixture_finish(struct fixture *fixture, int64_t ms);

/* Goes on until the flow is in that state. */
void flow_fixture_reach(struct fixture *fixture, enum flow_state state);

/* What is true of every end. */
void flow_fixture_check_end(const struct flow *flow);

#endif
