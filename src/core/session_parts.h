/* SPDX-License-Identifier: MIT */
/*
 * The parts of a session, for session.c and session_*.c alone. Each takes an
 * event that is its own, does one step, and has said in *action what it wants
 * when it returns. They call down this list only; back up it goes by way of the
 * next event.
 */
#ifndef GRANTTY_CORE_SESSION_PARTS_H
#define GRANTTY_CORE_SESSION_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/dpop.h"
#include "core/exchange.h"
#include "core/lifetime.h"
#include "core/revocation.h"
#include "core/session.h"

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
	bool holds_sign_ins; /* until session_keep() */
	bool held;	     /* this one is */
	bool never_saved;    /* since the sign-in: the store has none of it */
	bool unsaved;	     /* its tokens are not on the disk (yet) */
	bool behind;	     /* they are, but not their profile */
	bool renewed_once;   /* a 401 has already led to a refresh */
	bool read_again;     /* read the profile after this refresh */
	bool put_off;	     /* the renewal, to life.refresh_ms */
	bool renewed;	     /* since it was begun or resumed */
	struct revocation revocation;
	enum session_end leaving; /* how the wiping ends, where it works */
};

/* ---- Errands (session_errand.c): what the store's lock was taken for */

/* EVENT_LOCKED, EVENT_BUSY and EVENT_SAVED. */
void errand_locked(struct session *session, const struct event *event,
		   struct action *action);
void errand_busy(struct session *session, const struct event *event,
		 struct action *action);
void errand_saved(struct session *session, const struct event *event,
		  struct action *action);

/* ---- Identity (session_identity.c): who it is */

/* The ID token before all else: who it is for decides whether anything is kept.
 * First the keys are asked for; then reply has them, NULL where there are none
 * to be had. */
void identity_check(struct session *session, const struct event *event,
		    struct action *action);
void identity_checked(struct session *session, const struct reply *reply,
		      const struct event *event, struct action *action);

/* The tokens are good: keeps them, or reads the profile first where they are
 * held. */
void identity_accept(struct session *session, const struct event *event,
		     struct action *action);

/* Reads the profile, where there is one to be had now; its answer; then live.
 */
void identity_read(struct session *session, const struct event *event,
		   struct action *action);
void identity_answered(struct session *session, const struct event *event,
		       struct action *action);

/* ---- Renewal (session_renewal.c): another access token */

/* Takes the lock, and renews unless another process has already done so with a
 * token that is good for required_ms. */
void renewal_begin(struct session *session, int64_t required_ms, int64_t now_ms,
		   struct action *action);

/* A renewal that has failed is tried again, after told_s at the soonest. */
void renewal_put_off(struct session *session, int64_t told_s, int64_t now_ms,
		     struct action *action);

/* Under the lock: marks on disk that a refresh is under way, before the token
 * goes out that the provider may accept only once (RFC 9700 section 4.14); then
 * sends it, where that may be lost; then takes the answer. */
void renewal_mark(struct session *session, int64_t now_ms,
		  struct action *action);
void renewal_marked(struct session *session, const struct event *event,
		    struct action *action);
void renewal_send(struct session *session, const struct event *event,
		  struct action *action);
void renewal_answered(struct session *session, const struct event *event,
		      struct action *action);

/* ---- Leaving (session_leaving.c): revocation, and an empty store */

/* Revokes and wipes. Taking the lock again while it is ours is free, and
 * whatever request was under way is dropped when the revocation is sent. */
void leaving_begin(struct session *session, enum session_end end,
		   const struct event *event, struct action *action);

/* With the lock, or without where it needs none: the next token, or the end of
 * it; the answer to that; and what comes of emptying the store. */
void leaving_go_on(struct session *session, const struct event *event,
		   struct action *action);
void leaving_answered(struct session *session, const struct event *event,
		      struct action *action);
void leaving_wiped(struct session *session, bool ok, struct action *action);

/* Nobody waits any more: for the store's lock, so that only the tokens are
 * revoked; or for the provider, so that a revocation under way is dropped, and
 * the store is emptied at the next tick, which is due. */
void leaving_hurry(struct session *session, const struct event *event,
		   struct action *action);

/* ---- What all of them do (session_parts.c) */

/* The only place where the state changes. */
void session_move(struct session *session, enum session_state state,
		  int64_t due_ms, struct action *action);

/* Signed in, with nothing under way. What could not be saved is saved after a
 * while. */
void session_live(struct session *session, int64_t now_ms,
		  struct action *action);

/* Takes the lock for that. */
void session_errand(struct session *session, enum errand errand, int64_t now_ms,
		    struct action *action);

/* Each wants one thing done, and waits for it. */
void session_send(struct session *session, struct request *request,
		  enum session_state state, struct action *action);
void session_save(struct session *session, enum save what,
		  struct action *action);
void session_wipe(struct session *session, enum session_end end,
		  struct action *action);

/* It has ended: nothing of it stays in memory, nothing under way. */
void session_finish(struct session *session, enum session_end end,
		    struct action *action);
void session_forget(struct session *session);

/* The last bad answer. */
void session_remember(struct session *session, enum verdict verdict,
		      const struct refusal *refusal);
void session_forget_refusal(struct session *session);

/* How long to wait after so many failures. */
int64_t session_back_off(struct session *session);

#endif
