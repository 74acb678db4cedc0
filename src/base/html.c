/* SPDX-License-Identifier: MIT */
/*
 * Escapes for both text and attributes, as it does not know the context.
 */
#include "config.h"

#include "base/html.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/text.h"

/* Maximum bytes of one text on a page. */
enum { MAX_SHOWN = 600 };

void html_escape(struct buf *out, const char *text)
{
	static const char special[] = "&<>\"'";
	static const char *const escaped[] = {"&amp;", "&lt;", "&gt;", "&quot;",
					      "&#39;"};
	char *clean = text_clean(text, MAX_SHOWN);

	for (const char *c = clean; *c != '\0'; c++) {
		const char *at = strchr(special, *c);

		if (at != NULL)
			buf_adds(out, escaped[at - special]);
		else
			buf_add(out, c, 1);
	}
	free(clean);
}

void html_begin(struct buf *out, const char *language, const char *title,
		const char *style)
{
	buf_addf(out, "<!doctype html>\n<html lang=\"%s\">\n<head>\n",
		 language);
	buf_adds(out, "<meta charset=\"utf-8\">\n"
		      "<meta name=\"viewport\" "
		      "content=\"width=device-width,initial-scale=1\">\n"
		      "<meta name=\"robots\" content=\"noindex\">\n<title>");
	html_escape(out, title);
	buf_adds(out, "</title>\n<style>");
	buf_adds(out, style);
	buf_adds(out, "</style>\n</head>\n<body>\n<main>\n");
}

void html_policy(struct buf *out, const char *style, const char *form_action)
{
	unsigned char digest[CRYPTO_SHA256_SIZE];

	crypto_sha256(digest, style, strlen(style));
	buf_adds(out, "default-src 'none'; style-src 'sha256-");
	crypto_base64(out, digest, sizeof(digest));
	buf_addf(out,
		 "'; form-action %s; frame-ancestors 'none'; base-uri 'none'",
		 form_action);
}
