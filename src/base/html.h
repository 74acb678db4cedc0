/* SPDX-License-Identifier: MIT */
/*
 * Makes text from outside safe for the pages sent to browsers.
 */
#ifndef GRANTTY_BASE_HTML_H
#define GRANTTY_BASE_HTML_H

struct buf;

/* Appends text after text_clean(), cut to a length that suits a page, with
 * every character escaped that HTML could take for markup, including inside
 * quotation marks. */
void html_escape(struct buf *out, const char *text);

#endif
