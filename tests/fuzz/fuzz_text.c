/* SPDX-License-Identifier: MIT */
/*
 * The boundary for hostile text: what comes out is clean, fits, and stays as
 * it is when it goes through again. Also wrapping, the log and numbers.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "fuzz.h"
#include "ui/wrap.h"

static void clip(const char *text, size_t len, size_t size, int columns,
		 unsigned flags)
{
	char *once = malloc(size), *twice = malloc(size);
	int width;

	must(once != NULL && twice != NULL);
	width = text_clip(once, size, text, len, columns, flags);
	must(memchr(once, '\0', size) != NULL);
	must(text_is_clean(once, strlen(once)));
	must(width == text_width(once));
	must(columns < 0 || width <= columns);
	if (flags & TEXT_ASCII) {
		for (const char *c = once; *c != '\0'; c++)
			must(*c >= ' ' && *c <= '~');
	}
	if (flags & TEXT_NARROW)
		must(width <= (int)strlen(once));
	must(text_clip(twice, size, once, strlen(once), columns, flags) ==
	     width);
	must(strcmp(once, twice) == 0);
	free(once);
	free(twice);
}

/* All of the text comes, in rows that are wide enough. */
static void wrap(const char *text, int columns, unsigned flags)
{
	const char *rest = text, *before = text;
	struct span row;
	char *shown;
	int rows = 0, width;

	while (wrap_words(&rest, columns, flags, &row)) {
		must(rest > before);
		must(row.s >= text && row.s + row.len <= rest);
		shown = malloc(row.len * 3 + 1);
		must(shown != NULL);
		width = text_clip(shown, row.len * 3 + 1, row.s, row.len, -1,
				  flags);
		must(width <= (columns > 2 ? columns : 2));
		free(shown);
		before = rest;
		rows++;
	}
	must(*rest == '\0');
	must(rows == wrap_words_rows(text, columns, flags));
}

static void wrap_ascii(const char *text, int columns)
{
	const char *rest = text;
	struct span row;
	int rows = 0;

	while (wrap_address(&rest, columns, &row)) {
		must(row.len > 0 && row.len <= (size_t)columns);
		rows++;
	}
	must(*rest == '\0');
	must(rows == wrap_address_rows(text, columns));
}

static void number(const char *text, size_t len)
{
	int64_t n, again;
	char printed[32];
	int printed_len;

	if (!text_number(text, len, INT64_MIN, INT64_MAX, &n))
		return;
	printed_len = snprintf(printed, sizeof(printed), "%lld", (long long)n);
	must(text_number(printed, (size_t)printed_len, n, n, &again));
	must(again == n);
}

static void log_it(const char *text)
{
	struct log *log = log_new(2);
	const struct log_line *line;
	struct err err;

	log_add(log, 1800000000, LEVEL_INFO, "%s", text);
	line = log_line(log, 0);
	must(line != NULL);
	must(text_is_clean(line->text, strlen(line->text)));
	must(!err_set(&err, "%s", text));
	must(text_is_clean(err.text, strlen(err.text)));
	log_free(log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	unsigned flags = input_choice(&input, 8);
	size_t room = 1 + 4 * (size_t)input_choice(&input, 64);
	int columns = (int)input_choice(&input, 64) - 1;
	size_t len;
	char *text = input_rest(&input, &len), *clean;

	clip(text, len, room, columns, flags);
	clip(text, len, 3 * len + 3, -1, flags);
	number(text, len);
	log_it(text);
	clean = text_clean(text, 1 + room);
	must(text_is_clean(clean, strlen(clean)));
	wrap(clean, 1 + columns, flags & ~(unsigned)TEXT_DOTS);
	for (char *c = clean; *c != '\0'; c++)
		*c = (char)(*c & 0x7F) > ' ' ? (char)(*c & 0x7F) : '/';
	wrap_ascii(clean, columns + 2);
	free(clean);
	free(text);
	return 0;
}
