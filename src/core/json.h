/* SPDX-License-Identifier: MIT */
/*
 * The door to cJSON, with its traps closed: one value and nothing behind it,
 * names compared with their case, no duplicate names, no NUL, no invalid
 * UTF-8, no raw control character in a string, a bounded depth and only finite
 * numbers. Everything that goes through here is wiped when freed.
 */
#ifndef GRANTTY_CORE_JSON_H
#define GRANTTY_CORE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct json; /* one value and all below it */

enum json_kind {
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

enum { JSON_MAX_DEPTH = 200 };

/* Makes cJSON wipe what it frees. Once, before anything else here. */
void json_init(void);

/* Parses the len bytes at s; json_free() the result. NULL with *err saying
 * what is wrong where they are not exactly one acceptable JSON value. A number
 * that is too large for a double comes as null. */
struct json *json_parse(const char *s, size_t len, struct err *err);

/* Wipes and frees a value that json_parse or json_new_* gave; NULL is fine. */
void json_free(struct json *json);

enum json_kind json_kind(const struct json *json);

/* The member of that name, borrowed; NULL where json is NULL, is no object or
 * has none. */
const struct json *json_get(const struct json *json, const char *name);

/* Follows a path such as "emails.0" or "address.locality"; NULL where it
 * leads nowhere. */
const struct json *json_path(const struct json *json, const char *path);

/* The string, borrowed; NULL where json is NULL or no string. */
const char *json_text(const struct json *json);

/* The string member of that name: json_text(json_get(json, name)). */
const char *json_get_text(const struct json *json, const char *name);

/* A whole number in [min, max], from a number or from a string of digits (some
 * providers quote them). A fraction is cut off. False, *out untouched, where
 * it is missing or anything else. */
bool json_integer(const struct json *json, int64_t min, int64_t max,
		  int64_t *out);

/* Whether it is the value true. */
bool json_is_true(const struct json *json);

/* First child of an array or object, next sibling, and the name under which a
 * value stands in its object (NULL elsewhere). All borrowed. */
const struct json *json_first(const struct json *json);
const struct json *json_next(const struct json *json);
const char *json_name(const struct json *json);

/* Building. What is added belongs to its parent from then on. A NULL string
 * adds nothing. json_set_* on a name that is there replaces it. */
struct json *json_new_object(void);
struct json *json_new_array(void);
void json_set_text(struct json *object, const char *name, const char *text);
void json_set_integer(struct json *object, const char *name, int64_t value);
void json_set_bool(struct json *object, const char *name, bool value);
void json_set(struct json *object, const char *name, struct json *value);
void json_append_text(struct json *array, const char *text);
void json_append(struct json *array, struct json *value);

/* A copy that stands for itself. */
struct json *json_copy(const struct json *json);

/* The value as text, on one line or indented. The caller owns it
 * (secret_free where it holds a secret). */
char *json_print(const struct json *json, bool indented);

/* A scalar as people write it: the string itself, "42", "yes"/"no", "-" for
 * null; NULL for arrays and objects. The caller owns it. */
char *json_scalar(const struct json *json);

#endif
