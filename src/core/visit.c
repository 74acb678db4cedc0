/* SPDX-License-Identifier: MIT */
/*
 * The kiosk's rules: what events mean in each stage. What follows is in the
 * parts.
 */
#include "config.h"

#include "core/visit.h"

#include <stdlib.h>

#include "base/mem.h"
#include "core/discovery.h"
#include "core/flow.h"
#include "core/session.h"
#include "core/visit_parts.h"

/* How many requests for a code may fail before a login gives up. */
#define LOGIN_PATIENCE 3

/* And before a kiosk that waits for a key goes back to waiting: whoever pressed
 * it has gone, and the provider need not hear from all of them on its return.
 */
#define KEY_PATIENCE 5

static const char *const stage_names[] = {
	[VISIT_PREPARING] = "preparing", [VISIT_WELCOME] = "welcome",
	[VISIT_RESUMING] = "resuming",	 [VISIT_SIGN_IN] = "sign-in",
	[VISIT_ARRIVING] = "arriving",	 [VISIT_CONFIRM] = "confirm",
	[VISIT_PROFILE] = "profile",	 [VISIT_LEAVING] = "leaving",
	[VISIT_TROUBLE] = "trouble",	 [VISIT_OVER] = "over",
};

static int patience(const struct visit_policy *policy)
{
	if (policy->once)
		return LOGIN_PATIENCE;
	return policy->wait_for_key ? KEY_PATIENCE : 0;
}

struct visit *visit_new(struct provider *provider,
			const struct visit_policy *policy, uint64_t seed)
{
	struct visit *visit = xcalloc(1, sizeof(*visit));

	visit->provider = provider;
	visit->policy = *policy;
	visit->restraint.seed = seed;
	visit->restraint.limit = policy->renewals;
	visit->restraint.needs_key = policy->wait_for_key;
	visit->flow = flow_new(provider, patience(policy), ~seed);
	visit->session = session_new(provider, seed + 1);
	visit->discovery = discovery_new(
		provider, policy->once ? LOGIN_PATIENCE : 0, seed + 2);
	visit->retry_ms = NEVER_MS;
	visit->begin_ms = NEVER_MS;
	if (policy->confirm || person_is_chosen(visit))
		session_hold(visit->session);
	return visit;
}

void visit_free(struct visit *visit)
{
	if (visit == NULL)
		return;
	discovery_free(visit->discovery);
	flow_free(visit->flow);
	session_free(visit->session);
	mem_wipe(visit, sizeof(*visit));
	free(visit);
}

void visit_move(struct visit *visit, enum visit_stage stage,
		enum visit_result result, struct action *action)
{
	if (stage != visit->stage)
		action_moved(action, "visit", stage_names[visit->stage],
			     stage_names[stage]);
	visit->stage = stage;
	visit->result = result;
	visit->retry_ms = NEVER_MS;
	visit->no_trust = false;
}

/* What uses the endpoints and goes on doing so. */
static void watch(struct visit *visit, const struct event *event,
		  struct action *action)
{
	const struct refusal *refusal = NULL;
	bool rests = false;

	if (visit->stage == VISIT_SIGN_IN) {
		refusal = flow_refusal(visit->flow);
		rests = flow_state(visit->flow) == FLOW_BACKING_OFF ||
			(flow_state(visit->flow) == FLOW_WAITING && !refusal);
	} else if (visit->stage == VISIT_PROFILE) {
		refusal = session_refusal(visit->session);
		rests = session_state(visit->session) == SESSION_LIVE;
	}
	if (rests)
		discovery_watch(visit->discovery, refusal, event, action);
}

bool visit_recall(struct visit *visit, const char *record, size_t len,
		  const struct event *event)
{
	return discovery_recall(visit->discovery, record, len, event);
}

void visit_recall_code(struct visit *visit, const char *record,
		       const char *boot)
{
	flow_recall(visit->flow, record, boot);
}

void visit_begin(struct visit *visit, const struct event *event,
		 struct action *action)
{
	action_clear(action);
	asking_begin(visit, event, action);
}

void visit_step(struct visit *visit, const struct event *event,
		struct action *action)
{
	action_clear(action);
	if (visit->stage != VISIT_PREPARING &&
	    discovery_step_beside(visit->discovery, event, action))
		return;
	switch (visit->stage) {
	case VISIT_PREPARING:
		asking_step_preparing(visit, event, action);
		break;
	case VISIT_WELCOME:
		if (event->kind == EVENT_START)
			asking_ask(visit, event, action);
		break;
	case VISIT_SIGN_IN:
		asking_step_sign_in(visit, event, action);
		break;
	case VISIT_RESUMING:
	case VISIT_ARRIVING:
	case VISIT_LEAVING:
		person_step_session(visit, event, action);
		break;
	case VISIT_CONFIRM:
		person_step_confirm(visit, event, action);
		break;
	case VISIT_PROFILE:
		person_step_profile(visit, event, action);
		break;
	case VISIT_TROUBLE:
		asking_step_trouble(visit, event, action);
		break;
	case VISIT_OVER:
		break;
	}
	watch(visit, event, action);
}

int64_t visit_deadline(const struct visit *visit)
{
	int64_t session_ms = session_deadline(visit->session);
	int64_t idle_ms = visit_idle_ms(visit);

	if (visit->stage != VISIT_PREPARING &&
	    discovery_state(visit->discovery) == DISCOVERY_ASKING)
		return NEVER_MS; /* nor for a request that is under way */
	switch (visit->stage) {
	case VISIT_PREPARING:
		return discovery_deadline(visit->discovery);
	case VISIT_SIGN_IN:
		return sooner_ms(visit->begin_ms, flow_deadline(visit->flow));
	case VISIT_RESUMING:
	case VISIT_ARRIVING:
	case VISIT_LEAVING:
		return session_ms;
	case VISIT_CONFIRM:
		return visit->confirm_ms;
	case VISIT_PROFILE:
		return idle_ms < session_ms ? idle_ms : session_ms;
	case VISIT_TROUBLE:
		return visit->retry_ms;
	case VISIT_WELCOME:
	case VISIT_OVER:
		break;
	}
	return NEVER_MS;
}

enum visit_stage visit_stage(const struct visit *visit)
{
	return visit->stage;
}

const char *visit_stage_name(enum visit_stage stage)
{
	return stage_names[stage];
}

enum visit_result visit_result(const struct visit *visit)
{
	return visit->result;
}

int64_t visit_retry_ms(const struct visit *visit)
{
	return visit->retry_ms;
}

const char *visit_trouble(const struct visit *visit)
{
	return visit->trouble;
}

int64_t visit_idle_ms(const struct visit *visit)
{
	if (visit->stage != VISIT_PROFILE ||
	    visit->policy.sign_out_after_ms == 0)
		return NEVER_MS;
	return visit->touched_ms + visit->policy.sign_out_after_ms;
}

int64_t visit_confirm_ms(const struct visit *visit)
{
	return visit->stage == VISIT_CONFIRM ? visit->confirm_ms : NEVER_MS;
}

const struct flow *visit_flow(const struct visit *visit)
{
	return visit->flow;
}

const struct session *visit_session(const struct visit *visit)
{
	return visit->session;
}

const struct discovery *visit_discovery(const struct visit *visit)
{
	return visit->discovery;
}
