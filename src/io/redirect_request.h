/* SPDX-License-Identifier: MIT */
/*
 * What a request to the redirect listener is worth. Pure: knows nothing of the
 * connection, and of the query only its form.
 */
#ifndef GRANTTY_IO_REDIRECT_REQUEST_H
#define GRANTTY_IO_REDIRECT_REQUEST_H

#include <stdbool.h>

enum { REDIRECT_MAX_QUERY = 8 * 1024 };

/* Strings are borrowed. */
struct redirect_request {
	const char *method;
	const char *target; /* path and query as they came */
	const char *host;   /* the headers Host, Origin and Sec-Fetch-Dest, */
	const char *origin; /* or NULL */
	const char *fetch_dest;
	bool has_body;
};

enum redirect_verdict {
	REQUEST_HIT,	     /* its query can be a provider's answer */
	REQUEST_LOOK,	     /* a HEAD, or no query: nothing to hand over */
	REQUEST_MISDIRECTED, /* meant for another host */
	REQUEST_EMBEDDED,    /* by a page, and not by who looks at it */
	REQUEST_ELSEWHERE,   /* another path */
	REQUEST_METHOD,	     /* neither GET nor HEAD */
	REQUEST_MALFORMED
};

/* Judges a request to the listener on that path and port of this machine. */
enum redirect_verdict redirect_judge(const struct redirect_request *request,
				     const char *path, int port);

/* The query of a target, "" where it has none; lives as long as that. */
const char *redirect_query(const char *target);

#endif
