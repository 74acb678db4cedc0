/* SPDX-License-Identifier: MIT */
/*
 * Gets another access token for the refresh token, which the provider may
 * accept only once: it is marked on disk, sent, and the result is saved before
 * it is used.
 */
#include "config.h"

#include "machine/session_renewal.h"

#include "base/err.h"
#include "base/mem.h"
#include "machine/session_sign_out.h"
#include "oauth/id_check.h"
#include "oauth/oauth_answer.h"
#include "oauth/oauth_request.h"

void renewal_put_off(struct session *session, int64_t retry_after_s,
		     int64_t now_ms, struct action *action)
{
	session->failures++;
	session->put_off_ms = now_ms + later_ms(session_back_off(session),
						retry_after_s * 1000);
	session->life.refresh_ms = session->put_off_ms;
	/* A profile that waits for the renewal keeps waiting. */
	if (session->read_ms <= now_ms)
		session->read_ms = session->put_off_ms;
	session_live(session, now_ms, action);
}

void renewal_begin(struct session *session, int64_t required_ms, int64_t now_ms,
		   struct action *action)
{
	session->required_ms = required_ms;
	session_lock_for(session, PURPOSE_REFRESH, now_ms, action);
}

/* The session is over. If the store has nothing of it, what the store has stays
 * as it is. */
static void lost(struct session *session, struct action *action)
{
	if (session_is_unknown(session))
		session_finish(session, END_LOST, action);
	else
		session_wipe(session, END_LOST, action);
}

/* True if it can be renewed; otherwise it goes on or ends without that. */
static bool is_renewable(struct session *session, int64_t now_ms,
			 struct action *action)
{
	if (session->data.tokens.refresh_token != NULL)
		return true;
	if (session->refusals == 0 &&
	    token_lifetime_lasts(&session->life, now_ms, 0)) {
		session->life.refresh_ms = session->life.expires_ms;
		session_live(session, now_ms, action);
		return false;
	}
	lost(session, action);
	action_note(action, LEVEL_WARN,
		    "the session has expired and cannot be refreshed");
	return false;
}

void renewal_mark(struct session *session, int64_t now_ms,
		  struct action *action)
{
	if (!is_renewable(session, now_ms, action))
		return;
	session->data.refreshing = true;
	session_save(session, SESSION_MARKING, action);
}

void renewal_send(struct session *session, const struct event *event,
		  struct action *action)
{
	const struct tokens *tokens = &session->data.tokens;
	struct request *request = oauth_refresh_request(
		session->provider, tokens->refresh_token, event->wall_s);

	dpop_prove(&session->dpop, DPOP_ISSUER, request, tokens->dpop_key, NULL,
		   event->wall_s);
	session_send(session, request, SESSION_REFRESHING, action);
}

/*
 * If the mark cannot be written to disk, the new token could not be saved
 * either. The provider may accept the stored one only once: it would be used
 * up, and the next run would be signed out. So the renewal waits until the disk
 * works, even without a valid access token. Nor is there a mark if the file
 * holds a session of another provider or client, which is not written to
 * (STORED_DISPLACED). Tokens that are not on disk are renewed anyway once the
 * access token has expired: there is nothing else left to lose.
 */
void renewal_unmarked(struct session *session, const struct event *event,
		      struct action *action)
{
	struct oauth_failure oauth_failure = {.retry_after_s = -1,
					      .reached = true};

	if (!is_renewable(session, event->now_ms, action))
		return;
	if (session_is_unsaved(session) &&
	    !token_lifetime_lasts(&session->life, event->now_ms, 0)) {
		renewal_send(session, event, action);
		return;
	}
	err_set(&oauth_failure.err, "%s",
		session->stored == STORED_DISPLACED
			? "the session file holds a session of another "
			  "provider or client, which is not replaced."
			: "the session file cannot be written, and refreshing "
			  "would use up the old token while the new one could "
			  "not be saved.");
	session_remember(session, VERDICT_REFUSED, &oauth_failure);
	renewal_put_off(session, 0, event->now_ms, action);
	action_note(action, LEVEL_ERROR, "not refreshed: %s",
		    oauth_failure.err.text);
}

void renewal_marked(struct session *session, const struct event *event,
		    struct action *action)
{
	if (!event->ok) {
		renewal_unmarked(session, event, action);
		return;
	}
	/* The store now has tokens of this session, if only the older ones. */
	if (session->stored == STORED_NOTHING)
		session->stored = STORED_OTHERS;
	renewal_send(session, event, action);
}

/* Keeps the new tokens: on disk, or in memory if a session of another provider
 * or client is there. */
static void keep(struct session *session, int64_t now_ms, struct action *action)
{
	if (session->stored != STORED_DISPLACED) {
		session_save(session, SESSION_SAVING, action);
		return;
	}
	session->failures++;
	session_live(session, now_ms, action);
}

/* A provider may issue no new ID token (OpenID Connect Core section 12.2), or
 * one that must not be used: the old one is kept then. If there is none,
 * nothing says whose a new one has to be: none is kept. False with *why if a
 * new one is ignored in favour of the old one. */
static bool keep_id_token(struct session *session, struct tokens *tokens,
			  const struct event *event, struct err *why)
{
	struct tokens *ours = &session->data.tokens;
	bool is_new = tokens->id_token != NULL;

	if (ours->id_token == NULL) {
		secret_free(tokens->id_token);
		tokens->id_token = NULL;
		return true;
	}
	if (is_new && id_check_renewed(session->provider, ours->id_token,
				       tokens->id_token, event->wall_s, why))
		return true;
	secret_free(tokens->id_token);
	tokens->id_token = ours->id_token;
	ours->id_token = NULL;
	return !is_new;
}

static void refreshed(struct session *session, struct tokens *tokens,
		      const struct event *event, struct action *action)
{
	struct tokens *ours = &session->data.tokens;
	bool unbound = ours->dpop_key != NULL && tokens->dpop_key == NULL;
	struct err why = {""};
	bool ignored;

	/* RFC 6749 section 6: without a new refresh token, the old one stays
	 * valid; without a scope, the scope is unchanged. */
	if (tokens->refresh_token == NULL) {
		tokens->refresh_token = ours->refresh_token;
		ours->refresh_token = NULL;
	}
	if (tokens->scope == NULL) {
		tokens->scope = ours->scope;
		ours->scope = NULL;
	}
	ignored = !keep_id_token(session, tokens, event, &why);
	tokens_free(ours);
	tokens_move(ours, tokens);
	session_forget_oauth_failure(session);
	session->data.refreshing = false;
	session->put_off_ms = 0;
	session->renewals++;
	token_lifetime_begin(&session->life, &session->data, event,
			     &session->seed);
	if (session->is_leaving) {
		sign_out_begin(session, END_SIGNED_OUT, event, action);
		return;
	}
	keep(session, event->now_ms, action);
	if (unbound)
		action_note(action, LEVEL_WARN,
			    "access token refreshed, but no longer bound to a "
			    "key (DPoP)");
	else if (session->stored == STORED_DISPLACED)
		action_note(action, LEVEL_ERROR,
			    "access token refreshed, but the session file "
			    "holds a session of another provider or client: "
			    "this one ends with this program");
	else if (ignored)
		action_note(action, LEVEL_WARN,
			    "access token refreshed, but the new ID token is "
			    "ignored: %s",
			    why.text);
	else
		action_note(action, LEVEL_INFO, "access token refreshed");
}

/* True if the access token is no longer usable. */
static bool is_over(const struct session *session, int64_t now_ms)
{
	return session->refusals > 0 ||
	       !token_lifetime_lasts(&session->life, now_ms, 0);
}

static void refresh_failed(struct session *session, enum verdict verdict,
			   const struct oauth_failure *oauth_failure,
			   const struct event *event, struct action *action)
{
	struct token_lifetime *life = &session->life;

	session_remember(session, verdict, oauth_failure);
	/* The access token may still be valid: it is revoked. */
	if (session->is_leaving) {
		sign_out_begin(session, END_SIGNED_OUT, event, action);
		return;
	}
	if (verdict == VERDICT_INVALID_GRANT ||
	    (verdict == VERDICT_REFUSED && is_over(session, event->now_ms))) {
		lost(session, action);
		action_note(action, LEVEL_WARN,
			    "the provider has ended this session: %s",
			    oauth_failure->err.text);
		return;
	}
	/* The outcome is unknown, or an operator has to fix something. The mark
	 * stays on disk: the old token is worth one more try. */
	if (verdict != VERDICT_RETRY)
		session->failures += 5;
	renewal_put_off(session, oauth_failure->retry_after_s, event->now_ms,
			action);
	if (verdict == VERDICT_REFUSED) {
		life->refresh_ms =
			sooner_ms(life->refresh_ms, life->expires_ms);
		session->put_off_ms = life->refresh_ms;
	}
	action_note(action, LEVEL_WARN, "not refreshed: %s",
		    oauth_failure->err.text);
}

void renewal_answered(struct session *session, const struct event *event,
		      struct action *action)
{
	struct oauth_failure oauth_failure = {.retry_after_s = -1};
	struct tokens tokens = {0};
	enum verdict verdict;

	verdict = oauth_token_answer(
		session->provider, ENDPOINT_REFRESH, event->reply,
		session->data.tokens.dpop_key, &tokens, &oauth_failure);
	if (verdict == VERDICT_OK)
		refreshed(session, &tokens, event, action);
	else
		refresh_failed(session, verdict, &oauth_failure, event, action);
	tokens_free(&tokens);
}
