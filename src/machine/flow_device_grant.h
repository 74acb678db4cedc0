/* SPDX-License-Identifier: MIT */
/*
 * The device authorization grant (RFC 8628): the user enters a code. Each
 * function handles only its own event. For flow.c alone.
 */
#ifndef GRANTTY_MACHINE_FLOW_DEVICE_GRANT_H
#define GRANTTY_MACHINE_FLOW_DEVICE_GRANT_H

#include <stdbool.h>

#include "machine/flow_parts.h"

/* Requests a code; handles the reply. */
void device_grant_request(struct flow *flow, const struct event *event,
			  struct action *action);
void device_grant_answered(struct flow *flow, const struct event *event,
			   struct action *action);

/* Polls for tokens; handles the reply. */
void device_grant_poll(struct flow *flow, const struct event *event,
		       struct action *action);
void device_grant_polled(struct flow *flow, const struct event *event,
			 struct action *action);

/* The code has expired by the clock. A resumed code that was not polled for, so
 * that no user of this run can have used it, is replaced by another one. */
void device_grant_over(struct flow *flow, const struct event *event,
		       struct action *action);

/* Waits for the next poll after a reply that only said how to send requests. */
void device_grant_wait(struct flow *flow, const struct event *event,
		       struct action *action);

/* flow_resume() when there is a record. */
bool device_grant_resume(struct flow *flow, const struct event *event,
			 struct action *action);

#endif
