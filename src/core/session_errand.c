/* SPDX-License-Identifier: MIT */
/*
 * Everything that touches the store happens between ACTION_LOCK and the moment
 * holds_lock falls; what the lock was taken for is the session's errand.
 */
#include "config.h"

#include "core/session_parts.h"

#include <string.h>

#include "base/mem.h"
#include "core/provider.h"

#define LOCK_RETRY_MS 200
#define LOCK_PATIENCE_MS 45000

/* Takes over what the store holds, where another process has changed it. */
static bool adopt(struct session *session, const struct event *event)
{
	const char *ours = session->data.tokens.access_token;

	if (ours != NULL &&
	    strcmp(ours, event->data->tokens.access_token) == 0) {
		session->data.refreshing = event->data->refreshing;
		return false;
	}
	session_data_copy(&session->data, event->data);
	session->put_off = false;
	lifetime_resume(&session->life, &session->data, event, &session->seed);
	return true;
}

static bool is_ours(const struct session *session,
		    const struct session_data *data)
{
	return data != NULL && data->provider != NULL &&
	       strcmp(data->provider, session->provider->id) == 0 &&
	       data->tokens.access_token != NULL;
}

static void locked_resume(struct session *session, const struct event *event,
			  struct action *action)
{
	if (!is_ours(session, event->data)) {
		session->holds_lock = false;
		session_move(session, SESSION_NONE, NEVER_MS, action);
		if (event->data != NULL)
			action_note(action, LEVEL_WARN,
				    "the stored session belongs to another "
				    "provider: left alone");
		return;
	}
	session_data_copy(&session->data, event->data);
	lifetime_resume(&session->life, &session->data, event, &session->seed);
	if (session->data.tokens.refresh_token == NULL &&
	    !lifetime_lasts(&session->life, event->now_ms, 0)) {
		session_finish(session, END_EXPIRED, action);
		action_note(action, LEVEL_WARN,
			    "the stored session has run out by the clock of "
			    "this machine, and cannot be renewed");
		return;
	}
	if (session->data.refreshing ||
	    !lifetime_lasts(&session->life, event->now_ms, 0)) {
		session->read_again = true;
		renewal_mark(session, event->now_ms, action);
		return;
	}
	identity_read(session, event, action);
}

static void signed_out_elsewhere(struct session *session, struct action *action)
{
	session_finish(session, END_LOST, action);
	action_note(action, LEVEL_WARN, "signed out from elsewhere");
}

static void locked_refresh(struct session *session, const struct event *event,
			   struct action *action)
{
	/* Nor does a store that is out of order. */
	if (session->unsaved || event->unreadable) {
		renewal_mark(session, event->now_ms, action);
		return;
	}
	if (!is_ours(session, event->data)) {
		signed_out_elsewhere(session, action);
		return;
	}
	if (adopt(session, event) && !session->data.refreshing &&
	    lifetime_lasts(&session->life, event->now_ms,
			   session->required_ms)) {
		session->failures = 0;
		if (session->read_again)
			identity_read(session, event, action);
		else
			session_live(session, event->now_ms, action);
		action_note(action, LEVEL_INFO,
			    "renewed by another process meanwhile");
		return;
	}
	renewal_mark(session, event->now_ms, action);
}

static void locked_profile(struct session *session, const struct event *event,
			   struct action *action)
{
	char *profile = session->data.profile;

	if (session->unsaved || event->unreadable) {
		session_save(session, SAVE_ALL, action);
		return;
	}
	if (!is_ours(session, event->data)) {
		signed_out_elsewhere(session, action);
		return;
	}
	session->data.profile = NULL;
	(void)adopt(session, event);
	secret_free(session->data.profile);
	session->data.profile = profile;
	session_save(session, SAVE_ALL, action);
}

void errand_locked(struct session *session, const struct event *event,
		   struct action *action)
{
	if (session->state != SESSION_LOCKING)
		return;
	session->holds_lock = true;
	/* A damaged file does not sign anybody out. */
	if (event->set_aside && session->data.tokens.access_token != NULL)
		session->unsaved = true;
	switch (session->errand) {
	case ERRAND_KEEP:
		session_save(session, SAVE_ALL, action);
		break;
	case ERRAND_RESUME:
		locked_resume(session, event, action);
		break;
	case ERRAND_REFRESH:
		locked_refresh(session, event, action);
		break;
	case ERRAND_PROFILE:
		locked_profile(session, event, action);
		break;
	case ERRAND_LEAVE:
		if (!session->unsaved && is_ours(session, event->data))
			(void)adopt(session, event);
		leaving_go_on(session, event, action);
		break;
	}
}

/* The lock stays taken: do without what it was wanted for, as far as that
 * loses nothing. */
static void locked_out(struct session *session, const struct event *event,
		       struct action *action)
{
	int64_t now_ms = event->now_ms;

	action_note(action, LEVEL_ERROR,
		    "another process holds the session file and does not let "
		    "go: is a grantty stopped or stuck?");
	switch (session->errand) {
	case ERRAND_KEEP:
		identity_read(session, event, action);
		break;
	case ERRAND_RESUME:
		session_move(session, SESSION_NONE, NEVER_MS, action);
		break;
	case ERRAND_PROFILE:
		session->behind = !session->unsaved;
		session->failures++;
		session_live(session, now_ms, action);
		break;
	case ERRAND_REFRESH:
		renewal_put_off(session, 0, now_ms, action);
		break;
	case ERRAND_LEAVE:
		leaving_go_on(session, event, action);
		break;
	}
}

/* Another process that holds the lock may be refreshing: that takes as long as
 * a request may take, and no longer. */
static int64_t patience_ms(const struct session *session)
{
	return later_ms(LOCK_PATIENCE_MS,
			session->provider->request_timeout_ms * 3 / 2);
}

void errand_busy(struct session *session, const struct event *event,
		 struct action *action)
{
	if (session->state != SESSION_LOCKING)
		return;
	/* What was never saved is not in there: nobody has to wait. */
	if (session->errand == ERRAND_LEAVE && session->never_saved)
		leaving_go_on(session, event, action);
	else if (event->now_ms - session->lock_since_ms >= patience_ms(session))
		locked_out(session, event, action);
	else
		session->due_ms = event->now_ms + LOCK_RETRY_MS +
				  jitter_ms(&session->seed, LOCK_RETRY_MS / 2);
}

static void note_saved(struct session *session, bool ok)
{
	bool only_profile =
		session->errand == ERRAND_PROFILE && !session->unsaved;

	session->unsaved = !ok && !only_profile;
	session->behind = !ok && only_profile;
	session->failures = ok ? 0 : session->failures + 1;
}

void errand_saved(struct session *session, const struct event *event,
		  struct action *action)
{
	if (session->state == SESSION_WIPING) {
		leaving_wiped(session, event->ok, action);
		return;
	}
	if (session->state != SESSION_SAVING)
		return;
	if (event->ok)
		session->never_saved = false;
	if (session->saving == SAVE_MARK) {
		renewal_marked(session, event, action);
		return;
	}
	note_saved(session, event->ok);
	/* What was held has its profile already. */
	if ((session->errand == ERRAND_KEEP && !session->holds_sign_ins) ||
	    session->read_again)
		identity_read(session, event, action);
	else
		session_live(session, event->now_ms, action);
	if (session->unsaved)
		action_note(action, LEVEL_ERROR,
			    "the session could not be saved: it lasts only as "
			    "long as this program");
	else if (session->behind)
		action_note(action, LEVEL_ERROR,
			    "the profile could not be saved");
}
