/* SPDX-License-Identifier: MIT */
/*
 * Freeing a request wipes its secrets. Of a redirect only the host is shown.
 */
#include "config.h"

#include "oauth/http_message.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"

void request_free(struct request *request)
{
	if (request == NULL)
		return;
	secret_free(request->url);
	secret_free(request->body);
	secret_free(request->authorization);
	secret_free(request->dpop);
	free(request);
}

const char *http_location(const struct reply *reply)
{
	return reply->target ? reply->target : reply->location;
}

void http_target(const struct reply *reply, char *dst, size_t size)
{
	const char *to = http_location(reply);
	struct url url;

	if (!to || !url_split(to, &url))
		snprintf(dst, size, "another address");
	else
		text_clip(dst, size, url.host, url.host_len, -1, TEXT_ASCII);
}
