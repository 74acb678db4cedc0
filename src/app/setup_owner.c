/* SPDX-License-Identifier: MIT */
/*
 * Whose session is stored: a session belongs to a provider, an issuer and a
 * client, and is of no use to any other.
 */
#include "config.h"

#include "app/setup.h"

#include <stddef.h>
#include <string.h>

#include "base/err.h"
#include "machine/session_data.h"
#include "oauth/provider_setup.h"

static const char usual_advice[] =
	"Name that provider and client, or another account (-a NAME).";

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

static const char *place_of(const char *issuer, const char *provider)
{
	return issuer != NULL && issuer[0] != '\0' ? issuer : provider;
}

/* Names only what tells them apart. */
static void say_owner(struct err *err, const struct session_data *data,
		      const struct provider *wanted, const char *client_id,
		      const char *advice)
{
	const char *theirs = place_of(data->issuer, data->provider);
	const char *ours = place_of(wanted->issuer, wanted->id);
	const char *client = data->client_id != NULL ? data->client_id : "";
	const char *space = advice[0] != '\0' ? " " : "";

	if (strcmp(theirs, ours) == 0 &&
	    strcmp(data->provider, wanted->id) != 0) {
		theirs = data->provider;
		ours = wanted->id;
	}
	if (strcmp(theirs, ours) != 0)
		err_set(err,
			"The stored session is for %.100s, not for "
			"%.100s.%s%s",
			theirs, ours, space, advice);
	else
		err_set(err,
			"The stored session is for the client %.80s of %.100s, "
			"not for %.80s.%s%s",
			client, theirs, client_id, space, advice);
}

bool setup_owns(const struct setup *setup, const struct session_data *data,
		const char *advice, struct err *err)
{
	const char *client_id = setup->conf.provider.client_id;
	struct provider wanted;
	bool owns;

	if (advice == NULL)
		advice = usual_advice;
	if (!setup_names_provider(&setup->conf) ||
	    !provider_identify(&wanted, &setup->conf, NULL))
		return true;
	owns = session_data_is_of(data, wanted.id, wanted.issuer, client_id);
	if (!owns)
		say_owner(err, data, &wanted, client_id, advice);
	provider_free(&wanted);
	return owns;
}
