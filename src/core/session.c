/* SPDX-License-Identifier: MIT */
/*
 * What events mean in each state, and where a session begins. What follows is
 * in the parts.
 */
#include "config.h"

#include "core/session.h"

#include <stdlib.h>

#include "base/mem.h"
#include "core/id_check.h"
#include "core/provider.h"
#include "core/session_parts.h"

static const char *const state_names[] = {
	[SESSION_NONE] = "none",
	[SESSION_CHECKING] = "checking",
	[SESSION_LOCKING] = "locking",
	[SESSION_SAVING] = "saving",
	[SESSION_REFRESHING] = "refreshing",
	[SESSION_READING] = "reading",
	[SESSION_HELD] = "held",
	[SESSION_LIVE] = "live",
	[SESSION_REVOKING] = "revoking",
	[SESSION_WIPING] = "wiping",
	[SESSION_ENDED] = "ended",
};

struct session *session_new(const struct provider *provider, uint64_t seed)
{
	struct session *session = xcalloc(1, sizeof(*session));

	session->provider = provider;
	session->seed = seed;
	session->due_ms = NEVER_MS;
	lifetime_forget(&session->life);
	session->read_ms = NEVER_MS;
	return session;
}

void session_free(struct session *session)
{
	if (session == NULL)
		return;
	session_forget(session);
	session_forget_refusal(session);
	free(session);
}

/* Whether the server only wanted a nonce, and has done nothing yet; then the
 * request is on its way again. */
static bool send_again(struct session *session, const struct event *event,
		       struct action *action)
{
	const char *key = session->data.tokens.dpop_key;
	bool again = false;

	if (session->state == SESSION_REFRESHING) {
		again = dpop_answer(&session->dpop, DPOP_ISSUER, event->reply,
				    key);
		if (again)
			renewal_send(session, event, action);
	} else if (session->state == SESSION_READING) {
		again = dpop_answer(&session->dpop, DPOP_RESOURCE, event->reply,
				    key);
		if (again)
			identity_read(session, event, action);
	}
	return again;
}

static void replied(struct session *session, const struct event *event,
		    struct action *action)
{
	/* With a deadline it waits to read, and not for an answer. */
	if (session->due_ms != NEVER_MS || send_again(session, event, action))
		return;
	if (session->state == SESSION_REFRESHING)
		renewal_answered(session, event, action);
	else if (session->state == SESSION_READING)
		identity_answered(session, event, action);
	else if (session->state == SESSION_REVOKING)
		leaving_answered(session, event, action);
	else if (session->state == SESSION_CHECKING)
		identity_checked(session, event->reply, event, action);
}

static void live_ticked(struct session *session, const struct event *event,
			struct action *action)
{
	int64_t now_ms = event->now_ms;

	if (now_ms >= session->life.refresh_ms) {
		renewal_begin(session, 0, now_ms, action);
	} else if (now_ms >= session->due_ms) {
		session_errand(session, ERRAND_PROFILE, now_ms, action);
	} else if (now_ms >= session->read_ms) {
		identity_read(session, event, action);
	}
}

static void ticked(struct session *session, const struct event *event,
		   struct action *action)
{
	int64_t now_ms = event->now_ms;

	if (session->state == SESSION_LIVE) {
		live_ticked(session, event, action);
		return;
	}
	if (now_ms < session->due_ms)
		return;
	if (session->state == SESSION_LOCKING) {
		session->due_ms = NEVER_MS;
		action->kind = ACTION_LOCK;
	} else if (session->state == SESSION_READING) {
		identity_read(session, event, action);
	} else if (session->state == SESSION_CHECKING) {
		identity_check(session, event, action);
	} else if (session->state == SESSION_REVOKING) {
		leaving_go_on(session, event, action);
	}
}

/* The wall clock was set: what hung on it is looked at again. */
static void clock_set(struct session *session, const struct event *event,
		      struct action *action)
{
	struct lifetime *life = &session->life;
	int64_t refresh_ms = life->refresh_ms;
	int64_t now_ms = event->now_ms;
	bool misleads;

	if (session->data.tokens.access_token == NULL)
		return;
	misleads =
		lifetime_clock_set(life, &session->data, event, &session->seed);
	/* What has just failed waits on, unless it was for want of trust. */
	if (session->refusal != NULL && !session->refusal->no_trust) {
		if (session->put_off)
			life->refresh_ms = refresh_ms;
	} else if (session->refusal != NULL) {
		if (!lifetime_lasts(life, now_ms, 0))
			life->refresh_ms = now_ms;
		if (session->read_ms != NEVER_MS)
			session->read_ms = now_ms;
	}
	if (session->state == SESSION_LIVE && misleads)
		session_errand(session, ERRAND_PROFILE, now_ms, action);
}

static void sign_out(struct session *session, const struct event *event,
		     struct action *action)
{
	switch (session->state) {
	case SESSION_ENDED:
	case SESSION_REVOKING:
	case SESSION_WIPING:
		return;
	case SESSION_CHECKING:
	case SESSION_NONE: /* the store may hold one all the same */
	case SESSION_LOCKING:
	case SESSION_SAVING:
	case SESSION_REFRESHING:
	case SESSION_READING:
	case SESSION_HELD:
	case SESSION_LIVE:
		break;
	}
	leaving_begin(session, END_SIGNED_OUT, event, action);
}

void session_begin(struct session *session, struct tokens *tokens,
		   const struct event *event, struct action *action)
{
	session_forget(session);
	session_forget_refusal(session);
	session->end = END_NONE;
	session->data.provider = xstrdup(session->provider->id);
	tokens_move(&session->data.tokens, tokens);
	session->held = session->holds_sign_ins;
	session->never_saved = true;
	session->unsaved = true;
	lifetime_begin(&session->life, &session->data, event, &session->seed);
	if (id_check_is_needed(session->provider, &session->data.tokens))
		identity_check(session, event, action);
	else
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
	session->held = false;
	session_errand(session, ERRAND_KEEP, event->now_ms, action);
}

bool session_was_never_saved(const struct session *session)
{
	return session->never_saved;
}

void session_resume(struct session *session, const struct event *event,
		    struct action *action)
{
	session_forget(session);
	session_forget_refusal(session);
	session->end = END_NONE;
	session_errand(session, ERRAND_RESUME, event->now_ms, action);
}

void session_require(struct session *session, int64_t min_valid_s,
		     const struct event *event, struct action *action)
{
	if (session->state != SESSION_LIVE ||
	    lifetime_lasts(&session->life, event->now_ms, min_valid_s * 1000))
		return;
	renewal_begin(session, min_valid_s * 1000, event->now_ms, action);
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
		errand_locked(session, event, action);
		break;
	case EVENT_BUSY:
		errand_busy(session, event, action);
		break;
	case EVENT_SAVED:
		errand_saved(session, event, action);
		break;
	case EVENT_CANCEL:
		leaving_hurry(session, event, action);
		break;
	case EVENT_START:
	case EVENT_TOUCHED:
	case EVENT_REDIRECT:
		break;
	}
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
	return state_names[state];
}

bool session_is_at_rest(const struct session *session)
{
	switch (session->state) {
	case SESSION_NONE:
	case SESSION_HELD:
	case SESSION_LIVE:
	case SESSION_ENDED:
		return true;
	case SESSION_CHECKING:
	case SESSION_LOCKING:
	case SESSION_SAVING:
	case SESSION_REFRESHING:
	case SESSION_READING:
	case SESSION_REVOKING:
	case SESSION_WIPING:
		break;
	}
	return false;
}

enum session_end session_end(const struct session *session)
{
	return session->end;
}

bool session_is_saved(const struct session *session)
{
	return !session->unsaved;
}

bool session_holds_lock(const struct session *session)
{
	return session->holds_lock;
}

void session_without_profile(struct session *session)
{
	session->no_profile = true;
}

const struct session_data *session_data(const struct session *session)
{
	return &session->data;
}

int64_t session_expires_ms(const struct session *session)
{
	return session->life.expires_ms;
}

const struct refusal *session_refusal(const struct session *session)
{
	return session->refusal;
}

enum verdict session_verdict(const struct session *session)
{
	return session->verdict;
}

bool session_was_renewed(const struct session *session)
{
	return session->renewed;
}

bool session_was_revoked(const struct session *session)
{
	return session->revocation.confirmed;
}
