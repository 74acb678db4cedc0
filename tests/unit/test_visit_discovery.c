/* SPDX-License-Identifier: MIT */
/*
 * machine/visit where the issuer is asked for its endpoints first, and again
 * where they have moved; how each login ends.
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
#include "machine/discovery.h"
#include "machine/flow.h"
#include "machine/visit.h"
#include "issuer_fixture.h"
#include "world.h"

#define NO_DEVICE                                                 \
	"{\"issuer\":\"" OURS "\",\"token_endpoint\":\"https://i" \
	"d.example/token\"}"

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
		{"500", GOOD, NULL, RESULT_UNREACHABLE, "having problems"},
		{"429", GOOD, NULL, RESULT_UNREACHABLE,
		 "receiving too many "
		 "requests"},
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
		struct fixture fixture;

		issuer_fixture_open(&fixture, *state);
		fixture.world.issuer.script[REQUEST_DISCOVERY] =
			cases[i].script;
		fixture.world.issuer.script[REQUEST_POLL] = "pending ok";
		fixture.world.issuer.documents[0] = cases[i].openid;
		fixture.world.issuer.documents[1] = cases[i].rfc8414;
		issuer_fixture_boot(&fixture, &login, i);
		assert_int_equal(visit_stage(fixture.visit), VISIT_PREPARING);
		issuer_fixture_check_over(&fixture, cases[i].result,
					  cases[i].why);
		assert_int_equal(
			fixture.world.issuer
				.requests[REQUEST_DEVICE_AUTHORIZATION],
			cases[i].result == RESULT_SIGNED_IN);
		issuer_fixture_close(&fixture);
	}
}

/* An endpoint that fails may have moved: then, and only where the issuer has
 * named it, the issuer is asked again. */
static void test_moved(void **state)
{
	for (int named = 0; named < 2; named++) {
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;

		issuer_fixture_open(&fixture, *state);
		if (named != 0) {
			issuer->provider.device_authorization_endpoint =
				xstrdup("https://id.example/device");
			issuer->provider.token_endpoint =
				xstrdup("https://id.example/token");
			issuer->provider.device_token_endpoint =
				xstrdup("https://id.example/token");
			issuer->provider.userinfo_endpoint =
				xstrdup("https://id.example/userinfo");
			issuer->provider.revocation_endpoint =
				xstrdup("https://id.example/revoke");
			issuer->provider.jwks_uri =
				xstrdup("https://id.example/keys");
		}
		issuer->script[REQUEST_DEVICE_AUTHORIZATION] = "refused ok";
		issuer_fixture_boot(&fixture, &kiosk, 1);
		issuer_fixture_reach(&fixture, VISIT_TROUBLE);
		assert_int_equal(issuer->requests[REQUEST_DISCOVERY],
				 named == 0);
		issuer_fixture_reach(&fixture, VISIT_SIGN_IN);
		assert_int_equal(issuer->requests[REQUEST_DISCOVERY],
				 named == 0 ? 2 : 0);
		issuer->approve_ms = fixture.world.now_ms;
		issuer_fixture_reach(&fixture, VISIT_PROFILE);
		issuer_fixture_close(&fixture);
	}
}

/* What somebody has named is enough to sign in; the issuer is asked for the
 * rest all the same, and done without where it has none or is away. */
static void test_rest_of_the_endpoints(void **state)
{
	static const struct {
		const char *discovery;
		bool once, resume;
		unsigned asked[2]; /* before the first code, and the second */
		bool found[2];
	} cases[] = {
		{"rules", true, false, {1, 1}, {true, true}},
		{"rules", false, true, {1, 1}, {true, true}},
		{"forbidden", true, false, {2, 2}, {false, false}},
		{"forbidden", false, false, {2, 4}, {false, false}},
		{"forbidden", false, true, {2, 4}, {false, false}},
		{"connect", true, false, {1, 1}, {false, false}},
		{"connect", false, true, {1, 2}, {false, false}},
		{"500 500 rules", false, false, {2, 3}, {false, true}},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct visit_policy policy = {.once = cases[i].once,
					      .resume = cases[i].resume};
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;

		issuer_fixture_open(&fixture, *state);
		issuer->provider.device_authorization_endpoint =
			xstrdup("https://id.example/device");
		issuer->provider.token_endpoint =
			xstrdup("https://id.example/token");
		issuer->provider.device_token_endpoint =
			xstrdup("https://id.example/token");
		issuer->script[REQUEST_DISCOVERY] = cases[i].discovery;
		issuer->script[REQUEST_DEVICE_AUTHORIZATION] = "ok";
		issuer_fixture_boot(&fixture, &policy, i);
		issuer_fixture_reach(&fixture, VISIT_SIGN_IN);
		if (issuer->requests[REQUEST_DISCOVERY] != cases[i].asked[0])
			fail_msg("case %zu: %u", i,
				 issuer->requests[REQUEST_DISCOVERY]);
		assert_int_equal(issuer->provider.jwks_uri != NULL,
				 cases[i].found[0]);
		assert_string_equal(
			issuer->provider.device_authorization_endpoint,
			"https://id.example/device");
		issuer->approve_ms = fixture.world.now_ms;
		issuer_fixture_reach(&fixture,
				     policy.once ? VISIT_OVER : VISIT_PROFILE);
		if (!policy.once) {
			issuer_fixture_run_for(&fixture, 2 * HOUR_MS);
			issuer_fixture_event(&fixture, EVENT_SIGN_OUT);
			issuer_fixture_reach(&fixture, VISIT_SIGN_IN);
		}
		if (issuer->requests[REQUEST_DISCOVERY] != cases[i].asked[1])
			fail_msg("case %zu: %u", i,
				 issuer->requests[REQUEST_DISCOVERY]);
		assert_int_equal(issuer->provider.jwks_uri != NULL,
				 cases[i].found[1]);
		issuer_fixture_close(&fixture);
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
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;
		struct event event;
		struct action action;
		char record[2048];

		issuer_fixture_open(&fixture, *state);
		event = world_event(&fixture.world, EVENT_TICK);
		(void)snprintf(record, sizeof(record),
			       "{\"fetched_at\":%lld,\"document\":" GOOD "}",
			       (long long)event.wall_s - 3600);
		issuer->script[REQUEST_DEVICE_AUTHORIZATION] = cases[i].ask;
		issuer->script[REQUEST_POLL] = "ok";
		issuer->script[REQUEST_DISCOVERY] = cases[i].discover;
		fixture.visit =
			visit_new(&issuer->provider, cases[i].policy, i);
		fixture.client = world_add_visit(&fixture.world, fixture.visit);
		assert_true(visit_recall(fixture.visit, record, strlen(record),
					 &event));
		visit_begin(fixture.visit, &event, &action);
		world_do(&fixture.world, fixture.client, &action);
		assert_int_not_equal(visit_stage(fixture.visit),
				     VISIT_PREPARING);
		issuer_fixture_reach(&fixture, cases[i].policy->once
						       ? VISIT_OVER
						       : VISIT_PROFILE);
		if (visit_result(fixture.visit) != cases[i].result ||
		    issuer->requests[REQUEST_DEVICE_AUTHORIZATION] !=
			    cases[i].asked ||
		    issuer->requests[REQUEST_DISCOVERY] != cases[i].discovered)
			fail_msg("case %zu: result %d after %u and %u: %s", i,
				 visit_result(fixture.visit),
				 issuer->requests[REQUEST_DEVICE_AUTHORIZATION],
				 issuer->requests[REQUEST_DISCOVERY],
				 visit_trouble(fixture.visit));
		issuer_fixture_close(&fixture);
	}
}

/* Tokens that cannot be used, polls that are refused, and addresses that the
 * issuer has just named: no other code helps a login there, so it ends. */
static void test_no_tokens(void **state)
{
	static const struct {
		const char *poll;
		bool forgets_dpop;
		unsigned asked, discovered;
		enum visit_result result;
		unsigned revoked;
	} cases[] = {
		{"ok", true, 1, 1, RESULT_MISCONFIGURED, 2},
		{"mac", false, 1, 1, RESULT_FAILED, 0},
		{"404", false, 1, 1, RESULT_MISCONFIGURED, 0},
		{"405", false, 1, 1, RESULT_MISCONFIGURED, 0},
		{"refused", false, 1, 1, RESULT_FAILED, 0},
		{"invalid_client", false, 1, 1, RESULT_MISCONFIGURED, 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;

		issuer_fixture_open(&fixture, *state);
		issuer->documents[0] = GOOD;
		issuer->script[REQUEST_POLL] = cases[i].poll;
		issuer->dpop = issuer->forgets_dpop = cases[i].forgets_dpop;
		issuer->provider.dpop = cases[i].forgets_dpop;
		issuer_fixture_boot(&fixture, &login, i);
		issuer_fixture_reach(&fixture, VISIT_OVER);
		if (visit_result(fixture.visit) != cases[i].result ||
		    visit_trouble(fixture.visit)[0] == '\0' ||
		    issuer->requests[REQUEST_DEVICE_AUTHORIZATION] !=
			    cases[i].asked ||
		    issuer->requests[REQUEST_DISCOVERY] !=
			    cases[i].discovered ||
		    issuer->revoked != cases[i].revoked)
			fail_msg("case %zu: result %d after %u and %u, %u: %s",
				 i, visit_result(fixture.visit),
				 issuer->requests[REQUEST_DEVICE_AUTHORIZATION],
				 issuer->requests[REQUEST_DISCOVERY],
				 issuer->revoked, visit_trouble(fixture.visit));
		assert_null(fixture.world.disk.data.provider);
		issuer_fixture_close(&fixture);
	}
}

/* A document that was kept does not say who signs in: a login asks for it again
 * before it gives up. */
static void test_kept_too_long(void **state)
{
	static const struct visit_policy policy = {.once = true,
						   .confirm = true};
	struct fixture fixture;
	struct issuer *issuer = &fixture.world.issuer;
	struct event event;
	struct action action;
	char record[1024];

	issuer_fixture_open(&fixture, *state);
	free(issuer->provider.scope);
	issuer->provider.scope = xstrdup("p");
	issuer->script[REQUEST_POLL] = "ok";
	event = world_event(&fixture.world, EVENT_TICK);
	(void)snprintf(
		record, sizeof(record),
		"{\"fetched_at\":%lld,\"document\":{\"issuer\":"
		"\"https://id.example\",\"device_authorization_endpoint\":"
		"\"https://id.example/device\",\"token_endpoint\":"
		"\"https://id.example/token\"}}",
		(long long)event.wall_s - 3600);
	fixture.visit = visit_new(&issuer->provider, &policy, 1);
	fixture.client = world_add_visit(&fixture.world, fixture.visit);
	assert_true(
		visit_recall(fixture.visit, record, strlen(record), &event));
	visit_begin(fixture.visit, &event, &action);
	world_do(&fixture.world, fixture.client, &action);
	assert_int_equal(visit_stage(fixture.visit), VISIT_PREPARING);
	issuer_fixture_reach(&fixture, VISIT_CONFIRM);
	assert_int_equal(issuer->requests[REQUEST_DISCOVERY], 1);
	issuer_fixture_close(&fixture);
}

/* A kiosk runs for months: once a day it looks whether all is as it was, and
 * goes on where that cannot be had. */
static void test_daily(void **state)
{
	struct fixture fixture;
	struct issuer *issuer = &fixture.world.issuer;

	issuer_fixture_open(&fixture, *state);
	issuer_fixture_boot(&fixture, &kiosk, 1);
	issuer_fixture_run_for(&fixture, 23 * HOUR_MS);
	assert_int_equal(issuer->requests[REQUEST_DISCOVERY], 1);
	issuer_fixture_run_for(&fixture, 2 * HOUR_MS);
	assert_int_equal(issuer->requests[REQUEST_DISCOVERY], 2);
	issuer_fixture_run_for(&fixture, 240 * HOUR_MS);
	assert_in_range(issuer->requests[REQUEST_DISCOVERY], 11, 12);
	issuer->script[REQUEST_DISCOVERY] = "connect";
	issuer_fixture_run_for(&fixture, 48 * HOUR_MS);
	issuer_fixture_reach(&fixture, VISIT_SIGN_IN);
	issuer->approve_ms = fixture.world.now_ms;
	issuer_fixture_reach(&fixture, VISIT_PROFILE);
	issuer_fixture_close(&fixture);
}

/* The token endpoint moves while somebody is signed in. A person at the screen
 * does not wait for the issuer. */
static void test_moved_meanwhile(void **state)
{
	struct fixture fixture;
	struct issuer *issuer = &fixture.world.issuer;

	issuer_fixture_open(&fixture, *state);
	issuer->script[REQUEST_POLL] = "ok";
	issuer_fixture_boot(&fixture, &kiosk, 1);
	issuer_fixture_reach(&fixture, VISIT_PROFILE);
	issuer->script[REQUEST_REFRESH] = "html ok";
	issuer_fixture_run_for(&fixture, 2 * HOUR_MS);
	assert_int_equal(issuer->requests[REQUEST_DISCOVERY], 2);
	assert_int_equal(visit_stage(fixture.visit), VISIT_PROFILE);
	issuer->script[REQUEST_REFRESH] = "html";
	issuer->script[REQUEST_DISCOVERY] = "timeout";
	while (issuer->requests[REQUEST_DISCOVERY] == 2)
		assert_true(world_turn(&fixture.world, NEVER_MS));
	assert_true(visit_deadline(fixture.visit) == NEVER_MS);
	issuer_fixture_event(&fixture, EVENT_SIGN_OUT);
	assert_int_equal(visit_stage(fixture.visit), VISIT_LEAVING);
	issuer_fixture_reach(&fixture, VISIT_SIGN_IN);
	assert_int_equal(issuer->revoked, 2);
	issuer_fixture_close(&fixture);
}

/* The network comes up long after the kiosk. */
static void test_late_network(void **state)
{
	static const char *const outages[] = {"resolve", "500", "html"};

	for (size_t i = 0; i < COUNT(outages); i++) {
		struct fixture fixture;
		struct issuer *issuer = &fixture.world.issuer;

		issuer_fixture_open(&fixture, *state);
		issuer->outage = outages[i];
		issuer->outage_end_ms = fixture.world.now_ms + 20 * MINUTE_MS;
		issuer_fixture_boot(&fixture, &kiosk, i);
		issuer_fixture_run_for(&fixture, 20 * MINUTE_MS);
		assert_int_equal(issuer->requests[REQUEST_DEVICE_AUTHORIZATION],
				 0);
		/* Now and then, but not as if there were no tomorrow. */
		assert_in_range(issuer->requests[REQUEST_DISCOVERY], 5, 80);
		issuer_fixture_run_for(&fixture, 11 * MINUTE_MS);
		assert_int_equal(visit_stage(fixture.visit), VISIT_SIGN_IN);
		issuer_fixture_close(&fixture);
	}
}

/* Somebody leans on the key while the issuer is asked. */
static void test_stuck_key(void **state)
{
	struct fixture fixture;

	issuer_fixture_open(&fixture, *state);
	fixture.world.issuer.script[REQUEST_DISCOVERY] = "connect";
	issuer_fixture_boot(&fixture, &kiosk, 1);
	for (int i = 0; i < 600; i++) {
		issuer_fixture_event(&fixture, EVENT_START);
		issuer_fixture_run_for(&fixture, 100);
	}
	/* A minute of it: at most one request in two seconds, and its own. */
	assert_in_range(fixture.world.issuer.requests[REQUEST_DISCOVERY], 10,
			40);
	issuer_fixture_event(&fixture, EVENT_CANCEL);
	issuer_fixture_event(&fixture, EVENT_SIGN_OUT);
	issuer_fixture_event(&fixture, EVENT_TOUCHED);
	issuer_fixture_come_back(&fixture, "code=c&state=s");
	assert_int_equal(visit_stage(fixture.visit), VISIT_PREPARING);
	fixture.world.issuer.script[REQUEST_DISCOVERY] = NULL;
	issuer_fixture_reach(&fixture, VISIT_SIGN_IN);
	issuer_fixture_close(&fixture);
}

/* A clock that is set is no news for the issuer, who is just being asked, but
 * for what waits behind. */
static void test_clock_set_meanwhile(void **state)
{
	struct fixture fixture;
	struct issuer *issuer = &fixture.world.issuer;
	const struct flow *flow;
	int64_t set_ms;
	unsigned asked;

	issuer_fixture_open(&fixture, *state);
	issuer->key = NULL;
	issuer->code_life_s = 60;
	issuer->script[REQUEST_DEVICE_AUTHORIZATION] = "ok tls*30";
	issuer_fixture_boot(&fixture, &kiosk, 3);
	issuer_fixture_run_for(&fixture, 5000);
	flow = visit_flow(fixture.visit);
	issuer->script[REQUEST_DISCOVERY] = "timeout";
	while (flow_state(flow) != FLOW_BACKING_OFF ||
	       issuer->requests[REQUEST_DEVICE_AUTHORIZATION] < 8 ||
	       discovery_state(visit_discovery(fixture.visit)) !=
		       DISCOVERY_REQUESTING)
		assert_true(world_turn(&fixture.world, NEVER_MS));
	asked = issuer->requests[REQUEST_DEVICE_AUTHORIZATION];
	set_ms = fixture.world.now_ms;
	issuer->script[REQUEST_DEVICE_AUTHORIZATION] =
		issuer->script[REQUEST_DISCOVERY] = "rules";
	issuer_fixture_event(&fixture, EVENT_CLOCK);
	while (issuer->requests[REQUEST_DEVICE_AUTHORIZATION] == asked)
		assert_true(world_turn(&fixture.world, NEVER_MS));
	assert_true(fixture.world.now_ms - set_ms < 1000);
	issuer_fixture_close(&fixture);
}

/* A session from before the restart is looked at once its endpoints are
 * known. */
static void test_resume(void **state)
{
	static const struct visit_policy policy = {.resume = true};
	struct fixture fixture;

	issuer_fixture_open(&fixture, *state);
	fixture.world.issuer.script[REQUEST_DISCOVERY] = "connect rules";
	world_store(&fixture.world, OURS, 3600);
	issuer_fixture_boot(&fixture, &policy, 1);
	assert_int_equal(visit_stage(fixture.visit), VISIT_PREPARING);
	issuer_fixture_reach(&fixture, VISIT_PROFILE);
	assert_int_equal(
		fixture.world.issuer.requests[REQUEST_DEVICE_AUTHORIZATION], 0);
	issuer_fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_login_discovery),
		cmocka_unit_test(test_rest_of_the_endpoints),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_no_tokens),
		cmocka_unit_test(test_kept_too_long),
		cmocka_unit_test(test_daily),
		cmocka_unit_test(test_moved_meanwhile),
		cmocka_unit_test(test_late_network),
		cmocka_unit_test(test_clock_set_meanwhile),
		cmocka_unit_test(test_stuck_key),
		cmocka_unit_test(test_resume),
	};

	if (!crypto_init())
		return 1;
	return cmocka_run_group_tests(tests, issuer_fixture_set_up,
				      issuer_fixture_tear_down);
}
