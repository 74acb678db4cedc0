/* SPDX-License-Identifier: MIT */
/*
 * oauth/oauth with reply and oauth_error: one line for each dialect of the
 * answers to a device authorization request.
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/json.h"
#include "base/text.h"
#include "oauth/oauth_answer.h"
#include "oauth/provider.h"
#include "oauth_case.h"

/* What is said where no code was given. */
#define NO_CODE                                                               \
	"issues no code to this client: check CLIENT_ID and provider.scope, " \
	"and allow the device grant in the client's settings."

static const char key_conf[] =
	"provider : { preset = \"\"; client_id = \"tv\"; "
	"device_authorization_endpoint = \"https://id.example/device\"; "
	"token_endpoint = \"https://id.example/token\"; "
	"private_key_file = \"key.pem\"; };";

static const char auth0_conf[] =
	"provider : { preset = \"auth0\"; client_id = \"tv\"; "
	"client_secret = \"s3\"; issuer = \"https://id.example\"; };";

#define CODE(rest)                                         \
	"{\"device_code\":\"d\",\"user_code\":\"729703\"," \
	"\"verification_uri\":\"https://id.example/v\"" rest "}"

static void test_device_codes(void **state)
{
	static const struct {
		const char *type, *body;
		const char *user_code, *uri, *complete;
		int64_t expires_in_s, interval_s;
	} cases[] = {
		/* RFC 8628 section 3.2. */
		{JSON,
		 "{\"device_code\":\"GmRh\",\"user_code\":\"WDJB-MJHT\","
		 "\"verification_uri\":\"https://id.example/device\","
		 "\"verification_uri_complete\":"
		 "\"https://id.example/device?user_code=WDJB-MJHT\","
		 "\"expires_in\":1800,\"interval\":7}",
		 "WDJB-MJHT", "https://id.example/device",
		 "https://id.example/device?user_code=WDJB-MJHT", 1800, 7},
		/* Google: "url". */
		{JSON,
		 "{\"device_code\":\"4/4\",\"user_code\":\"GQVQ-JKEC\","
		 "\"verification_url\":\"https://www.google.com/device\","
		 "\"expires_in\":1800,\"interval\":5}",
		 "GQVQ-JKEC", "https://www.google.com/device", NULL, 1800, 5},
		{JSON,
		 "{\"device_code\":\"d\",\"user_code\":\"A\","
		 "\"verification_url\":\"https://id.example/v\","
		 "\"verification_url_complete\":\"https://id.example/v?A\"}",
		 "A", "https://id.example/v", "https://id.example/v?A", 300, 5},
		/* Microsoft, at times: numbers as strings. */
		{JSON, CODE(",\"expires_in\":\"900\",\"interval\":\"6\""),
		 "729703", "https://id.example/v", NULL, 900, 6},
		/* GitHub without Accept. */
		{FORM,
		 "device_code=3584d83&expires_in=899&interval=5&"
		 "user_code=8F43-6FCF&verification_uri="
		 "https%3A%2F%2Fgithub.com%2Flogin%2Fdevice",
		 "8F43-6FCF", "https://github.com/login/device", NULL, 899, 5},
		{FORM,
		 "device_code=d&user_code=A&expires_in=600&verification_url="
		 "https%3A%2F%2Fid.example%2Fv&verification_url_complete="
		 "https%3A%2F%2Fid.example%2Fv%3FA",
		 "A", "https://id.example/v", "https://id.example/v?A", 600, 5},
		/* JSON whatever the type says. */
		{"text/plain", CODE(""), "729703", "https://id.example/v", NULL,
		 300, 5},
		{"", CODE(""), "729703", "https://id.example/v", NULL, 300, 5},
		/* Oracle: no interval; and nonsense. */
		{JSON, CODE(",\"expires_in\":300"), "729703",
		 "https://id.example/v", NULL, 300, 5},
		{JSON, CODE(",\"expires_in\":10,\"interval\":1"), "729703",
		 "https://id.example/v", NULL, 10, 1},
		{JSON, CODE(",\"expires_in\":86400,\"interval\":300"), "729703",
		 "https://id.example/v", NULL, 86400, 300},
		/* Out of range: the nearest that is in it (section 3.5: the
		 * interval is a demand). */
		{JSON, CODE(",\"expires_in\":2,\"interval\":0"), "729703",
		 "https://id.example/v", NULL, 2, 1},
		{JSON, CODE(",\"expires_in\":86401,\"interval\":301"), "729703",
		 "https://id.example/v", NULL, 86400, 300},
		{JSON, CODE(",\"expires_in\":604800,\"interval\":600"),
		 "729703", "https://id.example/v", NULL, 86400, 300},
		{JSON, CODE(",\"expires_in\":\"604800\",\"interval\":\"600\""),
		 "729703", "https://id.example/v", NULL, 86400, 300},
		{JSON,
		 CODE(",\"expires_in\":\"99999999999999999999\","
		      "\"interval\":\"1e12\""),
		 "729703", "https://id.example/v", NULL, 86400, 300},
		{JSON, CODE(",\"expires_in\":0,\"interval\":\"0\""), "729703",
		 "https://id.example/v", NULL, 1, 1},
		{JSON, CODE(",\"expires_in\":-1,\"interval\":-5"), "729703",
		 "https://id.example/v", NULL, 1, 1},
		{JSON, CODE(",\"expires_in\":899.5,\"interval\":5.2"), "729703",
		 "https://id.example/v", NULL, 900, 6},
		{JSON, CODE(",\"expires_in\":\"900.0\",\"interval\":\"0.5\""),
		 "729703", "https://id.example/v", NULL, 900, 1},
		{FORM,
		 "device_code=d&user_code=729703&expires_in=2&interval=600&"
		 "verification_uri=https%3A%2F%2Fid.example%2Fv",
		 "729703", "https://id.example/v", NULL, 2, 300},
		/* No number: as if it were missing. */
		{JSON, CODE(",\"expires_in\":\"soon\",\"interval\":\"x\""),
		 "729703", "https://id.example/v", NULL, 300, 5},
		{JSON, CODE(",\"expires_in\":\"\",\"interval\":\"5 s\""),
		 "729703", "https://id.example/v", NULL, 300, 5},
		{JSON, CODE(",\"expires_in\":true,\"interval\":[5]"), "729703",
		 "https://id.example/v", NULL, 300, 5},
		{JSON, CODE(",\"expires_in\":1e300,\"interval\":1e300"),
		 "729703", "https://id.example/v", NULL, 86400, 300},
		{JSON, CODE(",\"expires_in\":1e400,\"interval\":1e400"),
		 "729703", "https://id.example/v", NULL, 86400, 300},
		{JSON, CODE(",\"interval\":\"010\""), "729703",
		 "https://id.example/v", NULL, 300, 10},
		/* Of two demands the larger. */
		{JSON, CODE(",\"interval\":30,\"interval\":5"), "729703",
		 "https://id.example/v", NULL, 300, 30},
		{JSON, CODE(",\"interval\":5,\"interval\":30"), "729703",
		 "https://id.example/v", NULL, 300, 30},
		{JSON,
		 CODE(",\"interval\":5,\"interval\":\"30\",\"interval\":7"),
		 "729703", "https://id.example/v", NULL, 300, 30},
		{JSON, CODE(",\"interval\":30,\"interval\":null"), "729703",
		 "https://id.example/v", NULL, 300, 30},
		{JSON, CODE(",\"interval\":1e400,\"interval\":5"), "729703",
		 "https://id.example/v", NULL, 300, 300},
		{JSON, CODE(",\"expires_in\":null,\"interval\":{}"), "729703",
		 "https://id.example/v", NULL, 300, 5},
		/* A bad complete URI is dropped: it is optional. */
		{JSON,
		 CODE(",\"verification_uri_complete\":\"http://id.example/v\""),
		 "729703", "https://id.example/v", NULL, 300, 5},
		{JSON,
		 CODE(",\"verification_uri_complete\":"
		      "\"https://id.example/\\u001b[2J\""),
		 "729703", "https://id.example/v", NULL, 300, 5},
		{JSON, CODE(",\"verification_uri_complete\":\"\""), "729703",
		 "https://id.example/v", NULL, 300, 5},
		/* An error that is none. */
		{JSON, CODE(",\"error\":null,\"message\":\"To sign in, …\""),
		 "729703", "https://id.example/v", NULL, 300, 5},
	};
	struct provider provider;

	(void)state;
	oauth_case_provider(&provider, any_conf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reply reply =
			oauth_case_reply(200, cases[i].type, cases[i].body);
		struct device_code code;
		struct oauth_failure failure;
		enum verdict verdict =
			oauth_device_answer(&provider, &reply, &code, &failure);

		if (verdict != VERDICT_OK)
			fail_msg("%s: %s", cases[i].body, failure.err.text);
		assert_non_null(code.device_code);
		assert_string_equal(code.user_code, cases[i].user_code);
		assert_string_equal(code.verification_uri, cases[i].uri);
		if (cases[i].complete)
			assert_string_equal(code.verification_uri_complete,
					    cases[i].complete);
		else
			assert_null(code.verification_uri_complete);
		if (code.expires_in_s != cases[i].expires_in_s ||
		    code.interval_s != cases[i].interval_s)
			fail_msg("%s: %lld, %lld", cases[i].body,
				 (long long)code.expires_in_s,
				 (long long)code.interval_s);
		device_code_free(&code);
		assert_null(code.device_code);
	}
	provider_free(&provider);
}

/* It is left out aloud, and the code in it is not told to the log. */
static void test_complete_left_out(void **state)
{
	static const struct {
		const char *complete;
		const char *says; /* NULL: it is taken */
	} cases[] = {
		{"https://id.example/v?c=SECRET", NULL},
		{"", NULL},
		{" ", NULL},
		{"https://127.1/SECRET",
		 "https://127.1, which leads to the user's own device"},
		{"https://0x7f.1:8443/SECRET", "user's own device"},
		{"https://2130706433?SECRET", "user's own device"},
		{"https://localhost./SECRET", "user's own device"},
		{"https://foo.LOCALHOST./SECRET", "user's own device"},
		{"https://10.1/SECRET", "not a web address"},
		{"https://notlocalhost./SECRET", "not a web address"},
		{"http://localhost:3000/v?c=SECRET",
		 "http://localhost:3000, which is this machine"},
		{"https://foo.localhost/SECRET",
		 "https://foo.localhost, which is this machine"},
		{"https://[::ffff:127.0.0.1]?SECRET",
		 "https://[::ffff:127.0.0.1], which is this machine"},
		{"http://id.example/v?c=SECRET",
		 "http://id.example, which is not safe"},
		{"id.example/v?c=SECRET", "not a web address"},
		{"https://id.example/\\u001b[2JSECRET", "invalid characters"},
		/* Another address than the one that is read. */
		{"https://ID.example:443/v?c=SECRET", NULL},
		{"https://evil.example/v?c=SECRET",
		 "it leads to https://evil.example, and verification_uri "
		 "leads elsewhere"},
		{"https://id.example.evil.example/v?c=SECRET",
		 "leads elsewhere"},
		{"https://sub.id.example/v?c=SECRET", "leads elsewhere"},
		{"https://id.example:8443/v?c=SECRET",
		 "it leads to https://id.example:8443, and verification_uri "
		 "leads elsewhere"},
		{"https://id.example@evil.example/SECRET", "not safe"},
	};
	struct provider provider;

	(void)state;
	oauth_case_provider(&provider, any_conf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct device_code code;
		struct oauth_failure failure;
		struct reply reply;
		char body[512];

		snprintf(body, sizeof(body),
			 CODE(",\"verification_uri_complete\":\"%s\""),
			 cases[i].complete);
		reply = oauth_case_reply(200, JSON, body);
		assert_int_equal(
			oauth_device_answer(&provider, &reply, &code, &failure),
			VERDICT_OK);
		if (cases[i].says == NULL)
			assert_string_equal(failure.err.text, "");
		else if (strstr(failure.err.text,
				"ignoring "
				"verification_uri_complete: ") == NULL ||
			 strstr(failure.err.text, cases[i].says) == NULL)
			fail_msg("%s: %s", cases[i].complete, failure.err.text);
		assert_null(strstr(failure.err.text, "SECRET"));
		assert_int_equal(code.verification_uri_complete != NULL,
				 cases[i].says == NULL &&
					 !text_is_blank(cases[i].complete));
		device_code_free(&code);
	}
	provider_free(&provider);
}

/* Where the hosts are set another one may be opened, and is what is read. */
static void test_complete_at_another_host(void **state)
{
	static const struct {
		const char *hosts, *complete, *shown;
		bool taken;
	} cases[] = {
		{"\"id.example\"", "https://id.example/q?A",
		 "https://id.example/v", true},
		{"\"id.example\", \"*.b.example\"", "https://a.b.example/q?A",
		 "https://a.b.example/q?A", true},
		{"\"id.example\"", "https://id.example:444/q?A",
		 "https://id.example:444/q?A", true},
		{"\"id.example\"", "https://evil.example/q?A",
		 "https://id.example/v", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct provider provider;
		struct device_code code;
		struct oauth_failure failure;
		struct reply reply;
		char text[1024];

		snprintf(text, sizeof(text),
			 "provider = { device_authorization_endpoint = "
			 "\"https://id.example/d\"; token_endpoint = "
			 "\"https://id.example/t\"; client_id = \"me\"; "
			 "verification_hosts = [ %s ]; };\n",
			 cases[i].hosts);
		oauth_case_provider(&provider, text);
		snprintf(text, sizeof(text),
			 CODE(",\"verification_uri_complete\":\"%s\""),
			 cases[i].complete);
		reply = oauth_case_reply(200, JSON, text);
		assert_int_equal(
			oauth_device_answer(&provider, &reply, &code, &failure),
			VERDICT_OK);
		assert_string_equal(code.verification_uri, cases[i].shown);
		assert_int_equal(code.verification_uri_complete != NULL,
				 cases[i].taken);
		device_code_free(&code);
		provider_free(&provider);
	}
}

/* The very answer of the documents, with the preset's list of hosts. */
static void test_webex_code(void **state)
{
	static const char body[] =
		"{\"device_code\":\"5d5cf602-f0dd-49d5-bfd3-915267e4fbe0\","
		"\"expires_in\":300,\"user_code\":\"729703\","
		"\"verification_uri\":"
		"\"https://oauth-helper-r.wbx2.com/verify\","
		"\"verification_uri_complete\":"
		"\"https://oauth-helper-r.wbx2.com/verify?userCode="
		"6587b053970a676c29500e6bced0c1c59290a743ad7e34af474a65085860"
		"de57\",\"interval\":2}";
	struct reply reply = oauth_case_reply(200, JSON, body);
	struct provider provider;
	struct device_code code;
	struct oauth_failure failure;

	(void)state;
	oauth_case_provider(&provider, webex_conf);
	assert_int_equal(
		oauth_device_answer(&provider, &reply, &code, &failure),
		VERDICT_OK);
	assert_string_equal(code.user_code, "729703");
	assert_int_equal(strlen(code.verification_uri_complete), 112);
	assert_int_equal(code.expires_in_s, 300);
	assert_int_equal(code.interval_s, 2);
	device_code_free(&code);
	provider_free(&provider);
}

static void test_device_refusals(void **state)
{
	static const struct {
		const char *conf;
		int status;
		const char *type, *body;
		enum verdict verdict;
		const char *error;
		const char *says; /* part of the sentence */
	} cases[] = {
		/* Not what section 3.2 requires. */
		{any_conf, 200, JSON,
		 "{\"device_code\":\"d\",\"device_code\":\"e\"}",
		 VERDICT_REFUSED, "",
		 "sent a code that cannot be used. Invalid JSON: "
		 "\"device_code\" appears twice"},
		{any_conf, 200, JSON, "{}", VERDICT_REFUSED, "",
		 "an incomplete code"},
		{any_conf, 200, JSON,
		 "{\"device_code\":\"d\",\"user_code\":\"1\"}", VERDICT_REFUSED,
		 "", "an incomplete code"},
		{any_conf, 200, JSON,
		 "{\"device_code\":\"d\",\"verification_uri\":"
		 "\"https://id.example/\"}",
		 VERDICT_REFUSED, "", "an incomplete code"},
		{any_conf, 200, JSON,
		 "{\"user_code\":\"1\",\"verification_uri\":"
		 "\"https://id.example/\"}",
		 VERDICT_REFUSED, "", "an incomplete code"},
		{any_conf, 200, JSON,
		 "{\"device_code\":1,\"user_code\":2,\"verification_uri\":3}",
		 VERDICT_REFUSED, "", "an incomplete code"},
		{any_conf, 200, JSON,
		 "{\"device_code\":\"d\",\"user_code\":\"\","
		 "\"verification_uri\":\"https://id.example/\"}",
		 VERDICT_REFUSED, "", "an incomplete code"},
		/* Not fit to be shown. */
		{any_conf, 200, JSON,
		 "{\"device_code\":\"d\",\"user_code\":\"1\\u001b[31m\","
		 "\"verification_uri\":\"https://id.example/\"}",
		 VERDICT_REFUSED, "", "cannot be shown"},
		{any_conf, 200, JSON,
		 "{\"device_code\":\"d\",\"user_code\":\"   \","
		 "\"verification_uri\":\"https://id.example/\"}",
		 VERDICT_REFUSED, "", "only spaces"},
		{any_conf, 200, JSON,
		 "{\"device_code\":\"d\",\"user_code\":"
		 "\"\\u00a0\\u1680\\u2007\\u202f\\u205f\\u2800\\u3000 \","
		 "\"verification_uri\":\"https://id.example/\"}",
		 VERDICT_REFUSED, "", "only spaces"},
		{any_conf, 200, JSON,
		 "{\"device_code\":\"d\",\"user_code\":\"12\\u202e34\","
		 "\"verification_uri\":\"https://id.example/\"}",
		 VERDICT_REFUSED, "", "cannot be shown"},
		{any_conf, 200, JSON,
		 "{\"device_code\":\"d\",\"user_code\":"
		 "\"123456789012345678901234567890123\","
		 "\"verification_uri\":\"https://id.example/\"}",
		 VERDICT_REFUSED, "", "cannot be shown"},
		{any_conf, 200, JSON,
		 "{\"device_code\":\"d\",\"user_code\":\"1\","
		 "\"verification_uri\":\"http://id.example/\"}",
		 VERDICT_REFUSED, "", "not safe"},
		{webex_conf, 200, JSON,
		 "{\"device_code\":\"d\",\"user_code\":\"1\","
		 "\"verification_uri\":\"https://wbx2.com.evil.example/\"}",
		 VERDICT_REFUSED, "", "verification_hosts"},
		/* Errors. */
		{webex_conf, 400, JSON, WEBEX("invalid_client"),
		 VERDICT_MISCONFIGURED, "invalid_client", "check CLIENT_ID."},
		{webex_conf, 400, JSON, WEBEX("invalid_scope"),
		 VERDICT_MISCONFIGURED, "invalid_scope", "provider.scope"},
		{webex_conf, 400, JSON, WEBEX("Something is wrong with it"),
		 VERDICT_MISCONFIGURED, "", "Something is wrong"},
		{webex_conf, 400, JSON, WEBEX("client_id is not valid"),
		 VERDICT_MISCONFIGURED, "invalid_client", "CLIENT_ID"},
		{webex_conf, 400, JSON,
		 WEBEX("The redirect_uri is missing or does not match"),
		 VERDICT_MISCONFIGURED, "",
		 "https://oauth-helper-{a,d,k,r}.wbx2.com/helperservice/v1/"
		 "actions/device/callback"},
		{"provider : { client_id = \"C1\"; client_secret = \"s3\"; "
		 "redirect_help = \"must be told: call 100.\"; };",
		 400, JSON,
		 WEBEX("The redirect_uri is missing or does not match"),
		 VERDICT_MISCONFIGURED, "", "Webex must be told: call 100."},
		{"provider : { preset = \"github\"; client_id = \"C1\"; "
		 "redirect_help = \"must be told: call 100.\"; };",
		 400, JSON, "{\"error\":\"invalid redirect_uri\"}",
		 VERDICT_MISCONFIGURED, "", "GitHub must be told: call 100."},
		{any_conf, 401, JSON, "{\"error\":\"invalid_client\"}",
		 VERDICT_MISCONFIGURED, "invalid_client",
		 "check CLIENT_ID, and whether the provider wants a "
		 "CLIENT_SECRET or another "
		 "provider.token_endpoint_auth_method."},
		{auth0_conf, 401, JSON, "{\"error\":\"invalid_client\"}",
		 VERDICT_MISCONFIGURED, "invalid_client",
		 "provider.device_authorization_endpoint_auth_method"},
		{secret_conf, 401, JSON, "{\"error\":\"invalid_client\"}",
		 VERDICT_MISCONFIGURED, "invalid_client",
		 "CLIENT_SECRET is right and belongs to CLIENT_ID, and that "
		 "provider.token_endpoint_auth_method is right."},
		{secret_conf, 400, JSON,
		 "{\"error\":\"invalid_request\",\"error_description\":"
		 "\"urn:ietf:params:oauth:grant-type:device_code is not "
		 "allowed for this client\"}",
		 VERDICT_MISCONFIGURED, "unauthorized_client",
		 "allow the device grant in the client's settings"},
		{any_conf, 401, JSON, "{\"error\":\"unauthorized_client\"}",
		 VERDICT_MISCONFIGURED, "unauthorized_client",
		 "allow the device grant in the client's settings, and check "
		 "CLIENT_ID."},
		{secret_conf, 401, JSON, "{\"error\":\"unauthorized_client\"}",
		 VERDICT_MISCONFIGURED, "unauthorized_client",
		 "allow the device grant in the client's settings, and check "
		 "CLIENT_ID and CLIENT_SECRET."},
		/* There is no code or token yet that it could be about. */
		{any_conf, 400, JSON, "{\"error\":\"invalid_grant\"}",
		 VERDICT_REFUSED, "invalid_grant", NO_CODE},
		{any_conf, 400, JSON, "{\"error\":\"expired_token\"}",
		 VERDICT_REFUSED, "expired_token", NO_CODE},
		{any_conf, 401, JSON, "{\"error\":\"invalid_token\"}",
		 VERDICT_REFUSED, "invalid_token", NO_CODE},
		{any_conf, 400, JSON, "{\"error\":\"authorization_pending\"}",
		 VERDICT_RETRY, "authorization_pending", NO_CODE},
		{github_conf, 200, JSON,
		 "{\"error\":\"device_flow_disabled\",\"error_description\":"
		 "\"Device Flow must be explicitly enabled for this App\"}",
		 VERDICT_MISCONFIGURED, "device_flow_disabled",
		 "Enable Device Flow"},
		{github_conf, 200, FORM,
		 "error=device_flow_disabled&error_description=Device+Flow",
		 VERDICT_MISCONFIGURED, "device_flow_disabled",
		 "Enable Device Flow"},
		/* Keycloak. */
		{any_conf, 400, JSON,
		 "{\"error\":\"invalid_request\",\"error_description\":"
		 "\"Missing parameter: code_challenge_method\"}",
		 VERDICT_MISCONFIGURED, "invalid_request",
		 "requires another PKCE"},
		{key_conf, 401, JSON, "{\"error\":\"invalid_client\"}",
		 VERDICT_MISCONFIGURED, "invalid_client",
		 "the clock of this machine"},
		{any_conf, 400, JSON, "{\"error\":\"access_denied\"}",
		 VERDICT_REFUSED, "access_denied", NO_CODE},
		{any_conf, 403, JSON,
		 "{\"error_code\":\"rate_limit_exceeded\"}", VERDICT_RETRY,
		 "rate_limit_exceeded", "too many requests"},
		{any_conf, 400, JSON,
		 "{\"error\":\"invalid_request\",\"error_description\":"
		 "\"Too many requests\"}",
		 VERDICT_RETRY, "invalid_request", "too many requests"},
		{any_conf, 403, JSON, "{\"message\":\"Rate limit exceeded\"}",
		 VERDICT_RETRY, "", "too many requests"},
		{any_conf, 400, JSON, "{\"message\":\"Rate limit exceeded\"}",
		 VERDICT_RETRY, "", "too many requests"},
		{any_conf, 429, JSON, "{\"error\":\"invalid_client\"}",
		 VERDICT_RETRY, "invalid_client", "too many requests"},
		{any_conf, 400, JSON, "{\"error\":\"slow_down\"}",
		 VERDICT_RETRY, "slow_down", "fewer requests"},
		{any_conf, 400, JSON, "{\"error\":\"org_internal\"}",
		 VERDICT_REFUSED, "org_internal", "org_internal"},
		/* Not OAuth at all. */
		{any_conf, 200, HTML, "<html>Welcome to our Wi-Fi</html>",
		 VERDICT_RETRY, "", "captive portal"},
		{any_conf, 200, HTML, "<html></html>", VERDICT_RETRY, "",
		 "text/html and status 200"},
		{any_conf, 302, HTML, "", VERDICT_RETRY, "",
		 "redirects to another address (status 302), which is not "
		 "followed: check whether "
		 "provider.device_authorization_endpoint is right, and whether "
		 "a captive portal is in between."},
		{any_conf, 404, "text/plain", "404 page not found",
		 VERDICT_RETRY, "",
		 "provider.device_authorization_endpoint is right"},
		{any_conf, 204, "", "", VERDICT_RETRY, "", "no content type"},
		{any_conf, 200, JSON, "{\"device_code\":\"d", VERDICT_RETRY, "",
		 "application/json and status 200"},
		{any_conf, 200, JSON, "[]", VERDICT_RETRY, "", "instead of"},
		{any_conf, 500, JSON, "{}", VERDICT_RETRY, "",
		 "having problems"},
		{any_conf, 503, HTML, "<html>", VERDICT_RETRY, "",
		 "status 503"},
		{webex_conf, 429, JSON, WEBEX("Too many"), VERDICT_RETRY, "",
		 "too many requests"},
		{any_conf, 408, "", "", VERDICT_RETRY, "", "status 408"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reply reply = oauth_case_reply(
			cases[i].status, cases[i].type, cases[i].body);
		struct provider provider;
		struct device_code code;
		struct oauth_failure failure;
		enum verdict verdict;

		oauth_case_provider(&provider, cases[i].conf);
		verdict =
			oauth_device_answer(&provider, &reply, &code, &failure);
		if (verdict != cases[i].verdict)
			fail_msg("%d %s: %s (%s)", cases[i].status,
				 cases[i].body, oauth_case_verdict(verdict),
				 failure.err.text);
		assert_string_equal(failure.error, cases[i].error);
		if (!strstr(failure.err.text, cases[i].says))
			fail_msg("%d %s: %s", cases[i].status, cases[i].body,
				 failure.err.text);
		assert_true(failure.reached);
		assert_null(code.device_code);
		assert_null(code.user_code);
		provider_free(&provider);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_device_codes),
		cmocka_unit_test(test_complete_left_out),
		cmocka_unit_test(test_complete_at_another_host),
		cmocka_unit_test(test_webex_code),
		cmocka_unit_test(test_device_refusals),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8") || !crypto_init())
		return EXIT_FAILURE;
	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
