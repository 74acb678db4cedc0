/* SPDX-License-Identifier: MIT */
/*
 * What a visit makes of a code that outlived its program: at a kiosk and with a
 * login, in virtual time.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "machine/flow.h"
#include "machine/visit.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HOUR_MS (60 * INT64_C(60000))

static struct visit *begin(struct world *world,
			   const struct visit_policy *policy,
			   struct client **client)
{
	struct event event = world_event(world, EVENT_TICK);
	struct visit *visit = visit_new(&world->issuer.provider, policy, 3);
	struct action action;
	const char *record;

	*client = world_add_visit(world, visit);
	record = world_take_code(world, *client);
	if (record != NULL)
		visit_recall_code(visit, record, world->boot);
	visit_begin(visit, &event, &action);
	world_do(world, *client, &action);
	return visit;
}

/* True if a person finds the code that was there before, whatever the kiosk
 * does when nothing is kept. */
static void test_kiosk(void **state)
{
	static const struct visit_policy policies[] = {
		{.resume = true},
		{.resume = true, .wait_for_key = true},
		{.resume = true, .spread = true},
		{.once = true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(policies); i++) {
		struct world world;
		struct client *client;
		struct visit *visit;

		world_init(&world);
		world.now_ms = 20000; /* just started: see BOOTED_MS */
		visit = begin(&world, &policies[i], &client);
		world_post(&world, client, EVENT_START);
		world_run(&world, world.now_ms + 30000);
		assert_int_equal(
			world.issuer.requests[REQUEST_DEVICE_AUTHORIZATION], 1);
		visit_free(visit);
		world_crash(&world);
		visit = begin(&world, &policies[i], &client);
		assert_int_equal(visit_stage(visit), VISIT_SIGN_IN);
		assert_non_null(flow_code(visit_flow(visit)));
		world.issuer.approve_ms = world.now_ms;
		world_run(&world, world.now_ms + 30000);
		assert_int_equal(visit_stage(visit),
				 policies[i].once ? VISIT_OVER : VISIT_PROFILE);
		assert_int_equal(
			world.issuer.requests[REQUEST_DEVICE_AUTHORIZATION], 1);
		assert_null(world.disk.code);
		visit_free(visit);
		world_free(&world);
	}
}

/* No trouble, and a login goes on: with another code, in every way to begin. */
static void test_used_up_at_a_kiosk(void **state)
{
	static const struct visit_policy policies[] = {
		{.resume = true},
		{.resume = true, .wait_for_key = true},
		{.resume = true, .spread = true},
		{.once = true},
	};
	static const char *const answers[] = {"expired", "invalid_grant"};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(policies); i++) {
		const struct visit_policy *policy = &policies[i / 2];
		struct world world;
		struct client *client;
		struct visit *visit;

		world_init(&world);
		world.now_ms = 20000;
		visit = begin(&world, policy, &client);
		world_post(&world, client, EVENT_START);
		world_run(&world, world.now_ms + 30000);
		visit_free(visit);
		world_crash(&world);
		visit = begin(&world, policy, &client);
		world.issuer.script[REQUEST_POLL] = answers[i % 2];
		while (world.issuer.requests[REQUEST_DEVICE_AUTHORIZATION] < 2)
			assert_true(world_turn(&world, world.now_ms + HOUR_MS));
		assert_int_equal(visit_stage(visit), VISIT_SIGN_IN);
		world.issuer.script[REQUEST_POLL] = "rules";
		world.issuer.approve_ms = world.now_ms;
		world_run(&world, world.now_ms + 30000);
		assert_int_equal(visit_stage(visit),
				 policy->once ? VISIT_OVER : VISIT_PROFILE);
		visit_free(visit);
		world_free(&world);
	}
}

/* Somebody is signed in: by another program at the same session. */
static void test_signed_in_meanwhile(void **state)
{
	static const struct visit_policy policy = {.resume = true};
	struct world world;
	struct client *client;
	struct visit *visit;

	(void)state;
	world_init(&world);
	visit = begin(&world, &policy, &client);
	world_run(&world, world.now_ms + 10000);
	assert_non_null(world.disk.code);
	visit_free(visit);
	world_crash(&world);
	world_store(&world, world.issuer.provider.id, 3600);
	visit = begin(&world, &policy, &client);
	world_run(&world, world.now_ms + 10000);
	assert_int_equal(visit_stage(visit), VISIT_PROFILE);
	assert_null(world.disk.code);
	/* And later that code is not what is shown. */
	world_post(&world, client, EVENT_SIGN_OUT);
	world_run(&world, world.now_ms + 10000);
	assert_int_equal(world.issuer.requests[REQUEST_DEVICE_AUTHORIZATION],
			 2);
	visit_free(visit);
	world_free(&world);
}

/* Two at one session: each shows its own, one keeps it, and no code is asked
 * about by both. */
static void test_two_kiosks(void **state)
{
	static const struct visit_policy policy = {.resume = true};
	struct world world;
	struct client *clients[2];
	struct visit *visits[2];

	(void)state;
	world_init(&world);
	world.issuer.script[REQUEST_POLL] = "pending";
	visits[0] = begin(&world, &policy, &clients[0]);
	world_run(&world, world.now_ms + 2000);
	visits[1] = begin(&world, &policy, &clients[1]);
	world_run(&world, world.now_ms + 2000);
	assert_int_equal(world.issuer.requests[REQUEST_DEVICE_AUTHORIZATION],
			 2);
	assert_string_not_equal(flow_code(visit_flow(visits[0]))->device_code,
				flow_code(visit_flow(visits[1]))->device_code);
	assert_non_null(strstr(world.disk.code,
			       flow_code(visit_flow(visits[0]))->device_code));
	visit_free(visits[0]);
	visit_free(visits[1]);
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kiosk),
		cmocka_unit_test(test_used_up_at_a_kiosk),
		cmocka_unit_test(test_signed_in_meanwhile),
		cmocka_unit_test(test_two_kiosks),
	};

	json_init();
	return cmocka_run_group_tests_name("visit_resume", tests, NULL, NULL);
}
