/* SPDX-License-Identifier: MIT */
/*
 * io/http_coding against a peer: content that is compressed, and what cannot be
 * undone.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "http_fixture.h"

/* Nobody asked for it (test_post_exactly), and it is understood all the same,
 * from the first answer on; what is not compressed is what it is, whatever it
 * is called. Nothing is asked for twice. */
static void test_content_codings(void **state)
{
	static const char *const names[] = {
		"gzip",
		"x-gzip",
		"GZIP",
		"identity",
		"deflate",
		"raw-deflate",
		"gzip-junk",
		"gzip-zeros",
		"gzip-two",
		"gzip-twice",
		"deflate-gzip",
		"gzip-as-utf-8",
		"gzip-as-deflate",
		"gzip-unnamed",
		"gzip-identity",
		"gzip-empty",
		"gzip-two-lines",
		"gzip-as-identity",
		"gzip-as-nothing",
		"x-gzip-identity",
		"deflate-two-lines",
		/* None of these is a coding. */
		"utf-8",
		"UTF-8",
		"ISO-8859-1",
		"none",
		"binary",
		"8bit",
		"base64",
		"null",
		"",
		"application|json",
		"aes128gcm",
		"x",
		/* These are, but nobody has applied them. */
		"gzip-plain",
		"x-gzip-plain",
		"deflate-plain",
		"br-plain",
		"zstd-plain",
		"compress-plain",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[64];
		struct reply reply;

		snprintf(path, sizeof(path), "/encoded/%s", names[i]);
		reply = i % 2 == 0 ? http_fixture_get(path)
				   : http_fixture_post(path, "code=1");
		if (reply.net != NET_OK || strcmp(reply.body, "{\"a\":1}") != 0)
			fail_msg("%s: %s%s", names[i], reply.what, reply.body);
		assert_int_equal(reply.body_len, 7);
		http_fixture_next_seen();
		http_fixture_assert_none_seen();
	}
}

/* What cannot be undone is a sentence that is true, and never half an answer
 * that passes for a whole. */
static void test_codings_that_cannot_be_undone(void **state)
{
	static const struct {
		const char *name, *words;
	} cases[] = {
		{"broken", "(Content-Encoding: gzip)."},
		{"gzip-crc", "(Content-Encoding: gzip)."},
		{"gzip-cut", "(Content-Encoding: gzip)."},
		{"gzip-no-trailer", "(Content-Encoding: gzip)."},
		{"gzip-cut-unnamed", "(gzip)."},
		{"deflate-cut", "(Content-Encoding: deflate)."},
		{"br", "(Content-Encoding: br)."},
		{"zstd", "(Content-Encoding: zstd)."},
		{"raw-deflate-cut", "(Content-Encoding: deflate)."},
		{"gzip-cut-identity", "(gzip)."},
		{"gzip-cut-utf-8", "(gzip)."},
		{"deflate-cut-two-lines",
		 "(Content-Encoding: identity, deflate)."},
		{"br-two-lines", "(Content-Encoding: identity, br)."},
		{"gzip-br", "(Content-Encoding: gzip, br)."},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reply reply;
		char path[64], want[128];

		snprintf(path, sizeof(path), "/encoded/%s", cases[i].name);
		snprintf(want, sizeof(want),
			 "Cannot talk to 127.0.0.1: its answer cannot be "
			 "decompressed %s",
			 cases[i].words);
		reply = http_fixture_get(path);
		http_fixture_next_seen();
		if (reply.net != NET_OTHER || strcmp(reply.what, want) != 0)
			fail_msg("%s: %d, %s", cases[i].name, reply.net,
				 reply.what);
		assert_int_equal(reply.body_len, 0);
	}
	assert_string_equal(http_fixture_get("/encoded/gzip").body,
			    "{\"a\":1}");
}

/* Nobody asked for one of those, either (RFC 9112 section 7.4), and without it
 * there is no telling where the answer ends. */
static void test_transfer_codings(void **state)
{
	static const char *const names[] = {"br", "zstd", "x-unknown"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct reply reply;
		char path[64];

		snprintf(path, sizeof(path), "/transfer/%s", names[i]);
		reply = http_fixture_get(path);
		http_fixture_next_seen();
		/* libcurl 8.14 says it in words of its own. */
		if (reply.net != NET_OTHER ||
		    strstr(reply.what, "its answer cannot be decompressed (") ==
			    NULL ||
		    strstr(reply.what, "Transfer-Encoding") == NULL ||
		    strstr(reply.what, names[i]) == NULL)
			fail_msg("%s: %d, %s, %s", names[i], reply.net,
				 reply.what, reply.body);
	}
	assert_string_equal(http_fixture_get("/transfer/chunked").body,
			    "{\"a\":1}");
}

/* What is counted is what comes out. */
static void test_bomb(void **state)
{
	static const struct {
		const char *path;
		enum net_result net;
		size_t len;
	} cases[] = {
		{"/bomb/1000", NET_OK, 1033},
		{"/bomb/1048513", NET_OK, 1048513}, /* under the cap */
		{"/bomb/1048577", NET_TOO_LARGE, 0},
		{"/bomb/4000000", NET_TOO_LARGE, 0},
		{"/encoded/gzip", NET_OK, 7},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reply reply = http_fixture_get(cases[i].path);

		assert_int_equal(reply.net, cases[i].net);
		assert_int_equal(reply.body_len, cases[i].len);
		if (reply.net == NET_OK && i != 4)
			assert_int_equal(reply.body[reply.body_len - 1], 0);
	}
}

/* One that has sent utf-8 may send gzip later, and the other way around. */
static void test_codings_in_turn(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct reply reply = http_fixture_get("/encoded/turns");

		if (reply.net != NET_OK)
			fail_msg("turn %d: %s", i, reply.what);
		assert_string_equal(reply.body, "{\"a\":1}");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_content_codings),
		TEST(test_codings_that_cannot_be_undone),
		TEST(test_transfer_codings),
		TEST(test_bomb),
		TEST(test_codings_in_turn),
	};

	return cmocka_run_group_tests(tests, http_fixture_start, NULL);
}
