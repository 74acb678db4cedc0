/* SPDX-License-Identifier: MIT */
/*
 * Parses JSON text into values (base/json.h) and decides what a name that
 * appears twice means.
 */
#ifndef GRANTTY_BASE_JSON_PARSE_H
#define GRANTTY_BASE_JSON_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct json;

/* Parses the len bytes at s; json_free() the result. NULL with *err if they are
 * not exactly one acceptable JSON value. A number too large for a double
 * becomes null. If a name appears twice in an object, the last value counts;
 * for "interval", the largest. Two different values for a security-relevant
 * name (iss, sub, access_token …) are an error at the top level and become null
 * below it. */
struct json *json_parse(const char *s, size_t len, struct err *err);

/* True if json_parse() rejects the text only because a name has two different
 * values. The text is then complete, and a retry would not help. */
bool json_is_ambiguous(const char *s, size_t len);

/* True if json_parse_all() would accept the value as a document of its own: at
 * its top level, no security-relevant name has two different values. */
bool json_can_be_top(const struct json *json);

/* The reason that json_parse() gave, without its introductory words; borrowed
 * from *why. */
const char *json_why(const struct err *why);

/*
 * Like json_parse(), but if a name appears twice with different values and that
 * is not an error, all of them are kept: json_get() returns the last,
 * json_print() writes them all. For documents in which the configuration names
 * the deciding members; see json_is_clear().
 */
struct json *json_parse_all(const char *s, size_t len, struct err *err);

/* Treats the names that appear twice in an object made by json_add() as
 * json_parse() does. False, with *err, if they are an error. */
bool json_settle(struct json *object, struct err *err);

/* Reads a number of seconds from a number or a string. A value outside [min,
 * max] becomes the nearer of the two, and a fraction is rounded up. False, with
 * *out untouched, if it is missing or not a number. */
bool json_seconds(const struct json *json, int64_t min, int64_t max,
		  int64_t *out);

#endif
