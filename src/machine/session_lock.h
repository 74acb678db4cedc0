/* SPDX-License-Identifier: MIT */
/*
 * Does what the store's lock was taken for. For session.c alone.
 */
#ifndef GRANTTY_MACHINE_SESSION_LOCK_H
#define GRANTTY_MACHINE_SESSION_LOCK_H

#include "machine/session_parts.h"

/* EVENT_LOCKED and EVENT_BUSY in SESSION_LOCKING; EVENT_SAVED in
 * SESSION_SAVING. */
void lock_granted(struct session *session, const struct event *event,
		  struct action *action);
void lock_busy(struct session *session, const struct event *event,
	       struct action *action);
void lock_saved(struct session *session, const struct event *event,
		struct action *action);

#endif
