/* SPDX-License-Identifier: MIT */
/*
 * conf/presets: what stands in the table, and that the configuration can
 * override every field of a row.
 */
#include "config.h"

#include <ctype.h>
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
#include "base/url.h"
#include "conf/conf.h"
#include "io/input.h"
#include "oauth/profile.h"
#include "oauth/provider.h"
#include "oauth/provider_setup.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_presets(void **state)
{
	const struct preset *preset;
	size_t count = 0;

	(void)state;
	for (; (preset = preset_at(count)); count++) {
		/* Nobody else has the name. */
		assert_ptr_equal(preset_find(preset->name), preset);
		assert_non_null(preset->label);
		assert_int_equal(*preset->label == '\0', *preset->name == '\0');
		assert_non_null(preset->scope);
		assert_non_null(preset->profile);
		/* All endpoints, or none and the configuration has them. */
		if (!preset->token_endpoint !=
		    !preset->device_authorization_endpoint)
			fail_msg("%s has one endpoint of two", preset->name);
		if (preset->token_endpoint && !preset->verification_hosts)
			fail_msg("%s has no verification_hosts", preset->name);
		for (const struct profile_map *row = preset->profile;
		     row->label; row++)
			assert_non_null(row->path);
	}
	assert_ptr_equal(preset_at(0), preset_find("webex"));
	assert_ptr_equal(preset_at(count - 1), preset_find(""));
	assert_null(preset_at(count));
	assert_null(preset_find("webe"));
	assert_null(preset_find("Webex"));
}

/* Every endpoint that a preset names is an https address. */
static void test_preset_endpoints(void **state)
{
	const struct preset *preset;

	(void)state;
	for (size_t i = 0; (preset = preset_at(i)); i++) {
		const char *const endpoints[] = {
			preset->device_authorization_endpoint,
			preset->device_token_endpoint,
			preset->token_endpoint,
			preset->userinfo_endpoint,
			preset->revocation_endpoint,
			preset->authorization_endpoint,
		};

		for (size_t j = 0; j < sizeof(endpoints) / sizeof(*endpoints);
		     j++) {
			struct url url;

			if (!endpoints[j])
				continue;
			assert_true(url_split(endpoints[j], &url));
			assert_true(url.https && url_is_safe(&url));
		}
	}
}

/* ---- What the configuration overrides */

#define OWN "https://own.example/x"
#define WEBEX "preset = \"webex\"; client_secret = \"s\";"
#define GITHUB "preset = \"github\"; client_secret = \"s\";"
#define HYDRA                                          \
	"preset = \"hydra\"; client_secret = \"s\";"   \
	"device_authorization_endpoint = \"" OWN "\";" \
	"token_endpoint = \"https://own.example/token\";"

/* A field of the table, a setting that overrides what the preset has there,
 * and the line of describe() that shows it. */
static const struct {
	const char *field;
	const char *before; /* in the group provider: the preset, … */
	const char *setting;
	const char *rest; /* outside of that group */
	const char *shows;
} overrides[] = {
	{"name", WEBEX, "token_endpoint = \"" OWN "\";", "",
	 "name: https://own.example"},
	{"label", WEBEX, "label = \"The desk\";", "", "label: The desk"},
	{"label", HYDRA, "label = \"The desk\";", "", "label: The desk"},
	{"device_authorization_endpoint", WEBEX,
	 "device_authorization_endpoint = \"" OWN "\";", "",
	 "device_authorization_endpoint: " OWN},
	{"device_token_endpoint", WEBEX, "device_token_endpoint = \"" OWN "\";",
	 "", "device_token_endpoint: " OWN},
	{"token_endpoint", WEBEX, "token_endpoint = \"" OWN "\";", "",
	 "token_endpoint: " OWN},
	{"userinfo_endpoint", WEBEX, "userinfo_endpoint = \"" OWN "\";", "",
	 "userinfo_endpoint: " OWN},
	{"revocation_endpoint", WEBEX, "revocation_endpoint = \"" OWN "\";", "",
	 "revocation_endpoint: " OWN},
	{"authorization_endpoint", WEBEX,
	 "authorization_endpoint = \"" OWN "\";", "",
	 "authorization_endpoint: " OWN},
	{"issuer", WEBEX, "issuer = \"" OWN "\";", "", "issuer: " OWN},
	{"jwks_uri", WEBEX, "jwks_uri = \"" OWN "\";", "", "jwks_uri: " OWN},
	{"scope", WEBEX, "scope = \"a b\";", "", "scope: a b"},
	{"verification_hosts", WEBEX,
	 "verification_hosts = [ \"own.example\" ];", "",
	 "verification_hosts: own.example"},
	{"device_auth", WEBEX,
	 "device_authorization_endpoint_auth_method = "
	 "\"client_secret_post\";",
	 "", "device_auth: post"},
	{"device_auth", HYDRA,
	 "device_authorization_endpoint_auth_method = \"none\";", "",
	 "device_auth: none"},
	{"token_auth", WEBEX,
	 "token_endpoint_auth_method = \"client_secret_post\";", "",
	 "token_auth: post"},
	{"token_auth", GITHUB,
	 "token_endpoint_auth_method = \"client_secret_basic\";", "",
	 "token_auth: basic"},
	{"needs_secret", WEBEX, "token_endpoint_auth_method = \"none\";", "",
	 "needs_secret: no"},
	{"needs_secret", GITHUB,
	 "token_endpoint_auth_method = \"client_secret_post\";", "",
	 "needs_secret: yes"},
	{"send_user_info", WEBEX, "send_user_info = false;", "",
	 "send_user_info: no"},
	{"send_user_info", GITHUB, "send_user_info = true;", "",
	 "send_user_info: yes"},
	{"send_scopes", "preset = \"twitch\";", "send_scopes = false;", "",
	 "send_scopes: no"},
	{"send_scopes", WEBEX, "send_scopes = true;", "", "send_scopes: yes"},
	{"send_ui_locales",
	 "preset = \"auth0\"; issuer = \"https://a.example\";",
	 "send_ui_locales = false;", "", "send_ui_locales: no"},
	{"poll_margin_ms", WEBEX, "poll_margin_ms = 250;", "",
	 "poll_margin_ms: 250"},
	{"poll_margin_ms", GITHUB, "poll_margin_ms = 0;", "",
	 "poll_margin_ms: 0"},
	{"profile", WEBEX, "",
	 "screen : { profile_fields = [ \"Badge = badge.no|no\" ]; };",
	 "profile: Badge 7;"},
	{"redirect_help", WEBEX, "redirect_help = \"asks for help.\";", "",
	 "redirect_help: asks for help."},
	{"redirect_help", GITHUB, "redirect_help = \"asks for help.\";", "",
	 "redirect_help: asks for help."},
};

static const char *yes_or_no(bool value)
{
	return value ? "yes" : "no";
}

static void describe_profile(struct buf *out, const struct provider *provider,
			     const struct conf *conf)
{
	static const char json[] = "{\"name\":\"Ada\",\"displayName\":\"Ada\","
				   "\"badge\":{\"no\":7}}";
	const struct strings *only = &conf->screen.profile_fields;
	struct err err;
	struct profile *profile = profile_new(json, provider->preset->profile,
					      only->items, only->count, &err);

	assert_non_null(profile);
	buf_adds(out, "profile:");
	for (size_t i = 0; i < profile->field_count; i++)
		buf_addf(out, " %s %s;", profile->fields[i].label,
			 profile->fields[i].value);
	buf_adds(out, "\n");
	profile_free(profile);
}

/* What has become of the fields of the preset, in a line each. */
static void describe(struct buf *out, const struct provider *provider,
		     const struct conf *conf)
{
	static const char *const auth[] = {
		[AUTH_NONE] = "none",
		[AUTH_BASIC] = "basic",
		[AUTH_POST] = "post",
		[AUTH_PRIVATE_KEY] = "key",
	};
	const struct {
		const char *name, *value;
	} texts[] = {
		{"name", provider->id},
		{"label", provider->label},
		{"device_authorization_endpoint",
		 provider->device_authorization_endpoint},
		{"device_token_endpoint", provider->device_token_endpoint},
		{"token_endpoint", provider->token_endpoint},
		{"userinfo_endpoint", provider->userinfo_endpoint},
		{"revocation_endpoint", provider->revocation_endpoint},
		{"authorization_endpoint", provider->authorization_endpoint},
		{"issuer", provider->issuer},
		{"jwks_uri", provider->jwks_uri},
		{"scope", provider->scope},
		{"device_auth", auth[provider->device_auth]},
		{"token_auth", auth[provider->token_auth]},
		{"needs_secret", yes_or_no(provider_needs_secret(conf))},
		{"send_user_info", yes_or_no(provider->send_user_info)},
		{"send_scopes", yes_or_no(provider->send_scopes)},
		{"send_ui_locales", yes_or_no(provider->send_ui_locales)},
		{"redirect_help", provider->redirect_help},
	};

	buf_adds(out, "\n");
	for (size_t i = 0; i < COUNT(texts); i++)
		buf_addf(out, "%s: %s\n", texts[i].name,
			 texts[i].value ? texts[i].value : "");
	buf_addf(out, "poll_margin_ms: %lld\n",
		 (long long)provider->poll_margin_ms);
	buf_adds(out, "verification_hosts:");
	for (size_t i = 0; i < provider->verification_host_count; i++)
		buf_addf(out, " %s", provider->verification_hosts[i]);
	buf_adds(out, "\n");
	describe_profile(out, provider, conf);
}

/* What is known of each provider's arithmetic, and that only the configuration
 * is beyond doubt. */
static void test_poll_margins(void **state)
{
	static const struct {
		const char *settings;
		int64_t margin_ms;
		bool learns;
	} cases[] = {
		{WEBEX, 100, true},
		{GITHUB, 1000, true},
		{"preset = \"gitlab\";", 100, true},
		{"preset = \"twitch\";", 100, true},
		{"preset = \"\"; issuer = \"https://id.example\";", 100, true},
		{GITHUB "poll_margin_ms = 100;", 100, false},
		{WEBEX "poll_margin_ms = 100;", 100, false},
		{WEBEX "poll_margin_ms = 0;", 0, false},
		{WEBEX "poll_margin_ms = 10000;", 10000, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct provider provider;
		struct buf text;
		struct conf conf;
		struct err err;

		buf_init(&text, 4096);
		conf_init(&conf);
		buf_addf(&text, "provider : { client_id = \"i\"; %s };",
			 cases[i].settings);
		if (!conf_parse(&conf, buf_text(&text), text.len, "test",
				&err) ||
		    !provider_set_up(&provider, &conf, "i", "s", &err))
			fail_msg("%s: %s", buf_text(&text), err.text);
		assert_int_equal(provider.poll_margin_ms, cases[i].margin_ms);
		assert_int_equal(provider.learns_poll_margin, cases[i].learns);
		provider_free(&provider);
		conf_free(&conf);
		buf_free(&text);
	}
}

/* True if that line is among those that describe the provider which comes of
 * that configuration. */
static bool shows(const char *before, const char *setting, const char *rest,
		  const char *expected)
{
	struct provider provider;
	struct buf text, lines, line;
	struct conf conf;
	struct err err;
	bool found;

	buf_init(&text, 4096);
	buf_init(&lines, 65536);
	buf_init(&line, 4096);
	conf_init(&conf);
	buf_addf(&text, "provider : { client_id = \"i\"; %s %s };\n%s", before,
		 setting, rest);
	if (!conf_parse(&conf, buf_text(&text), text.len, "test", &err) ||
	    !provider_set_up(&provider, &conf, NULL, NULL, &err))
		fail_msg("%s: %s", buf_text(&text), err.text);
	describe(&lines, &provider, &conf);
	buf_addf(&line, "\n%s\n", expected);
	found = strstr(buf_text(&lines), buf_text(&line)) != NULL;
	provider_free(&provider);
	conf_free(&conf);
	buf_free(&line);
	buf_free(&lines);
	buf_free(&text);
	return found;
}

static void test_override(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(overrides); i++) {
		const char *expected = overrides[i].shows;
		size_t len = strlen(overrides[i].field);

		/* The row is about the field that it says. */
		assert_memory_equal(expected, overrides[i].field, len);
		assert_int_equal(expected[len], ':');
		if (shows(overrides[i].before, "", "", expected))
			fail_msg("\"%s\" without being set", expected);
		if (!shows(overrides[i].before, overrides[i].setting,
			   overrides[i].rest, expected))
			fail_msg("no \"%s\" where it is set", expected);
	}
}

/* ---- That this is all of them */

/* The text of struct preset as it is declared, without its comments. */
static void read_declaration(struct buf *out)
{
	const char *srcdir = getenv("srcdir");
	const char *at, *end;
	struct buf path, header;
	struct err err = {""};

	buf_init(&path, 4096);
	buf_init(&header, 65536);
	buf_init(out, 65536);
	buf_addf(&path, "%s/src/conf/presets.h", srcdir != NULL ? srcdir : ".");
	if (input_read(buf_text(&path), &header, NULL, &err) != INPUT_OK)
		fail_msg("%s", err.text);
	at = strstr(buf_text(&header), "\nstruct preset {");
	assert_non_null(at);
	at = strchr(at, '{') + 1;
	for (end = strstr(at, "\n};"); at < end; at++) {
		if (strncmp(at, "/*", 2) == 0)
			at = strstr(at, "*/") + 1;
		else
			buf_add(out, at, 1);
	}
	buf_free(&header);
	buf_free(&path);
}

static bool is_overridden(const char *field, size_t len)
{
	for (size_t i = 0; i < COUNT(overrides); i++) {
		if (strlen(overrides[i].field) == len &&
		    strncmp(overrides[i].field, field, len) == 0)
			return true;
	}
	return false;
}

/* A new field without a row above, and so without an option, is not
 * forgotten. */
static void test_override_is_complete(void **state)
{
	struct buf declaration;
	const char *text;
	size_t count = 0;

	(void)state;
	read_declaration(&declaration);
	text = buf_text(&declaration);
	for (const char *end = text; (end = strpbrk(end, ";,")); end++) {
		const char *begin = end;

		while (begin > text &&
		       (isalnum((unsigned char)begin[-1]) || begin[-1] == '_'))
			begin--;
		if (!is_overridden(begin, (size_t)(end - begin)))
			fail_msg("the configuration cannot override %.*s",
				 (int)(end - begin), begin);
		count++;
	}
	assert_in_range(count, 10, 100); /* they were found */
	buf_free(&declaration);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_presets),
		cmocka_unit_test(test_preset_endpoints),
		cmocka_unit_test(test_poll_margins),
		cmocka_unit_test(test_override),
		cmocka_unit_test(test_override_is_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
