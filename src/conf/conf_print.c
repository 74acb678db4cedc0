/* SPDX-License-Identifier: MIT */
/*
 * Writes the value of each option in the table by its type.
 */
#include "config.h"

#include "conf/conf_print.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "conf/conf_shown.h"
#include "conf/fields.h"
#include "conf/options.h"

#define MASKED_MAX ((size_t)1024 * 1024)

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

/* With mask: without what must not be shown of the words; true if there is any.
 */
static bool put_strings(struct buf *out, const struct strings *strings,
			bool mask)
{
	bool masked = false;

	buf_adds(out, "[");
	for (size_t i = 0; i < strings->count; i++) {
		const char *word = strings->items[i];
		char *shown = mask ? conf_shown_word(word) : NULL;

		buf_adds(out, i > 0 ? ", " : " ");
		put_text(out, shown != NULL ? shown : word);
		masked = masked || shown != NULL;
		free(shown);
	}
	buf_adds(out, strings->count > 0 ? " ]" : "]");
	return masked;
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

/* With mask: without the values that must not be shown; true if there are any.
 */
static bool put_params(struct buf *out, const struct conf *conf,
		       const struct conf_option *option, bool mask)
{
	const struct param *params =
		*(const struct param *const *)at(conf, option->offset);
	const size_t count = *(const size_t *)at(conf, option->count_offset);
	bool masked = false;

	buf_adds(out, "(");
	for (size_t i = 0; i < count; i++) {
		bool shown = !mask || conf_shown_param(option, &params[i]);

		buf_adds(out, i > 0 ? ", { name = " : " { name = ");
		put_text(out, params[i].name);
		buf_adds(out, "; value = ");
		put_text(out, shown ? params[i].value : CONF_SHOWN_MASK);
		buf_adds(out, "; }");
		masked = masked || !shown;
	}
	buf_adds(out, count > 0 ? " )" : ")");
	return masked;
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
		(void)put_strings(out, field, false);
		break;
	case OPTION_PARAMS:
		(void)put_params(out, conf, option, false);
		break;
	}
}

/* ---- Masked values */

/* True if a part of the value must be masked, after appending the masked
 * value. */
static bool put_masked(struct buf *out, const struct conf *conf,
		       const struct conf_option *option)
{
	struct buf text;
	char *url;
	bool masked = false;

	buf_init(&text, MASKED_MAX);
	if (option->type == OPTION_PARAMS)
		masked = put_params(&text, conf, option, true);
	else if (option->type == OPTION_STRINGS)
		masked = put_strings(&text, at(conf, option->offset), true);
	else if ((url = conf_shown_url(conf, option)) != NULL) {
		put_text(&text, url);
		free(url);
		masked = true;
	}
	if (masked)
		buf_adds(out, buf_text(&text));
	buf_free(&text);
	return masked;
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
	char number[CONF_SHOWN_NUMBER_SIZE];
	const char *stand_in = conf_shown_preset(conf, option, number);
	bool secret = conf_shown_is_secret(conf, option);
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
		buf_adds(out, "\"" CONF_SHOWN_MASK "\"");
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
	end_line(out, stand_in != NULL ? CONF_SHOWN_FROM_PRESET
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
