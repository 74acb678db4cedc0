/* SPDX-License-Identifier: MIT */
/*
 * What leads a visit from its issuer to its end.
 */
#include "config.h"

#include "issuer_fixture.h"

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

int issuer_fixture_set_up(void **state)
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

int issuer_fixture_tear_down(void **state)
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

void issuer_fixture_open(struct fixture *fixture, const struct keys *keys)
{
	struct issuer *issuer = &fixture->world.issuer;

	world_init(&fixture->world);
	fixture->visit = NULL;
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

void issuer_fixture_boot(struct fixture *fixture,
			 const struct visit_policy *policy, uint64_t seed)
{
	struct event event = world_event(&fixture->world, EVENT_TICK);
	struct action action;

	fixture->visit =
		visit_new(&fixture->world.issuer.provider, policy, seed);
	fixture->client = world_add_visit(&fixture->world, fixture->visit);
	visit_begin(fixture->visit, &event, &action);
	world_do(&fixture->world, fixture->client, &action);
}

void issuer_fixture_close(struct fixture *fixture)
{
	visit_free(fixture->visit);
	world_free(&fixture->world);
}

void issuer_fixture_event(struct fixture *fixture, enum event_kind kind)
{
	world_post(&fixture->world, fixture->client, kind);
}

void issuer_fixture_run_for(struct fixture *fixture, int64_t ms)
{
	world_run(&fixture->world, fixture->world.now_ms + ms);
}

void issuer_fixture_reach(struct fixture *fixture, enum visit_stage stage)
{
	int64_t until_ms = fixture->world.now_ms + 24 * HOUR_MS;

	while (visit_stage(fixture->visit) != stage &&
	       world_turn(&fixture->world, until_ms))
		continue;
	if (visit_stage(fixture->visit) != stage)
		fail_msg(
			"%s, not %s",
			states_name(&visit_stages, visit_stage(fixture->visit)),
			states_name(&visit_stages, stage));
}

void issuer_fixture_come_back(struct fixture *fixture, const char *answer)
{
	world_redirect(&fixture->world, fixture->client, answer);
}

void issuer_fixture_check_over(struct fixture *fixture,
			       enum visit_result result, const char *why)
{
	issuer_fixture_reach(fixture, VISIT_OVER);
	if (visit_result(fixture->visit) != result ||
	    !strstr(visit_trouble(fixture->visit), why))
		fail_msg("result %d: %s", visit_result(fixture->visit),
			 visit_trouble(fixture->visit));
	assert_int_equal(visit_trouble(fixture->visit)[0] != '\0',
			 why[0] != '\0');
	assert_true(visit_deadline(fixture->visit) == NEVER_MS);
	assert_int_equal(fixture->world.disk.data.tokens.access_token != NULL,
			 result == RESULT_SIGNED_IN);
	issuer_fixture_event(fixture, EVENT_START);
	issuer_fixture_come_back(fixture, fixture->answer);
	issuer_fixture_run_for(fixture, HOUR_MS);
	assert_int_equal(visit_stage(fixture->visit), VISIT_OVER);
	assert_int_equal(visit_result(fixture->visit), result);
}
