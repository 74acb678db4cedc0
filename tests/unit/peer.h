/* SPDX-License-Identifier: MIT */
/*
 * The other side for the tests of io/http: a child process that speaks raw
 * HTTP. What it answers is in the path of the request, and it tells of every
 * request before it answers.
 */
#ifndef GRANTTY_TESTS_PEER_H
#define GRANTTY_TESTS_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * /ok           200 {"a":1}         /status/NNN    NNN and an empty body
 * /echo         the body            /retry/TEXT    429, Retry-After: TEXT
 * /chunked/N    N bytes in chunks   /retry-in/N    the same as a date
 * /sized/N      N bytes at once     /redirect      302 to /ok
 * /nul          200 a NUL b         /close         closes without an answer
 * /hang         nothing             /half          closes within the body
 * /junk         what is no HTTP     /nonce/TEXT    401, DPoP-Nonce: TEXT
 * /headers      200, Date, Cache-Control, Accept
 * /retry-at/T   429, Retry-After: T with '_' for spaces, and the Date of
 *               /headers
 * /encoded/NAME see peer_encoded.h  /bomb/N        gzip of N zero bytes
 * /transfer/TEXT  {"a":1} in a chunk, Transfer-Encoding: TEXT
 * /keep/TEXT    200 and Keep-Alive  /reset         resets the connection
 * /continued    200, and the first header begins with a space
 * /to/TEXT      302, Location: TEXT with '|' for '/' and '~' for '.'
 * /once         /ok the first time on a connection, then /close; /once-reset
 *               and /once-hang likewise
 * CONNECT host:NNN answers with the status NNN. TLS is answered in plain text.
 */
struct peer {
	pid_t pid;
	int port;
	int told; /* readable when a request has come */
};

/* A request as the peer saw it. */
struct seen {
	int connection; /* counts from 1 */
	size_t len;
	char text[4096]; /* its beginning */
};

bool peer_start(struct peer *peer);
void peer_stop(struct peer *peer);

/* The next request that the peer has told of; false where there is none. */
bool peer_seen(const struct peer *peer, struct seen *seen);

/* A port of 127.0.0.1 on which nobody listens; close *fd when done. */
int peer_closed_port(int *fd);

#endif
