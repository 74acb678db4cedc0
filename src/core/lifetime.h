/* SPDX-License-Identifier: MIT */
/*
 * How long an access token is good, and when to renew it.
 */
#ifndef GRANTTY_CORE_LIFETIME_H
#define GRANTTY_CORE_LIFETIME_H

#include <stdbool.h>
#include <stdint.h>

struct event;
struct session_data;

struct lifetime {
	int64_t expires_ms; /* NEVER_MS: nobody said, only a 401 will tell */
	int64_t refresh_ms; /* when to renew it, at the soonest */
	bool by_wall;	    /* so says a time that was stored */
};

/* There is no token. */
void lifetime_forget(struct lifetime *life);

/* The tokens of data have just come: plans with what their answer said, and
 * sets the times that data keeps. seed: see jitter_ms(). */
void lifetime_begin(struct lifetime *life, struct session_data *data,
		    const struct event *event, uint64_t *seed);

/* They come from the store: plans with the times that data keeps. A wall
 * clock's word is only a hint. */
void lifetime_resume(struct lifetime *life, const struct session_data *data,
		     const struct event *event, uint64_t *seed);

/*
 * The wall clock was set. A plan by it is made again; else the times that data
 * keeps are put right. True where others would be misled by what is stored.
 */
bool lifetime_clock_set(struct lifetime *life, struct session_data *data,
			const struct event *event, uint64_t *seed);

/* Whether the token is good for that long. */
bool lifetime_lasts(const struct lifetime *life, int64_t now_ms, int64_t ms);

#endif
