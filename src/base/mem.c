/* SPDX-License-Identifier: MIT */
/*
 * Allocation that ends the program on failure, and wiping. Knows nothing of
 * what the memory holds.
 */
#include "config.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool was_too_little;

/* Runs after the atexit() handlers: the message would be lost on a curses
 * screen that one of them still has to leave. */
static __attribute__((destructor)) void print_reason(void)
{
	if (was_too_little)
		fputs("Out of memory.\n", stderr);
}

/* exit() and not abort(): no core dump, and stdio buffers are flushed. */
static _Noreturn void out_of_memory(void)
{
	was_too_little = true;
	exit(EXIT_FAILURE);
}

void *xcalloc(size_t n, size_t size)
{
	/* A size of 0 still gets an address: NULL means failure only. */
	void *p = n > 0 && size > 0 ? calloc(n, size) : calloc(1, 1);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *xreallocarray(void *p, size_t n, size_t size)
{
	if (n > 0 && size > SIZE_MAX / n)
		out_of_memory();
	/* realloc(p, 0) may free p and return NULL. */
	p = realloc(p, n > 0 && size > 0 ? n * size : 1);
	if (p == NULL)
		out_of_memory();
	return p;
}

char *xstrdup(const char *s)
{
	return s != NULL ? xstrndup(s, strlen(s)) : NULL;
}

char *xstrndup(const char *s, size_t n)
{
	char *copy;

	if (n == SIZE_MAX)
		out_of_memory();
	copy = xcalloc(n + 1, 1);
	if (n > 0)
		memcpy(copy, s, n);
	return copy;
}

char *xasprintf(const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0)
		out_of_memory();
	return text;
}

void xfreev(char **list)
{
	for (size_t i = 0; list != NULL && list[i] != NULL; i++)
		free(list[i]);
	free(list);
}

void mem_wipe(void *p, size_t n)
{
	if (n > 0)
		explicit_bzero(p, n);
}

void secret_free(char *s)
{
	if (s != NULL)
		mem_wipe(s, strlen(s));
	free(s);
}
