/* SPDX-License-Identifier: MIT */
/*
 * oauth/conformance: which answers deviate from the RFCs, in what and by which
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
#include "base/json.h"
#include "machine/event.h"
#include "oauth/conformance.h"
#include "oauth/provider.h"

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
struct answer {
	enum probe probe;
	int status;
	const char *body;
	const char *expected; /* each "section: text\n", or "allowed, …" */
	const char *type, *cache_control, *location; /* "": none */
	const char *asked;  /* the issuer that was; NULL: ISSUER */
	const char *device; /* the endpoint; NULL: DEVICE_ENDPOINT */
	enum net_result net;
};

static const struct answer discovery[] = {
	{.probe = PROBE_DISCOVERY,
	 200,
	 "{\"issuer\":\"" ISSUER "\",\"device_authorization_endpoint\":"
	 "\"" DEVICE_ENDPOINT "\"," GRANTS "}",
	 ""},
	{.probe = PROBE_DISCOVERY,
	 200,
	 "{\"issuer\":\"" ISSUER "/\"," GRANTS
	 ",\"device_authorization_endpoint\":\"" DEVICE_ENDPOINT "\"}",
	 ""},
	/* A slash in the configuration is the operator's own. */
	{.probe = PROBE_DISCOVERY,
	 200,
	 "{\"issuer\":\"" ISSUER "\"," GRANTS
	 ",\"device_authorization_endpoint\":\"" DEVICE_ENDPOINT "\"}",
	 "",
	 .asked = ISSUER "/"},
	{.probe = PROBE_DISCOVERY,
	 200,
	 "{\"issuer\":\"" ISSUER "\"," GRANTS
	 ",\"device_authorization_endpoint\":\"" DEVICE_ENDPOINT "\"}",
	 "RFC 8414 section 3.3: does not name the issuer that it was "
	 "requested from\n",
	 .asked = ISSUER "//"},
	{.probe = PROBE_DISCOVERY,
	 200,
	 "{\"issuer\":\"" ISSUER "/x\"," GRANTS
	 ",\"device_authorization_endpoint\":\"" DEVICE_ENDPOINT "\"}",
	 "RFC 8414 section 3.3: does not name the issuer that it was "
	 "requested from\n"},
	{.probe = PROBE_DISCOVERY,
	 200,
	 "{\"issuer\":\"" ISSUER "\"," GRANTS "}",
	 "RFC 8628 section 4: names no device_authorization_endpoint\n"},
	{.probe = PROBE_DISCOVERY,
	 200,
	 "{\"issuer\":\"" ISSUER "\",\"device_authorization_endpoint\":"
	 "\"https://id.example/other\"," GRANTS "}",
	 "allowed, RFC 8628 section 4: names another "
	 "device_authorization_endpoint than the configuration\n"},
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
	 "RFC 8414 section 3.2: has the Content-Type text/html instead of "
	 "application/json\n"
	 "RFC 8414 section 3.2: is not a JSON object\n",
	 .type = "text/html; charset=utf-8"},
};

#define TENANT(name)                                                   \
	"{\"issuer\":\"https://login.microsoftonline.com/" name        \
	"/v2.0\",\"device_authorization_endpoint\":\"" DEVICE_ENDPOINT \
	"\"," GRANTS "}"
#define FOREIGN                                                       \
	"RFC 8414 section 3.3: does not name the issuer that it was " \
	"requested "                                                  \
	"from\n"

/* Microsoft's tenants, as oauth/tenant has them. */
static const struct answer tenants[] = {
	{.probe = PROBE_DISCOVERY,
	 200,
	 TENANT("{tenantid}"),
	 "",
	 .asked = "https://login.microsoftonline.com/common/v2.0"},
	{.probe = PROBE_DISCOVERY,
	 200,
	 TENANT("{tenantid}"),
	 "",
	 .asked = "https://login.microsoftonline.com/organizations/v2.0"},
	{.probe = PROBE_DISCOVERY,
	 200,
	 TENANT("{tenantid}"),
	 "",
	 .asked = "https://login.microsoftonline.com/consumers/v2.0"},
	{.probe = PROBE_DISCOVERY,
	 200,
	 TENANT("{tenantid}"),
	 "",
	 .asked = "https://login.microsoftonline.com/"
		  "11111111-2222-3333-4444-555555555555/v2.0"},
	{.probe = PROBE_DISCOVERY,
	 200,
	 TENANT("9188040d-6c67-4c5b-b112-36a304b66dad"),
	 "",
	 .asked = "https://login.microsoftonline.com/consumers/v2.0"},
	{.probe = PROBE_DISCOVERY,
	 200,
	 TENANT("9188040d-6c67-4c5b-b112-36a304b66dad"),
	 "",
	 .asked = "https://login.microsoftonline.com/common/v2.0"},
	{.probe = PROBE_DISCOVERY,
	 200,
	 TENANT("11111111-2222-3333-4444-555555555555"),
	 "",
	 .asked = "https://login.microsoftonline.com/"
		  "11111111-2222-3333-4444-555555555555/v2.0"},
	{.probe = PROBE_DISCOVERY,
	 200,
	 TENANT("9188040d-6c67-4c5b-b112-36a304b66dad"),
	 FOREIGN,
	 .asked = "https://login.microsoftonline.com/organizations/v2.0"},
	{.probe = PROBE_DISCOVERY,
	 200,
	 TENANT("{tenantid}"),
	 FOREIGN,
	 .asked = "https://login.microsoftonline.com/contoso.example/v2.0"},
	{.probe = PROBE_DISCOVERY,
	 200,
	 TENANT("22222222-2222-3333-4444-555555555555"),
	 FOREIGN,
	 .asked = "https://login.microsoftonline.com/"
		  "11111111-2222-3333-4444-555555555555/v2.0"},
	{.probe = PROBE_DISCOVERY,
	 200,
	 TENANT("11111111-2222-3333-4444-555555555555"),
	 FOREIGN,
	 .asked = "https://login.microsoftonline.com/common/v2.0"},
};

static const struct answer device[] = {
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
	 "RFC 8628 section 3.2: has status 201 instead of 200\n"},
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
	 "RFC 8628 section 3.2: has no string in device_code\n"
	 "RFC 8628 section 3.2: has no string in user_code\n"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{\"device_code\":\"d\",\"user_code\":\"A\\u001b[2J\"," URI
	 "," COMPLETE "," TIMES "}",
	 "RFC 8628 section 3.2: has characters in user_code that cannot be "
	 "typed\n"},
	/* Google, Microsoft */
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES ",\"verification_url\":\"https://id.example/d\"," TIMES "}",
	 "RFC 8628 section 3.2: calls verification_uri verification_url\n"
	 "allowed, RFC 8628 section 3.2: has no verification_uri_complete, "
	 "so the code must be typed\n"},
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
	 "RFC 8628 section 3.2: has no URL in verification_uri\n"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES ",\"verification_uri\":\"http://id.example/d\"," COMPLETE
	 "," TIMES "}",
	 "RFC 8628 section 3.2: has a URL without TLS, or with a user name, "
	 "in verification_uri\n"},
	/* As shipped: the server was never told its own address. */
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES ",\"verification_uri\":\"http://localhost:3000/device\""
	 ",\"verification_uri_complete\":\"https://127.0.0.1/"
	 "device?c=A\"," TIMES "}",
	 "RFC 8628 section 3.2: has a URL on the client's machine in "
	 "verification_uri\n"
	 "RFC 8628 section 3.2: has a URL on the client's machine in "
	 "verification_uri_complete\n"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES ",\"verification_url\":\"http://[::1]/device\"," COMPLETE
	 "," TIMES "}",
	 "RFC 8628 section 3.2: calls verification_uri verification_url\n"
	 "RFC 8628 section 3.2: has a URL on the client's machine in "
	 "verification_uri\n"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES
	 ",\"verification_uri\":\"http://localhost:3000/device\"," COMPLETE
	 "," TIMES "}",
	 "",
	 .device = "http://127.0.0.1:3000/code"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES "," URI "," COMPLETE
	 ",\"expires_in\":\"300\",\"interval\":\"5\"}",
	 "RFC 8628 section 3.2: has expires_in as a string instead of a "
	 "number\n"
	 "RFC 8628 section 3.2: has interval as a string instead of a "
	 "number\n"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES "," URI "," COMPLETE
	 ",\"expires_in\":null,\"interval\":\"soon\"}",
	 "RFC 8628 section 3.2: has no whole number in expires_in\n"
	 "RFC 8628 section 3.2: has interval as a string instead of a "
	 "number\n"
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
	 "allowed, RFC 8628 section 3.2: has no interval, so it is 5 "
	 "seconds\n"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES "," URI "," COMPLETE "," TIMES "}",
	 "RFC 6749 section 5.1: contains secrets without Cache-Control: "
	 "no-store\n",
	 .cache_control = "no-cache, no-storage"},
	{.probe = PROBE_DEVICE,
	 200,
	 "{" CODES "," URI "," COMPLETE "," TIMES "}",
	 "RFC 8628 section 3.2: has no Content-Type; application/json is "
	 "required\n"
	 "RFC 6749 section 5.1: contains secrets without Cache-Control: "
	 "no-store\n",
	 .type = "",
	 .cache_control = ""},
	/* GitHub, where nobody asks it for JSON */
	{.probe = PROBE_DEVICE,
	 200,
	 "device_code=d&user_code=A&verification_uri=https%3A%2F%2Fa.b%2F"
	 "&expires_in=300&interval=5",
	 "RFC 8628 section 3.2: has the Content-Type "
	 "application/x-www-form-urlencoded instead of application/json\n"
	 "RFC 8628 section 3.2: is form-encoded instead of a JSON object\n"
	 "allowed, RFC 8628 section 3.2: has no verification_uri_complete, so "
	 "the code must be typed\n"
	 "RFC 8628 section 3.2: has expires_in as a string instead of a "
	 "number\n"
	 "RFC 8628 section 3.2: has interval as a string instead of a number\n",
	 .type = "application/x-www-form-urlencoded"},
	{.probe = PROBE_DEVICE,
	 200,
	 "[]",
	 "RFC 8628 section 3.2: is JSON, but not an object\n"},
	{.probe = PROBE_DEVICE,
	 200,
	 "",
	 "RFC 8628 section 3.2: is empty instead of a JSON object\n"},
	{.probe = PROBE_DEVICE,
	 403,
	 ERROR("invalid_request"),
	 "RFC 6749 section 5.2: has status 403 for invalid_request instead "
	 "of 400\n"},
	{.probe = PROBE_DEVICE,
	 302,
	 "",
	 "RFC 6749 section 5.2: is a redirect (status 302) to login.example, "
	 "which a client with a secret must not follow\n",
	 .location = "https://login.example/?secret=s"},
	{.probe = PROBE_DEVICE,
	 307,
	 "",
	 "RFC 6749 section 5.2: is a redirect (status 307) to another address, "
	 "which a client with a secret must not follow\n",
	 .location = "/login?secret=s"},
};

static const struct answer token[] = {
	{.probe = PROBE_POLL, 400, ERROR("authorization_pending"), ""},
	{.probe = PROBE_POLL,
	 400,
	 ERROR("slow_down"),
	 "RFC 8628 section 3.5: says slow_down although the client kept to "
	 "the interval\n"},
	/* Google, Webex, GitHub */
	{.probe = PROBE_POLL,
	 403,
	 ERROR("authorization_pending"),
	 "RFC 6749 section 5.2: has status 403 for authorization_pending "
	 "instead of 400\n"},
	{.probe = PROBE_POLL,
	 428,
	 "{\"message\":\"m\",\"errors\":[{\"description\":"
	 "\"authorization_pending\"}]}",
	 "RFC 6749 section 5.2: has status 428 for authorization_pending "
	 "instead of 400\n"
	 "RFC 6749 section 5.2: has the error code in a list \"errors\" "
	 "instead of \"error\"\n"},
	{.probe = PROBE_POLL,
	 200,
	 ERROR("authorization_pending"),
	 "RFC 6749 section 5.2: has status 200 for authorization_pending "
	 "instead of 400\n"},
	/* Twitch */
	{.probe = PROBE_POLL,
	 400,
	 "{\"message\":\"authorization_pending\"}",
	 "RFC 6749 section 5.2: has the error code in \"message\" instead of "
	 "\"error\"\n"},
	{.probe = PROBE_POLL,
	 400,
	 "{\"error\":{\"code\":\"authorization_pending\"}}",
	 "RFC 6749 section 5.2: has the error code in an object \"error\", "
	 "which should be a string\n"},
	{.probe = PROBE_POLL,
	 400,
	 "{\"error_code\":\"authorization_pending\"}",
	 "RFC 6749 section 5.2: has the error code in \"error_code\" instead "
	 "of \"error\"\n"},
	{.probe = PROBE_POLL,
	 400,
	 ERROR("AUTHORIZATION_PENDING"),
	 "RFC 6749 section 5.2: has the error code in \"error\", but not in "
	 "lower case\n"},
	{.probe = PROBE_POLL,
	 400,
	 "{\"error\":\"invalid_grant\",\"error_description\":"
	 "\"authorization_pending\"}",
	 "RFC 6749 section 5.2: has the error code in \"error_description\", "
	 "and another one in \"error\"\n"},
	{.probe = PROBE_POLL,
	 400,
	 ERROR("access_denied"),
	 "RFC 8628 section 3.5: has access_denied before the approval "
	 "instead of authorization_pending\n"},
	/* What nobody knows may be a secret in the wrong place. */
	{.probe = PROBE_POLL,
	 400,
	 ERROR("s3cret"),
	 "RFC 8628 section 3.5: has an unregistered error code before the "
	 "approval instead of authorization_pending\n"},
	{.probe = PROBE_POLL,
	 400,
	 "{}",
	 "RFC 6749 section 5.2: is an error with status 400 and no error "
	 "code\n"
	 "RFC 8628 section 3.5: has no error code before the approval "
	 "instead of authorization_pending\n"},
	{.probe = PROBE_POLL,
	 200,
	 "{\"access_token\":\"a\",\"token_type\":\"Bearer\"}",
	 "RFC 8628 section 3.5: issues a token without approval\n"},
	{.probe = PROBE_BAD_CODE, 400, ERROR("invalid_grant"), ""},
	{.probe = PROBE_BAD_CODE, 400, ERROR("expired_token"), ""},
	{.probe = PROBE_BAD_CODE,
	 400,
	 ERROR("authorization_pending"),
	 "RFC 6749 section 5.2: has authorization_pending instead of "
	 "invalid_grant\n"},
	{.probe = PROBE_BAD_CODE,
	 404,
	 ERROR("invalid_grant"),
	 "RFC 6749 section 5.2: has status 404 for invalid_grant instead of "
	 "400\n"},
	{.probe = PROBE_BAD_CODE,
	 200,
	 "{\"access_token\":\"a\"}",
	 "RFC 6749 section 5.2: issues a token for it\n"},
	{.probe = PROBE_BAD_REFRESH, 400, ERROR("invalid_grant"), ""},
	{.probe = PROBE_BAD_REFRESH,
	 401,
	 ERROR("invalid_request"),
	 "RFC 6749 section 5.2: has status 401 for invalid_request instead "
	 "of 400\n"
	 "RFC 6749 section 5.2: has invalid_request instead of "
	 "invalid_grant\n"},
	{.probe = PROBE_BAD_REFRESH,
	 200,
	 "{\"access_token\":\"a\"}",
	 "RFC 6749 section 5.2: issues a token for it\n"},
};

#define NO_GRANT(grant)                                                 \
	"{\"error\":\"invalid_request\",\"error_description\":\"" grant \
	" is not allowed for this client\"}"

/* There is nothing to judge in these, whatever was asked. */
static const struct answer beside_the_point[] = {
	{.probe = PROBE_POLL, 500, "", ""},
	{.probe = PROBE_DEVICE, 503, ERROR("invalid_request"), ""},
	{.probe = PROBE_POLL, 429, "", ""},
	{.probe = PROBE_POLL, 429, ERROR("rate_limit_exceeded"), ""},
	{.probe = PROBE_DEVICE, 401, ERROR("invalid_client"), ""},
	{.probe = PROBE_POLL, 403, ERROR("unauthorized_client"), ""},
	{.probe = PROBE_DEVICE, 400, ERROR("invalid_scope"), ""},
	/* oidc-provider, where the client has no such grant. */
	{.probe = PROBE_DEVICE,
	 400,
	 NO_GRANT("urn:ietf:params:oauth:grant-type:device_code"),
	 ""},
	{.probe = PROBE_BAD_CODE, 400, NO_GRANT("requested grant type"), ""},
	{.probe = PROBE_BAD_REFRESH, 400, NO_GRANT("requested grant type"), ""},
	{.probe = PROBE_DISCOVERY, 404, "<html>", "", .type = "text/html"},
	{.probe = PROBE_DEVICE, 0, "", "", .net = NET_TLS},
};

static const char *header(const char *value, const char *otherwise)
{
	if (value == NULL)
		return otherwise;
	return *value != '\0' ? value : NULL;
}

static struct findings judge(const struct answer *answer)
{
	const char *type = answer->type;
	const struct provider provider = {
		.issuer = (char *)(uintptr_t)(answer->asked != NULL
						      ? answer->asked
						      : ISSUER),
		.device_authorization_endpoint =
			(char *)(uintptr_t)(answer->device != NULL
						    ? answer->device
						    : DEVICE_ENDPOINT),
	};
	const struct reply reply = {
		.net = answer->net,
		.status = answer->status,
		.body = answer->body,
		.body_len = strlen(answer->body),
		.type = type != NULL ? type : "application/json",
		.cache_control = header(answer->cache_control, "no-store"),
		.location = header(answer->location, NULL),
		.retry_after_s = -1,
	};
	struct findings findings = {0};

	conformance_judge(&findings, answer->probe, &provider, &reply);
	return findings;
}

static void assert_found(const struct answer *answer, unsigned judged)
{
	struct findings findings = judge(answer);
	struct buf text;

	buf_init(&text, 4096);
	for (size_t i = 0; i < findings.count; i++) {
		const struct finding *finding = &findings.items[i];

		assert_int_equal(finding->probe, answer->probe);
		buf_addf(&text, "%s%s: %s\n",
			 finding->allowed ? "allowed, " : "",
			 finding->reference, finding->text);
	}
	if (strcmp(buf_text(&text), answer->expected) != 0)
		fail_msg("%s, status %d, %s\nis:\n%sand not:\n%s",
			 probe_name(answer->probe), answer->status,
			 answer->body, buf_text(&text), answer->expected);
	assert_int_equal(findings.judged, judged);
	buf_free(&text);
	findings_free(&findings);
	assert_int_equal(findings.count, 0);
}

static void run(const struct answer *trials, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_found(&trials[i], 1U << trials[i].probe);
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void test_discovery(void **state)
{
	(void)state;
	run(discovery, COUNT(discovery));
	run(tenants, COUNT(tenants));
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
	const struct answer answer = {.probe = PROBE_DEVICE,
				      .status = 200,
				      .body = "{" CODES "," URI "}"};
	struct findings findings = judge(&answer);

	(void)state;
	assert_int_equal(findings.count, 3);
	assert_int_equal(findings_deviations(&findings), 1);
	findings_free(&findings);
}

/* However long, and whatever is in it. */
static void test_nothing_hostile_gets_through(void **state)
{
	char type[2000];
	const struct answer answer = {.probe = PROBE_POLL,
				      .status = 400,
				      .body = ERROR("authorization_pending"),
				      .type = type};
	struct findings findings;

	(void)state;
	memset(type, 'x', sizeof(type));
	memcpy(type, "\033[2J\xC2\x9B", 6);
	type[sizeof(type) - 1] = '\0';
	findings = judge(&answer);
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
