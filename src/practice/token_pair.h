/* SPDX-License-Identifier: MIT */
/*
 * The tokens in one response of the token endpoint.
 */
#ifndef GRANTTY_PRACTICE_TOKEN_PAIR_H
#define GRANTTY_PRACTICE_TOKEN_PAIR_H

#include <stdint.h>

/* The tokens for a client. Owned; token_pair_free() wipes them. */
struct token_pair {
	char *access_token;
	char *refresh_token;
	char *scope;
	int64_t expires_s;
	int64_t refresh_expires_s;
};

void token_pair_free(struct token_pair *pair);

#endif
