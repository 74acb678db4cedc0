/* SPDX-License-Identifier: MIT */
/*
 * Joins a preset with the configuration and refuses what cannot work or would
 * send a secret or a person to an unsafe place. Sends nothing itself, so it
 * cannot know whether an endpoint exists.
 */
#include "config.h"

#include "core/provider.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"
#include "core/conf.h"
#include "core/jose_key.h"
#include "core/json.h"

/* Longer ones fit neither a QR code nor a screen. */
enum { URI_MAX = 1500 };

/* The first of the three that says anything; NULL where none does. */
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
	struct buf names;

	buf_init(&names, sizeof(err->text));
	for (size_t i = 0; (preset = preset_at(i)); i++) {
		if (*preset->name)
			buf_addf(&names, "%s%s", i > 0 ? ", " : "",
				 preset->name);
	}
	err_set(err,
		"There is no provider preset \"%.40s\": use one of %s, or \"\" "
		"with endpoints of your own.",
		name, buf_text(&names));
	buf_free(&names);
	return false;
}

static void take_endpoints(struct provider *provider, const struct conf *conf)
{
	const struct preset *preset = provider->preset;

	provider->device_authorization_endpoint =
		xstrdup(first_of(conf->provider.device_authorization_endpoint,
				 preset->device_authorization_endpoint, NULL));
	provider->token_endpoint = xstrdup(first_of(
		conf->provider.token_endpoint, preset->token_endpoint, NULL));
	provider->device_token_endpoint = xstrdup(first_of(
		conf->provider.device_token_endpoint,
		preset->device_token_endpoint, provider->token_endpoint));
	provider->userinfo_endpoint =
		xstrdup(first_of(conf->provider.userinfo_endpoint,
				 preset->userinfo_endpoint, NULL));
	provider->revocation_endpoint =
		xstrdup(first_of(conf->provider.revocation_endpoint,
				 preset->revocation_endpoint, NULL));
	provider->authorization_endpoint =
		xstrdup(first_of(conf->provider.authorization_endpoint,
				 preset->authorization_endpoint, NULL));
	provider->jwks_uri = xstrdup(
		first_of(conf->provider.jwks_uri, preset->jwks_uri, NULL));
}

static bool check_endpoint(const char *option, const char *endpoint,
			   bool required, struct err *err)
{
	struct url url;

	if (!endpoint && required)
		return err_set(err,
			       "Nothing says where to reach the provider: set "
			       "provider.%s in the configuration.",
			       option);
	if (endpoint && (!url_split(endpoint, &url) || !url_is_safe(&url)))
		return err_set(err,
			       "provider.%s must be an https:// address "
			       "without a user name (http:// on this machine "
			       "only), not \"%.200s\".",
			       option, endpoint);
	return true;
}

static bool check_endpoints(const struct provider *provider, struct err *err)
{
	/* An issuer can be asked for what is missing. */
	bool required = provider->issuer[0] == '\0';
	bool device_grant = required && !provider->code_grant;
	bool code_grant = required && provider->code_grant;
	const struct {
		const char *option;
		const char *endpoint;
		bool required;
	} checks[] = {
		{"device_authorization_endpoint",
		 provider->device_authorization_endpoint, device_grant},
		{"token_endpoint", provider->token_endpoint, required},
		{"device_token_endpoint", provider->device_token_endpoint,
		 false},
		{"userinfo_endpoint", provider->userinfo_endpoint, false},
		{"revocation_endpoint", provider->revocation_endpoint, false},
		{"authorization_endpoint", provider->authorization_endpoint,
		 code_grant},
		{"jwks_uri", provider->jwks_uri, false},
		{"issuer", required ? NULL : provider->issuer, false},
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if (!check_endpoint(checks[i].option, checks[i].endpoint,
				    checks[i].required, err))
			return false;
	}
	return true;
}

/* What RFC 6749 Appendix A.1 and A.2 allow in a client's id and secret. */
static bool is_printable(const char *s)
{
	for (; *s; s++) {
		if (*s < ' ' || *s > '~')
			return false;
	}
	return true;
}

/* As the configuration and discovery call them. */
static const char *const auth_names[] = {
	[AUTH_NONE] = "none",
	[AUTH_BASIC] = "client_secret_basic",
	[AUTH_POST] = "client_secret_post",
	[AUTH_PRIVATE_KEY] = "private_key_jwt",
};

enum { AUTH_METHODS = sizeof(auth_names) / sizeof(auth_names[0]) };

/* Leaves *auth alone where no method is named. */
static bool read_auth(enum client_auth *auth, const char *endpoint,
		      const char *method, struct err *err)
{
	if (!*method)
		return true;
	for (int i = 0; i < AUTH_METHODS; i++) {
		if (strcmp(method, auth_names[i]) == 0) {
			*auth = (enum client_auth)i;
			return true;
		}
	}
	return err_set(err,
		       "provider.%s_auth_method must be client_secret_basic, "
		       "client_secret_post, private_key_jwt or none, not "
		       "\"%.40s\".",
		       endpoint, method);
}

static bool choose_auth(struct provider *provider, const struct conf *conf,
			struct err *err)
{
	const char *method = conf->provider.token_endpoint_auth_method;
	const char *at_device =
		conf->provider.device_authorization_endpoint_auth_method;
	const struct preset *preset = provider->preset;

	provider->token_auth = preset->token_auth;
	if (*conf->provider.private_key_file)
		provider->token_auth = AUTH_PRIVATE_KEY;
	else if (!provider->client_secret && !preset->needs_secret)
		provider->token_auth = AUTH_NONE;
	provider->chooses_auth = !*method;
	if (!read_auth(&provider->token_auth, "token_endpoint", method, err))
		return false;
	/* A provider that wants the client proved at its device endpoint wants
	 * it by the same method (RFC 8628 section 3.1). */
	provider->device_auth = preset->device_auth == AUTH_NONE
					? AUTH_NONE
					: provider->token_auth;
	provider->chooses_device_auth = !*at_device;
	return read_auth(&provider->device_auth,
			 "device_authorization_endpoint", at_device, err);
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
	struct err err;

	without.preset = preset_find(conf->provider.preset);
	return without.preset && choose_auth(&without, conf, &err) &&
	       proves_by_secret(&without);
}

/* Who we are to the provider, and how we prove it. */
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
			       "There is no client id: set CLIENT_ID in the "
			       "environment or provider.client_id in the "
			       "configuration.");
	if (!is_printable(id) || (secret && !is_printable(secret)))
		return err_set(err,
			       "The client %s holds a character that it cannot "
			       "have: look for a line end or a quotation mark "
			       "that slipped in.",
			       is_printable(id) ? "secret" : "id");
	if (!choose_auth(provider, conf, err))
		return false;
	if (proves_by(provider, AUTH_PRIVATE_KEY) &&
	    !*conf->provider.private_key_file)
		return err_set(err, "private_key_jwt needs a private key: set "
				    "provider.private_key_file in the "
				    "configuration.");
	if (proves_by_secret(provider) && !secret)
		return err_set(err,
			       "There is no client secret, but %s wants one: "
			       "set CLIENT_SECRET in the environment or "
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

	url_split(endpoint, &url); /* has passed check_endpoints() */
	literal = memchr(url.host, ':', url.host_len);
	buf_init(&text, strlen(endpoint) + sizeof("https://[]:65535"));
	buf_adds(&text, url.https ? "https://" : "http://");
	buf_adds(&text, literal ? "[" : "");
	for (size_t i = 0; i < url.host_len; i++) {
		char c = url.host[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		buf_add(&text, &c, 1);
	}
	buf_adds(&text, literal ? "]" : "");
	if (url.port)
		buf_addf(&text, ":%d", url.port);
	return buf_take(&text);
}

/* What the session is bound to, and what people read. */
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
	/* A product that everyone hosts elsewhere keeps its name; what claims
	 * to be Webex and lives elsewhere does not. */
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
	const char *p = preset->verification_hosts;

	for (size_t i = 0; i < wanted->count; i++)
		add_host(provider, wanted->items[i], strlen(wanted->items[i]));
	/* The preset vouches for where its own endpoint sends people. */
	if (wanted->count > 0 || !p ||
	    !provider->device_authorization_endpoint ||
	    strcmp(provider->device_authorization_endpoint,
		   preset->device_authorization_endpoint) != 0)
		return;
	for (p += strspn(p, " "); *p; p += strspn(p, " ")) {
		size_t len = strcspn(p, " ");

		add_host(provider, p, len);
		p += len;
	}
}

/* The preset's word on what the configuration leaves open. */
static bool flag(const struct conf *conf, const char *option, bool set,
		 bool preset)
{
	return conf_is_set(conf, option) ? set : preset;
}

/* What only this provider wants. */
static void take_dialect(struct provider *provider, const struct conf *conf)
{
	const struct preset *preset = provider->preset;

	provider->send_user_info =
		flag(conf, "provider.send_user_info",
		     conf->provider.send_user_info, preset->send_user_info);
	provider->send_scopes =
		flag(conf, "provider.send_scopes", conf->provider.send_scopes,
		     preset->send_scopes);
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

bool provider_set_up(struct provider *provider, const struct conf *conf,
		     const char *client_id, const char *client_secret,
		     struct err *err)
{
	struct provider made = {0};

	memset(provider, 0, sizeof(*provider));
	made.preset = preset_find(conf->provider.preset);
	if (!made.preset)
		return unknown_preset(conf->provider.preset, err);
	made.code_grant = strcmp(conf->grant, "code") == 0;
	made.request_timeout_ms = conf->network.request_timeout_s * 1000;
	made.issuer = copy_or_empty(
		first_of(conf->provider.issuer, made.preset->issuer, NULL));
	take_endpoints(&made, conf);
	if (!check_endpoints(&made, err))
		goto fail;
	take_names(&made, conf);
	take_parameters(&made, conf);
	take_dialect(&made, conf);
	take_hosts(&made, conf);
	if (!take_client(&made, conf, client_id, client_secret, err))
		goto fail;
	*provider = made;
	return true;
fail:
	provider_free(&made);
	return false;
}

bool provider_take_key(struct provider *provider, const char *pem, size_t len,
		       struct err *err)
{
	jose_key_free(provider->private_key);
	provider->private_key = jose_key_read(pem, len, err);
	return provider->private_key != NULL;
}

bool provider_wants_openid(const struct provider *provider)
{
	const char *p = provider->scope;
	size_t len;

	for (p += strspn(p, " "); *p; p += strspn(p, " ")) {
		len = strcspn(p, " ");
		if (len == strlen("openid") && strncmp(p, "openid", len) == 0)
			return true;
		p += len;
	}
	return false;
}

bool provider_is_complete(const struct provider *provider)
{
	const char *first = provider->code_grant
				    ? provider->authorization_endpoint
				    : provider->device_authorization_endpoint;

	return first != NULL && provider->token_endpoint != NULL;
}

/* What a discovery document may name, and where it goes. */
static const struct {
	const char *name;
	size_t offset;
} endpoints[] = {
	{"device_authorization_endpoint",
	 offsetof(struct provider, device_authorization_endpoint)},
	{"token_endpoint", offsetof(struct provider, token_endpoint)},
	{"userinfo_endpoint", offsetof(struct provider, userinfo_endpoint)},
	{"revocation_endpoint", offsetof(struct provider, revocation_endpoint)},
	{"authorization_endpoint",
	 offsetof(struct provider, authorization_endpoint)},
	{"jwks_uri", offsetof(struct provider, jwks_uri)},
};

enum { ENDPOINTS = sizeof(endpoints) / sizeof(endpoints[0]) };

static char **endpoint_at(struct provider *provider, size_t i)
{
	return (char **)(void *)((char *)provider + endpoints[i].offset);
}

/* Whether the document may say what this endpoint is. */
static bool is_open(struct provider *provider, size_t i)
{
	return *endpoint_at(provider, i) == NULL ||
	       (provider->learned & (1U << i)) != 0;
}

static bool check_document(struct provider *provider,
			   const struct json *document, struct err *err)
{
	const char *issuer = json_get_text(document, "issuer");
	const char *needed = provider->code_grant
				     ? "authorization_endpoint"
				     : "device_authorization_endpoint";

	if (!issuer || strcmp(issuer, provider->issuer) != 0)
		return err_set(err,
			       "The discovery document of %s says that it is "
			       "of the issuer \"%.120s\": provider.issuer must "
			       "be exactly that.",
			       provider->issuer, issuer ? issuer : "");
	for (size_t i = 0; i < ENDPOINTS; i++) {
		const char *url = json_get_text(document, endpoints[i].name);
		bool is_needed =
			strcmp(endpoints[i].name, needed) == 0 ||
			strcmp(endpoints[i].name, "token_endpoint") == 0;
		struct url parts;

		if (!is_open(provider, i))
			continue;
		if (!url && is_needed)
			return err_set(err,
				       "%s publishes no %s: it does not offer "
				       "this grant, or provider.%s has to say "
				       "where it does.",
				       provider->label, endpoints[i].name,
				       endpoints[i].name);
		if (url && (!url_split(url, &parts) || !url_is_safe(&parts)))
			return err_set(err,
				       "%s publishes a %s that is not safe to "
				       "use: \"%.120s\".",
				       provider->label, endpoints[i].name, url);
	}
	return true;
}

static bool lists(const struct json *list, const char *name)
{
	for (list = json_first(list); list; list = json_next(list)) {
		if (json_text(list) && strcmp(json_text(list), name) == 0)
			return true;
	}
	return false;
}

/* Whether there is what the method needs. */
static bool can_prove(const struct provider *provider, enum client_auth auth)
{
	switch (auth) {
	case AUTH_NONE:
		break; /* a client that has a proof gives it */
	case AUTH_BASIC:
	case AUTH_POST:
		return provider->client_secret != NULL;
	case AUTH_PRIVATE_KEY:
		return provider->private_key != NULL;
	}
	return false;
}

/* Basic is what every provider must have (RFC 6749 section 2.3.1), and some
 * have not; others have nothing else. */
static void learn_auth(struct provider *provider, const struct json *document)
{
	static const enum client_auth others[] = {AUTH_PRIVATE_KEY, AUTH_BASIC,
						  AUTH_POST};
	const struct json *methods =
		json_get(document, "token_endpoint_auth_methods_supported");

	if (!provider->chooses_auth || provider->token_auth == AUTH_NONE ||
	    lists(methods, auth_names[provider->token_auth]))
		return;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (!can_prove(provider, others[i]) ||
		    !lists(methods, auth_names[others[i]]))
			continue;
		provider->token_auth = others[i];
		if (provider->chooses_device_auth &&
		    provider->device_auth != AUTH_NONE)
			provider->device_auth = others[i];
		return;
	}
}

bool provider_learn(struct provider *provider, const struct json *document,
		    struct err *err)
{
	bool shared = !provider->device_token_endpoint ||
		      (provider->token_endpoint &&
		       strcmp(provider->device_token_endpoint,
			      provider->token_endpoint) == 0);

	if (!check_document(provider, document, err))
		return false;
	for (size_t i = 0; i < ENDPOINTS; i++) {
		const char *url = json_get_text(document, endpoints[i].name);
		char **field = endpoint_at(provider, i);

		if (!is_open(provider, i))
			continue;
		free(*field);
		*field = xstrdup(url);
		provider->learned |= 1U << i;
	}
	if (shared) {
		free(provider->device_token_endpoint);
		provider->device_token_endpoint =
			xstrdup(provider->token_endpoint);
	}
	provider->sends_iss = json_is_true(json_get(
		document, "authorization_response_iss_parameter_supported"));
	learn_auth(provider, document);
	return true;
}

void provider_free(struct provider *provider)
{
	free(provider->id);
	free(provider->label);
	free(provider->issuer);
	free(provider->device_authorization_endpoint);
	free(provider->device_token_endpoint);
	free(provider->token_endpoint);
	free(provider->userinfo_endpoint);
	free(provider->revocation_endpoint);
	free(provider->authorization_endpoint);
	free(provider->jwks_uri);
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
	memset(provider, 0, sizeof(*provider));
}

static bool is_plain_http_host(const struct provider *provider,
			       const struct url *url)
{
	return provider->plain_http_host != NULL && !url->has_userinfo &&
	       url_host_matches(url, provider->plain_http_host);
}

bool provider_accepts_uri(const struct provider *provider, const char *uri,
			  struct err *err)
{
	struct url url;

	if (strlen(uri) > URI_MAX)
		return err_set(err,
			       "%s sends people to an address of more than %d "
			       "characters, which cannot be shown.",
			       provider->label, URI_MAX);
	if (!url_split(uri, &url))
		return err_set(err,
			       "%s sends people to something that is no web "
			       "address: \"%.200s\".",
			       provider->label, uri);
	if (!url_is_safe(&url) && !is_plain_http_host(provider, &url))
		return err_set(err,
			       "%s sends people to %.200s, which is not safe: "
			       "it must begin with https:// and name nobody.",
			       provider->label, uri);
	if (provider->verification_host_count == 0)
		return true;
	for (size_t i = 0; i < provider->verification_host_count; i++) {
		if (url_host_matches(&url, provider->verification_hosts[i]))
			return true;
	}
	return err_set(err,
		       "%s sends people to %.*s, which is not among "
		       "provider.verification_hosts: add it there if you trust "
		       "it.",
		       provider->label, (int)url.host_len, url.host);
}
