/* SPDX-License-Identifier: MIT */
/*
 * The rules of RFC 8628: a code is asked for and polled about, never faster
 * than the provider wants (section 3.5), until it is over.
 */
#include "config.h"

#include "core/flow_parts.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/pkce.h"
#include "core/provider.h"
#include "core/reply.h"

/*
 * The provider measures the interval by its own clock, and a network that is
 * fast one time and slow the next makes polls arrive closer together than they
 * were sent. A second on top costs nobody anything and keeps slow_down away.
 */
#define POLL_MARGIN_MS 1000

/* The last poll goes out this long before the code expires, so that somebody
 * who approves in the last moment is still seen. */
#define LAST_POLL_LEAD_MS 1500

/* slow_down adds five seconds, for all later polls (section 3.5). */
#define SLOW_DOWN_S 5

/* Back-off after polls that nobody answered: doubles up to this. */
#define POLL_BACKOFF_MAX_MS 30000

void device_ask(struct flow *flow, const struct event *event,
		struct action *action)
{
	flow_forget_code(flow);
	if (flow->pkce)
		flow->pending.verifier = pkce_verifier();
	if (flow->provider->dpop)
		flow->pending.dpop_key = dpop_key_new();
	flow->sent_ms = event->now_ms;
	flow->failure = FAILURE_NONE;
	flow_send(oauth_device_request(flow->provider, flow->pending.verifier,
				       event->wall_s),
		  action);
	flow_move(flow, FLOW_ASKING, NEVER_MS, action);
}

/*
 * Sets the time of the next poll after an answer at now_ms: after wait_ms, and
 * never before earliest_ms. Where no further poll would fit in behind it, it
 * becomes the last one, just before expiry.
 */
static void wait_for_poll(struct flow *flow, int64_t now_ms, int64_t wait_ms,
			  int64_t earliest_ms, struct action *action)
{
	int64_t last_ms = flow->pending.expires_ms - LAST_POLL_LEAD_MS;
	int64_t due_ms = now_ms + wait_ms;

	if (now_ms >= flow->pending.expires_ms) {
		flow_expire(flow, action);
		return;
	}
	if (due_ms + flow_interval_ms(flow) > last_ms)
		due_ms = last_ms > earliest_ms ? last_ms : earliest_ms;
	if (due_ms > flow->pending.expires_ms)
		due_ms = flow->pending.expires_ms;
	flow_move(flow, FLOW_WAITING, due_ms, action);
}

static void back_off(struct flow *flow, const struct event *event,
		     struct action *action)
{
	int64_t wait_ms;

	flow->failures++;
	if (flow->patience > 0 && flow->failures >= flow->patience) {
		flow_fail(flow,
			  reply_is_away(event->reply) ? FAILURE_UNREACHABLE
						      : FAILURE_REFUSED,
			  action);
		return;
	}
	wait_ms = back_off_ms(&flow->seed, flow->failures, ASK_BACKOFF_MS,
			      ASK_BACKOFF_MAX_MS);
	wait_ms = later_ms(wait_ms, flow->refusal->retry_after_s * 1000);
	flow_move(flow, FLOW_BACKING_OFF, event->now_ms + wait_ms, action);
	action_note(action, LEVEL_WARN, "%s", flow->refusal->err.text);
}

static void take_code(struct flow *flow, const struct event *event,
		      struct action *action)
{
	int64_t now_ms = event->now_ms;
	char lifetime[32];

	flow->failures = 0;
	flow->codes++;
	flow->changes++;
	refusal_drop(&flow->refusal);
	/* Counted from the sending: the provider's clock started before the
	 * answer was here. */
	flow->pending.expires_ms =
		flow->sent_ms + flow->pending.code.expires_in_s * 1000;
	flow->pending.expires_at =
		event->wall_s + (flow->pending.expires_ms - now_ms) / 1000;
	wait_for_poll(flow, now_ms, flow_interval_ms(flow) + POLL_MARGIN_MS,
		      now_ms + flow_interval_ms(flow), action);
	if (flow->state != FLOW_WAITING)
		return; /* it was over before its answer came */
	text_duration(lifetime, sizeof(lifetime),
		      flow->pending.code.expires_in_s);
	action_note(action, LEVEL_INFO,
		    "got a code, good for %s; asking every %lld s", lifetime,
		    (long long)flow->pending.code.interval_s);
}

void device_answered(struct flow *flow, const struct event *event,
		     struct action *action)
{
	struct refusal refusal = {.retry_after_s = -1};
	enum verdict verdict;

	verdict = oauth_device_answer(flow->provider, event->reply,
				      &flow->pending.code, &refusal);
	if (verdict == VERDICT_OK) {
		take_code(flow, event, action);
		return;
	}
	/* Remembered: the next code is asked for in this way at once. */
	if (refusal.wants_pkce && !flow->pkce) {
		flow->pkce = true;
		device_ask(flow, event, action);
		action_note(action, LEVEL_INFO, "asking again, with PKCE");
		return;
	}
	refusal_keep(&flow->refusal, &refusal);
	if (verdict == VERDICT_RETRY)
		back_off(flow, event, action);
	else
		flow_fail(flow,
			  verdict == VERDICT_MISCONFIGURED
				  ? FAILURE_MISCONFIGURED
				  : FAILURE_REFUSED,
			  action);
}

/*
 * How long to stay away. Whoever says longer than the code lives is heeded up
 * to its end, where it is asked about once more: else whoever has approved
 * would be told that nobody did. Retry-After is a wish (RFC 9110
 * section 10.2.3); the interval, a demand, is kept all the same.
 */
static int64_t told_ms(const struct flow *flow, int64_t retry_after_s,
		       int64_t now_ms)
{
	int64_t left_ms = flow->pending.expires_ms - now_ms;

	if (retry_after_s <= (left_ms - 1) / 1000)
		return retry_after_s * 1000;
	return left_ms - LAST_POLL_LEAD_MS;
}

/* The next poll as soon as it may be. */
static void wait_interval(struct flow *flow, int64_t retry_after_s,
			  int64_t now_ms, struct action *action)
{
	int64_t stay_ms = told_ms(flow, retry_after_s, now_ms);
	int64_t wait_ms = flow_interval_ms(flow) + POLL_MARGIN_MS;

	wait_for_poll(flow, now_ms, later_ms(wait_ms, stay_ms),
		      now_ms + later_ms(flow_interval_ms(flow), stay_ms),
		      action);
}

void device_wait(struct flow *flow, const struct event *event,
		 struct action *action)
{
	wait_interval(flow, event->reply->retry_after_s, event->now_ms, action);
}

/* The next poll after an answer in OAuth's words. */
static void still_pending(struct flow *flow, const struct refusal *refusal,
			  int64_t now_ms, struct action *action)
{
	flow->failures = 0;
	flow->heard = true;
	refusal_drop(&flow->refusal);
	wait_interval(flow, refusal->retry_after_s, now_ms, action);
	if (flow->state == FLOW_WAITING)
		action_note(action, LEVEL_INFO, "not approved yet");
}

static void slow_down(struct flow *flow, const struct refusal *refusal,
		      int64_t now_ms, struct action *action)
{
	int64_t *interval_s = &flow->pending.code.interval_s;

	*interval_s += SLOW_DOWN_S;
	if (*interval_s < refusal->interval_s)
		*interval_s = refusal->interval_s;
	flow->changes++;
	still_pending(flow, refusal, now_ms, action);
	if (flow->state == FLOW_WAITING)
		action_note(action, LEVEL_WARN,
			    "asked to slow down: asking every %lld s from now",
			    (long long)*interval_s);
}

/* An answer that is none must not cost anybody an approved sign-in: ask again,
 * less and less often (section 3.5), for as long as the code lives. */
static void poll_again(struct flow *flow, const struct refusal *refusal,
		       int64_t now_ms, struct action *action)
{
	int64_t step_ms = flow_interval_ms(flow) + POLL_MARGIN_MS;
	int64_t stay_ms = told_ms(flow, refusal->retry_after_s, now_ms);
	int64_t wait_ms;

	flow->failures++;
	refusal_keep(&flow->refusal, refusal);
	wait_ms = back_off_ms(&flow->seed, flow->failures, 2 * step_ms,
			      later_ms(step_ms, POLL_BACKOFF_MAX_MS));
	wait_for_poll(flow, now_ms, later_ms(wait_ms, stay_ms),
		      now_ms + later_ms(flow_interval_ms(flow), stay_ms),
		      action);
	if (flow->state == FLOW_WAITING)
		action_note(action, LEVEL_WARN, "%s", refusal->err.text);
}

void device_polled(struct flow *flow, const struct event *event,
		   struct action *action)
{
	struct refusal refusal = {.retry_after_s = -1};
	int64_t now_ms = event->now_ms;

	switch (flow_take_answer(flow, event->reply, &refusal)) {
	case VERDICT_OK:
		flow_grant(flow, action);
		return;
	case VERDICT_PENDING:
		still_pending(flow, &refusal, now_ms, action);
		return;
	case VERDICT_SLOW_DOWN:
		slow_down(flow, &refusal, now_ms, action);
		return;
	case VERDICT_DENIED:
		flow_deny(flow, action);
		return;
	case VERDICT_EXPIRED:
		flow->heard = true;
		flow_expire(flow, action);
		return;
	case VERDICT_RETRY:
		poll_again(flow, &refusal, now_ms, action);
		return;
	case VERDICT_INVALID_GRANT:
		/* Auth0 says expired_token once and this from then on. And what
		 * the last run asked at its end may have been granted. */
		if (now_ms + LAST_POLL_LEAD_MS >= flow->pending.expires_ms ||
		    (flow->resumed && !flow->heard)) {
			flow->heard = true;
			flow_expire(flow, action);
			return;
		}
		break;
	case VERDICT_MISCONFIGURED:
		refusal_keep(&flow->refusal, &refusal);
		flow_fail(flow, FAILURE_MISCONFIGURED, action);
		return;
	case VERDICT_UNAUTHORIZED:
	case VERDICT_REFUSED:
		break;
	}
	refusal_keep(&flow->refusal, &refusal);
	flow_fail(flow, FAILURE_REFUSED, action);
}

void device_poll(struct flow *flow, const struct event *event,
		 struct action *action)
{
	flow_send_proved(flow,
			 oauth_poll_request(
				 flow->provider, flow->pending.code.device_code,
				 flow->pending.verifier, event->wall_s),
			 event->wall_s, action);
	flow_move(flow, FLOW_POLLING, NEVER_MS, action);
}

/* Reads the record into the empty pending, for as long as it is worth it. */
static bool take_up(struct flow *flow, const struct event *event,
		    struct err *why)
{
	struct pending *pending = &flow->pending;

	if (!pending_read(pending, flow->record, strlen(flow->record),
			  flow->provider, flow->boot, event, why))
		return false;
	if (event->now_ms + flow_interval_ms(flow) < pending->expires_ms)
		return true;
	return err_set(why, "it is about to run out");
}

bool device_resume(struct flow *flow, const struct event *event,
		   struct action *action)
{
	int64_t now_ms = event->now_ms;
	struct err why = {""};
	char left[32];

	if (!take_up(flow, event, &why)) {
		flow_forget_code(flow);
		action_note(action, LEVEL_WARN,
			    "the code of the last run is not taken up: %s",
			    why.text);
		return false;
	}
	secret_free(flow->record);
	flow->record = NULL;
	flow->codes++;
	flow->resumed = true;
	/* The last run may have asked just before its end; and where the power
	 * came back, all the others are about to ask, too. */
	wait_for_poll(flow, now_ms,
		      flow_interval_ms(flow) + POLL_MARGIN_MS +
			      jitter_ms(&flow->seed, flow_interval_ms(flow)),
		      now_ms + flow_interval_ms(flow), action);
	text_duration(left, sizeof(left),
		      (flow->pending.expires_ms - now_ms) / 1000);
	action_note(action, LEVEL_INFO,
		    "took up the code of the last run, good for another %s; "
		    "asking every %lld s",
		    left, (long long)flow->pending.code.interval_s);
	return true;
}
