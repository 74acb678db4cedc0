/* SPDX-License-Identifier: MIT */
/*
 * The socket that the practice server listens on, and numeric addresses as a
 * URL or a Host header has them.
 */
#ifndef GRANTTY_PRACTICE_LISTEN_H
#define GRANTTY_PRACTICE_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct sockaddr;

enum { LISTEN_HOST_SIZE = 80 };

/* Where a socket listens. */
struct listen_place {
	char host[LISTEN_HOST_SIZE]; /* an IPv6 address has its brackets */
	int port;
	bool loopback;
	bool everywhere; /* on all addresses of this machine */
};

/* Opens a listening socket on "HOST:PORT" ("[::1]:8628", port 0: any free one)
 * and tells where it is; -1 with *err where it cannot. */
int listen_open(const char *spec, struct listen_place *place, struct err *err);

/* The address at which other machines are likely to reach this one: the one
 * that the default route leaves from. False where there is none. */
bool listen_reachable_host(bool ipv6, char host[LISTEN_HOST_SIZE]);

/* Writes the address as a Host header has it, without port; "" where it is
 * neither IPv4 nor IPv6. */
void listen_host(const struct sockaddr *address, char host[LISTEN_HOST_SIZE]);

int listen_port(const struct sockaddr *address);

bool listen_is_loopback(const struct sockaddr *address);

#endif
