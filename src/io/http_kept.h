/* SPDX-License-Identifier: MIT */
/*
 * Decides which servers' idle connections can be reused, from their Keep-Alive
 * header and from experience. A request must not go out on a connection that
 * the server is closing at that moment, nor reuse one with a server that always
 * closes them. Sends nothing and reads no clock.
 */
#ifndef GRANTTY_IO_HTTP_KEPT_H
#define GRANTTY_IO_HTTP_KEPT_H

#include <stdbool.h>
#include <stdint.h>

enum { KEPT_SERVERS = 8, KEPT_ORIGIN_SIZE = 280 };

/* Initially all zero. */
struct kept {
	struct kept_server {
		char origin[KEPT_ORIGIN_SIZE]; /* scheme, host, port; or "" */
		int64_t idle_s;		       /* see kept_idle_s() */
		int64_t answered_ms;
		int64_t first_max; /* of this connection; -1: none given */
		int64_t left;	 /* how many more requests it takes; -1: any */
		unsigned served; /* answers on this connection */
		unsigned doubt;	 /* that it answers on kept connections */
	} servers[KEPT_SERVERS];
	unsigned next; /* the entry to replace next */
};

/* Records that the server at that URL answered at now_ms, on a reused
 * connection or a new one, with that Keep-Alive header; NULL: none. */
void kept_note(struct kept *kept, const char *url, const char *keep_alive,
	       bool reused, int64_t now_ms);

/* Records that a request to that URL went out on a kept connection and got no
 * answer. */
void kept_lose(struct kept *kept, const char *url);

/*
 * How many seconds a connection to the server at that URL may have been idle to
 * be reused: one less than the server promises, because the request takes time
 * to arrive. -1 if the server promises nothing.
 */
int64_t kept_idle_s(const struct kept *kept, const char *url);

/* True if the connection it last answered on must not be reused at now_ms: it
 * has been idle for that long, or has served as many requests as it allows. */
bool kept_is_over(const struct kept *kept, const char *url, int64_t now_ms);

/* True if that server loses requests on kept connections: each request needs a
 * new connection, which is not kept. */
bool kept_is_distrusted(const struct kept *kept, const char *url);

#endif
