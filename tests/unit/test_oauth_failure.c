/* SPDX-License-Identifier: MIT */
/*
 * oauth/oauth with reply and oauth_error: what a refusal tells, and what is
 * told where no answer came.
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
#include "base/json.h"
#include "oauth/oauth_answer.h"
#include "oauth/provider.h"
#include "oauth_case.h"

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
		 "is right and belongs to CLIENT_ID, and that "
		 "provider.token_endpoint_auth_method is right."},
		{github_conf, 200,
		 "{\"error\":\"incorrect_client_credentials\"}",
		 "GitHub does not accept this client: check CLIENT_ID, and "
		 "whether the provider wants a CLIENT_SECRET or another "
		 "provider.token_endpoint_auth_method."},
		/* Keycloak says this of a wrong secret. */
		{secret_conf, 401,
		 "{\"error\":\"unauthorized_client\",\"error_description\":"
		 "\"Invalid client or Invalid client credentials\"}",
		 "id.example does not let this client sign in this way: allow "
		 "the device grant in the client's settings, and check "
		 "CLIENT_ID and CLIENT_SECRET. (\"Invalid client or Invalid "
		 "client credentials\")"},
		{code_conf, 401, "{\"error\":\"unauthorized_client\"}",
		 "id.example does not let this client sign in this way: allow "
		 "the authorization code grant in the client's settings, and "
		 "check CLIENT_ID and CLIENT_SECRET."},
		{any_conf, 401,
		 "{\"error\":\"invalid_client\",\"error_description\":"
		 "\"Unknown\\nclient\\u001b[31m\"}",
		 "id.example does not accept this client: check CLIENT_ID, and "
		 "whether the provider wants a CLIENT_SECRET or another "
		 "provider.token_endpoint_auth_method. (\"Unknown "
		 "client\xef\xbf\xbd[31m\")"},
		{any_conf, 400, "{\"error\":\"quite_new\"}",
		 "id.example answered with the error \"quite_new\"."},
		{any_conf, 200, "<html></html>",
		 "id.example answered with text/html and status 200, which "
		 "is not OAuth: something in between may have answered "
		 "instead."},
		{any_conf, 200, "access_token=a&access_token=b",
		 "id.example answered with text/html and status 200, which "
		 "is not OAuth: something in between may have answered "
		 "instead. Invalid form data: \"access_token\" appears twice "
		 "with different values."},
		{any_conf, 200, "{\"access_token\":1,\"access_token\":2}",
		 "id.example sent tokens that cannot be used. Invalid JSON: "
		 "\"access_token\" appears twice with different values."},
		{any_conf, 404, "<html></html>",
		 "id.example has nothing at this address (status 404): check "
		 "whether provider.token_endpoint is right."},
		{webex_conf, 410, "",
		 "Webex has nothing at this address (status 410): check "
		 "whether provider.device_token_endpoint is right."},
		{any_conf, 405, "{\"error\":\"method_not_allowed\"}",
		 "id.example does not accept a POST request at this address "
		 "(status 405): check whether provider.token_endpoint is "
		 "right."},
		{any_conf, 501, "{\"message\":\"Not here.\"}",
		 "id.example does not accept a POST request at this address "
		 "(status 501): check whether provider.token_endpoint is "
		 "right. (\"Not here.\")"},
		{any_conf, 415, "{\"message\":\"Use application/json.\"}",
		 "id.example does not accept this content type at this "
		 "address (status 415): check whether "
		 "provider.token_endpoint is right. (\"Use "
		 "application/json.\")"},
		{any_conf, 307, "<html></html>",
		 "id.example redirects to another address (status 307), which "
		 "is not followed: check whether provider.token_endpoint is "
		 "right, and whether a captive portal is in between."},
		{any_conf, 503, "<html></html>",
		 "id.example is having problems (status 503)."},
		{any_conf, 400, "{\"message\":\"Try  later\"}",
		 "id.example answered with text/html and status 400, which "
		 "is not OAuth: something in between may have answered "
		 "instead. (\"Try  later\")"},
		/* WSO2 repeats the device code: not for the screen. */
		{any_conf, 400,
		 "{\"error\":\"invalid_grant\",\"error_description\":\"Error "
		 "for device code: 1a29b9d9-1d86-4f71-be32-202a1a29029c!\"}",
		 "id.example no longer accepts this code or refresh token. "
		 "(\"Error for device code: [...]!\")"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reply reply =
			oauth_case_reply(cases[i].status, HTML, cases[i].body);
		struct provider provider;
		struct oauth_failure failure;
		struct tokens tokens;

		oauth_case_provider(&provider, cases[i].conf);
		oauth_token_answer(&provider, ENDPOINT_TOKEN, &reply, NULL,
				   &tokens, &failure);
		assert_string_equal(failure.err.text, cases[i].sentence);
		provider_free(&provider);
	}
}

static void test_details(void **state)
{
	static const struct {
		int64_t told_s, kept_s; /* Retry-After */
	} cases[] = {{-1, -1}, {0, 0}, {30, 30}, {INT64_MAX, 86400}};
	struct reply reply = oauth_case_reply(429, JSON, WEBEX("slow"));
	struct provider provider;
	struct oauth_failure failure;
	struct tokens tokens;

	(void)state;
	oauth_case_provider(&provider, webex_conf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		reply.retry_after_s = cases[i].told_s;
		assert_int_equal(oauth_token_answer(&provider, ENDPOINT_TOKEN,
						    &reply, NULL, &tokens,
						    &failure),
				 VERDICT_RETRY);
		assert_int_equal(failure.retry_after_s, cases[i].kept_s);
		assert_string_equal(failure.tracking, "ROUTER_65A1-01BB");
	}
	reply = oauth_case_reply(400, JSON, "{\"trackingId\":\"a\\u001bb\"}");
	oauth_token_answer(&provider, ENDPOINT_TOKEN, &reply, NULL, &tokens,
			   &failure);
	assert_string_equal(failure.tracking, "a\xef\xbf\xbd"
					      "b");
	provider_free(&provider);
}

/* What may come right by itself is told from what never does. */
static void test_not_oauth(void **state)
{
	static const struct {
		int status;
		const char *body;
		bool is;
	} cases[] = {
		{200, "<html></html>", true},
		{200, "", true},
		{200, "[]", true},
		{403, "<html></html>", true},
		{302, "{}", true},
		{200, " {\"token_type\":\"Bearer\",\"access_tok", false},
		{403,
		 "{\"message\":\"API rate limit exceeded. Please try again "
		 "later.\"}",
		 false},
		{400, "error=slow_down", false},
	};
	struct provider provider;
	struct oauth_failure failure;
	struct tokens tokens;

	(void)state;
	oauth_case_provider(&provider, any_conf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reply reply =
			oauth_case_reply(cases[i].status, HTML, cases[i].body);

		oauth_token_answer(&provider, ENDPOINT_TOKEN, &reply, NULL,
				   &tokens, &failure);
		if (failure.not_oauth != cases[i].is)
			fail_msg("%d %s", cases[i].status, cases[i].body);
	}
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
	struct oauth_failure failure;
	struct tokens tokens;
	struct json *profile;

	(void)state;
	oauth_case_provider(&provider, webex_conf);
	for (int i = 0; i < 4; i++) {
		enum verdict verdict = VERDICT_OK;

		memset(&failure, 0xff, sizeof(failure));
		switch (i) {
		case 0:
			verdict = oauth_device_answer(&provider, &reply, &code,
						      &failure);
			break;
		case 1:
			verdict = oauth_token_answer(&provider, ENDPOINT_TOKEN,
						     &reply, NULL, &tokens,
						     &failure);
			break;
		case 2:
			verdict = oauth_profile_answer(&reply, &profile,
						       &failure);
			break;
		case 3:
			verdict = oauth_revoke_answer(&reply, &failure);
			break;
		}
		assert_int_equal(verdict, VERDICT_RETRY);
		assert_false(failure.reached);
		assert_string_equal(failure.err.text, reply.what);
		assert_string_equal(failure.error, "");
		assert_int_equal(failure.retry_after_s, -1);
	}
	provider_free(&provider);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_details),
		cmocka_unit_test(test_not_oauth),
		cmocka_unit_test(test_no_answer),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8") || !crypto_init())
		return EXIT_FAILURE;
	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
