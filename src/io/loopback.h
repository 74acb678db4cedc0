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
 * Listens on the loopback address in url; for "localhost", on those of
 * 127.0.0.1 and ::1 that the machine has. url_is_loopback() must hold. Port 0:
 * any free one. False with *err if it fails. The caller closes the descriptors,
 * which are non-blocking and close-on-exec.
 */
bool loopback_listen(struct loopback *loopback, const struct url *url, int port,
		     struct err *err);

#endif
