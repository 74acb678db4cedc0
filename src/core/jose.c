/* SPDX-License-Identifier: MIT */
/*
 * Takes a JWS apart, finds the key for it, and puts one together. All that
 * comes in is hostile: before its signature is good nothing in a token is
 * believed, but which keys to try. The mathematics are jose_key's matter.
 */
#include "config.h"

#include "core/jose.h"

#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/mem.h"
#include "core/json.h"

/* A JWS taken apart: header.payload.signature, each in base64url. */
struct jws {
	const char *text;
	size_t signed_len; /* of the part that is signed: header.payload */
	struct json *header;
	const char *algorithm; /* in the header */
	const char *kid;       /* likewise; NULL: none */
	struct buf payload;
	struct buf signature;
};

static bool decode(struct buf *out, const char *begin, const char *end)
{
	return crypto_base64url_decode(out, begin, (size_t)(end - begin));
}

/* A dot has no place in base64url: there are three parts or it is no JWS. */
static bool split(struct jws *jws, struct buf *header)
{
	const char *text = jws->text;
	const char *first = strchr(text, '.');
	const char *second = first != NULL ? strchr(first + 1, '.') : NULL;

	if (second == NULL)
		return false;
	jws->signed_len = (size_t)(second - text);
	return decode(header, text, first) &&
	       decode(&jws->payload, first + 1, second) &&
	       decode(&jws->signature, second + 1, second + strlen(second));
}

static bool check_header(struct jws *jws, struct err *err)
{
	const struct json *header = jws->header;

	/* RFC 7515 section 4.1.11: what must be understood, or else. The second
	 * one (RFC 7797) would change what is signed. */
	if (json_get(header, "crit") != NULL || json_get(header, "b64") != NULL)
		return err_set(err, "The token needs an extension of JWS that "
				    "is not known here.");
	jws->kid = json_get_text(header, "kid");
	if (jws->kid == NULL && json_get(header, "kid") != NULL)
		return err_set(err, "The token names its key by something "
				    "that is no text.");
	jws->algorithm = json_get_text(header, "alg");
	if (jws->algorithm == NULL)
		return err_set(err, "The token does not say how it is signed.");
	if (!jose_algorithm_known(jws->algorithm))
		return err_set(err,
			       "The token is signed by \"%.40s\", which is not "
			       "accepted; let the provider use ES256 or RS256.",
			       jws->algorithm);
	return true;
}

/* Fills *jws, which jws_free() empties, whatever comes back. */
static bool jws_read(struct jws *jws, const char *text, struct err *err)
{
	struct buf header;
	bool ok;

	memset(jws, 0, sizeof(*jws));
	buf_init(&jws->payload, JOSE_MAX_JWS);
	buf_init(&jws->signature, JOSE_MAX_JWS);
	if (strnlen(text, JOSE_MAX_JWS + 1) > JOSE_MAX_JWS)
		return err_set(err, "The token is larger than %d KiB.",
			       JOSE_MAX_JWS / 1024);
	jws->text = text;
	buf_init(&header, JOSE_MAX_JWS);
	ok = split(jws, &header);
	if (ok)
		jws->header = json_parse(buf_text(&header), header.len, NULL);
	buf_free(&header);
	if (jws->header == NULL)
		return err_set(err, "This is no signed token (JWS): it was cut "
				    "off, is encrypted or something else.");
	return check_header(jws, err);
}

static void jws_free(struct jws *jws)
{
	json_free(jws->header);
	buf_free(&jws->payload);
	buf_free(&jws->signature);
}

/* The array of keys in a set; NULL with *err. */
static const struct json *get_keys(const struct json *jwks, struct err *err)
{
	const struct json *keys = json_get(jwks, "keys");
	const struct json *key;
	int count = 0;

	if (keys == NULL || json_kind(keys) != JSON_ARRAY) {
		err_set(err, "The provider's key set holds no keys.");
		return NULL;
	}
	for (key = json_first(keys); key != NULL; key = json_next(key))
		count++;
	if (count <= JOSE_MAX_KEYS)
		return keys;
	err_set(err, "The provider's key set holds more than %d keys.",
		JOSE_MAX_KEYS);
	return NULL;
}

struct json *jose_jwks_read(const char *text, size_t len, struct err *err)
{
	struct json *jwks;

	if (len > JOSE_MAX_JWKS) {
		err_set(err, "The provider's key set is larger than %d KiB.",
			JOSE_MAX_JWKS / 1024);
		return NULL;
	}
	jwks = json_parse(text, len, NULL);
	if (jwks == NULL)
		err_set(err, "The provider's key set is no acceptable JSON.");
	else if (get_keys(jwks, err) != NULL)
		return jwks;
	json_free(jwks);
	return NULL;
}

/* Whether the member is missing or has that value. */
static bool is_or_missing(const struct json *jwk, const char *name,
			  const char *value)
{
	const struct json *member = json_get(jwk, name);
	const char *text = json_text(member);

	return member == NULL || (text != NULL && strcmp(text, value) == 0);
}

static bool contains(const struct json *array, const char *value)
{
	const struct json *item;

	for (item = json_first(array); item != NULL; item = json_next(item)) {
		if (json_text(item) != NULL &&
		    strcmp(json_text(item), value) == 0)
			return true;
	}
	return false;
}

/* What the key says of itself (RFC 7517 sections 4.2 to 4.4). */
static bool is_meant_for(const struct json *jwk, const char *algorithm)
{
	const struct json *operations = json_get(jwk, "key_ops");

	return is_or_missing(jwk, "use", "sig") &&
	       is_or_missing(jwk, "alg", algorithm) &&
	       (operations == NULL || contains(operations, "verify"));
}

static bool is_signed_with(const struct jws *jws, const struct json *jwk)
{
	struct jose_key *key = jose_key_from_jwk(jwk);
	bool ok =
		key != NULL &&
		jose_key_verify(key, jws->algorithm, jws->text, jws->signed_len,
				buf_text(&jws->signature), jws->signature.len);

	jose_key_free(key);
	return ok;
}

/* Whether one of the keys signed it, and whether any has its kid. */
static bool find_signer(const struct jws *jws, const struct json *keys,
			bool *has_kid)
{
	const struct json *jwk;

	*has_kid = false;
	for (jwk = json_first(keys); jwk != NULL; jwk = json_next(jwk)) {
		const char *kid = json_get_text(jwk, "kid");

		if (jws->kid != NULL) {
			if (kid == NULL || strcmp(kid, jws->kid) != 0)
				continue;
			*has_kid = true;
		}
		if (is_meant_for(jwk, jws->algorithm) &&
		    is_signed_with(jws, jwk))
			return true;
	}
	return false;
}

static bool check_signature(const struct jws *jws, const struct json *jwks,
			    bool *unknown_key, struct err *err)
{
	const struct json *keys = get_keys(jwks, err);
	bool has_kid;

	if (keys == NULL)
		return false;
	if (find_signer(jws, keys, &has_kid))
		return true;
	*unknown_key = !has_kid;
	if (jws->kid != NULL && !has_kid)
		return err_set(
			err,
			"The token is said to be signed with the key "
			"\"%.40s\", which the provider does not publish.",
			jws->kid);
	return err_set(err, "The token's signature is wrong: it was changed, "
			    "or does not come from the provider.");
}

struct json *jose_verify(const char *jws, const struct json *jwks,
			 bool *unknown_key, struct err *err)
{
	struct json *claims = NULL;
	struct jws parts;
	bool unknown = false;

	if (jws_read(&parts, jws, err) &&
	    check_signature(&parts, jwks, &unknown, err)) {
		claims = json_parse(buf_text(&parts.payload), parts.payload.len,
				    NULL);
		if (claims == NULL || json_kind(claims) != JSON_OBJECT) {
			err_set(err, "The token's claims are no JSON object.");
			json_free(claims);
			claims = NULL;
		}
	}
	jws_free(&parts);
	if (unknown_key != NULL)
		*unknown_key = unknown;
	return claims;
}

/* Appends a JSON value, printed, in base64url. */
static bool encode(struct buf *out, const struct json *json)
{
	char *text = json_print(json, false);
	bool ok = text != NULL && crypto_base64url(out, text, strlen(text));

	secret_free(text);
	return ok;
}

static bool encode_header(struct buf *out, const struct jose_key *key,
			  const struct json *header)
{
	struct json *whole =
		header != NULL ? json_copy(header) : json_new_object();
	bool ok;

	json_set_text(whole, "alg", jose_key_algorithm(key));
	ok = encode(out, whole);
	json_free(whole);
	return ok;
}

char *jose_sign(const struct jose_key *key, const struct json *header,
		const struct json *claims)
{
	char *jws = NULL;
	struct buf text, signature;

	buf_init(&text, JOSE_MAX_JWS);
	buf_init(&signature, JOSE_MAX_JWS);
	if (encode_header(&text, key, header) && buf_adds(&text, ".") &&
	    encode(&text, claims) &&
	    jose_key_sign(key, text.data, text.len, &signature) &&
	    buf_adds(&text, ".") &&
	    crypto_base64url(&text, signature.data, signature.len))
		jws = buf_take(&text);
	buf_free(&signature);
	buf_free(&text);
	return jws;
}
