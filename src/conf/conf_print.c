/* SPDX-License-Identifier: MIT */
/*
 * Writes the value of each option in the table by its type. Knows the meaning
 * of the provider's options only: which of them the preset fills in, and which
 * are secret.
 */
#include "config.h"

#include "conf/conf_print.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/url.h"
#include "conf/conf.h"
#include "conf/fields.h"
#include "conf/options.h"
#include "conf/presets.h"

#define MASK "********"
#define MASKED_MAX ((size_t)1024 * 1024)
#define FROM_PRESET "from the preset"

/* A field that preset and configuration share. */
#define FIELD(name)                                   \
	{                                             \
		offsetof(struct conf, provider.name), \
			offsetof(struct preset, name) \
	}

/* The field at that offset of a struct. */
static const void *at(const void *structure, size_t offset)
{
	return (const char *)structure + offset;
}

static const char *text_at(const struct conf *conf,
			   const struct conf_option *option)
{
	return *(const char *const *)at(conf, option->offset);
}

/* ---- Values */

/* Appends the n bytes at s as hexadecimal escapes, which libconfig can read. */
static void put_escaped(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "\\x%02x", (unsigned)(unsigned char)s[i]);
}

/* Appends the n bytes at s as a string. Escapes characters that must not reach
 * a terminal (such as bidirectional marks). */
static void put_string(struct buf *out, const char *s, size_t n)
{
	bool clean = text_is_clean(s, n);
	size_t len;

	buf_adds(out, "\"");
	for (; n > 0; s += len, n -= len) {
		uint32_t c;
		int decoded = text_decode(s, n, &c);

		len = decoded > 0 ? (size_t)decoded : 1;
		if (*s == '"' || *s == '\\')
			buf_adds(out, "\\");
		if (clean || text_is_clean(s, len))
			buf_add(out, s, len);
		else
			put_escaped(out, s, len);
	}
	buf_adds(out, "\"");
}

static void put_text(struct buf *out, const char *s)
{
	put_string(out, s, strlen(s));
}

static void put_strings(struct buf *out, const struct strings *strings)
{
	buf_adds(out, "[");
	for (size_t i = 0; i < strings->count; i++) {
		buf_adds(out, i > 0 ? ", " : " ");
		put_text(out, strings->items[i]);
	}
	buf_adds(out, strings->count > 0 ? " ]" : "]");
}

/* The same for words separated by spaces, as presets have them. */
static void put_words(struct buf *out, const char *words)
{
	const char *separator = " ";
	size_t len;

	buf_adds(out, "[");
	for (words += strspn(words, " "); *words != '\0';
	     words += strspn(words, " ")) {
		len = strcspn(words, " ");
		buf_adds(out, separator);
		put_string(out, words, len);
		separator = ", ";
		words += len;
	}
	buf_adds(out, " ]");
}

static void put_params(struct buf *out, const struct param *params,
		       size_t count)
{
	buf_adds(out, "(");
	for (size_t i = 0; i < count; i++) {
		buf_adds(out, i > 0 ? ", { name = " : " { name = ");
		put_text(out, params[i].name);
		buf_adds(out, "; value = ");
		put_text(out, params[i].value);
		buf_adds(out, "; }");
	}
	buf_adds(out, count > 0 ? " )" : ")");
}

static void put_value(struct buf *out, const struct conf *conf,
		      const struct conf_option *option)
{
	const void *field = at(conf, option->offset);

	switch (option->type) {
	case OPTION_TEXT:
		put_text(out, text_at(conf, option));
		break;
	case OPTION_CHOICE:
		put_text(out, option->choices[field_choice(conf, option)]);
		break;
	case OPTION_BOOL:
		buf_adds(out, *(const bool *)field ? "true" : "false");
		break;
	case OPTION_NUMBER:
		buf_addf(out, "%jd", (intmax_t)(*(const int64_t *)field));
		break;
	case OPTION_STRINGS:
		put_strings(out, field);
		break;
	case OPTION_PARAMS:
		put_params(out, *(const struct param *const *)field,
			   *(const size_t *)at(conf, option->count_offset));
		break;
	}
}

/* ---- Secrets and values from the preset */

/* True if the value holds a password. A proxy may have no scheme. */
static bool is_secret(const struct conf *conf, const struct conf_option *option)
{
	const char *value;
	struct url url;

	if (option->type != OPTION_TEXT)
		return false;
	value = text_at(conf, option);
	if (option->offset == offsetof(struct conf, provider.client_secret))
		return value[0] != '\0';
	if (option->offset == offsetof(struct conf, network.proxy))
		return strchr(value, '@') != NULL;
	return url_split(value, &url) && url.has_userinfo;
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
	};
	static const char *const values[] = {"", "true", "false", "none"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) == name_len &&
		    strncmp(names[i], name, name_len) == 0)
			return true;
	}
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (strlen(values[i]) == len &&
		    strncmp(values[i], value, len) == 0)
			return true;
	}
	return false;
}

static bool is_extra(const struct conf_option *option)
{
	return option->offset == offsetof(struct conf, provider.extra);
}

/* Appends the list; true if a value had to be masked. */
static bool put_masked_extra(struct buf *out, const struct conf *conf)
{
	const struct param *extra = conf->provider.extra;
	const size_t count = conf->provider.extra_count;
	bool masked = false;

	buf_adds(out, "(");
	for (size_t i = 0; i < count; i++) {
		bool shown = is_public(extra[i].name, strlen(extra[i].name),
				       extra[i].value, strlen(extra[i].value));

		buf_adds(out, i > 0 ? ", { name = " : " { name = ");
		put_text(out, extra[i].name);
		buf_adds(out, "; value = ");
		put_text(out, shown ? extra[i].value : MASK);
		buf_adds(out, "; }");
		masked = masked || !shown;
	}
	buf_adds(out, count > 0 ? " )" : ")");
	return masked;
}

/* The same for the query of a URL. */
static bool put_masked_url(struct buf *out, const char *url)
{
	const char *rest = url + strcspn(url, "?");
	bool masked = false;
	struct buf text;
	size_t n;

	buf_init(&text, strlen(url) + (strlen(url) + 1) * strlen(MASK));
	buf_add(&text, url, (size_t)(rest - url));
	for (; *rest != '\0'; rest += n) {
		size_t name_len;
		bool shown;

		buf_add(&text, rest++, 1); /* the ? or & */
		n = strcspn(rest, "&");
		name_len = strcspn(rest, "=&");
		shown = name_len < n &&
			is_public(rest, name_len, rest + name_len + 1,
				  n - name_len - 1);
		if (shown || name_len < n)
			buf_add(&text, rest, shown ? n : name_len + 1);
		if (!shown)
			buf_adds(&text, MASK);
		masked = masked || !shown;
	}
	put_text(out, buf_text(&text));
	buf_free(&text);
	return masked;
}

/* True if a part of the value must be masked, after appending the masked
 * value. */
static bool put_masked(struct buf *out, const struct conf *conf,
		       const struct conf_option *option)
{
	struct buf text;
	struct url url;
	bool masked = false;

	buf_init(&text, MASKED_MAX);
	if (is_extra(option))
		masked = put_masked_extra(&text, conf);
	else if (option->type == OPTION_TEXT &&
		 url_split(text_at(conf, option), &url))
		masked = put_masked_url(&text, text_at(conf, option));
	if (masked)
		buf_adds(out, buf_text(&text));
	buf_free(&text);
	return masked;
}

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
	return option->type == OPTION_TEXT && text_at(conf, option)[0] == '\0';
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

/* Room for the text of any number. */
enum { NUMBER_SIZE = 24 };

/* The preset's value for an option that is not set, in number if it is one;
 * NULL if there is none. */
static const char *from_preset(const struct conf *conf,
			       const struct conf_option *option,
			       char number[NUMBER_SIZE])
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
			field = at(preset, fields[i].preset_offset);
	}
	if (field == NULL)
		return NULL;
	if (option->type == OPTION_BOOL)
		return *(const bool *)field ? "true" : NULL;
	if (option->type == OPTION_NUMBER) {
		(void)snprintf(number, NUMBER_SIZE, "%" PRId64,
			       *(const int64_t *)field);
		return number;
	}
	value = *(const char *const *)field;
	return value != NULL && value[0] != '\0' ? value : NULL;
}

/* ---- Groups and lines */

/* The length of the name of the group that contains the first len bytes of a
 * full name; 0: the file itself. */
static size_t group_of(const char *name, size_t len)
{
	while (len > 0 && name[len - 1] != '.')
		len--;
	return len > 0 ? len - 1 : 0;
}

/* Indents a line inside the group of that name. */
static void indent(struct buf *out, const char *name, size_t len)
{
	for (; len > 0; len = group_of(name, len))
		buf_adds(out, "  ");
}

/* The length of the name of the innermost group that contains both groups. */
static size_t shared_group(const char *a, size_t a_len, const char *b,
			   size_t b_len)
{
	size_t shared = 0;

	for (size_t i = 0;; i++) {
		if ((i == a_len || a[i] == '.') && (i == b_len || b[i] == '.'))
			shared = i;
		if (i == a_len || i == b_len || a[i] != b[i])
			return shared;
	}
}

/* Closes and opens groups between one option and the next, given by full name;
 * "": the file itself. */
static void change_group(struct buf *out, const char *from, const char *to)
{
	size_t from_len = group_of(from, strlen(from));
	size_t to_len = group_of(to, strlen(to));
	size_t shared = shared_group(from, from_len, to, to_len);
	size_t begin, len;

	while (from_len > shared) {
		from_len = group_of(from, from_len);
		indent(out, from, from_len);
		buf_adds(out, "};\n");
	}
	while (shared < to_len) {
		begin = shared > 0 ? shared + 1 : 0;
		len = strcspn(to + begin, ".");
		indent(out, to, shared);
		buf_addf(out, "%.*s : {\n", (int)len, to + begin);
		shared = begin + len;
	}
}

/* Ends a line, with the comment if there is one. */
static void end_line(struct buf *out, const char *comment)
{
	char *clean;

	if (comment != NULL && comment[0] != '\0') {
		/* A replaced byte becomes three. */
		clean = text_clean(comment, 3 * strlen(comment));
		buf_addf(out, "  // %s", clean);
		free(clean);
	}
	buf_adds(out, "\n");
}

static void put_option(struct buf *out, const struct conf *conf,
		       const struct conf_option *option, bool all_masked)
{
	size_t group = group_of(option->name, strlen(option->name));
	const char *name = option->name + (group > 0 ? group + 1 : 0);
	char number[NUMBER_SIZE];
	const char *stand_in = from_preset(conf, option, number);
	bool secret = is_secret(conf, option);
	bool masked;
	struct buf value;

	buf_init(&value, MASKED_MAX);
	masked = all_masked && stand_in == NULL && !secret &&
		 put_masked(&value, conf, option);

	indent(out, option->name, group);
	buf_addf(out,
		 "%s%s = ", stand_in != NULL || secret || masked ? "// " : "",
		 name);
	if (secret)
		buf_adds(out, "\"" MASK "\"");
	else if (masked)
		buf_adds(out, buf_text(&value));
	else if (stand_in == NULL)
		put_value(out, conf, option);
	else if (option->type == OPTION_BOOL || option->type == OPTION_NUMBER)
		buf_adds(out, stand_in);
	else if (option->type == OPTION_STRINGS)
		put_words(out, stand_in);
	else
		put_text(out, stand_in);
	buf_free(&value);
	buf_adds(out, ";");
	end_line(out, stand_in != NULL ? FROM_PRESET
				       : conf->origins[option_index(option)]);
}

bool conf_print(struct buf *out, const struct conf *conf,
		enum conf_print_which which)
{
	const struct conf_option *option;
	const char *last = "";

	for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
		if (which == CONF_PRINT_SET && conf->origins[i] == NULL)
			continue;
		change_group(out, last, option->name);
		put_option(out, conf, option, which == CONF_PRINT_MASKED);
		last = option->name;
	}
	change_group(out, last, "");
	return !out->failed;
}
