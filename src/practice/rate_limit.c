/* SPDX-License-Identifier: MIT */
/*
 * Counts wrong user codes by address, see rate_limit.h. Knows no pages and
 * codes.
 */
#include "config.h"

#include "practice/rate_limit.h"

#include <stdio.h>
#include <string.h>

bool rate_limit_allow(const struct rate_limit *rate_limit, const char *peer,
		      int64_t now_ms)
{
	for (int i = 0; i < RATE_LIMIT_PEERS; i++)
		if (rate_limit->peers[i].until_ms > now_ms &&
		    strcmp(rate_limit->peers[i].peer, peer) == 0)
			return rate_limit->peers[i].wrong < RATE_LIMIT_MAX;
	return true;
}

void rate_limit_wrong(struct rate_limit *rate_limit, const char *peer,
		      int64_t now_ms)
{
	int place = 0;

	/* The address's own entry, else the one that expires first. */
	for (int i = 0; i < RATE_LIMIT_PEERS; i++) {
		if (rate_limit->peers[i].until_ms > now_ms &&
		    strcmp(rate_limit->peers[i].peer, peer) == 0) {
			rate_limit->peers[i].wrong++;
			return;
		}
		if (rate_limit->peers[i].until_ms <
		    rate_limit->peers[place].until_ms)
			place = i;
	}
	snprintf(rate_limit->peers[place].peer,
		 sizeof rate_limit->peers[place].peer, "%s", peer);
	rate_limit->peers[place].wrong = 1;
	rate_limit->peers[place].until_ms = now_ms + RATE_LIMIT_WINDOW_MS;
}
