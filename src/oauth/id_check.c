/* SPDX-License-Identifier: MIT */
/*
 * Combines jose, which checks signatures, and id_token, which checks claims.
 */
#include "config.h"

#include "oauth/id_check.h"

#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "jose/jose.h"
#include "jose/jose_jwks.h"
#include "oauth/http_message.h"
#include "oauth/id_token.h"
#include "oauth/tokens.h"
#include "oauth/provider.h"
#include "oauth/reply.h"

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
	request->kind = REQUEST_KEYS;
	request->url = xstrdup(provider->jwks_uri);
	return request;
}

/* Says why an answer holds no keys, as the end of a sentence. */
static void explain_no_keys(const struct reply *reply, struct err *why)
{
	char target[128];

	if (reply->net != NET_OK) {
		err_set(why, "%s", reply->what);
	} else if (reply->status / 100 == 3 && reply->location != NULL) {
		http_target(reply, target, sizeof(target));
		err_set(why,
			"it redirects to %s (status %d), which is not "
			"followed: set provider.jwks_uri to the address that "
			"it redirects to.",
			target, reply->status);
	} else if (reply_is_unavailable(reply)) {
		err_set(why,
			"they are not available at the moment (status "
			"%d).",
			reply->status);
	} else {
		err_set(why,
			"they are not available (status %d): check whether "
			"provider.jwks_uri is right.",
			reply->status);
	}
}

struct json *id_check_keys(const struct provider *provider,
			   const struct reply *reply, struct err *err)
{
	struct err why;

	if (reply->net == NET_OK && reply->status == 200)
		return jose_jwks_read(reply->body, reply->body_len, err);
	explain_no_keys(reply, &why);
	err_set(err,
		"Cannot get the keys with which %s signs its ID tokens: %s",
		provider->label, why.text);
	return NULL;
}

static struct json *signed_claims(const struct provider *provider,
				  const char *token, const struct reply *reply,
				  bool *again, struct err *err)
{
	struct json *keys = id_check_keys(provider, reply, err);
	struct json *claims = NULL;

	if (keys == NULL)
		*again = true;
	else
		claims = jose_verify(token, keys, again, err);
	json_free(keys);
	return claims;
}

bool id_check_pass(const struct provider *provider, const struct tokens *tokens,
		   const struct reply *reply, int64_t wall_s,
		   struct json **profile, bool *again, struct err *err)
{
	const char *issuer = provider->issuer;
	struct json *claims;
	bool ok = false;

	*profile = NULL;
	*again = false;
	if (!jose_is_id_token(tokens->id_token, err))
		return false;
	if (reply != NULL)
		claims = signed_claims(provider, tokens->id_token, reply, again,
				       err);
	else
		claims = id_token_claims(tokens->id_token, err);
	if (claims == NULL)
		return false;
	/* If no issuer is configured, the token's own must do. */
	if (issuer[0] == '\0')
		issuer = json_get_text(claims, "iss");
	ok = id_token_check(claims, issuer != NULL ? issuer : "",
			    provider->client_id, tokens->nonce, wall_s, err) &&
	     id_token_profile(claims, NULL, profile, err);
	json_free(claims);
	return ok;
}

/* Two tokens of one session are about one user of one issuer. */
static bool has_same(const struct json *before, const struct json *claims,
		     const char *name, struct err *err)
{
	const char *a = json_get_text(before, name);
	const char *b = json_get_text(claims, name);

	return (a != NULL && b != NULL && strcmp(a, b) == 0) ||
	       err_set(err,
		       "Its %s differs from that of the ID token before it.",
		       name);
}

bool id_check_renewed(const struct provider *provider, const char *before,
		      const char *token, int64_t wall_s, struct err *err)
{
	struct json *old = id_token_claims(before, err);
	struct json *claims = NULL;
	bool ok;

	if (old != NULL && jose_is_id_token(token, err))
		claims = id_token_claims(token, err);
	ok = claims != NULL && has_same(old, claims, "iss", err) &&
	     has_same(old, claims, "sub", err) &&
	     id_token_check(claims, json_get_text(old, "iss"),
			    provider->client_id, NULL, wall_s, err);
	json_free(claims);
	json_free(old);
	return ok;
}

bool id_check_merge(const struct json *profile, struct json **userinfo,
		    struct err *err)
{
	struct json *merged;

	if (json_get_text(profile, "sub") == NULL ||
	    json_get_text(*userinfo, "sub") == NULL)
		return true;
	if (!id_token_profile(profile, *userinfo, &merged, err))
		return false;
	json_free(*userinfo);
	*userinfo = merged;
	return true;
}
