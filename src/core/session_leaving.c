/* SPDX-License-Identifier: MIT */
/*
 * The way out: the tokens are given back, then the store is emptied.
 */
#include "config.h"

#include "core/session_parts.h"

/* Without the lock the store stays as it is: whatever is there is somebody
 * else's, or is left behind. */
static void be_gone(struct session *session, struct action *action)
{
	if (session->holds_lock)
		session_wipe(session, session->leaving, action);
	else
		session_finish(session,
			       session->never_saved ? session->leaving
						    : END_FAILED,
			       action);
}

void leaving_go_on(struct session *session, const struct event *event,
		   struct action *action)
{
	struct request *request =
		revocation_request(&session->revocation, session->provider,
				   &session->data.tokens, event->wall_s);

	if (request != NULL)
		session_send(session, request, SESSION_REVOKING, action);
	else
		be_gone(session, action);
}

void leaving_begin(struct session *session, enum session_end end,
		   const struct event *event, struct action *action)
{
	session->revocation = (struct revocation){0};
	session->leaving = end;
	if (session->held)
		leaving_go_on(session, event, action);
	else
		session_errand(session, ERRAND_LEAVE, event->now_ms, action);
}

void leaving_hurry(struct session *session, const struct event *event,
		   struct action *action)
{
	if (session->state == SESSION_LOCKING &&
	    session->errand == ERRAND_LEAVE) {
		leaving_go_on(session, event, action);
		action_note(action, LEVEL_WARN,
			    "another process holds the session file: what is "
			    "in it stays there");
	} else if (session->state == SESSION_REVOKING) {
		session->revocation.next = REVOKE_NOTHING;
		session->due_ms = event->now_ms;
		action->kind = ACTION_DROP;
	}
}

void leaving_wiped(struct session *session, bool ok, struct action *action)
{
	enum session_end end = session->leaving;

	/* What the provider has ended is of no use to anybody. */
	if (end != END_LOST && !ok)
		end = END_FAILED;
	session_finish(session, end, action);
	if (!ok)
		action_note(action, LEVEL_ERROR,
			    "the session file could not be removed: remove it "
			    "by hand");
}

void leaving_answered(struct session *session, const struct event *event,
		      struct action *action)
{
	struct refusal refusal = {.retry_after_s = -1};
	bool ok =
		revocation_answered(&session->revocation, &session->data.tokens,
				    event->reply, &refusal);

	leaving_go_on(session, event, action);
	if (!ok)
		action_note(action, LEVEL_WARN, "not revoked: %s",
			    refusal.err.text);
}
