/* SPDX-License-Identifier: MIT */
/*
 * Reads and writes the numbers of RFC 7518 section 6 and RFC 8037. All input is
 * hostile. Does not judge whether a key is strong enough.
 */
#include "config.h"

#include "jose/jose_jwk.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/json.h"

enum {
	P256_BYTES = 32, /* of a coordinate */
	P384_BYTES = 48,
	ED25519_BYTES = 32,
	MAX_RSA_BYTES = 1024,
	MAX_EXPONENT_BYTES = 8
};

/*
 * Decodes a base64url member (RFC 7515 section 2); buf_free() the result even
 * on failure. Some providers use plain base64 or padding: a public number is
 * the same in either alphabet.
 */
static bool get_bytes(struct buf *out, const struct json *jwk, const char *name)
{
	const char *text = json_get_text(jwk, name);
	size_t len = text != NULL ? strlen(text) : 0;
	struct buf url;
	bool ok;

	for (int padding = 0; padding < 2 && len > 0 && text[len - 1] == '=';
	     padding++)
		len--;
	buf_init(out, len);
	buf_init(&url, len);
	for (size_t i = 0; i < len; i++)
		buf_add(&url,
			text[i] == '+'	 ? "-"
			: text[i] == '/' ? "_"
					 : &text[i],
			1);
	ok = text != NULL && crypto_base64url_decode(out, buf_text(&url), len);
	buf_free(&url);
	return ok;
}

/* Some providers pad a number with leading zeros, although RFC 7518 section 2
 * forbids it. They do not change the key. */
static size_t leading_zeros(const struct buf *bytes)
{
	size_t n = 0;

	while (n < bytes->len && bytes->data[n] == '\0')
		n++;
	return n;
}

/* max: bytes, without leading zeros. */
static BIGNUM *get_number(const struct json *jwk, const char *name, size_t max)
{
	BIGNUM *number = NULL;
	struct buf bytes;
	size_t zeros;

	if (get_bytes(&bytes, jwk, name)) {
		zeros = leading_zeros(&bytes);
		if (bytes.len - zeros <= max)
			number = BN_bin2bn(
				(const unsigned char *)buf_text(&bytes) + zeros,
				(int)(bytes.len - zeros), NULL);
	}
	buf_free(&bytes);
	return number;
}

/* Appends a coordinate, which has a fixed length (RFC 7518 section 6.2.1.2).
 * Extra leading zeros are harmless; a shorter one was truncated and is
 * rejected. */
static bool add_coordinate(struct buf *point, const struct json *jwk,
			   const char *name, size_t size)
{
	struct buf bytes;
	bool ok;

	ok = get_bytes(&bytes, jwk, name) && bytes.len >= size &&
	     leading_zeros(&bytes) >= bytes.len - size &&
	     buf_add(point, bytes.data + (bytes.len - size), size);
	buf_free(&bytes);
	return ok;
}

/* Makes a public key from the builder's parameters. */
static EVP_PKEY *make(const char *type, OSSL_PARAM_BLD *builder)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY *pkey = NULL;

	if (context != NULL && params != NULL &&
	    EVP_PKEY_fromdata_init(context) == 1)
		EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, params);
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(context);
	return pkey;
}

static EVP_PKEY *read_rsa(const struct json *jwk)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	BIGNUM *n = get_number(jwk, "n", MAX_RSA_BYTES);
	BIGNUM *e = get_number(jwk, "e", MAX_EXPONENT_BYTES);
	EVP_PKEY *pkey = NULL;

	/* With an exponent of 1, any text is its own signature. */
	if (builder != NULL && n != NULL && e != NULL && BN_is_odd(e) &&
	    !BN_is_one(e) &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		pkey = make("RSA", builder);
	BN_free(e);
	BN_free(n);
	OSSL_PARAM_BLD_free(builder);
	return pkey;
}

/* True if the point is on its curve: libcrypto does not promise to check this
 * on import. */
static bool is_point(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	bool ok = context != NULL && EVP_PKEY_public_check(context) == 1;

	EVP_PKEY_CTX_free(context);
	return ok;
}

/* size: bytes of a coordinate. */
static EVP_PKEY *read_ec(const struct json *jwk, const char *curve, size_t size)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY *pkey = NULL;
	struct buf point;

	buf_init(&point, 1 + 2 * size);
	buf_adds(&point, "\x04"); /* uncompressed */
	if (builder != NULL && add_coordinate(&point, jwk, "x", size) &&
	    add_coordinate(&point, jwk, "y", size) &&
	    OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME,
					    curve, 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY,
					     point.data, point.len) == 1)
		pkey = make("EC", builder);
	if (pkey != NULL && !is_point(pkey)) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	buf_free(&point);
	OSSL_PARAM_BLD_free(builder);
	return pkey;
}

static EVP_PKEY *read_ed25519(const struct json *jwk)
{
	EVP_PKEY *pkey = NULL;
	struct buf bytes;

	if (get_bytes(&bytes, jwk, "x") && bytes.len == ED25519_BYTES)
		pkey = EVP_PKEY_new_raw_public_key_ex(
			NULL, "ED25519", NULL,
			(const unsigned char *)buf_text(&bytes), bytes.len);
	buf_free(&bytes);
	return pkey;
}

static bool has_value(const struct json *jwk, const char *name,
		      const char *value)
{
	const char *text = json_get_text(jwk, name);

	return text != NULL && strcmp(text, value) == 0;
}

EVP_PKEY *jose_jwk_read(const struct json *jwk)
{
	if (has_value(jwk, "kty", "RSA"))
		return read_rsa(jwk);
	if (has_value(jwk, "kty", "EC") && has_value(jwk, "crv", "P-256"))
		return read_ec(jwk, "P-256", P256_BYTES);
	if (has_value(jwk, "kty", "EC") && has_value(jwk, "crv", "P-384"))
		return read_ec(jwk, "P-384", P384_BYTES);
	if (has_value(jwk, "kty", "OKP") && has_value(jwk, "crv", "Ed25519"))
		return read_ed25519(jwk);
	return NULL;
}

/* Sets a number of the key, in size bytes (0: as few as possible). */
static bool set_number(struct json *jwk, const char *name, const EVP_PKEY *pkey,
		       const char *param, int size)
{
	unsigned char bytes[MAX_RSA_BYTES];
	BIGNUM *number = NULL;
	struct buf text;
	bool ok = EVP_PKEY_get_bn_param(pkey, param, &number) == 1;

	buf_init(&text, 2 * sizeof(bytes));
	if (ok && size == 0)
		size = BN_num_bytes(number);
	ok = ok && size <= MAX_RSA_BYTES &&
	     BN_bn2binpad(number, bytes, size) == size &&
	     crypto_base64url(&text, bytes, (size_t)size);
	if (ok)
		json_set_text(jwk, name, buf_text(&text));
	buf_free(&text);
	BN_free(number);
	return ok;
}

/* Members in alphabetical order (RFC 7638 section 3.2). */
struct json *jose_jwk_write(const EVP_PKEY *pkey)
{
	struct json *jwk = json_new_object();
	bool ok;

	if (EVP_PKEY_is_a(pkey, "EC")) {
		json_set_text(jwk, "crv", "P-256");
		json_set_text(jwk, "kty", "EC");
		ok = set_number(jwk, "x", pkey, OSSL_PKEY_PARAM_EC_PUB_X,
				P256_BYTES) &&
		     set_number(jwk, "y", pkey, OSSL_PKEY_PARAM_EC_PUB_Y,
				P256_BYTES);
	} else {
		ok = set_number(jwk, "e", pkey, OSSL_PKEY_PARAM_RSA_E, 0);
		json_set_text(jwk, "kty", "RSA");
		ok = ok && set_number(jwk, "n", pkey, OSSL_PKEY_PARAM_RSA_N, 0);
	}
	if (ok)
		return jwk;
	json_free(jwk);
	return NULL;
}
