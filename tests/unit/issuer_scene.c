/* SPDX-License-Identifier: MIT */
/*
 * What leads a visit from its issuer to its end.
 */
#include "config.h"

#include "issuer_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "jose/jose_key.h"
#include "issuer_openid.h"

int issuer_scene_set_up(void **state)
{
	struct keys *keys = xcalloc(1, sizeof(*keys));

	keys->ours = jose_key_generate();
	keys->theirs = jose_key_generate();
	*state = keys;
	if (keys->ours == NULL || keys->theirs == NULL)
		return -1;
	keys->published = issuer_keys(keys->ours, "1");
	return 0;
}

int issuer_scene_tear_down(void **state)
{
	struct keys *keys = *state;

	jose_key_free(keys->ours);
	jose_key_free(keys->theirs);
	free(keys->published);
	free(keys);
	return 0;
}

static void forget(char **field)
{
	free(*field);
	*field = NULL;
}

void issuer_scene_open(struct scene *scene, const struct keys *keys)
{
	struct issuer *issuer = &scene->world.issuer;

	world_init(&scene->world);
	scene->visit = NULL;
	forget(&issuer->provider.device_authorization_endpoint);
	forget(&issuer->provider.device_token_endpoint);
	forget(&issuer->provider.token_endpoint);
	forget(&issuer->provider.userinfo_endpoint);
	forget(&issuer->provider.revocation_endpoint);
	forget(&issuer->provider.authorization_endpoint);
	free(issuer->provider.scope);
	issuer->provider.scope = xstrdup("openid profile");
	issuer->documents[0] = GOOD;
	issuer->key = keys->ours;
	issuer->kid = "1";
	issuer->keys = keys->published;
}

void issuer_scene_boot(struct scene *scene, const struct visit_policy *policy,
		       uint64_t seed)
{
	struct event event = world_event(&scene->world, EVENT_TICK);
	struct action action;

	scene->visit = visit_new(&scene->world.issuer.provider, policy, seed);
	scene->client = world_add_visit(&scene->world, scene->visit);
	visit_begin(scene->visit, &event, &action);
	world_do(&scene->world, scene->client, &action);
}

void issuer_scene_close(struct scene *scene)
{
	visit_free(scene->visit);
	world_free(&scene->world);
}

void issuer_scene_event(struct scene *scene, enum event_kind kind)
{
	world_post(&scene->world, scene->client, kind);
}

void issuer_scene_run_for(struct scene *scene, int64_t ms)
{
	world_run(&scene->world, scene->world.now_ms + ms);
}

void issuer_scene_reach(struct scene *scene, enum visit_stage stage)
{
	int64_t until_ms = scene->world.now_ms + 24 * HOUR_MS;

	while (visit_stage(scene->visit) != stage &&
	       world_turn(&scene->world, until_ms))
		continue;
	if (visit_stage(scene->visit) != stage)
		fail_msg("%s, not %s",
			 states_name(&visit_stages, visit_stage(scene->visit)),
			 states_name(&visit_stages, stage));
}

void issuer_scene_come_back(struct scene *scene, const char *answer)
{
	world_redirect(&scene->world, scene->client, answer);
}

void issuer_scene_check_over(struct scene *scene, enum visit_result result,
			     const char *why)
{
	issuer_scene_reach(scene, VISIT_OVER);
	if (visit_result(scene->visit) != result ||
	    !strstr(visit_trouble(scene->visit), why))
		fail_msg("result %d: %s", visit_result(scene->visit),
			 visit_trouble(scene->visit));
	assert_int_equal(visit_trouble(scene->visit)[0] != '\0',
			 why[0] != '\0');
	assert_true(visit_deadline(scene->visit) == NEVER_MS);
	assert_int_equal(scene->world.disk.data.tokens.access_token != NULL,
			 result == RESULT_SIGNED_IN);
	issuer_scene_event(scene, EVENT_START);
	issuer_scene_come_back(scene, scene->answer);
	issuer_scene_run_for(scene, HOUR_MS);
	assert_int_equal(visit_stage(scene->visit), VISIT_OVER);
	assert_int_equal(visit_result(scene->visit), result);
}
