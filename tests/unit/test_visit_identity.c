/* SPDX-License-Identifier: MIT */
/*
 * machine/visit where there is no userinfo endpoint, or nobody has said where
 * the keys are: whom the ID token alone lets in, and that whoever is not let in
 * hears of it. Every sign-in comes to an end.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "conf/conf.h"
#include "jose/jose_key.h"
#include "machine/flow.h"
#include "machine/session.h"
#include "machine/visit.h"
#include "issuer_openid.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MINUTE_MS INT64_C(60000)
#define ADA "{\"email\":\"ada@example.com\"}"
#define BOB "{\"email\":\"bob@example.com\"}"

struct keys {
	struct jose_key *ours;
	char *published;
};

struct scene {
	struct world world;
	struct visit *visit;
	struct client *client;
};

static int set_up(void **state)
{
	struct keys *keys = xcalloc(1, sizeof(*keys));

	keys->ours = jose_key_generate();
	*state = keys;
	if (keys->ours == NULL)
		return -1;
	keys->published = issuer_keys(keys->ours, "1");
	return 0;
}

static int tear_down(void **state)
{
	struct keys *keys = *state;

	jose_key_free(keys->ours);
	free(keys->published);
	free(keys);
	return 0;
}

static void forget(char **field)
{
	free(*field);
	*field = NULL;
}

/* A provider that gives ID tokens, if key is not NULL, and has no userinfo. */
static void open_scene(struct scene *scene, const struct jose_key *key)
{
	struct provider *provider = &scene->world.issuer.provider;

	world_init(&scene->world);
	forget(&provider->userinfo_endpoint);
	free(provider->scope);
	provider->scope = xstrdup("openid email");
	scene->world.issuer.key = key;
	scene->world.issuer.kid = "1";
	scene->world.issuer.script[REQUEST_POLL] = "ok";
}

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

static void reach(struct scene *scene, enum visit_stage stage)
{
	int64_t until_ms = scene->world.now_ms + 10 * MINUTE_MS;

	while (visit_stage(scene->visit) != stage &&
	       world_turn(&scene->world, until_ms))
		continue;
	if (visit_stage(scene->visit) != stage)
		fail_msg("%s, not %s",
			 states_name(&visit_stages, visit_stage(scene->visit)),
			 states_name(&visit_stages, stage));
}

/* What the ID token says, and who is let in by it. Whoever is not is given
 * back to the provider; on a kiosk the next person's code comes by itself. */
static void test_claims(void **state)
{
	const struct keys *keys = *state;
	static const struct {
		const char *claims; /* NULL: no ID token comes at all */
		bool chosen, confirm;
		enum visit_result result;
		const char *why;
	} cases[] = {
		{ADA, false, false, RESULT_SIGNED_IN, ""},
		{ADA, true, false, RESULT_SIGNED_IN, ""},
		{BOB, true, false, RESULT_NOT_ALLOWED, ""},
		{"{}", true, false, RESULT_NOT_ALLOWED, ""},
		{NULL, true, false, RESULT_FAILED, ""},
		{NULL, false, true, RESULT_FAILED, ""},
		{NULL, false, false, RESULT_SIGNED_IN, ""},
		/* five minutes behind, over, another's, none */
		{"{\"iat\":1900000000}", false, false, RESULT_FAILED, ""},
		{"{\"exp\":1}", false, false, RESULT_FAILED,
		 "valid until 1970"},
		{"{\"exp\":1}", true, false, RESULT_FAILED, "valid until 1970"},
		{"{\"exp\":1}", false, true, RESULT_FAILED, "valid until 1970"},
		{"{\"aud\":\"other\"}", false, false, RESULT_FAILED,
		 "another client"},
		{"{\"iss\":null}", false, false, RESULT_FAILED, ""},
		{"{\"sub\":null}", false, false, RESULT_FAILED, ""},
		{"{\"sub\":null}", true, true, RESULT_FAILED, ""},
	};

	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		bool once = i < COUNT(cases);
		size_t n = i % COUNT(cases);
		char email[] = "ada@example.com";
		char *emails[] = {email};
		struct allow allow = {.emails = {emails, 1}};
		struct visit_policy policy = {
			.once = once,
			.allow = cases[n].chosen ? &allow : NULL,
			.confirm = cases[n].confirm,
		};
		bool in = cases[n].result == RESULT_SIGNED_IN;
		struct scene scene;

		open_scene(&scene, cases[n].claims != NULL ? keys->ours : NULL);
		scene.world.issuer.claims = cases[n].claims;
		boot(&scene, &policy, i);
		reach(&scene, once ? VISIT_OVER
			      : in ? VISIT_PROFILE
				   : VISIT_TROUBLE);
		if (visit_result(scene.visit) != cases[n].result ||
		    strstr(visit_trouble(scene.visit), cases[n].why) == NULL ||
		    (!in && visit_reason(scene.visit) == REASON_NONE))
			fail_msg("case %zu: %d, %s", n,
				 visit_result(scene.visit),
				 visit_trouble(scene.visit));
		assert_int_equal(scene.world.disk.data.provider != NULL, in);
		assert_int_equal(scene.world.issuer.revoked, in ? 0 : 2);
		if (!once && !in) {
			scene.world.issuer.script[REQUEST_POLL] = NULL;
			reach(&scene, VISIT_SIGN_IN);
		}
		close_scene(&scene);
	}
}

#define UNSAFE                                                            \
	"Example publishes a userinfo_endpoint that is not safe to use: " \
	"\"http://id.example/me\"."

/* Where nothing can tell who it is, nobody is asked to approve: not at first,
 * not on a key, and not with what an earlier run had shown. */
static void test_nothing_to_judge_by(void **state)
{
	static const struct {
		const char *scope, *fault;
		bool chosen, confirm, once, wait_for_key;
		enum visit_result result; /* RESULT_NONE: a code is shown */
		const char *why;
	} cases[] = {
		{"p", NULL, true, false, true, false, RESULT_FAILED,
		 "does not say who"},
		{"p", NULL, true, false, false, false, RESULT_FAILED,
		 "set provider.userinfo_endpoint"},
		{"p", NULL, true, false, false, true, RESULT_FAILED,
		 "add openid"},
		{"p", NULL, false, true, true, false, RESULT_FAILED,
		 "does not say who"},
		{"p", NULL, false, true, false, true, RESULT_FAILED,
		 "does not say who"},
		{"p", UNSAFE, true, false, true, false, RESULT_MISCONFIGURED,
		 UNSAFE " No user can sign in here without that"},
		{"p", UNSAFE, false, true, false, false, RESULT_MISCONFIGURED,
		 "not safe"},
		{"p", UNSAFE, false, true, false, true, RESULT_MISCONFIGURED,
		 "not safe"},
		/* whoever comes is welcome, or the ID token will tell */
		{"p", NULL, false, false, false, false, RESULT_NONE, ""},
		{"p", UNSAFE, false, false, true, false, RESULT_NONE, ""},
		{"p openid", NULL, true, true, false, false, RESULT_NONE, ""},
		{"openid", UNSAFE, true, true, true, false, RESULT_NONE, ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char email[] = "ada@example.com";
		char *emails[] = {email};
		struct allow allow = {.emails = {emails, 1}};
		struct visit_policy policy = {
			.once = cases[i].once,
			.wait_for_key = cases[i].wait_for_key,
			.resume = !cases[i].once,
			.allow = cases[i].chosen ? &allow : NULL,
			.confirm = cases[i].confirm,
		};
		struct scene scene;
		struct provider *provider = &scene.world.issuer.provider;

		open_scene(&scene, NULL);
		free(provider->scope);
		provider->scope = xstrdup(cases[i].scope);
		provider->userinfo_fault = xstrdup(cases[i].fault);
		scene.world.issuer.script[REQUEST_POLL] = NULL;
		boot(&scene, &policy, i);
		if (cases[i].result == RESULT_NONE) {
			reach(&scene, VISIT_SIGN_IN);
			close_scene(&scene);
			continue;
		}
		reach(&scene, cases[i].once ? VISIT_OVER : VISIT_TROUBLE);
		if (visit_result(scene.visit) != cases[i].result ||
		    strstr(visit_trouble(scene.visit), cases[i].why) == NULL)
			fail_msg("case %zu: %s", i, visit_trouble(scene.visit));
		if (cases[i].wait_for_key) {
			reach(&scene, VISIT_WELCOME);
			world_post(&scene.world, scene.client, EVENT_START);
			reach(&scene, VISIT_TROUBLE);
		} else if (!cases[i].once) {
			world_run(&scene.world,
				  scene.world.now_ms + 60 * MINUTE_MS);
			assert_int_equal(visit_stage(scene.visit),
					 VISIT_TROUBLE);
		}
		assert_int_equal(
			scene.world.issuer
				.requests[REQUEST_DEVICE_AUTHORIZATION],
			0);
		close_scene(&scene);
	}
}

/* "Is this you?" is asked about the claims of the ID token, too. */
static void test_confirm(void **state)
{
	const struct keys *keys = *state;
	static const struct visit_policy policy = {.confirm = true};

	for (int yes = 0; yes < 2; yes++) {
		struct scene scene;

		open_scene(&scene, keys->ours);
		scene.world.issuer.claims = ADA;
		boot(&scene, &policy, 1);
		reach(&scene, VISIT_CONFIRM);
		assert_non_null(strstr(
			session_data(visit_session(scene.visit))->profile,
			"ada@example.com"));
		scene.world.issuer.script[REQUEST_POLL] = NULL;
		world_post(&scene.world, scene.client,
			   yes != 0 ? EVENT_START : EVENT_CANCEL);
		reach(&scene, yes != 0 ? VISIT_PROFILE : VISIT_SIGN_IN);
		assert_int_equal(scene.world.issuer.revoked, yes != 0 ? 0 : 2);
		close_scene(&scene);
	}
}

/* A kiosk that is locked has nobody who could end this but the clock. */
static void test_idle(void **state)
{
	const struct keys *keys = *state;
	static const struct visit_policy policy = {.sign_out_after_ms =
							   10 * MINUTE_MS};
	struct scene scene;

	open_scene(&scene, keys->ours);
	scene.world.issuer.claims = "{\"exp\":1}";
	boot(&scene, &policy, 1);
	reach(&scene, VISIT_TROUBLE);
	scene.world.issuer.claims = ADA;
	reach(&scene, VISIT_PROFILE);
	scene.world.issuer.script[REQUEST_POLL] = NULL;
	world_run(&scene.world, scene.world.now_ms + 9 * MINUTE_MS);
	assert_int_equal(visit_stage(scene.visit), VISIT_PROFILE);
	reach(&scene, VISIT_SIGN_IN);
	assert_int_equal(scene.world.issuer.revoked, 4);
	close_scene(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_nothing_to_judge_by),
		cmocka_unit_test(test_confirm),
		cmocka_unit_test(test_idle),
	};

	if (!crypto_init())
		return 1;
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
