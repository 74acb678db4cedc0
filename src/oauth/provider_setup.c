/* SPDX-License-Identifier: MIT */
/*
 * Combines a preset with the configuration and rejects what cannot work or
 * would send a secret or the user to an unsafe place. Sends nothing, so it
 * cannot know whether an endpoint exists.
 */
#include "config.h"

#include "oauth/provider_setup.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/text.h"
#include "base/url.h"
#include "conf/conf.h"
#include "conf/presets.h"
#include "jose/jose_key.h"
#include "oauth/provider.h"
#include "oauth/tenant.h"
#include "oauth/well_known.h"

/* The first of the three that is not empty; NULL if all are. */
static const char *first_of(const char *a, const char *b, const char *c)
{
	if (a && *a)
		return a;
	if (b && *b)
		return b;
	return c && *c ? c : NULL;
}

static char *copy_or_empty(const char *s)
{
	return xstrdup(s ? s : "");
}

static bool unknown_preset(const char *name, struct err *err)
{
	const struct preset *preset;
	const char *meant;
	struct buf names;
	size_t len = 0;

	buf_init(&names, sizeof(err->text));
	for (size_t i = 0; (preset = preset_at(i)); i++) {
		if (*preset->name)
			buf_addf(&names, "%s%s", i > 0 ? ", " : "",
				 preset->name);
	}
	meant = nearest_name(name, buf_text(&names), &len);
	if (meant)
		err_set(err,
			"Unknown provider preset \"%.40s\"; did you mean "
			"\"%.*s\"?",
			name, (int)len, meant);
	else
		err_set(err,
			"Unknown provider preset \"%.40s\": use one of %s, "
			"or \"\" with endpoints of your own.",
			name, buf_text(&names));
	buf_free(&names);
	return false;
}

static bool check_endpoint(const char *option, const char *endpoint,
			   bool required, struct err *err)
{
	struct url url;
	bool ok = true;
	char *shown;

	if (!endpoint && required)
		return err_set(err,
			       "Cannot reach the provider: its address is not "
			       "known. Set provider.%s in the configuration.",
			       option);
	if (!endpoint)
		return true;
	shown = url_for_log(endpoint);
	if (strstr(endpoint, TENANT_MARK))
		ok = err_set(err,
			     "provider.%s names no tenant: put " TENANT_ADVICE
			     " into \"%.120s\".",
			     option, shown);
	else if (!url_split(endpoint, &url) || !url_is_safe(&url))
		ok = err_set(err,
			     "provider.%s must be an https:// address "
			     "without a user name (http:// on this machine "
			     "only), not \"%.200s\".",
			     option, shown);
	free(shown);
	return ok;
}

/* Operators may copy the address of the document from a browser. */
static bool check_issuer(const struct provider *provider, struct err *err)
{
	char *issuer = well_known_issuer(provider->issuer);

	if (!issuer)
		return true;
	err_set(err,
		"provider.issuer is the address of a discovery document: set "
		"it to \"%.200s\", without the /.well-known/ part.",
		issuer);
	free(issuer);
	return false;
}

static bool check_endpoints(const struct provider *provider, struct err *err)
{
	/* With an issuer, discovery can find what is missing. */
	const bool is_alone = provider->issuer[0] == '\0';

	for (size_t i = 0; i < PROVIDER_ENDPOINTS; i++) {
		if (!check_endpoint(
			    provider_endpoints[i].name,
			    provider_endpoint_of(provider, i),
			    is_alone && provider_requires_endpoint(provider, i),
			    err))
			return false;
	}
	if (!is_alone &&
	    !check_endpoint("issuer", provider->issuer, false, err))
		return false;
	return check_issuer(provider, err);
}

/* True if RFC 6749 Appendix A.1 and A.2 allow the text as a client's id or
 * secret. */
static bool is_printable(const char *s)
{
	return text_is_ascii(s, strlen(s));
}

static void choose_auth(struct provider *provider, const struct conf *conf)
{
	enum client_auth method = conf->provider.token_endpoint_auth_method;
	enum client_auth at_device =
		conf->provider.device_authorization_endpoint_auth_method;
	const struct preset *preset = provider->preset;

	provider->token_auth = preset->token_auth;
	if (*conf->provider.private_key_file)
		provider->token_auth = AUTH_PRIVATE_KEY;
	else if (!provider->client_secret && !preset->needs_secret)
		provider->token_auth = AUTH_NONE;
	provider->chooses_auth = method == AUTH_UNSET;
	if (method != AUTH_UNSET)
		provider->token_auth = method;
	/* A provider that authenticates the client at its device endpoint uses
	 * the same method there (RFC 8628 section 3.1). */
	provider->device_auth = preset->device_auth == AUTH_NONE
					? AUTH_NONE
					: provider->token_auth;
	provider->chooses_device_auth = at_device == AUTH_UNSET;
	if (at_device != AUTH_UNSET)
		provider->device_auth = at_device;
}

static bool proves_by(const struct provider *provider, enum client_auth auth)
{
	return provider->token_auth == auth || provider->device_auth == auth;
}

static bool proves_by_secret(const struct provider *provider)
{
	return proves_by(provider, AUTH_BASIC) ||
	       proves_by(provider, AUTH_POST);
}

bool provider_needs_secret(const struct conf *conf)
{
	struct provider without = {0};

	without.preset = preset_find(conf->provider.preset);
	if (!without.preset)
		return false;
	choose_auth(&without, conf);
	return proves_by_secret(&without);
}

/* Sets the client's id and credentials, and how it authenticates. */
static bool take_client(struct provider *provider, const struct conf *conf,
			const char *client_id, const char *client_secret,
			struct err *err)
{
	const char *id = first_of(client_id, conf->provider.client_id, NULL);
	const char *secret =
		first_of(client_secret, conf->provider.client_secret, NULL);

	provider->client_id = xstrdup(id);
	provider->private_key_id = copy_or_empty(conf->provider.private_key_id);
	provider->private_key_audience =
		copy_or_empty(conf->provider.private_key_audience);
	provider->client_secret = xstrdup(secret);
	if (!id)
		return err_set(err,
			       "There is no client ID: set CLIENT_ID in the "
			       "environment or provider.client_id in the "
			       "configuration.");
	if (!is_printable(id) || (secret && !is_printable(secret)))
		return err_set(err,
			       "The client %s contains an invalid character: "
			       "look for a stray line break or quotation mark.",
			       is_printable(id) ? "secret" : "id");
	if (strlen(id) > PROVIDER_SECRET_MAX ||
	    (secret && strlen(secret) > PROVIDER_SECRET_MAX))
		return err_set(err,
			       "The client %s has more than %d characters: "
			       "check it.",
			       strlen(id) > PROVIDER_SECRET_MAX ? "id"
								: "secret",
			       PROVIDER_SECRET_MAX);
	choose_auth(provider, conf);
	if (proves_by(provider, AUTH_PRIVATE_KEY) &&
	    !*conf->provider.private_key_file)
		return err_set(err, "private_key_jwt needs a private key: set "
				    "provider.private_key_file in the "
				    "configuration.");
	if (proves_by_secret(provider) && !secret)
		return err_set(err,
			       "There is no client secret, but %s requires "
			       "one: set CLIENT_SECRET in the environment or "
			       "provider.client_secret_file in the "
			       "configuration.",
			       *provider->label ? provider->label
						: "the provider");
	return true;
}

/* "https://host" or "https://host:port", as the session file names it. */
static char *origin(const char *endpoint)
{
	struct url url = {0};
	struct buf text;
	bool literal;

	url_split(endpoint, &url); /* passed check_endpoints() */
	literal = memchr(url.host, ':', url.host_len);
	buf_init(&text, strlen(endpoint) + sizeof("https://[]:65535"));
	buf_adds(&text, url.https ? "https://" : "http://");
	buf_adds(&text, literal ? "[" : "");
	for (size_t i = 0; i < url.host_len; i++) {
		const char c = ascii_lower(url.host[i]);

		buf_add(&text, &c, 1);
	}
	buf_adds(&text, literal ? "]" : "");
	if (url.port)
		buf_addf(&text, ":%d", url.port);
	return buf_take(&text);
}

/* Sets the id, which the session is bound to, and the label. */
static void take_names(struct provider *provider, const struct conf *conf)
{
	const struct preset *preset = provider->preset;
	const char *known = preset->token_endpoint;
	const char *endpoint = provider->token_endpoint;
	bool is_known = known && endpoint && strcmp(known, endpoint) == 0;
	const char *host;

	provider->id = is_known
			       ? xstrdup(preset->name)
			       : origin(endpoint ? endpoint : provider->issuer);
	host = strstr(provider->id, "//");
	/* A product that is hosted by its users keeps its name; an endpoint
	 * that claims to be Webex but is not Webex's does not. */
	provider->label = xstrdup(first_of(
		conf->provider.label, is_known || !known ? preset->label : NULL,
		host ? host + 2 : NULL));
}

static void add_host(struct provider *provider, const char *host, size_t len)
{
	size_t n = provider->verification_host_count++;

	provider->verification_hosts =
		xreallocarray(provider->verification_hosts, n + 1,
			      sizeof(*provider->verification_hosts));
	provider->verification_hosts[n] = xstrndup(host, len);
}

static void take_hosts(struct provider *provider, const struct conf *conf)
{
	const struct strings *wanted = &conf->provider.verification_hosts;
	const struct preset *preset = provider->preset;
	const char *hosts = preset->verification_hosts;
	const char *host;
	size_t len;

	for (size_t i = 0; i < wanted->count; i++)
		add_host(provider, wanted->items[i], strlen(wanted->items[i]));
	/* The preset's hosts are valid only with its own endpoint. */
	if (wanted->count > 0 || !hosts ||
	    !provider->device_authorization_endpoint ||
	    strcmp(provider->device_authorization_endpoint,
		   preset->device_authorization_endpoint) != 0)
		return;
	while ((host = text_next_word(&hosts, " ", &len)) != NULL)
		add_host(provider, host, len);
}

/* The configured value or, if it is not set, the preset's. */
static bool flag(const struct conf *conf, const char *option, bool set,
		 bool preset)
{
	return conf_is_set(conf, option) ? set : preset;
}

/* Settings for quirks of single providers. */
static void take_dialect(struct provider *provider, const struct conf *conf)
{
	const struct preset *preset = provider->preset;

	provider->send_user_info =
		flag(conf, "provider.send_user_info",
		     conf->provider.send_user_info, preset->send_user_info);
	provider->send_scopes =
		flag(conf, "provider.send_scopes", conf->provider.send_scopes,
		     preset->send_scopes);
	provider->send_ui_locales =
		flag(conf, "provider.send_ui_locales",
		     conf->provider.send_ui_locales, preset->send_ui_locales);
	provider->learns_ui_locales =
		!conf_is_set(conf, "provider.send_ui_locales");
	provider->learns_poll_margin =
		!conf_is_set(conf, "provider.poll_margin_ms");
	provider->poll_margin_ms = provider->learns_poll_margin
					   ? preset->poll_margin_ms
					   : conf->provider.poll_margin_ms;
	provider->redirect_help = xstrdup(first_of(
		conf->provider.redirect_help, preset->redirect_help, NULL));
}

static void take_parameters(struct provider *provider, const struct conf *conf)
{
	size_t n = conf->provider.extra_count;

	provider->redirect_uri = copy_or_empty(conf->redirect_uri);
	provider->scope = copy_or_empty(
		first_of(conf->provider.scope, provider->preset->scope, NULL));
	provider->audience = copy_or_empty(conf->provider.audience);
	provider->device_name = copy_or_empty(conf->provider.device_name);
	provider->pkce = conf->provider.pkce;
	provider->dpop = conf->provider.dpop;
	provider->extra = xcalloc(n, sizeof(*provider->extra));
	provider->extra_count = n;
	for (size_t i = 0; i < n; i++) {
		const struct param *param = &conf->provider.extra[i];

		provider->extra[i].name = xstrdup(param->name);
		provider->extra[i].value = xstrdup(param->value);
	}
}

/* Who the provider is and where: all but the client. */
static bool take_identity(struct provider *provider, const struct conf *conf,
			  struct err *err)
{
	provider->preset = preset_find(conf->provider.preset);
	if (!provider->preset)
		return unknown_preset(conf->provider.preset, err);
	provider->code_grant = conf->grant == GRANT_CODE;
	provider->issuer = copy_or_empty(first_of(
		conf->provider.issuer, provider->preset->issuer, NULL));
	provider_take_endpoints(provider, conf);
	if (!check_endpoints(provider, err))
		return false;
	take_names(provider, conf);
	return true;
}

bool provider_identify(struct provider *provider, const struct conf *conf,
		       struct err *err)
{
	memset(provider, 0, sizeof(*provider));
	if (take_identity(provider, conf, err))
		return true;
	provider_free(provider);
	return false;
}

bool provider_set_up(struct provider *provider, const struct conf *conf,
		     const char *client_id, const char *client_secret,
		     struct err *err)
{
	if (!provider_identify(provider, conf, err))
		return false;
	provider->takes_json = xcalloc(1, sizeof(*provider->takes_json));
	provider->request_timeout_ms = conf->network.request_timeout_s * 1000;
	take_parameters(provider, conf);
	take_dialect(provider, conf);
	take_hosts(provider, conf);
	if (take_client(provider, conf, client_id, client_secret, err))
		return true;
	provider_free(provider);
	return false;
}

bool provider_take_key(struct provider *provider, const char *pem, size_t len,
		       struct err *err)
{
	jose_key_free(provider->private_key);
	provider->private_key = jose_key_read(pem, len, err);
	return provider->private_key != NULL;
}
