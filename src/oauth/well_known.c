/* SPDX-License-Identifier: MIT */
/*
 * Removes "/.well-known/NAME" from an address. Sends nothing.
 */
#include "config.h"

#include "oauth/well_known.h"

#include <stddef.h>
#include <string.h>

#include "base/mem.h"
#include "base/url.h"

char *well_known_issuer(const char *address)
{
	static const char mark[] = "/.well-known/";
	const char *at, *rest;
	size_t rest_len;
	struct url url;

	if (!url_split(address, &url) || !url_is_safe(&url))
		return NULL;
	at = strstr(url.path, mark);
	if (at == NULL || at >= url.path + strcspn(url.path, "?#"))
		return NULL;
	rest = at + strlen(mark);
	rest += strcspn(rest, "/?#");
	rest_len = strcspn(rest, "?#");
	if (rest_len > 0 && rest[rest_len - 1] == '/')
		rest_len--;
	return xasprintf("%.*s%.*s", (int)(at - address), address,
			 (int)rest_len, rest);
}
