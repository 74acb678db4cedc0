/* SPDX-License-Identifier: MIT */
/*
 * The table of options and the questions one can ask it. Reads nothing.
 */
#include "config.h"

#include "core/options.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "core/conf.h"

#define AT(field) .offset = offsetof(struct conf, field)
#define TEXT(field, value)                                                    \
	{                                                                     \
		.name = #field, AT(field), .type = OPTION_TEXT, .text = value \
	}
#define CHOICE(field, value, ...)                                 \
	{                                                         \
		.name = #field, AT(field), .type = OPTION_CHOICE, \
		.text = value, .choices = (const char *const[])   \
		{                                                 \
			__VA_ARGS__, NULL                         \
		}                                                 \
	}
#define BOOL(field, value)                                      \
	{                                                       \
		.name = #field, AT(field), .type = OPTION_BOOL, \
		.number = value                                 \
	}
#define PRESET_BOOL(field)                                      \
	{                                                       \
		.name = #field, AT(field), .type = OPTION_BOOL, \
		.by_preset = true                               \
	}
#define NUMBER(field, value, least, most)                         \
	{                                                         \
		.name = #field, AT(field), .type = OPTION_NUMBER, \
		.number = value, .min = least, .max = most        \
	}
#define STRINGS(full_name, field)                                    \
	{                                                            \
		.name = full_name, AT(field), .type = OPTION_STRINGS \
	}
#define PARAMS(full_name, field, count)                              \
	{                                                            \
		.name = full_name, AT(field), .type = OPTION_PARAMS, \
		.count_offset = offsetof(struct conf, count)         \
	}

/* "" leaves it to the preset. */
#define AUTH_METHODS                                                        \
	"", "client_secret_basic", "client_secret_post", "private_key_jwt", \
		"none"

/* A group's options stand together. */
static const struct conf_option table[] = {
	TEXT(provider.preset, "webex"),
	TEXT(provider.label, ""),
	TEXT(provider.issuer, ""),
	TEXT(provider.device_authorization_endpoint, ""),
	TEXT(provider.device_token_endpoint, ""),
	TEXT(provider.token_endpoint, ""),
	TEXT(provider.userinfo_endpoint, ""),
	TEXT(provider.revocation_endpoint, ""),
	TEXT(provider.authorization_endpoint, ""),
	TEXT(provider.jwks_uri, ""),
	TEXT(provider.client_id, ""),
	TEXT(provider.client_secret, ""),
	TEXT(provider.client_secret_file, ""),
	CHOICE(provider.token_endpoint_auth_method, "", AUTH_METHODS),
	CHOICE(provider.device_authorization_endpoint_auth_method, "",
	       AUTH_METHODS),
	TEXT(provider.private_key_file, ""),
	TEXT(provider.private_key_id, ""),
	TEXT(provider.private_key_audience, ""),
	BOOL(provider.pkce, false),
	BOOL(provider.dpop, false),
	TEXT(provider.scope, ""),
	TEXT(provider.audience, ""),
	TEXT(provider.device_name, ""),
	PRESET_BOOL(provider.send_user_info),
	PRESET_BOOL(provider.send_scopes),
	TEXT(provider.redirect_help, ""),
	PARAMS("provider.extra", provider.extra, provider.extra_count),
	STRINGS("provider.verification_hosts", provider.verification_hosts),

	CHOICE(grant, "device", "device", "code"),
	TEXT(redirect_uri, "http://127.0.0.1:2000/redirect.html"),

	TEXT(network.ca_file, ""),
	TEXT(network.proxy, ""),
	NUMBER(network.connect_timeout_s, 10, 1, 120),
	NUMBER(network.request_timeout_s, 30, 1, 300),

	CHOICE(session.store, "file", "file", "memory"),
	TEXT(session.file, ""),
	TEXT(session.key_file, ""),
	BOOL(session.resume, true),

	CHOICE(kiosk.start, "auto", "auto", "key"),
	NUMBER(kiosk.renewals, 0, 0, 1000),
	NUMBER(kiosk.sign_out_after_s, 0, 0, 86400),
	BOOL(kiosk.lock, false),
	BOOL(kiosk.confirm, false),
	STRINGS("kiosk.allow.emails", kiosk.allow.emails),
	STRINGS("kiosk.allow.email_domains", kiosk.allow.email_domains),
	PARAMS("kiosk.allow.claims", kiosk.allow.claims,
	       kiosk.allow.claim_count),

	TEXT(screen.theme, "midnight"),
	TEXT(screen.title, "Sign in"),
	TEXT(screen.locale, ""),
	CHOICE(screen.qr, "auto", "auto", "half", "full", "text"),
	STRINGS("screen.profile_fields", screen.profile_fields),

	STRINGS("hooks.on_signed_in", hooks.on_signed_in),
	STRINGS("hooks.on_refreshed", hooks.on_refreshed),
	STRINGS("hooks.on_signed_out", hooks.on_signed_out),
	NUMBER(hooks.timeout_s, 10, 1, 600),
	BOOL(hooks.pass_token, false),

	TEXT(log.file, ""),
	BOOL(log.syslog, false),
	CHOICE(log.level, "info", "error", "warn", "info", "debug"),

	{.name = "metrics.textfile", AT(metrics_textfile), .text = ""},
};

_Static_assert(sizeof(table) / sizeof(table[0]) <= CONF_OPTIONS_MAX,
	       "CONF_OPTIONS_MAX must be raised");

const struct conf_option *option_at(size_t i)
{
	return i < sizeof(table) / sizeof(table[0]) ? &table[i] : NULL;
}

size_t option_index(const struct conf_option *option)
{
	return (size_t)(option - table);
}

const struct conf_option *option_find(const char *name)
{
	const struct conf_option *option;

	for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
		if (strcmp(option->name, name) == 0)
			return option;
	}
	return NULL;
}

/* What follows "group." in the full name, or NULL. */
static const char *below(const char *name, const char *group)
{
	size_t n = strlen(group);

	if (n == 0)
		return name;
	if (strncmp(name, group, n) != 0 || name[n] != '.')
		return NULL;
	return name + n + 1;
}

bool option_is_group(const char *name)
{
	const struct conf_option *option;

	for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
		if (below(option->name, name) != NULL)
			return true;
	}
	return false;
}

bool option_names(struct buf *out, const char *group)
{
	const struct conf_option *option;
	const char *last = "";
	size_t last_len = 0;
	bool ok = true;

	for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
		const char *name = below(option->name, group);
		size_t len;

		if (name == NULL)
			continue;
		len = strcspn(name, "."); /* of an option or a group in it */
		if (len == last_len && strncmp(name, last, len) == 0)
			continue;
		if (last_len > 0)
			ok = buf_adds(out, ", ");
		ok = buf_add(out, name, len) && ok;
		last = name;
		last_len = len;
	}
	return ok;
}

bool option_has_choice(const struct conf_option *option, const char *value)
{
	for (size_t i = 0; option->choices[i] != NULL; i++) {
		if (strcmp(option->choices[i], value) == 0)
			return true;
	}
	return false;
}

bool option_complain(const struct conf_option *option, struct err *err)
{
	struct buf choices;

	switch (option->type) {
	case OPTION_TEXT:
		return err_set(err, "%s must be a string in double quotes.",
			       option->name);
	case OPTION_CHOICE:
		buf_init(&choices, sizeof(err->text));
		for (size_t i = 0; option->choices[i] != NULL; i++)
			buf_addf(&choices, "%s\"%s\"", i > 0 ? ", " : "",
				 option->choices[i]);
		err_set(err, "%s must be one of %s.", option->name,
			buf_text(&choices));
		buf_free(&choices);
		return false;
	case OPTION_BOOL:
		return err_set(err, "%s must be true or false, without quotes.",
			       option->name);
	case OPTION_NUMBER:
		return err_set(err,
			       "%s must be a whole number from %jd to %jd.",
			       option->name, (intmax_t)option->min,
			       (intmax_t)option->max);
	case OPTION_STRINGS:
		return err_set(err,
			       "%s must be a list of strings, such as "
			       "[ \"one\", \"two\" ].",
			       option->name);
	case OPTION_PARAMS:
		return err_set(err,
			       "%s must be a list of groups, such as "
			       "( { name = \"one\"; value = \"two\"; } ).",
			       option->name);
	}
	return false;
}
