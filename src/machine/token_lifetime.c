/* SPDX-License-Identifier: MIT */
/*
 * Renews early enough that no request finds the token expired, and with jitter.
 */
#include "config.h"

#include "machine/token_lifetime.h"

#include <stddef.h>

#include "machine/event.h"
#include "machine/session_data.h"

/* Renew this long before expiry, or a tenth of the lifetime if that is
 * shorter. */
#define REFRESH_LEAD_MS 300000

/* If each new token has expired when it is issued, renew no more often than
 * this, and only rarely in the long run. */
#define SPENT_MS 2000
#define SPENT_MAX_MS 300000

/* A stored expires_at may come from a wrong wall clock. */
#define LIFE_MAX_S (90 * 86400)

/* Stored times that are wrong by no more than this do no harm. */
#define OFF_MAX_S 60

void token_lifetime_forget(struct token_lifetime *life)
{
	life->expires_ms = NEVER_MS;
	life->refresh_ms = NEVER_MS;
	life->spent = 0;
}

/* Plans for life_s seconds from now; 0: unknown. */
static void plan(struct token_lifetime *life, const struct session_data *data,
		 int64_t life_s, int64_t now_ms, uint64_t *seed)
{
	int64_t life_ms = life_s * 1000;
	int64_t lead_ms = sooner_ms(life_ms / 10, REFRESH_LEAD_MS);

	if (life_s == 0) {
		token_lifetime_forget(life);
		return;
	}
	life->expires_ms = now_ms + life_ms;
	life->refresh_ms = life->expires_ms;
	if (data->tokens.refresh_token != NULL)
		life->refresh_ms -= lead_ms + jitter_ms(seed, lead_ms / 2 + 1);
}

static void begin_spent(struct token_lifetime *life, struct session_data *data,
			const struct event *event, uint64_t *seed)
{
	/* It replaced another one, which may also have come from the store. */
	bool renewed = life->expires_ms != NEVER_MS;

	if (life->spent == 0 && renewed)
		life->spent = 1;
	data->expires_at = event->wall_s;
	life->expires_ms = life->refresh_ms = event->now_ms;
	if (life->spent > 0)
		life->refresh_ms +=
			back_off_ms(seed, life->spent, SPENT_MS, SPENT_MAX_MS);
	life->spent++;
}

void token_lifetime_begin(struct token_lifetime *life,
			  struct session_data *data, const struct event *event,
			  uint64_t *seed)
{
	int64_t life_s = data->tokens.expires_in_s;
	int64_t refresh_life_s = data->tokens.refresh_expires_in_s;

	life->by_wall = false;
	data->expires_at = life_s > 0 ? event->wall_s + life_s : 0;
	if (refresh_life_s > 0)
		data->refresh_expires_at = event->wall_s + refresh_life_s;
	if (data->tokens.over && data->tokens.refresh_token != NULL) {
		begin_spent(life, data, event, seed);
		return;
	}
	life->spent = 0;
	plan(life, data, life_s, event->now_ms, seed);
}

void token_lifetime_resume(struct token_lifetime *life,
			   const struct session_data *data,
			   const struct event *event, uint64_t *seed)
{
	int64_t life_s = data->expires_at - event->wall_s;

	life->by_wall = true;
	if (data->expires_at == 0)
		life_s = 0;
	else if (life_s > LIFE_MAX_S)
		life_s = LIFE_MAX_S;
	else if (life_s < 1)
		life_s = -1; /* expired, no matter how long ago */
	plan(life, data, life_s, event->now_ms, seed);
}

bool token_lifetime_clock_set(struct token_lifetime *life,
			      struct session_data *data,
			      const struct event *event, uint64_t *seed)
{
	int64_t off_s;

	if (life->by_wall) {
		token_lifetime_resume(life, data, event, seed);
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

bool token_lifetime_lasts(const struct token_lifetime *life, int64_t now_ms,
			  int64_t ms)
{
	return life->expires_ms == NEVER_MS || life->expires_ms - now_ms > ms;
}

bool token_lifetime_is_usable(const struct session_data *data,
			      const struct event *event, int64_t ms)
{
	struct token_lifetime life;
	uint64_t seed = 0; /* no renewal is planned */

	token_lifetime_forget(&life);
	token_lifetime_resume(&life, data, event, &seed);
	return !data->refreshing && !data->signing_out &&
	       token_lifetime_lasts(&life, event->now_ms, ms);
}
