/* SPDX-License-Identifier: MIT */
/*
 * Absolute http and https URLs (RFC 3986), only as far as one must look into
 * them before handing them to a person or to the HTTP client: which scheme,
 * which host, is it this machine.
 */
#ifndef GRANTTY_BASE_URL_H
#define GRANTTY_BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

/* Spans into the string that was split; they live as long as it does. */
struct url {
	bool https;
	bool has_userinfo;
	const char *host; /* without the brackets of an IPv6 literal */
	size_t host_len;
	int port;	  /* 0 where none is written */
	const char *path; /* from the '/' (or '?') on; "" where none */
};

/*
 * Takes s apart. False where it is no absolute http(s) URL in plain ASCII
 * without control characters and spaces, has an empty or malformed host, or a
 * port outside 1 to 65535.
 */
bool url_split(const char *s, struct url *url);

/* Whether the host is 127.0.0.0/8, ::1 or localhost (RFC 8252 section 7.3). */
bool url_is_loopback(const struct url *url);

/* Whether a secret may be sent there or a person be sent there: https, or
 * http on a loopback address, and no userinfo. */
bool url_is_safe(const struct url *url);

/*
 * Whether the host matches pattern, without case: the very name, or
 * "*.example.org" for any name below example.org (not itself).
 */
bool url_host_matches(const struct url *url, const char *pattern);

#endif
