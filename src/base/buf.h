/* SPDX-License-Identifier: MIT */
/*
 * A growing byte buffer with a mandatory cap. Exceeding the cap makes the
 * buffer fail permanently: it frees its content and every later call returns
 * false, so only the last call in a series needs a check. The content is always
 * NUL-terminated, and is wiped when it is freed or moved.
 */
#ifndef GRANTTY_BASE_BUF_H
#define GRANTTY_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data; /* NULL until something is added */
	size_t len; /* bytes, without the NUL */
	size_t size;
	size_t cap; /* maximum bytes in data, without the NUL */
	bool failed;
};

/* Makes an empty buffer for at most cap bytes. Allocates nothing. */
void buf_init(struct buf *buf, size_t cap);

/* Wipes and frees the content; the buffer is then empty and reusable. */
void buf_free(struct buf *buf);

/* Appends n bytes; false once the cap is exceeded. */
bool buf_add(struct buf *buf, const void *data, size_t n);

/* Appends the string s; false once the cap is exceeded. */
bool buf_adds(struct buf *buf, const char *s);

/* Appends printf output; false once the cap is exceeded. */
bool buf_addf(struct buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The content as a string, "" if empty or failed; valid until the next
 * change. */
const char *buf_text(const struct buf *buf);

/*
 * Returns the content as a string that the caller frees (secret_free if it is
 * secret) and empties the buffer. NULL if the buffer has failed, "" if nothing
 * was added.
 */
char *buf_take(struct buf *buf);

#endif
