/* SPDX-License-Identifier: MIT */
/*
 * The life after the sign-in, as a pure state machine: save the tokens, read
 * the profile, refresh before expiry under the store's lock, revoke and wipe.
 * Refresh tokens may rotate, so: the refresh is marked on disk, sent once on a
 * connection of its own, and saved before it is used.
 */
#ifndef GRANTTY_CORE_SESSION_H
#define GRANTTY_CORE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/exchange.h"
#include "core/oauth.h"
#include "core/session_data.h"

struct provider;
struct session;

enum session_state {
	SESSION_NONE,	    /* nobody is signed in */
	SESSION_CHECKING,   /* the ID token, with keys that are under way */
	SESSION_LOCKING,    /* waits for the store's lock */
	SESSION_SAVING,	    /* data on its way to the disk */
	SESSION_REFRESHING, /* the refresh request is under way */
	SESSION_READING,    /* the profile request is under way */
	SESSION_HELD,	    /* the profile is there, if it could be had, and
			     * nothing is kept yet: see session_hold() */
	SESSION_LIVE,	    /* signed in; nothing under way */
	SESSION_REVOKING,   /* a revocation request is under way */
	SESSION_WIPING,	    /* the store is being emptied */
	SESSION_ENDED	    /* was signed in, is not any more */
};

/* Why SESSION_ENDED. */
enum session_end {
	END_NONE,
	END_SIGNED_OUT, /* as asked; session_was_revoked() tells more */
	END_LOST,	/* the provider does not accept it any more, it ran out
			 * here, or another process signed out */
	END_EXPIRED,	/* what is stored has run out by the wall clock, which
			 * may be wrong, and cannot be renewed: it stays there,
			 * for the next sign-in or a better clock */
	END_REFUSED,	/* the ID token did not pass, or the profile is another
			 * person's; nothing was kept: session_refusal() and
			 * session_verdict() say why */
	END_FAILED	/* signed out, but the stored session is still there */
};

/* seed: any number, for jitter. The provider must outlive the session. */
struct session *session_new(const struct provider *provider, uint64_t seed);
void session_free(struct session *session); /* wipes; NULL is fine */

/* Begins with the tokens of a sign-in (moved out of *tokens): lock, save, read
 * the profile, live. Any earlier content is replaced. */
void session_begin(struct session *session, struct tokens *tokens,
		   const struct event *event, struct action *action);

/* Begins with what the store holds: lock, read, check, read the profile, live.
 * Ends up in SESSION_NONE where nothing usable is there. */
void session_resume(struct session *session, const struct event *event,
		    struct action *action);

/*
 * Wants an access token that is good for min_valid_s seconds: refreshes now if
 * it must. Only in SESSION_LIVE; SESSION_LIVE again means that it is there or
 * cannot be had now: session_expires_ms() and session_verdict() tell.
 */
void session_require(struct session *session, int64_t min_valid_s,
		     const struct event *event, struct action *action);

/* Takes an event in and adds what it wants to *action, which the caller has
 * cleared. EVENT_SIGN_OUT revokes and wipes, in SESSION_NONE what the store
 * holds. */
void session_step(struct session *session, const struct event *event,
		  struct action *action);

int64_t session_deadline(const struct session *session);
enum session_state session_state(const struct session *session);
const char *session_state_name(enum session_state state);

/* Whether nothing is under way. */
bool session_is_at_rest(const struct session *session);

enum session_end session_end(const struct session *session);

/* Whether it is between ACTION_LOCK and the end of what it needed the lock
 * for. Where this is false after a step, the store is unlocked. */
bool session_holds_lock(const struct session *session);

/*
 * From now on session_begin() saves nothing but reads the profile first and
 * stops in SESSION_HELD. From there session_keep() goes on, and EVENT_SIGN_OUT
 * revokes the tokens; the store is not touched by that.
 */
void session_hold(struct session *session);

/* Only in SESSION_HELD: saves, then live. */
void session_keep(struct session *session, const struct event *event,
		  struct action *action);

/* Whether it has tokens that the store has never had, because nobody has said
 * yet that they are to be kept, or because it could not take them. */
bool session_was_never_saved(const struct session *session);

/* Whether the store has its tokens, so that it outlives the program. */
bool session_is_saved(const struct session *session);

/* Skips reading the profile in session_begin and session_resume (for verbs
 * that only want a token). */
void session_without_profile(struct session *session);

/* What it holds, borrowed; what ACTION_SAVE writes. */
const struct session_data *session_data(const struct session *session);

/* When the access token runs out; NEVER_MS where that is not known. */
int64_t session_expires_ms(const struct session *session);

/* What the last bad answer said, and what it meant; NULL and VERDICT_OK: none
 * since the last good one. */
const struct refusal *session_refusal(const struct session *session);
enum verdict session_verdict(const struct session *session);

/* Whether the access token is newer than what was begun or resumed with: then
 * it is as good as the provider gives them, however short that is. */
bool session_was_renewed(const struct session *session);

/* After END_SIGNED_OUT: whether the provider confirmed the revocation. */
bool session_was_revoked(const struct session *session);

#endif
