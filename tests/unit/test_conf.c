/* SPDX-License-Identifier: MIT */
/*
 * conf/conf with the table of options and the reading of settings: every
 * option, its default and its limits, and where its value is from.
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
#include "conf_case.h"

static void must_parse(struct conf *conf, const char *text)
{
	struct err err;

	if (!conf_case_parse(conf, text, &err))
		fail_msg("%s", err.text);
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
	assert_int_equal(conf.provider.token_endpoint_auth_method, AUTH_UNSET);
	assert_int_equal(
		conf.provider.device_authorization_endpoint_auth_method,
		AUTH_UNSET);
	assert_string_equal(conf.provider.scope, "");
	assert_string_equal(conf.provider.audience, "");
	assert_string_equal(conf.provider.device_name, "");
	assert_false(conf_is_set(&conf, "provider.send_user_info"));
	assert_false(conf_is_set(&conf, "provider.send_scopes"));
	assert_false(conf_is_set(&conf, "provider.poll_margin_ms"));
	assert_string_equal(conf.provider.redirect_help, "");
	assert_int_equal(conf.provider.extra_count, 0);
	assert_int_equal(conf.provider.verification_hosts.count, 0);
	assert_int_equal(conf.grant, GRANT_DEVICE);
	assert_string_equal(conf.redirect_uri,
			    "http://127.0.0.1:2000/redirect.html");
	assert_string_equal(conf.network.ca_file, "");
	assert_string_equal(conf.network.proxy, "");
	assert_int_equal(conf.network.connect_timeout_s, 10);
	assert_int_equal(conf.network.request_timeout_s, 30);
	assert_int_equal(conf.session.store, STORE_IN_FILE);
	assert_string_equal(conf.session.file, "");
	assert_string_equal(conf.session.key_file, "");
	assert_true(conf.session.resume);
	assert_int_equal(conf.kiosk.start, START_AUTO);
	assert_int_equal(conf.kiosk.renewals, 0);
	assert_int_equal(conf.kiosk.sign_out_after_s, 0);
	assert_false(conf.kiosk.lock);
	assert_false(conf.kiosk.confirm);
	assert_int_equal(conf.kiosk.allow.emails.count, 0);
	assert_int_equal(conf.kiosk.allow.email_domains.count, 0);
	assert_int_equal(conf.kiosk.allow.claims_count, 0);
	assert_string_equal(conf.screen.theme, "midnight");
	assert_string_equal(conf.screen.title, "Sign in");
	assert_string_equal(conf.screen.locale, "");
	assert_int_equal(conf.screen.qr, DRAWING_AUTO);
	assert_int_equal(conf.screen.profile_fields.count, 0);
	assert_int_equal(conf.hooks.on_signed_in.count, 0);
	assert_int_equal(conf.hooks.on_refreshed.count, 0);
	assert_int_equal(conf.hooks.on_signed_out.count, 0);
	assert_int_equal(conf.hooks.timeout_s, 10);
	assert_false(conf.hooks.pass_token);
	assert_string_equal(conf.log.file, "");
	assert_int_equal(conf.log.level, LEVEL_INFO);
	assert_false(conf.log.syslog);
	assert_string_equal(conf.metrics.textfile, "");
	conf_free(&conf);
}

/* How many choices there are, each of which can be found. */
static int64_t choices_of(const struct conf_option *option)
{
	unsigned choice, n = 0;

	for (; option->choices[n] != NULL; n++) {
		assert_true(option_choice(option, option->choices[n], &choice));
		assert_int_equal(choice, n);
	}
	return n;
}

/* True if the table allows its own defaults. */
static void test_defaults_are_allowed(void **state)
{
	const struct conf_option *option;

	(void)state;
	for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
		switch (option->type) {
		case OPTION_CHOICE:
			assert_true(option->number < choices_of(option));
			break;
		case OPTION_NUMBER:
			assert_in_range(option->number, option->min,
					option->max);
			break;
		case OPTION_TEXT:
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
	"  poll_margin_ms = 250;\n"
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
	assert_int_equal(conf->provider.token_endpoint_auth_method, AUTH_POST);
	assert_int_equal(
		conf->provider.device_authorization_endpoint_auth_method,
		AUTH_NONE);
	assert_string_equal(conf->provider.scope, "spark:all spark:kms");
	assert_string_equal(conf->provider.audience, "https://api.example.org");
	assert_string_equal(conf->provider.device_name,
			    "Empfang, T\xc3\xbcr 2");
	assert_true(conf->provider.send_user_info);
	assert_true(conf_is_set(conf, "provider.send_user_info"));
	assert_false(conf->provider.send_scopes);
	assert_true(conf_is_set(conf, "provider.send_scopes"));
	assert_int_equal(conf->provider.poll_margin_ms, 250);
	assert_true(conf_is_set(conf, "provider.poll_margin_ms"));
	assert_string_equal(conf->provider.redirect_help, "needs help.");
	assert_int_equal(conf->provider.extra_count, 2);
	assert_string_equal(conf->provider.extra[0].name, "prompt");
	assert_string_equal(conf->provider.extra[0].value, "none");
	assert_string_equal(conf->provider.extra[1].name, "empty");
	assert_string_equal(conf->provider.extra[1].value, "");
	assert_strings(&conf->provider.verification_hosts,
		       "*.wbx2.com|example.org|");
	assert_int_equal(conf->grant, GRANT_CODE);
	assert_string_equal(conf->redirect_uri, "http://[::1]:8080/");
	assert_string_equal(conf->network.ca_file, "/ca.pem");
	assert_string_equal(conf->network.proxy, "none");
	assert_int_equal(conf->network.connect_timeout_s, 1);
	assert_int_equal(conf->network.request_timeout_s, 300);
	assert_int_equal(conf->session.store, STORE_IN_MEMORY);
	assert_string_equal(conf->session.file, "/s");
	assert_string_equal(conf->session.key_file, "/k");
	assert_false(conf->session.resume);
	assert_int_equal(conf->kiosk.start, START_KEY);
	assert_int_equal(conf->kiosk.renewals, 1000);
	assert_int_equal(conf->kiosk.sign_out_after_s, 86400);
	assert_true(conf->kiosk.lock);
	assert_true(conf->kiosk.confirm);
	assert_strings(&conf->kiosk.allow.emails, "a@b.c|");
	assert_strings(&conf->kiosk.allow.email_domains, "b.c|d.e|");
	assert_int_equal(conf->kiosk.allow.claims_count, 1);
	assert_string_equal(conf->kiosk.allow.claims[0].name, "org");
	assert_string_equal(conf->kiosk.allow.claims[0].value, "7");
	assert_string_equal(conf->screen.theme, "amber");
	assert_string_equal(conf->screen.title, "Welcome");
	assert_string_equal(conf->screen.locale, "de_DE.UTF-8");
	assert_int_equal(conf->screen.qr, DRAWING_HALF);
	assert_strings(&conf->screen.profile_fields, "Name|emails.0|");
	assert_strings(&conf->hooks.on_signed_in, "/bin/in|-x|");
	assert_strings(&conf->hooks.on_refreshed, "/bin/re|");
	assert_strings(&conf->hooks.on_signed_out, "/bin/out|");
	assert_int_equal(conf->hooks.timeout_s, 600);
	assert_true(conf->hooks.pass_token);
	assert_string_equal(conf->log.file, "/l");
	assert_int_equal(conf->log.level, LEVEL_DEBUG);
	assert_true(conf->log.syslog);
	assert_string_equal(conf->metrics.textfile, "/m");
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
	assert_false(conf_case_parse(
		&conf,
		"grant = \"device\";"
		"provider = { preset = \"x\"; extra = ();"
		"  client_secret = \"x\"; verification_hosts = []; };"
		"kiosk = { lock = false; renewals = 1;"
		"  allow = { emails = [ \"x\", \"y\" ];"
		"    claims = ( { name = \"n\"; value = \"v\"; },"
		"               { name = \"n\"; } ); }; };",
		&err));
	conf_case_assert_begins(err.text,
				"x.conf:1: kiosk.allow.claims must be ");
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
	assert_int_equal(conf.grant, GRANT_CODE);
	assert_true(conf_set(&conf, "kiosk.lock", "true", &err));
	assert_true(conf.kiosk.lock);
	assert_true(conf_set(&conf, "kiosk.lock", "false", &err));
	assert_false(conf.kiosk.lock);
	assert_true(conf_set(&conf, "kiosk.renewals", "1000", &err));
	assert_int_equal(conf.kiosk.renewals, 1000);
	assert_true(conf_set(&conf, "metrics.textfile", "/m", &err));
	assert_string_equal(conf.metrics.textfile, "/m");
	conf_free(&conf);
}

static void test_set_refuses(void **state)
{
	static const struct {
		const char *option, *value, *message;
	} cases[] = {
		{"client_id", "x", "unknown option client_id."},
		{"provider", "x", "unknown option provider."},
		{"grant", "devices",
		 "grant must be one of \"device\", \"code\"."},
		{"kiosk.lock", "yes", "kiosk.lock must be true or false, "},
		{"kiosk.lock", "", "kiosk.lock must be true or false, "},
		{"kiosk.renewals", "1001", "kiosk.renewals must be a whole "},
		{"kiosk.renewals", "", "kiosk.renewals must be a whole "},
		{"kiosk.renewals", "3x", "kiosk.renewals must be a whole "},
		{"screen.title", "a\nb", "screen.title contains a control "},
		{"screen.profile_fields", "Name",
		 "screen.profile_fields is a list: set it in a configuration "
		 "file."},
		{"provider.extra", "a=b", "provider.extra is a list: "},
	};
	struct conf conf;
	struct err err;

	(void)state;
	conf_init(&conf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		err.text[0] = '\0';
		assert_false(
			conf_set(&conf, cases[i].option, cases[i].value, &err));
		conf_case_assert_begins(err.text, cases[i].message);
	}
	assert_int_equal(conf.grant, GRANT_DEVICE);
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
	assert_false(
		conf_case_parse(&conf, "grant = \"device\"; foo = 1;", &err));
	assert_false(conf_set(&conf, "grant", "foo", &err));
	assert_string_equal(origin(&conf, "grant"), "command line");

	assert_null(origin(&conf, "provider.preset"));
	must_parse(&conf, "provider : { issuer = \"https://a.b\"; };");
	assert_non_null(origin(&conf, "provider.preset"));
	conf_free(&conf);
	assert_null(origin(&conf, "grant"));
}

/* Of the names of a group: how they begin, and one that is there once. A new
 * key changes neither. */
static void test_option_names(void **state)
{
	static const struct {
		const char *group, *first, *has;
	} cases[] = {
		{"", "provider, grant, ", ", log, "},
		{"log", "file, ", ", level"},
		{"kiosk", "start, ", ", allow"},
		{"kiosk.allow", "emails, ", ", claims"},
		{"grant", "", ""},
		{"kio", "", ""},
	};
	struct buf buf;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *first = cases[i].first, *has = cases[i].has;
		const char *names, *found;

		buf_init(&buf, 1000);
		assert_true(option_names(&buf, cases[i].group));
		names = buf_text(&buf);
		assert_int_equal(strncmp(names, first, strlen(first)), 0);
		found = strstr(names, has);
		assert_non_null(found);
		if (has[0] != '\0')
			assert_null(strstr(found + 1, has));
		else
			assert_string_equal(names, "");
		assert_int_equal(option_is_group(cases[i].group),
				 names[0] != '\0');
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
		cmocka_unit_test(
			test_other_endpoints_replace_the_default_preset),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_set_refuses),
		cmocka_unit_test(test_origins),
		cmocka_unit_test(test_option_names),
	};

	return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
