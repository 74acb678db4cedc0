/* SPDX-License-Identifier: MIT */
/*
 * practice/grants: what becomes of a device code, in virtual time.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "practice/grants.h"

static const struct grant_request plain = {
	.dialect = DIALECT_PLAIN,
	.client_id = "practice",
	.scope = "openid",
	.device = "kiosk",
	.peer = "127.0.0.1",
	.lifetime_ms = 300000,
	.interval_ms = 5000,
	.approve_after_ms = -1,
};

static int set_up(void **state)
{
	*state = grants_new();
	return 0;
}

static int tear_down(void **state)
{
	grants_free(*state);
	return 0;
}

/* A code of each dialect is what clients and people expect of it. */
static void test_codes(void **state)
{
	struct grant_request wanted = plain;
	struct grant *grant = grants_add(*state, &wanted, 0);

	assert_int_equal(strlen(grant->user_code), 9);
	assert_int_equal(strspn(grant->user_code, "BCDFGHJKLMNPQRSTVWXZ"), 4);
	assert_int_equal(grant->user_code[4], '-');
	assert_int_equal(strspn(grant->user_code + 5, "BCDFGHJKLMNPQRSTVWXZ"),
			 4);
	assert_string_equal(grant->link_code, "");

	wanted.dialect = DIALECT_WEBEX;
	grant = grants_add(*state, &wanted, 0);
	assert_int_equal(strlen(grant->user_code), 6);
	assert_int_equal(strspn(grant->user_code, "0123456789"), 6);
	assert_int_equal(strlen(grant->link_code), 64);
	assert_int_equal(strspn(grant->link_code, "0123456789abcdef"), 64);
	assert_int_equal(strlen(grant->device_code), 36);
}

static void test_typed_codes(void **state)
{
	static const struct {
		const char *typed;
		bool found;
	} cases[] = {
		{"BCDF-GHJK", true},
		{"bcdf-ghjk", true},
		{"BCDFGHJK", true},
		{"bcdf ghjk", true},
		{" bcdf--ghjk ", true},
		{"b c d f g h j k", true},
		{"", false},
		{"-", false},
		{"BCDF-GHJ", false},
		{"BCDF-GHJKL", false},
		{"BCDF_GHJK", false},
		{"BCDF-GHJK\n", false},
		{"BCDF-GHJK;", false},
	};
	struct grant *grant = grants_add(*state, &plain, 0);

	memcpy(grant->user_code, "BCDF-GHJK", sizeof "BCDF-GHJK");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct grant *found =
			grants_by_user_code(*state, cases[i].typed, 0);

		if ((found == grant) != cases[i].found)
			fail_msg("\"%s\"", cases[i].typed);
	}
}

static void test_link_code(void **state)
{
	struct grant_request wanted = plain;
	struct grant *grant;
	char link[65];

	wanted.dialect = DIALECT_WEBEX;
	grant = grants_add(*state, &wanted, 0);
	memcpy(link, grant->link_code, sizeof link);
	assert_ptr_equal(grants_by_user_code(*state, link, 0), grant);
	link[63] = link[63] == 'a' ? 'b' : 'a';
	assert_null(grants_by_user_code(*state, link, 0));
	link[63] = '\0';
	assert_null(grants_by_user_code(*state, link, 0));
}

/* The state at some time of a code that lives from 1000 to 301000 ms. */
static void test_life(void **state)
{
	static const struct {
		int64_t approve_after_ms;
		int64_t at_ms;
		enum grant_state expected;
	} cases[] = {
		{-1, 1000, GRANT_PENDING},
		{-1, 300999, GRANT_PENDING},
		{-1, 301000, GRANT_EXPIRED},
		{0, 1000, GRANT_APPROVED},
		{2000, 2999, GRANT_PENDING},
		{2000, 3000, GRANT_APPROVED},
		{2000, 301000, GRANT_EXPIRED},
		{300000, 301000, GRANT_EXPIRED},
		{400000, 401000, GRANT_EXPIRED},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct grant_request wanted = plain;
		struct grant *grant;

		wanted.approve_after_ms = cases[i].approve_after_ms;
		grants_add(*state, &wanted, 1000);
		grant = grants_at(*state, 0, cases[i].at_ms);
		if (grant->state != cases[i].expected)
			fail_msg("case %zu: %s", i,
				 grant_state_name(grant->state));
	}
}

static void test_decisions(void **state)
{
	struct grant *grant = grants_add(*state, &plain, 0);

	assert_false(grant_redeem(grant));
	assert_true(grant_decide(grant, true));
	assert_false(grant_decide(grant, false));
	assert_true(grant_redeem(grant));
	assert_false(grant_redeem(grant));
	assert_int_equal(grants_at(*state, 0, 400000)->state, GRANT_REDEEMED);

	grant = grants_add(*state, &plain, 0);
	assert_true(grant_decide(grant, false));
	assert_false(grant_decide(grant, true));
	assert_false(grant_redeem(grant));
	assert_int_equal(grants_at(*state, 0, 400000)->state, GRANT_DENIED);

	grant = grants_add(*state, &plain, 0);
	grant_expire(grant, 10);
	assert_int_equal(grant->state, GRANT_EXPIRED);
	assert_false(grant_decide(grant, true));
}

/* RFC 8628 section 3.5: too fast is what comes before the interval is over,
 * and being told so makes the interval longer. */
static void test_polls(void **state)
{
	static const struct {
		int64_t at_ms;
		bool too_fast;
		bool slow_down;
	} cases[] = {
		{0, false, false},     {5000, false, false},
		{9999, true, true},    {14999, true, false},
		{24999, false, false}, {34998, true, true},
		{49998, false, false}, {49998, true, false},
	};
	struct grant *grant = grants_add(*state, &plain, 0);

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (grant_note_poll(grant, POLL_CLOCK_REAL, cases[i].at_ms) !=
		    cases[i].too_fast)
			fail_msg("case %zu", i);
		if (cases[i].slow_down)
			grant_slow_down(grant);
	}
	assert_int_equal(grant->interval_ms, 15000);
	assert_int_equal(grant->polls, 8);
	assert_int_equal(grant->slow_downs, 2);
	assert_int_equal(grant->gap_count, 7);
	assert_int_equal(grant->gaps_ms[0], 5000);
	assert_int_equal(grant->gaps_ms[1], 4999);
}

/* What is early by each clock: two polls, five seconds being the interval. */
static void test_poll_clocks(void **state)
{
	static const struct {
		int64_t first_ms, second_ms;
		bool early[POLL_CLOCKS]; /* real, seconds, more, up */
	} cases[] = {
		{2000, 6999, {true, true, true, true}},
		{2000, 7000, {false, false, true, false}},
		{2000, 7999, {false, false, true, false}},
		{2000, 8000, {false, false, false, false}},
		{2001, 7000, {true, false, true, true}},
		{2001, 7001, {false, false, true, true}},
		{2001, 7999, {false, false, true, true}},
		{2001, 8001, {false, false, false, false}},
		{2999, 7000, {true, false, true, true}},
		{2999, 7999, {false, false, true, true}},
		{2999, 8099, {false, false, false, false}},
		{0, 5000, {false, false, true, false}},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (int clock = 0; clock < POLL_CLOCKS; clock++) {
			struct grant *grant = grants_add(*state, &plain, 0);

			assert_false(grant_note_poll(grant,
						     (enum poll_clock)clock,
						     cases[i].first_ms));
			if (grant_note_poll(grant, (enum poll_clock)clock,
					    cases[i].second_ms) !=
			    cases[i].early[clock])
				fail_msg("case %zu, clock %d", i, clock);
		}
	}
}

static void test_many_polls(void **state)
{
	struct grant *grant = grants_add(*state, &plain, 0);

	for (int64_t i = 0; i <= 10 * GRANT_MAX_GAPS; i++)
		grant_note_poll(grant, POLL_CLOCK_REAL, i * i);
	assert_int_equal(grant->gap_count, 10 * GRANT_MAX_GAPS);
	assert_int_equal(grant->gaps_ms[GRANT_MAX_GAPS - 1],
			 20 * GRANT_MAX_GAPS - 1);
}

static void test_newest_pending(void **state)
{
	struct grant *first = grants_add(*state, &plain, 0);
	struct grant *second = grants_add(*state, &plain, 1);

	assert_ptr_equal(grants_newest_pending(*state, 2), second);
	grant_decide(second, false);
	assert_ptr_equal(grants_newest_pending(*state, 2), first);
	assert_null(grants_newest_pending(*state, 300000));
}

static void test_oldest_goes_first(void **state)
{
	char first[sizeof((struct grant *)NULL)->device_code];
	char second[sizeof first];

	memcpy(first, grants_add(*state, &plain, 0)->device_code, sizeof first);
	memcpy(second, grants_add(*state, &plain, 0)->device_code,
	       sizeof second);
	for (int i = 0; i < GRANTS_MAX - 1; i++)
		grants_add(*state, &plain, 0);
	assert_null(grants_by_device_code(*state, first, 0));
	assert_non_null(grants_by_device_code(*state, second, 0));
	assert_non_null(grants_at(*state, GRANTS_MAX - 1, 0));
	assert_null(grants_at(*state, GRANTS_MAX, 0));
}

static void test_long_wishes_are_cut(void **state)
{
	struct grant_request wanted = plain;
	struct grant *grant;
	char text[2000];

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	wanted.client_id = wanted.scope = wanted.device = wanted.peer = text;
	grant = grants_add(*state, &wanted, 0);
	assert_int_equal(strlen(grant->client_id), 64);
	assert_int_equal(strlen(grant->scope), 512);
	assert_int_equal(strlen(grant->device), 64);
	assert_int_equal(strlen(grant->peer), 63);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_codes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_typed_codes, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_link_code, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_life, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_decisions, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_polls, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_poll_clocks, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_many_polls, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_newest_pending, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_oldest_goes_first, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_long_wishes_are_cut,
						set_up, tear_down),
	};

	if (!crypto_init())
		return 1;
	return cmocka_run_group_tests_name("grants", tests, NULL, NULL);
}
