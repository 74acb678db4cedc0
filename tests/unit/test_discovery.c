/* SPDX-License-Identifier: MIT */
/*
 * core/discovery: where an issuer is asked, what an answer leads to, and when
 * it is asked again. The modelled provider fails a case where Retry-After is
 * not kept; what a document may say is test_provider's matter.
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
#include "core/discovery.h"
#include "core/oauth.h"
#include "core/provider.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HOUR_MS (60 * INT64_C(60000))

#define ISSUER "\"issuer\":\"https://id.example\""
#define DEVICE \
	"\"device_authorization_endpoint\":\"https://id.example/new/device\""
#define TOKEN "\"token_endpoint\":\"https://id.example/new/token\""
#define GOOD "{" ISSUER "," DEVICE "," TOKEN "}"

struct scene {
	struct world world;
	struct discovery *discovery;
	struct client *client;
};

static void forget(char **field)
{
	free(*field);
	*field = NULL;
}

/* A provider of whom only the issuer is known. */
static void open_scene(struct scene *scene, int patience, uint64_t seed)
{
	struct provider *provider = &scene->world.issuer.provider;

	world_init(&scene->world);
	forget(&provider->device_authorization_endpoint);
	forget(&provider->device_token_endpoint);
	forget(&provider->token_endpoint);
	forget(&provider->userinfo_endpoint);
	forget(&provider->revocation_endpoint);
	forget(&provider->authorization_endpoint);
	scene->discovery = discovery_new(provider, patience, seed);
	scene->client = world_add_discovery(&scene->world, scene->discovery);
}

static void close_scene(struct scene *scene)
{
	discovery_free(scene->discovery);
	world_free(&scene->world);
}

static void start(struct scene *scene)
{
	world_post(&scene->world, scene->client, EVENT_START);
}

static bool is_over(const struct scene *scene)
{
	switch (discovery_state(scene->discovery)) {
	case DISCOVERY_DONE:
	case DISCOVERY_FAILED:
		return true;
	case DISCOVERY_IDLE:
	case DISCOVERY_ASKING:
	case DISCOVERY_BACKING_OFF:
		break;
	}
	return false;
}

static void finish(struct scene *scene)
{
	int64_t until_ms = scene->world.now_ms + HOUR_MS;

	while (!is_over(scene) && world_turn(&scene->world, until_ms))
		continue;
	assert_true(is_over(scene));
	assert_true(discovery_deadline(scene->discovery) == NEVER_MS);
}

static void reach(struct scene *scene, enum discovery_state state)
{
	int64_t until_ms = scene->world.now_ms + HOUR_MS;

	while (discovery_state(scene->discovery) != state &&
	       world_turn(&scene->world, until_ms))
		continue;
	assert_int_equal(discovery_state(scene->discovery), state);
}

static void test_needed(void **state)
{
	static const struct {
		const char *issuer, *device, *authorization, *token;
		bool code_grant;
		bool needed;
	} cases[] = {
		{"https://i.example", NULL, NULL, NULL, false, true},
		{"https://i.example", "d", NULL, NULL, false, true},
		{"https://i.example", NULL, "a", "t", false, true},
		{"https://i.example", "d", NULL, "t", false, false},
		{"https://i.example", "d", NULL, "t", true, true},
		{"https://i.example", NULL, "a", "t", true, false},
		/* Nobody to ask. */
		{"", NULL, NULL, NULL, false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct provider provider = {
			.issuer = xstrdup(cases[i].issuer),
			.device_authorization_endpoint =
				xstrdup(cases[i].device),
			.authorization_endpoint =
				xstrdup(cases[i].authorization),
			.token_endpoint = xstrdup(cases[i].token),
			.code_grant = cases[i].code_grant,
		};

		if (discovery_is_needed(&provider) != cases[i].needed)
			fail_msg("case %zu", i);
		provider_free(&provider);
	}
}

/* Takes the request out of an action. */
static void check_request(struct action *action, const char *url, bool fresh)
{
	assert_int_equal(action->kind, ACTION_SEND);
	assert_string_equal(action->request->url, url);
	assert_string_equal(action->request->purpose, "discovery");
	assert_null(action->request->body);
	assert_null(action->request->authorization);
	assert_int_equal(action->request->fresh, fresh);
	request_free(action->request);
}

static void test_places(void **state)
{
	static const struct {
		const char *issuer, *first, *second;
	} cases[] = {
		{"https://id.example",
		 "https://id.example/.well-known/openid-configuration",
		 "https://id.example/.well-known/oauth-authorization-server"},
		{"https://id.example/",
		 "https://id.example/.well-known/openid-configuration",
		 "https://id.example/.well-known/oauth-authorization-server"},
		{"https://id.example:8443",
		 "https://id.example:8443/.well-known/openid-configuration",
		 "https://id.example:8443/.well-known/"
		 "oauth-authorization-server"},
		{"https://id.example/realms/one",
		 "https://id.example/realms/one/.well-known/"
		 "openid-configuration",
		 "https://id.example/.well-known/oauth-authorization-server/"
		 "realms/one"},
		{"https://id.example/one/",
		 "https://id.example/one/.well-known/openid-configuration",
		 "https://id.example/.well-known/oauth-authorization-server/"
		 "one"},
		{"http://[::1]:8628/one",
		 "http://[::1]:8628/one/.well-known/openid-configuration",
		 "http://[::1]:8628/.well-known/oauth-authorization-server/"
		 "one"},
	};
	const struct reply nothing = {
		.net = NET_OK,
		.status = 404,
		.body = "",
		.type = "",
		.what = "",
		.retry_after_s = -1,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct event event = {.kind = EVENT_START};
		struct discovery *discovery;
		struct action action;
		struct scene scene;

		open_scene(&scene, 1, i);
		free(scene.world.issuer.provider.issuer);
		scene.world.issuer.provider.issuer = xstrdup(cases[i].issuer);
		discovery = scene.discovery;
		action_clear(&action);
		discovery_step(discovery, &event, &action);
		check_request(&action, cases[i].first, false);
		event.kind = EVENT_REPLY;
		event.reply = &nothing;
		action_clear(&action);
		discovery_step(discovery, &event, &action);
		check_request(&action, cases[i].second, false);
		action_clear(&action);
		discovery_step(discovery, &event, &action);
		assert_int_equal(action.kind, ACTION_NONE);
		assert_int_equal(discovery_state(discovery), DISCOVERY_FAILED);
		close_scene(&scene);
	}
}

static void test_ends(void **state)
{
	static const struct {
		const char *script;
		const char *openid, *rfc8414;
		int patience;
		enum discovery_state state;
		bool away;
		unsigned asked;
		const char *why; /* part of the sentence */
	} cases[] = {
		{"rules", GOOD, NULL, 0, DISCOVERY_DONE, false, 1, NULL},
		{"rules", NULL, GOOD, 0, DISCOVERY_DONE, false, 2, NULL},
		{"rules", GOOD, "{}", 0, DISCOVERY_DONE, false, 1, NULL},
		{"forbidden rules", NULL, GOOD, 0, DISCOVERY_DONE, false, 2,
		 NULL},
		{"500 rules", NULL, GOOD, 0, DISCOVERY_DONE, false, 2, NULL},
		{"html rules", NULL, GOOD, 0, DISCOVERY_DONE, false, 2, NULL},
		{"invalid_client rules", NULL, GOOD, 0, DISCOVERY_DONE, false,
		 2, NULL},
		/* Nothing there: more of the same would not help. */
		{"rules", NULL, NULL, 0, DISCOVERY_FAILED, false, 2,
		 "publishes no discovery document"},
		{"forbidden", NULL, NULL, 0, DISCOVERY_FAILED, false, 2,
		 "status 403"},
		{"refused", NULL, NULL, 0, DISCOVERY_FAILED, false, 2,
		 "is provider.issuer right?"},
		{"pending", NULL, NULL, 0, DISCOVERY_FAILED, false, 2,
		 "publishes no discovery document"},
		{"html", NULL, NULL, 0, DISCOVERY_FAILED, false, 2,
		 "text/html"},
		{"empty", NULL, NULL, 0, DISCOVERY_FAILED, false, 2,
		 "publishes no discovery document"},
		/* Nobody there, for now. */
		{"connect rules", GOOD, NULL, 0, DISCOVERY_DONE, false, 2,
		 NULL},
		{"resolve timeout tls*3 rules", GOOD, NULL, 0, DISCOVERY_DONE,
		 false, 6, NULL},
		{"502*6 rules", GOOD, NULL, 0, DISCOVERY_DONE, false, 7, NULL},
		{"429:90 rules", GOOD, NULL, 3, DISCOVERY_DONE, false, 2, NULL},
		/* The status counts, and not the word beside it. */
		{"slow_429 rules", GOOD, NULL, 3, DISCOVERY_DONE, false, 2,
		 NULL},
		{"rules 429:600 rules", NULL, GOOD, 3, DISCOVERY_DONE, false, 4,
		 NULL},
		{"connect*2 rules", GOOD, NULL, 3, DISCOVERY_DONE, false, 3,
		 NULL},
		{"connect", GOOD, NULL, 3, DISCOVERY_FAILED, true, 3,
		 "The network is away."},
		{"500", GOOD, NULL, 3, DISCOVERY_FAILED, true, 6,
		 "in difficulties (status 500)"},
		{"rules 503", NULL, GOOD, 1, DISCOVERY_FAILED, true, 2,
		 "in difficulties (status 503)"},
		{"503 rules", NULL, NULL, 1, DISCOVERY_FAILED, true, 2,
		 "in difficulties (status 503)"},
		{"connect", GOOD, NULL, 1, DISCOVERY_FAILED, true, 1,
		 "The network is away."},
		/* A wrong document is wrong, whatever stands elsewhere. */
		{"rules",
		 "{\"issuer\":\"https://id.example/\"," DEVICE "," TOKEN "}",
		 GOOD, 0, DISCOVERY_FAILED, false, 1,
		 "issuer \"https://id.example/\""},
		{"rules", "{" DEVICE "," TOKEN "}", GOOD, 0, DISCOVERY_FAILED,
		 false, 1, "provider.issuer must be exactly that"},
		{"rules", "{" ISSUER "," TOKEN "}", GOOD, 0, DISCOVERY_FAILED,
		 false, 1, "publishes no device_authorization_endpoint"},
		{"500 rules", NULL, "{" ISSUER "," TOKEN "}", 0,
		 DISCOVERY_FAILED, false, 2,
		 "publishes no device_authorization_endpoint"},
		{"rules", GOOD " ", "[]", 0, DISCOVERY_DONE, false, 1, NULL},
		{"rules", GOOD "{}", "[]", 0, DISCOVERY_FAILED, false, 2,
		 "publishes no discovery document"},
		/* What would be a form elsewhere is no document. */
		{"rules", "issuer=https%3A%2F%2Fid.example&error=1", GOOD, 0,
		 DISCOVERY_FAILED, false, 1, ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct refusal *refusal;
		struct scene scene;
		bool done = cases[i].state == DISCOVERY_DONE;

		open_scene(&scene, cases[i].patience, i);
		scene.world.issuer.script[DISCOVER] = cases[i].script;
		scene.world.issuer.documents[0] = cases[i].openid;
		scene.world.issuer.documents[1] = cases[i].rfc8414;
		start(&scene);
		finish(&scene);
		refusal = discovery_refusal(scene.discovery);
		if (discovery_state(scene.discovery) != cases[i].state ||
		    scene.world.issuer.requests[DISCOVER] != cases[i].asked ||
		    (!done &&
		     discovery_is_away(scene.discovery) != cases[i].away))
			fail_msg("case %zu: %d after %u: %s", i,
				 discovery_state(scene.discovery),
				 scene.world.issuer.requests[DISCOVER],
				 refusal != NULL ? refusal->err.text : "");
		assert_int_equal(refusal == NULL, done);
		if (!done && strstr(refusal->err.text, cases[i].why) == NULL)
			fail_msg("case %zu: %s", i, refusal->err.text);
		assert_int_equal(
			provider_is_complete(&scene.world.issuer.provider),
			done);
		assert_int_equal(discovery_document(scene.discovery) != NULL,
				 done);
		close_scene(&scene);
	}
}

/* Rounds come ever more seldom, and never stop. */
static void test_backing_off(void **state)
{
	static const struct {
		const char *word;
		int64_t latency_ms; /* of a round */
		int64_t least_s[8];
	} cases[] = {
		{"connect", 100, {2, 4, 8, 16, 32, 60, 60, 60}},
		{"500", 200, {2, 4, 8, 16, 32, 60, 60, 60}},
		{"429:90", 200, {90, 90, 90, 90, 90, 90, 90, 90}},
		{"503:30", 200, {30, 30, 30, 30, 32, 60, 60, 60}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		open_scene(&scene, 0, i);
		scene.world.issuer.script[DISCOVER] = cases[i].word;
		start(&scene);
		for (size_t round = 0; round < 8; round++) {
			int64_t least_ms = cases[i].least_s[round] * 1000;
			int64_t wait_ms;

			reach(&scene, DISCOVERY_BACKING_OFF);
			assert_non_null(discovery_refusal(scene.discovery));
			wait_ms = discovery_deadline(scene.discovery) -
				  scene.world.now_ms;
			assert_in_range(wait_ms, least_ms, least_ms * 3 / 2);
			reach(&scene, DISCOVERY_ASKING);
		}
		scene.world.issuer.script[DISCOVER] = "rules";
		scene.world.issuer.documents[0] = GOOD;
		finish(&scene);
		assert_int_equal(discovery_state(scene.discovery),
				 DISCOVERY_DONE);
		close_scene(&scene);
	}
}

/* A round that went well lets the next ones fail as often as before. */
static void test_patience(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 3, 1);
	scene.world.issuer.documents[0] = GOOD;
	for (int i = 0; i < 3; i++) {
		scene.world.issuer.script[DISCOVER] = "connect*2 rules";
		scene.world.issuer.used[DISCOVER] = 0;
		start(&scene);
		finish(&scene);
		assert_int_equal(discovery_state(scene.discovery),
				 DISCOVERY_DONE);
	}
	close_scene(&scene);
}

/* Endpoints move, and the issuer is asked once more. */
static void test_again(void **state)
{
	static const char moved[] =
		"{" ISSUER "," DEVICE
		",\"token_endpoint\":\"https://elsewhere.example/token\"}";
	const struct provider *provider;
	struct scene scene;

	(void)state;
	open_scene(&scene, 1, 1);
	provider = &scene.world.issuer.provider;
	scene.world.issuer.documents[0] = GOOD;
	start(&scene);
	finish(&scene);
	assert_string_equal(discovery_document(scene.discovery), GOOD);
	assert_string_equal(provider->token_endpoint,
			    "https://id.example/new/token");
	assert_string_equal(provider->device_token_endpoint,
			    "https://id.example/new/token");

	/* An issuer that cannot be reached takes nothing away. */
	scene.world.issuer.script[DISCOVER] = "connect";
	start(&scene);
	finish(&scene);
	assert_int_equal(discovery_state(scene.discovery), DISCOVERY_FAILED);
	assert_true(provider_is_complete(provider));
	assert_string_equal(provider->token_endpoint,
			    "https://id.example/new/token");
	assert_string_equal(discovery_document(scene.discovery), GOOD);

	scene.world.issuer.script[DISCOVER] = NULL;
	scene.world.issuer.documents[0] = moved;
	start(&scene);
	finish(&scene);
	assert_int_equal(discovery_state(scene.discovery), DISCOVERY_DONE);
	assert_null(discovery_refusal(scene.discovery));
	assert_string_equal(provider->token_endpoint,
			    "https://elsewhere.example/token");
	assert_string_equal(provider->device_token_endpoint,
			    "https://elsewhere.example/token");
	assert_string_equal(discovery_document(scene.discovery), moved);
	close_scene(&scene);
}

/* A person gives up, or asks again without waiting. */
static void test_persons(void **state)
{
	static const struct {
		const char *script;
		enum discovery_state state;
	} cases[] = {
		{"rules", DISCOVERY_ASKING},
		{"connect rules", DISCOVERY_BACKING_OFF},
		{"rules", DISCOVERY_DONE},
		{"html", DISCOVERY_FAILED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool under_way = cases[i].state == DISCOVERY_ASKING;
		struct scene scene;

		open_scene(&scene, 0, i);
		scene.world.issuer.script[DISCOVER] = cases[i].script;
		scene.world.issuer.documents[0] = GOOD;
		start(&scene);
		reach(&scene, cases[i].state);
		world_post(&scene.world, scene.client, EVENT_CANCEL);
		assert_int_equal(discovery_state(scene.discovery),
				 DISCOVERY_IDLE);
		assert_int_equal(scene.client->drops, under_way);
		assert_false(
			world_turn(&scene.world, scene.world.now_ms + HOUR_MS));

		start(&scene);
		assert_int_equal(discovery_state(scene.discovery),
				 DISCOVERY_ASKING);
		scene.world.issuer.script[DISCOVER] = "rules";
		start(&scene);
		finish(&scene);
		assert_int_equal(discovery_state(scene.discovery),
				 DISCOVERY_DONE);
		close_scene(&scene);
	}
}

/* Events that are not meant for it, and answers that nobody waits for. */
static void test_strays(void **state)
{
	static const enum event_kind kinds[] = {
		EVENT_TICK,    EVENT_REPLY,    EVENT_SIGN_OUT,
		EVENT_TOUCHED, EVENT_REDIRECT, EVENT_LOCKED,
		EVENT_BUSY,    EVENT_SAVED,    EVENT_CLOCK,
	};
	static const struct {
		const char *script; /* NULL: not begun */
		enum discovery_state state;
	} cases[] = {
		{NULL, DISCOVERY_IDLE},
		{"connect rules", DISCOVERY_BACKING_OFF},
		{"rules", DISCOVERY_DONE},
		{"html", DISCOVERY_FAILED},
	};
	const struct reply reply = {
		.net = NET_OK,
		.status = 200,
		.body = GOOD,
		.body_len = sizeof(GOOD) - 1,
		.type = "application/json",
		.retry_after_s = -1,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases) * COUNT(kinds); i++) {
		size_t c = i / COUNT(kinds);
		struct scene scene;
		struct event event;
		struct action action;

		open_scene(&scene, 0, i);
		scene.world.issuer.script[DISCOVER] = cases[c].script;
		scene.world.issuer.documents[0] = GOOD;
		if (cases[c].script != NULL)
			start(&scene);
		reach(&scene, cases[c].state);
		event = world_event(&scene.world, kinds[i % COUNT(kinds)]);
		event.reply = &reply;
		event.text = "";
		action_clear(&action);
		discovery_step(scene.discovery, &event, &action);
		assert_int_equal(action.kind, ACTION_NONE);
		assert_int_equal(discovery_state(scene.discovery),
				 cases[c].state);
		close_scene(&scene);
	}
}

/* The format with that number in place of its "%lld". */
static void with_number(char *dst, size_t size, const char *format,
			int64_t number)
{
	const char *place = strstr(format, "%lld");
	int len = place != NULL ? (int)(place - format) : (int)strlen(format);

	(void)snprintf(dst, size, "%.*s", len, format);
	if (place != NULL)
		(void)snprintf(dst + len, size - (size_t)len, "%lld%s",
			       (long long)number, place + strlen("%lld"));
}

/* What an earlier run has kept is good for a day, and never believed more than
 * the issuer itself would be. */
static void test_recall(void **state)
{
	static const int64_t day_s = DISCOVERY_GOOD_FOR_S;
	static const struct {
		const char *format; /* NULL: what discovery_record() gives */
		const char *device; /* what the configuration names */
		int64_t age_s;
		bool good;
	} cases[] = {
		{NULL, NULL, 0, true},
		{NULL, NULL, day_s - 1, true},
		{NULL, "https://id.example/mine", 60, true},
		{NULL, NULL, day_s, false},
		{NULL, NULL, 365 * day_s, false},
		/* The clock was set back, or had not been set yet. */
		{NULL, NULL, -1, false},
		{NULL, NULL, -365 * day_s, false},
		{"{\"fetched_at\":%lld,\"document\":" GOOD "}", NULL, 60, true},
		{"{\"fetched_at\":%lld,\"document\":" GOOD "}x", NULL, 60,
		 false},
		{"{\"fetched_at\":%lld,\"document\":" GOOD, NULL, 60, false},
		{"{\"fetched_at\":\"soon\",\"document\":" GOOD "}", NULL, 0,
		 false},
		{"{\"fetched_at\":%lld,\"document\":[]}", NULL, 60, false},
		{"{\"fetched_at\":%lld}", NULL, 60, false},
		{"{\"document\":" GOOD "}", NULL, 0, false},
		{GOOD, NULL, 0, false},
		{"", NULL, 0, false},
		/* Another issuer's, and one that nobody should follow. */
		{"{\"fetched_at\":%lld,\"document\":{\"issuer\":"
		 "\"https://other.example\"," DEVICE "," TOKEN "}}",
		 NULL, 60, false},
		{"{\"fetched_at\":%lld,\"document\":{" ISSUER "," DEVICE
		 ",\"token_endpoint\":\"http://id.example/token\"}}",
		 NULL, 60, false},
		{"{\"fetched_at\":%lld,\"document\":{" ISSUER "," TOKEN "}}",
		 NULL, 60, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene before, after;
		struct provider *provider = &after.world.issuer.provider;
		struct event event;
		char record[2048];
		char *kept;

		open_scene(&before, 1, i);
		before.world.issuer.documents[0] = GOOD;
		assert_null(discovery_record(before.discovery));
		start(&before);
		finish(&before);
		assert_int_equal(discovery_fetches(before.discovery), 1);
		event = world_event(&before.world, EVENT_TICK);
		kept = discovery_record(before.discovery);
		(void)snprintf(record, sizeof(record), "%s", kept);
		free(kept);
		if (cases[i].format != NULL)
			with_number(record, sizeof(record), cases[i].format,
				    event.wall_s - cases[i].age_s);
		else
			event.wall_s += cases[i].age_s;

		open_scene(&after, 1, i);
		provider->device_authorization_endpoint =
			xstrdup(cases[i].device);
		if (discovery_recall(after.discovery, record, strlen(record),
				     &event) != cases[i].good)
			fail_msg("case %zu", i);
		assert_int_equal(provider_is_complete(provider), cases[i].good);
		assert_int_equal(discovery_state(after.discovery),
				 cases[i].good ? DISCOVERY_DONE
					       : DISCOVERY_IDLE);
		/* It did not come from the issuer, so is not kept again. */
		assert_int_equal(discovery_fetches(after.discovery), 0);
		if (cases[i].good) {
			int64_t left_ms = (day_s - cases[i].age_s) * 1000;

			assert_string_equal(
				provider->device_authorization_endpoint,
				cases[i].device != NULL
					? cases[i].device
					: "https://id.example/new/device");
			assert_false(discovery_is_stale(
				after.discovery, event.now_ms + left_ms - 1));
			assert_true(discovery_is_stale(after.discovery,
						       event.now_ms + left_ms));
		}
		close_scene(&after);
		close_scene(&before);
	}
}

static void test_clock_set(void **state)
{
	static const struct {
		const char *script;
		enum discovery_state then;
	} cases[] = {
		{"tls", DISCOVERY_ASKING},
		{"connect", DISCOVERY_BACKING_OFF},
		{"503", DISCOVERY_BACKING_OFF},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		open_scene(&scene, 0, i);
		scene.world.issuer.script[DISCOVER] = cases[i].script;
		world_post(&scene.world, scene.client, EVENT_CLOCK);
		assert_int_equal(discovery_state(scene.discovery),
				 DISCOVERY_IDLE);
		start(&scene);
		reach(&scene, DISCOVERY_BACKING_OFF);
		world_post(&scene.world, scene.client, EVENT_CLOCK);
		assert_int_equal(discovery_state(scene.discovery),
				 cases[i].then);
		close_scene(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_needed),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_backing_off),
		cmocka_unit_test(test_patience),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_persons),
		cmocka_unit_test(test_strays),
		cmocka_unit_test(test_clock_set),
		cmocka_unit_test(test_recall),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
