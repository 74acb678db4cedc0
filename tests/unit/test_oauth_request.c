/* SPDX-License-Identifier: MIT */
/*
 * oauth/oauth: the requests byte for byte, and the longest that can be sent.
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

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/form.h"
#include "base/json.h"
#include "base/mem.h"
#include "conf/conf.h"
#include "oauth/oauth_answer.h"
#include "oauth/oauth_request.h"
#include "oauth/provider.h"
#include "oauth/provider_setup.h"
#include "oauth_case.h"

static void check_request(struct request *request, enum request_kind kind,
			  const char *url, const char *body,
			  const char *authorization, bool fresh)
{
	assert_non_null(request);
	assert_int_equal(request->kind, kind);
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

		oauth_case_provider(&provider, cases[i].conf);
		check_request(oauth_device_request(&provider, NULL, 0),
			      REQUEST_DEVICE_AUTHORIZATION, cases[i].url,
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

		oauth_case_provider(&provider, cases[i].conf);
		check_request(oauth_poll_request(&provider, "d c", NULL, 0),
			      REQUEST_POLL, cases[i].url, cases[i].body,
			      cases[i].authorization, false);
		provider_free(&provider);
	}
}

static void test_other_requests(void **state)
{
	struct tokens tokens = {.access_token = (char[]){"at"}};
	struct provider provider;

	(void)state;
	oauth_case_provider(&provider, webex_conf);
	check_request(oauth_refresh_request(&provider, "r/t", 0),
		      REQUEST_REFRESH, "https://webexapis.com/v1/access_token",
		      "grant_type=refresh_token&refresh_token=r%2Ft&"
		      "client_id=C1",
		      "Basic QzE6czM=", true);
	check_request(oauth_profile_request(&provider, &tokens),
		      REQUEST_PROFILE,
		      "https://webexapis.com/v1/people/me?callingData=true",
		      NULL, "Bearer at", false);
	assert_null(oauth_revoke_request(&provider, "at", "access_token", 0));
	provider_free(&provider);

	oauth_case_provider(&provider, any_conf);
	assert_null(oauth_profile_request(&provider, &tokens));
	provider_free(&provider);

	oauth_case_provider(
		&provider,
		"provider : { preset = \"twitch\"; client_id = \"t\"; };");
	check_request(oauth_revoke_request(&provider, "rt", "refresh_token", 0),
		      REQUEST_REVOCATION, "https://id.twitch.tv/oauth2/revoke",
		      "token=rt&token_type_hint=refresh_token&client_id=t",
		      NULL, true);
	provider_free(&provider);
}

/* n bytes that are encoded as three each; the caller frees it. */
static char *text_of(size_t n)
{
	char *text = xcalloc(n + 1, 1);

	memset(text, '%', n);
	return text;
}

/* The greatest that is taken can be sent; what is greater is refused, and never
 * sent in another shape. */
static void test_greatest(void **state)
{
	static const enum client_auth methods[] = {AUTH_BASIC, AUTH_POST};
	char *secret = text_of(PROVIDER_SECRET_MAX);
	char *longest = text_of(OAUTH_TOKEN_MAX);
	char *longer = text_of(OAUTH_TOKEN_MAX + 1);
	const struct {
		const char *code, *access, *refresh;
		enum verdict verdict;
	} cases[] = {
		{longest, longest, longest, VERDICT_OK},
		{longer, longer, "r", VERDICT_REFUSED},
		{longer, "a", longer, VERDICT_REFUSED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(methods) * COUNT(cases); i++) {
		size_t j = i / COUNT(methods);
		struct provider provider;
		struct device_code code = {0};
		struct tokens tokens = {0};
		struct oauth_failure failure;
		struct request *request;
		struct reply reply;
		struct conf conf;
		struct buf body;
		struct err err;

		conf_init(&conf);
		assert_true(conf_parse(&conf, any_conf, strlen(any_conf),
				       "test", &err));
		conf.provider.token_endpoint_auth_method =
			methods[i % COUNT(methods)];
		assert_true(
			provider_set_up(&provider, &conf, "id", secret, &err));
		conf_free(&conf);

		buf_init(&body, 4 * OAUTH_TOKEN_MAX);
		assert_true(
			buf_addf(&body,
				 "{\"device_code\":\"%s\",\"user_code\":\"A\","
				 "\"verification_uri\":\"https://a.example\"}",
				 cases[j].code));
		reply = oauth_case_reply(200, JSON, buf_text(&body));
		assert_int_equal(
			oauth_device_answer(&provider, &reply, &code, &failure),
			cases[j].verdict);
		if (cases[j].verdict == VERDICT_OK) {
			request = oauth_poll_request(&provider,
						     code.device_code, NULL, 0);
			assert_false(request->broken);
			assert_true(strlen(request->body) >
				    3 * OAUTH_TOKEN_MAX);
			assert_true((request->authorization != NULL) ==
				    (i % COUNT(methods) == 0));
			request_free(request);
		} else {
			assert_non_null(strstr(failure.err.text, "too long"));
		}
		device_code_free(&code);
		buf_free(&body);
		assert_true(buf_addf(
			&body,
			"{\"access_token\":\"%s\",\"refresh_token\":\"%s\"}",
			cases[j].access, cases[j].refresh));
		reply = oauth_case_reply(200, JSON, buf_text(&body));
		assert_int_equal(oauth_token_answer(&provider, ENDPOINT_TOKEN,
						    &reply, NULL, &tokens,
						    &failure),
				 cases[j].verdict);
		if (cases[j].verdict != VERDICT_OK)
			assert_non_null(strstr(failure.err.text, "too long"));
		tokens_free(&tokens);
		buf_free(&body);
		/* One that was kept by somebody else. */
		request = oauth_refresh_request(&provider, longer, 0);
		assert_false(request->broken);
		assert_non_null(request->body);
		request_free(request);
		provider_free(&provider);
	}
	free(longer);
	free(longest);
	free(secret);
}

/* A form that is too long makes a request that is not to be sent. */
static void test_broken(void **state)
{
	struct provider provider;
	struct request *request;
	struct buf form;

	(void)state;
	oauth_case_provider(&provider, any_conf);
	buf_init(&form, 10);
	assert_false(form_add(&form, "name", "more than ten"));
	request = oauth_post(&provider, REQUEST_OTHER,
			     "https://id.example/token", &form, AUTH_NONE, 0);
	assert_true(request->broken);
	assert_null(request->body);
	request_free(request);
	provider_free(&provider);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_device_request),
		cmocka_unit_test(test_poll_request),
		cmocka_unit_test(test_other_requests),
		cmocka_unit_test(test_greatest),
		cmocka_unit_test(test_broken),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8") || !crypto_init())
		return EXIT_FAILURE;
	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
