/* SPDX-License-Identifier: MIT */
/*
 * The few things that change a session's state, wherever they are needed.
 */
#include "config.h"

#include "core/session_parts.h"

#include "core/exchange.h"

#define RETRY_MS 2000
#define RETRY_MAX_MS 300000

void session_forget_refusal(struct session *session)
{
	refusal_drop(&session->refusal);
	session->verdict = VERDICT_OK;
}

void session_forget(struct session *session)
{
	session_data_free(&session->data);
	dpop_free(&session->dpop);
	lifetime_forget(&session->life);
	session->read_ms = NEVER_MS;
	session->failures = 0;
	session->held = false;
	session->never_saved = false;
	session->unsaved = false;
	session->behind = false;
	session->renewed_once = false;
	session->read_again = false;
	session->put_off = false;
	session->renewed = false;
}

void session_move(struct session *session, enum session_state state,
		  int64_t due_ms, struct action *action)
{
	if (state != session->state)
		action_moved(action, "session",
			     session_state_name(session->state),
			     session_state_name(state));
	session->state = state;
	session->due_ms = due_ms;
}

void session_finish(struct session *session, enum session_end end,
		    struct action *action)
{
	session->holds_lock = false;
	session->end = end;
	session_forget(session);
	session_move(session, SESSION_ENDED, NEVER_MS, action);
	/* What was under way when it was signed out carries a token of it. */
	action->kind = ACTION_DROP;
}

int64_t session_back_off(struct session *session)
{
	return back_off_ms(&session->seed, session->failures, RETRY_MS,
			   RETRY_MAX_MS);
}

void session_live(struct session *session, int64_t now_ms,
		  struct action *action)
{
	int64_t due_ms = session->unsaved || session->behind
				 ? now_ms + session_back_off(session)
				 : NEVER_MS;

	session->holds_lock = false;
	if (session->held)
		session_move(session, SESSION_HELD, NEVER_MS, action);
	else
		session_move(session, SESSION_LIVE, due_ms, action);
}

void session_errand(struct session *session, enum errand errand, int64_t now_ms,
		    struct action *action)
{
	session->errand = errand;
	session->lock_since_ms = now_ms;
	session_move(session, SESSION_LOCKING, NEVER_MS, action);
	action->kind = ACTION_LOCK;
}

void session_send(struct session *session, struct request *request,
		  enum session_state state, struct action *action)
{
	session_move(session, state, NEVER_MS, action);
	action->kind = ACTION_SEND;
	action->request = request;
}

void session_save(struct session *session, enum save what,
		  struct action *action)
{
	session->saving = what;
	session_move(session, SESSION_SAVING, NEVER_MS, action);
	action->kind = ACTION_SAVE;
}

void session_wipe(struct session *session, enum session_end end,
		  struct action *action)
{
	session->leaving = end;
	session_move(session, SESSION_WIPING, NEVER_MS, action);
	action->kind = ACTION_WIPE;
}

void session_remember(struct session *session, enum verdict verdict,
		      const struct refusal *refusal)
{
	session->verdict = verdict;
	refusal_keep(&session->refusal, refusal);
}
