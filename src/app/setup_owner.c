/* SPDX-License-Identifier: MIT */
/*
 * Whose session is stored: a session belongs to a provider, an issuer and a
 * client, and is of no use to any other.
 */
#include "config.h"

#include "app/setup.h"

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "machine/session_data.h"

static const char usual_advice[] =
	"Name that provider and client, or another account (-a NAME).";

enum { OWNER_BYTES = 300 };

bool setup_names_provider(const struct conf *conf)
{
	static const char *const options[] = {
		"provider.preset", "provider.issuer",
		"provider.device_authorization_endpoint",
		"provider.token_endpoint"};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (conf_is_set(conf, options[i]))
			return true;
	}
	return conf->provider.client_id[0] != '\0';
}

static void describe(struct buf *out, const char *issuer, const char *provider,
		     const char *client_id)
{
	buf_init(out, OWNER_BYTES);
	(void)buf_addf(out, "%.100s",
		       issuer != NULL && issuer[0] != '\0' ? issuer : provider);
	if (client_id != NULL && client_id[0] != '\0')
		(void)buf_addf(out, " (client ID %.80s)", client_id);
}

bool setup_owns(const struct setup *setup, const struct session_data *data,
		const char *advice, struct err *err)
{
	const char *client_id = setup->conf.provider.client_id;
	struct provider wanted;
	struct buf theirs, ours;
	bool owns;

	if (advice == NULL)
		advice = usual_advice;
	if (!setup_names_provider(&setup->conf) ||
	    !provider_identify(&wanted, &setup->conf, NULL))
		return true;
	owns = session_data_is_of(data, wanted.id, wanted.issuer, client_id);
	if (!owns) {
		describe(&theirs, data->issuer, data->provider,
			 data->client_id);
		describe(&ours, wanted.issuer, wanted.id, client_id);
		err_set(err,
			"The stored session belongs to another provider or "
			"client: to %s, not to %s.%s%s",
			buf_text(&theirs), buf_text(&ours),
			advice[0] != '\0' ? " " : "", advice);
		buf_free(&theirs);
		buf_free(&ours);
	}
	provider_free(&wanted);
	return owns;
}
