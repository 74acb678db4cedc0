/* SPDX-License-Identifier: MIT */
/*
 * ID tokens: the signature, the keys, the claims and the profile that they
 * make. Nothing is accepted but what the sample keys have really signed.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "base/text.h"
#include "jose/jose.h"
#include "jose/jose_jwks.h"
#include "oauth/id_check.h"
#include "oauth/id_token.h"
#include "oauth/http_message.h"
#include "oauth/tokens.h"
#include "oauth/provider.h"
#include "fuzz.h"
#include "../unit/jose_samples.h"

static const int64_t now_s = 1800000000;

static const char *const signed_ones[] = {jws_es256, jws_es384, jws_eddsa,
					  jws_rs256, jws_rs384, jws_rs512,
					  jws_ps256, rfc_rs256, rfc_es256};

/* Without the signature: that of an elliptic curve is not the only one. */
static bool was_signed(const char *jws)
{
	size_t len = (size_t)(strrchr(jws, '.') - jws);

	for (size_t i = 0; i < sizeof(signed_ones) / sizeof(*signed_ones);
	     i++) {
		if (strncmp(signed_ones[i], jws, len + 1) == 0)
			return true;
	}
	return false;
}

static void must_explain(const struct err *err)
{
	must(err->text[0] != '\0');
	must(text_is_clean(err->text, strlen(err->text)));
}

/* A forged token, and the real keys. */
static void forge(struct input *input)
{
	static struct json *jwks;
	struct err err = {""};
	struct json *claims;
	char text[8192];
	size_t len;
	char *jws = input_rest(input, &len);

	if (jwks == NULL) {
		len = (size_t)snprintf(text, sizeof(text),
				       "{\"keys\":[%s,%s,%s,%s,%s,%s]}",
				       jwk_p256, jwk_p384, jwk_ed25519, jwk_rsa,
				       rfc_rsa, rfc_p256);
		must(len < sizeof(text));
		jwks = jose_jwks_read(text, len, NULL);
		must(jwks != NULL);
	}
	claims = jose_verify(jws, jwks, NULL, &err);
	if (claims != NULL)
		must(was_signed(jws));
	else
		must_explain(&err);
	json_free(claims);
	free(jws);
}

/* Both are somebody else's: the way that a sign-in takes. */
static void check(struct input *input)
{
	struct provider provider = *fuzz_provider(0);
	struct tokens tokens = {0};
	struct reply reply = {.net = NET_OK,
			      .status = 200,
			      .type = "application/json",
			      .what = "",
			      .retry_after_s = -1};
	struct err err = {""};
	struct json *profile;
	bool again;
	char *keys;

	provider.scope = (char *)(uintptr_t) "openid";
	provider.issuer = (char *)(uintptr_t) "joe";
	provider.jwks_uri = (char *)(uintptr_t) "https://id.example/keys";
	tokens.access_token = (char *)(uintptr_t) "access";
	tokens.id_token = input_line(input);
	keys = input_rest(input, &reply.body_len);
	reply.body = keys;
	if (tokens.id_token != NULL) {
		must(id_check_is_needed(&provider, &tokens));
		if (!id_check_pass(&provider, &tokens, &reply, now_s, &profile,
				   &again, &err))
			must_explain(&err);
		else
			json_free(profile);
	}
	free(keys);
	free(tokens.id_token);
}

static struct json *parse(char *text)
{
	struct json *json = NULL;

	if (text != NULL)
		json = json_parse(text, strlen(text), NULL);
	if (json != NULL && json_kind(json) != JSON_OBJECT) {
		json_free(json);
		json = NULL;
	}
	return json;
}

/* Claims that the issuer has signed, whatever they are, and userinfo. */
static void read_claims(const struct json *claims, const struct json *userinfo)
{
	struct err err = {""};
	struct json *profile;

	if (!id_token_check(claims, "https://id.example", "screen", "n", now_s,
			    &err)) {
		must_explain(&err);
		return;
	}
	must(json_get_text(claims, "sub") != NULL);
	must(strcmp(json_get_text(claims, "iss"), "https://id.example") == 0);
	must(strcmp(json_get_text(claims, "nonce"), "n") == 0);
	if (!id_token_profile(claims, userinfo, &profile, &err)) {
		must(profile == NULL);
		must_explain(&err);
		return;
	}
	must(json_get(claims, "iss") != NULL);
	must(json_get(profile, "nonce") == NULL);
	json_free(profile);
}

/* What is signed here is read there. */
static void sign(struct input *input)
{
	static struct jose_key *key;
	static struct json *jwks;
	char *text = input_line(input), *more = input_line(input);
	struct json *claims = parse(text), *userinfo = parse(more), *verified;
	char *jws, *before, *after;

	if (key == NULL) {
		char set[1024];
		int n = snprintf(set, sizeof(set), "{\"keys\":[%s]}", jwk_p256);

		key = jose_key_read(pem_p256, strlen(pem_p256), NULL);
		jwks = jose_jwks_read(set, (size_t)n, NULL);
	}
	if (claims != NULL && (jws = jose_sign(key, NULL, claims)) != NULL) {
		verified = jose_verify(jws, jwks, NULL, NULL);
		must(verified != NULL);
		before = json_print(claims, false);
		after = json_print(verified, false);
		must(strcmp(before, after) == 0);
		free(before);
		free(after);
		read_claims(verified, userinfo);
		json_free(verified);
		free(jws);
	}
	json_free(claims);
	json_free(userinfo);
	free(text);
	free(more);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};

	switch (input_choice(&input, 3)) {
	case 0:
		forge(&input);
		break;
	case 1:
		check(&input);
		break;
	default:
		sign(&input);
		break;
	}
	return 0;
}
