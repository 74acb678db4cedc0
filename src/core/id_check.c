/* SPDX-License-Identifier: MIT */
/*
 * Puts jose, which knows signatures, and id_token, which knows claims, behind
 * one question.
 */
#include "config.h"

#include "core/id_check.h"

#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/mem.h"
#include "core/exchange.h"
#include "core/id_token.h"
#include "core/jose.h"
#include "core/json.h"
#include "core/oauth.h"
#include "core/provider.h"

bool id_check_is_needed(const struct provider *provider,
			const struct tokens *tokens)
{
	return tokens->id_token != NULL && provider_wants_openid(provider);
}

struct request *id_check_request(const struct provider *provider)
{
	struct request *request;

	if (provider->jwks_uri == NULL)
		return NULL;
	request = xcalloc(1, sizeof(*request));
	request->purpose = "keys";
	request->url = xstrdup(provider->jwks_uri);
	return request;
}

/* The claims as they stand, for a token that came straight from the token
 * endpoint. */
static struct json *unsigned_claims(const char *token, struct err *err)
{
	const char *payload = strchr(token, '.');
	struct json *claims = NULL;
	struct buf text;
	size_t len;

	buf_init(&text, JOSE_MAX_JWS);
	len = payload != NULL ? strcspn(++payload, ".") : 0;
	if (len > 0 && crypto_base64url_decode(&text, payload, len))
		claims = json_parse(buf_text(&text), text.len, NULL);
	buf_free(&text);
	if (claims == NULL)
		err_set(err, "The provider sent an ID token that cannot be "
			     "read.");
	return claims;
}

static struct json *signed_claims(const struct provider *provider,
				  const char *token, const struct reply *reply,
				  bool *again, struct err *err)
{
	struct json *claims = NULL;
	struct json *keys = NULL;

	if (reply->net != NET_OK || reply->status != 200)
		err_set(err,
			"The keys of %s, which its ID tokens are checked with, "
			"cannot be had: %s",
			provider->label,
			reply->net != NET_OK ? reply->what
					     : "it does not hand them out.");
	else
		keys = jose_jwks_read(reply->body, reply->body_len, err);
	if (keys == NULL)
		*again = true;
	else
		claims = jose_verify(token, keys, again, err);
	json_free(keys);
	return claims;
}

bool id_check_pass(const struct provider *provider, const struct tokens *tokens,
		   const struct reply *reply, int64_t wall_s, char **profile,
		   bool *again, struct err *err)
{
	const char *issuer = provider->issuer;
	struct json *claims;
	bool ok = false;

	*profile = NULL;
	*again = false;
	if (reply != NULL)
		claims = signed_claims(provider, tokens->id_token, reply, again,
				       err);
	else
		claims = unsigned_claims(tokens->id_token, err);
	if (claims == NULL)
		return false;
	/* An issuer that nobody has named can only be taken at its word. */
	if (issuer[0] == '\0')
		issuer = json_get_text(claims, "iss");
	ok = id_token_check(claims, issuer != NULL ? issuer : "",
			    provider->client_id, tokens->nonce, wall_s, err) &&
	     id_token_profile(claims, NULL, profile, err);
	json_free(claims);
	return ok;
}

bool id_check_merge(const char *profile, const char *userinfo, char **merged,
		    struct err *err)
{
	struct json *claims = NULL;
	struct json *info = NULL;
	bool ok;

	*merged = NULL;
	if (profile != NULL)
		claims = json_parse(profile, strlen(profile), NULL);
	info = json_parse(userinfo, strlen(userinfo), NULL);
	if (json_get_text(claims, "sub") != NULL &&
	    json_get_text(info, "sub") != NULL) {
		ok = id_token_profile(claims, userinfo, merged, err);
	} else {
		*merged = xstrdup(userinfo);
		ok = true;
	}
	json_free(claims);
	json_free(info);
	return ok;
}
