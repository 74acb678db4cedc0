/* SPDX-License-Identifier: MIT */
/*
 * A look at JSON text before a parser has it: refuses what parsers written in
 * C tend to lose or to let through. No grammar beyond that.
 */
#ifndef GRANTTY_CORE_JSON_SCAN_H
#define GRANTTY_CORE_JSON_SCAN_H

#include <stddef.h>

/*
 * What is wrong with the len bytes at s, as half a sentence, and *at where;
 * NULL where they hold no NUL (raw or escaped), no raw control character
 * within a string, only valid UTF-8 in strings, numbers by RFC 8259 and at
 * most JSON_MAX_DEPTH levels. Whether it is JSON at all is left to the parser.
 */
const char *json_scan(const char *s, size_t len, size_t *at);

/* How many of the len bytes at s, from the first on, are JSON's white space. */
size_t json_scan_spaces(const char *s, size_t len);

#endif
