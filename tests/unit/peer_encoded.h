/* SPDX-License-Identifier: MIT */
/*
 * Bodies in a content coding (RFC 9110 section 8.4.1), as a CDN sends them
 * whether they were asked for or not.
 */
#ifndef GRANTTY_TESTS_PEER_ENCODED_H
#define GRANTTY_TESTS_PEER_ENCODED_H

#include <stddef.h>

/* {"a":1} encoded: name is what Content-Encoding says, "raw-deflate" for
 * deflate without its header, "broken" for gzip that breaks off, "turns" for
 * utf-8 twice and then gzip twice, "gzip-...", "...-plain" and the like for
 * what their names say, and anything else for a body as it is. Gives the
 * header's value, NULL for no header; data is constant. */
const char *peer_encoded(const char *name, const void **data, size_t *len);

/* n zero bytes (n > 0), rounded up to 1 more than a multiple of 258, as gzip;
 * free() it. */
void *peer_bomb(size_t n, size_t *len);

#endif
