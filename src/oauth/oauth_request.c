/* SPDX-License-Identifier: MIT */
/*
 * Builds the requests of RFC 8628, RFC 6749 section 6 and RFC 7009. Sends
 * nothing and remembers nothing.
 */
#include "config.h"

#include "oauth/oauth_request.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/form.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "oauth/client_auth.h"
#include "oauth/http_message.h"
#include "oauth/json_request.h"
#include "oauth/pkce.h"
#include "oauth/provider.h"

/* Room for a token and a secret of maximum size, encoded. */
enum { REQUEST_MAX = 16 * OAUTH_TOKEN_MAX };

struct request *oauth_post(const struct provider *provider,
			   enum request_kind kind, const char *url,
			   struct buf *form, enum client_auth auth,
			   int64_t wall_s)
{
	struct request *request = xcalloc(1, sizeof(*request));

	request->kind = kind;
	request->url = xstrdup(url);
	client_auth_add(provider, auth, wall_s, form, request);
	request->body = buf_take(form);
	if (request->body == NULL)
		request->broken = true;
	else if (json_request_is_due(provider))
		json_request_make(request);
	return request;
}

struct request *oauth_device_request(const struct provider *provider,
				     const char *verifier, int64_t wall_s)
{
	struct buf form;

	buf_init(&form, REQUEST_MAX);
	form_add(&form, "scope", text_unless_empty(provider->scope));
	if (provider->send_scopes)
		form_add(&form, "scopes", text_unless_empty(provider->scope));
	form_add(&form, "audience", text_unless_empty(provider->audience));
	form_add(&form, "ui_locales", provider_ui_locales(provider));
	for (size_t i = 0; i < provider->extra_count; i++)
		form_add(&form, provider->extra[i].name,
			 provider->extra[i].value);
	pkce_add_challenge(&form, verifier);
	return oauth_post(provider, REQUEST_DEVICE_AUTHORIZATION,
			  provider->device_authorization_endpoint, &form,
			  provider->device_auth, wall_s);
}

/* Webex shows the user which device is signing in. */
static void add_user_info(struct buf *form, const struct provider *provider)
{
	struct json *info;
	char *text;

	if (!provider->send_user_info || !*provider->device_name)
		return;
	info = json_new_object();
	json_set_text(info, "device_name", provider->device_name);
	text = json_print(info, false);
	form_add(form, "user_info", text);
	free(text);
	json_free(info);
}

struct request *oauth_poll_request(const struct provider *provider,
				   const char *device_code,
				   const char *verifier, int64_t wall_s)
{
	struct buf form;

	buf_init(&form, REQUEST_MAX);
	form_add(&form, "grant_type", OAUTH_DEVICE_GRANT);
	form_add(&form, "device_code", device_code);
	form_add(&form, "code_verifier", verifier);
	add_user_info(&form, provider);
	return oauth_post(provider, REQUEST_POLL,
			  provider->device_token_endpoint, &form,
			  provider->token_auth, wall_s);
}

struct request *oauth_refresh_request(const struct provider *provider,
				      const char *refresh_token, int64_t wall_s)
{
	struct request *request;
	struct buf form;

	buf_init(&form, REQUEST_MAX);
	form_add(&form, "grant_type", "refresh_token");
	form_add(&form, "refresh_token", refresh_token);
	request =
		oauth_post(provider, REQUEST_REFRESH, provider->token_endpoint,
			   &form, provider->token_auth, wall_s);
	request->fresh = true;
	return request;
}

/* The value of the Authorization header (RFC 6750 section 2.1, RFC 9449 section
 * 7.1). */
static char *authorization_of(const struct tokens *tokens)
{
	struct buf header;

	buf_init(&header, REQUEST_MAX);
	buf_adds(&header, tokens->dpop_key ? "DPoP " : "Bearer ");
	buf_adds(&header, tokens->access_token);
	return buf_take(&header);
}

struct request *oauth_profile_request(const struct provider *provider,
				      const struct tokens *tokens)
{
	struct request *request;

	if (!provider->userinfo_endpoint)
		return NULL;
	request = xcalloc(1, sizeof(*request));
	request->kind = REQUEST_PROFILE;
	request->url = xstrdup(provider->userinfo_endpoint);
	request->authorization = authorization_of(tokens);
	request->broken = request->authorization == NULL;
	return request;
}

struct request *oauth_revoke_request(const struct provider *provider,
				     const char *token, const char *hint,
				     int64_t wall_s)
{
	struct request *request;
	struct buf form;

	if (!provider->revocation_endpoint)
		return NULL;
	buf_init(&form, REQUEST_MAX);
	form_add(&form, "token", token);
	form_add(&form, "token_type_hint", hint);
	request = oauth_post(provider, REQUEST_REVOCATION,
			     provider->revocation_endpoint, &form,
			     provider->token_auth, wall_s);
	request->fresh = true;
	return request;
}
