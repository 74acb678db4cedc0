/* SPDX-License-Identifier: MIT */
/*
 * Sockets and addresses, see listen.h. Knows no HTTP.
 */
#include "config.h"

#include "practice/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"

enum { BACKLOG = 512 };

void listen_host(const struct sockaddr *address, char host[LISTEN_HOST_SIZE])
{
	const struct sockaddr_in *in = (const void *)address;
	const struct sockaddr_in6 *in6 = (const void *)address;
	char text[INET6_ADDRSTRLEN] = "";

	*host = '\0';
	if (address->sa_family == AF_INET &&
	    inet_ntop(AF_INET, &in->sin_addr, text, sizeof text))
		snprintf(host, LISTEN_HOST_SIZE, "%s", text);
	if (address->sa_family == AF_INET6 &&
	    inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof text))
		snprintf(host, LISTEN_HOST_SIZE, "[%s]", text);
}

bool listen_is_loopback(const struct sockaddr *address)
{
	const struct sockaddr_in *in = (const void *)address;
	const struct sockaddr_in6 *in6 = (const void *)address;

	if (address->sa_family == AF_INET)
		return ntohl(in->sin_addr.s_addr) >> 24 == 127;
	return address->sa_family == AF_INET6 &&
	       IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

static bool is_everywhere(const struct sockaddr *address)
{
	const struct sockaddr_in *in = (const void *)address;
	const struct sockaddr_in6 *in6 = (const void *)address;

	if (address->sa_family == AF_INET)
		return in->sin_addr.s_addr == htonl(INADDR_ANY);
	return address->sa_family == AF_INET6 &&
	       IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr);
}

int listen_port(const struct sockaddr *address)
{
	const struct sockaddr_in *in = (const void *)address;
	const struct sockaddr_in6 *in6 = (const void *)address;

	if (address->sa_family == AF_INET)
		return ntohs(in->sin_port);
	return address->sa_family == AF_INET6 ? ntohs(in6->sin6_port) : 0;
}

/* Resolves "HOST:PORT"; NULL with *err if it is invalid. */
static struct addrinfo *look_up(const char *spec, struct err *err)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
				 .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	const char *colon = strrchr(spec, ':');
	int64_t port;
	size_t len;
	char *host;
	int code;

	if (!colon || colon == spec ||
	    !text_number(colon + 1, strlen(colon + 1), 0, 65535, &port)) {
		err_set(err,
			"Cannot listen on \"%s\": write HOST:PORT, such as "
			"127.0.0.1:8628.",
			spec);
		return NULL;
	}
	len = (size_t)(colon - spec);
	if (*spec == '[' && colon[-1] == ']')
		host = xstrndup(spec + 1, len - 2);
	else
		host = xstrndup(spec, len);
	code = getaddrinfo(host, colon + 1, &hints, &found);
	if (code)
		err_set(err, "Cannot listen on %s: %s.", spec,
			gai_strerror(code));
	free(host);
	return code ? NULL : found;
}

int listen_open(const char *spec, struct listen_place *place, struct err *err)
{
	struct addrinfo *found = look_up(spec, err);
	struct sockaddr_storage address = {0};
	socklen_t len = sizeof address;
	int one = 1, fd;

	if (!found)
		return -1;
	fd = socket(found->ai_family,
		    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		goto fail;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0)
		goto fail;
	/* Prevents IPv4 clients from appearing with IPv6 addresses. */
	if (found->ai_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one) < 0)
		goto fail;
	if (bind(fd, found->ai_addr, found->ai_addrlen) < 0 ||
	    listen(fd, BACKLOG) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		goto fail;
	freeaddrinfo(found);
	listen_host((struct sockaddr *)&address, place->host);
	place->port = listen_port((struct sockaddr *)&address);
	place->loopback = listen_is_loopback((struct sockaddr *)&address);
	place->everywhere = is_everywhere((struct sockaddr *)&address);
	return fd;
fail:
	err_set(err, "Cannot listen on %s: %s.", spec, strerror(errno));
	if (fd >= 0)
		close(fd);
	freeaddrinfo(found);
	return -1;
}

bool listen_reachable_host(bool ipv6, char host[LISTEN_HOST_SIZE])
{
	/* Addresses for documentation (RFC 5737, RFC 3849). Connecting a
	 * datagram socket sends nothing; it only picks the route. */
	struct sockaddr_in to4 = {.sin_family = AF_INET, .sin_port = htons(9)};
	struct sockaddr_in6 to6 = {.sin6_family = AF_INET6,
				   .sin6_port = htons(9)};
	struct sockaddr_storage own = {0};
	socklen_t len = sizeof own;
	bool ok = false;
	int fd;

	inet_pton(AF_INET, "192.0.2.1", &to4.sin_addr);
	inet_pton(AF_INET6, "2001:db8::1", &to6.sin6_addr);
	fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	if ((ipv6 ? connect(fd, (struct sockaddr *)&to6, sizeof to6)
		  : connect(fd, (struct sockaddr *)&to4, sizeof to4)) == 0 &&
	    getsockname(fd, (struct sockaddr *)&own, &len) == 0) {
		listen_host((struct sockaddr *)&own, host);
		ok = *host != '\0';
	}
	close(fd);
	return ok;
}
