/* SPDX-License-Identifier: MIT */
/*
 * The authorization code grant (RFC 6749 section 4.1): the user opens a URI.
 * Each function handles only its own event. For flow.c alone.
 */
#ifndef GRANTTY_MACHINE_FLOW_CODE_GRANT_H
#define GRANTTY_MACHINE_FLOW_CODE_GRANT_H

#include <stdint.h>

#include "machine/flow_parts.h"

/* Makes and shows a URI; handles EVENT_REDIRECT. */
void code_grant_show(struct flow *flow, int64_t now_ms, struct action *action);
void code_grant_redirected(struct flow *flow, const struct event *event,
			   struct action *action);

/* Exchanges the code from the redirect for tokens; handles the reply. */
void code_grant_exchange(struct flow *flow, const struct event *event,
			 struct action *action);
void code_grant_exchanged(struct flow *flow, const struct event *event,
			  struct action *action);

#endif
