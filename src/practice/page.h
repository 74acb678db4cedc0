/* SPDX-License-Identifier: MIT */
/*
 * The HTML pages that the user sees on the phone. Escapes everything; does not
 * judge what it shows.
 */
#ifndef GRANTTY_PRACTICE_PAGE_H
#define GRANTTY_PRACTICE_PAGE_H

#include <stdbool.h>

struct buf;

/* What the user is asked to decide. Strings are borrowed. */
struct page_question {
	const char *action; /* the path the form is sent to */
	const char *user_code;
	const char *client_id;
	const char *device; /* "" if it sent no name */
	const char *peer;   /* the address of its request */
	const char *scope;  /* space-separated */
	const char *user;   /* the user signed in here */
	const char *form_token;
};

/* The page with the code field. typed: the previous input, or NULL; message:
 * what is wrong with it, or NULL. */
void page_entry(struct buf *out, const char *action, const char *typed,
		const char *message);

/* Shows the request, with Approve and Deny. */
void page_question(struct buf *out, const struct page_question *question);

/* Shows the result; good: as the user wanted. */
void page_result(struct buf *out, bool good, const char *title,
		 const char *text);

/* Appends the Content-Security-Policy for these pages: only their own style
 * sheet, identified by its digest, and forms to this server. */
void page_policy(struct buf *out);

#endif
