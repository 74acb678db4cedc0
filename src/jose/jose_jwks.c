/* SPDX-License-Identifier: MIT */
/*
 * Finds the key that signed, or says why none did. jose_key does the
 * cryptography.
 */
#include "config.h"

#include "jose/jose_jwks.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "jose/jose_key.h"

bool jose_is_absent(const struct json *member)
{
	const char *text = json_text(member);

	if (member == NULL || json_kind(member) == JSON_NULL)
		return true;
	return json_kind(member) == JSON_ARRAY ? json_first(member) == NULL
					       : text != NULL && *text == '\0';
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

/* The array of keys in a set; NULL with *err on failure. */
static const struct json *get_keys(const struct json *jwks, struct err *err)
{
	const struct json *keys = json_get(jwks, "keys");

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
	if (json_count(keys) <= JOSE_MAX_KEYS)
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

	return jose_is_absent(member) ||
	       (text != NULL && strcmp(text, value) == 0);
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
	return jose_is_absent(operations) || json_lists(operations, "verify")
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

		if (wants_kid && !jose_is_absent(kid)) {
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

bool jose_jwks_verify(const struct jws *jws, const struct json *jwks,
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
