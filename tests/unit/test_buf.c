/* SPDX-License-Identifier: MIT */
/*
 * base/buf: growth, the cap, failure for good, handing over.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

static void test_empty(void **state)
{
	struct buf buf;
	char *s;

	(void)state;
	buf_init(&buf, 10);
	assert_null(buf.data);
	assert_string_equal(buf_text(&buf), "");
	s = buf_take(&buf);
	assert_string_equal(s, "");
	free(s);
	assert_true(buf_add(&buf, NULL, 0));
	assert_string_equal(buf.data, "");
	buf_free(&buf);
	buf_free(&buf);
}

static void test_grows(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, SIZE_MAX);
	for (size_t i = 0; i < 5000; i++) {
		assert_true(buf_add(&buf, &"abc"[i % 3], 1));
		assert_int_equal(buf.len, i + 1);
		assert_int_equal(buf.data[buf.len], '\0');
	}
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(buf.data[i], "abc"[i % 3]);
	buf_free(&buf);
}

static void test_adds_strings_and_formats(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 200);
	assert_true(buf_adds(&buf, "one"));
	assert_true(buf_addf(&buf, " %s %0100d", "two", 3));
	assert_true(buf_adds(&buf, ""));
	assert_int_equal(buf.len, 108);
	assert_memory_equal(buf_text(&buf), "one two 000", 11);
	assert_string_equal(buf_text(&buf) + 106, "03");
	assert_true(buf_add(&buf, "\0x", 2));
	assert_int_equal(buf.len, 110);
	buf_free(&buf);
}

static void test_cap(void **state)
{
	static const size_t caps[] = {0, 1, 63, 64, 65, 127, 128, 1000};

	(void)state;
	for (size_t i = 0; i < sizeof(caps) / sizeof(*caps); i++) {
		struct buf buf;

		buf_init(&buf, caps[i]);
		for (size_t n = 0; n < caps[i]; n++)
			assert_true(buf_adds(&buf, "x"));
		assert_int_equal(strlen(buf_text(&buf)), caps[i]);
		assert_true(buf.size <= caps[i] + 1);
		assert_true(buf_adds(&buf, ""));
		assert_false(buf_adds(&buf, "x"));
		assert_true(buf.failed);
		assert_null(buf.data);
		buf_free(&buf);
	}
}

static void test_failed_for_good(void **state)
{
	struct buf buf;
	char *s;

	(void)state;
	buf_init(&buf, 4);
	assert_true(buf_adds(&buf, "abcd"));
	assert_false(buf_addf(&buf, "%d", 5));
	assert_false(buf_adds(&buf, ""));
	assert_false(buf_add(&buf, "a", 1));
	assert_false(buf_addf(&buf, "%s", ""));
	assert_string_equal(buf_text(&buf), "");
	assert_null(buf_take(&buf));
	assert_false(buf_adds(&buf, "a"));

	buf_free(&buf);
	assert_true(buf_adds(&buf, "abcd"));
	assert_false(buf_add(&buf, "e", SIZE_MAX)); /* no overflow */
	buf_free(&buf);
	assert_true(buf_adds(&buf, "abc"));
	s = buf_take(&buf);
	assert_string_equal(s, "abc");
	free(s);
	assert_int_equal(buf.len, 0);
	assert_true(buf_adds(&buf, "abcd")); /* the cap is still there */
	assert_false(buf_adds(&buf, "e"));
	buf_free(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_grows),
		cmocka_unit_test(test_adds_strings_and_formats),
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_failed_for_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
