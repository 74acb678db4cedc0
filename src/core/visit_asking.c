/* SPDX-License-Identifier: MIT */
/*
 * The way to a code, and what follows where it leads nowhere: who waits for
 * whom, and how much restraint a screen shows that nobody looks at.
 */
#include "config.h"

#include "core/visit_parts.h"

#include <stdio.h>

#include "base/err.h"
#include "core/discovery.h"
#include "core/flow.h"
#include "core/oauth.h"
#include "core/provider.h"
#include "core/session.h"

/* Asks the issuer for the provider's endpoints. */
static void prepare(struct visit *visit, const struct event *event,
		    struct action *action)
{
	struct event start = *event;

	start.kind = EVENT_START;
	discovery_step(visit->discovery, &start, action);
	visit_move(visit, VISIT_PREPARING, RESULT_NONE, action);
}

static void show_code(struct visit *visit, const struct event *event,
		      struct action *action)
{
	visit_move(visit, VISIT_SIGN_IN, RESULT_NONE, action);
	restraint_asked(&visit->restraint, event->now_ms);
}

static void ask_for_code(struct visit *visit, const struct event *event,
			 struct action *action)
{
	struct event start = *event;

	start.kind = EVENT_START;
	flow_step(visit->flow, &start, action);
	show_code(visit, event, action);
}

static void sign_in(struct visit *visit, const struct event *event,
		    struct action *action)
{
	visit->begin_ms = NEVER_MS;
	if (discovery_is_stale(visit->discovery, event->now_ms))
		prepare(visit, event, action);
	else
		ask_for_code(visit, event, action);
}

void asking_ask(struct visit *visit, const struct event *event,
		struct action *action)
{
	if (restraint_is_too_soon(&visit->restraint, event->now_ms))
		return;
	restraint_noticed(&visit->restraint);
	sign_in(visit, event, action);
}

void asking_stumble(struct visit *visit, enum visit_result result,
		    const char *why, int64_t retry_ms, struct action *action)
{
	(void)snprintf(visit->trouble, sizeof(visit->trouble), "%s", why);
	if (visit->policy.once) {
		visit_move(visit, VISIT_OVER, result, action);
		return;
	}
	visit_move(visit, VISIT_TROUBLE, result, action);
	visit->retry_ms = retry_ms;
}

void asking_start(struct visit *visit, const struct event *event,
		  struct action *action)
{
	int64_t begin_ms = event->now_ms;
	struct event cancel = *event;

	restraint_ease(&visit->restraint);
	if (flow_resume(visit->flow, event, action)) {
		show_code(visit, event, action);
		return;
	}
	if (visit->policy.wait_for_key) {
		visit_move(visit, VISIT_WELCOME, RESULT_NONE, action);
		return;
	}
	if (visit->policy.spread)
		begin_ms = restraint_first(&visit->restraint, event->now_ms);
	if (begin_ms > event->now_ms) {
		visit->begin_ms = begin_ms;
		cancel.kind = EVENT_CANCEL; /* it waits at rest */
		flow_step(visit->flow, &cancel, action);
		visit_move(visit, VISIT_SIGN_IN, RESULT_NONE, action);
	} else {
		sign_in(visit, event, action);
	}
}

static void renew(struct visit *visit, const struct event *event,
		  struct action *action)
{
	int64_t retry_ms = restraint_renewal(&visit->restraint, event->now_ms);

	if (retry_ms == NEVER_MS && visit->policy.wait_for_key)
		retry_ms = event->now_ms + DENIED_MS; /* welcome */
	asking_stumble(visit, RESULT_EXPIRED, "", retry_ms, action);
}

int64_t asking_retry_ms(struct visit *visit, int64_t base_ms,
			const struct event *event)
{
	return restraint_retry(&visit->restraint, base_ms, event->now_ms);
}

void asking_failed(struct visit *visit, enum visit_result result,
		   const struct refusal *refusal, const struct event *event,
		   struct action *action)
{
	asking_stumble(visit, result, refusal != NULL ? refusal->err.text : "",
		       asking_retry_ms(visit, FAILED_MS, event), action);
	visit->no_trust = refusal != NULL && refusal->no_trust;
}

static void flow_failed(struct visit *visit, const struct event *event,
			struct action *action)
{
	enum visit_result result = RESULT_FAILED;

	/* A login has no later, so it asks at once. */
	if (visit->policy.once &&
	    flow_failure(visit->flow) != FAILURE_UNREACHABLE &&
	    discovery_may_help(visit->discovery, flow_refusal(visit->flow))) {
		prepare(visit, event, action);
		return;
	}
	discovery_suspect(visit->discovery);
	switch (flow_failure(visit->flow)) {
	case FAILURE_UNREACHABLE:
		result = RESULT_UNREACHABLE;
		break;
	case FAILURE_MISCONFIGURED:
		result = RESULT_MISCONFIGURED;
		break;
	case FAILURE_NONE:
	case FAILURE_REFUSED:
		break;
	}
	asking_failed(visit, result, flow_refusal(visit->flow), event, action);
}

/* What the state that the flow is in now means for the visit. */
static void follow_flow(struct visit *visit, const struct event *event,
			struct action *action)
{
	struct tokens tokens = {0};

	switch (flow_state(visit->flow)) {
	case FLOW_GRANTED:
		flow_take_tokens(visit->flow, &tokens);
		session_begin(visit->session, &tokens, event, action);
		visit_move(visit, VISIT_ARRIVING, RESULT_NONE, action);
		break;
	case FLOW_DENIED:
		restraint_noticed(&visit->restraint);
		asking_stumble(visit, RESULT_DENIED, "",
			       asking_retry_ms(visit, DENIED_MS, event),
			       action);
		break;
	case FLOW_EXPIRED:
		renew(visit, event, action);
		break;
	case FLOW_FAILED:
		flow_failed(visit, event, action);
		break;
	case FLOW_IDLE:
	case FLOW_ASKING:
	case FLOW_BACKING_OFF:
	case FLOW_WAITING:
	case FLOW_POLLING:
	case FLOW_EXCHANGING:
		break;
	}
}

void asking_step_sign_in(struct visit *visit, const struct event *event,
			 struct action *action)
{
	bool gives_up = event->kind == EVENT_CANCEL;
	bool rests = visit->policy.once || visit->policy.wait_for_key;

	/* A screen that always shows a code has nothing to go back to: giving
	 * up means that the next person gets a fresh one. */
	if (event->kind == EVENT_START || (gives_up && !rests)) {
		asking_ask(visit, event, action);
		return;
	}
	if (visit->begin_ms != NEVER_MS) {
		if (event->kind == EVENT_TICK &&
		    event->now_ms >= visit->begin_ms)
			sign_in(visit, event, action);
		return;
	}
	flow_step(visit->flow, event, action);
	if (!gives_up)
		follow_flow(visit, event, action);
	else if (visit->policy.once)
		visit_move(visit, VISIT_OVER, RESULT_CANCELLED, action);
	else
		visit_move(visit, VISIT_WELCOME, RESULT_NONE, action);
}

/* With the endpoints known: is somebody signed in already? */
static void begin(struct visit *visit, const struct event *event,
		  struct action *action)
{
	visit->begun = true;
	if (!visit->policy.resume) {
		asking_start(visit, event, action);
		return;
	}
	session_resume(visit->session, event, action);
	visit_move(visit, VISIT_RESUMING, RESULT_NONE, action);
}

/* There is no newer document: the endpoints that are known may still be
 * right. */
static void make_do(struct visit *visit, const struct event *event,
		    struct action *action)
{
	struct event cancel = *event;

	cancel.kind = EVENT_CANCEL;
	discovery_step(visit->discovery, &cancel, action);
	ask_for_code(visit, event, action);
}

void asking_step_preparing(struct visit *visit, const struct event *event,
			   struct action *action)
{
	const struct refusal *refusal;

	if (event->kind == EVENT_CANCEL && visit->policy.once) {
		discovery_step(visit->discovery, event, action);
		visit_move(visit, VISIT_OVER, RESULT_CANCELLED, action);
		return;
	}
	if (event->kind == EVENT_CANCEL ||
	    (event->kind == EVENT_START &&
	     restraint_is_too_soon(&visit->restraint, event->now_ms)))
		return;
	if (event->kind == EVENT_START)
		restraint_asked(&visit->restraint, event->now_ms);
	discovery_step(visit->discovery, event, action);
	refusal = discovery_refusal(visit->discovery);
	switch (discovery_state(visit->discovery)) {
	case DISCOVERY_DONE:
		if (visit->begun)
			sign_in(visit, event, action);
		else
			begin(visit, event, action);
		break;
	case DISCOVERY_BACKING_OFF:
		if (provider_is_complete(visit->provider))
			make_do(visit, event, action);
		break;
	case DISCOVERY_FAILED:
		if (provider_is_complete(visit->provider)) {
			make_do(visit, event, action);
			break;
		}
		asking_failed(visit,
			      discovery_is_away(visit->discovery)
				      ? RESULT_UNREACHABLE
				      : RESULT_MISCONFIGURED,
			      refusal, event, action);
		break;
	case DISCOVERY_IDLE:
	case DISCOVERY_ASKING:
		break;
	}
}

void asking_step_trouble(struct visit *visit, const struct event *event,
			 struct action *action)
{
	bool renews = visit->result == RESULT_EXPIRED &&
		      !restraint_needs_person(&visit->restraint);
	bool due = event->kind == EVENT_CLOCK
			   ? visit->no_trust
			   : event->kind == EVENT_TICK &&
				     event->now_ms >= visit->retry_ms;

	if (event->kind == EVENT_START)
		asking_ask(visit, event, action);
	else if (!due)
		return;
	else if (visit->policy.wait_for_key && !renews)
		visit_move(visit, VISIT_WELCOME, RESULT_NONE, action);
	else
		sign_in(visit, event, action);
}

void asking_begin(struct visit *visit, const struct event *event,
		  struct action *action)
{
	if (discovery_is_needed(visit->provider))
		prepare(visit, event, action);
	else
		begin(visit, event, action);
}
