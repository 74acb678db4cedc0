/* SPDX-License-Identifier: MIT */
/*
 * A limit on guessing user codes (RFC 8628 section 5.1): who enters too many
 * wrong ones has to wait. Keeps a bounded number of addresses. Reads no clock.
 */
#ifndef GRANTTY_PRACTICE_GUESSES_H
#define GRANTTY_PRACTICE_GUESSES_H

#include <stdbool.h>
#include <stdint.h>

enum {
	GUESSES_MAX = 5, /* wrong codes until an address has to wait */
	GUESSES_PEERS = 256
};

#define GUESSES_WINDOW_MS (INT64_C(60) * 1000)

struct guesses {
	struct {
		char peer[64];
		int wrong;
		int64_t until_ms; /* forgotten from then on */
	} peers[GUESSES_PEERS];
};

/* Whether that address may try another code. */
bool guesses_allow(const struct guesses *guesses, const char *peer,
		   int64_t now_ms);

/* A wrong code came from that address. */
void guesses_wrong(struct guesses *guesses, const char *peer, int64_t now_ms);

#endif
