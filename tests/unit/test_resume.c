/* SPDX-License-Identifier: MIT */
/*
 * machine/pending and what flow and visit make of it: a code that outlives its
 * program, in virtual time. The modelled provider fails a case where the next
 * run asks too early or about a code that is over.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "conf/options.h"
#include "machine/flow.h"
#include "machine/pending.h"
#include "machine/session.h"
#include "machine/visit.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HOUR_MS (60 * INT64_C(60000))
#define LIFE_S 300
#define INTERVAL_MS 5000

struct scene {
	struct world world;
	struct flow *flow;
	struct client *client;
	struct action action; /* of the first step after a crash */
	uint64_t seed;
};

/* A program starts, after a crash where one has run before. True where it goes
 * on with that one's code; else it asks for another. */
static bool boot(struct scene *scene)
{
	struct world *world = &scene->world;
	struct event event = world_event(world, EVENT_START);
	const char *record;
	bool resumed;

	flow_free(scene->flow);
	world_crash(world);
	scene->flow = flow_new(&world->issuer.provider, 0, 7 + scene->seed);
	scene->client = world_add_flow(world, scene->flow);
	record = world_take_code(world, scene->client);
	if (record != NULL)
		flow_recall(scene->flow, record, world->boot);
	action_clear(&scene->action);
	resumed = flow_resume(scene->flow, &event, &scene->action);
	if (!resumed)
		flow_step(scene->flow, &event, &scene->action);
	world_do(world, scene->client, &scene->action);
	return resumed;
}

static void run_for(struct scene *scene, int64_t ms)
{
	world_run(&scene->world, scene->world.now_ms + ms);
}

/* With a code on show. */
static void open_scene(struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	world_init(&scene->world);
	scene->world.issuer.code_life_s = LIFE_S;
}

static void show_code(struct scene *scene)
{
	assert_false(boot(scene));
	run_for(scene, 1000);
	assert_int_equal(flow_state(scene->flow), FLOW_WAITING);
}

static void close_scene(struct scene *scene)
{
	flow_free(scene->flow);
	world_free(&scene->world);
}

static void reach(struct scene *scene, enum flow_state state)
{
	int64_t until_ms = scene->world.now_ms + HOUR_MS;

	while (flow_state(scene->flow) != state &&
	       world_turn(&scene->world, until_ms))
		continue;
	assert_int_equal(flow_state(scene->flow), state);
}

static void test_clocks(void **state)
{
	static const struct {
		const char *what;
		int64_t away_ms; /* between the crash and the next start */
		bool reboot;
		int64_t shift_s; /* of the wall clock meanwhile */
		bool resumes;
	} cases[] = {
		{"at once", 0, false, 0, true},
		{"a minute later", 60000, false, 0, true},
		{"the wall clock is set forward", 0, false, 3600, true},
		{"the wall clock is set back", 0, false, -3600, true},
		{"the wall clock is set to 1970", 0, false, -1800000000, true},
		{"just before its end", 292000, false, 0, true},
		{"no poll fits in any more", 296000, false, 0, false},
		{"too late", 300000, false, 0, false},
		{"much too late", HOUR_MS, false, 0, false},
		{"too late, though the clock was set back", 300000, false,
		 -3600, false},
		{"another start", 60000, true, 0, true},
		{"another start, too late", 300000, true, 0, false},
		{"another start, clock ahead", 60000, true, 3600, false},
		{"another start, clock behind", 60000, true, -3600, false},
		{"another start in 1970", 60000, true, -1800000000, false},
		{"another start, a little behind", 60000, true, -30, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		char *code;

		open_scene(&scene);
		show_code(&scene);
		code = xstrdup(flow_code(scene.flow)->user_code);
		scene.world.now_ms += cases[i].away_ms;
		scene.world.wall_s += cases[i].shift_s;
		if (cases[i].reboot)
			scene.world.boot = "second";
		if (boot(&scene) != cases[i].resumes)
			fail_msg("%s: %s", cases[i].what, scene.action.note);
		run_for(&scene, 1000);
		assert_int_equal(
			scene.world.issuer
				.requests[REQUEST_DEVICE_AUTHORIZATION],
			cases[i].resumes ? 1 : 2);
		assert_int_equal(
			strcmp(flow_code(scene.flow)->user_code, code) == 0,
			cases[i].resumes);
		assert_int_equal(flow_codes(scene.flow), 1);
		scene.world.issuer.approve_ms = scene.world.now_ms;
		reach(&scene, FLOW_GRANTED);
		assert_null(scene.world.disk.code);
		free(code);
		close_scene(&scene);
	}
}

/* What the wall clock says of a code that comes from before the start of the
 * machine holds when it has been set right, too. */
static void set_right_later(bool told)
{
	struct scene scene;
	unsigned polls;

	open_scene(&scene);
	show_code(&scene);
	scene.world.now_ms += HOUR_MS; /* the power was away */
	scene.world.wall_s -= 3600;    /* and with it the clock */
	scene.world.boot = "second";
	scene.world.issuer.code_sent_ms = scene.world.now_ms;
	assert_true(boot(&scene));
	run_for(&scene, 15000);
	assert_int_equal(flow_state(scene.flow), FLOW_WAITING);
	polls = scene.world.issuer.requests[REQUEST_POLL];
	assert_true(polls > 0);
	scene.world.wall_s += 3600;
	if (told)
		world_post(&scene.world, scene.client, EVENT_CLOCK);
	else
		reach(&scene, FLOW_EXPIRED);
	assert_int_equal(flow_state(scene.flow), FLOW_EXPIRED);
	assert_int_equal(scene.world.issuer.requests[REQUEST_POLL], polls);
	assert_null(scene.world.disk.code);
	close_scene(&scene);
}

static void test_clock_set_right_later(void **state)
{
	(void)state;
	set_right_later(false);
	set_right_later(true);
}

/* A code that came before the clock was right: once that is known, it survives
 * another start of the machine. */
static void test_clock_set_right_first(void **state)
{
	(void)state;
	for (int told = 0; told < 2; told++) {
		struct scene scene;

		open_scene(&scene);
		scene.world.wall_s = 0; /* 1970 */
		show_code(&scene);
		scene.world.wall_s = 1800000000;
		for (int i = 0; i < 2 * told; i++) /* once is news */
			world_post(&scene.world, scene.client, EVENT_CLOCK);
		assert_int_equal(scene.world.disk.code_saves, 1 + told);
		scene.world.boot = "second";
		assert_int_equal(boot(&scene), told);
		close_scene(&scene);
	}
}

/* Another start of the machine goes by a clock that is a little off: the end of
 * the code is right once that is set. */
static void test_clock_set_after_another_start(void **state)
{
	static const int64_t shifts_s[] = {-60, 60};

	(void)state;
	for (size_t i = 0; i < COUNT(shifts_s); i++) {
		struct scene scene;
		int64_t end_ms;

		open_scene(&scene);
		show_code(&scene);
		end_ms = flow_expires_ms(scene.flow);
		scene.world.now_ms += 100000;
		scene.world.wall_s += shifts_s[i];
		scene.world.boot = "second";
		assert_true(boot(&scene));
		scene.world.wall_s -= shifts_s[i];
		world_post(&scene.world, scene.client, EVENT_CLOCK);
		assert_in_range(flow_expires_ms(scene.flow), end_ms - 2000,
				end_ms + 2000);
		close_scene(&scene);
	}
}

/* Where the power comes back, all the kiosks of a building are about to poll.
 */
static void test_apart(void **state)
{
	int64_t first_ms = 0;
	unsigned apart = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct scene scene;
		int64_t wait_ms;

		open_scene(&scene);
		scene.seed = seed;
		show_code(&scene);
		assert_true(boot(&scene));
		wait_ms = flow_deadline(scene.flow) - scene.world.now_ms;
		if (seed == 0)
			first_ms = wait_ms;
		apart += wait_ms < first_ms - 100 || wait_ms > first_ms + 100;
		close_scene(&scene);
	}
	assert_true(apart >= 15);
}

/* The last run may have asked a moment ago, and been told to slow down. */
static void test_first_poll(void **state)
{
	static const struct {
		const char *script;
		int64_t interval_ms;
	} cases[] = {
		{"pending", INTERVAL_MS},
		{"slow_down pending", INTERVAL_MS + 5000},
		{"slow_down*2 pending", INTERVAL_MS + 10000},
		{"slow_down:40 pending", 40000},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;
		int64_t start_ms;
		unsigned polls;

		open_scene(&scene);
		issuer->script[REQUEST_POLL] = cases[i].script;
		show_code(&scene);
		run_for(&scene, 90000);
		scene.world.now_ms += 100;
		start_ms = scene.world.now_ms;
		assert_true(boot(&scene));
		assert_int_equal(flow_code(scene.flow)->interval_s * 1000,
				 cases[i].interval_ms);
		assert_in_range(flow_deadline(scene.flow) - start_ms,
				cases[i].interval_ms,
				2 * cases[i].interval_ms + 1000);
		polls = issuer->requests[REQUEST_POLL];
		run_for(&scene, 2 * cases[i].interval_ms + 2000);
		assert_int_equal(issuer->requests[REQUEST_POLL], polls + 1);
		close_scene(&scene);
	}
}

/* What the last poll of the last run brought is lost, or the code has expired
 * meanwhile: another one, as if nothing had been kept. Once the provider has
 * called the code pending, its user is told how it ends. */
static void test_code_used_up(void **state)
{
	static const struct {
		const char *polls; /* of the resumed code */
		bool replaced;
		enum flow_state end; /* where it is not */
	} cases[] = {
		{"expired pending", true, FLOW_IDLE},
		{"invalid_grant pending", true, FLOW_IDLE},
		{"500 expired pending", true, FLOW_IDLE},
		{"timeout*2 invalid_grant pending", true, FLOW_IDLE},
		{"crossed expired pending", true, FLOW_IDLE},
		{"pending expired", false, FLOW_EXPIRED},
		{"pending invalid_grant", false, FLOW_FAILED},
		{"slow_down expired", false, FLOW_EXPIRED},
		{"denied", false, FLOW_DENIED},
		{"refused", false, FLOW_FAILED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		unsigned *requests = scene.world.issuer.requests;

		open_scene(&scene);
		show_code(&scene);
		assert_true(boot(&scene));
		scene.world.issuer.script[REQUEST_POLL] = cases[i].polls;
		if (!cases[i].replaced) {
			reach(&scene, cases[i].end);
			assert_int_equal(requests[REQUEST_DEVICE_AUTHORIZATION],
					 1);
			close_scene(&scene);
			continue;
		}
		reach(&scene, FLOW_REQUESTING);
		assert_null(scene.world.disk.code);
		assert_int_equal(scene.client->last_level, LEVEL_INFO);
		reach(&scene, FLOW_WAITING);
		assert_int_equal(flow_codes(scene.flow), 2);
		assert_non_null(strstr(scene.world.disk.code, "device-2"));
		scene.world.issuer.approve_ms = scene.world.now_ms;
		scene.world.issuer.script[REQUEST_POLL] = "rules";
		reach(&scene, FLOW_GRANTED);
		assert_int_equal(requests[REQUEST_DEVICE_AUTHORIZATION], 2);
		close_scene(&scene);
	}
}

/* Another code that is used up is the user's: no third one. */
static void test_used_up_once(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene);
	show_code(&scene);
	assert_true(boot(&scene));
	scene.world.issuer.script[REQUEST_POLL] = "expired";
	reach(&scene, FLOW_EXPIRED);
	assert_int_equal(
		scene.world.issuer.requests[REQUEST_DEVICE_AUTHORIZATION], 2);
	close_scene(&scene);
}

/* The clock turns out to be later than the one by which the code was resumed:
 * before the first poll, and with it. */
static void test_over_before_a_poll(void **state)
{
	(void)state;
	for (int told = 0; told < 2; told++) {
		struct scene scene;
		unsigned *requests = scene.world.issuer.requests;

		open_scene(&scene);
		show_code(&scene);
		scene.world.now_ms += HOUR_MS; /* the power was away */
		scene.world.wall_s -= 3600;    /* and with it the clock */
		scene.world.boot = "second";
		assert_true(boot(&scene));
		scene.world.wall_s += 3600;
		if (told)
			world_post(&scene.world, scene.client, EVENT_CLOCK);
		else
			reach(&scene, FLOW_REQUESTING);
		assert_int_equal(flow_state(scene.flow), FLOW_REQUESTING);
		assert_int_equal(requests[REQUEST_POLL], 0);
		reach(&scene, FLOW_WAITING);
		assert_int_equal(requests[REQUEST_DEVICE_AUTHORIZATION], 2);
		close_scene(&scene);
	}
}

/* The verifier and the key that the tokens are bound to go along. */
static void test_secrets_of_the_code(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;
		struct tokens tokens = {0};

		open_scene(&scene);
		issuer->wants_pkce = (i & 1) != 0;
		issuer->dpop = issuer->provider.dpop = (i & 2) != 0;
		show_code(&scene);
		assert_true(boot(&scene));
		issuer->approve_ms = scene.world.now_ms;
		reach(&scene, FLOW_GRANTED);
		flow_take_tokens(scene.flow, &tokens);
		assert_int_equal(tokens.dpop_key != NULL, issuer->dpop);
		tokens_free(&tokens);
		close_scene(&scene);
	}
}

static void replace(char **text, const char *by)
{
	free(*text);
	*text = xstrdup(by);
}

/* Another client or other settings now. */
static void test_settings(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		struct scene scene;
		struct provider *provider = &scene.world.issuer.provider;

		open_scene(&scene);
		show_code(&scene);
		switch (i) {
		case 0:
			replace(&provider->client_id, "other");
			break;
		case 1:
			replace(&provider->issuer, "https://other.example");
			break;
		case 2:
			replace(&provider->scope, "profile email");
			break;
		case 3:
			replace(&provider->audience, "api");
			break;
		case 4:
			replace(&provider->device_authorization_endpoint,
				"https://id.example/device2");
			break;
		case 5:
			replace(&provider->device_token_endpoint,
				"https://id.example/token2");
			break;
		case 6:
			replace(&provider->device_name, "Lobby");
			break;
		case 7:
			provider->dpop = true;
			break;
		case 8:
			provider->extra = xcalloc(1, sizeof(struct param));
			provider->extra_count = 1;
			provider->extra[0].name = xstrdup("prompt");
			provider->extra[0].value = xstrdup("login");
			break;
		default: /* nothing that matters */
			replace(&provider->label, "Somebody");
			replace(&provider->userinfo_endpoint,
				"https://id.example/me");
			break;
		}
		assert_int_equal(boot(&scene), i == 9);
		assert_int_equal(strstr(scene.action.note, "settings") != NULL,
				 i != 9);
		close_scene(&scene);
	}
}

static struct pending example(void)
{
	return (struct pending){
		.code =
			{
				.device_code = (char *)(uintptr_t) "D",
				.user_code = (char *)(uintptr_t) "AB-CD",
				.verification_uri =
					(char *)(uintptr_t) "https://"
							    "id.example/verify",
				.expires_in_s = 300,
				.interval_s = 5,
			},
		.expires_ms = 90000,
		.expires_at = 1800000090,
	};
}

static const struct event now = {.now_ms = 10000, .wall_s = 1800000010};

static void test_text(void **state)
{
	static const char client[] =
		"{\"version\":1,\"client\":{\"issuer\":\"https://id.example\","
		"\"device_authorization_endpoint\":\"https://id.example/"
		"device\",\"device_token_endpoint\":\"https://id.example/"
		"token\",\"client_id\":\"screen\",\"scope\":\"profile\","
		"\"audience\":\"\",\"device_name\":\"\",\"dpop\":false,"
		"\"extra\":{}},\"device_code\":\"D\",\"user_code\":\"AB-CD\","
		"\"verification_uri\":\"https://id.example/verify\","
		"\"expires_in\":300,\"interval\":5,\"expires_at\":1800000090";
	static const struct {
		const char *boot;
		bool by_wall;
		const char *rest;
	} cases[] = {
		{"b", false, ",\"boot\":\"b\",\"expires_ms\":90000}"},
		{"", false, "}"},
		{"b", true, "}"},
	};
	struct issuer issuer;

	(void)state;
	issuer_init(&issuer);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct pending pending = example();
		char *text;

		pending.by_wall = cases[i].by_wall;
		text = pending_write(&pending, &issuer.provider, cases[i].boot);
		assert_memory_equal(text, client, strlen(client));
		assert_string_equal(text + strlen(client), cases[i].rest);
		free(text);
	}
	issuer_free(&issuer);
}

/* One member is another value, or gone where that is NULL. */
static void test_damage(void **state)
{
	static const struct {
		const char *name, *value, *says;
	} cases[] = {
		{"audience", "1", NULL}, /* not looked at up here */
		{"expires_ms", "10001", NULL},
		{"expires_ms", "310000", NULL},
		{"interval", "301", NULL},
		{"verification_uri_complete", "\"http://x.example/\"", NULL},
		{"version", "2", "damaged"},
		{"version", NULL, "damaged"},
		{"client", NULL, "settings"},
		{"client", "{}", "settings"},
		{"client", "\"screen\"", "settings"},
		{"device_code", NULL, "damaged"},
		{"device_code", "\"a b\"", "damaged"},
		{"user_code", NULL, "damaged"},
		{"user_code", "\"\\u001b[2J\"", "damaged"},
		{"user_code", "7", "damaged"},
		{"verification_uri", "\"http://id.example/\"", "damaged"},
		{"verification_uri", "\"https://a@id.example/\"", "damaged"},
		{"interval", NULL, "damaged"},
		{"interval", "0", "damaged"},
		{"interval", "-5", "damaged"},
		{"interval", "1e300", "damaged"},
		{"dpop_key", "\"no key\"", "damaged"},
		{"expires_at", NULL, "damaged"},
		{"expires_at", "1e300", "damaged"},
		{"expires_at", "-1", NULL},	      /* a clock before 1970 */
		{"expires_at", "300000000000", NULL}, /* and after 9999 */
		{"expires_ms", NULL, "damaged"},
		{"expires_ms", "\"soon\"", "damaged"},
		{"expires_ms", "1e300", "damaged"},
		{"expires_ms", "10000", "has expired"},
		{"expires_ms", "310001", "clock"},
		{"boot", NULL, NULL},
		{"boot", "\"another\"", NULL},
		{"boot", "7", NULL},
	};
	struct issuer issuer;

	(void)state;
	issuer_init(&issuer);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct pending pending = example(), read = {0};
		char *text = pending_write(&pending, &issuer.provider, "b");
		struct json *json = json_parse(text, strlen(text), NULL);
		const char *value = cases[i].value ? cases[i].value : "null";
		struct err err = {""};
		bool ok;

		json_set(json, cases[i].name,
			 json_parse(value, strlen(value), NULL));
		free(text);
		text = json_print(json, false);
		ok = pending_read(&read, text, strlen(text), &issuer.provider,
				  "b", &now, &err);
		if (ok != (cases[i].says == NULL) ||
		    (!ok && strstr(err.text, cases[i].says) == NULL))
			fail_msg("%s = %s: %s", cases[i].name, value, err.text);
		if (!ok)
			assert_null(read.code.device_code);
		pending_free(&read);
		json_free(json);
		free(text);
	}
	issuer_free(&issuer);
}

static void test_no_text(void **state)
{
	static const char *const texts[] = {
		"", "{", "[]", "null", "7", "{}", "{\"version\":1}", "{} {}",
	};
	struct issuer issuer;

	(void)state;
	issuer_init(&issuer);
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct pending read = {0};
		struct err err = {""};

		assert_false(pending_read(&read, texts[i], strlen(texts[i]),
					  &issuer.provider, "b", &now, &err));
		assert_true(err.text[0] != '\0');
	}
	issuer_free(&issuer);
}

/* Flash memory wears out: once for each code, and for each slow_down. */
static void test_writes(void **state)
{
	struct scene scene;
	const struct disk *disk = &scene.world.disk;

	(void)state;
	open_scene(&scene);
	scene.world.issuer.script[REQUEST_POLL] =
		"pending*10 slow_down pending*4 timeout pending*3 expired";
	assert_null(disk->code);
	show_code(&scene);
	assert_int_equal(disk->code_saves, 1);
	run_for(&scene, 55000);
	assert_int_equal(scene.world.issuer.requests[REQUEST_POLL], 10);
	assert_int_equal(disk->code_saves, 1);
	run_for(&scene, 10000);
	assert_int_equal(disk->code_saves, 2);
	assert_true(boot(&scene));
	assert_int_equal(disk->code_saves, 2);
	reach(&scene, FLOW_EXPIRED);
	assert_int_equal(disk->code_saves, 2);
	assert_null(disk->code);
	assert_null(flow_record(scene.flow, ""));
	close_scene(&scene);
}

/* Every way in which a code ends, and a person who wants another one. */
static void test_ends(void **state)
{
	static const struct {
		const char *poll;
		enum flow_state state;
	} cases[] = {
		{"ok", FLOW_GRANTED},	   {"denied", FLOW_DENIED},
		{"expired", FLOW_EXPIRED}, {"pending", FLOW_EXPIRED},
		{"refused", FLOW_FAILED},  {"invalid_client", FLOW_FAILED},
		{"timeout", FLOW_FAILED},
	};
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		open_scene(&scene);
		scene.world.issuer.script[REQUEST_POLL] = cases[i / 2].poll;
		show_code(&scene);
		assert_non_null(scene.world.disk.code);
		if (i % 2 == 1)
			assert_true(boot(&scene));
		reach(&scene, cases[i / 2].state);
		assert_null(scene.world.disk.code);
		close_scene(&scene);
	}
	open_scene(&scene);
	show_code(&scene);
	world_post(&scene.world, scene.client, EVENT_START);
	assert_null(scene.world.disk.code);
	run_for(&scene, 1000);
	assert_non_null(strstr(scene.world.disk.code, "device-2"));
	world_post(&scene.world, scene.client, EVENT_CANCEL);
	assert_null(scene.world.disk.code);
	close_scene(&scene);
}

/* An address to open is not kept: where the browser would come back is gone
 * with the program. */
static void test_code_grant(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene);
	show_code(&scene);
	scene.world.issuer.provider.code_grant = true;
	assert_false(boot(&scene));
	assert_non_null(flow_authorization_uri(scene.flow));
	assert_null(flow_record(scene.flow, "b"));
	assert_null(scene.world.disk.code);
	close_scene(&scene);
}

/* ---- The kiosk */

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
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_clock_set_right_first),
		cmocka_unit_test(test_clock_set_right_later),
		cmocka_unit_test(test_clock_set_after_another_start),
		cmocka_unit_test(test_apart),
		cmocka_unit_test(test_first_poll),
		cmocka_unit_test(test_code_used_up),
		cmocka_unit_test(test_used_up_once),
		cmocka_unit_test(test_over_before_a_poll),
		cmocka_unit_test(test_used_up_at_a_kiosk),
		cmocka_unit_test(test_secrets_of_the_code),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_no_text),
		cmocka_unit_test(test_writes),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_code_grant),
		cmocka_unit_test(test_kiosk),
		cmocka_unit_test(test_signed_in_meanwhile),
		cmocka_unit_test(test_two_kiosks),
	};

	json_init();
	return cmocka_run_group_tests_name("resume", tests, NULL, NULL);
}
