/* SPDX-License-Identifier: MIT */
/*
 * What both grants do, and their final states. Does not know how messages look
 * or how they are sent.
 */
#include "config.h"

#include "machine/flow_parts.h"

#include "base/err.h"
#include "base/mem.h"
#include "oauth/provider.h"

void flow_forget_code(struct flow *flow)
{
	if (flow->pending.code.device_code != NULL || flow->record != NULL)
		flow->changes++;
	pending_free(&flow->pending);
	secret_free(flow->record);
	flow->record = NULL;
	authorization_free(&flow->authorization);
	secret_free(flow->code_value);
	flow->code_value = NULL;
	dpop_free(&flow->dpop);
	flow->polled = false;
	flow->crossings = 0;
	flow->origin = ORIGIN_REQUESTED;
}

int64_t poll_wait_ms(const struct flow *flow)
{
	return interval_ms(flow) + later_ms(flow->provider->poll_margin_ms,
					    flow->learned_margin_ms);
}

void flow_move(struct flow *flow, enum flow_state state, int64_t due_ms,
	       struct action *action)
{
	action_moved(action, &flow_states, flow->state, state);
	flow->state = state;
	flow->due_ms = due_ms;
}

void flow_send(struct request *request, struct action *action)
{
	action->kind = ACTION_SEND;
	action->request = request;
}

void flow_send_proved(const struct flow *flow, struct request *request,
		      int64_t wall_s, struct action *action)
{
	dpop_prove(&flow->dpop, DPOP_ISSUER, request, flow->pending.dpop_key,
		   NULL, wall_s);
	flow_send(request, action);
}

void flow_fail(struct flow *flow, enum flow_failure failure,
	       struct action *action)
{
	flow->failure = failure;
	flow_forget_code(flow);
	flow_move(flow, FLOW_FAILED, NEVER_MS, action);
	if (flow->oauth_failure != NULL)
		action_note(action, LEVEL_ERROR, "%s",
			    flow->oauth_failure->err.text);
}

void flow_expire(struct flow *flow, struct action *action)
{
	/* If a code expired and no poll was answered, this says nothing about
	 * the user: the network was the cause. */
	if (flow->polled && flow->origin != ORIGIN_ANSWERED &&
	    flow->oauth_failure != NULL) {
		flow_fail(flow, FAILURE_UNREACHABLE, action);
		return;
	}
	flow_forget_code(flow);
	flow_move(flow, FLOW_EXPIRED, NEVER_MS, action);
	action_note(action, LEVEL_WARN, "%s",
		    flow->provider->code_grant ? "the address expired unused"
					       : "the code expired unused");
}

void flow_grant(struct flow *flow, struct action *action)
{
	flow->failures = 0;
	oauth_failure_drop(&flow->oauth_failure);
	flow->codes = 0;
	flow_forget_code(flow);
	flow_move(flow, FLOW_GRANTED, NEVER_MS, action);
	if (provider_wants_offline(flow->provider) &&
	    flow->tokens.refresh_token == NULL)
		action_note(action, LEVEL_WARN,
			    "approved, but without a refresh token, although "
			    "the scope has offline_access: check that the "
			    "client may use the refresh_token grant");
	else
		action_note(action, LEVEL_INFO, "approved");
}

void flow_deny(struct flow *flow, struct action *action)
{
	flow_forget_code(flow);
	flow_move(flow, FLOW_DENIED, NEVER_MS, action);
	action_note(action, LEVEL_WARN, "denied by the user");
}
