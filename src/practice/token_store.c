/* SPDX-License-Identifier: MIT */
/*
 * Token families, see token_store.h. Knows no HTTP and no device codes.
 *
 * A refresh token is family id, generation and random bytes, in base64url. An
 * old one can thus be recognised without keeping it: only a client that was
 * given a token of the family knows its id.
 */
#include "config.h"

#include "practice/token_store.h"

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
	KEPT_ACCESS = 4 /* access tokens of a family that are valid at once */
};

#define REFRESH_LIFETIME_MS (INT64_C(7697037) * 1000) /* as with Webex */

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

/* A decoded refresh token. */
struct refresh {
	unsigned char id[ID_SIZE];
	uint32_t generation;
	unsigned char nonce[NONCE_SIZE];
};

struct token_store {
	int64_t lifetime_ms;
	struct token_counts counts;
	size_t next; /* modulo their number, the index of the next family */
	struct family families[TOKEN_STORE_FAMILIES_MAX];
};

struct token_store *token_store_new(int64_t lifetime_ms)
{
	struct token_store *store = xcalloc(1, sizeof *store);

	store->lifetime_ms = lifetime_ms;
	return store;
}

/* The number of families ever used; the pages after them are untouched and need
 * not be read. */
static size_t used(const struct token_store *store)
{
	return store->next < TOKEN_STORE_FAMILIES_MAX
		       ? store->next
		       : TOKEN_STORE_FAMILIES_MAX;
}

void token_store_free(struct token_store *store)
{
	if (store)
		mem_wipe(store->families,
			 used(store) * sizeof *store->families);
	free(store);
}

static char *encode(const void *data, size_t n)
{
	struct buf text;

	buf_init(&text, MAX_TOKEN);
	crypto_base64url(&text, data, n);
	return buf_take(&text);
}

/* Gives the family a new access token and a new refresh token. */
static void issue(struct token_store *store, struct family *family,
		  int64_t now_ms, struct token_pair *pair)
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
	access->expires_ms = now_ms + store->lifetime_ms;

	family->generation++;
	crypto_random(family->nonce, sizeof family->nonce);
	family->refresh_expires_ms = now_ms + REFRESH_LIFETIME_MS;
	memcpy(refresh.id, family->id, sizeof refresh.id);
	refresh.generation = family->generation;
	memcpy(refresh.nonce, family->nonce, sizeof refresh.nonce);
	pair->refresh_token = encode(&refresh, sizeof refresh);

	pair->scope = xstrdup(family->scope);
	pair->expires_s = store->lifetime_ms / 1000;
	pair->refresh_expires_s = REFRESH_LIFETIME_MS / 1000;
	mem_wipe(random, sizeof random);
	mem_wipe(&refresh, sizeof refresh);
}

void token_store_start(struct token_store *store, enum dialect dialect,
		       const char *client_id, const char *scope, int64_t now_ms,
		       struct token_pair *pair)
{
	struct family *family =
		&store->families[store->next++ % TOKEN_STORE_FAMILIES_MAX];

	memset(family, 0, sizeof *family);
	family->live = true;
	family->dialect = dialect;
	snprintf(family->client_id, sizeof family->client_id, "%s", client_id);
	snprintf(family->scope, sizeof family->scope, "%s", scope);
	crypto_random(family->id, sizeof family->id);
	issue(store, family, now_ms, pair);
}

/* The live family that the refresh token belongs to, or NULL. */
static struct family *find_refresh(struct token_store *store, const char *token,
				   struct refresh *refresh)
{
	struct family *found = NULL;
	struct buf raw;

	buf_init(&raw, MAX_TOKEN);
	if (!crypto_base64url_decode(&raw, token, strlen(token)) ||
	    raw.len != sizeof *refresh)
		goto out;
	memcpy(refresh, raw.data, sizeof *refresh);
	for (size_t i = 0; i < used(store) && !found; i++) {
		struct family *family = &store->families[i];

		if (family->live &&
		    crypto_equal(family->id, refresh->id, ID_SIZE))
			found = family;
	}
out:
	buf_free(&raw);
	return found;
}

/* The access token with that digest in that family, or NULL. */
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

/* The family with that access token, or NULL; sets *access. */
static struct family *find_by_access(struct token_store *store,
				     const char *token, struct access **access)
{
	unsigned char digest[CRYPTO_SHA256_SIZE];

	crypto_sha256(digest, token, strlen(token));
	for (size_t i = 0; i < used(store); i++) {
		*access = find_access(&store->families[i], digest);
		if (*access)
			return &store->families[i];
	}
	return NULL;
}

enum refresh_result token_store_refresh(struct token_store *store,
					enum dialect dialect,
					const char *client_id,
					const char *refresh_token,
					int64_t now_ms, struct token_pair *pair)
{
	struct refresh refresh;
	struct family *family = find_refresh(store, refresh_token, &refresh);

	if (!family || family->dialect != dialect ||
	    strcmp(family->client_id, client_id) != 0)
		return REFRESH_INVALID;
	if (refresh.generation < family->generation) {
		store->counts.replays++;
		mem_wipe(family, sizeof *family);
		return REFRESH_REPLAYED;
	}
	if (refresh.generation != family->generation ||
	    !crypto_equal(refresh.nonce, family->nonce, NONCE_SIZE) ||
	    now_ms >= family->refresh_expires_ms)
		return REFRESH_INVALID;
	store->counts.refreshes++;
	issue(store, family, now_ms, pair);
	return REFRESH_OK;
}

bool token_store_accept(struct token_store *store, enum dialect dialect,
			const char *access_token, int64_t now_ms)
{
	struct access *access;
	struct family *family = find_by_access(store, access_token, &access);

	return family && family->dialect == dialect &&
	       now_ms < access->expires_ms;
}

void token_store_revoke(struct token_store *store, const char *client_id,
			const char *token)
{
	struct refresh refresh;
	struct family *family = find_refresh(store, token, &refresh);
	struct access *access = NULL;

	if (!family)
		family = find_by_access(store, token, &access);
	if (!family || strcmp(family->client_id, client_id) != 0)
		return;
	store->counts.revocations++;
	if (access)
		mem_wipe(access, sizeof *access);
	else
		mem_wipe(family, sizeof *family);
}

void token_store_drop_access(struct token_store *store)
{
	for (size_t i = 0; i < used(store); i++)
		mem_wipe(store->families[i].access,
			 sizeof store->families[i].access);
}

const struct token_counts *token_store_counts(const struct token_store *store)
{
	return &store->counts;
}
