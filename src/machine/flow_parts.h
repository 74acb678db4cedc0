/* SPDX-License-Identifier: MIT */
/*
 * The struct of a flow, and what both grants do with it. For flow.c and
 * flow_*.c alone. Knows neither grant: both build on this.
 */
#ifndef GRANTTY_MACHINE_FLOW_PARTS_H
#define GRANTTY_MACHINE_FLOW_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "machine/event.h"
#include "machine/flow_state.h"
#include "machine/pending.h"
#include "oauth/authorization.h"
#include "oauth/dpop.h"
#include "oauth/tokens.h"

/* How long an authorization URI is valid: long enough to open it in a browser,
 * short enough not to be found later. */
#define AUTHORIZATION_LIFETIME_MS 600000

/* Back-off after failed requests: doubles up to this maximum. */
#define REQUEST_BACKOFF_MS 2000
#define REQUEST_BACKOFF_MAX_MS 60000

/* Where the displayed code comes from. */
enum code_origin {
	ORIGIN_REQUESTED, /* requested by this run */
	ORIGIN_RESUMED,	  /* resumed from an earlier run */
	ORIGIN_ANSWERED /* the provider has answered a poll for it with an OAuth
			 * response */
};

struct flow {
	const struct provider *provider;
	struct authorization authorization;
	char *code_value; /* from the redirect; secret; NULL: none */
	struct pending pending;
	char *record; /* from an earlier run, not resumed yet; secret; NULL:
		       * none */
	char *boot;   /* the current boot ID; NULL: none */
	struct dpop dpop;
	struct tokens tokens;
	struct oauth_failure
		*oauth_failure; /* of the last reply; NULL after a good one */
	int64_t sent_ms;	/* when the device request was sent */
	int64_t due_ms;
	int64_t learned_margin_ms; /* for polls at this provider; 0: none */
	uint64_t seed;
	enum flow_state state;
	enum flow_failure failure;
	int patience;
	int failures;	    /* bad replies in a row */
	int dead_ends;	    /* how many of them in a row suggest that the URL is
			     * wrong */
	unsigned crossings; /* requests for this code that were lost because the
			     * server closed a kept connection */
	unsigned codes;
	bool polled;	  /* for this code */
	unsigned changes; /* of what flow_record() returns */
	enum code_origin origin;
	bool margin_is_new; /* learned by this run */
	bool pkce; /* on the device grant: as configured, or as the provider
		    * demanded */
};

/* The current polling interval. */
static inline int64_t interval_ms(const struct flow *flow)
{
	return flow->pending.code.interval_s * 1000;
}

/* How long to wait from an answer to the next poll. */
int64_t poll_wait_ms(const struct flow *flow);

/* The only place where the state changes. */
void flow_move(struct flow *flow, enum flow_state state, int64_t due_ms,
	       struct action *action);

/* Discards the displayed code and any record of an earlier run. */
void flow_forget_code(struct flow *flow);

/* Sends the request; the second with a DPoP proof for the key that tokens are
 * to be bound to. */
void flow_send(struct request *request, struct action *action);
void flow_send_proved(const struct flow *flow, struct request *request,
		      int64_t wall_s, struct action *action);

/* The final states. */
void flow_grant(struct flow *flow, struct action *action);
void flow_deny(struct flow *flow, struct action *action);
void flow_expire(struct flow *flow, struct action *action);
void flow_fail(struct flow *flow, enum flow_failure failure,
	       struct action *action);

#endif
