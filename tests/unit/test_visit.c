/* SPDX-License-Identifier: MIT */
/*
 * core/visit: one person after another in virtual time, with a modelled
 * provider and a modelled session file; at the end random walks.
 */
#include "config.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "core/flow.h"
#include "core/session.h"
#include "core/visit.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define OURS "https://id.example"
#define WALKS 60

struct scene {
	struct world world;
	struct visit_policy policy;
	struct visit *visit;
	struct client *client;
};

static const struct visit_policy login = {.once = true};
static const struct visit_policy kiosk = {.once = false};
static const struct visit_policy key_kiosk = {.wait_for_key = true};

/* The world, without anybody in it. */
static void open_scene(struct scene *scene, const struct visit_policy *policy)
{
	world_init(&scene->world);
	scene->policy = *policy;
	scene->visit = NULL;
}

/* The program starts; again, where it has run before. */
static void boot(struct scene *scene, uint64_t seed)
{
	struct event event = world_event(&scene->world, EVENT_TICK);
	struct action action;

	visit_free(scene->visit);
	world_crash(&scene->world);
	scene->visit =
		visit_new(&scene->world.issuer.provider, &scene->policy, seed);
	scene->client = world_add_visit(&scene->world, scene->visit);
	visit_begin(scene->visit, &event, &action);
	world_do(&scene->world, scene->client, &action);
}

static void close_scene(struct scene *scene)
{
	visit_free(scene->visit);
	world_free(&scene->world);
}

static void person(struct scene *scene, enum event_kind kind)
{
	world_post(&scene->world, scene->client, kind);
}

static void run_for(struct scene *scene, int64_t ms)
{
	world_run(&scene->world, scene->world.now_ms + ms);
}

static void reach(struct scene *scene, enum visit_stage stage)
{
	int64_t until_ms = scene->world.now_ms + DAY_MS;

	while (visit_stage(scene->visit) != stage &&
	       world_turn(&scene->world, until_ms))
		continue;
	if (visit_stage(scene->visit) != stage)
		fail_msg("%s, not %s",
			 visit_stage_name(visit_stage(scene->visit)),
			 visit_stage_name(stage));
}

static void approve(struct scene *scene)
{
	scene->world.issuer.approve_ms = scene->world.now_ms;
	reach(scene, VISIT_PROFILE);
}

static const struct session_data *data_of(const struct scene *scene)
{
	return session_data(visit_session(scene->visit));
}

static void test_login(void **state)
{
	static const struct {
		const char *ask, *poll, *profile;
		enum visit_result result;
		bool says_why;
	} cases[] = {
		{"ok", "pending ok", "rules", RESULT_SIGNED_IN, false},
		{"ok", "ok", "500", RESULT_SIGNED_IN, false},
		{"ok", "ok", "forbidden", RESULT_SIGNED_IN, false},
		{"ok", "pending denied", "rules", RESULT_DENIED, false},
		{"ok", "pending", "rules", RESULT_EXPIRED, false},
		{"ok", "pending expired", "rules", RESULT_EXPIRED, false},
		{"ok", "timeout", "rules", RESULT_UNREACHABLE, true},
		{"connect", "ok", "rules", RESULT_UNREACHABLE, true},
		{"500", "ok", "rules", RESULT_UNREACHABLE, true},
		{"connect*2 ok", "ok", "rules", RESULT_SIGNED_IN, false},
		{"invalid_client", "ok", "rules", RESULT_MISCONFIGURED, true},
		{"ok", "invalid_client", "rules", RESULT_MISCONFIGURED, true},
		{"refused", "ok", "rules", RESULT_FAILED, true},
		{"html", "ok", "rules", RESULT_FAILED, true},
		{"ok", "refused", "rules", RESULT_FAILED, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		open_scene(&scene, &login);
		scene.world.issuer.script[ASK] = cases[i].ask;
		scene.world.issuer.script[POLL] = cases[i].poll;
		scene.world.issuer.script[PROFILE] = cases[i].profile;
		boot(&scene, i);
		assert_int_equal(visit_stage(scene.visit), VISIT_SIGN_IN);
		reach(&scene, VISIT_OVER);
		if (visit_result(scene.visit) != cases[i].result)
			fail_msg("\"%s\", \"%s\": %d", cases[i].ask,
				 cases[i].poll, visit_result(scene.visit));
		assert_int_equal(visit_trouble(scene.visit)[0] != '\0',
				 cases[i].says_why);
		assert_true(visit_deadline(scene.visit) == NEVER_MS);
		assert_int_equal(scene.world.disk.data.provider != NULL,
				 cases[i].result == RESULT_SIGNED_IN);
		/* It is over: nothing brings it back. */
		person(&scene, EVENT_START);
		person(&scene, EVENT_SIGN_OUT);
		run_for(&scene, HOUR_MS);
		assert_int_equal(visit_stage(scene.visit), VISIT_OVER);
		assert_int_equal(visit_result(scene.visit), cases[i].result);
		close_scene(&scene);
	}
}

/* Without a refresh token a 401 leaves nothing that the login could keep. */
static void test_login_refused(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, &login);
	scene.world.issuer.gives_refresh_token = false;
	scene.world.issuer.script[POLL] = "ok";
	scene.world.issuer.script[PROFILE] = "unauthorized";
	boot(&scene, 1);
	reach(&scene, VISIT_OVER);
	assert_int_equal(visit_result(scene.visit), RESULT_FAILED);
	assert_true(visit_trouble(scene.visit)[0] != '\0');
	assert_null(scene.world.disk.data.provider);
	close_scene(&scene);
}

/* A person may give up at any moment. */
static void test_login_cancelled(void **state)
{
	static const struct {
		const char *ask, *poll, *profile;
		int64_t after_ms;
		enum visit_stage stage;
	} cases[] = {
		{"ok", "pending", "rules", 50, VISIT_SIGN_IN},
		{"500", "pending", "rules", 1000, VISIT_SIGN_IN},
		{"ok", "pending", "rules", 1000, VISIT_SIGN_IN},
		{"ok", "timeout", "rules", 10000, VISIT_SIGN_IN},
		{"ok", "ok", "timeout", 10000, VISIT_ARRIVING},
		{"ok", "ok", "500", 7000, VISIT_ARRIVING},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		open_scene(&scene, &login);
		scene.world.issuer.script[ASK] = cases[i].ask;
		scene.world.issuer.script[POLL] = cases[i].poll;
		scene.world.issuer.script[PROFILE] = cases[i].profile;
		boot(&scene, i);
		run_for(&scene, cases[i].after_ms);
		assert_int_equal(visit_stage(scene.visit), cases[i].stage);
		person(&scene, EVENT_CANCEL);
		/* Tokens that have come already are signed out again. */
		reach(&scene, VISIT_OVER);
		assert_int_equal(visit_result(scene.visit), RESULT_CANCELLED);
		assert_null(scene.world.disk.data.tokens.access_token);
		assert_false(scene.client->under_way);
		assert_true(visit_deadline(scene.visit) == NEVER_MS);
		close_scene(&scene);
	}
}

/* Who cancels even the signing out does not wait for the provider, but leaves
 * no tokens behind either. */
static void test_login_cancelled_twice(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, &login);
	scene.world.issuer.script[POLL] = "ok";
	scene.world.issuer.script[PROFILE] = "timeout";
	scene.world.issuer.script[REVOKE] = "timeout";
	boot(&scene, 1);
	reach(&scene, VISIT_ARRIVING);
	run_for(&scene, 1000);
	assert_non_null(scene.world.disk.data.tokens.access_token);
	person(&scene, EVENT_CANCEL);
	run_for(&scene, 1000);
	assert_int_equal(visit_stage(scene.visit), VISIT_LEAVING);
	person(&scene, EVENT_CANCEL);
	run_for(&scene, 100);
	assert_int_equal(visit_stage(scene.visit), VISIT_OVER);
	assert_int_equal(visit_result(scene.visit), RESULT_CANCELLED);
	assert_null(scene.world.disk.data.tokens.access_token);
	assert_false(scene.client->under_way);
	close_scene(&scene);
}

/* Another process has the store. Tokens that are not in it are given back all
 * the same; of those that are the person hears. */
static void test_login_cancelled_locked(void **state)
{
	(void)state;
	for (int saved = 0; saved < 2; saved++) {
		struct scene scene;

		open_scene(&scene, &login);
		scene.world.issuer.script[POLL] = "ok";
		scene.world.issuer.script[PROFILE] = "timeout";
		scene.world.disk.held = saved == 0;
		boot(&scene, 1);
		reach(&scene, VISIT_ARRIVING);
		run_for(&scene, 1000);
		scene.world.disk.held = true;
		person(&scene, EVENT_CANCEL);
		run_for(&scene, 1000);
		if (saved != 0) {
			assert_int_equal(visit_stage(scene.visit),
					 VISIT_LEAVING);
			person(&scene, EVENT_CANCEL);
			run_for(&scene, 1000);
		}
		assert_int_equal(visit_stage(scene.visit), VISIT_OVER);
		assert_int_equal(visit_result(scene.visit),
				 saved != 0 ? RESULT_FAILED : RESULT_CANCELLED);
		assert_int_equal(visit_trouble(scene.visit)[0] != '\0', saved);
		assert_int_equal(scene.world.issuer.revoked, 2);
		assert_int_equal(scene.world.disk.data.provider != NULL, saved);
		close_scene(&scene);
	}
}

/* Signing out while still arriving is giving up, too. */
static void test_login_signed_out(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, &login);
	scene.world.issuer.script[POLL] = "ok";
	scene.world.issuer.script[PROFILE] = "timeout";
	boot(&scene, 1);
	reach(&scene, VISIT_ARRIVING);
	person(&scene, EVENT_SIGN_OUT);
	reach(&scene, VISIT_OVER);
	assert_int_equal(visit_result(scene.visit), RESULT_CANCELLED);
	assert_int_equal(scene.world.issuer.revoked, 2);
	assert_null(scene.world.disk.data.provider);
	close_scene(&scene);
}

/* One person after another, each with a code of their own. */
static void test_persons(void **state)
{
	(void)state;
	for (int with_key = 0; with_key < 2; with_key++) {
		struct scene scene;

		open_scene(&scene, with_key != 0 ? &key_kiosk : &kiosk);
		boot(&scene, 1);
		for (int i = 1; i <= 3; i++) {
			if (with_key != 0) {
				reach(&scene, VISIT_WELCOME);
				run_for(&scene, DAY_MS);
				assert_int_equal(
					scene.world.issuer.requests[ASK],
					i - 1);
				person(&scene, EVENT_START);
			}
			reach(&scene, VISIT_SIGN_IN);
			assert_null(data_of(&scene)->tokens.access_token);
			assert_null(data_of(&scene)->profile);
			run_for(&scene, 20000);
			assert_int_equal(flow_codes(visit_flow(scene.visit)),
					 1);
			approve(&scene);
			assert_int_equal(scene.world.issuer.code, i);
			assert_int_equal(visit_result(scene.visit),
					 RESULT_SIGNED_IN);
			assert_non_null(data_of(&scene)->profile);
			run_for(&scene, 3 * DAY_MS);
			assert_int_equal(visit_stage(scene.visit),
					 VISIT_PROFILE);
			person(&scene, EVENT_SIGN_OUT);
			assert_int_equal(visit_stage(scene.visit),
					 VISIT_LEAVING);
			run_for(&scene, 1000);
			assert_null(scene.world.disk.data.provider);
			assert_int_equal(scene.world.issuer.revoked, 2 * i);
		}
		close_scene(&scene);
	}
}

/* Giving up a code. */
static void test_cancel(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, &key_kiosk);
	boot(&scene, 1);
	person(&scene, EVENT_START);
	run_for(&scene, 10000);
	person(&scene, EVENT_CANCEL);
	assert_int_equal(visit_stage(scene.visit), VISIT_WELCOME);
	assert_null(flow_code(visit_flow(scene.visit)));
	run_for(&scene, DAY_MS);
	assert_int_equal(scene.world.issuer.requests[ASK], 1);
	close_scene(&scene);

	open_scene(&scene, &kiosk);
	boot(&scene, 1);
	run_for(&scene, 10000);
	person(&scene, EVENT_CANCEL);
	assert_int_equal(visit_stage(scene.visit), VISIT_SIGN_IN);
	run_for(&scene, 1000);
	assert_int_equal(scene.world.issuer.code, 2);
	assert_non_null(flow_code(visit_flow(scene.visit)));
	close_scene(&scene);
}

/* The pauses between a code that nobody used and the next one, in seconds, up
 * to half as much again; -1: only a key brings one. */
static void test_renewals(void **state)
{
	static const struct {
		bool wait_for_key;
		int renewals;
		int pauses_s[10];
	} cases[] = {
		{false, 0, {0, 0, 0, 5, 10, 20, 40, 60, 60, 60}},
		{false, 1, {0, -1}},
		{false, 5, {0, 0, 0, 5, 10, -1}},
		{true, 0, {-1}},
		{true, 2, {0, 0, -1}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		const struct visit_policy policy = {
			.wait_for_key = cases[i].wait_for_key,
			.renewals = cases[i].renewals,
		};
		int64_t since_ms, pause_ms;

		open_scene(&scene, &policy);
		boot(&scene, i);
		person(&scene, EVENT_START);
		for (size_t j = 0; j < COUNT(cases[i].pauses_s); j++) {
			int64_t least_ms = cases[i].pauses_s[j] * 1000;

			reach(&scene, VISIT_TROUBLE);
			assert_int_equal(visit_result(scene.visit),
					 RESULT_EXPIRED);
			if (least_ms < 0)
				break;
			since_ms = scene.world.now_ms;
			reach(&scene, VISIT_SIGN_IN);
			pause_ms = scene.world.now_ms - since_ms;
			if (pause_ms < least_ms ||
			    pause_ms > (least_ms > 0 ? least_ms / 2 * 3 : 2000))
				fail_msg("case %zu: pause %zu is %lld", i, j,
					 (long long)pause_ms);
		}
		run_for(&scene, DAY_MS);
		if (cases[i].wait_for_key)
			assert_int_equal(visit_stage(scene.visit),
					 VISIT_WELCOME);
		else if (cases[i].renewals > 0)
			assert_int_equal(visit_stage(scene.visit),
					 VISIT_TROUBLE);
		else
			assert_true(scene.world.issuer.requests[ASK] > 200);
		/* A person is there again, and all begins anew. */
		if (cases[i].renewals > 0) {
			assert_int_equal(scene.world.issuer.requests[ASK],
					 1 + cases[i].renewals);
			person(&scene, EVENT_START);
			run_for(&scene, DAY_MS);
			assert_int_equal(scene.world.issuer.requests[ASK],
					 2 + 2 * cases[i].renewals);
		}
		close_scene(&scene);
	}
}

/* What goes wrong is told, and tried again ever more seldom. */
/* Power returns: a hundred kiosks start in the same moment, and do not all ask
 * in it. Who presses a key, or starts later, is served at once. */
static void test_power_returns(void **state)
{
	static const struct {
		int64_t now_ms;
		bool spread, touched;
		bool waits; /* all but a few of them */
	} cases[] = {
		{20000, true, false, true},
		{20000, true, true, false},
		{20000, false, false, false},
		{3600000, true, false, false},
	};
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct visit_policy policy = {.spread = cases[i].spread};
		unsigned at_once = 0;

		open_scene(&scene, &policy);
		for (uint64_t seed = 0; seed < 100; seed++) {
			scene.world.now_ms = cases[i].now_ms;
			boot(&scene, seed);
			if (cases[i].touched)
				person(&scene, EVENT_START);
			run_for(&scene, 1000);
			at_once += flow_codes(visit_flow(scene.visit));
			run_for(&scene, 10000);
			assert_int_equal(1,
					 flow_codes(visit_flow(scene.visit)));
		}
		if (cases[i].waits)
			assert_in_range(at_once, 2, 25);
		else
			assert_int_equal(100, at_once);
		close_scene(&scene);
	}
}

/* Who signs in and out while the machines of a building are still starting
 * leaves a screen that goes on. */
static void test_signs_out_at_start(void **state)
{
	const struct visit_policy policy = {.spread = true};
	struct scene scene;

	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		open_scene(&scene, &policy);
		scene.world.now_ms = 20000;
		boot(&scene, seed);
		run_for(&scene, 12000);
		approve(&scene);
		person(&scene, EVENT_SIGN_OUT);
		run_for(&scene, 20000);
		assert_int_equal(visit_stage(scene.visit), VISIT_SIGN_IN);
		assert_non_null(flow_code(visit_flow(scene.visit)));
		person(&scene, EVENT_TOUCHED);
		approve(&scene);
		close_scene(&scene);
	}
}

static void test_trouble(void **state)
{
	static const struct {
		const char *ask, *poll;
		enum visit_result result;
		int pauses_s[8];
	} cases[] = {
		{"invalid_client",
		 NULL,
		 RESULT_MISCONFIGURED,
		 {30, 60, 120, 240, 480, 600, 600}},
		{"refused", NULL, RESULT_FAILED, {30, 60, 120, 240}},
		{NULL, "timeout", RESULT_UNREACHABLE, {30, 60, 120}},
		{NULL, "denied", RESULT_DENIED, {10, 20, 40, 80}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;
		int64_t pause_ms;

		open_scene(&scene, &kiosk);
		issuer->script[ASK] = cases[i].ask;
		issuer->script[POLL] = cases[i].poll;
		boot(&scene, i);
		for (size_t j = 0; cases[i].pauses_s[j] > 0; j++) {
			int64_t least_ms = cases[i].pauses_s[j] * 1000;

			reach(&scene, VISIT_TROUBLE);
			assert_int_equal(visit_result(scene.visit),
					 cases[i].result);
			assert_int_equal(visit_trouble(scene.visit)[0] != '\0',
					 cases[i].result != RESULT_DENIED);
			pause_ms = visit_retry_ms(scene.visit) -
				   scene.world.now_ms;
			if (pause_ms < least_ms ||
			    pause_ms > least_ms + least_ms / 2)
				fail_msg("case %zu: pause %zu is %lld", i, j,
					 (long long)pause_ms);
			reach(&scene, VISIT_SIGN_IN);
		}
		/* A key tries at once; and after a code that was shown to its
		 * end the next trouble is the first one again. */
		reach(&scene, VISIT_TROUBLE);
		run_for(&scene, 5000);
		issuer->script[ASK] = NULL;
		issuer->script[POLL] = "pending";
		person(&scene, EVENT_START);
		assert_int_equal(visit_stage(scene.visit), VISIT_SIGN_IN);
		reach(&scene, VISIT_TROUBLE);
		assert_int_equal(visit_result(scene.visit), RESULT_EXPIRED);
		issuer->script[ASK] = "invalid_client";
		reach(&scene, VISIT_SIGN_IN);
		reach(&scene, VISIT_TROUBLE);
		assert_in_range(visit_retry_ms(scene.visit) -
					scene.world.now_ms,
				30000, 45000);
		close_scene(&scene);
	}
}

/* A screen that waits for a key shows the trouble and then waits again. */
static void test_trouble_with_key(void **state)
{
	static const struct {
		const char *ask, *poll;
		int64_t ms;
		int asked;
	} cases[] = {
		{"ok", "denied", 16000, 1},
		{"ok", "expired", 16000, 1},
		{"invalid_client", "ok", 46000, 1},
		/* Nobody stands there for ever: the network is tried five
		 * times, and then left alone. */
		{"timeout", "ok", 46000, 5},
		{"503", "ok", DAY_MS, 5},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		open_scene(&scene, &key_kiosk);
		scene.world.issuer.script[ASK] = cases[i].ask;
		scene.world.issuer.script[POLL] = cases[i].poll;
		boot(&scene, i);
		person(&scene, EVENT_START);
		reach(&scene, VISIT_TROUBLE);
		run_for(&scene, cases[i].ms);
		assert_int_equal(visit_stage(scene.visit), VISIT_WELCOME);
		assert_int_equal(scene.world.issuer.requests[ASK],
				 cases[i].asked);
		close_scene(&scene);
	}
}

/* A key that is stuck, or hit in anger. */
static void test_stuck_key(void **state)
{
	static const enum event_kind keys[][2] = {
		{EVENT_START, EVENT_START},
		{EVENT_CANCEL, EVENT_CANCEL},
		{EVENT_START, EVENT_CANCEL},
	};
	static const char *const asks[] = {"ok", "invalid_client", "500"};

	(void)state;
	for (size_t i = 0; i < COUNT(keys) * COUNT(asks) * 2; i++) {
		const enum event_kind *key = keys[i % COUNT(keys)];
		struct scene scene;

		open_scene(&scene, i % 2 == 0 ? &kiosk : &key_kiosk);
		scene.world.issuer.script[ASK] =
			asks[i / COUNT(keys) % COUNT(asks)];
		boot(&scene, i);
		for (int j = 0; j < 20 * 30; j++) {
			person(&scene, key[j % 2]);
			run_for(&scene, 33);
		}
		assert_in_range(scene.world.issuer.requests[ASK], 0, 11);
		close_scene(&scene);
	}
}

/* The time without a person runs out, whatever the program does by itself. */
static void test_idle(void **state)
{
	static const struct visit_policy policy = {
		.sign_out_after_ms = 10 * MINUTE_MS,
	};
	static const enum event_kind signs[] = {
		EVENT_TOUCHED,
		EVENT_START,
		EVENT_CANCEL,
	};
	struct scene scene;
	int64_t since_ms;

	(void)state;
	open_scene(&scene, &policy);
	scene.world.issuer.token_life_s = 60; /* renews all the time */
	boot(&scene, 1);
	assert_true(visit_idle_ms(scene.visit) == NEVER_MS);
	approve(&scene);
	since_ms = scene.world.now_ms;
	assert_true(visit_idle_ms(scene.visit) == since_ms + 10 * MINUTE_MS);
	for (size_t i = 0; i < COUNT(signs); i++) {
		run_for(&scene, 9 * MINUTE_MS);
		person(&scene, signs[i]);
		since_ms = scene.world.now_ms;
	}
	assert_int_equal(visit_stage(scene.visit), VISIT_PROFILE);
	reach(&scene, VISIT_LEAVING);
	assert_true(scene.world.now_ms == since_ms + 10 * MINUTE_MS);
	assert_true(scene.world.issuer.requests[REFRESH] > 30);
	reach(&scene, VISIT_SIGN_IN);
	assert_null(scene.world.disk.data.provider);

	/* Asleep for hours: who opens the lid is not who signed in. */
	approve(&scene);
	world_suspend(&scene.world, 8 * HOUR_MS);
	person(&scene, EVENT_TOUCHED);
	assert_int_equal(visit_stage(scene.visit), VISIT_LEAVING);
	close_scene(&scene);
}

static void test_resume(void **state)
{
	enum left { NOTHING, GOOD, EXPIRED, ENDED, ALIEN };
	static const struct {
		enum left left;
		bool wait_for_key;
		enum visit_stage stage;
	} cases[] = {
		{NOTHING, false, VISIT_SIGN_IN}, {NOTHING, true, VISIT_WELCOME},
		{GOOD, false, VISIT_PROFILE},	 {GOOD, true, VISIT_PROFILE},
		{EXPIRED, false, VISIT_PROFILE}, {EXPIRED, true, VISIT_PROFILE},
		{ENDED, false, VISIT_SIGN_IN},	 {ENDED, true, VISIT_WELCOME},
		{ALIEN, false, VISIT_SIGN_IN},	 {ALIEN, true, VISIT_WELCOME},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct visit_policy policy = {
			.resume = true,
			.wait_for_key = cases[i].wait_for_key,
		};
		struct scene scene;

		open_scene(&scene, &policy);
		if (cases[i].left != NOTHING)
			world_store(&scene.world,
				    cases[i].left == ALIEN ? "webex" : OURS,
				    cases[i].left == GOOD ? 3600 : -5);
		if (cases[i].left == ENDED)
			issuer_end_session(&scene.world.issuer);
		boot(&scene, i);
		run_for(&scene, 5000);
		if (visit_stage(scene.visit) != cases[i].stage)
			fail_msg("case %zu: %s", i,
				 visit_stage_name(visit_stage(scene.visit)));
		assert_int_equal(scene.world.issuer.requests[ASK],
				 cases[i].stage == VISIT_SIGN_IN);
		close_scene(&scene);
	}
}

/* A login that finds an old session looks at it, and if that is over, signs
 * in. */
static void test_login_resume(void **state)
{
	static const struct visit_policy policy = {
		.once = true,
		.resume = true,
	};

	(void)state;
	for (int over = 0; over < 2; over++) {
		struct scene scene;

		open_scene(&scene, &policy);
		world_store(&scene.world, OURS, -5);
		if (over != 0)
			issuer_end_session(&scene.world.issuer);
		scene.world.issuer.script[POLL] = "ok";
		boot(&scene, 1);
		reach(&scene, VISIT_OVER);
		assert_int_equal(visit_result(scene.visit), RESULT_SIGNED_IN);
		assert_int_equal(scene.world.issuer.requests[ASK], over);
		close_scene(&scene);
	}
}

/* The session ends without the person's doing. */
static void test_lost(void **state)
{
	(void)state;
	for (int with_key = 0; with_key < 2; with_key++) {
		struct scene scene;

		open_scene(&scene, with_key != 0 ? &key_kiosk : &kiosk);
		boot(&scene, 1);
		person(&scene, EVENT_START);
		approve(&scene);
		issuer_end_session(&scene.world.issuer);
		run_for(&scene, HOUR_MS);
		assert_int_equal(visit_stage(scene.visit),
				 with_key != 0 ? VISIT_WELCOME : VISIT_SIGN_IN);
		assert_null(data_of(&scene)->profile);
		close_scene(&scene);
	}
}

/* Signing out may fail: that is told, and the next person is let in. */
static void test_sign_out_fails(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, &kiosk);
	boot(&scene, 1);
	approve(&scene);
	scene.world.disk.held = true;
	person(&scene, EVENT_SIGN_OUT);
	reach(&scene, VISIT_TROUBLE);
	assert_int_equal(visit_result(scene.visit), RESULT_FAILED);
	assert_true(visit_trouble(scene.visit)[0] != '\0');
	assert_null(data_of(&scene)->tokens.access_token);
	scene.world.disk.held = false;
	reach(&scene, VISIT_SIGN_IN);
	approve(&scene);
	close_scene(&scene);
}

/* What two thousand persons leave behind in memory: nothing. */
static void test_memory(void **state)
{
	struct scene scene;
	size_t early = 0, late;

	(void)state;
	open_scene(&scene, &kiosk);
	boot(&scene, 1);
	for (int i = 0; i < 2000; i++) {
		if (i == 20)
			early = mallinfo2().uordblks;
		scene.world.issuer.script[POLL] =
			i % 7 == 0 ? "500 pending denied pending"
				   : "pending slow_down html pending";
		run_for(&scene, i % 3 == 0 ? 20000 : 400000);
		scene.world.issuer.script[POLL] = NULL;
		approve(&scene);
		run_for(&scene, 2 * HOUR_MS);
		person(&scene, EVENT_SIGN_OUT);
		reach(&scene, VISIT_SIGN_IN);
	}
	late = mallinfo2().uordblks;
	if (late > early + 4096)
		fail_msg("%zu bytes became %zu", early, late);
	close_scene(&scene);
}

/* A year before which nobody stands, seen from the provider. */
static void test_year(void **state)
{
	struct scene scene;
	int64_t end_ms;

	(void)state;
	open_scene(&scene, &kiosk);
	scene.world.issuer.code_life_s = 1800;
	scene.world.issuer.interval_s = 60;
	boot(&scene, 1);
	end_ms = scene.world.now_ms + 365 * DAY_MS;
	world_run(&scene.world, end_ms);
	assert_int_equal(visit_stage(scene.visit), VISIT_SIGN_IN);
	/* A pause of 60 to 90 s after each half hour, a poll a minute. */
	assert_in_range(scene.world.issuer.requests[ASK], 16500, 17500);
	assert_in_range(scene.world.issuer.requests[POLL], 450000, 525600);
	approve(&scene);
	close_scene(&scene);
}

/* Nothing is kept before a person says that it is them; they have two minutes
 * for that. */
static void test_confirm(void **state)
{
	static const struct visit_policy policy = {.confirm = true};
	static const struct {
		enum event_kind answer; /* EVENT_TICK: none */
		enum visit_stage stage; /* that it leads to */
	} cases[] = {
		{EVENT_START, VISIT_PROFILE},
		{EVENT_CANCEL, VISIT_SIGN_IN},
		{EVENT_SIGN_OUT, VISIT_SIGN_IN},
		{EVENT_TICK, VISIT_SIGN_IN},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool kept = cases[i].stage == VISIT_PROFILE;
		struct scene scene;
		struct world *world = &scene.world;

		open_scene(&scene, &policy);
		boot(&scene, 1);
		reach(&scene, VISIT_SIGN_IN);
		world->issuer.approve_ms = world->now_ms;
		reach(&scene, VISIT_CONFIRM);
		assert_int_equal(session_state(visit_session(scene.visit)),
				 SESSION_HELD);
		assert_int_equal(visit_confirm_ms(scene.visit),
				 world->now_ms + 2 * MINUTE_MS);
		person(&scene, EVENT_TOUCHED);
		run_for(&scene, 2 * MINUTE_MS - 1);
		assert_int_equal(visit_stage(scene.visit), VISIT_CONFIRM);
		assert_int_equal(world->disk.saves, 0);
		if (cases[i].answer != EVENT_TICK)
			person(&scene, cases[i].answer);
		else
			run_for(&scene, 2);
		assert_int_not_equal(visit_stage(scene.visit), VISIT_CONFIRM);
		world->issuer.approve_ms = NEVER_MS;
		reach(&scene, cases[i].stage);
		assert_int_equal(world->disk.saves > 0, kept);
		assert_int_equal(world->issuer.requests[REVOKE] > 0, !kept);
		close_scene(&scene);
	}
}

/* A visit that waits for nothing must wait for a person. */
static void check_alive(const struct scene *scene)
{
	const struct session *session = visit_session(scene->visit);
	int64_t deadline_ms = visit_deadline(scene->visit);
	bool holds = session_data(session)->tokens.access_token != NULL;

	switch (visit_stage(scene->visit)) {
	case VISIT_WELCOME:
		assert_false(holds);
		return;
	case VISIT_OVER:
		return;
	case VISIT_TROUBLE:
		assert_false(holds);
		assert_false(session_holds_lock(session));
		if (visit_result(scene->visit) == RESULT_EXPIRED &&
		    scene->policy.renewals > 0)
			return;
		break;
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
	if (!scene->client->under_way)
		assert_true(deadline_ms <= scene->world.now_ms + 2 * DAY_MS);
}

static void walk_on(struct scene *scene, int64_t ms)
{
	int64_t until_ms = scene->world.now_ms + ms;

	check_alive(scene);
	while (world_turn(&scene->world, until_ms))
		check_alive(scene);
}

static int64_t pick(uint64_t *seed, int64_t n)
{
	return jitter_ms(seed, n);
}

/* Something happens, to the provider, to the disk, or in front of it. */
static void happen(struct scene *scene, uint64_t *seed)
{
	static const char *const outages[] = {
		"500",	   "connect",	"timeout",	  "html",
		"429:40",  "forbidden", "invalid_client", "unauthorized",
		"pending", "resolve",
	};
	static const enum event_kind kinds[] = {
		EVENT_START,   EVENT_CANCEL, EVENT_SIGN_OUT,
		EVENT_TOUCHED, EVENT_TICK,   EVENT_CLOCK,
	};
	struct world *world = &scene->world;
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
		person(scene, kinds[pick(seed, COUNT(kinds))]);
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
		world_post(world, scene->client, EVENT_CLOCK);
		break;
	default:
		boot(scene, *seed); /* the power was cut */
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
	struct scene scene;
	struct issuer *issuer = &scene.world.issuer;
	int64_t end_ms;

	open_scene(&scene, &policy);
	issuer->latency_ms = 1 + pick(&seed, 5000);
	issuer->interval_s = pick(&seed, 10);
	issuer->code_life_s = 60 + pick(&seed, 900);
	issuer->token_life_s = lives_s[pick(&seed, COUNT(lives_s))];
	issuer->gives_refresh_token = pick(&seed, 4) > 0;
	issuer->rotates = pick(&seed, 2) == 0;
	if (policy.spread)
		scene.world.now_ms = 20000; /* just started */
	end_ms = scene.world.now_ms + 4 * DAY_MS;
	boot(&scene, seed);
	while (scene.world.now_ms < end_ms) {
		walk_on(&scene, spans_ms[pick(&seed, COUNT(spans_ms))]);
		happen(&scene, &seed);
	}

	/* When all is well again, the next person gets in. */
	scene.world.disk.full = scene.world.disk.held = false;
	scene.world.disk.unreadable = false;
	issuer->outage_end_ms = 0;
	issuer->deny_ms = issuer->approve_ms = NEVER_MS;
	walk_on(&scene, DAY_MS);
	if (visit_stage(scene.visit) == VISIT_PROFILE)
		person(&scene, EVENT_SIGN_OUT);
	walk_on(&scene, 5 * MINUTE_MS);
	person(&scene, EVENT_START);
	approve(&scene);
	close_scene(&scene);
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
static int tell_seed(void **state)
{
	const uint64_t *seed = *state;

	if (*seed < WALKS)
		print_message("# the seed was %llu\n",
			      (unsigned long long)*seed);
	free(*state);
	return 0;
}

/* Trouble that a wrong clock may have brought about is over with that. */
static void test_clock_set(void **state)
{
	static const struct {
		const char *poll;
		enum visit_stage then;
	} cases[] = {
		{"tls", VISIT_SIGN_IN},
		{"connect", VISIT_TROUBLE},
		{"denied", VISIT_TROUBLE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		open_scene(&scene, &kiosk);
		scene.world.issuer.script[POLL] = cases[i].poll;
		boot(&scene, i);
		reach(&scene, VISIT_TROUBLE);
		assert_true(visit_retry_ms(scene.visit) > scene.world.now_ms);
		world_post(&scene.world, scene.client, EVENT_CLOCK);
		assert_int_equal(visit_stage(scene.visit), cases[i].then);
		close_scene(&scene);
	}
}

/* A plan made by a wrong clock does not outlive it, whatever else fails. */
static void test_plan_of_a_wrong_clock(void **state)
{
	static const char *const profiles[] = {"rules", "connect*4 rules"};
	const struct visit_policy policy = {.resume = true};

	(void)state;
	for (size_t i = 0; i < COUNT(profiles); i++) {
		struct scene scene;
		const struct session *session;

		open_scene(&scene, &policy);
		world_store(&scene.world, OURS, 3600);
		scene.world.wall_s -= 14 * DAY_MS / 1000;
		scene.world.issuer.script[PROFILE] = profiles[i];
		boot(&scene, i);
		run_for(&scene, 8000);
		session = visit_session(scene.visit);
		assert_int_equal(session_refusal(session) != NULL, i == 1);
		scene.world.wall_s += 14 * DAY_MS / 1000;
		world_post(&scene.world, scene.client, EVENT_CLOCK);
		run_for(&scene, 2 * HOUR_MS);
		assert_true(session_expires_ms(session) > scene.world.now_ms);
		assert_true(scene.world.issuer.requests[REFRESH] >= 1);
		close_scene(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_login),
		cmocka_unit_test(test_clock_set),
		cmocka_unit_test(test_plan_of_a_wrong_clock),
		cmocka_unit_test(test_login_refused),
		cmocka_unit_test(test_login_cancelled),
		cmocka_unit_test(test_login_cancelled_twice),
		cmocka_unit_test(test_login_cancelled_locked),
		cmocka_unit_test(test_login_signed_out),
		cmocka_unit_test(test_persons),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_confirm),
		cmocka_unit_test(test_renewals),
		cmocka_unit_test(test_power_returns),
		cmocka_unit_test(test_signs_out_at_start),
		cmocka_unit_test(test_trouble),
		cmocka_unit_test(test_trouble_with_key),
		cmocka_unit_test(test_stuck_key),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_login_resume),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_sign_out_fails),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_year),
		cmocka_unit_test_setup_teardown(test_walks, set_up_walks,
						tell_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
