/* SPDX-License-Identifier: MIT */
/*
 * oauth/json_request: which answers ask for JSON, and what a form becomes.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "machine/event.h"
#include "oauth/json_request.h"
#include "oauth/provider.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_learn(void **state)
{
	static const struct {
		enum net_result net;
		int status;
		const char *body, *accept;
		bool learns;
	} cases[] = {
		{NET_OK, 415, "Allowed types: application/json", NULL, true},
		{NET_OK, 415, "{\"message\":\"use Application/JSON\"}", NULL,
		 true},
		{NET_OK, 415, "", "application/json", true},
		{NET_OK, 415, "", "application/json, application/cbor", true},
		{NET_OK, 415, "", NULL, false},
		{NET_OK, 415, "Unsupported Media Type", "text/xml", false},
		{NET_OK, 415, "{\"code\":\"FST_ERR_CTP_INVALID_MEDIA_TYPE\"}",
		 NULL, true},
		/* The same complaint with another status. */
		{NET_OK, 400, "Content-Type must be application/json", NULL,
		 false},
		{NET_OK, 400,
		 "{\"message\":\"Content-Type must be application/json\"}",
		 NULL, true},
		{NET_OK, 400,
		 "{\"message\":\"Content-Type must be application\\/json\"}",
		 NULL, true},
		{NET_OK, 400,
		 "{\"detail\":\"Unsupported media type. Use "
		 "'application/json'.\"}",
		 NULL, true},
		{NET_OK, 400,
		 "{\"error\":\"The media type is not application/json\"}", NULL,
		 true},
		{NET_OK, 400,
		 "{\"error\":\"bad content type, \\\"application/json\\\" is "
		 "required\"}",
		 NULL, true},
		{NET_OK, 400,
		 "{\"message\":\"Unsupported media type: application/json\"}",
		 NULL, false},
		{NET_OK, 400,
		 "{\"message\":\"Content-Type application/json is not "
		 "supported\"}",
		 NULL, false},
		{NET_OK, 400,
		 "{\"message\":\"Content-Type must be "
		 "application/x-www-form-urlencoded, not application/json\"}",
		 NULL, false},
		{NET_OK, 400,
		 "{\"message\":\"Content-Type must be application/json or "
		 "application/x-www-form-urlencoded\"}",
		 NULL, false},
		/* Web servers and proxies. */
		{NET_OK, 400,
		 "<HTML><HEAD><META HTTP-EQUIV=\"Content-Type\" "
		 "Content=\"text/html; charset=us-ascii\"></HEAD><BODY><h2>Bad "
		 "Request - Invalid Header</h2></BODY></HTML>",
		 NULL, false},
		{NET_OK, 400,
		 "<html><meta http-equiv=\"Content-Type\" "
		 "content=\"text/html\">"
		 "<p>Invalid Request</p></html>",
		 NULL, false},
		{NET_OK, 400,
		 "<meta http-equiv=\"Content-Type\"><p>must be "
		 "application/json</p>",
		 NULL, false},
		{NET_OK, 400,
		 "{\"error\":\"invalid_request\",\"error_description\":"
		 "\"content-type must be Application/JSON\"}",
		 NULL, true},
		{NET_OK, 400, "{\"error\":\"Unsupported Content Type\"}", NULL,
		 false},
		{NET_OK, 400,
		 "{\"error_description\":\"invalid content-type "
		 "\\\"application/x-www-form-urlencoded\\\", expected "
		 "application/json\"}",
		 NULL, true},
		{NET_OK, 400,
		 "{\"code\":\"FST_ERR_CTP_INVALID_MEDIA_TYPE\",\"message\":"
		 "\"Unsupported Media Type: "
		 "application/x-www-form-urlencoded\"}",
		 NULL, true},
		{NET_OK, 400,
		 "{\"message\":\"invalid content type: expected "
		 "application/x-www-form-urlencoded\"}",
		 NULL, false},
		{NET_OK, 400, "{\"error\":\"authorization_pending\"}",
		 "application/json", false},
		{NET_OK, 400, "{\"error\":\"invalid_request\"}",
		 "application/json", false},
		{NET_OK, 403, "Content-Type must be application/json", NULL,
		 false},
		{NET_OK, 400, "application/json", NULL, false},
		{NET_OK, 200, "application/json", "application/json", false},
		{NET_TIMEOUT, 0, "", NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum request_shape takes_json = SHAPE_FORM;
		const struct provider provider = {.takes_json = &takes_json};
		const struct provider forgetful = {.takes_json = NULL};
		const struct reply reply = {
			.net = cases[i].net,
			.status = cases[i].status,
			.body = cases[i].body,
			.body_len = strlen(cases[i].body),
			.accept = cases[i].accept,
		};

		if (json_request_learn(&provider, &reply) != cases[i].learns)
			fail_msg("%d %s", cases[i].status, cases[i].body);
		assert_int_equal(takes_json, cases[i].learns ? SHAPE_JSON_MAYBE
							     : SHAPE_FORM);
		assert_int_equal(json_request_is_due(&provider),
				 cases[i].learns);
		assert_false(json_request_learn(&forgetful, &reply));
	}
}

/* What the answers after that one change. */
static void test_unlearn(void **state)
{
#define WANTED "application/json"
#define INVALID "{\"error\":\"invalid_request\"}"
	static const struct {
		enum request_shape from;
		int status;
		const char *body;
		enum request_shape to;
	} cases[] = {
		/* The first in JSON was not understood. */
		{SHAPE_JSON_MAYBE, 400, INVALID, SHAPE_FORM_AGAIN},
		{SHAPE_JSON_MAYBE, 401, "{\"error\":\"invalid_client\"}",
		 SHAPE_FORM_AGAIN},
		{SHAPE_JSON_MAYBE, 400,
		 "{\"error\":\"unsupported_grant_type\"}", SHAPE_FORM_AGAIN},
		{SHAPE_JSON_MAYBE, 415, "", SHAPE_FORM_AGAIN},
		{SHAPE_JSON_MAYBE, 400,
		 "{\"message\":\"Unsupported media type\"}", SHAPE_FORM_AGAIN},
		/* It was, or that is not known yet. */
		{SHAPE_JSON_MAYBE, 200, "{}", SHAPE_JSON},
		{SHAPE_JSON_MAYBE, 400, "{\"error\":\"invalid_grant\"}",
		 SHAPE_JSON},
		{SHAPE_JSON_MAYBE, 400, "{\"error\":\"authorization_pending\"}",
		 SHAPE_JSON},
		{SHAPE_JSON_MAYBE, 503, "", SHAPE_JSON_MAYBE},
		{SHAPE_JSON_MAYBE, 429, INVALID, SHAPE_JSON_MAYBE},
		/* It insists, and is believed. */
		{SHAPE_FORM_AGAIN, 415, WANTED, SHAPE_JSON},
		{SHAPE_FORM_AGAIN, 400, INVALID, SHAPE_FORM_AGAIN},
		{SHAPE_JSON, 400, INVALID, SHAPE_JSON},
		{SHAPE_JSON, 415, WANTED, SHAPE_JSON},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum request_shape takes_json = cases[i].from;
		const struct provider provider = {.takes_json = &takes_json};
		const struct reply reply = {
			.net = NET_OK,
			.status = cases[i].status,
			.body = cases[i].body,
			.body_len = strlen(cases[i].body),
		};
		bool was_json = json_request_is_due(&provider);
		bool learnt = json_request_learn(&provider, &reply);

		if (takes_json != cases[i].to)
			fail_msg("%zu: %d", i, (int)takes_json);
		assert_int_equal(learnt,
				 json_request_is_due(&provider) != was_json);
	}
}

static void test_unmake(void **state)
{
	static const char *const forms[] = {
		"a=1",
		"grant_type=urn%3Aietf%3Ax&device_code=a+b%22&client_id=",
		"s=x&r=1&r=2&r=3"};

	(void)state;
	for (size_t i = 0; i < COUNT(forms); i++) {
		struct request *request = xcalloc(1, sizeof(*request));

		request->body = xstrdup(forms[i]);
		json_request_make(request);
		json_request_unmake(request);
		assert_string_equal(request->body, forms[i]);
		assert_false(request->json);
		assert_false(request->broken);
		json_request_unmake(request);
		assert_string_equal(request->body, forms[i]);
		request_free(request);
	}
}

static void test_make(void **state)
{
	static const struct {
		const char *form, *json; /* NULL: broken */
	} cases[] = {
		{"", "{}"},
		{"a=1", "{\"a\":\"1\"}"},
		{"grant_type=urn%3Aietf%3Ax&device_code=a+b%22&client_id=",
		 "{\"grant_type\":\"urn:ietf:x\",\"device_code\":\"a b\\\"\","
		 "\"client_id\":\"\"}"},
		{"r=1&s=x&r=2&r=3", "{\"r\":[\"1\",\"2\",\"3\"],\"s\":\"x\"}"},
		{"a=%00", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct request *request = xcalloc(1, sizeof(*request));
		struct json *got, *expected;
		char *a, *b;

		request->body = xstrdup(cases[i].form);
		json_request_make(request);
		assert_int_equal(request->broken, cases[i].json == NULL);
		assert_true(request->json);
		if (cases[i].json != NULL) {
			got = json_parse(request->body, strlen(request->body),
					 NULL);
			expected = json_parse(cases[i].json,
					      strlen(cases[i].json), NULL);
			assert_non_null(got);
			assert_non_null(expected);
			/* A name that is there again moves to the end. */
			for (const struct json *member = json_first(expected);
			     member != NULL; member = json_next(member)) {
				a = json_print(member, false);
				b = json_print(json_get(got, json_name(member)),
					       false);
				assert_string_equal(a, b);
				free(a);
				free(b);
			}
			json_free(got);
			json_free(expected);
		}
		/* Not again. */
		a = xstrdup(request->body);
		json_request_make(request);
		assert_string_equal(a, request->body);
		free(a);
		request_free(request);
	}
}

static void test_get_stays(void **state)
{
	struct request *request = xcalloc(1, sizeof(*request));

	(void)state;
	json_request_make(request);
	assert_null(request->body);
	assert_false(request->json);
	request_free(request);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_learn),
		cmocka_unit_test(test_unlearn),
		cmocka_unit_test(test_unmake),
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_get_stays),
	};

	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
