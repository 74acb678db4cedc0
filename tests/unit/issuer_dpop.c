/* SPDX-License-Identifier: MIT */
/*
 * Section 4.3 of RFC 9449, point by point.
 */
#include "config.h"

#include "issuer_dpop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/mem.h"
#include "core/jose.h"
#include "core/json.h"

static struct json *header_of(const char *proof)
{
	struct json *header;
	struct buf text;

	buf_init(&text, 65536);
	assert_true(crypto_base64url_decode(&text, proof, strcspn(proof, ".")));
	header = json_parse(text.data, text.len, NULL);
	assert_non_null(header);
	buf_free(&text);
	return header;
}

struct json *dpop_read(const char *proof, char *thumbprint, size_t size)
{
	struct json *header = header_of(proof);
	const struct json *jwk = json_get(header, "jwk");
	struct json *jwks = json_new_object(), *keys = json_new_array();
	struct json *claims;
	struct err err;
	char *text, *hash;

	assert_string_equal(json_get_text(header, "typ"), "dpop+jwt");
	assert_string_equal(json_get_text(header, "alg"), "ES256");
	assert_non_null(jwk);
	assert_null(json_get(jwk, "d"));
	json_append(keys, json_copy(jwk));
	json_set(jwks, "keys", keys);
	claims = jose_verify(proof, jwks, NULL, &err);
	if (claims == NULL)
		fail_msg("%s", err.text);
	text = json_print(jwk, false);
	hash = crypto_sha256_text(text, strlen(text));
	(void)snprintf(thumbprint, size, "%s", hash);
	free(hash);
	free(text);
	json_free(jwks);
	json_free(header);
	return claims;
}

static void check_claims(struct issuer *issuer, const struct request *request,
			 const struct json *claims)
{
	const char *method = request->body != NULL ? "POST" : "GET";
	const char *id = json_get_text(claims, "jti");
	const char *token = request->authorization;
	char *hash;
	int64_t iat;

	assert_string_equal(json_get_text(claims, "htm"), method);
	assert_string_equal(json_get_text(claims, "htu"), request->url);
	assert_true(json_integer(json_get(claims, "iat"), 0, INT64_MAX, &iat));
	assert_true(iat == issuer->wall_s);
	assert_string_not_equal(id, issuer->proof_id);
	(void)snprintf(issuer->proof_id, sizeof(issuer->proof_id), "%s", id);
	if (token == NULL) {
		assert_null(json_get(claims, "ath"));
		return;
	}
	assert_memory_equal(token, "DPoP ", 5);
	hash = crypto_sha256_text(token + 5, strlen(token + 5));
	assert_string_equal(json_get_text(claims, "ath"), hash);
	free(hash);
}

static bool has_nonce(struct issuer *issuer, enum endpoint_kind kind,
		      const struct json *claims, struct answer *answer)
{
	const char *wanted = issuer->nonces[kind == PROFILE];
	const char *nonce = json_get_text(claims, "nonce");

	if (wanted == NULL || (nonce != NULL && strcmp(nonce, wanted) == 0))
		return true;
	issuer->nonces_told++;
	answer->status = kind == PROFILE ? 401 : 400;
	answer->dpop_nonce = wanted;
	(void)snprintf(answer->body, sizeof(answer->body),
		       "{\"error\":\"use_dpop_nonce\"}");
	return false;
}

bool dpop_passes(struct issuer *issuer, enum endpoint_kind kind,
		 const struct request *request, struct answer *answer)
{
	bool begins = kind == POLL || kind == EXCHANGE;
	char thumbprint[64];
	struct json *claims;
	bool passes;

	if (!issuer->dpop || !(begins || kind == REFRESH || kind == PROFILE)) {
		assert_null(request->dpop);
		return true;
	}
	assert_non_null(request->dpop);
	claims = dpop_read(request->dpop, thumbprint, sizeof(thumbprint));
	check_claims(issuer, request, claims);
	/* The key of a sign-in stays that of its session. */
	if (begins || issuer->bound[0] == '\0')
		(void)snprintf(issuer->bound, sizeof(issuer->bound), "%s",
			       thumbprint);
	assert_string_equal(thumbprint, issuer->bound);
	passes = has_nonce(issuer, kind, claims, answer);
	json_free(claims);
	return passes;
}
