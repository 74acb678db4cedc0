/* SPDX-License-Identifier: MIT */
/*
 * The authorization code grant: waits for a browser to come back, and exchanges
 * what it brings, once.
 */
#include "config.h"

#include "core/flow_parts.h"

#include "base/mem.h"
#include "core/provider.h"
#include "core/reply.h"

/* How often a code exchange that was not heard is tried. */
#define EXCHANGE_TRIES 3

void address_show(struct flow *flow, int64_t now_ms, struct action *action)
{
	/* What an exchange under way may bring is for nobody any more. */
	if (flow->state == FLOW_EXCHANGING)
		action->kind = ACTION_DROP;
	flow_forget_code(flow);
	flow->failure = FAILURE_NONE;
	flow->codes++;
	authorization_make(&flow->authorization, flow->provider);
	if (flow->provider->dpop)
		flow->pending.dpop_key = dpop_key_new();
	flow->pending.expires_ms = now_ms + AUTHORIZATION_LIFETIME_MS;
	flow_move(flow, FLOW_WAITING, flow->pending.expires_ms, action);
	action_note(action, LEVEL_INFO, "waiting for a browser to come back");
}

void address_exchange(struct flow *flow, const struct event *event,
		      struct action *action)
{
	flow_send_proved(flow,
			 authorization_request(&flow->authorization,
					       flow->provider, flow->code_value,
					       event->wall_s),
			 event->wall_s, action);
	flow_move(flow, FLOW_EXCHANGING, NEVER_MS, action);
}

void address_redirected(struct flow *flow, const struct event *event,
			struct action *action)
{
	struct refusal refusal = {.retry_after_s = -1};

	if (flow->state != FLOW_WAITING || flow->authorization.uri == NULL)
		return;
	/* The tick may come later: the machine may have been asleep. */
	if (event->now_ms >= flow->pending.expires_ms) {
		flow_expire(flow, action);
		return;
	}
	switch (authorization_judge(&flow->authorization, flow->provider,
				    event->text, &flow->code_value, &refusal)) {
	case ANSWER_CODE:
		address_exchange(flow, event, action);
		return;
	case ANSWER_FOREIGN:
		refusal_keep(&flow->refusal, &refusal);
		action_note(action, LEVEL_WARN, "%s", refusal.err.text);
		return;
	case ANSWER_DENIED:
		flow_deny(flow, action);
		return;
	case ANSWER_MISCONFIGURED:
		refusal_keep(&flow->refusal, &refusal);
		flow_fail(flow, FAILURE_MISCONFIGURED, action);
		return;
	case ANSWER_REFUSED:
		break;
	}
	refusal_keep(&flow->refusal, &refusal);
	flow_fail(flow, FAILURE_REFUSED, action);
}

/* A code may be used once only (RFC 6749 section 4.1.2), and to see it twice
 * makes a provider revoke what it gave for it. So it is sent again only where
 * it cannot have been used: nothing is sent before encryption is set up, but a
 * connection that broke may have carried it. */
static bool may_send_again(const struct flow *flow, const struct reply *reply)
{
	return flow->failures < EXCHANGE_TRIES &&
	       (reply->net == NET_RESOLVE || reply->net == NET_TLS ||
		reply->status == 429 || reply->status == 503);
}

void address_exchanged(struct flow *flow, const struct event *event,
		       struct action *action)
{
	struct refusal refusal = {.retry_after_s = -1};
	enum verdict verdict;
	int64_t due_ms;

	verdict = flow_take_answer(flow, event->reply, &refusal);
	if (verdict == VERDICT_OK) {
		flow->tokens.nonce = xstrdup(flow->authorization.nonce);
		flow_grant(flow, action);
		return;
	}
	flow->failures++;
	refusal_keep(&flow->refusal, &refusal);
	due_ms = event->now_ms +
		 later_ms(back_off_ms(&flow->seed, flow->failures,
				      ASK_BACKOFF_MS, ASK_BACKOFF_MAX_MS),
			  refusal.retry_after_s * 1000);
	if (verdict == VERDICT_RETRY && due_ms < flow->pending.expires_ms &&
	    may_send_again(flow, event->reply)) {
		flow->due_ms = due_ms;
		action_note(action, LEVEL_WARN, "%s", refusal.err.text);
		return;
	}
	flow_fail(flow,
		  verdict == VERDICT_MISCONFIGURED ? FAILURE_MISCONFIGURED
		  : reply_is_away(event->reply)	   ? FAILURE_UNREACHABLE
						   : FAILURE_REFUSED,
		  action);
}
