/* SPDX-License-Identifier: MIT */
/*
 * The translations of one language, from a .mo file as msgfmt writes it (GNU
 * gettext manual, "The Format of GNU MO Files"). Opens no file.
 */
#ifndef GRANTTY_BASE_CATALOGUE_H
#define GRANTTY_BASE_CATALOGUE_H

#include <stddef.h>

struct catalogue;

/* Takes the len bytes at data, which are freed with the catalogue, or at once
 * if they are not one (NULL). Every offset in them is checked here, and that
 * each translation has the formats of its original: it may be used with
 * printf(3). */
struct catalogue *catalogue_new(char *data, size_t len);
void catalogue_free(struct catalogue *catalogue); /* NULL is fine */

/* The translation, as long as the catalogue lives; text itself if there is
 * none, or if catalogue is NULL. */
const char *catalogue_text(const struct catalogue *catalogue, const char *text);

/* The same of a text in two forms, for 1 and for any other number: the form
 * that the language has for n. */
const char *catalogue_plural(const struct catalogue *catalogue, const char *one,
			     const char *many, unsigned long n);

/* The i-th translation; NULL beyond the last. */
const char *catalogue_at(const struct catalogue *catalogue, size_t i);

#endif
