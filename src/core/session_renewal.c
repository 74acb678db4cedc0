/* SPDX-License-Identifier: MIT */
/*
 * Another access token for the refresh token, which the provider may accept
 * only once: marked on the disk, sent, saved, and only then used.
 */
#include "config.h"

#include "core/session_parts.h"

#include "base/err.h"

void renewal_put_off(struct session *session, int64_t told_s, int64_t now_ms,
		     struct action *action)
{
	session->failures++;
	session->put_off = true;
	session->life.refresh_ms =
		now_ms + later_ms(session_back_off(session), told_s * 1000);
	session_live(session, now_ms, action);
}

void renewal_begin(struct session *session, int64_t required_ms, int64_t now_ms,
		   struct action *action)
{
	session->required_ms = required_ms;
	session_errand(session, ERRAND_REFRESH, now_ms, action);
}

void renewal_mark(struct session *session, int64_t now_ms,
		  struct action *action)
{
	bool renewable = session->data.tokens.refresh_token != NULL;

	if (!renewable && !session->renewed_once &&
	    lifetime_lasts(&session->life, now_ms, 0)) {
		session->life.refresh_ms = session->life.expires_ms;
		session_live(session, now_ms, action);
		return;
	}
	if (!renewable) {
		session_wipe(session, END_LOST, action);
		action_note(action, LEVEL_WARN,
			    "the session has run out and cannot be renewed");
		return;
	}
	session->data.refreshing = true;
	session_save(session, SAVE_MARK, action);
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
 * A disk that does not take the mark would not take the new token either. The
 * provider may accept the one that is on it only once: it would be spent, and
 * whoever starts next would be signed out. So it waits until the disk is in
 * order, even without a good access token. What is on no disk is renewed all
 * the same, once that is all there is to lose.
 */
void renewal_marked(struct session *session, const struct event *event,
		    struct action *action)
{
	struct refusal refusal = {.retry_after_s = -1, .reached = true};

	if (event->ok || (session->unsaved &&
			  !lifetime_lasts(&session->life, event->now_ms, 0))) {
		renewal_send(session, event, action);
		return;
	}
	err_set(&refusal.err,
		"the session file cannot be written, and a new token that is "
		"not saved would be lost with the old one.");
	session_remember(session, VERDICT_REFUSED, &refusal);
	renewal_put_off(session, 0, event->now_ms, action);
	action_note(action, LEVEL_ERROR, "not renewed: %s", refusal.err.text);
}

static void refreshed(struct session *session, struct tokens *tokens,
		      const struct event *event, struct action *action)
{
	struct tokens *ours = &session->data.tokens;
	bool unbound = ours->dpop_key != NULL && tokens->dpop_key == NULL;

	/* RFC 6749 section 6: no new refresh token means keep the old one; no
	 * scope means the scope is as before. */
	if (tokens->refresh_token == NULL) {
		tokens->refresh_token = ours->refresh_token;
		ours->refresh_token = NULL;
	}
	if (tokens->scope == NULL) {
		tokens->scope = ours->scope;
		ours->scope = NULL;
	}
	tokens_free(ours);
	tokens_move(ours, tokens);
	session_forget_refusal(session);
	session->data.refreshing = false;
	session->put_off = false;
	session->renewed = true;
	lifetime_begin(&session->life, &session->data, event, &session->seed);
	session_save(session, SAVE_ALL, action);
	action_note(action, unbound ? LEVEL_WARN : LEVEL_INFO,
		    unbound ? "access token renewed, but it is bound to no "
			      "key any more (DPoP)"
			    : "access token renewed");
}

static void refresh_failed(struct session *session, enum verdict verdict,
			   const struct refusal *refusal,
			   const struct event *event, struct action *action)
{
	session_remember(session, verdict, refusal);
	if (verdict == VERDICT_INVALID_GRANT || verdict == VERDICT_EXPIRED) {
		session_wipe(session, END_LOST, action);
		action_note(action, LEVEL_WARN,
			    "the provider has ended this session");
		return;
	}
	/* The outcome is unknown, or an operator has to mend something. The
	 * mark stays on the disk: the old token is worth one more try. */
	if (verdict != VERDICT_RETRY)
		session->failures += 5;
	renewal_put_off(session, refusal->retry_after_s, event->now_ms, action);
	action_note(action, LEVEL_WARN, "not renewed: %s", refusal->err.text);
}

void renewal_answered(struct session *session, const struct event *event,
		      struct action *action)
{
	struct refusal refusal = {.retry_after_s = -1};
	struct tokens tokens = {0};
	enum verdict verdict;

	verdict = oauth_token_answer(session->provider, event->reply,
				     session->data.tokens.dpop_key, &tokens,
				     &refusal);
	if (verdict == VERDICT_OK)
		refreshed(session, &tokens, event, action);
	else
		refresh_failed(session, verdict, &refusal, event, action);
	tokens_free(&tokens);
}
