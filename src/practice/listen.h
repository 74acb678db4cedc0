/* SPDX-License-Identifier: MIT */
/*
 * The socket that the practice server listens on, and numeric addresses in the
 * form of URLs and Host headers.
 */
#ifndef GRANTTY_PRACTICE_LISTEN_H
#define GRANTTY_PRACTICE_LISTEN_H

#include <stdbool.h>

struct err;
struct sockaddr;

enum { LISTEN_HOST_SIZE = 80 };

/* Where a socket listens. */
struct listen_place {
	char host[LISTEN_HOST_SIZE]; /* an IPv6 address is in brackets */
	int port;
	bool loopback;
	bool everywhere; /* on all addresses of this machine */
};

/* Opens a listening socket on "HOST:PORT" ("[::1]:8628", port 0: any free one)
 * and reports its place; -1 with *err on failure. */
int listen_open(const char *spec, struct listen_place *place, struct err *err);

/* The address at which other machines can probably reach this one: the source
 * address of the default route. False if there is none. */
bool listen_reachable_host(bool ipv6, char host[LISTEN_HOST_SIZE]);

/* Writes the address in the form of a Host header, without port; "" if it is
 * neither IPv4 nor IPv6. */
void listen_host(const struct sockaddr *address, char host[LISTEN_HOST_SIZE]);

int listen_port(const struct sockaddr *address);

bool listen_is_loopback(const struct sockaddr *address);

#endif
