/* SPDX-License-Identifier: MIT */
/*
 * The session's states. Everything that touches the store happens between
 * ACTION_LOCK and the moment holds_lock falls; what the lock was taken for is
 * the session's "errand".
 */
#include "config.h"

#include "core/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/dpop.h"
#include "core/id_check.h"
#include "core/lifetime.h"
#include "core/provider.h"
#include "core/reply.h"
#include "core/revocation.h"

/* Another process that holds the lock may be refreshing: that takes as long as
 * a request may take, and no longer. */
#define LOCK_RETRY_MS 200
#define LOCK_PATIENCE_MS 45000

/* How long after a renewal was due the profile is asked for again. */
#define READ_AFTER_MS INT64_C(1000)

#define RETRY_MS 2000
#define RETRY_MAX_MS 300000

/* A person waits for these: so often are they tried, and no Retry-After longer
 * than this is waited for. The profile becomes a matter for later then. */
#define CHECK_TRIES 3
#define PROFILE_TRIES 3
#define PATIENCE_MS 10000

enum errand {
	ERRAND_KEEP,	/* save the tokens of a sign-in */
	ERRAND_RESUME,	/* look what the store holds */
	ERRAND_REFRESH, /* re-read, mark, refresh, save */
	ERRAND_PROFILE, /* save the profile beside the tokens */
	ERRAND_LEAVE	/* re-read, revoke, wipe */
};

/* What is being saved. */
enum save {
	SAVE_MARK, /* that a refresh is under way */
	SAVE_ALL   /* all that there is */
};

struct session {
	const struct provider *provider;
	struct session_data data;
	struct dpop dpop; /* with data's dpop_key, where the tokens have one */
	struct refusal
		*refusal;     /* of the last bad answer, and what it meant; */
	enum verdict verdict; /* NULL and OK after a good one */
	struct lifetime life; /* of the access token */
	int64_t read_ms;      /* when to read the profile again */
	int64_t due_ms;	      /* any other deadline */
	int64_t lock_since_ms;
	int64_t required_ms; /* how long a token must be good to be kept */
	uint64_t seed;
	enum session_state state;
	enum session_end end;
	enum errand errand;
	enum save saving;
	int failures;
	bool holds_lock;
	bool no_profile;
	bool holds;	   /* sign-ins are held until session_keep() */
	bool held;	   /* this one is */
	bool unsaved;	   /* its tokens are not on the disk (yet) */
	bool behind;	   /* they are, but not their profile */
	bool renewed_once; /* a 401 has already led to a refresh */
	bool read_again;   /* read the profile after this refresh */
	bool renewed;	   /* since it was begun or resumed */
	struct revocation revocation;
	enum session_end leaving; /* how the wiping ends, where it works */
};

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

static void forget_refusal(struct session *session)
{
	refusal_drop(&session->refusal);
	session->verdict = VERDICT_OK;
}

static void forget(struct session *session)
{
	session_data_free(&session->data);
	dpop_free(&session->dpop);
	lifetime_forget(&session->life);
	session->read_ms = NEVER_MS;
	session->failures = 0;
	session->held = false;
	session->unsaved = false;
	session->behind = false;
	session->renewed_once = false;
	session->read_again = false;
	session->renewed = false;
}

void session_free(struct session *session)
{
	if (session == NULL)
		return;
	forget(session);
	forget_refusal(session);
	free(session);
}

/* The only place where the state changes. */
static void move(struct session *session, enum session_state state,
		 int64_t due_ms, struct action *action)
{
	if (state != session->state)
		action_moved(action, "session", state_names[session->state],
			     state_names[state]);
	session->state = state;
	session->due_ms = due_ms;
}

static void finish(struct session *session, enum session_end end,
		   struct action *action)
{
	session->holds_lock = false;
	session->end = end;
	forget(session);
	move(session, SESSION_ENDED, NEVER_MS, action);
	/* What was under way when it was signed out carries a token of it. */
	action->kind = ACTION_DROP;
}

static int64_t back_off(struct session *session)
{
	return back_off_ms(&session->seed, session->failures, RETRY_MS,
			   RETRY_MAX_MS);
}

/* Signed in, with nothing under way. What could not be saved is saved after a
 * while. */
static void live(struct session *session, int64_t now_ms, struct action *action)
{
	int64_t due_ms = session->unsaved || session->behind
				 ? now_ms + back_off(session)
				 : NEVER_MS;

	session->holds_lock = false;
	if (session->held)
		move(session, SESSION_HELD, NEVER_MS, action);
	else
		move(session, SESSION_LIVE, due_ms, action);
}

/* A renewal that has failed is tried again, after told_s at the soonest. */
static void renew_later(struct session *session, int64_t told_s, int64_t now_ms,
			struct action *action)
{
	session->failures++;
	session->life.refresh_ms =
		now_ms + later_ms(back_off(session), told_s * 1000);
	live(session, now_ms, action);
}

static void run_errand(struct session *session, enum errand errand,
		       int64_t now_ms, struct action *action)
{
	session->errand = errand;
	session->lock_since_ms = now_ms;
	session->holds_lock = false;
	move(session, SESSION_LOCKING, NEVER_MS, action);
	action->kind = ACTION_LOCK;
}

static void send(struct session *session, struct request *request,
		 enum session_state state, struct action *action)
{
	move(session, state, NEVER_MS, action);
	action->kind = ACTION_SEND;
	action->request = request;
}

/* Takes the lock, and renews unless another process has already done so with a
 * token that is good for required_ms. */
static void renew(struct session *session, int64_t required_ms, int64_t now_ms,
		  struct action *action)
{
	session->required_ms = required_ms;
	run_errand(session, ERRAND_REFRESH, now_ms, action);
}

static void save(struct session *session, enum save what, struct action *action)
{
	session->saving = what;
	move(session, SESSION_SAVING, NEVER_MS, action);
	action->kind = ACTION_SAVE;
}

static void wipe(struct session *session, enum session_end end,
		 struct action *action)
{
	session->leaving = end;
	move(session, SESSION_WIPING, NEVER_MS, action);
	action->kind = ACTION_WIPE;
}

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
	lifetime_resume(&session->life, &session->data, event, &session->seed);
	return true;
}

static void read_profile(struct session *session, const struct event *event,
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
		live(session, now_ms, action);
		return;
	}
	if (!session->no_profile)
		request = oauth_profile_request(session->provider, tokens);
	if (request == NULL) {
		live(session, now_ms, action);
		return;
	}
	dpop_prove(&session->dpop, DPOP_RESOURCE, request, tokens->dpop_key,
		   tokens->access_token, event->wall_s);
	send(session, request, SESSION_READING, action);
}

/* Under the lock: mark on disk that a refresh is under way, before the token
 * goes out that the provider may accept only once (RFC 9700 section 4.14). */
static void mark_refresh(struct session *session, int64_t now_ms,
			 struct action *action)
{
	bool renewable = session->data.tokens.refresh_token != NULL;

	if (!renewable && !session->renewed_once &&
	    lifetime_lasts(&session->life, now_ms, 0)) {
		session->life.refresh_ms = session->life.expires_ms;
		live(session, now_ms, action);
		return;
	}
	if (!renewable) {
		wipe(session, END_LOST, action);
		action_note(action, LEVEL_WARN,
			    "the session has run out and cannot be renewed");
		return;
	}
	session->data.refreshing = true;
	save(session, SAVE_MARK, action);
}

static void send_refresh(struct session *session, const struct event *event,
			 struct action *action)
{
	const struct tokens *tokens = &session->data.tokens;
	struct request *request = oauth_refresh_request(
		session->provider, tokens->refresh_token, event->wall_s);

	dpop_prove(&session->dpop, DPOP_ISSUER, request, tokens->dpop_key, NULL,
		   event->wall_s);
	send(session, request, SESSION_REFRESHING, action);
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
		move(session, SESSION_NONE, NEVER_MS, action);
		if (event->data != NULL)
			action_note(action, LEVEL_WARN,
				    "the stored session belongs to another "
				    "provider: left alone");
		return;
	}
	session_data_copy(&session->data, event->data);
	lifetime_resume(&session->life, &session->data, event, &session->seed);
	if (session->data.refreshing ||
	    !lifetime_lasts(&session->life, event->now_ms, 0)) {
		session->read_again = true;
		mark_refresh(session, event->now_ms, action);
		return;
	}
	read_profile(session, event, action);
}

static void signed_out_elsewhere(struct session *session, struct action *action)
{
	finish(session, END_LOST, action);
	action_note(action, LEVEL_WARN, "signed out from elsewhere");
}

static void locked_refresh(struct session *session, const struct event *event,
			   struct action *action)
{
	/* Nor does a store that is out of order. */
	if (session->unsaved || event->unreadable) {
		mark_refresh(session, event->now_ms, action);
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
			read_profile(session, event, action);
		else
			live(session, event->now_ms, action);
		action_note(action, LEVEL_INFO,
			    "renewed by another process meanwhile");
		return;
	}
	mark_refresh(session, event->now_ms, action);
}

static void locked_profile(struct session *session, const struct event *event,
			   struct action *action)
{
	char *profile = session->data.profile;

	if (session->unsaved || event->unreadable) {
		save(session, SAVE_ALL, action);
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
	save(session, SAVE_ALL, action);
}

/* What is not kept has no place in the store that could be wiped: whatever is
 * there is somebody else's. */
static void be_gone(struct session *session, struct action *action)
{
	if (session->held)
		finish(session, session->leaving, action);
	else
		wipe(session, session->leaving, action);
}

/* The next token, or the end of it. */
static void revoke(struct session *session, const struct event *event,
		   struct action *action)
{
	struct request *request =
		revocation_request(&session->revocation, session->provider,
				   &session->data.tokens, event->wall_s);

	if (request != NULL)
		send(session, request, SESSION_REVOKING, action);
	else
		be_gone(session, action);
}

/* Revokes and wipes. Taking the lock again while it is ours is free, and
 * whatever request was under way is dropped when the revocation is sent. */
static void leave(struct session *session, enum session_end end,
		  const struct event *event, struct action *action)
{
	session->revocation = (struct revocation){0};
	session->leaving = end;
	if (session->held)
		revoke(session, event, action);
	else
		run_errand(session, ERRAND_LEAVE, event->now_ms, action);
}

static void locked(struct session *session, const struct event *event,
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
		save(session, SAVE_ALL, action);
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
		revoke(session, event, action);
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
		read_profile(session, event, action);
		break;
	case ERRAND_RESUME:
		move(session, SESSION_NONE, NEVER_MS, action);
		break;
	case ERRAND_PROFILE:
		if (session->unsaved)
			session->failures++;
		live(session, now_ms, action);
		break;
	case ERRAND_REFRESH:
		renew_later(session, 0, now_ms, action);
		break;
	case ERRAND_LEAVE:
		finish(session, END_FAILED, action);
		break;
	}
}

static void busy(struct session *session, const struct event *event,
		 struct action *action)
{
	if (session->state != SESSION_LOCKING)
		return;
	if (event->now_ms - session->lock_since_ms >= LOCK_PATIENCE_MS)
		locked_out(session, event, action);
	else
		session->due_ms = event->now_ms + LOCK_RETRY_MS +
				  jitter_ms(&session->seed, LOCK_RETRY_MS / 2);
}

static void wiped(struct session *session, bool ok, struct action *action)
{
	enum session_end end = session->leaving;

	if (end == END_SIGNED_OUT && !ok)
		end = END_FAILED;
	finish(session, end, action);
	if (!ok)
		action_note(action, LEVEL_ERROR,
			    "the session file could not be removed: remove it "
			    "by hand");
}

static void remember(struct session *session, enum verdict verdict,
		     const struct refusal *refusal)
{
	session->verdict = verdict;
	refusal_keep(&session->refusal, refusal);
}

/*
 * A disk that does not take the mark would not take the new token either. The
 * provider may accept the one that is on it only once: it would be spent, and
 * whoever starts next would be signed out. So it waits until the disk is in
 * order, even without a good access token. What is on no disk is renewed all
 * the same, once that is all there is to lose.
 */
static void saved_mark(struct session *session, const struct event *event,
		       struct action *action)
{
	struct refusal refusal = {.retry_after_s = -1, .reached = true};

	if (event->ok || (session->unsaved &&
			  !lifetime_lasts(&session->life, event->now_ms, 0))) {
		send_refresh(session, event, action);
		return;
	}
	err_set(&refusal.err,
		"the session file cannot be written, and a new token that is "
		"not saved would be lost with the old one.");
	remember(session, VERDICT_REFUSED, &refusal);
	renew_later(session, 0, event->now_ms, action);
	action_note(action, LEVEL_ERROR, "not renewed: %s", refusal.err.text);
}

static void note_saved(struct session *session, bool ok)
{
	bool only_profile =
		session->errand == ERRAND_PROFILE && !session->unsaved;

	session->unsaved = !ok && !only_profile;
	session->behind = !ok && only_profile;
	session->failures = ok ? 0 : session->failures + 1;
}

static void saved(struct session *session, const struct event *event,
		  struct action *action)
{
	if (session->state == SESSION_WIPING) {
		wiped(session, event->ok, action);
		return;
	}
	if (session->state != SESSION_SAVING)
		return;
	if (session->saving == SAVE_MARK) {
		saved_mark(session, event, action);
		return;
	}
	note_saved(session, event->ok);
	/* What was held has its profile already. */
	if ((session->errand == ERRAND_KEEP && !session->holds) ||
	    session->read_again)
		read_profile(session, event, action);
	else
		live(session, event->now_ms, action);
	if (session->unsaved)
		action_note(action, LEVEL_ERROR,
			    "the session could not be saved: it lasts only as "
			    "long as this program");
	else if (session->behind)
		action_note(action, LEVEL_ERROR,
			    "the profile could not be saved");
}

/* The tokens are good; are they to be kept? */
static void accept(struct session *session, const struct event *event,
		   struct action *action)
{
	if (session->held)
		read_profile(session, event, action);
	else
		run_errand(session, ERRAND_KEEP, event->now_ms, action);
}

/* The ID token before all else: who it is for decides whether anything is
 * kept. reply: the keys; NULL where there are none to be had. */
static void check_id(struct session *session, const struct reply *reply,
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
		forget_refusal(session);
		accept(session, event, action);
		return;
	}
	remember(session,
		 reply != NULL && reply_is_away(reply) ? VERDICT_RETRY
						       : VERDICT_REFUSED,
		 &refusal);
	told_s = reply != NULL ? reply->retry_after_s : 0;
	if (again && told_s <= PATIENCE_MS / 1000 &&
	    ++session->failures < CHECK_TRIES) {
		session->due_ms = event->now_ms +
				  later_ms(back_off(session), told_s * 1000);
		action_note(action, LEVEL_WARN, "%s", refusal.err.text);
		return;
	}
	finish(session, END_REFUSED, action);
	action_note(action, LEVEL_ERROR, "%s", refusal.err.text);
}

static void ask_for_keys(struct session *session, const struct event *event,
			 struct action *action)
{
	struct request *request = id_check_request(session->provider);

	if (request == NULL)
		check_id(session, NULL, event, action);
	else
		send(session, request, SESSION_CHECKING, action);
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
	forget_refusal(session);
	session->data.refreshing = false;
	session->renewed = true;
	lifetime_begin(&session->life, &session->data, event, &session->seed);
	save(session, SAVE_ALL, action);
	action_note(action, unbound ? LEVEL_WARN : LEVEL_INFO,
		    unbound ? "access token renewed, but it is bound to no "
			      "key any more (DPoP)"
			    : "access token renewed");
}

static void refresh_failed(struct session *session, enum verdict verdict,
			   const struct refusal *refusal,
			   const struct event *event, struct action *action)
{
	remember(session, verdict, refusal);
	if (verdict == VERDICT_INVALID_GRANT || verdict == VERDICT_EXPIRED) {
		wipe(session, END_LOST, action);
		action_note(action, LEVEL_WARN,
			    "the provider has ended this session");
		return;
	}
	/* The outcome is unknown, or an operator has to mend something. The
	 * mark stays on the disk: the old token is worth one more try. */
	if (verdict != VERDICT_RETRY)
		session->failures += 5;
	renew_later(session, refusal->retry_after_s, event->now_ms, action);
	action_note(action, LEVEL_WARN, "not renewed: %s", refusal->err.text);
}

static void refresh_answered(struct session *session, const struct event *event,
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

static void read_later(struct session *session, const struct refusal *refusal,
		       int64_t now_ms, struct action *action)
{
	int64_t told_ms = refusal->retry_after_s * 1000;
	int64_t due_ms;

	session->failures++;
	due_ms = now_ms + later_ms(back_off(session), told_ms);
	if (session->failures < PROFILE_TRIES && told_ms <= PATIENCE_MS) {
		session->due_ms = due_ms;
	} else {
		session->read_ms = due_ms;
		live(session, now_ms, action);
	}
	action_note(action, LEVEL_WARN, "no profile yet: %s",
		    refusal->err.text);
}

static void profile_failed(struct session *session, enum verdict verdict,
			   const struct refusal *refusal,
			   const struct event *event, struct action *action)
{
	remember(session, verdict, refusal);
	if (verdict == VERDICT_UNAUTHORIZED && !session->renewed_once &&
	    !session->held) {
		session->renewed_once = true;
		session->read_again = true;
		renew(session, 0, event->now_ms, action);
		action_note(action, LEVEL_WARN,
			    "the access token was refused: renewing it");
		return;
	}
	if (verdict == VERDICT_RETRY) {
		read_later(session, refusal, event->now_ms, action);
		return;
	}
	session->failures = 0;
	live(session, event->now_ms, action);
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
	remember(session, VERDICT_REFUSED, &refusal);
	leave(session, END_REFUSED, event, action);
	action_note(action, LEVEL_ERROR, "%s", refusal.err.text);
	return false;
}

static void profile_answered(struct session *session, const struct event *event,
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
	forget_refusal(session);
	if (session->held)
		live(session, event->now_ms, action);
	else
		run_errand(session, ERRAND_PROFILE, event->now_ms, action);
	action_note(action, LEVEL_INFO, "profile read");
}

static void revoke_answered(struct session *session, const struct event *event,
			    struct action *action)
{
	struct refusal refusal = {.retry_after_s = -1};
	bool ok =
		revocation_answered(&session->revocation, &session->data.tokens,
				    event->reply, &refusal);

	revoke(session, event, action);
	if (!ok)
		action_note(action, LEVEL_WARN, "not revoked: %s",
			    refusal.err.text);
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
			send_refresh(session, event, action);
	} else if (session->state == SESSION_READING) {
		again = dpop_answer(&session->dpop, DPOP_RESOURCE, event->reply,
				    key);
		if (again)
			read_profile(session, event, action);
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
		refresh_answered(session, event, action);
	else if (session->state == SESSION_READING)
		profile_answered(session, event, action);
	else if (session->state == SESSION_REVOKING)
		revoke_answered(session, event, action);
	else if (session->state == SESSION_CHECKING)
		check_id(session, event->reply, event, action);
}

static void live_ticked(struct session *session, const struct event *event,
			struct action *action)
{
	int64_t now_ms = event->now_ms;

	if (now_ms >= session->life.refresh_ms) {
		renew(session, 0, now_ms, action);
	} else if (now_ms >= session->due_ms) {
		run_errand(session, ERRAND_PROFILE, now_ms, action);
	} else if (now_ms >= session->read_ms) {
		read_profile(session, event, action);
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
		read_profile(session, event, action);
	} else if (session->state == SESSION_CHECKING) {
		ask_for_keys(session, event, action);
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
		life->refresh_ms = later_ms(life->refresh_ms, refresh_ms);
	} else if (session->refusal != NULL) {
		if (!lifetime_lasts(life, now_ms, 0))
			life->refresh_ms = now_ms;
		if (session->read_ms != NEVER_MS)
			session->read_ms = now_ms;
	}
	if (session->state == SESSION_LIVE && misleads)
		run_errand(session, ERRAND_PROFILE, now_ms, action);
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
	leave(session, END_SIGNED_OUT, event, action);
}

void session_begin(struct session *session, struct tokens *tokens,
		   const struct event *event, struct action *action)
{
	forget(session);
	forget_refusal(session);
	session->end = END_NONE;
	session->data.provider = xstrdup(session->provider->id);
	tokens_move(&session->data.tokens, tokens);
	session->held = session->holds;
	session->unsaved = true;
	lifetime_begin(&session->life, &session->data, event, &session->seed);
	if (id_check_is_needed(session->provider, &session->data.tokens))
		ask_for_keys(session, event, action);
	else
		accept(session, event, action);
}

void session_hold(struct session *session)
{
	session->holds = true;
}

void session_keep(struct session *session, const struct event *event,
		  struct action *action)
{
	if (session->state != SESSION_HELD)
		return;
	session->held = false;
	run_errand(session, ERRAND_KEEP, event->now_ms, action);
}

bool session_is_held(const struct session *session)
{
	return session->held;
}

void session_resume(struct session *session, const struct event *event,
		    struct action *action)
{
	forget(session);
	forget_refusal(session);
	session->end = END_NONE;
	run_errand(session, ERRAND_RESUME, event->now_ms, action);
}

void session_require(struct session *session, int64_t min_valid_s,
		     const struct event *event, struct action *action)
{
	if (session->state != SESSION_LIVE ||
	    lifetime_lasts(&session->life, event->now_ms, min_valid_s * 1000))
		return;
	renew(session, min_valid_s * 1000, event->now_ms, action);
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
		locked(session, event, action);
		break;
	case EVENT_BUSY:
		busy(session, event, action);
		break;
	case EVENT_SAVED:
		saved(session, event, action);
		break;
	case EVENT_START:
	case EVENT_CANCEL:
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

enum session_end session_end(const struct session *session)
{
	return session->end;
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
