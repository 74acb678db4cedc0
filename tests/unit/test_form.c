/* SPDX-License-Identifier: MIT */
/*
 * base/form: both directions, and what is refused.
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
#include "base/form.h"

#define BYTES(s) (s), sizeof(s) - 1

static void test_encode(void **state)
{
	static const struct {
		const char *s;
		size_t len;
		const char *expected;
	} cases[] = {
		{BYTES(""), ""},
		{BYTES("aZ09-._~"), "aZ09-._~"},
		/* RFC 6749 Appendix B */
		{BYTES(" %&+\u00A3\u20AC"), "+%25%26%2B%C2%A3%E2%82%AC"},
		{BYTES("a=b/c?d#e:f@g*"), "a%3Db%2Fc%3Fd%23e%3Af%40g%2A"},
		{BYTES("\0\n\x7F\xFF"), "%00%0A%7F%FF"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf out;

		buf_init(&out, 100);
		assert_true(form_encode(&out, cases[i].s, cases[i].len));
		assert_string_equal(buf_text(&out), cases[i].expected);
		buf_free(&out);
	}
}

static void test_add(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 40);
	assert_true(form_add(&out, "none", NULL));
	assert_true(form_add(&out, "client_id", "a&b"));
	assert_true(form_add(&out, "none", NULL));
	assert_true(form_add(&out, "empty", ""));
	assert_true(form_add(&out, "a b", "=+"));
	assert_string_equal(buf_text(&out),
			    "client_id=a%26b&empty=&a+b=%3D%2B");
	assert_false(form_add(&out, "over", "the cap"));
	assert_false(form_add(&out, "none", NULL));
	buf_free(&out);
}

/* NULL: there is no such field, or it cannot be decoded. */
static void test_get(void **state)
{
	static const struct {
		const char *form;
		size_t len;
		const char *name;
		const char *expected;
	} cases[] = {
		{BYTES("code=abc&state=x"), "code", "abc"},
		{BYTES("code=abc&state=x"), "state", "x"},
		{BYTES("code=abc&state=x"), "stat", NULL},
		{BYTES("code=abc&state=x"), "states", NULL},
		{BYTES("code=abc&state=x"), "abc", NULL},
		{BYTES("Code=abc"), "code", NULL},
		{BYTES("code=1&code=2"), "code", "1"},
		{BYTES("code=%&code=2"), "code", NULL},
		{BYTES("a=%zz&code=2"), "code", "2"},
		{BYTES("%zz=1&code=2"), "code", "2"},
		{BYTES("c%6Fde=1"), "code", "1"},
		{BYTES("scope=user%2Cgist+all%20x"), "scope",
		 "user,gist all x"},
		{BYTES("a=b=c"), "a", "b=c"},
		{BYTES("a=%C3%a9"), "a", "\u00E9"},
		{BYTES("a="), "a", ""},
		{BYTES("a"), "a", ""},
		{BYTES("&&a=1"), "a", "1"},
		{BYTES("=1"), "", "1"},
		{BYTES("a=1&"), "", NULL},
		{BYTES(""), "a", NULL},
		{BYTES("a=%"), "a", NULL},
		{BYTES("a=%4"), "a", NULL},
		{BYTES("a=%4&"), "a", NULL},
		{BYTES("a=%4g"), "a", NULL},
		{BYTES("a=%+1"), "a", NULL},
		{BYTES("a=x%00y"), "a", NULL},
		{BYTES("a%00=x"), "a", NULL},
		{BYTES("a=x\0y"), "a", NULL},
		{BYTES("a=x y"), "a", NULL},
		{BYTES("a=x\n"), "a", NULL},
		{BYTES("a=\xC3\xA9"), "a", NULL},
		{"a=1234", 3, "a", "1"},      /* not beyond len */
		{"a=%41", 4, "a", NULL},      /* not beyond len */
		{"a=1&code=2", 9, "code", ""} /* not beyond len */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *value =
			form_get(cases[i].form, cases[i].len, cases[i].name);

		if (cases[i].expected == NULL)
			assert_null(value);
		else
			assert_string_equal(value, cases[i].expected);
		free(value);
	}
}

static void test_take(void **state)
{
	static const struct {
		const char *form;
		size_t len;
		const char *name, *value; /* NULL: refused */
		const char *rest;
	} cases[] = {
		{BYTES("a=1&b=2"), "a", "1", "b=2"},
		{BYTES("a=1"), "a", "1", ""},
		{BYTES("a&b"), "a", "", "b"},
		{BYTES("a=&b"), "a", "", "b"},
		{BYTES("a=b=c&d"), "a", "b=c", "d"},
		{BYTES("c%6Fde=x+y%26"), "code", "x y&", ""},
		{BYTES("=1&a"), "", "1", "a"},
		{BYTES("&a=1"), "", "", "a=1"},
		{BYTES("a=%zz&b=2"), NULL, NULL, "b=2"},
		{BYTES("%zz=a&b=2"), NULL, NULL, "b=2"},
		{BYTES("a=%00&b=2"), NULL, NULL, "b=2"},
		{BYTES("a=\0&b=2"), NULL, NULL, "b=2"},
		{BYTES("a=\xC3"), NULL, NULL, ""},
		{"a=%41", 4, NULL, NULL, ""}, /* not beyond len */
		{"a=12", 3, "a", "1", ""},    /* not beyond len */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *form = cases[i].form;
		size_t len = cases[i].len;
		char *name, *value;
		bool taken = form_take(&form, &len, &name, &value);

		assert_int_equal(taken, cases[i].name != NULL);
		if (taken) {
			assert_string_equal(name, cases[i].name);
			assert_string_equal(value, cases[i].value);
		} else {
			assert_null(name);
			assert_null(value);
		}
		assert_int_equal(len, strlen(cases[i].rest));
		assert_memory_equal(form, cases[i].rest, len);
		free(name);
		free(value);
	}
}

static void test_round_trip(void **state)
{
	char all[256], *back;
	struct buf out;

	(void)state;
	for (int c = 1; c < 256; c++)
		all[c - 1] = (char)c;
	all[255] = '\0';
	buf_init(&out, 10000);
	form_add(&out, "first", "x");
	form_add(&out, all, all);
	assert_true(form_looks_like(buf_text(&out), out.len));
	back = form_get(buf_text(&out), out.len, all);
	assert_string_equal(back, all);
	free(back);
	buf_free(&out);
}

static void test_looks_like(void **state)
{
	static const struct {
		const char *s;
		size_t len;
		bool expected;
	} cases[] = {
		{BYTES("access_token=gho_16C7&scope=user%2Cgist"), true},
		{BYTES("error=slow_down&error_uri=https://a.example/b"), true},
		{BYTES("a="), true},
		{BYTES("&a=1"), true},
		{BYTES("a&b=1"), true},
		{BYTES(""), false},
		{BYTES("OK"), false},
		{BYTES("&"), false},
		{BYTES("=1"), false},
		{BYTES("{\"a\":\"b=c\"}"), false},
		{BYTES("<html lang=en>"), false},
		{BYTES("<a=b>"), false},
		{BYTES("a=b c"), false},
		{BYTES("a=b\r\n"), false},
		{BYTES("a=b#c"), false},
		{BYTES("a=%"), false},
		{BYTES("a=%0"), false},
		{BYTES("a=%x0"), false},
		{BYTES("a=b\0"), false},
		{BYTES("a=\xC3\xA9"), false},
		{"a=%41", 4, false}, /* not beyond len */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (form_looks_like(cases[i].s, cases[i].len) !=
		    cases[i].expected)
			fail_msg("\"%s\" should be %d", cases[i].s,
				 cases[i].expected);
	}
}

static void test_mend(void **state)
{
	static const struct {
		const char *s;
		size_t len;
		const char *expected; /* NULL: refused */
	} cases[] = {
		{BYTES("a=1&b=%41+c"), "a=1&b=%41+c"},
		{BYTES("a=1\n"), "a=1"},
		{BYTES("a=1 \t\r\n\r\n"), "a=1"},
		{BYTES("&a=1"), "&a=1"},
		{BYTES("a=x y&b=2"), "a=x+y&b=2"},
		{BYTES("a=\"x\"<y>#\\"), "a=%22x%22%3Cy%3E%23%5C"},
		{BYTES("a=\xC3\xA9"), "a=%C3%A9"},
		{BYTES("a=100% of x&b=1"), "a=100%25+of+x&b=1"},
		{BYTES("a=x & y&b=1"), "a=x+&+y&b=1"},
		{BYTES("a=%"), "a=%25"},
		{BYTES(""), NULL},
		{BYTES("\r\n"), NULL},
		{BYTES("OK"), NULL},
		{BYTES("a=1\nb=2"), NULL},
		{BYTES("\na=1"), NULL},
		{BYTES("a=\t1"), NULL},
		{BYTES("a=1\0"), NULL},
		{BYTES("a=\x1b[1m"), NULL},
		{BYTES("a=\x7f"), NULL},
		{BYTES("{\"a\":\"b=c\"}"), NULL},
		{BYTES("<a href=\"?x=1&error=2\">"), NULL},
		{BYTES("see &error=2"), NULL},
		{"a=%41", 4, "a=%254"}, /* not beyond len */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf out;
		bool mended;

		buf_init(&out, 100);
		mended = form_repair(&out, cases[i].s, cases[i].len);
		assert_int_equal(mended, cases[i].expected != NULL);
		if (mended)
			assert_string_equal(buf_text(&out), cases[i].expected);
		buf_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encode),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_looks_like),
		cmocka_unit_test(test_mend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
