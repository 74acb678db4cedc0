/* SPDX-License-Identifier: MIT */
/*
 * A fleet of kiosks and the people who come to them, in virtual time: each
 * kiosk is the very machine (machine/visit) that the program runs.
 */
#ifndef GRANTTY_TESTS_FLEET_CROWD_H
#define GRANTTY_TESTS_FLEET_CROWD_H

#include <stddef.h>
#include <stdint.h>

#include "authority.h"
#include "day.h"

struct fleet_sim;
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
struct fleet_sim *fleet_sim_new(const struct day *day,
				struct provider *provider,
				struct authority *authority, uint64_t seed);
void fleet_sim_free(struct fleet_sim *fleet_sim);

/* Lets the day pass. */
void fleet_sim_run(struct fleet_sim *fleet_sim, struct outcome *outcome);

/* What one flow takes with a code on show, in bytes. */
size_t fleet_sim_flow_bytes(const struct provider *provider,
			    struct authority *authority);

#endif
