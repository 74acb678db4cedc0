/* SPDX-License-Identifier: MIT */
/*
 * What applies to all requests: a limit, and the options that the caller of
 * http_new() chooses.
 */
#ifndef GRANTTY_IO_HTTP_OPTIONS_H
#define GRANTTY_IO_HTTP_OPTIONS_H

#include <stdint.h>

/* Larger bodies end the request with NET_TOO_LARGE. */
enum { HTTP_MAX_BODY = 1024 * 1024 };

struct http_options {
	const char *ca_file; /* "" or NULL: the system's */
	const char *proxy;   /* "": the environment's; "none": no proxy */
	int64_t connect_timeout_ms;
	int64_t request_timeout_ms;
	const char *user_agent;
	int64_t (*now_ms)(void); /* CLOCK_BOOTTIME; NULL: only libcurl counts
				  * how long a connection has been idle and how
				  * long a request takes, and not in sleep */
};

#endif
