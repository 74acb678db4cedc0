/* SPDX-License-Identifier: MIT */
/*
 * Memory that cannot fail and memory that leaves nothing behind.
 * Running out of memory ends the program: no caller can do better.
 */
#ifndef GRANTTY_BASE_MEM_H
#define GRANTTY_BASE_MEM_H

#include <stddef.h>

/* Zeroed memory for n objects of size bytes each; never NULL. free() it. */
void *xcalloc(size_t n, size_t size);

/* As reallocarray(3), but never NULL. New bytes are not zeroed. */
void *xreallocarray(void *p, size_t n, size_t size);

/* A copy of s that the caller owns; NULL for NULL. */
char *xstrdup(const char *s);

/* A NUL-terminated copy of the n bytes at s that the caller owns. */
char *xstrndup(const char *s, size_t n);

/* Frees a list that ends with NULL, and its strings; NULL is fine. */
void xfreev(char **list);

/* Overwrites n bytes in a way that the compiler may not leave out. */
void mem_wipe(void *p, size_t n);

/* Wipes the string s up to its NUL and frees it; NULL is fine. */
void secret_free(char *s);

#endif
