/* SPDX-License-Identifier: MIT */
/*
 * One line of a .env file at a time; no variable is expanded, no other file is
 * read.
 */
#include "config.h"

#include "core/dotenv.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

static size_t skip_blanks(const char *s, size_t i, size_t len)
{
	while (i < len && (s[i] == ' ' || s[i] == '\t'))
		i++;
	return i;
}

/* Whether the line is one for name; sets *at to where its value begins. */
static bool is_for(const char *line, size_t len, const char *name, size_t *at)
{
	static const char export[] = "export ";
	size_t name_len = strlen(name);
	size_t i = skip_blanks(line, 0, len);

	if (len - i >= sizeof(export) - 1 &&
	    memcmp(line + i, export, sizeof(export) - 1) == 0)
		i = skip_blanks(line, i + sizeof(export) - 1, len);
	if (len - i < name_len || memcmp(line + i, name, name_len) != 0)
		return false;
	i = skip_blanks(line, i + name_len, len);
	if (i == len || line[i] != '=')
		return false;
	*at = skip_blanks(line, i + 1, len);
	return true;
}

static char *value_of(const char *s, size_t len)
{
	const char *end;
	size_t n;

	if (len > 0 && (s[0] == '"' || s[0] == '\'')) {
		end = memchr(s + 1, s[0], len - 1);
		if (end != NULL)
			return xstrndup(s + 1, (size_t)(end - s) - 1);
	}
	for (n = 0; n < len; n++) {
		if (s[n] == '#' &&
		    (n == 0 || s[n - 1] == ' ' || s[n - 1] == '\t'))
			break;
	}
	while (n > 0 && strchr(" \t\r", s[n - 1]) != NULL)
		n--;
	return xstrndup(s, n);
}

char *dotenv_get(const char *text, size_t len, const char *name)
{
	char *value = NULL;
	const char *newline;
	size_t line_len;
	size_t at;

	while (len > 0) {
		newline = memchr(text, '\n', len);
		line_len = newline != NULL ? (size_t)(newline - text) : len;
		if (is_for(text, line_len, name, &at)) {
			secret_free(value);
			value = value_of(text + at, line_len - at);
		}
		if (newline == NULL)
			break;
		len -= line_len + 1;
		text = newline + 1;
	}
	return value;
}
