/* SPDX-License-Identifier: MIT */
/*
 * core/conformance: which answers deviate from the RFCs, in what and by which
 * section; and that an answer as the RFC has it does not.
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
#include "core/conformance.h"
#include "core/exchange.h"
#include "core/json.h"
#include "core/provider.h"

#define ISSUER "https://id.example"
#define DEVICE_ENDPOINT ISSUER "/device_authorization"

/* Parts of a device authorization response (RFC 8628 section 3.2). */
#define CODES "\"device_code\":\"d\",\"user_code\":\"ABCD-EFGH\""
#define URI "\"verification_uri\":\"https://id.example/d\""
#define COMPLETE "\"verification_uri_complete\":\"https://id.example/d?c=A\""
#define TIMES "\"expires_in\":300,\"interval\":5"

#define GRANTS                                                           \
	"\"grant_types_supported\":[\"urn:ietf:params:oauth:grant-type:" \
	"device_code\"]"
#define ERROR(code) "{\"error\":\"" code "\"}"

/* An answer; what is left out is as the RFC has it. */
struct trial {
	enum probe probe;
	int status;
	const char *body;
	const char *expected; /* each "section: text\n", or "allowed, …" */
	const char *type, *cache_control, *location; /* "": none */
	enum net_result net;
};

static const struct trial discovery[] = {
	{.probe = PROBE_DISCOVERY,
	 200,
	 "{\"issuer\":\"" ISSUER "\",\"device_authorization_endpoint\":"
	 "\"" DEVICE_ENDPOINT "\"," GRANTS "}",
	 ""},
	{.probe = PROBE_DISCOVERY,
	 200,
	 "{\"issuer\":\"" ISSUER "/\"," GRANTS
	 ",\"device_authorization_endpoint\":\"" DEVICE_ENDPOINT "\"}",
	 "RFC 8414 section 3.3: is not of the issuer that was asked for it\n"},
	{.probe = PROBE_DISCOVERY,
	 200,
	 "{\"issuer\":\"" ISSUER "\"," GRANTS "}",
	 "RFC 8628 section 4: names no device_authorization_endpoint\n"},
	{.probe = PROBE_DISCOVERY,
	 200,
	 "{\"issuer\":\"" ISSUER "\",\"device_authorization_endpoint\":"
	 "\"https://id.example/other\"," GRANTS "}",
	 "allowed, RFC 8628 section 4: names another "
	 "device_authorization_endpoint than the one that is set\n"},
	{.probe = PROBE_DISCOVERY,
	 200,
	 "{\"issuer\":\"" ISSUER "\",\"device_authorization_endpoint\":"
	 "\"" DEVICE_ENDPOINT "\",\"grant_types_supported\":"
	 "[\"authorization_code\",1]}",
	 "RFC 8414 section 2: does not list urn:ietf:params:oauth:grant-type:"
	 "device_code in grant_types_supported\n"},
	{.probe = PROBE_DISCOVERY,
	 200,
	 "<html>",
	 "RFC 8414 section 3.2: has the Content-Type text/html, not "
	 "application/json\n"
	 "RFC 8414 section 3.2: is no JSON object\n",
	 .type = "text/html; charset=utf-8"},
};

static const struct trial device[] = {
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES "," URI "," COMPLETE "," TIMES "}",
	 ""},
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES "," URI "," COMPLETE "," TIMES "}",
	 "",
	 .type = "Application/JSON;charset=UTF-8",
	 .cache_control = "private, No-Store,max-age=0"},
	{.probe = PROBE_DEVICE,
	 201,
	 "{" CODES "," URI "," COMPLETE "," TIMES "}",
	 "RFC 8628 section 3.2: has the status 201, not 200\n"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{" COMPLETE "," TIMES "}",
	 "RFC 8628 section 3.2: lacks device_code\n"
	 "RFC 8628 section 3.2: lacks user_code\n"
	 "RFC 8628 section 3.2: lacks verification_uri\n"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{\"device_code\":1,\"user_code\":\"\"," URI "," COMPLETE "," TIMES
	 "}",
	 "RFC 8628 section 3.2: has no text in device_code\n"
	 "RFC 8628 section 3.2: has no text in user_code\n"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{\"device_code\":\"d\",\"user_code\":\"A\\u001b[2J\"," URI
	 "," COMPLETE "," TIMES "}",
	 "RFC 8628 section 3.2: has characters in user_code that nobody can "
	 "type\n"},
	/* Google, Microsoft */
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES ",\"verification_url\":\"https://id.example/d\"," TIMES "}",
	 "RFC 8628 section 3.2: calls verification_uri verification_url\n"
	 "allowed, RFC 8628 section 3.2: has no verification_uri_complete, so "
	 "that the code must be typed\n"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES "," URI ",\"verification_url_complete\":"
	 "\"https://id.example/d?c=A\"," TIMES "}",
	 "RFC 8628 section 3.2: calls verification_uri_complete "
	 "verification_url_complete\n"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES ",\"verification_uri\":\"id.example\"," COMPLETE "," TIMES
	 "}",
	 "RFC 8628 section 3.2: has no web address in verification_uri\n"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES ",\"verification_uri\":\"http://id.example/d\"," COMPLETE
	 "," TIMES "}",
	 "RFC 8628 section 3.2: has an address without TLS, or with a user "
	 "name, in verification_uri\n"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES "," URI "," COMPLETE
	 ",\"expires_in\":\"300\",\"interval\":\"5\"}",
	 "RFC 8628 section 3.2: has expires_in as a string, not as a number\n"
	 "RFC 8628 section 3.2: has interval as a string, not as a number\n"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES "," URI "," COMPLETE
	 ",\"expires_in\":null,\"interval\":\"soon\"}",
	 "RFC 8628 section 3.2: has no whole number in expires_in\n"
	 "RFC 8628 section 3.2: has interval as a string, not as a number\n"
	 "RFC 8628 section 3.2: has no whole number in interval\n"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES "," URI "," COMPLETE ",\"expires_in\":0,\"interval\":-5}",
	 "RFC 8628 section 3.2: has 0 seconds in expires_in\n"
	 "RFC 8628 section 3.2: has -5 seconds in interval\n"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES "," URI "," COMPLETE
	 ",\"expires_in\":86400,\"interval\":300}",
	 ""},
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES "," URI "," COMPLETE
	 ",\"expires_in\":86401,\"interval\":301}",
	 "RFC 8628 section 3.2: has 86401 seconds in expires_in\n"
	 "RFC 8628 section 3.2: has 301 seconds in interval\n"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES "," URI "," COMPLETE "}",
	 "RFC 8628 section 3.2: lacks expires_in\n"
	 "allowed, RFC 8628 section 3.2: has no interval, so that it is 5 "
	 "seconds\n"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES "," URI "," COMPLETE "," TIMES "}",
	 "RFC 6749 section 5.1: carries secrets without Cache-Control: "
	 "no-store\n",
	 .cache_control = "no-cache, no-storage"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES "," URI "," COMPLETE "," TIMES "}",
	 "RFC 8628 section 3.2: has no Content-Type, not application/json\n"
	 "RFC 6749 section 5.1: carries secrets without Cache-Control: "
	 "no-store\n",
	 .type = "",
	 .cache_control = ""},
	/* GitHub, where nobody asks it for JSON */
	{.probe = PROBE_DEVICE,
	 200,
	 "device_code=d&user_code=A&verification_uri=https%3A%2F%2Fa.b%2F"
	 "&expires_in=300&interval=5",
	 "RFC 8628 section 3.2: has the Content-Type "
	 "application/x-www-form-urlencoded, not application/json\n"
	 "RFC 8628 section 3.2: is form-encoded, not a JSON object\n"
	 "allowed, RFC 8628 section 3.2: has no verification_uri_complete, so "
	 "that the code must be typed\n"
	 "RFC 8628 section 3.2: has expires_in as a string, not as a number\n"
	 "RFC 8628 section 3.2: has interval as a string, not as a number\n",
	 .type = "application/x-www-form-urlencoded"},
	{.probe = PROBE_DEVICE,
	 200,
	 "[]",
	 "RFC 8628 section 3.2: is JSON, but no object\n"},
	{.probe = PROBE_DEVICE,
	 200,
	 "",
	 "RFC 8628 section 3.2: is empty, not a JSON object\n"},
	{.probe = PROBE_DEVICE,
	 403,
	 ERROR("invalid_request"),
	 "RFC 6749 section 5.2: has the status 403 for invalid_request, not "
	 "400\n"},
	{.probe = PROBE_DEVICE,
	 302,
	 "",
	 "RFC 6749 section 5.2: is a redirect (status 302) to login.example, "
	 "which a client with a secret must not follow\n",
	 .location = "https://login.example/?secret=s"},
	{.probe = PROBE_DEVICE,
	 307,
	 "",
	 "RFC 6749 section 5.2: is a redirect (status 307) to somewhere else, "
	 "which a client with a secret must not follow\n",
	 .location = "/login?secret=s"},
};

static const struct trial token[] = {
	{.probe = PROBE_POLL, 400, ERROR("authorization_pending"), ""},
	{.probe = PROBE_POLL,
	 400,
	 ERROR("slow_down"),
	 "RFC 8628 section 3.5: says slow_down although the interval was "
	 "kept\n"},
	/* Google, Webex, GitHub */
	{.probe = PROBE_POLL,
	 403,
	 ERROR("authorization_pending"),
	 "RFC 6749 section 5.2: has the status 403 for authorization_pending, "
	 "not 400\n"},
	{.probe = PROBE_POLL,
	 428,
	 "{\"message\":\"m\",\"errors\":[{\"description\":"
	 "\"authorization_pending\"}]}",
	 "RFC 6749 section 5.2: has the status 428 for authorization_pending, "
	 "not 400\n"
	 "RFC 6749 section 5.2: has the error code in a list \"errors\", not "
	 "in "
	 "\"error\"\n"},
	{.probe = PROBE_POLL,
	 200,
	 ERROR("authorization_pending"),
	 "RFC 6749 section 5.2: has the status 200 for authorization_pending, "
	 "not 400\n"},
	/* Twitch */
	{.probe = PROBE_POLL,
	 400,
	 "{\"message\":\"authorization_pending\"}",
	 "RFC 6749 section 5.2: has the error code in \"message\", not in "
	 "\"error\"\n"},
	{.probe = PROBE_POLL,
	 400,
	 "{\"error\":{\"code\":\"authorization_pending\"}}",
	 "RFC 6749 section 5.2: has the error code in an object \"error\", "
	 "which should be the code\n"},
	{.probe = PROBE_POLL,
	 400,
	 "{\"error_code\":\"authorization_pending\"}",
	 "RFC 6749 section 5.2: has the error code in \"error_code\", not in "
	 "\"error\"\n"},
	{.probe = PROBE_POLL,
	 400,
	 ERROR("AUTHORIZATION_PENDING"),
	 "RFC 6749 section 5.2: has the error code in \"error\" in other "
	 "letters than lower case\n"},
	{.probe = PROBE_POLL,
	 400,
	 "{\"error\":\"invalid_grant\",\"error_description\":"
	 "\"authorization_pending\"}",
	 "RFC 6749 section 5.2: has the error code in \"error_description\", "
	 "with another one in \"error\"\n"},
	{.probe = PROBE_POLL,
	 400,
	 ERROR("access_denied"),
	 "RFC 8628 section 3.5: has access_denied while nobody has approved, "
	 "not authorization_pending\n"},
	/* What nobody knows may be a secret in the wrong place. */
	{.probe = PROBE_POLL,
	 400,
	 ERROR("s3cret"),
	 "RFC 8628 section 3.5: has an error code that is not registered while "
	 "nobody has approved, not authorization_pending\n"},
	{.probe = PROBE_POLL,
	 400,
	 "{}",
	 "RFC 6749 section 5.2: is an error of status 400 without an error "
	 "code\n"
	 "RFC 8628 section 3.5: has no error code while nobody has approved, "
	 "not authorization_pending\n"},
	{.probe = PROBE_POLL,
	 200,
	 "{\"access_token\":\"a\",\"token_type\":\"Bearer\"}",
	 "RFC 8628 section 3.5: gives a token although nobody has approved\n"},
	{.probe = PROBE_BAD_CODE, 400, ERROR("invalid_grant"), ""},
	{.probe = PROBE_BAD_CODE, 400, ERROR("expired_token"), ""},
	{.probe = PROBE_BAD_CODE,
	 400,
	 ERROR("authorization_pending"),
	 "RFC 6749 section 5.2: has authorization_pending, not "
	 "invalid_grant\n"},
	{.probe = PROBE_BAD_CODE,
	 404,
	 ERROR("invalid_grant"),
	 "RFC 6749 section 5.2: has the status 404 for invalid_grant, not "
	 "400\n"},
	{.probe = PROBE_BAD_CODE,
	 200,
	 "{\"access_token\":\"a\"}",
	 "RFC 6749 section 5.2: gives a token for it\n"},
	{.probe = PROBE_BAD_REFRESH, 400, ERROR("invalid_grant"), ""},
	{.probe = PROBE_BAD_REFRESH,
	 401,
	 ERROR("invalid_request"),
	 "RFC 6749 section 5.2: has the status 401 for invalid_request, not "
	 "400\n"
	 "RFC 6749 section 5.2: has invalid_request, not invalid_grant\n"},
	{.probe = PROBE_BAD_REFRESH,
	 200,
	 "{\"access_token\":\"a\"}",
	 "RFC 6749 section 5.2: gives a token for it\n"},
};

/* There is nothing to judge in these, whatever was asked. */
static const struct trial beside_the_point[] = {
	{.probe = PROBE_POLL, 500, "", ""},
	{.probe = PROBE_DEVICE, 503, ERROR("invalid_request"), ""},
	{.probe = PROBE_POLL, 429, "", ""},
	{.probe = PROBE_POLL, 429, ERROR("rate_limit_exceeded"), ""},
	{.probe = PROBE_DEVICE, 401, ERROR("invalid_client"), ""},
	{.probe = PROBE_POLL, 403, ERROR("unauthorized_client"), ""},
	{.probe = PROBE_DEVICE, 400, ERROR("invalid_scope"), ""},
	{.probe = PROBE_DISCOVERY, 404, "<html>", "", .type = "text/html"},
	{.probe = PROBE_DEVICE, 0, "", "", .net = NET_TLS},
};

static const char *header(const char *value, const char *otherwise)
{
	if (value == NULL)
		return otherwise;
	return *value != '\0' ? value : NULL;
}

static struct findings judge(const struct trial *trial)
{
	const char *type = trial->type;
	const struct provider provider = {
		.issuer = (char *)(uintptr_t)ISSUER,
		.device_authorization_endpoint =
			(char *)(uintptr_t)DEVICE_ENDPOINT,
	};
	const struct reply reply = {
		.net = trial->net,
		.status = trial->status,
		.body = trial->body,
		.body_len = strlen(trial->body),
		.type = type != NULL ? type : "application/json",
		.cache_control = header(trial->cache_control, "no-store"),
		.location = header(trial->location, NULL),
		.retry_after_s = -1,
	};
	struct findings findings = {0};

	conformance_judge(&findings, trial->probe, &provider, &reply);
	return findings;
}

static void assert_found(const struct trial *trial, unsigned judged)
{
	struct findings findings = judge(trial);
	struct buf text;

	buf_init(&text, 4096);
	for (size_t i = 0; i < findings.count; i++) {
		const struct finding *finding = &findings.items[i];

		assert_int_equal(finding->probe, trial->probe);
		buf_addf(&text, "%s%s: %s\n",
			 finding->allowed ? "allowed, " : "",
			 finding->reference, finding->text);
	}
	if (strcmp(buf_text(&text), trial->expected) != 0)
		fail_msg("%s, status %d, %s\nis:\n%sand not:\n%s",
			 probe_name(trial->probe), trial->status, trial->body,
			 buf_text(&text), trial->expected);
	assert_int_equal(findings.judged, judged);
	buf_free(&text);
	findings_free(&findings);
	assert_int_equal(findings.count, 0);
}

static void run(const struct trial *trials, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_found(&trials[i], 1U << trials[i].probe);
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void test_discovery(void **state)
{
	(void)state;
	run(discovery, COUNT(discovery));
}

static void test_device(void **state)
{
	(void)state;
	run(device, COUNT(device));
}

static void test_token(void **state)
{
	(void)state;
	run(token, COUNT(token));
}

static void test_nothing_to_judge(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(beside_the_point); i++)
		assert_found(&beside_the_point[i], 0);
}

/* What the RFC allows does not count as a deviation. */
static void test_count(void **state)
{
	const struct trial trial = {.probe = PROBE_DEVICE,
				    .status = 200,
				    .body = "{" CODES "," URI "}"};
	struct findings findings = judge(&trial);

	(void)state;
	assert_int_equal(findings.count, 3);
	assert_int_equal(findings_deviations(&findings), 1);
	findings_free(&findings);
}

/* However long, and whatever is in it. */
static void test_nothing_hostile_gets_through(void **state)
{
	char type[2000];
	const struct trial trial = {.probe = PROBE_POLL,
				    .status = 400,
				    .body = ERROR("authorization_pending"),
				    .type = type};
	struct findings findings;

	(void)state;
	memset(type, 'x', sizeof(type));
	memcpy(type, "\033[2J\xC2\x9B", 6);
	type[sizeof(type) - 1] = '\0';
	findings = judge(&trial);
	assert_int_equal(findings.count, 1);
	for (const char *p = findings.items[0].text; *p != '\0'; p++)
		assert_in_range(*p, ' ', '~');
	assert_true(strlen(findings.items[0].text) < 120);
	findings_free(&findings);
}

static int start(void **state)
{
	(void)state;
	json_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_discovery),
		cmocka_unit_test(test_device),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_nothing_to_judge),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_nothing_hostile_gets_through),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
