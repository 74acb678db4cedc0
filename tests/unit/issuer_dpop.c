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
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "jose/jose.h"

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

/* As RFC 7638 has it, for the members of a key that are public. */
static char *thumbprint_of(const struct json *jwk)
{
	char *text = json_print(jwk, false);
	char *hash = crypto_sha256_text(text, strlen(text));

	free(text);
	return hash;
}

char *dpop_thumbprint(const char *pem)
{
	struct jose_key *key = jose_key_read(pem, strlen(pem), NULL);
	struct json *jwk;
	char *hash;

	assert_non_null(key);
	jwk = jose_key_public(key);
	hash = thumbprint_of(jwk);
	json_free(jwk);
	jose_key_free(key);
	return hash;
}

struct json *dpop_read(const char *proof, char *thumbprint, size_t size)
{
	struct json *header = header_of(proof);
	const struct json *jwk = json_get(header, "jwk");
	struct json *jwks = json_new_object(), *keys = json_new_array();
	struct json *claims;
	struct err err;
	char *hash;

	assert_string_equal(json_get_text(header, "typ"), "dpop+jwt");
	assert_string_equal(json_get_text(header, "alg"), "ES256");
	assert_non_null(jwk);
	assert_null(json_get(jwk, "d"));
	json_append(keys, json_copy(jwk));
	json_set(jwks, "keys", keys);
	claims = jose_verify(proof, jwks, NULL, &err);
	if (claims == NULL)
		fail_msg("%s", err.text);
	hash = thumbprint_of(jwk);
	(void)snprintf(thumbprint, size, "%s", hash);
	free(hash);
	json_free(jwks);
	json_free(header);
	return claims;
}

/* The proof is for the token that goes along, where one does. */
static void check_hash(const struct json *claims, const char *authorization)
{
	char *hash;

	if (authorization == NULL || strncmp(authorization, "DPoP ", 5) != 0) {
		assert_null(json_get(claims, "ath"));
		return;
	}
	authorization += 5;
	hash = crypto_sha256_text(authorization, strlen(authorization));
	assert_string_equal(json_get_text(claims, "ath"), hash);
	free(hash);
}

struct json *dpop_check(const struct request *request, int64_t wall_s,
			struct dpop_client *client)
{
	const char *method = request->body != NULL ? "POST" : "GET";
	const char *target, *id;
	char thumbprint[sizeof(client->key)];
	struct json *claims;
	int64_t iat;

	assert_non_null(request->dpop);
	claims = dpop_read(request->dpop, thumbprint, sizeof(thumbprint));
	assert_string_equal(json_get_text(claims, "htm"), method);
	target = json_get_text(claims, "htu");
	assert_int_equal(strlen(target), strcspn(request->url, "?#"));
	assert_memory_equal(target, request->url, strlen(target));
	assert_true(json_integer(json_get(claims, "iat"), 0, INT64_MAX, &iat));
	assert_true(iat == wall_s);
	check_hash(claims, request->authorization);
	id = json_get_text(claims, "jti");
	assert_string_not_equal(id, client->proof_id);
	(void)snprintf(client->proof_id, sizeof(client->proof_id), "%s", id);
	if (client->key[0] == '\0')
		memcpy(client->key, thumbprint, sizeof(thumbprint));
	assert_string_equal(thumbprint, client->key);
	return claims;
}

static bool has_nonce(struct issuer *issuer, enum request_kind kind,
		      const struct json *claims, struct answer *answer)
{
	const char *wanted = issuer->nonces[kind == REQUEST_PROFILE];
	const char *nonce = json_get_text(claims, "nonce");

	if (wanted == NULL || (nonce != NULL && strcmp(nonce, wanted) == 0))
		return true;
	issuer->nonces_told++;
	answer->status = kind == REQUEST_PROFILE ? 401 : 400;
	answer->dpop_nonce = wanted;
	(void)snprintf(answer->body, sizeof(answer->body),
		       "{\"error\":\"use_dpop_nonce\"}");
	return false;
}

bool dpop_passes(struct issuer *issuer, enum request_kind kind,
		 const struct request *request, struct answer *answer)
{
	bool begins = kind == REQUEST_POLL || kind == REQUEST_CODE_EXCHANGE;
	struct json *claims;
	bool passes;

	if (!issuer->dpop ||
	    !(begins || kind == REQUEST_REFRESH || kind == REQUEST_PROFILE)) {
		assert_null(request->dpop);
		return true;
	}
	/* The key of a sign-in stays that of its session. */
	if (begins)
		issuer->client.key[0] = '\0';
	claims = dpop_check(request, issuer->wall_s, &issuer->client);
	passes = has_nonce(issuer, kind, claims, answer);
	json_free(claims);
	return passes;
}
