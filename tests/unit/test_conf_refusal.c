/* SPDX-License-Identifier: MIT */
/*
 * conf/conf with the reading of settings: what is said about every mistake in a
 * file, and what is none.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "conf/conf.h"
#include "conf/options.h"
#include "conf/settings.h"
#include "conf_case.h"

#define EXTRA                                               \
	"provider.extra must be a list of groups, such as " \
	"( { name = \"one\"; value = \"two\"; } )."

static void test_refuses(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		/* Names. */
		{"provider = {\n clientid = \"x\"; };",
		 "x.conf:2: unknown setting \"clientid\"; did you mean "
		 "\"client_id\"?"},
		{"provider = {\n client_idd = 3; };",
		 "x.conf:2: unknown setting \"client_idd\"; did you mean "
		 "\"client_id\"?"},
		{"provide = { };",
		 "x.conf:1: unknown setting \"provide\"; did you mean "
		 "\"provider\"?"},
		{"client_id = \"x\";",
		 "x.conf:1: unknown setting \"client_id\"; allowed here are: "
		 "provider, grant, redirect_uri, network, session, kiosk, "
		 "screen, hooks, log, metrics."},
		{"kiosk = { allow = {\n\n email = []; }; };",
		 "x.conf:3: unknown setting \"email\"; did you mean "
		 "\"emails\"?"},
		{"kiosk = { allow = { people = []; }; };",
		 "x.conf:1: unknown setting \"people\"; allowed here are: "
		 "emails, email_domains, claims."},
		{"kiosk = { allow_emails = []; };",
		 "x.conf:1: unknown setting \"allow_emails\"; allowed here "
		 "are: start, renewals, sign_out_after_s, lock, confirm, "
		 "help, allow."},
		{"hooks = { timeout = 3; };",
		 "x.conf:1: unknown setting \"timeout\"; did you mean "
		 "\"timeout_s\"?"},
		{"log = { foo = 3; };",
		 "x.conf:1: unknown setting \"foo\"; allowed here are: file, "
		 "syslog, level."},
		{"session = { stroe = 3; };",
		 "x.conf:1: unknown setting \"stroe\"; did you mean "
		 "\"store\"?"},
		{"provider = { extra = ( { name = \"a\"; value = \"b\"; },\n"
		 " { name = \"a\"; vaule = \"b\"; } ); };",
		 "x.conf:2: unknown setting \"vaule\"; did you mean "
		 "\"value\"?"},
		{"kiosk = { allow = { claims = ( { key = \"a\"; } ); }; };",
		 "x.conf:1: unknown setting \"key\"; allowed here are: name, "
		 "value."},
		{"a23456789b123456789c123456789d123456789e123456789f123456789"
		 "g123456789h123456789i123456789j123456789k123456789l12345678"
		 "9m123456789 = 3;",
		 "x.conf:1: unknown setting "
		 "\"a23456789b123456789c123456789d123456789e123456789f12345678"
		 "9g123\"; allowed here are: provider, "},

		/* Types. */
		{"grant = 3;",
		 "x.conf:1: grant must be one of \"device\", \"code\"."},
		{"\ngrant = { };",
		 "x.conf:2: grant must be one of \"device\", \"code\"."},
		{"provider = 3;",
		 "x.conf:1: provider must be a group: provider : { ... };"},
		{"kiosk = { allow = []; };",
		 "x.conf:1: kiosk.allow must be a group: allow : { ... };"},
		{"provider = ( { issuer = \"x\"; } );",
		 "x.conf:1: provider must be a group: "},
		{"provider = { client_id = 3; };",
		 "x.conf:1: provider.client_id must be a string in double "
		 "quotes."},
		{"provider = { client_id = [ \"x\" ]; };",
		 "x.conf:1: provider.client_id must be a string "},
		{"kiosk = { lock = 1; };",
		 "x.conf:1: kiosk.lock must be true or false, without "
		 "quotes."},
		{"kiosk = { lock = \"true\"; };",
		 "x.conf:1: kiosk.lock must be true or false, "},
		{"provider = { send_scopes = 1; };",
		 "x.conf:1: provider.send_scopes must be true or false, "
		 "without quotes."},
		{"provider = { send_user_info = \"true\"; };",
		 "x.conf:1: provider.send_user_info must be true or false, "},
		{"provider = { poll_margin_ms = 10001; };",
		 "x.conf:1: provider.poll_margin_ms must be a whole number "
		 "from 0 to 10000."},
		{"provider = { poll_margin_ms = -1; };",
		 "x.conf:1: provider.poll_margin_ms must be a whole number "},
		{"provider = { redirect_help = true; };",
		 "x.conf:1: provider.redirect_help must be a string "},
		{"kiosk = { renewals = \"3\"; };",
		 "x.conf:1: kiosk.renewals must be a whole number from 0 to "
		 "1000."},
		{"kiosk = { renewals = 3.0; };",
		 "x.conf:1: kiosk.renewals must be a whole number "},
		{"kiosk = { renewals = true; };",
		 "x.conf:1: kiosk.renewals must be a whole number "},
		{"screen = { profile_fields = \"x\"; };",
		 "x.conf:1: screen.profile_fields must be a list of strings, "
		 "such as [ \"one\", \"two\" ]."},
		{"screen = { profile_fields = { }; };",
		 "x.conf:1: screen.profile_fields must be a list of "},
		{"screen = { profile_fields = [ 1, 2 ]; };",
		 "x.conf:1: screen.profile_fields must be a list of "},
		{"screen = { profile_fields = ( \"x\",\n ( \"y\" ) ); };",
		 "x.conf:2: screen.profile_fields must be a list of "},
		{"provider = { extra = \"x\"; };", "x.conf:1: " EXTRA},
		{"provider = { extra = [ \"x\" ]; };", "x.conf:1: " EXTRA},
		{"provider = { extra = ( ( \"x\" ) ); };", "x.conf:1: " EXTRA},
		{"provider = { extra = { }; };", "x.conf:1: " EXTRA},
		{"provider = { extra = ( { } ); };", "x.conf:1: " EXTRA},
		{"provider = { extra = ( { name = \"x\"; } ); };",
		 "x.conf:1: " EXTRA},
		{"provider = { extra = ( { value = \"x\"; } ); };",
		 "x.conf:1: " EXTRA},
		{"provider = { extra = ( { name = \"\"; value = \"x\"; } ); };",
		 "x.conf:1: " EXTRA},
		{"provider = { extra = ( { name = \"x\"; value = 3; } ); };",
		 "x.conf:1: " EXTRA},

		/* Values. */
		{"grant = \"\";", "x.conf:1: grant must be one of "},
		{"grant = \"devic\";", "x.conf:1: grant must be one of "},
		{"grant = \"Device\";", "x.conf:1: grant must be one of "},
		{"session = { store = \"disk\"; };",
		 "x.conf:1: session.store must be one of \"file\", "
		 "\"memory\"."},
		{"kiosk = { start = \"now\"; };",
		 "x.conf:1: kiosk.start must be one of \"auto\", \"key\"."},
		{"screen = { qr = \"big\"; };",
		 "x.conf:1: screen.qr must be one of \"auto\", \"half\", "
		 "\"full\", \"ascii\", \"light\", "
		 "\"text\"."},
		{"log = { level = \"trace\"; };",
		 "x.conf:1: log.level must be one of \"error\", \"warn\", "
		 "\"info\", \"debug\"."},
		{"provider = { token_endpoint_auth_method = \"basic\"; };",
		 "x.conf:1: provider.token_endpoint_auth_method must be one "
		 "of \"\", \"client_secret_basic\", \"client_secret_post\", "
		 "\"private_key_jwt\", \"none\"."},
		{"kiosk = { renewals = -1; };",
		 "x.conf:1: kiosk.renewals must be a whole number from 0 "},
		{"kiosk = { renewals = 1001; };",
		 "x.conf:1: kiosk.renewals must be a whole number from 0 "},
		{"kiosk = { sign_out_after_s = 86401; };",
		 "x.conf:1: kiosk.sign_out_after_s must be a whole number "
		 "from 0 to 86400."},
		{"network = { connect_timeout_s = 0; };",
		 "x.conf:1: network.connect_timeout_s must be a whole number "
		 "from 1 to 120."},
		{"network = { connect_timeout_s = 121; };",
		 "x.conf:1: network.connect_timeout_s must be "},
		{"network = { request_timeout_s = 301; };",
		 "x.conf:1: network.request_timeout_s must be a whole number "
		 "from 1 to 300."},
		{"hooks = { timeout_s = 601; };",
		 "x.conf:1: hooks.timeout_s must be a whole number from 1 to "
		 "600."},
		{"screen = { title = \"a\\nb\"; };",
		 "x.conf:1: screen.title contains a control character or is "
		 "not UTF-8: write plain text on one line."},
		{"screen = { title = \"a\nb\"; };",
		 "x.conf:1: screen.title contains a control character"},
		{"screen = { title = \"\\x1b[2J\"; };",
		 "x.conf:1: screen.title contains a control character"},
		{"screen = { title = \"\\x7f\"; };",
		 "x.conf:1: screen.title contains a control character"},
		{"screen = { title = \"\xc2\x9b\"; };",
		 "x.conf:1: screen.title contains a control character"},
		{"screen = { title = \"\xfc\"; };",
		 "x.conf:1: screen.title contains a control character"},
		{"screen = { profile_fields = [ \"\\t\" ]; };",
		 "x.conf:1: screen.profile_fields contains a control "
		 "character"},
		{"provider = { extra = ( { name = \"n\"; value = \"\\r\"; } ); "
		 "};",
		 "x.conf:1: provider.extra contains a control character"},

		/* What libconfig would take, or take amiss. */
		{"kiosk = { renewals = 4294967306; };",
		 "x.conf:1: this number is too long; write a smaller one."},
		{"kiosk = { renewals = 0x10000000A; };",
		 "x.conf:1: this number is too long"},
		{"\n/* \n */ grant = 99999999999999999999L;",
		 "x.conf:3: this number is too long"},
		{"screen = { title = \"a\\x00b\"; };",
		 "x.conf:1: a string cannot contain \\x00; remove it."},
		{"grant = \"code\n\n\n",
		 "x.conf:1: this string is not terminated; close it with a "
		 "double quote."},
		{"\ngrant = \"code\\\";",
		 "x.conf:2: this string is not terminated"},
		{"grant = \"code\"; \"",
		 "x.conf:1: this string is not terminated"},
		{"\n/* \n\n grant = \"code\";",
		 "x.conf:2: this comment is not terminated; close it with */."},
		{"/*/", "x.conf:1: this comment is not terminated"},
		{"@include \"/etc/hostname\"",
		 "x.conf:1: @include is not supported; put the settings in "
		 "this file."},
		{"# \"\n\t @include \"/etc/hostname\"",
		 "x.conf:2: @include is not supported"},
		{"/* \" */\n@include \"/etc/hostname\"",
		 "x.conf:2: @include is not supported"},
		{"log = { file = \"\\\\\";\n@include \"x\"\n};",
		 "x.conf:2: @include is not supported"},
		{"log = { file = \"\\\"\"; //\n@include \"x\"\n};",
		 "x.conf:2: @include is not supported"},

		/* Syntax. */
		{"grant = = 3;",
		 "x.conf:1: syntax error here or just before; write a "
		 "setting as name = value; and a group as name : { ... };"},
		{"kiosk = {\n lock = true;\n", "x.conf:3: syntax error "},
		{"kiosk = { };\n}", "x.conf:2: syntax error "},
		{"/", "x.conf:1: syntax error "},
		{"grant;", "x.conf:1: syntax error "},
		{"screen = { profile_fields = [ 1, true ]; };",
		 "x.conf:1: mismatched element type in array"},
		{"kiosk = { lock = true;\n lock = false; };",
		 "x.conf:2: this setting, or its group, appears twice; keep "
		 "one."},
		{"kiosk = { };\nlog = { };\nkiosk = { };",
		 "x.conf:3: this setting, or its group, appears twice"},
	};
	struct conf conf;
	struct err err;

	(void)state;
	conf_init(&conf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (conf_case_parse(&conf, cases[i].text, &err))
			fail_msg("taken: %s", cases[i].text);
		conf_case_assert_begins(err.text, cases[i].message);
	}
	conf_free(&conf);
}

static void test_accepts(void **state)
{
	static const char *const cases[] = {
		"",
		"\r\n",
		"// the end without a line end",
		"# @include \"x\"",
		"/* in a comment:\n@include \"x\"\n*/",
		"/**/",
		"provider : { };\r\nkiosk : { allow : { }; };\r\n",
		"grant : \"code\"",
		"kiosk = { renewals = 0x3e8; }",
		"kiosk = { renewals = 999L, lock = false }",
		"log = { file = \"@include # // /* ((({{{ \"; };",
		"screen = { title = \"123456789012345678901234567890\"; };",
		"screen = { title = \"\\q\"; };",
		"screen = { profile_fields = []; };",
		"provider = { extra = []; };",
	};
	struct conf conf;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		conf_init(&conf);
		if (!conf_case_parse(&conf, cases[i], &err))
			fail_msg("%s: %s", cases[i], err.text);
		conf_free(&conf);
	}
}

static void test_size_is_bounded(void **state)
{
	static char text[SETTINGS_MAX_BYTES + 1];
	struct conf conf;
	struct err err;

	(void)state;
	memset(text, '\n', sizeof(text));
	conf_init(&conf);
	assert_true(conf_parse(&conf, text, sizeof(text) - 1, "x.conf", &err));
	assert_false(conf_parse(&conf, text, sizeof(text), "x.conf", &err));
	assert_string_equal(err.text,
			    "x.conf: the file is larger than 64 KiB.");

	/* Lines are counted up to the last. */
	text[sizeof(text) - 2] = '}';
	assert_false(conf_parse(&conf, text, sizeof(text) - 1, "x.conf", &err));
	conf_case_assert_begins(err.text, "x.conf:65536: syntax error ");
	conf_free(&conf);
}

static void test_reads_no_further_than_told(void **state)
{
	static const char text[] = "grant = \"code\";nonsense";
	struct conf conf;

	(void)state;
	conf_init(&conf);
	assert_true(conf_parse(&conf, text, strlen("grant = \"code\";"),
			       "x.conf", NULL));
	assert_int_equal(conf.grant, GRANT_CODE);
	conf_free(&conf);
}

static void test_nul_is_refused(void **state)
{
	static const char text[] = "grant = \"code\";\n\0grant = 3;";
	struct conf conf;
	struct err err;

	(void)state;
	conf_init(&conf);
	assert_false(conf_parse(&conf, text, sizeof(text) - 1, "x.conf", &err));
	assert_string_equal(err.text, "x.conf: this is not a text file: it "
				      "contains a NUL byte.");
	assert_int_equal(conf.grant, GRANT_DEVICE);
	conf_free(&conf);
}

static void test_nesting_is_bounded(void **state)
{
	static const struct {
		size_t depth;
		const char *message;
	} cases[] = {
		{16, "x.conf:1: grant must be one of "},
		{17, "x.conf:1: groups and lists are nested too deeply."},
		{30000, "x.conf:1: groups and lists are nested too deeply."},
	};
	struct conf conf;
	struct err err;

	(void)state;
	conf_init(&conf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf text;

		buf_init(&text, SETTINGS_MAX_BYTES);
		buf_adds(&text, "grant =");
		for (size_t depth = 0; depth < cases[i].depth; depth++)
			buf_adds(&text, "(");
		for (size_t depth = 0; depth < cases[i].depth; depth++)
			assert_true(buf_adds(&text, ")"));
		assert_false(conf_case_parse(&conf, buf_text(&text), &err));
		conf_case_assert_begins(err.text, cases[i].message);
		buf_free(&text);
	}
	conf_free(&conf);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_accepts),
		cmocka_unit_test(test_size_is_bounded),
		cmocka_unit_test(test_reads_no_further_than_told),
		cmocka_unit_test(test_nul_is_refused),
		cmocka_unit_test(test_nesting_is_bounded),
	};

	return cmocka_run_group_tests_name("conf_refusal", tests, NULL, NULL);
}
