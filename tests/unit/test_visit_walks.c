/* SPDX-License-Identifier: MIT */
/*
 * machine/visit in the long run: two thousand persons, a year, and random
 * walks; in virtual time.
 */
#include "config.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "machine/session.h"
#include "machine/visit.h"
#include "visit_fixture.h"
#include "world.h"

#define WALKS 60

/* What two thousand persons leave behind in memory: nothing. */
static void test_memory(void **state)
{
	struct fixture fixture;
	size_t early = 0, late;

	(void)state;
	visit_fixture_open(&fixture, &kiosk);
	visit_fixture_boot(&fixture, 1);
	for (int i = 0; i < 2000; i++) {
		if (i == 20)
			early = mallinfo2().uordblks;
		fixture.world.issuer.script[REQUEST_POLL] =
			i % 7 == 0 ? "500 pending denied pending"
				   : "pending slow_down html pending";
		visit_fixture_run_for(&fixture, i % 3 == 0 ? 20000 : 400000);
		fixture.world.issuer.script[REQUEST_POLL] = NULL;
		visit_fixture_approve(&fixture);
		visit_fixture_run_for(&fixture, 2 * HOUR_MS);
		user_event(&fixture, EVENT_SIGN_OUT);
		visit_fixture_reach(&fixture, VISIT_SIGN_IN);
	}
	late = mallinfo2().uordblks;
	if (late > early + 4096)
		fail_msg("%zu bytes became %zu", early, late);
	visit_fixture_close(&fixture);
}

/* A year before which nobody stands, seen from the provider. */
static void test_year(void **state)
{
	struct fixture fixture;
	int64_t end_ms;

	(void)state;
	visit_fixture_open(&fixture, &kiosk);
	fixture.world.issuer.code_life_s = 1800;
	fixture.world.issuer.interval_s = 60;
	visit_fixture_boot(&fixture, 1);
	end_ms = fixture.world.now_ms + 365 * DAY_MS;
	world_run(&fixture.world, end_ms);
	assert_int_equal(visit_stage(fixture.visit), VISIT_SIGN_IN);
	/* A pause of 60 to 90 s after each half hour, a poll a minute. */
	assert_in_range(
		fixture.world.issuer.requests[REQUEST_DEVICE_AUTHORIZATION],
		16500, 17500);
	assert_in_range(fixture.world.issuer.requests[REQUEST_POLL], 450000,
			525600);
	visit_fixture_approve(&fixture);
	visit_fixture_close(&fixture);
}

/* A visit that waits for nothing must wait for a person. */
static void check_alive(const struct fixture *fixture)
{
	const struct session *session = visit_session(fixture->visit);
	int64_t deadline_ms = visit_deadline(fixture->visit);
	bool holds = session_data(session)->tokens.access_token != NULL;

	switch (visit_stage(fixture->visit)) {
	case VISIT_WELCOME:
		assert_false(holds);
		return;
	case VISIT_OVER:
		return;
	case VISIT_TROUBLE:
		assert_false(holds);
		assert_false(session_holds_lock(session));
		if (visit_result(fixture->visit) == RESULT_EXPIRED &&
		    fixture->policy.renewals > 0)
			return;
		break;
	case VISIT_STARTING:
	case VISIT_SIGN_IN:
		assert_false(holds);
		assert_false(session_holds_lock(session));
		break;
	case VISIT_PROFILE:
		assert_true(holds);
		if (session_state(session) == SESSION_LIVE &&
		    (session_expires_ms(session) == NEVER_MS ||
		     deadline_ms < NEVER_MS))
			return;
		break;
	case VISIT_PREPARING:
	case VISIT_RESUMING:
	case VISIT_ARRIVING:
	case VISIT_CONFIRM:
	case VISIT_LEAVING:
		break;
	}
	if (!fixture->client->driver.sending)
		assert_true(deadline_ms <= fixture->world.now_ms + 2 * DAY_MS);
}

static void walk_on(struct fixture *fixture, int64_t ms)
{
	int64_t until_ms = fixture->world.now_ms + ms;

	check_alive(fixture);
	while (world_turn(&fixture->world, until_ms))
		check_alive(fixture);
}

static int64_t pick(uint64_t *seed, int64_t n)
{
	return jitter_ms(seed, n);
}

/* Something happens, to the provider, to the disk, or in front of it. */
static void happen(struct fixture *fixture, uint64_t *seed)
{
	static const char *const outages[] = {
		"500",	   "connect",	"timeout",	  "html",
		"429:40",  "forbidden", "invalid_client", "unauthorized",
		"pending", "resolve",
	};
	static const enum event_kind kinds[] = {
		EVENT_START, EVENT_CANCEL, EVENT_SIGN_OUT, EVENT_TOUCHED,
		EVENT_TICK,  EVENT_CLOCK,  EVENT_REMOVED,
	};
	struct world *world = &fixture->world;
	struct issuer *issuer = &world->issuer;

	switch (pick(seed, 16)) {
	case 0:
	case 1:
	case 2:
		issuer->approve_ms = world->now_ms;
		break;
	case 3:
		issuer->deny_ms = world->now_ms;
		break;
	case 4:
	case 5:
	case 6:
	case 7:
		user_event(fixture, kinds[pick(seed, COUNT(kinds))]);
		break;
	case 8:
		issuer->outage = outages[pick(seed, COUNT(outages))];
		issuer->outage_end_ms =
			world->now_ms + pick(seed, 20 * MINUTE_MS);
		break;
	case 9:
		world->disk.full = !world->disk.full;
		break;
	case 10:
		world->disk.held = !world->disk.held && pick(seed, 2) == 0;
		break;
	case 11:
		world->disk.unreadable =
			!world->disk.unreadable && pick(seed, 2) == 0;
		break;
	case 12:
		world_suspend(world, pick(seed, 3 * HOUR_MS));
		break;
	case 13:
		if (pick(seed, 2) == 0)
			issuer_end_session(issuer);
		else
			issuer_end_access(issuer);
		break;
	case 14:
		if (world->disk.owner == NULL && pick(seed, 2) == 0)
			session_data_free(&world->disk.data);
		world->wall_s = pick(seed, 2) == 0 ? 0 : 1800000000;
		world_post(world, fixture->client, EVENT_CLOCK);
		break;
	default:
		visit_fixture_boot(fixture, *seed); /* the power was cut */
		break;
	}
}

static void walk(uint64_t start)
{
	static const int64_t spans_ms[] = {
		0, 50, 3000, MINUTE_MS, 20 * MINUTE_MS, 2 * HOUR_MS,
	};
	static const int64_t lives_s[] = {0, 60, 3600, 64799};
	uint64_t seed = start;
	struct visit_policy policy = {
		.wait_for_key = pick(&seed, 2) == 0,
		.resume = pick(&seed, 2) == 0,
		.spread = pick(&seed, 2) == 0,
		.renewals = (int)pick(&seed, 3),
		.sign_out_after_ms = pick(&seed, 2) * 30 * MINUTE_MS,
	};
	struct fixture fixture;
	struct issuer *issuer = &fixture.world.issuer;
	int64_t end_ms;

	visit_fixture_open(&fixture, &policy);
	issuer->latency_ms = 1 + pick(&seed, 5000);
	issuer->interval_s = pick(&seed, 10);
	issuer->code_life_s = 60 + pick(&seed, 900);
	issuer->token_life_s = lives_s[pick(&seed, COUNT(lives_s))];
	issuer->gives_refresh_token = pick(&seed, 4) > 0;
	issuer->rotates = pick(&seed, 2) == 0;
	if (policy.spread)
		fixture.world.now_ms = 20000; /* just started */
	end_ms = fixture.world.now_ms + 4 * DAY_MS;
	visit_fixture_boot(&fixture, seed);
	while (fixture.world.now_ms < end_ms) {
		walk_on(&fixture, spans_ms[pick(&seed, COUNT(spans_ms))]);
		happen(&fixture, &seed);
	}

	/* When all is well again, the next person gets in. */
	fixture.world.disk.full = fixture.world.disk.held = false;
	fixture.world.disk.unreadable = false;
	issuer->outage_end_ms = 0;
	issuer->deny_ms = issuer->approve_ms = NEVER_MS;
	walk_on(&fixture, DAY_MS);
	if (visit_stage(fixture.visit) == VISIT_PROFILE)
		user_event(&fixture, EVENT_SIGN_OUT);
	walk_on(&fixture, 5 * MINUTE_MS);
	user_event(&fixture, EVENT_START);
	visit_fixture_approve(&fixture);
	visit_fixture_close(&fixture);
}

static int set_up_walks(void **state)
{
	*state = xcalloc(1, sizeof(uint64_t));
	return 0;
}

static void test_walks(void **state)
{
	uint64_t *seed = *state;

	for (; *seed < WALKS; ++*seed)
		walk(*seed);
}

/* A walk that has failed can be walked again. */
static int print_seed(void **state)
{
	const uint64_t *seed = *state;

	if (*seed < WALKS)
		print_message("# the seed was %llu\n",
			      (unsigned long long)*seed);
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_year),
		cmocka_unit_test_setup_teardown(test_walks, set_up_walks,
						print_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
