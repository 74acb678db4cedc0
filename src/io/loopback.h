/* SPDX-License-Identifier: MIT */
/*
 * Listening sockets that only this machine can reach. Knows nothing of HTTP.
 */
#ifndef GRANTTY_IO_LOOPBACK_H
#define GRANTTY_IO_LOOPBACK_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct url;

enum { LOOPBACK_MAX = 2 };

struct loopback {
	int fds[LOOPBACK_MAX];
	size_t count;
	int port; /* the same for all of them */
};

/*
 * Listens on the loopback address in url, and on 127.0.0.1 and ::1, as far as
 * the machine has them, where it is "localhost" (url_is_loopback() must hold).
 * Port 0: any free one. False with *err where it cannot. The caller closes the
 * descriptors, which neither block nor are inherited.
 */
bool loopback_listen(struct loopback *loopback, const struct url *url, int port,
		     struct err *err);

#endif
