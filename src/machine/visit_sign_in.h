/* SPDX-License-Identifier: MIT */
/*
 * How a visit gets a code, and what happens when the flow ends. For visit.c and
 * visit_signed_in.c alone.
 */
#ifndef GRANTTY_MACHINE_VISIT_SIGN_IN_H
#define GRANTTY_MACHINE_VISIT_SIGN_IN_H

#include <stdbool.h>
#include <stdint.h>

#include "machine/visit_parts.h"

struct event;
struct oauth_failure;

/* Begins the visit: finds the endpoints, then a stored session. */
void sign_in_begin(struct visit *visit, const struct event *event,
		   struct action *action);

/* Starts the sign-in, the first and each later one. */
void sign_in_start(struct visit *visit, const struct event *event,
		   struct action *action);

/* The user wants a code. */
void sign_in_request_code(struct visit *visit, const struct event *event,
			  struct action *action);

/* Acts on the current state of the flow. */
void sign_in_follow_flow(struct visit *visit, const struct event *event,
			 struct action *action);

/* Ends a login; a kiosk shows the trouble and retries at retry_ms. */
void sign_in_retry_later(struct visit *visit, enum visit_reason reason,
			 const char *details, int64_t retry_ms,
			 struct action *action);

/* In VISIT_TROUBLE: true if it returns to the welcome screen by itself. */
bool sign_in_returns(const struct visit *visit);

/* The same for what only an operator can fix. oauth_failure: details, or
 * NULL. */
void sign_in_failed(struct visit *visit, enum visit_reason reason,
		    const struct oauth_failure *oauth_failure,
		    const struct event *event, struct action *action);

/* When to retry after one more failure. */
int64_t sign_in_retry_ms(struct visit *visit, int64_t base_ms,
			 const struct event *event);

/* Handle any event in VISIT_PREPARING, VISIT_STARTING, VISIT_SIGN_IN and
 * VISIT_TROUBLE. */
void sign_in_step_preparing(struct visit *visit, const struct event *event,
			    struct action *action);
void sign_in_step_starting(struct visit *visit, const struct event *event,
			   struct action *action);
void sign_in_step_sign_in(struct visit *visit, const struct event *event,
			  struct action *action);
void sign_in_step_trouble(struct visit *visit, const struct event *event,
			  struct action *action);

#endif
