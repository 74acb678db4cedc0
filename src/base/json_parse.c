/* SPDX-License-Identifier: MIT */
/*
 * With json.c the only file that uses cJSON. json_scan() first rejects what
 * cJSON would silently lose; what shows only in the tree (names that appear
 * twice, infinite numbers) is settled after parsing. Takes linear time, apart
 * from a sort. A struct json is a cJSON under an opaque name.
 */
#include "config.h"

#include "base/json_parse.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/ascii.h"
#include "base/err.h"
#include "base/json.h"
#include "base/json_scan.h"
#include "base/mem.h"
#include "base/text.h"

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
	NULL,
};

static bool is_decisive(const char *name)
{
	return text_is_one_of(name, strlen(name), decisive);
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
		return (struct json *)item;
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
	struct place *places = sort_members((const cJSON *)json, &n);
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

bool json_settle(struct json *object, struct err *err)
{
	return settle((cJSON *)object, (struct settling){.top = true}, err);
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
	item = (const cJSON *)(quoted ? quoted : json);
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
