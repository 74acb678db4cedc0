/* SPDX-License-Identifier: MIT */
/*
 * The kiosk's rules: what follows what, who waits for whom, and how much
 * restraint a screen shows that nobody looks at.
 */
#include "config.h"

#include "core/visit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "core/allow.h"
#include "core/discovery.h"
#include "core/flow.h"
#include "core/provider.h"
#include "core/restraint.h"
#include "core/session.h"

/* How many requests for a code may fail before a login gives up. */
#define LOGIN_PATIENCE 3

/* And before a kiosk that waits for a key goes back to waiting: whoever pressed
 * it has gone, and the provider need not hear from all of them on its return.
 */
#define KEY_PATIENCE 5

/* How long a refusal stays on the screen before the next code, and trouble
 * that only an operator can mend; the first time. */
#define DENIED_MS 10000
#define FAILED_MS 30000

/* How long somebody who has just approved may take to come back to the screen
 * and say that it was them. */
#define CONFIRM_MS 120000

struct visit {
	struct provider *provider;
	struct visit_policy policy;
	struct discovery *discovery;
	struct flow *flow;
	struct session *session;
	int64_t retry_ms;
	int64_t begin_ms; /* when the first code is asked for */
	int64_t touched_ms;
	struct restraint restraint;
	enum visit_stage stage;
	enum visit_result result;
	enum visit_result turned_away; /* why it is being signed out, where
					* that is nobody's wish */
	int64_t confirm_ms;
	bool no_trust; /* what the trouble is about: see struct refusal */
	bool begun;    /* it has looked for a stored session */
	char trouble[512];
};

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

static bool has_list(const struct visit *visit)
{
	return visit->policy.allow != NULL && allow_is_set(visit->policy.allow);
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
	if (policy->confirm || has_list(visit))
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

/* The only place where the stage changes. */
static void move(struct visit *visit, enum visit_stage stage,
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

/* Asks the issuer for the provider's endpoints. */
static void prepare(struct visit *visit, const struct event *event,
		    struct action *action)
{
	struct event start = *event;

	start.kind = EVENT_START;
	discovery_step(visit->discovery, &start, action);
	move(visit, VISIT_PREPARING, RESULT_NONE, action);
}

static void show_code(struct visit *visit, const struct event *event,
		      struct action *action)
{
	move(visit, VISIT_SIGN_IN, RESULT_NONE, action);
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
	if (discovery_is_stale(visit->discovery, event->now_ms))
		prepare(visit, event, action);
	else
		ask_for_code(visit, event, action);
}

/* A person asks for a code. */
static void ask(struct visit *visit, const struct event *event,
		struct action *action)
{
	if (restraint_is_too_soon(&visit->restraint, event->now_ms))
		return;
	restraint_noticed(&visit->restraint);
	sign_in(visit, event, action);
}

/* Where a visit begins, and where the next one does. */
static void start(struct visit *visit, const struct event *event,
		  struct action *action)
{
	restraint_ease(&visit->restraint);
	if (flow_resume(visit->flow, event, action)) {
		show_code(visit, event, action);
		return;
	}
	if (visit->policy.wait_for_key) {
		move(visit, VISIT_WELCOME, RESULT_NONE, action);
		return;
	}
	visit->begin_ms = event->now_ms;
	if (visit->policy.spread)
		visit->begin_ms =
			restraint_first(&visit->restraint, event->now_ms);
	if (visit->begin_ms > event->now_ms)
		move(visit, VISIT_SIGN_IN, RESULT_NONE, action);
	else
		sign_in(visit, event, action);
}

/* Whether the first code has not been asked for yet. */
static bool is_waiting(const struct visit *visit)
{
	return visit->stage == VISIT_SIGN_IN &&
	       flow_state(visit->flow) == FLOW_IDLE;
}

/* A login is over; a kiosk tells the person and tries again at retry_ms. */
static void stumble(struct visit *visit, enum visit_result result,
		    const char *why, int64_t retry_ms, struct action *action)
{
	(void)snprintf(visit->trouble, sizeof(visit->trouble), "%s", why);
	if (visit->policy.once) {
		move(visit, VISIT_OVER, result, action);
		return;
	}
	move(visit, VISIT_TROUBLE, result, action);
	visit->retry_ms = retry_ms;
}

static void renew(struct visit *visit, const struct event *event,
		  struct action *action)
{
	int64_t retry_ms = restraint_renewal(&visit->restraint, event->now_ms);

	if (retry_ms == NEVER_MS && visit->policy.wait_for_key)
		retry_ms = event->now_ms + DENIED_MS; /* welcome */
	stumble(visit, RESULT_EXPIRED, "", retry_ms, action);
}

static int64_t retry_ms(struct visit *visit, int64_t base_ms,
			const struct event *event)
{
	return restraint_retry(&visit->restraint, base_ms, event->now_ms);
}

static void failed(struct visit *visit, enum visit_result result,
		   const struct refusal *refusal, const struct event *event,
		   struct action *action)
{
	stumble(visit, result, refusal != NULL ? refusal->err.text : "",
		retry_ms(visit, FAILED_MS, event), action);
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
	failed(visit, result, flow_refusal(visit->flow), event, action);
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
		move(visit, VISIT_ARRIVING, RESULT_NONE, action);
		break;
	case FLOW_DENIED:
		restraint_noticed(&visit->restraint);
		stumble(visit, RESULT_DENIED, "",
			retry_ms(visit, DENIED_MS, event), action);
		break;
	case FLOW_EXPIRED:
		renew(visit, event, action);
		break;
	case FLOW_FAILED:
		flow_failed(visit, event, action);
		break;
	case FLOW_IDLE:
	case FLOW_ASKING:
	case FLOW_HOLDING:
	case FLOW_WAITING:
	case FLOW_POLLING:
	case FLOW_EXCHANGING:
		break;
	}
}

static void signed_in(struct visit *visit, const struct event *event,
		      struct action *action)
{
	visit->touched_ms = event->now_ms;
	visit->turned_away = RESULT_NONE;
	restraint_ease(&visit->restraint);
	if (visit->policy.once && !session_is_saved(visit->session))
		stumble(visit, RESULT_FAILED,
			"it was approved, but the session could not be saved "
			"and is gone with this program. Mend that, then sign "
			"in again.",
			NEVER_MS, action);
	else if (visit->policy.once)
		move(visit, VISIT_OVER, RESULT_SIGNED_IN, action);
	else
		move(visit, VISIT_PROFILE, RESULT_SIGNED_IN, action);
}

static void follow_session(struct visit *visit, const struct event *event,
			   struct action *action);

/* Signs out whoever cannot stay, and remembers why. */
static void turn_away(struct visit *visit, enum visit_result why,
		      const struct event *event, struct action *action)
{
	struct event out = *event;

	out.kind = EVENT_SIGN_OUT;
	visit->turned_away = why;
	session_step(visit->session, &out, action);
	move(visit, VISIT_LEAVING, RESULT_NONE, action);
	follow_session(visit, event, action);
}

/* True where the person with that profile may not be signed in here; they are
 * on their way out then. */
static bool refuse(struct visit *visit, const char *profile,
		   const struct event *event, struct action *action)
{
	struct err why = {""};

	if (!has_list(visit) ||
	    allow_admits(visit->policy.allow, profile, &why))
		return false;
	turn_away(visit, RESULT_NOT_ALLOWED, event, action);
	action_note(action, LEVEL_WARN, "refused, not in kiosk.allow: %s",
		    why.text);
	return true;
}

/* Tokens are there and nothing is kept: who is it? */
static void judge(struct visit *visit, const struct event *event,
		  struct action *action)
{
	const char *profile = session_data(visit->session)->profile;

	if (visit->stage != VISIT_ARRIVING)
		return;
	if (profile == NULL) {
		turn_away(visit,
			  session_verdict(visit->session) == VERDICT_RETRY
				  ? RESULT_UNREACHABLE
				  : RESULT_FAILED,
			  event, action);
		return;
	}
	if (refuse(visit, profile, event, action))
		return;
	if (!visit->policy.confirm) {
		session_keep(visit->session, event, action);
		return;
	}
	visit->confirm_ms = event->now_ms + CONFIRM_MS;
	move(visit, VISIT_CONFIRM, RESULT_NONE, action);
}

/* Somebody is signed in: from just now, or from an earlier run, whose list of
 * people may have been another one. */
static void arrived(struct visit *visit, const struct event *event,
		    struct action *action)
{
	const char *profile = session_data(visit->session)->profile;
	struct event cancel = *event;

	if (visit->stage == VISIT_RESUMING) {
		cancel.kind = EVENT_CANCEL; /* no code is needed */
		flow_step(visit->flow, &cancel, action);
		if (refuse(visit, profile, event, action))
			return;
	}
	signed_in(visit, event, action);
}

/* What a person is told who was turned away. */
static void dismissed(struct visit *visit, const struct event *event,
		      struct action *action)
{
	enum visit_result why = visit->turned_away;

	visit->turned_away = RESULT_NONE;
	if (why == RESULT_UNCONFIRMED && !visit->policy.once)
		start(visit, event, action);
	else if (why == RESULT_NOT_ALLOWED || why == RESULT_UNCONFIRMED)
		stumble(visit, why,
			why == RESULT_UNCONFIRMED
				? "Nobody said that it is them."
				: "This account is not among those that may "
				  "sign in on this device. Use another one, or "
				  "ask whoever runs the device.",
			retry_ms(visit, DENIED_MS, event), action);
	else
		stumble(visit, why,
			"The profile could not be read, and nobody can sign "
			"in here without one.",
			retry_ms(visit, FAILED_MS, event), action);
}

static void session_gone(struct visit *visit, const struct event *event,
			 struct action *action)
{
	bool arriving = visit->stage == VISIT_ARRIVING;
	enum session_end end = session_end(visit->session);

	if (end == END_FAILED)
		stumble(visit, RESULT_FAILED,
			"The session file could not be removed after the "
			"sign-out: remove it by hand.",
			retry_ms(visit, FAILED_MS, event), action);
	else if (visit->turned_away != RESULT_NONE)
		dismissed(visit, event, action);
	else if (end == END_REFUSED ||
		 (visit->policy.once && arriving && end == END_LOST))
		failed(visit,
		       session_verdict(visit->session) == VERDICT_RETRY
			       ? RESULT_UNREACHABLE
			       : RESULT_FAILED,
		       session_refusal(visit->session), event, action);
	else if (visit->policy.once && end == END_SIGNED_OUT)
		move(visit, VISIT_OVER, RESULT_CANCELLED, action);
	else
		start(visit, event, action);
}

/* The same for the session. */
static void follow_session(struct visit *visit, const struct event *event,
			   struct action *action)
{
	switch (session_state(visit->session)) {
	case SESSION_LIVE:
		if (visit->stage != VISIT_PROFILE)
			arrived(visit, event, action);
		break;
	case SESSION_HELD:
		judge(visit, event, action);
		break;
	case SESSION_NONE:
		start(visit, event, action);
		break;
	case SESSION_ENDED:
		session_gone(visit, event, action);
		break;
	case SESSION_CHECKING:
	case SESSION_LOCKING:
	case SESSION_SAVING:
	case SESSION_REFRESHING:
	case SESSION_READING:
	case SESSION_REVOKING:
	case SESSION_WIPING:
		break;
	}
}

static void step_sign_in(struct visit *visit, const struct event *event,
			 struct action *action)
{
	bool gives_up = event->kind == EVENT_CANCEL;
	bool rests = visit->policy.once || visit->policy.wait_for_key;

	/* A screen that always shows a code has nothing to go back to: giving
	 * up means that the next person gets a fresh one. */
	if (event->kind == EVENT_START || (gives_up && !rests)) {
		ask(visit, event, action);
		return;
	}
	if (is_waiting(visit)) {
		if (event->kind == EVENT_TICK &&
		    event->now_ms >= visit->begin_ms)
			sign_in(visit, event, action);
		return;
	}
	flow_step(visit->flow, event, action);
	if (!gives_up)
		follow_flow(visit, event, action);
	else if (visit->policy.once)
		move(visit, VISIT_OVER, RESULT_CANCELLED, action);
	else
		move(visit, VISIT_WELCOME, RESULT_NONE, action);
}

static void step_session(struct visit *visit, const struct event *event,
			 struct action *action)
{
	struct event out = *event;
	bool gives_up = visit->policy.once && event->kind == EVENT_CANCEL;

	/* Who cancels while arriving has tokens already, perhaps on the disk:
	 * they are signed out again. Whoever cancels even that is let go. */
	if (gives_up && visit->stage == VISIT_LEAVING) {
		action->kind = ACTION_DROP;
		move(visit, VISIT_OVER, RESULT_CANCELLED, action);
		return;
	}
	if (gives_up) {
		out.kind = EVENT_SIGN_OUT;
		visit->turned_away = RESULT_NONE;
	}
	session_step(visit->session, &out, action);
	if (gives_up)
		move(visit, VISIT_LEAVING, RESULT_NONE, action);
	follow_session(visit, event, action);
}

static void step_confirm(struct visit *visit, const struct event *event,
			 struct action *action)
{
	bool late = event->now_ms >= visit->confirm_ms;

	if (event->kind == EVENT_CANCEL || event->kind == EVENT_SIGN_OUT ||
	    late) {
		turn_away(visit, RESULT_UNCONFIRMED, event, action);
		action_note(action, LEVEL_WARN,
			    late ? "not kept: nobody said in time that it is "
				   "them"
				 : "not kept: the person said that it is not "
				   "them");
	} else if (event->kind == EVENT_START) {
		session_keep(visit->session, event, action);
		move(visit, VISIT_ARRIVING, RESULT_NONE, action);
	}
}

static bool is_from_person(enum event_kind kind)
{
	switch (kind) {
	case EVENT_START:
	case EVENT_CANCEL:
	case EVENT_SIGN_OUT:
	case EVENT_TOUCHED:
		return true;
	case EVENT_TICK:
	case EVENT_CLOCK:
	case EVENT_REPLY:
	case EVENT_LOCKED:
	case EVENT_BUSY:
	case EVENT_SAVED:
	case EVENT_REDIRECT:
		break;
	}
	return false;
}

static void step_profile(struct visit *visit, const struct event *event,
			 struct action *action)
{
	struct event out = *event;

	/* Whoever touches it after the time is up (the machine may have been
	 * asleep) is somebody else. */
	if (event->now_ms >= visit_idle_ms(visit) &&
	    (event->kind == EVENT_TICK || is_from_person(event->kind)))
		out.kind = EVENT_SIGN_OUT;
	if (is_from_person(event->kind))
		visit->touched_ms = event->now_ms;
	session_step(visit->session, &out, action);
	if (out.kind == EVENT_SIGN_OUT)
		move(visit, VISIT_LEAVING, RESULT_NONE, action);
	follow_session(visit, event, action);
}

static void step_trouble(struct visit *visit, const struct event *event,
			 struct action *action)
{
	bool renews = visit->result == RESULT_EXPIRED &&
		      !restraint_needs_person(&visit->restraint);
	bool due = event->kind == EVENT_CLOCK
			   ? visit->no_trust
			   : event->kind == EVENT_TICK &&
				     event->now_ms >= visit->retry_ms;

	if (event->kind == EVENT_START)
		ask(visit, event, action);
	else if (!due)
		return;
	else if (visit->policy.wait_for_key && !renews)
		move(visit, VISIT_WELCOME, RESULT_NONE, action);
	else
		sign_in(visit, event, action);
}

/* With the endpoints known: is somebody signed in already? */
static void begin(struct visit *visit, const struct event *event,
		  struct action *action)
{
	visit->begun = true;
	if (!visit->policy.resume) {
		start(visit, event, action);
		return;
	}
	session_resume(visit->session, event, action);
	move(visit, VISIT_RESUMING, RESULT_NONE, action);
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

static void step_preparing(struct visit *visit, const struct event *event,
			   struct action *action)
{
	const struct refusal *refusal;

	if (event->kind == EVENT_CANCEL && visit->policy.once) {
		discovery_step(visit->discovery, event, action);
		move(visit, VISIT_OVER, RESULT_CANCELLED, action);
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
	case DISCOVERY_HOLDING:
		if (provider_is_complete(visit->provider))
			make_do(visit, event, action);
		break;
	case DISCOVERY_FAILED:
		if (provider_is_complete(visit->provider)) {
			make_do(visit, event, action);
			break;
		}
		failed(visit,
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

/* What uses the endpoints and goes on doing so. */
static void watch(struct visit *visit, const struct event *event,
		  struct action *action)
{
	const struct refusal *refusal = NULL;
	bool rests = false;

	if (visit->stage == VISIT_SIGN_IN) {
		refusal = flow_refusal(visit->flow);
		rests = flow_state(visit->flow) == FLOW_HOLDING ||
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
	if (discovery_is_needed(visit->provider))
		prepare(visit, event, action);
	else
		begin(visit, event, action);
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
		step_preparing(visit, event, action);
		break;
	case VISIT_WELCOME:
		if (event->kind == EVENT_START)
			ask(visit, event, action);
		break;
	case VISIT_SIGN_IN:
		step_sign_in(visit, event, action);
		break;
	case VISIT_RESUMING:
	case VISIT_ARRIVING:
	case VISIT_LEAVING:
		step_session(visit, event, action);
		break;
	case VISIT_CONFIRM:
		step_confirm(visit, event, action);
		break;
	case VISIT_PROFILE:
		step_profile(visit, event, action);
		break;
	case VISIT_TROUBLE:
		step_trouble(visit, event, action);
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
		return is_waiting(visit) ? visit->begin_ms
					 : flow_deadline(visit->flow);
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
