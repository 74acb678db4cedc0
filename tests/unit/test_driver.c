/* SPDX-License-Identifier: MIT */
/*
 * machine/driver: which operations a machine's actions lead to and in which
 * order, what is kept and when, and how a program ends. What the machines make
 * of it is the matter of the other tests, all of which run in this loop.
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

#include "base/mem.h"
#include "machine/discovery.h"
#include "machine/driver.h"
#include "machine/flow.h"
#include "machine/session.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OURS "https://id.example"
#define NOW_MS 5000
#define CODE                                               \
	"{\"device_code\":\"d-1\",\"user_code\":\"ABCD\"," \
	"\"verification_uri\":\"https://id.example/v\","   \
	"\"expires_in\":300}"

/* An outside that writes down what it is asked for, and a machine that wants
 * one action after another, whatever happens. */
struct fixture {
	struct driver driver;
	struct issuer issuer;
	struct session *session; /* one that never holds the lock */
	const char *actions;	 /* see next_action() */
	int64_t deadline_ms;
	bool busy, fails; /* what the store answers */
	char trace[512];
};

static void note(struct fixture *fixture, const char *word)
{
	size_t len = strlen(fixture->trace);

	(void)snprintf(fixture->trace + len, sizeof(fixture->trace) - len,
		       "%s%s", len > 0 ? " " : "", word);
}

static void now(void *self, int64_t *now_ms, int64_t *wall_s)
{
	(void)self;
	*now_ms = NOW_MS;
	*wall_s = 1800000000;
}

static void stepped(void *self, const struct action *action)
{
	(void)action;
	note(self, "stepped");
}

static void send(void *self, struct request *request)
{
	note(self, "send");
	request_free(request);
}

static void drop(void *self)
{
	note(self, "drop");
}

static void lock(void *self, struct event *event, struct session_data *data)
{
	struct fixture *fixture = self;

	note(fixture, "lock");
	event->kind = fixture->busy ? EVENT_BUSY : EVENT_LOCKED;
	data->provider = xstrdup(OURS);
	event->data = data;
}

static void unlock(void *self)
{
	note(self, "unlock");
}

static bool save(void *self, const struct session_data *data)
{
	struct fixture *fixture = self;

	assert_ptr_equal(data, session_data(fixture->session));
	note(fixture, "save");
	return !fixture->fails;
}

static bool wipe(void *self)
{
	struct fixture *fixture = self;

	note(fixture, "wipe");
	return !fixture->fails;
}

static void keep_code(void *self, const char *record)
{
	note(self, record == NULL		   ? "forget"
		   : strstr(record, "d-1") != NULL ? "keep"
						   : "keep another");
}

static const struct driver_ops ops = {
	.now = now,
	.stepped = stepped,
	.send = send,
	.drop = drop,
	.lock = lock,
	.unlock = unlock,
	.save = save,
	.wipe = wipe,
	.keep_code = keep_code,
};

static void next_action(struct fixture *fixture, struct action *action)
{
	action_clear(action);
	switch (*fixture->actions++) {
	case 's':
		action->kind = ACTION_SEND;
		action->request = xcalloc(1, sizeof(*action->request));
		break;
	case 'd':
		action->kind = ACTION_DROP;
		break;
	case 'l':
		action->kind = ACTION_LOCK;
		break;
	case 'v':
		action->kind = ACTION_SAVE;
		break;
	case 'w':
		action->kind = ACTION_WIPE;
		break;
	default:
		break;
	}
}

static void step(void *self, const struct event *event, struct action *action)
{
	struct fixture *fixture = self;

	assert_int_equal(event->now_ms, NOW_MS);
	assert_int_equal(event->wall_s, 1800000000);
	note(fixture, event_name(event->kind));
	if (event->kind == EVENT_SAVED)
		note(fixture, event->ok ? "well" : "badly");
	if (event->kind == EVENT_LOCKED)
		note(fixture, event->data->provider);
	if (event->kind == EVENT_REPLY)
		note(fixture, event->reply->body);
	if (event->kind == EVENT_REDIRECT)
		note(fixture, event->text);
	next_action(fixture, action);
}

static int64_t deadline(const void *self)
{
	return ((const struct fixture *)self)->deadline_ms;
}

static void open_fixture(struct fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	issuer_init(&fixture->issuer);
	fixture->session = session_new(&fixture->issuer.provider, 1);
	fixture->driver = (struct driver){
		.machine = {.self = fixture,
			    .step = step,
			    .deadline = deadline,
			    .session = fixture->session},
		.ops = &ops,
		.self = fixture,
	};
	fixture->actions = "";
}

static void close_fixture(struct fixture *fixture)
{
	session_free(fixture->session);
	issuer_free(&fixture->issuer);
}

static void test_actions(void **state)
{
	static const struct {
		const char *actions; /* of one step after another */
		bool busy, fails;
		const char *trace;
	} cases[] = {
		{"-", false, false, "start stepped"},
		{"s", false, false, "start stepped send"},
		{"d", false, false, "start stepped drop"},
		{"l-", false, false,
		 "start stepped lock locked " OURS " stepped unlock"},
		{"l-", true, false, "start stepped lock busy stepped"},
		{"v-", false, false, "start stepped save saved well stepped"},
		{"v-", false, true, "start stepped save saved badly stepped"},
		{"w-", false, false, "start stepped wipe saved well stepped"},
		{"w-", false, true, "start stepped wipe saved badly stepped"},
		{"wl-", true, false,
		 "start stepped wipe saved well stepped lock busy stepped"},
		/* Unlocked before it waits for an answer. */
		{"ls", false, false,
		 "start stepped lock locked " OURS " stepped unlock send"},
		{"vws", false, false,
		 "start stepped save saved well stepped wipe saved well "
		 "stepped send"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		open_fixture(&fixture);
		fixture.actions = cases[i].actions;
		fixture.busy = cases[i].busy;
		fixture.fails = cases[i].fails;
		driver_post(&fixture.driver, EVENT_START);
		assert_string_equal(fixture.trace, cases[i].trace);
		assert_int_equal(fixture.driver.sending,
				 strchr(cases[i].actions, 's') != NULL);
		close_fixture(&fixture);
	}
}

/* Whether a request is in progress, by its reply or without one. */
static void test_sending(void **state)
{
	const struct reply reply = {.body = "{}"};
	struct fixture fixture;

	(void)state;
	open_fixture(&fixture);
	fixture.actions = "s-sds";
	driver_post(&fixture.driver, EVENT_START);
	assert_true(fixture.driver.sending);
	driver_reply(&fixture.driver, &reply);
	assert_false(fixture.driver.sending);
	driver_post(&fixture.driver, EVENT_START);
	assert_true(fixture.driver.sending);
	driver_post(&fixture.driver, EVENT_CANCEL);
	assert_false(fixture.driver.sending);
	driver_redirect(&fixture.driver, "code=1");
	assert_true(fixture.driver.sending);
	assert_string_equal(fixture.trace,
			    "start stepped send reply {} stepped start stepped "
			    "send cancel stepped drop redirect code=1 stepped "
			    "send");
	close_fixture(&fixture);
}

static void test_tick(void **state)
{
	static const struct {
		int64_t deadline_ms;
		const char *trace;
	} cases[] = {
		{NOW_MS - 1, "tick stepped"},
		{NOW_MS, "tick stepped"},
		{NOW_MS + 1, ""},
		{NEVER_MS, ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		open_fixture(&fixture);
		fixture.deadline_ms = cases[i].deadline_ms;
		driver_tick(&fixture.driver);
		assert_string_equal(fixture.trace, cases[i].trace);
		close_fixture(&fixture);
	}
}

static void step_flow(void *self, const struct event *event,
		      struct action *action)
{
	action_clear(action);
	flow_step(self, event, action);
}

/* A new code is kept once, and only when it was shown; one that is over is
 * removed at once. */
static void test_code(void **state)
{
	static const struct {
		const char *boot;
		const char *shown, *shown_again, *cancelled;
	} cases[] = {
		{"first", "keep", "", "stepped forget"},
		{NULL, "", "", "stepped"},
	};
	const struct reply reply = {
		.status = 200,
		.body = CODE,
		.body_len = strlen(CODE),
		.type = "application/json",
		.retry_after_s = -1,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct flow *flow;

		open_fixture(&fixture);
		flow = flow_new(&fixture.issuer.provider, 0, 1);
		fixture.driver.machine = (struct machine){
			.self = flow, .step = step_flow, .flow = flow};
		fixture.driver.boot = cases[i].boot;
		driver_post(&fixture.driver, EVENT_START);
		driver_reply(&fixture.driver, &reply);
		assert_int_equal(flow_state(flow), FLOW_WAITING);
		assert_string_equal(fixture.trace, "stepped send stepped");
		fixture.trace[0] = '\0';
		driver_keep_code(&fixture.driver);
		assert_string_equal(fixture.trace, cases[i].shown);
		fixture.trace[0] = '\0';
		driver_keep_code(&fixture.driver);
		assert_string_equal(fixture.trace, cases[i].shown_again);
		driver_post(&fixture.driver, EVENT_CANCEL);
		assert_string_equal(fixture.trace, cases[i].cancelled);
		flow_free(flow);
		close_fixture(&fixture);
	}
}

/* ---- In the unit tests' world */

/* Each document that arrives is kept, and none twice. */
static void test_document(void **state)
{
	static const char document[] =
		"{\"issuer\":\"https://id.example\","
		"\"device_authorization_endpoint\":\"https://id.example/d\","
		"\"token_endpoint\":\"https://id.example/t\"}";
	struct world world;
	struct discovery *discovery;
	struct client *client;

	(void)state;
	world_init(&world);
	world.issuer.documents[0] = document;
	discovery = discovery_new(&world.issuer.provider, 1, 1);
	client = world_add_discovery(&world, discovery);
	for (unsigned i = 1; i <= 2; i++) {
		world_post(&world, client, EVENT_START);
		assert_int_equal(world.disk.documents, i - 1);
		while (client->driver.sending)
			(void)world_turn(&world, NEVER_MS);
		assert_int_equal(discovery_state(discovery), DISCOVERY_DONE);
		assert_int_equal(world.disk.documents, i);
		world_post(&world, client, EVENT_TOUCHED);
		assert_int_equal(world.disk.documents, i);
	}
	discovery_free(discovery);
	world_free(&world);
}

static struct client *resume(struct world *world, struct session *session)
{
	struct client *client = world_add_session(world, session);
	struct event event = world_event(world, EVENT_TICK);
	struct action action;

	action_clear(&action);
	session_resume(session, &event, &action);
	world_do(world, client, &action);
	return client;
}

/* A refresh token may work only once, so its answer is waited for. */
static void test_finish_refresh(void **state)
{
	static const struct {
		const char *what;
		int64_t life_s;	    /* of the stored access token */
		int64_t latency_ms; /* of the provider */
		int64_t waits_ms;
		const char *stored; /* the access token in the end */
		bool refreshing;    /* as the session file says */
	} cases[] = {
		{"nothing to wait for", 3600, 100, 0, "access-1", false},
		{"answered", -60, 3000, 3000, "access-2", false},
		{"answered just in time", -60, 9999, 9999, "access-2", false},
		{"too late", -60, 10001, 10000, "access-1", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world world;
		struct session *session;
		struct client *client;
		int64_t began_ms;

		world_init(&world);
		world.issuer.latency_ms = cases[i].latency_ms;
		world_store(&world, OURS, cases[i].life_s);
		session = session_new(&world.issuer.provider, 1);
		session_without_profile(session);
		client = resume(&world, session);
		began_ms = world.now_ms;
		driver_finish(&client->driver);
		if (world.now_ms - began_ms != cases[i].waits_ms)
			fail_msg("%s: waits %lld ms", cases[i].what,
				 (long long)(world.now_ms - began_ms));
		assert_string_equal(world.disk.data.tokens.access_token,
				    cases[i].stored);
		assert_int_equal(world.disk.data.refreshing,
				 cases[i].refreshing);
		session_free(session);
		world_free(&world);
	}
}

/* Tokens that no file has end with the program. */
static void test_finish_unsaved(void **state)
{
	static const struct {
		bool full;	    /* the disk */
		bool in_memory;	    /* the store */
		int64_t latency_ms; /* of the revocation */
		int64_t waits_ms;
		unsigned revoked;
	} cases[] = {
		{false, false, 100, 0, 0},	{true, false, 100, 200, 2},
		{true, false, 30000, 10000, 2}, {false, true, 100, 200, 2},
		{false, true, 4900, 9800, 2},	{false, true, 5100, 10000, 2},
		{false, true, 30000, 10000, 2},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world world;
		struct session *session;
		struct client *client;
		struct event event;
		struct action action;
		struct tokens tokens = {0};
		int64_t began_ms;

		world_init(&world);
		session = session_new(&world.issuer.provider, 1);
		session_without_profile(session);
		client = world_add_session(&world, session);
		world_store(&world, OURS, 3600);
		session_data_free(&world.disk.data);
		world.disk.full = cases[i].full;
		if (cases[i].in_memory)
			session_in_memory(session);
		tokens.access_token = xstrdup(world.issuer.access_token);
		tokens.refresh_token = xstrdup(world.issuer.refresh_token);
		tokens.token_type = xstrdup("Bearer");
		event = world_event(&world, EVENT_TICK);
		action_clear(&action);
		session_begin(session, &tokens, &event, &action);
		world_do(&world, client, &action);
		world_run(&world, world.now_ms + 1000);
		assert_int_equal(session_state(session), SESSION_LIVE);
		world.issuer.latency_ms = cases[i].latency_ms;
		began_ms = world.now_ms;
		driver_finish(&client->driver);
		assert_int_equal(world.now_ms - began_ms, cases[i].waits_ms);
		assert_int_equal(world.issuer.revoked, cases[i].revoked);
		session_free(session);
		world_free(&world);
	}
}

/* The same if the token is just being renewed: an answer that takes too long
 * leaves time for the revocations. */
static void test_finish_refresh_in_memory(void **state)
{
	static const struct {
		int64_t latency_ms; /* of the renewal; */
		int64_t revocation_latency_ms;
		int64_t waits_ms;
	} cases[] = {
		{3000, 100, 3200},     {4999, 100, 5199},
		{30000, 100, 5200},    {30000, 2400, 9800},
		{30000, 30000, 10000}, {3000, 30000, 10000},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world world;
		struct session *session;
		struct client *client;
		int64_t began_ms;

		world_init(&world);
		world.issuer.latency_ms = cases[i].latency_ms;
		world_store(&world, OURS, -60);
		session = session_new(&world.issuer.provider, 1);
		session_without_profile(session);
		session_in_memory(session);
		client = resume(&world, session);
		assert_int_equal(session_state(session), SESSION_REFRESHING);
		world.issuer.latency_ms = cases[i].revocation_latency_ms;
		began_ms = world.now_ms;
		driver_finish(&client->driver);
		assert_int_equal(world.now_ms - began_ms, cases[i].waits_ms);
		/* Where the provider has renewed after all, it may know these
		 * tokens no longer. */
		assert_int_equal(world.issuer.requests[REQUEST_REVOCATION], 2);
		session_free(session);
		world_free(&world);
	}
}

/* An outside that cannot wait, or no longer wants to. */
static bool does_not_wait(void *self, int64_t until_ms)
{
	(void)self;
	(void)until_ms;
	return false;
}

static void test_finish_without_a_wait(void **state)
{
	struct driver_ops hasty;
	struct world world;
	struct session *session;
	struct client *client;

	(void)state;
	world_init(&world);
	world_store(&world, OURS, 3600);
	session = session_new(&world.issuer.provider, 1);
	session_without_profile(session);
	session_in_memory(session);
	client = resume(&world, session);
	hasty = *client->driver.ops;
	hasty.wait = does_not_wait;
	client->driver.ops = &hasty;
	driver_finish(&client->driver);
	assert_int_equal(world.issuer.revoked, 1);
	session_free(session);
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_actions),
		cmocka_unit_test(test_sending),
		cmocka_unit_test(test_tick),
		cmocka_unit_test(test_code),
		cmocka_unit_test(test_document),
		cmocka_unit_test(test_finish_refresh),
		cmocka_unit_test(test_finish_unsaved),
		cmocka_unit_test(test_finish_refresh_in_memory),
		cmocka_unit_test(test_finish_without_a_wait),
	};

	return cmocka_run_group_tests_name("driver", tests, NULL, NULL);
}
