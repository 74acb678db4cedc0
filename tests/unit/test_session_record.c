/* SPDX-License-Identifier: MIT */
/*
 * machine/session_record: the text of a session file there and back, and every
 * way in which it can be damaged.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "machine/session_data.h"
#include "machine/session_record.h"

enum { CAP = 1024 * 1024 };

static const unsigned char key[CRYPTO_KEY_SIZE] =
	"0123456789abcdef0123456789abcde";
static const unsigned char other_key[CRYPTO_KEY_SIZE] = "another";

/* Borrows its strings: not for session_data_free(). */
static struct session_data example(void)
{
	return (struct session_data){
		.provider = (char *)(uintptr_t) "webex",
		.issuer = (char *)(uintptr_t) "https://i.example",
		.client_id = (char *)(uintptr_t) "C1",
		.tokens =
			{
				.access_token = (char *)(uintptr_t) "AT \"1\"",
				.refresh_token = (char *)(uintptr_t) "RT",
				.id_token = (char *)(uintptr_t) "I.D.T",
				.token_type = (char *)(uintptr_t) "Bearer",
				.scope = (char *)(uintptr_t) "a b",
			},
		.expires_at = 1800000000,
		.refresh_expires_at = 1900000000,
		.profile = (char *)(uintptr_t) "{\"name\":\"J\xc3\xbcrg\","
					       "\"a\":1,\"a\":2}",
		.refreshing = true,
		.signing_out = true,
	};
}

static void test_plain_text(void **state)
{
	struct session_data data = example();
	struct buf text;

	(void)state;
	buf_init(&text, CAP);
	assert_true(session_record_write(&text, &data, NULL));
	assert_string_equal(
		buf_text(&text),
		"{\"version\":1,\"provider\":\"webex\","
		"\"issuer\":\"https://i.example\",\"client_id\":\"C1\","
		"\"access_token\":\"AT \\\"1\\\"\",\"refresh_token\":\"RT\","
		"\"id_token\":\"I.D.T\","
		"\"expires_at\":1800000000,\"refresh_expires_at\":1900000000,"
		"\"scope\":\"a b\",\"token_type\":\"Bearer\","
		"\"profile\":{\"name\":\"J\xc3\xbcrg\",\"a\":1,\"a\":2},"
		"\"refreshing\":true,\"signing_out\":true}"
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
		assert_true(session_record_write(&text, &data, NULL));
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
	assert_true(session_record_write(&text, &data, with));
	assert_int_equal(session_record_read(&read, buf_text(&text), text.len,
					     with, NULL),
			 SESSION_RECORD_OK);
	assert_string_equal(read.provider, data.provider);
	assert_string_equal(read.issuer, data.issuer);
	assert_string_equal(read.client_id, data.client_id);
	assert_string_equal(read.tokens.access_token, data.tokens.access_token);
	assert_string_equal(read.tokens.refresh_token,
			    data.tokens.refresh_token);
	assert_string_equal(read.tokens.id_token, data.tokens.id_token);
	assert_string_equal(read.tokens.token_type, data.tokens.token_type);
	assert_string_equal(read.tokens.scope, data.tokens.scope);
	assert_int_equal(read.expires_at, data.expires_at);
	assert_int_equal(read.refresh_expires_at, data.refresh_expires_at);
	assert_string_equal(read.profile, data.profile);
	assert_true(read.refreshing);
	assert_true(read.signing_out);
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
	while (profile.len <= SESSION_RECORD_MAX_PROFILE)
		buf_adds(&profile, "y");
	buf_adds(&profile, "\"}");
	data.profile = profile.data;
	buf_init(&text, CAP);
	assert_true(session_record_write(&text, &data, NULL));
	assert_int_equal(session_record_read(&read, buf_text(&text), text.len,
					     NULL, NULL),
			 SESSION_RECORD_OK);
	assert_null(read.profile);
	session_data_free(&read);
	buf_free(&text);
	buf_free(&profile);
}

/* What is read can be written and read again. */
static void test_profile_that_is_written_again(void **state)
{
	static const struct {
		const char *profile;
		const char *read; /* NULL: none */
	} cases[] = {
		{"{\"sub\":\"1\"}", "{\"sub\":\"1\"}"},
		{"{\"sub\":\"1\",\"sub\":\"2\"}", NULL},
		{"{\"sub\":\"1\",\"a\":1,\"sub\":\"1\"}",
		 "{\"a\":1,\"sub\":\"1\"}"},
		{"{\"emails\":[\"a\"],\"emails\":[]}", NULL},
		{"{\"a\":1,\"a\":2}", "{\"a\":1,\"a\":2}"},
		{"{\"a\":{\"sub\":1,\"sub\":2}}",
		 "{\"a\":{\"sub\":1,\"sub\":2}}"},
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct session_data once = {0}, twice = {0};
		struct buf out;

		snprintf(text, sizeof(text),
			 "{\"version\":1,\"provider\":\"p\","
			 "\"access_token\":\"t\",\"profile\":%s}",
			 cases[i].profile);
		assert_int_equal(session_record_read(&once, text, strlen(text),
						     NULL, NULL),
				 SESSION_RECORD_OK);
		buf_init(&out, CAP);
		assert_true(session_record_write(&out, &once, NULL));
		assert_int_equal(session_record_read(&twice, buf_text(&out),
						     out.len, NULL, NULL),
				 SESSION_RECORD_OK);
		if (cases[i].read != NULL) {
			assert_string_equal(once.profile, cases[i].read);
			assert_string_equal(twice.profile, cases[i].read);
		} else {
			assert_null(once.profile);
			assert_null(twice.profile);
		}
		session_data_free(&twice);
		session_data_free(&once);
		buf_free(&out);
	}
}

static void test_too_small_a_buffer(void **state)
{
	struct session_data data = example();
	struct buf text;

	(void)state;
	buf_init(&text, 20);
	assert_false(session_record_write(&text, &data, NULL));
	buf_free(&text);
	buf_init(&text, 20);
	assert_false(session_record_write(&text, &data, key));
	buf_free(&text);
}

#define REST "\"provider\":\"p\",\"access_token\":\"t\""

static const struct reading {
	const char *text;
	enum session_record_result result;
	const char *how;
} readings[] = {
	{"{\"version\":1," REST "}", SESSION_RECORD_OK, ""},
	{" {\"version\":1," REST ",\"later\":[1,{}]} \n", SESSION_RECORD_OK,
	 ""},
	{"{\"version\":1," REST ",\"expires_at\":0}", SESSION_RECORD_OK, ""},
	{"", SESSION_RECORD_BAD, "it is not JSON"},
	{"{\"version\":1," REST, SESSION_RECORD_BAD, "it is not JSON"},
	{"{\"version\":1," REST "}x", SESSION_RECORD_BAD, "it is not JSON"},
	{"[]", SESSION_RECORD_BAD, "it has no version"},
	{"{" REST "}", SESSION_RECORD_BAD, "it has no version"},
	{"{\"version\":0," REST "}", SESSION_RECORD_BAD, "it has no version"},
	{"{\"version\":\"1\"," REST "}", SESSION_RECORD_BAD,
	 "it has no version"},
	{"{\"version\":2}", SESSION_RECORD_NEWER, "its version is 2"},
	{"{\"version\":1,\"access_token\":\"t\"}", SESSION_RECORD_BAD,
	 "its provider is missing or not a string"},
	{"{\"version\":1,\"provider\":\"p\"}", SESSION_RECORD_BAD,
	 "its access_token is missing or not a string"},
	{"{\"version\":1,\"provider\":\"p\",\"access_token\":\"\"}",
	 SESSION_RECORD_BAD, "its access_token is missing or not a string"},
	{"{\"version\":1,\"provider\":\"p\",\"access_token\":7}",
	 SESSION_RECORD_BAD, "its access_token is missing or not a string"},
	{"{\"version\":1," REST ",\"refresh_token\":null}", SESSION_RECORD_BAD,
	 "its refresh_token is missing or not a string"},
	{"{\"version\":1," REST ",\"id_token\":{}}", SESSION_RECORD_BAD,
	 "its id_token is missing or not a string"},
	{"{\"version\":1," REST ",\"scope\":[]}", SESSION_RECORD_BAD,
	 "its scope is missing or not a string"},
	{"{\"version\":1," REST ",\"token_type\":1}", SESSION_RECORD_BAD,
	 "its token_type is missing or not a string"},
	{"{\"version\":1," REST ",\"expires_at\":\"1\"}", SESSION_RECORD_BAD,
	 "its expires_at is not a time"},
	{"{\"version\":1," REST ",\"refresh_expires_at\":[]}",
	 SESSION_RECORD_BAD, "its refresh_expires_at is not a time"},
	{"{\"version\":1," REST ",\"profile\":\"{}\"}", SESSION_RECORD_BAD,
	 "its profile is not an object"},
	{"{\"version\":1," REST ",\"refreshing\":1}", SESSION_RECORD_BAD,
	 "its refreshing is neither true nor false"},
	{"{\"version\":1," REST ",\"signing_out\":\"yes\"}", SESSION_RECORD_BAD,
	 "its signing_out is neither true nor false"},
	{"{\"version\":1,\"sealed\":\"AAAA\"}", SESSION_RECORD_LOCKED, ""},
	{"{\"version\":2,\"sealed\":\"AAAA\"}", SESSION_RECORD_NEWER,
	 "its version is 2"},
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
		assert_int_equal(session_record_read(&data, text, strlen(text),
						     NULL, &err),
				 reading->result);
		assert_string_equal(err.text, reading->how);
		if (reading->result == SESSION_RECORD_OK) {
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
		assert_int_equal(session_record_read(&data, buf_text(&text),
						     text.len, NULL, NULL),
				 SESSION_RECORD_OK);
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
	assert_true(session_record_write(&text, &data, key));
	assert_null(strstr(buf_text(&text), "webex"));
	assert_null(strstr(buf_text(&text), "access_token"));
	assert_memory_equal(buf_text(&text), "{\"version\":1,\"sealed\":\"",
			    23);
	buf_free(&text);
}

static void test_every_change_to_a_sealed_text_is_seen(void **state)
{
	/* The key check value and the nonce, in base64url: what is changed
	 * there cannot be told from another key. */
	enum { FIRST = 23, KEY_CHECK = (16 + 24) * 4 / 3 };
	struct session_data data = example(), read = {0};
	struct buf text;

	(void)state;
	buf_init(&text, CAP);
	assert_true(session_record_write(&text, &data, key));
	assert_int_equal(session_record_read(&read, text.data, text.len,
					     other_key, NULL),
			 SESSION_RECORD_OTHER_KEY);
	assert_null(read.provider);
	/* The last character is left out: some of its bits stand for
	 * nothing. */
	for (size_t i = FIRST; i + 5 < text.len; i++) {
		enum session_record_result result;
		char was = text.data[i];

		text.data[i] = was == 'A' ? 'B' : 'A';
		result = session_record_read(&read, text.data, text.len, key,
					     NULL);
		if (i < FIRST + KEY_CHECK)
			assert_int_equal(result, SESSION_RECORD_OTHER_KEY);
		else if (i > FIRST + KEY_CHECK)
			assert_int_equal(result, SESSION_RECORD_BAD);
		assert_int_not_equal(result, SESSION_RECORD_OK);
		assert_null(read.provider);
		text.data[i] = was;
	}
	assert_int_equal(
		session_record_read(&read, text.data, text.len, key, NULL),
		SESSION_RECORD_OK);
	session_data_free(&read);
	buf_free(&text);
}

/* As version 0.2.0 sealed: without a key check value. */
static void test_older_seal(void **state)
{
	enum { KEY_CHECK = 16 }; /* bytes */
	const char *plain = "{\"version\":1," REST "}";
	struct session_data read = {0};
	struct buf sealed, text;

	(void)state;
	buf_init(&sealed, CAP);
	buf_init(&text, CAP);
	assert_true(crypto_seal(&sealed, plain, strlen(plain), key));
	assert_true(buf_adds(&text, "{\"version\":1,\"sealed\":\""));
	assert_true(crypto_base64url(&text, sealed.data + KEY_CHECK,
				     sealed.len - KEY_CHECK));
	assert_true(buf_adds(&text, "\"}\n"));
	assert_int_equal(session_record_read(&read, text.data, text.len,
					     other_key, NULL),
			 SESSION_RECORD_OTHER_KEY);
	assert_int_equal(
		session_record_read(&read, text.data, text.len, key, NULL),
		SESSION_RECORD_OK);
	assert_int_equal(read.serial, 0);
	session_data_free(&read);
	buf_free(&text);
	buf_free(&sealed);
}

static void test_plain_text_is_refused_with_a_key(void **state)
{
	const char *text = "{\"version\":1," REST "}";
	struct session_data read = {0};

	(void)state;
	assert_int_equal(
		session_record_read(&read, text, strlen(text), key, NULL),
		SESSION_RECORD_PLAIN);
	assert_null(read.provider);
}

static void test_serial_is_kept_in_the_seal(void **state)
{
	struct session_data data = example(), read = {0};
	struct buf text;

	(void)state;
	data.serial = INT64_C(281474976710656);
	buf_init(&text, CAP);
	assert_true(session_record_write(&text, &data, key));
	assert_int_equal(
		session_record_read(&read, text.data, text.len, key, NULL),
		SESSION_RECORD_OK);
	assert_int_equal(read.serial, data.serial);
	session_data_free(&read);
	buf_free(&text);
	buf_init(&text, CAP);
	assert_true(session_record_write(&text, &data, NULL));
	assert_null(strstr(buf_text(&text), "serial"));
	buf_free(&text);
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
		cmocka_unit_test(test_profile_that_is_written_again),
		cmocka_unit_test(test_too_small_a_buffer),
		cmocka_unit_test(test_readings),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_sealed_text_tells_nothing),
		cmocka_unit_test(test_every_change_to_a_sealed_text_is_seen),
		cmocka_unit_test(test_older_seal),
		cmocka_unit_test(test_plain_text_is_refused_with_a_key),
		cmocka_unit_test(test_serial_is_kept_in_the_seal),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
