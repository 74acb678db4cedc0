/* SPDX-License-Identifier: MIT */
/*
 * What leads discovery through the modelled world.
 */
#include "config.h"

#include "discovery_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "oauth/provider.h"

static void forget(char **field)
{
	free(*field);
	*field = NULL;
}

void discovery_scene_open(struct scene *scene, int patience, uint64_t seed)
{
	struct provider *provider = &scene->world.issuer.provider;

	world_init(&scene->world);
	forget(&provider->device_authorization_endpoint);
	forget(&provider->device_token_endpoint);
	forget(&provider->token_endpoint);
	forget(&provider->userinfo_endpoint);
	forget(&provider->revocation_endpoint);
	forget(&provider->authorization_endpoint);
	scene->discovery = discovery_new(provider, patience, seed);
	scene->client = world_add_discovery(&scene->world, scene->discovery);
}

void discovery_scene_close(struct scene *scene)
{
	discovery_free(scene->discovery);
	world_free(&scene->world);
}

void discovery_scene_start(struct scene *scene)
{
	world_post(&scene->world, scene->client, EVENT_START);
}

static bool is_over(const struct scene *scene)
{
	switch (discovery_state(scene->discovery)) {
	case DISCOVERY_DONE:
	case DISCOVERY_FAILED:
		return true;
	case DISCOVERY_IDLE:
	case DISCOVERY_REQUESTING:
	case DISCOVERY_BACKING_OFF:
		break;
	}
	return false;
}

void discovery_scene_finish(struct scene *scene)
{
	int64_t until_ms = scene->world.now_ms + HOUR_MS;

	while (!is_over(scene) && world_turn(&scene->world, until_ms))
		continue;
	assert_true(is_over(scene));
	assert_true(discovery_deadline(scene->discovery) == NEVER_MS);
}

void discovery_scene_reach(struct scene *scene, enum discovery_state state)
{
	int64_t until_ms = scene->world.now_ms + HOUR_MS;

	while (discovery_state(scene->discovery) != state &&
	       world_turn(&scene->world, until_ms))
		continue;
	assert_int_equal(discovery_state(scene->discovery), state);
}
