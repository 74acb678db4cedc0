/* SPDX-License-Identifier: MIT */
/*
 * The issued device codes and their state (RFC 8628). Holds a bounded number
 * and drops the oldest first. Reads no clock: each call gets the time, in
 * milliseconds of CLOCK_BOOTTIME.
 */
#ifndef GRANTTY_PRACTICE_GRANTS_H
#define GRANTTY_PRACTICE_GRANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "practice/dialect.h"
#include "practice/poll_clock.h"

enum { GRANTS_MAX = 1024, GRANT_MAX_GAPS = 64 };

enum grant_state {
	GRANT_PENDING,
	GRANT_APPROVED,
	GRANT_DENIED,
	GRANT_EXPIRED,
	GRANT_REDEEMED /* its tokens were issued */
};

struct grant {
	enum dialect dialect;
	enum grant_state state;
	char device_code[44];
	char user_code[12]; /* as displayed */
	char link_code[65]; /* replaces the user code in Webex's links */
	char client_id[65];
	char scope[513];
	char device[65]; /* clean text; "" if the client sent no name */
	char peer[64];	 /* the address that requested the code */
	int64_t created_ms;
	int64_t expires_ms;
	int64_t approve_ms; /* approves itself then; INT64_MAX: never */
	int64_t interval_ms;
	int64_t last_poll_ms; /* negative: not polled yet */
	unsigned polls;
	unsigned slow_downs;
	int64_t gaps_ms[GRANT_MAX_GAPS]; /* the latest poll intervals */
	size_t gap_count;		 /* of all, including dropped ones */
};

/* The parameters of a device authorization request. Strings are borrowed and
 * cut to fit a grant. */
struct grant_request {
	enum dialect dialect;
	const char *client_id;
	const char *scope;
	const char *device;
	const char *peer;
	int64_t lifetime_ms;
	int64_t interval_ms;
	int64_t approve_after_ms; /* negative: waits for the user */
};

struct grants;

struct grants *grants_new(void);
void grants_free(struct grants *grants); /* wipes; NULL is fine */

/* Issues a new code. The grants that these functions return stay valid until
 * the next grants_add(). */
struct grant *grants_add(struct grants *grants,
			 const struct grant_request *wanted, int64_t now_ms);

/* The grant with that device code, or NULL. */
struct grant *grants_by_device_code(struct grants *grants,
				    const char *device_code, int64_t now_ms);

/* The newest grant with that user code, in either case and with any spaces and
 * dashes; also accepts a link code. */
struct grant *grants_by_user_code(struct grants *grants, const char *typed,
				  int64_t now_ms);

/* The newest undecided grant, or NULL. */
struct grant *grants_newest_pending(struct grants *grants, int64_t now_ms);

/* The i-th newest grant, NULL beyond the last. */
struct grant *grants_at(struct grants *grants, size_t i, int64_t now_ms);

/* Records the user's decision; false if it comes too late. */
bool grant_decide(struct grant *grant, bool approve);

/* Expires the code now. */
void grant_expire(struct grant *grant, int64_t now_ms);

/* Records a poll; true if it came before the interval had passed by that
 * clock. */
bool grant_note_poll(struct grant *grant, enum poll_clock poll_clock,
		     int64_t now_ms);

/* Records that the client was told to slow down (RFC 8628 section 3.5). */
void grant_slow_down(struct grant *grant);

/* Redeems an approved grant for its tokens; false in any other state. */
bool grant_redeem(struct grant *grant);

/* "pending", "approved", "denied", "expired", "redeemed". */
const char *grant_state_name(enum grant_state state);

#endif
