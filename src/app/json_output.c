/* SPDX-License-Identifier: MIT */
/*
 * Members may be added to an object at any time. The version changes if one of
 * them is removed or gets another meaning.
 */
#include "config.h"

#include "app/json_output.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"

enum { VERSION = 1 };

bool json_output_is_wanted(char *const *argv)
{
	bool wanted = false;

	for (size_t i = 1; argv[i] != NULL && strcmp(argv[i], "--") != 0; i++)
		wanted = wanted || strcmp(argv[i], "--json") == 0 ||
			 strcmp(argv[i], "--output=json") == 0 ||
			 (strcmp(argv[i], "json") == 0 &&
			  strcmp(argv[i - 1], "--output") == 0);
	return wanted;
}

struct json *json_output_new(void)
{
	struct json *json = json_new_object();

	json_set_integer(json, "version", VERSION);
	return json;
}

bool json_output_print(struct json *json)
{
	char *text = json_print(json, true);
	bool ok = puts(text) != EOF;

	secret_free(text);
	json_free(json);
	return ok && fflush(stdout) == 0;
}

bool json_output_print_error(int exit_code, const struct err *err)
{
	struct json *json = json_output_new();
	struct json *error = json_new_object();

	json_set_integer(error, "exit_code", exit_code);
	json_set_text(error, "message", err->text);
	json_set(json, "error", error);
	return json_output_print(json);
}
