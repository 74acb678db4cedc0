/* SPDX-License-Identifier: MIT */
/*
 * What leads discovery through the modelled world.
 */
#include "config.h"

#include "discovery_fixture.h"

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

void discovery_fixture_open(struct fixture *fixture, int patience,
			    uint64_t seed)
{
	struct provider *provider = &fixture->world.issuer.provider;

	world_init(&fixture->world);
	forget(&provider->device_authorization_endpoint);
	forget(&provider->device_token_endpoint);
	forget(&provider->token_endpoint);
	forget(&provider->userinfo_endpoint);
	forget(&provider->revocation_endpoint);
	forget(&provider->authorization_endpoint);
	fixture->discovery = discovery_new(provider, patience, seed);
	fixture->client =
		world_add_discovery(&fixture->world, fixture->discovery);
}

void discovery_fixture_close(struct fixture *fixture)
{
	discovery_free(fixture->discovery);
	world_free(&fixture->world);
}

void discovery_fixture_start(struct fixture *fixture)
{
	world_post(&fixture->world, fixture->client, EVENT_START);
}

static bool is_over(const struct fixture *fixture)
{
	switch (discovery_state(fixture->discovery)) {
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

void discovery_fixture_finish(struct fixture *fixture)
{
	int64_t until_ms = fixture->world.now_ms + HOUR_MS;

	while (!is_over(fixture) && world_turn(&fixture->world, until_ms))
		continue;
	assert_true(is_over(fixture));
	assert_true(discovery_deadline(fixture->discovery) == NEVER_MS);
}

void discovery_fixture_reach(struct fixture *fixture,
			     enum discovery_state state)
{
	int64_t until_ms = fixture->world.now_ms + HOUR_MS;

	while (discovery_state(fixture->discovery) != state &&
	       world_turn(&fixture->world, until_ms))
		continue;
	assert_int_equal(discovery_state(fixture->discovery), state);
}
