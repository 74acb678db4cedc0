/* SPDX-License-Identifier: MIT */
/*
 * What each event does in each state, and the ends of both grants. Knows
 * nothing of how messages look or travel.
 */
#include "config.h"

#include "core/flow.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "core/flow_parts.h"
#include "core/provider.h"

static const char *const state_names[] = {
	[FLOW_IDLE] = "idle",
	[FLOW_ASKING] = "asking",
	[FLOW_BACKING_OFF] = "backing-off",
	[FLOW_WAITING] = "waiting",
	[FLOW_POLLING] = "polling",
	[FLOW_EXCHANGING] = "exchanging",
	[FLOW_GRANTED] = "granted",
	[FLOW_DENIED] = "denied",
	[FLOW_EXPIRED] = "expired",
	[FLOW_FAILED] = "failed",
};

struct flow *flow_new(const struct provider *provider, int patience,
		      uint64_t seed)
{
	struct flow *flow = xcalloc(1, sizeof(*flow));

	flow->provider = provider;
	flow->pkce = provider->pkce;
	flow->patience = patience;
	flow->seed = seed;
	flow->due_ms = NEVER_MS;
	flow->pending.expires_ms = NEVER_MS;
	return flow;
}

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
	flow->polls = 0;
	flow->resumed = false;
	flow->heard = false;
}

void flow_free(struct flow *flow)
{
	if (flow == NULL)
		return;
	flow_forget_code(flow);
	refusal_drop(&flow->refusal);
	tokens_free(&flow->tokens);
	free(flow->boot);
	free(flow);
}

void flow_move(struct flow *flow, enum flow_state state, int64_t due_ms,
	       struct action *action)
{
	if (state != flow->state)
		action_moved(action, "flow", state_names[flow->state],
			     state_names[state]);
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
	if (flow->refusal != NULL)
		action_note(action, LEVEL_ERROR, "%s", flow->refusal->err.text);
}

void flow_expire(struct flow *flow, struct action *action)
{
	/* A code that ran out while nobody answered the polls says nothing
	 * about the person: it was the network. */
	if (flow->polls > 0 && !flow->heard && flow->refusal != NULL) {
		flow_fail(flow, FAILURE_UNREACHABLE, action);
		return;
	}
	flow_forget_code(flow);
	flow_move(flow, FLOW_EXPIRED, NEVER_MS, action);
	action_note(action, LEVEL_WARN, "%s",
		    flow->provider->code_grant ? "the address ran out unused"
					       : "the code ran out unused");
}

void flow_recall(struct flow *flow, const char *record, const char *boot)
{
	secret_free(flow->record);
	free(flow->boot);
	flow->record = xstrdup(record);
	flow->boot = xstrdup(boot);
}

bool flow_resume(struct flow *flow, const struct event *event,
		 struct action *action)
{
	return flow->record != NULL && device_resume(flow, event, action);
}

char *flow_record(const struct flow *flow, const char *boot)
{
	if (flow_code(flow) == NULL)
		return NULL;
	return pending_write(&flow->pending, flow->provider, boot);
}

void flow_grant(struct flow *flow, struct action *action)
{
	flow->failures = 0;
	refusal_drop(&flow->refusal);
	flow->codes = 0;
	flow_forget_code(flow);
	flow_move(flow, FLOW_GRANTED, NEVER_MS, action);
	action_note(action, LEVEL_INFO, "approved");
}

void flow_deny(struct flow *flow, struct action *action)
{
	flow_forget_code(flow);
	flow_move(flow, FLOW_DENIED, NEVER_MS, action);
	action_note(action, LEVEL_WARN, "denied by the person");
}

enum verdict flow_take_answer(struct flow *flow, const struct reply *reply,
			      struct refusal *refusal)
{
	enum verdict verdict = oauth_token_answer(flow->provider, reply,
						  flow->pending.dpop_key,
						  &flow->tokens, refusal);

	if (verdict != VERDICT_OK || !flow->provider->dpop ||
	    flow->tokens.dpop_key != NULL)
		return verdict;
	tokens_free(&flow->tokens);
	err_set(&refusal->err,
		"%s does not bind its tokens to a key (DPoP): switch that on "
		"for this client there, or set provider.dpop to false.",
		flow->provider->label);
	return VERDICT_MISCONFIGURED;
}

static void replied(struct flow *flow, const struct event *event,
		    struct action *action)
{
	bool polling = flow->state == FLOW_POLLING;
	/* With a deadline it waits to send it again, and not for an answer. */
	bool exchanging =
		flow->state == FLOW_EXCHANGING && flow->due_ms == NEVER_MS;
	/* Nothing has come of it. But a poll is a poll, whatever was wrong
	 * with it: the next one has to wait (RFC 8628 section 3.5). */
	bool again = (polling || exchanging) &&
		     dpop_answer(&flow->dpop, DPOP_ISSUER, event->reply,
				 flow->pending.dpop_key);

	if (flow->state == FLOW_ASKING)
		device_answered(flow, event, action);
	else if (polling && again)
		device_wait(flow, event, action);
	else if (polling)
		device_polled(flow, event, action);
	else if (exchanging && again)
		address_exchange(flow, event, action);
	else if (exchanging)
		address_exchanged(flow, event, action);
}

static void ticked(struct flow *flow, const struct event *event,
		   struct action *action)
{
	if (event->now_ms < flow->due_ms)
		return;
	if (flow->state == FLOW_BACKING_OFF) {
		device_ask(flow, event, action);
	} else if (flow->state == FLOW_WAITING) {
		if (pending_is_over(&flow->pending, event)) {
			flow_expire(flow, action);
			return;
		}
		flow->polls++;
		device_poll(flow, event, action);
	} else if (flow->state == FLOW_EXCHANGING) {
		address_exchange(flow, event, action);
	}
}

/* What failed for want of trust may have done so for a wrong clock. A code may
 * turn out to be over, or to end at another time than was told. */
static void clock_set(struct flow *flow, const struct event *event,
		      struct action *action)
{
	int64_t soon_ms = event->now_ms + flow_interval_ms(flow);

	if (flow->state == FLOW_WAITING &&
	    pending_is_over(&flow->pending, event)) {
		flow_expire(flow, action);
		return;
	}
	if (flow_code(flow) != NULL && pending_correct(&flow->pending, event))
		flow->changes++;
	if (flow->refusal == NULL || !flow->refusal->no_trust)
		return;
	if (flow->state == FLOW_BACKING_OFF)
		device_ask(flow, event, action);
	else if (flow->state == FLOW_WAITING && flow->due_ms > soon_ms &&
		 flow_code(flow) != NULL)
		flow->due_ms = soon_ms;
}

static void cancel(struct flow *flow, struct action *action)
{
	if (flow->state == FLOW_ASKING || flow->state == FLOW_POLLING ||
	    flow->state == FLOW_EXCHANGING)
		action->kind = ACTION_DROP;
	flow_forget_code(flow);
	refusal_drop(&flow->refusal);
	tokens_free(&flow->tokens);
	flow->failures = 0;
	flow->codes = 0;
	flow_move(flow, FLOW_IDLE, NEVER_MS, action);
}

void flow_step(struct flow *flow, const struct event *event,
	       struct action *action)
{
	switch (event->kind) {
	case EVENT_TICK:
		ticked(flow, event, action);
		break;
	case EVENT_CLOCK:
		clock_set(flow, event, action);
		break;
	case EVENT_REPLY:
		replied(flow, event, action);
		break;
	case EVENT_START:
		flow->failures = 0;
		refusal_drop(&flow->refusal);
		tokens_free(&flow->tokens);
		if (flow->provider->code_grant)
			address_show(flow, event->now_ms, action);
		else
			device_ask(flow, event, action);
		break;
	case EVENT_REDIRECT:
		address_redirected(flow, event, action);
		break;
	case EVENT_CANCEL:
		cancel(flow, action);
		break;
	case EVENT_SIGN_OUT:
	case EVENT_TOUCHED:
	case EVENT_LOCKED:
	case EVENT_BUSY:
	case EVENT_SAVED:
		break;
	}
}

int64_t flow_deadline(const struct flow *flow)
{
	return flow->due_ms;
}

enum flow_state flow_state(const struct flow *flow)
{
	return flow->state;
}

const char *flow_state_name(enum flow_state state)
{
	return state_names[state];
}

enum flow_failure flow_failure(const struct flow *flow)
{
	return flow->failure;
}

const struct device_code *flow_code(const struct flow *flow)
{
	return flow->pending.code.device_code != NULL ? &flow->pending.code
						      : NULL;
}

const char *flow_authorization_uri(const struct flow *flow)
{
	return flow->authorization.uri;
}

int64_t flow_lifetime_ms(const struct flow *flow)
{
	return flow->authorization.uri != NULL
		       ? AUTHORIZATION_LIFETIME_MS
		       : flow->pending.code.expires_in_s * 1000;
}

int64_t flow_expires_ms(const struct flow *flow)
{
	return flow->pending.expires_ms;
}

int64_t flow_interval_ms(const struct flow *flow)
{
	return flow->pending.code.interval_s * 1000;
}

unsigned flow_changes(const struct flow *flow)
{
	return flow->changes;
}

unsigned flow_codes(const struct flow *flow)
{
	return flow->codes;
}

unsigned flow_polls(const struct flow *flow)
{
	return flow->polls;
}

const struct refusal *flow_refusal(const struct flow *flow)
{
	return flow->refusal;
}

void flow_take_tokens(struct flow *flow, struct tokens *tokens)
{
	tokens_move(tokens, &flow->tokens);
}
