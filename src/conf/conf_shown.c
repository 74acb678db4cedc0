/* SPDX-License-Identifier: MIT */
/*
 * A value in a query or in provider.extra may be a key, so it is masked unless
 * its name or the value itself is known to be harmless.
 */
#include "config.h"

#include "conf/conf_shown.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"
#include "conf/fields.h"
#include "conf/options.h"
#include "conf/presets.h"

/* A field that preset and configuration share. */
#define FIELD(name)                                   \
	{                                             \
		offsetof(struct conf, provider.name), \
			offsetof(struct preset, name) \
	}

static const char *text_of(const struct conf *conf,
			   const struct conf_option *option)
{
	return *(const char *const *)field_of(conf, option);
}

/* ---- Secrets */

/* True if the option is an address, however malformed its value is. */
static bool is_address(const struct conf_option *option)
{
	return text_ends_with(option->name, "_endpoint") ||
	       text_ends_with(option->name, "_uri") ||
	       text_ends_with(option->name, ".issuer");
}

bool conf_shown_is_secret(const struct conf *conf,
			  const struct conf_option *option)
{
	const char *value;
	struct url url;

	if (option->type != OPTION_TEXT)
		return false;
	value = text_of(conf, option);
	if (option->offset == offsetof(struct conf, provider.client_secret))
		return value[0] != '\0';
	if (option->offset == offsetof(struct conf, network.proxy))
		return strchr(value, '@') != NULL;
	if (url_split(value, &url))
		return url.has_userinfo;
	return is_address(option) && strchr(value, '@') != NULL;
}

/* True if a parameter in provider.extra or in the query of a URL may be shown.
 * Its value may be a key unless the name is known or the value is one of a few
 * words. */
static bool is_public(const char *name, size_t name_len, const char *value,
		      size_t len)
{
	static const char *const names[] = {
		"access_type",
		"acr_values",
		"approval_prompt",
		"audience",
		"display",
		"domain_hint",
		"hd",
		"include_granted_scopes",
		"max_age",
		"prompt",
		"resource",
		"response_mode",
		"tenant",
		"ui_locales",
		NULL,
	};
	static const char *const values[] = {"", "true", "false", "none", NULL};

	return text_is_one_of(name, name_len, names) ||
	       text_is_one_of(value, len, values);
}

bool conf_shown_param(const struct conf_option *option,
		      const struct param *param)
{
	return option->offset != offsetof(struct conf, provider.extra) ||
	       is_public(param->name, strlen(param->name), param->value,
			 strlen(param->value));
}

/* Appends the URL; true if a value in its query or fragment was masked. */
static bool put_masked_url(struct buf *out, const char *url)
{
	const char *rest = url + strcspn(url, "?#");
	bool masked = false;
	size_t n;

	buf_add(out, url, (size_t)(rest - url));
	for (; *rest != '\0'; rest += n) {
		size_t name_len;
		bool shown;

		buf_add(out, rest++, 1); /* the ?, & or # */
		n = strcspn(rest, "&#");
		name_len = strcspn(rest, "=&#");
		shown = name_len < n &&
			is_public(rest, name_len, rest + name_len + 1,
				  n - name_len - 1);
		if (shown || name_len < n)
			buf_add(out, rest, shown ? n : name_len + 1);
		if (!shown)
			buf_adds(out, CONF_SHOWN_MASK);
		masked = masked || !shown;
	}
	return masked;
}

static char *mask_url(const char *url)
{
	char *shown = NULL;
	struct buf out;

	buf_init(&out,
		 strlen(url) + (strlen(url) + 1) * strlen(CONF_SHOWN_MASK));
	if (put_masked_url(&out, url))
		shown = buf_take(&out);
	buf_free(&out);
	return shown;
}

char *conf_shown_url(const struct conf *conf, const struct conf_option *option)
{
	const char *value;
	struct url url;

	if (option->type != OPTION_TEXT)
		return NULL;
	value = text_of(conf, option);
	if (!is_address(option) && !url_split(value, &url))
		return NULL;
	return mask_url(value);
}

char *conf_shown_word(const char *word)
{
	struct url url;

	if (!url_split(word, &url))
		return NULL;
	return url.has_userinfo ? xstrdup(CONF_SHOWN_MASK) : mask_url(word);
}

/* ---- Values from the preset */

static bool is_hosts(const struct conf_option *option)
{
	return option->offset ==
	       offsetof(struct conf, provider.verification_hosts);
}

static bool is_label(const struct conf_option *option)
{
	return option->offset == offsetof(struct conf, provider.label);
}

static bool is_unset(const struct conf *conf, const struct conf_option *option)
{
	if (is_hosts(option))
		return conf->provider.verification_hosts.count == 0;
	if (option->by_preset)
		return conf->origins[option_index(option)] == NULL;
	return option->type == OPTION_TEXT && text_of(conf, option)[0] == '\0';
}

/* True if the preset's value applies: its verification hosts belong to its own
 * endpoint, and its label to its own provider. */
static bool applies(const struct preset *preset, const struct conf *conf,
		    const struct conf_option *option)
{
	if (is_hosts(option))
		return conf->provider.device_authorization_endpoint[0] == '\0';
	if (is_label(option))
		return preset->token_endpoint == NULL ||
		       conf->provider.token_endpoint[0] == '\0';
	return true;
}

const char *conf_shown_preset(const struct conf *conf,
			      const struct conf_option *option,
			      char number[CONF_SHOWN_NUMBER_SIZE])
{
	static const struct {
		size_t conf_offset, preset_offset;
	} fields[] = {
		FIELD(label),
		FIELD(issuer),
		FIELD(device_authorization_endpoint),
		FIELD(device_token_endpoint),
		FIELD(token_endpoint),
		FIELD(userinfo_endpoint),
		FIELD(revocation_endpoint),
		FIELD(authorization_endpoint),
		FIELD(jwks_uri),
		FIELD(scope),
		FIELD(send_user_info),
		FIELD(send_scopes),
		FIELD(send_ui_locales),
		FIELD(poll_margin_ms),
		FIELD(redirect_help),
		FIELD(verification_hosts),
	};
	const struct preset *preset = preset_find(conf->provider.preset);
	const void *field = NULL;
	const char *value;

	if (preset == NULL || !is_unset(conf, option) ||
	    !applies(preset, conf, option))
		return NULL;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i].conf_offset == option->offset)
			field = (const char *)preset + fields[i].preset_offset;
	}
	if (field == NULL)
		return NULL;
	if (option->type == OPTION_BOOL)
		return *(const bool *)field ? "true" : NULL;
	if (option->type == OPTION_NUMBER) {
		(void)snprintf(number, CONF_SHOWN_NUMBER_SIZE, "%" PRId64,
			       *(const int64_t *)field);
		return number;
	}
	value = *(const char *const *)field;
	return value != NULL && value[0] != '\0' ? value : NULL;
}
