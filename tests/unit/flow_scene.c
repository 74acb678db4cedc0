/* SPDX-License-Identifier: MIT */
/*
 * What leads a flow through the modelled world.
 */
#include "config.h"

#include "flow_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void flow_scene_open(struct scene *scene, int patience, uint64_t seed)
{
	world_init(&scene->world);
	scene->flow = flow_new(&scene->world.issuer.provider, patience, seed);
	scene->client = world_add_flow(&scene->world, scene->flow);
}

void flow_scene_close(struct scene *scene)
{
	flow_free(scene->flow);
	world_free(&scene->world);
}

void flow_scene_start(struct scene *scene)
{
	world_post(&scene->world, scene->client, EVENT_START);
}

bool flow_scene_is_over(const struct flow *flow)
{
	switch (flow_state(flow)) {
	case FLOW_GRANTED:
	case FLOW_DENIED:
	case FLOW_EXPIRED:
	case FLOW_FAILED:
		return true;
	case FLOW_IDLE:
	case FLOW_REQUESTING:
	case FLOW_BACKING_OFF:
	case FLOW_WAITING:
	case FLOW_POLLING:
	case FLOW_AWAITING_REDIRECT:
	case FLOW_EXCHANGING:
	case FLOW_EXCHANGE_BACKING_OFF:
		break;
	}
	return false;
}

bool flow_scene_finish(struct scene *scene, int64_t ms)
{
	int64_t until_ms = scene->world.now_ms + ms;

	while (!flow_scene_is_over(scene->flow) &&
	       world_turn(&scene->world, until_ms))
		assert_true(flow_state(scene->flow) != FLOW_WAITING ||
			    flow_deadline(scene->flow) <=
				    flow_expires_ms(scene->flow));
	return flow_scene_is_over(scene->flow);
}

void flow_scene_reach(struct scene *scene, enum flow_state state)
{
	int64_t until_ms = scene->world.now_ms + HOUR_MS;

	while (flow_state(scene->flow) != state &&
	       world_turn(&scene->world, until_ms))
		continue;
	assert_int_equal(flow_state(scene->flow), state);
}

void flow_scene_check_end(const struct flow *flow)
{
	assert_true(flow_deadline(flow) == NEVER_MS);
	assert_null(flow_code(flow));
	assert_true(flow_expires_ms(flow) == NEVER_MS);
	if (flow_state(flow) == FLOW_FAILED) {
		assert_int_not_equal(flow_failure(flow), FAILURE_NONE);
		assert_non_null(flow_oauth_failure(flow));
		assert_true(flow_oauth_failure(flow)->err.text[0] != '\0');
	}
}
