/* SPDX-License-Identifier: MIT */
/*
 * How long an access token is valid, and when to renew it.
 */
#ifndef GRANTTY_MACHINE_TOKEN_LIFETIME_H
#define GRANTTY_MACHINE_TOKEN_LIFETIME_H

#include <stdbool.h>
#include <stdint.h>

struct event;
struct session_data;

struct token_lifetime {
	int64_t expires_ms; /* NEVER_MS: unknown; only a 401 will tell */
	int64_t refresh_ms; /* the earliest time to renew it */
	bool by_wall;	    /* based on a stored wall-clock time */
	int spent;	    /* tokens in a row that had expired when issued */
};

/* Forgets the token's times: there is no token. */
void token_lifetime_forget(struct token_lifetime *life);

/* Plans by the response for tokens that have just been received in data, and
 * sets the times stored in data. A token that has already expired when issued
 * is renewed at once if it is the first; further ones are renewed at growing
 * intervals. If there is no refresh token, it may still be valid: its lifetime
 * is then unknown. seed: see jitter_ms(). */
void token_lifetime_begin(struct token_lifetime *life,
			  struct session_data *data, const struct event *event,
			  uint64_t *seed);

/* Plans by the times in data for tokens from the store. Wall-clock times are
 * only a hint. */
void token_lifetime_resume(struct token_lifetime *life,
			   const struct session_data *data,
			   const struct event *event, uint64_t *seed);

/*
 * Call when the wall clock was set. Plans again if the plan is based on stored
 * times; otherwise corrects the times in data. True if the stored times would
 * now mislead other processes.
 */
bool token_lifetime_clock_set(struct token_lifetime *life,
			      struct session_data *data,
			      const struct event *event, uint64_t *seed);

/* True if the token is valid for at least ms more. */
bool token_lifetime_lasts(const struct token_lifetime *life, int64_t now_ms,
			  int64_t ms);

/*
 * True if the access token in data, from the store, can be used for at least ms
 * more without a request. False while a refresh is under way, or when one was
 * interrupted: the token may then be void.
 */
bool token_lifetime_is_usable(const struct session_data *data,
			      const struct event *event, int64_t ms);

#endif
