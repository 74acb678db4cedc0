/* SPDX-License-Identifier: MIT */
/*
 * The table of endpoints, and what a provider that is set up needs and wants.
 */
#include "config.h"

#include "oauth/provider.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "conf/conf.h"
#include "jose/jose_key.h"

#define WITHOUT_USERINFO                              \
	"No user can sign in here without that: set " \
	"provider.userinfo_endpoint, or add openid to provider.scope."

/* The endpoints, under one name in the configuration and in discovery
 * documents. */
const struct provider_endpoint provider_endpoints[] = {
#define ENDPOINT(name, use)                                   \
	{                                                     \
#		name, use, offsetof(struct provider, name),  \
			offsetof(struct conf, provider.name), \
			offsetof(struct preset, name)         \
	}
	ENDPOINT(device_authorization_endpoint, NEEDED_BY_DEVICE_GRANT),
	ENDPOINT(token_endpoint, NEEDED_ALWAYS),
	ENDPOINT(device_token_endpoint, NOT_DISCOVERED),
	ENDPOINT(userinfo_endpoint, USED_IF_KNOWN),
	ENDPOINT(revocation_endpoint, USED_IF_KNOWN),
	ENDPOINT(authorization_endpoint, NEEDED_BY_CODE_GRANT),
	ENDPOINT(jwks_uri, USED_WITH_OPENID),
#undef ENDPOINT
};

static const char *text_at(const void *base, size_t offset)
{
	return *(const char *const *)(const void *)((const char *)base +
						    offset);
}

char **provider_endpoint_at(struct provider *provider, size_t i)
{
	return (char **)(void *)((char *)provider +
				 provider_endpoints[i].in_provider);
}

const char *provider_endpoint_of(const struct provider *provider, size_t i)
{
	return text_at(provider, provider_endpoints[i].in_provider);
}

bool provider_requires_endpoint(const struct provider *provider, size_t i)
{
	switch (provider_endpoints[i].use) {
	case NEEDED_ALWAYS:
		return true;
	case NEEDED_BY_DEVICE_GRANT:
		return !provider->code_grant;
	case NEEDED_BY_CODE_GRANT:
		return provider->code_grant;
	case USED_WITH_OPENID:
	case USED_IF_KNOWN:
	case NOT_DISCOVERED:
		break;
	}
	return false;
}

void provider_take_endpoints(struct provider *provider, const struct conf *conf)
{
	for (size_t i = 0; i < PROVIDER_ENDPOINTS; i++) {
		const struct provider_endpoint *row = &provider_endpoints[i];
		const char *own = text_at(conf, row->in_conf);
		const char *preset = text_at(provider->preset, row->in_preset);

		*provider_endpoint_at(provider, i) =
			xstrdup(text_unless_empty(own) != NULL ? own : preset);
	}
	if (provider->device_token_endpoint == NULL)
		provider->device_token_endpoint =
			xstrdup(provider->token_endpoint);
}

static bool has_scope(const struct provider *provider, const char *name)
{
	const char *scope = provider->scope;
	const char *word;
	size_t len;

	while ((word = text_next_word(&scope, " ", &len)) != NULL) {
		if (len == strlen(name) && strncmp(word, name, len) == 0)
			return true;
	}
	return false;
}

bool provider_has_extra(const struct provider *provider, const char *name)
{
	for (size_t i = 0; i < provider->extra_count; i++) {
		if (strcmp(provider->extra[i].name, name) == 0)
			return true;
	}
	return false;
}

const char *provider_ui_locales(const struct provider *provider)
{
	return provider->send_ui_locales &&
			       !provider_has_extra(provider, "ui_locales")
		       ? i18n_tag()
		       : NULL;
}

bool provider_wants_openid(const struct provider *provider)
{
	return has_scope(provider, "openid");
}

bool provider_wants_offline(const struct provider *provider)
{
	return has_scope(provider, "offline_access");
}

bool provider_tells_who(const struct provider *provider, struct err *err)
{
	if (provider->userinfo_endpoint != NULL ||
	    provider_wants_openid(provider))
		return true;
	if (provider->userinfo_fault != NULL)
		return err_set(err, "%s " WITHOUT_USERINFO,
			       provider->userinfo_fault);
	return err_set(err, "The provider does not say who is signing "
			    "in. " WITHOUT_USERINFO);
}

bool provider_is_complete(const struct provider *provider)
{
	for (size_t i = 0; i < PROVIDER_ENDPOINTS; i++) {
		if (provider_requires_endpoint(provider, i) &&
		    !provider_endpoint_of(provider, i))
			return false;
	}
	return true;
}

bool provider_needs_endpoint(const struct provider *provider, size_t i)
{
	return provider_requires_endpoint(provider, i) ||
	       (provider_endpoints[i].use == USED_WITH_OPENID &&
		provider_wants_openid(provider));
}

/* True if the grant uses the endpoint at all. */
static bool is_used(const struct provider *provider, size_t i)
{
	return provider_needs_endpoint(provider, i) ||
	       provider_endpoints[i].use == USED_IF_KNOWN;
}

bool provider_lacks_any(const struct provider *provider)
{
	for (size_t i = 0; i < PROVIDER_ENDPOINTS; i++) {
		if (is_used(provider, i) &&
		    provider_endpoint_of(provider, i) == NULL &&
		    (provider->learned & (1U << i)) == 0)
			return true;
	}
	return false;
}

void provider_free(struct provider *provider)
{
	free(provider->id);
	free(provider->label);
	free(provider->issuer);
	for (size_t i = 0; i < PROVIDER_ENDPOINTS; i++)
		free(*provider_endpoint_at(provider, i));
	free(provider->userinfo_fault);
	free(provider->redirect_uri);
	free(provider->client_id);
	secret_free(provider->client_secret);
	jose_key_free(provider->private_key);
	free(provider->private_key_id);
	free(provider->private_key_audience);
	free(provider->scope);
	free(provider->audience);
	free(provider->device_name);
	free(provider->redirect_help);
	for (size_t i = 0; i < provider->extra_count; i++) {
		free(provider->extra[i].name);
		secret_free(provider->extra[i].value);
	}
	free(provider->extra);
	for (size_t i = 0; i < provider->verification_host_count; i++)
		free(provider->verification_hosts[i]);
	free(provider->verification_hosts);
	free(provider->plain_http_host);
	free(provider->takes_json);
	memset(provider, 0, sizeof(*provider));
}
