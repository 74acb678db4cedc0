/* SPDX-License-Identifier: MIT */
/*
 * Splits a JWS and finds its key, and makes one. All input is hostile: until
 * its signature is verified, a token is trusted for nothing but which keys to
 * try. jose_key does the cryptography.
 */
#include "config.h"

#include "jose/jose.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"

/* A split JWS: header.payload.signature, each in base64url. */
struct jws {
	const char *text;
	size_t signed_len; /* of the signed part: header.payload */
	struct json *header;
	const char *algorithm; /* in the header */
	const char *kid;       /* in the header; NULL: none */
	struct buf payload;
	struct buf signature;
};

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

bool jose_is_id_token(const char *text, struct err *err)
{
	struct jws jws = {.text = text};
	struct buf header;
	bool ok;

	if (!check_size(text, err))
		return false;
	buf_init(&header, JOSE_MAX_JWS);
	buf_init(&jws.payload, JOSE_MAX_JWS);
	buf_init(&jws.signature, JOSE_MAX_JWS);
	if (split(&jws, &header))
		jws.header = json_parse(buf_text(&header), header.len, NULL);
	buf_free(&header);
	ok = is_plain_jwt(jws.header);
	if (!is_signed(json_get_text(jws.header, "alg"), &jws.signature))
		ok = err_set(err, "The ID token is not signed, or is not a "
				  "token.");
	else if (!ok)
		err_set(err,
			"The provider sent another kind of token (\"%.40s\") "
			"as an ID token.",
			json_get_text(jws.header, "typ") != NULL
				? json_get_text(jws.header, "typ")
				: "");
	ok = ok && has_no_extension(jws.header, err);
	jws_free(&jws);
	return ok;
}

/* Some providers write null, "" or [] instead of leaving a member out. */
static bool is_absent(const struct json *member)
{
	const char *text = json_text(member);

	if (member == NULL || json_kind(member) == JSON_NULL)
		return true;
	return json_kind(member) == JSON_ARRAY ? json_first(member) == NULL
					       : text != NULL && *text == '\0';
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

/* True if the key has that kid. */
static bool has_kid(const struct json *jwk, const char *kid)
{
	const struct json *own = json_get(jwk, "kid");
	char *text = own != NULL ? json_scalar(own) : NULL;
	bool same = text != NULL && strcmp(text, kid) == 0 &&
		    (json_kind(own) == JSON_NUMBER || json_text(own) != NULL);

	secret_free(text);
	return same;
}

static bool check_header(struct jws *jws, struct err *err)
{
	const struct json *header = jws->header;

	if (!has_no_extension(header, err))
		return false;
	settle_kid(jws->header);
	jws->kid = json_get_text(header, "kid");
	if (jws->kid == NULL && !is_absent(json_get(header, "kid")))
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
	struct buf header;
	bool ok;

	memset(jws, 0, sizeof(*jws));
	buf_init(&jws->payload, JOSE_MAX_JWS);
	buf_init(&jws->signature, JOSE_MAX_JWS);
	if (!check_size(text, err))
		return false;
	jws->text = text;
	buf_init(&header, JOSE_MAX_JWS);
	ok = split(jws, &header);
	if (ok)
		jws->header = json_parse(buf_text(&header), header.len, &why);
	buf_free(&header);
	if (jws->header == NULL && why.text[0] != '\0')
		return err_set(err, "This is not a signed token (JWS). %s",
			       why.text);
	if (jws->header == NULL)
		return err_set(err, "This is not a signed token (JWS): it is "
				    "truncated, encrypted or something else.");
	return check_header(jws, err);
}

/* The array of keys in a set; NULL with *err on failure. */
static const struct json *get_keys(const struct json *jwks, struct err *err)
{
	const struct json *keys = json_get(jwks, "keys");
	const struct json *key;
	int count = 0;

	if (json_kind(jwks) != JSON_OBJECT) {
		err_set(err, "The provider's key set is not a JWK Set: an "
			     "object with \"keys\" is required (RFC 7517 "
			     "section 5).");
		return NULL;
	}
	if (keys == NULL || json_kind(keys) != JSON_ARRAY) {
		err_set(err, "The provider's key set contains no keys.");
		return NULL;
	}
	for (key = json_first(keys); key != NULL; key = json_next(key))
		count++;
	if (count <= JOSE_MAX_KEYS)
		return keys;
	err_set(err, "The provider's key set contains more than %d keys.",
		JOSE_MAX_KEYS);
	return NULL;
}

struct json *jose_jwks_read(const char *text, size_t len, struct err *err)
{
	struct err why = {""};
	struct json *jwks;

	if (len > JOSE_MAX_JWKS) {
		err_set(err, "The provider's key set is larger than %d KiB.",
			JOSE_MAX_JWKS / 1024);
		return NULL;
	}
	jwks = json_parse(text, len, &why);
	if (jwks == NULL)
		err_set(err, "Cannot read the provider's key set. %s",
			why.text);
	else if (get_keys(jwks, err) != NULL)
		return jwks;
	json_free(jwks);
	return NULL;
}

/* True if the member is absent or has that value. */
static bool is_or_missing(const struct json *jwk, const char *name,
			  const char *value)
{
	const struct json *member = json_get(jwk, name);
	const char *text = json_text(member);

	return is_absent(member) || (text != NULL && strcmp(text, value) == 0);
}

/* The member that declares the key for another use (RFC 7517 sections 4.2 to
 * 4.4); NULL if there is none. */
static const char *find_misfit(const struct json *jwk, const char *algorithm)
{
	const struct json *operations = json_get(jwk, "key_ops");

	if (!is_or_missing(jwk, "use", "sig"))
		return "use";
	if (!is_or_missing(jwk, "alg", algorithm))
		return "alg";
	return is_absent(operations) || json_lists(operations, "verify")
		       ? NULL
		       : "key_ops";
}

/* True if the key can verify signatures of a known algorithm. */
static bool is_usable(const struct json *jwk)
{
	const char *algorithm = json_get_text(jwk, "alg");
	struct jose_key *key;
	bool ok;

	if (find_misfit(jwk, algorithm) != NULL)
		return false;
	key = jose_key_from_jwk(jwk);
	ok = key != NULL &&
	     (algorithm == NULL || (jose_algorithm_known(algorithm) &&
				    jose_key_fits(key, algorithm)));
	jose_key_free(key);
	return ok;
}

int jose_jwks_usable(const struct json *jwks)
{
	const struct json *jwk;
	int count = 0;

	for (jwk = json_first(json_get(jwks, "keys")); jwk != NULL;
	     jwk = json_next(jwk))
		count += is_usable(jwk);
	return count;
}

/* The result of the search for the signing key. */
struct search {
	bool found;
	bool has_kid;	    /* a key has the token's kid */
	bool tried;	    /* a key fits, but did not sign */
	bool unusable;	    /* a key is of an unsupported kind */
	bool unfit;	    /* the type of the key of that kid does not fit */
	const char *misfit; /* the member that declares a key for another use */
	const struct json *misfit_value; /* and its value */
};

static void try_key(const struct jws *jws, const struct json *jwk,
		    struct search *search)
{
	struct jose_key *key;

	search->misfit = find_misfit(jwk, jws->algorithm);
	if (search->misfit != NULL) {
		search->misfit_value = json_get(jwk, search->misfit);
		return;
	}
	key = jose_key_from_jwk(jwk);
	if (key == NULL) {
		/* Without a type it is not a key at all. */
		if (json_get_text(jwk, "kty") != NULL)
			search->unusable = true;
		return;
	}
	search->unfit = search->has_kid && !jose_key_fits(key, jws->algorithm);
	search->tried = !search->unfit;
	search->found =
		jose_key_verify(key, jws->algorithm, jws->text, jws->signed_len,
				buf_text(&jws->signature), jws->signature.len);
	jose_key_free(key);
}

/* A key or a token without a kid leaves open which key signed (RFC 7515 section
 * 4.1.4). Once a key has the token's kid, the others do not matter for the
 * error. */
static void find_signer(const struct jws *jws, const struct json *keys,
			struct search *search)
{
	bool wants_kid = jws->kid != NULL && *jws->kid != '\0';
	const struct json *jwk;

	for (jwk = json_first(keys); jwk != NULL && !search->found;
	     jwk = json_next(jwk)) {
		const struct json *kid = json_get(jwk, "kid");
		struct search one = {false};

		if (wants_kid && !is_absent(kid)) {
			if (!has_kid(jwk, jws->kid))
				continue;
			one.has_kid = true;
		}
		try_key(jws, jwk, &one);
		if (one.found || (one.has_kid && !search->has_kid)) {
			*search = one;
		} else if (one.has_kid == search->has_kid) {
			search->tried |= one.tried;
			search->unusable |= one.unusable;
			search->unfit |= one.unfit;
			if (search->misfit == NULL) {
				search->misfit = one.misfit;
				search->misfit_value = one.misfit_value;
			}
		}
	}
}

/* The subject of a sentence: 'The key "a"' if the token names one. */
struct who {
	char text[64];
};

static struct who name_key(const char *kid)
{
	struct who who = {"The provider's key"};

	if (*kid != '\0')
		(void)snprintf(who.text, sizeof(who.text), "The key \"%.40s\"",
			       kid);
	return who;
}

static bool explain_misfit(const struct jws *jws, const char *kid,
			   const struct search *search, struct err *err)
{
	char *value = json_print(search->misfit_value, false);

	err_set(err,
		"%s cannot be used: its \"%s\" is %.60s, but the token is "
		"signed with %s. Have the provider correct its key set.",
		name_key(kid).text, search->misfit, value, jws->algorithm);
	secret_free(value);
	return false;
}

static bool explain(const struct jws *jws, const char *kid,
		    const struct search *search, struct err *err)
{
#define USABLE                                                                 \
	"cannot be used: it must be RSA (2048 to 8192 bits), P-256, P-384 or " \
	"Ed25519. Have the provider sign with such a key."
	if (search->unusable && search->tried)
		return err_set(err, "The token's signature is wrong for every "
				    "usable key, but another key " USABLE);
	if (search->unusable)
		return err_set(err, "%s " USABLE, name_key(kid).text);
#undef USABLE
	if (*kid != '\0' && !search->has_kid)
		return err_set(err,
			       "The token names the key \"%.40s\", which the "
			       "provider does not publish.",
			       kid);
	if (search->misfit != NULL && !search->tried)
		return explain_misfit(jws, kid, search, err);
	if (search->unfit && !search->tried)
		return err_set(err,
			       "%s cannot be used: it is of the wrong type, "
			       "because the token is signed with %s. Have the "
			       "provider correct its key set.",
			       name_key(kid).text, jws->algorithm);
	return err_set(err, "The token's signature is wrong: the token was "
			    "changed, or is not from the provider.");
}

static bool check_signature(const struct jws *jws, const struct json *jwks,
			    bool *unknown_key, struct err *err)
{
	const struct json *keys = get_keys(jwks, err);
	const char *kid = jws->kid != NULL ? jws->kid : "";
	struct search search = {false};

	if (keys == NULL)
		return false;
	find_signer(jws, keys, &search);
	if (search.found)
		return true;
	*unknown_key = !search.has_kid;
	return explain(jws, kid, &search, err);
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
	    check_signature(&parts, jwks, &unknown, err))
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
