/* SPDX-License-Identifier: MIT */
/*
 * Writes the gzip format (RFC 1952) without compressing, which makes no
 * difference to the reader.
 */
#ifndef GRANTTY_PRACTICE_GZIP_H
#define GRANTTY_PRACTICE_GZIP_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* Appends the len bytes at data to dst as one gzip member. False if dst has no
 * room for it. */
bool gzip_store(struct buf *dst, const char *data, size_t len);

#endif
