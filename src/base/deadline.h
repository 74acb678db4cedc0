/* SPDX-License-Identifier: MIT */
/*
 * When to wake up: comparing deadlines, and how long to wait before a retry.
 * Reads no clock: the caller passes times in milliseconds of CLOCK_BOOTTIME.
 */
#ifndef GRANTTY_BASE_DEADLINE_H
#define GRANTTY_BASE_DEADLINE_H

#include <stdint.h>

/* No deadline: wait for an event. */
#define NEVER_MS INT64_MAX

/* The later and the sooner of two times; NEVER_MS is later than any other. */
int64_t later_ms(int64_t a_ms, int64_t b_ms);
int64_t sooner_ms(int64_t a_ms, int64_t b_ms);

/*
 * A pseudo-random number in [0, span), for jitter: kiosks that start together
 * must not poll together (RFC 8628 section 3.5 limits how often clients poll).
 * Not for secrets.
 */
int64_t jitter_ms(uint64_t *seed, int64_t span);

/* How long to wait after that many consecutive failures: base_ms, doubled for
 * each failure after the first up to max_ms, plus up to half of that at
 * random. */
int64_t back_off_ms(uint64_t *seed, int failures, int64_t base_ms,
		    int64_t max_ms);

#endif
