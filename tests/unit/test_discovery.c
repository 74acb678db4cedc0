/* SPDX-License-Identifier: MIT */
/*
 * machine/discovery: where an issuer is asked, and what an answer leads to.
 * What a document may say is test_provider_learn's matter.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "machine/discovery.h"
#include "oauth/provider.h"
#include "discovery_fixture.h"
#include "world.h"

#define I "https://i.example"

static void test_needed(void **state)
{
	static const struct {
		const char *issuer, *device, *authorization, *token;
		const char *userinfo, *revocation, *jwks, *scope;
		bool code_grant;
		bool needed;
	} cases[] = {
		{I, NULL, NULL, NULL, "u", "r", "k", "", false, true},
		{I, "d", NULL, NULL, "u", "r", "k", "", false, true},
		{I, NULL, "a", "t", "u", "r", "k", "", false, true},
		{I, "d", NULL, "t", "u", "r", "k", "", false, false},
		{I, "d", NULL, "t", "u", "r", "k", "", true, true},
		{I, NULL, "a", "t", "u", "r", "k", "", true, false},
		/* What is used where it is there. */
		{I, "d", NULL, "t", NULL, "r", "k", "", false, true},
		{I, "d", NULL, "t", "u", NULL, "k", "", false, true},
		{I, "d", NULL, "t", "u", "r", NULL, "openid", false, true},
		{I, "d", NULL, "t", "u", "r", NULL, "profile", false, false},
		{I, NULL, "a", "t", "u", NULL, "k", "", true, true},
		/* Nobody to ask. */
		{"", NULL, NULL, NULL, NULL, NULL, NULL, "", false, false},
		{"", "d", NULL, "t", NULL, NULL, NULL, "openid", false, false},
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
			.userinfo_endpoint = xstrdup(cases[i].userinfo),
			.revocation_endpoint = xstrdup(cases[i].revocation),
			.jwks_uri = xstrdup(cases[i].jwks),
			.scope = xstrdup(cases[i].scope),
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
	assert_int_equal(action->request->kind, REQUEST_DISCOVERY);
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
		struct fixture fixture;

		discovery_fixture_open(&fixture, 1, i);
		free(fixture.world.issuer.provider.issuer);
		fixture.world.issuer.provider.issuer = xstrdup(cases[i].issuer);
		discovery = fixture.discovery;
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
		discovery_fixture_close(&fixture);
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
		 "check whether provider.issuer is right"},
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
		 "having problems (status 500)"},
		{"rules 503", NULL, GOOD, 1, DISCOVERY_FAILED, true, 2,
		 "having problems (status 503)"},
		{"503 rules", NULL, NULL, 1, DISCOVERY_FAILED, true, 2,
		 "having problems (status 503)"},
		{"connect", GOOD, NULL, 1, DISCOVERY_FAILED, true, 1,
		 "The network is away."},
		/* A wrong document is wrong, whatever stands elsewhere. */
		{"rules",
		 "{\"issuer\":\"https://id.example/\"," DEVICE "," TOKEN "}",
		 GOOD, 0, DISCOVERY_FAILED, false, 1,
		 "issuer \"https://id.example/\""},
		{"rules", "{" DEVICE "," TOKEN "}", GOOD, 0, DISCOVERY_FAILED,
		 false, 1, "names no issuer (RFC 8414 section 2)"},
		{"rules", "{" ISSUER "," TOKEN "}", GOOD, 0, DISCOVERY_FAILED,
		 false, 1, "publishes no device_authorization_endpoint"},
		{"500 rules", NULL, "{" ISSUER "," TOKEN "}", 0,
		 DISCOVERY_FAILED, false, 2,
		 "publishes no device_authorization_endpoint"},
		{"rules", GOOD " ", "[]", 0, DISCOVERY_DONE, false, 1, NULL},
		{"rules", GOOD "{}", "[]", 0, DISCOVERY_FAILED, false, 2,
		 "The discovery document of https://id.example cannot be "
		 "used: there is more text after the value."},
		{"rules", "{" ISSUER "," DEVICE, NULL, 0, DISCOVERY_FAILED,
		 false, 2, "cannot be used: it is damaged, or not JSON."},
		{"rules",
		 "{" ISSUER ",\"issuer\":\"https://other.example\"," DEVICE
		 "," TOKEN "}",
		 NULL, 0, DISCOVERY_FAILED, false, 2,
		 "cannot be used: \"issuer\" appears twice with different "
		 "values."},
		/* Only what this sign-in needs has to be clear. */
		{"rules",
		 "{" ISSUER "," DEVICE "," TOKEN ",\"jwks_uri\":\"https://a\","
		 "\"jwks_uri\":\"https://b\"}",
		 NULL, 0, DISCOVERY_DONE, false, 1, NULL},
		{"rules",
		 "{" ISSUER "," DEVICE "," TOKEN
		 ",\"token_endpoint\":\"https://b\"}",
		 NULL, 0, DISCOVERY_FAILED, false, 1,
		 "cannot be used: \"token_endpoint\" appears twice"},
		/* What would be a form elsewhere is no document. */
		{"rules", "issuer=https%3A%2F%2Fid.example&error=1", GOOD, 0,
		 DISCOVERY_FAILED, false, 1, ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct oauth_failure *failure;
		struct fixture fixture;
		bool done = cases[i].state == DISCOVERY_DONE;
		char *record;

		discovery_fixture_open(&fixture, cases[i].patience, i);
		fixture.world.issuer.script[REQUEST_DISCOVERY] =
			cases[i].script;
		fixture.world.issuer.documents[0] = cases[i].openid;
		fixture.world.issuer.documents[1] = cases[i].rfc8414;
		discovery_fixture_start(&fixture);
		discovery_fixture_finish(&fixture);
		failure = discovery_oauth_failure(fixture.discovery);
		if (discovery_state(fixture.discovery) != cases[i].state ||
		    fixture.world.issuer.requests[REQUEST_DISCOVERY] !=
			    cases[i].asked ||
		    (!done && discovery_is_unreachable(fixture.discovery) !=
				      cases[i].away))
			fail_msg("case %zu: %d after %u: %s", i,
				 discovery_state(fixture.discovery),
				 fixture.world.issuer
					 .requests[REQUEST_DISCOVERY],
				 failure != NULL ? failure->err.text : "");
		assert_int_equal(failure == NULL, done);
		if (!done && strstr(failure->err.text, cases[i].why) == NULL)
			fail_msg("case %zu: %s", i, failure->err.text);
		assert_int_equal(
			provider_is_complete(&fixture.world.issuer.provider),
			done);
		record = discovery_record(fixture.discovery);
		assert_int_equal(record != NULL, done);
		free(record);
		discovery_fixture_close(&fixture);
	}
}

/* What the first place and then the second answers. */
static void answer_both(struct discovery *discovery, const int statuses[2],
			const char *const locations[2], const char *target)
{
	struct event event = {.kind = EVENT_START};
	struct action action;

	action_clear(&action);
	discovery_step(discovery, &event, &action);
	for (size_t i = 0; i < 2; i++) {
		const struct reply reply = {
			.status = statuses[i],
			.body = "",
			.type = "text/html",
			.retry_after_s = -1,
			.location = locations[i],
			.target = i == 0 ? target : NULL,
		};

		request_free(action.request);
		action_clear(&action);
		event = (struct event){.kind = EVENT_REPLY, .reply = &reply};
		discovery_step(discovery, &event, &action);
	}
	assert_null(action.request);
	assert_int_equal(discovery_state(discovery), DISCOVERY_FAILED);
}

/* A document that is elsewhere says where, and nothing else that is in the
 * address. */
static void test_redirects(void **state)
{
#define OPENID "/.well-known/openid-configuration"
#define MOVED "Example has moved its discovery document (status 301): "
#define AWAY(host)                                                  \
	"Example redirects to " host " (status 301), which is not " \
	"followed: check whether provider.issuer is right, and "    \
	"whether a captive portal is in between."
	static const struct {
		int statuses[2];
		const char *locations[2];
		const char *sentence;
	} cases[] = {
		{{301, 404},
		 {"https://new.example/realms/one" OPENID "?key=s3cret#s3"},
		 MOVED "set provider.issuer to "
		       "\"https://new.example/realms/one\"."},
		{{301, 404},
		 {"/one" OPENID "/"},
		 MOVED "set provider.issuer to \"https://id.example/one\"."},
		{{404, 301},
		 {NULL,
		  "https://new.example/.well-known/oauth-authorization-server/"
		  "one"},
		 MOVED "set provider.issuer to \"https://new.example/one\"."},
		/* The first place has the say. */
		{{301, 301},
		 {"https://a.example" OPENID, "https://b.example" OPENID},
		 MOVED "set provider.issuer to \"https://a.example\"."},
		/* No advice that would not help, or not be safe. */
		{{301, 404},
		 {"https://id.example" OPENID "?a=b"},
		 AWAY("id.example")},
		{{301, 404},
		 {"http://new.example" OPENID},
		 AWAY("new.example")},
		{{301, 404},
		 {"https://me:s3cret@new.example" OPENID},
		 AWAY("new.example")},
		{{301, 404},
		 {"https://portal.example/s3cret?s3cret"},
		 AWAY("portal.example")},
		{{301, 404}, {"/login?s3cret"}, AWAY("another address")},
		{{301, 404}, {"//new.example" OPENID}, AWAY("another address")},
		{{301, 404}, {"\033[2J"}, AWAY("another address")},
		{{301, 404}, {NULL}, AWAY("another address")},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		discovery_fixture_open(&fixture, 1, i);
		answer_both(fixture.discovery, cases[i].statuses,
			    cases[i].locations, NULL);
		assert_string_equal(
			discovery_oauth_failure(fixture.discovery)->err.text,
			cases[i].sentence);
		discovery_fixture_close(&fixture);
	}
}

/* What a relative address stands for (RFC 3986 section 5) is what counts. */
static void test_relative_redirects(void **state)
{
	static const int statuses[2] = {301, 404};
	static const struct {
		const char *locations[2];
		const char *target;
		const char *sentence;
	} cases[] = {
		{{"//new.example" OPENID},
		 "https://new.example" OPENID,
		 MOVED "set provider.issuer to \"https://new.example\"."},
		{{"../realm" OPENID},
		 "https://id.example/realm" OPENID,
		 MOVED "set provider.issuer to \"https://id.example/realm\"."},
		{{"/login?s3cret"},
		 "https://id.example/login?s3cret",
		 AWAY("id.example")},
		{{"?s3cret#s3cret"},
		 "https://id.example" OPENID "?s3cret#s3cret",
		 AWAY("id.example")},
		{{"ftp://new.example" OPENID},
		 "ftp://new.example" OPENID,
		 AWAY("another address")},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		discovery_fixture_open(&fixture, 1, i);
		answer_both(fixture.discovery, statuses, cases[i].locations,
			    cases[i].target);
		assert_string_equal(
			discovery_oauth_failure(fixture.discovery)->err.text,
			cases[i].sentence);
		discovery_fixture_close(&fixture);
	}
}

/* Events that are not meant for it, and answers that nobody waits for. */
static void test_strays(void **state)
{
	static const enum event_kind kinds[] = {
		EVENT_TICK,	EVENT_REPLY,   EVENT_SIGN_OUT,	EVENT_TOUCHED,
		EVENT_REDIRECT, EVENT_REMOVED, EVENT_LOCKED,	EVENT_BUSY,
		EVENT_SAVED,	EVENT_CLOCK,   EVENT_CUT_SHORT,
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
		struct fixture fixture;
		struct event event;
		struct action action;

		discovery_fixture_open(&fixture, 0, i);
		fixture.world.issuer.script[REQUEST_DISCOVERY] =
			cases[c].script;
		fixture.world.issuer.documents[0] = GOOD;
		if (cases[c].script != NULL)
			discovery_fixture_start(&fixture);
		discovery_fixture_reach(&fixture, cases[c].state);
		event = world_event(&fixture.world, kinds[i % COUNT(kinds)]);
		event.reply = &reply;
		event.text = "";
		action_clear(&action);
		discovery_step(fixture.discovery, &event, &action);
		assert_int_equal(action.kind, ACTION_NONE);
		assert_int_equal(discovery_state(fixture.discovery),
				 cases[c].state);
		discovery_fixture_close(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_needed),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_redirects),
		cmocka_unit_test(test_relative_redirects),
		cmocka_unit_test(test_strays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
