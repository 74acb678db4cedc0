/* SPDX-License-Identifier: MIT */
/*
 * What leads a flow through the modelled world.
 */
#include "config.h"

#include "flow_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void flow_fixture_open(struct fixture *fixture, int patience, uint64_t seed)
{
	world_init(&fixture->world);
	fixture->flow =
		flow_new(&fixture->world.issuer.provider, patience, seed);
	fixture->client = world_add_flow(&fixture->world, fixture->flow);
}

void flow_fixture_close(struct fixture *fixture)
{
	flow_free(fixture->flow);
	world_free(&fixture->world);
}

void flow_fixture_start(struct fixture *fixture)
{
	world_post(&fixture->world, fixture->client, EVENT_START);
}

bool flow_fixture_is_over(const struct flow *flow)
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

bool flow_fixture_finish(struct fixture *fixture, int64_t ms)
{
	int64_t until_ms = fixture->world.now_ms + ms;

	while (!flow_fixture_is_over(fixture->flow) &&
	       world_turn(&fixture->world, until_ms))
		assert_true(flow_state(fixture->flow) != FLOW_WAITING ||
			    flow_deadline(fixture->flow) <=
				    flow_expires_ms(fixture->flow));
	return flow_fixture_is_over(fixture->flow);
}

void flow_fixture_reach(struct fixture *fixture, enum flow_state state)
{
	int64_t until_ms = fixture->world.now_ms + HOUR_MS;

	while (flow_state(fixture->flow) != state &&
	       world_turn(&fixture->world, until_ms))
		continue;
	assert_int_equal(flow_state(fixture->flow), state);
}

void flow_fixture_check_end(const struct flow *flow)
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
