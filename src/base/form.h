/* SPDX-License-Identifier: MIT */
/*
 * Encodes and decodes application/x-www-form-urlencoded (RFC 6749 Appendix B),
 * and query strings. Knows nothing of what the fields mean.
 */
#ifndef GRANTTY_BASE_FORM_H
#define GRANTTY_BASE_FORM_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* Appends the len bytes at s, encoded: unreserved characters stay, a space
 * becomes '+', anything else %XX. */
bool form_encode(struct buf *out, const char *s, size_t len);

/* Appends "name=value", preceded by '&' unless out is empty. A NULL value adds
 * nothing. */
bool form_add(struct buf *out, const char *name, const char *value);

/*
 * The decoded value of the first field of that name in the len bytes at form.
 * The caller owns it (secret_free if it is secret). NULL if the field is
 * missing, badly encoded or contains a NUL.
 */
char *form_get(const char *form, size_t len, const char *name);

/*
 * Reads the first field of the *len bytes at *form and advances both past it.
 * *name and *value are decoded and owned by the caller (secret_free); a field
 * without '=' has the value "". False, with both NULL, if the field is badly
 * encoded or contains a NUL.
 */
bool form_take(const char **form, size_t *len, char **name, char **value);

/* True if the bytes look like a form: at least one name=value, and no byte that
 * is not allowed in a form. Distinguishes GitHub's answers from HTML. */
bool form_looks_like(const char *s, size_t len);

/*
 * Repairs a form that a provider encoded badly and appends it: white space at
 * its end is dropped, and bytes that should have been encoded (a space, a
 * quote, a byte beyond ASCII, a lone '%') are. False if it is not a form: it
 * must begin with "name=", look like a form once repaired and contain no
 * control characters.
 */
bool form_repair(struct buf *out, const char *s, size_t len);

#endif
