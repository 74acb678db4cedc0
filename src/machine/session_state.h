/* SPDX-License-Identifier: MIT */
/*
 * The states of a session, and how it can end.
 */
#ifndef GRANTTY_MACHINE_SESSION_STATE_H
#define GRANTTY_MACHINE_SESSION_STATE_H

#include "machine/states.h"

enum session_state {
	SESSION_NONE,	  /* no user is signed in */
	SESSION_CHECKING, /* the ID token; its keys are being fetched */
	SESSION_CHECK_BACKING_OFF, /* the keys did not arrive: waits to retry */
	SESSION_LOCKING,	   /* the store's lock is being taken */
	SESSION_LOCK_BUSY,  /* another process holds it: waits to retry */
	SESSION_MARKING,    /* writing to disk that a refresh is in progress */
	SESSION_REFRESHING, /* the refresh request is under way */
	SESSION_SAVING,	    /* data is being written to disk */
	SESSION_READING,    /* the profile request is under way */
	SESSION_READ_BACKING_OFF, /* it failed for now: waits to retry */
	SESSION_HELD, /* the profile was read if possible; nothing is stored
		       * yet: see session_hold() */
	SESSION_LIVE, /* signed in; nothing in progress */
	SESSION_MARKING_SIGN_OUT, /* writing to disk that the tokens are about
				   * to be revoked */
	SESSION_REVOKING, /* a revocation is under way, with the lock; the store
			   * is emptied next */
	SESSION_REVOKING_UNLOCKED, /* the same without the lock: the store is
				    * not touched */
	SESSION_WIPING,		   /* the store is being emptied */
	SESSION_ENDED		   /* no longer signed in */
};

/* Why the session is in SESSION_ENDED. */
enum session_end {
	END_NONE,
	END_SIGNED_OUT, /* as requested; see session_was_revoked() */
	END_LOST,	/* the provider no longer accepts it, it has expired, or
			 * another process signed out */
	END_EXPIRED,  /* the stored session has expired by the wall clock, which
		       * may be wrong, and cannot be renewed; it stays stored
		       * until the next sign-in or until the clock is right */
	END_REFUSED,  /* the tokens are not bound to a key, the ID token is
		       * invalid, or the profile is another user's; nothing
		       * was kept: see session_oauth_failure()
		       * and session_verdict() */
	END_NOT_KEPT, /* the store has a session of another provider or client;
		       * the tokens were revoked: see session_oauth_failure() */
	END_FAILED /* signed out, but the stored session could not be removed */
};

extern const struct states session_states;

#endif
