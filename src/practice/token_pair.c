/* SPDX-License-Identifier: MIT */
/*
 * Frees a pair of tokens.
 */
#include "config.h"

#include "practice/token_pair.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void token_pair_free(struct token_pair *pair)
{
	secret_free(pair->access_token);
	secret_free(pair->refresh_token);
	free(pair->scope);
	memset(pair, 0, sizeof *pair);
}
