/* SPDX-License-Identifier: MIT */
/*
 * conf/conf_url: what authorization URLs stand for, and what is said of those
 * that are none.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "conf/conf.h"
#include "conf/conf_print.h"
#include "conf/conf_url.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define WEBEX "https://webexapis.com/v1/authorize"
#define TWITCH "https://id.twitch.tv/oauth2/authorize?"
#define CODE "client_id=C1&response_type=code"
#define LOCAL "&redirect_uri=http%3A%2F%2F127.0.0.1%3A2000%2Fcb"
#define ALL CODE LOCAL "&scope=x"

#define SECRET_NOTE                                                          \
	"// The client secret is not in the URL: set client_secret_file or " \
	"CLIENT_SECRET.\n"
#define PRESET_NOTE \
	"// No preset has this address: add issuer, or the other endpoints.\n"

/* Behind the group of the provider. */
#define REST                  \
	"};\n"                \
	"grant = \"code\";\n" \
	"redirect_uri = \"http://127.0.0.1:2000/cb\";\n"
#define BY_TWITCH(settings)        \
	"provider : {\n"           \
	"  preset = \"twitch\";\n" \
	"  client_id = \"C1\";\n"  \
	"  scope = \"x\";\n" settings REST
#define BY_NOBODY(endpoint)                                          \
	PRESET_NOTE "provider : {\n"                                 \
		    "  preset = \"\";\n"                             \
		    "  authorization_endpoint = \"" endpoint "\";\n" \
		    "  client_id = \"C1\";\n"                        \
		    "  scope = \"x\";\n" REST
#define BY_WEBEX                              \
	SECRET_NOTE "provider : {\n"          \
		    "  preset = \"webex\";\n" \
		    "  client_id = \"C1\";\n" \
		    "  scope = \"x\";\n" REST
#define EXTRA(list) \
	"  extra = ( " list " );  // unknown to grantty: sent unchanged\n"

static void test_reads(void **state)
{
	static const struct {
		const char *url, *expected;
	} cases[] = {
		/* As a portal hands them out. */
		{WEBEX "?client_id=C1&response_type=code&redirect_uri="
		       "http%3A%2F%2F127.0.0.1%3A2000%2Fredirect.html&scope="
		       "spark%3Aall%20spark%3Akms&state=set_state_here",
		 "// state is left out: it must be new for each sign-in (RFC "
		 "6749 section 10.12).\n" SECRET_NOTE "provider : {\n"
		 "  preset = \"webex\";\n"
		 "  client_id = \"C1\";\n"
		 "  scope = \"spark:all spark:kms\";\n"
		 "};\n"
		 "grant = \"code\";\n"
		 "redirect_uri = \"http://127.0.0.1:2000/redirect.html\";\n"},

		/* The endpoint. */
		{"HTTPS://WebexAPIs.com:443/v1/authorize?" ALL, BY_WEBEX},
		{"https://webexapis.com/v1/Authorize?" ALL,
		 BY_NOBODY("https://webexapis.com/v1/Authorize")},
		{"https://webexapis.com/v1/authorize/?" ALL,
		 BY_NOBODY("https://webexapis.com/v1/authorize/")},
		{"https://webexapis.com/v1/auth?" ALL,
		 BY_NOBODY("https://webexapis.com/v1/auth")},
		{"https://webexapis.com:8443/v1/authorize?" ALL,
		 BY_NOBODY("https://webexapis.com:8443/v1/authorize")},
		{"https://webexapis.com.evil.example/v1/authorize?" ALL,
		 BY_NOBODY("https://webexapis.com.evil.example/v1/authorize")},
		{"https://id.example.org?" ALL,
		 BY_NOBODY("https://id.example.org")},
		{"http://127.0.0.1:8080/a?" ALL,
		 BY_NOBODY("http://127.0.0.1:8080/a")},

		/* The parameters, in any order. */
		{TWITCH ALL, BY_TWITCH("")},
		{TWITCH "&&scope=x" LOCAL "&response_type=code&client_id=C1&",
		 BY_TWITCH("")},
		{TWITCH ALL "&audience=https%3A%2F%2Fapi.example",
		 BY_TWITCH("  audience = \"https://api.example\";\n")},
		{TWITCH ALL "&prompt=consent&%22a%5C=1+2",
		 BY_TWITCH(
			 EXTRA("{ name = \"prompt\"; value = \"consent\"; }, "
			       "{ name = \"\\\"a\\\\\"; value = \"1 2\"; }"))},
		{TWITCH ALL "&prompt=&state=&audience=", BY_TWITCH("")},
		{TWITCH ALL "&x=a?b", BY_TWITCH(EXTRA("{ name = \"x\"; value = "
						      "\"a?b\"; }"))},

		/* What is left out. */
		{TWITCH ALL "&nonce=N&code_challenge=X",
		 "// nonce is left out: it must be new for each sign-in "
		 "(OpenID "
		 "Connect Core 15.5.2).\n"
		 "// code_challenge is left out: grantty makes one for each "
		 "sign-in (RFC 7636).\n" BY_TWITCH("")},
		{TWITCH ALL "&code_challenge_method=plain&response_mode="
			    "form_post",
		 "// code_challenge_method is left out: grantty always uses "
		 "S256 (RFC 7636).\n"
		 "// response_mode is left out: grantty reads the answer "
		 "from the query.\n" BY_TWITCH("")},
		{TWITCH ALL "&request_uri=urn%3Ax&request=e30&dpop_jkt=J",
		 "// request_uri is left out: it is valid for one sign-in "
		 "only (RFC 9126).\n"
		 "// request is left out: it is signed by another program "
		 "(RFC 9101).\n"
		 "// dpop_jkt is left out: it belongs to another program's "
		 "key (RFC 9449).\n" BY_TWITCH("")},
		{TWITCH ALL "&client_secret=S3cret",
		 "// client_secret is left out: a secret in a URL is not "
		 "safe; get a new one.\n" BY_TWITCH("")},

		/* What is not there. */
		{TWITCH CODE,
		 "// redirect_uri is not in the URL: set the one that is "
		 "registered.\n"
		 "// scope is not in the URL: grantty requests the "
		 "preset's.\n"
		 "provider : {\n"
		 "  preset = \"twitch\";\n"
		 "  client_id = \"C1\";\n"
		 "};\n"
		 "grant = \"code\";\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err = {""};
		struct conf conf, again;
		struct buf out;

		conf_init(&conf);
		conf_init(&again);
		buf_init(&out, 10000);
		if (!conf_url_read(&conf, cases[i].url, &out, &err))
			fail_msg("%s: %s", cases[i].url, err.text);
		assert_true(conf_print(&out, &conf, CONF_PRINT_SET));
		assert_string_equal(buf_text(&out), cases[i].expected);
		if (!conf_parse(&again, buf_text(&out), out.len, "f", &err))
			fail_msg("%s", err.text);
		buf_free(&out);
		conf_free(&again);
		conf_free(&conf);
	}
}

static void test_redirect_uri(void **state)
{
	static const struct {
		const char *encoded, *uri;
		bool can_listen;
	} cases[] = {
		{"http%3A%2F%2F127.0.0.1%3A2000%2Fcb",
		 "http://127.0.0.1:2000/cb", true},
		{"http%3A%2F%2F127.0.0.1%2F", "http://127.0.0.1/", true},
		{"http://localhost:80/a", "http://localhost:80/a", true},
		{"http://[::1]:8080/", "http://[::1]:8080/", true},
		{"https://127.0.0.1:2000/cb", "https://127.0.0.1:2000/cb",
		 false},
		{"https://app.example.org/", "https://app.example.org/", false},
		{"http://app.example.org/", "http://app.example.org/", false},
		{"http://127.0.0.1:2000/cb%3Fa=b",
		 "http://127.0.0.1:2000/cb?a=b", false},
		{"http://127.0.0.1:2000/cb%23a", "http://127.0.0.1:2000/cb#a",
		 false},
		{"http://me@127.0.0.1/", "http://me@127.0.0.1/", false},
		{"com.example.app:/cb", "com.example.app:/cb", false},
		{"urn:ietf:wg:oauth:2.0:oob", "urn:ietf:wg:oauth:2.0:oob",
		 false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err = {""};
		struct buf url, notes, out;
		struct conf conf;
		bool warns;

		buf_init(&url, 1000);
		buf_init(&notes, 1000);
		buf_init(&out, 1000);
		assert_true(buf_addf(&url, TWITCH CODE "&redirect_uri=%s",
				     cases[i].encoded));
		conf_init(&conf);
		assert_true(conf_url_read(&conf, buf_text(&url), &notes, &err));
		assert_string_equal(conf.redirect_uri, cases[i].uri);
		assert_true(conf_print(&out, &conf, CONF_PRINT_SET));
		warns = strstr(buf_text(&out), "cannot listen there") != NULL;
		if (warns == cases[i].can_listen)
			fail_msg("%s: %s", cases[i].uri, buf_text(&out));
		conf_free(&conf);
		buf_free(&url);
		buf_free(&notes);
		buf_free(&out);
	}
}

#define NONE "This is not an authorization URL: it "
#define PLAIN " contains a control character or is not UTF-8"

static void test_refuses(void **state)
{
	static const struct {
		const char *url, *message;
	} cases[] = {
		{"", NONE "must begin with https://"},
		{"foo", NONE "must begin"},
		{"webexapis.com/v1/authorize?" ALL, NONE "must begin"},
		{"ftp://webexapis.com/v1/authorize?" ALL, NONE "must begin"},
		{"http://webexapis.com/v1/authorize?" ALL, NONE "must begin"},
		{"https://me@webexapis.com/v1/authorize?" ALL,
		 NONE "must begin"},
		{WEBEX "?" ALL "#x", NONE "must begin"},
		{WEBEX "#?" ALL, NONE "must begin"},
		{WEBEX "?" ALL "&a=b c", NONE "must begin"},
		{WEBEX "?" ALL "\n", NONE "must begin"},
		{WEBEX "?" ALL "\x1b[2J", NONE "must begin"},
		{WEBEX "?" ALL "&a=\xc3\xbc", NONE "must begin"},
		{WEBEX, NONE "has no response_type=code."},
		{WEBEX "?", NONE "has no response_type=code."},
		{WEBEX "?client_id=C1", NONE "has no response_type=code."},
		{WEBEX "?client_id=C1&response_type=", NONE "has no resp"},
		{WEBEX "?response_type=code", NONE "has no client_id."},
		{WEBEX "?response_type=code&client_id=", NONE "has no client"},
		{WEBEX "?client_id=C1&response_type=token",
		 "The URL requests response_type=token, which "},
		{WEBEX "?client_id=C1&response_type=code+id_token",
		 "The URL requests response_type=code id_token, which "},
		{WEBEX "?client_id=C1&response_type=Code",
		 "The URL requests response_type=Code, which "},
		{WEBEX "?" ALL "&client_id=C1",
		 "The URL contains \"client_id\" more than once: "},
		{WEBEX "?" ALL "&%73cope=y",
		 "The URL contains \"scope\" more than once: "},
		{WEBEX "?scope=&" ALL,
		 "The URL contains \"scope\" more than once: "},
		{WEBEX "?" ALL "&a=1&b=2&a=3",
		 "The URL contains \"a\" more than once: "},
		{WEBEX "?" ALL "&state=1&state=2",
		 "The URL contains \"state\" more than once: "},
		{WEBEX "?" ALL "&%1b=1&%1b=2",
		 "The URL contains \"\xef\xbf\xbd\" more than once: "},
		{WEBEX "?" ALL "&a=%", "The URL is not encoded correctly: "},
		{WEBEX "?" ALL "&a=%zz", "The URL is not encoded correctly: "},
		{WEBEX "?" ALL "&a=%00", "The URL is not encoded correctly: "},
		{WEBEX "?" ALL "&=1", "The URL contains a value without a "
				      "name"},
		{WEBEX "?" ALL "&a=%0a", "provider.extra" PLAIN},
		{WEBEX "?" ALL "&%0a=a", "provider.extra" PLAIN},
		{WEBEX "?" ALL "&a=%ff", "provider.extra" PLAIN},
		{WEBEX "?" ALL "&audience=%1b[2J", "provider.audience" PLAIN},
		{WEBEX "?response_type=code&client_id=%0d%0a",
		 "provider.client_id" PLAIN},
		{WEBEX "?" CODE "&scope=%C2%9B", "provider.scope" PLAIN},
		{WEBEX "?" CODE "&redirect_uri=%09", "redirect_uri" PLAIN},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err = {""};
		struct buf notes;
		struct conf conf;

		conf_init(&conf);
		buf_init(&notes, 10000);
		if (conf_url_read(&conf, cases[i].url, &notes, &err))
			fail_msg("taken: %s", cases[i].url);
		if (strncmp(err.text, cases[i].message,
			    strlen(cases[i].message)) != 0)
			assert_string_equal(err.text, cases[i].message);
		buf_free(&notes);
		conf_free(&conf);
	}
}

static void test_size_is_bounded(void **state)
{
	static const struct {
		size_t len;
		bool taken;
	} cases[] = {{4096, true}, {4097, false}, {200000, false}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err = {""};
		struct buf url, notes;
		struct conf conf;

		conf_init(&conf);
		buf_init(&notes, 10000);
		buf_init(&url, cases[i].len);
		buf_adds(&url, WEBEX "?" ALL "&a=");
		while (url.len < cases[i].len)
			assert_true(buf_adds(&url, "x"));
		assert_int_equal(
			conf_url_read(&conf, buf_text(&url), &notes, &err),
			cases[i].taken);
		if (!cases[i].taken)
			assert_non_null(strstr(err.text, "4096 characters"));
		buf_free(&url);
		buf_free(&notes);
		conf_free(&conf);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_redirect_uri),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_size_is_bounded),
	};

	return cmocka_run_group_tests_name("conf_url", tests, NULL, NULL);
}
