/* SPDX-License-Identifier: MIT */
/*
 * base/url: what is taken apart, what is refused, what is safe.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/url.h"

/* A label of 63 letters. */
#define L63 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"

static void test_split(void **state)
{
	static const struct {
		const char *s;
		bool https, has_userinfo;
		const char *host;
		int port;
		const char *path;
	} cases[] = {
		{"https://a.example", true, false, "a.example", 0, ""},
		{"http://a.example/", false, false, "a.example", 0, "/"},
		{"HTTPS://A.Example/B", true, false, "A.Example", 0, "/B"},
		{"https://a.example:8443/b", true, false, "a.example", 8443,
		 "/b"},
		{"https://a.example:1", true, false, "a.example", 1, ""},
		{"https://a.example:65535", true, false, "a.example", 65535,
		 ""},
		{"https://a.example?b=c", true, false, "a.example", 0, "?b=c"},
		{"https://a.example#b", true, false, "a.example", 0, ""},
		{"https://a.example/b?c#d", true, false, "a.example", 0,
		 "/b?c#d"},
		{"https://xn--bcher-kva.example", true, false,
		 "xn--bcher-kva.example", 0, ""},
		{"http://localhost:2000/r", false, false, "localhost", 2000,
		 "/r"},
		{"http://127.0.0.1:2000", false, false, "127.0.0.1", 2000, ""},
		{"http://[::1]:2000/r", false, false, "::1", 2000, "/r"},
		{"https://[2001:db8::1]", true, false, "2001:db8::1", 0, ""},
		{"https://4you.example", true, false, "4you.example", 0, ""},
		{"https://0xcafe.example", true, false, "0xcafe.example", 0,
		 ""},
		{"https://a.0xcafes", true, false, "a.0xcafes", 0, ""},
		{"https://u@a.example", true, true, "a.example", 0, ""},
		{"https://u:p@a.example:1/", true, true, "a.example", 1, "/"},
		{"https://a.example@b.example/", true, true, "b.example", 0,
		 "/"},
		{"https://a@b@c.example", true, true, "c.example", 0, ""},
		{"https://@a.example", true, true, "a.example", 0, ""},
		{"https://a.example/~b!", true, false, "a.example", 0, "/~b!"},
		{"https://a.example/b@c", true, false, "a.example", 0, "/b@c"},
		{"https://a.example?b@c", true, false, "a.example", 0, "?b@c"},
		{"https://" L63 ".example", true, false, L63 ".example", 0, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct url url;

		if (!url_split(cases[i].s, &url))
			fail_msg("refused: %s", cases[i].s);
		assert_int_equal(url.https, cases[i].https);
		assert_int_equal(url.has_userinfo, cases[i].has_userinfo);
		assert_int_equal(url.host_len, strlen(cases[i].host));
		assert_memory_equal(url.host, cases[i].host, url.host_len);
		assert_int_equal(url.port, cases[i].port);
		assert_string_equal(url.path, cases[i].path);
	}
}

static void test_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"a.example",
		"//a.example",
		"https",
		"https:",
		"https:/",
		"https://",
		"https:///path",
		"https:a.example",
		"ftp://a.example",
		"javascript:alert(1)",
		"data:text/html,x",
		" https://a.example",
		"https://a.example ",
		"https://a.example/a b",
		"https://a.example/\n",
		"https://a.example/\x1B[2J",
		"https://a.example/\x7F",
		"https://b\xC3\xBC"
		"cher.example",
		"https://a.example/\xE2\x80\xAE",
		"https://a.example\\@b.example",
		"https://a.example/b\\c",
		"https:\\\\a.example",
		"https://.",
		"https://.a.example",
		"https://a..example",
		"https://a.example.",
		"http://localhost.",
		"https://a_b.example",
		"https://a%2eexample",
		"https://%31%32%37.0.0.1",
		"https://a,b",
		"https://*.example.org",
		"https://u@",
		"https://a.example:",
		"https://a.example:0",
		"https://a.example:65536",
		"https://a.example:-1",
		"https://a.example:+1",
		"https://a.example:1x",
		"https://a.example:99999999999999999999",
		"https://a.example:1:2",
		"https://127.1",
		"https://127.0.1",
		"https://2130706433",
		"https://0x7f.1",
		"https://0x7f000001",
		"https://0X7F000001",
		"https://127.0.0.0x1",
		"https://1.0x",
		"https://0177.0.0.1",
		"https://127.0.0.01",
		"https://127.0.0.256",
		"https://1.2.3.4.5",
		"https://a.example.1",
		"https://::1",
		"https://[",
		"https://[]",
		"https://[::1",
		"https://[::1]x",
		"https://[::1]:",
		"https://[::1].example",
		"https://[::g]",
		"https://[127.0.0.1]",
		"https://[fe80::1%25eth0]",
		"https://[v1.x]",
		"https://[1:2:3:4:5:6:7:8:9]",
		"https://[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]",
		"https://" L63 "l.example",
		"https://" L63 "." L63 "." L63 "." L63,
	};
	struct url url;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (url_split(cases[i], &url))
			fail_msg("accepted: %s", cases[i]);
	}
}

static void test_loopback_and_safe(void **state)
{
	static const struct {
		const char *s;
		bool loopback, safe, may_be;
	} cases[] = {
		{"https://a.example", false, true, false},
		{"http://a.example", false, false, false},
		{"https://u@a.example", false, false, false},
		{"http://127.0.0.1", true, true, true},
		{"http://127.255.255.254:80", true, true, true},
		{"http://128.0.0.1", false, false, false},
		{"http://126.255.255.255", false, false, false},
		{"http://0.0.0.0", false, false, true},
		{"http://localhost", true, true, true},
		{"http://LocalHost:2000/r", true, true, true},
		{"http://u@localhost", true, false, true},
		{"http://localhost.a.example", false, false, false},
		{"http://localhos", false, false, false},
		{"http://localhosts", false, false, false},
		{"http://127.0.0.1.a.example", false, false, false},
		{"http://127.0.0.1@a.example", false, false, false},
		{"http://[::1]", true, true, true},
		{"http://[0:0:0:0:0:0:0:1]", true, true, true},
		{"http://[::2]", false, false, true},
		{"http://[::]", false, false, true},
		{"http://[::ffff:127.0.0.1]", false, false, true},
		{"https://[2001:db8::1]", false, true, false},
		/* Not sure enough for http, but nowhere to send people to. */
		{"http://foo.localhost", false, false, true},
		{"https://a.b.LocalHost:3000/device", false, true, true},
		{"https://localhost.localdomain", false, true, true},
		{"https://a.localhost.localdomain", false, true, true},
		{"https://localhost6.localdomain6", false, true, true},
		{"https://localhost4", false, true, true},
		{"https://ip6-localhost", false, true, true},
		{"https://ip6-loopback", false, true, true},
		{"https://notlocalhost", false, true, false},
		{"https://foo-localhost", false, true, false},
		{"https://localhost.example", false, true, false},
		{"https://localdomain", false, true, false},
		{"https://ip6-localhost.example", false, true, false},
		{"https://0.0.0.0:8080", false, true, true},
		{"https://0.1.2.3", false, true, true},
		{"https://1.0.0.0", false, true, false},
		{"https://[::ffff:7f00:1]", false, true, true},
		{"https://[::ffff:0.0.0.0]", false, true, true},
		{"https://[::FFFF:127.9.9.9]", false, true, true},
		{"https://[::ffff:192.0.2.1]", false, true, false},
		{"https://[::127.0.0.1]", false, true, true},
		{"https://[::192.0.2.1]", false, true, false},
		{"https://[64:ff9b::7f00:1]", false, true, true},
		{"https://[64:ff9b::127.0.0.1]", false, true, true},
		{"https://[64:ff9b::192.0.2.1]", false, true, false},
		{"https://[64:ff9b:1::7f00:1]", false, true, false},
		{"https://[fe80::1]", false, true, false},
		{"https://[2001:db8::7f00:1]", false, true, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct url url;

		assert_true(url_split(cases[i].s, &url));
		if (url_is_loopback(&url) != cases[i].loopback ||
		    url_is_safe(&url) != cases[i].safe ||
		    url_may_be_loopback(&url) != cases[i].may_be)
			fail_msg("%s: loopback %d, safe %d, may be %d",
				 cases[i].s, url_is_loopback(&url),
				 url_is_safe(&url), url_may_be_loopback(&url));
	}
}

static void test_host_matches(void **state)
{
	static const struct {
		const char *s;
		const char *pattern;
		bool expected;
	} cases[] = {
		{"https://example.org/x", "example.org", true},
		{"https://Example.ORG:1", "eXAMPLE.org", true},
		{"https://a.example.org", "example.org", false},
		{"https://example.or", "example.org", false},
		{"https://example.org", "example.or", false},
		{"https://a.example.org", "*.example.org", true},
		{"https://A.B.Example.org", "*.example.ORG", true},
		{"https://example.org", "*.example.org", false},
		{"https://badexample.org", "*.example.org", false},
		{"https://a.example.org.evil.example", "*.example.org", false},
		{"https://example.org@evil.example", "example.org", false},
		{"https://a.example.org", "*", false},
		{"https://a.example.org", "", false},
		{"https://a.example.org", "*a.example.org", false},
		{"https://[::1]", "::1", true},
		{"https://[::1]", "[::1]", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct url url;

		assert_true(url_split(cases[i].s, &url));
		if (url_host_matches(&url, cases[i].pattern) !=
		    cases[i].expected)
			fail_msg("%s and %s should be %d", cases[i].s,
				 cases[i].pattern, cases[i].expected);
	}
}

static void test_for_log(void **state)
{
	static const struct {
		const char *s, *shown;
	} cases[] = {
		{"https://id.example/token", "https://id.example/token"},
		{"https://id.example:8443", "https://id.example:8443"},
		{"https://u:S3cret@id.example/token",
		 "https://***@id.example/token"},
		{"https://u@id.example", "https://***@id.example"},
		{"https://id.example/t?key=S3cret", "https://id.example/t?***"},
		{"https://id.example?S3cret", "https://id.example?***"},
		{"https://id.example/t#S3cret", "https://id.example/t#***"},
		{"https://u:S3cret@id.example/t?S3cret#x",
		 "https://***@id.example/t?***"},
		{"https://id.example/@me", "https://id.example/@me"},
		/* No URLs. */
		{"u:S3cret@id.example", "***@id.example"},
		{"ftp://u:S3cret@id.example/x", "ftp://***@id.example/x"},
		{"https://u:S3c/ret@id.example/x", "https://***@id.example/x"},
		{"https://u:S3c?ret@id.example", "https://***@id.example"},
		{"https://u:S3c ret@id.example?S",
		 "https://***@id.example?***"},
		{"https://u:S3cret@", "https://***@"},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *shown = url_for_log(cases[i].s);

		assert_string_equal(shown, cases[i].shown);
		free(shown);
	}
}

static void test_same_origin(void **state)
{
	static const struct {
		const char *a, *b;
		bool expected;
	} cases[] = {
		{"https://id.example/a", "https://id.example/b?c", true},
		{"https://id.example", "https://ID.EXAMPLE:443/", true},
		{"http://id.example:80", "http://id.example/", true},
		{"https://[::1]/", "https://[::1]:443/", true},
		{"https://id.example", "http://id.example", false},
		{"https://id.example:80", "http://id.example", false},
		{"https://id.example", "https://id.example:444", false},
		{"https://id.example", "https://id.example.org", false},
		{"https://id.example", "https://a.id.example", false},
		{"https://id.example", "https://id-example", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct url a, b;

		assert_true(url_split(cases[i].a, &a));
		assert_true(url_split(cases[i].b, &b));
		if (url_same_origin(&a, &b) != cases[i].expected ||
		    url_same_origin(&b, &a) != cases[i].expected)
			fail_msg("%s and %s should be %d", cases[i].a,
				 cases[i].b, cases[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_loopback_and_safe),
		cmocka_unit_test(test_host_matches),
		cmocka_unit_test(test_same_origin),
		cmocka_unit_test(test_for_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
