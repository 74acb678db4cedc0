/* SPDX-License-Identifier: MIT */
/*
 * What leads a visit through the modelled world.
 */
#include "config.h"

#include "visit_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void visit_fixture_open(struct fixture *fixture,
			const struct visit_policy *policy)
{
	world_init(&fixture->world);
	fixture->policy = *policy;
	fixture->visit = NULL;
}

void visit_fixture_boot(struct fixture *fixture, uint64_t seed)
{
	struct event event = world_event(&fixture->world, EVENT_TICK);
	struct action action;

	visit_free(fixture->visit);
	world_crash(&fixture->world);
	fixture->visit = visit_new(&fixture->world.issuer.provider,
				   &fixture->policy, seed);
	fixture->client = world_add_visit(&fixture->world, fixture->visit);
	visit_begin(fixture->visit, &event, &action);
	world_do(&fixture->world, fixture->client, &action);
}

void visit_fixture_close(struct fixture *fixture)
{
	visit_free(fixture->visit);
	world_free(&fixture->world);
}

void user_event(struct fixture *fixture, enum event_kind kind)
{
	world_post(&fixture->world, fixture->client, kind);
}

void visit_fixture_run_for(struct fixture *fixture, int64_t ms)
{
	world_run(&fixture->world, fixture->world.now_ms + ms);
}

void visit_fixture_reach(struct fixture *fixture, enum visit_stage stage)
{
	int64_t until_ms = fixture->world.now_ms + DAY_MS;

	while (visit_stage(fixture->visit) != stage &&
	       world_turn(&fixture->world, until_ms))
		continue;
	if (visit_stage(fixture->visit) != stage)
		fail_msg(
			"%s, not %s",
			states_name(&visit_stages, visit_stage(fixture->visit)),
			states_name(&visit_stages, stage));
}

void visit_fixture_approve(struct fixture *fixture)
{
	fixture->world.issuer.approve_ms = fixture->world.now_ms;
	visit_fixture_reach(fixture, VISIT_PROFILE);
}
