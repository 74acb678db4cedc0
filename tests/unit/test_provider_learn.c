/* SPDX-License-Identifier: MIT */
/*
 * oauth/provider: what a discovery document adds to a configuration, and what
 * of it is refused.
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
#include "base/i18n.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "conf/conf.h"
#include "oauth/authorization.h"
#include "oauth/http_message.h"
#include "oauth/metadata.h"
#include "oauth/oauth_request.h"
#include "oauth/provider.h"
#include "oauth/provider_setup.h"
#include "provider_case.h"

static struct json *parse(const char *text)
{
	struct json *json = json_parse_all(text, strlen(text), NULL);

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

	provider_case_configure(&conf, text, rest);
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
		if (!metadata_learn(&provider, document, &err))
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
		{"{" SAYS_DEVICE "," SAYS_TOKEN "}",
		 "names no issuer (RFC 8414 section 2)."},
		{"{\"issuer\":1," SAYS_DEVICE "," SAYS_TOKEN "}",
		 "names no issuer (RFC 8414 section 2)."},
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
		{"[]", "names no issuer (RFC 8414 section 2)."},
		{"{" SAYS_ISSUER "}", "device_authorization_endpoint"},
		{"{" SAYS_ISSUER "," SAYS_TOKEN "}",
		 "does not support this grant"},
		{"{" SAYS_ISSUER "," SAYS_DEVICE "}",
		 "publishes no token_endpoint"},
		{"{" SAYS_ISSUER "," SAYS_TOKEN
		 ",\"device_authorization_endpoint\":1}",
		 "does not support this grant"},
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
		 "publishes no token_endpoint"},
		{"{" SAYS_ISSUER "," SAYS_DEVICE ",\"token_endpoint\":null}",
		 "publishes no token_endpoint"},
		{"{" SAYS_ISSUER "," SAYS_DEVICE ",\"token_endpoint\":[\"a\"]}",
		 "publishes no token_endpoint"},
		{"{" SAYS_ISSUER "," SAYS_TOKEN
		 ",\"device_authorization_endpoint\":\"http://id.example/d\"}",
		 "not safe"},
		{"{" SAYS_ISSUER "," SAYS_DEVICE
		 ",\"token_endpoint\":\"file:///etc/passwd\"}",
		 "not safe"},
		/* Which of two is meant? */
		{"{" SAYS_ISSUER "," SAYS_DEVICE "," SAYS_TOKEN
		 ",\"token_endpoint\":\"https://id.example/token\"}",
		 "The discovery document of https://id.example cannot be "
		 "used: \"token_endpoint\" appears twice with different "
		 "values."},
		{"{\"device_authorization_endpoint\":1," SAYS_ISSUER
		 "," SAYS_DEVICE "," SAYS_TOKEN "}",
		 "cannot be used: \"device_authorization_endpoint\" appears "
		 "twice"},
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
			assert_true(metadata_learn(&provider, good, NULL));
		if (metadata_learn(&provider, document, &err))
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

/* The values of a member that stands twice. */
#define TWO(name)                               \
	"\"https://a.example/x\",\"" name "\":" \
	"\"https://b.example/x\""

/* The endpoints that a sign-in can do without, as the document has them. */
static void test_learn_optional(void **state)
{
	static const char http[] = "\"http://id.example/x\"";
	static const struct {
		const char *scope;
		const char *userinfo, *revocation, *authorize, *keys;
		const char *why; /* part of the warning or, refused, of *err */
		bool refused;
	} cases[] = {
		{"openid", NULL, NULL, NULL, NULL, "", false},
		{"openid", "\"\"", "\"\"", "\"\"", "\"\"", "", false},
		{"openid", "null", "null", "null", "null", "", false},
		{"openid", "1", "[]", "{}", "true", "", false},
		{"openid", http, NULL, NULL, NULL,
		 "ignored because not safe to use: userinfo_endpoint", false},
		{"openid", NULL, http, NULL, NULL,
		 "ignored because not safe to use: "
		 "revocation_endpoint",
		 false},
		{"openid", NULL, NULL, http, NULL,
		 "ignored because not safe to use: "
		 "authorization_endpoint",
		 false},
		{"", NULL, NULL, NULL, http,
		 "ignored because not safe to use: jwks_uri", false},
		{"profile", "\"/userinfo\"", "\"javascript:alert(1)\"",
		 "\"https://u@id.example/\"", "\" \"",
		 "ignored because not safe to use: userinfo_endpoint, "
		 "revocation_endpoint, "
		 "authorization_endpoint, jwks_uri",
		 false},
		/* What tells whose the ID token is. */
		{"openid", NULL, NULL, NULL, http, "jwks_uri that is not safe",
		 true},
		/* Twice with different values, and not. */
		{"openid", TWO("userinfo_endpoint"), NULL, NULL, NULL,
		 "ignored because named twice with different values: "
		 "userinfo_endpoint",
		 false},
		{"", NULL, TWO("revocation_endpoint"),
		 TWO("authorization_endpoint"), TWO("jwks_uri"),
		 "ignored because named twice with different values: "
		 "revocation_endpoint, authorization_endpoint, "
		 "jwks_uri",
		 false},
		{"", http, TWO("revocation_endpoint"), NULL, NULL,
		 "ignored because not safe to use: userinfo_endpoint; ignored "
		 "because named twice with different values: "
		 "revocation_endpoint",
		 false},
		{"openid", NULL, "\"\",\"revocation_endpoint\":\"\"", NULL,
		 NULL, "", false},
		{"openid", NULL, NULL, NULL, TWO("jwks_uri"),
		 "cannot be used: \"jwks_uri\" appears twice", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *values[] = {cases[i].userinfo, cases[i].revocation,
					cases[i].authorize, cases[i].keys};
		static const char *const names[] = {
			"userinfo_endpoint", "revocation_endpoint",
			"authorization_endpoint", "jwks_uri"};
		struct provider provider;
		struct json *document;
		struct err err = {"x"};
		char conf[256], text[1024];
		int n;

		n = snprintf(text, sizeof(text),
			     "{" SAYS_ISSUER "," SAYS_DEVICE "," SAYS_TOKEN);
		for (size_t k = 0; k < 4; k++) {
			if (values[k])
				n += snprintf(
					text + n, sizeof(text) - (size_t)n,
					",\"%s\":%s", names[k], values[k]);
		}
		(void)snprintf(text + n, sizeof(text) - (size_t)n, "}");
		document = parse(text);
		(void)snprintf(conf, sizeof(conf), ISSUED "scope = \"%s\";",
			       cases[i].scope);
		prepare(&provider, conf, "");
		assert_int_equal(metadata_learn(&provider, document, &err),
				 !cases[i].refused);
		if (!strstr(err.text, cases[i].why) ||
		    (err.text[0] != '\0' && cases[i].why[0] == '\0'))
			fail_msg("%s: %s", text, err.text);
		assert_null(provider.userinfo_endpoint);
		assert_null(provider.revocation_endpoint);
		assert_null(provider.authorization_endpoint);
		assert_null(provider.jwks_uri);
		provider_free(&provider);
		json_free(document);
	}
}

/* What there is to tell who signs in, and what a newer document makes of it. */
static void test_tells_who(void **state)
{
#define SAYS SAYS_ISSUER "," SAYS_DEVICE "," SAYS_TOKEN
	static const struct {
		const char *conf;
		const char *documents[2];
		const char *why; /* NULL: something tells */
	} cases[] = {
		{ISSUED,
		 {"{" SAYS "}", NULL},
		 "does not say who is signing in"},
		{ISSUED,
		 {"{" SAYS ",\"userinfo_endpoint\":\"https://id.example/me\"}",
		  NULL},
		 NULL},
		{ISSUED,
		 {"{" SAYS ",\"userinfo_endpoint\":\"http://id.example/me\"}",
		  NULL},
		 "not safe to use: \"http://id.example/me\""},
		{ISSUED,
		 {"{" SAYS
		  ",\"userinfo_endpoint\":" TWO("userinfo_endpoint") "}",
		  NULL},
		 "\"userinfo_endpoint\" appears twice with different values. "
		 "No user can sign in here without that"},
		{ISSUED,
		 {"{" SAYS ",\"userinfo_endpoint\":\"http://127.0.0.1/me\"}",
		  NULL},
		 NULL},
		{ISSUED "scope = \"profile openid\";",
		 {"{" SAYS "}", NULL},
		 NULL},
		{ISSUED "scope = \"profile openidx\";",
		 {"{" SAYS "}", NULL},
		 "add openid to provider.scope"},
		{ISSUED "userinfo_endpoint = \"https://id.example/me\";",
		 {"{" SAYS ",\"userinfo_endpoint\":\"http://id.example/me\"}",
		  NULL},
		 NULL},
		{ISSUED,
		 {"{" SAYS ",\"userinfo_endpoint\":\"http://id.example/me\"}",
		  "{" SAYS "}"},
		 "does not say who is signing in"},
		{ISSUED,
		 {"{" SAYS ",\"userinfo_endpoint\":\"http://id.example/me\"}",
		  "{" SAYS ",\"userinfo_endpoint\":\"https://id.example/me\"}"},
		 NULL},
		{ISSUED,
		 {"{" SAYS ",\"userinfo_endpoint\":\"https://id.example/me\"}",
		  "{" SAYS ",\"userinfo_endpoint\":\"http://id.example/me\"}"},
		 "not safe to use"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct provider provider;
		struct err err = {""};

		prepare(&provider, cases[i].conf, "");
		for (size_t j = 0; j < 2 && cases[i].documents[j]; j++) {
			struct json *document = parse(cases[i].documents[j]);

			assert_true(metadata_learn(&provider, document, NULL));
			json_free(document);
		}
		if (provider_tells_who(&provider, &err) !=
			    (cases[i].why == NULL) ||
		    !strstr(err.text, cases[i].why ? cases[i].why : ""))
			fail_msg("case %zu: %s", i, err.text);
		provider_free(&provider);
	}
#undef SAYS
}

/* Whose document is taken for which issuer (Microsoft Entra). */
static void test_learn_tenant(void **state)
{
#define PERSONAL "9188040d-6c67-4c5b-b112-36a304b66dad"
#define WORK "0a1b2c3d-0000-4000-8000-aabbccddeeff"
#define WORK_UPPER "0A1B2C3D-0000-4000-8000-AABBCCDDEEFF"
#define IN(tenant) "https://login.example/" tenant "/v2.0"
	static const struct {
		const char *issuer, *published;
		const char *why; /* NULL: taken */
	} cases[] = {
		{IN("common"), IN("{tenantid}"), NULL},
		{IN("organizations"), IN("{tenantid}"), NULL},
		{IN("consumers"), IN("{tenantid}"), NULL},
		{IN("consumers"), IN(PERSONAL), NULL},
		{IN(WORK), IN(WORK), NULL},
		{IN(WORK), IN("{tenantid}"), NULL},
		{IN(WORK_UPPER), IN("{tenantid}"), NULL},
		{IN(WORK_UPPER), IN(WORK), NULL},
		{IN(WORK), IN(WORK_UPPER), NULL},
		{IN(PERSONAL), IN(WORK_UPPER), "must be exactly that"},
		{IN("common"), IN("common"), NULL},
		{IN("common"), IN(WORK), "must be exactly that"},
		{IN("organizations"), IN(WORK), "must be exactly that"},
		{IN("consumers"), IN(WORK), "must be exactly that"},
		{IN(WORK), IN(PERSONAL), "must be exactly that"},
		{IN("contoso.example"), IN(WORK), "must be exactly that"},
		{IN("contoso.example"), IN("{tenantid}"),
		 "organizations, consumers or the tenant's ID"},
		{IN("common"), "https://login.example/{tenantid}/v1.0",
		 "organizations, consumers or the tenant's ID"},
		{IN("common"), "https://login.evil/{tenantid}/v2.0",
		 "organizations, consumers or the tenant's ID"},
		{"https://common.example/v2.0", "https://{tenantid}/v2.0",
		 "organizations, consumers or the tenant's ID"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct provider provider;
		struct json *document;
		struct err err = {""};
		char conf[256], text[1024];
		bool ok;

		(void)snprintf(text, sizeof(text),
			       "{\"issuer\":\"%s\"," SAYS_DEVICE "," SAYS_TOKEN
			       "}",
			       cases[i].published);
		document = parse(text);
		(void)snprintf(conf, sizeof(conf),
			       "issuer = \"%s\"; client_id = \"i\";",
			       cases[i].issuer);
		prepare(&provider, conf, "");
		ok = metadata_learn(&provider, document, &err);
		if (ok != (cases[i].why == NULL) ||
		    (cases[i].why && !strstr(err.text, cases[i].why)))
			fail_msg("%s at %s: %s", cases[i].published,
				 cases[i].issuer, err.text);
		provider_free(&provider);
		json_free(document);
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
	assert_true(metadata_learn(&provider, first, NULL));
	assert_non_null(provider.revocation_endpoint);
	assert_true(provider.sends_iss);
	assert_true(metadata_learn(&provider, second, NULL));
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
		if (!metadata_learn(&provider, document, &err))
			fail_msg("case %zu: %s", i, err.text);
		if (provider.device_auth != cases[i].device ||
		    provider.token_auth != cases[i].token)
			fail_msg("case %zu: %d, %d", i, provider.device_auth,
				 provider.token_auth);
		provider_free(&provider);
		json_free(document);
	}
}

/* The language for the provider's page, in both grants' requests. */
static void test_ui_locales(void **state)
{
	static const struct {
		const char *conf, *supported, *tag;
		const char *sent; /* NULL: not sent */
	} cases[] = {
		{"", "[\"en\",\"de\"]", "de", "ui_locales=de"},
		{"", "[\"en\"]", "zh-CN", "ui_locales=zh-CN"},
		{"", "[\"en\",\"de\"]", NULL, NULL},
		{"", "[]", "de", NULL},
		{"", "null", "de", NULL},
		{"", "\"de\"", "de", NULL},
		{"preset = \"keycloak\"; client_secret = \"s\";", "[]", "fr",
		 "ui_locales=fr"},
		{"preset = \"auth0\";", "null", "ja", "ui_locales=ja"},
		{"send_ui_locales = true;", "[]", "de", "ui_locales=de"},
		{"send_ui_locales = false;", "[\"en\"]", "de", NULL},
		{"preset = \"auth0\"; send_ui_locales = false;", "[]", "de",
		 NULL},
		{"extra = ( { name = \"ui_locales\"; value = \"sv\"; } );",
		 "[\"en\"]", "de", "ui_locales=sv"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct authorization authorization = {0};
		struct provider provider;
		struct request *request;
		struct json *document;
		char text[512];

		(void)snprintf(text, sizeof(text),
			       "{" SAYS_ISSUER "," SAYS_DEVICE "," SAYS_TOKEN
			       "," SAYS_AUTHORIZE
			       ",\"ui_locales_supported\":%s}",
			       cases[i].supported);
		document = parse(text);
		(void)snprintf(text, sizeof(text), ISSUED "%s", cases[i].conf);
		prepare(&provider, text, "");
		assert_true(metadata_learn(&provider, document, NULL));
		free(provider.redirect_uri);
		provider.redirect_uri = xstrdup("http://127.0.0.1:1/");
		i18n_use(NULL, cases[i].tag);
		request = oauth_device_request(&provider, NULL, 0);
		assert_true(
			authorization_make(&authorization, &provider, NULL));
		i18n_use(NULL, NULL);
		for (int way = 0; way < 2; way++) {
			const char *sent = strstr(way == 0 ? request->body
							   : authorization.uri,
						  "ui_locales=");
			const char *wanted = cases[i].sent;

			if ((sent == NULL) != (wanted == NULL) ||
			    (sent != NULL &&
			     (strncmp(sent, wanted, strlen(wanted)) != 0 ||
			      strstr(sent + 1, "ui_locales=") != NULL)))
				fail_msg("case %zu: %s", i,
					 sent != NULL ? sent : "not sent");
		}
		request_free(request);
		authorization_free(&authorization);
		provider_free(&provider);
		json_free(document);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_learn),
		cmocka_unit_test(test_learn_refused),
		cmocka_unit_test(test_learn_optional),
		cmocka_unit_test(test_tells_who),
		cmocka_unit_test(test_learn_tenant),
		cmocka_unit_test(test_learn_again),
		cmocka_unit_test(test_learn_auth),
		cmocka_unit_test(test_ui_locales),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
