/* SPDX-License-Identifier: MIT */
/*
 * Goes through the table of options and writes each value by its type. Knows
 * only of the provider's options what they are for: which of them the preset
 * fills in, and what is secret.
 */
#include "config.h"

#include "core/conf_print.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/url.h"
#include "core/conf.h"
#include "core/options.h"
#include "core/provider.h"

#define MASK "********"
#define FROM_PRESET "from the preset"

/* What the preset and the configuration have both. */
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

/* Appends the n bytes at s in hexadecimal escapes, which libconfig reads
 * back. */
static void put_escaped(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "\\x%02x", (unsigned)(unsigned char)s[i]);
}

/* Appends the n bytes at s as a string. What a terminal should not see (such
 * as a mark that turns the direction of writing) is escaped. */
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

/* The same for words with spaces between them, as presets have them. */
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
	case OPTION_CHOICE:
		put_text(out, text_at(conf, option));
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

/* ---- What is not written as it is */

/* Whether there is a password in it. A proxy may do without a scheme. */
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

/* The preset vouches only for where its own endpoint sends people, and has no
 * name for somebody else's. */
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

/* What stands in for an option that is not set, NULL where nothing does. */
static const char *from_preset(const struct conf *conf,
			       const struct conf_option *option)
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
	value = *(const char *const *)field;
	return value != NULL && value[0] != '\0' ? value : NULL;
}

/* ---- Groups and lines */

/* The length of the name of the group that the first len bytes of a full name
 * are in; 0: the file itself. */
static size_t group_of(const char *name, size_t len)
{
	while (len > 0 && name[len - 1] != '.')
		len--;
	return len > 0 ? len - 1 : 0;
}

/* Begins a line inside the group of that name. */
static void indent(struct buf *out, const char *name, size_t len)
{
	for (; len > 0; len = group_of(name, len))
		buf_adds(out, "  ");
}

/* How much of the two groups' names is a group that holds both. */
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

/* Goes from the group of one option to that of another, by their full names;
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

/* Ends a line, with a comment where there is something to say. */
static void end_line(struct buf *out, const char *comment)
{
	char *clean;

	if (comment != NULL && comment[0] != '\0') {
		/* A byte that is replaced becomes three. */
		clean = text_clean(comment, 3 * strlen(comment));
		buf_addf(out, "  // %s", clean);
		free(clean);
	}
	buf_adds(out, "\n");
}

static void put_option(struct buf *out, const struct conf *conf,
		       const struct conf_option *option)
{
	size_t group = group_of(option->name, strlen(option->name));
	const char *name = option->name + (group > 0 ? group + 1 : 0);
	const char *stand_in = from_preset(conf, option);
	bool secret = is_secret(conf, option);

	indent(out, option->name, group);
	buf_addf(out, "%s%s = ", stand_in != NULL || secret ? "// " : "", name);
	if (secret)
		buf_adds(out, "\"" MASK "\"");
	else if (stand_in == NULL)
		put_value(out, conf, option);
	else if (option->type == OPTION_BOOL)
		buf_adds(out, stand_in);
	else if (option->type == OPTION_STRINGS)
		put_words(out, stand_in);
	else
		put_text(out, stand_in);
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
		put_option(out, conf, option);
		last = option->name;
	}
	change_group(out, last, "");
	return !out->failed;
}
