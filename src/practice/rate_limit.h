/* SPDX-License-Identifier: MIT */
/*
 * Limits guessing of user codes (RFC 8628 section 5.1): after too many wrong
 * codes, an address must wait. Keeps a bounded number of addresses. Reads no
 * clock.
 */
#ifndef GRANTTY_PRACTICE_RATE_LIMIT_H
#define GRANTTY_PRACTICE_RATE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

enum {
	RATE_LIMIT_MAX = 5, /* wrong codes before an address must wait */
	RATE_LIMIT_PEERS = 256
};

#define RATE_LIMIT_WINDOW_MS (INT64_C(60) * 1000)

struct rate_limit {
	struct {
		char peer[64];
		int wrong;
		int64_t until_ms; /* dropped after this */
	} peers[RATE_LIMIT_PEERS];
};

/* True if that address may try another code. */
bool rate_limit_allow(const struct rate_limit *rate_limit, const char *peer,
		      int64_t now_ms);

/* Records a wrong code from that address. */
void rate_limit_wrong(struct rate_limit *rate_limit, const char *peer,
		      int64_t now_ms);

#endif
