/* SPDX-License-Identifier: MIT */
/*
 * A user has approved, just now or in an earlier run. For visit.c alone.
 */
#ifndef GRANTTY_MACHINE_VISIT_SIGNED_IN_H
#define GRANTTY_MACHINE_VISIT_SIGNED_IN_H

#include "machine/visit_parts.h"

struct event;

/* Acts on the current state of the session. */
void signed_in_follow_session(struct visit *visit, const struct event *event,
			      struct action *action);

/* Handle any event while the user waits for the session to finish something, in
 * VISIT_CONFIRM, and in VISIT_PROFILE. */
void signed_in_step_session(struct visit *visit, const struct event *event,
			    struct action *action);
void signed_in_step_confirm(struct visit *visit, const struct event *event,
			    struct action *action);
void signed_in_step_profile(struct visit *visit, const struct event *event,
			    struct action *action);

#endif
