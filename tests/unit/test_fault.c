/* SPDX-License-Identifier: MIT */
/*
 * practice/fault: which names are taken, where and how often a fault applies,
 * and what it does to an answer.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "practice/call.h"
#include "practice/fault.h"

static void test_set(void **state)
{
	static const struct {
		const char *spec;
		const char *fault; /* NULL: refused */
		unsigned places;
		int left;
	} cases[] = {
		{"hang", "hang", AT_POLL, 0},
		{"hang@profile", "hang", AT_PROFILE, 0},
		{"hang*2", "hang", AT_POLL, 2},
		{"hang@refresh*7", "hang", AT_REFRESH, 7},
		{"html-502", "html-502", AT_POLL, 3},
		{"html-502*1", "html-502", AT_POLL, 1},
		{"slow-down", "slow-down", AT_POLL, 3},
		{"drop-token", "drop-token", AT_POLL | AT_REFRESH, 1},
		{"drop-token@refresh", "drop-token", AT_REFRESH, 1},
		{"drop-token@profile", NULL, 0, 0},
		{"no-interval@authorize", "no-interval", AT_AUTHORIZE, 0},
		{"no-interval@poll", NULL, 0, 0},
		{"", NULL, 0, 0},
		{"han", NULL, 0, 0},
		{"hangs", NULL, 0, 0},
		{"HANG", NULL, 0, 0},
		{"hang ", NULL, 0, 0},
		{"hang@", NULL, 0, 0},
		{"hang@polls", NULL, 0, 0},
		{"hang*", NULL, 0, 0},
		{"hang*0", NULL, 0, 0},
		{"hang*-1", NULL, 0, 0},
		{"hang*2x", NULL, 0, 0},
		{"hang*2@poll", NULL, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool ok = cases[i].fault != NULL;
		const struct fault_row *row;
		struct faults faults = {0};
		struct err err = {""};
		int set = 0;

		if (faults_set(&faults, cases[i].spec, &err) != ok ||
		    (*err.text != '\0') == ok)
			fail_msg("\"%s\": %s", cases[i].spec, err.text);
		for (size_t k = 0; (row = fault_at(k)); k++) {
			if (!faults.set[k].places)
				continue;
			set++;
			assert_string_equal(row->name, cases[i].fault);
			assert_int_equal(faults.set[k].places, cases[i].places);
			assert_int_equal(faults.set[k].left, cases[i].left);
		}
		assert_int_equal(set, ok);
	}
}

static void test_strike(void **state)
{
	struct faults faults = {0};

	(void)state;
	assert_false(faults_due(&faults, FAULT_DENY, AT_POLL));
	faults_set(&faults, "drop-token@refresh*2", NULL);
	faults_set(&faults, "deny", NULL);
	assert_false(faults_due(&faults, FAULT_DROP_TOKEN, AT_POLL));
	assert_true(faults_due(&faults, FAULT_DROP_TOKEN, AT_REFRESH));
	assert_true(faults_due(&faults, FAULT_DROP_TOKEN, AT_REFRESH));
	assert_false(faults_due(&faults, FAULT_DROP_TOKEN, AT_REFRESH));
	for (int i = 0; i < 1000; i++)
		assert_true(faults_due(&faults, FAULT_DENY, AT_POLL));
	faults_clear(&faults);
	assert_false(faults_due(&faults, FAULT_DENY, AT_POLL));
}

/* A fault that leaves the answer as it is lets the next one have its turn. */
static void test_give(void **state)
{
	const struct call call = {.path = "/token"};
	const struct fault_context context = {&call, "http://x", DIALECT_PLAIN};
	struct faults faults = {0};
	struct answer answer;

	(void)state;
	answer_init(&answer);
	assert_false(faults_replace(&faults, &context, AT_POLL, &answer));
	faults_set(&faults, "gzip*2", NULL);
	assert_false(faults_replace(&faults, &context, AT_PROFILE, &answer));
	assert_int_equal(answer.delivery, DELIVER_WHOLE);
	assert_false(faults_replace(&faults, &context, AT_POLL, &answer));
	assert_int_equal(answer.delivery, DELIVER_GZIP);
	faults_set(&faults, "http-404*1", NULL);
	assert_true(faults_replace(&faults, &context, AT_POLL, &answer));
	assert_int_equal(answer.status, 404);
	assert_false(faults_replace(&faults, &context, AT_POLL, &answer));
	answer_free(&answer);
}

static void test_spoil(void **state)
{
	struct code_answer code = {.interval_s = 5};
	struct faults faults = {0};

	(void)state;
	faults_alter(&faults, &code);
	assert_int_equal(code.interval_s, 5);
	faults_set(&faults, "negative-interval*1", NULL);
	faults_alter(&faults, &code);
	assert_int_equal(code.interval_s, -5);
	code.interval_s = 5;
	faults_alter(&faults, &code);
	assert_int_equal(code.interval_s, 5);
}

static void test_rows_are_whole(void **state)
{
	const struct fault_row *row;
	unsigned seen = 0;

	(void)state;
	for (size_t i = 0; (row = fault_at(i)); i++) {
		int effects = (row->id != FAULT_IN_ROW) + (row->body != NULL) +
			      (row->give != NULL) + (row->spoil != NULL);

		if (effects != 1)
			fail_msg("%s has %d effects", row->name, effects);
		assert_non_null(row->meaning);
		assert_true(row->places != 0);
		assert_true(strlen(row->name) <= 24); /* --help's column */
		seen |= 1U << row->id;
	}
	assert_int_equal(seen, (2U << FAULT_HUGE_PROFILE) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_strike),
		cmocka_unit_test(test_give),
		cmocka_unit_test(test_spoil),
		cmocka_unit_test(test_rows_are_whole),
	};

	return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
