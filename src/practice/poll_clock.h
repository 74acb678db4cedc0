/* SPDX-License-Identifier: MIT */
/*
 * How authorization servers find out that a poll came before the interval was
 * over (RFC 8628 section 3.5): by real time, or by whole seconds in one of
 * several ways. Also the model for the tests in virtual time.
 */
#ifndef GRANTTY_PRACTICE_POLL_CLOCK_H
#define GRANTTY_PRACTICE_POLL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum poll_clock {
	POLL_CLOCK_REAL,
	/* Keeps whole seconds; as many as the interval are enough. */
	POLL_CLOCK_SECONDS,
	/* The same, but requires more of them than the interval. */
	POLL_CLOCK_MORE_SECONDS,
	/* Rounds the time of a poll up, and waits for the interval after it. */
	POLL_CLOCK_SECONDS_UP
};

enum { POLL_CLOCKS = 4 };

/* True if a poll at now_ms comes too early for such a server. last_ms: the poll
 * before; neither is negative. */
bool poll_clock_is_early(enum poll_clock poll_clock, int64_t last_ms,
			 int64_t now_ms, int64_t interval_ms);

#endif
