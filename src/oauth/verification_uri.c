/* SPDX-License-Identifier: MIT */
/*
 * Rejects what could not be shown, would not open on a user's phone, or leads
 * where the provider has no business. Requests nothing.
 */
#include "config.h"

#include "oauth/verification_uri.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/url.h"
#include "oauth/provider.h"

/* Longer ones fit neither a QR code nor a screen. */
enum { URI_MAX = 1500 };

static bool is_plain_http_host(const struct provider *provider,
			       const struct url *url)
{
	return provider->plain_http_host != NULL && !url->has_userinfo &&
	       url_host_matches(url, provider->plain_http_host);
}

/* True if the address is on this machine although the provider is not: a phone
 * would look for it on itself. */
static bool is_elsewhere(const struct provider *provider, const struct url *url)
{
	struct url own;

	return url_may_be_loopback(url) &&
	       provider->device_authorization_endpoint != NULL &&
	       url_split(provider->device_authorization_endpoint, &own) &&
	       !url_may_be_loopback(&own) &&
	       !is_plain_http_host(provider, &own);
}

static bool is_listed(const struct provider *provider, const struct url *url)
{
	for (size_t i = 0; i < provider->verification_host_count; i++) {
		if (url_host_matches(url, provider->verification_hosts[i]))
			return true;
	}
	return false;
}

bool verification_uri_is_local(const struct provider *provider, const char *uri)
{
	struct url url;

	return url_split(uri, &url) && is_elsewhere(provider, &url) &&
	       !is_listed(provider, &url);
}

/* shown: the address as messages may quote it. */
static bool check(const struct provider *provider, const char *uri,
		  const char *shown, struct err *err)
{
	struct url url;
	bool is_url = url_split(uri, &url);

	if (!is_url && url_spells_loopback(uri))
		return err_set(err,
			       "%s sends users to %.200s, which leads to the "
			       "user's own device: set its public address at "
			       "the provider.",
			       provider->label, shown);
	if (!is_url)
		return err_set(err,
			       "%s sends users to something that is not a web "
			       "address: \"%.200s\".",
			       provider->label, shown);
	if (!url_is_safe(&url) && !is_plain_http_host(provider, &url))
		return err_set(err,
			       "%s sends users to %.200s, which is not safe: "
			       "it must begin with https:// and contain no "
			       "user name.",
			       provider->label, shown);
	if (is_listed(provider, &url))
		return true;
	if (is_elsewhere(provider, &url))
		return err_set(
			err,
			"%s sends users to %.200s, which is this machine and "
			"not the provider: set its public address at the "
			"provider.",
			provider->label, shown);
	if (provider->verification_host_count == 0)
		return true;
	return err_set(err,
		       "%s sends users to %.*s, which is not among "
		       "provider.verification_hosts: add it there if you "
		       "trust it.",
		       provider->label, (int)url.host_len, url.host);
}

bool verification_uri_check(const struct provider *provider, const char *uri,
			    struct err *err)
{
	char *shown;

	if (strlen(uri) > URI_MAX)
		return err_set(err,
			       "%s sends users to an address of more than %d "
			       "characters, which cannot be shown.",
			       provider->label, URI_MAX);
	if (check(provider, uri, "", err))
		return true;
	/* A link may carry the code. */
	shown = url_for_log(uri);
	(void)check(provider, uri, shown, err);
	free(shown);
	return false;
}
