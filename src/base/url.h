/* SPDX-License-Identifier: MIT */
/*
 * Absolute http and https URLs (RFC 3986): splits them only as far as needed to
 * judge them before the user or the HTTP client gets them: scheme, host, and
 * whether the host is this machine.
 */
#ifndef GRANTTY_BASE_URL_H
#define GRANTTY_BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

/* Pointers into the split string, valid as long as it is. */
struct url {
	bool https;
	bool has_userinfo;
	const char *host; /* without the brackets of an IPv6 literal */
	size_t host_len;
	int port;	  /* 0: none given */
	const char *path; /* from the '/' (or '?') on; "" if none */
};

/*
 * Splits s. False if it is not an absolute http(s) URL in plain ASCII without
 * control characters and spaces, if its host is empty or malformed, or if its
 * port is not from 1 to 65535.
 */
bool url_split(const char *s, struct url *url);

/* True if the host is 127.0.0.0/8, ::1 or localhost (RFC 8252 section 7.3):
 * certainly this machine, so http is safe. */
bool url_is_loopback(const struct url *url);

/* True if the host may point a browser to its own machine: what
 * url_is_loopback() accepts, names that often resolve to it (*.localhost, RFC
 * 6761 section 6.3), and other notations for such an address (0.0.0.0,
 * ::ffff:127.0.0.1). */
bool url_may_be_loopback(const struct url *url);

/* True if text that url_split() rejects is still a loopback address to a
 * browser: https://127.1/, https://localhost./. */
bool url_spells_loopback(const char *text);

/* True if it is safe to send a secret, or the user, there: https, or http on a
 * loopback address, and no userinfo. */
bool url_is_safe(const struct url *url);

/* A copy of s for an error or a log, with userinfo, query and fragment replaced
 * by "***", as they may hold a secret; s may be malformed. The caller frees
 * it. */
char *url_for_log(const char *s);

/* The port: the one given, else that of the scheme. */
int url_port(const struct url *url);

/* True if both have the same scheme, host and port (RFC 6454 section 4). */
bool url_same_origin(const struct url *a, const struct url *b);

/*
 * True if the host matches pattern, ignoring case: the exact name, or
 * "*.example.org" for any name below example.org (but not itself).
 */
bool url_host_matches(const struct url *url, const char *pattern);

#endif
