/* SPDX-License-Identifier: MIT */
/*
 * The states of a session.
 */
#include "config.h"

#include "machine/session_state.h"

#define TO(state) STATE_BIT(SESSION_##state)

static const struct state rows[] = {
	[SESSION_NONE] = {"none", LIVENESS_OVER,
			  TO(CHECKING) | TO(LOCKING) | TO(READING) | TO(HELD) |
				  TO(REVOKING_UNLOCKED) | TO(ENDED)},
	[SESSION_CHECKING] = {"checking", LIVENESS_REQUEST,
			      TO(CHECK_BACKING_OFF) | TO(LOCKING) |
				      TO(READING) | TO(HELD) |
				      TO(REVOKING_UNLOCKED) | TO(ENDED)},
	[SESSION_CHECK_BACKING_OFF] = {"check-backing-off", LIVENESS_DEADLINE,
				       TO(CHECKING) | TO(LOCKING) |
					       TO(REVOKING_UNLOCKED) |
					       TO(ENDED)},
	[SESSION_LOCKING] = {"locking", LIVENESS_STORE,
			     TO(NONE) | TO(LOCK_BUSY) | TO(MARKING) |
				     TO(REFRESHING) | TO(SAVING) | TO(READING) |
				     TO(LIVE) | TO(MARKING_SIGN_OUT) |
				     TO(REVOKING) | TO(REVOKING_UNLOCKED) |
				     TO(WIPING) | TO(ENDED)},
	[SESSION_LOCK_BUSY] = {"lock-busy", LIVENESS_DEADLINE,
			       TO(LOCKING) | TO(REVOKING_UNLOCKED) | TO(ENDED)},
	[SESSION_MARKING] = {"marking", LIVENESS_STORE,
			     TO(REFRESHING) | TO(LIVE)},
	[SESSION_REFRESHING] = {"refreshing", LIVENESS_REQUEST,
				TO(SAVING) | TO(LIVE) | TO(MARKING_SIGN_OUT) |
					TO(REVOKING_UNLOCKED) | TO(WIPING) |
					TO(ENDED)},
	[SESSION_SAVING] = {"saving", LIVENESS_STORE, TO(READING) | TO(LIVE)},
	[SESSION_READING] = {"reading", LIVENESS_REQUEST,
			     TO(LOCKING) | TO(READ_BACKING_OFF) | TO(HELD) |
				     TO(LIVE) | TO(REVOKING_UNLOCKED) |
				     TO(ENDED)},
	[SESSION_READ_BACKING_OFF] = {"read-backing-off", LIVENESS_DEADLINE,
				      TO(LOCKING) | TO(READING) | TO(HELD) |
					      TO(LIVE) | TO(REVOKING_UNLOCKED) |
					      TO(ENDED)},
	[SESSION_HELD] = {"held", LIVENESS_USER,
			  TO(LOCKING) | TO(REVOKING_UNLOCKED) | TO(ENDED)},
	[SESSION_LIVE] = {"live", LIVENESS_USER, TO(LOCKING) | TO(READING)},
	[SESSION_MARKING_SIGN_OUT] = {"marking-sign-out", LIVENESS_STORE,
				      TO(REVOKING)},
	[SESSION_REVOKING] = {"revoking", LIVENESS_REQUEST, TO(WIPING)},
	[SESSION_REVOKING_UNLOCKED] = {"revoking-unlocked", LIVENESS_REQUEST,
				       TO(ENDED)},
	[SESSION_WIPING] = {"wiping", LIVENESS_STORE, TO(ENDED)},
	[SESSION_ENDED] = {"ended", LIVENESS_OVER,
			   TO(CHECKING) | TO(LOCKING) | TO(READING) | TO(HELD) |
				   TO(REVOKING_UNLOCKED)},
};

const struct states session_states = {
	.machine = "session",
	.rows = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
};
