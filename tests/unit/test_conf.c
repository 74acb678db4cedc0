/* SPDX-License-Identifier: MIT */
/*
 * core/conf with the table of options and the reading of settings: every
 * option, its default, its limits, and what is said about every mistake.
 */
#include "config.h"

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
#include "core/conf.h"
#include "core/options.h"
#include "core/settings.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool parse(struct conf *conf, const char *text, struct err *err)
{
	err->text[0] = '\0';
	return conf_parse(conf, text, strlen(text), "x.conf", err);
}

static void must_parse(struct conf *conf, const char *text)
{
	struct err err;

	if (!parse(conf, text, &err))
		fail_msg("%s", err.text);
}

/* Wants the message to begin like that. */
static void assert_begins(const char *message, const char *beginning)
{
	if (strncmp(message, beginning, strlen(beginning)) != 0)
		assert_string_equal(message, beginning);
}

static void assert_strings(const struct strings *strings, const char *joined)
{
	struct buf buf;

	buf_init(&buf, 1000);
	for (size_t i = 0; i < strings->count; i++)
		assert_true(buf_addf(&buf, "%s|", strings->items[i]));
	assert_string_equal(buf_text(&buf), joined);
	buf_free(&buf);
}

static void test_defaults(void **state)
{
	struct conf conf;

	(void)state;
	conf_init(&conf);
	assert_string_equal(conf.provider.preset, "webex");
	assert_string_equal(conf.provider.label, "");
	assert_string_equal(conf.provider.issuer, "");
	assert_string_equal(conf.provider.device_authorization_endpoint, "");
	assert_string_equal(conf.provider.device_token_endpoint, "");
	assert_string_equal(conf.provider.token_endpoint, "");
	assert_string_equal(conf.provider.userinfo_endpoint, "");
	assert_string_equal(conf.provider.revocation_endpoint, "");
	assert_string_equal(conf.provider.authorization_endpoint, "");
	assert_string_equal(conf.provider.jwks_uri, "");
	assert_string_equal(conf.provider.client_id, "");
	assert_string_equal(conf.provider.client_secret, "");
	assert_string_equal(conf.provider.client_secret_file, "");
	assert_string_equal(conf.provider.token_endpoint_auth_method, "");
	assert_string_equal(
		conf.provider.device_authorization_endpoint_auth_method, "");
	assert_string_equal(conf.provider.scope, "");
	assert_string_equal(conf.provider.audience, "");
	assert_string_equal(conf.provider.device_name, "");
	assert_false(conf_is_set(&conf, "provider.send_user_info"));
	assert_false(conf_is_set(&conf, "provider.send_scopes"));
	assert_string_equal(conf.provider.redirect_help, "");
	assert_int_equal(conf.provider.extra_count, 0);
	assert_int_equal(conf.provider.verification_hosts.count, 0);
	assert_string_equal(conf.grant, "device");
	assert_string_equal(conf.redirect_uri,
			    "http://127.0.0.1:2000/redirect.html");
	assert_string_equal(conf.network.ca_file, "");
	assert_string_equal(conf.network.proxy, "");
	assert_int_equal(conf.network.connect_timeout_s, 10);
	assert_int_equal(conf.network.request_timeout_s, 30);
	assert_string_equal(conf.session.store, "file");
	assert_string_equal(conf.session.file, "");
	assert_string_equal(conf.session.key_file, "");
	assert_true(conf.session.resume);
	assert_string_equal(conf.kiosk.start, "auto");
	assert_int_equal(conf.kiosk.renewals, 0);
	assert_int_equal(conf.kiosk.sign_out_after_s, 0);
	assert_false(conf.kiosk.lock);
	assert_false(conf.kiosk.confirm);
	assert_int_equal(conf.kiosk.allow.emails.count, 0);
	assert_int_equal(conf.kiosk.allow.email_domains.count, 0);
	assert_int_equal(conf.kiosk.allow.claim_count, 0);
	assert_string_equal(conf.screen.theme, "midnight");
	assert_string_equal(conf.screen.title, "Sign in");
	assert_string_equal(conf.screen.locale, "");
	assert_string_equal(conf.screen.qr, "auto");
	assert_int_equal(conf.screen.profile_fields.count, 0);
	assert_int_equal(conf.hooks.on_signed_in.count, 0);
	assert_int_equal(conf.hooks.on_refreshed.count, 0);
	assert_int_equal(conf.hooks.on_signed_out.count, 0);
	assert_int_equal(conf.hooks.timeout_s, 10);
	assert_false(conf.hooks.pass_token);
	assert_string_equal(conf.log.file, "");
	assert_string_equal(conf.log.level, "info");
	assert_false(conf.log.syslog);
	assert_string_equal(conf.metrics_textfile, "");
	conf_free(&conf);
}

/* Whether the table allows its own defaults. */
static void test_defaults_are_allowed(void **state)
{
	const struct conf_option *option;

	(void)state;
	for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
		switch (option->type) {
		case OPTION_TEXT:
			assert_non_null(option->text);
			break;
		case OPTION_CHOICE:
			assert_true(option_has_choice(option, option->text));
			break;
		case OPTION_NUMBER:
			assert_in_range(option->number, option->min,
					option->max);
			break;
		case OPTION_BOOL:
		case OPTION_STRINGS:
		case OPTION_PARAMS:
			break;
		}
		assert_ptr_equal(option_find(option->name), option);
	}
	assert_null(option_find("provider"));
	assert_null(option_find(""));
}

static const char everything[] =
	"# Two kinds of comment, { unbalanced\n"
	"provider : {\n"
	"  preset = \"okta\"; // and a third: \"\n"
	"  label = \"Front door\";\n"
	"  issuer = \"https://id.example.org\";\n"
	"  device_authorization_endpoint = \"https://a.example/1\";\n"
	"  device_token_endpoint = \"https://a.example/2\";\n"
	"  token_endpoint = \"https://a.example/3\";\n"
	"  userinfo_endpoint = \"https://a.example/4\";\n"
	"  revocation_endpoint = \"https://a.example/5\";\n"
	"  authorization_endpoint = \"https://a.example/6\";\n"
	"  jwks_uri = \"https://a.example/7\";\n"
	"  client_id = \"C12345678901234567890\";\n"
	"  client_secret = \"s3cret \\\"{#//\\\\\";\n"
	"  client_secret_file = \"/etc/grantty/secret\";\n"
	"  token_endpoint_auth_method = \"client_secret_post\";\n"
	"  device_authorization_endpoint_auth_method = \"none\";\n"
	"  scope = \"spark:all\" /* joined */ \" spark:kms\";\n"
	"  audience = \"https://api.example.org\";\n"
	"  device_name = \"Empfang, T\xc3\xbcr 2\";\n"
	"  send_user_info = true; send_scopes = false;\n"
	"  redirect_help = \"needs help.\";\n"
	"  extra = ( { name = \"prompt\"; value = \"none\"; },\n"
	"            { value = \"\"; name = \"empty\"; } );\n"
	"  verification_hosts = [ \"*.wbx2.com\", \"example.org\" ];\n"
	"};\n"
	"grant = \"code\";\n"
	"redirect_uri = \"http://[::1]:8080/\";\n"
	"network = { ca_file = \"/ca.pem\"; proxy = \"none\";\n"
	"  connect_timeout_s = 1; request_timeout_s = 300L; };\n"
	"session : { store = \"memory\"; file = \"/s\"; key_file = \"/k\";\n"
	"  resume = false; };\n"
	"kiosk : { start = \"key\"; renewals = 1000;\n"
	"  sign_out_after_s = 86400; lock = true; confirm = TRUE;\n"
	"  allow : { emails = [ \"a@b.c\" ];\n"
	"    email_domains = ( \"b.c\", \"d.e\" );\n"
	"    claims = ( { name = \"org\"; value = \"7\"; } ); }; };\n"
	"screen : { theme = \"amber\"; title = \"Welcome\";\n"
	"  locale = \"de_DE.UTF-8\"; qr = \"half\";\n"
	"  profile_fields = ( \"Name\", \"emails.0\" ); };\n"
	"hooks : { on_signed_in = [ \"/bin/in\", \"-x\" ];\n"
	"  on_refreshed = [ \"/bin/re\" ]; on_signed_out = [ \"/bin/out\" ];\n"
	"  timeout_s = 600; pass_token = true; };\n"
	"log : { file = \"/l\"; syslog = true; level = \"debug\"; };\n"
	"metrics : { textfile = \"/m\"; };\n";

static void check_everything(const struct conf *conf)
{
	assert_string_equal(conf->provider.preset, "okta");
	assert_string_equal(conf->provider.label, "Front door");
	assert_string_equal(conf->provider.issuer, "https://id.example.org");
	assert_string_equal(conf->provider.device_authorization_endpoint,
			    "https://a.example/1");
	assert_string_equal(conf->provider.device_token_endpoint,
			    "https://a.example/2");
	assert_string_equal(conf->provider.token_endpoint,
			    "https://a.example/3");
	assert_string_equal(conf->provider.userinfo_endpoint,
			    "https://a.example/4");
	assert_string_equal(conf->provider.revocation_endpoint,
			    "https://a.example/5");
	assert_string_equal(conf->provider.authorization_endpoint,
			    "https://a.example/6");
	assert_string_equal(conf->provider.jwks_uri, "https://a.example/7");
	assert_string_equal(conf->provider.client_id, "C12345678901234567890");
	assert_string_equal(conf->provider.client_secret, "s3cret \"{#//\\");
	assert_string_equal(conf->provider.client_secret_file,
			    "/etc/grantty/secret");
	assert_string_equal(conf->provider.token_endpoint_auth_method,
			    "client_secret_post");
	assert_string_equal(
		conf->provider.device_authorization_endpoint_auth_method,
		"none");
	assert_string_equal(conf->provider.scope, "spark:all spark:kms");
	assert_string_equal(conf->provider.audience, "https://api.example.org");
	assert_string_equal(conf->provider.device_name,
			    "Empfang, T\xc3\xbcr 2");
	assert_true(conf->provider.send_user_info);
	assert_true(conf_is_set(conf, "provider.send_user_info"));
	assert_false(conf->provider.send_scopes);
	assert_true(conf_is_set(conf, "provider.send_scopes"));
	assert_string_equal(conf->provider.redirect_help, "needs help.");
	assert_int_equal(conf->provider.extra_count, 2);
	assert_string_equal(conf->provider.extra[0].name, "prompt");
	assert_string_equal(conf->provider.extra[0].value, "none");
	assert_string_equal(conf->provider.extra[1].name, "empty");
	assert_string_equal(conf->provider.extra[1].value, "");
	assert_strings(&conf->provider.verification_hosts,
		       "*.wbx2.com|example.org|");
	assert_string_equal(conf->grant, "code");
	assert_string_equal(conf->redirect_uri, "http://[::1]:8080/");
	assert_string_equal(conf->network.ca_file, "/ca.pem");
	assert_string_equal(conf->network.proxy, "none");
	assert_int_equal(conf->network.connect_timeout_s, 1);
	assert_int_equal(conf->network.request_timeout_s, 300);
	assert_string_equal(conf->session.store, "memory");
	assert_string_equal(conf->session.file, "/s");
	assert_string_equal(conf->session.key_file, "/k");
	assert_false(conf->session.resume);
	assert_string_equal(conf->kiosk.start, "key");
	assert_int_equal(conf->kiosk.renewals, 1000);
	assert_int_equal(conf->kiosk.sign_out_after_s, 86400);
	assert_true(conf->kiosk.lock);
	assert_true(conf->kiosk.confirm);
	assert_strings(&conf->kiosk.allow.emails, "a@b.c|");
	assert_strings(&conf->kiosk.allow.email_domains, "b.c|d.e|");
	assert_int_equal(conf->kiosk.allow.claim_count, 1);
	assert_string_equal(conf->kiosk.allow.claims[0].name, "org");
	assert_string_equal(conf->kiosk.allow.claims[0].value, "7");
	assert_string_equal(conf->screen.theme, "amber");
	assert_string_equal(conf->screen.title, "Welcome");
	assert_string_equal(conf->screen.locale, "de_DE.UTF-8");
	assert_string_equal(conf->screen.qr, "half");
	assert_strings(&conf->screen.profile_fields, "Name|emails.0|");
	assert_strings(&conf->hooks.on_signed_in, "/bin/in|-x|");
	assert_strings(&conf->hooks.on_refreshed, "/bin/re|");
	assert_strings(&conf->hooks.on_signed_out, "/bin/out|");
	assert_int_equal(conf->hooks.timeout_s, 600);
	assert_true(conf->hooks.pass_token);
	assert_string_equal(conf->log.file, "/l");
	assert_string_equal(conf->log.level, "debug");
	assert_true(conf->log.syslog);
	assert_string_equal(conf->metrics_textfile, "/m");
}

static void test_everything_can_be_set(void **state)
{
	struct conf conf;

	(void)state;
	conf_init(&conf);
	must_parse(&conf, everything);
	check_everything(&conf);

	/* An empty file changes nothing. */
	must_parse(&conf, "");
	check_everything(&conf);
	conf_free(&conf);
}

static void test_failure_leaves_all_as_it_was(void **state)
{
	struct conf conf;
	struct err err;

	(void)state;
	conf_init(&conf);
	must_parse(&conf, everything);
	assert_false(
		parse(&conf,
		      "grant = \"device\";"
		      "provider = { preset = \"x\"; extra = ();"
		      "  client_secret = \"x\"; verification_hosts = []; };"
		      "kiosk = { lock = false; renewals = 1;"
		      "  allow = { emails = [ \"x\", \"y\" ];"
		      "    claims = ( { name = \"n\"; value = \"v\"; },"
		      "               { name = \"n\"; } ); }; };",
		      &err));
	assert_begins(err.text, "x.conf:1: kiosk.allow.claims must be ");
	check_everything(&conf);
	conf_free(&conf);
}

static void test_later_file_wins(void **state)
{
	struct conf conf;

	(void)state;
	conf_init(&conf);
	must_parse(&conf, everything);
	must_parse(&conf, "provider = { client_id = \"B\"; extra = ();"
			  "  verification_hosts = [ \"only.example\" ]; };"
			  "kiosk = { lock = false; };");
	assert_string_equal(conf.provider.client_id, "B");
	assert_string_equal(conf.provider.preset, "okta");
	assert_int_equal(conf.provider.extra_count, 0);
	assert_strings(&conf.provider.verification_hosts, "only.example|");
	assert_false(conf.kiosk.lock);
	assert_int_equal(conf.kiosk.renewals, 1000);
	conf_free(&conf);
}

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
		 "allow."},
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
		 "\"full\", \"text\"."},
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
		 "x.conf:1: screen.title has a control character or is not "
		 "UTF-8; write plain text on one line."},
		{"screen = { title = \"a\nb\"; };",
		 "x.conf:1: screen.title has a control character"},
		{"screen = { title = \"\\x1b[2J\"; };",
		 "x.conf:1: screen.title has a control character"},
		{"screen = { title = \"\\x7f\"; };",
		 "x.conf:1: screen.title has a control character"},
		{"screen = { title = \"\xc2\x9b\"; };",
		 "x.conf:1: screen.title has a control character"},
		{"screen = { title = \"\xfc\"; };",
		 "x.conf:1: screen.title has a control character"},
		{"screen = { profile_fields = [ \"\\t\" ]; };",
		 "x.conf:1: screen.profile_fields has a control character"},
		{"provider = { extra = ( { name = \"n\"; value = \"\\r\"; } ); "
		 "};",
		 "x.conf:1: provider.extra has a control character"},

		/* What libconfig would take, or take amiss. */
		{"kiosk = { renewals = 4294967306; };",
		 "x.conf:1: this number is out of any range; write a smaller "
		 "one."},
		{"kiosk = { renewals = 0x10000000A; };",
		 "x.conf:1: this number is out of any range"},
		{"\n/* \n */ grant = 99999999999999999999L;",
		 "x.conf:3: this number is out of any range"},
		{"screen = { title = \"a\\x00b\"; };",
		 "x.conf:1: a string cannot hold \\x00; take it out."},
		{"grant = \"code\n\n\n",
		 "x.conf:1: this string never ends; close it with a double "
		 "quote."},
		{"\ngrant = \"code\\\";", "x.conf:2: this string never ends"},
		{"grant = \"code\"; \"", "x.conf:1: this string never ends"},
		{"\n/* \n\n grant = \"code\";",
		 "x.conf:2: this comment never ends; close it with */."},
		{"/*/", "x.conf:1: this comment never ends"},
		{"@include \"/etc/hostname\"",
		 "x.conf:1: @include is not supported; put the settings into "
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
		 "x.conf:1: syntax error here or just before; a setting reads "
		 "name = value; and a group name : { ... };"},
		{"kiosk = {\n lock = true;\n", "x.conf:3: syntax error "},
		{"kiosk = { };\n}", "x.conf:2: syntax error "},
		{"/", "x.conf:1: syntax error "},
		{"grant;", "x.conf:1: syntax error "},
		{"screen = { profile_fields = [ 1, true ]; };",
		 "x.conf:1: mismatched element type in array"},
		{"kiosk = { lock = true;\n lock = false; };",
		 "x.conf:2: this setting, or its group, stands twice; keep "
		 "one."},
		{"kiosk = { };\nlog = { };\nkiosk = { };",
		 "x.conf:3: this setting, or its group, stands twice"},
	};
	struct conf conf;
	struct err err;

	(void)state;
	conf_init(&conf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (parse(&conf, cases[i].text, &err))
			fail_msg("taken: %s", cases[i].text);
		assert_begins(err.text, cases[i].message);
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
		if (!parse(&conf, cases[i], &err))
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
	assert_begins(err.text, "x.conf:65536: syntax error ");
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
	assert_string_equal(conf.grant, "code");
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
	assert_string_equal(err.text, "x.conf: this is no text file: it holds "
				      "a NUL byte.");
	assert_string_equal(conf.grant, "device");
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
		assert_false(parse(&conf, buf_text(&text), &err));
		assert_begins(err.text, cases[i].message);
		buf_free(&text);
	}
	conf_free(&conf);
}

static void test_other_endpoints_replace_the_default_preset(void **state)
{
	static const struct {
		const char *text;
		const char *option, *value; /* set afterwards; or NULL */
		const char *preset;
	} cases[] = {
		{"", NULL, NULL, "webex"},
		{"provider = { client_id = \"x\"; };", NULL, NULL, "webex"},
		{"provider = { issuer = \"https://a.b\"; };", NULL, NULL, ""},
		{"provider = { device_authorization_endpoint = "
		 "\"https://a.b\"; };",
		 NULL, NULL, ""},
		{"provider = { token_endpoint = \"https://a.b\"; };", NULL,
		 NULL, "webex"},
		{"provider = { issuer = \"\"; };", NULL, NULL, "webex"},
		{"provider = { issuer = \"https://a.b\"; "
		 "preset = \"webex\"; };",
		 NULL, NULL, "webex"},
		{"provider = { preset = \"okta\"; "
		 "issuer = \"https://a.b\"; };",
		 NULL, NULL, "okta"},
		{"provider = { preset = \"\"; };", NULL, NULL, ""},
		{"", "provider.issuer", "https://a.b", ""},
		{"", "provider.preset", "github", "github"},
		{"provider = { preset = \"okta\"; };", "provider.issuer",
		 "https://a.b", "okta"},
		{"provider = { issuer = \"https://a.b\"; };", "provider.preset",
		 "okta", "okta"},
		{"provider = { issuer = \"https://a.b\"; };", "provider.preset",
		 "webex", "webex"},
	};
	struct conf conf;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		conf_init(&conf);
		must_parse(&conf, cases[i].text);
		if (cases[i].option != NULL)
			assert_true(conf_set(&conf, cases[i].option,
					     cases[i].value, NULL));
		assert_string_equal(conf.provider.preset, cases[i].preset);
		conf_free(&conf);
	}
}

static void test_set(void **state)
{
	struct conf conf;
	struct err err;

	(void)state;
	conf_init(&conf);
	assert_true(conf_set(&conf, "provider.client_id", "C1", &err));
	assert_string_equal(conf.provider.client_id, "C1");
	assert_true(conf_set(&conf, "grant", "code", &err));
	assert_string_equal(conf.grant, "code");
	assert_true(conf_set(&conf, "kiosk.lock", "true", &err));
	assert_true(conf.kiosk.lock);
	assert_true(conf_set(&conf, "kiosk.lock", "false", &err));
	assert_false(conf.kiosk.lock);
	assert_true(conf_set(&conf, "kiosk.renewals", "1000", &err));
	assert_int_equal(conf.kiosk.renewals, 1000);
	assert_true(conf_set(&conf, "metrics.textfile", "/m", &err));
	assert_string_equal(conf.metrics_textfile, "/m");
	conf_free(&conf);
}

static void test_set_refuses(void **state)
{
	static const struct {
		const char *option, *value, *message;
	} cases[] = {
		{"client_id", "x", "there is no option client_id."},
		{"provider", "x", "there is no option provider."},
		{"grant", "devices",
		 "grant must be one of \"device\", \"code\"."},
		{"kiosk.lock", "yes", "kiosk.lock must be true or false, "},
		{"kiosk.lock", "", "kiosk.lock must be true or false, "},
		{"kiosk.renewals", "1001", "kiosk.renewals must be a whole "},
		{"kiosk.renewals", "", "kiosk.renewals must be a whole "},
		{"kiosk.renewals", "3x", "kiosk.renewals must be a whole "},
		{"screen.title", "a\nb", "screen.title has a control "},
		{"screen.profile_fields", "Name",
		 "screen.profile_fields is a list; set it in a configuration "
		 "file."},
		{"provider.extra", "a=b", "provider.extra is a list; "},
	};
	struct conf conf;
	struct err err;

	(void)state;
	conf_init(&conf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		err.text[0] = '\0';
		assert_false(
			conf_set(&conf, cases[i].option, cases[i].value, &err));
		assert_begins(err.text, cases[i].message);
	}
	assert_string_equal(conf.grant, "device");
	assert_false(conf.kiosk.lock);
	assert_int_equal(conf.kiosk.renewals, 0);
	assert_string_equal(conf.screen.title, "Sign in");
	conf_free(&conf);
}

static const char *origin(const struct conf *conf, const char *option)
{
	return conf->origins[option_index(option_find(option))];
}

static void test_origins(void **state)
{
	struct conf conf;
	struct err err;

	(void)state;
	conf_init(&conf);
	assert_null(origin(&conf, "grant"));
	must_parse(&conf, "grant = \"code\";\nprovider : {\n"
			  "  scope =\n\"x\";\n  extra = ();\n};\n"
			  "kiosk : { allow : {\n emails = []; }; };");
	assert_string_equal(origin(&conf, "grant"), "x.conf:1");
	assert_string_equal(origin(&conf, "provider.scope"), "x.conf:3");
	assert_string_equal(origin(&conf, "provider.extra"), "x.conf:5");
	assert_string_equal(origin(&conf, "kiosk.allow.emails"), "x.conf:8");
	assert_null(origin(&conf, "kiosk.allow.claims"));
	assert_null(origin(&conf, "redirect_uri"));

	/* Whoever comes last. */
	must_parse(&conf, "\ngrant = \"device\";");
	assert_string_equal(origin(&conf, "grant"), "x.conf:2");
	assert_string_equal(origin(&conf, "provider.scope"), "x.conf:3");
	assert_true(conf_set(&conf, "grant", "code", &err));
	assert_string_equal(origin(&conf, "grant"), "");
	conf_set_origin(&conf, "grant", "command line");
	assert_string_equal(origin(&conf, "grant"), "command line");

	/* Who fails does not count. */
	assert_false(parse(&conf, "grant = \"device\"; foo = 1;", &err));
	assert_false(conf_set(&conf, "grant", "foo", &err));
	assert_string_equal(origin(&conf, "grant"), "command line");

	assert_null(origin(&conf, "provider.preset"));
	must_parse(&conf, "provider : { issuer = \"https://a.b\"; };");
	assert_non_null(origin(&conf, "provider.preset"));
	conf_free(&conf);
	assert_null(origin(&conf, "grant"));
}

static void test_option_names(void **state)
{
	static const struct {
		const char *group, *names;
	} cases[] = {
		{"", "provider, grant, redirect_uri, network, session, kiosk, "
		     "screen, hooks, log, metrics"},
		{"log", "file, syslog, level"},
		{"kiosk", "start, renewals, sign_out_after_s, lock, confirm, "
			  "allow"},
		{"kiosk.allow", "emails, email_domains, claims"},
		{"grant", ""},
		{"kio", ""},
	};
	struct buf buf;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_init(&buf, 1000);
		assert_true(option_names(&buf, cases[i].group));
		assert_string_equal(buf_text(&buf), cases[i].names);
		assert_int_equal(option_is_group(cases[i].group),
				 cases[i].names[0] != '\0');
		buf_free(&buf);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_defaults_are_allowed),
		cmocka_unit_test(test_everything_can_be_set),
		cmocka_unit_test(test_failure_leaves_all_as_it_was),
		cmocka_unit_test(test_later_file_wins),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_accepts),
		cmocka_unit_test(test_size_is_bounded),
		cmocka_unit_test(test_reads_no_further_than_told),
		cmocka_unit_test(test_nul_is_refused),
		cmocka_unit_test(test_nesting_is_bounded),
		cmocka_unit_test(
			test_other_endpoints_replace_the_default_preset),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_set_refuses),
		cmocka_unit_test(test_origins),
		cmocka_unit_test(test_option_names),
	};

	return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
