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

/* True if the word, up to a "=", is that option or its beginning, which
 * getopt_long(3) accepts as well. No other option has the same initial. */
static bool is_option(const char *word, const char *name)
{
	size_t len = strcspn(word, "=");

	return len > strlen("--") && strncmp(word, name, len) == 0;
}

static bool is_output_json(const char *word, const char *next)
{
	const char *value = strchr(word, '=');

	if (!is_option(word, "--output"))
		return false;
	value = value != NULL ? value + 1 : next;
	return value != NULL && strcmp(value, "json") == 0;
}

bool json_output_is_wanted(char *const *argv)
{
	bool wanted = false;

	for (size_t i = 1; argv[i] != NULL && strcmp(argv[i], "--") != 0; i++)
		wanted = wanted || is_option(argv[i], "--json") ||
			 is_output_json(argv[i], argv[i + 1]);
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
