/* SPDX-License-Identifier: MIT */
/*
 * When a screen that may be unattended requests another code. RFC 8628 section
 * 3.5 demands restraint, and so does a provider that serves many screens.
 */
#ifndef GRANTTY_MACHINE_PACING_H
#define GRANTTY_MACHINE_PACING_H

#include <stdbool.h>
#include <stdint.h>

struct pacing {
	uint64_t seed;
	int limit;	/* renewals without a user; 0: no limit */
	bool needs_key; /* if so, a limit of 0 means no renewals */
	int renewals;	/* codes that expired since the last sign of a user */
	int failures;	/* failures in a row */
	int64_t request_ms; /* no key press requests a code before this */
};

/* There is a user at the screen. */
void pacing_user_noticed(struct pacing *pacing);

/* Everything works: the next failure or expiry counts as the first one. */
void pacing_reset_failures(struct pacing *pacing);

/* Key presses cannot request codes faster than this allows: whether it is too
 * soon for another code; records that one is being requested. */
bool pacing_is_too_soon(const struct pacing *pacing, int64_t now_ms);
void pacing_requested(struct pacing *pacing, int64_t now_ms);

/* When a program that starts at now_ms requests its first code: after a random
 * delay if the machine has just booted, because many may have booted
 * together. */
int64_t pacing_first(struct pacing *pacing, int64_t now_ms);

/* When to replace a code that has just expired unused. The first few are
 * replaced at once, later ones after growing pauses; NEVER_MS: only after a key
 * press. */
int64_t pacing_renewal(struct pacing *pacing, int64_t now_ms);

/* True if a code that expires now would be replaced. */
bool pacing_will_renew(const struct pacing *pacing);

/* True if the next code requires a key press. */
bool pacing_needs_user(const struct pacing *pacing);

/* When to retry something that has just failed: after about base_ms, and after
 * longer and longer delays if it keeps failing. */
int64_t pacing_retry(struct pacing *pacing, int64_t base_ms, int64_t now_ms);

#endif
