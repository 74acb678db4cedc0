/* SPDX-License-Identifier: MIT */
/*
 * Turns a profile's JSON into what a screen can show: labelled fields, and a
 * flat list of tree nodes. All text is cleaned here, so callers need not. Draws
 * nothing.
 */
#include "config.h"

#include "oauth/profile.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "base/text.h"
#include "conf/presets.h"

/* Maximum bytes of a name and of a value on the screen. */
enum { NAME_SHOWN = 200, VALUE_SHOWN = 4000 };

/* Twice the largest body that io/http accepts. */
enum { JOINED_MAX = 2 * 1024 * 1024 };

/* Where to find the name to greet the user by, best first. */
static const char greeting[] =
	"displayName|display_name|name|nickname|preferred_username|login|"
	"email|emails.0";

/* The value at the first of the paths "a|b|c" that has one. */
static const struct json *find(const struct json *json, const char *paths)
{
	while (*paths) {
		size_t len = strcspn(paths, "|");
		char *path = xstrndup(paths, len);
		const struct json *found = json_path(json, path);
		const char *text = json_text(found);

		free(path);
		if (found && json_kind(found) != JSON_NULL && !(text && !*text))
			return found;
		paths += len + (paths[len] == '|');
	}
	return NULL;
}

static bool is_scalar(const struct json *json)
{
	enum json_kind kind = json_kind(json);

	return kind != JSON_ARRAY && kind != JSON_OBJECT;
}

/* Appends a value to a list separated by ", ". */
static void join(struct buf *out, const char *text)
{
	if (!*text)
		return;
	if (out->len > 0)
		buf_adds(out, ", ");
	buf_adds(out, text);
}

/* The offset from UTC at the end of a time (RFC 3339 section 5.6), in seconds;
 * false if it is anything else. */
static bool read_offset(const char *s, int64_t *offset_s)
{
	struct tm tm = {0};

	*offset_s = 0;
	if (strcmp(s, "Z") == 0)
		return true;
	if ((*s != '+' && *s != '-') || strlen(s) != 6)
		return false;
	s = strptime(s, *s == '+' ? "+%H:%M" : "-%H:%M", &tm);
	if (s == NULL || *s != '\0')
		return false;
	*offset_s = tm.tm_hour * 3600 + tm.tm_min * 60;
	if (s[-6] == '-')
		*offset_s = -*offset_s;
	return true;
}

/* Writes a time such as "2026-11-23T10:40:00.175Z" as people do: "23 November
 * 2026, 10:40", in this machine's time zone. False if it is anything else. */
static bool write_time(char *dst, size_t size, const char *text)
{
	struct tm tm = {0};
	int64_t offset_s;
	time_t at_s;
	const char *s = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

	if (s == NULL || text[0] < '0' || text[0] > '9')
		return false;
	if (*s == '.')
		s += 1 + strspn(s + 1, "0123456789");
	if (!read_offset(s, &offset_s))
		return false;
	at_s = timegm(&tm) - (time_t)offset_s;
	/* Translators: a date and a time, for strftime(3). Month names (%B) are
	 * English on most machines, so write the month as a number (%m). */
	return localtime_r(&at_s, &tm) != NULL &&
	       strftime(dst, size, _("%-d %B %Y, %H:%M"), &tm) > 0;
}

static void join_scalar(struct buf *out, const struct json *json)
{
	char *text = json_kind(json) == JSON_NULL ? NULL : json_scalar(json);
	char when[80];

	if (text)
		join(out, write_time(when, sizeof(when), text) ? when : text);
	secret_free(text);
}

/*
 * An object on one line: its main value with its type ("+1 555 (work)" for a
 * Webex phone number), or else all its members, as for an address. Members that
 * are containers give their names: Zitadel's roles.
 */
static void join_object(struct buf *out, const struct json *object)
{
	const struct json *value =
		find(object, "value|formatted|displayName|name");
	const char *type = json_get_text(object, "type");
	const struct json *child;

	if (value && is_scalar(value)) {
		join_scalar(out, value);
		if (type && *type)
			buf_addf(out, " (%s)", type);
		return;
	}
	for (child = json_first(object); child; child = json_next(child)) {
		if (!is_scalar(child))
			join(out, json_name(child));
		else if (strcmp(json_name(child), "type") != 0)
			join_scalar(out, child);
	}
}

/* The value as clean text on one line; NULL if nothing is left. */
static char *value_text(const struct json *json)
{
	const struct json *child;
	struct buf text;
	char *clean;

	buf_init(&text, JOINED_MAX);
	switch (json_kind(json)) {
	case JSON_ARRAY:
		for (child = json_first(json); child;
		     child = json_next(child)) {
			if (json_kind(child) == JSON_OBJECT)
				join_object(&text, child);
			else if (is_scalar(child))
				join_scalar(&text, child);
		}
		break;
	case JSON_OBJECT:
		join_object(&text, json);
		break;
	case JSON_NULL:
	case JSON_BOOL:
	case JSON_NUMBER:
	case JSON_STRING:
		join_scalar(&text, json);
		break;
	}
	clean = text_clean(buf_text(&text), VALUE_SHOWN);
	buf_free(&text);
	if (*clean)
		return clean;
	secret_free(clean);
	return NULL;
}

static void add_field(struct profile *profile, const struct json *json,
		      const char *label, const char *paths)
{
	const struct json *found = find(json, paths);
	char *value = found ? value_text(found) : NULL;
	struct profile_field *field;

	if (!value)
		return;
	field = &profile->fields[profile->field_count++];
	field->label = text_clean(label, NAME_SHOWN);
	field->value = value;
}

/* True if path is one of paths ("a|b|c"). */
static bool has_path(const char *paths, const char *path)
{
	while (*paths) {
		size_t len = strcspn(paths, "|");

		if (strlen(path) == len && memcmp(paths, path, len) == 0)
			return true;
		paths += len + (paths[len] == '|');
	}
	return false;
}

/* The row of the map that the configuration names; NULL: it names a path. */
static const struct profile_map *find_row(const struct profile_map *map,
					  const char *wanted)
{
	for (; map->label; map++) {
		if (strcasecmp(map->label, wanted) == 0 ||
		    has_path(map->path, wanted))
			return map;
	}
	return NULL;
}

/* Adds one configured field: a row of the map, a path, or a new row ("Badge =
 * employeeNumber|badge"). */
static void add_wanted(struct profile *profile, const struct json *json,
		       const struct profile_map *map, const char *wanted)
{
	const struct profile_map *row = find_row(map, wanted);
	const char *sign = strchr(wanted, '=');
	size_t len;
	char *label;

	if (row || !sign) {
		add_field(profile, json, row ? row->label : wanted,
			  row ? row->path : wanted);
		return;
	}
	len = (size_t)(sign - wanted);
	while (len > 0 && wanted[len - 1] == ' ')
		len--;
	label = xstrndup(wanted, len);
	add_field(profile, json, label, sign + 1 + strspn(sign + 1, " "));
	free(label);
}

static void add_fields(struct profile *profile, const struct json *json,
		       const struct profile_map *map, char *const *only,
		       size_t count)
{
	size_t rows = 0;

	while (map[rows].label)
		rows++;
	profile->fields =
		xcalloc(count > 0 ? count : rows, sizeof(*profile->fields));
	for (size_t i = 0; i < rows && count == 0; i++)
		add_field(profile, json, map[i].label, map[i].path);
	for (size_t i = 0; i < count; i++)
		add_wanted(profile, json, map, only[i]);
}

static size_t count_below(const struct json *json)
{
	const struct json *child;
	size_t n = 0;

	for (child = json_first(json); child; child = json_next(child))
		n += 1 + count_below(child);
	return n;
}

/* The text beside the name in the tree. */
static char *node_text(const struct json *json)
{
	char *text = json_scalar(json);
	char size[32];
	char *clean;

	if (!text) {
		bool array = json_kind(json) == JSON_ARRAY;

		snprintf(size, sizeof(size), array ? "[%zu]" : "{%zu}",
			 json_count(json));
		return xstrdup(size);
	}
	clean = text_clean(text, VALUE_SHOWN);
	secret_free(text);
	return clean;
}

/* Adds all nodes below json; there is room for them (count_below). The depth of
 * the recursion is bounded by JSON_MAX_DEPTH. */
static void add_nodes(struct profile *profile, const struct json *json,
		      int depth)
{
	const struct json *child;
	size_t index = 0;

	for (child = json_first(json); child; child = json_next(child)) {
		size_t at = profile->node_count++;
		struct profile_node *node = &profile->nodes[at];
		const char *name = json_name(child);
		char number[32];

		if (!name)
			snprintf(number, sizeof(number), "%zu", index++);
		node->name = text_clean(name ? name : number, NAME_SHOWN);
		node->value = node_text(child);
		node->depth = depth;
		add_nodes(profile, child, depth + 1);
		node->descendants = profile->node_count - at - 1;
	}
}

struct profile *profile_from_json(const struct json *json,
				  const struct profile_map *map,
				  char *const *only, size_t count)
{
	struct profile *profile = xcalloc(1, sizeof(*profile));
	const struct json *name = find(json, greeting);
	char *text = name ? value_text(name) : NULL;

	profile->name = text_clean(text ? text : "", NAME_SHOWN);
	secret_free(text);
	add_fields(profile, json, map, only, count);
	profile->nodes = xcalloc(count_below(json), sizeof(*profile->nodes));
	add_nodes(profile, json, 0);
	return profile;
}

struct profile *profile_new(const char *json, const struct profile_map *map,
			    char *const *only, size_t count, struct err *err)
{
	struct json *parsed = json_parse_all(json, strlen(json), err);
	struct profile *profile = NULL;

	if (parsed && json_kind(parsed) == JSON_OBJECT)
		profile = profile_from_json(parsed, map, only, count);
	else if (parsed)
		err_set(err, "The profile is not a JSON object.");
	json_free(parsed);
	return profile;
}

void profile_free(struct profile *profile)
{
	if (!profile)
		return;
	secret_free(profile->name);
	for (size_t i = 0; i < profile->field_count; i++) {
		secret_free(profile->fields[i].label);
		secret_free(profile->fields[i].value);
	}
	free(profile->fields);
	for (size_t i = 0; i < profile->node_count; i++) {
		secret_free(profile->nodes[i].name);
		secret_free(profile->nodes[i].value);
	}
	free(profile->nodes);
	free(profile);
}
