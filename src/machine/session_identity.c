/* SPDX-License-Identifier: MIT */
/*
 * Who has signed in: according to the ID token, if there is one, and to
 * userinfo.
 */
#include "config.h"

#include "machine/session_identity.h"

#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "machine/session_renewal.h"
#include "machine/session_sign_out.h"
#include "oauth/id_check.h"
#include "oauth/oauth_answer.h"
#include "oauth/oauth_request.h"
#include "oauth/provider.h"
#include "oauth/reply.h"

/* How long after a renewal was due the profile is requested again. */
#define READ_AFTER_MS INT64_C(1000)

/* How often these are tried while a user waits. After that, or if the provider
 * demands a longer wait than this, the profile is read later. */
#define TRIES 3
#define PATIENCE_MS 10000

/* But giving up would force a user who has approved to do so again. So if there
 * is no later, an unreachable network or provider is retried for this long
 * (five minutes and the time before them), and a Retry-After (RFC 9110 section
 * 10.2.3) is followed up to the same limit. No other user can sign in
 * meanwhile. */
#define APPROVED_MAX_MS 310000

/* True if waiting until due_ms can still save an approved sign-in. */
static bool is_worth_it(const struct session *session, int64_t due_ms)
{
	return due_ms <= session->begun_ms + APPROVED_MAX_MS &&
	       (session->data.tokens.refresh_token != NULL ||
		due_ms < session->life.expires_ms);
}

/* Waits in that state before a retry: without a limit on tries if told to wait
 * or if the provider is unreachable, otherwise up to TRIES times. False if the
 * sign-in has to be given up. */
static bool wait_approved(struct session *session, enum session_state state,
			  const struct reply *reply, int64_t now_ms,
			  struct action *action)
{
	int64_t retry_after_ms = reply->retry_after_s * 1000;
	bool is_excused = retry_after_ms > 0 || reply_is_unavailable(reply);
	int64_t due_ms;

	session->failures++;
	if (is_excused)
		session->excused++;
	due_ms = now_ms + later_ms(session_back_off(session), retry_after_ms);
	if (is_excused ? !is_worth_it(session, due_ms)
		       : session->failures - session->excused >= TRIES)
		return false;
	session_move(session, state, due_ms, action);
	return true;
}

/* Logs why it waits, and for how long. */
static void note_wait(const struct session *session, const char *what,
		      const struct oauth_failure *oauth_failure, int64_t now_ms,
		      struct action *action)
{
	char wait[32];

	text_duration(wait, sizeof(wait), (session->due_ms - now_ms) / 1000);
	action_note(action, LEVEL_WARN, "%s%s Trying again in %s.", what,
		    oauth_failure->err.text, wait);
}

void identity_read(struct session *session, const struct event *event,
		   struct action *action)
{
	const struct tokens *tokens = &session->data.tokens;
	struct request *request = NULL;
	int64_t now_ms = event->now_ms;

	session->read_ms = NEVER_MS;
	/* An expired token would be refused: the renewal comes first; it is due
	 * or waiting. A token that had expired when issued is tried: there may
	 * be no better one. */
	if (!session->no_profile && session->life.spent == 0 &&
	    !token_lifetime_lasts(&session->life, now_ms, 0) &&
	    tokens->refresh_token != NULL) {
		session->read_ms =
			READ_AFTER_MS +
			(session->life.refresh_ms > now_ms &&
					 session->life.refresh_ms != NEVER_MS
				 ? session->life.refresh_ms
				 : now_ms);
		session_live(session, now_ms, action);
		return;
	}
	if (!session->no_profile)
		request = oauth_profile_request(session->provider, tokens);
	if (request == NULL) {
		session_live(session, now_ms, action);
		return;
	}
	dpop_prove(&session->dpop, DPOP_RESOURCE, request, tokens->dpop_key,
		   tokens->access_token, event->wall_s);
	session_send(session, request, SESSION_READING, action);
}

void identity_accept(struct session *session, const struct event *event,
		     struct action *action)
{
	if (session->stored == STORED_HELD)
		identity_read(session, event, action);
	else
		session_lock_for(session, PURPOSE_KEEP, event->now_ms, action);
}

void identity_checked(struct session *session, const struct reply *reply,
		      const struct event *event, struct action *action)
{
	struct oauth_failure oauth_failure = {
		.retry_after_s = -1, .reached = true, .unusable = true};
	int64_t waited_s = (event->now_ms - session->begun_ms) / 1000;
	struct json *profile = NULL;
	bool again;

	/* Checks whether it was valid when received, as the rest may take
	 * time. */
	if (id_check_pass(session->provider, &session->data.tokens, reply,
			  event->wall_s - waited_s, &profile, &again,
			  &oauth_failure.err)) {
		session_data_set_profile(&session->data, profile);
		session->failures = session->excused = 0;
		session_forget_oauth_failure(session);
		identity_accept(session, event, action);
		return;
	}
	session_remember(session,
			 reply != NULL && reply_is_unavailable(reply)
				 ? VERDICT_RETRY
				 : VERDICT_REFUSED,
			 &oauth_failure);
	/* Without a reply there are no keys that could be fetched again. */
	if (reply != NULL && again &&
	    wait_approved(session, SESSION_CHECK_BACKING_OFF, reply,
			  event->now_ms, action)) {
		note_wait(session, "", &oauth_failure, event->now_ms, action);
		return;
	}
	sign_out_reject(session, END_REFUSED, event, action);
	action_note(action, LEVEL_ERROR, "%s", oauth_failure.err.text);
}

void identity_check(struct session *session, const struct event *event,
		    struct action *action)
{
	struct request *request = id_check_request(session->provider);

	if (request == NULL)
		identity_checked(session, NULL, event, action);
	else
		session_send(session, request, SESSION_CHECKING, action);
}

/* Nothing is kept of a user whose profile was requested but could not be
 * read. */
static void read_held_later(struct session *session,
			    const struct oauth_failure *oauth_failure,
			    const struct event *event, struct action *action)
{
	if (wait_approved(session, SESSION_READ_BACKING_OFF, event->reply,
			  event->now_ms, action)) {
		note_wait(session, "no profile yet: ", oauth_failure,
			  event->now_ms, action);
		return;
	}
	session_live(session, event->now_ms, action);
	action_note(action, LEVEL_WARN, "no profile: %s",
		    oauth_failure->err.text);
}

static void read_later(struct session *session,
		       const struct oauth_failure *oauth_failure,
		       int64_t now_ms, struct action *action)
{
	int64_t retry_after_ms = oauth_failure->retry_after_s * 1000;
	int64_t due_ms;

	session->failures++;
	due_ms = now_ms + later_ms(session_back_off(session), retry_after_ms);
	if (session->failures < TRIES && retry_after_ms <= PATIENCE_MS) {
		session_move(session, SESSION_READ_BACKING_OFF, due_ms, action);
	} else {
		session->read_ms = due_ms;
		session_live(session, now_ms, action);
	}
	action_note(action, LEVEL_WARN, "no profile yet: %s",
		    oauth_failure->err.text);
}

static void profile_failed(struct session *session, enum verdict verdict,
			   const struct oauth_failure *oauth_failure,
			   const struct event *event, struct action *action)
{
	bool held = session->stored == STORED_HELD;

	session_remember(session, verdict, oauth_failure);
	if (verdict == VERDICT_UNAUTHORIZED && session->refusals == 0 &&
	    !held) {
		session->refusals++;
		session->read_ms = event->now_ms;
		renewal_begin(session, 0, event->now_ms, action);
		action_note(action, LEVEL_WARN,
			    "the access token was refused: refreshing it");
		return;
	}
	if (verdict == VERDICT_RETRY && held) {
		read_held_later(session, oauth_failure, event, action);
		return;
	}
	if (verdict == VERDICT_RETRY) {
		read_later(session, oauth_failure, event->now_ms, action);
		return;
	}
	session->failures = 0;
	session_live(session, event->now_ms, action);
	action_note(action, LEVEL_ERROR,
		    held ? "no profile: %s"
			 : "signed in, but without a profile: %s",
		    oauth_failure->err.text);
}

/* Stores the profile from userinfo and takes ownership of it. False, ending the
 * session, if it belongs to another user than the ID token does. */
static bool merge_profile(struct session *session, struct json *userinfo,
			  const struct event *event, struct action *action)
{
	struct oauth_failure oauth_failure = {
		.retry_after_s = -1, .reached = true, .unusable = true};

	if (!provider_wants_openid(session->provider) ||
	    id_check_merge(session_data_profile(&session->data), &userinfo,
			   &oauth_failure.err)) {
		session_data_set_profile(&session->data, userinfo);
		return true;
	}
	json_free(userinfo);
	session_remember(session, VERDICT_REFUSED, &oauth_failure);
	sign_out_begin(session, END_REFUSED, event, action);
	action_note(action, LEVEL_ERROR, "%s", oauth_failure.err.text);
	return false;
}

void identity_answered(struct session *session, const struct event *event,
		       struct action *action)
{
	struct oauth_failure oauth_failure = {.retry_after_s = -1};
	struct json *profile = NULL;
	enum verdict verdict;

	verdict = oauth_profile_answer(event->reply, &profile, &oauth_failure);
	if (verdict != VERDICT_OK) {
		profile_failed(session, verdict, &oauth_failure, event, action);
		return;
	}
	if (!merge_profile(session, profile, event, action))
		return;
	session->failures = session->excused = 0;
	session->refusals = 0;
	session_forget_oauth_failure(session);
	if (session->stored == STORED_HELD)
		session_live(session, event->now_ms, action);
	else
		session_lock_for(session, PURPOSE_PROFILE, event->now_ms,
				 action);
	action_note(action, LEVEL_INFO, "profile read");
}
