/* SPDX-License-Identifier: MIT */
/*
 * What verbs print as JSON: one object, whose members docs/grantty.schema.json
 * defines.
 */
#ifndef GRANTTY_APP_JSON_OUTPUT_H
#define GRANTTY_APP_JSON_OUTPUT_H

#include <stdbool.h>

struct err;
struct json;

/* True if a command line, which ends with NULL, asks for JSON: --json or
 * --output json, which may be abbreviated. It may be wrong otherwise. */
bool json_output_is_wanted(char *const *argv);

/* An object with the version of its format. */
struct json *json_output_new(void);

/* Prints the object to standard output and frees it. The text and the object
 * are wiped. False if it cannot be written. */
bool json_output_print(struct json *json);

/* Prints the error that a verb has ended with instead of its own object. */
bool json_output_print_error(int exit_code, const struct err *err);

#endif
