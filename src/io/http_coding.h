/* SPDX-License-Identifier: MIT */
/*
 * Decodes the content codings of an answer's body (RFC 9110 section 8.4). None
 * is requested, but some CDNs compress anyway, and some servers name a coding
 * that does not exist or was never applied, so the body is trusted over the
 * header. Knows nothing of libcurl.
 */
#ifndef GRANTTY_IO_HTTP_CODING_H
#define GRANTTY_IO_HTTP_CODING_H

#include <stdbool.h>

struct buf;

/*
 * Decodes gzip and deflate in *body, which keeps its cap; leaves an
 * uncompressed body as it is. named is the Content-Encoding header, NULL: none.
 * False if the body is compressed and cannot be decoded; body->failed if it
 * exceeds the cap.
 */
bool http_decode(struct buf *body, const char *named);

/* True if the header names a coding that makes a body unreadable. If not, what
 * http_decode() fails on is gzip. */
bool http_names_coding(const char *named);

#endif
