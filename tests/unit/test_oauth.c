/* SPDX-License-Identifier: MIT */
/*
 * core/oauth with reply and oauth_error: the requests byte for byte, and one
 * line for each dialect of the answers.
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/err.h"
#include "core/conf.h"
#include "core/exchange.h"
#include "core/json.h"
#include "core/oauth.h"
#include "core/provider.h"

#define JSON "application/json"
#define FORM "application/x-www-form-urlencoded; charset=utf-8"
#define HTML "text/html; charset=utf-8"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* As Webex answers: an errors array with descriptions. */
#define WEBEX(description)                               \
	"{\"message\":\"" description                    \
	"\",\"errors\":[{\"description\":\"" description \
	"\"}],\"trackingId\":\"ROUTER_65A1-01BB\"}"

static const char webex_conf[] =
	"provider : { preset = \"webex\"; client_id = \"C1\"; "
	"client_secret = \"s3\"; };";
static const char github_conf[] =
	"provider : { preset = \"github\"; client_id = \"Iv1\"; };";
static const char key_conf[] =
	"provider : { preset = \"\"; client_id = \"tv\"; "
	"device_authorization_endpoint = \"https://id.example/device\"; "
	"token_endpoint = \"https://id.example/token\"; "
	"private_key_file = \"key.pem\"; };";
static const char any_conf[] =
	"provider : { preset = \"\"; client_id = \"tv\"; "
	"device_authorization_endpoint = \"https://id.example/device\"; "
	"token_endpoint = \"https://id.example/token\"; };";

static void set_up(struct provider *provider, const char *text)
{
	struct conf conf;
	struct err err;

	conf_init(&conf);
	if (!conf_parse(&conf, text, strlen(text), "test", &err) ||
	    !provider_set_up(provider, &conf, NULL, NULL, &err))
		fail_msg("%s: %s", text, err.text);
	conf_free(&conf);
}

static struct reply reply_of(int status, const char *type, const char *body)
{
	struct reply reply = {
		.net = NET_OK,
		.status = status,
		.type = type,
		.body = body,
		.body_len = strlen(body),
		.retry_after_s = -1,
		.what = "",
	};

	return reply;
}

static const char *verdict_name(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_OK:
		return "OK";
	case VERDICT_PENDING:
		return "PENDING";
	case VERDICT_SLOW_DOWN:
		return "SLOW_DOWN";
	case VERDICT_DENIED:
		return "DENIED";
	case VERDICT_EXPIRED:
		return "EXPIRED";
	case VERDICT_INVALID_GRANT:
		return "INVALID_GRANT";
	case VERDICT_UNAUTHORIZED:
		return "UNAUTHORIZED";
	case VERDICT_RETRY:
		return "RETRY";
	case VERDICT_MISCONFIGURED:
		return "MISCONFIGURED";
	case VERDICT_REFUSED:
		return "REFUSED";
	}
	return "?";
}

/* ---- Requests */

static void check_request(struct request *request, const char *purpose,
			  const char *url, const char *body,
			  const char *authorization, bool fresh)
{
	assert_non_null(request);
	assert_string_equal(request->purpose, purpose);
	assert_string_equal(request->url, url);
	if (body)
		assert_string_equal(request->body, body);
	else
		assert_null(request->body);
	if (authorization)
		assert_string_equal(request->authorization, authorization);
	else
		assert_null(request->authorization);
	assert_int_equal(request->fresh, fresh);
	request_free(request);
}

static void test_device_request(void **state)
{
	static const struct {
		const char *conf;
		const char *url, *body, *authorization;
	} cases[] = {
		{webex_conf, "https://webexapis.com/v1/device/authorize",
		 "scope=spark%3Aall+spark%3Akms&client_id=C1", NULL},
		{github_conf, "https://github.com/login/device/code",
		 "scope=read%3Auser+user%3Aemail&client_id=Iv1", NULL},
		{any_conf, "https://id.example/device", "client_id=tv", NULL},
		{"provider : { preset = \"twitch\"; client_id = \"t\"; "
		 "scope = \"a b\"; };",
		 "https://id.twitch.tv/oauth2/device",
		 "scope=a+b&scopes=a+b&client_id=t", NULL},
		{"provider : { preset = \"twitch\"; client_id = \"t\"; "
		 "scope = \"a b\"; send_scopes = false; };",
		 "https://id.twitch.tv/oauth2/device", "scope=a+b&client_id=t",
		 NULL},
		{"provider : { preset = \"github\"; client_id = \"t\"; "
		 "scope = \"a b\"; send_scopes = true; };",
		 "https://github.com/login/device/code",
		 "scope=a+b&scopes=a+b&client_id=t", NULL},
		{"provider : { preset = \"auth0\"; client_id = \"a\"; "
		 "audience = \"https://api/\"; extra = ( { name = \"p q\"; "
		 "value = \"1&2\"; } ); device_authorization_endpoint = "
		 "\"https://a.example/oauth/device/code\"; token_endpoint = "
		 "\"https://a.example/oauth/token\"; };",
		 "https://a.example/oauth/device/code",
		 "scope=openid+profile+email+offline_access&"
		 "audience=https%3A%2F%2Fapi%2F&p+q=1%262&client_id=a",
		 NULL},
		/* Hydra wants the client proved here as well. */
		{"provider : { preset = \"hydra\"; client_id = \"h\"; "
		 "client_secret = \"s\"; scope = \"x\"; "
		 "device_authorization_endpoint = \"https://h.example/d\"; "
		 "token_endpoint = \"https://h.example/t\"; };",
		 "https://h.example/d", "scope=x&client_id=h", "Basic aDpz"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct provider provider;

		set_up(&provider, cases[i].conf);
		check_request(oauth_device_request(&provider, NULL, 0),
			      "device authorization", cases[i].url,
			      cases[i].body, cases[i].authorization, false);
		provider_free(&provider);
	}
}

#define GRANT \
	"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"

static void test_poll_request(void **state)
{
	static const struct {
		const char *conf;
		const char *url, *body, *authorization;
	} cases[] = {
		{webex_conf, "https://webexapis.com/v1/device/token",
		 GRANT "&device_code=d+c&client_id=C1", "Basic QzE6czM="},
		{"provider : { client_id = \"C1\"; client_secret = \"s3\"; "
		 "device_name = \"Lobby \\\"1\\\"\"; };",
		 "https://webexapis.com/v1/device/token",
		 GRANT "&device_code=d+c&user_info=%7B%22device_name%22%3A%22"
		       "Lobby+%5C%221%5C%22%22%7D&client_id=C1",
		 "Basic QzE6czM="},
		{"provider : { client_id = \"C1\"; client_secret = \"s3\"; "
		 "device_name = \"Lobby\"; send_user_info = false; };",
		 "https://webexapis.com/v1/device/token",
		 GRANT "&device_code=d+c&client_id=C1", "Basic QzE6czM="},
		{github_conf, "https://github.com/login/oauth/access_token",
		 GRANT "&device_code=d+c&client_id=Iv1", NULL},
		{"provider : { preset = \"github\"; client_id = \"Iv1\"; "
		 "device_name = \"Lobby\"; send_user_info = true; };",
		 "https://github.com/login/oauth/access_token",
		 GRANT "&device_code=d+c&user_info=%7B%22device_name%22%3A%22"
		       "Lobby%22%7D&client_id=Iv1",
		 NULL},
		{"provider : { preset = \"google\"; client_id = \"g\"; "
		 "client_secret = \"s&t\"; device_name = \"unused\"; };",
		 "https://oauth2.googleapis.com/token",
		 GRANT "&device_code=d+c&client_id=g&client_secret=s%26t",
		 NULL},
		/* RFC 6749 section 2.3.1: encoded before the colon joins. */
		{"provider : { client_id = \"a:b\"; "
		 "client_secret = \"p w%\"; };",
		 "https://webexapis.com/v1/device/token",
		 GRANT "&device_code=d+c&client_id=a%3Ab",
		 "Basic YSUzQWI6cCt3JTI1"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct provider provider;

		set_up(&provider, cases[i].conf);
		check_request(oauth_poll_request(&provider, "d c", NULL, 0),
			      "poll", cases[i].url, cases[i].body,
			      cases[i].authorization, false);
		provider_free(&provider);
	}
}

static void test_other_requests(void **state)
{
	struct tokens tokens = {.access_token = (char[]){"at"}};
	struct provider provider;

	(void)state;
	set_up(&provider, webex_conf);
	check_request(oauth_refresh_request(&provider, "r/t", 0), "refresh",
		      "https://webexapis.com/v1/access_token",
		      "grant_type=refresh_token&refresh_token=r%2Ft&"
		      "client_id=C1",
		      "Basic QzE6czM=", true);
	check_request(oauth_profile_request(&provider, &tokens), "profile",
		      "https://webexapis.com/v1/people/me?callingData=true",
		      NULL, "Bearer at", false);
	assert_null(oauth_revoke_request(&provider, "at", "access_token", 0));
	provider_free(&provider);

	set_up(&provider, any_conf);
	assert_null(oauth_profile_request(&provider, &tokens));
	provider_free(&provider);

	set_up(&provider,
	       "provider : { preset = \"twitch\"; client_id = \"t\"; };");
	check_request(oauth_revoke_request(&provider, "rt", "refresh_token", 0),
		      "revocation", "https://id.twitch.tv/oauth2/revoke",
		      "token=rt&token_type_hint=refresh_token&client_id=t",
		      NULL, true);
	provider_free(&provider);
}

/* ---- Device authorization answers */

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
		{JSON, CODE(",\"expires_in\":9,\"interval\":0"), "729703",
		 "https://id.example/v", NULL, 300, 5},
		{JSON, CODE(",\"expires_in\":86401,\"interval\":301"), "729703",
		 "https://id.example/v", NULL, 300, 5},
		{JSON, CODE(",\"expires_in\":-1,\"interval\":-5"), "729703",
		 "https://id.example/v", NULL, 300, 5},
		{JSON, CODE(",\"expires_in\":1e300,\"interval\":\"x\""),
		 "729703", "https://id.example/v", NULL, 300, 5},
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
	set_up(&provider, any_conf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reply reply =
			reply_of(200, cases[i].type, cases[i].body);
		struct device_code code;
		struct refusal refusal;
		enum verdict verdict =
			oauth_device_answer(&provider, &reply, &code, &refusal);

		if (verdict != VERDICT_OK)
			fail_msg("%s: %s", cases[i].body, refusal.err.text);
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
	struct reply reply = reply_of(200, JSON, body);
	struct provider provider;
	struct device_code code;
	struct refusal refusal;

	(void)state;
	set_up(&provider, webex_conf);
	assert_int_equal(
		oauth_device_answer(&provider, &reply, &code, &refusal),
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
		{any_conf, 200, JSON, "{}", VERDICT_REFUSED, "",
		 "not complete"},
		{any_conf, 200, JSON,
		 "{\"device_code\":\"d\",\"user_code\":\"1\"}", VERDICT_REFUSED,
		 "", "not complete"},
		{any_conf, 200, JSON,
		 "{\"device_code\":\"d\",\"verification_uri\":"
		 "\"https://id.example/\"}",
		 VERDICT_REFUSED, "", "not complete"},
		{any_conf, 200, JSON,
		 "{\"user_code\":\"1\",\"verification_uri\":"
		 "\"https://id.example/\"}",
		 VERDICT_REFUSED, "", "not complete"},
		{any_conf, 200, JSON,
		 "{\"device_code\":1,\"user_code\":2,\"verification_uri\":3}",
		 VERDICT_REFUSED, "", "not complete"},
		{any_conf, 200, JSON,
		 "{\"device_code\":\"d\",\"user_code\":\"\","
		 "\"verification_uri\":\"https://id.example/\"}",
		 VERDICT_REFUSED, "", "not complete"},
		/* Not fit to be shown. */
		{any_conf, 200, JSON,
		 "{\"device_code\":\"d\",\"user_code\":\"1\\u001b[31m\","
		 "\"verification_uri\":\"https://id.example/\"}",
		 VERDICT_REFUSED, "", "cannot be shown"},
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
		 VERDICT_MISCONFIGURED, "invalid_client", "check CLIENT_ID."},
		{any_conf, 401, JSON, "{\"error\":\"unauthorized_client\"}",
		 VERDICT_MISCONFIGURED, "unauthorized_client", "device grant"},
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
		 VERDICT_MISCONFIGURED, "invalid_request", "wants PKCE"},
		{key_conf, 401, JSON, "{\"error\":\"invalid_client\"}",
		 VERDICT_MISCONFIGURED, "invalid_client",
		 "the clock of this machine"},
		{any_conf, 400, JSON, "{\"error\":\"access_denied\"}",
		 VERDICT_REFUSED, "access_denied", "denied"},
		{any_conf, 403, JSON,
		 "{\"error_code\":\"rate_limit_exceeded\"}", VERDICT_RETRY,
		 "rate_limit_exceeded", "too often"},
		{any_conf, 400, JSON, "{\"error\":\"slow_down\"}",
		 VERDICT_RETRY, "slow_down", "less often"},
		{any_conf, 400, JSON, "{\"error\":\"org_internal\"}",
		 VERDICT_REFUSED, "org_internal", "org_internal"},
		/* Not OAuth at all. */
		{any_conf, 200, HTML, "<html>Welcome to our Wi-Fi</html>",
		 VERDICT_RETRY, "", "captive portal"},
		{any_conf, 200, HTML, "<html></html>", VERDICT_RETRY, "",
		 "text/html and status 200"},
		{any_conf, 302, HTML, "", VERDICT_RETRY, "", "status 302"},
		{any_conf, 404, "text/plain", "404 page not found",
		 VERDICT_RETRY, "", "device_authorization_endpoint wrong"},
		{any_conf, 204, "", "", VERDICT_RETRY, "", "no content type"},
		{any_conf, 200, JSON, "{\"device_code\":\"d", VERDICT_RETRY, "",
		 "application/json and status 200"},
		{any_conf, 200, JSON, "[]", VERDICT_RETRY, "", "instead of"},
		{any_conf, 500, JSON, "{}", VERDICT_RETRY, "", "difficulties"},
		{any_conf, 503, HTML, "<html>", VERDICT_RETRY, "",
		 "status 503"},
		{webex_conf, 429, JSON, WEBEX("Too many"), VERDICT_RETRY, "",
		 "too often"},
		{any_conf, 408, "", "", VERDICT_RETRY, "", "status 408"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reply reply =
			reply_of(cases[i].status, cases[i].type, cases[i].body);
		struct provider provider;
		struct device_code code;
		struct refusal refusal;
		enum verdict verdict;

		set_up(&provider, cases[i].conf);
		verdict =
			oauth_device_answer(&provider, &reply, &code, &refusal);
		if (verdict != cases[i].verdict)
			fail_msg("%d %s: %s (%s)", cases[i].status,
				 cases[i].body, verdict_name(verdict),
				 refusal.err.text);
		assert_string_equal(refusal.error, cases[i].error);
		if (!strstr(refusal.err.text, cases[i].says))
			fail_msg("%d %s: %s", cases[i].status, cases[i].body,
				 refusal.err.text);
		assert_true(refusal.reached);
		assert_null(code.device_code);
		assert_null(code.user_code);
		provider_free(&provider);
	}
}

/* ---- Token answers */

static void test_tokens(void **state)
{
	static const struct {
		const char *type, *body;
		const char *access, *refresh, *scope;
		int64_t expires_in_s, refresh_expires_in_s;
	} cases[] = {
		/* Webex. */
		{JSON,
		 "{\"scope\":\"spark:all spark:kms\",\"expires_in\":64799,"
		 "\"token_type\":\"Bearer\",\"refresh_token\":\"r\","
		 "\"access_token\":\"a\",\"refresh_token_expires_in\":7697037}",
		 "a", "r", "spark:all spark:kms", 64799, 7697037},
		/* GitHub: no expiry, no refresh token, commas, lower case. */
		{JSON,
		 "{\"access_token\":\"gho_1\",\"token_type\":\"bearer\","
		 "\"scope\":\"repo,gist\"}",
		 "gho_1", NULL, "repo gist", 0, 0},
		{FORM, "access_token=gho_1&scope=repo%2Cgist&token_type=bearer",
		 "gho_1", NULL, "repo gist", 0, 0},
		{FORM, "access_token=gho_1&scope=&token_type=bearer", "gho_1",
		 NULL, "", 0, 0},
		/* Twitch: scope as an array. */
		{JSON,
		 "{\"access_token\":\"a\",\"expires_in\":14820,"
		 "\"refresh_token\":\"r\",\"scope\":[\"chat:read\","
		 "\"user:read:email\"],\"token_type\":\"bearer\"}",
		 "a", "r", "chat:read user:read:email", 14820, 0},
		{JSON, "{\"access_token\":\"a\",\"scope\":[]}", "a", NULL, "",
		 0, 0},
		/* Keycloak: its own name for the refresh token's life. */
		{JSON,
		 "{\"access_token\":\"a\",\"expires_in\":300,"
		 "\"refresh_expires_in\":1800,\"refresh_token\":\"r\","
		 "\"token_type\":\"Bearer\",\"not-before-policy\":0}",
		 "a", "r", NULL, 300, 1800},
		/* Microsoft: numbers as strings. */
		{JSON,
		 "{\"access_token\":\"a\",\"expires_in\":\"3599\","
		 "\"ext_expires_in\":\"3599\",\"token_type\":\"BEARER\"}",
		 "a", NULL, NULL, 3599, 0},
		/* The least. */
		{JSON, "{\"access_token\":\"a-._~+/=1\"}", "a-._~+/=1", NULL,
		 NULL, 0, 0},
		{JSON, "{\"access_token\":\"a\",\"error\":\"\"}", "a", NULL,
		 NULL, 0, 0},
		{JSON, "{\"access_token\":\"a\",\"refresh_token\":\"\"}", "a",
		 NULL, NULL, 0, 0},
		{JSON, "{\"access_token\":\"a\",\"refresh_token\":null}", "a",
		 NULL, NULL, 0, 0},
		{JSON, "{\"access_token\":\"a\",\"expires_in\":-1}", "a", NULL,
		 NULL, 0, 0},
		{JSON, "{\"access_token\":\"a\",\"expires_in\":1e18}", "a",
		 NULL, NULL, 0, 0},
		{JSON, "{\"access_token\":\"a\",\"scope\":\" x,,y  z \"}", "a",
		 NULL, "x y z", 0, 0},
	};
	struct provider provider;

	(void)state;
	set_up(&provider, any_conf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reply reply =
			reply_of(200, cases[i].type, cases[i].body);
		struct refusal refusal;
		struct tokens tokens;
		struct tokens moved = {0};
		enum verdict verdict = oauth_token_answer(
			&provider, &reply, NULL, &tokens, &refusal);

		if (verdict != VERDICT_OK)
			fail_msg("%s: %s", cases[i].body, refusal.err.text);
		tokens_move(&moved, &tokens);
		assert_null(tokens.access_token);
		assert_string_equal(moved.access_token, cases[i].access);
		assert_string_equal(moved.token_type, "Bearer");
		if (cases[i].refresh)
			assert_string_equal(moved.refresh_token,
					    cases[i].refresh);
		else
			assert_null(moved.refresh_token);
		if (cases[i].scope)
			assert_string_equal(moved.scope, cases[i].scope);
		else
			assert_null(moved.scope);
		assert_int_equal(moved.expires_in_s, cases[i].expires_in_s);
		assert_int_equal(moved.refresh_expires_in_s,
				 cases[i].refresh_expires_in_s);
		tokens_free(&moved);
	}
	provider_free(&provider);
}

#define ERROR(code) "{\"error\":\"" code "\"}"

static void test_token_refusals(void **state)
{
	static const struct {
		int status;
		const char *type, *body;
		enum verdict verdict;
		const char *error;
		int64_t interval_s;
	} cases[] = {
		/* RFC 8628 section 3.5. */
		{400, JSON, ERROR("authorization_pending"), VERDICT_PENDING,
		 "authorization_pending", 0},
		{400, JSON, ERROR("slow_down"), VERDICT_SLOW_DOWN, "slow_down",
		 0},
		{400, JSON, ERROR("access_denied"), VERDICT_DENIED,
		 "access_denied", 0},
		{400, JSON, ERROR("expired_token"), VERDICT_EXPIRED,
		 "expired_token", 0},
		/* RFC 6749 section 5.2. */
		{400, JSON, ERROR("invalid_grant"), VERDICT_INVALID_GRANT,
		 "invalid_grant", 0},
		{401, JSON, ERROR("invalid_client"), VERDICT_MISCONFIGURED,
		 "invalid_client", 0},
		{400, JSON, ERROR("invalid_request"), VERDICT_MISCONFIGURED,
		 "invalid_request", 0},
		{400, JSON, ERROR("invalid_scope"), VERDICT_MISCONFIGURED,
		 "invalid_scope", 0},
		{400, JSON, ERROR("unauthorized_client"), VERDICT_MISCONFIGURED,
		 "unauthorized_client", 0},
		{400, JSON, ERROR("unsupported_grant_type"),
		 VERDICT_MISCONFIGURED, "unsupported_grant_type", 0},
		/* Webex. */
		{428, JSON, WEBEX("authorization_pending"), VERDICT_PENDING,
		 "authorization_pending", 0},
		{428, JSON, WEBEX("something new"), VERDICT_PENDING, "", 0},
		{428, "", "", VERDICT_PENDING, "", 0},
		{428, JSON, "{\"message\":\"m\",\"errors\":[]}",
		 VERDICT_PENDING, "", 0},
		{428, JSON, WEBEX("access_denied"), VERDICT_DENIED,
		 "access_denied", 0},
		{400, JSON, WEBEX("slow_down"), VERDICT_SLOW_DOWN, "slow_down",
		 0},
		{400, JSON, WEBEX("invalid_grant"), VERDICT_INVALID_GRANT,
		 "invalid_grant", 0},
		{400, JSON, WEBEX("invalid_client"), VERDICT_MISCONFIGURED,
		 "invalid_client", 0},
		{400, JSON, WEBEX("tokenlimit_reached"), VERDICT_REFUSED,
		 "tokenlimit_reached", 0},
		{400, JSON, WEBEX("redirect_uri is missing"),
		 VERDICT_MISCONFIGURED, "", 0},
		{400, JSON, WEBEX("The refresh token is expired or invalid"),
		 VERDICT_INVALID_GRANT, "invalid_grant", 0},
		{400, JSON,
		 "{\"message\":\"The request failed\",\"errors\":[{},{"
		 "\"description\":\"expired_token\"}]}",
		 VERDICT_EXPIRED, "expired_token", 0},
		/* A code that nobody has heard of ends it, as it does in
		 * "error"; prose and difficulties do not. */
		{400, JSON, WEBEX("policy_violation"), VERDICT_REFUSED,
		 "policy_violation", 0},
		{403, JSON, WEBEX("org_not_entitled"), VERDICT_REFUSED,
		 "org_not_entitled", 0},
		{400, JSON, "{\"errors\":[\"policy_violation\"]}",
		 VERDICT_REFUSED, "policy_violation", 0},
		{400, JSON,
		 "{\"errors\":[{\"description\":\"policy_violation\"},"
		 "{\"description\":\"slow_down\"}]}",
		 VERDICT_SLOW_DOWN, "slow_down", 0},
		{400, JSON, WEBEX("Something went wrong."), VERDICT_RETRY, "",
		 0},
		{400, JSON, WEBEX("maintenance"), VERDICT_RETRY, "", 0},
		{400, JSON, WEBEX("Policy_Violation"), VERDICT_RETRY, "", 0},
		{400, JSON, WEBEX("policy_violation: see the log"),
		 VERDICT_RETRY, "", 0},
		{200, JSON, WEBEX("policy_violation"), VERDICT_RETRY, "", 0},
		{429, JSON, WEBEX("too_busy_now"), VERDICT_RETRY,
		 "too_busy_now", 0},
		{428, JSON, WEBEX("not_approved_yet"), VERDICT_PENDING,
		 "not_approved_yet", 0},
		{500, JSON, WEBEX("policy_violation"), VERDICT_RETRY, "", 0},
		{503, JSON, WEBEX("upstream_timeout"), VERDICT_RETRY, "", 0},
		{400, JSON, "{\"errors\":[\"slow_down\"]}", VERDICT_SLOW_DOWN,
		 "slow_down", 0},
		{400, JSON, "{\"errors\":[{\"code\":\"access_denied\"}]}",
		 VERDICT_DENIED, "access_denied", 0},
		/* GitHub: errors with 200, a new interval. */
		{200, JSON,
		 "{\"error\":\"authorization_pending\",\"error_uri\":\"u\"}",
		 VERDICT_PENDING, "authorization_pending", 0},
		{200, JSON, "{\"error\":\"slow_down\",\"interval\":10}",
		 VERDICT_SLOW_DOWN, "slow_down", 10},
		{200, JSON, "{\"error\":\"slow_down\",\"interval\":\"12\"}",
		 VERDICT_SLOW_DOWN, "slow_down", 12},
		{200, JSON, "{\"error\":\"slow_down\",\"interval\":100000}",
		 VERDICT_SLOW_DOWN, "slow_down", 0},
		{200, FORM, "error=slow_down&interval=15", VERDICT_SLOW_DOWN,
		 "slow_down", 15},
		{200, FORM, "error=authorization_pending", VERDICT_PENDING,
		 "authorization_pending", 0},
		{200, JSON, ERROR("token_expired"), VERDICT_EXPIRED,
		 "token_expired", 0},
		{200, JSON, ERROR("incorrect_device_code"),
		 VERDICT_INVALID_GRANT, "incorrect_device_code", 0},
		{200, JSON, ERROR("incorrect_client_credentials"),
		 VERDICT_MISCONFIGURED, "incorrect_client_credentials", 0},
		{200, JSON, ERROR("bad_refresh_token"), VERDICT_INVALID_GRANT,
		 "bad_refresh_token", 0},
		{200, JSON, ERROR("device_flow_disabled"),
		 VERDICT_MISCONFIGURED, "device_flow_disabled", 0},
		{200, JSON,
		 "{\"error\":\"access_denied\",\"access_token\":\"a\"}",
		 VERDICT_DENIED, "access_denied", 0},
		/* Google. */
		{428, JSON, ERROR("authorization_pending"), VERDICT_PENDING,
		 "authorization_pending", 0},
		{403, JSON, ERROR("slow_down"), VERDICT_SLOW_DOWN, "slow_down",
		 0},
		{403, JSON, ERROR("access_denied"), VERDICT_DENIED,
		 "access_denied", 0},
		{403, JSON, "{\"error_code\":\"rate_limit_exceeded\"}",
		 VERDICT_RETRY, "rate_limit_exceeded", 0},
		{400, JSON,
		 "{\"error\":{\"code\":\"invalid_grant\",\"message\":\"m\"}}",
		 VERDICT_INVALID_GRANT, "invalid_grant", 0},
		{400, JSON, "{\"error\":{\"type\":\"authorization_pending\"}}",
		 VERDICT_PENDING, "authorization_pending", 0},
		{400, JSON,
		 "{\"error\":{\"code\":400,\"message\":\"slow_down\"}}",
		 VERDICT_SLOW_DOWN, "slow_down", 0},
		/* Microsoft. */
		{400, JSON,
		 "{\"error\":\"authorization_pending\",\"error_description\":"
		 "\"AADSTS70016: pending\",\"error_codes\":[70016]}",
		 VERDICT_PENDING, "authorization_pending", 0},
		{400, JSON, ERROR("authorization_declined"), VERDICT_DENIED,
		 "authorization_declined", 0},
		{400, JSON, ERROR("bad_verification_code"),
		 VERDICT_INVALID_GRANT, "bad_verification_code", 0},
		/* Auth0. */
		{403, JSON, ERROR("authorization_pending"), VERDICT_PENDING,
		 "authorization_pending", 0},
		{429, JSON, ERROR("slow_down"), VERDICT_SLOW_DOWN, "slow_down",
		 0},
		{403, JSON, ERROR("expired_token"), VERDICT_EXPIRED,
		 "expired_token", 0},
		{429, JSON, ERROR("too_many_requests"), VERDICT_RETRY,
		 "too_many_requests", 0},
		/* Older Dex. */
		{401, JSON, ERROR("authorization_pending"), VERDICT_PENDING,
		 "authorization_pending", 0},
		{401, JSON, ERROR("slow_down"), VERDICT_SLOW_DOWN, "slow_down",
		 0},
		/* WSO2. */
		{400, JSON,
		 "{\"error\":\"invalid_grant\",\"error_description\":"
		 "\"authorization_pending\"}",
		 VERDICT_PENDING, "authorization_pending", 0},
		{400, JSON,
		 "{\"error\":\"invalid_grant\",\"error_description\":"
		 "\"invalid_request\"}",
		 VERDICT_INVALID_GRANT, "invalid_grant", 0},
		/* Twitch. */
		{400, JSON,
		 "{\"status\":400,\"message\":\"authorization_pending\"}",
		 VERDICT_PENDING, "authorization_pending", 0},
		{400, JSON,
		 "{\"status\":400,\"message\":\"invalid device code\"}",
		 VERDICT_INVALID_GRANT, "invalid_grant", 0},
		{400, JSON, "{\"status\":400,\"message\":\"Invalid grant\"}",
		 VERDICT_INVALID_GRANT, "invalid_grant", 0},
		{400, JSON,
		 "{\"error\":\"Bad Request\",\"status\":400,"
		 "\"message\":\"Invalid refresh token\"}",
		 VERDICT_INVALID_GRANT, "invalid_grant", 0},
		{403, JSON,
		 "{\"status\":403,\"message\":\"invalid client secret\"}",
		 VERDICT_MISCONFIGURED, "invalid_client", 0},
		{400, JSON,
		 "{\"status\":400,\"message\":\"missing client id\"}",
		 VERDICT_MISCONFIGURED, "invalid_client", 0},
		/* Without regard to case, type or status. */
		{400, JSON, ERROR("Authorization_Pending"), VERDICT_PENDING,
		 "authorization_pending", 0},
		{400, JSON, ERROR("SLOW_DOWN"), VERDICT_SLOW_DOWN, "slow_down",
		 0},
		{400, "text/html", ERROR("access_denied"), VERDICT_DENIED,
		 "access_denied", 0},
		{500, JSON, ERROR("authorization_pending"), VERDICT_PENDING,
		 "authorization_pending", 0},
		{503, JSON, ERROR("expired_token"), VERDICT_EXPIRED,
		 "expired_token", 0},
		{500, JSON, ERROR("server_error"), VERDICT_RETRY,
		 "server_error", 0},
		{400, JSON, ERROR("temporarily_unavailable"), VERDICT_RETRY,
		 "temporarily_unavailable", 0},
		/* Any other OAuth error ends the flow … */
		{400, JSON, ERROR("quite_new"), VERDICT_REFUSED, "quite_new",
		 0},
		{400, JSON, ERROR("QUITE_NEW"), VERDICT_REFUSED, "quite_new",
		 0},
		{200, JSON, ERROR("quite_new"), VERDICT_REFUSED, "quite_new",
		 0},
		/* … but not with a status that says "later" … */
		{503, JSON, ERROR("quite_new"), VERDICT_RETRY, "quite_new", 0},
		{429, JSON, ERROR("quite_new"), VERDICT_RETRY, "quite_new", 0},
		{428, JSON, ERROR("quite_new"), VERDICT_PENDING, "quite_new",
		 0},
		/* … and what is no OAuth ends nothing. */
		{200, HTML, "<html>sign in to Wi-Fi</html>", VERDICT_RETRY, "",
		 0},
		{400, HTML, "<html>Bad Request</html>", VERDICT_RETRY, "", 0},
		{403, HTML, "<html>Forbidden</html>", VERDICT_RETRY, "", 0},
		{404, HTML, "<html>Not Found</html>", VERDICT_RETRY, "", 0},
		{502, HTML, "<html>Bad Gateway</html>", VERDICT_RETRY, "", 0},
		{200, "", "", VERDICT_RETRY, "", 0},
		{204, "", "", VERDICT_RETRY, "", 0},
		{302, HTML, "", VERDICT_RETRY, "", 0},
		{407, HTML, "", VERDICT_RETRY, "", 0},
		{408, "", "", VERDICT_RETRY, "", 0},
		{429, "", "", VERDICT_RETRY, "", 0},
		{500, JSON, "{}", VERDICT_RETRY, "", 0},
		{400, JSON, "{}", VERDICT_RETRY, "", 0},
		{200, JSON, "{}", VERDICT_RETRY, "", 0},
		{200, JSON, "null", VERDICT_RETRY, "", 0},
		{200, JSON, "[{\"access_token\":\"a\"}]", VERDICT_RETRY, "", 0},
		{200, JSON, "{\"access_token\":\"a", VERDICT_RETRY, "", 0},
		{200, JSON, "{\"access_token\":\"a\"}{", VERDICT_RETRY, "", 0},
		{200, JSON, "{\"access_token\":null}", VERDICT_RETRY, "", 0},
		{200, JSON, "{\"access_token\":\"\"}", VERDICT_RETRY, "", 0},
		{200, JSON, "{\"access_token\":\"a\\u0000b\"}", VERDICT_RETRY,
		 "", 0},
		{200, JSON, "{\"access_token\":\"a\",\"access_token\":\"b\"}",
		 VERDICT_RETRY, "", 0},
		{404, JSON, "{\"error\":\"Not Found\",\"path\":\"/t\"}",
		 VERDICT_RETRY, "", 0},
		{403, JSON, "{\"error\":\"Access Denied\"}", VERDICT_RETRY, "",
		 0},
		{403, JSON, "{\"message\":\"Access Denied\"}", VERDICT_RETRY,
		 "", 0},
		{403, JSON, "{\"error\":\"Forbidden\"}", VERDICT_RETRY, "", 0},
		{404, JSON, "{\"error\":\"not_found\"}", VERDICT_RETRY,
		 "not_found", 0},
		{404, JSON, "{\"message\":\"no Route matched\"}", VERDICT_RETRY,
		 "", 0},
		{401, JSON, "{\"message\":\"who are you\"}", VERDICT_RETRY, "",
		 0},
		{400, JSON, "{\"error\":true}", VERDICT_RETRY, "", 0},
		{200, FORM, "a=b", VERDICT_RETRY, "", 0},
		{400, JSON, "{\"access_token\":\"a\"}", VERDICT_RETRY, "", 0},
		/* Tokens that could not be used. */
		{200, JSON, "{\"access_token\":\"a b\"}", VERDICT_REFUSED, "",
		 0},
		{200, JSON, "{\"access_token\":\"a\\r\\nX: y\"}",
		 VERDICT_REFUSED, "", 0},
		{200, JSON, "{\"access_token\":\"\\u00e9\"}", VERDICT_REFUSED,
		 "", 0},
		{200, JSON,
		 "{\"access_token\":\"a\",\"refresh_token\":\"r\\n\"}",
		 VERDICT_REFUSED, "", 0},
		{200, JSON, "{\"access_token\":\"a\",\"token_type\":\"mac\"}",
		 VERDICT_REFUSED, "", 0},
		{200, JSON, "{\"access_token\":\"a\",\"token_type\":\"DPoP\"}",
		 VERDICT_REFUSED, "", 0},
	};
	struct provider provider;

	(void)state;
	set_up(&provider, webex_conf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reply reply =
			reply_of(cases[i].status, cases[i].type, cases[i].body);
		struct refusal refusal;
		struct tokens tokens;
		enum verdict verdict = oauth_token_answer(
			&provider, &reply, NULL, &tokens, &refusal);

		if (verdict != cases[i].verdict ||
		    strcmp(refusal.error, cases[i].error) != 0 ||
		    refusal.interval_s != cases[i].interval_s)
			fail_msg("%d %s: %s, \"%s\", %lld (%s)",
				 cases[i].status, cases[i].body,
				 verdict_name(verdict), refusal.error,
				 (long long)refusal.interval_s,
				 refusal.err.text);
		assert_true(refusal.reached);
		assert_true(strncmp(refusal.err.text, "Webex ", 6) == 0);
		assert_null(tokens.access_token);
		assert_null(tokens.refresh_token);
	}
	provider_free(&provider);
}

/* ---- What a refusal tells */

static void test_sentences(void **state)
{
	static const struct {
		const char *conf;
		int status;
		const char *body;
		const char *sentence;
	} cases[] = {
		{webex_conf, 400, WEBEX("invalid_client"),
		 "Webex does not accept this client: check that CLIENT_SECRET "
		 "is right and belongs to CLIENT_ID."},
		{any_conf, 401,
		 "{\"error\":\"invalid_client\",\"error_description\":"
		 "\"Unknown\\nclient\\u001b[31m\"}",
		 "id.example does not accept this client: check CLIENT_ID, and "
		 "whether the provider wants a CLIENT_SECRET. (\"Unknown "
		 "client\xef\xbf\xbd[31m\")"},
		{any_conf, 400, "{\"error\":\"quite_new\"}",
		 "id.example refuses with the error \"quite_new\"."},
		{any_conf, 404, "<html></html>",
		 "id.example answers with text/html and status 404, which is "
		 "no OAuth: something in between may have answered instead."},
		{any_conf, 503, "<html></html>",
		 "id.example is in difficulties (status 503)."},
		{any_conf, 400, "{\"message\":\"Try  later\"}",
		 "id.example answers with text/html and status 400, which is "
		 "no OAuth: something in between may have answered instead. "
		 "(\"Try  later\")"},
		/* WSO2 repeats the device code: not for the screen. */
		{any_conf, 400,
		 "{\"error\":\"invalid_grant\",\"error_description\":\"Error "
		 "for device code: 1a29b9d9-1d86-4f71-be32-202a1a29029c!\"}",
		 "id.example does not accept this code or refresh token any "
		 "more. (\"Error for device code: [...]!\")"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reply reply =
			reply_of(cases[i].status, HTML, cases[i].body);
		struct provider provider;
		struct refusal refusal;
		struct tokens tokens;

		set_up(&provider, cases[i].conf);
		oauth_token_answer(&provider, &reply, NULL, &tokens, &refusal);
		assert_string_equal(refusal.err.text, cases[i].sentence);
		provider_free(&provider);
	}
}

static void test_details(void **state)
{
	static const struct {
		int64_t told_s, kept_s; /* Retry-After */
	} cases[] = {{-1, -1}, {0, 0}, {30, 30}, {INT64_MAX, 86400}};
	struct reply reply = reply_of(429, JSON, WEBEX("slow"));
	struct provider provider;
	struct refusal refusal;
	struct tokens tokens;

	(void)state;
	set_up(&provider, webex_conf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		reply.retry_after_s = cases[i].told_s;
		assert_int_equal(oauth_token_answer(&provider, &reply, NULL,
						    &tokens, &refusal),
				 VERDICT_RETRY);
		assert_int_equal(refusal.retry_after_s, cases[i].kept_s);
		assert_string_equal(refusal.tracking, "ROUTER_65A1-01BB");
	}
	reply = reply_of(400, JSON, "{\"trackingId\":\"a\\u001bb\"}");
	oauth_token_answer(&provider, &reply, NULL, &tokens, &refusal);
	assert_string_equal(refusal.tracking, "a\xef\xbf\xbd"
					      "b");
	provider_free(&provider);
}

static void test_no_answer(void **state)
{
	struct reply reply = {
		.net = NET_TLS,
		.body = "",
		.type = "",
		.retry_after_s = -1,
		.what = "The certificate of webexapis.com has expired.",
	};
	struct provider provider;
	struct device_code code;
	struct refusal refusal;
	struct tokens tokens;
	char *profile;

	(void)state;
	set_up(&provider, webex_conf);
	for (int i = 0; i < 4; i++) {
		enum verdict verdict = VERDICT_OK;

		memset(&refusal, 0xff, sizeof(refusal));
		switch (i) {
		case 0:
			verdict = oauth_device_answer(&provider, &reply, &code,
						      &refusal);
			break;
		case 1:
			verdict = oauth_token_answer(&provider, &reply, NULL,
						     &tokens, &refusal);
			break;
		case 2:
			verdict = oauth_profile_answer(&reply, &profile,
						       &refusal);
			break;
		case 3:
			verdict = oauth_revoke_answer(&reply, &refusal);
			break;
		}
		assert_int_equal(verdict, VERDICT_RETRY);
		assert_false(refusal.reached);
		assert_string_equal(refusal.err.text, reply.what);
		assert_string_equal(refusal.error, "");
		assert_int_equal(refusal.retry_after_s, -1);
	}
	provider_free(&provider);
}

/* ---- Profile and revocation */

static void test_profile_answer(void **state)
{
	static const struct {
		int status;
		const char *type, *body;
		enum verdict verdict;
		const char *text; /* the profile, or part of the sentence */
	} cases[] = {
		{200, JSON, " {\"name\": \"A\", \"n\": 1}\n", VERDICT_OK,
		 "{\"name\":\"A\",\"n\":1}"},
		{200, "text/plain", "{\"message\":\"hello\"}", VERDICT_OK,
		 "{\"message\":\"hello\"}"},
		{401, JSON, WEBEX("Invalid or expired access token."),
		 VERDICT_UNAUTHORIZED, "does not accept the access token"},
		{401, JSON, ERROR("invalid_token"), VERDICT_UNAUTHORIZED,
		 "does not accept the access token"},
		{401, JSON, ERROR("invalid_request"), VERDICT_UNAUTHORIZED,
		 "configuration"},
		{401, HTML, "<html>", VERDICT_UNAUTHORIZED,
		 "does not accept the access token"},
		{400, JSON, ERROR("invalid_token"), VERDICT_UNAUTHORIZED,
		 "does not accept the access token"},
		{200, JSON, ERROR("invalid_token"), VERDICT_UNAUTHORIZED,
		 "does not accept the access token"},
		{403, JSON, "{\"message\":\"no scope\"}", VERDICT_REFUSED,
		 "provider.scope"},
		{403, JSON, ERROR("insufficient_scope"), VERDICT_REFUSED,
		 "insufficient_scope"},
		{404, HTML, "<html>", VERDICT_REFUSED, "userinfo_endpoint"},
		{429, JSON, "{}", VERDICT_RETRY, "too often"},
		{408, "", "", VERDICT_RETRY, "408"},
		{500, HTML, "<html>", VERDICT_RETRY, "difficulties"},
		{200, HTML, "<html>", VERDICT_RETRY, "text/html"},
		{200, JSON, "[]", VERDICT_RETRY, "instead of a profile"},
		{200, JSON, "{\"a\":1", VERDICT_RETRY, "instead of a profile"},
		{200, "application/jwt", "eyJ.eyJ.sig", VERDICT_RETRY,
		 "application/jwt"},
		{302, HTML, "", VERDICT_RETRY, "302"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reply reply =
			reply_of(cases[i].status, cases[i].type, cases[i].body);
		struct refusal refusal;
		char *profile = NULL;
		enum verdict verdict =
			oauth_profile_answer(&reply, &profile, &refusal);

		if (verdict != cases[i].verdict)
			fail_msg("%d %s: %s", cases[i].status, cases[i].body,
				 verdict_name(verdict));
		if (verdict == VERDICT_OK) {
			assert_string_equal(profile, cases[i].text);
		} else {
			assert_null(profile);
			if (!strstr(refusal.err.text, cases[i].text))
				fail_msg("%d %s: %s", cases[i].status,
					 cases[i].body, refusal.err.text);
		}
		free(profile);
	}
}

static void test_revoke_answer(void **state)
{
	static const struct {
		int status;
		const char *type, *body;
		enum verdict verdict;
	} cases[] = {
		{200, "", "", VERDICT_OK},
		{200, JSON, "{}", VERDICT_OK},
		{204, "", "", VERDICT_OK},
		/* It is not valid any more: as wished (RFC 7009, 2.2). */
		{400, JSON, ERROR("invalid_token"), VERDICT_OK},
		{400, JSON, ERROR("unsupported_token_type"), VERDICT_REFUSED},
		{401, JSON, ERROR("invalid_client"), VERDICT_REFUSED},
		{200, JSON, ERROR("invalid_client"), VERDICT_REFUSED},
		{404, HTML, "<html>", VERDICT_REFUSED},
		{302, HTML, "", VERDICT_REFUSED},
		{503, HTML, "<html>", VERDICT_RETRY},
		{429, "", "", VERDICT_RETRY},
		{408, "", "", VERDICT_RETRY},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reply reply =
			reply_of(cases[i].status, cases[i].type, cases[i].body);
		struct refusal refusal;
		enum verdict verdict = oauth_revoke_answer(&reply, &refusal);

		if (verdict != cases[i].verdict)
			fail_msg("%d %s: %s", cases[i].status, cases[i].body,
				 verdict_name(verdict));
		assert_int_equal(*refusal.err.text == '\0',
				 verdict == VERDICT_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_device_request),
		cmocka_unit_test(test_poll_request),
		cmocka_unit_test(test_other_requests),
		cmocka_unit_test(test_device_codes),
		cmocka_unit_test(test_webex_code),
		cmocka_unit_test(test_device_refusals),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_token_refusals),
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_details),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_profile_answer),
		cmocka_unit_test(test_revoke_answer),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8") || !crypto_init())
		return EXIT_FAILURE;
	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
