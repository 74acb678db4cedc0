/* SPDX-License-Identifier: MIT */
/*
 * Options that apply to all requests, chosen by the caller of http_new().
 */
#ifndef GRANTTY_IO_HTTP_OPTIONS_H
#define GRANTTY_IO_HTTP_OPTIONS_H

#include <stdint.h>

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
