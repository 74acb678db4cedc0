/* SPDX-License-Identifier: MIT */
/*
 * application/x-www-form-urlencoded (RFC 6749 Appendix B), both ways. Also
 * serves query strings. Knows nothing of what the fields mean.
 */
#ifndef GRANTTY_BASE_FORM_H
#define GRANTTY_BASE_FORM_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* Appends the len bytes at s, encoded: unreserved characters stay, a space
 * becomes '+', the rest %XX. */
bool form_encode(struct buf *out, const char *s, size_t len);

/* Appends "name=value", after a '&' where out is not empty. A NULL value adds
 * nothing and is fine. */
bool form_add(struct buf *out, const char *name, const char *value);

/*
 * The decoded value of the first field of that name in the len bytes at form.
 * The caller owns it (secret_free where it is secret). NULL where the field is
 * missing, badly encoded or contains a NUL.
 */
char *form_get(const char *form, size_t len, const char *name);

/*
 * Takes the first field off the *len bytes at *form, which move on behind it.
 * *name and *value are decoded and the caller's (secret_free); a field without
 * a '=' has the value "". False, with both NULL, where the field is badly
 * encoded or contains a NUL.
 */
bool form_take(const char **form, size_t *len, char **name, char **value);

/* Whether the bytes look like a form: at least one name=value, no byte that a
 * form cannot have. Tells GitHub's answers from HTML. */
bool form_looks_like(const char *s, size_t len);

#endif
