/* SPDX-License-Identifier: MIT */
/*
 * core/record: the text of a session file there and back, and every way in
 * which it can be damaged.
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
#include "base/crypto.h"
#include "base/err.h"
#include "base/mem.h"
#include "core/json.h"
#include "core/record.h"
#include "core/session_data.h"

enum { CAP = 1024 * 1024 };

static const unsigned char key[CRYPTO_KEY_SIZE] =
	"0123456789abcdef0123456789abcde";
static const unsigned char other_key[CRYPTO_KEY_SIZE] = "another";

/* Borrows its strings: not for session_data_free(). */
static struct session_data example(void)
{
	return (struct session_data){
		.provider = (char *)(uintptr_t) "webex",
		.tokens =
			{
				.access_token = (char *)(uintptr_t) "AT \"1\"",
				.refresh_token = (char *)(uintptr_t) "RT",
				.token_type = (char *)(uintptr_t) "Bearer",
				.scope = (char *)(uintptr_t) "a b",
			},
		.expires_at = 1800000000,
		.refresh_expires_at = 1900000000,
		.profile = (char *)(uintptr_t) "{\"name\":\"J\xc3\xbcrg\"}",
		.refreshing = true,
	};
}

static void test_plain_text(void **state)
{
	struct session_data data = example();
	struct buf text;

	(void)state;
	buf_init(&text, CAP);
	assert_true(record_write(&text, &data, NULL));
	assert_string_equal(
		buf_text(&text),
		"{\"version\":1,\"provider\":\"webex\","
		"\"access_token\":\"AT \\\"1\\\"\",\"refresh_token\":\"RT\","
		"\"expires_at\":1800000000,\"refresh_expires_at\":1900000000,"
		"\"scope\":\"a b\",\"token_type\":\"Bearer\","
		"\"profile\":{\"name\":\"J\xc3\xbcrg\"},\"refreshing\":true}"
		"\n");
	buf_free(&text);
}

static void test_what_is_not_known_is_not_written(void **state)
{
	struct session_data data = {
		.provider = (char *)(uintptr_t) "p",
		.tokens = {.access_token = (char *)(uintptr_t) "t"},
	};
	static const char *const no_objects[] = {"[1]", "\"text\"", "{", ""};
	struct buf text;

	(void)state;
	for (size_t i = 0; i < sizeof(no_objects) / sizeof(no_objects[0]);
	     i++) {
		data.profile = (char *)(uintptr_t)no_objects[i];
		buf_init(&text, CAP);
		assert_true(record_write(&text, &data, NULL));
		assert_string_equal(buf_text(&text),
				    "{\"version\":1,\"provider\":\"p\","
				    "\"access_token\":\"t\"}\n");
		buf_free(&text);
	}
}

static void assert_there_and_back(const unsigned char *with)
{
	struct session_data data = example(), read = {0};
	struct buf text;

	buf_init(&text, CAP);
	assert_true(record_write(&text, &data, with));
	assert_int_equal(
		record_read(&read, buf_text(&text), text.len, with, NULL),
		RECORD_OK);
	assert_string_equal(read.provider, data.provider);
	assert_string_equal(read.tokens.access_token, data.tokens.access_token);
	assert_string_equal(read.tokens.refresh_token,
			    data.tokens.refresh_token);
	assert_string_equal(read.tokens.token_type, data.tokens.token_type);
	assert_string_equal(read.tokens.scope, data.tokens.scope);
	assert_int_equal(read.expires_at, data.expires_at);
	assert_int_equal(read.refresh_expires_at, data.refresh_expires_at);
	assert_string_equal(read.profile, data.profile);
	assert_true(read.refreshing);
	session_data_free(&read);
	buf_free(&text);
}

static void test_there_and_back(void **state)
{
	(void)state;
	assert_there_and_back(NULL);
	assert_there_and_back(key);
}

static void test_huge_profile_is_left_out(void **state)
{
	struct session_data data = example(), read = {0};
	struct buf profile, text;

	(void)state;
	buf_init(&profile, CAP);
	buf_adds(&profile, "{\"x\":\"");
	while (profile.len <= RECORD_MAX_PROFILE)
		buf_adds(&profile, "y");
	buf_adds(&profile, "\"}");
	data.profile = profile.data;
	buf_init(&text, CAP);
	assert_true(record_write(&text, &data, NULL));
	assert_int_equal(
		record_read(&read, buf_text(&text), text.len, NULL, NULL),
		RECORD_OK);
	assert_null(read.profile);
	session_data_free(&read);
	buf_free(&text);
	buf_free(&profile);
}

static void test_too_small_a_buffer(void **state)
{
	struct session_data data = example();
	struct buf text;

	(void)state;
	buf_init(&text, 20);
	assert_false(record_write(&text, &data, NULL));
	buf_free(&text);
	buf_init(&text, 20);
	assert_false(record_write(&text, &data, key));
	buf_free(&text);
}

#define REST "\"provider\":\"p\",\"access_token\":\"t\""

static const struct reading {
	const char *text;
	enum record_result result;
	const char *how;
} readings[] = {
	{"{\"version\":1," REST "}", RECORD_OK, ""},
	{" {\"version\":1," REST ",\"later\":[1,{}]} \n", RECORD_OK, ""},
	{"{\"version\":1," REST ",\"expires_at\":0}", RECORD_OK, ""},
	{"", RECORD_BAD, "it is no JSON"},
	{"{\"version\":1," REST, RECORD_BAD, "it is no JSON"},
	{"{\"version\":1," REST "}x", RECORD_BAD, "it is no JSON"},
	{"[]", RECORD_BAD, "it has no version"},
	{"{" REST "}", RECORD_BAD, "it has no version"},
	{"{\"version\":0," REST "}", RECORD_BAD, "it has no version"},
	{"{\"version\":\"1\"," REST "}", RECORD_BAD, "it has no version"},
	{"{\"version\":2}", RECORD_NEWER, "it is of version 2"},
	{"{\"version\":1,\"access_token\":\"t\"}", RECORD_BAD,
	 "its provider is missing or no text"},
	{"{\"version\":1,\"provider\":\"p\"}", RECORD_BAD,
	 "its access_token is missing or no text"},
	{"{\"version\":1,\"provider\":\"p\",\"access_token\":\"\"}", RECORD_BAD,
	 "its access_token is missing or no text"},
	{"{\"version\":1,\"provider\":\"p\",\"access_token\":7}", RECORD_BAD,
	 "its access_token is missing or no text"},
	{"{\"version\":1," REST ",\"refresh_token\":null}", RECORD_BAD,
	 "its refresh_token is missing or no text"},
	{"{\"version\":1," REST ",\"scope\":[]}", RECORD_BAD,
	 "its scope is missing or no text"},
	{"{\"version\":1," REST ",\"token_type\":1}", RECORD_BAD,
	 "its token_type is missing or no text"},
	{"{\"version\":1," REST ",\"expires_at\":\"1\"}", RECORD_BAD,
	 "its expires_at is no time"},
	{"{\"version\":1," REST ",\"refresh_expires_at\":[]}", RECORD_BAD,
	 "its refresh_expires_at is no time"},
	{"{\"version\":1," REST ",\"profile\":\"{}\"}", RECORD_BAD,
	 "its profile is no object"},
	{"{\"version\":1," REST ",\"refreshing\":1}", RECORD_BAD,
	 "its refreshing is neither true nor false"},
	{"{\"version\":1,\"sealed\":\"AAAA\"}", RECORD_LOCKED, ""},
	{"{\"version\":2,\"sealed\":\"AAAA\"}", RECORD_NEWER,
	 "it is of version 2"},
};

static void test_readings(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++) {
		const struct reading *reading = &readings[i];
		struct session_data data = {0};
		struct err err = {""};
		/* Without its NUL, for a sanitizer to see who goes too far. */
		char *text = malloc(strlen(reading->text) + 1);

		assert_non_null(text);
		memcpy(text, reading->text, strlen(reading->text) + 1);
		assert_int_equal(
			record_read(&data, text, strlen(text), NULL, &err),
			reading->result);
		assert_string_equal(err.text, reading->how);
		if (reading->result == RECORD_OK) {
			assert_string_equal(data.provider, "p");
			assert_string_equal(data.tokens.token_type, "Bearer");
			assert_null(data.profile);
			assert_false(data.refreshing);
		} else {
			assert_null(data.provider);
			assert_null(data.tokens.access_token);
		}
		session_data_free(&data);
		free(text);
	}
}

static void test_times(void **state)
{
	static const int64_t last =
		INT64_C(253402300799); /* in the year 9999 */
	static const struct {
		const char *text;
		int64_t time;
	} cases[] = {
		{"0", 0},
		{"1800000000", 1800000000},
		{"-1", 1},
		{"-1099511627776", 1},
		{"253402300799", last},
		{"253402300800", last},
		{"1099511627776", last},
		{"1e300", last},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct session_data data = {0};
		struct buf text;

		buf_init(&text, CAP);
		buf_addf(&text, "{\"version\":1," REST ",\"expires_at\":%s}",
			 cases[i].text);
		assert_int_equal(record_read(&data, buf_text(&text), text.len,
					     NULL, NULL),
				 RECORD_OK);
		assert_int_equal(data.expires_at, cases[i].time);
		session_data_free(&data);
		buf_free(&text);
	}
}

static void test_sealed_text_tells_nothing(void **state)
{
	struct session_data data = example();
	struct buf text;

	(void)state;
	buf_init(&text, CAP);
	assert_true(record_write(&text, &data, key));
	assert_null(strstr(buf_text(&text), "webex"));
	assert_null(strstr(buf_text(&text), "access_token"));
	assert_memory_equal(buf_text(&text), "{\"version\":1,\"sealed\":\"",
			    23);
	buf_free(&text);
}

static void test_every_change_to_a_sealed_text_is_seen(void **state)
{
	struct session_data data = example(), read = {0};
	struct buf text;

	(void)state;
	buf_init(&text, CAP);
	assert_true(record_write(&text, &data, key));
	assert_int_equal(
		record_read(&read, text.data, text.len, other_key, NULL),
		RECORD_BAD);
	assert_null(read.provider);
	/* The last character is left out: some of its bits stand for
	 * nothing. */
	for (size_t i = 23; i + 5 < text.len; i++) {
		char was = text.data[i];

		text.data[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(
			record_read(&read, text.data, text.len, key, NULL),
			RECORD_BAD);
		assert_null(read.provider);
		text.data[i] = was;
	}
	assert_int_equal(record_read(&read, text.data, text.len, key, NULL),
			 RECORD_OK);
	session_data_free(&read);
	buf_free(&text);
}

static void test_plain_text_is_read_with_a_key(void **state)
{
	const char *text = "{\"version\":1," REST "}";
	struct session_data read = {0};

	(void)state;
	assert_int_equal(record_read(&read, text, strlen(text), key, NULL),
			 RECORD_OK);
	session_data_free(&read);
}

static int set_up(void **state)
{
	(void)state;
	json_init();
	return !crypto_init();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_text),
		cmocka_unit_test(test_what_is_not_known_is_not_written),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_huge_profile_is_left_out),
		cmocka_unit_test(test_too_small_a_buffer),
		cmocka_unit_test(test_readings),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_sealed_text_tells_nothing),
		cmocka_unit_test(test_every_change_to_a_sealed_text_is_seen),
		cmocka_unit_test(test_plain_text_is_read_with_a_key),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
