/* SPDX-License-Identifier: MIT */
/*
 * The open connections, and the time limit for what each is doing. The library
 * has its own timeout for silence; this one is for clients that send byte after
 * byte and never finish. Reads no clock.
 */
#ifndef GRANTTY_PRACTICE_CONNECTIONS_H
#define GRANTTY_PRACTICE_CONNECTIONS_H

#include <stdint.h>

struct connection;

struct connections {
	struct connection *first;
};

/* Adds a connection on that socket, which it borrows, until
 * connections_leave(). */
struct connection *connections_enter(struct connections *connections, int fd,
				     int64_t due_ms);
void connections_leave(struct connections *connections,
		       struct connection *connection);

/* Sets its time limit; INT64_MAX: none. */
void connection_may_take(struct connection *connection, int64_t due_ms);

/* The earliest time limit; INT64_MAX: none. */
int64_t connections_due_ms(const struct connections *connections);

/* Shuts down the sockets whose time limit has passed; their owner then sees the
 * end. */
void connections_cut(struct connections *connections, int64_t now_ms);

#endif
