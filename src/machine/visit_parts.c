/* SPDX-License-Identifier: MIT */
/*
 * Operations that change a visit's stage.
 */
#include "config.h"

#include "machine/visit_parts.h"

#include "machine/event.h"
#include "machine/flow.h"
#include "oauth/allow.h"
#include "oauth/verdict.h"

enum visit_reason visit_reason_of(const struct oauth_failure *oauth_failure)
{
	if (oauth_failure == NULL)
		return REASON_NO_NETWORK;
	if (oauth_failure->reached)
		return REASON_BUSY;
	if (oauth_failure->not_yet_valid)
		return REASON_CLOCK;
	return oauth_failure->no_trust ? REASON_NO_TRUST : REASON_NO_NETWORK;
}

enum visit_result visit_result_of(enum visit_reason reason)
{
	switch (reason) {
	case REASON_NO_NETWORK:
	case REASON_CLOCK:
	case REASON_NO_TRUST:
	case REASON_BUSY:
		return RESULT_UNREACHABLE;
	case REASON_NOT_SET_UP:
		return RESULT_MISCONFIGURED;
	case REASON_NOT_ALLOWED:
		return RESULT_NOT_ALLOWED;
	case REASON_SAID_NO:
	case REASON_UNCONFIRMED:
		return RESULT_UNCONFIRMED;
	case REASON_DENIED:
		return RESULT_DENIED;
	case REASON_EXPIRED:
		return RESULT_EXPIRED;
	case REASON_NONE:
	case REASON_REFUSED:
	case REASON_UNUSABLE:
	case REASON_NO_PROFILE:
	case REASON_UNKNOWN_USER:
	case REASON_NOT_SAVED:
	case REASON_NOT_KEPT:
	case REASON_NOT_REMOVED:
		break;
	}
	return RESULT_FAILED;
}

/* True if another user may be there from that stage on. The stages that a
 * program begins with are left out: an operator has to see what they log. */
static bool begins_visit(const struct visit *visit, enum visit_stage stage)
{
	switch (visit->stage) {
	case VISIT_WELCOME:
	case VISIT_ARRIVING:
	case VISIT_CONFIRM:
	case VISIT_PROFILE:
	case VISIT_LEAVING:
	case VISIT_TROUBLE:
		return stage == VISIT_PREPARING || stage == VISIT_WELCOME ||
		       stage == VISIT_STARTING || stage == VISIT_SIGN_IN;
	case VISIT_SIGN_IN:
		return stage == VISIT_WELCOME;
	case VISIT_PREPARING:
	case VISIT_RESUMING:
	case VISIT_STARTING:
	case VISIT_OVER:
		break;
	}
	return false;
}

void visit_greet(struct visit *visit, struct action *action)
{
	if (visit->policy.once)
		return;
	action->new_visit = true;
	visit->number++;
	if (visit->policy.greet != NULL)
		visit->policy.greet(visit->policy.self);
}

void visit_move(struct visit *visit, enum visit_stage stage,
		enum visit_result result, struct action *action)
{
	action_moved(action, &visit_stages, visit->stage, stage);
	if (begins_visit(visit, stage))
		visit_greet(visit, action);
	visit->stage = stage;
	visit->result = result;
	visit->reason = REASON_NONE;
	visit->retry_ms = NEVER_MS;
	visit->no_trust = false;
}

void visit_ignore(const struct visit *visit, const struct event *event,
		  struct action *action)
{
	action_ignored(action, &visit_stages, visit->stage, event->kind);
}

void visit_cancel_flow(struct visit *visit, const struct event *event,
		       struct action *action)
{
	const struct event cancel = event_as(event, EVENT_CANCEL);

	flow_step(visit->flow, &cancel, action);
}

bool visit_restricts_users(const struct visit *visit)
{
	return visit->policy.allow != NULL && allow_is_set(visit->policy.allow);
}

int64_t visit_sign_out_ms(const struct visit *visit)
{
	if (visit->stage != VISIT_PROFILE ||
	    visit->policy.sign_out_after_ms == 0)
		return NEVER_MS;
	return visit->touched_ms + visit->policy.sign_out_after_ms;
}
