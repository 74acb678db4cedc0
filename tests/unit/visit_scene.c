/* SPDX-License-Identifier: MIT */
/*
 * What leads a visit through the modelled world.
 */
#include "config.h"

#include "visit_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void visit_scene_open(struct scene *scene, const struct visit_policy *policy)
{
	world_init(&scene->world);
	scene->policy = *policy;
	scene->visit = NULL;
}

void visit_scene_boot(struct scene *scene, uint64_t seed)
{
	struct event event = world_event(&scene->world, EVENT_TICK);
	struct action action;

	visit_free(scene->visit);
	world_crash(&scene->world);
	scene->visit =
		visit_new(&scene->world.issuer.provider, &scene->policy, seed);
	scene->client = world_add_visit(&scene->world, scene->visit);
	visit_begin(scene->visit, &event, &action);
	world_do(&scene->world, scene->client, &action);
}

void visit_scene_close(struct scene *scene)
{
	visit_free(scene->visit);
	world_free(&scene->world);
}

void user_event(struct scene *scene, enum event_kind kind)
{
	world_post(&scene->world, scene->client, kind);
}

void visit_scene_run_for(struct scene *scene, int64_t ms)
{
	world_run(&scene->world, scene->world.now_ms + ms);
}

void visit_scene_reach(struct scene *scene, enum visit_stage stage)
{
	int64_t until_ms = scene->world.now_ms + DAY_MS;

	while (visit_stage(scene->visit) != stage &&
	       world_turn(&scene->world, until_ms))
		continue;
	if (visit_stage(scene->visit) != stage)
		fail_msg("%s, not %s",
			 states_name(&visit_stages, visit_stage(scene->visit)),
			 states_name(&visit_stages, stage));
}

void visit_scene_approve(struct scene *scene)
{
	scene->world.issuer.approve_ms = scene->world.now_ms;
	visit_scene_reach(scene, VISIT_PROFILE);
}
