/* SPDX-License-Identifier: MIT */
/*
 * What each event does in each state. Does not know how messages look or how
 * they are sent.
 */
#include "config.h"

#include "machine/flow.h"

#include <stdlib.h>

#include "base/mem.h"
#include "machine/flow_code_grant.h"
#include "machine/flow_device_grant.h"
#include "machine/poll_margin.h"
#include "oauth/json_request.h"
#include "oauth/provider.h"

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

void flow_free(struct flow *flow)
{
	if (flow == NULL)
		return;
	flow_forget_code(flow);
	oauth_failure_drop(&flow->oauth_failure);
	tokens_free(&flow->tokens);
	free(flow->boot);
	free(flow);
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
	return flow->record != NULL && device_grant_resume(flow, event, action);
}

char *flow_record(const struct flow *flow, const char *boot)
{
	if (flow_code(flow) == NULL)
		return NULL;
	return pending_write(&flow->pending, flow->provider, boot);
}

void flow_recall_margin(struct flow *flow, const char *record, size_t len)
{
	int64_t margin_ms;

	if (flow->provider->learns_poll_margin &&
	    poll_margin_read(flow->provider, record, len, &margin_ms))
		flow->learned_margin_ms = margin_ms;
}

char *flow_margin_record(const struct flow *flow)
{
	return flow->margin_is_new ? poll_margin_write(flow->provider,
						       flow->learned_margin_ms)
				   : NULL;
}

/* True if the server only demanded JSON or a nonce, and has not processed the
 * request. Even so, a poll counts as a poll: the next one has to wait (RFC 8628
 * section 3.5). */
static bool wants_another(struct flow *flow, const struct event *event)
{
	return json_request_learn(flow->provider, event->reply) ||
	       dpop_answer(&flow->dpop, DPOP_ISSUER, event->reply,
			   flow->pending.dpop_key);
}

static void replied(struct flow *flow, const struct event *event,
		    struct action *action)
{
	if (flow->state == FLOW_REQUESTING &&
	    json_request_learn(flow->provider, event->reply))
		device_grant_request(flow, event, action);
	else if (flow->state == FLOW_REQUESTING)
		device_grant_answered(flow, event, action);
	else if (flow->state == FLOW_POLLING && wants_another(flow, event))
		device_grant_wait(flow, event, action);
	else if (flow->state == FLOW_POLLING)
		device_grant_polled(flow, event, action);
	else if (flow->state == FLOW_EXCHANGING && wants_another(flow, event))
		code_grant_exchange(flow, event, action);
	else if (flow->state == FLOW_EXCHANGING)
		code_grant_exchanged(flow, event, action);
	else
		action_ignored(action, &flow_states, flow->state, event->kind);
}

static void ticked(struct flow *flow, const struct event *event,
		   struct action *action)
{
	bool due = event->now_ms >= flow->due_ms;

	if (due && flow->state == FLOW_BACKING_OFF)
		device_grant_request(flow, event, action);
	else if (due && flow->state == FLOW_WAITING)
		device_grant_poll(flow, event, action);
	else if (due && flow->state == FLOW_AWAITING_REDIRECT)
		flow_expire(flow, action);
	else if (due && flow->state == FLOW_EXCHANGE_BACKING_OFF)
		code_grant_exchange(flow, event, action);
	else
		action_ignored(action, &flow_states, flow->state, event->kind);
}

/* A TLS failure may have been due to a wrong clock. A code may turn out to have
 * expired, or to expire at another time than was stored. */
static void clock_set(struct flow *flow, const struct event *event,
		      struct action *action)
{
	int64_t soon_ms = event->now_ms + poll_wait_ms(flow);
	bool is_over = pending_is_over(&flow->pending, event);

	if (is_over && flow->state == FLOW_WAITING) {
		device_grant_over(flow, event, action);
		return;
	}
	if (is_over && flow->state == FLOW_AWAITING_REDIRECT) {
		flow_expire(flow, action);
		return;
	}
	if (flow_code(flow) != NULL && pending_correct(&flow->pending, event))
		flow->changes++;
	if (flow->oauth_failure == NULL || !flow->oauth_failure->no_trust)
		return;
	if (flow->state == FLOW_BACKING_OFF)
		device_grant_request(flow, event, action);
	else if (flow->state == FLOW_WAITING && flow->due_ms > soon_ms)
		flow_move(flow, FLOW_WAITING, soon_ms, action);
}

static void cancel(struct flow *flow, struct action *action)
{
	if (flow_liveness(flow) == LIVENESS_REQUEST)
		action->kind = ACTION_DROP;
	flow_forget_code(flow);
	oauth_failure_drop(&flow->oauth_failure);
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
		flow->failures = flow->dead_ends = 0;
		oauth_failure_drop(&flow->oauth_failure);
		tokens_free(&flow->tokens);
		if (flow->provider->code_grant)
			code_grant_show(flow, event->now_ms, action);
		else
			device_grant_request(flow, event, action);
		break;
	case EVENT_REDIRECT:
		if (flow->state != FLOW_AWAITING_REDIRECT)
			action_ignored(action, &flow_states, flow->state,
				       event->kind);
		else
			code_grant_redirected(flow, event, action);
		break;
	case EVENT_CANCEL:
		cancel(flow, action);
		break;
	case EVENT_SIGN_OUT:
	case EVENT_CUT_SHORT:
	case EVENT_TOUCHED:
	case EVENT_REMOVED:
	case EVENT_LOCKED:
	case EVENT_BUSY:
	case EVENT_SAVED:
		action_ignored(action, &flow_states, flow->state, event->kind);
		break;
	}
}

enum liveness flow_liveness(const struct flow *flow)
{
	return states_liveness(&flow_states, flow->state, flow->due_ms);
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
	return states_name(&flow_states, state);
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

unsigned flow_changes(const struct flow *flow)
{
	return flow->changes;
}

unsigned flow_codes(const struct flow *flow)
{
	return flow->codes;
}

const struct oauth_failure *flow_oauth_failure(const struct flow *flow)
{
	return flow->oauth_failure;
}

void flow_take_tokens(struct flow *flow, struct tokens *tokens)
{
	tokens_move(tokens, &flow->tokens);
}
