/* SPDX-License-Identifier: MIT */
/*
 * Creates and frees the state, see service.h.
 */
#include "config.h"

#include "practice/service.h"

#include <stdlib.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "practice/grants.h"
#include "practice/token_store.h"

struct service *service_new(const struct service_options *options)
{
	struct service *service = xcalloc(1, sizeof *service);

	service->options = *options;
	service->grants = grants_new();
	service->token_store =
		token_store_new(options->token_lifetime_s * 1000);
	crypto_random(service->form_key, sizeof service->form_key);
	return service;
}

void service_free(struct service *service)
{
	if (!service)
		return;
	grants_free(service->grants);
	token_store_free(service->token_store);
	mem_wipe(service, sizeof *service);
	free(service);
}
