/* SPDX-License-Identifier: MIT */
/*
 * Copying and wiping what a session consists of.
 */
#include "config.h"

#include "core/session_data.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void session_data_free(struct session_data *data)
{
	free(data->provider);
	tokens_free(&data->tokens);
	secret_free(data->profile);
	memset(data, 0, sizeof(*data));
}

void session_data_copy(struct session_data *to, const struct session_data *from)
{
	struct session_data copy = *from;

	copy.provider = xstrdup(from->provider);
	copy.profile = xstrdup(from->profile);
	copy.tokens.access_token = xstrdup(from->tokens.access_token);
	copy.tokens.refresh_token = xstrdup(from->tokens.refresh_token);
	copy.tokens.token_type = xstrdup(from->tokens.token_type);
	copy.tokens.dpop_key = xstrdup(from->tokens.dpop_key);
	copy.tokens.scope = xstrdup(from->tokens.scope);
	copy.tokens.id_token = NULL;
	copy.tokens.nonce = NULL;
	session_data_free(to);
	*to = copy;
}
