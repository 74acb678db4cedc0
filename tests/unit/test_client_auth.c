/* SPDX-License-Identifier: MIT */
/*
 * oauth/client_auth: the assertions that private_key_jwt signs, as a provider
 * checks them, at every endpoint.
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
#include "base/crypto.h"
#include "base/err.h"
#include "base/form.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "conf/conf.h"
#include "jose/jose.h"
#include "machine/event.h"
#include "oauth/authorization.h"
#include "oauth/oauth_request.h"
#include "oauth/provider.h"
#include "oauth/provider_setup.h"
#include "jose_samples.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Some second of the year 2026. */
#define NOW_S INT64_C(1780000000)

#define ENDPOINTS                                                         \
	"preset = \"\"; client_id = \"a:b %%&+\"; "                       \
	"device_authorization_endpoint = \"https://id.example/device\"; " \
	"device_token_endpoint = \"https://id.example/poll\"; "           \
	"token_endpoint = \"https://id.example/token\"; "                 \
	"revocation_endpoint = \"https://id.example/revoke\"; "           \
	"private_key_file = \"any\"; "

static void set_up(struct provider *provider, const char *options,
		   const char *pem)
{
	char text[1024];
	struct conf conf;
	struct err err;

	(void)snprintf(text, sizeof(text), "provider : { " ENDPOINTS "%s };",
		       options);
	conf_init(&conf);
	if (!conf_parse(&conf, text, strlen(text), "test", &err) ||
	    !provider_set_up(provider, &conf, NULL, NULL, &err) ||
	    !provider_take_key(provider, pem, strlen(pem), &err))
		fail_msg("%s: %s", text, err.text);
	conf_free(&conf);
}

static char *field(const struct request *request, const char *name)
{
	return form_get(request->body, strlen(request->body), name);
}

static void check_field(const struct request *request, const char *name,
			const char *expected)
{
	char *value = field(request, name);

	assert_non_null(value);
	assert_string_equal(value, expected);
	secret_free(value);
}

/* The claims of the request's assertion, which the key of that JWK must have
 * signed; kid: what its header names, NULL: nothing. */
static struct json *claims_of(const struct request *request, const char *jwk,
			      const char *kid)
{
	struct json *jwks, *claims, *header;
	struct buf text, decoded;
	struct err err;
	char *jws;

	check_field(request, "client_assertion_type",
		    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
	jws = field(request, "client_assertion");
	assert_non_null(jws);
	buf_init(&text, 65536);
	buf_init(&decoded, 65536);
	buf_addf(&text, "{\"keys\":[%s]}", jwk);
	jwks = json_parse(text.data, text.len, NULL);
	assert_true(crypto_base64url_decode(&decoded, jws, strcspn(jws, ".")));
	header = json_parse(decoded.data, decoded.len, NULL);
	if (kid != NULL)
		assert_string_equal(json_get_text(header, "kid"), kid);
	else
		assert_null(json_get(header, "kid"));
	/* The set has no kid: it has to fit all the same. */
	if (kid != NULL) {
		json_free(jwks);
		buf_free(&text);
		buf_addf(&text, "{\"keys\":[%.*s,\"kid\":\"%s\"}]}",
			 (int)strlen(jwk) - 1, jwk, kid);
		jwks = json_parse(text.data, text.len, NULL);
	}
	claims = jose_verify(jws, jwks, NULL, &err);
	if (claims == NULL)
		fail_msg("%s", err.text);
	json_free(header);
	json_free(jwks);
	buf_free(&decoded);
	buf_free(&text);
	secret_free(jws);
	return claims;
}

static void test_assertion(void **state)
{
	static const struct {
		const char *pem, *jwk, *options, *kid, *aud;
	} cases[] = {
		{pem_p256, jwk_p256, "", NULL, "https://id.example/token"},
		{pem_rsa, jwk_rsa, "", NULL, "https://id.example/token"},
		{pem_p256, jwk_p256, "private_key_id = \"2026\";", "2026",
		 "https://id.example/token"},
		{pem_rsa, jwk_rsa,
		 "private_key_audience = \"https://id.example\";", NULL,
		 "https://id.example"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct provider provider;
		struct request *request;
		struct json *claims;
		int64_t iat, exp;

		set_up(&provider, cases[i].options, cases[i].pem);
		request = oauth_refresh_request(&provider, "r", NOW_S);
		claims = claims_of(request, cases[i].jwk, cases[i].kid);
		assert_string_equal(json_get_text(claims, "iss"), "a:b %&+");
		assert_string_equal(json_get_text(claims, "sub"), "a:b %&+");
		assert_string_equal(json_get_text(claims, "aud"), cases[i].aud);
		assert_true(json_integer(json_get(claims, "iat"), 0, INT64_MAX,
					 &iat));
		assert_true(json_integer(json_get(claims, "exp"), 0, INT64_MAX,
					 &exp));
		assert_int_equal(iat, NOW_S);
		assert_in_range(exp, NOW_S + 30, NOW_S + 600);
		json_free(claims);
		request_free(request);
		provider_free(&provider);
	}
}

/* Every endpoint, no assertion twice, and nothing else that proves anything. */
static void test_endpoints(void **state)
{
	struct authorization authorization = {.verifier = (char *)"v"};
	struct provider provider;
	char *ids[5];

	(void)state;
	set_up(&provider, "client_secret = \"s\";", pem_p256);
	for (size_t i = 0; i < COUNT(ids); i++) {
		struct request *requests[] = {
			oauth_device_request(&provider, NULL, NOW_S),
			oauth_poll_request(&provider, "d", NULL, NOW_S),
			authorization_request(&authorization, &provider, "c",
					      NOW_S),
			oauth_refresh_request(&provider, "r", NOW_S),
			oauth_revoke_request(&provider, "r", "refresh_token",
					     NOW_S),
		};
		struct json *claims = claims_of(requests[i], jwk_p256, NULL);

		assert_null(requests[i]->authorization);
		assert_null(field(requests[i], "client_secret"));
		check_field(requests[i], "client_id", "a:b %&+");
		/* As OpenID Connect Core section 9 has it, whoever is asked. */
		assert_string_equal(json_get_text(claims, "aud"),
				    "https://id.example/token");
		ids[i] = xstrdup(json_get_text(claims, "jti"));
		assert_true(strlen(ids[i]) >= 22); /* 128 bits */
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(ids[i], ids[j]);
		json_free(claims);
		for (size_t j = 0; j < COUNT(requests); j++)
			request_free(requests[j]);
	}
	for (size_t i = 0; i < COUNT(ids); i++)
		free(ids[i]);
	provider_free(&provider);
}

static void test_key(void **state)
{
	static const struct {
		const char *pem, *why;
	} cases[] = {
		{"", "not a private key in PEM form"},
		{pem_p256_public, "not a private key in PEM form"},
		{pem_p256_encrypted, "encrypted"},
		{pem_rsa_1024, "type or size"},
		{pem_ed25519, "type or size"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct provider provider;
		struct err err = {""};

		set_up(&provider, "", pem_p256);
		assert_false(provider_take_key(&provider, cases[i].pem,
					       strlen(cases[i].pem), &err));
		if (strstr(err.text, cases[i].why) == NULL)
			fail_msg("case %zu: %s", i, err.text);
		provider_free(&provider);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_assertion),
		cmocka_unit_test(test_endpoints),
		cmocka_unit_test(test_key),
	};

	json_init();
	return crypto_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
