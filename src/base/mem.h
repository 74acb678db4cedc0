/* SPDX-License-Identifier: MIT */
/*
 * Allocation that cannot fail, and wiping of secrets. Running out of memory
 * ends the program: no caller could do better.
 */
#ifndef GRANTTY_BASE_MEM_H
#define GRANTTY_BASE_MEM_H

#include <stddef.h>

/* Zeroed memory for n objects of size bytes each; never NULL. free() it. */
void *xcalloc(size_t n, size_t size);

/* Like reallocarray(3), but never NULL. New bytes are not zeroed. */
void *xreallocarray(void *p, size_t n, size_t size);

/* A copy of s, owned by the caller; NULL for NULL. */
char *xstrdup(const char *s);

/* A NUL-terminated copy of the n bytes at s, owned by the caller. */
char *xstrndup(const char *s, size_t n);

/* The formatted text, owned by the caller. Not for secrets: parts of a long
 * text may be left in memory that is not wiped. */
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Frees a NULL-terminated list and its strings; NULL is fine. */
void xfreev(char **list);

/* Overwrites n bytes in a way that the compiler cannot optimise away. */
void mem_wipe(void *p, size_t n);

/* Wipes the string s up to its NUL and frees it; NULL is fine. */
void secret_free(char *s);

#endif
