/* SPDX-License-Identifier: MIT */
/*
 * The rules of RFC 6749 section 4.1, RFC 7636 and OpenID Connect Core as a
 * provider sees them. Signs with real keys; knows no time but the test's.
 */
#include "config.h"

#include "issuer_openid.h"

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
#include "base/form.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "jose/jose.h"
#include "issuer_model.h"

enum { ID_TOKEN_LIFE_S = 3600 };

static void set_json(struct answer *answer, int status, const char *json)
{
	int n = snprintf(answer->body, sizeof(answer->body), "%s", json);

	assert_in_range(n, 0, sizeof(answer->body) - 1);
	answer->status = status;
}

/* Copies the field of the form, "" where there is none. */
static void take(const char *form, const char *name, char *dst, size_t size)
{
	char *value = form_get(form, strlen(form), name);
	int n = snprintf(dst, size, "%s", value != NULL ? value : "");

	assert_in_range(n, 0, size - 1);
	secret_free(value);
}

static bool has(const char *form, const char *name, const char *expected)
{
	char value[256];

	take(form, name, value, sizeof(value));
	return strcmp(value, expected) == 0;
}

void issuer_authorize(struct issuer *issuer, const char *uri, char *answer,
		      size_t size)
{
	const struct provider *provider = &issuer->provider;
	const char *query = strchr(uri, '?');
	char state[128];
	struct buf form;
	int n;

	assert_non_null(query);
	assert_memory_equal(uri, provider->authorization_endpoint,
			    strlen(provider->authorization_endpoint));
	query++;
	assert_true(has(query, "response_type", "code"));
	assert_true(has(query, "client_id", provider->client_id));
	assert_true(has(query, "redirect_uri", provider->redirect_uri));
	assert_true(has(query, "scope", provider->scope));
	assert_true(has(query, "code_challenge_method", "S256"));
	take(query, "code_challenge", issuer->challenge,
	     sizeof(issuer->challenge));
	take(query, "nonce", issuer->nonce, sizeof(issuer->nonce));
	take(query, "state", state, sizeof(state));
	assert_int_equal(strlen(issuer->challenge), 43);
	assert_true(strlen(state) >= 22); /* 128 bits */
	(void)snprintf(issuer->auth_code, sizeof(issuer->auth_code),
		       "4/code+%d=?", ++issuer->code);
	issuer->auth_code_used = false;
	buf_init(&form, size);
	(void)form_add(&form, "code", issuer->auth_code);
	(void)form_add(&form, "state", state);
	if (provider->sends_iss)
		(void)form_add(&form, "iss", provider->issuer);
	n = snprintf(answer, size, "%s?%s", provider->redirect_uri,
		     buf_text(&form));
	assert_in_range(n, 1, size - 1);
	buf_free(&form);
}

bool openid_fits_challenge(const struct issuer *issuer,
			   const struct request *request)
{
	char verifier[129]; /* RFC 7636 section 4.1 */
	char *challenge;
	bool fits;

	take(request->body, "code_verifier", verifier, sizeof(verifier));
	challenge = crypto_sha256_text(verifier, strlen(verifier));
	fits = strlen(verifier) >= 43 &&
	       strcmp(challenge, issuer->challenge) == 0;
	free(challenge);
	return fits;
}

bool openid_is_exchange(struct issuer *issuer, const struct request *request)
{
	const char *body = request->body;

	if (!has(body, "grant_type", "authorization_code") ||
	    !has(body, "code", issuer->auth_code) ||
	    issuer->auth_code[0] == '\0' ||
	    !has(body, "redirect_uri", issuer->provider.redirect_uri) ||
	    !has(body, "client_id", issuer->provider.client_id) ||
	    !openid_fits_challenge(issuer, request))
		return false;
	if (issuer->auth_code_used)
		issuer->replays++;
	else
		issuer->auth_code_used = true;
	return issuer->replays == 0;
}

/* The claims, with the members of issuer->claims laid over; null takes one
 * away. */
static struct json *claims_of(const struct issuer *issuer)
{
	struct json *whole = json_new_object();
	struct json *claims = json_new_object();
	struct json *changes = NULL;
	const struct json *member;

	json_set_text(whole, "iss", issuer->provider.issuer);
	json_set_text(whole, "sub", "7");
	json_set_text(whole, "aud", issuer->provider.client_id);
	json_set_integer(whole, "exp", issuer->wall_s + ID_TOKEN_LIFE_S);
	json_set_integer(whole, "iat", issuer->wall_s);
	if (issuer->nonce[0] != '\0')
		json_set_text(whole, "nonce", issuer->nonce);
	if (issuer->claims != NULL) {
		changes = json_parse(issuer->claims, strlen(issuer->claims),
				     NULL);
		assert_non_null(changes);
	}
	for (member = json_first(changes); member != NULL;
	     member = json_next(member))
		json_set(whole, json_name(member), json_copy(member));
	for (member = json_first(whole); member != NULL;
	     member = json_next(member)) {
		if (json_kind(member) != JSON_NULL)
			json_set(claims, json_name(member), json_copy(member));
	}
	json_free(changes);
	json_free(whole);
	return claims;
}

char *issuer_id_token(const struct issuer *issuer)
{
	struct json *header = json_new_object();
	struct json *claims = claims_of(issuer);
	char *token;

	json_set_text(header, "kid", issuer->kid);
	token = jose_sign(issuer->key, header, claims);
	assert_non_null(token);
	json_free(header);
	json_free(claims);
	return token;
}

void openid_add_id_token(const struct issuer *issuer, struct answer *answer)
{
	size_t len = strlen(answer->body);
	char *token;
	int n;

	if (issuer->key == NULL)
		return;
	token = issuer_id_token(issuer);
	n = snprintf(answer->body + len - 1, sizeof(answer->body) - len + 1,
		     ",\"id_token\":\"%s\"}", token);
	assert_in_range(n, 1, sizeof(answer->body) - len);
	secret_free(token);
}

char *issuer_keys(const struct jose_key *key, const char *kid)
{
	struct json *jwks = json_new_object();
	struct json *keys = json_new_array();
	struct json *jwk = jose_key_public(key);
	char *text;

	json_set_text(jwk, "kid", kid);
	json_set_text(jwk, "use", "sig");
	json_append(keys, jwk);
	json_set(jwks, "keys", keys);
	text = json_print(jwks, false);
	json_free(jwks);
	return text;
}

void openid_answer_keys(const struct issuer *issuer, struct answer *answer)
{
	assert_non_null(issuer->keys);
	set_json(answer, 200, issuer->keys);
}

void openid_answer_document(const struct issuer *issuer,
			    const struct request *request,
			    struct answer *answer)
{
	bool openid = strstr(request->url, "openid-configuration") != NULL;
	const char *document = issuer->documents[openid ? 0 : 1];

	assert_memory_equal(request->url, "https://id.example/.well-known/",
			    strlen("https://id.example/.well-known/"));
	assert_null(request->body);
	assert_null(request->authorization);
	if (document != NULL)
		set_json(answer, 200, document);
	else
		set_json(answer, 404, "");
}
