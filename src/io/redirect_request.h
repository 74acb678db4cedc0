/* SPDX-License-Identifier: MIT */
/*
 * Classifies requests to the redirect listener. Pure: knows nothing of the
 * connection, and only the form of the query.
 */
#ifndef GRANTTY_IO_REDIRECT_REQUEST_H
#define GRANTTY_IO_REDIRECT_REQUEST_H

#include <stdbool.h>

enum { REDIRECT_MAX_QUERY = 8 * 1024 };

/* Strings are borrowed. */
struct redirect_request {
	const char *method;
	const char *target; /* path and query, unchanged */
	const char *host;   /* the headers Host, Origin and Sec-Fetch-Dest, */
	const char *origin; /* or NULL */
	const char *fetch_dest;
	bool has_body;
};

enum redirect_verdict {
	REQUEST_HIT,	     /* its query may be a provider's response */
	REQUEST_LOOK,	     /* a HEAD, or no query: nothing to return */
	REQUEST_MISDIRECTED, /* meant for another host */
	REQUEST_EMBEDDED,    /* from a page, not from the browser's user */
	REQUEST_ELSEWHERE,   /* another path */
	REQUEST_METHOD,	     /* neither GET nor HEAD */
	REQUEST_MALFORMED
};

/* Classifies a request to the listener on that path and port of this
 * machine. */
enum redirect_verdict redirect_judge(const struct redirect_request *request,
				     const char *path, int port);

/* The query of a target, "" if there is none; valid as long as the target. */
const char *redirect_query(const char *target);

#endif
