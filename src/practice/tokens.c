/* SPDX-License-Identifier: MIT */
/*
 * Token families, see tokens.h. Knows nothing of HTTP and of device codes.
 *
 * A refresh token is family id, generation and random bytes, in base64url. So
 * an old one is recognised for what it is without keeping every old one: only
 * who was given a token of the family knows its id.
 */
#include "config.h"

#include "practice/tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/mem.h"

enum {
	ID_SIZE = 16,
	NONCE_SIZE = 16,
	PLAIN_ACCESS_SIZE = 32,
	WEBEX_ACCESS_SIZE = 1650, /* Webex's are longer than 2 KiB as text */
	MAX_TOKEN = 4096,
	KEPT_ACCESS = 4 /* access tokens of a family that are good at a time */
};

#define REFRESH_LIFETIME_MS (INT64_C(7697037) * 1000) /* as Webex has it */

struct access {
	unsigned char digest[CRYPTO_SHA256_SIZE];
	int64_t expires_ms; /* 0: none */
};

struct family {
	bool live;
	enum dialect dialect;
	char client_id[65];
	char scope[513];
	unsigned char id[ID_SIZE];
	uint32_t generation;
	unsigned char nonce[NONCE_SIZE];
	int64_t refresh_expires_ms;
	struct access access[KEPT_ACCESS];
	size_t next_access;
};

/* A refresh token taken apart. */
struct refresh {
	unsigned char id[ID_SIZE];
	uint32_t generation;
	unsigned char nonce[NONCE_SIZE];
};

struct tokens {
	int64_t lifetime_ms;
	struct token_counts counts;
	size_t next; /* where, modulo their number, the next family goes */
	struct family families[TOKENS_MAX_FAMILIES];
};

void token_pair_free(struct token_pair *pair)
{
	secret_free(pair->access_token);
	secret_free(pair->refresh_token);
	free(pair->scope);
	memset(pair, 0, sizeof *pair);
}

struct tokens *tokens_new(int64_t lifetime_ms)
{
	struct tokens *tokens = xcalloc(1, sizeof *tokens);

	tokens->lifetime_ms = lifetime_ms;
	return tokens;
}

/* How many families have ever been in use; those after them are untouched
 * pages, which nobody needs to look into. */
static size_t used(const struct tokens *tokens)
{
	return tokens->next < TOKENS_MAX_FAMILIES ? tokens->next
						  : TOKENS_MAX_FAMILIES;
}

void tokens_free(struct tokens *tokens)
{
	if (tokens)
		mem_wipe(tokens->families,
			 used(tokens) * sizeof *tokens->families);
	free(tokens);
}

static char *encode(const void *data, size_t n)
{
	struct buf text;

	buf_init(&text, MAX_TOKEN);
	crypto_base64url(&text, data, n);
	return buf_take(&text);
}

/* Gives the family a new access token and a new refresh token. */
static void issue(struct tokens *tokens, struct family *family, int64_t now_ms,
		  struct token_pair *pair)
{
	unsigned char random[WEBEX_ACCESS_SIZE];
	struct refresh refresh;
	struct access *access =
		&family->access[family->next_access++ % KEPT_ACCESS];
	size_t n = family->dialect == DIALECT_WEBEX ? WEBEX_ACCESS_SIZE
						    : PLAIN_ACCESS_SIZE;

	crypto_random(random, n);
	pair->access_token = encode(random, n);
	crypto_sha256(access->digest, pair->access_token,
		      strlen(pair->access_token));
	access->expires_ms = now_ms + tokens->lifetime_ms;

	family->generation++;
	crypto_random(family->nonce, sizeof family->nonce);
	family->refresh_expires_ms = now_ms + REFRESH_LIFETIME_MS;
	memcpy(refresh.id, family->id, sizeof refresh.id);
	refresh.generation = family->generation;
	memcpy(refresh.nonce, family->nonce, sizeof refresh.nonce);
	pair->refresh_token = encode(&refresh, sizeof refresh);

	pair->scope = xstrdup(family->scope);
	pair->expires_s = tokens->lifetime_ms / 1000;
	pair->refresh_expires_s = REFRESH_LIFETIME_MS / 1000;
	mem_wipe(random, sizeof random);
	mem_wipe(&refresh, sizeof refresh);
}

void tokens_start(struct tokens *tokens, enum dialect dialect,
		  const char *client_id, const char *scope, int64_t now_ms,
		  struct token_pair *pair)
{
	struct family *family =
		&tokens->families[tokens->next++ % TOKENS_MAX_FAMILIES];

	memset(family, 0, sizeof *family);
	family->live = true;
	family->dialect = dialect;
	snprintf(family->client_id, sizeof family->client_id, "%s", client_id);
	snprintf(family->scope, sizeof family->scope, "%s", scope);
	crypto_random(family->id, sizeof family->id);
	issue(tokens, family, now_ms, pair);
}

/* The live family that the refresh token belongs to, NULL where none. */
static struct family *find_refresh(struct tokens *tokens, const char *token,
				   struct refresh *refresh)
{
	struct family *found = NULL;
	struct buf raw;

	buf_init(&raw, MAX_TOKEN);
	if (!crypto_base64url_decode(&raw, token, strlen(token)) ||
	    raw.len != sizeof *refresh)
		goto out;
	memcpy(refresh, raw.data, sizeof *refresh);
	for (size_t i = 0; i < used(tokens) && !found; i++) {
		struct family *family = &tokens->families[i];

		if (family->live &&
		    crypto_equal(family->id, refresh->id, ID_SIZE))
			found = family;
	}
out:
	buf_free(&raw);
	return found;
}

/* The access token of that text in that family, or NULL. */
static struct access *find_access(struct family *family,
				  const unsigned char *digest)
{
	for (size_t i = 0; i < KEPT_ACCESS; i++)
		if (family->access[i].expires_ms > 0 &&
		    crypto_equal(family->access[i].digest, digest,
				 CRYPTO_SHA256_SIZE))
			return &family->access[i];
	return NULL;
}

/* The family that has that access token, NULL where none; *access is set. */
static struct family *find_by_access(struct tokens *tokens, const char *token,
				     struct access **access)
{
	unsigned char digest[CRYPTO_SHA256_SIZE];

	crypto_sha256(digest, token, strlen(token));
	for (size_t i = 0; i < used(tokens); i++) {
		*access = find_access(&tokens->families[i], digest);
		if (*access)
			return &tokens->families[i];
	}
	return NULL;
}

enum refresh_result tokens_refresh(struct tokens *tokens, enum dialect dialect,
				   const char *client_id,
				   const char *refresh_token, int64_t now_ms,
				   struct token_pair *pair)
{
	struct refresh refresh;
	struct family *family = find_refresh(tokens, refresh_token, &refresh);

	if (!family || family->dialect != dialect ||
	    strcmp(family->client_id, client_id) != 0)
		return REFRESH_INVALID;
	if (refresh.generation < family->generation) {
		tokens->counts.replays++;
		mem_wipe(family, sizeof *family);
		return REFRESH_REPLAYED;
	}
	if (refresh.generation != family->generation ||
	    !crypto_equal(refresh.nonce, family->nonce, NONCE_SIZE) ||
	    now_ms >= family->refresh_expires_ms)
		return REFRESH_INVALID;
	tokens->counts.refreshes++;
	issue(tokens, family, now_ms, pair);
	return REFRESH_OK;
}

bool tokens_accept(struct tokens *tokens, enum dialect dialect,
		   const char *access_token, int64_t now_ms)
{
	struct access *access;
	struct family *family = find_by_access(tokens, access_token, &access);

	return family && family->dialect == dialect &&
	       now_ms < access->expires_ms;
}

void tokens_revoke(struct tokens *tokens, const char *client_id,
		   const char *token)
{
	struct refresh refresh;
	struct family *family = find_refresh(tokens, token, &refresh);
	struct access *access = NULL;

	if (!family)
		family = find_by_access(tokens, token, &access);
	if (!family || strcmp(family->client_id, client_id) != 0)
		return;
	tokens->counts.revocations++;
	if (access)
		mem_wipe(access, sizeof *access);
	else
		mem_wipe(family, sizeof *family);
}

void tokens_drop_access(struct tokens *tokens)
{
	for (size_t i = 0; i < used(tokens); i++)
		mem_wipe(tokens->families[i].access,
			 sizeof tokens->families[i].access);
}

const struct token_counts *tokens_counts(const struct tokens *tokens)
{
	return &tokens->counts;
}
