/* SPDX-License-Identifier: MIT */
/*
 * The growing buffer. It never calls realloc(): the content may be secret, so
 * the old memory must be wiped when the content moves.
 */
#include "config.h"

#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { SIZE_MIN = 64 };

/* Wipes and frees the content; cap and failed stay. */
static void empty(struct buf *buf)
{
	if (buf->data != NULL)
		mem_wipe(buf->data, buf->size);
	free(buf->data);
	buf->data = NULL;
	buf->len = 0;
	buf->size = 0;
}

static bool fail(struct buf *buf)
{
	empty(buf);
	buf->failed = true;
	return false;
}

/* Makes room for n more bytes and the NUL. */
static bool reserve(struct buf *buf, size_t n)
{
	size_t size = buf->size > 0 ? buf->size : SIZE_MIN;
	char *data;

	if (buf->failed)
		return false;
	if (n > buf->cap - buf->len)
		return fail(buf);
	if (buf->data != NULL && n < buf->size - buf->len)
		return true;
	while (size <= buf->len + n)
		size *= 2;
	if (size > buf->cap)
		size = buf->cap + 1;
	data = xcalloc(size, 1);
	if (buf->data != NULL) {
		memcpy(data, buf->data, buf->len);
		mem_wipe(buf->data, buf->size);
		free(buf->data);
	}
	buf->data = data;
	buf->size = size;
	return true;
}

void buf_init(struct buf *buf, size_t cap)
{
	memset(buf, 0, sizeof(*buf));
	/* A quarter of the address space, so doubling never overflows. */
	buf->cap = cap < SIZE_MAX / 4 ? cap : SIZE_MAX / 4;
}

void buf_free(struct buf *buf)
{
	empty(buf);
	buf->failed = false;
}

bool buf_add(struct buf *buf, const void *data, size_t n)
{
	if (!reserve(buf, n))
		return false;
	if (n > 0)
		memcpy(buf->data + buf->len, data, n);
	buf->len += n;
	buf->data[buf->len] = '\0';
	return true;
}

bool buf_adds(struct buf *buf, const char *s)
{
	return buf_add(buf, s, strlen(s));
}

bool buf_addf(struct buf *buf, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		return fail(buf);
	if (!reserve(buf, (size_t)n))
		return false;
	va_start(args, format);
	vsnprintf(buf->data + buf->len, (size_t)n + 1, format, args);
	va_end(args);
	buf->len += (size_t)n;
	return true;
}

const char *buf_text(const struct buf *buf)
{
	return buf->data != NULL ? buf->data : "";
}

char *buf_take(struct buf *buf)
{
	char *data = buf->data;

	if (buf->failed)
		return NULL;
	buf->data = NULL;
	empty(buf);
	return data != NULL ? data : xstrdup("");
}
