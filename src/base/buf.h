/* SPDX-License-Identifier: MIT */
/*
 * A growing byte buffer with a mandatory cap. Going over the cap fails the
 * buffer for good: it frees its content and every later call returns false,
 * so only the last call of a series has to be checked. The content is always
 * NUL-terminated, and wiped when it is freed or moved.
 */
#ifndef GRANTTY_BASE_BUF_H
#define GRANTTY_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data; /* NULL until something is added */
	size_t len; /* bytes, without the NUL */
	size_t size;
	size_t cap; /* the most bytes that data may hold, without the NUL */
	bool failed;
};

/* An empty buffer for at most cap bytes. Allocates nothing. */
void buf_init(struct buf *buf, size_t cap);

/* Wipes and frees the content; the buffer is empty and usable again. */
void buf_free(struct buf *buf);

/* Appends n bytes; false once over the cap. */
bool buf_add(struct buf *buf, const void *data, size_t n);

/* Appends the string s; false once over the cap. */
bool buf_adds(struct buf *buf, const char *s);

/* Appends printf output; false once over the cap. */
bool buf_addf(struct buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The content as a string, "" when empty or failed; valid until changed. */
const char *buf_text(const struct buf *buf);

/*
 * Hands the content over as a string that the caller frees (secret_free where
 * it is secret) and empties the buffer. NULL if the buffer has failed, "" if
 * nothing was added.
 */
char *buf_take(struct buf *buf);

#endif
