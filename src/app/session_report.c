/* SPDX-License-Identifier: MIT */
/*
 * A stored session without its secrets, for the verbs that show it.
 */
#include "config.h"

#include "app/session_report.h"

#include <stddef.h>

#include "app/setup.h"
#include "base/json.h"
#include "conf/presets.h"
#include "machine/session_data.h"
#include "oauth/profile.h"

bool session_report_is_renewable(const struct session_data *data,
				 int64_t wall_s)
{
	return data->tokens.refresh_token != NULL &&
	       (data->refresh_expires_at == 0 ||
		data->refresh_expires_at > wall_s);
}

bool session_report_is_signed_in(const struct session_data *data,
				 int64_t wall_s)
{
	if (data->tokens.access_token == NULL || data->signing_out)
		return false;
	return data->expires_at == 0 || data->expires_at > wall_s ||
	       session_report_is_renewable(data, wall_s);
}

static const struct preset *preset_of(const struct setup *setup,
				      const struct session_data *data)
{
	/* With an address of its own, the provider is stored by that
	 * address. */
	const struct preset *preset = preset_find(data->provider);

	if (preset == NULL)
		preset = preset_find(setup->conf.provider.preset);
	return preset != NULL ? preset : preset_find("");
}

const char *session_report_scope(const struct setup *setup,
				 const struct session_data *data)
{
	if (data->tokens.scope != NULL)
		return data->tokens.scope;
	return setup->conf.provider.scope[0] != '\0' ||
			       preset_of(setup, data)->scope[0] != '\0'
		       ? "as requested"
		       : "not stated by the provider";
}

struct profile *session_report_profile(const struct setup *setup,
				       const struct session_data *data)
{
	const struct strings *only = &setup->conf.screen.profile_fields;

	if (data->profile == NULL)
		return NULL;
	return profile_new(data->profile, preset_of(setup, data)->profile,
			   only->items, only->count, NULL);
}

void session_report_json(struct json *json, const struct setup *setup,
			 const struct session_data *data, bool signed_in)
{
	struct profile *profile;

	json_set_bool(json, "signed_in", signed_in);
	if (data->tokens.access_token == NULL)
		return;
	profile = session_report_profile(setup, data);
	json_set_text(json, "provider", data->provider);
	if (profile != NULL && profile->name[0] != '\0')
		json_set_text(json, "name", profile->name);
	json_set_text(json, "scope", data->tokens.scope);
	json_set_text(json, "token_type", data->tokens.token_type);
	if (data->expires_at != 0)
		json_set_integer(json, "expires_at", data->expires_at);
	if (data->refresh_expires_at != 0)
		json_set_integer(json, "refresh_expires_at",
				 data->refresh_expires_at);
	json_set_bool(json, "refreshable", data->tokens.refresh_token != NULL);
	json_set_bool(json, "refreshing", data->refreshing);
	profile_free(profile);
}
