/* SPDX-License-Identifier: MIT */
/*
 * io/http_kept: what the Keep-Alive header promises, and whom it is about.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "io/http_kept.h"

#define URL "https://id.example/token"

static void test_header(void **state)
{
	static const struct {
		const char *header;
		int64_t idle_s; /* one less than promised; -1: nothing */
	} cases[] = {
		{"timeout=5", 4},
		{"timeout=5, max=100", 4},
		{"max=100, timeout=15", 14},
		{"max=100,timeout=15", 14},
		{"Timeout=5", 4},
		{" timeout=5 ", 4},
		{"timeout=1", 0},
		{"timeout=86400", 86399},
		{"timeout=86401", -1},
		{"timeout=0", 0},
		{"timeout=0, max=100", 0},
		{"timeout=-5", -1},
		{"timeout=", -1},
		{"timeout=5s", -1},
		{"timeout=99999999999999999999", -1},
		{"xtimeout=5", -1},
		{"max=100", -1},
		{"", -1},
		{NULL, -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kept kept = {0};

		kept_note(&kept, URL, cases[i].header, false, 1000);
		assert_int_equal(kept_idle_s(&kept, URL), cases[i].idle_s);
		if (cases[i].idle_s < 0) {
			assert_false(kept_is_over(&kept, URL, INT64_MAX));
			continue;
		}
		assert_int_equal(
			kept_is_over(&kept, URL,
				     1000 + cases[i].idle_s * 1000 - 1),
			false);
		assert_true(kept_is_over(&kept, URL,
					 1000 + cases[i].idle_s * 1000));
	}
}

/* The same server whatever the path, another one by scheme, name or port. */
static void test_whose(void **state)
{
	static const struct {
		const char *url;
		bool same;
	} cases[] = {
		{"https://id.example/other?a=1", true},
		{"https://ID.example/token", true},
		{"https://id.example", true},
		{"http://id.example/token", false},
		{"https://id.example:8443/token", false},
		{"https://id.example.org/token", false},
		{"https://d.example/token", false},
		{"nonsense", false},
	};
	struct kept kept = {0};

	(void)state;
	kept_note(&kept, URL, "timeout=5", false, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(kept_idle_s(&kept, cases[i].url),
				 cases[i].same ? 4 : -1);
	/* Its last word counts. */
	kept_note(&kept, "https://id.example/other", "timeout=9", false, 1000);
	assert_int_equal(kept_idle_s(&kept, URL), 8);
	assert_false(kept_is_over(&kept, URL, 8999));
	kept_note(&kept, URL, NULL, false, 2000);
	assert_int_equal(kept_idle_s(&kept, URL), -1);
}

static void test_many(void **state)
{
	struct kept kept = {0};
	char url[64], long_url[KEPT_ORIGIN_SIZE + 64];

	(void)state;
	for (int i = 0; i < 3 * KEPT_SERVERS; i++) {
		snprintf(url, sizeof(url), "https://s%d.example/", i);
		kept_note(&kept, url, "timeout=5", false, i);
		assert_int_equal(kept_idle_s(&kept, url), 4);
	}
	assert_int_equal(kept_idle_s(&kept, "https://s0.example/"), -1);
	assert_int_equal(kept_idle_s(&kept, "https://s23.example/"), 4);
	assert_int_equal(kept_idle_s(&kept, "https://s16.example/"), 4);
	snprintf(long_url, sizeof(long_url), "https://u:%0*d@id.example/",
		 KEPT_ORIGIN_SIZE, 1);
	kept_note(&kept, long_url, "timeout=5", false, 0);
	assert_int_equal(kept_idle_s(&kept, long_url), -1);
	assert_int_equal(kept_idle_s(&kept, "https://s16.example/"), 4);
}

/* How many requests a connection takes: Apache counts down, Node says the same
 * each time. */
static void test_max(void **state)
{
	static const struct {
		const char *headers[4]; /* of the answers on one connection */
		bool over[4];
	} cases[] = {
		{{"max=1"}, {true}},
		{{"max=0"}, {true}},
		{{"timeout=5, max=1"}, {true}},
		{{"max=2", "max=2"}, {false, true}},
		{{"max=3", "max=3", "max=3"}, {false, false, true}},
		{{"max=2", "max=1"}, {false, true}},
		{{"max=100", "max=99", "max=98"}, {false, false, false}},
		{{"max=100", "max=1"}, {false, true}},
		{{"max=-1"}, {false}},
		{{"max=x"}, {false}},
		{{"max="}, {false}},
		{{"xmax=1"}, {false}},
		{{"MAX=1"}, {true}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kept kept = {0};

		for (int j = 0; j < 4 && cases[i].headers[j]; j++) {
			kept_note(&kept, URL, cases[i].headers[j], j > 0, 0);
			if (kept_is_over(&kept, URL, 0) != cases[i].over[j])
				fail_msg("%s, %d", cases[i].headers[0], j);
		}
		/* A new connection begins anew. */
		kept_note(&kept, URL, "max=2", false, 0);
		assert_false(kept_is_over(&kept, URL, 0));
	}
}

/* One that is lost now and then is bad luck; two in a row are not. */
static void test_lost(void **state)
{
	static const struct {
		int losses, answers; /* on kept ones, between the losses */
		bool distrusted;
	} cases[] = {
		{0, 100, false}, {1, 0, false}, {2, 0, true},
		{2, 1, false},	 {3, 1, true},	{3, 25, true},
		{3, 26, false},	 {4, 26, true}, {9, 50, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kept kept = {0};

		kept_note(&kept, URL, NULL, false, 0);
		for (int j = 0; j < cases[i].losses; j++) {
			for (int k = 0; k < cases[i].answers; k++)
				kept_note(&kept, URL, NULL, true, 0);
			kept_lose(&kept, URL);
			kept_note(&kept, URL, NULL, false, 0);
		}
		if (kept_is_distrusted(&kept, URL) != cases[i].distrusted)
			fail_msg("%d, %d", cases[i].losses, cases[i].answers);
		assert_false(
			kept_is_distrusted(&kept, "https://other.example/"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header), cmocka_unit_test(test_whose),
		cmocka_unit_test(test_many),   cmocka_unit_test(test_max),
		cmocka_unit_test(test_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
