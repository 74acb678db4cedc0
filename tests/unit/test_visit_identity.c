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

struct fixture {
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
static void open_fixture(struct fixture *fixture, const struct jose_key *key)
{
	struct provider *provider = &fixture->world.issuer.provider;

	world_init(&fixture->world);
	forget(&provider->userinfo_endpoint);
	free(provider->scope);
	provider->scope = xstrdup("openid email");
	fixture->world.issuer.key = key;
	fixture->world.issuer.kid = "1";
	fixture->world.issuer.script[REQUEST_POLL] = "ok";
}

static void boot(struct fixture *fixture, const struct visit_policy *policy,
		 uint64_t seed)
{
	struct event event = world_event(&fixture->world, EVENT_TICK);
	struct action action;

	fixture->visit =
		visit_new(&fixture->world.issuer.provider, policy, seed);
	fixture->client = world_add_visit(&fixture->world, fixture->visit);
	visit_begin(fixture->visit, &event, &action);
	world_do(&fixture->world, fixture->client, &action);
}

static void close_fixture(struct fixture *fixture)
{
	visit_free(fixture->visit);
	world_free(&fixture->world);
}

static void reach(struct fixture *fixture, enum visit_stage stage)
{
	int64_t until_ms = fixture->world.now_ms + 10 * MINUTE_MS;

	while (visit_stage(fixture->visit) != stage &&
	       world_turn(&fixture->world, until_ms))
		continue;
	if (visit_stage(fixture->visit) != stage)
		fail_msg(
			"%s, not %s",
			states_name(&visit_stages, visit_stage(fixture->visit)),
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
		struct fixture fixture;

		open_fixture(&fixture,
			     cases[n].claims != NULL ? keys->ours : NULL);
		fixture.world.issuer.claims = cases[n].claims;
		boot(&fixture, &policy, i);
		reach(&fixture, once ? VISIT_OVER
				: in ? VISIT_PROFILE
				     : VISIT_TROUBLE);
		if (visit_result(fixture.visit) != cases[n].result ||
		    strstr(visit_trouble(fixture.visit), cases[n].why) ==
			    NULL ||
		    (!in && visit_reason(fixture.visit) == REASON_NONE))
			fail_msg("case %zu: %d, %s", n,
				 visit_result(fixture.visit),
				 visit_trouble(fixture.visit));
		assert_int_equal(fixture.world.disk.data.provider != NULL, in);
		assert_int_equal(fixture.world.issuer.revoked, in ? 0 : 2);
		if (!once && !in) {
			fixture.world.issuer.script[REQUEST_POLL] = NULL;
			reach(&fixture, VISIT_SIGN_IN);
		}
		close_fixture(&fixture);
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
		struct fixture fixture;
		struct provider *provider = &fixture.world.issuer.provider;

		open_fixture(&fixture, NULL);
		free(provider->scope);
		provider->scope = xstrdup(cases[i].scope);
		provider->userinfo_fault = xstrdup(cases[i].fault);
		fixture.world.issuer.script[REQUEST_POLL] = NULL;
		boot(&fixture, &policy, i);
		if (cases[i].result == RESULT_NONE) {
			reach(&fixture, VISIT_SIGN_IN);
			close_fixture(&fixture);
			continue;
		}
		reach(&fixture, cases[i].once ? VISIT_OVER : VISIT_TROUBLE);
		if (visit_result(fixture.visit) != cases[i].result ||
		    strstr(visit_trouble(fixture.visit), cases[i].why) == NULL)
			fail_msg("case %zu: %s", i,
				 visit_trouble(fixture.visit));
		if (cases[i].wait_for_key) {
			reach(&fixture, VISIT_WELCOME);
			world_post(&fixture.world, fixture.client, EVENT_START);
			reach(&fixture, VISIT_TROUBLE);
		} else if (!cases[i].once) {
			world_run(&fixture.world,
				  fixture.world.now_ms + 60 * MINUTE_MS);
			assert_int_equal(visit_stage(fixture.visit),
					 VISIT_TROUBLE);
		}
		assert_int_equal(
			fixture.world.issuer
				.requests[REQUEST_DEVICE_AUTHORIZATION],
			0);
		close_fixture(&fixture);
	}
}

/* "Is this you?" is asked about the claims of the ID token, too. */
static void test_confirm(void **state)
{
	const struct keys *keys = *state;
	static const struct visit_policy policy = {.confirm = true};

	for (int yes = 0; yes < 2; yes++) {
		struct fixture fixture;

		open_fixture(&fixture, keys->ours);
		fixture.world.issuer.claims = ADA;
		boot(&fixture, &policy, 1);
		reach(&fixture, VISIT_CONFIRM);
		assert_non_null(strstr(
			session_data(visit_session(fixture.visit))->profile,
			"ada@example.com"));
		fixture.world.issuer.script[REQUEST_POLL] = NULL;
		world_post(&fixture.world, fixture.client,
			   yes != 0 ? EVENT_START : EVENT_CANCEL);
		reach(&fixture, yes != 0 ? VISIT_PROFILE : VISIT_SIGN_IN);
		assert_int_equal(fixture.world.issuer.revoked,
				 yes != 0 ? 0 : 2);
		close_fixture(&fixture);
	}
}

/* A kiosk that is locked has nobody who could end this but the clock. */
static void test_idle(void **state)
{
	const struct keys *keys = *state;
	static const struct visit_policy policy = {.sign_out_after_ms =
							   10 * MINUTE_MS};
	struct fixture fixture;

	open_fixture(&fixture, keys->ours);
	fixture.world.issuer.claims = "{\"exp\":1}";
	boot(&fixture, &policy, 1);
	reach(&fixture, VISIT_TROUBLE);
	fixture.world.issuer.claims = ADA;
	reach(&fixture, VISIT_PROFILE);
	fixture.world.issuer.script[REQUEST_POLL] = NULL;
	world_run(&fixture.world, fixture.world.now_ms + 9 * MINUTE_MS);
	assert_int_equal(visit_stage(fixture.visit), VISIT_PROFILE);
	reach(&fixture, VISIT_SIGN_IN);
	assert_int_equal(fixture.world.issuer.revoked, 4);
	close_fixture(&fixture);
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
