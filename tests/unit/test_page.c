/* SPDX-License-Identifier: MIT */
/*
 * practice/page: what people read, and that nothing from outside becomes
 * markup.
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/html.h"
#include "practice/page.h"

#define EVIL "\"><script>alert('x')</script>&"
#define TAMED "&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;"

static struct buf page;

static int set_up(void **state)
{
	(void)state;
	buf_init(&page, 100000);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	buf_free(&page);
	return 0;
}

static size_t count(const char *what)
{
	size_t n = 0;

	for (const char *at = buf_text(&page); (at = strstr(at, what)); at++)
		n++;
	return n;
}

static void test_escape(void **state)
{
	static const struct {
		const char *text;
		const char *expected;
	} cases[] = {
		{"", ""},
		{"Lobby", "Lobby"},
		{"Zo\303\253 \346\227\245", "Zo\303\253 \346\227\245"},
		{"<b>", "&lt;b&gt;"},
		{"a & b", "a &amp; b"},
		{EVIL, TAMED},
		{"a\033[2Jb", "a\357\277\275[2Jb"},
		{"a\xff", "a\357\277\275"},
		{"a\342\200\256b", "a\357\277\275b"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		buf_free(&page);
		html_escape(&page, cases[i].text);
		assert_string_equal(buf_text(&page), cases[i].expected);
	}
}

static void test_entry(void **state)
{
	(void)state;
	page_entry(&page, "device", NULL, NULL);
	assert_int_equal(count("name=\"user_code\""), 1);
	assert_int_equal(count("value="), 0);
	assert_int_equal(count("role=\"alert\""), 0);
	buf_free(&page);
	page_entry(&page, "verify", EVIL, "Wrong.");
	assert_int_equal(count("action=\"verify\""), 1);
	assert_int_equal(count("value=\"" TAMED "\""), 1);
	assert_int_equal(count("role=\"alert\">Wrong.<"), 1);
	assert_int_equal(count("<script"), 0);
}

static void test_question(void **state)
{
	struct page_question question = {
		.action = "device",
		.user_code = "WDJB-MJHT",
		.client_id = "practice",
		.device = "",
		.peer = "192.0.2.1",
		.scope = "openid  spark:all something:else ",
		.user = "Robin Example",
		.form_token = "token",
	};

	(void)state;
	page_question(&page, &question);
	assert_int_equal(count(">WDJB-MJHT<"), 1);
	assert_int_equal(count("value=\"WDJB-MJHT\""), 1);
	assert_int_equal(count("value=\"token\""), 1);
	assert_int_equal(count("<li>"), 3);
	assert_int_equal(count("Know who you are"), 1);
	assert_int_equal(count("<li>something:else</li>"), 1);
	assert_int_equal(count("unnamed"), 1);
	assert_int_equal(count("192.0.2.1"), 1);
	assert_int_equal(count("value=\"approve\""), 1);
	assert_int_equal(count("value=\"deny\""), 1);
}

static void test_question_tames_all(void **state)
{
	const struct page_question question = {
		.action = EVIL,
		.user_code = EVIL,
		.client_id = EVIL,
		.device = EVIL,
		.peer = EVIL,
		.scope = EVIL,
		.user = EVIL,
		.form_token = EVIL,
	};

	(void)state;
	page_question(&page, &question);
	assert_int_equal(count("<script"), 0);
	/* The user code stands there twice. */
	assert_int_equal(count("&lt;script&gt;"), 9);
}

static void test_result(void **state)
{
	(void)state;
	page_result(&page, true, "Approved", EVIL);
	assert_int_equal(count("<h1>Approved</h1>"), 1);
	assert_int_equal(count("<p>" TAMED "</p>"), 1);
	assert_int_equal(count("<form"), 0);
}

/* The browser applies the style sheet only if the policy names its digest. */
static void test_policy_names_the_style(void **state)
{
	unsigned char digest[CRYPTO_SHA256_SIZE];
	const char *begin, *end;
	struct buf policy, base64;

	(void)state;
	buf_init(&policy, 1000);
	buf_init(&base64, 1000);
	page_policy(&policy);
	page_result(&page, false, "x", "y");
	begin = strstr(buf_text(&page), "<style>");
	end = strstr(buf_text(&page), "</style>");
	assert_non_null(begin);
	assert_non_null(end);
	begin += strlen("<style>");
	crypto_sha256(digest, begin, (size_t)(end - begin));
	crypto_base64(&base64, digest, sizeof digest);
	assert_non_null(strstr(buf_text(&policy), buf_text(&base64)));
	assert_non_null(strstr(buf_text(&policy), "default-src 'none'"));
	buf_free(&policy);
	buf_free(&base64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_escape, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_entry, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_question, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_question_tames_all, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_result, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_policy_names_the_style,
						set_up, tear_down),
	};

	if (!crypto_init() || !setlocale(LC_CTYPE, "C.UTF-8"))
		return 1;
	return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
