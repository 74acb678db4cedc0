/* SPDX-License-Identifier: MIT */
/*
 * How much restraint a screen shows that perhaps nobody looks at: when a code
 * is asked for again (RFC 8628 section 3.5 asks for it, and so do those who
 * have to serve all the others).
 */
#ifndef GRANTTY_CORE_RESTRAINT_H
#define GRANTTY_CORE_RESTRAINT_H

#include <stdbool.h>
#include <stdint.h>

struct restraint {
	uint64_t seed;
	int limit;	/* of renewals without a person; 0: none */
	bool needs_key; /* then 0 means that there are no renewals */
	int renewals;	/* codes that ran out since a person was noticed */
	int failures;	/* and what has failed, in a row */
	int64_t ask_ms; /* before this no key brings a code */
};

/* Somebody is there. */
void restraint_noticed(struct restraint *restraint);

/* All is well: whatever comes next is the first of its kind. */
void restraint_ease(struct restraint *restraint);

/* However often a key is pressed, codes are not asked for more often: whether
 * it is too soon for another, and that one is being asked for. */
bool restraint_is_too_soon(const struct restraint *restraint, int64_t now_ms);
void restraint_asked(struct restraint *restraint, int64_t now_ms);

/* When a program that starts now asks for its first code: a little later where
 * the machine was switched on just now, as perhaps all those around it were. */
int64_t restraint_first(struct restraint *restraint, int64_t now_ms);

/* When a code that ran out unused now is replaced. The first few are at once;
 * later ones after pauses that grow; NEVER_MS: on a key only. */
int64_t restraint_renewal(struct restraint *restraint, int64_t now_ms);

/* Whether the next code takes a person's key. */
bool restraint_needs_person(const struct restraint *restraint);

/* When something that has failed now is tried again: after base_ms or so, and
 * ever more seldom in a row. */
int64_t restraint_retry(struct restraint *restraint, int64_t base_ms,
			int64_t now_ms);

#endif
