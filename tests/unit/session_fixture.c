/* SPDX-License-Identifier: MIT */
/*
 * What leads a session through the modelled world.
 */
#include "config.h"

#include "session_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"

void session_fixture_open(struct fixture *fixture, uint64_t seed)
{
	world_init(&fixture->world);
	fixture->session = session_new(&fixture->world.issuer.provider, seed);
	fixture->client = world_add_session(&fixture->world, fixture->session);
}

void session_fixture_close(struct fixture *fixture)
{
	session_free(fixture->session);
	world_free(&fixture->world);
}

void session_fixture_begin_with(struct fixture *fixture, bool over)
{
	struct issuer *issuer = &fixture->world.issuer;
	struct event event = world_event(&fixture->world, EVENT_TICK);
	struct tokens tokens = {0};
	struct action action;

	issuer->tokens++;
	issuer->access_expires_ms =
		issuer->token_life_s == 0
			? NEVER_MS
			: fixture->world.now_ms + issuer->token_life_s * 1000;
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
	session_begin(fixture->session, &tokens, &event, &action);
	assert_null(tokens.access_token);
	world_do(&fixture->world, fixture->client, &action);
}

void session_fixture_begin(struct fixture *fixture)
{
	session_fixture_begin_with(fixture, false);
}

void session_fixture_resume_with(struct world *world, struct session *session,
				 struct client *client)
{
	struct event event = world_event(world, EVENT_TICK);
	struct action action;

	action_clear(&action);
	session_resume(session, &event, &action);
	world_do(world, client, &action);
}

void session_fixture_resume(struct fixture *fixture)
{
	session_fixture_resume_with(&fixture->world, fixture->session,
				    fixture->client);
}

void session_fixture_require(struct fixture *fixture, int64_t min_valid_s)
{
	struct event event = world_event(&fixture->world, EVENT_TICK);
	struct action action;

	action_clear(&action);
	session_require(fixture->session, min_valid_s, &event, &action);
	world_do(&fixture->world, fixture->client, &action);
}

void session_fixture_settle(struct fixture *fixture)
{
	int64_t until_ms = fixture->world.now_ms + HOUR_MS;
	const struct session *session = fixture->session;

	while (!session_is_at_rest(session) &&
	       world_turn(&fixture->world, until_ms))
		continue;
	assert_true(session_is_at_rest(session));
	assert_false(session_holds_lock(session));
	assert_null(fixture->world.disk.owner);
	if (session_state(session) == SESSION_LIVE) {
		assert_non_null(session_data(session)->tokens.access_token);
		return;
	}
	assert_true(session_deadline(session) == NEVER_MS);
	assert_null(session_data(session)->tokens.access_token);
	assert_null(session_data(session)->tokens.refresh_token);
	assert_null(session_data(session)->profile);
}

void session_fixture_reach(struct fixture *fixture, enum session_state state)
{
	int64_t until_ms = fixture->world.now_ms + DAY_MS;

	while (session_state(fixture->session) != state &&
	       world_turn(&fixture->world, until_ms))
		continue;
	assert_int_equal(session_state(fixture->session), state);
}

void session_fixture_run_for(struct fixture *fixture, int64_t ms)
{
	world_run(&fixture->world, fixture->world.now_ms + ms);
}

void session_fixture_check_saved(const struct fixture *fixture)
{
	const struct session_data *disk = &fixture->world.disk.data;
	const struct session_data *data = session_data(fixture->session);

	assert_string_equal(disk->provider, OURS);
	assert_string_equal(disk->tokens.access_token,
			    data->tokens.access_token);
	if (data->tokens.refresh_token != NULL)
		assert_string_equal(disk->tokens.refresh_token,
				    data->tokens.refresh_token);
	assert_int_equal(disk->expires_at, data->expires_at);
	assert_false(disk->refreshing);
}

bool session_fixture_is_on_disk(const struct fixture *fixture)
{
	return fixture->world.disk.data.tokens.access_token != NULL;
}

bool session_fixture_is_good(const struct fixture *fixture)
{
	return session_expires_ms(fixture->session) > fixture->world.now_ms;
}

void session_fixture_store(struct fixture *fixture, int64_t life_s)
{
	struct tokens *tokens = &fixture->world.disk.data.tokens;

	world_store(&fixture->world, OURS, life_s);
	if (fixture->world.issuer.gives_refresh_token)
		return;
	secret_free(tokens->refresh_token);
	tokens->refresh_token = NULL;
}
