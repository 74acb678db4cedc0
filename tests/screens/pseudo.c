/* SPDX-License-Identifier: MIT */
/*
 * Reads what msgmerge --no-wrap writes: each text is on one line.
 */
#include "config.h"

#include "pseudo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/catalogue.h"
#include "base/mem.h"
#include "base/text.h"

enum { TEXTS_MAX = 400, LINE_MAX_BYTES = 1024, FILE_BYTES = 256 * 1024 };

/* With its NUL, and a plural after that. */
struct text {
	char s[LINE_MAX_BYTES];
	size_t len;
};

/* The text in quotes after the keyword; false if the line is another one. */
static bool read_text(char *dst, const char *line, const char *keyword)
{
	const size_t len = strlen(keyword);

	if (strncmp(line, keyword, len) != 0 || line[len] != '"')
		return false;
	for (line += len + 1; *line != '\0' && *line != '"'; line++) {
		if (*line == '\\')
			line++;
		*dst++ = *line;
	}
	*dst = '\0';
	return true;
}

static size_t read_texts(struct text *texts)
{
	const char *top = getenv("srcdir");
	char path[1024], line[LINE_MAX_BYTES], plural[LINE_MAX_BYTES];
	size_t count = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/po/de.po", top != NULL ? top : ".");
	file = fopen(path, "r");
	if (file == NULL)
		fail_msg("%s: %m", path);
	while (fgets(line, sizeof(line), file) != NULL) {
		assert_true(count < TEXTS_MAX);
		if (read_text(texts[count].s, line, "msgid ")) {
			texts[count].len = strlen(texts[count].s);
			count += texts[count].len > 0;
		} else if (read_text(plural, line, "msgid_plural ")) {
			struct text *text = &texts[count - 1];

			memcpy(text->s + text->len + 1, plural,
			       strlen(plural) + 1);
			text->len += 1 + strlen(plural);
		}
	}
	assert_int_equal(fclose(file), 0);
	return count;
}

static void add_letter(struct buf *out, char c)
{
	static const char plain[] = "aeiouAEIOUcn";
	static const char *const marked[] = {"ä", "é", "ï", "ô", "û", "Å",
					     "È", "Î", "Ö", "Ú", "ç", "ñ"};
	const char *at = c != '\0' ? strchr(plain, c) : NULL;

	if (at != NULL)
		(void)buf_adds(out, marked[at - plain]);
	else
		(void)buf_add(out, &c, 1);
}

/* What is after a '%' stays. */
static void translate(struct buf *out, const char *text)
{
	const size_t len = strlen(text);
	const size_t more = len * 2 / 5 > 2 ? len * 2 / 5 : 2;

	while (*text != '\0') {
		size_t format = 0;

		if (*text == '%')
			format = 1 + strspn(text + 1, "-lz") + 1;
		if (format > 0) {
			(void)buf_add(out, text, format);
			text += format;
		} else {
			add_letter(out, *text++);
		}
	}
	for (size_t i = 0; i < more; i++)
		(void)buf_adds(out, i % 7 == 0 ? " " : "~");
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct text *)a)->s, ((const struct text *)b)->s);
}

static void put(char *at, size_t number)
{
	for (size_t i = 0; i < 4; i++)
		at[i] = (char)(number >> (8 * i) & 0xff);
}

struct catalogue *pseudo_new(void)
{
	struct text *texts = xcalloc(TEXTS_MAX, sizeof(*texts));
	char *data = xcalloc(1, FILE_BYTES);
	const size_t count = read_texts(texts), table = 28;
	size_t end = table + 16 * count;
	struct catalogue *catalogue;
	struct buf translation;

	qsort(texts, count, sizeof(*texts), compare);
	put(data, 0x950412de);
	put(data + 8, count);
	put(data + 12, table);
	put(data + 16, table + 8 * count);
	for (size_t i = 0; i < count; i++) {
		const char *plural = texts[i].s + strlen(texts[i].s) + 1;

		buf_init(&translation, LINE_MAX_BYTES * 4);
		translate(&translation, texts[i].s);
		if (texts[i].len > strlen(texts[i].s)) {
			(void)buf_add(&translation, "", 1);
			translate(&translation, plural);
		}
		assert_true(end + texts[i].len + translation.len + 2 <
			    FILE_BYTES);
		put(data + table + 8 * i, texts[i].len);
		put(data + table + 8 * i + 4, end);
		memcpy(data + end, texts[i].s, texts[i].len);
		end += texts[i].len + 1;
		put(data + table + 8 * (count + i), translation.len);
		put(data + table + 8 * (count + i) + 4, end);
		memcpy(data + end, translation.data, translation.len);
		end += translation.len + 1;
		buf_free(&translation);
	}
	free(texts);
	catalogue = catalogue_new(data, end);
	assert_non_null(catalogue);
	return catalogue;
}
