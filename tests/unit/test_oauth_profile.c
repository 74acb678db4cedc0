/* SPDX-License-Identifier: MIT */
/*
 * oauth/oauth: one line for each answer to the request for the profile.
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
#include "base/mem.h"
#include "oauth/oauth_answer.h"
#include "oauth_case.h"

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
		{200, JSON, "{\"title\":\"access_denied\"}", VERDICT_OK,
		 "{\"title\":\"access_denied\"}"},
		{200, JSON, "{\"code\":\"not_found\"}", VERDICT_OK,
		 "{\"code\":\"not_found\"}"},
		{200, JSON, "{\"type\":\"https://x/invalid_token\"}",
		 VERDICT_OK, "{\"type\":\"https://x/invalid_token\"}"},
		{200, "text/plain", "{\"message\":\"hello\"}", VERDICT_OK,
		 "{\"message\":\"hello\"}"},
		{401, JSON, WEBEX("Invalid or expired access token."),
		 VERDICT_UNAUTHORIZED, "no longer accepts the access token"},
		{401, JSON, ERROR("invalid_token"), VERDICT_UNAUTHORIZED,
		 "no longer accepts the access token"},
		{401, JSON, ERROR("invalid_request"), VERDICT_UNAUTHORIZED,
		 "configuration"},
		{401, HTML, "<html>", VERDICT_UNAUTHORIZED,
		 "no longer accepts the access token"},
		{400, JSON, ERROR("invalid_token"), VERDICT_UNAUTHORIZED,
		 "no longer accepts the access token"},
		{200, JSON, ERROR("invalid_token"), VERDICT_UNAUTHORIZED,
		 "no longer accepts the access token"},
		{403, JSON, "{\"message\":\"no scope\"}", VERDICT_REFUSED,
		 "provider.scope"},
		{403, JSON, ERROR("insufficient_scope"), VERDICT_REFUSED,
		 "insufficient_scope"},
		{404, HTML, "<html>", VERDICT_REFUSED, "userinfo_endpoint"},
		{429, JSON, "{}", VERDICT_RETRY, "too many requests"},
		{408, "", "", VERDICT_RETRY, "408"},
		{500, HTML, "<html>", VERDICT_RETRY, "having problems"},
		{200, HTML, "<html>", VERDICT_RETRY, "text/html"},
		{200, JSON, "[]", VERDICT_RETRY, "instead of a profile"},
		{200, JSON, "{\"a\":1", VERDICT_RETRY, "instead of a profile"},
		{200, JSON,
		 "{\"sub\":\"1\",\"a\":{\"b\":1,\"b\":1},\"sub\":\"1\"}",
		 VERDICT_OK, "{\"a\":{\"b\":1},\"sub\":\"1\"}"},
		{400, HTML, "<html>", VERDICT_RETRY, "text/html"},
		{400, JSON, "{\"message\":\"no\"}", VERDICT_REFUSED,
		 "status 400"},
		/* Whole, and no better the next time; or damaged on its way. */
		{200, JSON, "{\"sub\":\"1\",\"sub\":\"2\"}", VERDICT_REFUSED,
		 "The provider sent a profile that cannot be used. Invalid "
		 "JSON: \"sub\" appears twice with different values."},
		{200, JSON, " {\"sub\":1,\"a\":[],\"sub\":\"1\"}\n",
		 VERDICT_REFUSED, "\"sub\" appears twice"},
		{200, JSON, "{\"email\":\"a\",\"email\":\"b\"}",
		 VERDICT_REFUSED, "\"email\" appears twice"},
		{200, JSON, "{\"sub\":\"1\",\"sub\":\"2\"", VERDICT_RETRY,
		 "instead of a profile"},
		{200, JSON, "{\"sub\":\"1\",\"sub\":\"2\\u0000\"}",
		 VERDICT_RETRY, "instead of a profile"},
		{200, JSON, "{\"sub\":\"1\",\"sub\":\"2\"}}", VERDICT_RETRY,
		 "there is more text after the value"},
		{200, JSON, "{\"sub\":\"1\",\"sub\":\"\xff\"}", VERDICT_RETRY,
		 "instead of a profile"},
		{502, JSON, "{\"sub\":\"1\",\"sub\":\"2\"}", VERDICT_RETRY,
		 "having problems"},
		{200, "application/jwt", "eyJ.eyJ.sig", VERDICT_REFUSED,
		 "sent a signed profile (JWT), which is not supported"},
		{200, "application/jwt; charset=utf-8", "eyJ.eyJ.sig",
		 VERDICT_REFUSED, "signed profile (JWT)"},
		{500, "application/jwt", "eyJ.eyJ.sig", VERDICT_RETRY, "500"},
		{302, HTML, "", VERDICT_RETRY,
		 "redirects to another address (status 302), which is not "
		 "followed: check whether provider.userinfo_endpoint is right"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reply reply = oauth_case_reply(
			cases[i].status, cases[i].type, cases[i].body);
		struct oauth_failure failure;
		struct json *profile = NULL;
		enum verdict verdict =
			oauth_profile_answer(&reply, &profile, &failure);

		if (verdict != cases[i].verdict)
			fail_msg("%d %s: %s", cases[i].status, cases[i].body,
				 oauth_case_verdict(verdict));
		if (verdict == VERDICT_OK) {
			char *text = json_print(profile, false);

			assert_string_equal(text, cases[i].text);
			secret_free(text);
		} else {
			assert_null(profile);
			if (!strstr(failure.err.text, cases[i].text))
				fail_msg("%d %s: %s", cases[i].status,
					 cases[i].body, failure.err.text);
		}
		json_free(profile);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_profile_answer),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8") || !crypto_init())
		return EXIT_FAILURE;
	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
