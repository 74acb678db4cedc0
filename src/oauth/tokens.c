/* SPDX-License-Identifier: MIT */
/*
 * Frees tokens so that nothing of them stays in memory.
 */
#include "config.h"

#include "oauth/tokens.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void tokens_free(struct tokens *tokens)
{
	secret_free(tokens->access_token);
	secret_free(tokens->refresh_token);
	free(tokens->token_type);
	secret_free(tokens->dpop_key);
	free(tokens->scope);
	secret_free(tokens->id_token);
	secret_free(tokens->nonce);
	memset(tokens, 0, sizeof(*tokens));
}

void tokens_move(struct tokens *to, struct tokens *from)
{
	*to = *from;
	memset(from, 0, sizeof(*from));
}
