/* SPDX-License-Identifier: MIT */
/*
 * oauth/provider: where a person may be sent.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "conf/conf.h"
#include "oauth/provider.h"
#include "oauth/provider_setup.h"
#include "oauth/verification_uri.h"
#include "provider_case.h"

static void test_accepts_uri(void **state)
{
	static const struct {
		const char *hosts;
		const char *uri;
		bool good;
	} cases[] = {
		{"", "https://a.example/device", true},
		{"", "https://a.example:8443/device?code=1", true},
		/* On this machine, and the provider is not; unless the list
		 * says so. */
		{"", "http://127.0.0.1:8628/verify", false},
		{"", "http://[::1]/verify", false},
		{"", "http://localhost:3000/device", false},
		{"", "https://localhost/device", false},
		{"", "https://foo.localhost/device", false},
		{"", "https://localhost.localdomain/device", false},
		{"", "https://ip6-localhost/device", false},
		{"", "https://ip6-loopback/device", false},
		{"", "https://[::ffff:127.0.0.1]/device", false},
		{"", "https://[::ffff:7f00:1]/device", false},
		{"", "https://[::127.0.0.1]/device", false},
		{"", "https://[64:ff9b::7f00:1]/device", false},
		{"", "https://0.0.0.0:8080/device", false},
		{"", "https://[::]/device", false},
		{"", "https://localhost.example/device", true},
		{"\"*.localhost\"", "https://foo.localhost/device", true},
		{"\"a.example\"", "https://localhost/device", false},
		{"\"localhost\"", "http://localhost:3000/device", true},
		{"", "http://a.example/device", false},
		{"", "http://192.168.1.1/device", false},
		{"", "https://user@a.example/", false},
		{"", "https://webex.com@evil.example/", false},
		{"", "javascript:alert(1)", false},
		{"", "a.example/device", false},
		{"", "", false},
		{"", "https://", false},
		{"",
		 "https://b\xc3\xbc"
		 "cher.example/",
		 false},
		{"", "https://xn--bcher-kva.example/", true},
		{"", "https://a.example/\x1b[31m", false},
		{"", "https://a.example/a b", false},
		{"", "https://a.example\\@evil.example/", false},
		{"\"*.wbx2.com\"",
		 "https://oauth-helper-r.wbx2.com/verify?userCode=6587b053970a"
		 "676c29500e6bced0c1c59290a743ad7e34af474a65085860de57",
		 true},
		{"\"*.wbx2.com\"", "https://oauth-helper-a.WBX2.com/verify",
		 true},
		{"\"*.wbx2.com\"", "https://wbx2.com/verify", false},
		{"\"*.wbx2.com\"", "https://wbx2.com.evil.example/", false},
		{"\"*.wbx2.com\"", "https://evilwbx2.com/", false},
		{"\"*.wbx2.com\"", "https://evil.example/.wbx2.com", false},
		{"\"a.example\", \"b.example\"", "https://b.example/", true},
		{"\"a.example\", \"b.example\"", "https://c.b.example/", false},
		/* Loopback is no way around the list. */
		{"\"a.example\"", "http://127.0.0.1/verify", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct provider provider;
		struct err err = {""};
		struct conf conf;
		char text[512];

		snprintf(text, sizeof(text),
			 "preset = \"\"; client_id = \"i\"; "
			 "verification_hosts = [%s];" DEVICE TOKEN,
			 cases[i].hosts);
		provider_case_configure(&conf, text, "");
		assert_true(
			provider_set_up(&provider, &conf, NULL, NULL, &err));
		if (verification_uri_check(&provider, cases[i].uri, &err) !=
		    cases[i].good)
			fail_msg("%s should be %d", cases[i].uri,
				 cases[i].good);
		assert_int_equal(*err.text == '\0', cases[i].good);
		/* For check; and only that is told so. */
		if (verification_uri_is_local(&provider, cases[i].uri) !=
		    (strstr(err.text, "this machine") != NULL))
			fail_msg("%s: \"%s\"", cases[i].uri, err.text);
		provider_free(&provider);
		conf_free(&conf);
	}
}

static void test_long_uri(void **state)
{
	struct provider provider;
	char uri[4000] = "https://a.example/";
	struct conf conf;
	struct err err;

	(void)state;
	memset(uri + strlen(uri), 'a', sizeof(uri) - strlen(uri) - 1);
	uri[sizeof(uri) - 1] = '\0';
	provider_case_configure(
		&conf, "preset = \"\"; client_id = \"i\";" DEVICE TOKEN, "");
	assert_true(provider_set_up(&provider, &conf, NULL, NULL, &err));
	assert_false(verification_uri_check(&provider, uri, &err));
	uri[1000] = '\0';
	assert_true(verification_uri_check(&provider, uri, &err));
	provider_free(&provider);
	conf_free(&conf);
}

/* What a message quotes is without what may be a secret, or the code. */
static void test_quoted_without_secrets(void **state)
{
	static const char *const uris[] = {
		"https://u:S3cret@a.b/?c=S3cret",
		"http://u:S3cret@a.b/?c=S3cret",
		"http://a.b/?c=S3cret#S3cret",
		"htps://u:S3cret@a.b/?S3cret",
		"u:S3cret@a.b",
		"https://127.1/?c=S3cret",
		"https://localhost/?c=S3cret",
		"https://other.example/?c=S3cret",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		struct provider provider;
		struct err err = {""};
		struct conf conf;

		provider_case_configure(&conf,
					"preset = \"\"; client_id = \"i\"; "
					"verification_hosts = "
					"[\"id.example\"];" DEVICE TOKEN,
					"");
		assert_true(
			provider_set_up(&provider, &conf, NULL, NULL, &err));
		assert_false(verification_uri_check(&provider, uris[i], &err));
		assert_non_null(strstr(err.text, "sends users to "));
		if (strstr(err.text, "S3") != NULL)
			fail_msg("%s: \"%s\"", uris[i], err.text);
		provider_free(&provider);
		conf_free(&conf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepts_uri),
		cmocka_unit_test(test_long_uri),
		cmocka_unit_test(test_quoted_without_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
