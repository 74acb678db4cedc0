/* SPDX-License-Identifier: MIT */
/*
 * The few operations that change a session's state, used by all parts.
 */
#include "config.h"

#include "machine/session_parts.h"

#include "base/mem.h"
#include "machine/event.h"
#include "oauth/provider.h"

#define RETRY_MS 2000
#define RETRY_MAX_MS 300000

void session_forget_oauth_failure(struct session *session)
{
	oauth_failure_drop(&session->oauth_failure);
	session->verdict = VERDICT_OK;
}

void session_name_owner(struct session *session)
{
	const struct provider *provider = session->provider;
	struct session_data *data = &session->data;

	if (data->issuer == NULL && provider->issuer != NULL &&
	    provider->issuer[0] != '\0')
		data->issuer = xstrdup(provider->issuer);
	if (data->client_id == NULL)
		data->client_id = xstrdup(provider->client_id);
}

void session_forget(struct session *session)
{
	session_data_free(&session->data);
	dpop_free(&session->dpop);
	token_lifetime_forget(&session->life);
	session->read_ms = NEVER_MS;
	session->failures = session->excused = 0;
	session->put_off_ms = 0;
	session->stored = STORED_ALL;
	session->renewals = 0;
	session->refusals = 0;
	session->is_removed = session->is_leaving = false;
}

void session_move(struct session *session, enum session_state state,
		  int64_t due_ms, struct action *action)
{
	action_moved(action, &session_states, session->state, state);
	session->state = state;
	session->due_ms = due_ms;
}

void session_finish(struct session *session, enum session_end end,
		    struct action *action)
{
	session->end = end;
	session_forget(session);
	session_move(session, SESSION_ENDED, NEVER_MS, action);
	/* A request under way at sign-out carries one of its tokens. */
	action->kind = ACTION_DROP;
}

bool session_is_unsaved(const struct session *session)
{
	return session->stored != STORED_ALL &&
	       session->stored != STORED_NO_PROFILE;
}

bool session_is_unknown(const struct session *session)
{
	return session->stored == STORED_NOTHING ||
	       session->stored == STORED_DISPLACED ||
	       session->stored == STORED_HELD;
}

bool session_is_locked(const struct session *session)
{
	switch (session->state) {
	case SESSION_MARKING:
	case SESSION_REFRESHING:
	case SESSION_SAVING:
	case SESSION_MARKING_SIGN_OUT:
	case SESSION_REVOKING:
	case SESSION_WIPING:
		return true;
	case SESSION_NONE:
	case SESSION_CHECKING:
	case SESSION_CHECK_BACKING_OFF:
	case SESSION_LOCKING:
	case SESSION_LOCK_BUSY:
	case SESSION_READING:
	case SESSION_READ_BACKING_OFF:
	case SESSION_HELD:
	case SESSION_LIVE:
	case SESSION_REVOKING_UNLOCKED:
	case SESSION_ENDED:
		break;
	}
	return false;
}

bool session_is_revoking(const struct session *session)
{
	return session->state == SESSION_REVOKING ||
	       session->state == SESSION_REVOKING_UNLOCKED;
}

int64_t session_back_off(struct session *session)
{
	return back_off_ms(&session->seed, session->failures, RETRY_MS,
			   RETRY_MAX_MS);
}

void session_live(struct session *session, int64_t now_ms,
		  struct action *action)
{
	if (session->stored == STORED_HELD)
		session_move(session, SESSION_HELD, NEVER_MS, action);
	else if (session->is_removed)
		session_move(session, SESSION_LIVE, now_ms, action);
	else if (session->stored == STORED_ALL)
		session_move(session, SESSION_LIVE, NEVER_MS, action);
	else
		session_move(session, SESSION_LIVE,
			     now_ms + session_back_off(session), action);
}

void session_lock_for(struct session *session, enum lock_purpose purpose,
		      int64_t now_ms, struct action *action)
{
	session->purpose = purpose;
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

void session_save(struct session *session, enum session_state state,
		  struct action *action)
{
	session_move(session, state, NEVER_MS, action);
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
		      const struct oauth_failure *oauth_failure)
{
	session->verdict = verdict;
	oauth_failure_keep(&session->oauth_failure, oauth_failure);
}
