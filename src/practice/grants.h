/* SPDX-License-Identifier: MIT */
/*
 * The device codes that were handed out and what has become of them (RFC 8628).
 * Holds a bounded number; the oldest goes first. Reads no clock: the time, in
 * milliseconds of CLOCK_BOOTTIME, comes with each call.
 */
#ifndef GRANTTY_PRACTICE_GRANTS_H
#define GRANTTY_PRACTICE_GRANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "practice/dialect.h"

enum { GRANTS_MAX = 1024, GRANT_MAX_GAPS = 64 };

enum grant_state {
	GRANT_PENDING,
	GRANT_APPROVED,
	GRANT_DENIED,
	GRANT_EXPIRED,
	GRANT_REDEEMED /* its tokens were given out */
};

struct grant {
	uint64_t serial; /* counts up from 1; 0: this place is free */
	enum dialect dialect;
	enum grant_state state;
	char device_code[44];
	char user_code[12]; /* as people see it */
	char link_code[65]; /* stands for the user code in Webex's links */
	char client_id[65];
	char scope[513];
	char device[65]; /* clean text; "" where the client did not say */
	char peer[64];	 /* the address that asked for the code */
	int64_t created_ms;
	int64_t expires_ms;
	int64_t approve_ms; /* approves itself then; INT64_MAX: never */
	int64_t interval_ms;
	int64_t last_poll_ms; /* negative: not polled so far */
	unsigned polls;
	unsigned slow_downs;
	int64_t gaps_ms[GRANT_MAX_GAPS]; /* the last gaps between polls */
	size_t gap_count;		 /* of all, also those forgotten */
};

/* What a device authorization request asks for. Strings are borrowed and cut
 * to what a grant holds. */
struct grant_wish {
	enum dialect dialect;
	const char *client_id;
	const char *scope;
	const char *device;
	const char *peer;
	int64_t lifetime_ms;
	int64_t interval_ms;
	int64_t approve_after_ms; /* negative: waits for a person */
};

struct grants;

struct grants *grants_new(void);
void grants_free(struct grants *grants); /* wipes; NULL is fine */

/* Hands out a new code. Grants that these functions return stay valid until
 * the next grants_add(). */
struct grant *grants_add(struct grants *grants, const struct grant_wish *wish,
			 int64_t now_ms);

/* The grant with that device code, NULL where none is known. */
struct grant *grants_by_device_code(struct grants *grants,
				    const char *device_code, int64_t now_ms);

/* The newest grant with that user code, in whatever case and with whatever
 * spaces and dashes a person types; also takes a link code. */
struct grant *grants_by_user_code(struct grants *grants, const char *typed,
				  int64_t now_ms);

/* The newest grant still to be decided on, or NULL. */
struct grant *grants_newest_pending(struct grants *grants, int64_t now_ms);

/* The i-th newest grant, NULL beyond the last. */
struct grant *grants_at(struct grants *grants, size_t i, int64_t now_ms);

/* The person's decision; false where it comes too late. */
bool grant_decide(struct grant *grant, bool approve);

/* Ends the lifetime of the code now. */
void grant_expire(struct grant *grant, int64_t now_ms);

/* Notes a poll; true where it came before the interval was over. */
bool grant_note_poll(struct grant *grant, int64_t now_ms);

/* The client was told to slow down (RFC 8628 section 3.5). */
void grant_slow_down(struct grant *grant);

/* Takes an approved grant for its tokens; false in any other state. */
bool grant_redeem(struct grant *grant);

/* "pending", "approved", "denied", "expired", "redeemed". */
const char *grant_state_name(enum grant_state state);

#endif
