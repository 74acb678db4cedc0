/* SPDX-License-Identifier: MIT */
/*
 * Checks a logo line by line, see logo.h.
 */
#include "config.h"

#include "conf/logo.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

/* The length of the line at s, without its end and the blanks before that. */
static size_t line_len(const char *s, size_t len)
{
	const char *end = memchr(s, '\n', len);

	if (end != NULL)
		len = (size_t)(end - s);
	if (len > 0 && s[len - 1] == '\r')
		len--;
	while (len > 0 && s[len - 1] == ' ')
		len--;
	return len;
}

bool logo_parse(char **logo, const char *text, size_t len, const char *name,
		struct err *err)
{
	const char *const end = text + len;
	const char *s = text, *next;
	int line = 1, empty = 0;
	struct buf out;

	buf_init(&out, LOGO_MAX + 1);
	for (; s < end; s = next, line++) {
		const size_t n = line_len(s, (size_t)(end - s));

		next = memchr(s, '\n', (size_t)(end - s));
		next = next != NULL ? next + 1 : end;
		if (!text_is_clean(s, n)) {
			buf_free(&out);
			return err_set(err,
				       "%s:%d: a logo is plain UTF-8 text, "
				       "without tabs, colours and other "
				       "control characters.",
				       name, line);
		}
		if (n == 0) {
			empty++;
			continue;
		}
		for (; out.len > 0 && empty > 0; empty--)
			buf_adds(&out, "\n");
		empty = 0;
		buf_add(&out, s, n);
		buf_adds(&out, "\n");
	}
	free(*logo);
	*logo = buf_take(&out);
	return true;
}
