/* SPDX-License-Identifier: MIT */
/*
 * Checks JSON text before the parser reads it, for errors that parsers written
 * in C tend to overlook. Does not check the rest of the grammar.
 */
#ifndef GRANTTY_BASE_JSON_SCAN_H
#define GRANTTY_BASE_JSON_SCAN_H

#include <stddef.h>

enum { JSON_MAX_DEPTH = 200 };

/*
 * Finds what is wrong with the len bytes at s: a clause such as "it is nested
 * too deeply", and its position in *at. NULL if there is no NUL (raw or
 * escaped), no raw control character in a string, only valid UTF-8 in strings,
 * numbers follow RFC 8259 and there are at most JSON_MAX_DEPTH levels. Leaves
 * it to the parser whether the text is JSON at all.
 */
const char *json_scan(const char *s, size_t len, size_t *at);

/* The number of JSON white space bytes at the start of the len bytes at s. */
size_t json_scan_spaces(const char *s, size_t len);

#endif
