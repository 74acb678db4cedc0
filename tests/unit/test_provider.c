/* SPDX-License-Identifier: MIT */
/*
 * core/provider: what a preset and a configuration make together, what is
 * refused, and where a person may be sent.
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

#include "base/err.h"
#include "base/mem.h"
#include "base/url.h"
#include "core/conf.h"
#include "core/json.h"
#include "core/provider.h"

#define DEVICE "device_authorization_endpoint = \"https://id.example/device\";"
#define TOKEN "token_endpoint = \"https://id.example/token\";"

/* A configuration of "provider : { text };" and whatever follows. */
static void configure(struct conf *conf, const char *text, const char *rest)
{
	char whole[2048];
	struct err err;
	int n = snprintf(whole, sizeof(whole), "provider : { %s };\n%s", text,
			 rest);

	assert_in_range(n, 1, sizeof(whole) - 1);
	conf_init(conf);
	if (!conf_parse(conf, whole, (size_t)n, "test", &err))
		fail_msg("%s: %s", text, err.text);
}

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

		configure(&conf, cases[i].conf, "");
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

		configure(&conf, cases[i].conf, cases[i].rest);
		if (provider_set_up(&provider, &conf, NULL, NULL, &err))
			fail_msg("case %zu accepted", i);
		if (!strstr(err.text, cases[i].why))
			fail_msg("case %zu: %s", i, err.text);
		assert_null(provider.client_id);
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

			configure(&conf,
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
	assert_non_null(strstr(err.text, "\"webx\""));
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

		configure(&conf,
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
	static const struct {
		const char *id, *secret;
		const char *why; /* part of the sentence */
	} cases[] = {
		{"i\r", "s", "client id holds"},
		{"i", "s\n", "client secret holds"},
		{"i", "s\xc3\xa9", "client secret holds"},
		{"\xef\xbb\xbfi", "s", "client id holds"},
	};

	(void)state;
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
	configure(&conf,
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

static struct json *parse(const char *text)
{
	struct json *json = json_parse(text, strlen(text), NULL);

	if (!json)
		fail_msg("no JSON: %s", text);
	return json;
}

/* Sets a provider up that may still have to learn. */
static void prepare(struct provider *provider, const char *text,
		    const char *rest)
{
	struct conf conf;
	struct err err;

	configure(&conf, text, rest);
	if (!provider_set_up(provider, &conf, NULL, NULL, &err))
		fail_msg("%s: %s", text, err.text);
	conf_free(&conf);
}

/* expected: NULL where it must not be known. */
static void check_endpoint(const char *endpoint, const char *expected)
{
	if (!endpoint || !expected)
		assert_true(endpoint == expected);
	else
		assert_string_equal(endpoint, expected);
}

#define ISSUED "issuer = \"https://id.example\"; client_id = \"i\";"
#define SAYS_ISSUER "\"issuer\":\"https://id.example\""
#define SAYS_DEVICE \
	"\"device_authorization_endpoint\":\"https://new.example/device\""
#define SAYS_TOKEN "\"token_endpoint\":\"https://new.example/token\""
#define SAYS_AUTHORIZE \
	"\"authorization_endpoint\":\"https://new.example/authorize\""

static void test_learn(void **state)
{
	static const struct {
		const char *conf, *rest, *document;
		const char *device, *poll_at, *token, *authorize, *keys;
		bool sends_iss;
	} cases[] = {
		{ISSUED, "", "{" SAYS_ISSUER "," SAYS_DEVICE "," SAYS_TOKEN "}",
		 "https://new.example/device", "https://new.example/token",
		 "https://new.example/token", NULL, NULL, false},
		{ISSUED, "",
		 "{" SAYS_ISSUER "," SAYS_DEVICE "," SAYS_TOKEN
		 "," SAYS_AUTHORIZE ",\"jwks_uri\":\"http://[::1]/keys\","
		 "\"authorization_response_iss_parameter_supported\":true}",
		 "https://new.example/device", "https://new.example/token",
		 "https://new.example/token", "https://new.example/authorize",
		 "http://[::1]/keys", true},
		{ISSUED, "grant = \"code\";",
		 "{" SAYS_ISSUER "," SAYS_TOKEN "," SAYS_AUTHORIZE
		 ",\"authorization_response_iss_parameter_supported\":1}",
		 NULL, "https://new.example/token", "https://new.example/token",
		 "https://new.example/authorize", NULL, false},
		/* What somebody has named stays, unsafe or not in there. */
		{ISSUED DEVICE, "",
		 "{" SAYS_ISSUER ",\"device_authorization_endpoint\":"
		 "\"http://evil.example/\"," SAYS_TOKEN "}",
		 "https://id.example/device", "https://new.example/token",
		 "https://new.example/token", NULL, NULL, false},
		{ISSUED DEVICE, "", "{" SAYS_ISSUER "," SAYS_TOKEN "}",
		 "https://id.example/device", "https://new.example/token",
		 "https://new.example/token", NULL, NULL, false},
		{ISSUED TOKEN, "",
		 "{" SAYS_ISSUER "," SAYS_DEVICE "," SAYS_TOKEN "}",
		 "https://new.example/device", "https://id.example/token",
		 "https://id.example/token", NULL, NULL, false},
		{ISSUED "device_token_endpoint = \"https://id.example/poll\";",
		 "", "{" SAYS_ISSUER "," SAYS_DEVICE "," SAYS_TOKEN "}",
		 "https://new.example/device", "https://id.example/poll",
		 "https://new.example/token", NULL, NULL, false},
		/* Only the endpoints are taken from it. */
		{ISSUED, "",
		 "{" SAYS_ISSUER "," SAYS_DEVICE "," SAYS_TOKEN ","
		 "\"client_id\":\"x\",\"scope\":\"x\","
		 "\"userinfo_endpoint\":null,\"jwks_uri\":1}",
		 "https://new.example/device", "https://new.example/token",
		 "https://new.example/token", NULL, NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json *document = parse(cases[i].document);
		struct provider provider;
		struct err err = {""};

		prepare(&provider, cases[i].conf, cases[i].rest);
		assert_false(provider_is_complete(&provider));
		if (!provider_learn(&provider, document, &err))
			fail_msg("case %zu: %s", i, err.text);
		assert_true(provider_is_complete(&provider));
		check_endpoint(provider.device_authorization_endpoint,
			       cases[i].device);
		check_endpoint(provider.device_token_endpoint,
			       cases[i].poll_at);
		check_endpoint(provider.token_endpoint, cases[i].token);
		check_endpoint(provider.authorization_endpoint,
			       cases[i].authorize);
		check_endpoint(provider.jwks_uri, cases[i].keys);
		assert_int_equal(provider.sends_iss, cases[i].sends_iss);
		assert_string_equal(provider.client_id, "i");
		assert_string_equal(provider.scope, "");
		provider_free(&provider);
		json_free(document);
	}
}

static void test_learn_refused(void **state)
{
	static const struct {
		const char *document;
		const char *why; /* part of the sentence */
	} cases[] = {
		{"{" SAYS_DEVICE "," SAYS_TOKEN "}", "the issuer \"\""},
		{"{\"issuer\":1," SAYS_DEVICE "," SAYS_TOKEN "}",
		 "the issuer \"\""},
		{"{\"issuer\":\"https://id.example/\"," SAYS_DEVICE
		 "," SAYS_TOKEN "}",
		 "the issuer \"https://id.example/\""},
		{"{\"issuer\":\"https://ID.example\"," SAYS_DEVICE
		 "," SAYS_TOKEN "}",
		 "must be exactly that"},
		{"{\"issuer\":\"http://id.example\"," SAYS_DEVICE "," SAYS_TOKEN
		 "}",
		 "must be exactly that"},
		{"{\"issuer\":\"https://id.example:443\"," SAYS_DEVICE
		 "," SAYS_TOKEN "}",
		 "must be exactly that"},
		{"[]", "the issuer \"\""},
		{"{" SAYS_ISSUER "}", "device_authorization_endpoint"},
		{"{" SAYS_ISSUER "," SAYS_TOKEN "}",
		 "does not offer this grant"},
		{"{" SAYS_ISSUER "," SAYS_DEVICE "}",
		 "publishes no token_endpoint"},
		{"{" SAYS_ISSUER "," SAYS_TOKEN
		 ",\"device_authorization_endpoint\":1}",
		 "does not offer this grant"},
		{"{" SAYS_ISSUER "," SAYS_DEVICE
		 ",\"token_endpoint\":\"http://id.example/token\"}",
		 "not safe"},
		{"{" SAYS_ISSUER "," SAYS_DEVICE
		 ",\"token_endpoint\":\"https://id@evil.example/token\"}",
		 "not safe"},
		{"{" SAYS_ISSUER "," SAYS_DEVICE
		 ",\"token_endpoint\":\"/token\"}",
		 "not safe"},
		{"{" SAYS_ISSUER "," SAYS_DEVICE ",\"token_endpoint\":\"\"}",
		 "not safe"},
		{"{" SAYS_ISSUER "," SAYS_DEVICE
		 ",\"token_endpoint\":\"file:///etc/passwd\"}",
		 "not safe"},
		/* Nothing unsafe is let in, needed or not. */
		{"{" SAYS_ISSUER "," SAYS_DEVICE "," SAYS_TOKEN
		 ",\"jwks_uri\":\"http://id.example/keys\"}",
		 "jwks_uri that is not safe"},
		{"{" SAYS_ISSUER "," SAYS_DEVICE "," SAYS_TOKEN
		 ",\"userinfo_endpoint\":\"http://10.0.0.1/\"}",
		 "userinfo_endpoint that is not safe"},
		{"{" SAYS_ISSUER "," SAYS_DEVICE "," SAYS_TOKEN
		 ",\"revocation_endpoint\":\"javascript:alert(1)\"}",
		 "revocation_endpoint that is not safe"},
		{"{" SAYS_ISSUER "," SAYS_DEVICE "," SAYS_TOKEN
		 ",\"authorization_endpoint\":\"http://id.example/a\"}",
		 "authorization_endpoint that is not safe"},
	};

	(void)state;
	/* Before it knew anything, and after it has learned. */
	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text = cases[i / 2].document;
		struct json *good = parse("{" SAYS_ISSUER "," SAYS_DEVICE
					  "," SAYS_TOKEN "}");
		struct json *document = parse(text);
		bool knows = i % 2 == 1;
		struct provider provider;
		struct err err = {""};

		prepare(&provider, ISSUED, "");
		if (knows)
			assert_true(provider_learn(&provider, good, NULL));
		if (provider_learn(&provider, document, &err))
			fail_msg("accepted: %s", text);
		if (!strstr(err.text, cases[i / 2].why))
			fail_msg("%s: %s", text, err.text);
		check_endpoint(provider.device_authorization_endpoint,
			       knows ? "https://new.example/device" : NULL);
		check_endpoint(provider.device_token_endpoint,
			       knows ? "https://new.example/token" : NULL);
		check_endpoint(provider.token_endpoint,
			       knows ? "https://new.example/token" : NULL);
		assert_null(provider.jwks_uri);
		provider_free(&provider);
		json_free(document);
		json_free(good);
	}
}

/* What has gone from the document is not known any more. */
static void test_learn_again(void **state)
{
	struct json *first = parse(
		"{" SAYS_ISSUER "," SAYS_DEVICE "," SAYS_TOKEN
		",\"revocation_endpoint\":\"https://new.example/revoke\","
		"\"authorization_response_iss_parameter_supported\":true}");
	struct json *second =
		parse("{" SAYS_ISSUER "," SAYS_DEVICE
		      ",\"token_endpoint\":\"https://newer.example/t\"}");
	struct provider provider;

	(void)state;
	prepare(&provider, ISSUED, "");
	assert_true(provider_learn(&provider, first, NULL));
	assert_non_null(provider.revocation_endpoint);
	assert_true(provider.sends_iss);
	assert_true(provider_learn(&provider, second, NULL));
	assert_null(provider.revocation_endpoint);
	assert_false(provider.sends_iss);
	assert_string_equal(provider.token_endpoint, "https://newer.example/t");
	assert_string_equal(provider.device_token_endpoint,
			    "https://newer.example/t");
	/* The session stays bound to what it was. */
	assert_string_equal(provider.id, "https://id.example");
	provider_free(&provider);
	json_free(first);
	json_free(second);
}

/* How the client proves itself, where the configuration leaves it open. */
static void test_learn_auth(void **state)
{
	static const struct {
		const char *conf;
		const char *methods;
		enum client_auth device, token;
	} cases[] = {
		{"client_secret = \"s\";", "\"client_secret_basic\"",
		 AUTH_BASIC, AUTH_BASIC},
		{"client_secret = \"s\";",
		 "\"client_secret_post\",\"client_secret_basic\"", AUTH_BASIC,
		 AUTH_BASIC},
		{"client_secret = \"s\";", "\"none\",\"client_secret_post\"",
		 AUTH_POST, AUTH_POST},
		{"client_secret = \"s\";", "\"private_key_jwt\",1", AUTH_BASIC,
		 AUTH_BASIC},
		{"client_secret = \"s\";", "", AUTH_BASIC, AUTH_BASIC},
		{"client_secret = \"s\"; preset = \"auth0\";",
		 "\"client_secret_basic\"", AUTH_NONE, AUTH_BASIC},
		{"client_secret = \"s\"; preset = \"auth0\";",
		 "\"client_secret_post\"", AUTH_NONE, AUTH_POST},
		/* Said is said; and without a secret there is no choice. */
		{"client_secret = \"s\"; token_endpoint_auth_method = "
		 "\"client_secret_basic\";",
		 "\"client_secret_post\"", AUTH_BASIC, AUTH_BASIC},
		{"client_secret = \"s\"; "
		 "device_authorization_endpoint_auth_method = "
		 "\"client_secret_basic\";",
		 "\"client_secret_post\"", AUTH_BASIC, AUTH_POST},
		{"", "\"client_secret_post\"", AUTH_NONE, AUTH_NONE},
		/* A private key is better than a secret, where it is taken. */
		{"private_key_file = \"k\"; client_secret = \"s\";",
		 "\"client_secret_post\",\"private_key_jwt\"", AUTH_PRIVATE_KEY,
		 AUTH_PRIVATE_KEY},
		{"private_key_file = \"k\"; client_secret = \"s\";",
		 "\"client_secret_post\"", AUTH_POST, AUTH_POST},
		{"private_key_file = \"k\";", "\"client_secret_post\"",
		 AUTH_PRIVATE_KEY, AUTH_PRIVATE_KEY},
		{"private_key_file = \"k\"; client_secret = \"s\"; "
		 "token_endpoint_auth_method = \"private_key_jwt\";",
		 "\"client_secret_post\"", AUTH_PRIVATE_KEY, AUTH_PRIVATE_KEY},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct provider provider;
		struct json *document;
		struct err err = {""};
		char text[512];

		(void)snprintf(text, sizeof(text),
			       "{" SAYS_ISSUER "," SAYS_DEVICE "," SAYS_TOKEN
			       ","
			       "\"token_endpoint_auth_methods_supported\":"
			       "[%s]}",
			       cases[i].methods);
		document = parse(text);
		(void)snprintf(text, sizeof(text), ISSUED "%s", cases[i].conf);
		prepare(&provider, text, "");
		if (!provider_learn(&provider, document, &err))
			fail_msg("case %zu: %s", i, err.text);
		if (provider.device_auth != cases[i].device ||
		    provider.token_auth != cases[i].token)
			fail_msg("case %zu: %d, %d", i, provider.device_auth,
				 provider.token_auth);
		provider_free(&provider);
		json_free(document);
	}
}

static void test_accepts_uri(void **state)
{
	static const struct {
		const char *hosts;
		const char *uri;
		bool good;
	} cases[] = {
		{"", "https://a.example/device", true},
		{"", "https://a.example:8443/device?code=1", true},
		{"", "http://127.0.0.1:8628/verify", true},
		{"", "http://[::1]/verify", true},
		{"", "http://localhost/verify", true},
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
		configure(&conf, text, "");
		assert_true(
			provider_set_up(&provider, &conf, NULL, NULL, &err));
		if (provider_accepts_uri(&provider, cases[i].uri, &err) !=
		    cases[i].good)
			fail_msg("%s should be %d", cases[i].uri,
				 cases[i].good);
		assert_int_equal(*err.text == '\0', cases[i].good);
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
	configure(&conf, "preset = \"\"; client_id = \"i\";" DEVICE TOKEN, "");
	assert_true(provider_set_up(&provider, &conf, NULL, NULL, &err));
	assert_false(provider_accepts_uri(&provider, uri, &err));
	uri[1000] = '\0';
	assert_true(provider_accepts_uri(&provider, uri, &err));
	provider_free(&provider);
	conf_free(&conf);
}

static void test_parameters(void **state)
{
	struct provider provider;
	struct conf conf;
	struct err err;

	(void)state;
	configure(&conf,
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
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_endpoint_refused),
		cmocka_unit_test(test_unknown_preset),
		cmocka_unit_test(test_client),
		cmocka_unit_test(test_client_refused),
		cmocka_unit_test(test_code_grant),
		cmocka_unit_test(test_wants_openid),
		cmocka_unit_test(test_learn),
		cmocka_unit_test(test_learn_refused),
		cmocka_unit_test(test_learn_again),
		cmocka_unit_test(test_learn_auth),
		cmocka_unit_test(test_accepts_uri),
		cmocka_unit_test(test_long_uri),
		cmocka_unit_test(test_parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
