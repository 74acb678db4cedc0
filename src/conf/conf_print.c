/* SPDX-License-Identifier: MIT */
/*
 * Writes what conf_json_setting() says of each option in the table.
 */
#include "config.h"

#include "conf/conf_print.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "conf/conf_json.h"
#include "conf/conf_shown.h"
#include "conf/options.h"

/* ---- Values */

/* Appends the n bytes at s as hexadecimal escapes, which libconfig can read. */
static void put_escaped(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "\\x%02x", (unsigned)(unsigned char)s[i]);
}

/* Appends a string. Escapes characters that must not reach
 * a terminal (such as bidirectional marks). */
static void put_string(struct buf *out, const char *s)
{
	size_t n = strlen(s), len;
	const bool clean = text_is_clean(s, n);

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

static void put_value(struct buf *out, const struct json *value, bool is_list);

/* Lists of groups have other brackets than arrays. */
static void put_items(struct buf *out, const struct json *items, bool is_list)
{
	const struct json *item = json_first(items);
	const char *separator = " ";

	buf_adds(out, is_list ? "(" : "[");
	for (; item != NULL; item = json_next(item), separator = ", ") {
		buf_adds(out, separator);
		put_value(out, item, false);
	}
	buf_adds(out, json_first(items) != NULL ? " " : "");
	buf_adds(out, is_list ? ")" : "]");
}

static void put_members(struct buf *out, const struct json *group)
{
	const struct json *member = json_first(group);

	buf_adds(out, "{ ");
	for (; member != NULL; member = json_next(member)) {
		buf_addf(out, "%s = ", json_name(member));
		put_value(out, member, false);
		buf_adds(out, "; ");
	}
	buf_adds(out, "}");
}

/* is_list: an array is a list of groups, even if it is empty. */
static void put_value(struct buf *out, const struct json *value, bool is_list)
{
	int64_t number = 0;

	switch (json_kind(value)) {
	case JSON_BOOL:
		buf_adds(out, json_is_true(value) ? "true" : "false");
		break;
	case JSON_NUMBER:
		(void)json_integer(value, INT64_MIN, INT64_MAX, &number);
		buf_addf(out, "%" PRId64, number);
		break;
	case JSON_STRING:
		put_string(out, json_text(value));
		break;
	case JSON_ARRAY:
		put_items(out, value, is_list);
		break;
	case JSON_OBJECT:
		put_members(out, value);
		break;
	case JSON_NULL:
		break;
	}
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
		       const struct conf_option *option, bool mask)
{
	size_t group = group_of(option->name, strlen(option->name));
	const char *name = option->name + (group > 0 ? group + 1 : 0);
	struct json *setting = conf_json_setting(conf, option, mask);
	const char *origin = json_get_text(setting, "origin");
	const bool only_shown =
		json_is_true(json_get(setting, "masked")) ||
		(origin != NULL && strcmp(origin, CONF_SHOWN_FROM_PRESET) == 0);

	indent(out, option->name, group);
	buf_addf(out, "%s%s = ", only_shown ? "// " : "", name);
	put_value(out, json_get(setting, "value"),
		  option->type == OPTION_PARAMS);
	buf_adds(out, ";");
	end_line(out, origin);
	json_free(setting);
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
