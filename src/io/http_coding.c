/* SPDX-License-Identifier: MIT */
/*
 * libcurl is not used for this: it aborts in the middle of an answer if it does
 * not know a coding, and a request with a code or a refresh token cannot be
 * repeated.
 */
#include "config.h"

#include "io/http_coding.h"

#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ZLIB_CONST /* makes the input const */
#include <zlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

enum {
	LAYERS_MAX = 4, /* codings on top of one another */
	PIECE = 4096,
	GZIP_WINDOW = MAX_WBITS + 16, /* as inflateInit2() expects */
	ZLIB_WINDOW = MAX_WBITS,
	RAW_WINDOW = -MAX_WBITS
};

static void *take_memory(void *context, unsigned n, unsigned size)
{
	(void)context;
	return xcalloc(n, size);
}

/* The content may be a token. */
static void wipe_memory(void *context, void *p)
{
	(void)context;
	mem_wipe(p, malloc_usable_size(p));
	free(p);
}

static bool is_gzip(const char *data, size_t len)
{
	return len >= 2 && memcmp(data, "\x1f\x8b", 2) == 0;
}

/* Appends the decoded content of one stream at data to dst. Returns how many
 * bytes of data it occupies; 0 if it is broken or incomplete, or if dst has no
 * room. */
static size_t inflate_one(struct buf *dst, const char *data, size_t len,
			  int window)
{
	z_stream stream = {.zalloc = take_memory, .zfree = wipe_memory};
	unsigned char piece[PIECE];
	int result = Z_OK;
	size_t taken;

	stream.next_in = (const unsigned char *)data;
	stream.avail_in = (unsigned)len;
	if (inflateInit2(&stream, window) != Z_OK)
		return 0;
	while (result == Z_OK) {
		stream.next_out = piece;
		stream.avail_out = PIECE;
		result = inflate(&stream, Z_NO_FLUSH);
		if (!buf_add(dst, piece, PIECE - stream.avail_out))
			result = Z_MEM_ERROR;
	}
	taken = len - stream.avail_in;
	inflateEnd(&stream);
	mem_wipe(piece, sizeof(piece));
	return result == Z_STREAM_END ? taken : 0;
}

/* Decodes all members (RFC 1952 section 2.2); anything else after them is
 * padding or a harmless mistake. */
static bool gunzip(struct buf *dst, const char *data, size_t len)
{
	while (is_gzip(data, len)) {
		size_t taken = inflate_one(dst, data, len, GZIP_WINDOW);

		if (taken == 0)
			return false;
		data += taken;
		len -= taken;
	}
	return true;
}

/* Deflate comes in a zlib stream (RFC 9110 section 8.4.1.2), but some servers
 * send it without one. */
static bool inflate_any(struct buf *dst, const char *data, size_t len)
{
	if (inflate_one(dst, data, len, ZLIB_WINDOW) > 0)
		return true;
	if (dst->failed)
		return false;
	buf_free(dst);
	return inflate_one(dst, data, len, RAW_WINDOW) > 0;
}

static bool names(const char *named, const char *coding)
{
	return named != NULL && strcasestr(named, coding) != NULL;
}

bool http_names_coding(const char *named)
{
	return names(named, "gzip") || names(named, "deflate") ||
	       names(named, "br") || names(named, "zstd") ||
	       names(named, "compress");
}

/* Valid UTF-8 without control characters, which compressed data is very
 * unlikely to be. */
static bool is_text(const char *data, size_t len)
{
	while (len > 0) {
		uint32_t c = 0;
		int n = text_decode(data, len, &c);

		if (n < 1 || (c < ' ' && c != '\t' && c != '\n' && c != '\r'))
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/* Decodes one coding. False if there is none that can be decoded. */
static bool undo_one(struct buf *body, const char *named)
{
	bool gzip = is_gzip(buf_text(body), body->len), ok;
	struct buf plain;

	if (!gzip &&
	    (!names(named, "deflate") || is_text(buf_text(body), body->len)))
		return false;
	buf_init(&plain, body->cap);
	ok = gzip ? gunzip(&plain, body->data, body->len)
		  : inflate_any(&plain, body->data, body->len);
	if (ok || plain.failed) {
		buf_free(body);
		*body = plain;
	} else {
		buf_free(&plain);
	}
	return ok;
}

bool http_decode(struct buf *body, const char *named)
{
	int undone = 0;
	bool left;

	while (undone < LAYERS_MAX && undo_one(body, named))
		undone++;
	if (body->failed || is_gzip(buf_text(body), body->len))
		return false;
	left = names(named, "br") || names(named, "zstd") ||
	       names(named, "compress");
	if (undone == 0)
		left |= names(named, "gzip") || names(named, "deflate");
	return !left || is_text(buf_text(body), body->len);
}
