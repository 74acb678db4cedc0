/* SPDX-License-Identifier: MIT */
/*
 * The only file that uses cJSON. json_scan() first rejects what cJSON would
 * silently lose; what shows only in the tree (names that appear twice, infinite
 * numbers) is settled after parsing. Takes linear time, apart from a sort.
 * Knows nothing of OAuth.
 */
#include "config.h"

#include "base/json.h"

#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/ascii.h"
#include "base/err.h"
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

/*
 * Security-relevant names. Two different values for one of them are an error at
 * the top level and become null below it: otherwise one value might count here
 * and another elsewhere (RFC 8259 section 4). The list has the claims of RFC
 * 7519 and OpenID Connect, the members that kiosk.allow checks, the header of
 * RFC 7515, the responses of RFC 6749 and RFC 8628, and the issuer in a
 * discovery document. It does not have the endpoints of that document, as a
 * sign-in needs only some of them.
 */
static const char *const decisive[] = {
	"iss",
	"sub",
	"aud",
	"azp",
	"exp",
	"nbf",
	"iat",
	"nonce",
	"tid",
	"email",
	"email_verified",
	"emails",
	"alg",
	"crit",
	"typ",
	"error",
	"access_token",
	"refresh_token",
	"id_token",
	"token_type",
	"device_code",
	"user_code",
	"verification_uri",
	"verification_url",
	"verification_uri_complete",
	"verification_url_complete",
	"issuer",
};

static bool is_decisive(const char *name)
{
	for (size_t i = 0; i < sizeof(decisive) / sizeof(decisive[0]); i++) {
		if (strcmp(name, decisive[i]) == 0)
			return true;
	}
	return false;
}

struct place {
	cJSON *item;
	size_t at; /* position in its object */
};

static int compare_places(const void *a, const void *b)
{
	const struct place *left = a;
	const struct place *right = b;
	int order = strcmp(left->item->string, right->item->string);

	return order != 0 ? order : (left->at > right->at) * 2 - 1;
}

/* The members, sorted by name; free() the array. */
static struct place *sort_members(const cJSON *object, size_t *count)
{
	struct place *places;
	cJSON *child;
	size_t n = 0;

	for (child = object->child; child; child = child->next)
		n++;
	places = xcalloc(n + 1, sizeof(*places));
	*count = n;
	for (n = 0, child = object->child; child; child = child->next, n++)
		places[n] = (struct place){child, n};
	qsort(places, n, sizeof(*places), compare_places);
	return places;
}

static bool is_same(const cJSON *a, const cJSON *b);

/* The order of members has no meaning (RFC 8259 section 4). */
static bool is_same_object(const cJSON *a, const cJSON *b)
{
	size_t n, m;
	struct place *x = sort_members(a, &n);
	struct place *y = sort_members(b, &m);
	bool same = n == m;

	for (size_t i = 0; i < n && same; i++)
		same = strcmp(x[i].item->string, y[i].item->string) == 0 &&
		       is_same(x[i].item, y[i].item);
	free(x);
	free(y);
	return same;
}

/* For values without duplicate names; cJSON_Compare() takes quadratic time. */
static bool is_same(const cJSON *a, const cJSON *b)
{
	const cJSON *x = a->child;
	const cJSON *y = b->child;

	if ((a->type & 0xff) != (b->type & 0xff) ||
	    (cJSON_IsNumber(a) && (a->valuedouble < b->valuedouble ||
				   a->valuedouble > b->valuedouble)) ||
	    (cJSON_IsString(a) && strcmp(a->valuestring, b->valuestring) != 0))
		return false;
	if (cJSON_IsObject(a))
		return is_same_object(a, b);
	for (; x && y; x = x->next, y = y->next) {
		if (!is_same(x, y))
			return false;
	}
	return !x && !y;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The strings of an array, sorted; free() the list. NULL if it is not an array
 * of strings. */
static const char **sort_texts(const cJSON *array, size_t *count)
{
	const char **texts;
	cJSON *child;
	size_t n = 0;

	for (child = array->child; child; child = child->next, n++)
		if (!cJSON_IsString(child))
			return NULL;
	if (!cJSON_IsArray(array))
		return NULL;
	texts = xcalloc(n + 1, sizeof(*texts));
	*count = n;
	for (n = 0, child = array->child; child; child = child->next, n++)
		texts[n] = child->valuestring;
	qsort(texts, n, sizeof(*texts), compare_texts);
	return texts;
}

/* True if two values of a name are equivalent: the order of audiences has no
 * meaning (RFC 7519 section 4.1.3). */
static bool is_equivalent(const cJSON *a, const cJSON *b)
{
	const char **x = NULL, **y = NULL;
	size_t n = 0, m = 0;
	bool same = is_same(a, b);

	if (same || strcmp(a->string, "aud") != 0)
		return same;
	x = sort_texts(a, &n);
	y = sort_texts(b, &m);
	same = x && y && n == m;
	for (size_t i = 0; i < n && same; i++)
		same = strcmp(x[i], y[i]) == 0;
	free(x);
	free(y);
	return same;
}

static bool is_demand(const char *name)
{
	return strcmp(name, "interval") == 0;
}

/* True if the first of two values for the interval is the larger one. Polling
 * too seldom does no harm (RFC 8628 section 3.5). */
static bool is_greater_demand(const cJSON *a, const cJSON *b)
{
	int64_t first = -1;
	int64_t second = -1;

	if (!is_demand(a->string))
		return false;
	json_seconds((const struct json *)a, 0, INT_MAX, &first);
	json_seconds((const struct json *)b, 0, INT_MAX, &second);
	return first > second;
}

static void make_null(cJSON *item)
{
	cJSON_Delete(item->child);
	cJSON_free(item->valuestring);
	item->child = NULL;
	item->valuestring = NULL;
	item->valuedouble = 0;
	item->type = cJSON_NULL;
}

/* The position of a value, and the treatment of duplicate names. */
struct settling {
	bool top;
	bool keeps_all;
};

/*
 * The only place that decides how to treat a duplicate name: the last value
 * counts (RFC 7519 section 4), unless the name is security-relevant. Below the
 * top level, only kiosk.allow.claims relies on names, and its document keeps
 * all values. To everything else, null means no value, and the rest of the
 * document remains usable.
 */
static bool settle_names(cJSON *object, struct settling how, struct err *err)
{
	size_t n;
	struct place *places = sort_members(object, &n);
	bool ok = true;

	for (size_t i = 1; i < n && ok; i++) {
		cJSON *item = places[i - 1].item;
		cJSON *next = places[i].item;

		if (strcmp(item->string, next->string) != 0)
			continue;
		if (is_greater_demand(item, next)) {
			places[i].item = item;
			item = next;
			next = places[i].item;
		}
		if (!is_equivalent(item, next)) {
			if (is_decisive(next->string) && how.top)
				ok = err_set(err,
					     "\"%.40s\" appears twice with "
					     "different values.",
					     next->string);
			else if (how.keeps_all && !is_demand(next->string))
				continue;
			else if (is_decisive(next->string))
				make_null(next);
		}
		cJSON_Delete(cJSON_DetachItemViaPointer(object, item));
	}
	free(places);
	return ok;
}

/* Normalises the parsed value, innermost values first. A number that no double
 * can hold (1e400) is of no use: it becomes null, and the rest of the document
 * remains usable. */
static bool settle(cJSON *item, struct settling how, struct err *err)
{
	struct settling below = {.keeps_all = how.keeps_all};
	cJSON *child;

	/* json_seconds() can still read the number in it. */
	if (cJSON_IsNumber(item) && !isfinite(item->valuedouble))
		item->type = cJSON_NULL;
	for (child = item->child; child; child = child->next) {
		if (!settle(child, below, err))
			return false;
	}
	return !cJSON_IsObject(item) || settle_names(item, how, err);
}

static struct json *parse(const char *s, size_t len, struct settling how,
			  struct err *err)
{
	const char *end = NULL;
	const char *fault;
	cJSON *item;
	size_t at;

	fault = json_scan(s, len, &at);
	if (fault) {
		err_set(err, "Invalid JSON: %s (byte %zu).", fault, at + 1);
		return NULL;
	}
	item = cJSON_ParseWithLengthOpts(s, len, &end, false);
	if (!item) {
		err_set(err, "Invalid JSON: it is %s.",
			len == 0 ? "empty" : "damaged, or not JSON");
		return NULL;
	}
	end += json_scan_spaces(end, (size_t)(s + len - end));
	if (end == s + len && settle(item, how, err))
		return outer(item);
	if (end < s + len)
		err_set(err, "Invalid JSON: there is more text after the "
			     "value.");
	else if (err)
		err_set(err, "Invalid JSON: %s", err->text);
	cJSON_Delete(item);
	return NULL;
}

struct json *json_parse(const char *s, size_t len, struct err *err)
{
	return parse(s, len, (struct settling){.top = true}, err);
}

struct json *json_parse_all(const char *s, size_t len, struct err *err)
{
	return parse(s, len, (struct settling){.top = true, .keeps_all = true},
		     err);
}

bool json_is_ambiguous(const char *s, size_t len)
{
	struct json *clear = json_parse(s, len, NULL);
	/* Below the top level, no name is an error. */
	struct json *lax = parse(s, len, (struct settling){.top = false}, NULL);
	bool ambiguous = !clear && lax;

	json_free(clear);
	json_free(lax);
	return ambiguous;
}

bool json_can_be_top(const struct json *json)
{
	size_t n;
	struct place *places = sort_members(inner(json), &n);
	bool clear = true;

	for (size_t i = 1; i < n && clear; i++) {
		const cJSON *item = places[i - 1].item;
		const cJSON *next = places[i].item;

		clear = strcmp(item->string, next->string) != 0 ||
			!is_decisive(item->string) || is_equivalent(item, next);
	}
	free(places);
	return clear;
}

const char *json_why(const struct err *why)
{
	static const char before[] = "Invalid JSON: ";
	size_t len = sizeof(before) - 1;

	return why->text + (strncmp(why->text, before, len) == 0 ? len : 0);
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

bool json_seconds(const struct json *json, int64_t min, int64_t max,
		  int64_t *out)
{
	const char *text = json_text(json);
	struct json *quoted;
	const cJSON *item;
	bool ok;

	while (text && text[0] == '0' && ascii_is_digit(text[1]))
		text++;
	quoted = text ? json_parse(text, strlen(text), NULL) : NULL;
	item = inner(quoted ? quoted : json);
	ok = cJSON_IsNumber(item) ||
	     (cJSON_IsNull(item) && !isfinite(item->valuedouble));
	if (ok && item->valuedouble < (double)min) {
		*out = min;
	} else if (ok && item->valuedouble > (double)max) {
		*out = max;
	} else if (ok) {
		*out = (int64_t)item->valuedouble;
		*out += (double)*out < item->valuedouble;
	}
	json_free(quoted);
	return ok;
}

bool json_is_true(const struct json *json)
{
	return cJSON_IsTrue(inner(json));
}

bool json_lists(const struct json *array, const char *text)
{
	const struct json *item = json_first(array);

	while (item && (!json_text(item) || strcmp(json_text(item), text) != 0))
		item = json_next(item);
	return item != NULL;
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

bool json_settle(struct json *object, struct err *err)
{
	return settle(inner_mut(object), (struct settling){.top = true}, err);
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
