/* SPDX-License-Identifier: MIT */
/*
 * The struct of a session, and what all its parts do with it. For session.c and
 * session_*.c alone. The parts call only downwards, in the order lock,
 * identity, renewal, sign_out, this; the way back up is the next event. When a
 * function returns, *action says what it wants done.
 */
#ifndef GRANTTY_MACHINE_SESSION_PARTS_H
#define GRANTTY_MACHINE_SESSION_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "machine/event.h"
#include "machine/session_data.h"
#include "machine/session_state.h"
#include "machine/token_lifetime.h"
#include "oauth/dpop.h"
#include "oauth/http_message.h"
#include "oauth/provider.h"
#include "oauth/verdict.h"
#include "oauth/revocation.h"

enum lock_purpose {
	PURPOSE_KEEP,	 /* save the tokens of a sign-in */
	PURPOSE_RESUME,	 /* read what the store holds */
	PURPOSE_REFRESH, /* re-read, mark, refresh, save */
	PURPOSE_PROFILE, /* save the profile beside the tokens */
	PURPOSE_LOOK,	 /* see whether the session is still stored */
	PURPOSE_LEAVE,	 /* re-read, mark, revoke, wipe */
	PURPOSE_FINISH	 /* revoke and wipe, if that is what was interrupted */
};

/* How much of the session is in the store. */
enum stored {
	STORED_ALL,
	STORED_NO_PROFILE, /* all but the profile */
	STORED_OTHERS,	   /* older tokens, or none */
	STORED_NOTHING,	   /* nothing of this session was ever stored, or
			    * another one has replaced it */
	STORED_DISPLACED,  /* likewise, and what the store has is another
			    * provider's or client's: it is left alone */
	STORED_HELD	   /* nothing is stored before session_keep() */
};

struct session {
	const struct provider *provider;
	struct session_data data;
	struct dpop dpop; /* with data's dpop_key if the tokens are bound */
	struct oauth_failure *oauth_failure; /* of the last failed reply; */
	enum verdict verdict;		     /* NULL and OK after a good one */
	struct token_lifetime life;	     /* of the access token */
	int64_t read_ms; /* when to read the profile; if already due, once the
			  * token is renewed */
	int64_t put_off_ms; /* until when a failed renewal has to wait; 0: none
			     * has failed */
	int64_t due_ms;	    /* any other deadline */
	int64_t lock_since_ms;
	int64_t begun_ms;    /* when it was approved */
	int64_t required_ms; /* how long a token must be valid to be kept */
	uint64_t seed;
	enum session_state state;
	enum session_end end;
	enum lock_purpose purpose;
	enum stored stored;
	int failures;	   /* in a row; */
	int excused;	   /* how many of them are not counted: no answer, or a
			    * Retry-After */
	unsigned renewals; /* since the session began or resumed */
	unsigned refusals; /* of the token, since a profile was last read */
	bool is_leaving;   /* signs out once the refresh is over */
	bool is_removed;   /* from the store, perhaps: looks once live */
	bool no_profile;   /* policy: the profile is not read */
	bool in_memory;	   /* the store ends with this program */
	bool holds_sign_ins; /* policy: sign-ins wait for session_keep() */
	struct revocation revocation;
	enum session_end leaving; /* how it ends if the wipe succeeds */
};

/* The only place where the state changes. */
void session_move(struct session *session, enum session_state state,
		  int64_t due_ms, struct action *action);

/* Names the issuer and the client where the data does not: the tokens are new,
 * or were stored by a version that did not name them. */
void session_name_owner(struct session *session);

/* True if the tokens are not in the store (yet), and whether the store has
 * never held anything of this session. */
bool session_is_unsaved(const struct session *session);
bool session_is_unknown(const struct session *session);

/* True if its current state holds the store's lock. */
bool session_is_locked(const struct session *session);

/* True while a revocation is under way, with the lock or without it. */
bool session_is_revoking(const struct session *session);

/* Signed in, nothing in progress. What could not be saved is saved later. */
void session_live(struct session *session, int64_t now_ms,
		  struct action *action);

/* Takes the lock for that purpose. */
void session_lock_for(struct session *session, enum lock_purpose purpose,
		      int64_t now_ms, struct action *action);

/* Each requests one thing and waits for it: for a reply, or for the disk in
 * SESSION_MARKING, SESSION_MARKING_SIGN_OUT or SESSION_SAVING. */
void session_send(struct session *session, struct request *request,
		  enum session_state state, struct action *action);
void session_save(struct session *session, enum session_state state,
		  struct action *action);
void session_wipe(struct session *session, enum session_end end,
		  struct action *action);

/* Ends the session: keeps nothing in memory and drops any request. */
void session_finish(struct session *session, enum session_end end,
		    struct action *action);
void session_forget(struct session *session);

/* Remembers or forgets the last failed reply. */
void session_remember(struct session *session, enum verdict verdict,
		      const struct oauth_failure *oauth_failure);
void session_forget_oauth_failure(struct session *session);

/* How long to wait after the failures so far. */
int64_t session_back_off(struct session *session);

#endif
