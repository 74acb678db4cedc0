/* SPDX-License-Identifier: MIT */
/*
 * Gets a code, and handles the cases where that fails: when to retry, and how
 * to limit the requests of an unattended screen.
 */
#include "config.h"

#include "machine/visit_sign_in.h"

#include <stdio.h>

#include "base/err.h"
#include "machine/discovery.h"
#include "machine/flow.h"
#include "machine/session.h"
#include "oauth/tokens.h"
#include "oauth/verdict.h"
#include "oauth/provider.h"

/* Queries the issuer for the provider's endpoints. */
static void prepare(struct visit *visit, const struct event *event,
		    struct action *action)
{
	const struct event start = event_as(event, EVENT_START);

	discovery_step(visit->discovery, &start, action);
	visit_move(visit, VISIT_PREPARING, RESULT_NONE, action);
}

/* True if the provider's known endpoints allow finding out who has approved. */
static bool can_judge(const struct visit *visit, struct err *err)
{
	return (!visit->policy.confirm && !visit_restricts_users(visit)) ||
	       provider_tells_who(visit->provider, err);
}

/* Does not let a user approve what cannot lead to a session. */
static void refuse_request(struct visit *visit, const char *why,
			   const struct event *event, struct action *action)
{
	visit_cancel_flow(visit, event, action);
	discovery_suspect(visit->discovery);
	sign_in_retry_later(
		visit,
		visit->provider->userinfo_fault != NULL ? REASON_NOT_SET_UP
							: REASON_UNKNOWN_USER,
		why, sign_in_retry_ms(visit, FAILED_MS, event), action);
	action_note(action, LEVEL_ERROR, "%s", why);
}

static void show_code(struct visit *visit, const struct event *event,
		      struct action *action)
{
	visit_move(visit, VISIT_SIGN_IN, RESULT_NONE, action);
	pacing_requested(&visit->pacing, event->now_ms);
}

static void request_code(struct visit *visit, const struct event *event,
			 struct action *action)
{
	const struct event start = event_as(event, EVENT_START);
	struct err why = {""};

	if (!can_judge(visit, &why)) {
		refuse_request(visit, why.text, event, action);
		return;
	}
	show_code(visit, event, action); /* first: the request may depend on
					  * who is greeted */
	flow_step(visit->flow, &start, action);
}

static void sign_in(struct visit *visit, const struct event *event,
		    struct action *action)
{
	/* A login gets no second chance, and the document may be an old one. */
	bool is_old = visit->policy.once &&
		      discovery_state(visit->discovery) == DISCOVERY_DONE &&
		      discovery_fetches(visit->discovery) == 0;

	if ((is_old && !can_judge(visit, NULL)) ||
	    discovery_is_stale(visit->discovery, event->now_ms))
		prepare(visit, event, action);
	else
		request_code(visit, event, action);
}

void sign_in_request_code(struct visit *visit, const struct event *event,
			  struct action *action)
{
	if (pacing_is_too_soon(&visit->pacing, event->now_ms)) {
		visit_ignore(visit, event, action);
		return;
	}
	pacing_user_noticed(&visit->pacing);
	sign_in(visit, event, action);
}

void sign_in_retry_later(struct visit *visit, enum visit_reason reason,
			 const char *details, int64_t retry_ms,
			 struct action *action)
{
	(void)snprintf(visit->trouble, sizeof(visit->trouble), "%s", details);
	visit_move(visit, visit->policy.once ? VISIT_OVER : VISIT_TROUBLE,
		   visit_result_of(reason), action);
	visit->reason = reason;
	if (!visit->policy.once)
		visit->retry_ms = retry_ms;
}

void sign_in_start(struct visit *visit, const struct event *event,
		   struct action *action)
{
	int64_t begin_ms = event->now_ms;

	pacing_reset_failures(&visit->pacing);
	if (!can_judge(visit, NULL)) {
		sign_in(visit, event, action);
		return;
	}
	if (flow_resume(visit->flow, event, action)) {
		show_code(visit, event, action);
		return;
	}
	if (visit->policy.wait_for_key) {
		visit_move(visit, VISIT_WELCOME, RESULT_NONE, action);
		return;
	}
	if (visit->policy.spread && !visit->policy.once)
		begin_ms = pacing_first(&visit->pacing, event->now_ms);
	if (begin_ms > event->now_ms) {
		visit->begin_ms = begin_ms;
		/* No flow runs while it waits. */
		visit_cancel_flow(visit, event, action);
		visit_move(visit, VISIT_STARTING, RESULT_NONE, action);
	} else {
		sign_in(visit, event, action);
	}
}

static void renew(struct visit *visit, const struct event *event,
		  struct action *action)
{
	int64_t retry_ms = pacing_renewal(&visit->pacing, event->now_ms);

	if (retry_ms == NEVER_MS && visit->policy.wait_for_key)
		retry_ms = event->now_ms + DENIED_MS; /* then welcome */
	sign_in_retry_later(visit, REASON_EXPIRED, "", retry_ms, action);
}

int64_t sign_in_retry_ms(struct visit *visit, int64_t base_ms,
			 const struct event *event)
{
	return pacing_retry(&visit->pacing, base_ms, event->now_ms);
}

void sign_in_failed(struct visit *visit, enum visit_reason reason,
		    const struct oauth_failure *oauth_failure,
		    const struct event *event, struct action *action)
{
	sign_in_retry_later(visit, reason,
			    oauth_failure != NULL ? oauth_failure->err.text
						  : "",
			    sign_in_retry_ms(visit, FAILED_MS, event), action);
	visit->no_trust = oauth_failure != NULL && oauth_failure->no_trust;
}

/* After FAILURE_REFUSED. Without an error in the answer, nothing was
 * refused. */
static enum visit_reason why_no_tokens(
	const struct oauth_failure *oauth_failure)
{
	return oauth_failure == NULL || oauth_failure->error[0] == '\0' ||
			       oauth_failure->unusable
		       ? REASON_UNUSABLE
		       : REASON_REFUSED;
}

static void flow_failed(struct visit *visit, const struct event *event,
			struct action *action)
{
	enum visit_reason reason =
		why_no_tokens(flow_oauth_failure(visit->flow));

	/* A login gets no second chance, so it queries the issuer at once if
	 * the endpoints are those of an earlier run. But only once: an endpoint
	 * may fail again and again while the one before it works. */
	if (visit->policy.once && !visit->queried_again &&
	    discovery_fetches(visit->discovery) == 0 &&
	    flow_failure(visit->flow) != FAILURE_UNREACHABLE &&
	    discovery_may_help(visit->discovery,
			       flow_oauth_failure(visit->flow))) {
		visit->queried_again = true;
		prepare(visit, event, action);
		return;
	}
	discovery_suspect(visit->discovery);
	switch (flow_failure(visit->flow)) {
	case FAILURE_UNREACHABLE:
		reason = visit_reason_of(flow_oauth_failure(visit->flow));
		break;
	case FAILURE_MISCONFIGURED:
		reason = REASON_NOT_SET_UP;
		break;
	case FAILURE_NONE:
	case FAILURE_REFUSED:
		break;
	}
	sign_in_failed(visit, reason, flow_oauth_failure(visit->flow), event,
		       action);
}

void sign_in_follow_flow(struct visit *visit, const struct event *event,
			 struct action *action)
{
	const enum flow_state state = flow_state(visit->flow);
	struct tokens tokens = {0};

	if (state == FLOW_GRANTED) {
		flow_take_tokens(visit->flow, &tokens);
		session_begin(visit->session, &tokens, event, action);
		visit_move(visit, VISIT_ARRIVING, RESULT_NONE, action);
	} else if (state == FLOW_DENIED) {
		pacing_user_noticed(&visit->pacing);
		sign_in_retry_later(visit, REASON_DENIED, "",
				    sign_in_retry_ms(visit, DENIED_MS, event),
				    action);
	} else if (state == FLOW_EXPIRED) {
		renew(visit, event, action);
	} else if (state == FLOW_FAILED) {
		flow_failed(visit, event, action);
	}
}

void sign_in_step_starting(struct visit *visit, const struct event *event,
			   struct action *action)
{
	if (event->kind == EVENT_START || event->kind == EVENT_CANCEL)
		sign_in_request_code(visit, event, action);
	else if (event->kind == EVENT_TICK && event->now_ms >= visit->begin_ms)
		sign_in(visit, event, action);
	else
		visit_ignore(visit, event, action);
}

void sign_in_step_sign_in(struct visit *visit, const struct event *event,
			  struct action *action)
{
	bool gives_up = event->kind == EVENT_CANCEL;
	bool rests = visit->policy.once || visit->policy.wait_for_key;

	/* A screen that always shows a code has no welcome screen to return to:
	 * cancelling gives the next user a new code. */
	if (event->kind == EVENT_START || (gives_up && !rests)) {
		visit_greet(visit, action);
		sign_in_request_code(visit, event, action);
		return;
	}
	flow_step(visit->flow, event, action);
	if (!gives_up)
		return;
	if (visit->policy.once)
		visit_move(visit, VISIT_OVER, RESULT_CANCELLED, action);
	else
		visit_move(visit, VISIT_WELCOME, RESULT_NONE, action);
}

/* The endpoints are known: checks for a stored session. A login resumes none,
 * but does not leave behind one that is being signed out. */
static void begin(struct visit *visit, const struct event *event,
		  struct action *action)
{
	visit->next = NEXT_SIGN_IN;
	if (visit->policy.resume)
		session_resume(visit->session, event, action);
	else
		session_finish_sign_out(visit->session, event, action);
	visit_move(visit, VISIT_RESUMING, RESULT_NONE, action);
}

/* There is no document, or no newer one: the known endpoints may still be
 * right. */
static void use_known_endpoints(struct visit *visit, const struct event *event,
				struct action *action)
{
	const struct event cancel = event_as(event, EVENT_CANCEL);

	discovery_step(visit->discovery, &cancel, action);
	if (visit->next == NEXT_SIGN_IN)
		request_code(visit, event, action);
	else
		begin(visit, event, action);
}

void sign_in_step_preparing(struct visit *visit, const struct event *event,
			    struct action *action)
{
	const struct oauth_failure *oauth_failure;

	if (event->kind == EVENT_CANCEL && visit->policy.once) {
		discovery_step(visit->discovery, event, action);
		visit_move(visit, VISIT_OVER, RESULT_CANCELLED, action);
		return;
	}
	if (event->kind == EVENT_CANCEL ||
	    (event->kind == EVENT_START &&
	     pacing_is_too_soon(&visit->pacing, event->now_ms))) {
		visit_ignore(visit, event, action);
		return;
	}
	if (event->kind == EVENT_START)
		pacing_requested(&visit->pacing, event->now_ms);
	discovery_step(visit->discovery, event, action);
	oauth_failure = discovery_oauth_failure(visit->discovery);
	switch (discovery_state(visit->discovery)) {
	case DISCOVERY_DONE:
		if (visit->next == NEXT_SIGN_IN)
			sign_in(visit, event, action);
		else
			begin(visit, event, action);
		break;
	case DISCOVERY_BACKING_OFF:
		if (provider_is_complete(visit->provider))
			use_known_endpoints(visit, event, action);
		break;
	case DISCOVERY_FAILED:
		if (provider_is_complete(visit->provider)) {
			use_known_endpoints(visit, event, action);
			break;
		}
		sign_in_failed(visit,
			       discovery_is_unreachable(visit->discovery)
				       ? visit_reason_of(oauth_failure)
				       : REASON_NOT_SET_UP,
			       oauth_failure, event, action);
		break;
	case DISCOVERY_IDLE:
	case DISCOVERY_REQUESTING:
		break;
	}
}

bool sign_in_returns(const struct visit *visit)
{
	return visit->policy.wait_for_key &&
	       (visit->reason != REASON_EXPIRED ||
		pacing_needs_user(&visit->pacing));
}

void sign_in_step_trouble(struct visit *visit, const struct event *event,
			  struct action *action)
{
	bool due = event->kind == EVENT_CLOCK
			   ? visit->no_trust
			   : event->kind == EVENT_TICK &&
				     event->now_ms >= visit->retry_ms;

	if (event->kind == EVENT_START) {
		sign_in_request_code(visit, event, action);
	} else if (!due) {
		visit_ignore(visit, event, action);
	} else if (!sign_in_returns(visit)) {
		sign_in(visit, event, action);
	} else {
		/* The next user's first code replaces none. */
		visit_cancel_flow(visit, event, action);
		visit_move(visit, VISIT_WELCOME, RESULT_NONE, action);
	}
}

void sign_in_begin(struct visit *visit, const struct event *event,
		   struct action *action)
{
	if (discovery_is_needed(visit->provider))
		prepare(visit, event, action);
	else
		begin(visit, event, action);
}
