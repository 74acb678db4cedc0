/* SPDX-License-Identifier: MIT */
/*
 * The rules of the kiosk: what each event does in each stage. The rest is in
 * the parts.
 */
#include "config.h"

#include "machine/visit.h"

#include <stdlib.h>

#include "base/mem.h"
#include "machine/discovery.h"
#include "machine/flow.h"
#include "machine/session.h"
#include "machine/visit_sign_in.h"
#include "machine/visit_signed_in.h"

/* How many requests for a code may fail before a login gives up. */
#define LOGIN_PATIENCE 3

/* How many may fail before a kiosk that waits for a key returns to waiting: the
 * user has probably left, and a recovering provider need not hear from every
 * kiosk. */
#define KEY_PATIENCE 5

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
	visit->pacing.seed = seed;
	visit->pacing.limit = policy->renewals;
	visit->pacing.needs_key = policy->wait_for_key;
	visit->flow = flow_new(provider, patience(policy), ~seed);
	visit->session = session_new(provider, seed + 1);
	visit->discovery = discovery_new(
		provider, policy->once ? LOGIN_PATIENCE : 0, seed + 2);
	visit->retry_ms = NEVER_MS;
	visit->begin_ms = NEVER_MS;
	if (policy->confirm || visit_restricts_users(visit))
		session_hold(visit->session);
	if (policy->in_memory)
		session_in_memory(visit->session);
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

/* Watches the endpoints that are in continuous use. */
static void watch(struct visit *visit, const struct event *event,
		  struct action *action)
{
	const struct oauth_failure *oauth_failure = NULL;
	bool rests = false;

	if (visit->stage == VISIT_SIGN_IN) {
		oauth_failure = flow_oauth_failure(visit->flow);
		rests = flow_state(visit->flow) == FLOW_BACKING_OFF ||
			(flow_state(visit->flow) == FLOW_WAITING &&
			 !oauth_failure);
	} else if (visit->stage == VISIT_PROFILE) {
		oauth_failure = session_oauth_failure(visit->session);
		rests = session_state(visit->session) == SESSION_LIVE;
	}
	if (rests)
		discovery_watch(visit->discovery, oauth_failure, event, action);
}

/*
 * Acts on the current states of flow and session. Either may end in the same
 * step that began it, so this repeats until the stage no longer changes.
 */
static void follow(struct visit *visit, const struct event *event,
		   struct action *action)
{
	enum visit_stage stage;

	do {
		stage = visit->stage;
		switch (stage) {
		case VISIT_SIGN_IN:
			sign_in_follow_flow(visit, event, action);
			break;
		case VISIT_RESUMING:
		case VISIT_ARRIVING:
		case VISIT_PROFILE:
		case VISIT_LEAVING:
			signed_in_follow_session(visit, event, action);
			break;
		case VISIT_PREPARING:
		case VISIT_WELCOME:
		case VISIT_STARTING:
		case VISIT_CONFIRM:
		case VISIT_TROUBLE:
		case VISIT_OVER:
			break;
		}
	} while (visit->stage != stage);
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

void visit_recall_margin(struct visit *visit, const char *record, size_t len)
{
	flow_recall_margin(visit->flow, record, len);
}

void visit_begin(struct visit *visit, const struct event *event,
		 struct action *action)
{
	action_clear(action);
	sign_in_begin(visit, event, action);
	follow(visit, event, action);
}

void visit_step(struct visit *visit, const struct event *event,
		struct action *action)
{
	action_clear(action);
	if (visit->stage != VISIT_PREPARING &&
	    discovery_step_alongside(visit->discovery, event, action))
		return;
	switch (visit->stage) {
	case VISIT_PREPARING:
		sign_in_step_preparing(visit, event, action);
		break;
	case VISIT_WELCOME:
		if (event->kind == EVENT_START)
			sign_in_request_code(visit, event, action);
		else
			visit_ignore(visit, event, action);
		break;
	case VISIT_STARTING:
		sign_in_step_starting(visit, event, action);
		break;
	case VISIT_SIGN_IN:
		sign_in_step_sign_in(visit, event, action);
		break;
	case VISIT_RESUMING:
	case VISIT_ARRIVING:
	case VISIT_LEAVING:
		signed_in_step_session(visit, event, action);
		break;
	case VISIT_CONFIRM:
		signed_in_step_confirm(visit, event, action);
		break;
	case VISIT_PROFILE:
		signed_in_step_profile(visit, event, action);
		break;
	case VISIT_TROUBLE:
		sign_in_step_trouble(visit, event, action);
		break;
	case VISIT_OVER:
		if (session_ends_with_program(visit->session))
			session_step(visit->session, event, action);
		else
			visit_ignore(visit, event, action);
		break;
	}
	follow(visit, event, action);
	watch(visit, event, action);
}

int64_t visit_deadline(const struct visit *visit)
{
	int64_t session_ms = session_deadline(visit->session);
	int64_t idle_ms = visit_idle_ms(visit);

	if (visit->stage != VISIT_PREPARING &&
	    discovery_state(visit->discovery) == DISCOVERY_REQUESTING)
		return NEVER_MS; /* a request under way has no deadline */
	switch (visit->stage) {
	case VISIT_PREPARING:
		return discovery_deadline(visit->discovery);
	case VISIT_STARTING:
		return visit->begin_ms;
	case VISIT_SIGN_IN:
		return flow_deadline(visit->flow);
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

/* A stage that exists for another machine's work must not outlast it. */
static enum liveness working_liveness(enum liveness below)
{
	return below == LIVENESS_REQUEST || below == LIVENESS_STORE ||
			       below == LIVENESS_DEADLINE
		       ? below
		       : LIVENESS_HUNG;
}

enum liveness visit_liveness(const struct visit *visit)
{
	const struct session *session = visit->session;
	enum liveness discovery = discovery_liveness(visit->discovery);

	if (discovery == LIVENESS_REQUEST)
		return discovery; /* alongside whatever else waits */
	switch (visit->stage) {
	case VISIT_PREPARING:
		return working_liveness(discovery);
	case VISIT_SIGN_IN:
		return working_liveness(flow_liveness(visit->flow));
	case VISIT_RESUMING:
	case VISIT_ARRIVING:
	case VISIT_LEAVING:
		return session_is_at_rest(session)
			       ? LIVENESS_HUNG
			       : working_liveness(session_liveness(session));
	case VISIT_PROFILE:
		if (session_state(session) != SESSION_LIVE)
			return working_liveness(session_liveness(session));
		break;
	case VISIT_CONFIRM:
		if (session_state(session) != SESSION_HELD)
			return LIVENESS_HUNG;
		break;
	case VISIT_OVER:
		if (!session_is_at_rest(session))
			return working_liveness(session_liveness(session));
		break;
	case VISIT_WELCOME:
	case VISIT_STARTING:
	case VISIT_TROUBLE:
		break;
	}
	return states_liveness(&visit_stages, visit->stage,
			       visit_deadline(visit));
}

enum visit_stage visit_stage(const struct visit *visit)
{
	return visit->stage;
}

enum visit_result visit_result(const struct visit *visit)
{
	return visit->result;
}

unsigned visit_number(const struct visit *visit)
{
	return visit->number;
}

int64_t visit_retry_ms(const struct visit *visit)
{
	return visit->retry_ms;
}

/* True if the flow's last request failed, and it tries again. A code grant also
 * keeps what was wrong with an address that the user entered. */
static bool retries(const struct flow *flow)
{
	const enum flow_state state = flow_state(flow);

	return state == FLOW_BACKING_OFF ||
	       state == FLOW_EXCHANGE_BACKING_OFF ||
	       (flow_code(flow) != NULL && flow_oauth_failure(flow) != NULL);
}

/* Also while something else is tried again. */
enum visit_reason visit_reason(const struct visit *visit)
{
	switch (visit->stage) {
	case VISIT_PREPARING:
		return discovery_state(visit->discovery) ==
				       DISCOVERY_BACKING_OFF
			       ? visit_reason_of(discovery_oauth_failure(
					 visit->discovery))
			       : REASON_NONE;
	case VISIT_SIGN_IN:
		return retries(visit->flow)
			       ? visit_reason_of(
					 flow_oauth_failure(visit->flow))
			       : REASON_NONE;
	case VISIT_TROUBLE:
	case VISIT_OVER:
		return visit->reason;
	case VISIT_WELCOME:
	case VISIT_RESUMING:
	case VISIT_STARTING:
	case VISIT_ARRIVING:
	case VISIT_CONFIRM:
	case VISIT_PROFILE:
	case VISIT_LEAVING:
		break;
	}
	return REASON_NONE;
}

bool visit_returns(const struct visit *visit)
{
	return visit->stage == VISIT_TROUBLE && sign_in_returns(visit);
}

bool visit_renews(const struct visit *visit)
{
	return !visit->policy.once && pacing_will_renew(&visit->pacing);
}

const char *visit_trouble(const struct visit *visit)
{
	return visit->trouble;
}

int64_t visit_idle_ms(const struct visit *visit)
{
	return visit_sign_out_ms(visit);
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
