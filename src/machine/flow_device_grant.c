/* SPDX-License-Identifier: MIT */
/*
 * The rules of RFC 8628: requests a code and polls for tokens, never faster
 * than the provider allows (section 3.5), until the code expires.
 */
#include "config.h"

#include "machine/flow_device_grant.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "machine/poll_margin.h"
#include "oauth/oauth_answer.h"
#include "oauth/oauth_request.h"
#include "oauth/pkce.h"
#include "oauth/provider.h"
#include "oauth/reply.h"

/* The last poll is sent this long before the code expires, to catch an approval
 * at the last moment. */
#define LAST_POLL_LEAD_MS 1500

/* slow_down adds five seconds to the interval, for all later polls (section
 * 3.5). */
#define SLOW_DOWN_S 5

/* After this many replies in a row that suggest a wrong URL, it is wrong. A
 * single one may come from a server that is starting up. */
#define MAX_DEAD_ENDS 3

/* Up to this many lost requests for one code can be chance. */
#define MAX_CROSSINGS 2

/* Back-off after unanswered polls: doubles up to this maximum. */
#define POLL_BACKOFF_MAX_MS 30000

void device_grant_request(struct flow *flow, const struct event *event,
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
	flow_move(flow, FLOW_REQUESTING, NEVER_MS, action);
}

/*
 * Schedules the next poll after a reply at now_ms: after wait_ms, and never
 * before earliest_ms. If no further poll would fit in after it, it becomes the
 * last one, just before expiry; the margin is kept if there is time for it, as
 * a slow_down would waste that poll.
 */
static void wait_for_poll(struct flow *flow, int64_t now_ms, int64_t wait_ms,
			  int64_t earliest_ms, struct action *action)
{
	int64_t last_ms = flow->pending.expires_ms - LAST_POLL_LEAD_MS;
	int64_t polite_ms = now_ms + poll_wait_ms(flow);
	int64_t due_ms = now_ms + wait_ms;

	if (now_ms >= flow->pending.expires_ms) {
		flow_expire(flow, action);
		return;
	}
	if (polite_ms < flow->pending.expires_ms)
		earliest_ms = later_ms(earliest_ms, polite_ms);
	if (due_ms + interval_ms(flow) > last_ms)
		due_ms = later_ms(last_ms, earliest_ms);
	if (due_ms > flow->pending.expires_ms)
		due_ms = flow->pending.expires_ms;
	flow_move(flow, FLOW_WAITING, due_ms, action);
}

/* True if the URL has turned out to be wrong. */
static bool is_lost(struct flow *flow,
		    const struct oauth_failure *oauth_failure)
{
	flow->dead_ends = oauth_failure->dead_end ? flow->dead_ends + 1 : 0;
	return flow->dead_ends >= MAX_DEAD_ENDS;
}

static void back_off(struct flow *flow, const struct event *event,
		     struct action *action)
{
	int64_t wait_ms;

	flow->failures++;
	if (flow->patience > 0 && flow->failures >= flow->patience) {
		flow_fail(flow,
			  reply_is_unavailable(event->reply)
				  ? FAILURE_UNREACHABLE
				  : FAILURE_REFUSED,
			  action);
		return;
	}
	wait_ms = back_off_ms(&flow->seed, flow->failures, REQUEST_BACKOFF_MS,
			      REQUEST_BACKOFF_MAX_MS);
	wait_ms = later_ms(wait_ms, flow->oauth_failure->retry_after_s * 1000);
	flow_move(flow, FLOW_BACKING_OFF, event->now_ms + wait_ms, action);
	action_note(action, LEVEL_WARN, "%s", flow->oauth_failure->err.text);
}

static void take_code(struct flow *flow, const struct event *event,
		      struct action *action)
{
	int64_t now_ms = event->now_ms;
	char lifetime[32];

	flow->failures = flow->dead_ends = 0;
	flow->codes++;
	flow->changes++;
	oauth_failure_drop(&flow->oauth_failure);
	/* Counted from when the request was sent: the provider's clock started
	 * before the reply arrived. */
	flow->pending.expires_ms =
		flow->sent_ms + flow->pending.code.expires_in_s * 1000;
	flow->pending.expires_at =
		event->wall_s + (flow->pending.expires_ms - now_ms) / 1000;
	wait_for_poll(flow, now_ms, poll_wait_ms(flow),
		      now_ms + interval_ms(flow), action);
	if (flow->state != FLOW_WAITING)
		return; /* it had expired before the reply arrived */
	text_duration(lifetime, sizeof(lifetime),
		      flow->pending.code.expires_in_s);
	action_note(action, LEVEL_INFO,
		    "code valid for %s; polling every %lld s", lifetime,
		    (long long)flow->pending.code.interval_s);
}

/* Servers close idle connections, and now and then a request is sent at the
 * same moment. Unless that is frequent, nothing is wrong. */
static bool has_crossed(struct flow *flow, const struct event *event)
{
	if (!event->reply->idle_closed || flow->failures > 0)
		return false;
	flow->failures++;
	flow->crossings++;
	return true;
}

static void note_crossing(const struct flow *flow, struct action *action)
{
	action_note(action,
		    flow->crossings > MAX_CROSSINGS ? LEVEL_WARN : LEVEL_DEBUG,
		    "the provider closed the idle connection; trying again");
}

void device_grant_answered(struct flow *flow, const struct event *event,
			   struct action *action)
{
	struct oauth_failure oauth_failure = {.retry_after_s = -1};
	enum verdict verdict;

	if (has_crossed(flow, event)) {
		flow_move(flow, FLOW_BACKING_OFF,
			  event->now_ms + REQUEST_BACKOFF_MS, action);
		note_crossing(flow, action);
		return;
	}
	verdict = oauth_device_answer(flow->provider, event->reply,
				      &flow->pending.code, &oauth_failure);
	if (verdict == VERDICT_OK) {
		take_code(flow, event, action);
		if (oauth_failure.err.text[0] != '\0')
			action_note(action, LEVEL_WARN, "%s",
				    oauth_failure.err.text);
		return;
	}
	/* Remembered: the next request uses PKCE from the start. */
	if (oauth_failure.wants_pkce && !flow->pkce) {
		flow->pkce = true;
		device_grant_request(flow, event, action);
		action_note(action, LEVEL_INFO,
			    "repeating the request with "
			    "PKCE");
		return;
	}
	oauth_failure_keep(&flow->oauth_failure, &oauth_failure);
	if (is_lost(flow, &oauth_failure))
		verdict = VERDICT_MISCONFIGURED;
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
 * How long to wait as told. If that is longer than the code lives, wait until
 * just before it expires and poll once more: otherwise a user who has approved
 * would be shown an expired code. Retry-After is only a hint (RFC 9110 section
 * 10.2.3); the interval is mandatory and is always kept.
 */
static int64_t retry_after_ms(const struct flow *flow, int64_t retry_after_s,
			      int64_t now_ms)
{
	int64_t left_ms = flow->pending.expires_ms - now_ms;

	if (retry_after_s <= (left_ms - 1) / 1000)
		return retry_after_s * 1000;
	return left_ms - LAST_POLL_LEAD_MS;
}

/* Schedules the next poll after wait_ms, or as late as told. */
static void wait_at_least(struct flow *flow, int64_t wait_ms,
			  int64_t retry_after_s, int64_t now_ms,
			  struct action *action)
{
	int64_t stay_ms = retry_after_ms(flow, retry_after_s, now_ms);

	wait_for_poll(flow, now_ms, later_ms(wait_ms, stay_ms),
		      now_ms + later_ms(interval_ms(flow), stay_ms), action);
}

void device_grant_wait(struct flow *flow, const struct event *event,
		       struct action *action)
{
	wait_at_least(flow, poll_wait_ms(flow), event->reply->retry_after_s,
		      event->now_ms, action);
}

/* Schedules the next poll after an OAuth response. */
static void still_pending(struct flow *flow,
			  const struct oauth_failure *oauth_failure,
			  int64_t now_ms, struct action *action)
{
	flow->failures = 0;
	flow->origin = ORIGIN_ANSWERED;
	oauth_failure_drop(&flow->oauth_failure);
	wait_at_least(flow, poll_wait_ms(flow), oauth_failure->retry_after_s,
		      now_ms, action);
	if (flow->state == FLOW_WAITING)
		action_note(action, LEVEL_INFO, "not approved yet");
}

/* A provider that says slow_down to a client that has kept the interval counts
 * in another way: in whole seconds, most likely. True if that is news. */
static bool learn_margin(struct flow *flow)
{
	const struct provider *provider = flow->provider;

	if (!provider->learns_poll_margin ||
	    provider->poll_margin_ms >= POLL_MARGIN_LEARNED_MS ||
	    flow->learned_margin_ms == POLL_MARGIN_LEARNED_MS)
		return false;
	flow->learned_margin_ms = POLL_MARGIN_LEARNED_MS;
	flow->margin_is_new = true;
	return true;
}

static void slow_down(struct flow *flow,
		      const struct oauth_failure *oauth_failure, int64_t now_ms,
		      struct action *action)
{
	int64_t *interval_s = &flow->pending.code.interval_s;
	bool learned = learn_margin(flow);

	*interval_s += SLOW_DOWN_S;
	if (*interval_s < oauth_failure->interval_s)
		*interval_s = oauth_failure->interval_s;
	flow->changes++;
	still_pending(flow, oauth_failure, now_ms, action);
	if (flow->state == FLOW_WAITING)
		action_note(action, LEVEL_WARN,
			    "asked to slow down: now polling every %lld s%s",
			    (long long)*interval_s,
			    learned ? ", and from now on always waiting a "
				      "second longer than this provider asks "
				      "for"
				    : "");
}

/* A reply that makes no sense must not lose an approved sign-in: keep polling,
 * less and less often (section 3.5), as long as the code lives. */
static void poll_again(struct flow *flow,
		       const struct oauth_failure *oauth_failure,
		       int64_t now_ms, struct action *action)
{
	int64_t step_ms = poll_wait_ms(flow);
	int64_t wait_ms;

	flow->failures++;
	oauth_failure_keep(&flow->oauth_failure, oauth_failure);
	wait_ms = back_off_ms(&flow->seed, flow->failures, 2 * step_ms,
			      later_ms(step_ms, POLL_BACKOFF_MAX_MS));
	wait_at_least(flow, wait_ms, oauth_failure->retry_after_s, now_ms,
		      action);
	if (flow->state == FLOW_WAITING)
		action_note(action, LEVEL_WARN, "%s", oauth_failure->err.text);
}

/* Requests another code in place of one that was resumed. */
static void replace_resumed(struct flow *flow, const struct event *event,
			    struct action *action)
{
	flow->failures = flow->dead_ends = 0;
	oauth_failure_drop(&flow->oauth_failure);
	device_grant_request(flow, event, action);
	action_note(action, LEVEL_INFO,
		    "the previous code can no longer be used; requesting "
		    "another one");
}

void device_grant_over(struct flow *flow, const struct event *event,
		       struct action *action)
{
	if (flow->origin == ORIGIN_RESUMED && !flow->polled)
		replace_resumed(flow, event, action);
	else
		flow_expire(flow, action);
}

/* The provider does not accept the code any more. If it never called a resumed
 * code pending, the run before may have redeemed it: the user of this run has
 * not seen it expire. */
static void refused_code(struct flow *flow, const struct event *event,
			 struct action *action)
{
	if (flow->origin == ORIGIN_RESUMED) {
		replace_resumed(flow, event, action);
		return;
	}
	flow->origin = ORIGIN_ANSWERED;
	flow_expire(flow, action);
}

void device_grant_polled(struct flow *flow, const struct event *event,
			 struct action *action)
{
	struct oauth_failure oauth_failure = {.retry_after_s = -1};
	int64_t now_ms = event->now_ms;
	enum verdict verdict;

	if (has_crossed(flow, event)) {
		device_grant_wait(flow, event, action);
		note_crossing(flow, action);
		return;
	}
	verdict = oauth_token_answer(flow->provider, ENDPOINT_TOKEN,
				     event->reply, flow->pending.dpop_key,
				     &flow->tokens, &oauth_failure);
	if (is_lost(flow, &oauth_failure))
		verdict = VERDICT_MISCONFIGURED;
	switch (verdict) {
	case VERDICT_OK:
		flow_grant(flow, action);
		return;
	case VERDICT_PENDING:
		still_pending(flow, &oauth_failure, now_ms, action);
		return;
	case VERDICT_SLOW_DOWN:
		slow_down(flow, &oauth_failure, now_ms, action);
		return;
	case VERDICT_DENIED:
		flow_deny(flow, action);
		return;
	case VERDICT_EXPIRED:
		refused_code(flow, event, action);
		return;
	case VERDICT_RETRY:
		poll_again(flow, &oauth_failure, now_ms, action);
		return;
	case VERDICT_INVALID_GRANT:
		/* Auth0 returns expired_token once and this from then on. Also,
		 * the last poll of an earlier run may have been granted. */
		if (now_ms + LAST_POLL_LEAD_MS >= flow->pending.expires_ms ||
		    flow->origin == ORIGIN_RESUMED) {
			refused_code(flow, event, action);
			return;
		}
		break;
	case VERDICT_MISCONFIGURED:
		oauth_failure_keep(&flow->oauth_failure, &oauth_failure);
		flow_fail(flow, FAILURE_MISCONFIGURED, action);
		return;
	case VERDICT_UNAUTHORIZED:
	case VERDICT_REFUSED:
		break;
	}
	oauth_failure_keep(&flow->oauth_failure, &oauth_failure);
	flow_fail(flow, FAILURE_REFUSED, action);
}

void device_grant_poll(struct flow *flow, const struct event *event,
		       struct action *action)
{
	if (pending_is_over(&flow->pending, event)) {
		device_grant_over(flow, event, action);
		return;
	}
	flow->polled = true;
	flow_send_proved(flow,
			 oauth_poll_request(
				 flow->provider, flow->pending.code.device_code,
				 flow->pending.verifier, event->wall_s),
			 event->wall_s, action);
	flow_move(flow, FLOW_POLLING, NEVER_MS, action);
}

/* Reads the record into the empty pending, unless it expires too soon. */
static bool take_up(struct flow *flow, const struct event *event,
		    struct err *why)
{
	struct pending *pending = &flow->pending;

	if (!pending_read(pending, flow->record, strlen(flow->record),
			  flow->provider, flow->boot, event, why))
		return false;
	if (event->now_ms + interval_ms(flow) < pending->expires_ms)
		return true;
	return err_set(why, "it is about to expire");
}

bool device_grant_resume(struct flow *flow, const struct event *event,
			 struct action *action)
{
	int64_t now_ms = event->now_ms;
	struct err why = {""};
	char left[32];

	if (!take_up(flow, event, &why)) {
		flow_forget_code(flow);
		action_note(action, LEVEL_WARN,
			    "cannot resume the previous code: %s", why.text);
		return false;
	}
	secret_free(flow->record);
	flow->record = NULL;
	flow->codes++;
	flow->origin = ORIGIN_RESUMED;
	/* The earlier run may have polled just before it ended; and after a
	 * power cut, all other screens are about to poll, too. */
	wait_for_poll(flow, now_ms,
		      poll_wait_ms(flow) +
			      jitter_ms(&flow->seed, interval_ms(flow)),
		      now_ms + interval_ms(flow), action);
	text_duration(left, sizeof(left),
		      (flow->pending.expires_ms - now_ms) / 1000);
	action_note(action, LEVEL_INFO,
		    "resumed the previous code, valid for another %s; polling "
		    "every %lld s",
		    left, (long long)flow->pending.code.interval_s);
	return true;
}
