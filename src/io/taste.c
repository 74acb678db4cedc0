/* SPDX-License-Identifier: MIT */
/*
 * Reads the whole file and replaces it. Does not know what the choices mean.
 */
#include "config.h"

#include "io/taste.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "io/file.h"

enum { FILE_MAX = 4096, TYPE_MAX = 64 };

static bool is_word(const char *s, size_t max)
{
	size_t n = strlen(s);

	if (n == 0 || n > max)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s[i] <= ' ' || s[i] > '~')
			return false;
	}
	return true;
}

/* What follows the type in its line of len bytes; NULL: another's line. */
static const char *choice_in(const char *line, size_t len, const char *type)
{
	const size_t n = strlen(type);

	if (len <= n || memcmp(line, type, n) != 0 || line[n] != ' ')
		return NULL;
	return line + n + 1;
}

void taste_read(const char *path, const char *type, char choice[TASTE_SIZE])
{
	struct err err;
	struct buf text;

	choice[0] = '\0';
	buf_init(&text, FILE_MAX);
	if (is_word(type, TYPE_MAX) &&
	    file_read(AT_FDCWD, path, &text, &err) == FILE_OK) {
		const char *line = buf_text(&text);

		while (*line != '\0') {
			const size_t len = strcspn(line, "\n");
			const char *word = choice_in(line, len, type);
			size_t n = word != NULL ? len - (size_t)(word - line)
						: TASTE_SIZE;

			if (n < TASTE_SIZE) {
				memcpy(choice, word, n);
				choice[n] = '\0';
			}
			line += len + (line[len] == '\n' ? 1 : 0);
		}
	}
	buf_free(&text);
}

void taste_write(const char *path, const char *type, const char *choice)
{
	struct buf old, text;
	struct err err;

	if (!is_word(type, TYPE_MAX) ||
	    (choice[0] != '\0' && !is_word(choice, TASTE_SIZE - 1)))
		return;
	buf_init(&old, FILE_MAX);
	buf_init(&text, FILE_MAX);
	if (file_read(AT_FDCWD, path, &old, &err) != FILE_REFUSED) {
		const char *line = buf_text(&old);

		while (*line != '\0') {
			const size_t len = strcspn(line, "\n");

			if (choice_in(line, len, type) == NULL)
				buf_addf(&text, "%.*s\n", (int)len, line);
			line += len + (line[len] == '\n' ? 1 : 0);
		}
		if (choice[0] != '\0')
			buf_addf(&text, "%s %s\n", type, choice);
		if (!text.failed)
			(void)file_replace(AT_FDCWD, path, buf_text(&text),
					   text.len, &err);
	}
	buf_free(&old);
	buf_free(&text);
}
