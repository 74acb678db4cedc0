/* SPDX-License-Identifier: MIT */
/*
 * Signing out: marks the session, revokes its tokens, then empties the store.
 */
#include "config.h"

#include "machine/session_sign_out.h"

#include "oauth/provider.h"

/* Without the lock, the store is not touched: its content belongs to another
 * process or is left behind. */
static void wipe_or_give_up(struct session *session, enum session_state how,
			    struct action *action)
{
	if (how == SESSION_REVOKING)
		session_wipe(session, session->leaving, action);
	else
		session_finish(session,
			       session_is_unknown(session) ? session->leaving
							   : END_FAILED,
			       action);
}

void sign_out_go_on(struct session *session, enum session_state how,
		    const struct event *event, struct action *action)
{
	struct request *request =
		revocation_request(&session->revocation, session->provider,
				   &session->data.tokens, event->wall_s);

	if (request != NULL)
		session_send(session, request, how, action);
	else
		wipe_or_give_up(session, how, action);
}

void sign_out_mark(struct session *session, const struct event *event,
		   struct action *action)
{
	if (session->data.signing_out ||
	    session->data.tokens.access_token == NULL ||
	    session->provider->revocation_endpoint == NULL) {
		sign_out_go_on(session, SESSION_REVOKING, event, action);
		return;
	}
	session->data.signing_out = true;
	session_save(session, SESSION_MARKING_SIGN_OUT, action);
}

void sign_out_finish(struct session *session, const struct event *event,
		     struct action *action)
{
	session_data_copy(&session->data, event->data);
	/* Whoever is there now need not be the user who signed out. */
	session_data_set_profile(&session->data, NULL);
	session->stored = STORED_ALL;
	session->revocation = (struct revocation){0};
	session->leaving = END_LOST;
	sign_out_go_on(session, SESSION_REVOKING, event, action);
	action_note(action, LEVEL_WARN,
		    "signing out was interrupted: finishing it");
}

void sign_out_reject(struct session *session, enum session_end end,
		     const struct event *event, struct action *action)
{
	session->revocation = (struct revocation){0};
	session->leaving = end;
	sign_out_go_on(session, SESSION_REVOKING_UNLOCKED, event, action);
}

void sign_out_begin(struct session *session, enum session_end end,
		    const struct event *event, struct action *action)
{
	session->revocation = (struct revocation){0};
	session->leaving = end;
	session->is_leaving = false;
	if (session->stored == STORED_HELD ||
	    (session_is_unknown(session) && session_is_locked(session)))
		sign_out_go_on(session, SESSION_REVOKING_UNLOCKED, event,
			       action);
	else if (session_is_locked(session))
		sign_out_mark(session, event, action);
	else
		session_lock_for(session, PURPOSE_LEAVE, event->now_ms, action);
}

bool sign_out_cut_short(struct session *session, const struct event *event,
			struct action *action)
{
	if (session->state == SESSION_LOCK_BUSY &&
	    session->purpose == PURPOSE_LEAVE) {
		sign_out_go_on(session, SESSION_REVOKING_UNLOCKED, event,
			       action);
		action_note(action, LEVEL_WARN,
			    "another process has locked the session file: it "
			    "is left unchanged");
		return true;
	}
	if (session->is_leaving) {
		sign_out_begin(session, END_SIGNED_OUT, event, action);
		return true;
	}
	if (!session_is_revoking(session))
		return false;
	if (event->kind == EVENT_CANCEL)
		wipe_or_give_up(session, session->state, action);
	else if (revocation_skip(&session->revocation))
		sign_out_go_on(session, session->state, event, action);
	else
		return false; /* nothing else can be revoked */
	return true;
}

void sign_out_wiped(struct session *session, bool ok, struct action *action)
{
	enum session_end end = session->leaving;

	/* A session that the provider has ended is of no use to anyone. */
	if (end != END_LOST && !ok)
		end = END_FAILED;
	session_finish(session, end, action);
	if (!ok)
		action_note(action, LEVEL_ERROR,
			    "cannot remove the session file: remove it by "
			    "hand");
}

void sign_out_answered(struct session *session, const struct event *event,
		       struct action *action)
{
	struct oauth_failure oauth_failure = {.retry_after_s = -1};
	bool ok =
		revocation_answered(&session->revocation, &session->data.tokens,
				    event->reply, &oauth_failure);

	sign_out_go_on(session, session->state, event, action);
	if (!ok)
		action_note(action, LEVEL_WARN, "tokens not revoked: %s",
			    oauth_failure.err.text);
}
