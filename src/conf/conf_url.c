/* SPDX-License-Identifier: MIT */
/*
 * Recognises the provider by its authorization endpoint and sorts the
 * parameters of the query into options, values for one sign-in only, and the
 * rest. The URL may hold a secret, so no message repeats it.
 */
#include "config.h"

#include "conf/conf_url.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/form.h"
#include "base/mem.h"
#include "base/url.h"
#include "conf/conf.h"
#include "conf/fields.h"
#include "conf/options.h"
#include "conf/presets.h"

enum { URL_MAX = 4096 }; /* bytes; far more than any portal's URL */

struct reading {
	struct conf *conf;
	const struct preset *preset; /* never NULL */
	struct buf *notes;
	struct err *err;
	bool is_code, has_client_id, has_scope, has_redirect_uri;
};

static void note(const struct reading *reading, const char *text)
{
	buf_addf(reading->notes, "// %s\n", text);
}

/* ---- The endpoint */

static size_t path_len(const struct url *url)
{
	return strcspn(url->path, "?");
}

/* True if both are equal apart from the query. */
static bool is_same_place(const struct url *a, const struct url *b)
{
	return url_same_origin(a, b) && path_len(a) == path_len(b) &&
	       memcmp(a->path, b->path, path_len(a)) == 0;
}

static const struct preset *find_preset(const struct url *url)
{
	const struct preset *preset;
	struct url endpoint;

	for (size_t i = 0; (preset = preset_at(i)) != NULL; i++) {
		if (preset->authorization_endpoint != NULL &&
		    url_split(preset->authorization_endpoint, &endpoint) &&
		    is_same_place(url, &endpoint))
			return preset;
	}
	return preset_find("");
}

/* endpoint: the URL without its query. */
static bool take_endpoint(struct reading *reading, const char *endpoint)
{
	if (!conf_set(reading->conf, "provider.preset", reading->preset->name,
		      reading->err))
		return false;
	if (reading->preset->name[0] != '\0')
		return true;
	note(reading, "No preset has this address: add issuer, or the other "
		      "endpoints.");
	return conf_set(reading->conf, "provider.authorization_endpoint",
			endpoint, reading->err);
}

/* ---- The parameters */

/* Parameters that do not belong in a configuration, and why. */
static const struct {
	const char *name, *why;
} unfit[] = {
	{"state", "it must be new for each sign-in (RFC 6749 section 10.12)."},
	{"nonce", "it must be new for each sign-in (OpenID Connect Core "
		  "15.5.2)."},
	{"code_challenge", "grantty makes one for each sign-in (RFC 7636)."},
	{"code_challenge_method", "grantty always uses S256 (RFC 7636)."},
	{"dpop_jkt", "it belongs to another program's key (RFC 9449)."},
	{"request", "it is signed by another program (RFC 9101)."},
	{"request_uri", "it is valid for one sign-in only (RFC 9126)."},
	{"response_mode", "grantty reads the answer from the query."},
	{"client_secret", "a secret in a URL is not safe; get a new one."},
};

static bool is_unfit(const struct reading *reading, const char *name)
{
	for (size_t i = 0; i < sizeof(unfit) / sizeof(unfit[0]); i++) {
		if (strcmp(unfit[i].name, name) != 0)
			continue;
		buf_addf(reading->notes, "// %s is left out: %s\n", name,
			 unfit[i].why);
		return true;
	}
	return false;
}

/* The address that the browser returns to (RFC 8252 section 7.3). */
static bool take_redirect_uri(struct reading *reading, const char *uri)
{
	struct url url;

	reading->has_redirect_uri = true;
	if (!conf_set(reading->conf, "redirect_uri", uri, reading->err))
		return false;
	if (!url_split(uri, &url) || url.https || url.has_userinfo ||
	    !url_is_loopback(&url) || strpbrk(uri, "?#") != NULL)
		conf_set_origin(reading->conf, "redirect_uri",
				"grantty cannot listen there: register one "
				"like http://127.0.0.1:2000/redirect.html");
	return true;
}

static bool take_response_type(struct reading *reading, const char *type)
{
	reading->is_code = strcmp(type, "code") == 0;
	if (!reading->is_code)
		return err_set(reading->err,
			       "The URL requests response_type=%.40s, which "
			       "grantty does not support: use one with "
			       "response_type=code.",
			       type);
	return true;
}

static bool take_extra(struct reading *reading, const char *name,
		       const char *value)
{
	if (!field_add_param(reading->conf, option_find("provider.extra"), name,
			     value, reading->err))
		return false;
	conf_set_origin(reading->conf, "provider.extra",
			"unknown to grantty: sent unchanged");
	return true;
}

static bool take_parameter(struct reading *reading, const char *name,
			   const char *value)
{
	struct conf *conf = reading->conf;

	/* An empty value counts as absent (RFC 6749 section 3.1). */
	if (value[0] == '\0')
		return true;
	if (name[0] == '\0')
		return err_set(reading->err,
			       "The URL contains a value without a name: "
			       "remove it.");
	if (strcmp(name, "response_type") == 0)
		return take_response_type(reading, value);
	if (strcmp(name, "redirect_uri") == 0)
		return take_redirect_uri(reading, value);
	if (strcmp(name, "client_id") == 0) {
		reading->has_client_id = true;
		return conf_set(conf, "provider.client_id", value,
				reading->err);
	}
	if (strcmp(name, "scope") == 0) {
		reading->has_scope = true;
		return conf_set(conf, "provider.scope", value, reading->err);
	}
	if (strcmp(name, "audience") == 0)
		return conf_set(conf, "provider.audience", value, reading->err);
	return is_unfit(reading, name) || take_extra(reading, name, value);
}

static bool is_among(const char *query, size_t len, const char *name)
{
	char *value = form_get(query, len, name);
	bool found = value != NULL;

	secret_free(value);
	return found;
}

static bool take_query(struct reading *reading, const char *query)
{
	size_t len = strlen(query);
	char *name, *value;
	bool ok = true;

	while (ok && len > 0) {
		if (!form_take(&query, &len, &name, &value))
			return err_set(reading->err,
				       "The URL is not encoded correctly: a "
				       "%% must be followed by two "
				       "hexadecimal digits other than 00.");
		if (name[0] != '\0' && is_among(query, len, name))
			ok = err_set(reading->err,
				     "The URL contains \"%.40s\" more than "
				     "once: remove the wrong one (RFC 6749 "
				     "section 3.1).",
				     name);
		else
			ok = take_parameter(reading, name, value);
		secret_free(name);
		secret_free(value);
	}
	return ok;
}

/* ---- The whole */

/* Checks for missing parameters: an error if the URL is useless without them,
 * otherwise a note. */
static bool check_missing(const struct reading *reading)
{
	const struct preset *preset = reading->preset;

	if (!reading->is_code || !reading->has_client_id)
		return err_set(reading->err,
			       "This is not an authorization URL: it has no "
			       "%s. Copy all of it, in quotes.",
			       reading->is_code ? "client_id"
						: "response_type=code");
	if (!reading->has_redirect_uri)
		note(reading, "redirect_uri is not in the URL: set the one "
			      "that is registered.");
	if (!reading->has_scope && preset->scope[0] != '\0')
		note(reading, "scope is not in the URL: grantty requests the "
			      "preset's.");
	if (preset->needs_secret)
		note(reading, "The client secret is not in the URL: set "
			      "client_secret_file or CLIENT_SECRET.");
	return true;
}

bool conf_url_read(struct conf *conf, const char *url, struct buf *notes,
		   struct err *err)
{
	struct reading reading = {.conf = conf, .notes = notes, .err = err};
	struct url parts;
	char *endpoint;
	const char *query;
	bool ok;

	if (strlen(url) > URL_MAX)
		return err_set(err,
			       "The URL is too long for an authorization URL: "
			       "it has more than %d characters.",
			       URL_MAX);
	if (!url_split(url, &parts) || !url_is_safe(&parts) ||
	    strchr(url, '#') != NULL)
		return err_set(err,
			       "This is not an authorization URL: it must "
			       "begin with https:// (http:// on this machine "
			       "only) and contain no space, user name or "
			       "\"#\".");
	reading.preset = find_preset(&parts);
	query = url + strcspn(url, "?");
	endpoint = xstrndup(url, (size_t)(query - url));
	ok = take_endpoint(&reading, endpoint) &&
	     conf_set(conf, "grant", "code", err) &&
	     take_query(&reading, query + (*query == '?')) &&
	     check_missing(&reading);
	free(endpoint);
	return ok;
}
