/* SPDX-License-Identifier: MIT */
/*
 * Somebody has approved: who it is, whether they may stay, and until when.
 */
#include "config.h"

#include "core/visit_parts.h"

#include "base/err.h"
#include "core/allow.h"
#include "core/flow.h"
#include "core/session.h"

/* How long somebody who has just approved may take to come back to the screen
 * and say that it was them. */
#define CONFIRM_MS 120000

bool person_is_chosen(const struct visit *visit)
{
	return visit->policy.allow != NULL && allow_is_set(visit->policy.allow);
}

static void signed_in(struct visit *visit, const struct event *event,
		      struct action *action)
{
	visit->touched_ms = event->now_ms;
	visit->turned_away = RESULT_NONE;
	restraint_ease(&visit->restraint);
	if (visit->policy.once && !session_is_saved(visit->session))
		asking_stumble(
			visit, RESULT_FAILED,
			"it was approved, but the session could not be saved "
			"and is gone with this program. Mend that, then sign "
			"in again.",
			NEVER_MS, action);
	else if (visit->policy.once)
		visit_move(visit, VISIT_OVER, RESULT_SIGNED_IN, action);
	else
		visit_move(visit, VISIT_PROFILE, RESULT_SIGNED_IN, action);
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
	visit_move(visit, VISIT_LEAVING, RESULT_NONE, action);
	follow_session(visit, event, action);
}

/* True where the person with that profile may not be signed in here; they are
 * on their way out then. */
static bool refuse(struct visit *visit, const char *profile,
		   const struct event *event, struct action *action)
{
	struct err why = {""};

	if (!person_is_chosen(visit) ||
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
	visit_move(visit, VISIT_CONFIRM, RESULT_NONE, action);
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
		asking_start(visit, event, action);
	else if (why == RESULT_NOT_ALLOWED || why == RESULT_UNCONFIRMED)
		asking_stumble(
			visit, why,
			why == RESULT_UNCONFIRMED
				? "Nobody said that it is them."
				: "This account is not among those that may "
				  "sign in on this device. Use another one, or "
				  "ask whoever runs the device.",
			asking_retry_ms(visit, DENIED_MS, event), action);
	else
		asking_stumble(
			visit, why,
			"The profile could not be read, and nobody can sign "
			"in here without one.",
			asking_retry_ms(visit, FAILED_MS, event), action);
}

static void session_gone(struct visit *visit, const struct event *event,
			 struct action *action)
{
	bool arriving = visit->stage == VISIT_ARRIVING;
	enum session_end end = session_end(visit->session);

	if (end == END_FAILED) {
		visit->turned_away = RESULT_NONE;
		asking_stumble(
			visit, RESULT_FAILED,
			"The session file could not be removed after the "
			"sign-out: remove it by hand.",
			asking_retry_ms(visit, FAILED_MS, event), action);
	} else if (visit->turned_away != RESULT_NONE) {
		dismissed(visit, event, action);
	} else if (end == END_REFUSED ||
		   (visit->policy.once && arriving && end == END_LOST)) {
		asking_failed(visit,
			      session_verdict(visit->session) == VERDICT_RETRY
				      ? RESULT_UNREACHABLE
				      : RESULT_FAILED,
			      session_refusal(visit->session), event, action);
	} else if (visit->policy.once && end == END_SIGNED_OUT) {
		visit_move(visit, VISIT_OVER, RESULT_CANCELLED, action);
	} else {
		asking_start(visit, event, action);
	}
}

/* What the state that the session is in now means for the visit. */
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
		asking_start(visit, event, action);
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

void person_step_session(struct visit *visit, const struct event *event,
			 struct action *action)
{
	struct event out = *event;
	bool gives_up = visit->policy.once && event->kind == EVENT_CANCEL;

	/* Who cancels while arriving has tokens already, perhaps on the disk:
	 * they are signed out again. Whoever cancels even that, and is passed
	 * on, waits neither for a store that somebody else holds nor for the
	 * provider. A kiosk's person has nothing to cancel here. */
	if (event->kind == EVENT_CANCEL && !gives_up)
		return;
	if (gives_up && visit->stage != VISIT_LEAVING) {
		out.kind = EVENT_SIGN_OUT;
		visit->turned_away = RESULT_NONE;
		visit_move(visit, VISIT_LEAVING, RESULT_NONE, action);
	}
	session_step(visit->session, &out, action);
	follow_session(visit, event, action);
}

void person_step_confirm(struct visit *visit, const struct event *event,
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
		visit_move(visit, VISIT_ARRIVING, RESULT_NONE, action);
	} else if (event->kind == EVENT_CLOCK) {
		session_step(visit->session, event, action);
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

void person_step_profile(struct visit *visit, const struct event *event,
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
		visit_move(visit, VISIT_LEAVING, RESULT_NONE, action);
	follow_session(visit, event, action);
}
