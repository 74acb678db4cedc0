/* SPDX-License-Identifier: MIT */
/*
 * Escapes for both text and attributes, as it does not know the context.
 */
#include "config.h"

#include "base/html.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/text.h"

/* Maximum bytes of one text on a page. */
enum { MAX_SHOWN = 600 };

void html_escape(struct buf *out, const char *text)
{
	char *clean = text_clean(text, MAX_SHOWN);

	for (const char *c = clean; *c != '\0'; c++) {
		switch (*c) {
		case '&':
			buf_adds(out, "&amp;");
			break;
		case '<':
			buf_adds(out, "&lt;");
			break;
		case '>':
			buf_adds(out, "&gt;");
			break;
		case '"':
			buf_adds(out, "&quot;");
			break;
		case '\'':
			buf_adds(out, "&#39;");
			break;
		default:
			buf_add(out, c, 1);
		}
	}
	free(clean);
}
