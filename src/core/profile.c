/* SPDX-License-Identifier: MIT */
/*
 * Turns a profile's JSON into what a screen can show: labelled fields, and a
 * flat list of tree nodes. All text is cleaned here, so no caller has to. Draws
 * nothing.
 */
#include "config.h"

#include "core/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/provider.h"

/* How many bytes are shown of a name and of a value. */
enum { NAME_SHOWN = 200, VALUE_SHOWN = 4000 };

/* Twice the largest body that io/http lets through. */
enum { JOINED_MAX = 2 * 1024 * 1024 };

/* Whom to greet, best first. */
static const char greeting[] =
	"displayName|display_name|name|nickname|preferred_username|login|"
	"email|emails.0";

/* The value at the first of the paths "a|b|c" that leads to one. */
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

/* Adds a value to a list that is written with ", ". */
static void join(struct buf *out, const char *text)
{
	if (!*text)
		return;
	if (out->len > 0)
		buf_adds(out, ", ");
	buf_adds(out, text);
}

static void join_scalar(struct buf *out, const struct json *json)
{
	char *text = json_kind(json) == JSON_NULL ? NULL : json_scalar(json);

	if (text)
		join(out, text);
	secret_free(text);
}

/*
 * An object in one line: what it says of itself with its type ("+1 555 (work)"
 * of a Webex phone number), else all that is in it, as for an address.
 * Members that are containers give their names: Zitadel's roles.
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

/* The value as clean text in one line; NULL where nothing is left of it. */
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

/* Whether path is one of paths ("a|b|c"). */
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

/* The row of the map that the configuration means; NULL: a path of its own. */
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

/* Adds one field that the configuration wants: a row of the map, a path, or a
 * row of its own ("Badge = employeeNumber|badge"). */
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

static size_t count_children(const struct json *json)
{
	const struct json *child;
	size_t n = 0;

	for (child = json_first(json); child; child = json_next(child))
		n++;
	return n;
}

static size_t count_below(const struct json *json)
{
	const struct json *child;
	size_t n = 0;

	for (child = json_first(json); child; child = json_next(child))
		n += 1 + count_below(child);
	return n;
}

/* What stands in the tree beside the name. */
static char *node_text(const struct json *json)
{
	char *text = json_scalar(json);
	char size[32];
	char *clean;

	if (!text) {
		bool array = json_kind(json) == JSON_ARRAY;

		snprintf(size, sizeof(size), array ? "[%zu]" : "{%zu}",
			 count_children(json));
		return xstrdup(size);
	}
	clean = text_clean(text, VALUE_SHOWN);
	secret_free(text);
	return clean;
}

/* Adds all below json; there is room for them (count_below). The depth of the
 * recursion is bounded by JSON_MAX_DEPTH. */
static void add_nodes(struct profile *profile, const struct json *json,
		      int depth)
{
	const struct json *child;
	size_t index = 0;

	for (child = json_first(json); child; child = json_next(child)) {
		size_t at = profile->node_count++;
		struct profile_node *node = &profile->nodes[at];
		char number[32];

		snprintf(number, sizeof(number), "%zu", index++);
		node->name =
			text_clean(json_name(child) ? json_name(child) : number,
				   NAME_SHOWN);
		node->value = node_text(child);
		node->kind = json_kind(child);
		node->depth = depth;
		add_nodes(profile, child, depth + 1);
		node->descendants = profile->node_count - at - 1;
	}
}

struct profile *profile_new(const char *json, const struct profile_map *map,
			    char *const *only, size_t count, struct err *err)
{
	struct json *parsed = json_parse(json, strlen(json), err);
	const struct json *name;
	struct profile *profile;
	char *text = NULL;

	if (parsed && json_kind(parsed) != JSON_OBJECT) {
		err_set(err, "The profile is no JSON object.");
		json_free(parsed);
		return NULL;
	}
	if (!parsed)
		return NULL;
	profile = xcalloc(1, sizeof(*profile));
	name = find(parsed, greeting);
	if (name)
		text = value_text(name);
	profile->name = text_clean(text ? text : "", NAME_SHOWN);
	secret_free(text);
	add_fields(profile, parsed, map, only, count);
	profile->nodes = xcalloc(count_below(parsed), sizeof(*profile->nodes));
	add_nodes(profile, parsed, 0);
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
