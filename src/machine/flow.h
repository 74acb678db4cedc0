/* SPDX-License-Identifier: MIT */
/*
 * Obtains tokens, as a pure state machine: by the device authorization grant
 * (RFC 8628), or, if the provider is configured for it, by the authorization
 * code grant (RFC 6749 section 4.1), which waits for a browser redirect instead
 * of polling. Ends with tokens or with the reason why there are none. Reads no
 * clock and does no I/O; event.h has its inputs and outputs.
 */
#ifndef GRANTTY_MACHINE_FLOW_H
#define GRANTTY_MACHINE_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/event.h"
#include "machine/flow_state.h"
#include "oauth/oauth_answer.h"

struct provider;
struct flow;

/*
 * Creates a flow for the provider, which must outlive it. patience: how many
 * device authorization requests in a row may fail before it gives up; 0: no
 * limit. seed: any number, for the jitter that spreads out many kiosks.
 */
struct flow *flow_new(const struct provider *provider, int patience,
		      uint64_t seed);
void flow_free(struct flow *flow); /* wipes; NULL is fine */

/*
 * Handles an event: EVENT_START requests a (new) code in any state,
 * EVENT_CANCEL returns to idle, EVENT_REPLY and EVENT_TICK continue, and so
 * does EVENT_CLOCK if a wrong clock may have caused a delay. Other events are
 * ignored. Adds its requests to *action, which the caller has cleared.
 */
void flow_step(struct flow *flow, const struct event *event,
	       struct action *action);

/*
 * Supplies, before the first EVENT_START, what flow_record() returned in an
 * earlier run: flow_resume() continues it, EVENT_START and EVENT_CANCEL discard
 * it. boot: the boot ID that event times count from, "" if unknown.
 */
void flow_recall(struct flow *flow, const char *record, const char *boot);

/* Continues with the recalled code. False if there is none, or if it is no
 * longer valid; *action then has the reason. */
bool flow_resume(struct flow *flow, const struct event *event,
		 struct action *action);

/* The displayed code for a later run, as long as it can be approved; the caller
 * owns it (secret_free). NULL if there is no code to continue with; an
 * authorization URI is not kept. */
char *flow_record(const struct flow *flow, const char *boot);

/* Grows whenever flow_record() would return something different. */
unsigned flow_changes(const struct flow *flow);

/*
 * Supplies, before the first poll, what flow_margin_record() returned in an
 * earlier run: how much longer than the interval this provider needs between
 * polls. Ignored if it is damaged or from another provider, or if the
 * configuration sets provider.poll_margin_ms.
 */
void flow_recall_margin(struct flow *flow, const char *record, size_t len);

/* What this run has learned about that from a slow_down, as one line for the
 * next run; the caller owns it. NULL: nothing. */
char *flow_margin_record(const struct flow *flow);

/* When it needs the next EVENT_TICK; NEVER_MS while it waits for a reply. */
int64_t flow_deadline(const struct flow *flow);

/* What it waits for. FLOW_IDLE waits for the user. */
enum liveness flow_liveness(const struct flow *flow);

enum flow_state flow_state(const struct flow *flow);
const char *flow_state_name(enum flow_state state);
enum flow_failure flow_failure(const struct flow *flow);

/* The displayed code, borrowed; NULL if there is none. */
const struct device_code *flow_code(const struct flow *flow);

/* The authorization URI that the user opens, borrowed; NULL with the device
 * grant and if there is none. */
const char *flow_authorization_uri(const struct flow *flow);

/* The total lifetime of the displayed code or URI, in milliseconds. */
int64_t flow_lifetime_ms(const struct flow *flow);

/* When the displayed code or URI expires, counted from when it was
 * requested. */
int64_t flow_expires_ms(const struct flow *flow);

/* How many codes were displayed since the flow was last idle (more than 1: this
 * one replaced an older one). */
unsigned flow_codes(const struct flow *flow);

/* What the last failed reply said, until one succeeds; NULL if none failed. */
const struct oauth_failure *flow_oauth_failure(const struct flow *flow);

/* Moves the tokens to the caller; only in FLOW_GRANTED, and only once. */
void flow_take_tokens(struct flow *flow, struct tokens *tokens);

#endif
