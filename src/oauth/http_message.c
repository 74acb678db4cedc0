/* SPDX-License-Identifier: MIT */
/*
 * Freeing a request wipes its secrets.
 */
#include "config.h"

#include "oauth/http_message.h"

#include <stdlib.h>

#include "base/mem.h"

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
