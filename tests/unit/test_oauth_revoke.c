/* SPDX-License-Identifier: MIT */
/*
 * oauth/oauth: one line for each answer to a revocation.
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/json.h"
#include "oauth/oauth_answer.h"
#include "oauth_case.h"

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
		/* Who asks is not believed, and nothing was revoked. */
		{401, JSON, ERROR("invalid_token"), VERDICT_REFUSED},
		{401, JSON, "{\"message\":\"Unauthorized\"}", VERDICT_REFUSED},
		{401, "", "", VERDICT_REFUSED},
		{403, JSON, ERROR("invalid_token"), VERDICT_REFUSED},
		{400, JSON, ERROR("unsupported_token_type"), VERDICT_REFUSED},
		{401, JSON, ERROR("invalid_client"), VERDICT_REFUSED},
		{200, JSON, ERROR("invalid_client"), VERDICT_REFUSED},
		{404, HTML, "<html>", VERDICT_REFUSED},
		{404, JSON, "{\"message\":\"Token not found\"}", VERDICT_OK},
		{404, JSON, "{\"message\":\"Page not found\"}",
		 VERDICT_REFUSED},
		{302, HTML, "", VERDICT_REFUSED},
		{503, HTML, "<html>", VERDICT_RETRY},
		{429, "", "", VERDICT_RETRY},
		{408, "", "", VERDICT_RETRY},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reply reply = oauth_case_reply(
			cases[i].status, cases[i].type, cases[i].body);
		struct oauth_failure failure;
		enum verdict verdict = oauth_revoke_answer(&reply, &failure);

		if (verdict != cases[i].verdict)
			fail_msg("%d %s: %s", cases[i].status, cases[i].body,
				 oauth_case_verdict(verdict));
		assert_int_equal(*failure.err.text == '\0',
				 verdict == VERDICT_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_revoke_answer),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8") || !crypto_init())
		return EXIT_FAILURE;
	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
