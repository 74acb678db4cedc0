/* SPDX-License-Identifier: MIT */
/*
 * Device codes and their state, see grants.h. Knows no HTTP, pages or tokens.
 */
#include "config.h"

#include "practice/grants.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/mem.h"

enum { SLOW_DOWN_MS = 5000 }; /* RFC 8628 section 3.5 */

struct grants {
	uint64_t count; /* issued so far; the next goes to count % MAX */
	struct grant ring[GRANTS_MAX];
};

struct grants *grants_new(void)
{
	return xcalloc(1, sizeof(struct grants));
}

/* The number of places ever used. */
static size_t used(const struct grants *grants)
{
	return grants->count < GRANTS_MAX ? (size_t)grants->count : GRANTS_MAX;
}

void grants_free(struct grants *grants)
{
	if (grants)
		mem_wipe(grants->ring, used(grants) * sizeof *grants->ring);
	free(grants);
}

/* Updates the state to the time. */
static void settle(struct grant *grant, int64_t now_ms)
{
	if (grant->state == GRANT_PENDING &&
	    grant->approve_ms < grant->expires_ms &&
	    now_ms >= grant->approve_ms)
		grant->state = GRANT_APPROVED;
	if ((grant->state == GRANT_PENDING || grant->state == GRANT_APPROVED) &&
	    now_ms >= grant->expires_ms)
		grant->state = GRANT_EXPIRED;
}

struct grant *grants_at(struct grants *grants, size_t i, int64_t now_ms)
{
	struct grant *grant;

	if (i >= used(grants))
		return NULL;
	grant = &grants->ring[(grants->count - 1 - i) % GRANTS_MAX];
	settle(grant, now_ms);
	return grant;
}

/* Letters and digits in upper case, without separators. */
static void normalise(char *dst, size_t size, const char *typed)
{
	size_t n = 0;

	for (; *typed && n + 1 < size; typed++)
		if (isalnum((unsigned char)*typed))
			dst[n++] = (char)toupper((unsigned char)*typed);
		else if (*typed != ' ' && *typed != '-')
			break;
	/* A code with other characters, or too long, is invalid. */
	dst[*typed ? 0 : n] = '\0';
}

struct grant *grants_by_user_code(struct grants *grants, const char *typed,
				  int64_t now_ms)
{
	char wanted[sizeof grants->ring->link_code];
	char code[sizeof grants->ring->user_code];
	struct grant *grant;

	normalise(wanted, sizeof wanted, typed);
	if (!*wanted)
		return NULL;
	for (size_t i = 0; (grant = grants_at(grants, i, now_ms)); i++) {
		normalise(code, sizeof code, grant->user_code);
		if (strcmp(code, wanted) == 0 ||
		    (*grant->link_code && strcmp(grant->link_code, typed) == 0))
			return grant;
	}
	return NULL;
}

struct grant *grants_by_device_code(struct grants *grants,
				    const char *device_code, int64_t now_ms)
{
	struct grant *grant;

	for (size_t i = 0; (grant = grants_at(grants, i, now_ms)); i++)
		if (strcmp(grant->device_code, device_code) == 0)
			return grant;
	return NULL;
}

struct grant *grants_newest_pending(struct grants *grants, int64_t now_ms)
{
	struct grant *grant;

	for (size_t i = 0; (grant = grants_at(grants, i, now_ms)); i++)
		if (grant->state == GRANT_PENDING)
			return grant;
	return NULL;
}

/* RFC 8628 section 6.1: twenty consonants, so that no words are formed. */
static void make_plain_codes(struct grant *grant)
{
	static const char letters[] = "BCDFGHJKLMNPQRSTVWXZ";
	char *user_code = grant->user_code;

	for (int i = 0; i < 9; i++)
		user_code[i] = i == 4 ? '-' : letters[crypto_random_u64() % 20];
	user_code[9] = '\0';
	crypto_random_hex(grant->device_code, 20);
}

/* Six digits, a UUID, and a hash that replaces the code in the link. */
static void make_webex_codes(struct grant *grant)
{
	char hex[33];

	snprintf(grant->user_code, sizeof grant->user_code, "%06u",
		 (unsigned)(crypto_random_u64() % 1000000));
	crypto_random_hex(grant->link_code, 32);
	crypto_random_hex(hex, 16);
	snprintf(grant->device_code, sizeof grant->device_code,
		 "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
		 hex + 20);
}

/* Copies as much as fits. */
static void copy(char *dst, size_t size, const char *src)
{
	snprintf(dst, size, "%s", src);
}

struct grant *grants_add(struct grants *grants,
			 const struct grant_request *wanted, int64_t now_ms)
{
	struct grant made = {
		.dialect = wanted->dialect,
		.state = GRANT_PENDING,
		.created_ms = now_ms,
		.expires_ms = now_ms + wanted->lifetime_ms,
		.approve_ms = wanted->approve_after_ms < 0
				      ? INT64_MAX
				      : now_ms + wanted->approve_after_ms,
		.interval_ms = wanted->interval_ms,
		.last_poll_ms = -1,
	};
	struct grant *grant;

	copy(made.client_id, sizeof made.client_id, wanted->client_id);
	copy(made.scope, sizeof made.scope, wanted->scope);
	copy(made.device, sizeof made.device, wanted->device);
	copy(made.peer, sizeof made.peer, wanted->peer);
	do {
		switch (wanted->dialect) {
		case DIALECT_PLAIN:
			make_plain_codes(&made);
			break;
		case DIALECT_WEBEX:
			make_webex_codes(&made);
			break;
		}
	} while (grants_by_user_code(grants, made.user_code, now_ms));
	grant = &grants->ring[grants->count++ % GRANTS_MAX];
	*grant = made;
	mem_wipe(&made, sizeof made);
	return grant;
}

bool grant_decide(struct grant *grant, bool approve)
{
	if (grant->state != GRANT_PENDING)
		return false;
	grant->state = approve ? GRANT_APPROVED : GRANT_DENIED;
	return true;
}

void grant_expire(struct grant *grant, int64_t now_ms)
{
	grant->expires_ms = now_ms;
	settle(grant, now_ms);
}

bool grant_note_poll(struct grant *grant, enum poll_clock poll_clock,
		     int64_t now_ms)
{
	int64_t last_ms = grant->last_poll_ms;

	grant->polls++;
	grant->last_poll_ms = now_ms;
	if (last_ms < 0)
		return false;
	grant->gaps_ms[grant->gap_count++ % GRANT_MAX_GAPS] = now_ms - last_ms;
	return poll_clock_is_early(poll_clock, last_ms, now_ms,
				   grant->interval_ms);
}

void grant_slow_down(struct grant *grant)
{
	grant->slow_downs++;
	grant->interval_ms += SLOW_DOWN_MS;
}

bool grant_redeem(struct grant *grant)
{
	if (grant->state != GRANT_APPROVED)
		return false;
	grant->state = GRANT_REDEEMED;
	return true;
}

const char *grant_state_name(enum grant_state state)
{
	switch (state) {
	case GRANT_PENDING:
		return "pending";
	case GRANT_APPROVED:
		return "approved";
	case GRANT_DENIED:
		return "denied";
	case GRANT_EXPIRED:
		return "expired";
	case GRANT_REDEEMED:
		return "redeemed";
	}
	return "";
}
