/* SPDX-License-Identifier: MIT */
/*
 * app/hook_events: which hook runs when, watched from outside of a visit in
 * virtual time. The hooks are real programs, which add a line to a file.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/hook_events.h"
#include "app/setup.h"
#include "base/err.h"
#include "base/log.h"
#include "io/http.h"
#include "io/http_options.h"
#include "io/sig.h"
#include "machine/flow.h"
#include "machine/session.h"
#include "machine/visit.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HOUR_MS (60 * INT64_C(60000))
#define OURS "https://id.example"

/* Says which event it is, for whom, and the token that it is given. */
#define SCRIPT                                                      \
	"\"/bin/sh\", \"-c\", \"echo $GRANTTY_EVENT $GRANTTY_NAME " \
	"$(test -z $GRANTTY_TOKEN_FD || cat <&3) >>$TEST_FILE\""

struct fixture {
	struct world world;
	struct setup setup;
	struct hook_events *hook_events;
	struct http *http;
	struct visit *visit;
	struct client *client;
	int signals;
	char path[32];
};

/* Of the fixture that there is; the operations know only their client. */
static struct fixture *watched;
static struct driver_ops ops;
static void (*stepped_there)(void *self, const struct action *action);

static void stepped(void *self, const struct action *action)
{
	stepped_there(self, action);
	hook_events_observe(watched->hook_events, visit_flow(watched->visit),
			    visit_session(watched->visit));
}

static void open_fixture(struct fixture *fixture, const char *hooks)
{
	const struct http_options options = {.proxy = "none",
					     .user_agent = "test"};
	struct err err = {""};
	int fd;

	memset(fixture, 0, sizeof(*fixture));
	world_init(&fixture->world);
	fixture->world.issuer.userinfo = "{\"sub\":\"7\",\"name\":\"Ada\"}";
	fixture->world.issuer.script[REQUEST_POLL] = "ok";
	(void)snprintf(fixture->path, sizeof(fixture->path),
		       "/tmp/test_hooks_XXXXXX");
	fd = mkstemp(fixture->path);
	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(setenv("TEST_FILE", fixture->path, 1), 0);
	conf_init(&fixture->setup.conf);
	if (!conf_parse(&fixture->setup.conf, hooks, strlen(hooks), "test",
			&err))
		fail_msg("%s", err.text);
	fixture->setup.log = log_new(10);
	fixture->signals = sig_open();
	fixture->http = http_new(&options, &err);
	assert_non_null(fixture->http);
	fixture->hook_events = hook_events_new(&fixture->setup);
}

static void start(struct fixture *fixture, const struct visit_policy *policy)
{
	struct event event = world_event(&fixture->world, EVENT_TICK);
	struct action action;

	watched = fixture;
	fixture->visit = visit_new(&fixture->world.issuer.provider, policy, 1);
	fixture->client = world_add_visit(&fixture->world, fixture->visit);
	ops = *fixture->client->driver.ops;
	stepped_there = ops.stepped;
	ops.stepped = stepped;
	fixture->client->driver.ops = &ops;
	visit_begin(fixture->visit, &event, &action);
	world_do(&fixture->world, fixture->client, &action);
}

static void close_fixture(struct fixture *fixture)
{
	hook_events_free(fixture->hook_events);
	http_free(fixture->http);
	(void)close(fixture->signals);
	log_free(fixture->setup.log);
	conf_free(&fixture->setup.conf);
	visit_free(fixture->visit);
	world_free(&fixture->world);
	(void)unlink(fixture->path);
}

/* Fails where the hooks have not run as expected, in that order. */
static void check(struct fixture *fixture, const char *expected)
{
	char found[512];
	FILE *file;
	size_t n;

	assert_true(hook_events_finish(fixture->hook_events, fixture->http,
				       fixture->signals));
	file = fopen(fixture->path, "r");
	assert_non_null(file);
	n = fread(found, 1, sizeof(found) - 1, file);
	found[n] = '\0';
	(void)fclose(file);
	assert_string_equal(found, expected);
}

static void reach(struct fixture *fixture, enum visit_stage stage)
{
	while (visit_stage(fixture->visit) != stage &&
	       world_turn(&fixture->world, fixture->world.now_ms + HOUR_MS))
		continue;
	assert_int_equal(visit_stage(fixture->visit), stage);
}

static void pass(struct fixture *fixture, int64_t ms)
{
	world_run(&fixture->world, fixture->world.now_ms + ms);
}

#define HOOKS                                                            \
	"hooks : { on_signed_in = [" SCRIPT "]; on_refreshed = [" SCRIPT \
	"]; on_signed_out = [" SCRIPT "]; pass_token = true; };"

static const struct visit_policy key_kiosk = {.wait_for_key = true};
static const struct visit_policy resumes = {.wait_for_key = true,
					    .resume = true};

/* A whole visit, with a renewal in between. */
static void test_visit(void **state)
{
	struct fixture fixture;

	(void)state;
	open_fixture(&fixture, HOOKS);
	start(&fixture, &key_kiosk);
	world_post(&fixture.world, fixture.client, EVENT_START);
	reach(&fixture, VISIT_PROFILE);
	pass(&fixture, 1000);
	check(&fixture, "signed_in Ada access-1\n");
	pass(&fixture, HOUR_MS);
	check(&fixture, "signed_in Ada access-1\nrefreshed Ada access-2\n");
	world_post(&fixture.world, fixture.client, EVENT_SIGN_OUT);
	reach(&fixture, VISIT_WELCOME);
	/* Without the token, which is no longer good. */
	check(&fixture, "signed_in Ada access-1\nrefreshed Ada access-2\n"
			"signed_out Ada\n");
	close_fixture(&fixture);
}

/* What is no sign-in, and what was none of this program's. */
static void test_silence(void **state)
{
	static const struct {
		const char *poll;
		bool stored; /* a session of an earlier run */
		const char *signed_out;
	} cases[] = {
		{"denied", false, ""},
		{"expired", false, ""},
		{NULL, false, ""},
		/* Resumed, and not signed in; but signed out. */
		{NULL, true, "signed_out Ada\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		open_fixture(&fixture, HOOKS);
		fixture.world.issuer.script[REQUEST_POLL] = cases[i].poll;
		if (cases[i].stored)
			world_store(&fixture.world, OURS, 3600);
		start(&fixture, &resumes);
		if (!cases[i].stored)
			world_post(&fixture.world, fixture.client, EVENT_START);
		pass(&fixture, 20000);
		check(&fixture, "");
		world_post(&fixture.world, fixture.client,
			   cases[i].stored ? EVENT_SIGN_OUT : EVENT_CANCEL);
		pass(&fixture, 20000);
		check(&fixture, cases[i].signed_out);
		close_fixture(&fixture);
	}
}

/* Only those that are configured, and the token only if it is passed. */
static void test_configured(void **state)
{
	static const struct {
		const char *hooks;
		const char *ran;
	} cases[] = {
		{"hooks : { on_signed_in = [" SCRIPT "]; };",
		 "signed_in Ada\n"},
		{"hooks : { on_signed_out = [" SCRIPT "]; };",
		 "signed_out Ada\n"},
		{"hooks : { on_refreshed = [" SCRIPT "]; };", ""},
		{"hooks : { pass_token = true; };", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		open_fixture(&fixture, cases[i].hooks);
		assert_int_equal(fixture.hook_events != NULL,
				 strstr(cases[i].hooks, "/bin/sh") != NULL);
		start(&fixture, &key_kiosk);
		world_post(&fixture.world, fixture.client, EVENT_START);
		reach(&fixture, VISIT_PROFILE);
		pass(&fixture, 1000);
		world_post(&fixture.world, fixture.client, EVENT_SIGN_OUT);
		reach(&fixture, VISIT_WELCOME);
		check(&fixture, cases[i].ran);
		close_fixture(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_visit),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_configured),
	};

	return cmocka_run_group_tests_name("hook_events", tests, NULL, NULL);
}
