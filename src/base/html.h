/* SPDX-License-Identifier: MIT */
/*
 * What the pages sent to browsers share: the frame around their text, their
 * policy, and text from outside made safe. They have no script and load
 * nothing.
 */
#ifndef GRANTTY_BASE_HTML_H
#define GRANTTY_BASE_HTML_H

struct buf;

/* Appends text after text_clean(), cut to a length that suits a page, with
 * every character escaped that HTML could take for markup, including inside
 * quotation marks. */
void html_escape(struct buf *out, const char *text);

/* Appends the beginning of a page in that language (BCP 47), with that title
 * and style sheet, up to and including <main>. */
void html_begin(struct buf *out, const char *language, const char *title,
		const char *style);

/* Appends the Content-Security-Policy for such a page: only that style sheet,
 * by its digest, and forms to form_action only ("'none'", "'self'"). */
void html_policy(struct buf *out, const char *style, const char *form_action);

#endif
