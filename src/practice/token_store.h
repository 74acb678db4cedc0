/* SPDX-License-Identifier: MIT */
/*
 * The issued tokens. All tokens from one sign-in form a family; using a refresh
 * token twice ends its family (RFC 9700 section 4.14.2). Keeps digests, not
 * tokens, of a bounded number of families and drops the oldest first. Reads no
 * clock.
 */
#ifndef GRANTTY_PRACTICE_TOKEN_STORE_H
#define GRANTTY_PRACTICE_TOKEN_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "practice/dialect.h"
#include "practice/token_pair.h"

enum { TOKEN_STORE_FAMILIES_MAX = 1024 };

struct token_counts {
	uint64_t refreshes;
	uint64_t replays; /* refresh tokens used again */
	uint64_t revocations;
};

enum refresh_result {
	REFRESH_OK,
	REFRESH_INVALID, /* unknown, expired, revoked, another client's */
	REFRESH_REPLAYED /* used before: the family is revoked */
};

struct token_store;

struct token_store *token_store_new(int64_t lifetime_ms);
void token_store_free(struct token_store *store); /* wipes; NULL is fine */

/* Issues the first tokens of a new family. */
void token_store_start(struct token_store *store, enum dialect dialect,
		       const char *client_id, const char *scope, int64_t now_ms,
		       struct token_pair *pair);

/* Issues new tokens for a refresh token, which becomes invalid (RFC 6749
 * section 6). Older access tokens stay valid for their lifetime. */
enum refresh_result token_store_refresh(
	struct token_store *store, enum dialect dialect, const char *client_id,
	const char *refresh_token, int64_t now_ms, struct token_pair *pair);

/* True if the access token is valid. */
bool token_store_accept(struct token_store *store, enum dialect dialect,
			const char *access_token, int64_t now_ms);

/* RFC 7009: revoking a refresh token revokes its family, an access token only
 * itself. A token that is unknown or another client's changes nothing. */
void token_store_revoke(struct token_store *store, const char *client_id,
			const char *token);

/* Makes every access token invalid; refresh tokens stay valid. */
void token_store_drop_access(struct token_store *store);

const struct token_counts *token_store_counts(const struct token_store *store);

#endif
