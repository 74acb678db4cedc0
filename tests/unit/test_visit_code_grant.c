/* SPDX-License-Identifier: MIT */
/*
 * machine/visit where a browser comes back instead of a person typing a code;
 * how each login ends.
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
#include "machine/flow.h"
#include "machine/visit.h"
#include "issuer_openid.h"
#include "issuer_fixture.h"
#include "world.h"

static const struct visit_policy key_kiosk = {.wait_for_key = true};

static void agree(struct fixture *fixture)
{
	const struct flow *flow = visit_flow(fixture->visit);

	issuer_authorize(&fixture->world.issuer, flow_authorization_uri(flow),
			 fixture->answer, sizeof(fixture->answer));
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
		 "no longer accepts this code"},
		{NULL, "invalid_client", "rules", NULL, NULL,
		 RESULT_MISCONFIGURED, "CLIENT_ID"},
		{NULL, "timeout", "rules", NULL, NULL, RESULT_UNREACHABLE,
		 "The network is away."},
		{NULL, "resolve", "rules", NULL, NULL, RESULT_UNREACHABLE,
		 "The network is away."},
		{NULL, "rules", "rules", "{\"exp\":1}", NULL, RESULT_FAILED,
		 "valid until 1970"},
		{NULL, "rules", "rules", "{\"nonce\":\"x\"}", NULL,
		 RESULT_FAILED, "another sign-in"},
		{NULL, "rules", "rules", "{\"iss\":\"x\"}", NULL, RESULT_FAILED,
		 "issued by x"},
		{NULL, "rules", "rules", "{\"aud\":\"x\"}", NULL, RESULT_FAILED,
		 "another client"},
		{NULL, "rules", "rules", NULL, "{\"sub\":\"8\"}", RESULT_FAILED,
		 "about different users"},
		{"error=access_denied", NULL, NULL, NULL, NULL, RESULT_DENIED,
		 ""},
		{"error=invalid_scope", NULL, NULL, NULL, NULL,
		 RESULT_MISCONFIGURED, "provider.scope"},
		{"error=server_error", NULL, NULL, NULL, NULL, RESULT_FAILED,
		 "having problems"},
		/* Nobody comes back with anything of use. */
		{"state=forged", NULL, NULL, NULL, NULL, RESULT_EXPIRED, ""},
		{"", NULL, NULL, NULL, NULL, RESULT_EXPIRED, ""},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;
		char answer[600];

		issuer_fixture_open(&fixture, *state);
		issuer->provider.code_grant = true;
		issuer->script[REQUEST_CODE_EXCHANGE] = cases[i].exchange;
		issuer->script[REQUEST_PROFILE] = cases[i].profile;
		issuer->claims = cases[i].claims;
		issuer->userinfo = cases[i].userinfo;
		issuer_fixture_boot(&fixture, &login, i);
		issuer_fixture_reach(&fixture, VISIT_SIGN_IN);
		agree(&fixture);
		(void)snprintf(answer, sizeof(answer), "%s%s",
			       cases[i].answer != NULL ? cases[i].answer : "",
			       strchr(fixture.answer, '&'));
		if (cases[i].answer == NULL)
			issuer_fixture_come_back(&fixture, fixture.answer);
		else if (cases[i].result == RESULT_EXPIRED)
			issuer_fixture_come_back(&fixture, cases[i].answer);
		else
			issuer_fixture_come_back(&fixture, answer);
		issuer_fixture_check_over(&fixture, cases[i].result,
					  cases[i].why);
		assert_int_equal(issuer->requests[REQUEST_DEVICE_AUTHORIZATION],
				 0);
		issuer_fixture_close(&fixture);
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
		{"connect", false, RESULT_UNREACHABLE, "Cannot get the keys"},
		{"500", false, RESULT_UNREACHABLE, "Cannot get the keys"},
		{"forbidden", false, RESULT_FAILED, "Cannot get the keys"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		issuer_fixture_open(&fixture, keys);
		fixture.world.issuer.script[REQUEST_POLL] = "ok";
		fixture.world.issuer.script[REQUEST_KEYS] = cases[i].keys;
		if (cases[i].forged)
			fixture.world.issuer.key = keys->theirs;
		issuer_fixture_boot(&fixture, &login, i);
		issuer_fixture_check_over(&fixture, cases[i].result,
					  cases[i].why);
		issuer_fixture_close(&fixture);
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
		struct fixture fixture;

		issuer_fixture_open(&fixture, *state);
		fixture.world.issuer.provider.code_grant = true;
		fixture.world.issuer.script[REQUEST_DISCOVERY] =
			cases[c].discovery;
		issuer_fixture_boot(&fixture, &login, i);
		issuer_fixture_run_for(&fixture, cases[c].after_ms);
		assert_int_equal(visit_stage(fixture.visit), cases[c].stage);
		if (back) {
			/* While the code is exchanged, or the keys are read. */
			agree(&fixture);
			issuer_fixture_come_back(&fixture, fixture.answer);
			issuer_fixture_run_for(&fixture,
					       i == COUNT(cases) ? 50 : 150);
			assert_int_equal(visit_stage(fixture.visit),
					 i == COUNT(cases) ? VISIT_SIGN_IN
							   : VISIT_ARRIVING);
		}
		issuer_fixture_event(&fixture, EVENT_CANCEL);
		/* Tokens that have come already are signed out again. */
		issuer_fixture_reach(&fixture, VISIT_OVER);
		assert_false(fixture.client->driver.sending);
		issuer_fixture_check_over(&fixture, RESULT_CANCELLED, "");
		issuer_fixture_close(&fixture);
	}
}

/* A kiosk asks the issuer once, for as long as all goes well. */
static void test_persons(void **state)
{
	struct fixture fixture;

	issuer_fixture_open(&fixture, *state);
	fixture.world.issuer.provider.code_grant = true;
	issuer_fixture_boot(&fixture, &kiosk, 1);
	for (int i = 0; i < 5; i++) {
		issuer_fixture_reach(&fixture, VISIT_SIGN_IN);
		agree(&fixture);
		issuer_fixture_come_back(&fixture, fixture.answer);
		issuer_fixture_reach(&fixture, VISIT_PROFILE);
		issuer_fixture_come_back(
			&fixture, fixture.answer); /* the browser reloads */
		assert_int_equal(visit_stage(fixture.visit), VISIT_PROFILE);
		issuer_fixture_event(&fixture, EVENT_SIGN_OUT);
	}
	assert_int_equal(fixture.world.issuer.requests[REQUEST_DISCOVERY], 1);
	assert_int_equal(fixture.world.issuer.replays, 0);
	issuer_fixture_close(&fixture);
}

/* What is not for this kiosk is told, and the next person is let in. */
static void test_trouble(void **state)
{
	static const struct {
		const char *claims, *userinfo;
		const char *why;
	} cases[] = {
		{"{\"exp\":1}", NULL, "valid until 1970"},
		{"{\"aud\":\"other\"}", NULL, "another client"},
		{NULL, "{\"sub\":\"8\"}", "about different users"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		issuer_fixture_open(&fixture, *state);
		fixture.world.issuer.provider.code_grant = true;
		fixture.world.issuer.claims = cases[i].claims;
		fixture.world.issuer.userinfo = cases[i].userinfo;
		issuer_fixture_boot(&fixture, &kiosk, i);
		issuer_fixture_reach(&fixture, VISIT_SIGN_IN);
		agree(&fixture);
		issuer_fixture_come_back(&fixture, fixture.answer);
		issuer_fixture_reach(&fixture, VISIT_TROUBLE);
		assert_int_equal(visit_result(fixture.visit), RESULT_FAILED);
		if (!strstr(visit_trouble(fixture.visit), cases[i].why))
			fail_msg("%s", visit_trouble(fixture.visit));
		assert_in_range(visit_retry_ms(fixture.visit) -
					fixture.world.now_ms,
				30000, 45000);
		assert_null(fixture.world.disk.data.tokens.access_token);
		issuer_fixture_reach(&fixture, VISIT_SIGN_IN);
		fixture.world.issuer.claims = fixture.world.issuer.userinfo =
			NULL;
		agree(&fixture);
		issuer_fixture_come_back(&fixture, fixture.answer);
		issuer_fixture_reach(&fixture, VISIT_PROFILE);
		issuer_fixture_close(&fixture);
	}
}

/* The clock is set while a person is asked whether it is them. */
static void test_clock_set_at_the_question(void **state)
{
	static const struct visit_policy policy = {.confirm = true};
	struct fixture fixture;
	struct world *world = &fixture.world;
	int64_t wall_s;

	issuer_fixture_open(&fixture, *state);
	world->issuer.token_life_s = 3600;
	world->issuer.key = NULL;
	world->wall_s -= 86400;
	issuer_fixture_boot(&fixture, &policy, 3);
	issuer_fixture_run_for(&fixture, 2000);
	world->issuer.approve_ms = world->now_ms;
	issuer_fixture_reach(&fixture, VISIT_CONFIRM);
	world->wall_s += 86400;
	issuer_fixture_event(&fixture, EVENT_CLOCK);
	issuer_fixture_event(&fixture, EVENT_START);
	issuer_fixture_run_for(&fixture, 5000);
	assert_int_equal(visit_stage(fixture.visit), VISIT_PROFILE);
	wall_s = world_event(world, EVENT_TICK).wall_s;
	assert_in_range(world->disk.data.expires_at, wall_s + 3000,
			wall_s + 3600);
	issuer_fixture_close(&fixture);
}

/* A kiosk with a key: the address only after the key, a fresh one each time. */
static void test_key(void **state)
{
	struct fixture fixture;
	char *old;

	issuer_fixture_open(&fixture, *state);
	fixture.world.issuer.provider.code_grant = true;
	issuer_fixture_boot(&fixture, &key_kiosk, 1);
	issuer_fixture_reach(&fixture, VISIT_WELCOME);
	assert_null(flow_authorization_uri(visit_flow(fixture.visit)));
	issuer_fixture_event(&fixture, EVENT_START);
	assert_int_equal(visit_stage(fixture.visit), VISIT_SIGN_IN);
	old = xstrdup(flow_authorization_uri(visit_flow(fixture.visit)));
	agree(&fixture);
	issuer_fixture_event(&fixture, EVENT_CANCEL);
	assert_int_equal(visit_stage(fixture.visit), VISIT_WELCOME);
	issuer_fixture_come_back(&fixture, fixture.answer);
	assert_int_equal(visit_stage(fixture.visit), VISIT_WELCOME);
	issuer_fixture_run_for(&fixture, 5000);
	issuer_fixture_event(&fixture, EVENT_START);
	assert_string_not_equal(
		flow_authorization_uri(visit_flow(fixture.visit)), old);
	issuer_fixture_come_back(&fixture,
				 fixture.answer); /* of the person before */
	assert_int_equal(flow_state(visit_flow(fixture.visit)),
			 FLOW_AWAITING_REDIRECT);
	assert_int_equal(fixture.world.issuer.requests[REQUEST_CODE_EXCHANGE],
			 0);
	free(old);
	issuer_fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_login_code),
		cmocka_unit_test(test_login_forged),
		cmocka_unit_test(test_login_cancelled),
		cmocka_unit_test(test_persons),
		cmocka_unit_test(test_trouble),
		cmocka_unit_test(test_clock_set_at_the_question),
		cmocka_unit_test(test_key),
	};

	if (!crypto_init())
		return 1;
	return cmocka_run_group_tests(tests, issuer_fixture_set_up,
				      issuer_fixture_tear_down);
}
