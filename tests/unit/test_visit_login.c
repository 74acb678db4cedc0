/* SPDX-License-Identifier: MIT */
/*
 * machine/visit: one login in virtual time, how it ends, and what it leaves
 * behind.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "machine/visit.h"
#include "visit_fixture.h"
#include "world.h"

static const struct visit_policy login = {.once = true};

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
		struct fixture fixture;

		visit_fixture_open(&fixture, &login);
		fixture.world.issuer.script[REQUEST_DEVICE_AUTHORIZATION] =
			cases[i].ask;
		fixture.world.issuer.script[REQUEST_POLL] = cases[i].poll;
		fixture.world.issuer.script[REQUEST_PROFILE] = cases[i].profile;
		visit_fixture_boot(&fixture, i);
		assert_int_equal(visit_stage(fixture.visit), VISIT_SIGN_IN);
		visit_fixture_reach(&fixture, VISIT_OVER);
		if (visit_result(fixture.visit) != cases[i].result)
			fail_msg("\"%s\", \"%s\": %d", cases[i].ask,
				 cases[i].poll, visit_result(fixture.visit));
		assert_int_equal(visit_trouble(fixture.visit)[0] != '\0',
				 cases[i].says_why);
		assert_true(visit_deadline(fixture.visit) == NEVER_MS);
		assert_int_equal(fixture.world.disk.data.provider != NULL,
				 cases[i].result == RESULT_SIGNED_IN);
		/* It is over: nothing brings it back. */
		user_event(&fixture, EVENT_START);
		user_event(&fixture, EVENT_SIGN_OUT);
		visit_fixture_run_for(&fixture, HOUR_MS);
		assert_int_equal(visit_stage(fixture.visit), VISIT_OVER);
		assert_int_equal(visit_result(fixture.visit), cases[i].result);
		visit_fixture_close(&fixture);
	}
}

/* What another program began to sign out is revoked before somebody else signs
 * in; whoever has no patience for that leaves. */
static void test_login_after_a_kill(void **state)
{
	static const enum visit_result results[] = {RESULT_SIGNED_IN,
						    RESULT_CANCELLED};

	(void)state;
	for (size_t i = 0; i < COUNT(results); i++) {
		struct fixture fixture;

		visit_fixture_open(&fixture, &login);
		world_store(&fixture.world, OURS, 3600);
		fixture.world.disk.data.signing_out = true;
		fixture.world.issuer.script[REQUEST_POLL] = "ok";
		visit_fixture_boot(&fixture, i);
		assert_int_equal(visit_stage(fixture.visit), VISIT_RESUMING);
		if (results[i] == RESULT_CANCELLED)
			user_event(&fixture, EVENT_CANCEL);
		visit_fixture_reach(&fixture, VISIT_OVER);
		assert_int_equal(visit_result(fixture.visit), results[i]);
		assert_int_equal(fixture.world.issuer.revoked, 2);
		assert_int_equal(fixture.world.disk.data.provider != NULL,
				 results[i] == RESULT_SIGNED_IN);
		assert_false(fixture.world.disk.data.signing_out);
		visit_fixture_close(&fixture);
	}
}

/* Without a refresh token a 401 leaves nothing that the login could keep. */
static void test_login_refused(void **state)
{
	struct fixture fixture;

	(void)state;
	visit_fixture_open(&fixture, &login);
	fixture.world.issuer.gives_refresh_token = false;
	fixture.world.issuer.script[REQUEST_POLL] = "ok";
	fixture.world.issuer.script[REQUEST_PROFILE] = "unauthorized";
	visit_fixture_boot(&fixture, 1);
	visit_fixture_reach(&fixture, VISIT_OVER);
	assert_int_equal(visit_result(fixture.visit), RESULT_FAILED);
	assert_true(visit_trouble(fixture.visit)[0] != '\0');
	assert_null(fixture.world.disk.data.provider);
	visit_fixture_close(&fixture);
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
		struct fixture fixture;

		visit_fixture_open(&fixture, &login);
		fixture.world.issuer.script[REQUEST_DEVICE_AUTHORIZATION] =
			cases[i].ask;
		fixture.world.issuer.script[REQUEST_POLL] = cases[i].poll;
		fixture.world.issuer.script[REQUEST_PROFILE] = cases[i].profile;
		visit_fixture_boot(&fixture, i);
		visit_fixture_run_for(&fixture, cases[i].after_ms);
		assert_int_equal(visit_stage(fixture.visit), cases[i].stage);
		user_event(&fixture, EVENT_CANCEL);
		/* Tokens that have come already are signed out again. */
		visit_fixture_reach(&fixture, VISIT_OVER);
		assert_int_equal(visit_result(fixture.visit), RESULT_CANCELLED);
		assert_null(fixture.world.disk.data.tokens.access_token);
		assert_false(fixture.client->driver.sending);
		assert_true(visit_deadline(fixture.visit) == NEVER_MS);
		visit_fixture_close(&fixture);
	}
}

/* What cannot be saved would end with this program, and stay good at the
 * provider: it is revoked. */
static void test_login_not_saved(void **state)
{
	struct fixture fixture;

	(void)state;
	visit_fixture_open(&fixture, &login);
	fixture.world.disk.full = true;
	fixture.world.issuer.script[REQUEST_DEVICE_AUTHORIZATION] = "ok";
	fixture.world.issuer.script[REQUEST_POLL] = "ok";
	fixture.world.issuer.script[REQUEST_PROFILE] = "rules";
	visit_fixture_boot(&fixture, 1);
	visit_fixture_reach(&fixture, VISIT_OVER);
	assert_int_equal(visit_result(fixture.visit), RESULT_FAILED);
	assert_int_equal(visit_reason(fixture.visit), REASON_NOT_SAVED);
	assert_true(fixture.world.issuer.revoked > 0);
	assert_null(fixture.world.disk.data.provider);
	assert_true(visit_deadline(fixture.visit) == NEVER_MS);
	visit_fixture_close(&fixture);
}

/* Nobody is let in without a profile here: so it is waited for as demanded, and
 * who has approved does not have to do so again; but not for ever, for nobody
 * else can sign in meanwhile. */
static void test_demanded_wait(void **state)
{
	static const struct {
		const char *profile;
		unsigned asked;
		bool in;
		const char *why;
	} cases[] = {
		{"rules", 1, true, NULL},
		{"429:60 rules", 2, true, NULL},
		{"503:300 rules", 2, true, NULL},
		{"429:20 429:20 429:20 429:20 rules", 5, true, NULL},
		{"429:60 500 500 rules", 4, true, NULL},
		{"429:86400 rules", 1, false, "too many requests (status 429)"},
		{"429:200", 2, false, "too many requests (status 429)"},
		/* Who is away is waited for as long; who is there and makes no
		 * sense is not. */
		{"500*5 rules", 6, true, NULL},
		{"connect*3 timeout 502 rules", 6, true, NULL},
		{"500*4 503:3600", 5, false, "status 503"},
		{"html", 3, false, "text/html"},
	};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		size_t n = i / 2;
		char domain[] = "example.org";
		char *domains[] = {domain};
		struct allow allow = {.email_domains = {domains, 1}};
		struct visit_policy policy = {
			.allow = i % 2 == 0 ? &allow : NULL,
			.confirm = i % 2 == 1,
		};
		struct fixture fixture;
		int64_t begun_ms;

		visit_fixture_open(&fixture, &policy);
		fixture.world.issuer.script[REQUEST_POLL] = "ok";
		fixture.world.issuer.script[REQUEST_PROFILE] = cases[n].profile;
		fixture.world.issuer.userinfo =
			"{\"sub\":\"7\",\"email\":\"ada@example.org\"}";
		visit_fixture_boot(&fixture, i);
		visit_fixture_reach(&fixture, VISIT_ARRIVING);
		begun_ms = fixture.world.now_ms;
		visit_fixture_reach(&fixture, !cases[n].in     ? VISIT_TROUBLE
					      : policy.confirm ? VISIT_CONFIRM
							       : VISIT_PROFILE);
		if (!cases[n].in)
			assert_non_null(strstr(visit_trouble(fixture.visit),
					       cases[n].why));
		assert_int_equal(fixture.world.issuer.requests[REQUEST_PROFILE],
				 cases[n].asked);
		assert_in_range(fixture.world.now_ms - begun_ms, 0,
				5 * MINUTE_MS + 5000);
		visit_fixture_close(&fixture);
	}
}

/* Two different values for what kiosk.allow.claims names let nobody in, neither
 * at the sign-in nor once they are stored. */
static void test_ambiguous_claim(void **state)
{
	static const struct {
		const char *profile;
		bool in;
	} cases[] = {
		{"{\"sub\":\"7\",\"groups\":[\"desk\"]}", true},
		{"{\"sub\":\"7\",\"groups\":[\"desk\"],\"groups\":[\"desk\"]}",
		 true},
		{"{\"sub\":\"7\",\"groups\":[\"x\"],\"groups\":[\"desk\"]}",
		 false},
		{"{\"sub\":\"7\",\"groups\":[\"desk\"],\"groups\":[\"x\"]}",
		 false},
	};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		size_t n = i / 2;
		bool resumes = i % 2 == 1;
		char name[] = "groups", value[] = "desk";
		struct param claims[] = {{name, value}};
		struct allow allow = {.claims = claims, .claims_count = 1};
		struct visit_policy policy = {.allow = &allow,
					      .resume = resumes};
		struct fixture fixture;

		visit_fixture_open(&fixture, &policy);
		fixture.world.issuer.script[REQUEST_POLL] =
			resumes ? NULL : "ok";
		fixture.world.issuer.script[REQUEST_PROFILE] =
			resumes ? "500" : NULL;
		fixture.world.issuer.userinfo = cases[n].profile;
		if (resumes) {
			world_store(&fixture.world, OURS, 3600);
			secret_free(fixture.world.disk.data.profile);
			fixture.world.disk.data.profile =
				xstrdup(cases[n].profile);
		}
		visit_fixture_boot(&fixture, i);
		visit_fixture_reach(&fixture, cases[n].in ? VISIT_PROFILE
							  : VISIT_TROUBLE);
		if (!cases[n].in)
			assert_int_equal(visit_result(fixture.visit),
					 RESULT_NOT_ALLOWED);
		visit_fixture_close(&fixture);
	}
}

/* Who cancels even the signing out does not wait for the provider, but leaves
 * no tokens behind either. */
static void test_login_cancelled_twice(void **state)
{
	struct fixture fixture;

	(void)state;
	visit_fixture_open(&fixture, &login);
	fixture.world.issuer.script[REQUEST_POLL] = "ok";
	fixture.world.issuer.script[REQUEST_PROFILE] = "timeout";
	fixture.world.issuer.script[REQUEST_REVOCATION] = "timeout";
	visit_fixture_boot(&fixture, 1);
	visit_fixture_reach(&fixture, VISIT_ARRIVING);
	visit_fixture_run_for(&fixture, 1000);
	assert_non_null(fixture.world.disk.data.tokens.access_token);
	user_event(&fixture, EVENT_CANCEL);
	visit_fixture_run_for(&fixture, 1000);
	assert_int_equal(visit_stage(fixture.visit), VISIT_LEAVING);
	user_event(&fixture, EVENT_CANCEL);
	visit_fixture_run_for(&fixture, 100);
	assert_int_equal(visit_stage(fixture.visit), VISIT_OVER);
	assert_int_equal(visit_result(fixture.visit), RESULT_CANCELLED);
	assert_null(fixture.world.disk.data.tokens.access_token);
	assert_false(fixture.client->driver.sending);
	visit_fixture_close(&fixture);
}

/* Another process has the store. Tokens that are not in it are given back all
 * the same; of those that are the person hears. */
static void test_login_cancelled_locked(void **state)
{
	(void)state;
	for (int saved = 0; saved < 2; saved++) {
		struct fixture fixture;

		visit_fixture_open(&fixture, &login);
		fixture.world.issuer.script[REQUEST_POLL] = "ok";
		fixture.world.issuer.script[REQUEST_PROFILE] = "timeout";
		fixture.world.disk.held = saved == 0;
		visit_fixture_boot(&fixture, 1);
		visit_fixture_reach(&fixture, VISIT_ARRIVING);
		visit_fixture_run_for(&fixture, 1000);
		fixture.world.disk.held = true;
		user_event(&fixture, EVENT_CANCEL);
		visit_fixture_run_for(&fixture, 1000);
		if (saved != 0) {
			assert_int_equal(visit_stage(fixture.visit),
					 VISIT_LEAVING);
			user_event(&fixture, EVENT_CANCEL);
			visit_fixture_run_for(&fixture, 1000);
		}
		assert_int_equal(visit_stage(fixture.visit), VISIT_OVER);
		assert_int_equal(visit_result(fixture.visit),
				 saved != 0 ? RESULT_FAILED : RESULT_CANCELLED);
		assert_int_equal(visit_reason(fixture.visit),
				 saved != 0 ? REASON_NOT_REMOVED : REASON_NONE);
		assert_int_equal(fixture.world.issuer.revoked, 2);
		assert_int_equal(fixture.world.disk.data.provider != NULL,
				 saved);
		visit_fixture_close(&fixture);
	}
}

/* Signing out while still arriving is giving up, too. */
static void test_login_signed_out(void **state)
{
	struct fixture fixture;

	(void)state;
	visit_fixture_open(&fixture, &login);
	fixture.world.issuer.script[REQUEST_POLL] = "ok";
	fixture.world.issuer.script[REQUEST_PROFILE] = "timeout";
	visit_fixture_boot(&fixture, 1);
	visit_fixture_reach(&fixture, VISIT_ARRIVING);
	user_event(&fixture, EVENT_SIGN_OUT);
	visit_fixture_reach(&fixture, VISIT_OVER);
	assert_int_equal(visit_result(fixture.visit), RESULT_CANCELLED);
	assert_int_equal(fixture.world.issuer.revoked, 2);
	assert_null(fixture.world.disk.data.provider);
	visit_fixture_close(&fixture);
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
		struct fixture fixture;

		visit_fixture_open(&fixture, &policy);
		world_store(&fixture.world, OURS, -5);
		if (over != 0)
			issuer_end_session(&fixture.world.issuer);
		fixture.world.issuer.script[REQUEST_POLL] = "ok";
		visit_fixture_boot(&fixture, 1);
		visit_fixture_reach(&fixture, VISIT_OVER);
		assert_int_equal(visit_result(fixture.visit), RESULT_SIGNED_IN);
		assert_int_equal(
			fixture.world.issuer
				.requests[REQUEST_DEVICE_AUTHORIZATION],
			over);
		visit_fixture_close(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_login),
		cmocka_unit_test(test_login_refused),
		cmocka_unit_test(test_login_after_a_kill),
		cmocka_unit_test(test_login_cancelled),
		cmocka_unit_test(test_login_not_saved),
		cmocka_unit_test(test_demanded_wait),
		cmocka_unit_test(test_ambiguous_claim),
		cmocka_unit_test(test_login_cancelled_twice),
		cmocka_unit_test(test_login_cancelled_locked),
		cmocka_unit_test(test_login_signed_out),
		cmocka_unit_test(test_login_resume),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
