/* SPDX-License-Identifier: MIT */
/*
 * base/json: what is accepted, what is refused, and what comes back.
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
#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/json_scan.h"

/* A literal with its length, for NULs within. */
#define TEXT(s) (s), sizeof(s) - 1

static void test_refused(void **state)
{
	static const struct {
		const char *s;
		size_t len;
		const char *why; /* part of the sentence */
	} cases[] = {
		{TEXT(""), "empty"},
		{TEXT("  "), "not JSON"},
		{TEXT("{\"a\":1"), "not JSON"},
		{TEXT("{\"a\":tru"), "not JSON"},
		{TEXT("{\"a\""), "not JSON"},
		{TEXT("<html></html>"), "not JSON"},
		{TEXT("error=access_denied"), "not JSON"},
		{TEXT("{a:1}"), "not JSON"},
		{TEXT("{'a':1}"), "not JSON"},
		{TEXT("[1,]"), "not JSON"},
		{TEXT("{\"a\":1,}"), "not JSON"},
		{TEXT("[]]"), "after the value"},
		{TEXT("{} {}"), "after the value"},
		{TEXT("{}x"), "after the value"},
		{TEXT("null,"), "after the value"},
		{TEXT("\"a"), "is not terminated"},
		{TEXT("\"a\\"), "is not terminated"},
		{TEXT("\"a\\\""), "is not terminated"},
		{TEXT("\"a\\u0000b\""), "a NUL"},
		{TEXT("{\"a\\u0000b\":1}"), "a NUL"},
		{TEXT("\"\\\\\\u0000\""), "a NUL"},
		{TEXT("\"a\0b\""), "control character"},
		{TEXT("{}\0"), "control character"},
		{TEXT("\0{}"), "control character"},
		{TEXT("\"\x1b[2J\""), "control character"},
		{TEXT("\"a\nb\""), "control character"},
		{TEXT("\"a\tb\""), "control character"},
		{TEXT("[1,\x1b 2]"), "control character"},
		{TEXT("\"\xff\""), "UTF-8"},
		{TEXT("\"\xc0\x80\""), "UTF-8"},
		{TEXT("\"\xed\xa0\x80\""), "UTF-8"},
		{TEXT("\"\xe2\x82\""), "UTF-8"},
		{TEXT("\"\\ud800\""), "not JSON"},
		{TEXT("\"\\udc00\\ud800\""), "not JSON"},
		{TEXT("\"\\x41\""), "not JSON"},
		{TEXT("\"\\u12g4\""), "hex"},
		{TEXT("\"\\u-001\""), "hex"},
		{TEXT("\"\\u12\""), "not JSON"},
		{TEXT("01"), "number"},
		{TEXT("-"), "number"},
		{TEXT("[1.]"), "number"},
		{TEXT("[1.e5]"), "number"},
		{TEXT("[1e]"), "number"},
		{TEXT("[1e+]"), "number"},
		{TEXT(".5"), "not JSON"},
		{TEXT("+1"), "not JSON"},
		{TEXT("NaN"), "not JSON"},
		{TEXT("Infinity"), "not JSON"},
		{TEXT("{\"sub\":1,\"sub\":2}"), "\"sub\" appears twice"},
		{TEXT("{\"sub\":1,\"\\u0073ub\":2}"), "\"sub\" appears twice"},
		{TEXT("{\"sub\":\"1\",\"sub\":1}"), "\"sub\" appears twice"},
		{TEXT("{\"sub\":true,\"sub\":false}"), "twice"},
		{TEXT("{\"sub\":1,\"sub\":2,\"sub\":1}"), "twice"},
		{TEXT("{\"sub\":1,\"sub\":1,\"sub\":2}"), "twice"},
		{TEXT("{\"aud\":[\"a\"],\"aud\":[\"a\",\"b\"]}"), "twice"},
		{TEXT("{\"aud\":[\"a\",\"b\"],\"aud\":[\"b\",\"b\"]}"),
		 "twice"},
		{TEXT("{\"aud\":{\"a\":1},\"aud\":{\"b\":1}}"), "twice"},
		{TEXT("{\"aud\":{\"a\":1,\"b\":2},\"aud\":{\"b\":1,\"a\":2}}"),
		 "twice"},
		{TEXT("{\"aud\":{\"a\":1,\"b\":2},\"aud\":{\"b\":2}}"),
		 "twice"},
		{TEXT("{\"error\":{\"a\":[]},\"error\":{\"a\":{}}}"), "twice"},
		{TEXT("{\"access_token\":\"a\",\"access_token\":\"b\"}"),
		 "\"access_token\" appears twice with different values"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = {""};
		struct json *json = json_parse(cases[i].s, cases[i].len, &err);

		if (json)
			fail_msg("case %zu accepted: %s", i, cases[i].s);
		if (!strstr(err.text, cases[i].why))
			fail_msg("case %zu (%s): %s", i, cases[i].s, err.text);
	}
	assert_null(json_parse("x", 1, NULL));
}

static void test_accepted(void **state)
{
	static const struct {
		const char *s;
		enum json_kind kind;
		const char *printed;
	} cases[] = {
		{"{}", JSON_OBJECT, "{}"},
		{" [ ] \r\n\t", JSON_ARRAY, "[]"},
		{"null", JSON_NULL, "null"},
		{"true", JSON_BOOL, "true"},
		{"false", JSON_BOOL, "false"},
		{"0", JSON_NUMBER, "0"},
		{"-0.5", JSON_NUMBER, "-0.5"},
		{"10", JSON_NUMBER, "10"},
		{"1e2", JSON_NUMBER, "100"},
		{"1E+2", JSON_NUMBER, "100"},
		{"1e400", JSON_NULL, "null"},
		{"{\"a\":[-1e400,1]}", JSON_OBJECT, "{\"a\":[null,1]}"},
		{"1785000000", JSON_NUMBER, "1785000000"},
		{"\"\"", JSON_STRING, "\"\""},
		{"\"a\\\\\"", JSON_STRING, "\"a\\\\\""},
		{"\"\\\\u0000\"", JSON_STRING, "\"\\\\u0000\""},
		{"\"a\\\"b\"", JSON_STRING, "\"a\\\"b\""},
		{"\"\\u00e9\\ud83d\\ude00\"", JSON_STRING,
		 "\"\xc3\xa9\xf0\x9f\x98\x80\""},
		{"\"caf\xc3\xa9\"", JSON_STRING, "\"caf\xc3\xa9\""},
		{"\"1e400 01 [[[ }\"", JSON_STRING, "\"1e400 01 [[[ }\""},
		{"{\"a\":1,\"A\":2}", JSON_OBJECT, "{\"a\":1,\"A\":2}"},
		{"{\"sub\":1,\"Sub\":2}", JSON_OBJECT, "{\"sub\":1,\"Sub\":2}"},
		/* Twice the same, at any depth (Keycloak). */
		{"{\"sub\":1,\"a\":2,\"sub\":1.0}", JSON_OBJECT,
		 "{\"a\":2,\"sub\":1}"},
		{"{\"sub\":1,\"sub\":1,\"sub\":1}", JSON_OBJECT, "{\"sub\":1}"},
		{"{\"aud\":[\"a\",\"b\"],\"aud\":[\"b\",\"a\"]}", JSON_OBJECT,
		 "{\"aud\":[\"b\",\"a\"]}"},
		{"{\"aud\":[\"a\",{\"b\":null}],\"aud\":[\"a\",{\"b\":null}]}",
		 JSON_OBJECT, "{\"aud\":[\"a\",{\"b\":null}]}"},
		{"{\"aud\":{\"iss\":1,\"iss\":1},\"aud\":{\"iss\":1}}",
		 JSON_OBJECT, "{\"aud\":{\"iss\":1}}"},
		{"{\"aud\":{\"a\":1,\"b\":{\"c\":2,\"d\":3}},"
		 "\"aud\":{\"b\":{\"d\":3,\"c\":2},\"a\":1}}",
		 JSON_OBJECT, "{\"aud\":{\"b\":{\"d\":3,\"c\":2},\"a\":1}}"},
		{"[{\"b\":{\"email\":\"x\",\"email\":\"x\"}}]", JSON_ARRAY,
		 "[{\"b\":{\"email\":\"x\"}}]"},
		/* Below the top nothing can be decided by a name that has two
		 * values, and the rest is left as it is. */
		{"[{\"b\":{\"aud\":1,\"c\":2,\"aud\":3}}]", JSON_ARRAY,
		 "[{\"b\":{\"c\":2,\"aud\":null}}]"},
		{"{\"sub\":\"a\",\"act\":{\"sub\":\"x\",\"sub\":\"y\"}}",
		 JSON_OBJECT, "{\"sub\":\"a\",\"act\":{\"sub\":null}}"},
		{"{\"attributes\":{\"email\":[\"a\"],\"email\":[\"b\",{}]}}",
		 JSON_OBJECT, "{\"attributes\":{\"email\":null}}"},
		{"{\"a\":{\"sub\":1,\"sub\":2,\"sub\":1}}", JSON_OBJECT,
		 "{\"a\":{\"sub\":null}}"},
		{"{\"a\":{\"sub\":1,\"sub\":1,\"sub\":2}}", JSON_OBJECT,
		 "{\"a\":{\"sub\":null}}"},
		{"{\"a\":{\"sub\":1,\"sub\":1}}", JSON_OBJECT,
		 "{\"a\":{\"sub\":1}}"},
		/* Of what nothing is decided by the last one counts. */
		{"{\"a\":1,\"a\":2}", JSON_OBJECT, "{\"a\":2}"},
		{"{\"a\":[1],\"b\":3,\"\\u0061\":{\"c\":2}}", JSON_OBJECT,
		 "{\"b\":3,\"a\":{\"c\":2}}"},
		{"[{\"b\":{\"a\":1,\"c\":2,\"a\":3,\"a\":4}}]", JSON_ARRAY,
		 "[{\"b\":{\"c\":2,\"a\":4}}]"},
		{"[{\"a\":1},{\"a\":2}]", JSON_ARRAY, "[{\"a\":1},{\"a\":2}]"},
		{"\xef\xbb\xbf{\"a\":null}", JSON_OBJECT, "{\"a\":null}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = {""};
		struct json *json =
			json_parse(cases[i].s, strlen(cases[i].s), &err);
		char *printed;

		if (!json)
			fail_msg("%s: %s", cases[i].s, err.text);
		assert_int_equal(json_kind(json), cases[i].kind);
		printed = json_print(json, false);
		assert_string_equal(printed, cases[i].printed);
		free(printed);
		json_free(json);
	}
}

/* With json_parse_all(): what is there of a name that stands twice, which of
 * its values is got, and whether that is all. */
static void test_all(void **state)
{
	static const struct {
		const char *s, *path, *printed, *got;
		bool clear;
	} cases[] = {
		{"{\"a\":1,\"a\":1}", "a", "{\"a\":1}", "1", true},
		{"{\"a\":1,\"a\":2}", "a", "{\"a\":1,\"a\":2}", "2", false},
		{"{\"a\":1,\"b\":3,\"a\":2,\"a\":1}", "a",
		 "{\"a\":1,\"b\":3,\"a\":2,\"a\":1}", "1", false},
		{"{\"a\":1,\"b\":3,\"a\":2}", "b", "{\"a\":1,\"b\":3,\"a\":2}",
		 "3", true},
		{"{\"a\":{\"b\":1,\"b\":2}}", "a.b",
		 "{\"a\":{\"b\":1,\"b\":2}}", "2", false},
		{"{\"a\":{\"b\":1},\"a\":{\"b\":2}}", "a.b",
		 "{\"a\":{\"b\":1},\"a\":{\"b\":2}}", "2", false},
		{"{\"a\":{\"b\":1,\"b\":2},\"a\":{\"b\":1,\"b\":2}}", "a.b",
		 "{\"a\":{\"b\":1,\"b\":2}}", "2", false},
		{"{\"a\":[{\"b\":1,\"b\":2}]}", "a.0.b",
		 "{\"a\":[{\"b\":1,\"b\":2}]}", "2", false},
		{"{\"a.b\":1,\"a.b\":2}", "a.b", "{\"a.b\":1,\"a.b\":2}", "2",
		 false},
		{"{\"a\":{\"sub\":1,\"sub\":2}}", "a.sub",
		 "{\"a\":{\"sub\":1,\"sub\":2}}", "2", false},
		{"{\"interval\":30,\"interval\":5}", "interval",
		 "{\"interval\":30}", "30", true},
		{"{\"a\":1,\"a\":2}", "a.b", "{\"a\":1,\"a\":2}", NULL, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json *json =
			json_parse_all(cases[i].s, strlen(cases[i].s), NULL);
		char *printed = json_print(json, false);
		const struct json *got = json_path(json, cases[i].path);
		char *value = got ? json_print(got, false) : NULL;

		assert_string_equal(printed, cases[i].printed);
		if (cases[i].got)
			assert_string_equal(value, cases[i].got);
		else
			assert_null(value);
		assert_int_equal(json_is_clear(json, cases[i].path),
				 cases[i].clear);
		json_set_text(json, "a", "x");
		assert_true(json_is_clear(json, "a"));
		assert_string_equal(json_get_text(json, "a"), "x");
		free(value);
		free(printed);
		json_free(json);
	}
	/* What is decided by for everybody is refused all the same. */
	assert_null(json_parse_all("{\"sub\":1,\"sub\":2}", 17, NULL));
}

static void test_ambiguous(void **state)
{
	static const struct {
		const char *s;
		bool ambiguous;
	} cases[] = {
		{"{\"sub\":1,\"sub\":2}", true},
		{" {\"a\":{},\"sub\":1,\"iss\":2,\"sub\":2}\n", true},
		{"{\"sub\":1,\"sub\":1}", false},
		{"{\"a\":1,\"a\":2}", false},
		{"{\"a\":{\"sub\":1,\"sub\":2}}", false},
		{"{\"sub\":1,\"sub\":2", false},
		{"{\"sub\":1,\"sub\":2}x", false},
		{"{\"sub\":1,\"sub\":\"\\u0000\"}", false},
		{"sub=1&sub=2", false},
		{"", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *s = cases[i].s;

		if (json_is_ambiguous(s, strlen(s)) != cases[i].ambiguous)
			fail_msg("%s", s);
	}
}

/* Only the len bytes count, whatever is behind them. */
static void test_length(void **state)
{
	struct json *json = json_parse("123456", 3, NULL);
	int64_t number = 0;

	(void)state;
	assert_true(json_integer(json, 0, 1000, &number));
	assert_int_equal(number, 123);
	json_free(json);
	assert_null(json_parse("{\"a\":1}", 6, NULL));
}

static struct json *nested(int depth)
{
	struct json *json;
	struct buf text;

	buf_init(&text, 4096);
	for (int i = 0; i < depth; i++)
		buf_adds(&text, i % 2 ? "{\"a\":" : "[");
	buf_adds(&text, "1");
	for (int i = depth; i-- > 0;)
		buf_adds(&text, i % 2 ? "}" : "]");
	json = json_parse(buf_text(&text), text.len, NULL);
	buf_free(&text);
	return json;
}

static void test_depth(void **state)
{
	struct json *json = nested(JSON_MAX_DEPTH);

	(void)state;
	assert_non_null(json);
	json_free(json);
	assert_null(nested(JSON_MAX_DEPTH + 1));
	/* Side by side is not deep. */
	json = json_parse("[[[]],[[]],{\"a\":{}},{}]", 23, NULL);
	assert_non_null(json);
	json_free(json);
}

/* A megabyte with as many members as fit: a quadratic search for names that
 * stand twice would take minutes, and the runner's time-out would tell. So
 * would a comparison of two values with so many members. */
static void test_many_members(void **state)
{
	static const struct {
		const char *head, *between, *last;
		bool good;
	} cases[] = {
		{"", NULL, "a", true},
		{"", NULL, "sub", false},
		{"\"sub\":{", "},\"sub\":{", "x", true},
		{"\"sub\":{", "},\"sub\":{", "y", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *between = cases[i].between;
		struct json *json;
		struct buf text;

		buf_init(&text, 1024 * 1024);
		buf_addf(&text, "{%s\"sub\":0", cases[i].head);
		for (size_t n = 0; n < 30000; n++)
			buf_addf(&text, ",\"a%05zu\":%zu", n, n);
		buf_addf(&text, ",\"x\":1%s", between ? between : "");
		if (between)
			buf_adds(&text, "\"sub\":0");
		for (size_t n = 0; n < 30000; n++)
			buf_addf(&text, ",\"%c%05zu\":%zu", between ? 'a' : 'b',
				 n, n);
		buf_addf(&text, ",\"%s\":1}%s", cases[i].last,
			 between ? "}" : "");
		assert_false(text.failed);
		json = json_parse(text.data, text.len, NULL);
		assert_int_equal(json != NULL, cases[i].good);
		json_free(json);
		buf_free(&text);
	}
}

static void test_path(void **state)
{
	static const char text[] =
		"{\"a\":{\"b\":[10,{\"c\":\"deep\"}]},\"Name\":\"x\","
		"\"https://example.org/roles\":[\"one\",\"two\"],"
		"\"a.b\":\"dotted\",\"0\":\"zero\",\"emails\":[\"m@x\"]}";
	static const struct {
		const char *path;
		const char *scalar; /* NULL: leads nowhere */
	} cases[] = {
		{"Name", "x"},
		{"name", NULL},
		{"a.b.1.c", "deep"},
		{"a.b", "dotted"}, /* a whole name wins */
		{"emails.0", "m@x"},
		{"emails.1", NULL},
		{"emails.-1", NULL},
		{"emails.00", "m@x"},
		{"emails.x", NULL},
		{"emails.0.x", NULL},
		{"emails.99999999999999999999", NULL},
		{"https://example.org/roles.0", NULL},
		{"0", "zero"},
		{"Name.x", NULL},
		{"missing.x", NULL},
		{".Name", NULL},
	};
	struct json *json = json_parse(text, strlen(text), NULL);

	(void)state;
	assert_non_null(json);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct json *found = json_path(json, cases[i].path);
		char *scalar = json_scalar(found);

		if (!cases[i].scalar) {
			if (found)
				fail_msg("%s leads somewhere", cases[i].path);
		} else {
			if (!scalar)
				fail_msg("%s leads nowhere", cases[i].path);
			assert_string_equal(scalar, cases[i].scalar);
		}
		free(scalar);
	}
	assert_int_equal(
		json_kind(json_path(json, "https://example.org/roles")),
		JSON_ARRAY);
	assert_ptr_equal(json_path(json, ""), json);
	assert_null(json_path(NULL, "a"));
	json_free(json);
}

static void test_integer(void **state)
{
	static const struct {
		const char *s;
		int64_t min, max;
		bool good;
		int64_t number;
	} cases[] = {
		{"5", 1, 300, true, 5},
		{"\"5\"", 1, 300, true, 5},
		{"1", 1, 300, true, 1},
		{"300", 1, 300, true, 300},
		{"0", 1, 300, false, 0},
		{"301", 1, 300, false, 0},
		{"\"301\"", 1, 300, false, 0},
		{"5.9", 1, 300, true, 5},
		{"-5.9", -10, 0, true, -5},
		{"1e300", INT64_MIN, INT64_MAX, false, 0},
		{"-1e300", INT64_MIN, INT64_MAX, false, 0},
		{"9223372036854775808", INT64_MIN, INT64_MAX, false, 0},
		{"-9223372036854775808", INT64_MIN, INT64_MAX, true, INT64_MIN},
		{"\"9223372036854775807\"", 0, INT64_MAX, true, INT64_MAX},
		{"\"9223372036854775808\"", 0, INT64_MAX, false, 0},
		{"\"\"", INT64_MIN, INT64_MAX, false, 0},
		{"\" 5\"", INT64_MIN, INT64_MAX, false, 0},
		{"\"5s\"", INT64_MIN, INT64_MAX, false, 0},
		{"true", INT64_MIN, INT64_MAX, false, 0},
		{"null", INT64_MIN, INT64_MAX, false, 0},
		{"[5]", INT64_MIN, INT64_MAX, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json *json =
			json_parse(cases[i].s, strlen(cases[i].s), NULL);
		int64_t number = 4711;
		bool good =
			json_integer(json, cases[i].min, cases[i].max, &number);

		if (good != cases[i].good ||
		    number != (good ? cases[i].number : 4711))
			fail_msg("%s: %d, %lld", cases[i].s, good,
				 (long long)number);
		json_free(json);
	}
	assert_false(json_integer(NULL, 0, 1, &(int64_t){0}));
}

static void test_seconds(void **state)
{
	static const struct {
		const char *s;
		int64_t seconds; /* -1: no number */
	} cases[] = {
		{"5", 5},	    {"\"5\"", 5},
		{"1", 1},	    {"300", 300},
		{"0", 1},	    {"-1", 1},
		{"0.5", 1},	    {"5.0", 5},
		{"5.1", 6},	    {"\"5.1\"", 6},
		{"299.5", 300},	    {"301", 300},
		{"300.5", 300},	    {"1e300", 300},
		{"-1e300", 1},	    {"\"-7\"", 1},
		{"\"1e300\"", 300}, {"\"99999999999999999999\"", 300},
		{"1e400", 300},	    {"-1e400", 1},
		{"\"1e400\"", 300}, {"\"-1e400\"", 1},
		{"\"010\"", 10},    {"\"005\"", 5},
		{"\"00\"", 1},	    {"\"00.5\"", 1},
		{"\"\"", -1},	    {"\"0x10\"", -1},
		{"\"5s\"", -1},	    {"\"five\"", -1},
		{"\"true\"", -1},   {"\"\\\"5\\\"\"", -1},
		{"true", -1},	    {"null", -1},
		{"[5]", -1},	    {"{}", -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json *json =
			json_parse(cases[i].s, strlen(cases[i].s), NULL);
		int64_t seconds = -1;
		bool good = json_seconds(json, 1, 300, &seconds);

		if (seconds != cases[i].seconds || good != (seconds != -1))
			fail_msg("%s: %d, %lld", cases[i].s, good,
				 (long long)seconds);
		json_free(json);
	}
	assert_false(json_seconds(NULL, 0, 1, &(int64_t){0}));
}

static void test_scalar(void **state)
{
	static const struct {
		const char *s;
		const char *scalar;
	} cases[] = {
		{"\"a b\"", "a b"},
		{"42", "42"},
		{"-1.5", "-1.5"},
		{"1785000000", "1785000000"},
		{"9007199254740991", "9007199254740991"},
		{"true", "yes"},
		{"false", "no"},
		{"null", "-"},
		{"[]", NULL},
		{"{}", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json *json =
			json_parse(cases[i].s, strlen(cases[i].s), NULL);
		char *scalar = json_scalar(json);

		if (cases[i].scalar)
			assert_string_equal(scalar, cases[i].scalar);
		else
			assert_null(scalar);
		free(scalar);
		json_free(json);
	}
	assert_null(json_scalar(NULL));
}

static void test_walk(void **state)
{
	struct json *json = json_parse("{\"a\":[1,2],\"b\":true}", 20, NULL);
	const struct json *child = json_first(json);

	(void)state;
	assert_string_equal(json_name(child), "a");
	assert_null(json_name(json_first(child)));
	assert_null(json_next(json_next(json_first(child))));
	child = json_next(child);
	assert_string_equal(json_name(child), "b");
	assert_true(json_is_true(child));
	assert_null(json_next(child));
	assert_null(json_first(child));
	assert_false(json_is_true(json));
	assert_null(json_get(child, "b"));
	assert_null(json_get_text(json, "b"));
	json_free(json);
	assert_null(json_first(NULL));
	assert_null(json_next(NULL));
	assert_null(json_name(NULL));
	assert_null(json_text(NULL));
	json_free(NULL);
}

static void test_build(void **state)
{
	struct json *object = json_new_object();
	struct json *array = json_new_array();
	struct json *copy;
	char *text;

	(void)state;
	json_append_text(array, "one");
	json_append_text(array, NULL);
	json_append(array, json_new_object());
	json_append(array, NULL);
	json_set_text(object, "a", "old");
	json_set_integer(object, "b", 1785000000);
	json_set_text(object, "a", "new \"quoted\"");
	json_set_text(object, "a", NULL);
	json_set_bool(object, "c", false);
	json_set(object, "d", array);
	json_set(object, "e", NULL);
	json_set_bool(object, "c", true);
	copy = json_copy(object);
	json_set_text(object, "a", "changed");
	text = json_print(copy, false);
	assert_string_equal(text, "{\"a\":\"new \\\"quoted\\\"\","
				  "\"b\":1785000000,\"c\":true,"
				  "\"d\":[\"one\",{}]}");
	free(text);
	json_free(copy);
	text = json_print(object, true);
	assert_non_null(strstr(text, "\n\t\"a\":\t\"changed\",\n"));
	free(text);
	json_free(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_ambiguous),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_many_members),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_integer),
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_scalar),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_build),
	};

	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
