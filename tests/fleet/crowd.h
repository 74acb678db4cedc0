/* SPDX-License-Identifier: MIT */
/*
 * A fleet of kiosks and the people who come to them, in virtual time: each
 * kiosk is the very machine (core/visit) that the program runs.
 */
#ifndef GRANTTY_TESTS_FLEET_CROWD_H
#define GRANTTY_TESTS_FLEET_CROWD_H

#include <stddef.h>
#include <stdint.h>

#include "authority.h"
#include "day.h"

struct crowd;
struct provider;

/* What came of the day. */
struct outcome {
	uint64_t steps; /* of the machines */
	uint64_t visitors, signed_in, denied, left, turned_away;
	/* How long people waited, in milliseconds: from their key to the code,
	 * and from their approval to the profile. Of those to whom the
	 * provider was there all the time. */
	int64_t worst_code_ms, worst_profile_ms;
	int64_t waited_code_ms, waited_profile_ms; /* in all */
};

/* Everything is borrowed. seed: any number; the same one gives the same day. */
struct crowd *crowd_new(const struct day *day, struct provider *provider,
			struct authority *authority, uint64_t seed);
void crowd_free(struct crowd *crowd);

/* Lets the day pass. */
void crowd_run(struct crowd *crowd, struct outcome *outcome);

/* What one flow takes with a code on show, in bytes. */
size_t crowd_flow_bytes(const struct provider *provider,
			struct authority *authority);

#endif
