/* SPDX-License-Identifier: MIT */
/*
 * The way to tokens as a pure state machine: the device authorization grant
 * (RFC 8628), or where the provider is set up for it the authorization code
 * grant (RFC 6749 section 4.1), which waits for a browser to come back instead
 * of polling. Ends in tokens or in the reason why there are none. Reads no
 * clock and does no I/O; see exchange.h for what goes in and comes out.
 */
#ifndef GRANTTY_CORE_FLOW_H
#define GRANTTY_CORE_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/exchange.h"
#include "core/oauth.h"

struct provider;
struct flow;

enum flow_state {
	FLOW_IDLE,	  /* nothing was asked for */
	FLOW_ASKING,	  /* the device authorization request is under way */
	FLOW_BACKING_OFF, /* that failed for now: waits to ask again */
	FLOW_WAITING,	  /* a code or an address is shown: waits for the next
			   * poll, or for the browser */
	FLOW_POLLING,	  /* a poll is under way */
	FLOW_EXCHANGING,  /* the code came back and is being exchanged */
	FLOW_GRANTED,	  /* flow_take_tokens() */
	FLOW_DENIED,	  /* the person said no */
	FLOW_EXPIRED,	  /* the code's time is up */
	FLOW_FAILED	  /* flow_refusal() says why */
};

/* Why FLOW_FAILED. */
enum flow_failure {
	FAILURE_NONE,
	FAILURE_UNREACHABLE,   /* network or provider out of reach */
	FAILURE_MISCONFIGURED, /* an operator has to mend something */
	FAILURE_REFUSED	       /* the provider will not, for its own reasons */
};

/*
 * A flow for that provider, which must outlive it. patience: how many device
 * authorization requests in a row may fail before it gives up; 0: never.
 * seed: any number, for the jitter that keeps kiosks apart.
 */
struct flow *flow_new(const struct provider *provider, int patience,
		      uint64_t seed);
void flow_free(struct flow *flow); /* wipes; NULL is fine */

/*
 * Takes an event in: EVENT_START asks for a (new) code in any state,
 * EVENT_CANCEL goes back to idle, EVENT_REPLY and EVENT_TICK move it on, and so
 * does EVENT_CLOCK where a wrong clock may have held it up; others are ignored.
 * Adds what it wants to *action, which the caller has cleared.
 */
void flow_step(struct flow *flow, const struct event *event,
	       struct action *action);

/*
 * Hands in, before the first EVENT_START, what flow_record() gave in an earlier
 * run: flow_resume() takes it up, EVENT_START and EVENT_CANCEL drop it. boot:
 * which start of the machine event times count from, "" where that is not
 * known.
 */
void flow_recall(struct flow *flow, const char *record, const char *boot);

/* Goes on with the code that was recalled. False where there is none, or none
 * that is good any more, which *action then says. */
bool flow_resume(struct flow *flow, const struct event *event,
		 struct action *action);

/* The code on show for another run, for as long as it can be approved; the
 * caller owns it (secret_free). NULL where there is nothing to go on with: an
 * address to open is not kept. */
char *flow_record(const struct flow *flow, const char *boot);

/* Grows whenever flow_record() gives something else than before. */
unsigned flow_changes(const struct flow *flow);

/* When it wants the next EVENT_TICK; NEVER_MS where it waits for a reply. */
int64_t flow_deadline(const struct flow *flow);

enum flow_state flow_state(const struct flow *flow);
const char *flow_state_name(enum flow_state state);
enum flow_failure flow_failure(const struct flow *flow);

/* The code on show, borrowed; NULL where there is none. */
const struct device_code *flow_code(const struct flow *flow);

/* The address that a person opens, borrowed; NULL with the device grant and
 * where there is none. */
const char *flow_authorization_uri(const struct flow *flow);

/* How long the code or address on show is good for in all, in milliseconds. */
int64_t flow_lifetime_ms(const struct flow *flow);

/* When that code or address runs out, counted from when its request was sent.
 */
int64_t flow_expires_ms(const struct flow *flow);

/* The present polling interval in milliseconds, without back-off. */
int64_t flow_interval_ms(const struct flow *flow);

/* How many codes were shown since the flow last rested (over 1: this one
 * replaced an older one), and how many polls were sent for this code. */
unsigned flow_codes(const struct flow *flow);
unsigned flow_polls(const struct flow *flow);

/* What the last bad answer said; stays until a good one. NULL: none. */
const struct refusal *flow_refusal(const struct flow *flow);

/* Moves the tokens out; only in FLOW_GRANTED, and once. */
void flow_take_tokens(struct flow *flow, struct tokens *tokens);

#endif
