/* SPDX-License-Identifier: MIT */
/*
 * core/visit where the issuer is asked for its endpoints first, and where a
 * browser comes back instead of a person typing a code; how each login ends.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "core/discovery.h"
#include "core/flow.h"
#include "core/jose_key.h"
#include "core/session.h"
#include "core/visit.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)
#define OURS "https://id.example"

#define DOCUMENT(issuer)                                                   \
	"{\"issuer\":\"" issuer "\","                                      \
	"\"device_authorization_endpoint\":\"https://id.example/device\"," \
	"\"token_endpoint\":\"https://id.example/token\","                 \
	"\"userinfo_endpoint\":\"https://id.example/userinfo\","           \
	"\"revocation_endpoint\":\"https://id.example/revoke\","           \
	"\"authorization_endpoint\":\"https://id.example/authorize\","     \
	"\"jwks_uri\":\"https://id.example/keys\","                        \
	"\"authorization_response_iss_parameter_supported\":true}"
#define GOOD DOCUMENT(OURS)
#define NO_DEVICE                                                 \
	"{\"issuer\":\"" OURS "\",\"token_endpoint\":\"https://i" \
	"d.example/token\"}"

struct keys {
	struct jose_key *ours, *theirs;
	char *published;
};

struct scene {
	struct world world;
	struct visit *visit;
	struct client *client;
	char answer[512];
};

static const struct visit_policy login = {.once = true};
static const struct visit_policy kiosk = {.once = false};
static const struct visit_policy key_kiosk = {.wait_for_key = true};

static int set_up(void **state)
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

static int tear_down(void **state)
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

/* The world, with a provider of whom only the issuer is known. */
static void open_scene(struct scene *scene, const struct keys *keys)
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

/* The program starts. */
static void boot(struct scene *scene, const struct visit_policy *policy,
		 uint64_t seed)
{
	struct event event = world_event(&scene->world, EVENT_TICK);
	struct action action;

	scene->visit = visit_new(&scene->world.issuer.provider, policy, seed);
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
	int64_t until_ms = scene->world.now_ms + 24 * HOUR_MS;

	while (visit_stage(scene->visit) != stage &&
	       world_turn(&scene->world, until_ms))
		continue;
	if (visit_stage(scene->visit) != stage)
		fail_msg("%s, not %s",
			 visit_stage_name(visit_stage(scene->visit)),
			 visit_stage_name(stage));
}

static void agree(struct scene *scene)
{
	const struct flow *flow = visit_flow(scene->visit);

	issuer_authorize(&scene->world.issuer, flow_authorization_uri(flow),
			 scene->answer, sizeof(scene->answer));
}

static void come_back(struct scene *scene, const char *answer)
{
	world_redirect(&scene->world, scene->client, answer);
}

/* A login is over, and nothing brings it back. */
static void check_over(struct scene *scene, enum visit_result result,
		       const char *why)
{
	reach(scene, VISIT_OVER);
	if (visit_result(scene->visit) != result ||
	    !strstr(visit_trouble(scene->visit), why))
		fail_msg("result %d: %s", visit_result(scene->visit),
			 visit_trouble(scene->visit));
	assert_int_equal(visit_trouble(scene->visit)[0] != '\0',
			 why[0] != '\0');
	assert_true(visit_deadline(scene->visit) == NEVER_MS);
	assert_int_equal(scene->world.disk.data.tokens.access_token != NULL,
			 result == RESULT_SIGNED_IN);
	person(scene, EVENT_START);
	come_back(scene, scene->answer);
	run_for(scene, HOUR_MS);
	assert_int_equal(visit_stage(scene->visit), VISIT_OVER);
	assert_int_equal(visit_result(scene->visit), result);
}

/* How discovery decides about a login with the device grant. */
static void test_login_discovery(void **state)
{
	static const struct {
		const char *script, *openid, *rfc8414;
		enum visit_result result;
		const char *why;
	} cases[] = {
		{"rules", GOOD, NULL, RESULT_SIGNED_IN, ""},
		{"rules", NULL, GOOD, RESULT_SIGNED_IN, ""},
		{"connect*2 rules", GOOD, NULL, RESULT_SIGNED_IN, ""},
		{"connect", GOOD, NULL, RESULT_UNREACHABLE, "network is away"},
		{"500", GOOD, NULL, RESULT_UNREACHABLE, "in difficulties"},
		{"429", GOOD, NULL, RESULT_UNREACHABLE, "asked too often"},
		{"html", GOOD, NULL, RESULT_MISCONFIGURED,
		 "publishes no discovery document"},
		{"rules", NULL, NULL, RESULT_MISCONFIGURED,
		 "publishes no discovery document"},
		{"rules", DOCUMENT(OURS "/"), NULL, RESULT_MISCONFIGURED,
		 "must be exactly that"},
		{"rules", NO_DEVICE, NULL, RESULT_MISCONFIGURED,
		 "publishes no device_authorization_endpoint"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		open_scene(&scene, *state);
		scene.world.issuer.script[DISCOVER] = cases[i].script;
		scene.world.issuer.script[POLL] = "pending ok";
		scene.world.issuer.documents[0] = cases[i].openid;
		scene.world.issuer.documents[1] = cases[i].rfc8414;
		boot(&scene, &login, i);
		assert_int_equal(visit_stage(scene.visit), VISIT_PREPARING);
		check_over(&scene, cases[i].result, cases[i].why);
		assert_int_equal(scene.world.issuer.requests[ASK],
				 cases[i].result == RESULT_SIGNED_IN);
		close_scene(&scene);
	}
}

/* How a browser that comes back decides about a login. */
static void test_login_code(void **state)
{
	static const struct {
		const char *answer; /* NULL: the right one */
		const char *exchange, *profile, *claims, *userinfo;
		enum visit_result result;
		const char *why;
	} cases[] = {
		{NULL, "rules", "rules", NULL, NULL, RESULT_SIGNED_IN, ""},
		{NULL, "resolve rules", "500", NULL, NULL, RESULT_SIGNED_IN,
		 ""},
		{NULL, "invalid_grant", "rules", NULL, NULL, RESULT_FAILED,
		 "does not accept this code"},
		{NULL, "invalid_client", "rules", NULL, NULL,
		 RESULT_MISCONFIGURED, "CLIENT_ID"},
		{NULL, "timeout", "rules", NULL, NULL, RESULT_UNREACHABLE,
		 "The network is away."},
		{NULL, "resolve", "rules", NULL, NULL, RESULT_UNREACHABLE,
		 "The network is away."},
		{NULL, "rules", "rules", "{\"exp\":1}", NULL, RESULT_FAILED,
		 "good until 1970"},
		{NULL, "rules", "rules", "{\"nonce\":\"x\"}", NULL,
		 RESULT_FAILED, "another sign-in"},
		{NULL, "rules", "rules", "{\"iss\":\"x\"}", NULL, RESULT_FAILED,
		 "issued by x"},
		{NULL, "rules", "rules", "{\"aud\":\"x\"}", NULL, RESULT_FAILED,
		 "another client"},
		{NULL, "rules", "rules", NULL, "{\"sub\":\"8\"}", RESULT_FAILED,
		 "somebody else"},
		{"error=access_denied", NULL, NULL, NULL, NULL, RESULT_DENIED,
		 ""},
		{"error=invalid_scope", NULL, NULL, NULL, NULL,
		 RESULT_MISCONFIGURED, "provider.scope"},
		{"error=server_error", NULL, NULL, NULL, NULL, RESULT_FAILED,
		 "in difficulties"},
		/* Nobody comes back with anything of use. */
		{"state=forged", NULL, NULL, NULL, NULL, RESULT_EXPIRED, ""},
		{"", NULL, NULL, NULL, NULL, RESULT_EXPIRED, ""},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;
		char answer[600];

		open_scene(&scene, *state);
		issuer->provider.code_grant = true;
		issuer->script[EXCHANGE] = cases[i].exchange;
		issuer->script[PROFILE] = cases[i].profile;
		issuer->claims = cases[i].claims;
		issuer->userinfo = cases[i].userinfo;
		boot(&scene, &login, i);
		reach(&scene, VISIT_SIGN_IN);
		agree(&scene);
		(void)snprintf(answer, sizeof(answer), "%s%s",
			       cases[i].answer != NULL ? cases[i].answer : "",
			       strchr(scene.answer, '&'));
		if (cases[i].answer == NULL)
			come_back(&scene, scene.answer);
		else if (cases[i].result == RESULT_EXPIRED)
			come_back(&scene, cases[i].answer);
		else
			come_back(&scene, answer);
		check_over(&scene, cases[i].result, cases[i].why);
		assert_int_equal(issuer->requests[ASK], 0);
		close_scene(&scene);
	}
}

/* Forged by somebody who knows the address on the screen. */
static void test_login_forged(void **state)
{
	const struct keys *keys = *state;
	static const struct {
		const char *keys;
		bool forged;
		enum visit_result result;
		const char *why;
	} cases[] = {
		{"rules", false, RESULT_SIGNED_IN, ""},
		{"rules", true, RESULT_FAILED, "signature is wrong"},
		{"connect", false, RESULT_UNREACHABLE, "cannot be had"},
		{"500", false, RESULT_UNREACHABLE, "cannot be had"},
		{"forbidden", false, RESULT_FAILED, "cannot be had"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		open_scene(&scene, keys);
		scene.world.issuer.script[POLL] = "ok";
		scene.world.issuer.script[KEYS] = cases[i].keys;
		if (cases[i].forged)
			scene.world.issuer.key = keys->theirs;
		boot(&scene, &login, i);
		check_over(&scene, cases[i].result, cases[i].why);
		close_scene(&scene);
	}
}

static void test_login_cancelled(void **state)
{
	static const struct {
		const char *discovery;
		int64_t after_ms;
		enum visit_stage stage;
	} cases[] = {
		{"rules", 50, VISIT_PREPARING},
		{"connect", 1000, VISIT_PREPARING},
		{"rules", 1000, VISIT_SIGN_IN},
	};

	for (size_t i = 0; i < COUNT(cases) + 2; i++) {
		bool back = i >= COUNT(cases);
		size_t c = back ? COUNT(cases) - 1 : i;
		struct scene scene;

		open_scene(&scene, *state);
		scene.world.issuer.provider.code_grant = true;
		scene.world.issuer.script[DISCOVER] = cases[c].discovery;
		boot(&scene, &login, i);
		run_for(&scene, cases[c].after_ms);
		assert_int_equal(visit_stage(scene.visit), cases[c].stage);
		if (back) {
			/* While the code is exchanged, or the keys are read. */
			agree(&scene);
			come_back(&scene, scene.answer);
			run_for(&scene, i == COUNT(cases) ? 50 : 150);
			assert_int_equal(visit_stage(scene.visit),
					 i == COUNT(cases) ? VISIT_SIGN_IN
							   : VISIT_ARRIVING);
		}
		person(&scene, EVENT_CANCEL);
		/* Tokens that have come already are signed out again. */
		reach(&scene, VISIT_OVER);
		assert_false(scene.client->under_way);
		check_over(&scene, RESULT_CANCELLED, "");
		close_scene(&scene);
	}
}

/* A kiosk asks the issuer once, for as long as all goes well. */
static void test_persons(void **state)
{
	struct scene scene;

	open_scene(&scene, *state);
	scene.world.issuer.provider.code_grant = true;
	boot(&scene, &kiosk, 1);
	for (int i = 0; i < 5; i++) {
		reach(&scene, VISIT_SIGN_IN);
		agree(&scene);
		come_back(&scene, scene.answer);
		reach(&scene, VISIT_PROFILE);
		come_back(&scene, scene.answer); /* the browser reloads */
		assert_int_equal(visit_stage(scene.visit), VISIT_PROFILE);
		person(&scene, EVENT_SIGN_OUT);
	}
	assert_int_equal(scene.world.issuer.requests[DISCOVER], 1);
	assert_int_equal(scene.world.issuer.replays, 0);
	close_scene(&scene);
}

/* What is not for this kiosk is told, and the next person is let in. */
static void test_trouble(void **state)
{
	static const struct {
		const char *claims, *userinfo;
		const char *why;
	} cases[] = {
		{"{\"exp\":1}", NULL, "good until 1970"},
		{"{\"aud\":\"other\"}", NULL, "another client"},
		{NULL, "{\"sub\":\"8\"}", "somebody else"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		open_scene(&scene, *state);
		scene.world.issuer.provider.code_grant = true;
		scene.world.issuer.claims = cases[i].claims;
		scene.world.issuer.userinfo = cases[i].userinfo;
		boot(&scene, &kiosk, i);
		reach(&scene, VISIT_SIGN_IN);
		agree(&scene);
		come_back(&scene, scene.answer);
		reach(&scene, VISIT_TROUBLE);
		assert_int_equal(visit_result(scene.visit), RESULT_FAILED);
		if (!strstr(visit_trouble(scene.visit), cases[i].why))
			fail_msg("%s", visit_trouble(scene.visit));
		assert_in_range(visit_retry_ms(scene.visit) -
					scene.world.now_ms,
				30000, 45000);
		assert_null(scene.world.disk.data.tokens.access_token);
		reach(&scene, VISIT_SIGN_IN);
		scene.world.issuer.claims = scene.world.issuer.userinfo = NULL;
		agree(&scene);
		come_back(&scene, scene.answer);
		reach(&scene, VISIT_PROFILE);
		close_scene(&scene);
	}
}

/* An endpoint that fails may have moved: then, and only where the issuer has
 * named it, the issuer is asked again. */
static void test_moved(void **state)
{
	for (int named = 0; named < 2; named++) {
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;

		open_scene(&scene, *state);
		if (named != 0) {
			issuer->provider.device_authorization_endpoint =
				xstrdup("https://id.example/device");
			issuer->provider.token_endpoint =
				xstrdup("https://id.example/token");
			issuer->provider.device_token_endpoint =
				xstrdup("https://id.example/token");
		}
		issuer->script[ASK] = "refused ok";
		boot(&scene, &kiosk, 1);
		reach(&scene, VISIT_TROUBLE);
		assert_int_equal(issuer->requests[DISCOVER], named == 0);
		reach(&scene, VISIT_SIGN_IN);
		assert_int_equal(issuer->requests[DISCOVER],
				 named == 0 ? 2 : 0);
		issuer->approve_ms = scene.world.now_ms;
		reach(&scene, VISIT_PROFILE);
		close_scene(&scene);
	}
}

/* An earlier run has kept the document, and the device endpoint has moved since
 * then, or not. */
static void test_kept(void **state)
{
	static const struct {
		const char *ask;
		const char *discover;
		const struct visit_policy *policy;
		unsigned asked, discovered;
		enum visit_result result;
	} cases[] = {
		{"ok", "rules", &login, 1, 0, RESULT_SIGNED_IN},
		{"resolve ok", "rules", &login, 2, 1, RESULT_SIGNED_IN},
		{"html ok", "rules", &login, 2, 1, RESULT_SIGNED_IN},
		{"forbidden ok", "rules", &login, 2, 1, RESULT_SIGNED_IN},
		/* It may be the issuer that is out of order. */
		{"html ok", "html", &login, 2, 2, RESULT_SIGNED_IN},
		{"connect ok", "connect", &login, 2, 1, RESULT_SIGNED_IN},
		/* Once, and no more. */
		{"html", "rules", &login, 3, 1, RESULT_FAILED},
		{"connect", "connect", &login, 3, 2, RESULT_UNREACHABLE},
		/* Who speaks OAuth is who it was. */
		{"invalid_client", "rules", &login, 1, 0, RESULT_MISCONFIGURED},
		{"resolve*9 ok", "rules", &kiosk, 10, 1, RESULT_SIGNED_IN},
		{"resolve*5 ok", "connect*2 rules", &kiosk, 6, 3,
		 RESULT_SIGNED_IN},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;
		struct event event;
		struct action action;
		char record[2048];

		open_scene(&scene, *state);
		event = world_event(&scene.world, EVENT_TICK);
		(void)snprintf(record, sizeof(record),
			       "{\"fetched_at\":%lld,\"document\":" GOOD "}",
			       (long long)event.wall_s - 3600);
		issuer->script[ASK] = cases[i].ask;
		issuer->script[POLL] = "ok";
		issuer->script[DISCOVER] = cases[i].discover;
		scene.visit = visit_new(&issuer->provider, cases[i].policy, i);
		scene.client = world_add_visit(&scene.world, scene.visit);
		assert_true(visit_recall(scene.visit, record, strlen(record),
					 &event));
		visit_begin(scene.visit, &event, &action);
		world_do(&scene.world, scene.client, &action);
		assert_int_not_equal(visit_stage(scene.visit), VISIT_PREPARING);
		reach(&scene,
		      cases[i].policy->once ? VISIT_OVER : VISIT_PROFILE);
		if (visit_result(scene.visit) != cases[i].result ||
		    issuer->requests[ASK] != cases[i].asked ||
		    issuer->requests[DISCOVER] != cases[i].discovered)
			fail_msg("case %zu: result %d after %u and %u: %s", i,
				 visit_result(scene.visit),
				 issuer->requests[ASK],
				 issuer->requests[DISCOVER],
				 visit_trouble(scene.visit));
		close_scene(&scene);
	}
}

/* A kiosk runs for months: once a day it looks whether all is as it was, and
 * goes on where that cannot be had. */
static void test_daily(void **state)
{
	struct scene scene;
	struct issuer *issuer = &scene.world.issuer;

	open_scene(&scene, *state);
	boot(&scene, &kiosk, 1);
	run_for(&scene, 23 * HOUR_MS);
	assert_int_equal(issuer->requests[DISCOVER], 1);
	run_for(&scene, 2 * HOUR_MS);
	assert_int_equal(issuer->requests[DISCOVER], 2);
	run_for(&scene, 240 * HOUR_MS);
	assert_in_range(issuer->requests[DISCOVER], 11, 12);
	issuer->script[DISCOVER] = "connect";
	run_for(&scene, 48 * HOUR_MS);
	reach(&scene, VISIT_SIGN_IN);
	issuer->approve_ms = scene.world.now_ms;
	reach(&scene, VISIT_PROFILE);
	close_scene(&scene);
}

/* The token endpoint moves while somebody is signed in. A person at the screen
 * does not wait for the issuer. */
static void test_moved_meanwhile(void **state)
{
	struct scene scene;
	struct issuer *issuer = &scene.world.issuer;

	open_scene(&scene, *state);
	issuer->script[POLL] = "ok";
	boot(&scene, &kiosk, 1);
	reach(&scene, VISIT_PROFILE);
	issuer->script[REFRESH] = "html ok";
	run_for(&scene, 2 * HOUR_MS);
	assert_int_equal(issuer->requests[DISCOVER], 2);
	assert_int_equal(visit_stage(scene.visit), VISIT_PROFILE);
	issuer->script[REFRESH] = "html";
	issuer->script[DISCOVER] = "timeout";
	while (issuer->requests[DISCOVER] == 2)
		assert_true(world_turn(&scene.world, NEVER_MS));
	assert_true(visit_deadline(scene.visit) == NEVER_MS);
	person(&scene, EVENT_SIGN_OUT);
	assert_int_equal(visit_stage(scene.visit), VISIT_LEAVING);
	reach(&scene, VISIT_SIGN_IN);
	assert_int_equal(issuer->revoked, 2);
	close_scene(&scene);
}

/* The network comes up long after the kiosk. */
static void test_late_network(void **state)
{
	static const char *const outages[] = {"resolve", "500", "html"};

	for (size_t i = 0; i < COUNT(outages); i++) {
		struct scene scene;
		struct issuer *issuer = &scene.world.issuer;

		open_scene(&scene, *state);
		issuer->outage = outages[i];
		issuer->outage_end_ms = scene.world.now_ms + 20 * MINUTE_MS;
		boot(&scene, &kiosk, i);
		run_for(&scene, 20 * MINUTE_MS);
		assert_int_equal(issuer->requests[ASK], 0);
		/* Now and then, but not as if there were no tomorrow. */
		assert_in_range(issuer->requests[DISCOVER], 5, 80);
		run_for(&scene, 11 * MINUTE_MS);
		assert_int_equal(visit_stage(scene.visit), VISIT_SIGN_IN);
		close_scene(&scene);
	}
}

/* Somebody leans on the key while the issuer is asked. */
static void test_stuck_key(void **state)
{
	struct scene scene;

	open_scene(&scene, *state);
	scene.world.issuer.script[DISCOVER] = "connect";
	boot(&scene, &kiosk, 1);
	for (int i = 0; i < 600; i++) {
		person(&scene, EVENT_START);
		run_for(&scene, 100);
	}
	/* A minute of it: at most one request in two seconds, and its own. */
	assert_in_range(scene.world.issuer.requests[DISCOVER], 10, 40);
	person(&scene, EVENT_CANCEL);
	person(&scene, EVENT_SIGN_OUT);
	person(&scene, EVENT_TOUCHED);
	come_back(&scene, "code=c&state=s");
	assert_int_equal(visit_stage(scene.visit), VISIT_PREPARING);
	scene.world.issuer.script[DISCOVER] = NULL;
	reach(&scene, VISIT_SIGN_IN);
	close_scene(&scene);
}

/* A clock that is set is no news for the issuer, who is just being asked, but
 * for what waits behind. */
static void test_clock_set_meanwhile(void **state)
{
	struct scene scene;
	struct issuer *issuer = &scene.world.issuer;
	const struct flow *flow;
	int64_t set_ms;
	unsigned asked;

	open_scene(&scene, *state);
	issuer->key = NULL;
	issuer->code_life_s = 60;
	issuer->script[ASK] = "ok tls*30";
	boot(&scene, &kiosk, 3);
	run_for(&scene, 5000);
	flow = visit_flow(scene.visit);
	issuer->script[DISCOVER] = "timeout";
	while (flow_state(flow) != FLOW_BACKING_OFF ||
	       issuer->requests[ASK] < 8 ||
	       discovery_state(visit_discovery(scene.visit)) !=
		       DISCOVERY_ASKING)
		assert_true(world_turn(&scene.world, NEVER_MS));
	asked = issuer->requests[ASK];
	set_ms = scene.world.now_ms;
	issuer->script[ASK] = issuer->script[DISCOVER] = "rules";
	person(&scene, EVENT_CLOCK);
	while (issuer->requests[ASK] == asked)
		assert_true(world_turn(&scene.world, NEVER_MS));
	assert_true(scene.world.now_ms - set_ms < 1000);
	close_scene(&scene);
}

/* The clock is set while a person is asked whether it is them. */
static void test_clock_set_at_the_question(void **state)
{
	static const struct visit_policy policy = {.confirm = true};
	struct scene scene;
	struct world *world = &scene.world;
	int64_t wall_s;

	open_scene(&scene, *state);
	world->issuer.token_life_s = 3600;
	world->issuer.key = NULL;
	world->wall_s -= 86400;
	boot(&scene, &policy, 3);
	run_for(&scene, 2000);
	world->issuer.approve_ms = world->now_ms;
	reach(&scene, VISIT_CONFIRM);
	world->wall_s += 86400;
	person(&scene, EVENT_CLOCK);
	person(&scene, EVENT_START);
	run_for(&scene, 5000);
	assert_int_equal(visit_stage(scene.visit), VISIT_PROFILE);
	wall_s = world_event(world, EVENT_TICK).wall_s;
	assert_in_range(world->disk.data.expires_at, wall_s + 3000,
			wall_s + 3600);
	close_scene(&scene);
}

/* A session from before the restart is looked at once its endpoints are
 * known. */
static void test_resume(void **state)
{
	static const struct visit_policy policy = {.resume = true};
	struct scene scene;

	open_scene(&scene, *state);
	scene.world.issuer.script[DISCOVER] = "connect rules";
	world_store(&scene.world, OURS, 3600);
	boot(&scene, &policy, 1);
	assert_int_equal(visit_stage(scene.visit), VISIT_PREPARING);
	reach(&scene, VISIT_PROFILE);
	assert_int_equal(scene.world.issuer.requests[ASK], 0);
	close_scene(&scene);
}

/* A kiosk with a key: the address only after the key, a fresh one each time. */
static void test_key(void **state)
{
	struct scene scene;
	char *old;

	open_scene(&scene, *state);
	scene.world.issuer.provider.code_grant = true;
	boot(&scene, &key_kiosk, 1);
	reach(&scene, VISIT_WELCOME);
	assert_null(flow_authorization_uri(visit_flow(scene.visit)));
	person(&scene, EVENT_START);
	assert_int_equal(visit_stage(scene.visit), VISIT_SIGN_IN);
	old = xstrdup(flow_authorization_uri(visit_flow(scene.visit)));
	agree(&scene);
	person(&scene, EVENT_CANCEL);
	assert_int_equal(visit_stage(scene.visit), VISIT_WELCOME);
	come_back(&scene, scene.answer);
	assert_int_equal(visit_stage(scene.visit), VISIT_WELCOME);
	run_for(&scene, 5000);
	person(&scene, EVENT_START);
	assert_string_not_equal(flow_authorization_uri(visit_flow(scene.visit)),
				old);
	come_back(&scene, scene.answer); /* of the person before */
	assert_int_equal(flow_state(visit_flow(scene.visit)), FLOW_WAITING);
	assert_int_equal(scene.world.issuer.requests[EXCHANGE], 0);
	free(old);
	close_scene(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_login_discovery),
		cmocka_unit_test(test_login_code),
		cmocka_unit_test(test_login_forged),
		cmocka_unit_test(test_login_cancelled),
		cmocka_unit_test(test_persons),
		cmocka_unit_test(test_trouble),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_daily),
		cmocka_unit_test(test_moved_meanwhile),
		cmocka_unit_test(test_late_network),
		cmocka_unit_test(test_clock_set_meanwhile),
		cmocka_unit_test(test_clock_set_at_the_question),
		cmocka_unit_test(test_stuck_key),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_key),
	};

	if (!crypto_init())
		return 1;
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
