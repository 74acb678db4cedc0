/* SPDX-License-Identifier: MIT */
/*
 * Classifies requests, see redirect_request.h. Anything ambiguous is malformed.
 */
#include "config.h"

#include "io/redirect_request.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/form.h"
#include "base/mem.h"
#include "base/url.h"

/*
 * True if the Host header names this listener. A page from elsewhere can make
 * its own host name resolve to this address (DNS rebinding), but cannot change
 * what the browser sends in this header.
 */
static bool names_listener(const char *host, int port)
{
	char text[300];
	struct url url;
	int n;

	if (host == NULL || strpbrk(host, "/?#@") != NULL)
		return false;
	n = snprintf(text, sizeof(text), "http://%s", host);
	if (n < 0 || (size_t)n >= sizeof(text) || !url_split(text, &url))
		return false;
	return url_is_loopback(&url) && url_port(&url) == port;
}

/*
 * True if this is a browser window, as redirected by the provider, and not
 * something that a page has fetched, embedded or framed. Only a browser sends
 * these headers, and no page can change them (Fetch Metadata).
 */
static bool is_window(const struct redirect_request *request)
{
	const char *dest = request->fetch_dest;

	return request->origin == NULL &&
	       (dest == NULL || strcmp(dest, "document") == 0);
}

static bool is_on_path(const char *target, const char *path)
{
	size_t n = strcspn(target, "?");

	return n == strlen(path) && memcmp(target, path, n) == 0;
}

static bool comes_twice(const char *query, const char *name)
{
	bool seen = false, again = false;
	char *value;
	size_t n;

	for (; *query != '\0' && !again; query += n + (query[n] == '&')) {
		n = strcspn(query, "&");
		value = form_get(query, n, name);
		again = seen && value != NULL;
		seen = seen || value != NULL;
		secret_free(value);
	}
	return again;
}

/* RFC 6749 sections 3.1 and 4.1.2, RFC 9207. */
static bool is_sound(const char *query)
{
	static const char *const names[] = {"code", "state", "iss", "error"};

	if (strlen(query) > REDIRECT_MAX_QUERY)
		return false;
	for (const char *c = query; *c != '\0'; c++) {
		if (*c <= ' ' || *c > '~')
			return false;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (comes_twice(query, names[i]))
			return false;
	}
	return true;
}

const char *redirect_query(const char *target)
{
	const char *mark = strchr(target, '?');

	return mark != NULL ? mark + 1 : "";
}

enum redirect_verdict redirect_judge(const struct redirect_request *request,
				     const char *path, int port)
{
	const char *query = redirect_query(request->target);
	bool is_head = strcmp(request->method, "HEAD") == 0;

	/* Checked first, so that a page from elsewhere learns nothing. */
	if (!names_listener(request->host, port))
		return REQUEST_MISDIRECTED;
	if (!is_window(request))
		return REQUEST_EMBEDDED;
	if (!is_on_path(request->target, path))
		return REQUEST_ELSEWHERE;
	if (!is_head && strcmp(request->method, "GET") != 0)
		return REQUEST_METHOD;
	if (request->has_body || !is_sound(query))
		return REQUEST_MALFORMED;
	/* A browser or mail scanner that prefetches must not use up a code. */
	return is_head || *query == '\0' ? REQUEST_LOOK : REQUEST_HIT;
}
