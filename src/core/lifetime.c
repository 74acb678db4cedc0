/* SPDX-License-Identifier: MIT */
/*
 * Early enough to be there before anybody misses it, and not all at the same
 * moment.
 */
#include "config.h"

#include "core/lifetime.h"

#include <stddef.h>

#include "core/exchange.h"
#include "core/session_data.h"

/* Renew this long before expiry, or a tenth of the lifetime, if that is
 * shorter. */
#define REFRESH_LEAD_MS 300000

/* A stored expires_at comes from a wall clock that may have been wrong. */
#define LIFE_MAX_S (90 * 86400)

/* Stored times that are off by no more than this mislead nobody. */
#define OFF_MAX_S 60

void lifetime_forget(struct lifetime *life)
{
	life->expires_ms = NEVER_MS;
	life->refresh_ms = NEVER_MS;
}

/* life_s from now; 0: not known. */
static void plan(struct lifetime *life, const struct session_data *data,
		 int64_t life_s, int64_t now_ms, uint64_t *seed)
{
	int64_t life_ms = life_s * 1000;
	int64_t lead_ms = sooner_ms(life_ms / 10, REFRESH_LEAD_MS);

	if (life_s == 0) {
		lifetime_forget(life);
		return;
	}
	life->expires_ms = now_ms + life_ms;
	life->refresh_ms = life->expires_ms;
	if (data->tokens.refresh_token != NULL)
		life->refresh_ms -= lead_ms + jitter_ms(seed, lead_ms / 2 + 1);
}

void lifetime_begin(struct lifetime *life, struct session_data *data,
		    const struct event *event, uint64_t *seed)
{
	int64_t life_s = data->tokens.expires_in_s;
	int64_t refresh_life_s = data->tokens.refresh_expires_in_s;

	life->by_wall = false;
	data->expires_at = life_s > 0 ? event->wall_s + life_s : 0;
	if (refresh_life_s > 0)
		data->refresh_expires_at = event->wall_s + refresh_life_s;
	plan(life, data, life_s, event->now_ms, seed);
}

void lifetime_resume(struct lifetime *life, const struct session_data *data,
		     const struct event *event, uint64_t *seed)
{
	int64_t life_s = data->expires_at - event->wall_s;

	life->by_wall = true;
	if (data->expires_at == 0)
		life_s = 0;
	else if (life_s > LIFE_MAX_S)
		life_s = LIFE_MAX_S;
	else if (life_s < 1)
		life_s = -1; /* over, however long ago */
	plan(life, data, life_s, event->now_ms, seed);
}

bool lifetime_clock_set(struct lifetime *life, struct session_data *data,
			const struct event *event, uint64_t *seed)
{
	int64_t off_s;

	if (life->by_wall) {
		lifetime_resume(life, data, event, seed);
		return false;
	}
	if (life->expires_ms == NEVER_MS)
		return false;
	off_s = event->wall_s + (life->expires_ms - event->now_ms) / 1000 -
		data->expires_at;
	data->expires_at += off_s;
	if (data->refresh_expires_at != 0)
		data->refresh_expires_at += off_s;
	return off_s < -OFF_MAX_S || off_s > OFF_MAX_S;
}

bool lifetime_lasts(const struct lifetime *life, int64_t now_ms, int64_t ms)
{
	return life->expires_ms == NEVER_MS || life->expires_ms - now_ms > ms;
}
