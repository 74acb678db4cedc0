/* SPDX-License-Identifier: MIT */
/*
 * The tokens that were given out. All tokens that go back to one sign-in are a
 * family; a refresh token that is used twice ends its family (RFC 9700 section
 * 4.14.2). Keeps digests, not tokens, of a bounded number of families; the
 * oldest goes first. Reads no clock.
 */
#ifndef GRANTTY_PRACTICE_TOKENS_H
#define GRANTTY_PRACTICE_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "practice/dialect.h"

enum { TOKENS_MAX_FAMILIES = 1024 };

/* What a client is given. Owned; token_pair_free() wipes it. */
struct token_pair {
	char *access_token;
	char *refresh_token;
	char *scope;
	int64_t expires_s;
	int64_t refresh_expires_s;
};

void token_pair_free(struct token_pair *pair);

struct token_counts {
	uint64_t refreshes;
	uint64_t replays; /* old refresh tokens that came again */
	uint64_t revocations;
};

enum refresh_result {
	REFRESH_OK,
	REFRESH_INVALID, /* unknown, expired, revoked, another client's */
	REFRESH_REPLAYED /* used before: the family is revoked */
};

struct tokens;

struct tokens *tokens_new(int64_t lifetime_ms);
void tokens_free(struct tokens *tokens); /* wipes; NULL is fine */

/* The first tokens of a new family. */
void tokens_start(struct tokens *tokens, enum dialect dialect,
		  const char *client_id, const char *scope, int64_t now_ms,
		  struct token_pair *pair);

/* New tokens for a refresh token, which is used up by it (RFC 6749 section 6).
 * Older access tokens stay good for as long as they were given. */
enum refresh_result tokens_refresh(struct tokens *tokens, enum dialect dialect,
				   const char *client_id,
				   const char *refresh_token, int64_t now_ms,
				   struct token_pair *pair);

/* Whether the access token is good. */
bool tokens_accept(struct tokens *tokens, enum dialect dialect,
		   const char *access_token, int64_t now_ms);

/* RFC 7009: a refresh token takes its family along, an access token only
 * itself. A token that is not known or not this client's changes nothing. */
void tokens_revoke(struct tokens *tokens, const char *client_id,
		   const char *token);

/* Makes every access token invalid; refresh tokens stay good. */
void tokens_drop_access(struct tokens *tokens);

const struct token_counts *tokens_counts(const struct tokens *tokens);

#endif
