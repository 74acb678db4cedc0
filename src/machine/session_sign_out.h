/* SPDX-License-Identifier: MIT */
/*
 * Marks on disk that the tokens are about to be revoked, revokes them, and
 * empties the store. For the session_*.c above it alone.
 */
#ifndef GRANTTY_MACHINE_SESSION_SIGN_OUT_H
#define GRANTTY_MACHINE_SESSION_SIGN_OUT_H

#include <stdbool.h>

#include "machine/session_parts.h"

/* Marks, revokes and wipes. Any request under way is dropped when the
 * revocation is sent, or at the end. */
void sign_out_begin(struct session *session, enum session_end end,
		    const struct event *event, struct action *action);

/* Revokes tokens that were rejected before any were saved, and ends like that.
 * The store is not touched. */
void sign_out_reject(struct session *session, enum session_end end,
		     const struct event *event, struct action *action);

/* Under the lock: marks on disk that the user is signing out, so that no
 * process uses or hands out a token that may be revoked already; goes on once
 * that is written, or has failed, or is not needed. */
void sign_out_mark(struct session *session, const struct event *event,
		   struct action *action);

/* Under the lock, with the data of a session that was being signed out when
 * that was interrupted: revokes and wipes it. */
void sign_out_finish(struct session *session, const struct event *event,
		     struct action *action);

/* Revokes the next token, or finishes if there is none: with the lock
 * (SESSION_REVOKING) or without it (SESSION_REVOKING_UNLOCKED). The others
 * handle the reply to that and the result of emptying the store. */
void sign_out_go_on(struct session *session, enum session_state how,
		    const struct event *event, struct action *action);
void sign_out_answered(struct session *session, const struct event *event,
		       struct action *action);
void sign_out_wiped(struct session *session, bool ok, struct action *action);

/* The user does not want to wait (EVENT_CANCEL): not for the store's lock, so
 * only the tokens are revoked; or not for the provider, so the store is emptied
 * at once. EVENT_CUT_SHORT: likewise, but instead of waiting for the revocation
 * of the refresh token, that of the access token is sent. False if there is
 * nothing to cut short. */
bool sign_out_cut_short(struct session *session, const struct event *event,
			struct action *action);

#endif
