/* SPDX-License-Identifier: MIT */
/*
 * Splits a JWS, and makes one. All input is hostile: until its signature is
 * verified, a token is trusted for nothing but which keys to try. jose_jwks
 * finds the key.
 */
#include "config.h"

#include "jose/jose.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "jose/jose_jwks.h"

static void jws_free(struct jws *jws)
{
	json_free(jws->header);
	buf_free(&jws->payload);
	buf_free(&jws->signature);
}

static bool decode(struct buf *out, const char *begin, const char *end)
{
	return crypto_base64url_decode(out, begin, (size_t)(end - begin));
}

/* base64url contains no dot, so exactly three parts make a JWS. */
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

/*
 * True if typ is absent or that of a plain JWT. A token of another kind
 * (at+jwt, logout+jwt) may have all the claims of an ID token (RFC 8725 section
 * 3.11).
 */
static bool is_plain_jwt(const struct json *header)
{
	const struct json *typ = json_get(header, "typ");
	const char *text = json_text(typ);

	if (typ == NULL || json_kind(typ) == JSON_NULL)
		return true;
	if (text != NULL && strncasecmp(text, "application/", 12) == 0)
		text += 12;
	return text != NULL &&
	       (strcasecmp(text, "JWT") == 0 || strcasecmp(text, "JOSE") == 0);
}

static bool check_size(const char *jws, struct err *err)
{
	return strnlen(jws, JOSE_MAX_JWS + 1) <= JOSE_MAX_JWS ||
	       err_set(err, "The token is larger than %d KiB.",
		       JOSE_MAX_JWS / 1024);
}

/* Extensions listed in crit must be understood (RFC 7515 section 4.1.11); none
 * is. b64 (RFC 7797) would change what is signed. */
static bool has_no_extension(const struct json *header, struct err *err)
{
	return (json_get(header, "crit") == NULL &&
		json_get(header, "b64") == NULL) ||
	       err_set(err, "The token requires a JWS extension that grantty "
			    "does not support.");
}

/* True if that algorithm has made that signature, possibly of another text. */
static bool is_signed(const char *algorithm, const struct buf *signature)
{
	return algorithm != NULL && algorithm[0] != '\0' &&
	       strcasecmp(algorithm, "none") != 0 && signature->len > 0;
}

/* Splits the text; jws_free() *jws even on failure. Its header stays NULL if
 * that is not one of a JWS; *why says more if it is not JSON. */
static bool jws_split(struct jws *jws, const char *text, struct err *why,
		      struct err *err)
{
	struct buf header;

	*jws = (struct jws){.text = text};
	buf_init(&jws->payload, JOSE_MAX_JWS);
	buf_init(&jws->signature, JOSE_MAX_JWS);
	if (!check_size(text, err))
		return false;
	buf_init(&header, JOSE_MAX_JWS);
	if (split(jws, &header))
		jws->header = json_parse(buf_text(&header), header.len, why);
	buf_free(&header);
	return true;
}

bool jose_is_id_token(const char *text, struct err *err)
{
	struct jws jws;
	bool ok = jws_split(&jws, text, NULL, err);

	if (ok && !is_signed(json_get_text(jws.header, "alg"), &jws.signature))
		ok = err_set(err, "The ID token is not signed, or is not a "
				  "token.");
	else if (ok && !is_plain_jwt(jws.header))
		ok = err_set(err,
			     "The provider sent another kind of token "
			     "(\"%.40s\") as an ID token.",
			     json_get_text(jws.header, "typ") != NULL
				     ? json_get_text(jws.header, "typ")
				     : "");
	ok = ok && has_no_extension(jws.header, err);
	jws_free(&jws);
	return ok;
}

/* A kid is a string (RFC 7515 section 4.1.4), but some providers use
 * numbers. */
static void settle_kid(struct json *object)
{
	const struct json *kid = json_get(object, "kid");
	char *text = NULL;

	if (kid != NULL && json_kind(kid) == JSON_NUMBER)
		text = json_scalar(kid);
	if (text != NULL)
		json_set_text(object, "kid", text);
	secret_free(text);
}

static bool check_header(struct jws *jws, struct err *err)
{
	const struct json *header = jws->header;

	if (!has_no_extension(header, err))
		return false;
	settle_kid(jws->header);
	jws->kid = json_get_text(header, "kid");
	if (jws->kid == NULL && !jose_is_absent(json_get(header, "kid")))
		return err_set(err, "The token's key ID is not a string.");
	jws->algorithm = json_get_text(header, "alg");
	if (jws->algorithm == NULL)
		return err_set(err, "The token does not name its signature "
				    "algorithm.");
	if (!jose_algorithm_known(jws->algorithm))
		return err_set(
			err,
			"The token is signed with \"%.40s\", which is not "
			"accepted: have the provider use ES256 or RS256.",
			jws->algorithm);
	return true;
}

/* Fills *jws; jws_free() it even on failure. */
static bool jws_read(struct jws *jws, const char *text, struct err *err)
{
	struct err why = {""};

	if (!jws_split(jws, text, &why, err))
		return false;
	if (jws->header == NULL && why.text[0] != '\0')
		return err_set(err, "This is not a signed token (JWS). %s",
			       why.text);
	if (jws->header == NULL)
		return err_set(err, "This is not a signed token (JWS): it is "
				    "truncated, encrypted or something else.");
	return check_header(jws, err);
}

static struct json *read_claims(const struct buf *payload, struct err *err)
{
	struct err why = {""};
	struct json *claims =
		json_parse_all(buf_text(payload), payload->len, &why);

	if (claims != NULL && json_kind(claims) == JSON_OBJECT)
		return claims;
	err_set(err, "Cannot read the token's claims: %s",
		claims != NULL ? "they are not a JSON object."
			       : json_why(&why));
	json_free(claims);
	return NULL;
}

struct json *jose_verify(const char *jws, const struct json *jwks,
			 bool *unknown_key, struct err *err)
{
	struct json *claims = NULL;
	struct jws parts;
	bool unknown = false;

	if (jws_read(&parts, jws, err) &&
	    jose_jwks_verify(&parts, jwks, &unknown, err))
		claims = read_claims(&parts.payload, err);
	jws_free(&parts);
	if (unknown_key != NULL)
		*unknown_key = unknown;
	return claims;
}

/* Appends a JSON value in base64url. */
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
