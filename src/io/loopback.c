/* SPDX-License-Identifier: MIT */
/*
 * Opens the sockets, see loopback.h. Uses no resolver: the meaning of
 * "localhost" is fixed (RFC 6761 section 6.3), and a resolver could block or
 * lie.
 */
#include "config.h"

#include "io/loopback.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/url.h"

/* The backlog: a client that finds it full retries after a second. */
enum { BACKLOG = 1024, PORT_TRIES = 16 };

/* IPv4 or IPv6, with the length for bind(2). */
struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
	} as;
	socklen_t len;
};

static bool parse_address(struct address *address, const char *text)
{
	struct sockaddr_in four = {.sin_family = AF_INET};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
		address->as.four = four;
		address->len = sizeof(four);
		return true;
	}
	if (inet_pton(AF_INET6, text, &six.sin6_addr) == 1) {
		address->as.six = six;
		address->len = sizeof(six);
		return true;
	}
	return false;
}

/* Finds all addresses that the host stands for; returns their number. */
static size_t find_addresses(struct address addresses[LOOPBACK_MAX],
			     const struct url *url)
{
	char host[INET6_ADDRSTRLEN];

	if (url->host_len < sizeof(host)) {
		memcpy(host, url->host, url->host_len);
		host[url->host_len] = '\0';
		if (parse_address(&addresses[0], host))
			return 1;
	}
	addresses[0] = (struct address){
		.as.four = {.sin_family = AF_INET,
			    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
		.len = sizeof(struct sockaddr_in)};
	addresses[1] =
		(struct address){.as.six = {.sin6_family = AF_INET6,
					    .sin6_addr = IN6ADDR_LOOPBACK_INIT},
				 .len = sizeof(struct sockaddr_in6)};
	return 2;
}

static void set_port(struct address *address, int port)
{
	if (address->as.any.sa_family == AF_INET)
		address->as.four.sin_port = htons((uint16_t)port);
	else
		address->as.six.sin6_port = htons((uint16_t)port);
}

static int get_port(const struct address *address)
{
	return ntohs(address->as.any.sa_family == AF_INET
			     ? address->as.four.sin_port
			     : address->as.six.sin6_port);
}

/* Opens a socket on the address at that port. If *port is 0, uses any free port
 * and sets *port to it. Returns 0 or an errno value. */
static int listen_on(struct address *address, int *port, int *fd)
{
	int one = 1, error;

	set_port(address, *port);
	*fd = socket(address->as.any.sa_family,
		     SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return errno;
	/* So that connections of the last sign-in do not block the port. */
	if (setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0 &&
	    bind(*fd, &address->as.any, address->len) == 0 &&
	    listen(*fd, BACKLOG) == 0 &&
	    getsockname(*fd, &address->as.any, &address->len) == 0) {
		*port = get_port(address);
		return 0;
	}
	error = errno;
	close(*fd);
	return error;
}

/* True if the error means that this machine lacks the address. No other program
 * can listen on it then. */
static bool is_missing(int error)
{
	return error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
}

/* Listens on those of the n addresses that exist. Fails if another program
 * listens on one of them: the browser could connect to that program. */
static int listen_on_all(struct loopback *loopback, struct address *addresses,
			 size_t n, int port)
{
	int error = 0;

	loopback->count = 0;
	loopback->port = port;
	for (size_t i = 0; i < n; i++) {
		error = listen_on(&addresses[i], &loopback->port,
				  &loopback->fds[loopback->count]);
		if (error == 0) {
			loopback->count++;
		} else if (!is_missing(error)) {
			while (loopback->count > 0)
				close(loopback->fds[--loopback->count]);
			return error;
		}
	}
	return loopback->count > 0 ? 0 : error;
}

bool loopback_listen(struct loopback *loopback, const struct url *url, int port,
		     struct err *err)
{
	struct address addresses[LOOPBACK_MAX];
	size_t n = find_addresses(addresses, url);
	int error, tries = 0;

	/* A port that is free on one address may be in use on the other. */
	do {
		error = listen_on_all(loopback, addresses, n, port);
	} while (error == EADDRINUSE && port == 0 && ++tries < PORT_TRIES);
	if (error == 0)
		return true;
	if (error == EADDRINUSE && port != 0)
		return err_set(err,
			       "Port %d is in use by another program: stop "
			       "that program, or set another port in "
			       "redirect_uri and register it with the "
			       "provider.",
			       port);
	if (error == EACCES && port != 0)
		return err_set(
			err,
			"Port %d requires privileges that this program does "
			"not have: set a port of 1024 or higher in "
			"redirect_uri and register it with the provider.",
			port);
	return err_set(err, "Cannot listen on the address in redirect_uri: %s.",
		       strerror(error));
}
