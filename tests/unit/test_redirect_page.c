/* SPDX-License-Identifier: MIT */
/*
 * io/redirect_page as a browser gets it: what the page may do, and what it
 * escapes.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "io/redirect.h"
#include "redirect_fixture.h"

static void test_page_is_locked_down(void **state)
{
	static const char *const headers[] = {
		"\r\nCache-Control: no-store\r\n",
		"\r\nConnection: close\r\n",
		"\r\nContent-Type: text/html; charset=utf-8\r\n",
		"\r\nX-Content-Type-Options: nosniff\r\n",
		"\r\nX-Frame-Options: DENY\r\n",
		"\r\nReferrer-Policy: no-referrer\r\n",
		"\r\nContent-Security-Policy: default-src 'none'; ",
		"; frame-ancestors 'none'; ",
	};
	struct redirect_fixture *desk = *state;
	struct redirect_client client;
	const char *reply;

	redirect_fixture_get(desk, &client, "/elsewhere");
	reply = redirect_fixture_finish(desk, &client);
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		redirect_fixture_assert_contains(reply, headers[i]);
	redirect_client_close(&client);
}

/* What a browser does with the policy: it hashes what is between the tags. */
static void test_policy_admits_the_style(void **state)
{
	unsigned char digest[CRYPTO_SHA256_SIZE];
	struct redirect_fixture *desk = *state;
	struct redirect_client client;
	const char *reply, *style, *end;
	struct buf source;

	redirect_fixture_get(desk, &client, "/elsewhere");
	reply = redirect_fixture_finish(desk, &client);
	style = strstr(reply, "<style>");
	end = strstr(reply, "</style>");
	assert_non_null(style);
	assert_non_null(end);
	style += strlen("<style>");
	crypto_sha256(digest, style, (size_t)(end - style));
	buf_init(&source, 200);
	buf_adds(&source, "style-src 'sha256-");
	crypto_base64(&source, digest, sizeof(digest));
	buf_adds(&source, "'");
	redirect_fixture_assert_contains(reply, buf_text(&source));
	buf_free(&source);
	redirect_client_close(&client);
}

static void test_reason_is_escaped(void **state)
{
	struct redirect_fixture *desk = *state;
	struct redirect_client client;
	const char *reply;

	redirect_fixture_get(desk, &client,
			     "/redirect.html?error=access_denied&state=x");
	secret_free(redirect_fixture_await_hit(desk, &client));
	redirect_answer(desk->redirect, false,
			"<script>\"it's\"</script> & \033[2J");
	reply = redirect_fixture_finish(desk, &client);
	redirect_fixture_assert_status(reply, 400);
	redirect_fixture_assert_contains(reply, "That did not work");
	redirect_fixture_assert_contains(reply,
					 "&lt;script&gt;&quot;it&#39;s&quot;"
					 "&lt;/script&gt; &amp; ");
	redirect_fixture_assert_lacks(reply, "<script>");
	redirect_fixture_assert_lacks(reply, "\033");
	redirect_client_close(&client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DESK(test_page_is_locked_down),
		WITH_DESK(test_policy_admits_the_style),
		WITH_DESK(test_reason_is_escaped),
	};

	return cmocka_run_group_tests(tests, redirect_fixture_start, NULL);
}
