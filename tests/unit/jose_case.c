/* SPDX-License-Identifier: MIT */
/*
 * Key sets and signed tokens for the tests of jose/jose.
 */
#include "config.h"

#include "jose_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/err.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "jose/jose.h"

struct json *jose_case_make_jwks(const char *entries)
{
	struct json *jwks;
	struct buf text;

	buf_init(&text, ROOM);
	assert_true(buf_addf(&text, "{\"keys\":[%s]}", entries));
	jwks = json_parse(text.data, text.len, NULL);
	assert_non_null(jwks);
	buf_free(&text);
	return jwks;
}

char *jose_case_sign_texts(const struct jose_key *key, const char *header,
			   const char *payload)
{
	struct buf text, signature;

	buf_init(&text, ROOM);
	buf_init(&signature, ROOM);
	crypto_base64url(&text, header, strlen(header));
	buf_adds(&text, ".");
	crypto_base64url(&text, payload, strlen(payload));
	assert_true(jose_key_sign(key, buf_text(&text), text.len, &signature));
	buf_adds(&text, ".");
	crypto_base64url(&text, signature.data, signature.len);
	buf_free(&signature);
	return buf_take(&text);
}

struct jose_key *jose_case_read_key(const char *pem)
{
	struct jose_key *key = jose_key_read(pem, strlen(pem), NULL);

	assert_non_null(key);
	return key;
}

void jose_case_check(const char *jws, const char *entries, const char *why)
{
	struct json *jwks = jose_case_make_jwks(entries);
	struct err err = {""};
	struct json *claims = jose_verify(jws, jwks, NULL, &err);

	if (why == NULL && claims == NULL)
		fail_msg("%.60s: %s", jws, err.text);
	if (why != NULL && claims != NULL)
		fail_msg("accepted: %.300s", jws);
	if (why != NULL && strstr(err.text, why) == NULL)
		fail_msg("%.60s: \"%s\" does not say \"%s\"", jws, err.text,
			 why);
	json_free(claims);
	json_free(jwks);
}

int jose_case_no_errors_left(void **state)
{
	(void)state;
	return ERR_peek_error() != 0;
}
