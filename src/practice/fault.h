/* SPDX-License-Identifier: MIT */
/*
 * The faults that the practice server can be told to have: one table row each.
 * Only says which fault strikes where and when; what it does to an answer is
 * for others.
 */
#ifndef GRANTTY_PRACTICE_FAULT_H
#define GRANTTY_PRACTICE_FAULT_H

#include <stdbool.h>

struct err;

enum fault {
	FAULT_NO_INTERVAL,
	FAULT_ZERO_INTERVAL,
	FAULT_NEGATIVE_INTERVAL,
	FAULT_HUGE_INTERVAL,
	FAULT_STRING_NUMBERS,
	FAULT_EXPIRE_SOON,
	FAULT_BAD_URI,
	FAULT_HTTP_URI,
	FAULT_NO_REDIRECT_URI,
	FAULT_SLOW_DOWN,
	FAULT_DENY,
	FAULT_REFRESH_INVALID_GRANT,
	FAULT_INVALID_CLIENT,
	FAULT_UNKNOWN_ERROR,
	FAULT_HTTP_500,
	FAULT_HTML_502,
	FAULT_RATE_LIMIT,
	FAULT_RETRY_DATE,
	FAULT_REDIRECT,
	FAULT_NOT_JSON,
	FAULT_EMPTY,
	FAULT_TRUNCATED_JSON,
	FAULT_BIG_BODY,
	FAULT_DRIP,
	FAULT_HANG,
	FAULT_DROP,
	FAULT_DROP_TOKEN,
	FAULT_HOSTILE_TEXT,
	FAULT_HUGE_PROFILE,
	FAULTS
};

/* Where a fault can strike; or'ed where there are several. */
enum place {
	AT_AUTHORIZE = 1 << 0, /* device authorization */
	AT_POLL = 1 << 1,      /* token request with a device code */
	AT_REFRESH = 1 << 2,   /* token request with a refresh token */
	AT_PROFILE = 1 << 3,   /* userinfo, people/me */
	AT_REVOKE = 1 << 4,
	AT_DISCOVERY = 1 << 5
};

struct fault_row {
	const char *name;
	const char *meaning; /* for --help */
	unsigned places;     /* where it strikes when nothing else is said */
	bool anywhere;	     /* can spoil any answer: NAME@PLACE may aim it */
	int times;	     /* how often; 0: until it is cleared */
};

const struct fault_row *fault_row(enum fault fault);

/* Which faults are set. All zero: none. */
struct faults {
	struct {
		unsigned places; /* 0: not set */
		int left;	 /* 0: until it is cleared */
	} set[FAULTS];
};

/*
 * Sets a fault: "NAME", "NAME@PLACE" (authorize, poll, refresh, profile,
 * revoke, discovery) and either with "*TIMES" behind it. False with *err where
 * there is no such fault or it cannot strike there.
 */
bool faults_set(struct faults *faults, const char *spec, struct err *err);

void faults_clear(struct faults *faults);

/* Whether the fault strikes here and now; counts down. */
bool faults_strike(struct faults *faults, enum fault fault, enum place place);

#endif
