/* SPDX-License-Identifier: MIT */
/*
 * Checks the whole document before it sets anything. What the configuration
 * sets, no document changes.
 */
#include "config.h"

#include "oauth/metadata.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/url.h"
#include "conf/options.h"
#include "oauth/provider.h"
#include "oauth/tenant.h"

/* The name in discovery documents, which the configuration has, too. */
static const char *auth_name(enum client_auth auth)
{
	return option_choice_name("provider.token_endpoint_auth_method", auth);
}

/* True if the document may set this endpoint. */
static bool is_open(struct provider *provider, size_t i)
{
	return provider_endpoints[i].use != NOT_DISCOVERED &&
	       (*provider_endpoint_at(provider, i) == NULL ||
		(provider->learned & (1U << i)) != 0);
}

/* The endpoint in the document; NULL if it is missing, null, "" or not a
 * string. */
static const char *endpoint_in(const struct json *document, size_t i)
{
	const char *url = json_get_text(document, provider_endpoints[i].name);

	return url && *url ? url : NULL;
}

static bool is_safe(const char *url)
{
	struct url parts;

	return url_split(url, &parts) && url_is_safe(&parts);
}

/* True if the document's value for an endpoint, if any, is usable: two
 * different values leave open which one is meant (RFC 8259 section 4). */
static bool is_usable(const struct provider *provider,
		      const struct json *document, size_t i, struct err *err)
{
	const char *url = endpoint_in(document, i);

	if (!json_is_clear(document, provider_endpoints[i].name))
		return err_set(err,
			       "The discovery document of %s cannot be used: "
			       "\"%s\" appears twice with different values.",
			       provider->issuer, provider_endpoints[i].name);
	if (url && !is_safe(url))
		return err_set(err,
			       "%s publishes a %s that is not safe to use: "
			       "\"%.120s\".",
			       provider->label, provider_endpoints[i].name,
			       url);
	return true;
}

static bool check_document(struct provider *provider,
			   const struct json *document, struct err *err)
{
	const char *issuer = json_get_text(document, "issuer");

	if (!issuer)
		return err_set(err,
			       "The discovery document of %s names no issuer "
			       "(RFC 8414 section 2).",
			       provider->issuer);
	if (strstr(issuer, TENANT_MARK) &&
	    !tenant_is_document(provider->issuer, issuer))
		return err_set(err,
			       "The discovery document of %s names the "
			       "issuer \"%.120s\": set provider.issuer to "
			       "that, with " TENANT_ADVICE ".",
			       provider->issuer, issuer);
	if (!tenant_is_document(provider->issuer, issuer))
		return err_set(err,
			       "The discovery document of %s names the issuer "
			       "\"%.120s\": provider.issuer must be exactly "
			       "that.",
			       provider->issuer, issuer);
	for (size_t i = 0; i < PROVIDER_ENDPOINTS; i++) {
		const char *url = endpoint_in(document, i);

		if (!is_open(provider, i))
			continue;
		if (provider_needs_endpoint(provider, i) &&
		    !is_usable(provider, document, i, err))
			return false;
		if (!url && provider_requires_endpoint(provider, i))
			return err_set(err,
				       "%s publishes no %s: it does not "
				       "support this grant, or provider.%s "
				       "must be set.",
				       provider->label,
				       provider_endpoints[i].name,
				       provider_endpoints[i].name);
	}
	return true;
}

static void add_name(struct buf *names, const char *what, const char *name)
{
	buf_addf(names, "%s%s", names->len > 0 ? ", " : what, name);
}

/* Sets the endpoints. Skips those that are unusable but not needed, and names
 * them in *warning. */
static void learn_endpoints(struct provider *provider,
			    const struct json *document, struct err *warning)
{
	struct buf unsafe, unclear;

	buf_init(&unsafe, 512);
	buf_init(&unclear, 512);
	free(provider->userinfo_fault);
	provider->userinfo_fault = NULL;
	for (size_t i = 0; i < PROVIDER_ENDPOINTS; i++) {
		const char *url = endpoint_in(document, i);
		char **field = provider_endpoint_at(provider, i);
		struct err why;

		if (!is_open(provider, i))
			continue;
		if (!is_usable(provider, document, i, &why)) {
			if (json_is_clear(document, provider_endpoints[i].name))
				add_name(&unsafe,
					 "ignored because not safe to use: ",
					 provider_endpoints[i].name);
			else
				add_name(&unclear,
					 "ignored because named twice with "
					 "different values: ",
					 provider_endpoints[i].name);
			if (field == &provider->userinfo_endpoint)
				provider->userinfo_fault = xstrdup(why.text);
			url = NULL;
		}
		free(*field);
		*field = xstrdup(url);
		provider->learned |= 1U << i;
	}
	err_set(warning, "%s%s%s", buf_text(&unsafe),
		unsafe.len > 0 && unclear.len > 0 ? "; " : "",
		buf_text(&unclear));
	buf_free(&unsafe);
	buf_free(&unclear);
}

/* True if the client has what the method needs. */
static bool can_prove(const struct provider *provider, enum client_auth auth)
{
	switch (auth) {
	case AUTH_UNSET:
	case AUTH_NONE:
		break; /* a client with credentials uses them */
	case AUTH_BASIC:
	case AUTH_POST:
		return provider->client_secret != NULL;
	case AUTH_PRIVATE_KEY:
		return provider->private_key != NULL;
	}
	return false;
}

/* Every provider must support Basic (RFC 6749 section 2.3.1), but some do not;
 * others support nothing else. */
static void learn_auth(struct provider *provider, const struct json *document)
{
	static const enum client_auth others[] = {AUTH_PRIVATE_KEY, AUTH_BASIC,
						  AUTH_POST};
	const struct json *methods =
		json_get(document, "token_endpoint_auth_methods_supported");

	if (!provider->chooses_auth || provider->token_auth == AUTH_NONE ||
	    json_lists(methods, auth_name(provider->token_auth)))
		return;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (!can_prove(provider, others[i]) ||
		    !json_lists(methods, auth_name(others[i])))
			continue;
		provider->token_auth = others[i];
		if (provider->chooses_device_auth &&
		    provider->device_auth != AUTH_NONE)
			provider->device_auth = others[i];
		return;
	}
}

bool metadata_learn(struct provider *provider, const struct json *document,
		    struct err *err)
{
	bool shared = !provider->device_token_endpoint ||
		      (provider->token_endpoint &&
		       strcmp(provider->device_token_endpoint,
			      provider->token_endpoint) == 0);

	if (!check_document(provider, document, err))
		return false;
	learn_endpoints(provider, document, err);
	if (shared) {
		free(provider->device_token_endpoint);
		provider->device_token_endpoint =
			xstrdup(provider->token_endpoint);
	}
	provider->sends_iss = json_is_true(json_get(
		document, "authorization_response_iss_parameter_supported"));
	if (provider->learns_ui_locales)
		provider->send_ui_locales =
			provider->preset->send_ui_locales ||
			json_first(json_get(document,
					    "ui_locales_supported")) != NULL;
	learn_auth(provider, document);
	return true;
}
