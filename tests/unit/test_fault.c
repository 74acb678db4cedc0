/* SPDX-License-Identifier: MIT */
/*
 * practice/fault: which names are taken, where and how often a fault strikes.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "practice/fault.h"

static void test_set(void **state)
{
	static const struct {
		const char *spec;
		bool ok;
		enum fault fault;
		unsigned places;
		int left;
	} cases[] = {
		{"hang", true, FAULT_HANG, AT_POLL, 0},
		{"hang@profile", true, FAULT_HANG, AT_PROFILE, 0},
		{"hang*2", true, FAULT_HANG, AT_POLL, 2},
		{"hang@refresh*7", true, FAULT_HANG, AT_REFRESH, 7},
		{"html-502", true, FAULT_HTML_502, AT_POLL, 3},
		{"html-502*1", true, FAULT_HTML_502, AT_POLL, 1},
		{"slow-down", true, FAULT_SLOW_DOWN, AT_POLL, 3},
		{"drop-token", true, FAULT_DROP_TOKEN, AT_POLL | AT_REFRESH, 1},
		{"drop-token@refresh", true, FAULT_DROP_TOKEN, AT_REFRESH, 1},
		{"drop-token@profile", false, FAULTS, 0, 0},
		{"no-interval@authorize", true, FAULT_NO_INTERVAL, AT_AUTHORIZE,
		 0},
		{"no-interval@poll", false, FAULTS, 0, 0},
		{"", false, FAULTS, 0, 0},
		{"han", false, FAULTS, 0, 0},
		{"hangs", false, FAULTS, 0, 0},
		{"HANG", false, FAULTS, 0, 0},
		{"hang ", false, FAULTS, 0, 0},
		{"hang@", false, FAULTS, 0, 0},
		{"hang@polls", false, FAULTS, 0, 0},
		{"hang*", false, FAULTS, 0, 0},
		{"hang*0", false, FAULTS, 0, 0},
		{"hang*-1", false, FAULTS, 0, 0},
		{"hang*2x", false, FAULTS, 0, 0},
		{"hang*2@poll", false, FAULTS, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct faults faults = {0};
		struct err err = {""};
		int set = 0;

		if (faults_set(&faults, cases[i].spec, &err) != cases[i].ok ||
		    (*err.text != '\0') == cases[i].ok)
			fail_msg("\"%s\": %s", cases[i].spec, err.text);
		for (int k = 0; k < FAULTS; k++)
			set += faults.set[k].places != 0;
		assert_int_equal(set, cases[i].ok);
		if (!cases[i].ok)
			continue;
		assert_int_equal(faults.set[cases[i].fault].places,
				 cases[i].places);
		assert_int_equal(faults.set[cases[i].fault].left,
				 cases[i].left);
	}
}

static void test_strike(void **state)
{
	struct faults faults = {0};

	(void)state;
	assert_false(faults_strike(&faults, FAULT_DROP, AT_POLL));
	faults_set(&faults, "drop@profile*2", NULL);
	faults_set(&faults, "empty", NULL);
	assert_false(faults_strike(&faults, FAULT_DROP, AT_POLL));
	assert_true(faults_strike(&faults, FAULT_DROP, AT_PROFILE));
	assert_true(faults_strike(&faults, FAULT_DROP, AT_PROFILE));
	assert_false(faults_strike(&faults, FAULT_DROP, AT_PROFILE));
	for (int i = 0; i < 1000; i++)
		assert_true(faults_strike(&faults, FAULT_EMPTY, AT_POLL));
	faults_clear(&faults);
	assert_false(faults_strike(&faults, FAULT_EMPTY, AT_POLL));
}

static void test_rows_are_whole(void **state)
{
	(void)state;
	for (int i = 0; i < FAULTS; i++) {
		const struct fault_row *row = fault_row((enum fault)i);

		assert_non_null(row->name);
		assert_non_null(row->meaning);
		assert_true(row->places != 0);
		assert_true(strlen(row->name) <= 24); /* --help's column */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_strike),
		cmocka_unit_test(test_rows_are_whole),
	};

	return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
