/* SPDX-License-Identifier: MIT */
/*
 * After an approval: identifies the user, checks whether they may stay, and
 * signs them out in the end.
 */
#include "config.h"

#include "machine/visit_signed_in.h"

#include "base/err.h"
#include "machine/flow.h"
#include "machine/session.h"
#include "machine/visit_sign_in.h"
#include "oauth/allow.h"
#include "oauth/verdict.h"

/* How long a user who has just approved may take to return to the screen and
 * confirm. */
#define CONFIRM_MS 120000

/* Signs out a user who cannot stay, and remembers why. */
static void reject_user(struct visit *visit, enum visit_reason why,
			const struct event *event, struct action *action)
{
	const struct event out = event_as(event, EVENT_SIGN_OUT);

	visit->rejection = why;
	session_step(visit->session, &out, action);
	visit_move(visit, VISIT_LEAVING, RESULT_NONE, action);
}

static void signed_in(struct visit *visit, const struct event *event,
		      struct action *action)
{
	visit->touched_ms = event->now_ms;
	visit->rejection = REASON_NONE;
	pacing_reset_failures(&visit->pacing);
	/* What ends with this program is revoked. */
	if (visit->policy.once && session_was_never_saved(visit->session))
		reject_user(visit, REASON_NOT_SAVED, event, action);
	else if (visit->policy.once && !session_is_saved(visit->session))
		sign_in_retry_later(visit, REASON_NOT_SAVED, "", NEVER_MS,
				    action);
	else if (visit->policy.once)
		visit_move(visit, VISIT_OVER, RESULT_SIGNED_IN, action);
	else
		visit_move(visit, VISIT_PROFILE, RESULT_SIGNED_IN, action);
}

/* True if the user may not sign in here; they are then being signed out. */
static bool refuse(struct visit *visit, const struct event *event,
		   struct action *action)
{
	struct err why = {""};

	if (!visit_restricts_users(visit) ||
	    allow_admits(visit->policy.allow, session_profile(visit->session),
			 &why))
		return false;
	reject_user(visit, REASON_NOT_ALLOWED, event, action);
	action_note_private(action, LEVEL_WARN, "refused by kiosk.allow: %s",
			    why.text);
	return true;
}

/* Why it is unknown who has approved. */
static enum visit_reason why_unknown(const struct visit *visit)
{
	const struct oauth_failure *oauth_failure =
		session_oauth_failure(visit->session);
	const enum verdict verdict = session_verdict(visit->session);

	if (verdict == VERDICT_RETRY)
		return visit_reason_of(oauth_failure);
	return verdict == VERDICT_OK || oauth_failure == NULL
		       ? REASON_UNKNOWN_USER
		       : REASON_NO_PROFILE;
}

/* Why there is no session with these tokens. */
static enum visit_reason why_no_session(const struct visit *visit)
{
	const struct oauth_failure *oauth_failure =
		session_oauth_failure(visit->session);
	const enum verdict verdict = session_verdict(visit->session);

	if (verdict == VERDICT_RETRY)
		return visit_reason_of(oauth_failure);
	if (verdict == VERDICT_MISCONFIGURED)
		return REASON_NOT_SET_UP;
	return oauth_failure != NULL && oauth_failure->unusable
		       ? REASON_UNUSABLE
		       : REASON_REFUSED;
}

/* There are tokens and nothing is stored: finds out who has signed in. */
static void judge(struct visit *visit, const struct event *event,
		  struct action *action)
{
	if (visit->stage != VISIT_ARRIVING)
		return;
	if (session_data(visit->session)->profile == NULL) {
		reject_user(visit, why_unknown(visit), event, action);
		return;
	}
	if (refuse(visit, event, action))
		return;
	if (!visit->policy.confirm) {
		session_keep(visit->session, event, action);
		return;
	}
	visit->confirm_ms = event->now_ms + CONFIRM_MS;
	visit_move(visit, VISIT_CONFIRM, RESULT_NONE, action);
}

/* A user is signed in: just now, or in an earlier run, which may have had
 * another list of allowed users. */
static void arrived(struct visit *visit, const struct event *event,
		    struct action *action)
{
	if (visit->stage == VISIT_RESUMING) {
		visit_cancel_flow(visit, event, action);
		if (refuse(visit, event, action))
			return;
	}
	signed_in(visit, event, action);
}

/* Says why a user was rejected. */
static void dismissed(struct visit *visit, const struct event *event,
		      struct action *action)
{
	const struct oauth_failure *oauth_failure =
		session_oauth_failure(visit->session);
	const enum visit_reason why = visit->rejection;
	const bool by_user = why == REASON_NOT_ALLOWED ||
			     why == REASON_SAID_NO || why == REASON_UNCONFIRMED;

	visit->rejection = REASON_NONE;
	sign_in_retry_later(
		visit, why,
		by_user || why == REASON_UNKNOWN_USER || oauth_failure == NULL
			? ""
			: oauth_failure->err.text,
		sign_in_retry_ms(visit, by_user ? DENIED_MS : FAILED_MS, event),
		action);
}

static void session_gone(struct visit *visit, const struct event *event,
			 struct action *action)
{
	bool arriving = visit->stage == VISIT_ARRIVING;
	enum session_end end = session_end(visit->session);

	if (end == END_FAILED) {
		visit->rejection = REASON_NONE;
		sign_in_retry_later(visit, REASON_NOT_REMOVED, "",
				    sign_in_retry_ms(visit, FAILED_MS, event),
				    action);
	} else if (visit->rejection != REASON_NONE) {
		dismissed(visit, event, action);
	} else if (end == END_NOT_KEPT) {
		sign_in_failed(visit, REASON_NOT_KEPT,
			       session_oauth_failure(visit->session), event,
			       action);
	} else if (end == END_REFUSED ||
		   (visit->policy.once && arriving && end == END_LOST)) {
		sign_in_failed(visit, why_no_session(visit),
			       session_oauth_failure(visit->session), event,
			       action);
	} else if (visit->policy.once &&
		   (end == END_SIGNED_OUT || visit->stage == VISIT_LEAVING)) {
		visit_move(visit, VISIT_OVER, RESULT_CANCELLED, action);
	} else {
		sign_in_start(visit, event, action);
	}
}

void signed_in_follow_session(struct visit *visit, const struct event *event,
			      struct action *action)
{
	const enum session_state state = session_state(visit->session);

	if (state == SESSION_LIVE && visit->stage != VISIT_PROFILE)
		arrived(visit, event, action);
	else if (state == SESSION_HELD)
		judge(visit, event, action);
	else if (state == SESSION_NONE)
		sign_in_start(visit, event, action);
	else if (state == SESSION_ENDED)
		session_gone(visit, event, action);
}

void signed_in_step_session(struct visit *visit, const struct event *event,
			    struct action *action)
{
	struct event out = *event;
	bool gives_up = visit->policy.once && event->kind == EVENT_CANCEL;

	/* A login that is cancelled while arriving already has tokens, possibly
	 * on disk: it signs out again. If that is cancelled as well, the event
	 * is passed on, and the session waits neither for a store that is
	 * locked nor for the provider. The user of a kiosk has nothing to
	 * cancel here. */
	if (event->kind == EVENT_CANCEL && !gives_up) {
		visit_ignore(visit, event, action);
		return;
	}
	if (gives_up && visit->stage != VISIT_LEAVING) {
		out.kind = EVENT_SIGN_OUT;
		visit->rejection = REASON_NONE;
		visit_move(visit, VISIT_LEAVING, RESULT_NONE, action);
	}
	session_step(visit->session, &out, action);
}

void signed_in_step_confirm(struct visit *visit, const struct event *event,
			    struct action *action)
{
	bool late = event->now_ms >= visit->confirm_ms;

	if (event->kind == EVENT_CANCEL || event->kind == EVENT_SIGN_OUT ||
	    late) {
		reject_user(visit, late ? REASON_UNCONFIRMED : REASON_SAID_NO,
			    event, action);
		action_note(action, LEVEL_WARN,
			    late ? "sign-in not confirmed in time"
				 : "sign-in not confirmed: the user answered "
				   "no");
	} else if (event->kind == EVENT_START) {
		session_keep(visit->session, event, action);
		visit_move(visit, VISIT_ARRIVING, RESULT_NONE, action);
	} else if (event->kind == EVENT_CLOCK) {
		session_step(visit->session, event, action);
	} else {
		visit_ignore(visit, event, action);
	}
}

static bool is_from_user(enum event_kind kind)
{
	return kind == EVENT_START || kind == EVENT_CANCEL ||
	       kind == EVENT_SIGN_OUT || kind == EVENT_TOUCHED;
}

void signed_in_step_profile(struct visit *visit, const struct event *event,
			    struct action *action)
{
	struct event out = *event;

	/* A user who appears after the time is up (the machine may have been
	 * asleep) is another one. */
	if (event->now_ms >= visit_sign_out_ms(visit) &&
	    (event->kind == EVENT_TICK || is_from_user(event->kind)))
		out.kind = EVENT_SIGN_OUT;
	if (is_from_user(event->kind))
		visit->touched_ms = event->now_ms;
	/* Other signs of a user matter only here. */
	if (is_from_user(out.kind) && out.kind != EVENT_SIGN_OUT)
		return;
	session_step(visit->session, &out, action);
	if (out.kind == EVENT_SIGN_OUT)
		visit_move(visit, VISIT_LEAVING, RESULT_NONE, action);
}
