/* SPDX-License-Identifier: MIT */
/*
 * oauth/provider: what a preset and a configuration make together, and what is
 * refused.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/mem.h"
#include "conf/conf.h"
#include "oauth/provider.h"
#include "oauth/provider_setup.h"
#include "provider_case.h"

static void test_set_up(void **state)
{
	static const struct {
		const char *conf;
		const char *id;
		const char *label;
		const char *poll_at;
		const char *scope;
		enum client_auth device_auth;
		enum client_auth token_auth;
		size_t hosts;
	} cases[] = {
		{"client_id = \"i\"; client_secret = \"s\";", "webex", "Webex",
		 "https://webexapis.com/v1/device/token", "spark:all spark:kms",
		 AUTH_NONE, AUTH_BASIC, 1},
		{"preset = \"github\"; client_id = \"i\";", "github", "GitHub",
		 "https://github.com/login/oauth/access_token",
		 "read:user user:email", AUTH_NONE, AUTH_NONE, 1},
		{"preset = \"google\"; client_id = \"i\"; "
		 "client_secret = \"s\"; scope = \"openid\";",
		 "google", "Google", "https://oauth2.googleapis.com/token",
		 "openid", AUTH_NONE, AUTH_POST, 2},
		{"preset = \"webex\"; client_id = \"i\"; "
		 "client_secret = \"s\"; "
		 "token_endpoint_auth_method = \"client_secret_post\";",
		 "webex", "Webex", "https://webexapis.com/v1/device/token",
		 "spark:all spark:kms", AUTH_NONE, AUTH_POST, 1},
		{"preset = \"webex\"; client_id = \"i\"; "
		 "token_endpoint_auth_method = \"none\";",
		 "webex", "Webex", "https://webexapis.com/v1/device/token",
		 "spark:all spark:kms", AUTH_NONE, AUTH_NONE, 1},
		{"preset = \"google\"; client_id = \"i\"; "
		 "private_key_file = \"k\";",
		 "google", "Google", "https://oauth2.googleapis.com/token",
		 "openid profile email", AUTH_NONE, AUTH_PRIVATE_KEY, 2},
		{"preset = \"keycloak\"; client_id = \"i\"; "
		 "private_key_file = \"k\"; client_secret = \"s\";" DEVICE
			 TOKEN,
		 "https://id.example", "Keycloak", "https://id.example/token",
		 "openid profile email", AUTH_PRIVATE_KEY, AUTH_PRIVATE_KEY, 0},
		{"preset = \"keycloak\"; client_id = \"i\"; "
		 "private_key_file = \"k\"; client_secret = \"s\"; "
		 "token_endpoint_auth_method = \"client_secret_post\";" DEVICE
			 TOKEN,
		 "https://id.example", "Keycloak", "https://id.example/token",
		 "openid profile email", AUTH_POST, AUTH_POST, 0},
		/* Another method at the device endpoint than at the token
		 * endpoint, where the configuration says so. */
		{"preset = \"keycloak\"; client_id = \"i\"; "
		 "client_secret = \"s\"; "
		 "device_authorization_endpoint_auth_method = "
		 "\"none\";" DEVICE TOKEN,
		 "https://id.example", "Keycloak", "https://id.example/token",
		 "openid profile email", AUTH_NONE, AUTH_BASIC, 0},
		{"client_id = \"i\"; client_secret = \"s\"; "
		 "device_authorization_endpoint_auth_method = "
		 "\"client_secret_post\";",
		 "webex", "Webex", "https://webexapis.com/v1/device/token",
		 "spark:all spark:kms", AUTH_POST, AUTH_BASIC, 1},
		/* Webex's dialect elsewhere is not Webex. */
		{"preset = \"webex\"; client_id = \"i\"; "
		 "client_secret = \"s\"; "
		 "device_authorization_endpoint = \"http://127.0.0.1:8628/d\"; "
		 "device_token_endpoint = \"http://127.0.0.1:8628/dt\"; "
		 "token_endpoint = \"http://127.0.0.1:8628/t\";",
		 "http://127.0.0.1:8628", "127.0.0.1:8628",
		 "http://127.0.0.1:8628/dt", "spark:all spark:kms", AUTH_NONE,
		 AUTH_BASIC, 0},
		{"preset = \"webex\"; client_id = \"i\"; "
		 "client_secret = \"s\"; verification_hosts = [\"a.example\", "
		 "\"*.b.example\", \"c.example\"];",
		 "webex", "Webex", "https://webexapis.com/v1/device/token",
		 "spark:all spark:kms", AUTH_NONE, AUTH_BASIC, 3},
		{"preset = \"keycloak\"; client_id = \"i\";" DEVICE TOKEN,
		 "https://id.example", "Keycloak", "https://id.example/token",
		 "openid profile email", AUTH_NONE, AUTH_NONE, 0},
		{"preset = \"keycloak\"; client_id = \"i\"; "
		 "client_secret = \"s\";" DEVICE TOKEN,
		 "https://id.example", "Keycloak", "https://id.example/token",
		 "openid profile email", AUTH_BASIC, AUTH_BASIC, 0},
		{"preset = \"\"; client_id = \"i\"; client_secret = \"s\"; "
		 "token_endpoint_auth_method = \"client_secret_post\";" DEVICE
		 "token_endpoint = \"https://[2001:DB8::1]:8443/t\";",
		 "https://[2001:db8::1]:8443", "[2001:db8::1]:8443",
		 "https://[2001:DB8::1]:8443/t", "", AUTH_POST, AUTH_POST, 0},
		{"preset = \"\"; client_id = \"i\";" DEVICE
		 "token_endpoint = \"https://ID.Example/token?x=1\";",
		 "https://id.example", "id.example",
		 "https://ID.Example/token?x=1", "", AUTH_NONE, AUTH_NONE, 0},
		/* The issuer knows the rest. */
		{"preset = \"auth0\"; client_id = \"i\"; "
		 "issuer = \"https://Tenant.auth0.example/\";",
		 "https://tenant.auth0.example", "Auth0", NULL,
		 "openid profile email offline_access", AUTH_NONE, AUTH_NONE,
		 0},
		{"client_id = \"i\"; issuer = \"http://[::1]:9/one\";",
		 "http://[::1]:9", "[::1]:9", NULL, "", AUTH_NONE, AUTH_NONE,
		 0},
		{"client_id = \"i\"; issuer = "
		 "\"https://issuer.example\";" TOKEN,
		 "https://id.example", "id.example", "https://id.example/token",
		 "", AUTH_NONE, AUTH_NONE, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct provider provider;
		struct conf conf;
		struct err err;

		provider_case_configure(&conf, cases[i].conf, "");
		if (!provider_set_up(&provider, &conf, NULL, NULL, &err))
			fail_msg("%s: %s", cases[i].conf, err.text);
		assert_string_equal(provider.id, cases[i].id);
		assert_string_equal(provider.label, cases[i].label);
		if (cases[i].poll_at != NULL)
			assert_string_equal(provider.device_token_endpoint,
					    cases[i].poll_at);
		else
			assert_null(provider.device_token_endpoint);
		assert_string_equal(provider.scope, cases[i].scope);
		assert_int_equal(provider.device_auth, cases[i].device_auth);
		assert_int_equal(provider.token_auth, cases[i].token_auth);
		assert_int_equal(provider.verification_host_count,
				 cases[i].hosts);
		provider_free(&provider);
		conf_free(&conf);
	}
}

/* For which neither an id nor a secret of a client is needed. */
static void test_id(void **state)
{
	static const struct {
		const char *conf;
		const char *id; /* NULL: none */
	} cases[] = {
		{"", "webex"},
		{"preset = \"github\";", "github"},
		{"preset = \"\";" DEVICE TOKEN, "https://id.example"},
		{"issuer = \"https://Issuer.example:8443/a\";",
		 "https://issuer.example:8443"},
		{"preset = \"webex\"; token_endpoint = "
		 "\"http://127.0.0.1:1/t\";",
		 "http://127.0.0.1:1"},
		{"preset = \"\";" TOKEN, NULL},
		{"preset = \"\";" DEVICE
		 "token_endpoint = \"http://a.example\";",
		 NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = {""};
		struct conf conf;
		struct provider provider;

		provider_case_configure(&conf, cases[i].conf, "");
		if (provider_identify(&provider, &conf, &err)) {
			assert_non_null(cases[i].id);
			assert_string_equal(provider.id, cases[i].id);
			provider_free(&provider);
		}
		assert_int_equal(err.text[0] == '\0', cases[i].id != NULL);
		conf_free(&conf);
	}
}

#define ISSUER(address) "client_id = \"i\"; issuer = \"" address "\"; "
#define SET_ISSUER(issuer)                                                \
	"provider.issuer is the address of a discovery document: set it " \
	"to \"" issuer "\", without the /.well-known/ part."

static void test_refused(void **state)
{
	static const struct {
		const char *conf;
		const char *rest;
		const char *why; /* part of the sentence */
	} cases[] = {
		{"", "", "CLIENT_ID"},
		{"client_id = \"i\";", "", "CLIENT_SECRET"},
		{"preset = \"google\"; client_id = \"i\";", "",
		 "CLIENT_SECRET"},
		{"preset = \"github\"; client_id = \"i\"; "
		 "token_endpoint_auth_method = \"client_secret_post\";",
		 "", "CLIENT_SECRET"},
		{"preset = \"github\"; client_id = \"i\"; "
		 "token_endpoint_auth_method = \"private_key_jwt\";",
		 "", "provider.private_key_file"},
		{"preset = \"github\"; client_id = \"i\"; "
		 "device_authorization_endpoint_auth_method = "
		 "\"client_secret_basic\";",
		 "", "CLIENT_SECRET"},
		{"preset = \"github\"; client_id = \"i\"; "
		 "device_authorization_endpoint_auth_method = "
		 "\"private_key_jwt\";",
		 "", "provider.private_key_file"},
		{"preset = \"auth0\"; client_id = \"i\";", "",
		 "provider.device_authorization_endpoint"},
		{"client_id = \"i\"; "
		 "issuer = \"https://login.example/{tenantid}/v2.0\";",
		 "", "put common, organizations, consumers or the tenant's ID"},
		/* The address of the document in the place of its issuer. */
		{ISSUER("https://id.example/.well-known/openid-configuration"),
		 "", SET_ISSUER("https://id.example")},
		{ISSUER("https://id.example/realms/one/.well-known/"
			"openid-configuration"),
		 "", SET_ISSUER("https://id.example/realms/one")},
		{ISSUER("https://id.example/one/.well-known/"
			"openid-configuration/?p=s3cret#x"),
		 "", SET_ISSUER("https://id.example/one")},
		{ISSUER("https://id.example/.well-known/"
			"oauth-authorization-server/realms/one") DEVICE TOKEN,
		 "", SET_ISSUER("https://id.example/realms/one")},
		{ISSUER("http://[::1]:9/.well-known/"
			"oauth-authorization-server"),
		 "", SET_ISSUER("http://[::1]:9")},
		{"preset = \"auth0\"; client_id = \"i\";" DEVICE, "",
		 "provider.token_endpoint"},
		{"preset = \"\"; client_id = \"i\";" DEVICE TOKEN,
		 "grant = \"code\";", "provider.authorization_endpoint"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct provider provider;
		struct err err = {""};
		struct conf conf;

		provider_case_configure(&conf, cases[i].conf, cases[i].rest);
		if (provider_set_up(&provider, &conf, NULL, NULL, &err))
			fail_msg("case %zu accepted", i);
		if (!strstr(err.text, cases[i].why))
			fail_msg("case %zu: %s", i, err.text);
		assert_null(provider.client_id);
		conf_free(&conf);
	}
}

/* Nor what stands where a token is. */
static void test_oauth_failure_tells_no_secret(void **state)
{
	static const char *const endpoints[] = {
		"https://user:S3cret@id.example/token",
		"https://user:S3/cr?et@id.example/token",
		"http://id.example/token?key=S3cret",
		"https://user:S3cret@{tenant}/token",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(endpoints) / sizeof(*endpoints); i++) {
		struct provider provider;
		struct conf conf;
		struct err err = {""};

		provider_case_configure(
			&conf, "client_id = \"i\"; client_secret = \"s\";", "");
		free(conf.provider.token_endpoint);
		conf.provider.token_endpoint = xstrdup(endpoints[i]);
		assert_false(
			provider_set_up(&provider, &conf, NULL, NULL, &err));
		if (strstr(err.text, "***") == NULL)
			fail_msg("%s", err.text);
		assert_null(strstr(err.text, "S3"));
		conf_free(&conf);
	}
}

/* What conf_parse() itself refuses is refused here as well: other ways lead
 * into a struct conf. */
static void test_endpoint_refused(void **state)
{
	static const char *const endpoints[] = {
		"http://id.example/token",
		"https://user@id.example/token",
		"ftp://id.example/token",
		"id.example/token",
		"https://id.example/to ken",
		"http://127.0.0.1.id.example/token",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(endpoints) / sizeof(*endpoints); i++) {
		for (size_t field = 0; field < 8; field++) {
			struct provider provider;
			struct conf conf;
			struct err err;
			char **fields[] = {
				&conf.provider.device_authorization_endpoint,
				&conf.provider.device_token_endpoint,
				&conf.provider.token_endpoint,
				&conf.provider.userinfo_endpoint,
				&conf.provider.revocation_endpoint,
				&conf.provider.jwks_uri,
				&conf.provider.authorization_endpoint,
				&conf.provider.issuer,
			};

			provider_case_configure(
				&conf,
				"client_id = \"i\"; client_secret = \"s\";",
				"");
			free(*fields[field]);
			*fields[field] = xstrdup(endpoints[i]);
			if (provider_set_up(&provider, &conf, NULL, NULL, &err))
				fail_msg("%s accepted", endpoints[i]);
			assert_non_null(strstr(err.text, "https://"));
			conf_free(&conf);
		}
	}
}

static void test_unknown_preset(void **state)
{
	struct provider provider;
	struct conf conf;
	struct err err;

	(void)state;
	conf_init(&conf);
	free(conf.provider.preset);
	conf.provider.preset = xstrdup("webx");
	assert_false(provider_set_up(&provider, &conf, "i", "s", &err));
	assert_non_null(strstr(err.text, "\"webx\"; did you mean \"webex\"?"));
	free(conf.provider.preset);
	conf.provider.preset = xstrdup("nosuch");
	assert_false(provider_set_up(&provider, &conf, "i", "s", &err));
	assert_non_null(strstr(err.text, "\"nosuch\""));
	assert_non_null(strstr(err.text, "webex, github"));
	assert_non_null(strstr(err.text, "authentik"));
	conf_free(&conf);
}

static void test_client(void **state)
{
	static const struct {
		const char *id, *secret; /* as parameters */
		const char *used_id, *used_secret;
	} cases[] = {
		{NULL, NULL, "conf id", "conf secret"},
		{"given id", NULL, "given id", "conf secret"},
		{NULL, "given secret", "conf id", "given secret"},
		{"", "", "conf id", "conf secret"}, /* CLIENT_ID= */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct provider provider;
		struct conf conf;
		struct err err;

		provider_case_configure(&conf,
					"client_id = \"conf id\"; "
					"client_secret = \"conf secret\";",
					"");
		assert_true(provider_set_up(&provider, &conf, cases[i].id,
					    cases[i].secret, &err));
		assert_string_equal(provider.client_id, cases[i].used_id);
		assert_string_equal(provider.client_secret,
				    cases[i].used_secret);
		provider_free(&provider);
		assert_null(provider.client_secret);
		conf_free(&conf);
	}
}

/* What slips in from an .env file or a secret file. */
static void test_client_refused(void **state)
{
	char longest[PROVIDER_SECRET_MAX + 1], longer[PROVIDER_SECRET_MAX + 2];
	const struct {
		const char *id, *secret;
		const char *why; /* part of the sentence */
	} cases[] = {
		{longer, longest, "client id has more than 16384"},
		{longest, longer, "client secret has more than 16384"},
		{"i\r", "s", "client id contains"},
		{"i", "s\n", "client secret contains"},
		{"i", "s\xc3\xa9", "client secret contains"},
		{"\xef\xbb\xbfi", "s", "client id contains"},
	};

	(void)state;
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct provider provider;
		struct err err = {""};
		struct conf conf;

		conf_init(&conf);
		assert_false(provider_set_up(&provider, &conf, cases[i].id,
					     cases[i].secret, &err));
		if (!strstr(err.text, cases[i].why))
			fail_msg("case %zu: %s", i, err.text);
		conf_free(&conf);
	}
}

static void test_code_grant(void **state)
{
	struct provider provider;
	struct conf conf;
	struct err err;

	(void)state;
	provider_case_configure(
		&conf,
		"preset = \"\"; client_id = \"i\"; authorization_endpoint = "
		"\"https://id.example/authorize\";" TOKEN,
		"grant = \"code\";");
	assert_true(provider_set_up(&provider, &conf, NULL, NULL, &err));
	assert_null(provider.device_authorization_endpoint);
	provider_free(&provider);
	conf_free(&conf);
}

static void test_wants_openid(void **state)
{
	static const struct {
		const char *scope;
		bool wanted;
	} cases[] = {
		{"openid", true},	   {"profile openid", true},
		{" openid  email ", true}, {"", false},
		{"profile", false},	   {"openid2 xopenid", false},
		{"OpenID", false},	   {"openid,profile", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct provider provider = {.scope = xstrdup(cases[i].scope)};

		if (provider_wants_openid(&provider) != cases[i].wanted)
			fail_msg("\"%s\"", cases[i].scope);
		provider_free(&provider);
	}
}

static void test_parameters(void **state)
{
	struct provider provider;
	struct conf conf;
	struct err err;

	(void)state;
	provider_case_configure(&conf,
				"client_id = \"i\"; client_secret = \"s\"; "
				"audience = \"api\"; device_name = \"Lobby\"; "
				"extra = ( { name = \"a\"; value = \"1\"; }, "
				"{ name = \"b\"; value = \"2\"; } );",
				"network : { request_timeout_s = 120; };");
	assert_true(provider_set_up(&provider, &conf, NULL, NULL, &err));
	conf_free(&conf); /* the provider stands for itself */
	assert_string_equal(provider.audience, "api");
	assert_string_equal(provider.device_name, "Lobby");
	assert_int_equal(provider.extra_count, 2);
	assert_string_equal(provider.extra[1].name, "b");
	assert_string_equal(provider.extra[1].value, "2");
	assert_int_equal(provider.request_timeout_ms, 120000);
	provider_free(&provider);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_up),
		cmocka_unit_test(test_id),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_oauth_failure_tells_no_secret),
		cmocka_unit_test(test_endpoint_refused),
		cmocka_unit_test(test_unknown_preset),
		cmocka_unit_test(test_client),
		cmocka_unit_test(test_client_refused),
		cmocka_unit_test(test_code_grant),
		cmocka_unit_test(test_wants_openid),
		cmocka_unit_test(test_parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
