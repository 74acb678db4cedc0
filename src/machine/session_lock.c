/* SPDX-License-Identifier: MIT */
/*
 * Everything that touches the store happens between EVENT_LOCKED and the next
 * state without the lock; the purpose says what the lock was taken for.
 */
#include "config.h"

#include "machine/session_lock.h"

#include <string.h>

#include "base/err.h"
#include "machine/session_identity.h"
#include "machine/session_renewal.h"
#include "machine/session_sign_out.h"
#include "oauth/provider.h"

#define LOCK_RETRY_MS 200
#define LOCK_PATIENCE_MS 45000

static void take_stored(struct session *session, const struct event *event)
{
	session_data_copy(&session->data, event->data);
	session_name_owner(session);
	token_lifetime_resume(&session->life, &session->data, event,
			      &session->seed);
}

/* Reads the profile if that is due. */
static void go_on(struct session *session, const struct event *event,
		  struct action *action)
{
	if (event->now_ms >= session->read_ms)
		identity_read(session, event, action);
	else
		session_live(session, event->now_ms, action);
}

/* Takes over the stored session if another process has changed it. */
static bool adopt(struct session *session, const struct event *event)
{
	const char *ours = session->data.tokens.access_token;

	if (ours != NULL &&
	    strcmp(ours, event->data->tokens.access_token) == 0) {
		session->data.refreshing = event->data->refreshing;
		session->data.signing_out = event->data->signing_out;
		return false;
	}
	take_stored(session, event);
	session->put_off_ms = 0;
	return true;
}

static bool is_ours(const struct session *session,
		    const struct session_data *data)
{
	return data != NULL && data->provider != NULL &&
	       session_data_is_of(data, session->provider->id,
				  session->provider->issuer,
				  session->provider->client_id) &&
	       data->tokens.access_token != NULL;
}

static void locked_resume(struct session *session, const struct event *event,
			  struct action *action)
{
	if (!is_ours(session, event->data)) {
		session_move(session, SESSION_NONE, NEVER_MS, action);
		if (event->data != NULL)
			action_note(action, LEVEL_WARN,
				    "the stored session belongs to another "
				    "provider or client: ignored");
		return;
	}
	if (event->data->signing_out) {
		sign_out_finish(session, event, action);
		return;
	}
	take_stored(session, event);
	if (session->data.tokens.refresh_token == NULL &&
	    !token_lifetime_lasts(&session->life, event->now_ms, 0)) {
		session_finish(session, END_EXPIRED, action);
		action_note(action, LEVEL_WARN,
			    "the stored session has expired by this "
			    "machine's clock, and cannot be refreshed");
		return;
	}
	if (session->data.refreshing ||
	    !token_lifetime_lasts(&session->life, event->now_ms, 0)) {
		session->read_ms = event->now_ms;
		renewal_mark(session, event->now_ms, action);
		return;
	}
	identity_read(session, event, action);
}

/* True if another process has signed out, or began to; that is then over. */
static bool is_signed_out(struct session *session, const struct event *event,
			  struct action *action)
{
	if (!is_ours(session, event->data)) {
		session_finish(session, END_LOST, action);
		action_note(action, LEVEL_WARN,
			    "signed out by another process");
		return true;
	}
	if (event->data->signing_out)
		sign_out_finish(session, event, action);
	return event->data->signing_out;
}

/* Nothing is resumed: only what was interrupted is finished. */
static void locked_finish(struct session *session, const struct event *event,
			  struct action *action)
{
	if (is_ours(session, event->data) && event->data->signing_out)
		sign_out_finish(session, event, action);
	else
		session_move(session, SESSION_NONE, NEVER_MS, action);
}

static void locked_refresh(struct session *session, const struct event *event,
			   struct action *action)
{
	if (session->stored == STORED_DISPLACED) {
		renewal_unmarked(session, event, action);
		return;
	}
	/* What is not in the store, or not readable, proves no sign-out. */
	if (session_is_unsaved(session) || event->unreadable) {
		renewal_mark(session, event->now_ms, action);
		return;
	}
	if (is_signed_out(session, event, action))
		return;
	if (adopt(session, event) && !session->data.refreshing &&
	    token_lifetime_lasts(&session->life, event->now_ms,
				 session->required_ms)) {
		session->failures = 0;
		go_on(session, event, action);
		action_note(action, LEVEL_INFO,
			    "access token refreshed by another process");
		return;
	}
	renewal_mark(session, event->now_ms, action);
}

static void locked_profile(struct session *session, const struct event *event,
			   struct action *action)
{
	char *profile = session->data.profile;
	struct json *parsed = session->data.parsed;

	if (session->stored == STORED_DISPLACED) {
		session->failures++;
		session_live(session, event->now_ms, action);
		return;
	}
	if (session_is_unsaved(session) || event->unreadable) {
		session_save(session, SESSION_SAVING, action);
		return;
	}
	if (is_signed_out(session, event, action))
		return;
	session->data.profile = NULL;
	session->data.parsed = NULL;
	(void)adopt(session, event);
	session_data_set_profile(&session->data, NULL);
	session->data.profile = profile;
	session->data.parsed = parsed;
	session_save(session, SESSION_SAVING, action);
}

/* The session file was removed. What is there again by now is used: with the
 * profile that belongs to it, as it may be another user's. */
static void locked_look(struct session *session, const struct event *event,
			struct action *action)
{
	const bool known = !session_is_unsaved(session) && !event->unreadable;

	if (known && is_signed_out(session, event, action))
		return;
	if (known && adopt(session, event) && session->data.profile == NULL)
		identity_read(session, event, action);
	else
		session_live(session, event->now_ms, action);
}

/* Tokens that were never revoked would be lost if those of a sign-in replaced
 * them: the same client may do so, which could revoke them; another may not. */
static void locked_keep(struct session *session, const struct event *event,
			struct action *action)
{
	struct oauth_failure oauth_failure = {.retry_after_s = -1,
					      .reached = true};

	if (event->data == NULL || event->data->tokens.access_token == NULL ||
	    is_ours(session, event->data)) {
		session_save(session, SESSION_SAVING, action);
		return;
	}
	err_set(&oauth_failure.err,
		"The session file now holds a session of another provider or "
		"client: this sign-in was not kept. Sign out there first, or "
		"use another account (-a NAME).");
	session_remember(session, VERDICT_REFUSED, &oauth_failure);
	sign_out_reject(session, END_NOT_KEPT, event, action);
	action_note(action, LEVEL_ERROR, "%s", oauth_failure.err.text);
}

/* True if the store has nothing of this session. A save that failed may still
 * have put it there. */
static bool is_elsewhere(const struct session *session,
			 const struct session_data *stored)
{
	const char *ours = session->data.tokens.access_token;
	const char *theirs =
		stored != NULL ? stored->tokens.access_token : NULL;

	if (ours == NULL)
		return false;
	if (theirs != NULL && !is_ours(session, stored))
		return true;
	return session_is_unknown(session) &&
	       (theirs == NULL || strcmp(ours, theirs) != 0);
}

/* A sign-in that was never saved must not take an earlier session with it, and
 * none may take that of another provider or client: its tokens are revoked, and
 * the store stays as it is. */
static void locked_leave(struct session *session, const struct event *event,
			 struct action *action)
{
	if (is_elsewhere(session, event->data)) {
		session->stored = STORED_NOTHING;
		sign_out_go_on(session, SESSION_REVOKING_UNLOCKED, event,
			       action);
		return;
	}
	if (!session_is_unsaved(session) && is_ours(session, event->data))
		(void)adopt(session, event);
	sign_out_mark(session, event, action);
}

/* Notes what has become of the store since it was last locked. */
static void note_store(struct session *session, const struct event *event)
{
	if (session->data.tokens.access_token == NULL)
		return;
	/* A damaged file does not sign the user out. */
	if (event->set_aside && !session_is_unsaved(session))
		session->stored = STORED_OTHERS;
	/* What is not saved yet must not replace a session of another provider
	 * or client: see locked_keep(). */
	if (session_is_unsaved(session) && event->data != NULL &&
	    !is_ours(session, event->data))
		session->stored = STORED_DISPLACED;
	else if (session->stored == STORED_DISPLACED && !event->unreadable)
		session->stored = STORED_NOTHING;
}

void lock_granted(struct session *session, const struct event *event,
		  struct action *action)
{
	note_store(session, event);
	session->is_removed = false;
	switch (session->purpose) {
	case PURPOSE_KEEP:
		locked_keep(session, event, action);
		break;
	case PURPOSE_RESUME:
		locked_resume(session, event, action);
		break;
	case PURPOSE_REFRESH:
		locked_refresh(session, event, action);
		break;
	case PURPOSE_PROFILE:
		locked_profile(session, event, action);
		break;
	case PURPOSE_LOOK:
		locked_look(session, event, action);
		break;
	case PURPOSE_LEAVE:
		locked_leave(session, event, action);
		break;
	case PURPOSE_FINISH:
		locked_finish(session, event, action);
		break;
	}
}

/* The lock stays busy: continue without it, as far as that loses nothing. */
static void locked_out(struct session *session, const struct event *event,
		       struct action *action)
{
	int64_t now_ms = event->now_ms;

	action_note(action, LEVEL_ERROR,
		    "cannot lock the session file: another process holds the "
		    "lock; is a grantty stopped or stuck?");
	switch (session->purpose) {
	case PURPOSE_KEEP:
		identity_read(session, event, action);
		break;
	case PURPOSE_RESUME:
	case PURPOSE_FINISH:
		session_move(session, SESSION_NONE, NEVER_MS, action);
		break;
	case PURPOSE_PROFILE:
		if (!session_is_unsaved(session))
			session->stored = STORED_NO_PROFILE;
		session->failures++;
		session_live(session, now_ms, action);
		break;
	case PURPOSE_REFRESH:
		renewal_put_off(session, 0, now_ms, action);
		break;
	case PURPOSE_LOOK:
		/* The next lock, for whatever purpose, shows it as well. */
		session->is_removed = false;
		session_live(session, now_ms, action);
		break;
	case PURPOSE_LEAVE:
		sign_out_go_on(session, SESSION_REVOKING_UNLOCKED, event,
			       action);
		break;
	}
}

/* Another process that holds the lock may be refreshing. That takes no longer
 * than a request may take. */
static int64_t patience_ms(const struct session *session)
{
	return later_ms(LOCK_PATIENCE_MS,
			session->provider->request_timeout_ms * 3 / 2);
}

void lock_busy(struct session *session, const struct event *event,
	       struct action *action)
{
	int64_t retry_ms;

	/* What was never saved is not in the store: there is no need to
	 * wait. */
	if (session->purpose == PURPOSE_LEAVE && session_is_unknown(session)) {
		sign_out_go_on(session, SESSION_REVOKING_UNLOCKED, event,
			       action);
	} else if (session->purpose == PURPOSE_FINISH) {
		session_move(session, SESSION_NONE, NEVER_MS, action);
	} else if (event->now_ms - session->lock_since_ms >=
		   patience_ms(session)) {
		locked_out(session, event, action);
	} else {
		retry_ms = LOCK_RETRY_MS +
			   jitter_ms(&session->seed, LOCK_RETRY_MS / 2);
		session_move(session, SESSION_LOCK_BUSY,
			     event->now_ms + retry_ms, action);
	}
}

static void note_saved(struct session *session, bool ok)
{
	session->failures = ok ? 0 : session->failures + 1;
	if (ok)
		session->stored = STORED_ALL;
	else if (session->purpose == PURPOSE_PROFILE &&
		 !session_is_unsaved(session))
		session->stored = STORED_NO_PROFILE;
	else if (session->stored != STORED_NOTHING)
		session->stored = STORED_OTHERS;
}

void lock_saved(struct session *session, const struct event *event,
		struct action *action)
{
	note_saved(session, event->ok);
	/* A held session already has its profile. */
	if (session->purpose == PURPOSE_KEEP && !session->holds_sign_ins)
		identity_read(session, event, action);
	else
		go_on(session, event, action);
	if (session_is_unsaved(session))
		action_note(action, LEVEL_ERROR,
			    "cannot save the session: it ends with this "
			    "program");
	else if (session->stored == STORED_NO_PROFILE)
		action_note(action, LEVEL_ERROR, "cannot save the profile");
}
