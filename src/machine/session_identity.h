/* SPDX-License-Identifier: MIT */
/*
 * Who has signed in. For session.c and session_lock.c alone.
 */
#ifndef GRANTTY_MACHINE_SESSION_IDENTITY_H
#define GRANTTY_MACHINE_SESSION_IDENTITY_H

#include "machine/session_parts.h"

/* Checks the ID token before anything else: whether anything is kept depends on
 * whom it identifies. The first function requests the keys; the second takes
 * them in reply, NULL if there are none to request. */
void identity_check(struct session *session, const struct event *event,
		    struct action *action);
void identity_checked(struct session *session, const struct reply *reply,
		      const struct event *event, struct action *action);

/* The tokens are good: saves them, or reads the profile first if they are
 * held. */
void identity_accept(struct session *session, const struct event *event,
		     struct action *action);

/* Reads the profile if it is available now, then enters SESSION_LIVE; handles
 * the reply. */
void identity_read(struct session *session, const struct event *event,
		   struct action *action);
void identity_answered(struct session *session, const struct event *event,
		       struct action *action);

#endif
