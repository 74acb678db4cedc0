/* SPDX-License-Identifier: MIT */
/*
 * What each event does in each state, and how a session begins. The rest is in
 * the parts.
 */
#include "config.h"

#include "machine/session.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "machine/session_identity.h"
#include "machine/session_lock.h"
#include "machine/session_renewal.h"
#include "machine/session_sign_out.h"
#include "oauth/id_check.h"
#include "oauth/id_token.h"
#include "oauth/json_request.h"
#include "oauth/provider.h"

struct session *session_new(const struct provider *provider, uint64_t seed)
{
	struct session *session = xcalloc(1, sizeof(*session));

	session->provider = provider;
	session->seed = seed;
	session->due_ms = NEVER_MS;
	token_lifetime_forget(&session->life);
	session->read_ms = NEVER_MS;
	return session;
}

void session_free(struct session *session)
{
	if (session == NULL)
		return;
	session_forget(session);
	session_forget_oauth_failure(session);
	free(session);
}

/* True if the server only demanded a nonce, and has done nothing yet. */
static bool wants_nonce(struct session *session, enum dpop_server server,
			const struct event *event)
{
	return dpop_answer(&session->dpop, server, event->reply,
			   session->data.tokens.dpop_key);
}

/* True if it only demanded JSON instead of a form. */
static bool wants_json(const struct session *session, const struct event *event)
{
	return json_request_learn(session->provider, event->reply);
}

static void ignore(const struct session *session, const struct event *event,
		   struct action *action)
{
	action_ignored(action, &session_states, session->state, event->kind);
}

static void replied(struct session *session, const struct event *event,
		    struct action *action)
{
	const enum session_state state = session->state;

	if (state == SESSION_CHECKING)
		identity_checked(session, event->reply, event, action);
	else if (state == SESSION_REFRESHING &&
		 (wants_json(session, event) ||
		  wants_nonce(session, DPOP_ISSUER, event)))
		renewal_send(session, event, action);
	else if (state == SESSION_REFRESHING)
		renewal_answered(session, event, action);
	else if (state == SESSION_READING &&
		 wants_nonce(session, DPOP_RESOURCE, event))
		identity_read(session, event, action);
	else if (state == SESSION_READING)
		identity_answered(session, event, action);
	else if (session_is_revoking(session) && wants_json(session, event))
		sign_out_go_on(session, state, event, action);
	else if (session_is_revoking(session))
		sign_out_answered(session, event, action);
	else
		ignore(session, event, action);
}

static void live_ticked(struct session *session, const struct event *event,
			struct action *action)
{
	int64_t now_ms = event->now_ms;

	if (session->is_removed) {
		session_lock_for(session, PURPOSE_LOOK, now_ms, action);
	} else if (now_ms >= session->life.refresh_ms) {
		renewal_begin(session, 0, now_ms, action);
	} else if (now_ms >= session->due_ms) {
		session_lock_for(session, PURPOSE_PROFILE, now_ms, action);
	} else if (now_ms >= session->read_ms) {
		identity_read(session, event, action);
	}
}

static void ticked(struct session *session, const struct event *event,
		   struct action *action)
{
	bool due = event->now_ms >= session_deadline(session);

	if (due && session->state == SESSION_LIVE) {
		live_ticked(session, event, action);
	} else if (due && session->state == SESSION_LOCK_BUSY) {
		session_move(session, SESSION_LOCKING, NEVER_MS, action);
		action->kind = ACTION_LOCK;
	} else if (due && session->state == SESSION_READ_BACKING_OFF) {
		identity_read(session, event, action);
	} else if (due && session->state == SESSION_CHECK_BACKING_OFF) {
		identity_check(session, event, action);
	} else {
		ignore(session, event, action);
	}
}

/* The wall clock was set: checks again whatever depends on it. */
static void clock_set(struct session *session, const struct event *event,
		      struct action *action)
{
	struct token_lifetime *life = &session->life;
	int64_t now_ms = event->now_ms;
	bool misleads;

	if (session->data.tokens.access_token == NULL)
		return;
	misleads = token_lifetime_clock_set(life, &session->data, event,
					    &session->seed);
	/* What has just failed keeps waiting, unless TLS failed. */
	if (session->oauth_failure != NULL &&
	    !session->oauth_failure->no_trust) {
		if (session->put_off_ms != 0)
			life->refresh_ms = session->put_off_ms;
	} else if (session->oauth_failure != NULL) {
		if (!token_lifetime_lasts(life, now_ms, 0))
			life->refresh_ms = now_ms;
		if (session->read_ms != NEVER_MS)
			session->read_ms = now_ms;
	}
	if (session->state == SESSION_LIVE && misleads)
		session_lock_for(session, PURPOSE_PROFILE, now_ms, action);
}

static void sign_out(struct session *session, const struct event *event,
		     struct action *action)
{
	const enum session_state state = session->state;

	/* The answer may bring the only tokens that can be revoked. */
	if (state == SESSION_REFRESHING)
		session->is_leaving = true;
	if (state == SESSION_REFRESHING || state == SESSION_MARKING_SIGN_OUT ||
	    state == SESSION_WIPING || state == SESSION_ENDED ||
	    session_is_revoking(session))
		ignore(session, event, action);
	else /* in SESSION_NONE, too: the store may still hold a session */
		sign_out_begin(session, END_SIGNED_OUT, event, action);
}

static void store_answered(struct session *session, const struct event *event,
			   struct action *action)
{
	bool saved = event->kind == EVENT_SAVED;

	if (event->kind == EVENT_LOCKED && session->state == SESSION_LOCKING)
		lock_granted(session, event, action);
	else if (event->kind == EVENT_BUSY && session->state == SESSION_LOCKING)
		lock_busy(session, event, action);
	else if (saved && session->state == SESSION_MARKING)
		renewal_marked(session, event, action);
	else if (saved && session->state == SESSION_SAVING)
		lock_saved(session, event, action);
	else if (saved && session->state == SESSION_MARKING_SIGN_OUT)
		sign_out_go_on(session, SESSION_REVOKING, event, action);
	else if (saved && session->state == SESSION_WIPING)
		sign_out_wiped(session, event->ok, action);
	else
		ignore(session, event, action);
}

/* Rejects a bearer token when provider.dpop is set (RFC 9449 section 5): it is
 * revoked. */
static void reject_unbound(struct session *session, const struct event *event,
			   struct action *action)
{
	struct oauth_failure oauth_failure = {.retry_after_s = -1,
					      .reached = true};

	err_set(&oauth_failure.err,
		"%s does not bind its tokens to a key (DPoP): turn that on "
		"for this client at the provider, or set provider.dpop to "
		"false.",
		session->provider->label);
	session_remember(session, VERDICT_MISCONFIGURED, &oauth_failure);
	sign_out_reject(session, END_REFUSED, event, action);
	action_note(action, LEVEL_ERROR, "%s", oauth_failure.err.text);
}

/* Forgets all about the session before. */
static void restart(struct session *session)
{
	session_forget(session);
	session_forget_oauth_failure(session);
	session->end = END_NONE;
}

void session_begin(struct session *session, struct tokens *tokens,
		   const struct event *event, struct action *action)
{
	restart(session);
	session->data.provider = xstrdup(session->provider->id);
	session_name_owner(session);
	tokens_move(&session->data.tokens, tokens);
	session->begun_ms = event->now_ms;
	session->stored =
		session->holds_sign_ins ? STORED_HELD : STORED_NOTHING;
	token_lifetime_begin(&session->life, &session->data, event,
			     &session->seed);
	if (session->provider->dpop && session->data.tokens.dpop_key == NULL) {
		reject_unbound(session, event, action);
		return;
	}
	if (id_check_is_needed(session->provider, &session->data.tokens)) {
		identity_check(session, event, action);
		return;
	}
	/* One that was not requested is not checked, and not kept. */
	secret_free(session->data.tokens.id_token);
	session->data.tokens.id_token = NULL;
	identity_accept(session, event, action);
}

void session_hold(struct session *session)
{
	session->holds_sign_ins = true;
}

void session_keep(struct session *session, const struct event *event,
		  struct action *action)
{
	if (session->state != SESSION_HELD)
		return;
	session->stored = STORED_NOTHING;
	session_lock_for(session, PURPOSE_KEEP, event->now_ms, action);
}

bool session_was_never_saved(const struct session *session)
{
	return session_is_unknown(session);
}

void session_in_memory(struct session *session)
{
	session->in_memory = true;
}

bool session_ends_with_program(const struct session *session)
{
	return session->data.tokens.access_token != NULL &&
	       (session->in_memory || session_is_unknown(session));
}

void session_resume(struct session *session, const struct event *event,
		    struct action *action)
{
	restart(session);
	session_lock_for(session, PURPOSE_RESUME, event->now_ms, action);
}

void session_finish_sign_out(struct session *session, const struct event *event,
			     struct action *action)
{
	restart(session);
	session_lock_for(session, PURPOSE_FINISH, event->now_ms, action);
}

void session_require(struct session *session, int64_t min_valid_s,
		     const struct event *event, struct action *action)
{
	bool as_good_as_any = session->life.spent > 0 && session->renewals > 0;

	if (session->state != SESSION_LIVE || as_good_as_any ||
	    token_lifetime_lasts(&session->life, event->now_ms,
				 min_valid_s * 1000))
		return;
	renewal_begin(session, min_valid_s * 1000, event->now_ms, action);
}

void session_require_id_token(struct session *session, int64_t min_valid_s,
			      const struct event *event, struct action *action)
{
	int64_t at = id_token_expires_at(session->data.tokens.id_token);

	if (session->state == SESSION_LIVE && at != 0 &&
	    at - event->wall_s < min_valid_s)
		renewal_begin(session, min_valid_s * 1000, event->now_ms,
			      action);
}

void session_step(struct session *session, const struct event *event,
		  struct action *action)
{
	switch (event->kind) {
	case EVENT_TICK:
		ticked(session, event, action);
		break;
	case EVENT_CLOCK:
		clock_set(session, event, action);
		break;
	case EVENT_REPLY:
		replied(session, event, action);
		break;
	case EVENT_SIGN_OUT:
		sign_out(session, event, action);
		break;
	case EVENT_LOCKED:
	case EVENT_BUSY:
	case EVENT_SAVED:
		store_answered(session, event, action);
		break;
	case EVENT_CANCEL:
	case EVENT_CUT_SHORT:
		if (!sign_out_cut_short(session, event, action))
			ignore(session, event, action);
		break;
	case EVENT_REMOVED:
		session->is_removed = session->state != SESSION_LIVE;
		if (session->state == SESSION_LIVE)
			session_lock_for(session, PURPOSE_LOOK, event->now_ms,
					 action);
		else
			ignore(session, event, action);
		break;
	case EVENT_START:
	case EVENT_TOUCHED:
	case EVENT_REDIRECT:
		ignore(session, event, action);
		break;
	}
}

enum liveness session_liveness(const struct session *session)
{
	return states_liveness(&session_states, session->state,
			       session_deadline(session));
}

int64_t session_deadline(const struct session *session)
{
	if (session->state != SESSION_LIVE)
		return session->due_ms;
	return sooner_ms(session->due_ms,
			 sooner_ms(session->life.refresh_ms, session->read_ms));
}

enum session_state session_state(const struct session *session)
{
	return session->state;
}

const char *session_state_name(enum session_state state)
{
	return states_name(&session_states, state);
}

bool session_is_at_rest(const struct session *session)
{
	const enum liveness liveness = session_liveness(session);

	return liveness == LIVENESS_OVER || liveness == LIVENESS_USER ||
	       (liveness == LIVENESS_DEADLINE &&
		session->state == SESSION_LIVE);
}

enum session_end session_end(const struct session *session)
{
	return session->end;
}

bool session_is_saved(const struct session *session)
{
	return !session_is_unsaved(session);
}

bool session_holds_lock(const struct session *session)
{
	return session_is_locked(session);
}

void session_without_profile(struct session *session)
{
	session->no_profile = true;
}

const struct json *session_profile(struct session *session)
{
	return session_data_profile(&session->data);
}

const struct session_data *session_data(const struct session *session)
{
	return &session->data;
}

int64_t session_expires_ms(const struct session *session)
{
	return session->life.expires_ms;
}

const struct oauth_failure *session_oauth_failure(const struct session *session)
{
	return session->oauth_failure;
}

enum verdict session_verdict(const struct session *session)
{
	return session->verdict;
}

bool session_was_renewed(const struct session *session)
{
	return session->renewals > 0;
}

bool session_was_revoked(const struct session *session)
{
	return session->revocation.confirmed;
}
