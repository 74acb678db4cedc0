/* SPDX-License-Identifier: MIT */
/*
 * The page that the browser ends on. Escapes its texts; knows nothing of HTTP.
 */
#ifndef GRANTTY_IO_REDIRECT_PAGE_H
#define GRANTTY_IO_REDIRECT_PAGE_H

struct buf;

enum redirect_mark { MARK_GOOD, MARK_BAD, MARK_NONE };

/* Appends the page: a mark, a title and a sentence, both plain text. */
void redirect_page(struct buf *out, enum redirect_mark mark, const char *title,
		   const char *text);

/* Appends the Content-Security-Policy for the page: it allows only the page's
 * own style sheet, by its digest. */
void redirect_page_policy(struct buf *out);

#endif
