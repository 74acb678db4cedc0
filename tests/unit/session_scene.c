/* SPDX-License-Identifier: MIT */
/*
 * What leads a session through the modelled world.
 */
#include "config.h"

#include "session_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"

void session_scene_open(struct scene *scene, uint64_t seed)
{
	world_init(&scene->world);
	scene->session = session_new(&scene->world.issuer.provider, seed);
	scene->client = world_add_session(&scene->world, scene->session);
}

void session_scene_close(struct scene *scene)
{
	session_free(scene->session);
	world_free(&scene->world);
}

void session_scene_begin_with(struct scene *scene, bool over)
{
	struct issuer *issuer = &scene->world.issuer;
	struct event event = world_event(&scene->world, EVENT_TICK);
	struct tokens tokens = {0};
	struct action action;

	issuer->tokens++;
	issuer->access_expires_ms =
		issuer->token_life_s == 0
			? NEVER_MS
			: scene->world.now_ms + issuer->token_life_s * 1000;
	(void)snprintf(issuer->access_token, sizeof(issuer->access_token),
		       "access-%d", issuer->tokens);
	(void)snprintf(issuer->refresh_token, sizeof(issuer->refresh_token),
		       "refresh-%d", issuer->tokens);
	tokens.access_token = xstrdup(issuer->access_token);
	if (issuer->gives_refresh_token)
		tokens.refresh_token = xstrdup(issuer->refresh_token);
	tokens.token_type = xstrdup("Bearer");
	tokens.scope = xstrdup("profile");
	tokens.expires_in_s = over ? 0 : issuer->token_life_s;
	tokens.over = over;
	tokens.refresh_expires_in_s = REFRESH_LIFE_S;
	action_clear(&action);
	session_begin(scene->session, &tokens, &event, &action);
	assert_null(tokens.access_token);
	world_do(&scene->world, scene->client, &action);
}

void session_scene_begin(struct scene *scene)
{
	session_scene_begin_with(scene, false);
}

void session_scene_resume_with(struct world *world, struct session *session,
			       struct client *client)
{
	struct event event = world_event(world, EVENT_TICK);
	struct action action;

	action_clear(&action);
	session_resume(session, &event, &action);
	world_do(world, client, &action);
}

void session_scene_resume(struct scene *scene)
{
	session_scene_resume_with(&scene->world, scene->session, scene->client);
}

void session_scene_require(struct scene *scene, int64_t min_valid_s)
{
	struct event event = world_event(&scene->world, EVENT_TICK);
	struct action action;

	action_clear(&action);
	session_require(scene->session, min_valid_s, &event, &action);
	world_do(&scene->world, scene->client, &action);
}

void session_scene_settle(struct scene *scene)
{
	int64_t until_ms = scene->world.now_ms + HOUR_MS;
	const struct session *session = scene->session;

	while (!session_is_at_rest(session) &&
	       world_turn(&scene->world, until_ms))
		continue;
	assert_true(session_is_at_rest(session));
	assert_false(session_holds_lock(session));
	assert_null(scene->world.disk.owner);
	if (session_state(session) == SESSION_LIVE) {
		assert_non_null(session_data(session)->tokens.access_token);
		return;
	}
	assert_true(session_deadline(session) == NEVER_MS);
	assert_null(session_data(session)->tokens.access_token);
	assert_null(session_data(session)->tokens.refresh_token);
	assert_null(session_data(session)->profile);
}

void session_scene_reach(struct scene *scene, enum session_state state)
{
	int64_t until_ms = scene->world.now_ms + DAY_MS;

	while (session_state(scene->session) != state &&
	       world_turn(&scene->world, until_ms))
		continue;
	assert_int_equal(session_state(scene->session), state);
}

void session_scene_run_for(struct scene *scene, int64_t ms)
{
	world_run(&scene->world, scene->world.now_ms + ms);
}

void session_scene_check_saved(const struct scene *scene)
{
	const struct session_data *disk = &scene->world.disk.data;
	const struct session_data *data = session_data(scene->session);

	assert_string_equal(disk->provider, OURS);
	assert_string_equal(disk->tokens.access_token,
			    data->tokens.access_token);
	if (data->tokens.refresh_token != NULL)
		assert_string_equal(disk->tokens.refresh_token,
				    data->tokens.refresh_token);
	assert_int_equal(disk->expires_at, data->expires_at);
	assert_false(disk->refreshing);
}

bool session_scene_is_on_disk(const struct scene *scene)
{
	return scene->world.disk.data.tokens.access_token != NULL;
}

bool session_scene_is_good(const struct scene *scene)
{
	return session_expires_ms(scene->session) > scene->world.now_ms;
}

void session_scene_store(struct scene *scene, int64_t life_s)
{
	struct tokens *tokens = &scene->world.disk.data.tokens;

	world_store(&scene->world, OURS, life_s);
	if (scene->world.issuer.gives_refresh_token)
		return;
	secret_free(tokens->refresh_token);
	tokens->refresh_token = NULL;
}
