/* SPDX-License-Identifier: MIT */
/*
 * machine/discovery: when an issuer is asked again, and what an earlier run has
 * kept. The modelled provider fails a case where Retry-After is not kept.
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
#include "oauth/provider.h"
#include "discovery_fixture.h"
#include "world.h"

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
		struct fixture fixture;

		discovery_fixture_open(&fixture, 0, i);
		fixture.world.issuer.script[REQUEST_DISCOVERY] = cases[i].word;
		discovery_fixture_start(&fixture);
		for (size_t round = 0; round < 8; round++) {
			int64_t least_ms = cases[i].least_s[round] * 1000;
			int64_t wait_ms;

			discovery_fixture_reach(&fixture,
						DISCOVERY_BACKING_OFF);
			assert_non_null(
				discovery_oauth_failure(fixture.discovery));
			wait_ms = discovery_deadline(fixture.discovery) -
				  fixture.world.now_ms;
			assert_in_range(wait_ms, least_ms, least_ms * 3 / 2);
			discovery_fixture_reach(&fixture, DISCOVERY_REQUESTING);
		}
		fixture.world.issuer.script[REQUEST_DISCOVERY] = "rules";
		fixture.world.issuer.documents[0] = GOOD;
		discovery_fixture_finish(&fixture);
		assert_int_equal(discovery_state(fixture.discovery),
				 DISCOVERY_DONE);
		discovery_fixture_close(&fixture);
	}
}

/* A round that went well lets the next ones fail as often as before. */
static void test_patience(void **state)
{
	struct fixture fixture;

	(void)state;
	discovery_fixture_open(&fixture, 3, 1);
	fixture.world.issuer.documents[0] = GOOD;
	for (int i = 0; i < 3; i++) {
		fixture.world.issuer.script[REQUEST_DISCOVERY] =
			"connect*2 rules";
		fixture.world.issuer.used[REQUEST_DISCOVERY] = 0;
		discovery_fixture_start(&fixture);
		discovery_fixture_finish(&fixture);
		assert_int_equal(discovery_state(fixture.discovery),
				 DISCOVERY_DONE);
	}
	discovery_fixture_close(&fixture);
}

static void assert_recorded(const struct fixture *fixture, const char *document)
{
	char *record = discovery_record(fixture->discovery);

	assert_non_null(record);
	assert_non_null(strstr(record, document));
	free(record);
}

/* Endpoints move, and the issuer is asked once more. */
static void test_again(void **state)
{
	static const char moved[] =
		"{" ISSUER "," DEVICE
		",\"token_endpoint\":\"https://elsewhere.example/token\"}";
	const struct provider *provider;
	struct fixture fixture;

	(void)state;
	discovery_fixture_open(&fixture, 1, 1);
	provider = &fixture.world.issuer.provider;
	fixture.world.issuer.documents[0] = GOOD;
	discovery_fixture_start(&fixture);
	discovery_fixture_finish(&fixture);
	assert_recorded(&fixture, GOOD);
	assert_string_equal(provider->token_endpoint,
			    "https://id.example/new/token");
	assert_string_equal(provider->device_token_endpoint,
			    "https://id.example/new/token");

	/* An issuer that cannot be reached takes nothing away. */
	fixture.world.issuer.script[REQUEST_DISCOVERY] = "connect";
	discovery_fixture_start(&fixture);
	discovery_fixture_finish(&fixture);
	assert_int_equal(discovery_state(fixture.discovery), DISCOVERY_FAILED);
	assert_true(provider_is_complete(provider));
	assert_string_equal(provider->token_endpoint,
			    "https://id.example/new/token");
	assert_recorded(&fixture, GOOD);

	fixture.world.issuer.script[REQUEST_DISCOVERY] = NULL;
	fixture.world.issuer.documents[0] = moved;
	discovery_fixture_start(&fixture);
	discovery_fixture_finish(&fixture);
	assert_int_equal(discovery_state(fixture.discovery), DISCOVERY_DONE);
	assert_null(discovery_oauth_failure(fixture.discovery));
	assert_string_equal(provider->token_endpoint,
			    "https://elsewhere.example/token");
	assert_string_equal(provider->device_token_endpoint,
			    "https://elsewhere.example/token");
	assert_recorded(&fixture, moved);
	discovery_fixture_close(&fixture);
}

/* A person gives up, or asks again without waiting. */
static void test_persons(void **state)
{
	static const struct {
		const char *script;
		enum discovery_state state;
	} cases[] = {
		{"rules", DISCOVERY_REQUESTING},
		{"connect rules", DISCOVERY_BACKING_OFF},
		{"rules", DISCOVERY_DONE},
		{"html", DISCOVERY_FAILED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool under_way = cases[i].state == DISCOVERY_REQUESTING;
		struct fixture fixture;

		discovery_fixture_open(&fixture, 0, i);
		fixture.world.issuer.script[REQUEST_DISCOVERY] =
			cases[i].script;
		fixture.world.issuer.documents[0] = GOOD;
		discovery_fixture_start(&fixture);
		discovery_fixture_reach(&fixture, cases[i].state);
		world_post(&fixture.world, fixture.client, EVENT_CANCEL);
		assert_int_equal(discovery_state(fixture.discovery),
				 DISCOVERY_IDLE);
		assert_int_equal(fixture.client->drops, under_way);
		assert_false(world_turn(&fixture.world,
					fixture.world.now_ms + HOUR_MS));

		discovery_fixture_start(&fixture);
		assert_int_equal(discovery_state(fixture.discovery),
				 DISCOVERY_REQUESTING);
		fixture.world.issuer.script[REQUEST_DISCOVERY] = "rules";
		discovery_fixture_start(&fixture);
		discovery_fixture_finish(&fixture);
		assert_int_equal(discovery_state(fixture.discovery),
				 DISCOVERY_DONE);
		discovery_fixture_close(&fixture);
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
		{"{\"fetched_at\":%lld,\"document\":{" ISSUER "," DEVICE
		 "," TOKEN ",\"token_endpoint\":\"https://id.example/b\"}}",
		 NULL, 60, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture before, after;
		struct provider *provider = &after.world.issuer.provider;
		struct event event;
		char record[2048];
		char *kept;

		discovery_fixture_open(&before, 1, i);
		before.world.issuer.documents[0] = GOOD;
		assert_null(discovery_record(before.discovery));
		discovery_fixture_start(&before);
		discovery_fixture_finish(&before);
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

		discovery_fixture_open(&after, 1, i);
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
		discovery_fixture_close(&after);
		discovery_fixture_close(&before);
	}
}

static void test_clock_set(void **state)
{
	static const struct {
		const char *script;
		enum discovery_state then;
	} cases[] = {
		{"tls", DISCOVERY_REQUESTING},
		{"connect", DISCOVERY_BACKING_OFF},
		{"503", DISCOVERY_BACKING_OFF},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;

		discovery_fixture_open(&fixture, 0, i);
		fixture.world.issuer.script[REQUEST_DISCOVERY] =
			cases[i].script;
		world_post(&fixture.world, fixture.client, EVENT_CLOCK);
		assert_int_equal(discovery_state(fixture.discovery),
				 DISCOVERY_IDLE);
		discovery_fixture_start(&fixture);
		discovery_fixture_reach(&fixture, DISCOVERY_BACKING_OFF);
		world_post(&fixture.world, fixture.client, EVENT_CLOCK);
		assert_int_equal(discovery_state(fixture.discovery),
				 cases[i].then);
		discovery_fixture_close(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_backing_off),
		cmocka_unit_test(test_patience),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_persons),
		cmocka_unit_test(test_clock_set),
		cmocka_unit_test(test_recall),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
