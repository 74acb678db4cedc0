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

struct scene {
	struct world world;
	struct setup setup;
	struct hook_events *hook_events;
	struct http *http;
	struct visit *visit;
	struct client *client;
	int signals;
	char path[32];
};

/* Of the scene that there is; the operations know only their client. */
static struct scene *watched;
static struct driver_ops ops;
static void (*stepped_there)(void *self, const struct action *action);

static void stepped(void *self, const struct action *action)
{
	stepped_there(self, action);
	hook_events_observe(watched->hook_events, visit_flow(watched->visit),
			    visit_session(watched->visit));
}

static void open_scene(struct scene *scene, const char *hooks)
{
	const struct http_options options = {.proxy = "none",
					     .user_agent = "test"};
	struct err err = {""};
	int fd;

	memset(scene, 0, sizeof(*scene));
	world_init(&scene->world);
	scene->world.issuer.userinfo = "{\"sub\":\"7\",\"name\":\"Ada\"}";
	scene->world.issuer.script[REQUEST_POLL] = "ok";
	(void)snprintf(scene->path, sizeof(scene->path),
		       "/tmp/test_hooks_XXXXXX");
	fd = mkstemp(scene->path);
	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(setenv("TEST_FILE", scene->path, 1), 0);
	conf_init(&scene->setup.conf);
	if (!conf_parse(&scene->setup.conf, hooks, strlen(hooks), "test", &err))
		fail_msg("%s", err.text);
	scene->setup.log = log_new(10);
	scene->signals = sig_open();
	scene->http = http_new(&options, &err);
	assert_non_null(scene->http);
	scene->hook_events = hook_events_new(&scene->setup);
}

static void start(struct scene *scene, const struct visit_policy *policy)
{
	struct event event = world_event(&scene->world, EVENT_TICK);
	struct action action;

	watched = scene;
	scene->visit = visit_new(&scene->world.issuer.provider, policy, 1);
	scene->client = world_add_visit(&scene->world, scene->visit);
	ops = *scene->client->driver.ops;
	stepped_there = ops.stepped;
	ops.stepped = stepped;
	scene->client->driver.ops = &ops;
	visit_begin(scene->visit, &event, &action);
	world_do(&scene->world, scene->client, &action);
}

static void close_scene(struct scene *scene)
{
	hook_events_free(scene->hook_events);
	http_free(scene->http);
	(void)close(scene->signals);
	log_free(scene->setup.log);
	conf_free(&scene->setup.conf);
	visit_free(scene->visit);
	world_free(&scene->world);
	(void)unlink(scene->path);
}

/* Fails where the hooks have not run as expected, in that order. */
static void check(struct scene *scene, const char *expected)
{
	char found[512];
	FILE *file;
	size_t n;

	assert_true(hook_events_finish(scene->hook_events, scene->http,
				       scene->signals));
	file = fopen(scene->path, "r");
	assert_non_null(file);
	n = fread(found, 1, sizeof(found) - 1, file);
	found[n] = '\0';
	(void)fclose(file);
	assert_string_equal(found, expected);
}

static void reach(struct scene *scene, enum visit_stage stage)
{
	while (visit_stage(scene->visit) != stage &&
	       world_turn(&scene->world, scene->world.now_ms + HOUR_MS))
		continue;
	assert_int_equal(visit_stage(scene->visit), stage);
}

static void pass(struct scene *scene, int64_t ms)
{
	world_run(&scene->world, scene->world.now_ms + ms);
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
	struct scene scene;

	(void)state;
	open_scene(&scene, HOOKS);
	start(&scene, &key_kiosk);
	world_post(&scene.world, scene.client, EVENT_START);
	reach(&scene, VISIT_PROFILE);
	pass(&scene, 1000);
	check(&scene, "signed_in Ada access-1\n");
	pass(&scene, HOUR_MS);
	check(&scene, "signed_in Ada access-1\nrefreshed Ada access-2\n");
	world_post(&scene.world, scene.client, EVENT_SIGN_OUT);
	reach(&scene, VISIT_WELCOME);
	/* Without the token, which is no longer good. */
	check(&scene, "signed_in Ada access-1\nrefreshed Ada access-2\n"
		      "signed_out Ada\n");
	close_scene(&scene);
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
		struct scene scene;

		open_scene(&scene, HOOKS);
		scene.world.issuer.script[REQUEST_POLL] = cases[i].poll;
		if (cases[i].stored)
			world_store(&scene.world, OURS, 3600);
		start(&scene, &resumes);
		if (!cases[i].stored)
			world_post(&scene.world, scene.client, EVENT_START);
		pass(&scene, 20000);
		check(&scene, "");
		world_post(&scene.world, scene.client,
			   cases[i].stored ? EVENT_SIGN_OUT : EVENT_CANCEL);
		pass(&scene, 20000);
		check(&scene, cases[i].signed_out);
		close_scene(&scene);
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
		struct scene scene;

		open_scene(&scene, cases[i].hooks);
		assert_int_equal(scene.hook_events != NULL,
				 strstr(cases[i].hooks, "/bin/sh") != NULL);
		start(&scene, &key_kiosk);
		world_post(&scene.world, scene.client, EVENT_START);
		reach(&scene, VISIT_PROFILE);
		pass(&scene, 1000);
		world_post(&scene.world, scene.client, EVENT_SIGN_OUT);
		reach(&scene, VISIT_WELCOME);
		check(&scene, cases[i].ran);
		close_scene(&scene);
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
