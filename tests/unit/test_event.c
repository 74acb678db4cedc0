/* SPDX-License-Identifier: MIT */
/*
 * machine/event and machine/session_data: back-off and jitter in numbers,
 * notes that do not fit, and that copies are copies.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "machine/event.h"
#include "machine/session_data.h"
#include "machine/states.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_back_off(void **state)
{
	static const struct {
		int failures;
		int64_t base_ms, max_ms, least_ms;
	} cases[] = {
		{0, 2000, 60000, 2000},
		{1, 2000, 60000, 2000},
		{2, 2000, 60000, 4000},
		{3, 2000, 60000, 8000},
		{5, 2000, 60000, 32000},
		{6, 2000, 60000, 60000},
		{7, 2000, 60000, 60000},
		{1000000, 2000, 60000, 60000},
		{INT32_MAX, 1, 60000, 60000},
		{1, 90000, 60000, 60000},
		{9, 1, 1, 1},
		{3, 0, 60000, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t seed = i;

		for (int j = 0; j < 1000; j++) {
			int64_t wait_ms =
				back_off_ms(&seed, cases[i].failures,
					    cases[i].base_ms, cases[i].max_ms);

			if (wait_ms < cases[i].least_ms ||
			    wait_ms > cases[i].least_ms * 3 / 2)
				fail_msg("case %zu: %lld", i,
					 (long long)wait_ms);
		}
	}
}

static void test_jitter(void **state)
{
	uint64_t seed = 0, other = 1;
	int seen[10] = {0}, same = 0;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		int64_t n = jitter_ms(&seed, 10);

		assert_in_range(n, 0, 9);
		seen[n]++;
		same += n == jitter_ms(&other, 10);
	}
	for (size_t i = 0; i < COUNT(seen); i++)
		assert_in_range(seen[i], 800, 1200);
	assert_in_range(same, 800, 1200);
	assert_int_equal(jitter_ms(&seed, 1), 0);
	assert_int_equal(jitter_ms(&seed, 0), 0);
	assert_int_equal(jitter_ms(&seed, -5), 0);
}

static const struct state lamp_rows[] = {
	{"off", LIVENESS_USER, STATE_BIT(1)},
	{"on", LIVENESS_DEADLINE, STATE_BIT(0)},
	{"burning", LIVENESS_REQUEST, 0},
	{"broken", LIVENESS_OVER, 0},
};

static const struct states lamp = {
	.machine = "lamp",
	.rows = lamp_rows,
	.count = COUNT(lamp_rows),
};

static void test_states(void **state)
{
	static const struct {
		unsigned state;
		enum liveness without, with; /* a deadline */
	} cases[] = {
		{0, LIVENESS_USER, LIVENESS_DEADLINE},
		{1, LIVENESS_HUNG, LIVENESS_DEADLINE},
		{2, LIVENESS_REQUEST, LIVENESS_HUNG},
		{3, LIVENESS_OVER, LIVENESS_HUNG},
	};

	(void)state;
	assert_string_equal(states_name(&lamp, 1), "on");
	assert_true(states_allow(&lamp, 0, 1));
	assert_true(states_allow(&lamp, 1, 0));
	assert_false(states_allow(&lamp, 0, 0));
	assert_false(states_allow(&lamp, 0, 2));
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(
			states_liveness(&lamp, cases[i].state, NEVER_MS),
			cases[i].without);
		assert_int_equal(states_liveness(&lamp, cases[i].state, 5),
				 cases[i].with);
	}
}

static void test_action(void **state)
{
	struct action action;
	char text[2 * sizeof(action.note)];

	(void)state;
	memset(&action, 0xff, sizeof(action));
	action_clear(&action);
	assert_int_equal(action.kind, ACTION_NONE);
	assert_int_equal(action.level, LEVEL_INFO);
	assert_null(action.request);
	assert_string_equal(action.note, "");
	assert_int_equal(action.move_count, 0);
	action_moves(&action, text, sizeof(text));
	assert_string_equal(text, "");

	action_note(&action, LEVEL_WARN, "%d of %s", 3, "four");
	assert_int_equal(action.level, LEVEL_WARN);
	assert_string_equal(action.note, "3 of four");
	action_moved(&action, &lamp, 0, 1);
	action_moved(&action, &lamp, 1, 1); /* no change */
	action_moves(&action, text, sizeof(text));
	assert_string_equal(text, "lamp: off -> on");
	action_ignored(&action, &lamp, 1, EVENT_START);
	action_moves(&action, text, sizeof(text));
	assert_string_equal(text, "lamp: off -> on; lamp: start ignored in on");

	/* What does not fit is cut off, however often. */
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	action_note(&action, LEVEL_ERROR, "%s", text);
	assert_int_equal(strlen(action.note), sizeof(action.note) - 1);
	for (int i = 0; i < 2 * ACTION_MOVES_MAX; i++)
		action_moved(&action, &lamp, 0, 1);
	assert_int_equal(action.move_count, ACTION_MOVES_MAX);
	action_moves(&action, text, 20);
	assert_string_equal(text, "lamp: off -> on; la");
}

static void test_request_free(void **state)
{
	struct request *request = xcalloc(1, sizeof(*request));

	(void)state;
	request_free(NULL);
	request->url = xstrdup("https://id.example/token");
	request->body = xstrdup("refresh_token=r");
	request->authorization = xstrdup("Basic eA==");
	request_free(request); /* the leak checker has the say here */
}

static void test_session_profile(void **state)
{
	static const char text[] = "{\"sub\":\"7\",\"a\":1,\"a\":2}";
	struct session_data a = {0}, b = {0};
	struct json *profile = json_parse_all(text, strlen(text), NULL);

	(void)state;
	session_data_set_profile(&a, profile);
	assert_string_equal(a.profile, text);
	assert_ptr_equal(session_data_profile(&a), profile);
	session_data_copy(&b, &a);
	session_data_set_profile(&a, NULL);
	assert_null(a.profile);
	assert_null(session_data_profile(&a));

	assert_string_equal(b.profile, text);
	assert_null(b.parsed);
	assert_string_equal(json_get_text(session_data_profile(&b), "sub"),
			    "7");
	assert_ptr_equal(session_data_profile(&b), b.parsed);
	session_data_free(&b);
}

static void test_session_data(void **state)
{
	struct session_data a = {0}, b = {0};

	(void)state;
	a.provider = xstrdup("webex");
	a.profile = xstrdup("{}");
	a.tokens.access_token = xstrdup("access");
	a.tokens.refresh_token = xstrdup("refresh");
	a.tokens.token_type = xstrdup("Bearer");
	a.tokens.scope = xstrdup("profile");
	a.tokens.expires_in_s = 5;
	a.expires_at = 7;
	a.refresh_expires_at = 9;
	a.refreshing = true;
	b.provider = xstrdup("replaced");
	b.tokens.scope = xstrdup("replaced");
	session_data_copy(&b, &a);
	session_data_free(&a);
	assert_null(a.provider);
	assert_null(a.tokens.access_token);
	assert_int_equal(a.expires_at, 0);
	assert_false(a.refreshing);

	assert_string_equal(b.provider, "webex");
	assert_string_equal(b.profile, "{}");
	assert_string_equal(b.tokens.access_token, "access");
	assert_string_equal(b.tokens.refresh_token, "refresh");
	assert_string_equal(b.tokens.token_type, "Bearer");
	assert_string_equal(b.tokens.scope, "profile");
	assert_int_equal(b.tokens.expires_in_s, 5);
	assert_int_equal(b.expires_at, 7);
	assert_int_equal(b.refresh_expires_at, 9);
	assert_true(b.refreshing);

	/* What is missing stays missing, and a copy onto itself is no loss. */
	secret_free(b.tokens.refresh_token);
	b.tokens.refresh_token = NULL;
	session_data_copy(&a, &b);
	session_data_copy(&a, &a);
	assert_null(a.tokens.refresh_token);
	assert_string_equal(a.tokens.access_token, "access");
	session_data_free(&a);
	session_data_free(&b);
	session_data_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_back_off),
		cmocka_unit_test(test_jitter),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_action),
		cmocka_unit_test(test_request_free),
		cmocka_unit_test(test_session_profile),
		cmocka_unit_test(test_session_data),
	};

	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
