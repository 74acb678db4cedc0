/* SPDX-License-Identifier: MIT */
/*
 * conf/conf_print: what is written means the same when it is read again, shows
 * no secret, and says where everything comes from.
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "conf/conf_print.h"
#include "conf/options.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void parse(struct conf *conf, const char *text, const char *name)
{
	struct err err = {""};

	if (!conf_parse(conf, text, strlen(text), name, &err))
		fail_msg("%s\nin: %s", err.text, text);
}

/* The caller frees it. */
static char *print(const struct conf *conf, enum conf_print_which which)
{
	struct buf out;

	buf_init(&out, 100000);
	assert_true(conf_print(&out, conf, which));
	return buf_take(&out);
}

static const void *at(const struct conf *conf, size_t offset)
{
	return (const char *)conf + offset;
}

static const char *text_at(const struct conf *conf, size_t offset)
{
	return *(const char *const *)at(conf, offset);
}

static void assert_same_strings(const struct strings *a,
				const struct strings *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++)
		assert_string_equal(a->items[i], b->items[i]);
}

static void assert_same_params(const struct param *a, const struct param *b,
			       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(a[i].name, b[i].name);
		assert_string_equal(a[i].value, b[i].value);
	}
}

static void assert_same(const struct conf *a, const struct conf *b)
{
	const struct conf_option *option;

	for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
		size_t offset = option->offset;
		size_t count = option->count_offset;

		switch (option->type) {
		case OPTION_CHOICE:
			assert_memory_equal(at(a, offset), at(b, offset),
					    sizeof(enum drawing));
			break;
		case OPTION_TEXT:
			assert_string_equal(text_at(a, offset),
					    text_at(b, offset));
			break;
		case OPTION_BOOL:
			assert_memory_equal(at(a, offset), at(b, offset),
					    sizeof(bool));
			break;
		case OPTION_NUMBER:
			assert_memory_equal(at(a, offset), at(b, offset),
					    sizeof(int64_t));
			break;
		case OPTION_STRINGS:
			assert_same_strings(at(a, offset), at(b, offset));
			break;
		case OPTION_PARAMS:
			assert_memory_equal(at(a, count), at(b, count),
					    sizeof(size_t));
			assert_same_params(
				*(const struct param *const *)at(a, offset),
				*(const struct param *const *)at(b, offset),
				*(const size_t *)at(a, count));
			break;
		}
	}
}

static const char many[] =
	"provider : { preset = \"okta\"; issuer = \"https://id.example.org\";\n"
	" token_endpoint = \"https://a.example/3\"; client_id = \"C 1\";\n"
	" token_endpoint_auth_method = \"client_secret_post\";\n"
	" scope = \"a \\\"b\\\" \\\\ \\\\\\\" c\"; audience = \"// # /* */\";\n"
	" label = \"L\"; send_user_info = true; send_scopes = false;\n"
	" poll_margin_ms = 250;\n"
	" redirect_help = \"ask 100.\";\n"
	" device_name = \"Empfang, T\xc3\xbcr 2 \xe2\x80\xae\xcc\x81\";\n"
	" extra = ( { name = \"prompt\"; value = \"none\"; },\n"
	"           { name = \"\\\"\"; value = \"\"; } );\n"
	" verification_hosts = [ \"*.wbx2.com\", \"example.org\" ]; };\n"
	"grant = \"code\"; redirect_uri = \"http://[::1]:8080/\";\n"
	"network = { proxy = \"none\"; request_timeout_s = 300; };\n"
	"session : { store = \"memory\"; resume = false; };\n"
	"kiosk : { start = \"key\"; renewals = 1000; lock = true;\n"
	"  allow : { emails = [ \"a@b.c\" ]; email_domains = [ \"\", \"\" ];\n"
	"    claims = ( { name = \"org\"; value = \"7\"; } ); }; };\n"
	"screen : { title = \"\xe2\x80\xae \xe2\x80\xae\";\n"
	"  profile_fields = ( \"Name\", \"emails.0\" ); };\n"
	"hooks : { on_signed_in = [ \"/bin/in\", \"-x y\" ]; };\n"
	"log : { syslog = true; level = \"debug\"; };\n"
	"metrics : { textfile = \"@include \\\"x\\\"\"; };\n";

static void test_round_trip(void **state)
{
	static const char *const locales[] = {"C", "C.UTF-8"};
	static const enum conf_print_which whiches[] = {CONF_PRINT_ALL,
							CONF_PRINT_SET};
	static const char *const texts[] = {"", many};

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		struct conf before, after;
		char *text;

		assert_non_null(setlocale(LC_CTYPE, locales[i & 1]));
		conf_init(&before);
		conf_init(&after);
		parse(&before, texts[i >> 2], "x.conf");
		text = print(&before, whiches[i >> 1 & 1]);
		parse(&after, text, "printed");
		assert_same(&before, &after);
		/* Line ends aside, there is nothing a terminal obeys. */
		for (char *c = text; *c != '\0'; c++) {
			if (*c == '\n')
				*c = ' ';
		}
		assert_true(text_is_clean(text, strlen(text)));
		free(text);
		conf_free(&before);
		conf_free(&after);
	}
}

static void test_set(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"", ""},
		{"grant = \"device\";", "grant = \"device\";  // f:1\n"},
		{"\nmetrics : { textfile = \"/m\"; };",
		 "metrics : {\n  textfile = \"/m\";  // f:2\n};\n"},
		{"kiosk : { lock = true;\nrenewals = 3; };",
		 "kiosk : {\n"
		 "  renewals = 3;  // f:2\n"
		 "  lock = true;  // f:1\n"
		 "};\n"},
		{"kiosk : { allow : { emails = [ \"a\" ]; claims = (); }; };"
		 "log : { level = \"warn\"; };",
		 "kiosk : {\n"
		 "  allow : {\n"
		 "    emails = [ \"a\" ];  // f:1\n"
		 "    claims = ();  // f:1\n"
		 "  };\n"
		 "};\n"
		 "log : {\n"
		 "  level = \"warn\";  // f:1\n"
		 "};\n"},
		{"kiosk : { confirm = true; allow : { emails = []; }; };"
		 "provider : { extra = ( { name = \"a\"; value = \"b\"; } ); };"
		 "redirect_uri = \"\";",
		 "provider : {\n"
		 "  extra = ( { name = \"a\"; value = \"b\"; } );  // f:1\n"
		 "};\n"
		 "redirect_uri = \"\";  // f:1\n"
		 "kiosk : {\n"
		 "  confirm = true;  // f:1\n"
		 "  allow : {\n"
		 "    emails = [];  // f:1\n"
		 "  };\n"
		 "};\n"},
		{"screen : { title = \"\xe2\x80\xae\xc3\xbc\\\"\\\\\"; };",
		 "screen : {\n"
		 "  title = \"\\xe2\\x80\\xae\xc3\xbc\\\"\\\\\";  // f:1\n"
		 "};\n"},
		/* Secrets. */
		{"provider : { client_secret = \"S3cret\"; };",
		 "provider : {\n"
		 "  // client_secret = \"********\";  // f:1\n"
		 "};\n"},
		{"provider : { client_secret = \"\"; };",
		 "provider : {\n  client_secret = \"\";  // f:1\n};\n"},
		{"network : { proxy = \"me:S3cret@proxy:3128\"; };",
		 "network : {\n  // proxy = \"********\";  // f:1\n};\n"},
		{"network : { proxy = \"socks5h://me:S3cret@proxy\"; };",
		 "network : {\n  // proxy = \"********\";  // f:1\n};\n"},
		{"network : { proxy = \"http://proxy:3128\"; };",
		 "network : {\n"
		 "  proxy = \"http://proxy:3128\";  // f:1\n"
		 "};\n"},
		{"provider : { token_endpoint = \"https://me:S3@a.b/t\"; };",
		 "provider : {\n"
		 "  // token_endpoint = \"********\";  // f:1\n"
		 "};\n"},
		/* The preset's. */
		{"provider : { preset = \"github\"; scope = \"\"; };",
		 "provider : {\n"
		 "  preset = \"github\";  // f:1\n"
		 "  // scope = \"read:user user:email\";  // from the preset\n"
		 "};\n"},
		{"provider : { preset = \"google\"; token_endpoint = "
		 "\"https://a.b/t\"; userinfo_endpoint = \"\"; "
		 "verification_hosts = []; };",
		 "provider : {\n"
		 "  preset = \"google\";  // f:1\n"
		 "  token_endpoint = \"https://a.b/t\";  // f:1\n"
		 "  // userinfo_endpoint = "
		 "\"https://openidconnect.googleapis.com/v1/userinfo\";"
		 "  // from the preset\n"
		 "  // verification_hosts = [ \"google.com\", "
		 "\"*.google.com\" ];  // from the preset\n"
		 "};\n"},
		{"provider : { preset = \"google\"; "
		 "device_authorization_endpoint = \"https://a.b/d\"; "
		 "verification_hosts = []; };",
		 "provider : {\n"
		 "  preset = \"google\";  // f:1\n"
		 "  device_authorization_endpoint = \"https://a.b/d\";"
		 "  // f:1\n"
		 "  verification_hosts = [];  // f:1\n"
		 "};\n"},
		{"provider : { preset = \"\"; scope = \"\"; };",
		 "provider : {\n"
		 "  preset = \"\";  // f:1\n"
		 "  scope = \"\";  // f:1\n"
		 "};\n"},
		{"provider : { preset = \"nobody\"; scope = \"\"; };",
		 "provider : {\n"
		 "  preset = \"nobody\";  // f:1\n"
		 "  scope = \"\";  // f:1\n"
		 "};\n"},
	};

	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct conf conf;
		char *text;

		conf_init(&conf);
		parse(&conf, cases[i].text, "f");
		text = print(&conf, CONF_PRINT_SET);
		assert_string_equal(text, cases[i].expected);
		free(text);
		conf_free(&conf);
	}
}

/* What is not set is the preset's, where that says anything. */
static void test_from_preset(void **state)
{
#define OWN "device_authorization_endpoint = \"https://a.b/d\";"
	static const struct {
		const char *provider, *line;
	} cases[] = {
		{"", "  // label = \"Webex\";  // from the preset\n"},
		{"", "  // send_user_info = true;  // from the preset\n"},
		{"", "  send_scopes = false;\n"},
		{"", "  // poll_margin_ms = 100;  // from the preset\n"},
		{"preset = \"github\";",
		 "  // poll_margin_ms = 1000;  // from the preset\n"},
		{"poll_margin_ms = 0;", "  poll_margin_ms = 0;  // f:1\n"},
		{"", "  // redirect_help = \"does not find "},
		{"preset = \"twitch\";",
		 "  // send_scopes = true;  // from the preset\n"},
		{"preset = \"twitch\";", "  send_user_info = false;\n"},
		{"preset = \"twitch\";", "  redirect_help = \"\";\n"},
		{"send_user_info = false;",
		 "  send_user_info = false;  // f:1\n"},
		{"send_scopes = true;", "  send_scopes = true;  // f:1\n"},
		{"redirect_help = \"x\";",
		 "  redirect_help = \"x\";  // f:1\n"},
		{"label = \"Desk\";", "  label = \"Desk\";  // f:1\n"},
		/* A product keeps its name where it is hosted; Webex is only
		 * one. */
		{"preset = \"hydra\"; token_endpoint = \"https://a.b/t\";",
		 "  // label = \"Ory Hydra\";  // from the preset\n"},
		{"preset = \"webex\"; token_endpoint = \"https://a.b/t\";",
		 "  label = \"\";\n"},
		{OWN, "  label = \"\";\n"},
		{OWN, "  send_user_info = false;\n"},
	};
#undef OWN

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[200];
		struct conf conf;
		char *printed;

		(void)snprintf(text, sizeof(text), "provider : { %s };",
			       cases[i].provider);
		conf_init(&conf);
		parse(&conf, text, "f");
		printed = print(&conf, CONF_PRINT_ALL);
		if (strstr(printed, cases[i].line) == NULL)
			fail_msg("%s: no %s in %s", text, cases[i].line,
				 printed);
		free(printed);
		conf_free(&conf);
	}
}

/* All of the defaults are there, and nothing is said of where they are from. */
static void test_all(void **state)
{
	static const char beginning[] = "provider : {\n"
					"  preset = \"\";  // f:1\n"
					"  label = \"\";\n"
					"  issuer = \"\";\n";
	static const char end[] = "log : {\n"
				  "  file = \"\";\n"
				  "  syslog = false;\n"
				  "  level = \"info\";\n"
				  "};\n"
				  "metrics : {\n"
				  "  textfile = \"\";\n"
				  "};\n";
	struct conf conf;
	char *text;

	(void)state;
	conf_init(&conf);
	parse(&conf, "provider : { preset = \"\"; };", "f");
	text = print(&conf, CONF_PRINT_ALL);
	assert_memory_equal(text, beginning, strlen(beginning));
	assert_string_equal(text + strlen(text) - strlen(end), end);
	free(text);
	conf_free(&conf);
}

/* A file's name may be anything. */
static void test_origin_is_cleaned(void **state)
{
	struct conf conf;
	char *text;

	(void)state;
	conf_init(&conf);
	parse(&conf, "log : { level = \"warn\"; };", "a\nb = 1;\x1b[2J");
	text = print(&conf, CONF_PRINT_SET);
	assert_string_equal(text, "log : {\n"
				  "  level = \"warn\";  // a b = 1;"
				  "\xef\xbf\xbd[2J:1\n"
				  "};\n");
	free(text);
	conf_free(&conf);
}

/* What may be a key: a way to identify a client of its provider's own. */
static void test_masked(void **state)
{
	static const struct {
		const char *text, *line;
	} cases[] = {
		{"provider : { extra = ( { name = \"api_key\";"
		 " value = \"S3cret\"; }, { name = \"b\"; value = \"S3\"; } ); "
		 "};",
		 "  // extra = ( { name = \"api_key\"; value = \"********\"; "
		 "}, "
		 "{ name = \"b\"; value = \"********\"; } );  // f:1\n"},
		{"provider : { token_endpoint = \"https://a.b/t?key=S3cret\"; "
		 "};",
		 "  // token_endpoint = \"https://a.b/t?key=********\";  // "
		 "f:1\n"},
		{"provider : { issuer = \"https://a.b?S3cret\"; };",
		 "  // issuer = \"https://a.b?********\";  // f:1\n"},
		{"provider : { jwks_uri = \"https://u:S3cret@a.b/?S3\"; };",
		 "  // jwks_uri = \"********\";  // f:1\n"},
		{"network : { proxy = \"http://u:S3cret@a.b\"; };",
		 "  // proxy = \"********\";  // f:1\n"},
		{"provider : { token_endpoint ="
		 " \"https://a.b/t?callingData=true&k=S3&x=S3=&\"; };",
		 "  // token_endpoint = \"https://a.b/t?callingData=true&"
		 "k=********&x=********&********\";  // f:1\n"},
		{"provider : { token_endpoint ="
		 " \"https://a.b/t?callingData=true\"; };",
		 "  token_endpoint = \"https://a.b/t?callingData=true\";"
		 "  // f:1\n"},
		{"provider : { extra = ( { name = \"prompt\";"
		 " value = \"login\"; } ); };",
		 "  extra = ( { name = \"prompt\"; value = \"login\"; } );"
		 "  // f:1\n"},
		/* What is no URL may have been meant as one. */
		{"provider : { issuer = \"htps://u:S3@a.b/\"; };",
		 "  // issuer = \"********\";  // f:1\n"},
		{"provider : { token_endpoint = \"u:S3@a.b\"; };",
		 "  // token_endpoint = \"********\";  // f:1\n"},
		{"redirect_uri = \"https://u:S3@[::1/\";",
		 "// redirect_uri = \"********\";  // f:1\n"},
		{"provider : { jwks_uri = \"htps://a.b/?S3\"; };",
		 "  // jwks_uri = \"htps://a.b/?********\";  // f:1\n"},
		{"provider : { jwks_uri = \"https://a.b/?prompt=login#S3?x\"; "
		 "};",
		 "  // jwks_uri = \"https://a.b/?prompt=login#********\";  // "
		 "f:1\n"},
		{"hooks : { on_signed_in = [ \"curl\", \"https://u:S3@a.b/\", "
		 "\"https://a.b/h?key=S3\", \"-d?\" ]; };",
		 "  // on_signed_in = [ \"curl\", \"********\", "
		 "\"https://a.b/h?key=********\", \"-d?\" ];  // f:1\n"},
		{"provider : { extra = (); };", "  extra = ();  // f:1\n"},
		{"kiosk : { allow : { claims = ( { name = \"org\"; value = "
		 "\"7\";"
		 " } ); }; };",
		 "claims = ( { name = \"org\"; value = \"7\"; } );  // f:1\n"},
		{"provider : { redirect_help = \"why? ask\"; };",
		 "  redirect_help = \"why? ask\";  // f:1\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct conf conf;
		char *text;

		conf_init(&conf);
		parse(&conf, cases[i].text, "f");
		text = print(&conf, CONF_PRINT_MASKED);
		if (strstr(text, cases[i].line) == NULL)
			fail_msg("%s\nnot in: %s", cases[i].line, text);
		assert_null(strstr(text, "S3"));
		free(text);
		conf_free(&conf);
	}
}

static void test_full(void **state)
{
	struct conf conf;
	struct buf out;

	(void)state;
	conf_init(&conf);
	buf_init(&out, 1000);
	assert_false(conf_print(&out, &conf, CONF_PRINT_ALL));
	buf_free(&out);
	conf_free(&conf);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_from_preset),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_origin_is_cleaned),
		cmocka_unit_test(test_masked),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests_name("conf_print", tests, NULL, NULL);
}
