/* SPDX-License-Identifier: MIT */
/*
 * machine/metrics: what is counted in a kiosk's life, and how it is written.
 * Whether Prometheus can read it is the end-to-end tests' matter.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "machine/metrics.h"
#include "machine/visit.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MINUTE_MS INT64_C(60000)

static void assert_value(const struct metrics *metrics, const char *name,
			 long long value)
{
	char line[160];
	struct buf text;

	buf_init(&text, 65536);
	assert_true(metrics_print(metrics, "", false, &text));
	(void)snprintf(line, sizeof(line), "\n%s %lld\n", name, value);
	if (strstr(buf_text(&text), line) == NULL)
		fail_msg("no %s %lld in:\n%s", name, value, buf_text(&text));
	buf_free(&text);
}

/* One line each: how the provider behaves for so long, and what is counted. */
static void test_counts(void **state)
{
	static const struct {
		const char *ask, *poll, *refresh;
		int64_t minutes;
		const char *name;
		long long value;
	} cases[] = {
		{"ok", "pending", NULL, 1, "grantty_codes_total", 1},
		{"ok", "pending*3 ok", NULL, 1, "grantty_polls_total", 4},
		{"ok", "pending*3 ok", NULL, 1, "grantty_sign_ins_total", 1},
		{"ok", "pending*3 ok", NULL, 1, "grantty_signed_in", 1},
		{"ok", "pending", NULL, 1, "grantty_sign_ins_total", 0},
		{"ok", "pending", NULL, 1, "grantty_signed_in", 0},
		{"ok", "pending", NULL, 1,
		 "grantty_last_success_timestamp_seconds", 0},
		{"ok", "denied ok", NULL, 1, "grantty_denials_total", 1},
		{"ok", "denied ok", NULL, 1, "grantty_sign_ins_total", 1},
		{"ok", "expired*2 ok", NULL, 2, "grantty_expiries_total", 2},
		{"ok", "ok", NULL, 56, "grantty_refreshes_total", 1},
		{"ok", "ok", "500", 57, "grantty_refreshes_total", 0},
		{"resolve*2 ok", "ok", NULL, 2,
		 "grantty_errors_total{kind=\"resolve\"}", 2},
		{"ok", "connect ok", NULL, 1,
		 "grantty_errors_total{kind=\"connect\"}", 1},
		{"ok", "timeout ok", NULL, 2,
		 "grantty_errors_total{kind=\"timeout\"}", 1},
		{"ok", "tls ok", NULL, 1, "grantty_errors_total{kind=\"tls\"}",
		 1},
		{"ok", "429 ok", NULL, 1,
		 "grantty_errors_total{kind=\"rate_limited\"}", 1},
		{"ok", "502 503 ok", NULL, 2,
		 "grantty_errors_total{kind=\"server\"}", 2},
		{"invalid_client ok", "ok", NULL, 1,
		 "grantty_errors_total{kind=\"misconfigured\"}", 1},
		{"ok", "refused ok", NULL, 1,
		 "grantty_errors_total{kind=\"refused\"}", 1},
	};
	static const struct visit_policy kiosk = {.once = false};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world world;
		struct client *client;
		struct visit *visit;
		struct action action;
		struct event event;

		world_init(&world);
		world.issuer.script[REQUEST_DEVICE_AUTHORIZATION] =
			cases[i].ask;
		world.issuer.script[REQUEST_POLL] = cases[i].poll;
		world.issuer.script[REQUEST_REFRESH] = cases[i].refresh;
		visit = visit_new(&world.issuer.provider, &kiosk, i);
		client = world_add_visit(&world, visit);
		event = world_event(&world, EVENT_TICK);
		visit_begin(visit, &event, &action);
		world_do(&world, client, &action);
		world_run(&world, world.now_ms + cases[i].minutes * MINUTE_MS);
		assert_value(&client->metrics, cases[i].name, cases[i].value);
		visit_free(visit);
		world_free(&world);
	}
}

/* At the end the counts stand, and nobody is said to be signed in or not. */
static void test_end(void **state)
{
	struct metrics metrics = {.polls = 7, .session = SESSION_LIVE};
	struct buf text;

	(void)state;
	buf_init(&text, 65536);
	assert_value(&metrics, "grantty_signed_in", 1);
	assert_true(metrics_print(&metrics, "", true, &text));
	assert_null(strstr(buf_text(&text), "grantty_signed_in"));
	assert_non_null(strstr(buf_text(&text), "\ngrantty_polls_total 7\n"));
	buf_free(&text);
}

/* Each series of a kiosk says which terminal it is. */
static void test_terminal(void **state)
{
	struct metrics metrics = {.polls = 7};
	struct buf text;
	char *rest;

	(void)state;
	buf_init(&text, 65536);
	assert_true(metrics_print(&metrics, "tty2", false, &text));
	rest = text.data;
	for (char *line; (line = strsep(&rest, "\n")) != NULL;)
		assert_true(line[0] == '#' || line[0] == '\0' ||
			    strstr(line, "{terminal=\"tty2\"") != NULL);
	buf_free(&text);
	assert_true(metrics_print(&metrics, "tty2", false, &text));
	assert_non_null(strstr(buf_text(&text),
			       "\ngrantty_polls_total{terminal=\"tty2\"} 7\n"));
	assert_non_null(strstr(buf_text(&text),
			       "{terminal=\"tty2\",kind=\"server\"} 0\n"));
	buf_free(&text);
}

/* The wall clock at the sign-in, and nothing while nothing happens. */
static void test_last_success(void **state)
{
	static const struct visit_policy policy = {.wait_for_key = true};
	struct world world;
	struct client *client;
	struct visit *visit;
	struct action action;
	struct event event;
	uint64_t changes;
	int64_t at_s;

	(void)state;
	world_init(&world);
	world.issuer.script[REQUEST_POLL] = "ok";
	visit = visit_new(&world.issuer.provider, &policy, 1);
	client = world_add_visit(&world, visit);
	event = world_event(&world, EVENT_TICK);
	visit_begin(visit, &event, &action);
	world_do(&world, client, &action);
	world_run(&world, world.now_ms + 10 * MINUTE_MS);
	assert_int_equal(client->metrics.changes, 0);
	world_post(&world, client, EVENT_START);
	while (visit_stage(visit) != VISIT_PROFILE)
		assert_true(world_turn(&world, NEVER_MS));
	at_s = world_event(&world, EVENT_TICK).wall_s;
	assert_in_range(client->metrics.last_success_s, at_s - 1, at_s);
	changes = client->metrics.changes;
	world_run(&world, world.now_ms + 10 * MINUTE_MS);
	assert_int_equal(client->metrics.changes, changes);
	visit_free(visit);
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_terminal),
		cmocka_unit_test(test_last_success),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
