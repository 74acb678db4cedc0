/* SPDX-License-Identifier: MIT */
/*
 * The HTML that a person sees on the phone. Escapes everything it is given;
 * knows nothing of what is right or wrong about it.
 */
#ifndef GRANTTY_PRACTICE_PAGE_H
#define GRANTTY_PRACTICE_PAGE_H

#include <stdbool.h>

struct buf;

/* What the person is asked to decide on. Strings are borrowed. */
struct page_question {
	const char *action; /* path that the form goes to */
	const char *user_code;
	const char *client_id;
	const char *device; /* "" where it did not say */
	const char *peer;   /* the address it asked from */
	const char *scope;  /* space separated */
	const char *person; /* who is signed in here */
	const char *form_token;
};

/* Asks for the code. typed: what was entered before, or NULL; message: what is
 * wrong with it, or NULL. */
void page_entry(struct buf *out, const char *action, const char *typed,
		const char *message);

/* Shows what is asked for, with Approve and Deny. */
void page_question(struct buf *out, const struct page_question *question);

/* Tells how it ended; good: as the person wanted it. */
void page_result(struct buf *out, bool good, const char *title,
		 const char *text);

/* Appends the Content-Security-Policy that these pages need: nothing but their
 * own style sheet, known by its digest, and forms to this server. */
void page_policy(struct buf *out);

#endif
