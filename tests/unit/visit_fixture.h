/* SPDX-License-Identifier: MIT */
/*
 * A visit in the modelled world, for the tests of machine/visit: how the
 * program starts, and what a person does there.
 */
#ifndef GRANTTY_TESTS_VISIT_FIXTURE_H
#define GRANTTY_TESTS_VISIT_FIXTURE_H

#include <stdint.h>

#include "machine/event.h"
#include "machine/visit.h"
#include "machine/visit_stage.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define OURS "https://id.example"

struct fixture {
	struct world world;
	struct visit_policy policy;
	struct visit *visit;
	struct client *client;
};

static const struct visit_policy kiosk = {.once = false};
static const struct visit_policy key_kiosk = {.wait_for_key = true};

/* The world, without anybody in it. */
void visit_fixture_open(struct fixture *fixture,
			const struct visit_policy *policy);

/* The program starts; again, where it has run before. */
void visit_fixture_boot(struct fixture *fixture, uint64_t seed);
void visit_fixture_close(struct fixture *fixture);
void user_event(struct fixture *fixture, enum event_kind kind);
void visit_fixture_run_for(struct fixture *fixture, int64_t ms);

/* Goes on until the visit is at that stage, for a day at most. */
void visit_fixture_reach(struct fixture *fixture, enum visit_stage stage);

/* Approves the code, and goes on until the profile is there. */
void visit_fixture_approve(struct fixture *fixture);

#endif
