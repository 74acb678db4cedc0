/* SPDX-License-Identifier: MIT */
/*
 * Wraps cJSON and avoids its pitfalls. A document is exactly one value. Names
 * are case-sensitive and unique in their object. There is no NUL, no invalid
 * UTF-8 and no raw control character in a string, the depth is limited and
 * numbers are finite. All memory is wiped when freed.
 */
#ifndef GRANTTY_BASE_JSON_H
#define GRANTTY_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct json; /* a value and everything below it */

enum json_kind {
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

/* Makes cJSON wipe what it frees. Call once, before anything else here. */
void json_init(void);

/* Wipes and frees a value from json_parse*() or json_new_*(); NULL is fine. */
void json_free(struct json *json);

enum json_kind json_kind(const struct json *json);

/* The member of that name, borrowed; NULL if json is NULL, not an object or has
 * no such member. */
const struct json *json_get(const struct json *json, const char *name);

/* Follows a path such as "emails.0" or "address.locality"; NULL if there is
 * nothing at that path. */
const struct json *json_path(const struct json *json, const char *path);

/* True if the result of json_path() is unambiguous: no name on the path appears
 * twice. A path that leads nowhere is unambiguous. */
bool json_is_clear(const struct json *json, const char *path);

/* The string, borrowed; NULL if json is NULL or not a string. */
const char *json_text(const struct json *json);

/* The string member of that name: json_text(json_get(json, name)). */
const char *json_get_text(const struct json *json, const char *name);

/* Reads a whole number in [min, max] from a number or from a string of digits
 * (some providers quote numbers). Truncates a fraction. False, with *out
 * untouched, if it is missing or anything else. */
bool json_integer(const struct json *json, int64_t min, int64_t max,
		  int64_t *out);

/* True if the value is true. */
bool json_is_true(const struct json *json);

/* True if the array has that text as an element. */
bool json_lists(const struct json *array, const char *text);

/* The first child of an array or object, the next sibling, and the name of a
 * value in its object (NULL elsewhere). All borrowed. */
const struct json *json_first(const struct json *json);
const struct json *json_next(const struct json *json);
const char *json_name(const struct json *json);

/* How many elements or members it has; 0 for anything else. */
size_t json_count(const struct json *json);

/* Building. The parent takes ownership of what is added. A NULL string adds
 * nothing. json_set_* replaces every member of that name. */
struct json *json_new_object(void);
struct json *json_new_array(void);
void json_set_text(struct json *object, const char *name, const char *text);
void json_set_integer(struct json *object, const char *name, int64_t value);
void json_set_bool(struct json *object, const char *name, bool value);
void json_set(struct json *object, const char *name, struct json *value);
void json_append_text(struct json *array, const char *text);
void json_append(struct json *array, struct json *value);

/* Add a member without checking for others of that name. Call json_settle()
 * once all are added (base/json_parse.h). */
void json_add(struct json *object, const char *name, struct json *value);
void json_add_text(struct json *object, const char *name, const char *text);

/* A deep copy. */
struct json *json_copy(const struct json *json);

/* The value as JSON text, on one line or indented. The caller owns it
 * (secret_free if it holds a secret). */
char *json_print(const struct json *json, bool indented);

/* A scalar as text for the screen: the string itself, "42", "yes"/"no", "-" for
 * null. NULL for arrays and objects. The caller owns it. */
char *json_scalar(const struct json *json);

#endif
