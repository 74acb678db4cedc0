/* SPDX-License-Identifier: MIT */
/*
 * Who it is: what the ID token says, where there is one, and what userinfo
 * does.
 */
#include "config.h"

#include "core/session_parts.h"

#include "base/err.h"
#include "base/mem.h"
#include "core/id_check.h"
#include "core/provider.h"
#include "core/reply.h"

/* How long after a renewal was due the profile is asked for again. */
#define READ_AFTER_MS INT64_C(1000)

/* A person waits for these: so often are they tried, and no Retry-After longer
 * than this is waited for. The profile becomes a matter for later then. */
#define CHECK_TRIES 3
#define PROFILE_TRIES 3
#define PATIENCE_MS 10000

void identity_read(struct session *session, const struct event *event,
		   struct action *action)
{
	const struct tokens *tokens = &session->data.tokens;
	struct request *request = NULL;
	int64_t now_ms = event->now_ms;

	session->holds_lock = false;
	session->read_again = false;
	session->read_ms = NEVER_MS;
	/* A token that is over would only be refused: first the renewal, which
	 * is due or has to wait for something. */
	if (!session->no_profile &&
	    !lifetime_lasts(&session->life, now_ms, 0) &&
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
	if (session->held)
		identity_read(session, event, action);
	else
		session_errand(session, ERRAND_KEEP, event->now_ms, action);
}

void identity_checked(struct session *session, const struct reply *reply,
		      const struct event *event, struct action *action)
{
	struct refusal refusal = {.retry_after_s = -1, .reached = true};
	char *profile = NULL;
	int64_t told_s;
	bool again;

	if (id_check_pass(session->provider, &session->data.tokens, reply,
			  event->wall_s, &profile, &again, &refusal.err)) {
		session->data.profile = profile;
		session->failures = 0;
		session_forget_refusal(session);
		identity_accept(session, event, action);
		return;
	}
	session_remember(session,
			 reply != NULL && reply_is_away(reply)
				 ? VERDICT_RETRY
				 : VERDICT_REFUSED,
			 &refusal);
	told_s = reply != NULL ? reply->retry_after_s : 0;
	if (again && told_s <= PATIENCE_MS / 1000 &&
	    ++session->failures < CHECK_TRIES) {
		session->due_ms =
			event->now_ms +
			later_ms(session_back_off(session), told_s * 1000);
		action_note(action, LEVEL_WARN, "%s", refusal.err.text);
		return;
	}
	session_finish(session, END_REFUSED, action);
	action_note(action, LEVEL_ERROR, "%s", refusal.err.text);
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

static void read_later(struct session *session, const struct refusal *refusal,
		       int64_t now_ms, struct action *action)
{
	int64_t told_ms = refusal->retry_after_s * 1000;
	int64_t due_ms;

	session->failures++;
	due_ms = now_ms + later_ms(session_back_off(session), told_ms);
	if (session->failures < PROFILE_TRIES && told_ms <= PATIENCE_MS) {
		session->due_ms = due_ms;
	} else {
		session->read_ms = due_ms;
		session_live(session, now_ms, action);
	}
	action_note(action, LEVEL_WARN, "no profile yet: %s",
		    refusal->err.text);
}

static void profile_failed(struct session *session, enum verdict verdict,
			   const struct refusal *refusal,
			   const struct event *event, struct action *action)
{
	session_remember(session, verdict, refusal);
	if (verdict == VERDICT_UNAUTHORIZED && !session->renewed_once &&
	    !session->held) {
		session->renewed_once = true;
		session->read_again = true;
		renewal_begin(session, 0, event->now_ms, action);
		action_note(action, LEVEL_WARN,
			    "the access token was refused: renewing it");
		return;
	}
	if (verdict == VERDICT_RETRY) {
		read_later(session, refusal, event->now_ms, action);
		return;
	}
	session->failures = 0;
	session_live(session, event->now_ms, action);
	action_note(action, LEVEL_ERROR,
		    session->held ? "no profile: %s"
				  : "signed in, but without a profile: %s",
		    refusal->err.text);
}

/* Takes the profile that userinfo gave, which it takes over. False, giving
 * everything up, where it is somebody else's than the ID token's. */
static bool merge_profile(struct session *session, char *userinfo,
			  const struct event *event, struct action *action)
{
	struct refusal refusal = {.retry_after_s = -1, .reached = true};
	char *merged = NULL;
	bool ok = true;

	if (provider_wants_openid(session->provider)) {
		ok = id_check_merge(session->data.profile, userinfo, &merged,
				    &refusal.err);
		secret_free(userinfo);
		userinfo = merged;
	}
	if (ok) {
		secret_free(session->data.profile);
		session->data.profile = userinfo;
		return true;
	}
	session_remember(session, VERDICT_REFUSED, &refusal);
	leaving_begin(session, END_REFUSED, event, action);
	action_note(action, LEVEL_ERROR, "%s", refusal.err.text);
	return false;
}

void identity_answered(struct session *session, const struct event *event,
		       struct action *action)
{
	struct refusal refusal = {.retry_after_s = -1};
	char *profile = NULL;
	enum verdict verdict;

	verdict = oauth_profile_answer(event->reply, &profile, &refusal);
	if (verdict != VERDICT_OK) {
		profile_failed(session, verdict, &refusal, event, action);
		return;
	}
	if (!merge_profile(session, profile, event, action))
		return;
	session->failures = 0;
	session->renewed_once = false;
	session_forget_refusal(session);
	if (session->held)
		session_live(session, event->now_ms, action);
	else
		session_errand(session, ERRAND_PROFILE, event->now_ms, action);
	action_note(action, LEVEL_INFO, "profile read");
}
