/* SPDX-License-Identifier: MIT */
/*
 * What only those verbs need that talk to a provider: the client and its keys,
 * and HTTP.
 */
#include "config.h"

#include "app/setup.h"

#include "app/clock.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "io/http.h"
#include "io/input.h"
#include "oauth/provider_setup.h"

#define KEY_MAX ((size_t)64 * 1024)

static bool take_private_key(struct setup *setup, struct err *err)
{
	const char *path = setup->conf.provider.private_key_file;
	bool open_to_others = false;
	struct err why = {""};
	struct buf pem;
	bool ok;

	if (path[0] == '\0')
		return true;
	buf_init(&pem, KEY_MAX);
	ok = input_read_text(path, &pem, &open_to_others, err) == INPUT_OK;
	if (ok && open_to_others && !input_is_credential(path)) {
		ok = input_complain_open(path, err);
	} else if (ok && !provider_take_key(&setup->provider, buf_text(&pem),
					    pem.len, &why)) {
		ok = err_set(err, "%s: %s", path, why.text);
	}
	buf_free(&pem);
	return ok;
}

bool setup_provider_of_client(struct setup *setup, struct err *err)
{
	if (!provider_set_up(&setup->provider, &setup->conf, NULL, NULL, err) ||
	    !take_private_key(setup, err))
		return false;
	log_set_field(setup->log, "GRANTTY_PROVIDER", setup->provider.id);
	return true;
}

bool setup_provider(struct setup *setup, const struct args *args,
		    struct err *err)
{
	return setup_client(setup, args, err) &&
	       setup_provider_of_client(setup, err);
}

bool setup_network(struct setup *setup, struct err *err)
{
	const struct conf *conf = &setup->conf;
	struct http_options options = {
		.ca_file = conf->network.ca_file,
		.proxy = conf->network.proxy,
		.connect_timeout_ms = conf->network.connect_timeout_s * 1000,
		.request_timeout_ms = conf->network.request_timeout_s * 1000,
		.user_agent = PACKAGE_NAME "/" PACKAGE_VERSION,
		.now_ms = clock_now_ms,
	};

	if (!http_init(err))
		return false;
	setup->http = http_new(&options, err);
	return setup->http != NULL;
}
