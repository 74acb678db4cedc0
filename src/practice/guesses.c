/* SPDX-License-Identifier: MIT */
/*
 * Counts wrong user codes by address, see guesses.h. Knows nothing of pages
 * and codes.
 */
#include "config.h"

#include "practice/guesses.h"

#include <stdio.h>
#include <string.h>

bool guesses_allow(const struct guesses *guesses, const char *peer,
		   int64_t now_ms)
{
	for (int i = 0; i < GUESSES_PEERS; i++)
		if (guesses->peers[i].until_ms > now_ms &&
		    strcmp(guesses->peers[i].peer, peer) == 0)
			return guesses->peers[i].wrong < GUESSES_MAX;
	return true;
}

void guesses_wrong(struct guesses *guesses, const char *peer, int64_t now_ms)
{
	int place = 0;

	/* The address's own place, else the one that is forgotten first. */
	for (int i = 0; i < GUESSES_PEERS; i++) {
		if (guesses->peers[i].until_ms > now_ms &&
		    strcmp(guesses->peers[i].peer, peer) == 0) {
			guesses->peers[i].wrong++;
			return;
		}
		if (guesses->peers[i].until_ms < guesses->peers[place].until_ms)
			place = i;
	}
	snprintf(guesses->peers[place].peer, sizeof guesses->peers[place].peer,
		 "%s", peer);
	guesses->peers[place].wrong = 1;
	guesses->peers[place].until_ms = now_ms + GUESSES_WINDOW_MS;
}
