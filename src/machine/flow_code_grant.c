/* SPDX-License-Identifier: MIT */
/*
 * The authorization code grant: waits for the browser redirect, and exchanges
 * the code from it once.
 */
#include "config.h"

#include "machine/flow_code_grant.h"

#include "base/mem.h"
#include "oauth/oauth_answer.h"
#include "oauth/provider.h"
#include "oauth/reply.h"

/* How often to try a code exchange that did not reach the server. */
#define EXCHANGE_TRIES 3

void code_grant_show(struct flow *flow, int64_t now_ms, struct action *action)
{
	struct oauth_failure oauth_failure = {.retry_after_s = -1};

	/* The result of an exchange under way is no longer wanted. */
	if (flow->state == FLOW_EXCHANGING)
		action->kind = ACTION_DROP;
	flow_forget_code(flow);
	flow->failure = FAILURE_NONE;
	flow->codes++;
	if (!authorization_make(&flow->authorization, flow->provider,
				&oauth_failure.err)) {
		oauth_failure_keep(&flow->oauth_failure, &oauth_failure);
		flow_fail(flow, FAILURE_MISCONFIGURED, action);
		return;
	}
	if (flow->provider->dpop)
		flow->pending.dpop_key = dpop_key_new();
	flow->pending.expires_ms = now_ms + AUTHORIZATION_LIFETIME_MS;
	flow_move(flow, FLOW_AWAITING_REDIRECT, flow->pending.expires_ms,
		  action);
	action_note(action, LEVEL_INFO, "waiting for the browser to return");
}

void code_grant_exchange(struct flow *flow, const struct event *event,
			 struct action *action)
{
	flow_send_proved(flow,
			 authorization_request(&flow->authorization,
					       flow->provider, flow->code_value,
					       event->wall_s),
			 event->wall_s, action);
	flow_move(flow, FLOW_EXCHANGING, NEVER_MS, action);
}

void code_grant_redirected(struct flow *flow, const struct event *event,
			   struct action *action)
{
	struct oauth_failure oauth_failure = {.retry_after_s = -1};

	/* The tick may be late: the machine may have been asleep. */
	if (event->now_ms >= flow->pending.expires_ms) {
		flow_expire(flow, action);
		return;
	}
	switch (authorization_judge(&flow->authorization, flow->provider,
				    event->text, &flow->code_value,
				    &oauth_failure)) {
	case ANSWER_CODE:
		code_grant_exchange(flow, event, action);
		return;
	case ANSWER_FOREIGN:
		oauth_failure_keep(&flow->oauth_failure, &oauth_failure);
		action_note(action, LEVEL_WARN, "%s", oauth_failure.err.text);
		return;
	case ANSWER_DENIED:
		flow_deny(flow, action);
		return;
	case ANSWER_MISCONFIGURED:
		oauth_failure_keep(&flow->oauth_failure, &oauth_failure);
		flow_fail(flow, FAILURE_MISCONFIGURED, action);
		return;
	case ANSWER_REFUSED:
		break;
	}
	oauth_failure_keep(&flow->oauth_failure, &oauth_failure);
	flow_fail(flow, FAILURE_REFUSED, action);
}

/* A code must not be used twice (RFC 6749 section 4.1.2): a provider that sees
 * it again may revoke the tokens it issued. So it is sent again only if it
 * cannot have been used: nothing is sent before the TLS handshake, but a
 * connection that broke later may have delivered it. */
static bool may_send_again(const struct flow *flow, const struct reply *reply)
{
	return flow->failures < EXCHANGE_TRIES &&
	       (reply->net == NET_RESOLVE || reply->net == NET_TLS ||
		reply->status == 429 || reply->status == 503);
}

void code_grant_exchanged(struct flow *flow, const struct event *event,
			  struct action *action)
{
	struct oauth_failure oauth_failure = {.retry_after_s = -1};
	enum verdict verdict;
	int64_t due_ms;

	verdict = oauth_token_answer(flow->provider, ENDPOINT_TOKEN,
				     event->reply, flow->pending.dpop_key,
				     &flow->tokens, &oauth_failure);
	if (verdict == VERDICT_OK) {
		flow->tokens.nonce = xstrdup(flow->authorization.nonce);
		flow_grant(flow, action);
		return;
	}
	flow->failures++;
	oauth_failure_keep(&flow->oauth_failure, &oauth_failure);
	due_ms = event->now_ms +
		 later_ms(back_off_ms(&flow->seed, flow->failures,
				      REQUEST_BACKOFF_MS,
				      REQUEST_BACKOFF_MAX_MS),
			  oauth_failure.retry_after_s * 1000);
	if (verdict == VERDICT_RETRY && due_ms < flow->pending.expires_ms &&
	    may_send_again(flow, event->reply)) {
		flow_move(flow, FLOW_EXCHANGE_BACKING_OFF, due_ms, action);
		action_note(action, LEVEL_WARN, "%s", oauth_failure.err.text);
		return;
	}
	if (oauth_failure.dead_end)
		verdict = VERDICT_MISCONFIGURED;
	flow_fail(flow,
		  verdict == VERDICT_MISCONFIGURED     ? FAILURE_MISCONFIGURED
		  : reply_is_unavailable(event->reply) ? FAILURE_UNREACHABLE
						       : FAILURE_REFUSED,
		  action);
}
