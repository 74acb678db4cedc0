/* SPDX-License-Identifier: MIT */
/*
 * With json_parse.c the only file that uses cJSON. Knows nothing of OAuth.
 */
#include "config.h"

#include "base/json.h"

#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/mem.h"
#include "base/text.h"

/* struct json is never defined: it is a cJSON under an opaque name. */
static const cJSON *inner(const struct json *json)
{
	return (const cJSON *)json;
}

static cJSON *inner_mut(struct json *json)
{
	return (cJSON *)json;
}

static struct json *outer(cJSON *item)
{
	return (struct json *)item;
}

static void *allocate(size_t size)
{
	return xcalloc(1, size);
}

static void wipe_and_free(void *p)
{
	if (p) {
		mem_wipe(p, malloc_usable_size(p));
		free(p);
	}
}

void json_init(void)
{
	cJSON_Hooks hooks = {.malloc_fn = allocate, .free_fn = wipe_and_free};

	cJSON_InitHooks(&hooks);
}

void json_free(struct json *json)
{
	cJSON_Delete(inner_mut(json));
}

enum json_kind json_kind(const struct json *json)
{
	const cJSON *item = inner(json);

	if (cJSON_IsObject(item))
		return JSON_OBJECT;
	if (cJSON_IsArray(item))
		return JSON_ARRAY;
	if (cJSON_IsString(item))
		return JSON_STRING;
	if (cJSON_IsNumber(item))
		return JSON_NUMBER;
	return cJSON_IsBool(item) ? JSON_BOOL : JSON_NULL;
}

/* The last member whose name is the len bytes at name; sets *clear to false if
 * there are more. */
static cJSON *find_member(const cJSON *item, const char *name, size_t len,
			  bool *clear)
{
	cJSON *found = NULL;
	cJSON *child;

	if (!cJSON_IsObject(item))
		return NULL;
	for (child = item->child; child; child = child->next) {
		if ((len > 0 && child->string[0] != name[0]) ||
		    strncmp(child->string, name, len) != 0 ||
		    child->string[len] != '\0')
			continue;
		if (found)
			*clear = false;
		found = child;
	}
	return found;
}

static cJSON *member(const cJSON *item, const char *name, size_t len)
{
	bool clear;

	return find_member(item, name, len, &clear);
}

const struct json *json_get(const struct json *json, const char *name)
{
	return outer(member(inner(json), name, strlen(name)));
}

/* The element of an array whose index is the len bytes at digits. */
static cJSON *element(const cJSON *item, const char *digits, size_t len)
{
	int64_t index;

	if (!cJSON_IsArray(item) ||
	    !text_number(digits, len, 0, INT_MAX, &index))
		return NULL;
	return cJSON_GetArrayItem(item, (int)index);
}

static const cJSON *follow(const cJSON *item, const char *path, bool *clear)
{
	*clear = true;
	while (item && *path) {
		/* Names may contain dots: "https://example.org/roles". */
		size_t rest = strlen(path);
		const char *dot = memchr(path, '.', rest);
		size_t len = dot ? (size_t)(dot - path) : rest;
		cJSON *whole = find_member(item, path, rest, clear);

		if (whole)
			return whole;
		if (cJSON_IsArray(item))
			item = element(item, path, len);
		else if (path[len] == '.')
			item = find_member(item, path, len, clear);
		else
			item = NULL;
		path += len;
		if (*path == '.')
			path++;
	}
	return item;
}

const struct json *json_path(const struct json *json, const char *path)
{
	bool clear;

	return (const struct json *)follow(inner(json), path, &clear);
}

bool json_is_clear(const struct json *json, const char *path)
{
	bool clear;

	return !follow(inner(json), path, &clear) || clear;
}

const char *json_text(const struct json *json)
{
	const cJSON *item = inner(json);

	return item && cJSON_IsString(item) ? item->valuestring : NULL;
}

const char *json_get_text(const struct json *json, const char *name)
{
	return json_text(json_get(json, name));
}

bool json_integer(const struct json *json, int64_t min, int64_t max,
		  int64_t *out)
{
	const char *text = json_text(json);
	double number;
	int64_t whole;

	if (text)
		return text_number(text, strlen(text), min, max, out);
	if (!cJSON_IsNumber(inner(json)))
		return false;
	number = inner(json)->valuedouble;
	/* The conversion is undefined outside this range. */
	if (!(number >= -0x1p63 && number < 0x1p63))
		return false;
	whole = (int64_t)number;
	if (whole < min || whole > max)
		return false;
	*out = whole;
	return true;
}

bool json_is_true(const struct json *json)
{
	return cJSON_IsTrue(inner(json));
}

bool json_lists(const struct json *array, const char *text)
{
	const struct json *item;

	for (item = json_first(array); item; item = json_next(item)) {
		const char *element = json_text(item);

		if (element && strcmp(element, text) == 0)
			return true;
	}
	return false;
}

size_t json_count(const struct json *json)
{
	return (size_t)cJSON_GetArraySize(inner(json));
}

const struct json *json_first(const struct json *json)
{
	return json ? outer(inner(json)->child) : NULL;
}

const struct json *json_next(const struct json *json)
{
	return json ? outer(inner(json)->next) : NULL;
}

const char *json_name(const struct json *json)
{
	return json ? inner(json)->string : NULL;
}

struct json *json_new_object(void)
{
	return outer(cJSON_CreateObject());
}

struct json *json_new_array(void)
{
	return outer(cJSON_CreateArray());
}

void json_set(struct json *object, const char *name, struct json *value)
{
	cJSON *parent = inner_mut(object);
	bool clear = false;
	cJSON *last = NULL;

	if (!value)
		return;
	while (!clear) {
		if (last)
			cJSON_Delete(cJSON_DetachItemViaPointer(parent, last));
		clear = true;
		last = find_member(parent, name, strlen(name), &clear);
	}
	if (last)
		cJSON_ReplaceItemInObjectCaseSensitive(parent, name,
						       inner_mut(value));
	else
		cJSON_AddItemToObject(parent, name, inner_mut(value));
}

void json_set_text(struct json *object, const char *name, const char *text)
{
	if (text)
		json_set(object, name, outer(cJSON_CreateString(text)));
}

void json_set_integer(struct json *object, const char *name, int64_t value)
{
	json_set(object, name, outer(cJSON_CreateNumber((double)value)));
}

void json_set_bool(struct json *object, const char *name, bool value)
{
	json_set(object, name, outer(cJSON_CreateBool(value)));
}

void json_append(struct json *array, struct json *value)
{
	if (value)
		cJSON_AddItemToArray(inner_mut(array), inner_mut(value));
}

void json_append_text(struct json *array, const char *text)
{
	if (text)
		json_append(array, outer(cJSON_CreateString(text)));
}

void json_add(struct json *object, const char *name, struct json *value)
{
	cJSON_AddItemToObject(inner_mut(object), name, inner_mut(value));
}

void json_add_text(struct json *object, const char *name, const char *text)
{
	json_add(object, name, outer(cJSON_CreateString(text)));
}

struct json *json_copy(const struct json *json)
{
	return outer(cJSON_Duplicate(inner(json), true));
}

char *json_print(const struct json *json, bool indented)
{
	return indented ? cJSON_Print(inner(json))
			: cJSON_PrintUnformatted(inner(json));
}

/* cJSON writes whole numbers above 10^15 with an exponent. */
static char *number_text(double number)
{
	char text[32];

	if (!(number > -0x1p53 && number < 0x1p53) ||
	    (double)(int64_t)number != number)
		return NULL;
	snprintf(text, sizeof(text), "%" PRId64, (int64_t)number);
	return xstrdup(text);
}

char *json_scalar(const struct json *json)
{
	char *text;

	if (!json)
		return NULL;
	switch (json_kind(json)) {
	case JSON_NULL:
		return xstrdup("-");
	case JSON_BOOL:
		return xstrdup(json_is_true(json) ? "yes" : "no");
	case JSON_NUMBER:
		text = number_text(inner(json)->valuedouble);
		return text ? text : json_print(json, false);
	case JSON_STRING:
		return xstrdup(json_text(json));
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	return NULL;
}
