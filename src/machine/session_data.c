/* SPDX-License-Identifier: MIT */
/*
 * Copies and wipes the data of a session.
 */
#include "config.h"

#include "machine/session_data.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"

void session_data_free(struct session_data *data)
{
	free(data->provider);
	free(data->issuer);
	free(data->client_id);
	tokens_free(&data->tokens);
	session_data_set_profile(data, NULL);
	memset(data, 0, sizeof(*data));
}

void session_data_set_profile(struct session_data *data, struct json *profile)
{
	secret_free(data->profile);
	json_free(data->parsed);
	data->profile = profile != NULL ? json_print(profile, false) : NULL;
	data->parsed = profile;
}

const struct json *session_data_profile(struct session_data *data)
{
	const char *text = data->profile;

	if (data->parsed == NULL && text != NULL)
		data->parsed = json_parse_all(text, strlen(text), NULL);
	return data->parsed;
}

static bool may_be(const char *stored, const char *wanted)
{
	return stored == NULL || wanted == NULL || wanted[0] == '\0' ||
	       strcmp(stored, wanted) == 0;
}

bool session_data_is_of(const struct session_data *data, const char *provider,
			const char *issuer, const char *client_id)
{
	return strcmp(data->provider, provider) == 0 &&
	       may_be(data->issuer, issuer) &&
	       may_be(data->client_id, client_id);
}

void session_data_copy(struct session_data *to, const struct session_data *from)
{
	struct session_data copy = *from;

	copy.provider = xstrdup(from->provider);
	copy.issuer = xstrdup(from->issuer);
	copy.client_id = xstrdup(from->client_id);
	copy.profile = xstrdup(from->profile);
	copy.parsed = NULL;
	copy.tokens.access_token = xstrdup(from->tokens.access_token);
	copy.tokens.refresh_token = xstrdup(from->tokens.refresh_token);
	copy.tokens.token_type = xstrdup(from->tokens.token_type);
	copy.tokens.dpop_key = xstrdup(from->tokens.dpop_key);
	copy.tokens.scope = xstrdup(from->tokens.scope);
	copy.tokens.id_token = xstrdup(from->tokens.id_token);
	copy.tokens.nonce = NULL;
	session_data_free(to);
	*to = copy;
}
