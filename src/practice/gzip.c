/* SPDX-License-Identifier: MIT */
/*
 * Stored blocks only (RFC 1951 section 3.2.4), see gzip.h.
 */
#include "config.h"

#include "practice/gzip.h"

#include <stdint.h>

#include "base/buf.h"

enum { BLOCK_MAX = 65535 };

/* RFC 1952 section 8. */
static uint32_t checksum(const char *data, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len; i++) {
		crc ^= (unsigned char)data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
	}
	return ~crc;
}

/* The n lowest bytes of the number, the lowest first. */
static void add_number(struct buf *dst, uint32_t number, int n)
{
	for (; n > 0; n--, number >>= 8) {
		char byte = (char)(number & 0xff);

		(void)buf_add(dst, &byte, 1);
	}
}

bool gzip_store(struct buf *dst, const char *data, size_t len)
{
	/* Deflate, no flags, no time, by an unknown system. */
	static const char head[] = "\x1f\x8b\x08\0\0\0\0\0\0\xff";
	size_t at = 0;

	(void)buf_add(dst, head, sizeof(head) - 1);
	do {
		size_t n = len - at < BLOCK_MAX ? len - at : BLOCK_MAX;

		add_number(dst, at + n == len, 1);
		add_number(dst, (uint32_t)n, 2);
		add_number(dst, ~(uint32_t)n, 2);
		(void)buf_add(dst, data + at, n);
		at += n;
	} while (at < len);
	add_number(dst, checksum(data, len), 4);
	add_number(dst, (uint32_t)len, 4);
	return !dst->failed;
}
