/* SPDX-License-Identifier: MIT */
/*
 * The only file that sees cJSON. What cJSON would silently lose is refused by
 * json_scan() before it parses; what only shows in the tree (duplicate names,
 * infinite numbers) afterwards. Linear but for a sort. Knows nothing of OAuth.
 */
#include "config.h"

#include "core/json.h"

#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/json_scan.h"

/* struct json has no definition of its own: it is a cJSON seen from outside. */
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

static int compare_names(const void *a, const void *b)
{
	const char *const *left = a;
	const char *const *right = b;

	return strcmp(*left, *right);
}

static bool has_duplicates(const cJSON *object)
{
	size_t n = 0;
	size_t i = 0;
	bool found = false;
	const char **names;
	const cJSON *child;

	for (child = object->child; child; child = child->next)
		n++;
	if (n < 2)
		return false;
	names = xcalloc(n, sizeof(*names));
	for (child = object->child; child; child = child->next)
		names[i++] = child->string;
	qsort(names, n, sizeof(*names), compare_names);
	for (i = 1; i < n && !found; i++)
		found = strcmp(names[i - 1], names[i]) == 0;
	free(names);
	return found;
}

/* What is wrong with the parsed value or one below it; NULL: nothing. A number
 * that no double holds (1e400) tells nobody anything: it becomes null, and the
 * rest is as good as it was. */
static const char *fault_in(cJSON *item)
{
	const char *fault = NULL;
	cJSON *child;

	if (cJSON_IsNumber(item) && !isfinite(item->valuedouble))
		item->type = cJSON_NULL;
	if (cJSON_IsObject(item) && has_duplicates(item))
		return "a name stands twice in the same object";
	for (child = item->child; child && !fault; child = child->next)
		fault = fault_in(child);
	return fault;
}

struct json *json_parse(const char *s, size_t len, struct err *err)
{
	const char *end = NULL;
	const char *fault;
	cJSON *item;
	size_t at;

	fault = json_scan(s, len, &at);
	if (fault) {
		err_set(err, "This is no acceptable JSON: %s (byte %zu).",
			fault, at + 1);
		return NULL;
	}
	item = cJSON_ParseWithLengthOpts(s, len, &end, false);
	if (!item) {
		err_set(err, "This is no JSON%s.",
			len == 0 ? ", it is empty" : "");
		return NULL;
	}
	end += json_scan_spaces(end, (size_t)(s + len - end));
	fault = end < s + len ? "something follows the value" : fault_in(item);
	if (fault) {
		err_set(err, "This is no acceptable JSON: %s.", fault);
		cJSON_Delete(item);
		return NULL;
	}
	return outer(item);
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

/* The member whose name is the len bytes at name. */
static cJSON *member(const cJSON *item, const char *name, size_t len)
{
	cJSON *child;

	if (!cJSON_IsObject(item))
		return NULL;
	for (child = item->child; child; child = child->next) {
		if (strlen(child->string) == len &&
		    memcmp(child->string, name, len) == 0)
			return child;
	}
	return NULL;
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

const struct json *json_path(const struct json *json, const char *path)
{
	const cJSON *item = inner(json);

	while (item && *path) {
		/* Names may hold dots: "https://example.org/roles". */
		cJSON *whole = member(item, path, strlen(path));
		size_t len = strcspn(path, ".");

		if (whole)
			return outer(whole);
		item = cJSON_IsArray(item) ? element(item, path, len)
					   : member(item, path, len);
		path += len;
		if (*path == '.')
			path++;
	}
	return (const struct json *)item;
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
	/* Outside of this the conversion is undefined. */
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

	if (!value)
		return;
	if (member(parent, name, strlen(name)))
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
