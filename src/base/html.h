/* SPDX-License-Identifier: MIT */
/*
 * Text from outside in the pages that browsers get.
 */
#ifndef GRANTTY_BASE_HTML_H
#define GRANTTY_BASE_HTML_H

struct buf;

/* Appends text, cut to a length that a page can show, after text_clean() and
 * with all that HTML could take for markup escaped, between quotation marks,
 * too. */
void html_escape(struct buf *out, const char *text);

#endif
