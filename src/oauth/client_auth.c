/* SPDX-License-Identifier: MIT */
/*
 * One function per method. An assertion is made for one request and never
 * reused.
 */
#include "config.h"

#include "oauth/client_auth.h"

#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/form.h"
#include "base/json.h"
#include "base/mem.h"
#include "jose/jose.h"
#include "oauth/http_message.h"

/* Room for an id and a secret of maximum size, encoded twice. */
enum { HEADER_MAX = 8 * PROVIDER_SECRET_MAX };

/* Lifetime of an assertion. It is used at once; the rest allows for clock
 * skew. */
enum { ASSERTION_LIFE_S = 120 };

/* "Basic …": id and secret are form-encoded first (RFC 6749 section 2.3.1). */
static char *basic_authorization(const struct provider *provider)
{
	const char *secret = provider->client_secret;
	struct buf pair;
	struct buf header;

	buf_init(&pair, HEADER_MAX);
	buf_init(&header, HEADER_MAX);
	form_encode(&pair, provider->client_id, strlen(provider->client_id));
	buf_adds(&pair, ":");
	form_encode(&pair, secret, strlen(secret));
	buf_adds(&header, "Basic ");
	crypto_base64(&header, buf_text(&pair), pair.len);
	buf_free(&pair);
	return buf_take(&header);
}

/* The audience is the token endpoint, also at other endpoints (OpenID Connect
 * Core section 9), unless the configuration names another. */
static const char *audience_of(const struct provider *provider)
{
	return provider->private_key_audience[0] != '\0'
		       ? provider->private_key_audience
		       : provider->token_endpoint;
}

/* The claims of RFC 7523 section 3. */
static char *assertion(const struct provider *provider, int64_t wall_s)
{
	struct json *header = json_new_object();
	struct json *claims = json_new_object();
	char *id = crypto_random_text();
	char *jws;

	if (provider->private_key_id[0] != '\0')
		json_set_text(header, "kid", provider->private_key_id);
	json_set_text(claims, "iss", provider->client_id);
	json_set_text(claims, "sub", provider->client_id);
	json_set_text(claims, "aud", audience_of(provider));
	json_set_text(claims, "jti", id);
	json_set_integer(claims, "iat", wall_s);
	json_set_integer(claims, "exp", wall_s + ASSERTION_LIFE_S);
	jws = jose_sign(provider->private_key, header, claims);
	secret_free(id);
	json_free(claims);
	json_free(header);
	return jws;
}

static bool add_assertion(struct buf *form, const struct provider *provider,
			  int64_t wall_s)
{
	char *jws = assertion(provider, wall_s);
	bool ok = jws != NULL;

	form_add(form, "client_assertion_type",
		 "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
	form_add(form, "client_assertion", jws);
	secret_free(jws);
	return ok;
}

/* client_id is in every body: RFC 8628 sections 3.1 and 3.4 require it, and
 * Webex does so even with HTTP Basic. */
void client_auth_add(const struct provider *provider, enum client_auth auth,
		     int64_t wall_s, struct buf *form, struct request *request)
{
	form_add(form, "client_id", provider->client_id);
	switch (auth) {
	case AUTH_UNSET:
	case AUTH_NONE:
		break;
	case AUTH_BASIC:
		request->authorization = basic_authorization(provider);
		request->broken = request->authorization == NULL;
		break;
	case AUTH_POST:
		form_add(form, "client_secret", provider->client_secret);
		break;
	case AUTH_PRIVATE_KEY:
		request->broken = !add_assertion(form, provider, wall_s);
		break;
	}
}
