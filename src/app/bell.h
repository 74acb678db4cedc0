/* SPDX-License-Identifier: MIT */
/*
 * When to ring the bell (screen.bell): once for each sign-in that is approved,
 * refused or expired.
 */
#ifndef GRANTTY_APP_BELL_H
#define GRANTTY_APP_BELL_H

#include <stdbool.h>

struct visit;

/* How the last sign-in ended; {0} at the beginning. */
struct bell {
	enum bell_end {
		BELL_OPEN,
		BELL_APPROVED,
		BELL_REFUSED,
		BELL_EXPIRED
	} end;
};

/* Takes note of what the visit has become. True if that is to be heard. A code
 * that is renewed automatically is not: a screen that nobody uses stays
 * quiet. */
bool bell_is_due(struct bell *bell, const struct visit *visit);

#endif
